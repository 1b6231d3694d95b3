/* Usage: check SEED
 *
 * The functions as this program's compiler made them, at random arguments: errors within what is stated, the
 * same bits for numbers and vectors; a line for each fault, and status 1. Then "fused" or "split" and one
 * number for the bits at arguments that are always the same. */
#define VARIANT here
#include "variant.c"

#include <stdio.h>
#include <stdlib.h>

#include "mlp_strict.h"

enum { COUNT = 65536 };

#define EXACT(name, fused, split, direction) mlp_strict_##name,
#define NAME_OF(name, fused, split, direction) #name,
#define LIMITS(name, fused, split, direction) {split, fused},
static double (*const exact[])(double) = {FUNCTIONS(EXACT)};
static const char *const names[] = {FUNCTIONS(NAME_OF)};
static const double limits[][2] = {FUNCTIONS(LIMITS)};

static float x[COUNT], results[COUNT], others[COUNT];

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t mix(uint64_t z)
{
	z *= UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A quarter each of all floats, within ±100, ±10 and ±1. */
static void draw(uint64_t seed)
{
	static const float widths[] = {0, 100, 10, 1};
	for (uint64_t k = 0; k < COUNT; k++) {
		uint64_t bits = mix(mix(seed) + k);
		float unit = (float)(bits >> 40) * 0x1p-23f - 1;
		x[k] = k % 4 == 0 ? float_of((uint32_t)bits) : unit * widths[k % 4];
	}
}

static int check_function(size_t which)
{
	int faults = 0;
	for (size_t k = 0; k < COUNT; k++) {
		double error = units_of(results[k], exact[which]((double)x[k]));
		if (!(error <= limits[which][MLP_FUSES_FLOAT]) && faults++ < 5)
			printf("%s(%a) = %a: %.3f units\n", names[which], (double)x[k], (double)results[k],
			       error);
		if (VARIANT.vectors[which] && bits_of(results[k]) != bits_of(others[k]) && faults++ < 5)
			printf("%s(%a) = %a for numbers, %a for vectors\n", names[which], (double)x[k],
			       (double)results[k], (double)others[k]);
	}
	return faults;
}

int main(int count, char **words)
{
	int faults = 0;
	uint64_t hash = 0, seeds[] = {1, count > 1 ? strtoull(words[1], NULL, 10) : 2};
	for (int round = 0; round < 2; round++) {
		draw(seeds[round]);
		for (size_t which = 0; which < FUNCTION_COUNT; which++) {
			VARIANT.numbers[which](results, x, COUNT);
			if (VARIANT.vectors[which])
				VARIANT.vectors[which](others, x, COUNT);
			faults += check_function(which);
			for (size_t k = 0; k < COUNT && round == 0; k++)
				hash = mix(hash ^ bits_of(results[k]));
		}
	}
	printf("%s %016llx\n", MLP_FUSES_FLOAT ? "fused" : "split", (unsigned long long)hash);
	return faults > 0;
}
