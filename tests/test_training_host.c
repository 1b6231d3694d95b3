/* The training run: it learns, every row once an epoch, statistics, early stopping, losses that are not
 * finite, Ctrl-C, and the lines it prints. */
#define _GNU_SOURCE
#include <signal.h>

#include "host/parameters.h"
#include "host/standardize.h"
#include "training_fixture.h"

TestSuite(training, .init = enter_directory, .fini = leave_directory);

/* Three clouds around (k, 2k, -k, 5) with deviation 0.2, `rows` in all, classes in turn. */
static void write_clouds(const char *name, int rows)
{
	FILE *file = fopen(name, "w");
	for (int row = 0; row < rows; row++) {
		int k = row % 3;
		const double center[FLOWER_INPUTS] = {k, 2 * k, -k, 5};
		for (uint32_t i = 0; i < FLOWER_INPUTS; i++)
			fprintf(file, "%.6f,", center[i] + 0.2 * mlp_normal(1, 0, 0, (uint32_t)row, i));
		fprintf(file, "%c\n", "abc"[k]);
	}
	fclose(file);
}

static void write_line(const char *name, int rows)
{
	FILE *file = fopen(name, "w");
	for (int row = 0; row < rows; row++)
		fprintf(file, "%.17g %.17g\n", (double)row / rows, 3 * (double)row / rows - 1);
	fclose(file);
}

static struct mlp_options options_of(const char *data)
{
	return (struct mlp_options){.data = data, .epochs = -1, .patience = -1};
}

/* -- Learning ---------------------------------------------------------------------------------------- */

Test(training, classes_are_learned)
{
	write_clouds("train.csv", 99);
	struct mlp_options options = options_of("train.csv");
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_expect(strstr(result.out, "accuracy 100.00 % (99 of 99), macro f1 1.0000\n"), "%s", result.out);
	cr_expect_str_empty(result.err ? result.err : "");
	free_result(&result);
}

Test(training, a_line_is_learned_in_double)
{
	write_line("line.txt", 10);
	struct mlp_options options = options_of("line.txt");
	options.epochs = 3000;
	struct result result = run(&LINE_FIT, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	const char *rmse = strstr(result.out, "rmse ");
	cr_assert(rmse, "%s", result.out);
	cr_expect_lt(strtod(rmse + 5, NULL), 1e-9, "%s", rmse);
	free_result(&result);
}

/* A network that only counts: what each step is given. */
enum { SPIED_ROWS = 103 };

static int spied_steps, spied_last, spied_epochs[8], spied_seen[8][SPIED_ROWS], spied_order[8][SPIED_ROWS];

static double spy_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	int epoch = ((struct flowers_training *)training)->epoch;
	spied_steps++;
	spied_last = rows;
	for (int n = 0; n < rows; n++) {
		int row = (int)((const float *)inputs[0])[n * FLOWER_INPUTS];
		spied_order[epoch][spied_epochs[epoch]++] = row;
		spied_seen[epoch][row]++;
		cr_expect_eq(((const int32_t *)targets[0])[n], row % 3);
		cr_expect_eq(((const float *)inputs[0])[n * FLOWER_INPUTS + 3], (float)(row * 2));
	}
	return rows;   /* so that the epoch's loss shows the weights of the mean */
}

static void write_numbered(const char *name, int rows)
{
	FILE *file = fopen(name, "w");
	for (int row = 0; row < rows; row++)
		fprintf(file, "%d,0,0,%d,%d\n", row, row * 2, row % 3);
	fclose(file);
}

Test(training, every_row_once_an_epoch_and_the_last_batch_short)
{
	struct mlp_network spy = FLOWERS;
	spy.train_step = spy_step;
	write_numbered("rows.csv", SPIED_ROWS);
	struct mlp_options options = options_of("rows.csv");
	options.epochs = 3;
	struct result result = run(&spy, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_expect_eq(spied_steps, 3 * 13);
	cr_expect_eq(spied_last, 103 % FLOWER_BATCH);
	for (int epoch = 0; epoch < 3; epoch++) {
		cr_expect_eq(spied_epochs[epoch], SPIED_ROWS);
		for (int row = 0; row < SPIED_ROWS; row++)
			cr_expect_eq(spied_seen[epoch][row], 1);
	}
	cr_expect_arr_neq(spied_order[0], spied_order[1], sizeof spied_order[0]);
	/* (12 * 8 * 8 + 7 * 7) / 103, each batch by its rows */
	cr_expect(strstr(result.out, "epoch 1/3  loss   7.9320  "), "%s", result.out);
	free_result(&result);

	int before[3][SPIED_ROWS];
	memcpy(before, spied_order, sizeof before);
	memset(spied_epochs, 0, sizeof spied_epochs);
	result = run(&spy, &options);
	cr_expect_arr_eq(before, spied_order, sizeof before, "the same seed gives the same order");
	free_result(&result);
	memset(spied_epochs, 0, sizeof spied_epochs);
	options.seed_given = true;
	options.seed = 8;
	result = run(&spy, &options);
	cr_expect_arr_neq(before, spied_order, sizeof before, "another seed, another order");
	free_result(&result);
}

/* -- Statistics --------------------------------------------------------------------------------------- */

Test(training, standardize)
{
	static const char TEXT[] = "2,7,1e6,-1,0\n4,7,1000002,1,0\n4,7,1000001,0,0\n6,7,1000001,0,0\n";
	write_file("data.csv", TEXT, strlen(TEXT));
	struct mlp_options options = options_of("data.csv");
	struct reading reading;
	struct flowers net = {0};
	read_files(&reading, &FLOWERS, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_assert_eq(mlp_standardize(&reading.messages, &FLOWERS, &net, &reading.data), MLP_WELL);
	static const float MEAN[4] = {4, 7, 1000001, 0};
	static const float DEVIATION[4] = {1.41421356f, 1, 0.70710678f, 0.70710678f};
	for (int i = 0; i < 4; i++) {
		cr_expect_eq(net.mean[i], MEAN[i]);
		cr_expect_float_eq(net.deviation[i], DEVIATION[i], 1e-7f);
	}
	free_reading(&reading);
}

/* Only the training rows count: the test data are far away. */
Test(training, standardize_without_the_test_data)
{
	struct mlp_options options = options_of("data.csv");
	write_clouds("data.csv", 60);
	options.epochs = 0;
	options.save = "a.safetensors";
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	free_result(&result);
	write_file("far.csv", "1e6,1e6,1e6,1e6,a\n", 18);
	options.test = "far.csv";
	options.save = "b.safetensors";
	result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	free_result(&result);
	cr_expect_eq(system("cmp a.safetensors b.safetensors"), 0);
}

/* -- What is printed ---------------------------------------------------------------------------------- */

/* Loss 1 / (1 + epoch) in training; evaluated: 3, 2, 1, 1, 5, 5 …; the last class always wins. */
static int evaluations;

static double falling_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	struct flowers_training *t = training;
	(void)rows;
	(void)inputs;
	(void)targets;
	t->net.b[0] = (float)t->epoch;
	t->net.b[2] = 100;
	return 1.0 / (1 + t->epoch);
}

static double scripted_loss(const void *net, void *work, int rows, const void *const *inputs,
                            const void *const *targets)
{
	static const double SCRIPT[] = {3, 2, 1, 1, 5, 5, 5, 5};
	(void)work;
	(void)rows;
	(void)inputs;
	(void)targets;
	evaluations++;
	return SCRIPT[(int)((const struct flowers *)net)->b[0]];
}

static const struct mlp_network *scripted(void)
{
	static struct mlp_network network;
	network = FLOWERS;
	network.train_step = falling_step;
	network.loss = scripted_loss;
	network.init = flowers_init;
	return &network;
}

/* Takes the times away: everything from the last two blanks of the epoch lines, and after "epochs in". */
static void drop_times(char *text)
{
	char *into = text;
	for (char *line = text; *line;) {
		char *end = strchrnul(line, '\n');
		char *cut = end;
		if (strncmp(line, "epoch ", 6) == 0)
			while (cut > line && !(cut[-1] == ' ' && cut[-2] == ' '))
				cut--;
		char *in = memmem(line, (size_t)(end - line), " in ", 4);
		if (strncmp(line, "epoch ", 6) != 0 && in && memmem(line, (size_t)(end - line), "rows/s", 6))
			cut = in;
		while (cut > line && cut[-1] == ' ')
			cut--;
		memmove(into, line, (size_t)(cut - line));
		into += cut - line;
		*into++ = '\n';
		line = *end ? end + 1 : end;
	}
	*into = '\0';
}

Test(training, lines_and_early_stopping)
{
	write_clouds("data.csv", 60);
	struct mlp_options options = options_of("data.csv");
	options.split = 0.2;
	options.epochs = 8;
	options.patience = 2;
	options.test = "data.csv";
	options.save = "best.safetensors";
	struct result result = run(scripted(), &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	drop_times(result.out);
	cr_expect_str_eq(
		result.out,
		"flowers: 15 parameters, 48 rows + 12 for validation + 60 for test, batch 8, seed 7\n"
		"minimize cross_entropy(probability, species)\n"
		"epoch 1/8  loss   1.0000  validation   3.0000 * accuracy  33.33 %\n"
		"epoch 2/8  loss   0.5000  validation   2.0000 * accuracy  33.33 %\n"
		"epoch 3/8  loss   0.3333  validation   1.0000 * accuracy  33.33 %\n"
		"epoch 4/8  loss   0.2500  validation   1.0000   accuracy  33.33 %\n"
		"epoch 5/8  loss   0.2000  validation   5.0000   accuracy  33.33 %\n"
		"stopped: no better validation loss for 2 epochs\n"
		"5 epochs\n"
		"best validation loss 1.0000 in epoch 3 (*)\n"
		"parameters of epoch 3 kept\n"
		"validation: loss 1.0000, accuracy 33.33 % (4 of 12), macro f1 0.1667\n"
		"test: loss 1.0000, accuracy 33.33 % (20 of 60), macro f1 0.1667\n"
		"saved in best.safetensors\n",
		"%s", result.out);
	free_result(&result);
	options.quiet = true;
	result = run(scripted(), &options);
	cr_expect_eq(result.status, MLP_WELL);
	cr_expect_str_empty(result.out ? result.out : "");
	cr_expect_str_empty(result.err ? result.err : "");
	free_result(&result);
}

static int steps_taken;

static double late_interrupt(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	if (++steps_taken == 60000)
		raise(SIGINT);
	return falling_step(training, rows, inputs, targets);
}

/* Among many small epochs too, where the kernel is not asked in each. */
Test(training, interrupt_of_many_small_epochs)
{
	struct mlp_network network = FLOWERS;
	network.train_step = late_interrupt;
	write_clouds("data.csv", 6);
	struct mlp_options options = options_of("data.csv");
	options.epochs = 100000000;
	options.quiet = true;
	struct result result = run(&network, &options);
	cr_expect_eq(result.status, MLP_INTERRUPTED);
	cr_expect(steps_taken < 1000000, "%d", steps_taken);
	free_result(&result);
}

static double stopping_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	if (((struct flowers_training *)training)->epoch == 4)
		raise(SIGINT);
	return falling_step(training, rows, inputs, targets);
}

/* Ctrl-C too leaves the best parameters: b[0] is the epoch, 3 the third. */
Test(training, interrupt_saves_the_best)
{
	struct mlp_network network = *scripted();
	network.train_step = stopping_step;
	write_clouds("data.csv", 60);
	struct mlp_options options = options_of("data.csv");
	options.split = 0.2;
	options.epochs = 8;
	options.patience = 5;
	options.save = "best.safetensors";
	struct result result = run(&network, &options);
	cr_expect_eq(result.status, MLP_INTERRUPTED);
	cr_expect(strstr(result.out, "parameters of epoch 3 kept\nsaved in best.safetensors\n"), "%s",
	          result.out);
	struct mlp_messages messages = {.file = stderr};
	struct mlp_parameters saved;
	struct flowers net;
	cr_assert_eq(mlp_open_parameters(&saved, &messages, &FLOWERS, "best.safetensors"), MLP_WELL);
	cr_assert(mlp_set_parameters(&saved, &net));
	cr_expect_eq(net.b[0], 2);
	mlp_close_parameters(&saved);
	free_result(&result);
}

/* Without --split the test data are shown after each epoch, and nothing stops early. */
Test(training, test_figures_each_epoch)
{
	write_clouds("data.csv", 6);
	struct mlp_options options = options_of("data.csv");
	options.epochs = 6;
	options.patience = 1;
	options.test = "data.csv";
	struct result result = run(scripted(), &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_expect(strstr(result.out, "epoch 6/6  loss   0.1667  test   5.0000   accuracy  33.33 %"),
	          "%s", result.out);
	cr_expect_str_eq(result.err,
	                 "mlpc: warning: --patience does nothing without --split: no rows are held out\n");
	free_result(&result);
}

Test(training, long_runs_print_about_a_hundred_lines)
{
	write_line("line.txt", 4);
	struct mlp_options options = options_of("line.txt");
	options.epochs = 1234;
	struct result result = run(&LINE_FIT, &options);
	int lines = 0;
	for (const char *at = result.out; (at = strstr(at, "\nepoch ")); at++)
		lines++;
	cr_expect(lines >= 90 && lines <= 110, "%d", lines);
	cr_expect(strstr(result.out, "\nepoch    1/1234 ") && strstr(result.out, "\nepoch 1234/1234 "));
	free_result(&result);
}

/* A threshold of 0.5 where the targets are 0 and 1: y = x against x >= 0.5 and one row wrong. */
Test(training, accuracy_of_one_output)
{
	write_file("data.txt", "0.1 0\n0.5 1\n0.9 1\n0.4 1\n", 24);
	struct mlp_network still = LINE_FIT;
	struct mlp_options options = options_of("data.txt");
	options.epochs = 0;
	options.load = "identity.safetensors";
	struct line identity = {1, 0};
	struct mlp_labels labels[2] = {{0}};
	struct mlp_messages messages = {.file = stderr};
	cr_assert_eq(mlp_save_parameters(&messages, &still, &identity, labels, 0, 0, "identity.safetensors"),
	             0);
	struct result result = run(&still, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	/* mean of 0.01, 0.25, 0.01 and 0.36; F1 of 0: 2 / 3, of 1: 4 / 5 */
	cr_expect(strstr(result.out, "training: loss 0.1575, accuracy 75.00 % (3 of 4), macro f1 0.7333, "
	                 "auc 1.0000\n"), "%s", result.out);
	free_result(&result);
}

/* -- Things that go wrong ------------------------------------------------------------------------------ */

static double failing_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	struct flowers_training *t = training;
	double loss = flowers_train_step(training, rows, inputs, targets);
	if (t->step == 5)
		t->net.W[1][2] = NAN;
	return loss;
}

Test(training, a_loss_that_is_not_finite)
{
	struct mlp_network failing = FLOWERS;
	failing.train_step = failing_step;
	write_clouds("data.csv", 24);
	struct mlp_options options = options_of("data.csv");
	options.save = "never.safetensors";
	struct result result = run(&failing, &options);
	cr_expect_eq(result.status, MLP_BAD_DATA);
	cr_expect_str_eq(result.err,
	                 "mlpc: error: training stopped: the loss is nan in epoch 2, step 3\n"
	                 "mlpc: note: the first parameter that is not finite: score.W[0, 0] = nan\n"
	                 "       help: try a smaller rate, `clip = norm(1)` or inputs on a smaller scale; "
	                 "nothing was saved\n", "%s", result.err);
	cr_expect_neq(access("never.safetensors", F_OK), 0);
	free_result(&result);
}

static double late_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	double loss = flowers_train_step(training, rows, inputs, targets);
	((struct flowers_training *)training)->net.W[1][2] = INFINITY;
	return loss;
}

Test(training, parameters_that_are_not_finite_are_not_saved)
{
	struct mlp_network failing = FLOWERS;
	failing.train_step = late_step;
	write_clouds("data.csv", 6);
	struct mlp_options options = options_of("data.csv");
	options.save = "never.safetensors";
	options.epochs = 1;
	struct result result = run(&failing, &options);
	cr_expect_eq(result.status, MLP_BAD_DATA);
	cr_expect(strstr(result.err, "score.W[1, 2] = inf"), "%s", result.err);
	cr_expect_neq(access("never.safetensors", F_OK), 0);
	free_result(&result);
}

static double interrupting_step(void *training, int rows, const void *const *inputs,
                                const void *const *targets)
{
	struct flowers_training *t = training;
	if (t->step == 20)
		raise(SIGINT);
	return flowers_train_step(training, rows, inputs, targets);
}

Test(training, interrupt_saves)
{
	struct mlp_network interrupted = FLOWERS;
	interrupted.train_step = interrupting_step;
	write_clouds("data.csv", 48);
	struct mlp_options options = options_of("data.csv");
	options.epochs = 100000;
	options.save = "kept.safetensors";
	struct result result = run(&interrupted, &options);
	cr_expect_eq(result.status, MLP_INTERRUPTED);
	bool within = strstr(result.out, "\ninterrupted in epoch 4\nsaved in kept.safetensors\n");
	bool after = strstr(result.out, "\ninterrupted after epoch 4\nsaved in kept.safetensors\n");
	cr_expect(within || after, "%s", result.out);
	cr_expect_eq(access("kept.safetensors", R_OK), 0);
	free_result(&result);
}

Test(training, split_that_leaves_nothing)
{
	write_clouds("data.csv", 3);
	struct mlp_options options = options_of("data.csv");
	options.split = 0.1;
	struct result result = run(&FLOWERS, &options);
	cr_expect_eq(result.status, MLP_BAD_USAGE);
	cr_expect_str_eq(result.err, "mlpc: error: --split 0.1 of 3 rows leaves none for validation\n");
	free_result(&result);
}
