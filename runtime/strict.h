/* What the strict functions share: guards against what would change their bits, numbers as bits, sums and
 * products with twice the digits (Dekker 1971, "A floating-point technique for extending the available
 * precision"; Knuth, TAOCP 2, section 4.2.2), and the last rounding. */
#ifndef MLP_STRICT_WIDE_H
#define MLP_STRICT_WIDE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined __FAST_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__)
#error "the strict functions need IEEE 754 arithmetic: compile without -ffast-math and its parts"
#endif
/* 1 and 16 keep double as it is, and these functions compute in double. */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1 && FLT_EVAL_METHOD != 16
#error "the strict functions need double without excess digits: on 32-bit x86 `-msse2 -mfpmath=sse`"
#endif
#if FLT_RADIX != 2 || DBL_MANT_DIG != 53
#error "the strict functions need a double of 64 bits"
#endif

/* No product may be fused with a sum. GCC 12 vectorizes a sum and a difference of products into a fused
 * instruction even with contraction off. Clang heeds FP_CONTRACT unless -ffp-contract=fast is given; what
 * helps then is FENV_ACCESS, which Clang 14 has on x86 alone. */
#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("fp-contract=off", "no-tree-vectorize", "no-tree-slp-vectorize")
#else
#pragma STDC FP_CONTRACT OFF
#endif
#if defined __clang__ && defined __FMA__
#pragma STDC FENV_ACCESS ON
#endif

/* -- Numbers as bits ----------------------------------------------------------------------------- */

static inline uint64_t bits_of(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline double from_bits(uint64_t bits)
{
	double x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* 2^exponent, from -1022 to 1023 */
static inline double power_of_two(int exponent)
{
	return from_bits((uint64_t)(exponent + 1023) << 52);
}

/* The one NaN that comes out. */
static inline double canonical_nan(void)
{
	return from_bits(UINT64_C(0x7ff8000000000000));
}

static inline float canonical_nanf(void)
{
	const uint32_t bits = UINT32_C(0x7fc00000);
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* x plus this, and minus it again, is the nearest whole number if |x| < 2^51. */
#define TO_WHOLE 0x1.8p52

/* -- Twice the digits ---------------------------------------------------------------------------- */

/* high + low, where low is small beside high; also a tabled number of which high has 25 bits */
struct wide {
	double high, low;
};

/* a + b exactly */
static inline struct wide exact_sum(double a, double b)
{
	double sum = a + b, part = sum - a;
	return (struct wide){sum, (a - (sum - part)) + (b - part)};
}

/* a + b exactly if |a| >= |b| or a = 0 */
static inline struct wide exact_ordered_sum(double a, double b)
{
	double sum = a + b;
	return (struct wide){sum, b - (sum - a)};
}

/* The upper 26 bits of x; what is left has as many. |x| < 2^990 */
static inline double upper_half(double x)
{
	double scaled = x * 0x1.0000002p27;
	return scaled - (scaled - x);
}

/* a * b exactly, out of the range of subnormal numbers */
static inline struct wide exact_product(double a, double b)
{
	double product = a * b, a1 = upper_half(a), b1 = upper_half(b), a2 = a - a1, b2 = b - b1;
	return (struct wide){product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

static inline struct wide wide_sum(struct wide a, double b)
{
	struct wide sum = exact_sum(a.high, b);
	return exact_ordered_sum(sum.high, sum.low + a.low);
}

static inline struct wide wide_product(struct wide a, struct wide b)
{
	struct wide product = exact_product(a.high, b.high);
	return exact_ordered_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static inline struct wide wide_quotient(struct wide a, struct wide b)
{
	double inverse = 1.0 / b.high, quotient = a.high * inverse;
	struct wide product = exact_product(quotient, b.high);
	double rest = ((a.high - product.high) - product.low) + (a.low - quotient * b.low);
	return exact_ordered_sum(quotient, rest * inverse);
}

static inline struct wide wide_times_power(struct wide a, int exponent)
{
	double power = power_of_two(exponent);
	return (struct wide){a.high * power, a.low * power};
}

/* -- The last rounding --------------------------------------------------------------------------- */

/* a * 2^exponent as a double, rounded once, also to a subnormal number; a.high is in [1/4, 4]. */
static inline double wide_rounded(struct wide a, int exponent)
{
	if (exponent > 1030)
		return HUGE_VAL;
	if (exponent < -1080)
		return 0.0;
	if (exponent > 1000)
		return (a.high + a.low) * power_of_two(exponent - 100) * 0x1p100;
	if (exponent > -1000)
		return (a.high + a.low) * power_of_two(exponent);
	/* The last digit of least is what is 2^-1074 in the end. */
	double least = power_of_two(-1022 - exponent);
	struct wide sum = exact_sum(least, a.high);
	double grown = a.high >= least ? a.high + a.low : sum.high + (sum.low + a.low) - least;
	return grown * power_of_two(exponent + 200) * 0x1p-200;
}

/* a as a float, rounded once: a double first that is odd where it is not exact (Boldo and Melquiond 2008,
 * "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd"). */
static inline float wide_rounded_to_float(struct wide a)
{
	struct wide sum = exact_ordered_sum(a.high, a.low);
	uint64_t bits = bits_of(sum.high);
	if (sum.low != 0.0 && bits % 2 == 0)
		bits = (sum.low > 0.0) == (sum.high > 0.0) ? bits + 1 : bits - 1;
	return (float)from_bits(bits);
}

/* Ziv's test (1991, "Fast evaluation of elementary mathematical functions with correctly rounded last bit"):
 * whether all numbers within 2^-48 of y round to the same float. */
static inline bool rounds_safely(double y, float *rounded)
{
	float below = (float)(y - y * 0x1p-48), above = (float)(y + y * 0x1p-48);
	*rounded = above;
	return below == above;
}

#endif
