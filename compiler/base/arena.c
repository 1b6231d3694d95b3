/* Blocks of doubling size; the newest is filled from its start. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, FIRST_BLOCK = 16384, LARGEST_BLOCK = 1 << 22 };

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
	struct block *blocks;
};

_Noreturn void arena_exhausted(void)
{
	fputs("mlpc: out of memory\n", stderr);
	exit(EXIT_RESOURCES);
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);
	if (!memory)
		arena_exhausted();
	return memory;
}

struct arena *arena_new(void)
{
	return allocate(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct block *add_block(struct arena *arena, size_t wanted)
{
	size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < wanted)
		size = wanted;
	struct block *block = allocate(sizeof(struct block) + size);
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > (size_t)-1 / 2) /* a wrapped product: nothing of that size can be meant */
		arena_exhausted();
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct block *block = arena->blocks;
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	void *memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

size_t arena_used(const struct arena *arena)
{
	size_t used = 0;
	for (const struct block *block = arena->blocks; block; block = block->next)
		used += block->used;
	return used;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}
