/* Changes of a model that must not change what it computes, in the graphs that are compiled: on random
 * networks, by direct evaluation. Where the arithmetic is the same, so are the bits. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "metamorphic.h"

enum { NETS = 60, ROWS = 5 };

/* Sums in another order. */
static const double reordered = 1e-12;

struct trial {
	struct arena *arena;
	struct random random;
	struct net net;
	uint64_t seed; /* of values */
};

static struct trial trial_new(void)
{
	return (struct trial){.arena = arena_new(), .random = random_new()};
}

static void trial_next(struct trial *trial)
{
	trial->net = net_draw(&trial->random);
	trial->seed = random_bits(&trial->random);
}

static struct side written(struct trial *trial, const struct net_text *how)
{
	const char *text = net_print(trial->arena, &trial->net, how);
	return side_new(text, trial->net.ending, ROWS, trial->seed);
}

static const char *name_of_layer(struct trial *trial, int k, const char *format)
{
	struct text text = text_new(trial->arena);
	for (const char *c = format; *c; c++) {
		if (*c != '@')
			text_bytes(&text, c, 1);
		else if (k == trial->net.depth)
			text_add(&text, "y");
		else
			text_printf(&text, "h%d", k + 1);
	}
	return text_string(&text);
}

/* Outputs, loss, and gradient and new value of each W and b. */
static size_t usual_values(const struct trial *trial)
{
	return 2 + 4 * ((size_t)trial->net.depth + 1);
}

static void expect_equal(struct trial *trial, struct side *a, struct side *b, double tolerance)
{
	const char *where;
	side_run(a);
	side_run(b);
	double difference = side_difference(a, b, usual_values(trial), &where);
	cr_assert(difference <= tolerance, "%s: %g\n%s\n%s", where, difference, a->text, b->text);
	side_free(a);
	side_free(b);
}

static void scale_values(const struct side *side, const char *name, double factor)
{
	double *values = side_values(side, name);
	for (size_t k = 0; k < side_count(side, name); k++)
		values[k] *= factor;
}

/* --- layers that do nothing -------------------------------------------------------------------- */

Test(metamorphic, an_identity_changes_no_bit)
{
	static const struct net_text ways[] = {
	        {.read = "identity(@)"},
	        {.read = "1 * @"},
	        {.read = "reshape(reshape(@, 1, #), #)"},
	        {.input = "input x[@]\nlayer i_x = identity(x)", .read = "i_@", .between = "layer i_@ = @"},
	        {.read = "(@ - 0)"},
	        {.first = "dense(concat(@[0..1], @[1..#]))"},
	};
	struct trial trial = trial_new();
	for (int k = 0; k < NETS; k++) {
		trial_next(&trial);
		struct net_text way = ways[k % 6];
		if (way.first && trial.net.inputs == 1)
			way = ways[0];
		if (way.first) {
			struct text first = text_new(trial.arena);
			text_printf(&first, "dense(concat(@[0..1], @[1..%d]))", trial.net.inputs);
			way.first = text_string(&first);
		}
		struct side a = written(&trial, NULL), b = written(&trial, &way);
		expect_equal(&trial, &a, &b, 0);
	}
}

static void set_identity(const struct side *side, const char *name, int width)
{
	double *values = side_values(side, name);
	for (int k = 0; k < width * width; k++)
		values[k] = k % (width + 1) == 0;
}

Test(metamorphic, a_frozen_identity_matrix_changes_no_bit)
{
	static const char *const ends[] = {"", "train { freeze = [i_x, i_h1] }",
	                                   "train { freeze = [i_x, i_h1, i_h2] }",
	                                   "train { freeze = [i_x, i_h1, i_h2, i_h3] }"};
	struct trial trial = trial_new();
	for (int k = 0; k < NETS; k++) {
		trial_next(&trial);
		struct net_text way = {.input = "input x[@]\nlayer i_x[@] = dense(x, b = none)",
		                       .read = "i_@",
		                       .between = "layer i_@[#] = dense(@, b = none)",
		                       .end = ends[trial.net.depth]};
		struct side a = written(&trial, NULL), b = written(&trial, &way);
		set_identity(&b, "i_x.W", trial.net.inputs);
		for (int layer = 0; layer < trial.net.depth; layer++)
			set_identity(&b, name_of_layer(&trial, layer, "i_@.W"), trial.net.widths[layer]);
		expect_equal(&trial, &a, &b, 0);
	}
}

Test(metamorphic, a_branch_of_weight_zero_changes_no_bit)
{
	static const char *const ends[] = {"", "train { freeze = [z_h1] }", "train { freeze = [z_h1, z_h2] }",
	                                   "train { freeze = [z_h1, z_h2, z_h3] }"};
	struct trial trial = trial_new();
	for (int k = 0; k < NETS; k++) {
		trial_next(&trial);
		struct net_text way = {.input = "input x[@]\nlayer i_x = x",
		                       .read = "i_@",
		                       .between = "param z_@ = zeros\n"
		                                  "layer i_@[#] = @ + z_@ * tanh(dense(@))",
		                       .end = ends[trial.net.depth]};
		struct side a = written(&trial, NULL), b = written(&trial, &way);
		for (int layer = 0; layer < trial.net.depth; layer++)
			*side_values(&b, name_of_layer(&trial, layer, "z_@")) = 0;
		expect_equal(&trial, &a, &b, 0);
	}
}

/* --- hidden units in another order --------------------------------------------------------------- */

static void shuffle(struct random *random, int count, int *order)
{
	for (int k = 0; k < count; k++)
		order[k] = k;
	for (int k = count - 1; k > 0; k--) {
		int other = random_below(random, k + 1), kept = order[k];
		order[k] = order[other];
		order[other] = kept;
	}
}

/* to[row][column] = from[rows[row]][columns[column]]; NULL: in order. */
static void permute(const double *from, double *to, int height, int width, const int *rows,
                    const int *columns)
{
	for (int r = 0; r < height; r++)
		for (int c = 0; c < width; c++)
			to[r * width + c] = from[(rows ? rows[r] : r) * width + (columns ? columns[c] : c)];
}

static double difference_of_arrays(const double *a, const double *b, size_t count)
{
	double largest = 0;
	for (size_t k = 0; k < count; k++)
		largest = fmax(largest, isfinite(a[k]) ? relative_difference(a[k], b[k]) : (double)INFINITY);
	return largest;
}

struct permutation {
	struct trial *trial;
	struct side a, b;
	int orders[NET_MOST_DEPTH][16];
};

/* The tensor `format` of layer k: height is the layer's width, width that of the layer before, or 1. */
static void with_tensor(struct permutation *p, int k, const char *format, bool compare)
{
	const struct net *net = &p->trial->net;
	const char *name = name_of_layer(p->trial, k, format);
	int height = k < net->depth ? net->widths[k] : net->outputs;
	int width = strchr(format, 'b') ? 1 : k > 0 ? net->widths[k - 1] : net->inputs;
	const int *rows = k < net->depth ? p->orders[k] : NULL;
	const int *columns = width > 1 && k > 0 ? p->orders[k - 1] : NULL;
	double expected[256];
	permute(side_values(&p->a, name), expected, height, width, rows, columns);
	size_t count = (size_t)(height * width);
	if (!compare) {
		memcpy(side_values(&p->b, name), expected, count * sizeof(double));
		return;
	}
	double difference = difference_of_arrays(expected, side_values(&p->b, name), count);
	cr_assert(difference <= reordered, "%s: %g\n%s", name, difference, p->a.text);
}

Test(metamorphic, hidden_units_have_no_order)
{
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		struct permutation p = {
		        .trial = &trial, .a = written(&trial, NULL), .b = written(&trial, NULL)};
		for (int k = 0; k < trial.net.depth; k++)
			shuffle(&trial.random, trial.net.widths[k], p.orders[k]);
		for (int k = 0; k <= trial.net.depth; k++) {
			with_tensor(&p, k, "@.W", false);
			with_tensor(&p, k, "@.b", false);
		}
		side_run(&p.a);
		side_run(&p.b);
		size_t outputs = side_count(&p.a, "y");
		cr_assert(difference_of_arrays(side_values(&p.a, "y"), side_values(&p.b, "y"), outputs) <=
		          reordered);
		cr_assert(difference_of_arrays(side_values(&p.a, "loss"), side_values(&p.b, "loss"), 1) <=
		          reordered);
		for (int k = 0; k <= trial.net.depth; k++) {
			with_tensor(&p, k, "d_@.W", true);
			with_tensor(&p, k, "d_@.b", true);
		}
		side_free(&p.a);
		side_free(&p.b);
	}
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* The rows of `from`, those in `order`, into the first of `to`. */
static void copy_rows(const struct side *from, const struct side *to, const char *name, const int *order)
{
	size_t size = side_count(from, name) / (size_t)from->rows;
	for (int r = 0; r < to->rows; r++)
		memcpy(side_values(to, name) + (size_t)r * size,
		       side_values(from, name) + (size_t)order[r] * size, size * sizeof(double));
}

static struct side part_of(struct trial *trial, const struct side *whole, int rows, const int *order)
{
	struct side part = side_new(whole->text, trial->net.ending, rows, trial->seed);
	copy_rows(whole, &part, "x", order);
	copy_rows(whole, &part, "t", order);
	side_run(&part);
	return part;
}

static const char *const penalised = "@ + 0.01 * sumsq(weights)";

Test(metamorphic, a_batch_is_the_mean_of_its_parts)
{
	static const int order[] = {0, 1, 2, 3, 4};
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		struct side whole = written(&trial, &(struct net_text){.loss = n % 2 ? penalised : "@"});
		side_run(&whole);
		int first = 1 + random_below(&trial.random, ROWS - 1);
		struct side a = part_of(&trial, &whole, first, order),
		            b = part_of(&trial, &whole, ROWS - first, order + first);
		for (int k = -1; k <= 2 * trial.net.depth + 1; k++) {
			const char *name =
			        k < 0 ? "loss" : name_of_layer(&trial, k / 2, k % 2 ? "d_@.W" : "d_@.b");
			for (size_t e = 0; e < side_count(&whole, name); e++) {
				double mean = (first * side_values(&a, name)[e] +
				               (ROWS - first) * side_values(&b, name)[e]) /
				              ROWS;
				double got = side_values(&whole, name)[e];
				cr_assert(isfinite(got) && relative_difference(mean, got) <= reordered,
				          "%s[%zu]: %g, of parts %g\n%s", name, e, got, mean, whole.text);
			}
		}
		side_free(&whole);
		side_free(&a);
		side_free(&b);
	}
}

Test(metamorphic, rows_have_no_order)
{
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		int order[ROWS];
		shuffle(&trial.random, ROWS, order);
		struct side a = written(&trial, NULL);
		side_run(&a);
		struct side b = part_of(&trial, &a, ROWS, order);
		int width = trial.net.outputs;
		double expected[ROWS * 8];
		permute(side_values(&a, "y"), expected, ROWS, width, order, NULL);
		cr_assert(memcmp(expected, side_values(&b, "y"), sizeof(double) * (size_t)(ROWS * width)) ==
		          0);
		memcpy(side_values(&b, "y"), side_values(&a, "y"), sizeof(double) * (size_t)(ROWS * width));
		permute(side_values(&a, "d_x"), expected, ROWS, trial.net.inputs, order, NULL);
		memcpy(side_values(&a, "d_x"), expected, sizeof(double) * (size_t)(ROWS * trial.net.inputs));
		const char *where;
		double difference = side_difference(&a, &b, usual_values(&trial), &where);
		cr_assert(difference <= reordered, "%s: %g\n%s", where, difference, a.text);
		side_free(&a);
		side_free(&b);
	}
}

/* --- numbers ------------------------------------------------------------------------------------- */

Test(metamorphic, powers_of_two_go_in_and_out)
{
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		struct side a = written(&trial, &(struct net_text){.end = "train { optimizer = sgd(0.5) }"});
		struct side b = written(&trial, &(struct net_text){.first = "dense(4 * @)",
		                                                   .end = "train { optimizer = sgd(0.5) }"});
		scale_values(&b, "h1.W", 0.25);
		side_run(&b);
		side_run(&a);
		/* a weight of a quarter has 4 times the gradient, and the rate is the same */
		scale_values(&b, "d_h1.W", 0.25);
		const double *weights = side_values(&b, "h1.W"), *gradient = side_values(&b, "d_h1.W");
		for (size_t k = 0; k < side_count(&b, "h1.W"); k++) {
			double *now = &side_values(&b, "new.h1.W")[k];
			cr_assert(relative_difference(*now, weights[k] - 2 * gradient[k]) <= reordered);
			*now = side_values(&a, "new.h1.W")[k];
		}
		const char *where;
		double difference = side_difference(&a, &b, usual_values(&trial), &where);
		cr_assert(difference == 0, "%s: %g\n%s", where, difference, b.text);
		side_free(&a);
		side_free(&b);
	}
}

Test(metamorphic, twice_the_loss_at_half_the_rate)
{
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		struct side a = written(&trial, &(struct net_text){.end = "train { optimizer = sgd(0.5) }"});
		struct side b = written(&trial, &(struct net_text){.loss = "2 * @",
		                                                   .end = "train { optimizer = sgd(0.25) }"});
		side_run(&a);
		side_run(&b);
		/* a constant term of the loss is added once, unless it is a part of a product */
		cr_assert(relative_difference(2 * *side_values(&a, "loss"), *side_values(&b, "loss")) <=
		          reordered);
		*side_values(&b, "loss") = *side_values(&a, "loss");
		scale_values(&b, "d_x", 0.5);
		for (int k = 0; k <= trial.net.depth; k++) {
			scale_values(&b, name_of_layer(&trial, k, "d_@.W"), 0.5);
			scale_values(&b, name_of_layer(&trial, k, "d_@.b"), 0.5);
		}
		const char *where;
		double difference = side_difference(&a, &b, usual_values(&trial), &where);
		cr_assert(difference == 0, "%s: %g\n%s", where, difference, b.text);
		side_free(&a);
		side_free(&b);
	}
}

/* --- what is kept -------------------------------------------------------------------------------- */

/* Where no one asks for a gradient, its equation is folded into the update. */
Test(metamorphic, kept_gradients_change_no_bit)
{
	static const char *const optimizers[] = {"sgd",      "momentum", "nesterov", "adagrad", "rmsprop",
	                                         "adadelta", "adam",     "adamw",    "nadam",   "rprop"};
	static const char *const clips[] = {"", ", clip = norm(0.1)", ", clip = value(0.01)"};
	struct trial trial = trial_new();
	for (int n = 0; n < NETS; n++) {
		trial_next(&trial);
		struct text end = text_new(trial.arena);
		text_printf(&end, "train { optimizer = %s%s }", optimizers[n % 10], clips[n % 3]);
		struct net_text how = {.end = text_string(&end)};
		const char *text = net_print(trial.arena, &trial.net, &how);
		const struct compile_options kept = {.keep_gradients = true, .input_gradients = n % 2},
		                             folded = {0};
		struct side a = side_compiled(text, trial.net.ending, ROWS, trial.seed, &kept);
		struct side b = side_compiled(text, trial.net.ending, ROWS, trial.seed, &folded);
		cr_assert_gt(a.subject.finished.results.count, b.subject.finished.results.count);
		side_run(&a);
		side_run(&b);
		const char *where;
		double difference = side_difference(&a, &b, 2 + 2 * ((size_t)trial.net.depth + 1), &where);
		cr_assert(difference == 0, "%s: %g\n%s", where, difference, text);
		side_free(&a);
		side_free(&b);
	}
}
