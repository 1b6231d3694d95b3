/* A growable array of any type in an arena: `ARRAY(int) numbers = {0}; array_push(arena, &numbers, 7);`.
 * A struct member or a typedef, since each use of ARRAY is a type of its own. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/arena.h"

#define ARRAY(type)              \
	struct {                 \
		type *items;     \
		size_t count;    \
		size_t capacity; \
	}

#define array_push(arena, array, ...)                                                            \
	do {                                                                                     \
		if ((array)->count == (array)->capacity)                                         \
			(array)->items = array_grow((arena), (array)->items, &(array)->capacity, \
			                            sizeof *(array)->items);                     \
		(array)->items[(array)->count++] = (__VA_ARGS__);                                \
	} while (0)

/* A copy of `items` with twice the capacity (at least 4); the old items stay where they are. */
void *array_grow(struct arena *arena, const void *items, size_t *capacity, size_t item_size);

#endif
