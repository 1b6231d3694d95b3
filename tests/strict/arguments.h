/* One number for the bits of all strict functions at fixed arguments, and of draws: the same on every
 * machine. */
#ifndef TESTS_STRICT_ARGUMENTS_H
#define TESTS_STRICT_ARGUMENTS_H

#include <stdint.h>
#include <string.h>

#include "strict/names.h"

enum { STRICT_ARGUMENTS = 20000 };

/* What strict_hash must return, on every machine and from every compiler. */
#define STRICT_HASH UINT64_C(0xefd721a2626463c3)

/* splitmix64 (Steele, Lea and Flood 2014) */
static inline uint64_t strict_mix(uint64_t z)
{
	z *= UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A third of the arguments from all bit patterns, a third within ±8, a third within ±800. */
static inline double strict_argument(uint64_t i)
{
	uint64_t bits = strict_mix(i + 1);
	double x;
	memcpy(&x, &bits, sizeof x);
	if (i % 3 == 0)
		return x;
	return ((double)(bits >> 11) * 0x1p-52 - 1.0) * (i % 3 == 1 ? 8.0 : 800.0);
}

static inline float strict_float_argument(uint64_t i)
{
	uint32_t bits = (uint32_t)strict_mix(i + 1);
	float x;
	memcpy(&x, &bits, sizeof x);
	return i % 3 == 0 ? x : (float)strict_argument(i);
}

static inline uint64_t strict_hash_of(uint64_t hash, float narrow, double wide)
{
	uint32_t low;
	uint64_t high;
	memcpy(&low, &narrow, sizeof low);
	memcpy(&high, &wide, sizeof high);
	return strict_mix((strict_mix(hash ^ low)) ^ high);
}

static inline uint64_t strict_hash(void)
{
	uint64_t hash = 0;
	for (uint64_t i = 0; i < STRICT_ARGUMENTS; i++) {
		double x = strict_argument(i), y = strict_argument(i + STRICT_ARGUMENTS / 2);
		float narrow_x = strict_float_argument(i),
		      narrow_y = strict_float_argument(i + STRICT_ARGUMENTS / 2);
#define ADD(name, libm) hash = strict_hash_of(hash, mlp_strict_##name##f(narrow_x), mlp_strict_##name(x));
		STRICT_FUNCTIONS(ADD)
#undef ADD
		hash = strict_hash_of(hash, mlp_strict_powf(fabsf(narrow_x), narrow_y),
		                      mlp_strict_pow(fabs(x), y));
		hash = strict_hash_of(hash, mlp_strict_powf(narrow_x, 3.0f), mlp_strict_pow(x, y));
		uint32_t element = (uint32_t)i;
		hash = strict_hash_of(hash, mlp_normalf(1, 2, 3, 4, element),
		                      mlp_normal(1, 2, 3, 4, element));
	}
	double matrix[7 * 5];
	mlp_orthogonal(1, 2, 3, 7, 5, matrix);
	for (int i = 0; i < 7 * 5; i++)
		hash = strict_hash_of(hash, 0.0f, matrix[i]);
	return hash;
}

#endif
