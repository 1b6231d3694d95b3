/* Rows by class (folds, balanced epochs) against their definitions, and several trainings over the same data.
 */
#define _GNU_SOURCE
#include <signal.h>

#include "host/parameters.h"
#include "host/shuffle.h"
#include "host/strata.h"
#include "training_fixture.h"
#include "support.h"

TestSuite(trials, .init = enter_directory, .fini = leave_directory);

/* -- Rows ------------------------------------------------------------------------------------------------ */

enum { MOST_ROWS = 300, MOST_KINDS = 6 };

static struct mlp_strata random_strata(struct random *random, int32_t *of)
{
	struct mlp_strata strata = {.rows = 1 + random_below(random, MOST_ROWS),
	                            .kinds = 1 + random_below(random, MOST_KINDS), .of = of};
	for (int row = 0; row < strata.rows; row++)
		of[row] = random_below(random, 1 + random_below(random, strata.kinds));
	return strata;
}

Test(trials, folds_differ_by_one_row_at_most)
{
	struct random random = random_new();
	int32_t of[MOST_ROWS];
	for (int trial = 0; trial < 300; trial++) {
		struct mlp_strata strata = random_strata(&random, of);
		int folds = 2 + random_below(&random, 9), fold[MOST_ROWS];
		cr_assert(mlp_folds(&strata, folds, random_bits(&random), fold));
		for (int32_t c = -1; c < strata.kinds; c++) {   /* -1: all together */
			int least = MOST_ROWS, most = 0;
			for (int f = 0; f < folds; f++) {
				int size = 0;
				for (int row = 0; row < strata.rows; row++)
					size += fold[row] == f && (c < 0 || of[row] == c);
				least = size < least ? size : least;
				most = size > most ? size : most;
			}
			cr_expect_leq(most - least, 1, "class %d: %d to %d", (int)c, least, most);
		}
	}
}

Test(trials, folds_are_drawn)
{
	int32_t of[60] = {0};
	struct mlp_strata strata = {60, 1, of};
	int a[60], b[60], c[60];
	cr_assert(mlp_folds(&strata, 3, 1, a) && mlp_folds(&strata, 3, 1, b) && mlp_folds(&strata, 3, 2, c));
	cr_expect_arr_eq(a, b, sizeof a);
	cr_expect_arr_neq(a, c, sizeof a);
}

/* Each row as often as rows / (classes * rows of its class), rounded down or up. */
Test(trials, a_balanced_epoch)
{
	struct random random = random_new();
	int32_t of[MOST_ROWS];
	for (int trial = 0; trial < 300; trial++) {
		struct mlp_strata strata = random_strata(&random, of);
		int order[MOST_ROWS], times[MOST_ROWS] = {0}, sizes[MOST_KINDS] = {0},
		                      drawn[MOST_KINDS] = {0};
		cr_assert(mlp_balance(&strata, random_bits(&random), trial, order));
		for (int i = 0; i < strata.rows; i++) {
			cr_assert(order[i] >= 0 && order[i] < strata.rows);
			times[order[i]]++;
			sizes[of[i]]++;
		}
		int occur = 0;
		for (int c = 0; c < strata.kinds; c++)
			occur += sizes[c] > 0;
		for (int row = 0; row < strata.rows; row++) {
			int weight = strata.rows / (occur * sizes[of[row]]);
			bool whole = strata.rows % (occur * sizes[of[row]]) == 0;
			cr_expect(times[row] == weight || (!whole && times[row] == weight + 1), "%d for %d",
			          times[row], weight);
			drawn[of[row]] += times[row];
		}
		for (int c = 0; c < strata.kinds; c++)
			if (sizes[c] > 0)
				cr_expect(abs(drawn[c] * occur - strata.rows) < occur, "%d of %d in %d",
				          drawn[c], strata.rows, occur);
	}
}

/* Over many epochs the mean is the weight: 10 rows, 3 of class 0 (10/6), 7 of class 1 (10/14). */
Test(trials, balanced_epochs_on_average)
{
	enum { EPOCHS = 6000 };
	int32_t of[10] = {1, 0, 1, 1, 0, 1, 1, 1, 0, 1};
	struct mlp_strata strata = {10, 2, of};
	int order[10], times[10] = {0}, first[10] = {0};
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		cr_assert(mlp_balance(&strata, 5, epoch, order));
		first[order[0]]++;
		for (int i = 0; i < 10; i++)
			times[order[i]]++;
	}
	for (int row = 0; row < 10; row++) { /* deviation of a mean of 0/1: below 0.5 / sqrt(6000) = 0.0065 */
		double weight = of[row] == 0 ? 10.0 / 6 : 10.0 / 14;
		cr_expect_float_eq((double)times[row] / EPOCHS, weight, 0.03, "row %d: %d", row, times[row]);
		cr_expect_float_eq((double)first[row] / EPOCHS, weight / 10, 0.02, "first %d: %d", row,
		                   first[row]);
	}
}

/* -- Trainings ------------------------------------------------------------------------------------------- */

/* Row n: its number in the first column, classes a a a b in turn. */
static void write_rows(int rows)
{
	FILE *file = fopen("data.csv", "w");
	for (int row = 0; row < rows; row++)
		fprintf(file, "%d,%d,%d,%d,%s\n", row, row % 5, row % 3, row % 2, row % 4 < 3 ? "a" : "b");
	fclose(file);
}

static struct mlp_options options_of(int epochs)
{
	return (struct mlp_options){.data = "data.csv", .epochs = epochs, .patience = -1};
}

/* What each row was used for in each training; a training begins with init. */
enum { ROWS = 22, MOST_TRIALS = 6 };

static int trainings, trained[MOST_TRIALS][ROWS], held[MOST_TRIALS][ROWS];
static uint64_t seeds[MOST_TRIALS];

static void spy_init(void *training, uint64_t seed)
{
	seeds[trainings++] = seed;
	flowers_init(training, seed);
}

static double spy_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	(void)training, (void)targets;
	for (int n = 0; n < rows; n++)
		trained[trainings - 1][(int)((const float *)inputs[0])[n * FLOWER_INPUTS]]++;
	return 1;
}

/* The loss of held-out rows: 3, 1, 2, … by training. */
static double spy_loss(const void *net, void *work, int rows, const void *const *inputs,
                       const void *const *targets)
{
	static const double LOSSES[MOST_TRIALS] = {3, 1, 2, 1, 5, 4};
	(void)net, (void)work, (void)targets;
	for (int n = 0; n < rows; n++)
		held[trainings - 1][(int)((const float *)inputs[0])[n * FLOWER_INPUTS]]++;
	return LOSSES[trainings - 1];
}

static struct mlp_network spy_network(void)
{
	struct mlp_network spy = FLOWERS;
	spy.init = spy_init;
	spy.train_step = spy_step;
	spy.loss = spy_loss;
	trainings = 0;
	memset(trained, 0, sizeof trained);
	memset(held, 0, sizeof held);
	return spy;
}

Test(trials, every_row_is_held_out_once)
{
	struct mlp_network spy = spy_network();
	struct mlp_options options = options_of(1);
	options.folds = 4;
	write_rows(ROWS);
	struct result result = run(&spy, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_assert_eq(trainings, 4);
	for (int row = 0; row < ROWS; row++) {
		int folds = 0;
		for (int f = 0; f < 4; f++) {
			cr_expect_eq(seeds[f], FLOWERS.seed);
			cr_expect_eq(trained[f][row], held[f][row] == 0);
			folds += held[f][row] > 0;
		}
		cr_expect_eq(folds, 1, "row %d", row);
	}
	free_result(&result);
}

/* The number after a word of a line of the table, without the time. */
static void drop_times(char *text)
{
	char *into = text;
	for (char *line = text; *line;) {
		char *end = strchrnul(line, '\n'), *cut = end;
		if (*line >= '0' && *line <= '9')
			while (cut > line && !(cut[-1] == ' ' && cut[-2] == ' '))
				cut--;
		while (cut > line && cut[-1] == ' ')
			cut--;
		memmove(into, line, (size_t)(cut - line));
		into += cut - line;
		*into++ = '\n';
		line = *end ? end + 1 : end;
	}
	*into = '\0';
}

/* Losses 3 1 2 1: mean 1.75, deviation sqrt((1.5625 + 0.5625 + 0.0625 + 0.5625) / 3) = 0.9574. */
Test(trials, table_of_folds)
{
	struct mlp_network spy = spy_network();
	struct mlp_options options = options_of(2);
	options.folds = 4;
	options.save = "best.safetensors";
	write_rows(20);
	setenv("LC_ALL", "C", 1);
	struct result result = run(&spy, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	drop_times(result.out);
	char *accuracy = strstr(result.out, ", accuracy ");
	cr_assert(accuracy);
	char *end = strchr(accuracy, '\n');
	memmove(accuracy, end, strlen(end) + 1);
	for (char *at = result.out; (at = strstr(at, " %")); at++) /* accuracies are not what this is about */
		memcpy(at - 5, "  .  ", 5);
	cr_expect_str_eq(result.out,
	                 "flowers: 15 parameters, 15 rows + 5 for validation, 4 folds, batch 8, seed 7\n"
	                 "minimize cross_entropy(probability, species)\n"
	                 "fold    epoch       loss validation   accuracy\n"
	                 "1           2     1.0000     3.0000      .   %\n"
	                 "2           2     1.0000     1.0000      .   %\n"
	                 "3           2     1.0000     2.0000      .   %\n"
	                 "4           2     1.0000     1.0000      .   %\n"
	                 "mean and standard deviation of 4 folds:\n"
	                 "validation: loss 1.7500 +- 0.9574\n"
	                 "best: fold 2\n"
	                 "parameters of fold 2 kept, the least validation loss\n"
	                 "saved in best.safetensors\n", "%s", result.out);
	free_result(&result);
}

static bool same_files(const char *a, const char *b)
{
	char command[256];
	snprintf(command, sizeof command, "cmp -s %s %s", a, b);
	return system(command) == 0;
}

/* Each training of several is the one that its seed gives alone. */
Test(trials, seeds_are_single_trainings)
{
	struct mlp_options options = options_of(3);
	write_rows(20);
	options.seed_given = true;
	options.save = "one.safetensors";
	options.seed = 10;
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	free_result(&result);
	options.seeds = 3;
	options.save = "first.safetensors";
	result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_expect(strstr(result.out, "\nseed    epoch       loss   training   accuracy\n10 "), "%s",
	          result.out);
	cr_expect(strstr(result.out, "\n12 ") && !strstr(result.out, "\n13 "), "%s", result.out);
	cr_expect(strstr(result.out, "\nparameters of seed 10 kept, the first\n"), "%s", result.out);
	cr_expect(same_files("one.safetensors", "first.safetensors"));
	free_result(&result);
}

Test(trials, the_best_seed_is_saved)
{
	struct mlp_network spy = spy_network();
	struct mlp_options options = options_of(1);
	write_rows(ROWS);
	options.seeds = 3;
	options.split = 0.25;
	options.save = "best.safetensors";
	struct result result = run(&spy, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	for (uint64_t k = 0; k < 3; k++)
		cr_expect_eq(seeds[k], FLOWERS.seed + k);
	for (int row = 0; row < ROWS; row++)
		cr_expect((held[0][row] > 0) == (held[1][row] > 0) &&
		          (held[1][row] > 0) == (held[2][row] > 0));
	cr_expect(strstr(result.out, "\nparameters of seed 8 kept, the least validation loss\n"), "%s",
	          result.out);
	struct mlp_messages messages = {.file = stderr};
	struct mlp_parameters saved;
	cr_assert_eq(mlp_open_parameters(&saved, &messages, &FLOWERS, "best.safetensors"), MLP_WELL);
	cr_expect_str_eq(mlp_parameters_text(&saved, "seed"), "8");
	mlp_close_parameters(&saved);
	free_result(&result);
}

static double stopping_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	if (trainings == 2)
		raise(SIGINT);
	return spy_step(training, rows, inputs, targets);
}

/* What is done counts, and is saved. */
Test(trials, interrupted_in_the_second)
{
	struct mlp_network spy = spy_network();
	struct mlp_options options = options_of(3);
	spy.train_step = stopping_step;
	options.folds = 4;
	options.save = "best.safetensors";
	write_rows(ROWS);
	struct result result = run(&spy, &options);
	cr_expect_eq(result.status, MLP_INTERRUPTED, "%s", result.err);
	cr_expect_eq(trainings, 2);
	cr_expect(
	        strstr(result.out, "\ninterrupted in fold 2 of 4\nmean and standard deviation of 1 fold:\n"),
	        "%s", result.out);
	cr_expect(strstr(result.out, "\nparameters of fold 1 kept, the least validation loss\nsaved in "),
	          "%s", result.out);
	free_result(&result);
}

/* 20 rows, 5 of them b: in training each class is 10 of 20. */
Test(trials, balanced_training)
{
	struct mlp_network spy = spy_network();
	struct mlp_options options = options_of(3);
	options.class_weights = MLP_WEIGHTS_BALANCED;
	write_rows(20);
	struct result result = run(&spy, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	int a = 0, b = 0;
	for (int row = 0; row < 20; row++) {
		a += row % 4 < 3 ? trained[0][row] : 0;
		b += row % 4 < 3 ? 0 : trained[0][row];
		cr_expect(row % 4 < 3 || trained[0][row] == 6, "weight 2, three epochs");
		cr_expect_eq(held[0][row], 1, "the figures are of the rows as they are");
	}
	cr_expect_eq(a, 30);
	cr_expect_eq(b, 30);
	free_result(&result);
}

static void expect_refused(const struct mlp_network *network, const struct mlp_options *options,
                           const char *error)
{
	struct result result = run(network, options);
	cr_expect_eq(result.status, MLP_BAD_USAGE);
	cr_expect_str_eq(result.err, error);
	free_result(&result);
}

Test(trials, what_cannot_be_done)
{
	struct mlp_options options = options_of(1);
	write_rows(3);
	options.folds = 4;
	expect_refused(&FLOWERS, &options, "mlpc: error: --folds 4 of 3 rows: each fold needs one\n");
	write_file("data.csv", "1 2\n3 4\n", 8);
	options = options_of(1);
	options.class_weights = MLP_WEIGHTS_BALANCED;
	expect_refused(&LINE_FIT, &options,
	               "mlpc: error: --weights=balanced needs a target that is one class in "
	               "each row, or 0 or 1\n");
}

static void expect_usage(const char *const *words, int count, const char *error)
{
	char *arguments[12] = {"mlpc train", "--data", "x"};
	struct mlp_options options;
	for (int i = 0; i < count; i++)
		arguments[3 + i] = (char *)(uintptr_t)words[i];
	fflush(stderr);
	int kept = dup(STDERR_FILENO);
	cr_assert(freopen("errors", "w", stderr));
	bool well = mlp_parse_options(&options, 3 + count, arguments);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	FILE *file = fopen("errors", "r");
	char line[256] = "";
	cr_expect(!well && options.status == MLP_BAD_USAGE);
	cr_expect(fgets(line, sizeof line, file));
	cr_expect_str_eq(line, error);
	fclose(file);
}

Test(trials, options_that_do_not_go_together)
{
	expect_usage((const char *[]){"--folds", "1"}, 2, "mlpc: error: --folds takes 2 or more\n");
	expect_usage((const char *[]){"--folds", "5", "--seeds", "2"}, 4,
	             "mlpc: error: `--folds` and `--seeds` do not go together\n");
	expect_usage(
	        (const char *[]){"--folds", "5", "--split", "0.2"}, 4,
	        "mlpc: error: `--folds` and `--split` do not go together: each fold is held out in turn\n");
	expect_usage((const char *[]){"--folds", "5", "--checkpoint", "c"}, 4, "mlpc: error: `--folds` and "
	             "`--checkpoint` do not go together: these are several trainings\n");
	expect_usage((const char *[]){"--weights=heavy"}, 1,
	             "mlpc: error: --weights takes balanced or none, not `heavy`\n");
	expect_usage((const char *[]){"--seeds", "5", "--report", "r"}, 4, "mlpc: error: `--seeds` and "
	             "`--report` do not go together: these are several trainings\n");
}
