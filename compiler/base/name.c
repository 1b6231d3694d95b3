/* A hash table with open addressing over names kept in the arena. */
#include "base/name.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

struct names {
	struct arena *arena;
	struct name_slot {
		uint64_t hash;
		name_t name;
	} * slots;
	size_t count, capacity;
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash(const char *text, size_t length)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return h;
}

struct names *names_new(struct arena *arena)
{
	struct names *names = ARENA_NEW(arena, struct names);
	names->arena = arena;
	names->capacity = 256;
	names->slots = ARENA_ARRAY(arena, struct name_slot, names->capacity);
	return names;
}

static struct name_slot *find(const struct names *names, uint64_t wanted, const char *text, size_t length)
{
	size_t i = (size_t)wanted & (names->capacity - 1);
	for (; names->slots[i].name; i = (i + 1) & (names->capacity - 1))
		if (names->slots[i].hash == wanted && strncmp(names->slots[i].name, text, length) == 0 &&
		    names->slots[i].name[length] == '\0')
			break;
	return &names->slots[i];
}

static void grow(struct names *names)
{
	struct names old = *names;
	names->capacity *= 2;
	names->slots = ARENA_ARRAY(names->arena, struct name_slot, names->capacity);
	for (size_t k = 0; k < old.capacity; k++) {
		size_t i = (size_t)old.slots[k].hash & (names->capacity - 1);
		while (old.slots[k].name && names->slots[i].name)
			i = (i + 1) & (names->capacity - 1);
		if (old.slots[k].name)
			names->slots[i] = old.slots[k];
	}
}

name_t name_intern(struct names *names, const char *text, size_t length)
{
	uint64_t wanted = hash(text, length);
	struct name_slot *slot = find(names, wanted, text, length);
	if (slot->name)
		return slot->name;
	if (2 * ++names->count > names->capacity) {
		grow(names);
		slot = find(names, wanted, text, length);
	}
	*slot = (struct name_slot){wanted, arena_copy(names->arena, text, length)};
	return slot->name;
}

name_t name_of(struct names *names, const char *text)
{
	return name_intern(names, text, strlen(text));
}

name_t name_format(struct names *names, const char *format, ...)
{
	char text[256], *longer = text;
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	size_t length = (size_t)vsnprintf(text, sizeof text, format, arguments);
	if (length >= sizeof text)
		vsnprintf(longer = arena_alloc(names->arena, length + 1), length + 1, format, again);
	va_end(again);
	va_end(arguments);
	return name_intern(names, longer, length);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

size_t name_distance(const char *a, const char *b, size_t limit)
{
	enum { LONGEST = 63 };
	size_t m = strlen(a), n = strlen(b);
	if (m > LONGEST || n > LONGEST || (m > n ? m - n : n - m) > limit)
		return limit + 1;
	size_t rows[3][LONGEST + 1]; /* rows i-2, i-1 and i of the table of optimal string alignment */
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			row[j] =
				smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	size_t distance = rows[m % 3][n];
	return distance <= limit ? distance : limit + 1;
}
