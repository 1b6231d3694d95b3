/* The functions of runtime/mlp_functions.h by name, each with the largest error that is stated for it, in
 * units in the last place: with a product and a sum rounded once, and rounded twice; and with 1 where it
 * rises, -1 where it falls. */
#ifndef TESTS_FUNCTIONS_H
#define TESTS_FUNCTIONS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FUNCTIONS(F)             \
	F(exp, 1.1, 1.1, 1)      \
	F(expm1, 1.1, 1.1, 1)    \
	F(log, 0.9, 0.9, 1)      \
	F(log1p, 1.5, 1.5, 1)    \
	F(tanh, 1.4, 1.4, 1)     \
	F(logistic, 2.5, 2.5, 1) \
	F(log1pexp, 2.0, 2.0, 1) \
	F(erf, 1.2, 1.4, 1)      \
	F(erfc, 2.0, 2.0, -1)

#define ONE(name, fused, split, direction) +1
enum { FUNCTION_COUNT = 0 FUNCTIONS(ONE) };
#undef ONE

/* The results of `count` arguments, a multiple of 16; they do not overlap. */
typedef void map(float *restrict results, const float *restrict x, size_t count);

/* The functions as one compiler made them for one set of instructions. */
struct variant {
	const char *name;
	bool fused;
	map *numbers[FUNCTION_COUNT];
	map *vectors[FUNCTION_COUNT]; /* NULL where there are no vectors */
};

static inline float float_of(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* All NaN alike. */
static inline uint32_t bits_of(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return x != x ? UINT32_C(0x7fc00000) : bits;
}

/* A whole number that rises with x by one from float to float; both zeros are 0. */
static inline int64_t order_of(float x)
{
	uint32_t bits = bits_of(x);
	return bits >> 31 ? -(int64_t)(bits & 0x7fffffff) : (int64_t)bits;
}

/* The error of `result` in units in the last place of the exact value. NaN must be NaN, and zeros have the
 * right sign: otherwise it is infinite. What is nearer to 0 than 2^-126 may be 0. */
static inline double units_of(float result, double exact)
{
	float nearest = (float)exact;
	if (isnan(result) || isnan(exact))
		return isnan(result) && isnan(exact) ? 0 : HUGE_VAL;
	if (result == 0 && fabs(exact) < 0x1p-126)
		return signbit(result) == signbit(exact) ? 0 : HUGE_VAL;
	if (bits_of(result) == bits_of(nearest) && isinf(result))
		return 0;
	int exponent;
	frexp(exact, &exponent);
	double got = isinf(result) ? copysign(0x1p128, (double)result) : (double)result;
	return fabs(got - exact) / ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

#endif
