/* Rows become columns: a copy of a matrix, turned. */
#ifndef MLP_TURN_H
#define MLP_TURN_H

#include "mlp_tile.h"

#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define MLP_TURNS_IN_REGISTERS 1
#endif
#endif

#ifdef MLP_TURNS_IN_REGISTERS
/* The elements of the lower halves of two vectors in turns, and those of the upper halves. */
#if MLP_VECTOR_BYTES == 16
#define MLP_LOW_HALVESF(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define MLP_HIGH_HALVESF(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define MLP_LOW_HALVESD(a, b) __builtin_shufflevector(a, b, 0, 2)
#define MLP_HIGH_HALVESD(a, b) __builtin_shufflevector(a, b, 1, 3)
#elif MLP_VECTOR_BYTES == 32
#define MLP_LOW_HALVESF(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define MLP_HIGH_HALVESF(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define MLP_LOW_HALVESD(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define MLP_HIGH_HALVESD(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#else
#define MLP_LOW_HALVESF(a, b) \
	__builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define MLP_HIGH_HALVESF(a, b) \
	__builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define MLP_LOW_HALVESD(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define MLP_HIGH_HALVESD(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#endif
#endif

/* A block of as many rows as a vector has elements: after a round of pairs for each bit of their number,
 * vector c has column c. */
MLP_VECTOR_INLINE void mlp_turn_blockf(float *to, int width, const float *from, int pitch)
{
#ifdef MLP_TURNS_IN_REGISTERS
	enum { SIZE = MLP_VECTOR_FLOATS };
	mlp_vectorf rows[SIZE], paired[SIZE];
	MLP_UNROLL
	for (int r = 0; r < SIZE; r++)
		rows[r] = mlp_vector_loadf(from + (ptrdiff_t)r * pitch);
	MLP_UNROLL
	for (int count = SIZE; count > 1; count /= 2) {
		MLP_UNROLL
		for (int r = 0; r < SIZE / 2; r++) {
			paired[2 * r] = MLP_LOW_HALVESF(rows[r], rows[r + SIZE / 2]);
			paired[2 * r + 1] = MLP_HIGH_HALVESF(rows[r], rows[r + SIZE / 2]);
		}
		MLP_UNROLL
		for (int r = 0; r < SIZE; r++)
			rows[r] = paired[r];
	}
	MLP_UNROLL
	for (int c = 0; c < SIZE; c++)
		mlp_vector_storef(to + (ptrdiff_t)c * width, rows[c]);
#else
	for (int r = 0; r < MLP_VECTOR_FLOATS; r++)
		for (int c = 0; c < MLP_VECTOR_FLOATS; c++)
			to[(ptrdiff_t)c * width + r] = from[(ptrdiff_t)r * pitch + c];
#endif
}

MLP_VECTOR_INLINE void mlp_turn_blockd(double *to, int width, const double *from, int pitch)
{
#ifdef MLP_TURNS_IN_REGISTERS
	enum { SIZE = MLP_VECTOR_DOUBLES };
	mlp_vectord rows[SIZE], paired[SIZE];
	MLP_UNROLL
	for (int r = 0; r < SIZE; r++)
		rows[r] = mlp_vector_loadd(from + (ptrdiff_t)r * pitch);
	MLP_UNROLL
	for (int count = SIZE; count > 1; count /= 2) {
		MLP_UNROLL
		for (int r = 0; r < SIZE / 2; r++) {
			paired[2 * r] = MLP_LOW_HALVESD(rows[r], rows[r + SIZE / 2]);
			paired[2 * r + 1] = MLP_HIGH_HALVESD(rows[r], rows[r + SIZE / 2]);
		}
		MLP_UNROLL
		for (int r = 0; r < SIZE; r++)
			rows[r] = paired[r];
	}
	MLP_UNROLL
	for (int c = 0; c < SIZE; c++)
		mlp_vector_stored(to + (ptrdiff_t)c * width, rows[c]);
#else
	for (int r = 0; r < MLP_VECTOR_DOUBLES; r++)
		for (int c = 0; c < MLP_VECTOR_DOUBLES; c++)
			to[(ptrdiff_t)c * width + r] = from[(ptrdiff_t)r * pitch + c];
#endif
}

/* to[c * width + r] = from[r * pitch + c] for c < columns, r < width, which is a multiple of vectors; 0 from
 * row `rows` on. */
MLP_VECTOR_INLINE void mlp_turnf(float *to, int width, const float *from, int pitch, int rows, int columns)
{
	for (int r = 0; r < width; r += MLP_VECTOR_FLOATS) {
		int turned = r + MLP_VECTOR_FLOATS <= rows ? columns - columns % MLP_VECTOR_FLOATS : 0;
		for (int c = 0; c < turned; c += MLP_VECTOR_FLOATS)
			mlp_turn_blockf(to + (ptrdiff_t)c * width + r, width, from + (ptrdiff_t)r * pitch + c,
			                pitch);
		for (int c = turned; c < columns; c++)
			for (int k = r; k < r + MLP_VECTOR_FLOATS; k++)
				to[(ptrdiff_t)c * width + k] =
				        k < rows ? from[(ptrdiff_t)k * pitch + c] : 0.0f;
	}
}

MLP_VECTOR_INLINE void mlp_turnd(double *to, int width, const double *from, int pitch, int rows, int columns)
{
	for (int r = 0; r < width; r += MLP_VECTOR_DOUBLES) {
		int turned = r + MLP_VECTOR_DOUBLES <= rows ? columns - columns % MLP_VECTOR_DOUBLES : 0;
		for (int c = 0; c < turned; c += MLP_VECTOR_DOUBLES)
			mlp_turn_blockd(to + (ptrdiff_t)c * width + r, width, from + (ptrdiff_t)r * pitch + c,
			                pitch);
		for (int c = turned; c < columns; c++)
			for (int k = r; k < r + MLP_VECTOR_DOUBLES; k++)
				to[(ptrdiff_t)c * width + k] =
				        k < rows ? from[(ptrdiff_t)k * pitch + c] : 0.0;
	}
}

#endif
