/* Arena: memory that is released all at once. Every structure of the compiler lives in one. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

enum { EXIT_RESOURCES = 3 };  /* the status of a program that ran out of memory */

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any object. Never NULL: without memory the program ends. */
void *arena_alloc(struct arena *arena, size_t size);

/* Bytes that were allocated so far. */
size_t arena_used(const struct arena *arena);

/* Ends the program for want of memory: for allocations that are not an arena's. */
_Noreturn void arena_exhausted(void);

/* A terminated copy of `length` bytes. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))

#endif
