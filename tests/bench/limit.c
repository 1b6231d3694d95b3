/* The limit of the processor: twelve independent chains of multiply-adds on its widest vectors. What it calls
 * its loss is the operations of a step. */
#include "worker.h"

#if defined __AVX512F__
enum { WIDTH = 16 };
#elif defined __AVX__
enum { WIDTH = 8 };
#else
enum { WIDTH = 4 };
#endif

enum { CHAINS = 12, TIMES = 10000 };

typedef float vector __attribute__((vector_size(4 * WIDTH)));

static volatile float factor = 0.999f, term = 0.001f;

void contestant_begin(void)
{
}

double contestant_step(void)
{
	vector a[CHAINS], b = (vector){0} + factor, c = (vector){0} + term;
	for (int k = 0; k < CHAINS; k++)
		a[k] = (vector){0} + (float)k;
	for (int time = 0; time < TIMES; time++) {
#pragma GCC unroll 12
		for (int k = 0; k < CHAINS; k++)
			a[k] = a[k] * b + c;
	}
	for (int k = 1; k < CHAINS; k++)
		a[0] += a[k];
	double sum = 0;
	for (int k = 0; k < WIDTH; k++)
		sum += (double)a[0][k];
	return sum;
}

double contestant_loss(void)
{
	return 2.0 * CHAINS * WIDTH * TIMES;
}
