/* Growth of arrays. */
#include "base/array.h"

#include <string.h>

void *array_grow(struct arena *arena, const void *items, size_t *capacity, size_t item_size)
{
	size_t grown = *capacity ? *capacity * 2 : 4;
	void *copy = arena_alloc(arena, grown * item_size);
	if (*capacity)
		memcpy(copy, items, *capacity * item_size);
	*capacity = grown;
	return copy;
}
