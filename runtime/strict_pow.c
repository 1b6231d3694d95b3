/* pow, the same bits everywhere: exp(y log(x)) with a logarithm of more digits than the result. */
#include "mlp_strict.h"
#include "strict_exp.h"
#include "strict_log.h"

/* -- Special cases ------------------------------------------------------------------------------- */

static bool is_whole(double y)
{
	return fabs(y) >= 0x1p52 || y + (y < 0.0 ? -0x1p52 : 0x1p52) - (y < 0.0 ? -0x1p52 : 0x1p52) == y;
}

static bool is_odd(double y)
{
	return fabs(y) < 0x1p53 && is_whole(y) && !is_whole(y * 0.5);
}

/* Zeros, infinities, NaN, and what gives 1. */
static bool is_special(double x, double y)
{
	return !(fabs(x) < HUGE_VAL && fabs(y) < HUGE_VAL) || x == 0.0 || y == 0.0 || x == 1.0;
}

static double special_pow(double x, double y)
{
	double size = fabs(x);
	if (y == 0.0 || x == 1.0)
		return 1.0;
	if (x != x || y != y)
		return canonical_nan();
	if (size == 1.0)
		return 1.0; /* y is infinite */
	double result = (size > 1.0) == (y > 0.0) ? HUGE_VAL : 0.0;
	return is_odd(y) ? copysign(result, x) : result;
}

/* -- In double ----------------------------------------------------------------------------------- */

/* size^y / 2^exponent; false if that is 0 (then y log(size) is negative) or infinite. */
static bool pow_wide(double size, double y, struct wide *result, int *exponent)
{
	struct wide log = size < DBL_MIN ? log_wide(size * 0x1p60, -60) : log_wide(size, 0);
	if (!(fabs(y * log.high) < 800.0))
		return false;
	struct wide product = exact_product(y, log.high);
	*result = exp_wide(product.high, product.low + y * log.low, exponent);
	return true;
}

double mlp_strict_pow(double x, double y)
{
	if (is_special(x, y))
		return special_pow(x, y);
	if (x < 0.0 && !is_whole(y))
		return canonical_nan();
	int exponent;
	struct wide power;
	double result = (fabs(x) > 1.0) == (y > 0.0) ? HUGE_VAL : 0.0;
	if (fabs(x) == 1.0)
		result = 1.0;
	else if (pow_wide(fabs(x), y, &power, &exponent))
		result = wide_rounded(power, exponent);
	return x < 0.0 && is_odd(y) ? -result : result;
}

/* -- In float ------------------------------------------------------------------------------------ */

/* size^y if it has at most 25 digits in base 2, as the middle between two floats has; else 0. Then size is a
 * power of two, or y a whole number over 1, 2, 4 or 8 and not above 15: 3^16 has 26 digits. */
static double exact_power(double size, double y)
{
	uint64_t bits = bits_of(size);
	if (!(bits & (UINT64_MAX >> 12))) {
		double exponent = y * (double)((int)(bits >> 52) - 1023);
		return is_whole(exponent) && fabs(exponent) < 1000.0 ? power_of_two((int)exponent) : 0.0;
	}
	if (!(y > 0.0 && y <= 15.0))
		return 0.0;
	int halvings = 0;
	while (!is_whole(y)) {
		double root = sqrt(size);
		if (halvings++ == 3 || root * root != size || root != upper_half(root))
			return 0.0;
		size = root;
		y *= 2.0;
	}
	double power = size;
	for (int n = (int)y; n > 1; n--) {
		power *= size;
		if (!(power < 0x1p200 && power > 0x1p-200) || bits_of(power) & (UINT64_MAX >> 36))
			return 0.0;
	}
	return power;
}

/* size^y as a number whose rounding is the power's. */
static float slow_pow(double size, double y)
{
	struct wide power;
	int exponent;
	if (!pow_wide(size, y, &power, &exponent) || exponent > 200 || exponent < -200)
		return (size > 1.0) == (y > 0.0) ? INFINITY : 0.0f;
	double exact = exact_power(size, y);
	if (exact != 0.0)
		return (float)exact;
	return wide_rounded_to_float(wide_times_power(power, exponent));
}

/* size^y for floats, to 2^-50 of the value; false if it is far out of range */
static inline bool pow_near(double size, double y, double *result)
{
	struct wide log = log_near_wide(size);
	double upper = upper_half(log.high), high = y * upper; /* exact */
	if (!(fabs(high) < 200.0))
		return false;
	*result = exp_near(high, y * ((log.high - upper) + log.low));
	return true;
}

float mlp_strict_powf(float x, float y)
{
	double wide_x = (double)x, wide_y = (double)y, result;
	if (is_special(wide_x, wide_y))
		return (float)special_pow(wide_x, wide_y);
	if (x < 0.0f && !is_whole(wide_y))
		return canonical_nanf();
	float rounded;
	if (x == -1.0f)
		rounded = 1.0f;
	else if (!(pow_near(fabs(wide_x), wide_y, &result) && rounds_safely(result, &rounded)))
		rounded = slow_pow(fabs(wide_x), wide_y);
	return x < 0.0f && is_odd(wide_y) ? -rounded : rounded;
}
