/* Orthogonal initial values: orthonormal and the evaluator's to rounding, uniform among all such
 * matrices; where they cannot be. */
#include <criterion/criterion.h>

#include "feature_fixture.h"

/* Rows of a wide matrix, columns of a tall one: products with each other are gain^2 or 0. */
static void expect_orthonormal(const char *name, const double *matrix, int rows, int columns, double gain,
                               double tolerance)
{
	bool wide = rows <= columns;
	int count = wide ? rows : columns, length = wide ? columns : rows;
	int down = wide ? columns : 1, along = wide ? 1 : columns;
	for (int a = 0; a < count; a++)
		for (int b = a; b < count; b++) {
			double product = 0;
			for (int j = 0; j < length; j++)
				product += matrix[a * down + j * along] * matrix[b * down + j * along];
			cr_assert_float_eq(product, a == b ? gain * gain : 0, tolerance * gain * gain,
			                   "%s: vectors %d and %d: %.9g", name, a, b, product);
		}
}

static const char orthogonal_text[] =
        "init mixed = 0.5 * orthogonal() + 0.25 * normal()\ninput x[5]\ntarget t[3]\n"
        "param K[3, 2, 4] = orthogonal\nparam one[1, 1] = orthogonal\n"
        "layer wide[4] = dense(x, W = orthogonal(2))\nlayer tall[60] = dense(wide, W = orthogonal)\n"
        "layer square[60] = dense(tall, W = orthogonal)\nlayer mixed[60] = dense(square, W = mixed)\n"
        "output y[3] = dense(mixed) + sum(K) * sum(one)\nminimize mse(y, t)";

static void check_orthogonal(bool is_double)
{
	struct trial t = trial_new(orthogonal_text, is_double, "gcc -O2");
	struct random random = random_new();
	uint64_t seed = random_bits(&random);
	t.network->init(t.training, seed);
	double tolerance = is_double ? 1e-14 : 1e-6;
	expect_orthonormal("K", tensor_values(&t, "K"), 3, 8, 1, tolerance);
	expect_orthonormal("one", tensor_values(&t, "one"), 1, 1, 1, tolerance);
	expect_orthonormal("wide.W", tensor_values(&t, "wide.W"), 4, 5, 2, tolerance);
	expect_orthonormal("tall.W", tensor_values(&t, "tall.W"), 60, 4, 1, tolerance);
	expect_orthonormal("square.W", tensor_values(&t, "square.W"), 60, 60, 1, tolerance);
	struct evaluation *evaluation = evaluation_new(t.g.arena, 1, seed, 0, 0);
	evaluate(evaluation, &t.program->initial);
	for (size_t k = 0; k < t.program->stored.count; k++) {
		const struct tensor *tensor = t.program->stored.items[k];
		const double *got = tensor_values(&t, tensor->name),
		             *expected = evaluation_values(evaluation, tensor);
		for (size_t e = 0; e < values_of_tensor(tensor); e++)
			cr_assert(fabs(got[e] - expected[e]) < (is_double ? 1e-13 : 2e-6),
			          "%s[%zu]: %.17g, the evaluator has %.17g", tensor->name, e, got[e],
			          expected[e]);
	}
	double before[3600];
	memcpy(before, tensor_values(&t, "square.W"), sizeof before);
	t.network->init(t.training, seed + 1);
	const double *after = tensor_values(&t, "square.W");
	for (int k = 0; k < 3600; k++)
		cr_assert(before[k] != after[k], "element %d is the same with another seed", k);
	trial_free(&t);
}

Test(orthogonal, matrices)
{
	check_orthogonal(false);
	check_orthogonal(true);
}

static void expect_message(const char *statements, const char *message)
{
	struct subject s = subject_new(statements);
	cr_expect(!s.model && strstr(s.messages, message), "%s\n%s", statements, s.messages);
	arena_free(s.arena);
}

Test(orthogonal, where_it_cannot_be)
{
	expect_message("input x[3]\nparam b[3] = orthogonal\noutput y[3] = b * x",
	               "error[bad-initial]: `orthogonal` needs two or more dimensions, but `b` has one");
	expect_message("input x[3]\nparam s = orthogonal(2)\noutput y[3] = s * x",
	               "error[bad-initial]: `orthogonal` needs two or more dimensions, but `s` has none");
	expect_message("init two = orthogonal() + orthogonal()\ninput x[3]\noutput y[3] = dense(x, W = two)",
	               "error[bad-initial]: the initial value of `y.W` uses `orthogonal()` more than once");
	expect_message("input x[3]\noutput y[3] = x * orthogonal()",
	               "error[initial-only]: `orthogonal()` can only stand in an initial value");
	struct subject s = subject_new(
	        "init none_of_it = 0 * orthogonal()\ninput x[3]\noutput y[3] = dense(x, W = none_of_it)");
	cr_assert(s.model, "%s", s.messages);
	for (size_t k = 0; k < s.program.initial.equations.count; k++)
		cr_expect_null(s.program.initial.equations.items[k].matrix);
	arena_free(s.arena);
}

/* Of a matrix that is uniform among the orthogonal ones each element has mean 0, mean square 1 / n and mean
 * fourth power 3 / (n (n + 2)); the determinant is 1 as often as -1. Within 5 standard errors. */
Test(orthogonal, matrices_are_uniform)
{
	enum { SIZE = 3, DRAWS = 20000 };
	double square[SIZE * SIZE] = {0}, fourth[SIZE * SIZE] = {0}, mean[SIZE * SIZE] = {0}, positive = 0;
	struct random random = random_new();
	uint64_t seed = random_bits(&random);
	for (uint32_t draw = 0; draw < DRAWS; draw++) {
		double m[SIZE * SIZE];
		mlp_orthogonal(seed + draw, 7, 0, SIZE, SIZE, m);
		for (int k = 0; k < SIZE * SIZE; k++) {
			mean[k] += m[k] / DRAWS;
			square[k] += m[k] * m[k] / DRAWS;
			fourth[k] += pow(m[k], 4) / DRAWS;
		}
		double determinant = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
		                     m[2] * (m[3] * m[7] - m[4] * m[6]);
		cr_assert_float_eq(fabs(determinant), 1, 1e-14);
		positive += determinant > 0;
	}
	for (int k = 0; k < SIZE * SIZE; k++) {
		cr_expect_float_eq(mean[k], 0, 5 * sqrt(1.0 / SIZE / DRAWS), "element %d: %g", k, mean[k]);
		cr_expect_float_eq(square[k], 1.0 / 3, 5 * sqrt((1.0 / 5 - 1.0 / 9) / DRAWS),
		                   "element %d: %g", k, square[k]);
		cr_expect_float_eq(fourth[k], 1.0 / 5, 5 * sqrt((1.0 / 9 - 1.0 / 25) / DRAWS),
		                   "element %d: %g", k, fourth[k]);
	}
	cr_expect_float_eq(positive / DRAWS, 0.5, 5 * sqrt(0.25 / DRAWS), "determinant 1: %g",
	                   positive / DRAWS);
}
