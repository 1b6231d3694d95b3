/* Arrays of doubles for tensors, found by pointer. */
#include "expr/evaluator.h"

size_t storage_size(const struct tensor *tensor, int rows)
{
	size_t size = 1;
	int rank = tensor->classes > 0 ? tensor->rank - 1 : tensor->rank;
	for (int d = 0; d < rank; d++)
		size *= tensor->extents[d] == EXTENT_ROWS ? (size_t)rows : (size_t)tensor->extents[d];
	return size;
}

static struct stored *find(const struct storage *storage, const struct tensor *tensor)
{
	size_t at = (size_t)(((uintptr_t)tensor >> 4) * 2654435761u) & (storage->capacity - 1);
	while (storage->slots[at].tensor && storage->slots[at].tensor != tensor)
		at = (at + 1) & (storage->capacity - 1);
	return &storage->slots[at];
}

static void grow(struct storage *storage, struct arena *arena)
{
	size_t capacity = storage->capacity ? storage->capacity * 2 : 64;
	struct storage larger = {.count = storage->count, .capacity = capacity};
	larger.slots = ARENA_ARRAY(arena, struct stored, larger.capacity);
	for (size_t i = 0; i < storage->capacity; i++)
		if (storage->slots[i].tensor)
			*find(&larger, storage->slots[i].tensor) = storage->slots[i];
	*storage = larger;
}

double *storage_values(struct storage *storage, struct arena *arena, const struct tensor *tensor, int rows)
{
	if (2 * storage->count >= storage->capacity)
		grow(storage, arena);
	struct stored *stored = find(storage, tensor);
	if (!stored->tensor) {
		*stored = (struct stored){tensor, ARENA_ARRAY(arena, double, storage_size(tensor, rows))};
		storage->count++;
	}
	return stored->values;
}
