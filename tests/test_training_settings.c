/* What `train` sets beside the optimiser: clipping against arithmetic by hand, freezing by what changes and
 * by what is computed. */
#include <criterion/criterion.h>

#include "feature_fixture.h"

/* --- clipping ----------------------------------------------------------------------------------- */

static const char two_parameters[] = "input x[1]\ntarget t[4]\nparam a[2] = ones\nparam b[2] = ones\noutput "
                                     "y[i: 4] = if i < 2 then a[i] else b[i - 2]\n"
                                     "minimize sum(i, t[i] * y[i])\ntrain {\n%s\n}";

static void expect_clipped(bool is_double, const char *settings, const double gradient[4],
                           const double clipped[4])
{
	char text[1024];
	snprintf(text, sizeof text, two_parameters, settings);
	struct trial t = trial_new(text, is_double, "gcc -O1");
	const double zero[1] = {0};
	train_on(&t, 1, reals_of(&t, zero, 1), reals_of(&t, gradient, 4));
	for (int k = 0; k < 4; k++) {
		double got = tensor_values(&t, k < 2 ? "a" : "b")[k % 2];
		cr_expect(relative_difference(1 - 0.5 * clipped[k], got) <= (is_double ? 1e-15 : 2e-7),
		          "%s: element %d: %.9g, by hand %.9g", settings, k, got, 1 - 0.5 * clipped[k]);
	}
	trial_free(&t);
}

#define LIST(...) ((const double[]){__VA_ARGS__})

Test(optimizers, clip_by_the_norm_of_all)
{
	/* the norm of (2, 4, 5, 6) is 9 */
	expect_clipped(true, "optimizer = sgd(rate = 0.5), clip = norm(1)", LIST(2, 4, 5, 6),
	               LIST(2 / 9.0, 4 / 9.0, 5 / 9.0, 6 / 9.0));
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = norm(3)", LIST(-2, 4, -5, 6),
	               LIST(-2 / 3.0, 4 / 3.0, -5 / 3.0, 2));
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = norm(10)", LIST(2, 4, 5, 6),
	               LIST(2, 4, 5, 6));
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = norm(1)", LIST(0, 0, 0, 0),
	               LIST(0, 0, 0, 0));
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = norm(1)", LIST(1e-30, 0, -1e-30, 0),
	               LIST(0, 0, 0, 0));
	/* what is frozen does not count: the norm of (5, 6) is the root of 61 */
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = norm(1), freeze = [a]", LIST(2, 4, 5, 6),
	               LIST(0, 0, 5 / sqrt(61), 6 / sqrt(61)));
}

Test(optimizers, clip_by_value)
{
	expect_clipped(false, "optimizer = sgd(rate = 0.5), clip = value(0.5)", LIST(2, -0.25, -3e30, 0.5),
	               LIST(0.5, -0.25, -0.5, 0.5));
	expect_clipped(true, "optimizer = sgd(rate = 0.5), clip = value(4)", LIST(2, -4, 5, -6),
	               LIST(2, -4, 4, -4));
}

/* Squares beyond float: the gradients are finite and so is what they become. */
Test(optimizers, clip_of_large_gradients)
{
	char text[1024];
	snprintf(text, sizeof text, two_parameters, "optimizer = sgd(rate = 0.5), clip = norm(1)");
	struct trial t = trial_new(text, false, "gcc -O1");
	const float zero[1] = {0}, gradient[] = {3e38f, -3e38f, 1, 0};
	train_on(&t, 1, zero, gradient);
	for (int k = 0; k < 4; k++)
		cr_expect(isfinite(tensor_values(&t, k < 2 ? "a" : "b")[k % 2]), "element %d", k);
	trial_free(&t);
}

/* --- freezing ----------------------------------------------------------------------------------- */

static struct trial frozen_trial(const char *freeze)
{
	char text[1024];
	snprintf(text, sizeof text,
	         "input x[3]\ntarget t[2]\nlayer first[5] = tanh(dense(x))\nlayer second[4] = "
	         "tanh(dense(first))\n"
	         "output y[2] = dense(second)\nminimize mse(y, t) + 0.01 * sumsq(weights)\n"
	         "train { optimizer = adamw(decay = 0.1)%s }",
	         freeze);
	return trial_new(text, false, "gcc -O1");
}

static bool changes(const struct trial *t, const char *name)
{
	struct random random = {7};
	float x[4][3], target[4][2];
	int count = t->network->tensor(tensor_number(t, name))->elements;
	const double *before = tensor_values(t, name);
	for (int step = 0; step < 3; step++) {
		for (int k = 0; k < 12; k++)
			x[k / 3][k % 3] = (float)random_between(&random, -1, 1);
		for (int k = 0; k < 8; k++)
			target[k / 2][k % 2] = (float)random_between(&random, -1, 1);
		train_on(t, 4, x, target);
	}
	const double *after = tensor_values(t, name);
	int same = 0;
	for (int k = 0; k < count; k++)
		same += before[k] == after[k];
	cr_assert(same == 0 || same == count, "%s: %d of %d changed", name, count - same, count);
	return same == 0;
}

static void expect_frozen(const char *freeze, const char *const names[], int frozen)
{
	static const char *const all[] = {"first.W", "first.b", "second.W", "second.b", "y.W", "y.b"};
	struct trial t = frozen_trial(freeze);
	for (int k = 0; k < 6; k++) {
		bool is_frozen = false;
		for (int f = 0; f < frozen; f++)
			is_frozen = is_frozen || strcmp(names[f], all[k]) == 0;
		cr_expect_eq(changes(&t, all[k]), !is_frozen, "%s:%s", all[k], freeze);
	}
	cr_expect_eq(t.network->state_count, 2 * (6 - frozen));
	trial_free(&t);
}

Test(optimizers, frozen_parameters_keep_their_bits)
{
	expect_frozen("", NULL, 0);
	expect_frozen(", freeze = [first]", (const char *const[]){"first.W", "first.b"}, 2);
	expect_frozen(", freeze = [first, second.b]", (const char *const[]){"first.W", "first.b", "second.b"},
	              3);
	expect_frozen(", freeze = [second, y.W]", (const char *const[]){"second.W", "second.b", "y.W"}, 3);
}

/* Equations of adjoints among those that a training step computes. */
static int adjoints_named(const char *freeze, const char *name)
{
	char text[1024];
	snprintf(text, sizeof text,
	         "input x[3]\ntarget t[2]\nlayer first[5] = tanh(dense(x))\nlayer second[4] = "
	         "tanh(dense(first))\n"
	         "output y[2] = dense(second)\nminimize mse(y, t)\ntrain { optimizer = adam()%s }",
	         freeze);
	struct subject s = subject_new(text);
	cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
	int found = 0;
	for (size_t k = 0; k < s.fused.equations.count; k++) {
		const struct tensor *left = s.fused.equations.items[k].left;
		found +=
		        strncmp(left->name, "d_", 2) == 0 && strncmp(left->name + 2, name, strlen(name)) == 0;
		found += left->role == TENSOR_NEXT && strncmp(left->name + 4, name, strlen(name)) == 0;
	}
	arena_free(s.arena);
	return found;
}

/* No gradient goes where nothing is trained. */
Test(optimizers, freezing_removes_backward_work)
{
	cr_expect_gt(adjoints_named("", "first"), 0);
	cr_expect_gt(adjoints_named("", "second"), 0);
	cr_expect_eq(adjoints_named(", freeze = [first]", "first"), 0);
	cr_expect_gt(adjoints_named(", freeze = [first]", "second"), 0);
	cr_expect_eq(adjoints_named(", freeze = [first, second]", "first"), 0);
	cr_expect_eq(adjoints_named(", freeze = [first, second]", "second"), 0);
	/* a frozen layer in the middle is passed through */
	cr_expect_gt(adjoints_named(", freeze = [second]", "first"), 0);
}

/* The source of the program, without the gradients of the inputs: no name of the frozen layer's adjoints. */
Test(optimizers, freezing_removes_code)
{
	static const char *const freezes[] = {"", ", freeze = [first]"};
	for (int k = 0; k < 2; k++) {
		char path[] = "/tmp/mlpc-model-XXXXXX";
		int descriptor = mkstemp(path);
		FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
		cr_assert(file);
		fprintf(file,
		        "model m\ninput x[3]\ntarget t[2]\nlayer first[5] = tanh(dense(x))\noutput y[2] = "
		        "dense(first)\n"
		        "minimize mse(y, t)\ntrain { optimizer = adam()%s }\n",
		        freezes[k]);
		cr_assert(fclose(file) == 0);
		struct trial t = {.g = generate(path, false, "gcc -O1")};
		unlink(path);
		cr_assert(t.g.network, "%s", t.g.fault);
		const char *source = source_of(&t);
		cr_expect_eq(strstr(source, " d_first") != NULL, k == 0, "freeze: %d", k);
		cr_expect_eq(strstr(source, "update_first") != NULL, k == 0, "freeze: %d", k);
		cr_expect(strstr(source, "update_y_W"));
		generated_free(&t.g);
	}
}
