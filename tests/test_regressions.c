/* The smallest cases of what random models found wrong, each with what is right. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "generated.h"
#include "support.h"

/* --- graphs ------------------------------------------------------------------------------------- */

/* The simplified equation of y, in the prediction of a model. */
static void expect_equation(const char *statements, const char *equation)
{
	struct subject s = subject_new(statements);
	cr_assert(s.model && !s.fault, "%s\n%s%s", statements, s.messages, s.fault ? s.fault : "");
	const char *text = equation_text(&s, &s.prediction[1], "y");
	cr_expect_str_eq(text ? text : "", equation, "%s", statements);
	struct random random = random_new();
	struct evaluation *evaluation = subject_evaluation(&s, NULL, &random);
	const char *where = "";
	for (int stage = 1; stage < 3; stage++)
		cr_expect(largest_difference(evaluation, &s.prediction[0], &s.prediction[stage], &where) <
		                  1e-14,
		          "%s: stage %d differs in %s", statements, stage, where);
	arena_free(s.arena);
}

/* It became the empty product of a node that is none: 0. */
/* floor(x / 41) was floor(0.024… * x), which is 0 at 41, as it was at other multiples. */
Test(regressions, floor_of_whole_quotients)
{
	struct subject s = subject_new("input x[1]\nlayer y[1] = floor(x / 41) + floor((x + 1) / 49)\n");
	cr_assert_null(s.fault, "%s", s.fault);
	struct evaluation *e = evaluation_new(s.arena, 1, 1, 0, 0);
	const struct graph *graph = &s.prediction[2];
	for (int k = 0; k < 2000; k++) {
		evaluation_values(e, s.program.inputs.items[0])[0] = k;
		evaluate(e, graph);
		cr_expect_eq(evaluation_values(e, graph->results.items[0])[0], k / 41 + (k + 1) / 49, "at %d", k);
	}
	cr_expect_str_eq(equation_text(&s, graph, "y"), "y[n, i] = floor(x[n, i] / 41) + floor((x[n, i] + 1) / 49)");
	arena_free(s.arena);
}

Test(regressions, power_of_one)
{
	expect_equation("input x[3]\noutput y[i: 3] = tanh(x[i]^1)", "y[n, i] = tanh(x[n, i])");
	expect_equation("input x[3]\noutput y[i: 3] = (x[i] > 0)^1 * x[i]",
	                "y[n, i] = x[n, i] * (0 < x[n, i])");
	expect_equation("input x[3]\noutput y[i: 3] = (2 * x[i])^1 + x[i]^0", "y[n, i] = 2 * x[n, i] + 1");
}

/* Reads in branches that cannot be taken stayed, with indices beyond the extents. */
Test(regressions, conditions_that_extents_decide)
{
	expect_equation("input x[4]\noutput y[i: 2] = if i + 2 < 1 then x[i + 2] else 3", "y[n, i] = 3");
	expect_equation("input x[4]\noutput y[i: 4] = if i >= 0 and i <= 3 then x[i] else 3",
	                "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if i == 4 or i != 2 * i - 7 then x[i] else 3",
	                "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 2] = sum(j: 3, if j - i > 2 then 7 else x[j + i])",
	                "y[n, i] = sum(j: 3, x[n, i + j])");
	expect_equation("input x[4]\noutput y[i: 4] = if i >= 2 and i + 2 < 3 then x[i - 2] else 3",
	                "y[n, i] = 3");
	expect_equation("input x[4]\noutput y[i: 4] = if i == 1 and x[0] > 0 and i == 2 then x[i - 2] else 3",
	                "y[n, i] = 3");
}

/* Of an index with itself: the C compared it, too. */
Test(regressions, conditions_of_one_index)
{
	expect_equation("input x[4]\noutput y[i: 4] = if i <= i and i == i then x[i] else 3", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if i < i or i != i then 3 else x[i]", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = sum(j, if i + j + 3 > i + j then x[j] else 3)",
	                "y[n, i] = sum(j, x[n, j])");
}

/* A read at -1 came into the C, in a branch of a branch that excludes it. */
Test(regressions, conditions_that_exclude_inner_ones)
{
	expect_equation("input x[3]\noutput y[i: 4] = if i == 1 then (if i >= 2 then x[1 - 2] else 3) else 4",
	                "y[n, i] = if i == 1 then 3 else 4");
	expect_equation("input x[4]\noutput y[i: 4] = if i < 2 then sin(if i > 2 and x[0] > 0 then 1 else x[1]) "
	                "else 4",
	                "y[n, i] = if i < 2 then sin(x[n, 1]) else 4");
	expect_equation("input x[4]\noutput y[i: 4] = if i > 0 and x[0] > 0 then (if i < 1 then x[3 - i] else 3) else 4",
	                "y[n, i] = if 0 < i and 0 < x[n, 0] then 3 else 4");
	expect_equation("input x[4]\noutput y[i: 4] = if i == 1 then (if i < 2 then 5 else 3) else 4",
	                "y[n, i] = if i == 1 then 5 else 4");
}

/* A read at -1 came into the C, since it takes all of `not k == 1`, `k >= 1` and `k <= 1` to see that it cannot
 * be reached; and a comparison of which clang says that it is never true. */
Test(regressions, conditions_that_exclude_together)
{
	expect_equation("input x[4]\noutput y[i: 4] = if i == 1 or (if i - 1 >= 0 and i - 1 < 1 then x[i - 1] else "
	                "x[3]) < 1 then 2 else 3",
	                "y[n, i] = if i == 1 or x[n, 3] < 1 then 2 else 3");
	expect_equation("input x[4]\noutput y[i: 4] = if i == 1 and i != 1 then 2 else x[i]", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if i != 1 and i == 1 then 2 else x[i]", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if 2 * i == 3 then 2 else x[i]", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if i < 2 or i > 1 then x[i] else 3", "y[n, i] = x[n, i]");
	expect_equation("input x[4]\noutput y[i: 4] = if i != 0 then (if i > 0 then x[i] else 2) else 3",
	                "y[n, i] = if i != 0 then x[n, i] else 3");
	expect_equation("input x[4]\noutput y[i: 4] = if 2 * i > 3 then (if 3 * i < 4 then x[0] else x[i]) else 3",
	                "y[n, i] = if 3 < 2 * i then x[n, i] else 3");
	expect_equation("input x[4]\noutput y[i: 4] = sum(j: 4, if i < 2 and j < 2 then (if i + j < 3 then x[i] else "
	                "2) else (if i == 1 and j == 0 then 5 else 6))",
	                "y[n, i] = sum(j: 4, if i < 2 and j < 2 then x[n, i] else if i == 1 and j == 0 then 5 else 6)");
	expect_equation("input x[4]\noutput y[i: 4] = if not (i < 2 or x[0] > 1) then (if i == 1 then 2 else x[i]) "
	                "else 3",
	                "y[n, i] = if i < 2 or 1 < x[n, 0] then 3 else x[n, i]");
}

/* What they do not decide stays. */
Test(regressions, conditions_that_extents_leave)
{
	expect_equation("input x[4]\noutput y[i: 4] = if i + 1 < 4 then x[i + 1] else 3",
	                "y[n, i] = if i + 1 < 4 then x[n, i + 1] else 3");
	expect_equation("input x[4]\noutput y[i: 4] = if i >= 1 and 2 - i >= 1 then x[i] else 3",
	                "y[n, i] = if 1 <= i and 1 <= -i + 2 then x[n, i] else 3");
	expect_equation("input x[4]\noutput y[i: 4] = if i / 4 < 0.5 then x[i] else 3",
	                "y[n, i] = if 0.25 * i < 0.5 then x[n, i] else 3");
}

/* --- programs ----------------------------------------------------------------------------------- */

static struct generated generate_text(const char *text, bool real_double, const char *compiler)
{
	char path[] = "/tmp/mlpc-model-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	struct generated g = generate(path, real_double, compiler);
	unlink(path);
	cr_assert(g.network, "%s%s", text, g.fault);
	return g;
}

/* Such outputs had no row of their own: the second row was never written, a second batch went past the end. */
Test(regressions, outputs_that_depend_on_no_input)
{
	enum { ROWS = 7 };
	struct generated g =
	        generate_text("model m\ninput x[2]\nparam p[2] = [0.25, -0.5]\ntarget t[2]\n"
	                      "output y[i: 2] = 2 * p[i]\nminimize sse(y, t)\ntrain { batch = 3 }\n",
	                      true, "gcc -O1 -fsanitize=undefined -fno-sanitize-recover=all");
	double x[ROWS][2] = {{0}}, y[ROWS][2] = {{0}}, t[3][2] = {{1, 0}, {0.5, 1}, {0.5, -1}};
	const void *inputs[] = {x}, *targets[] = {t};
	void *outputs[] = {y}, *training = calloc(1, g.network->training_size),
	     *work = calloc(1, g.network->work_size + 1);
	g.network->init(training, 1);
	const void *net = g.network->net(training);
	g.network->predict(net, work, ROWS, inputs, outputs);
	for (int n = 0; n < ROWS; n++)
		cr_expect(y[n][0] == 0.5 && y[n][1] == -1, "row %d: %g, %g", n, y[n][0], y[n][1]);
	cr_expect_float_eq(g.network->loss(net, work, 3, inputs, targets), (0.25 + 1 + 4 + 0) / 3, 1e-15);
	free(training);
	free(work);
	generated_free(&g);
}

/* The one-hot vector of one class at the number of another: 1 where they are the same. */
Test(regressions, class_against_class)
{
	struct generated g =
	        generate_text("model m\ninput x class[3]\ntarget t class[3]\noutput y[3] = softmax(x)\n"
	                      "minimize cross_entropy(y, t)\ntrain { batch = 2 }\n",
	                      true, "gcc -O1");
	int32_t x[] = {2, 1}, t[] = {2, 0};
	const void *inputs[] = {x}, *targets[] = {t};
	void *training = calloc(1, g.network->training_size), *work = calloc(1, g.network->work_size + 1);
	g.network->init(training, 1);
	double loss = g.network->loss(g.network->net(training), work, 2, inputs, targets);
	cr_expect_float_eq(loss, log(exp(1) + 2) - 0.5, 1e-14, "%.17g", loss);
	free(training);
	free(work);
	generated_free(&g);
}

/* A compiler that unrolls the loops saw reads beyond the arrays where conditions were sums of floating-point
 * numbers or never true, and warned. */
Test(regressions, conditions_that_compilers_understand)
{
	static const char text[] = "model m\ninput x[3, 1]\nparam p[2] = ones\n"
	                           "layer a[j: 2] = mean(i: 7, if i + j < 2 then 2 * p[i + j] else 0.5)\n"
	                           "layer b[l: 2] = if l + 1 < 1 then x[2 * l, l + 1] else 1\n"
	                           "layer c[k: 5] = sum(i: 7, if k - 2 <= 1 and i + k >= 1 and i + k - 1 < 3 "
	                           "and k >= 2 and k < 3\n"
	                           "    then x[i + k - 1, k - 2] else 0)\n"
	                           "layer d[i: 5] = if i >= 2 and i + 2 < 3 then x[i + 2, i - 2] else 1\n"
	                           "output y[2] = dense(concat(a, b, c, d))\n";
	static const char *const compilers[] = {"gcc -O3 -march=native", "clang -O2"};
	for (int k = 0; k < 2; k++) {
		struct generated g = generate_text(text, false, compilers[k]);
		generated_free(&g);
	}
}

/* A class was compared with itself where a sum over a one-hot input is looked up: clang warns. */
Test(regressions, a_class_compared_with_itself)
{
	struct generated g = generate_text("model m\ninput x class[2]\noutput y = sum(gelu(x))\n", false, "clang");
	cr_expect(g.network, "%s", g.fault);
	generated_free(&g);
}

/* A sum that does not depend on an index of its result was computed for a block of that index, with variables that
 * nothing used. */
Test(regressions, sums_without_an_index_of_their_result)
{
	struct generated g = generate_text(
		"model m\ninput x[8, 16]\ntarget t[16]\nlayer a[8, 16] = layer_norm(tanh(layer_norm(x)))\n"
		"output y[j: 16] = mean(n: 8, a[n, j])\nminimize mse(y, t)\n",
		false, "gcc -O1");
	generated_free(&g);
}

/* Offsets and streams are constants in capitals. */
Test(regressions, names_that_differ_in_case_only)
{
	struct generated g = generate_text(
	        "model m\ninput x[2]\ntarget t[2]\nlayer ab[3] = dropout(tanh(dense(x)))\n"
	        "layer Ab[3] = dropout(tanh(dense(ab)))\nlayer AB[4] = dropout(tanh(dense(Ab)))\n"
	        "layer a_b[4] = dropout(tanh(dense(AB)))\noutput y[2] = dense(a_b)\nminimize mse(y, t)\n",
	        false, "gcc -O1");
	generated_free(&g);
}

/* Optimised for the processor at hand, a choice between a stored and a computed value gave wrong numbers. */
Test(regressions, choice_of_a_stored_value)
{
	static const char text[] = "model m\ninput x[7, 5]\noutput y[7, 7] = if dense[7](x) > -0.896\n"
	                           "    then dense[7](dense[4](x)) else dense[7](x)\n";
	static const char *const compilers[] = {"gcc -O1", "gcc -O3 -march=native"};
	enum { ROWS = 4, INPUTS = 35, OUTPUTS = 49 };
	float x[ROWS * INPUTS], y[2][ROWS * OUTPUTS];
	struct random random = random_new();
	for (int k = 0; k < ROWS * INPUTS; k++)
		x[k] = (float)random_between(&random, -2, 2);
	for (int k = 0; k < 2; k++) {
		struct generated g = generate_text(text, false, compilers[k]);
		void *net = calloc(1, g.network->net_size), *work = calloc(1, g.network->work_size + 1);
		g.network->init(net, 3);
		g.network->predict(net, work, ROWS, (const void *const[]){x}, (void *const[]){y[k]});
		free(net);
		free(work);
		generated_free(&g);
	}
	for (int k = 0; k < ROWS * OUTPUTS; k++)
		cr_assert_float_eq(y[0][k], y[1][k], 1e-4, "element %d: %g and %g", k, y[0][k], y[1][k]);
}
