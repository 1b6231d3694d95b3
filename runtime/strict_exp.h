/* The exponential function by a table of 2^(j/128) (Tang 1989, "Table-driven implementation of the
 * exponential function"): x = n ln 2 / 128 + r, |r| < 0.0028, n = 128 k + j, and exp(x) = 2^k 2^(j/128)
 * exp(r). */
#ifndef MLP_STRICT_EXP_H
#define MLP_STRICT_EXP_H

#include "strict_constants.h"
#include "strict_tables.h"

static const double INVERSE_FACTORIAL[] = {1.0,           1.0,           1.0 / 2.0,   1.0 / 6.0,
                                           1.0 / 24.0,    1.0 / 120.0,   1.0 / 720.0, 1.0 / 5040.0,
                                           1.0 / 40320.0, 1.0 / 362880.0};

struct reduced_exponent {
	struct wide table, r;
	int n, exponent; /* k */
};

/* |high| < 2^15, and low is small beside it. */
static inline struct reduced_exponent reduce_exponent(double high, double low)
{
	double whole = high * STEPS_OF_EXP + TO_WHOLE - TO_WHOLE;
	int n = (int)whole, j = n & 127;
	double coarse = high - whole * STEP_OF_EXP_HIGH, fine = low - whole * STEP_OF_EXP_LOW;
	return (struct reduced_exponent){
	        .table = mlp_strict_powers[j],
	        .r = exact_ordered_sum(coarse, fine),
	        .n = n,
	        .exponent = (n - j) / 128,
	};
}

/* exp(r) - 1 - r to 2^-71 */
static inline double exp_remainder(struct wide r)
{
	const double *c = INVERSE_FACTORIAL;
	double x = r.high, square = x * x;
	return r.low + square * ((c[2] + x * c[3]) + square * ((c[4] + x * c[5]) + square * c[6]));
}

/* exp(high + low) = 2^exponent (head + middle + low), exact in head and middle, which have 25 and 53 bits */
struct exponential {
	double head, middle, low;
	int exponent;
};

/* To 2^-69 of the value. */
static inline struct exponential exp_parts(double high, double low)
{
	struct reduced_exponent x = reduce_exponent(high, low);
	double remainder = exp_remainder(x.r), r = x.r.high;
	double upper = r + 0x1.8p16 - 0x1.8p16; /* a multiple of 2^-36 */
	double lower = (r - upper) + remainder;
	return (struct exponential){
	        .head = x.table.high,
	        .middle = x.table.high * upper,
	        .low = x.table.low + (x.table.high * lower + x.table.low * (r + remainder)),
	        .exponent = x.exponent,
	};
}

/* exp(high + low) / 2^exponent, in [1/2, 4] */
static inline struct wide exp_wide(double high, double low, int *exponent)
{
	struct exponential e = exp_parts(high, low);
	struct wide sum = exact_ordered_sum(e.head, e.middle);
	*exponent = e.exponent;
	return exact_ordered_sum(sum.high, sum.low + e.low);
}

/* exp(x) - 1 for |x| <= 45, to 2^-61 of the value */
static inline struct wide expm1_wide(double x)
{
	struct reduced_exponent reduced = reduce_exponent(x, 0.0);
	if (reduced.n == 0)
		return exact_ordered_sum(x, exp_remainder((struct wide){x, 0.0}));
	struct exponential e = exp_parts(x, 0.0);
	double power = power_of_two(e.exponent);
	struct wide head = exact_sum(e.head * power, -1.0), sum = exact_sum(head.high, e.middle * power);
	return exact_ordered_sum(sum.high, sum.low + (head.low + e.low * power));
}

/* exp(high + low) = power * (head + low) in all but double */
struct near_exponential {
	double head, low, power;
};

/* To 2^-52 of exp(x) - 1. |high| < 700 */
static inline struct near_exponential exp_near_parts(double high, double low)
{
	const double *c = INVERSE_FACTORIAL;
	struct reduced_exponent x = reduce_exponent(high, low);
	double r = x.r.high, square = r * r;
	double e = r + square * ((c[2] + r * c[3]) + square * (c[4] + r * c[5]));
	return (struct near_exponential){
	        .head = x.table.high,
	        .low = x.table.low + (x.table.high + x.table.low) * e,
	        .power = power_of_two(x.exponent),
	};
}

static inline double exp_near(double high, double low)
{
	struct near_exponential e = exp_near_parts(high, low);
	return (e.head + e.low) * e.power;
}

static inline double expm1_near(double x)
{
	struct near_exponential e = exp_near_parts(x, 0.0);
	return (e.head * e.power - 1.0) + e.low * e.power;
}

#endif
