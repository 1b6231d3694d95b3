/* erf and erfc, the same bits everywhere. Below 1, the Taylor series about the nearest c = j / 64, whose
 * coefficients are Hermite polynomials of c; from there on, erfc(x) = exp(-x^2) g(x) with the Taylor series
 * of g, a slowly falling function, about the middle of one of 16 intervals to the octave. */
#include "mlp_strict.h"
#include "strict_exp.h"

#define ERFC_END 28.0 /* above it, erfc is below half the least positive number */

/* -- Below 1 ------------------------------------------------------------------------------------- */

/* With exp(-(c + r)^2) = exp(-c^2) (1 + sum of (-1)^n H(n, c) r^n / n!), the sum of (-1)^n H(n, c) r^n /
 * (n+1)! for n from 1 to `terms`, from H(n+1) = 2 c H(n) - 2 n H(n-1). */
static inline double erf_series(double c, double r, int terms)
{
	static const double first[] = {0,         1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0,
	                               1.0 / 6.0, 1.0 / 7.0, 1.0 / 8.0, 1.0 / 9.0};
	static const double second[] = {0,          0,           2.0 / 6.0,   4.0 / 12.0,  6.0 / 20.0,
	                                8.0 / 30.0, 10.0 / 42.0, 12.0 / 56.0, 14.0 / 72.0};
	double step = -2.0 * c * r, square = r * r, before = 0.0, term = 1.0, sum = 0.0;
	for (int n = 1; n <= terms; n++) {
		double next = step * first[n] * term - square * second[n] * before;
		before = term;
		term = next;
		sum += term;
	}
	return sum;
}

/* erf(x) for 0 <= x < 1, to 2^-61 of the value */
static struct wide erf_wide(double x)
{
	double whole = x * 64.0 + TO_WHOLE - TO_WHOLE, c = whole / 64.0, r = x - c;
	const struct mlp_strict_error_function *table = &mlp_strict_error_functions[(int)whole];
	struct wide slope = table->derivative;
	double remainder = r * erf_series(c, r, 8);
	if (whole == 0.0) {
		struct wide product = wide_product(slope, (struct wide){r, 0.0});
		return exact_ordered_sum(product.high, product.low + (slope.high + slope.low) * remainder);
	}
	double upper = r + 0x1.8p17 - 0x1.8p17; /* a multiple of 2^-35 */
	double lower = (r - upper) + remainder;
	struct wide sum = exact_ordered_sum(table->value.high, slope.high * upper);
	double low = table->value.low + (slope.high * lower + slope.low * (r + remainder));
	return exact_ordered_sum(sum.high, sum.low + low);
}

/* erf(x) = 2 x / sqrt(pi) where products of x lose digits */
static double small_erf(double x)
{
	double scaled = x * 0x1p100;
	int exponent = (int)(bits_of(scaled) >> 52) - 1023;
	struct wide fraction = {scaled * power_of_two(-exponent), 0.0};
	return wide_rounded(wide_product(mlp_strict_error_functions[0].derivative, fraction), exponent - 100);
}

/* To 2^-51 of the value. */
static inline double erf_near(double x)
{
	double whole = x * 64.0 + TO_WHOLE - TO_WHOLE, c = whole / 64.0, r = x - c;
	const struct mlp_strict_error_function *table = &mlp_strict_error_functions[(int)whole];
	double slope = table->derivative.high + table->derivative.low;
	return table->value.high + (slope * (r + r * erf_series(c, r, 7)) + table->value.low);
}

/* -- From 1 on ----------------------------------------------------------------------------------- */

struct scaled_argument {
	const struct mlp_strict_scaled_erfc *table;
	double t;
};

/* 1 <= x < 28: the interval is the exponent and the first four digits. */
static inline struct scaled_argument find_interval(double x)
{
	uint64_t bits = bits_of(x), first = UINT64_C(0x3ff0000000000000);
	double middle = from_bits((bits & ~(UINT64_MAX >> 16)) | UINT64_C(1) << 47);
	double scale = from_bits((first << 1) - (bits & ~(UINT64_MAX >> 12))); /* 2^-e */
	return (struct scaled_argument){&mlp_strict_scaled_erfcs[(bits - first) >> 48], (x - middle) * scale};
}

/* The terms of g from the square on */
static inline double higher_terms(const double c[SCALED_ERFC_TERMS], double t)
{
	double square = t * t, fourth = square * square;
	double a = (c[0] + t * c[1]) + square * (c[2] + t * c[3]);
	double b = (c[4] + t * c[5]) + square * (c[6] + t * c[7]);
	double d = (c[8] + t * c[9]) + square * (c[10] + t * c[11]);
	return square * (a + fourth * (b + fourth * d));
}

/* erfc(x) / 2^exponent for 1 <= x < 28, to 2^-60 of the value */
static struct wide erfc_wide(double x, int *exponent)
{
	struct scaled_argument a = find_interval(x);
	struct wide slope = a.table->derivative;
	double upper = a.t + 0x1.8p25 - 0x1.8p25; /* a multiple of 2^-27 */
	struct wide g = exact_ordered_sum(a.table->value.high, slope.high * upper);
	g.low += a.table->value.low + (slope.high * (a.t - upper) + slope.low * a.t) +
	         higher_terms(a.table->higher, a.t);
	struct wide square = exact_product(x, x), power = exp_wide(-square.high, -square.low, exponent);
	return wide_product(power, exact_ordered_sum(g.high, g.low));
}

/* erfc of a float x, 1 <= x < 25, to 2^-51 of the value */
static inline double erfc_near(double x)
{
	struct scaled_argument a = find_interval(x);
	double slope = a.table->derivative.high + a.table->derivative.low;
	double g =
	        a.table->value.high + (a.table->value.low + slope * a.t + higher_terms(a.table->higher, a.t));
	return exp_near(-(x * x), 0.0) * g;
}

/* -- The functions ------------------------------------------------------------------------------- */

static struct wide negated(struct wide a)
{
	return (struct wide){-a.high, -a.low};
}

/* For 0 <= x < 6 */
static struct wide any_erf_wide(double x)
{
	if (x < 1.0)
		return erf_wide(x);
	int exponent;
	struct wide complement = erfc_wide(x, &exponent);
	return wide_sum(negated(wide_times_power(complement, exponent)), 1.0);
}

/* erfc(x) / 2^exponent for -6 < x < 28 */
static struct wide any_erfc_wide(double x, int *exponent)
{
	if (x >= 1.0)
		return erfc_wide(x, exponent);
	*exponent = 0;
	struct wide erf = any_erf_wide(fabs(x));
	return wide_sum(x < 0.0 ? erf : negated(erf), 1.0);
}

float mlp_strict_erff(float x)
{
	if (!(fabsf(x) < 6.0f))
		return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : canonical_nanf();
	double size = fabs((double)x), erf = size < 1.0 ? erf_near(size) : 1.0 - erfc_near(size);
	float rounded;
	if (!rounds_safely(erf, &rounded))
		rounded = wide_rounded_to_float(any_erf_wide(size));
	return copysignf(rounded, x);
}

double mlp_strict_erf(double x)
{
	if (!(fabs(x) < 6.0))
		return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : canonical_nan();
	if (fabs(x) < 0x1p-500)
		return x == 0.0 ? x : copysign(small_erf(fabs(x)), x);
	struct wide result = any_erf_wide(fabs(x));
	return copysign(result.high + result.low, x);
}

float mlp_strict_erfcf(float x)
{
	if (!(x < 12.0f && x > -6.0f))
		return x > 0.0f ? 0.0f : x < 0.0f ? 2.0f : canonical_nanf();
	double size = fabs((double)x);
	double erfc = x >= 1.0f   ? erfc_near(size)
	              : x > -1.0f ? 1.0 - copysign(erf_near(size), (double)x)
	                          : 2.0 - erfc_near(size);
	float rounded;
	if (rounds_safely(erfc, &rounded))
		return rounded;
	int exponent;
	struct wide result = any_erfc_wide((double)x, &exponent);
	return wide_rounded_to_float(wide_times_power(result, exponent));
}

double mlp_strict_erfc(double x)
{
	if (!(x < ERFC_END && x > -6.0))
		return x > 0.0 ? 0.0 : x < 0.0 ? 2.0 : canonical_nan();
	int exponent;
	struct wide result = any_erfc_wide(x, &exponent);
	return wide_rounded(result, exponent);
}
