/* Runs that are killed or interrupted and go on end as if nothing had happened: the same bits, the same
 * figures, whatever the optimiser. */
#define _GNU_SOURCE
#include "resume_fixture.h"

/* The disk is not what is tested here. */
int fsync(int descriptor)
{
	return descriptor < 0 ? -1 : 0;
}

TestSuite(resume, .init = enter_memory, .fini = leave_directory, .timeout = 120);

static struct mlp_options options_with(const char *save, const char *checkpoint)
{
	return (struct mlp_options){.data = "data.csv", .save = save, .checkpoint = checkpoint,
	                            .resume = checkpoint != NULL, .epochs = -1, .patience = -1};
}

static void die_by(int step, int signal)
{
	steps_taken = 0;
	fatal_step = step;
	fatal_signal = signal;
}

/* Runs to the end; `whole`, `whole.c` and `whole.out` are what all others must give. A run without
 * checkpoints gives the same. */
static void run_whole(const struct mlp_network *network, struct mlp_options options)
{
	options.save = "whole";
	options.checkpoint = "whole.c";
	options.resume = false;
	unlink("whole.c");
	die_by(0, 0);
	int status = run_child(network, &options, NULL);
	cr_assert_eq(status, MLP_WELL, "%d", status);
	cr_assert(rename("out", "whole.out") == 0);
	options.save = "plain";
	options.checkpoint = NULL;
	options.checkpoint_steps = 0;
	cr_assert_eq(run_child(network, &options, NULL), MLP_WELL);
	cr_expect(same_files("whole", "plain"));
}

static void expect_whole(const char *save, const char *what, int point)
{
	char *wanted = final_figures("whole.out"), *got = final_figures("out");
	char *name = strstr(wanted, "whole");
	cr_expect(same_files("whole", save), "%s: other parameters after point %d", what, point);
	cr_expect(same_files("whole.c", "c"), "%s: another state after point %d", what, point);
	cr_assert(name && strlen(wanted) > 20, "%s", wanted);
	*name = '\0';
	cr_expect(strncmp(wanted, got, strlen(wanted)) == 0, "%s: %s\nnot %s", what, got, wanted);
	cr_expect_not(has_temporary("c"));
	free(wanted);
	free(got);
}

/* Killed before step 1, 2, 3 … of what is left, each time further, until a run ends. */
static void kill_often(const struct mlp_network *network, struct mlp_options options, int stride,
                       const char *what)
{
	int kills = 0, status = 0;
	options.save = "resumed";
	options.checkpoint = "c";
	options.resume = true;
	do {
		die_by(stride + kills % 3, SIGKILL);
		status = run_child(network, &options, NULL);
		kills++;
	} while (status == 128 + SIGKILL && kills < 200);
	cr_expect_eq(status, MLP_WELL, "%s: %d", what, status);
	cr_expect_gt(kills, 3, "%s", what);
	expect_whole("resumed", what, kills);
	unlink("c");
	unlink("resumed");
}

/* -- Each optimiser ----------------------------------------------------------------------------------- */

/* With what stands in parentheses; schedules use the epoch and the step. */
static const char *const OPTIMIZERS[] = {
	"sgd(rate = 0.1 * 0.9^epoch)", "momentum(rate = 0.1 / sqrt(step))", "nesterov()", "adagrad()",
	"rmsprop()", "adadelta()", "adam(rate = 0.01)", "adamw(rate = 0.01)", "nadam()", "rprop()"};

enum { OPTIMIZER_COUNT = sizeof OPTIMIZERS / sizeof *OPTIMIZERS };

extern const char model_prelude[];

Test(resume, every_optimizer_of_the_library_is_tested)
{
	int count = 0;
	for (const char *at = model_prelude; (at = strstr(at, "\noptimizer ")); at++) {
		char name[32] = "";
		bool found = false;
		sscanf(at, "\noptimizer %30[a-z0-9_]", name);
		for (int i = 0; i < OPTIMIZER_COUNT; i++)
			found |= strncmp(OPTIMIZERS[i], name, strlen(name)) == 0;
		cr_expect(found, "%s", name);
		count++;
	}
	cr_expect_eq(count, OPTIMIZER_COUNT);
}

static void try_optimizer(int i)
{
	struct generated generated = generate_small(OPTIMIZERS[i], i % 2 ? "clip = norm(1)" : "", i % 2 == 0);
	struct mlp_network network = mortal(generated.network);
	write_rows("data.csv", RESUME_ROWS, 5);
	struct mlp_options options = options_with(NULL, NULL);
	options.split = i % 3 ? 0.2 : 0;
	run_whole(&network, options);
	options.checkpoint_steps = 2;
	kill_often(&network, options, 3, OPTIMIZERS[i]);
	generated_free(&generated);
}

Test(resume, optimizers_without_memory_and_with_one)
{
	for (int i = 0; i < OPTIMIZER_COUNT / 2; i++)
		try_optimizer(i);
}

Test(resume, optimizers_with_more_memory)
{
	for (int i = OPTIMIZER_COUNT / 2; i < OPTIMIZER_COUNT; i++)
		try_optimizer(i);
}

/* -- Each point, each setting -------------------------------------------------------------------------- */

static const struct setting {
	const char *name;
	double split;
	const char *test;
	int patience, checkpoint_steps;
} SETTINGS[] = {
	{"training rows alone", 0, NULL, -1, 0},   {"a test file", 0, "test.csv", -1, 1},
	{"validation", 0.2, NULL, -1, 3},          {"early stopping", 0.2, "test.csv", 1, 2},
	{"late stopping", 0.4, NULL, 6, 0},
};

Test(resume, killed_before_each_step)
{
	struct generated generated = generate_small("adam(rate = 0.05)", "", false);
	struct mlp_network network = mortal(generated.network);
	int points = 0;
	write_rows("data.csv", RESUME_ROWS, 5);
	write_rows("test.csv", 11, 6);
	for (size_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++) {
		const struct setting *setting = &SETTINGS[i];
		struct mlp_options options = options_with("resumed", "c");
		options.split = setting->split;
		options.test = setting->test;
		options.patience = setting->patience;
		options.checkpoint_steps = setting->checkpoint_steps;
		options.epochs = 10;
		run_whole(&network, options);
		for (int step = 1, status = 1; status != MLP_WELL; step++, points++) {
			unlink("c");
			unlink("resumed");
			die_by(step, SIGKILL);
			status = run_child(&network, &options, NULL);
			cr_assert(status == MLP_WELL || status == 128 + SIGKILL, "%d", status);
			die_by(0, 0);
			cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
			expect_whole("resumed", setting->name, step);
		}
	}
	cr_expect_gt(points, 150, "%d", points);
	generated_free(&generated);
}

/* Ctrl-C within an epoch: the checkpoint is written, and the run goes on from there. */
Test(resume, interrupted)
{
	struct generated generated = generate_small("nadam()", "", true);
	struct mlp_network network = mortal(generated.network);
	struct mlp_options options = options_with("resumed", "c");
	size_t length;
	write_rows("data.csv", RESUME_ROWS, 5);
	run_whole(&network, options);
	die_by(RESUME_STEPS + 1, SIGINT);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_INTERRUPTED);
	char *text = file_text("out", &length);
	cr_expect(strstr(text, "no checkpoint in c yet: training begins\n"), "%s", text);
	cr_expect(strstr(text, "\ninterrupted in epoch 2\ncheckpoint in c: `--resume` goes on from it\n"), "%s",
	          text);
	free(text);
	die_by(0, 0);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	text = file_text("out", &length);
	cr_expect(strstr(text, "\nresumed from c: in epoch 2 of 4, after "), "%s", text);
	cr_expect(strstr(text, "\n4 epochs, the last 3 in "), "%s", text);
	free(text);
	expect_whole("resumed", "interrupted", 0);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	text = file_text("out", &length);
	cr_expect(strstr(text, "\nresumed from c: all 4 epochs are done\n4 epochs\ntraining: loss "), "%s", text);
	free(text);
	expect_whole("resumed", "done already", 0);
	generated_free(&generated);
}

/* More epochs go on where fewer had ended; a run that stopped early stays so, until patience grows. */
Test(resume, more_epochs_and_more_patience)
{
	struct generated generated = generate_small("momentum(rate = 0.3)", "", false);
	struct mlp_network network = mortal(generated.network);
	struct mlp_options options = options_with("resumed", "c");
	size_t length;
	write_rows("data.csv", RESUME_ROWS, 5);
	options.epochs = 9;
	options.split = 0.3;
	options.patience = 9;
	run_whole(&network, options);
	options.epochs = 2;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	options.epochs = 9;
	options.patience = 1;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	char *text = file_text("out", &length);
	cr_expect(strstr(text, "\nresumed from c: 2 of 9 epochs are done\n"), "%s", text);
	cr_assert(strstr(text, "\nstopped: no better validation loss for 1 epoch\n"), "%s", text);
	free(text);
	char *stopped = final_figures("out"), *again;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	text = file_text("out", &length);
	cr_expect(strstr(text, " of 9 epochs are done\nstopped: no better validation loss for 1 epoch\n"), "%s",
	          text);
	free(text);
	again = final_figures("out");
	cr_expect_str_eq(stopped, again);
	options.patience = 9;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	expect_whole("resumed", "more patience", 0);
	free(stopped);
	free(again);
	generated_free(&generated);
}

/* A run that began from loaded parameters does not read them again. */
Test(resume, begun_from_loaded_parameters)
{
	struct generated generated = generate_small("adagrad()", "", false);
	struct mlp_network network = mortal(generated.network);
	struct mlp_options options = options_with("first", NULL);
	write_rows("data.csv", RESUME_ROWS, 5);
	options.epochs = 1;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	options.load = "first";
	options.epochs = 3;
	run_whole(&network, options);
	options = options_with("resumed", "c");
	options.load = "first";
	options.epochs = 3;
	die_by(RESUME_STEPS + 2, SIGKILL);
	cr_expect_eq(run_child(&network, &options, NULL), 128 + SIGKILL);
	cr_assert(unlink("first") == 0);
	die_by(0, 0);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	expect_whole("resumed", "loaded", 0);
	generated_free(&generated);
}
