/* sin and cos, the same bits everywhere: x = n pi / 64 + r, |r| < 0.0246, by Cody and Waite (1980, "Software
 * Manual for the Elementary Functions") or, far out, by Payne and Hanek (1983, "Radian reduction for
 * trigonometric functions"); then sin(n pi / 64 + r) from a table of sines (Tang 1991, "Table-lookup
 * algorithms for elementary functions and their error analysis"). */
#include "mlp_strict.h"
#include "strict_constants.h"
#include "strict_tables.h"

#define NEAR_RANGE 8192.0 /* the products of n and the parts are exact */

enum { STEPS_OF_CIRCLE = 128, STEPS_OF_QUARTER = STEPS_OF_CIRCLE / 4 };

struct reduced_angle {
	unsigned step; /* n mod 128 */
	struct wide r;
};

/* -- Far out ------------------------------------------------------------------------------------- */

enum { WORDS = 7 };

/* The first WORDS words, last first, of m times the digits of 2 / pi from word `first` on, without what
 * does not fit in there. */
static void multiply_digits(uint64_t m, unsigned first, uint32_t product[WORDS])
{
	const uint32_t low = (uint32_t)m, high = (uint32_t)(m >> 32);
	uint64_t carry = 0, before = 0;
	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t word = mlp_strict_inverse_pi[first + WORDS - 1 - i];
		uint64_t a = low * word, b = high * before;
		uint64_t sum = (carry & UINT32_MAX) + (a & UINT32_MAX) + (b & UINT32_MAX);
		product[i] = (uint32_t)sum;
		carry = (carry >> 32) + (a >> 32) + (b >> 32) + (sum >> 32);
		before = word;
	}
}

static void shift_left(uint32_t number[WORDS], unsigned places)
{
	for (unsigned i = WORDS; i-- > 0 && places > 0;) {
		uint32_t below = i > 0 ? number[i - 1] >> (32 - places) : 0;
		number[i] = number[i] << places | below;
	}
}

/* The upper 106 bits of the number from its first 1 on, times 2^-224. */
static struct wide fraction_of(uint32_t number[WORDS])
{
	int exponent = 0;
	for (; exponent > -32 * (WORDS - 2) && number[WORDS - 1] == 0; exponent -= 32) {
		for (unsigned i = WORDS - 1; i > 0; i--)
			number[i] = number[i - 1];
		number[0] = 0;
	}
	unsigned places = 0;
	while (places < 31 && !(number[WORDS - 1] << places & UINT32_C(0x80000000)))
		places++;
	shift_left(number, places);
	exponent -= (int)places;
	uint64_t upper = (uint64_t)number[WORDS - 1] << 32 | number[WORDS - 2];
	uint64_t lower = (uint64_t)number[WORDS - 3] << 32 | number[WORDS - 4];
	double high = (double)(upper >> 11) * 0x1p-53;
	double low = (double)((upper & 0x7ff) << 42 | lower >> 22) * 0x1p-106;
	double power = power_of_two(exponent);
	return exact_ordered_sum(high * power, low * power);
}

/* NEAR_RANGE <= x */
static struct reduced_angle reduce_far(double x)
{
	const uint64_t bits = bits_of(x);
	/* x = m 2^e. Digits whose product with it is a multiple of 4 make whole turns: all before `place`. */
	const int e = (int)(bits >> 52) - 1075, place = e - 2 + 64;
	uint32_t turn[WORDS] = {0};
	multiply_digits((bits & (UINT64_MAX >> 12)) | UINT64_C(1) << 52, (unsigned)place / 32, turn);
	shift_left(turn, (unsigned)place % 32);
	/* The product mod 4 times 2^222: 7 bits for n, the others for r, from -1/2 to 1/2 steps. */
	const uint32_t top = turn[WORDS - 1], rest_mask = UINT32_MAX >> 7;
	const bool above = (top & UINT32_C(1) << 24) != 0;
	const unsigned step = (top >> 25) + above;
	/* Above the middle, to the next step: the complement, one unit in 2^217 aside. */
	for (unsigned i = 0; above && i < WORDS; i++)
		turn[i] = ~turn[i];
	turn[WORDS - 1] &= rest_mask;
	const struct wide step_of_sine = {STEP_OF_SINE, STEP_OF_SINE_REST};
	struct wide r = wide_product(wide_times_power(fraction_of(turn), 7), step_of_sine);
	return (struct reduced_angle){step, above ? (struct wide){-r.high, -r.low} : r};
}

/* -- Near 0 -------------------------------------------------------------------------------------- */

/* To 2^-63 of r: even the double that is next to a multiple of pi / 2, at 29 pi / 2, is 2^-60 off. */
static struct reduced_angle reduce(double x)
{
	if (!(x < NEAR_RANGE))
		return reduce_far(x);
	double whole = x * STEPS_OF_SINE + TO_WHOLE - TO_WHOLE;
	struct wide r = exact_sum(x - whole * STEP_OF_SINE_HIGH, -(whole * STEP_OF_SINE_MIDDLE));
	return (struct reduced_angle){
	        (unsigned)whole,
	        exact_ordered_sum(r.high, r.low - whole * STEP_OF_SINE_LOW),
	};
}

/* sin(r) - r and cos(r) - 1 */
static inline double sine_remainder(double r)
{
	double square = r * r;
	return square * r *
	       (-1.0 / 6.0 + square * (1.0 / 120.0 + square * (-1.0 / 5040.0 + square * (1.0 / 362880.0))));
}

static inline double cos_remainder(double r)
{
	double square = r * r;
	return square * (-0.5 + square * (1.0 / 24.0 + square * (-1.0 / 720.0 + square * (1.0 / 40320.0))));
}

/* To 2^-62 of the value. */
static struct wide sine_of(struct reduced_angle x)
{
	struct wide sine = mlp_strict_sines[x.step % STEPS_OF_CIRCLE];
	struct wide cos_wide = mlp_strict_sines[(x.step + STEPS_OF_QUARTER) % STEPS_OF_CIRCLE];
	double r = x.r.high, remainder = sine_remainder(r);
	if (sine.high == 0.0)
		return exact_ordered_sum(cos_wide.high * r, cos_wide.high * (x.r.low + remainder));
	double upper = r + 0x1.8p19 - 0x1.8p19; /* a multiple of 2^-33 */
	double lower = (r - upper) + (x.r.low + remainder);
	struct wide sum = exact_ordered_sum(sine.high, cos_wide.high * upper);
	double low = sine.low + (cos_wide.high * lower + cos_wide.low * (r + remainder)) +
	             sine.high * (cos_remainder(r) - r * x.r.low) + sine.low * cos_remainder(r);
	return exact_ordered_sum(sum.high, sum.low + low);
}

/* sin(|x|) turned by some quarters, and with the sign of x where it is odd. */
static struct wide sine_wide(double x, unsigned quarters)
{
	struct reduced_angle angle = reduce(fabs(x));
	angle.step += quarters * STEPS_OF_QUARTER;
	struct wide sine = sine_of(angle);
	return x < 0.0 && quarters == 0 ? (struct wide){-sine.high, -sine.low} : sine;
}

/* As in float: within 2^-50 of the value, or false. |x| < NEAR_RANGE */
static inline bool sine_near(double x, unsigned quarters, double *value)
{
	double whole = x * STEPS_OF_SINE + TO_WHOLE - TO_WHOLE;
	double r = (x - whole * STEP_OF_SINE_HIGH) - whole * STEP_OF_SINE_MIDDLE;
	unsigned step = (unsigned)(int)whole + quarters * STEPS_OF_QUARTER;
	struct wide sine = mlp_strict_sines[step % STEPS_OF_CIRCLE];
	struct wide cos_wide = mlp_strict_sines[(step + STEPS_OF_QUARTER) % STEPS_OF_CIRCLE];
	double square = r * r;
	double s = r + square * r * (-1.0 / 6.0 + square * (1.0 / 120.0 + square * (-1.0 / 5040.0)));
	double c = square * (-0.5 + square * (1.0 / 24.0 + square * (-1.0 / 720.0)));
	*value = sine.high + ((cos_wide.high + cos_wide.low) * s + (sine.low + (sine.high + sine.low) * c));
	return !(fabs(r) < 0x1p-20) || whole == 0.0;
}

static inline float sine_float(float x, unsigned quarters)
{
	if (!(fabsf(x) < INFINITY))
		return canonical_nanf();
	double value;
	float rounded;
	if (fabsf(x) < (float)NEAR_RANGE && sine_near((double)x, quarters, &value) &&
	    rounds_safely(value, &rounded))
		return rounded;
	return wide_rounded_to_float(sine_wide((double)x, quarters));
}

float mlp_strict_sinf(float x)
{
	return x == 0.0f ? x : sine_float(x, 0);
}

float mlp_strict_cosf(float x)
{
	return sine_float(x, 1);
}

double mlp_strict_sin(double x)
{
	if (!(fabs(x) < HUGE_VAL))
		return canonical_nan();
	if (fabs(x) < 0x1p-30)
		return x;
	struct wide sine = sine_wide(x, 0);
	return sine.high + sine.low;
}

double mlp_strict_cos(double x)
{
	if (!(fabs(x) < HUGE_VAL))
		return canonical_nan();
	struct wide cos_wide = sine_wide(x, 1);
	return cos_wide.high + cos_wide.low;
}
