/* Tiles of sums in registers: what emitted products need beside the vectors themselves. */
#ifndef MLP_TILE_H
#define MLP_TILE_H

#include "mlp_vector.h"

#ifndef MLP_VECTOR_BYTES
#error "this C is for a compiler with GNU vectors: generate it with --target=portable"
#endif

/* Before a loop over a tile, whose sums stay in registers only where it has no branches. */
#if defined(__clang__)
#define MLP_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MLP_UNROLL _Pragma("GCC unroll 16")
#endif

enum { MLP_LANES = 16 };  /* interleaved sums */

/* Elements from `first` on; those that `count` does not reach are `beyond`. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_load_partf(const float *from, int first, int count, float beyond)
{
	mlp_vectorf loaded = mlp_vector_broadcastf(beyond);
	for (int k = 0; k < MLP_VECTOR_FLOATS && first + k < count; k++)
		loaded[k] = from[first + k];
	return loaded;
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_load_partd(const double *from, int first, int count, double beyond)
{
	mlp_vectord loaded = mlp_vector_broadcastd(beyond);
	for (int k = 0; k < MLP_VECTOR_DOUBLES && first + k < count; k++)
		loaded[k] = from[first + k];
	return loaded;
}

/* Asks for `count` elements that come later, `ahead` of those at `from`; they need not be there. */
MLP_VECTOR_INLINE void mlp_prefetchf(const float *from, ptrdiff_t ahead, int count)
{
	const uintptr_t first = (uintptr_t)from + (uintptr_t)ahead * sizeof *from;
	enum { LINE = 64 / sizeof *from };
	MLP_UNROLL
	for (int k = 0; k < count; k += LINE)
		__builtin_prefetch((const void *)(first + (uintptr_t)k * sizeof *from));
}

MLP_VECTOR_INLINE void mlp_prefetchd(const double *from, ptrdiff_t ahead, int count)
{
	const uintptr_t first = (uintptr_t)from + (uintptr_t)ahead * sizeof *from;
	enum { LINE = 64 / sizeof *from };
	MLP_UNROLL
	for (int k = 0; k < count; k += LINE)
		__builtin_prefetch((const void *)(first + (uintptr_t)k * sizeof *from));
}

#if MLP_VECTOR_BYTES == 64 && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define MLP_JOINS_TRANSPOSED 1
#endif
#endif

#ifdef MLP_JOINS_TRANSPOSED
/* The upper half of each set of sums added to the lower; two vectors become one. */
#define MLP_JOIN_HALVES(a, b) \
	(__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) + \
	 __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define MLP_JOIN_QUARTERS(a, b) \
	(__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) + \
	 __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define MLP_JOIN_EIGHTHS(a, b) \
	(__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) + \
	 __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define MLP_JOIN_PAIRS(a, b) \
	(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) + \
	 __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))
#endif

/* The sums of `count` sets of MLP_LANES interleaved sums, each joined in halves; sets[k][p] is part p of
 * set k. */
MLP_VECTOR_INLINE void mlp_join_lanesf(float *sums, mlp_vectorf (*sets)[MLP_LANES / MLP_VECTOR_FLOATS], int count)
{
#ifdef MLP_JOINS_TRANSPOSED
	const mlp_vectorf zeros = {0};
	MLP_UNROLL
	for (int from = 0; from < count; from += 16) {
		mlp_vectorf joined[16];
		MLP_UNROLL
		for (int k = 0; k < 16; k++)
			joined[k] = from + k < count ? sets[from + k][0] : zeros;
		MLP_UNROLL
		for (int k = 0; k < 8; k++)
			joined[k] = MLP_JOIN_HALVES(joined[2 * k], joined[2 * k + 1]);
		MLP_UNROLL
		for (int k = 0; k < 4; k++)
			joined[k] = MLP_JOIN_QUARTERS(joined[2 * k], joined[2 * k + 1]);
		MLP_UNROLL
		for (int k = 0; k < 2; k++)
			joined[k] = MLP_JOIN_EIGHTHS(joined[2 * k], joined[2 * k + 1]);
		const mlp_vectorf all = MLP_JOIN_PAIRS(joined[0], joined[1]);
		memcpy(sums + from, &all, (size_t)(count - from < 16 ? count - from : 16) * sizeof *sums);
	}
#else
	MLP_UNROLL
	for (int k = 0; k < count; k++) {
		float lane[MLP_LANES];
		memcpy(lane, sets[k], sizeof lane);
		for (int half = MLP_LANES / 2; half > 0; half /= 2)
			for (int l = 0; l < half; l++)
				lane[l] += lane[l + half];
		sums[k] = lane[0];
	}
#endif
}

MLP_VECTOR_INLINE void mlp_join_lanesd(double *sums, mlp_vectord (*sets)[MLP_LANES / MLP_VECTOR_DOUBLES], int count)
{
	MLP_UNROLL
	for (int k = 0; k < count; k++) {
		double lane[MLP_LANES];
		memcpy(lane, sets[k], sizeof lane);
		for (int half = MLP_LANES / 2; half > 0; half /= 2)
			for (int l = 0; l < half; l++)
				lane[l] += lane[l + half];
		sums[k] = lane[0];
	}
}

#endif
