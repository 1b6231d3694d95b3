/* Interned strings: two names are equal exactly when their pointers are. */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <stddef.h>

struct arena;
struct names;

typedef const char *name_t;

/* The texts live in the arena, and a name as long as that. */
struct names *names_new(struct arena *arena);

/* The name of `length` bytes, none of them 0; of a terminated text. */
name_t name_intern(struct names *names, const char *text, size_t length);
name_t name_of(struct names *names, const char *text);

/* The name that printf would write. */
__attribute__((format(printf, 2, 3))) name_t name_format(struct names *names, const char *format, ...);

/* Edit distance (insert, delete, replace, swap of neighbours), at most `limit` + 1: for "did you mean". */
size_t name_distance(const char *a, const char *b, size_t limit);

#endif
