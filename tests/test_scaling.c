/* Models of many layers: their graphs, the memory that they take and their C grow in proportion. What is
 * counted here does not depend on the clock. */
#include <criterion/criterion.h>

#include "model/table.h"
#include "plan_fixture.h"

/* In a layer's right side @ stands for the layer before it. */
struct architecture {
	const char *name;
	const char *statements; /* before the layers */
	const char *left, *right;
	bool sums; /* the output reads the sum of all layers, not the last one */
};

static const struct architecture architectures[] = {
	{"plain", "", "8", "tanh(dense(@))", false},
	{"residual", "", "8", "@ + relu(dense(@))", false},
	{"normalised", "", "8", "layer_norm(tanh(dense(@)))", false},
	{"one shared parameter", "param W[8, 8] = glorot_uniform\n", "i: 8",
	 "tanh(sum(j, W[i, j] * @[j]))", false},
	{"random draws", "", "8", "dropout(gelu(dense(@)), rate = 0.1)", false},
	{"one long sum", "", "8", "tanh(dense(@))", true},
};

enum { ARCHITECTURES = sizeof architectures / sizeof *architectures };

/* Names of one length, whatever their number is. */
static void add_layers(struct text *text, const struct architecture *architecture, int layers)
{
	const char *before = "x";
	for (int k = 1; k <= layers; k++) {
		text_printf(text, "layer h%04d[%s] = ", k, architecture->left);
		for (const char *c = architecture->right; *c; c++) {
			if (*c == '@')
				text_add(text, before);
			else
				text_bytes(text, c, 1);
		}
		text_add(text, "\n");
		struct text name = text_new(text->arena);
		text_printf(&name, "h%04d", k);
		before = text_string(&name);
	}
	text_printf(text, "output y[8] = dense(%s", before);
	for (int k = 1; k < layers && architecture->sums; k++)
		text_printf(text, " + h%04d", k);
	text_add(text, ")\n");
}

static struct compile *compiled(const struct architecture *architecture, int layers)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_printf(&text, "model deep\ninput x[8]\ntarget t[8]\n%s", architecture->statements);
	add_layers(&text, architecture, layers);
	text_add(&text, "minimize mse(y, t) + 0.01 * sumsq(y)\ntrain { optimizer = adam, batch = 16 }\n");
	struct compile *c = plan_of(text_string(&text));
	cr_assert_not_null(c, "%s, %d layers", architecture->name, layers);
	arena_free(arena);
	return c;
}

/* --- counts ------------------------------------------------------------------------------------------- */

enum { EQUATIONS, NODES, STEPS, PLACES, COUNTED };

static const char *const counted[] = {"equations", "nodes", "steps of the plan", "places in memory"};

struct counts {
	long long of[COUNTED];
};

static long long count_nodes(struct table *seen, const struct expr *expr)
{
	if (table_get(seen, expr))
		return 0;
	table_put(seen, expr, seen);
	long long count = 1;
	for (int k = 0; k < expr->count; k++)
		count += count_nodes(seen, expr->operands[k]);
	return count;
}

static struct counts counts_of(const struct architecture *architecture, int layers)
{
	struct compile *c = compiled(architecture, layers);
	const struct graph *graphs[] = {&c->program.initial, &c->program.prediction, &c->program.evaluation,
	                                &c->program.training};
	struct table *seen = table_new(c->arena);
	struct counts counts = {.of[STEPS] = (long long)c->plan.steps.count};
	for (size_t g = 0; g < sizeof graphs / sizeof *graphs; g++) {
		counts.of[EQUATIONS] += (long long)graphs[g]->equations.count;
		for (size_t k = 0; k < graphs[g]->equations.count; k++)
			if (graphs[g]->equations.items[k].right)
				counts.of[NODES] += count_nodes(seen, graphs[g]->equations.items[k].right);
	}
	for (enum plan_area area = 0; area < PLAN_AREAS; area++)
		counts.of[PLACES] += (long long)c->plan.areas[area].places.count;
	arena_free(c->arena);
	return counts;
}

/* The same number more for each layer. */
static void expect_line(const struct architecture *architecture, const struct counts *counts, int what,
                        const int *layers)
{
	for (int k = 2; k < 4; k++) {
		long long a = counts[k - 2].of[what], b = counts[k - 1].of[what], c = counts[k].of[what];
		cr_expect_eq((c - b) * (layers[k - 1] - layers[k - 2]), (b - a) * (layers[k] - layers[k - 1]),
		             "%s: %lld, %lld and %lld %s for %d, %d and %d layers", architecture->name, a,
		             b, c, counted[what], layers[k - 2], layers[k - 1], layers[k]);
	}
	cr_expect_gt(counts[1].of[what], counts[0].of[what], "%s: %s", architecture->name, counted[what]);
}

Test(scaling, graphs_and_plans_grow_by_the_same_for_each_layer)
{
	static const int layers[] = {10, 20, 40, 100};
	for (size_t a = 0; a < ARCHITECTURES; a++) {
		struct counts counts[4];
		for (int k = 0; k < 4; k++)
			counts[k] = counts_of(&architectures[a], layers[k]);
		for (int what = 0; what < COUNTED; what++)
			expect_line(&architectures[a], counts, what, layers);
	}
}

/* --- memory and C ------------------------------------------------------------------------------------- */

/* Offsets get more digits, and sums of many terms are built term by term. */
static const double MOST_BYTES = 1.2, MOST_CHARACTERS = 1.02;

static void expect_proportion(const char *name, const char *what, const double *values, double growth)
{
	cr_expect_leq(values[1], growth * values[0], "%s: %.0f %s, then %.0f", name, values[0], what,
	              values[1]);
}

Test(scaling, memory_and_source_grow_in_proportion, .timeout = 120)
{
	for (size_t a = 0; a < ARCHITECTURES; a++) {
		const struct architecture *architecture = &architectures[a];
		const int few = architecture->sums ? 50 : 250, times = 4; /* the text of a sum nests */
		double bytes[2], characters[2];
		for (int k = 0; k < 2; k++) {
			struct compile *c = compiled(architecture, k ? few * times : few);
			bytes[k] = (double)arena_used(c->arena);
			characters[k] = (double)strlen(source_of(c));
			arena_free(c->arena);
		}
		expect_proportion(architecture->name, "bytes", bytes, MOST_BYTES * times);
		expect_proportion(architecture->name, "characters of C", characters, MOST_CHARACTERS * times);
	}
}
