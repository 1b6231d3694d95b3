/* Models that say the same in other words: by direct evaluation, by the C that is generated, and as programs
 * that train. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"
#include "feature_fixture.h"
#include "metamorphic.h"

/* --- the same values ----------------------------------------------------------------------------- */

struct pair {
	const char *what;
	const char *one, *other; /* within `common`, at its $ */
	const char *common;
	size_t least; /* values that both have by one name */
	double tolerance;
	const char *fixed; /* a parameter of `one` that is 0.5 */
};

#define TWO_LAYERS "input x[3]\ntarget t[2]\nlayer h[4] = $\noutput y[2] = dense(h)\nminimize mse(y, t)\n"
#define LOSS "input x[3]\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize $\n"
#define TRAIN                                                                                               \
	"input x[3]\ntarget t[2]\noutput y[2] = tanh(dense(x))\nminimize mse(y, t)\ntrain { optimizer = $ " \
	"}\n"

static const struct pair pairs[] = {
        {"an activation by its text", "bent(z)", "z * tanh(2 * z) + 0.5",
         "activation bent(x, k = 2) = x * tanh(k * x) + 0.5\ninput x[3]\ntarget t[2]\nlayer z[4] = dense(x)\n"
         "layer h[4] = $\noutput y[2] = dense(h)\nminimize mse(y, t)\n",
         10, 0, NULL},
        {"a block by its text", "centred(z)", "z - mean(i, z[i])",
         "block centred(x[i]) {\nm = mean(i, x[i])\nreturn y[i] = x[i] - m\n}\n"
         "input x[3]\ntarget t[2]\nlayer z[4] = dense(x)\nlayer h[4] = tanh($)\noutput y[2] = dense(h)\n"
         "minimize mse(y, t)\n",
         10, 0, NULL},
        {"a loss by its text", "skewed(y, t)", "mean(i, (y[i] - t[i])^2 * (2 + y[i]))",
         "loss skewed(y[i], t[i], k = 2) = mean(i, (y[i] - t[i])^2 * (k + y[i]))\n" LOSS, 6, 0, NULL},
        {"an optimiser by its text", "mine(0.125)", "sgd(0.125)",
         "optimizer mine(rate) {\nstep_size = rate\nparameter = parameter - step_size * gradient\n}\n" TRAIN,
         6, 0, NULL},
        {"a definition in a definition", "outer(dense(x))", "inner(inner(dense(x)))",
         "activation inner(x) = sin(x) + x / 4\nactivation outer(x) = inner(inner(x))\n" TWO_LAYERS, 10, 0,
         NULL},
        {"an argument by its name", "celu(dense(x), alpha = 1.5)", "celu(dense(x), 1.5)", TWO_LAYERS, 10, 0,
         NULL},
        {"a default argument", "leaky_relu(dense(x))", "leaky_relu(dense(x), slope = 0.01)", TWO_LAYERS, 10,
         0, NULL},
        {"a size by its name", "size four = 2 + 2\ninput x[four]", "input x[4]",
         "$\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n", 6, 0, NULL},
        {"no momentum", "sgd(0.125)", "momentum(0.125, momentum = 0)", TRAIN, 6, 0, NULL},
        {"no momentum", "sgd(0.125)", "nesterov(0.125, momentum = 0)", TRAIN, 6, 0, NULL},
        {"no decay", "adam(0.125)", "adamw(0.125, decay = 0)", TRAIN, 10, 0, NULL},
        {"no clipping", "sgd(0.125)", "sgd(0.125), clip = norm(1e30)", TRAIN, 6, 0, NULL},
        {"no clipping", "sgd(0.125)", "sgd(0.125), clip = value(1e30)", TRAIN, 6, 0, NULL},
        {"a power of two", "tanh(dense(x) / 4)", "tanh(0.25 * dense(x))", TWO_LAYERS, 10, 0, NULL},
        {"relu as a choice", "relu(z)", "if z > 0 then z else 0",
         "input x[3]\ntarget t[2]\nlayer z[4] = dense(x)\nlayer h[4] = $\noutput y[2] = dense(h)\n"
         "minimize mse(y, t)\n",
         10, 0, NULL},
        {"a choice the other way round", "if z > 0.1 then sin(z) else 2 * z",
         "if not z > 0.1 then 2 * z else sin(z)",
         "input x[3]\ntarget t[2]\nlayer z[4] = dense(x)\nlayer h[4] = $\noutput y[2] = dense(h)\n"
         "minimize mse(y, t)\n",
         10, 0, NULL},
        {"a mean as a sum", "mean(i, abs(y[i] - t[i]))", "sum(i, abs(y[i] - t[i])) / 2", LOSS, 6, 0, NULL},
        {"a softmax of shifted elements", "cross_entropy(softmax(y), softmax(t))",
         "cross_entropy(softmax(y + 3), softmax(t))", LOSS, 6, 1e-14, NULL},
        {"a logarithm of a softmax", "-sum(i, log(softmax(y)[i]) * t[i])",
         "-sum(i, log_softmax(y)[i] * t[i])", LOSS, 6, 1e-14, NULL},
        {"a product over two elements", "mse(y, t) + prod(i, y[i])", "mse(y, t) + y[0] * y[1]", LOSS, 6,
         1e-14, NULL},
        {"a maximum over two elements", "mse(y, t) + max(i, y[i])", "mse(y, t) + max(y[0], y[1])", LOSS, 6,
         1e-14, NULL},
        {"a look-up as a product", "embedding(c)", "dense(c, b = none)",
         "input c class[6]\ntarget t[2]\nlayer h[4] = tanh($)\noutput y[2] = dense(h)\nminimize mse(y, t)\n",
         8, 0, NULL},
        {"a look-up as a sum", "embedding(c)", "product(c)",
         "block product[o](x[i]) {\nparam W[o, i] = ones\nreturn y[o] = sum(i, x[i] * W[o, i])\n}\n"
         "input c class[6]\ntarget t[2]\nlayer h[4] = tanh($)\noutput y[2] = dense(h)\nminimize mse(y, t)\n",
         8, 0, NULL},
        {"weights read twice", "tanh(dense(x, W = g.W, b = none))", "tanh(sum(i, g.W[o, i] * x[i]))",
         "input x[3]\ntarget t[2]\nlayer g[o: 4] = dense(x)\nlayer h[o: 4] = $\n"
         "output y[2] = dense(h + g)\nminimize mse(y, t)\n",
         10, 1e-14, NULL},
        {"a frozen parameter as a number", "a", "0.5",
         "param a = 0.5\ninput x[3]\ntarget t[2]\nlayer h[4] = tanh($ * dense(x))\n"
         "output y[2] = dense(h) + $\n"
         "minimize mse(y, t) + $ * sumsq(h.W)\ntrain { freeze = a }\n",
         10, 1e-14, "a"},
        {"declarations in another order",
         "input x[3]\ninput u[2]\ntarget t[2]\ntarget v[1]\noutput y[2] = dense(x)\noutput z[1] = dense(u)",
         "target v[1]\ninput u[2]\noutput z[1] = dense(u)\ntarget t[2]\ninput x[3]\noutput y[2] = dense(x)",
         "$\nminimize mse(y, t) + mae(z, v)\n", 13, 0, NULL},
        {"terms of the loss in another order", "mae(z, v) + mse(y, t)", "mse(y, t) + mae(z, v)",
         "input x[3]\ninput u[2]\ntarget t[2]\ntarget v[1]\noutput y[2] = dense(x)\noutput z[1] = dense(u)\n"
         "minimize $\n",
         13, 1e-14, NULL},
        {"a convolution as a sum of slices", "sum(k: 3, w[k] * x[i + k])",
         "w[0] * x[0..4] + w[1] * x[1..5] + w[2] * x[2..6]",
         "input x[6]\ntarget t[2]\nparam w[3] = he_normal\nlayer h[i: 4] = tanh($)\noutput y[2] = dense(h)\n"
         "minimize mse(y, t)\n",
         9, 1e-14, NULL},
        {"a transposed product", "sum(i, A[o, i] * x[i])", "sum(i, x[i] * A[o, i])",
         "input x[3]\ntarget t[2]\nparam A[4, 3] = he_normal\nlayer h[o: 4] = tanh($)\noutput y[2] = "
         "dense(h)\n"
         "minimize mse(y, t)\n",
         9, 0, NULL},
};

enum { PAIRS = sizeof pairs / sizeof *pairs };

static const char *filled(struct arena *arena, const char *template, const char *place)
{
	struct text text = text_new(arena);
	for (const char *c = template; *c; c++) {
		if (*c == '$')
			text_add(&text, place);
		else
			text_bytes(&text, c, 1);
	}
	return text_string(&text);
}

Test(metamorphic_texts, values)
{
	static const struct net_ending usual = {.low = -1, .width = 2};
	struct random random = random_new();
	for (int k = 0; k < PAIRS; k++) {
		const struct pair *pair = &pairs[k];
		struct arena *arena = arena_new();
		uint64_t seed = random_bits(&random);
		struct side a = side_new(filled(arena, pair->common, pair->one), &usual, 4, seed);
		struct side b = side_new(filled(arena, pair->common, pair->other), &usual, 4, seed);
		if (pair->fixed)
			*side_values(&a, pair->fixed) = 0.5;
		side_run(&a);
		side_run(&b);
		const char *where;
		double difference = side_difference(&a, &b, pair->least, &where);
		cr_expect(difference <= pair->tolerance, "%s: %s: %g\n%s\n%s", pair->what, where, difference,
		          a.text, b.text);
		side_free(&a);
		side_free(&b);
		arena_free(arena);
	}
}

/* --- the same C ---------------------------------------------------------------------------------- */

/* Of the model `text`, without its banner. The model may use files of `folder`. */
static const char *generated_text(struct arena *arena, const char *text, const char *folder, int64_t batch)
{
	struct compile *c = compile_new(arena);
	struct compile_options options = {.batch = batch};
	struct text path = text_new(arena), all = text_new(arena);
	text_printf(&path, "%s/m.mlp", folder ? folder : ".");
	enum status status = compile_source(c, source_from_string(arena, text_string(&path), text), &options);
	if (status != STATUS_OK)
		diag_print(c->diag, stderr, DIAG_TEXT, false);
	cr_assert_eq(status, STATUS_OK, "%s", text);
	struct emit_options emit_options = {.source_name = "m.mlp", .checksum = "0", .changes = ""};
	emit_header(&all, &c->plan, &emit_options);
	const char *source = strstr(text_string(&all), "*/");
	cr_assert_not_null(source);
	struct text rest = text_new(arena);
	text_add(&rest, source);
	struct text code = text_new(arena);
	emit_source(&code, &c->plan, &emit_options);
	text_add(&rest, strstr(text_string(&code), "*/"));
	return text_string(&rest);
}

static void expect_same_text(const char *what, const char *a, const char *b)
{
	size_t k = 0;
	while (a[k] && a[k] == b[k])
		k++;
	size_t from = k > 60 ? k - 60 : 0;
	cr_expect(a[k] == b[k], "%s:\n…%.160s\n…%.160s", what, a + from, b + from);
}

/* `text` with the words of `from` as those of `to`, in small and in capital letters. */
static const char *renamed(struct arena *arena, const char *text, const char *const *from,
                           const char *const *to)
{
	struct text result = text_new(arena);
	while (*text) {
		size_t length = 0;
		int k = 0;
		for (; from[k]; k++) {
			length = strlen(from[k]);
			if (strncasecmp(text, from[k], length) == 0 && !isalpha((unsigned char)text[length]))
				break;
		}
		for (size_t n = 0; from[k] && n < length; n++) {
			char letter = isupper((unsigned char)text[n]) ? (char)toupper((unsigned char)to[k][n])
			                                              : to[k][n];
			text_bytes(&result, &letter, 1);
		}
		if (!from[k])
			text_bytes(&result, text, 1);
		text += from[k] ? length : 1;
	}
	return text_string(&result);
}

static const char *const flowers =
        "model iris\ninput flower[4] standardize\ntarget species class[3]\n"
        "layer hidden[7] = tanh(dense(flower, W = ones))\nlayer second[8] = relu(dense(hidden, W = ones))\n"
        "output probability[3] = softmax(dense(second, W = ones))\n"
        "minimize cross_entropy(probability, species) + 0.01 * sumsq(weights)\n"
        "train { optimizer = adam(0.01), batch = 6 }\n";

Test(metamorphic_texts, names_are_nothing_but_names)
{
	static const char *const one[] = {"flower", "species", "hidden", "second", "probability", NULL};
	static const char *const other[] = {"wanted", "quality", "zebras", "apples", "monstrosity", NULL};
	struct arena *arena = arena_new();
	const char *a = generated_text(arena, flowers, NULL, 0);
	const char *b = generated_text(arena, renamed(arena, flowers, one, other), NULL, 0);
	cr_assert(strcmp(a, b) != 0);
	expect_same_text("other names", a, renamed(arena, b, other, one));
	arena_free(arena);
}

Test(metamorphic_texts, layout_and_comments_are_nothing)
{
	static const char *const other =
	        "# flowers\nmodel iris\n\n  input flower[ 4 ]   standardize # four\ntarget species class[3]\n"
	        "layer hidden[7] =\n    tanh(\n        dense(flower,\n              W = ones))\n"
	        "layer second[8] = relu(dense(hidden, W = ones))\n"
	        "output probability[3] = softmax(dense(second, W = ones))\n"
	        "minimize cross_entropy(probability, species)\n  + 0.01\n  * sumsq(weights)\n"
	        "train {\n\tbatch = 6\n\n\toptimizer = adam(0.01)\n}\n";
	struct arena *arena = arena_new();
	expect_same_text("other lines", generated_text(arena, flowers, NULL, 0),
	                 generated_text(arena, other, NULL, 0));
	arena_free(arena);
}

Test(metamorphic_texts, a_batch_by_option)
{
	struct arena *arena = arena_new();
	const char *const six[] = {"6", NULL}, *const nine[] = {"9", NULL};
	const char *text = renamed(arena, flowers, six, nine);
	expect_same_text("the batch", generated_text(arena, flowers, NULL, 9),
	                 generated_text(arena, text, NULL, 0));
	arena_free(arena);
}

static const char *const library =
        "activation bent(x) = x * tanh(x)\nblock twice[o](x[i]) {\nparam W[o, i] = ones\n"
        "return y[o] = 2 * sum(i, W[o, i] * x[i])\n}\nloss far(y[i], t[i]) = sum(i, (y[i] - t[i])^4)\n";
static const char *const user =
        "input x[3]\ntarget t[2]\nlayer h[5] = bent(twice(x))\noutput y[2] = twice(h)\nminimize far(y, t)\n";

Test(metamorphic_texts, a_used_file_as_its_text)
{
	struct arena *arena = arena_new();
	char folder[] = "/tmp/mlpc-use-XXXXXX", path[64];
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/library.mlp", folder);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(library, file) >= 0 && fclose(file) == 0);
	struct text using = text_new(arena), pasted = text_new(arena), after = text_new(arena);
	text_printf(&using, "model m\nuse \"library.mlp\"\n%s", user);
	text_printf(&pasted, "model m\n%s%s", library, user);
	text_printf(&after, "model m\n%s%s", user, library);
	const char *a = generated_text(arena, text_string(&using), folder, 0);
	expect_same_text("pasted", a, generated_text(arena, text_string(&pasted), folder, 0));
	expect_same_text("after its use", a, generated_text(arena, text_string(&after), folder, 0));
	unlink(path);
	rmdir(folder);
	arena_free(arena);
}

/* Made by the caller; of any net. */
Test(metamorphic_texts, a_one_hot_vector_is_a_class)
{
	struct random random = random_new();
	for (int n = 0; n < 60; n++) {
		struct arena *arena = arena_new();
		struct net net = net_draw(&random);
		net.inputs = 2 + random_below(&random, 6);
		uint64_t seed = random_bits(&random);
		const struct net_text by_class = {.input = "input x class[@]"};
		struct side a = side_new(net_print(arena, &net, &by_class), net.ending, 4, seed);
		struct side b = side_new(net_print(arena, &net, NULL), net.ending, 4, seed);
		for (int row = 0; row < 4; row++)
			for (int k = 0; k < net.inputs; k++)
				side_values(&b, "x")[row * net.inputs + k] = side_values(&a, "x")[row] == k;
		side_run(&a);
		side_run(&b);
		const char *where;
		double difference = side_difference(&a, &b, 2 + 4 * ((size_t)net.depth + 1), &where);
		cr_assert(difference == 0, "%s: %g\n%s", where, difference, a.text);
		side_free(&a);
		side_free(&b);
		arena_free(arena);
	}
}

/* --- the same training --------------------------------------------------------------------------- */

enum { STEPS = 20, BATCH = 5 };

/* Twenty steps on seeded data; the second of each three with a short batch. */
static void train_twenty(struct trial *trial, const struct net_ending *ending, uint64_t seed)
{
	struct random random = {seed};
	const struct mlp_port *input = trial->network->inputs, *target = trial->network->targets;
	for (int step = 0; step < STEPS; step++) {
		double x[BATCH * 16], t[BATCH * 16];
		int32_t classes[BATCH];
		for (int k = 0; k < BATCH * input->elements; k++)
			x[k] = random_between(&random, -1.5, 1.5);
		for (int k = 0; k < BATCH * target->elements; k++)
			t[k] = random_between(&random, ending->low, ending->low + ending->width);
		for (int k = 0; k < BATCH; k++)
			classes[k] = target->classes ? random_below(&random, target->classes) : 0;
		const void *raw = reals_of(trial, x, (size_t)(BATCH * input->elements));
		double loss =
		        train_on(trial, step % 3 == 1 ? 2 : BATCH, raw,
		                 target->classes ? (const void *)classes
		                                 : reals_of(trial, t, (size_t)(BATCH * target->elements)));
		cr_assert(isfinite(loss));
	}
}

static void expect_same(const char *what, const struct trial *a, const struct trial *b, double tolerance)
{
	for (int k = 0; k < a->network->tensor_count; k++) {
		const char *name = a->network->tensor(k)->name;
		const double *x = tensor_values(a, name), *y = tensor_values(b, name);
		for (int e = 0; e < a->network->tensor(k)->elements; e++)
			cr_assert(isfinite(x[e]) && relative_difference(x[e], y[e]) <= tolerance,
			          "%s: %s[%d]: %.17g, %.17g", what, name, e, x[e], y[e]);
	}
}

Test(metamorphic_texts, kept_gradients_change_no_bit)
{
	static const char *const ends[] = {
	        "train { optimizer = adam(0.01), batch = 5 }",
	        "train { optimizer = nesterov(0.05), batch = 5, clip = norm(0.5) }",
	        "train { optimizer = sgd(0.1), batch = 5 }",
	        "train { optimizer = adadelta, batch = 5, clip = value(0.1) }"};
	struct random random = random_new();
	for (int n = 0; n < 4; n++) {
		struct arena *arena = arena_new();
		struct net net = net_draw(&random);
		const char *text = net_print(arena, &net, &(struct net_text){.end = ends[n]});
		struct trial a = trial_by(generate, text, false, "gcc -O2");
		struct trial b = trial_by(generate_with_gradients, text, false, "gcc -O2");
		train_twenty(&a, net.ending, 7);
		train_twenty(&b, net.ending, 7);
		expect_same(text, &a, &b, 0);
		trial_free(&a);
		trial_free(&b);
		arena_free(arena);
	}
}

/* A coefficient above 1 stands behind the factors in C, one below before them. */
Test(metamorphic_texts, twice_the_loss_trains_the_same)
{
	struct random random = random_new();
	for (int n = 0; n < 3; n++) {
		struct arena *arena = arena_new();
		struct net net = net_draw(&random);
		const struct net_text once = {.end = "train { optimizer = sgd(0.1), batch = 5 }"},
		                      twice = {.end = "train { optimizer = sgd(0.05), batch = 5 }",
		                               .loss = "2 * @"};
		const char *text = net_print(arena, &net, &twice);
		struct trial a = trial_by(generate, net_print(arena, &net, &once), true, "gcc -O2");
		struct trial b = trial_by(generate, text, true, "gcc -O2");
		train_twenty(&a, net.ending, 11);
		train_twenty(&b, net.ending, 11);
		expect_same(text, &a, &b, 1e-11);
		trial_free(&a);
		trial_free(&b);
		arena_free(arena);
	}
}
