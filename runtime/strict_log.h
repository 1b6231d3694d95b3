/* The logarithm by a table (Tang 1990, "Table-driven implementation of the logarithm function"): x = 2^k m
 * with m in [0.705, 1.41), an inverse c of its interval's middle, m c = 1 + r with |r| < 2^-8, and log(x) = k
 * ln 2 - log(c) + log(1 + r). About 1, c = 1 and k = 0, so that nothing cancels. */
#ifndef MLP_STRICT_LOG_H
#define MLP_STRICT_LOG_H

#include "strict_constants.h"
#include "strict_tables.h"

#define ONE_BITS UINT64_C(0x3ff0000000000000)
#define LOG_START_BITS UINT64_C(0x3fe6900000000000) /* of 0.705 */

struct reduced_logarithm {
	double upper, lower;   /* m: 26 bits and the others */
	double inverse;        /* c */
	double constant, rest; /* k ln 2 - log(c), exact but for the last digits of rest */
	int exponent;          /* k */
};

/* x is positive and not subnormal; `exponent` is added to its own. */
static inline struct reduced_logarithm reduce_logarithm(double x, int exponent)
{
	uint64_t bits = bits_of(x), offset = bits + (ONE_BITS - LOG_START_BITS);
	uint64_t power = (offset & ~(UINT64_MAX >> 12)) - ONE_BITS;
	const struct mlp_strict_logarithm *table = &mlp_strict_logarithms[offset >> 45 & 127];
	double m = from_bits(bits - power), upper = from_bits((bits - power) & ~UINT64_C(0x7ffffff));
	int own = (int)(offset >> 52) - 1023;
	double k = own + exponent;
	return (struct reduced_logarithm){
	        .upper = upper,
	        .lower = m - upper,
	        .inverse = table->inverse,
	        .constant = k * LN2_HIGH + table->logarithm.high,
	        .rest = k * LN2_LOW + table->logarithm.low,
	        .exponent = own,
	};
}

/* constant + rest + log(1 + r), to 2^-69 of the value: r^2 / 2 in all digits, the higher powers in double */
static inline struct wide log_sum(const struct reduced_logarithm *x, struct wide r)
{
	static const double c[] = {1.0 / 3.0, -1.0 / 4.0, 1.0 / 5.0, -1.0 / 6.0,
	                           1.0 / 7.0, -1.0 / 8.0, 1.0 / 9.0, -1.0 / 10.0};
	double h = r.high, a = upper_half(h), b = h - a, square = h * h;
	double half = -0.5 * (a * a), half_rest = -(a * b + 0.5 * (b * b) + h * r.low);
	double cubic = (c[0] + h * c[1]) + square * (c[2] + h * c[3]);
	double higher = (c[4] + h * c[5]) + square * (c[6] + h * c[7]);
	double powers = square * h * (cubic + square * square * higher);
	struct wide first = exact_sum(x->constant, h), second = exact_sum(first.high, half);
	double low = (first.low + second.low) + (half_rest + powers + r.low + x->rest);
	return exact_ordered_sum(second.high, low);
}

/* log(x), x as in reduce_logarithm */
static inline struct wide log_wide(double x, int exponent)
{
	struct reduced_logarithm m = reduce_logarithm(x, exponent);
	return log_sum(&m, exact_sum(m.upper * m.inverse - 1.0, m.lower * m.inverse));
}

/* log(1 + x) for x in (-1, 2^60), and |x| not below 2^-900 */
static inline struct wide log1p_wide(struct wide x)
{
	struct wide sum = exact_sum(1.0, x.high);
	struct reduced_logarithm m = reduce_logarithm(sum.high, 0);
	double scale = power_of_two(-m.exponent) * m.inverse;
	struct wide r = exact_sum(m.upper * m.inverse - 1.0, m.lower * m.inverse);
	struct wide all = exact_sum(r.high, sum.low * scale);
	return log_sum(&m, exact_ordered_sum(all.high, all.low + r.low + x.low * scale));
}

/* log(1 + r) - r to 2^-59 r */
static inline double log_remainder(double r)
{
	double square = r * r;
	return square * ((-0.5 + r * (1.0 / 3.0)) +
	                 square * ((-0.25 + r * 0.2) + square * (-1.0 / 6.0 + r * (1.0 / 7.0))));
}

/* log(x) of a float above 0, to 2^-51 of the value; as a wide number to 2^-58 */
static inline struct wide log_near_wide(double x)
{
	struct reduced_logarithm m = reduce_logarithm(x, 0);
	double r = m.upper * m.inverse - 1.0;
	struct wide sum = exact_ordered_sum(m.constant, r);
	return (struct wide){sum.high, sum.low + (m.rest + log_remainder(r))};
}

static inline double log_near(double x)
{
	struct reduced_logarithm m = reduce_logarithm(x, 0);
	double r = m.upper * m.inverse - 1.0;
	return m.constant + (r + (m.rest + log_remainder(r)));
}

/* log(1 + x) for x in (-1, 2^300), to 2^-51 of the value */
static inline double log1p_near(double x)
{
	struct wide sum = exact_sum(1.0, x);
	struct reduced_logarithm m = reduce_logarithm(sum.high, 0);
	double r = (m.upper * m.inverse - 1.0) + m.lower * m.inverse;
	r += sum.low * (power_of_two(-m.exponent) * m.inverse);
	return m.constant + (r + (m.rest + log_remainder(r)));
}

#endif
