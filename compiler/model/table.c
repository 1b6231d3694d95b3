/* A hash table with open addressing, keyed by pointers. */
#include "model/table.h"

#include <stdint.h>

struct slot {
	const void *key;
	void *item;
};

struct table {
	struct arena *arena;
	struct slot *slots;
	size_t count, capacity;
};

enum { FIRST_CAPACITY = 8 };

struct table *table_new(struct arena *arena)
{
	struct table *table = ARENA_NEW(arena, struct table);
	table->arena = arena;
	table->capacity = FIRST_CAPACITY;
	table->slots = ARENA_ARRAY(arena, struct slot, table->capacity);
	return table;
}

/* Open addressing; the multiplier is 2^64 divided by the golden ratio (Fibonacci hashing). */
static struct slot *find(const struct table *table, const void *key)
{
	uint64_t hash = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (table->capacity - 1);
	while (table->slots[i].key && table->slots[i].key != key)
		i = (i + 1) & (table->capacity - 1);
	return &table->slots[i];
}

void *table_get(const struct table *table, const void *key)
{
	return find(table, key)->item;
}

static void grow(struct table *table)
{
	struct table old = *table;
	table->capacity *= 2;
	table->slots = ARENA_ARRAY(table->arena, struct slot, table->capacity);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].key)
			*find(table, old.slots[i].key) = old.slots[i];
}

void table_put(struct table *table, const void *key, void *item)
{
	struct slot *slot = find(table, key);
	if (!slot->key && 4 * ++table->count > 3 * table->capacity) {
		grow(table);
		slot = find(table, key);
	}
	*slot = (struct slot){key, item};
}
