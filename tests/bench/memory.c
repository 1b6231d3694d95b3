/* The limit of the memory: WEIGHTS numbers read once, then read and written once. */
#include "worker.h"

enum { WIDTH = 16, CHAINS = 8, COUNT = (WEIGHTS + WIDTH * CHAINS - 1) / (WIDTH * CHAINS) };

typedef float vector __attribute__((vector_size(4 * WIDTH)));

static vector weights[COUNT][CHAINS];
static volatile float factor = 1;

void contestant_begin(void)
{
	for (int k = 0; k < COUNT; k++)
		for (int c = 0; c < CHAINS; c++)
			weights[k][c] = (vector){0} + 1;
}

double contestant_step(void)
{
	vector sums[CHAINS] = {{0}}, f = (vector){0} + factor;
	for (int k = 0; k < COUNT; k++) {
#pragma GCC unroll 8
		for (int c = 0; c < CHAINS; c++)
			sums[c] += weights[k][c];
	}
	for (int k = 0; k < COUNT; k++) {
#pragma GCC unroll 8
		for (int c = 0; c < CHAINS; c++)
			weights[k][c] *= f;
	}
	double sum = 0;
	for (int c = 0; c < CHAINS; c++)
		for (int k = 0; k < WIDTH; k++)
			sum += (double)sums[c][k];
	return sum;
}

double contestant_loss(void)
{
	return 4.0 * WIDTH * CHAINS * COUNT;
}
