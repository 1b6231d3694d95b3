/* Steps that differ in names alone share a function; what they compute is compared by test_features.c and
 * test_targets.c. */
#include <criterion/criterion.h>
#include <string.h>

#include "emit/repeat.h"
#include "feature_fixture.h"

enum { INPUTS = 3, WIDTH = 5 };

/* A chain of dense layers h1, h2, …, with its input and output. */
static const char *chain(struct arena *arena, int layers)
{
	struct text text = text_new(arena);
	text_printf(&text, "input x[%d]\ntarget t[%d]\n", INPUTS, WIDTH);
	for (int k = 1; k <= layers; k++)
		text_printf(&text, "%s h%d[%d] = tanh(dense(%s%.0d))\n", k < layers ? "layer" : "output", k,
		            WIDTH, k > 1 ? "h" : "x", k - 1);
	text_printf(&text, "minimize mse(h%d, t)\n", layers);
	return text_string(&text);
}

static int occurrences(const char *text, const char *what)
{
	int count = 0;
	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static struct trial chain_program(int layers)
{
	struct arena *arena = arena_new();
	struct trial trial = trial_new(chain(arena, layers), true, "gcc -O1");
	arena_free(arena);
	return trial;
}

Test(repeat, more_layers_make_no_more_functions)
{
	struct trial few = chain_program(20), many = chain_program(60);
	const char *short_text = source_of(&few), *long_text = source_of(&many);
	cr_expect_eq(occurrences(short_text, ")\n{\n"), occurrences(long_text, ")\n{\n"));
	cr_expect_gt(occurrences(long_text, "MLP_SHARED void"), 5);
	int lines = (occurrences(long_text, "\n") - occurrences(short_text, "\n")) / 40;
	cr_expect_lt(lines, 80, "%d lines a layer", lines);
	trial_free(&few);
	trial_free(&many);
}

/* A function of a few steps names what it computes. */
Test(repeat, few_stand_alone)
{
	struct trial few = chain_program(REPEATS), enough = chain_program(REPEATS + 1);
	cr_expect_eq(occurrences(source_of(&few), "init_like_h2_W("), 0);
	cr_expect_eq(occurrences(source_of(&enough), "init_like_h2_W("), 1 + REPEATS);
	trial_free(&few);
	trial_free(&enough);
}

Test(repeat, the_comment_says_of_how_many)
{
	struct trial t = chain_program(12);
	const char *text = source_of(&t);
	cr_expect(strstr(text, "/* One of 11 steps that differ in names alone, from d_h2.W to d_h12.W; the "
	                       "equations of the first:"));
	cr_expect(strstr(text, "init_like_h2_W(seed, STREAM_H7_W, 0, t->net.h7_W);"));
	trial_free(&t);
}

/* Draws are numbered by their names: with functions of its own or shared ones, a layer begins with the same
 * parameters, and no two layers with equal ones. */
Test(repeat, initial_values_are_those_of_each)
{
	enum { ALONE = 6, SHARED = 12, LAYER = 8, COUNT = WIDTH * WIDTH };
	struct trial alone = chain_program(ALONE), shared = chain_program(SHARED);
	double a[COUNT], b[COUNT], other[COUNT];
	alone.network->get(trial_net(&alone), LAYER, a);
	shared.network->get(trial_net(&shared), LAYER, b);
	shared.network->get(trial_net(&shared), LAYER + 2, other);
	cr_expect_arr_eq(a, b, sizeof a);
	for (int k = 0; k < COUNT; k++)
		cr_expect_neq(b[k], other[k]);
	trial_free(&alone);
	trial_free(&shared);
}
