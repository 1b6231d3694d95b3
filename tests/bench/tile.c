/* What a product can reach that loads what it multiplies: a tile of sums in registers, rows of vectors and numbers from
 * the first cache. What it calls its loss is the operations of a step. */
#include "worker.h"

#if defined __AVX512F__
enum { WIDTH = 16, ROWS = 6 };
#elif defined __AVX__
enum { WIDTH = 8, ROWS = 3 };
#else
enum { WIDTH = 4, ROWS = 3 };
#endif

enum { VECTORS = 4, TURNS = 24 * 1024 / (4 * VECTORS * WIDTH), TIMES = 1000 };

typedef float vector __attribute__((vector_size(4 * WIDTH)));

static vector rows[TURNS][VECTORS], sums[ROWS][VECTORS];
static float numbers[ROWS][TURNS];

static volatile float factor = 0.999f;

void contestant_begin(void)
{
	for (int k = 0; k < TURNS; k++) {
		for (int v = 0; v < VECTORS; v++)
			rows[k][v] = (vector){0} + factor;
		for (int r = 0; r < ROWS; r++)
			numbers[r][k] = factor;
	}
}

static __attribute__((noinline)) void add_products(void)
{
	vector sum[ROWS][VECTORS];
#pragma GCC unroll 6
	for (int r = 0; r < ROWS; r++)
		for (int v = 0; v < VECTORS; v++)
			sum[r][v] = sums[r][v] * 0.5f;
	for (int k = 0; k < TURNS; k++) {
#pragma GCC unroll 6
		for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 4
			for (int v = 0; v < VECTORS; v++)
				sum[r][v] += numbers[r][k] * rows[k][v];
	}
#pragma GCC unroll 6
	for (int r = 0; r < ROWS; r++)
		for (int v = 0; v < VECTORS; v++)
			sums[r][v] = sum[r][v];
}

double contestant_step(void)
{
	for (int time = 0; time < TIMES; time++)
		add_products();
	return (double)sums[0][0][0];
}

double contestant_loss(void)
{
	return 2.0 * TIMES * TURNS * ROWS * VECTORS * WIDTH;
}
