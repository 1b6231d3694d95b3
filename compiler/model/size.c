/* Extents that are known or to be found: union and find. */
#include "model/resolver.h"

struct size *size_new(struct arena *arena, struct span origin)
{
	struct size *size = ARENA_NEW(arena, struct size);
	size->origin = origin;
	return size;
}

struct size *size_known(struct arena *arena, int64_t extent, struct span origin)
{
	struct size *size = size_new(arena, origin);
	size->extent = extent;
	return size;
}

struct size *size_root(struct size *size)
{
	for (; size->same; size = size->same)
		if (size->same->same)
			size->same = size->same->same;
	return size;
}

int64_t size_extent(const struct size *size)
{
	while (size->same)
		size = size->same;
	return size->extent;
}

bool size_unify(struct size *a, struct size *b)
{
	a = size_root(a);
	b = size_root(b);
	if (a == b)
		return true;
	if (a->extent > 0 && b->extent > 0)
		return a->extent == b->extent;
	if (a->extent > 0)
		b->same = a;
	else
		a->same = b;
	return true;
}

bool sizes_unify(int rank, struct size *const *a, struct size *const *b, int *different)
{
	for (int k = 0; k < rank; k++) {
		int64_t left = size_extent(a[k]), right = size_extent(b[k]);
		*different = k;
		if (left > 0 && right > 0 && left != right)
			return false;
	}
	for (int k = 0; k < rank; k++) {
		*different = k;
		if (!size_unify(a[k], b[k]))
			return false;
	}
	return true;
}

int64_t element_count(int rank, struct size *const *dims)
{
	int64_t count = 1;
	bool known = true;
	for (int k = 0; k < rank; k++) {
		int64_t extent = size_extent(dims[k]);
		known &= extent > 0;
		if (__builtin_mul_overflow(count, extent > 0 ? extent : 1, &count) || count > INT32_MAX)
			return -1;
	}
	return known ? count : 0;
}
