/* Usage: measure floats|doubles|speed NAME [COUNT]
 *
 * floats: a function at all 2^32 floats (every COUNTth): how many results are not the float nearest to the
 * exact value. That float is the C library's result in double, rounded, where all numbers within 2^-46 of it
 * round alike: 64 units, where glibc states errors of at most 5 and our own logistic and log1pexp have 4.
 * Otherwise, and at every 65536th float, it is MPFR's. doubles: the worst error in units in the last place
 * against MPFR, at COUNT random arguments, half of them over all exponents, and at hard ones. speed:
 * nanoseconds a call beside those of the C library. */
#include "functions.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mlp_strict.h"

enum { DIGITS = 640 };

static const struct function *find(const char *name)
{
	for (const struct function *f = FUNCTIONS; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	fprintf(stderr, "no function %s\n", name);
	exit(2);
}

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t random_bits(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static float float_of(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static uint32_t bits_of_float(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static double double_of(uint64_t bits)
{
	double x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* -- All floats ---------------------------------------------------------------------------------- */

struct hardest {
	uint64_t asked;
	double distance; /* of the value from the middle between two floats, relative */
	float x;
};

/* `value` rounds to `rounded`. */
static void note_distance(struct hardest *hardest, mpfr_t value, float rounded, float x)
{
	mpfr_t distance;
	mpfr_init2(distance, DIGITS);
	for (int side = -1; side <= 1; side += 2) {
		float other = nextafterf(rounded, side * INFINITY);
		mpfr_set_d(distance, ((double)rounded + (double)other) / 2, MPFR_RNDN);
		mpfr_sub(distance, distance, value, MPFR_RNDN);
		mpfr_div(distance, distance, value, MPFR_RNDN);
		double size = fabs(mpfr_get_d(distance, MPFR_RNDN));
		if (size > 0 && size < hardest->distance)
			*hardest = (struct hardest){hardest->asked, size, x};
	}
	mpfr_clear(distance);
}

/* The nearest float, -0 and 0 apart, all NaN alike. */
static uint32_t nearest(const struct function *f, float x, bool ask, mpfr_t value, struct hardest *hardest)
{
	double libm = f->libm((double)x);
	float below = (float)(libm - libm * 0x1p-46), above = (float)(libm + libm * 0x1p-46);
	if (isnan(libm))
		return UINT32_C(0x7fc00000);
	if (libm == 0 || isinf(libm) || (below == above && !ask))
		return libm == 0 ? bits_of_float((float)libm) : bits_of_float(above);
	hardest->asked++;
	mpfr_set_flt(value, x, MPFR_RNDN);
	f->exact(value, value, MPFR_RNDN);
	float rounded = mpfr_get_flt(value, MPFR_RNDN);
	if (below != above)
		note_distance(hardest, value, rounded, x);
	return bits_of_float(rounded);
}

static int measure_floats(const struct function *f, uint64_t stride)
{
	mpfr_t value;
	mpfr_init2(value, DIGITS);
	uint64_t tested = 0, wrong = 0;
	struct hardest hardest = {.distance = 1};
	for (uint64_t i = 0; i < UINT64_C(1) << 32; i += stride, tested++) {
		float x = float_of((uint32_t)i);
		uint32_t result = bits_of_float(f->narrow(x)),
		         exact = nearest(f, x, i % 65536 == 0, value, &hardest);
		if (result != exact && wrong++ < 10)
			printf("%sf(%a) = %a, not %a\n", f->name, (double)x, (double)float_of(result),
			       (double)float_of(exact));
		if (i % (UINT64_C(1) << 28) < stride)
			fprintf(stderr, "%s: %d / 16\n", f->name, (int)(i >> 28));
	}
	printf("%-9s %11llu floats, %llu wrong, %llu by MPFR; hardest %a, 2^%.1f from a middle\n", f->name,
	       (unsigned long long)tested, (unsigned long long)wrong, (unsigned long long)hardest.asked,
	       (double)hardest.x, log2(hardest.distance));
	mpfr_clear(value);
	return wrong > 0;
}

/* -- Doubles ------------------------------------------------------------------------------------- */

struct worst {
	double error, x, y;
	int faults; /* NaN or infinity in the wrong place */
};

/* Error of `result` in units in the last place of the exact value. */
static void compare(struct worst *worst, mpfr_t exact, double result, double x, double y)
{
	double rounded = mpfr_get_d(exact, MPFR_RNDN);
	if (isnan(rounded) || isinf(rounded) || isnan(result) || isinf(result)) {
		bool same = isnan(rounded) ? isnan(result) : rounded == result;
		/* Next to the limit, either is within a unit. */
		if (!same && !(fabs(rounded) == DBL_MAX || fabs(result) == DBL_MAX) && worst->faults++ < 5)
			printf("at %a, %a: %a, not %a\n", x, y, result, rounded);
		return;
	}
	if (mpfr_zero_p(exact) && result == 0)
		return;
	long exponent = mpfr_zero_p(exact) ? -1074 : mpfr_get_exp(exact) - 53;
	mpfr_sub_d(exact, exact, result, MPFR_RNDN);
	mpfr_mul_2si(exact, exact, -(exponent < -1074 ? -1074 : exponent), MPFR_RNDN);
	double error = fabs(mpfr_get_d(exact, MPFR_RNDN));
	if (error > worst->error)
		*worst = (struct worst){error, x, y, worst->faults};
}

static void compare_at(struct worst *worst, const struct function *f, double x, mpfr_t value)
{
	mpfr_set_d(value, x, MPFR_RNDN);
	f->exact(value, value, MPFR_RNDN);
	compare(worst, value, f->wide(x), x, 0);
}

/* What arguments are hard: about ±2^e, about whole numbers and their multiples of pi / 2, and about the
 * limits of overflow and underflow of exp and erfc. */
static void compare_hard(struct worst *worst, const struct function *f, mpfr_t value)
{
	static const double places[] = {709.782712893384,
	                                -745.1332191019412,
	                                -708.3964185322641,
	                                26.543,
	                                27.2265,
	                                36.7368,
	                                -37.4,
	                                0x1p-28,
	                                0x1p-60,
	                                0x1p-30,
	                                0x1p-12,
	                                22,
	                                45,
	                                1,
	                                6,
	                                28,
	                                8192};
	for (int e = -1074; e < 1024; e++)
		for (int k = -20; k <= 20; k++) {
			compare_at(worst, f, ldexp(1 + k * 0x1p-52, e), value);
			compare_at(worst, f, -ldexp(1 + k * 0x1p-52, e), value);
		}
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		for (int k = -2000; k <= 2000; k++) {
			compare_at(worst, f, places[i] * (1 + k * 0x1p-44), value);
			compare_at(worst, f, -places[i] * (1 + k * 0x1p-52), value);
		}
	for (int k = 1; k < 100000; k++) {
		mpfr_const_pi(value, MPFR_RNDN);
		mpfr_mul_ui(value, value, (unsigned long)k, MPFR_RNDN);
		mpfr_mul_2si(value, value, k % 1000 - 6, MPFR_RNDN);
		compare_at(worst, f, mpfr_get_d(value, MPFR_RNDN), value);
	}
	/* of all doubles the next to a multiple of pi / 2: 6381956970095103 2^797 (Kahan 1983) */
	compare_at(worst, f, 6381956970095103 * 0x1p797, value);
}

static double random_argument(const struct function *f, uint64_t i, uint64_t *state)
{
	uint64_t bits = random_bits(state);
	if (i % 2 == 0)
		return double_of(bits);
	double unit = (double)(bits >> 11) * 0x1p-53, width = f->high - f->low;
	return i % 4 == 1 ? f->low + unit * width : ldexp(unit - 0.5, (int)(bits % 24) - 12);
}

static int measure_doubles(const struct function *f, uint64_t count)
{
	struct worst worst = {0};
	mpfr_t value;
	uint64_t state = 1;
	mpfr_init2(value, 200);
	compare_hard(&worst, f, value);
	for (uint64_t i = 0; i < count; i++)
		compare_at(&worst, f, random_argument(f, i, &state), value);
	printf("%-9s %9llu doubles, worst %.5f units, at %a\n", f->name, (unsigned long long)count,
	       worst.error, worst.x);
	mpfr_clear(value);
	return worst.faults > 0 || worst.error > 0.51;
}

/* -- pow ----------------------------------------------------------------------------------------- */

/* Pairs of moderate result, any pairs, and pairs with exact results; the second two are every eighth. */
static void random_pair(uint64_t i, uint64_t *state, double *x, double *y)
{
	uint64_t a = random_bits(state), b = random_bits(state);
	if (i % 8 == 0) {
		*x = double_of(a);
		*y = double_of(b);
	} else if (i % 8 == 1) {
		*x = (double)(a % 4096) * ldexp(1, (int)(a >> 32) % 17 - 8);
		*y = (double)((int)(b % 121) - 60) / (double)(1 << (b >> 32) % 4);
	} else {
		*x = ldexp(1 + (double)(a >> 12) * 0x1p-52, i % 2 ? 0 : (int)(a % 41) - 20);
		*y = (double)(int64_t)b * 0x1p-63 * ldexp(1, (int)(i / 8 % 16) - 6);
	}
}

static int measure_pow_floats(uint64_t count)
{
	uint64_t state = 1, wrong = 0, asked = 0;
	mpfr_t a, b;
	mpfr_inits2(DIGITS, a, b, (mpfr_ptr)0);
	for (uint64_t i = 0; i < count; i++) {
		double x, y;
		random_pair(i, &state, &x, &y);
		if (i % 8 == 0) {
			uint64_t bits = random_bits(&state);
			x = (double)float_of((uint32_t)bits);
			y = (double)float_of((uint32_t)(bits >> 32));
		}
		float narrow_x = (float)x, narrow_y = (float)y;
		float result = mlp_strict_powf(narrow_x, narrow_y);
		double libm = pow((double)narrow_x, (double)narrow_y);
		float below = (float)(libm - libm * 0x1p-46), exact = (float)(libm + libm * 0x1p-46);
		if (below != exact && !isnan(libm)) {
			asked++;
			mpfr_set_flt(a, narrow_x, MPFR_RNDN);
			mpfr_set_flt(b, narrow_y, MPFR_RNDN);
			mpfr_pow(a, a, b, MPFR_RNDN);
			exact = mpfr_get_flt(a, MPFR_RNDN);
		} else if (libm == 0 || isinf(libm)) {
			exact = (float)libm;
		}
		bool same = isnan(libm) ? bits_of_float(result) == UINT32_C(0x7fc00000)
		                        : bits_of_float(result) == bits_of_float(exact);
		if (!same && wrong++ < 10)
			printf("powf(%a, %a) = %a, not %a\n", (double)narrow_x, (double)narrow_y,
			       (double)result, (double)exact);
	}
	printf("%-9s %11llu pairs of floats, %llu wrong, %llu by MPFR\n", "pow", (unsigned long long)count,
	       (unsigned long long)wrong, (unsigned long long)asked);
	return wrong > 0;
}

static int measure_pow_doubles(uint64_t count)
{
	struct worst worst = {0};
	uint64_t state = 1;
	mpfr_t a, b;
	mpfr_inits2(200, a, b, (mpfr_ptr)0);
	for (uint64_t i = 0; i < count; i++) {
		double x, y;
		random_pair(i, &state, &x, &y);
		if (i % 8 == 3)
			y = (i % 16 == 3 ? 709.7 : -744.0) * (double)(random_bits(&state) >> 11) * 0x1p-53 /
			    log(x);
		mpfr_set_d(a, x, MPFR_RNDN);
		mpfr_set_d(b, y, MPFR_RNDN);
		mpfr_pow(a, a, b, MPFR_RNDN);
		compare(&worst, a, mlp_strict_pow(x, y), x, y);
	}
	printf("%-9s %9llu pairs of doubles, worst %.5f units, at %a, %a\n", "pow", (unsigned long long)count,
	       worst.error, worst.x, worst.y);
	return worst.faults > 0 || worst.error > 0.51;
}

/* -- Speed --------------------------------------------------------------------------------------- */

enum { ARGUMENTS = 4096, REPEATS = 41 };

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static volatile double sink;

#define TIME(target, call)                                                \
	do {                                                              \
		double start = seconds(), sum = 0;                        \
		for (int i = 0; i < ARGUMENTS; i++)                       \
			sum += (double)(call);                            \
		sink = sum;                                               \
		(target)[repeat] = (seconds() - start) / ARGUMENTS * 1e9; \
	} while (0)

/* Four medians: strict and libm in float, in double. */
static int measure_speed(const struct function *f)
{
	static double x[ARGUMENTS], times[4][REPEATS];
	static float narrow[ARGUMENTS];
	uint64_t state = 1;
	double low = fmax(f ? f->low : 0, -8), high = fmin(f ? f->high : 4, 8);
	for (int i = 0; i < ARGUMENTS; i++) {
		x[i] = low + (high - low) * (double)(random_bits(&state) >> 11) * 0x1p-53;
		narrow[i] = (float)x[i];
	}
	for (int repeat = 0; repeat < REPEATS; repeat++) {
		if (f) {
			TIME(times[0], f->narrow(narrow[i]));
			TIME(times[1], f->libm_narrow(narrow[i]));
			TIME(times[2], f->wide(x[i]));
			TIME(times[3], f->libm(x[i]));
		} else {
			TIME(times[0], mlp_strict_powf(narrow[i], narrow[ARGUMENTS - 1 - i]));
			TIME(times[1], powf(narrow[i], narrow[ARGUMENTS - 1 - i]));
			TIME(times[2], mlp_strict_pow(x[i], x[ARGUMENTS - 1 - i]));
			TIME(times[3], pow(x[i], x[ARGUMENTS - 1 - i]));
		}
	}
	for (int k = 0; k < 4; k++)
		qsort(times[k], REPEATS, sizeof(double), by_size);
	double *m[4] = {&times[0][REPEATS / 2], &times[1][REPEATS / 2], &times[2][REPEATS / 2],
	                &times[3][REPEATS / 2]};
	printf("%-9s float %5.1f ns, %5.2f of libm's %5.1f; double %5.1f ns, %5.2f of libm's %5.1f\n",
	       f ? f->name : "pow", *m[0], *m[0] / *m[1], *m[1], *m[2], *m[2] / *m[3], *m[3]);
	return 0;
}

int main(int count, char **words)
{
	if (count < 3) {
		fprintf(stderr, "usage: measure floats|doubles|speed NAME [COUNT]\n");
		return 2;
	}
	bool pow_wanted = strcmp(words[2], "pow") == 0;
	const struct function *f = pow_wanted ? NULL : find(words[2]);
	uint64_t number = count > 3 ? strtoull(words[3], NULL, 10) : 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	switch (words[1][0]) {
	case 'f':
		return f ? measure_floats(f, number ? number : 1)
		         : measure_pow_floats(number ? number : 200000000);
	case 'd':
		number = number ? number : 10000000;
		return f ? measure_doubles(f, number) : measure_pow_doubles(number);
	default: return measure_speed(f);
	}
}
