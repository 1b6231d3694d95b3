/* The check of gradients, with the derived graph itself in place of the compiled program, whole or with an
 * error put into it: what is found, what is not taken for an error, and what kinks do. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "check/check.h"
#include "compile.h"
#include "expr/evaluator.h"

enum { ROWS = 4, MOST_ARRAYS = 16 };

/* Evaluates the graph of training; may give a wrong answer. */
struct fake {
	struct compile *compile;
	struct check check;
	double *values[MOST_ARRAYS];
	size_t sizes[MOST_ARRAYS];
	int wrong_array; /* its gradient at `wrong_element` is too large by `wrong_by`; -1: none */
	size_t wrong_element;
	double wrong_by, wrong_loss;
};

static const struct tensor *tensor_at(const struct program *program, int array)
{
	const tensors *lists[] = {&program->stored, &program->inputs, &program->targets};
	int l = 0;
	for (; array >= (int)lists[l]->count; l++)
		array -= (int)lists[l]->count;
	return lists[l]->items[array];
}

static void put(void *context, int array, size_t size, const double *values)
{
	struct fake *fake = context;
	fake->values[array] = ARENA_ARRAY(fake->compile->arena, double, size);
	fake->sizes[array] = size;
	memcpy(fake->values[array], values, size * sizeof *values);
}

static void set(void *context, int array, size_t element, double value)
{
	((struct fake *)context)->values[array][element] = value;
}

static double gradient(void *context, int rows, int arrays, double *const *gradients, const size_t *sizes)
{
	struct fake *fake = context;
	const struct program *program = &fake->compile->program;
	struct arena *arena = arena_new();
	struct evaluation *evaluation =
	        evaluation_new(arena, rows, fake->check.settings.seed, CHECK_STEP, CHECK_EPOCH);
	for (int k = 0; k < MOST_ARRAYS && fake->values[k]; k++)
		memcpy(evaluation_values(evaluation, tensor_at(program, k)), fake->values[k],
		       fake->sizes[k] * sizeof(double));
	evaluate(evaluation, &program->training);
	double loss = evaluation_values(evaluation, program->loss)[0] + fake->wrong_loss;
	for (size_t k = 0; k < program->training.results.count; k++) {
		const struct tensor *adjoint = program->training.results.items[k];
		for (int a = 0; a < arrays; a++)
			if (adjoint->role == TENSOR_ADJOINT && adjoint->of == tensor_at(program, a) &&
			    gradients[a])
				memcpy(gradients[a], evaluation_values(evaluation, adjoint),
				       sizes[a] * sizeof(double));
	}
	if (arrays > 0 && fake->wrong_array >= 0)
		gradients[fake->wrong_array][fake->wrong_element] += fake->wrong_by;
	arena_free(arena);
	return loss;
}

static double loss(void *context, int rows)
{
	return gradient(context, rows, 0, NULL, NULL);
}

static struct fake *fake_new(const char *statements)
{
	struct arena *arena = arena_new();
	struct fake *fake = ARENA_NEW(arena, struct fake);
	struct text text = text_new(arena);
	text_printf(&text, "model m\n%s\n", statements);
	struct source *source = ARENA_NEW(arena, struct source);
	*source = (struct source){.name = "m.mlp", .text = text.bytes, .length = text.length};
	struct compile *c = fake->compile = compile_new(arena);
	struct compile_options options = {
	        .batch = ROWS, .real_double = true, .keep_gradients = true, .input_gradients = true};
	cr_assert_eq(compile_source(c, source, &options), STATUS_OK, "%s", statements);
	fake->wrong_array = -1;
	fake->check = (struct check){.arena = arena,
	                             .program = &c->program,
	                             .forward = &c->lowered.training,
	                             .rewritten = &c->lowered.training,
	                             .initial = &c->lowered.initial,
	                             .settings = {.elements = 200, .seed = 1, .step = ldexp(1, -13)}};
	fake->check.machine =
	        (struct machine){.context = fake, .put = put, .set = set, .loss = loss, .gradient = gradient};
	return fake;
}

static struct trial run(struct fake *fake)
{
	struct point point;
	return check_batch(&fake->check, ROWS, &point);
}

static const struct check_result *result_of(const struct trial *trial, const char *name)
{
	for (int k = 0; k < trial->count; k++)
		if (strcmp(trial->results[k].tensor->name, name) == 0)
			return &trial->results[k];
	cr_assert_fail("there is no %s", name);
	return NULL;
}

#define NETWORK \
	"input x[3]\ntarget t[2]\nlayer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\nminimize mse(y, t)"

/* --- errors are found --------------------------------------------------------------------------------- */

Test(check, right_gradients_agree)
{
	struct fake *fake = fake_new(NETWORK);
	struct trial trial = run(fake);
	cr_expect(trial_agrees(&trial));
	cr_expect_eq(trial.count, 5);
	for (int k = 0; k < trial.count; k++) {
		const struct check_result *r = &trial.results[k];
		cr_expect_eq(r->count, r->size + 1, "%s", r->tensor->name);
		cr_expect(r->worst_by_dual->by_dual < 1e-14 && r->worst_by_difference->by_difference < 1e-8,
		          "%s: %g, %g", r->tensor->name, r->worst_by_dual->by_dual,
		          r->worst_by_difference->by_difference);
		cr_expect_eq(r->bends[BEND_NONE], (int)r->size);
	}
	arena_free(fake->check.arena);
}

/* hidden.W is array 0. */
Test(check, small_error_of_one_element_is_found_where_it_is)
{
	struct fake *fake = fake_new(NETWORK);
	fake->wrong_array = 0;
	fake->wrong_element = 7;
	fake->wrong_by = 1e-10;
	struct trial trial = run(fake);
	const struct check_result *wrong = result_of(&trial, "h.W");
	cr_expect_not(trial_agrees(&trial));
	cr_expect_eq(wrong->verdict, VERDICT_DIFFERS);
	cr_expect_eq(wrong->worst_by_dual->element, 7);
	cr_expect_str_eq(check_place(fake->check.arena, wrong, wrong->worst_by_dual), "h.W[2, 1]");
	cr_expect_eq(result_of(&trial, "h.b")->verdict, VERDICT_AGREES);
	arena_free(fake->check.arena);
}

/* Three of twelve are looked at: the direction sees the others. */
Test(check, error_outside_of_the_sample_is_found)
{
	for (size_t element = 0; element < 12; element++) {
		struct fake *fake = fake_new(NETWORK);
		fake->check.settings.elements = 3;
		fake->wrong_array = 0;
		fake->wrong_element = element;
		fake->wrong_by = 1e-10;
		struct trial trial = run(fake);
		const struct check_result *wrong = result_of(&trial, "h.W");
		cr_expect_eq(wrong->count, 4);
		cr_expect_eq(wrong->verdict, VERDICT_DIFFERS, "element %zu", element);
		arena_free(fake->check.arena);
	}
}

Test(check, wrong_loss_and_no_number)
{
	struct fake *fake = fake_new(NETWORK);
	fake->wrong_loss = 1e-10;
	struct trial trial = run(fake);
	cr_expect(trial.is_finite && !trial.loss_agrees && !trial_agrees(&trial));
	fake->wrong_loss = 0;
	fake->wrong_array = 1;
	fake->wrong_by = NAN;
	trial = run(fake);
	cr_expect_eq(result_of(&trial, "h.b")->verdict, VERDICT_DIFFERS);
	cr_expect_eq(result_of(&trial, "h.W")->verdict, VERDICT_AGREES);
	arena_free(fake->check.arena);
	fake = fake_new("input x[1]\nparam a = 1\noutput y[1] = a * x\nminimize log(-1 - sum(y)^2)");
	trial = run(fake);
	cr_expect(!trial.is_finite && !trial_agrees(&trial));
	arena_free(fake->check.arena);
}

/* An error of 1e-9 is within the tolerance of differences. */
Test(check, differences_alone_would_not_do)
{
	struct fake *fake = fake_new(NETWORK);
	fake->wrong_array = 0;
	fake->wrong_by = 1e-9;
	struct trial trial = run(fake);
	const struct check_result *wrong = result_of(&trial, "h.W");
	cr_expect(wrong->worst_by_difference->by_difference < CHECK_ROUGH);
	cr_expect_eq(wrong->verdict, VERDICT_DIFFERS);
	arena_free(fake->check.arena);
}

/* --- what is no error ---------------------------------------------------------------------------------- */

Test(check, frozen_unreachable_and_cancelled)
{
	struct fake *fake =
	        fake_new("input x[6]\ntarget t class[3]\nparam unused[2] = normal\nparam common = 0.3\n"
	                 "layer z[3] = dense(x)\noutput p[3] = softmax(dense(z) + common)\n"
	                 "minimize cross_entropy(p, t)\ntrain { freeze = [z] }");
	struct trial trial = run(fake);
	cr_expect(trial_agrees(&trial));
	cr_expect_eq(result_of(&trial, "z.W")->verdict, VERDICT_FROZEN);
	cr_expect_eq(result_of(&trial, "z.W")->count, 0);
	cr_expect_eq(result_of(&trial, "unused")->worst_by_dual->by_dual, 0);
	cr_expect_eq(result_of(&trial, "common")->verdict, VERDICT_AGREES);
	arena_free(fake->check.arena);
}

/* What is left after cancellation is as unsure as rounding makes it; an error that is larger is found. */
Test(check, rounding_is_no_error_but_hides_none)
{
	struct fake *fake =
	        fake_new("input x[8]\ntarget t[3]\nlayer h[8] = layer_norm(1 + 0.00001 * dense(x))\n"
	                 "output y[3] = dense(h)\nminimize mse(y, t)");
	fake->wrong_array = 2; /* h.layer_norm_2.gain */
	fake->wrong_by = 1e-14;
	struct trial trial = run(fake);
	const struct check_result *gain = result_of(&trial, "h.layer_norm_2.gain");
	cr_expect(gain->worst_by_dual->by_dual > CHECK_EXACT, "%g", gain->worst_by_dual->by_dual);
	cr_expect(gain->unsteady > 1e-14 && gain->unsteady < 1e-11, "%g", gain->unsteady);
	cr_expect(trial_agrees(&trial));
	fake->wrong_by = 1e-10;
	trial = run(fake);
	cr_expect_not(trial_agrees(&trial));
	arena_free(fake->check.arena);
}

Test(check, inputs_are_drawn_where_the_loss_is_finite)
{
	struct fake *fake = fake_new("input x[3]\ntarget t[3]\noutput y[3] = log(x)\nminimize mse(y, t)");
	struct trial trial = run(fake);
	cr_expect(trial_agrees(&trial) && trial.low > 0);
	arena_free(fake->check.arena);
	fake = fake_new("input x[3] scale 5 7\ninput c class[4]\nparam b = 2\noutput y[3] = x * b * c[0]\n"
	                "target t[3]\nminimize mse(y, t)");
	struct point point = check_draw(&fake->check, ROWS, -1.5, 1.5);
	for (size_t e = 0; e < point.sizes[1]; e++)
		cr_expect(point.values[1][e] >= 5 && point.values[1][e] <= 7);
	for (size_t e = 0; e < point.sizes[2]; e++)
		cr_expect(point.values[2][e] >= 0 && point.values[2][e] <= 3 &&
		          point.values[2][e] == floor(point.values[2][e]));
	cr_expect_neq(point.values[0][0], 2);
	cr_expect(fabs(point.values[0][0] - 2) <= 0.2);
	arena_free(fake->check.arena);
}

/* --- kinks ----------------------------------------------------------------------------------------------- */

/* A model of one parameter a[2] at its initial values, and how many of its elements bend. */
struct kink {
	const char *initial, *output;
	enum bend bend;
	int count;
	enum op choice;
};

static const struct kink kinks[] = {
        {"[0, 1]", "max(a[i], 0)", BEND_AT, 1, OP_MAX},
        {"[0, 0]", "abs(a[i])", BEND_AT, 2, OP_ABS},
        {"[1, 1]", "if a[i] >= 1 then 2 * a[i] - 1 else a[i]", BEND_AT, 2, OP_LESS_EQUAL},
        {"[1, 1]", "max(j, a[j])", BEND_AT, 2, OP_MAXIMUM},
        {"[1, 1]", "min(j, a[j]) + a[i]", BEND_AT, 2, OP_MINIMUM},
        {"[0.00001, 1]", "max(a[i], 0)", BEND_NEAR, 1, OP_MAX},
        {"[0.00001, -0.00001]", "abs(a[i])", BEND_NEAR, 2, OP_ABS},
        {"[2, 0.5]", "floor(a[i]) + a[i]", BEND_AT, 1, OP_FLOOR},
        {"[0, 1]", "sign(a[i]) + a[i]", BEND_JUMP, 1, OP_SIGN},
        {"[0, 1]", "2 * max(a[i], 0) - max(-a[i], 0)", BEND_OUTSIDE, 1, OP_MAX},
        {"[0.5, 1]", "a[i] * constant(a[i]^2)", BEND_HIDDEN, 2, OP_MAX},
        {"[0.5, 1]", "max(a[i], 0) * a[i]^3", BEND_NONE, 2, OP_MAX},
        {"[0.00001, 1]", "if abs(a[i]) < 2 then a[i] else 0", BEND_NONE, 2, OP_LESS},
        {"[3, 3]", "max(a[i], a[i])", BEND_NONE, 2, OP_MAX},
};

Test(check, kinks_are_told)
{
	for (size_t k = 0; k < sizeof kinks / sizeof *kinks; k++) {
		char statements[512];
		snprintf(statements, sizeof statements,
		         "input x[2]\ntarget t[2]\nparam a[2] = %s\nlayer s[i: 2] = %s\noutput y[2] = s + x\n"
		         "minimize mse(y, t)",
		         kinks[k].initial, kinks[k].output);
		struct fake *fake = fake_new(statements);
		fake->check.settings.initial = true;
		struct trial trial = run(fake);
		const struct check_result *r = result_of(&trial, "a");
		cr_expect_eq(r->bends[kinks[k].bend], kinks[k].count,
		             "%s at %s: none %d, near %d, at %d, outside %d, jump %d, "
		             "hidden %d, unknown %d",
		             kinks[k].output, kinks[k].initial, r->bends[0], r->bends[1], r->bends[2],
		             r->bends[3], r->bends[4], r->bends[5], r->bends[6]);
		cr_expect_eq(r->verdict, VERDICT_AGREES, "%s", kinks[k].output);
		for (size_t e = 0; e + 1 < r->count; e++)
			if (r->derivatives[e].difference.bend != BEND_NONE && kinks[k].bend != BEND_HIDDEN)
				cr_expect_eq(r->derivatives[e].dual.choice, kinks[k].choice, "%s",
				             kinks[k].output);
		arena_free(fake->check.arena);
	}
}

/* On a kink, too, a gradient that neither side has is found. */
Test(check, error_on_a_kink_is_found)
{
	struct fake *fake = fake_new(
	        "input x[2]\ntarget t[2]\nparam a[2] = [0, 1]\noutput y[i: 2] = max(a[i], 0) + x[i]\n"
	        "minimize mse(y, t)");
	fake->check.settings.initial = true;
	fake->wrong_array = 0;
	fake->wrong_by = 0.125;
	struct trial trial = run(fake);
	cr_expect_eq(result_of(&trial, "a")->verdict, VERDICT_DIFFERS);
	arena_free(fake->check.arena);
}

/* --- differences alone ------------------------------------------------------------------------------------ */

static double cubic(void *context, double h)
{
	(void)context;
	return 1 + 3 * h - 2 * h * h + 5 * h * h * h;
}

static double steep(void *context, double h)
{
	(void)context;
	return sin(1e5 * h) / 1e5;
}

static double bent(void *context, double h)
{
	(void)context;
	return h < 0 ? -h : 2 * h;
}

static double flat(void *context, double h)
{
	(void)context;
	return 1 + 1e-12 * h;
}

static double nowhere(void *context, double h)
{
	(void)context;
	return h == 0 ? 1 : (double)NAN;
}

Test(check, differences)
{
	const struct slope smooth = {.room = INFINITY}, kink = {.room = 0, .choice = OP_ABS};
	double step = ldexp(1, -13);
	struct difference d = check_difference(cubic, NULL, 1, 0, step, 3, 1e-6, &smooth);
	cr_expect(d.bend == BEND_NONE && fabs(d.slope - 3) < 1e-10, "%.15g", d.slope);
	d = check_difference(cubic, NULL, 1, 0, step, 3.0001, 1e-6, &smooth);
	cr_expect(d.bend == BEND_NONE && fabs(d.slope - 3.0001) > 9e-5, "%.15g", d.slope);
	d = check_difference(steep, NULL, 0, 0, step, 1, 1e-6, &smooth);
	cr_expect(d.bend == BEND_NONE && fabs(d.slope - 1) < 1e-6 && d.step < step, "%.15g", d.slope);
	d = check_difference(bent, NULL, 0, 0, step, 0.5, 1e-6, &kink);
	cr_expect(d.bend == BEND_AT && fabs(d.left + 1) < 1e-9 && fabs(d.right - 2) < 1e-9);
	d = check_difference(bent, NULL, 0, 0, step, 2.5, 1e-6, &kink);
	cr_expect_eq(d.bend, BEND_OUTSIDE);
	d = check_difference(bent, NULL, 0, 0, step, 2.5, 1e-6, &smooth);
	cr_expect(d.bend == BEND_NONE && fabs(d.slope - 2.5) > 0.1,
	          "a kink that no one knows of excuses nothing");
	d = check_difference(nowhere, NULL, 1, 0, step, 0, 1e-6, &smooth);
	cr_expect_eq(d.bend, BEND_UNKNOWN);
	d = check_difference(cubic, NULL, 1, 0, step, 3e-9, 1e-15, &smooth);
	cr_expect(d.bend == BEND_NONE && fabs(d.slope - 3) < 1e-6, "%.15g", d.slope);
	d = check_difference(flat, NULL, 1, 0, step, 1e-12, 1e-18, &smooth);
	cr_expect_eq(d.bend, BEND_UNKNOWN, "rounding hides a slope so small beside the loss");
}
