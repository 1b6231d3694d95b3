/* The ground floor: Philox against its published vectors, draws as functions of their place, and the
 * scalar functions against long double. */
#include <criterion/criterion.h>
#include <float.h>
#include <string.h>

#include "mlp_vector_random.h"

/* philox4x32-10 of Random123's known-answer file: zeros, ones, and the digits of pi. */
static const struct {
	uint32_t counter[4], key[2], out[4];
} KNOWN[] = {
	{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
	 {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
	 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};

Test(random, philox_known_answers)
{
	for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
		uint32_t out[4];
		mlp_philox(KNOWN[i].counter, KNOWN[i].key, out);
		cr_assert_arr_eq(out, KNOWN[i].out, sizeof out, "vector %zu", i);
		memcpy(out, KNOWN[i].counter, sizeof out);
		mlp_philox(out, KNOWN[i].key, out);
		cr_assert_arr_eq(out, KNOWN[i].out, sizeof out, "vector %zu in place", i);
	}
}

/* The counter is {element / 4, row, step, stream}, the key the seed, low word first. */
Test(random, word_of_a_place)
{
	uint64_t seed = UINT64_C(0x299f31d0a4093822);
	for (uint32_t k = 0; k < 4; k++) {
		const uint32_t counter[4] = {5, 7, 11, 13}, key[2] = {0xa4093822, 0x299f31d0};
		uint32_t out[4];
		mlp_philox(counter, key, out);
		cr_expect_eq(mlp_word(seed, 13, 11, 7, 20 + k), out[k]);
	}
	for (uint32_t k = 0; k < 4; k++)
		cr_expect_eq(mlp_word(0, 0, 0, 0, k), KNOWN[0].out[k]);
}

/* Along rows, along elements with any distance, over the end of 32 bits. */
Test(random, vectors_are_the_draws_of_their_lanes)
{
	static const uint32_t steps[] = {0, 1, 2, 3, 5, 784};
	for (uint32_t k = 0; k < 36 * 8; k++) {
		uint32_t next_row = steps[k % 6], next = steps[k / 6 % 6], row = 3 * k, element = 17 * k - 1;
		uint64_t seed = UINT64_C(0x299f31d0a4093822) * (k + 1);
		mlp_vectorf draws = mlp_vector_uniformf(seed, 13, k, row, next_row, element, next);
		for (uint32_t lane = 0; lane < MLP_VECTOR_FLOATS; lane++)
			cr_assert_eq(draws[lane],
			             mlp_uniformf(seed, 13, k, row + lane * next_row, element + lane * next),
			             "%u, lane %u", k, lane);
	}
}

Test(random, uniform_is_the_same_24_bits_in_both_types)
{
	cr_expect_eq(mlp_uniform(0, 0, 0, 0, 0), (double)(0x6627e8d5 >> 8) / 16777216.0);
	double sum = 0, least = 1, most = 0;
	enum { DRAWS = 100000 };
	for (uint32_t i = 0; i < DRAWS; i++) {
		double u = mlp_uniform(42, 1, 2, 3, i);
		cr_assert_eq(u, (double)mlp_uniformf(42, 1, 2, 3, i));
		least = fmin(least, u);
		most = fmax(most, u);
		sum += u;
	}
	cr_expect(least >= 0 && most < 1);
	cr_expect_float_eq(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
}

/* Mean, variance, fourth moment and the correlation within a pair, each within 5 standard errors. */
Test(random, normal_moments)
{
	enum { DRAWS = 200000 };
	double sum = 0, square = 0, fourth = 0, pair = 0, before = 0;
	for (uint32_t i = 0; i < DRAWS; i++) {
		double z = mlp_normal(7, 3, 1, 0, i);
		cr_assert_float_eq(z, (double)mlp_normalf(7, 3, 1, 0, i), 2e-5);
		cr_assert(fabs(z) < 5.77);
		sum += z;
		square += z * z;
		fourth += z * z * z * z;
		pair += i % 2 ? z * before : 0;
		before = z;
	}
	double n = DRAWS;
	cr_expect_float_eq(sum / n, 0, 5 / sqrt(n));
	cr_expect_float_eq(square / n, 1, 5 * sqrt(2 / n));
	cr_expect_float_eq(fourth / n, 3, 5 * sqrt(96 / n));
	cr_expect_float_eq(pair / (n / 2), 0, 5 / sqrt(n / 2));
}

/* Element 0 of seed 0 from the known words, with the formula of Box and Muller. */
Test(random, normal_formula)
{
	double u = ((0x6627e8d5 >> 8) + 1) / 16777216.0, v = (0xe169c58d >> 8) / 16777216.0;
	cr_expect_float_eq(mlp_normal(0, 0, 0, 0, 0), sqrt(-2 * log(u)) * cos(2 * acos(-1.0) * v), 1e-14);
	cr_expect_float_eq(mlp_normal(0, 0, 0, 0, 1), sqrt(-2 * log(u)) * sin(2 * acos(-1.0) * v), 1e-14);
	u = ((0xbc57ac4c >> 8) + 1) / 16777216.0;
	v = (0x9b00dbd8 >> 8) / 16777216.0;
	cr_expect_float_eq(mlp_normal(0, 0, 0, 0, 2), sqrt(-2 * log(u)) * cos(2 * acos(-1.0) * v), 1e-14);
	cr_expect_float_eq(mlp_normal(0, 0, 0, 0, 3), sqrt(-2 * log(u)) * sin(2 * acos(-1.0) * v), 1e-14);
}

static void expect_near(double value, long double exact, double units, double epsilon, const char *name,
                        double x)
{
	double error = fabs(value - (double)exact);
	cr_expect(error <= units * epsilon * fabs((double)exact) + DBL_MIN, "%s(%g) = %.17g, not %.17Lg",
	          name, x, value, exact);
}

Test(functions, logistic_and_log1pexp)
{
	for (double x = -700; x <= 700; x += 0.37) {
		long double e = expl(-(long double)x);
		expect_near(mlp_logistic(x), 1 / (1 + e), 4, DBL_EPSILON, "logistic", x);
		expect_near(mlp_log1pexp(x), x > 0 ? x + log1pl(e) : log1pl(expl((long double)x)), 4,
		            DBL_EPSILON, "log1pexp", x);
	}
	for (float x = -80; x <= 80; x += 0.37f) {
		long double e = expl(-(long double)x);
		expect_near((double)mlp_logisticf(x), 1 / (1 + e), 4, FLT_EPSILON, "logisticf", (double)x);
		expect_near((double)mlp_log1pexpf(x), x > 0 ? x + log1pl(e) : log1pl(expl((long double)x)), 4,
		            FLT_EPSILON, "log1pexpf", (double)x);
	}
}

Test(functions, limits)
{
	cr_expect_eq(mlp_logistic(0), 0.5);
	cr_expect_eq(mlp_logistic(1e308), 1);
	cr_expect_eq(mlp_logistic(-1e308), 0);
	cr_expect_eq(mlp_logisticf(-INFINITY), 0);
	cr_expect_eq(mlp_logisticf(INFINITY), 1);
	cr_expect_eq(mlp_log1pexp(1e308), 1e308);
	cr_expect_eq(mlp_log1pexp(-1e308), 0);
	cr_expect_eq(mlp_log1pexpf(INFINITY), INFINITY);
	cr_expect(isnan(mlp_logistic(NAN)) && isnan(mlp_log1pexp(NAN)) && isnan(mlp_log1pexpf(NAN)));
	cr_expect_eq(mlp_sign(-0.0), 0);
	cr_expect_eq(mlp_sign(3), 1);
	cr_expect_eq(mlp_sign(-1e-300), -1);
	cr_expect_eq(mlp_signf(0), 0);
	cr_expect_eq(mlp_signf(-2), -1);
	cr_expect_eq(mlp_signf(INFINITY), 1);
}
