/* Random models: a few of those that `make proof` makes by the thousand, and the machinery itself. A model of
 * a seed that fails is repeated, and made small, by `make proof N=1 SEED=…`. */
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_coverage.h"
#include "random_noise.h"
#include "random_program.h"
#include "random_shrink.h"
#include "random_trace.h"

enum { CHECKED = 100, COMPILED = 12 };

static void expect_no_fault(const struct random_case *one)
{
	cr_expect(!one->verdict.kind[0], "SEED=%llu: %s: %s\n%s", (unsigned long long)one->seed,
	          one->verdict.kind, one->verdict.fault, one->text);
}

Test(random_models, all_forms_agree)
{
	struct arena *arena = arena_new();
	const struct library *library = library_read(arena);
	struct random random = random_new();
	long compared = 0;
	for (int k = 0; k < CHECKED; k++) {
		struct arena *own = arena_new();
		struct random_case one = {.seed = random.state + (uint64_t)k, .name = "m"};
		one.text = random_model(own, library, one.seed, one.name, NULL);
		case_prepare_apart(&one, "", 0);
		expect_no_fault(&one);
		compared += one.verdict.tally.compared;
		arena_free(own);
	}
	cr_expect_gt(compared, 1000 * CHECKED);
	arena_free(arena);
}

Test(random_models, their_c_agrees)
{
	struct arena *arena = arena_new();
	const struct library *library = library_read(arena);
	struct random random = random_new();
	struct random_case cases[COMPILED] = {0};
	for (int k = 0; k < COMPILED; k++) {
		cases[k].seed = random.state + CHECKED + (uint64_t)k;
		snprintf(cases[k].name, sizeof cases[k].name, "m%d", k);
		cases[k].text = random_model(arena, library, cases[k].seed, cases[k].name, NULL);
	}
	cases_check(cases, COMPILED / 2, getenv("PWD"), NULL, 3);
	cases_check(cases + COMPILED / 2, COMPILED / 2, getenv("PWD"), NULL, 3 << 2);
	for (int k = 0; k < COMPILED; k++) {
		expect_no_fault(&cases[k]);
		cr_expect_gt(cases[k].verdict.tally.compared, 20);
	}
	arena_free(arena);
}

/* --- the machinery ---------------------------------------------------------------------------------- */

Test(random_models, one_seed_one_model)
{
	struct arena *arena = arena_new();
	const struct library *library = library_read(arena);
	const char *first = random_model(arena, library, 11, "m", NULL);
	cr_expect_str_eq(first, random_model(arena, library, 11, "m", NULL));
	cr_expect_str_neq(first, random_model(arena, library, 12, "m", NULL));
	arena_free(arena);
}

/* What the standard library defines is put to use, each by its kind. */
Test(random_models, library)
{
	static const int wanted[DOMAINS] = {9, 4, 2};
	struct arena *arena = arena_new();
	const struct library *library = library_read(arena);
	int found[DOMAINS] = {0}, definitions = 0;
	for (int k = 0; k < library->losses.count; k++)
		found[library->losses.items[k].domain]++;
	for (enum domain domain = 0; domain < DOMAINS; domain++)
		cr_expect_geq(found[domain], wanted[domain]);
	for (size_t k = 0; k < library->ast->statements.count; k++)
		definitions += library->ast->statements.items[k]->kind >= AST_ACTIVATION;
	cr_expect_eq(definitions, library->activations.count + library->losses.count +
	                                  library->penalties.count + library->blocks.count +
	                                  library->inits.count + library->optimizers.count);
	arena_free(arena);
}

static bool has_tanh(void *context, const char *text)
{
	struct subject s = subject_named(random_model_file, text);
	bool found = s.model && strstr(text, "tanh(");
	++*(int *)context;
	arena_free(s.arena);
	return found;
}

Test(random_models, shrinking)
{
	struct arena *arena = arena_new();
	int tried = 0;
	const char *small = shrink_model(
	        arena,
	        "model m\ninput x[7]\ninput z[3]\nparam p[3] = normal\nlayer a = 2 * x\nlayer h[5] = "
	        "relu(dense(a))\n"
	        "output y[i: 3] = p[i] + sum(j, 0.5 * tanh(h[j]) * z[i])\ntarget t[3]\nminimize mse(y, t)\n"
	        "train {\n    batch = 3\n}\n",
	        has_tanh, &tried, 400);
	cr_expect_str_eq(small, "model m\ninput x[1]\noutput y = sum(j, tanh(x[j]))\n");
	cr_expect_lt(tried, 200);
	arena_free(arena);
}

/* A value of a program that is wrong by little is found, and named. */
Test(random_models, traces_find_errors)
{
	static const char text[] =
	        "model m\ninput x[3]\ntarget goal[2]\noutput y[2] = tanh(dense(x))\nminimize mse(y, goal)\n"
	        "train {\n    batch = 2\n}\n";
	struct arena *arena = arena_new();
	struct trace trace = trace_of(arena, text, 1, 2, true);
	double *got = ARENA_ARRAY(arena, double, trace.values.count);
	int missed = 0;
	for (size_t wrong = 0; wrong < trace.values.count; wrong++) {
		struct verdict verdict = {0};
		for (size_t k = 0; k < trace.values.count; k++)
			got[k] = trace.values.items[k].wanted;
		got[wrong] += 3e-11 * fmax(1, fabs(got[wrong]));
		trace_compare(&trace, got, trace.values.count, false, &verdict);
		missed += strcmp(verdict.kind, "double C") != 0;
	}
	cr_expect_eq(missed, 0);
	cr_expect_gt(trace.values.count, 100);
	arena_free(arena);
}

/* --- rounding --------------------------------------------------------------------------------------- */

/* Outputs of the first row under a sample of errors of float. */
static struct evaluation *rounded(struct subject *s, int sample, struct random *random)
{
	struct evaluation *e = evaluation_new(s->arena, 1, 1, 0, 0);
	double *x = evaluation_values(e, s->program.inputs.items[0]);
	struct graph noisy = noisy_graph(s->exprs, &s->prediction[0], rounding_sample(true, sample), random);
	for (int i = 0; i < 4; i++)
		x[i] = i == 2 ? 1.375 : i == 3 ? 1 + 1e-12 : 1;
	evaluate(e, &noisy);
	return e;
}

static double output_of(struct evaluation *e, const struct subject *s, int output, int element)
{
	return evaluation_values(e, s->program.outputs.items[output])[element];
}

/* Results that are equal stay equal, those that nearly are get errors of their own; indices and what is only
 * read or chosen get none. */
Test(random_models, rounding_by_value)
{
	struct subject s = subject_new("input x[4]\noutput y[i: 4] = 3 * x[i]\noutput k = argmax(i, x[i])\n"
	                               "output c[i: 4] = if i == argmax(j, x[j]) then x[i] else max(x[i], 0.5)\n");
	struct random random = random_new();
	cr_assert(s.model, "%s", s.messages);
	for (int sample = 0; sample < 4; sample++) {
		struct evaluation *e = rounded(&s, sample, &random);
		const double *x = evaluation_values(e, s.program.inputs.items[0]);
		double y[4];
		for (int i = 0; i < 4; i++) {
			y[i] = output_of(e, &s, 0, i);
			cr_expect(fabs(y[i] / (3 * x[i]) - 1) <= 1.001 * (double)FLT_EPSILON, "%.9g", y[i]);
			cr_expect_eq(output_of(e, &s, 2, i), x[i]);
		}
		cr_expect(y[0] == y[1] && fabs(y[0] - y[3]) > 1e-10, "%.16g, %.16g", y[0], y[3]);
		cr_expect_eq(output_of(e, &s, 1, 0), 2);
	}
	arena_free(s.arena);
}

/* Below the normal numbers of float: kept, 0, or a multiple of the least. */
Test(random_models, rounding_of_small_numbers)
{
	struct subject s = subject_new("input x[4]\noutput y[i: 4] = 2e-45 * x[i]\n"
	                               "output z = x[0] + 1e-8 * x[2] - 1\n");
	struct random random = random_new();
	const double least = (double)FLT_TRUE_MIN, wanted[] = {2e-45, 0, 2e-45, least};
	cr_assert(s.model, "%s", s.messages);
	for (int sample = 0; sample < 4; sample++) {
		struct evaluation *e = rounded(&s, sample, &random);
		double y = output_of(e, &s, 0, 0), z = output_of(e, &s, 1, 0);
		cr_expect(fabs(y - wanted[sample]) <= 1e-6 * wanted[sample], "%d: %.9g", sample, y);
		cr_expect((z == 0) == (sample % 2 == 1), "%d: %.9g", sample, z);
	}
	arena_free(s.arena);
}

/* By symmetry a gradient is 0, but for rounding; the optimiser makes steps of its errors. */
Test(random_models, rounding_that_decides)
{
	static const char text[] = "model m\ninput x\nparam w = 1\nlayer h[b: 2, l: 2] = erfc(w)\n"
	                           "output y[1] = embedding(softmax(reshape(h, 4)))\ntarget side[1]\n"
	                           "minimize log_cosh(y, side)\n";
	struct arena *arena = arena_new();
	struct trace trace = trace_of(arena, text, 1, 4, true);
	int seen = 0;
	for (size_t k = 0; k < trace.labels.count; k++) {
		const struct trace_value *value = &trace.values.items[trace.labels.items[k].first];
		if (strcmp(trace.labels.items[k].name, "step 1, gradient of w") == 0)
			seen += fabs(value->wanted) < 1e-15 && value->spread_of_float > 1e-10;
		if (strcmp(trace.labels.items[k].name, "step 1, w") == 0)
			seen += value->spread_of_float > 1e-5;
		if (strcmp(trace.labels.items[k].name, "step 1, gradient of y.W") == 0)
			seen += value->spread_of_float < 3e-6 && value->spread_of_double < 1e-12;
	}
	cr_expect_eq(seen, 3);
	arena_free(arena);
}

Test(random_models, coverage)
{
	struct arena *arena = arena_new();
	struct coverage *coverage = coverage_new(arena, library_read(arena));
	struct features features = coverage_features(
	        coverage,
	        "model m\ninput x[3] standardize\ntarget t[3]\noutput y[3] = tanh(dense(x, W = he_normal))\n"
	        "minimize mse(y, t)\ntrain {\n    optimizer = sgd\n}\n");
	char *report;
	size_t size;
	coverage_add(coverage, &features);
	FILE *file = open_memstream(&report, &size);
	cr_expect_gt(coverage_report(coverage, file), 50);
	fclose(file);
	static const char *const seen[] = {"block dense",    "init he_normal",   "loss mse", "optimizer sgd",
	                                   "shape extent 3", "flag standardize", "word tanh"};
	for (size_t k = 0; k < sizeof seen / sizeof *seen; k++) {
		char line[80];
		snprintf(line, sizeof line, "       1 models with %s\n", seen[k]);
		cr_expect(strstr(report, line), "%s", seen[k]);
	}
	cr_expect(strstr(report, "       0 models with block embedding\n"));
	cr_expect_gt(coverage_of_pairs(coverage), 0);
	cr_expect_lt(coverage_of_pairs(coverage), 5);
	free(report);
	arena_free(arena);
}
