/* Nanoseconds an element of each function of runtime/mlp_functions.h, for numbers in a loop and for vectors,
 * as several compilers make them, beside the C library: medians, the arguments in (0, 4). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "functions.h"

#define DECLARE(name) extern const struct variant name;
VARIANTS(DECLARE)
#define ADDRESS(name) &name,
static const struct variant *const variants[] = {VARIANTS(ADDRESS)};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants, BLOCK = 4096, REPEATS = 201 };

static float naive_logistic(float x)
{
	return 1.0f / (1.0f + expf(-x));
}

static float naive_log1pexp(float x)
{
	return (x > 0.0f ? x : 0.0f) + log1pf(expf(-fabsf(x)));
}

#define libm_logistic naive_logistic
#define libm_log1pexp naive_log1pexp
#define libm_exp expf
#define libm_expm1 expm1f
#define libm_log logf
#define libm_log1p log1pf
#define libm_tanh tanhf
#define libm_erf erff
#define libm_erfc erfcf
#define LIBM(name, fused, split, direction)                                                         \
	static void libm_all_##name(float *restrict results, const float *restrict x, size_t count) \
	{                                                                                           \
		for (size_t k = 0; k < count; k++)                                                  \
			results[k] = libm_##name(x[k]);                                             \
	}
FUNCTIONS(LIBM)

#define ROW(name, fused, split, direction) {#name, libm_all_##name},
static const struct {
	const char *name;
	map *libm;
} functions[] = {FUNCTIONS(ROW)};

static float x[BLOCK], results[BLOCK];
static volatile float sink;

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static double cost(map *function)
{
	static double times[REPEATS];
	for (int repeat = 0; repeat < REPEATS; repeat++) {
		double start = seconds();
		function(results, x, BLOCK);
		sink = results[repeat];
		times[repeat] = (seconds() - start) / BLOCK * 1e9;
	}
	qsort(times, REPEATS, sizeof *times, by_size);
	return times[REPEATS / 2];
}

int main(void)
{
	for (int k = 0; k < BLOCK; k++)
		x[k] = ((float)((unsigned)k * 2654435761u >> 8) + 0.5f) * 0x1p-22f;
	for (int v = 0; v < VARIANT_COUNT; v++)
		printf("%s%s", v ? " · " : "numbers/vectors by ", variants[v]->name);
	printf("\n");
	for (size_t k = 0; k < FUNCTION_COUNT; k++) {
		printf("%-9s libm %5.2f ", functions[k].name, cost(functions[k].libm));
		for (int v = 0; v < VARIANT_COUNT; v++) {
			printf(" · %.2f", cost(variants[v]->numbers[k]));
			if (variants[v]->vectors[k])
				printf("/%.2f", cost(variants[v]->vectors[k]));
		}
		printf("\n");
	}
	return 0;
}
