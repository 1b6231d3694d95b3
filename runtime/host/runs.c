/* The whole of `train`: reads, trains once or several times, tests, saves. */
#define _GNU_SOURCE
#include "host/train.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/finite.h"
#include "host/report.h"
#include "host/trials.h"

/* -- One trial ---------------------------------------------------------------------------------------- */

static void say_end(struct mlp_run *run)
{
	bool within = run->state.row > 0;
	if (run->interrupted)
		mlp_progress_say(&run->progress, "interrupted %s epoch %d", within ? "in" : "after",
		                 run->state.epochs_done + within);
	if (run->interrupted && run->options->checkpoint)
		mlp_progress_say(&run->progress, "checkpoint in %s: `--resume` goes on from it",
		                 run->options->checkpoint);
	if (run->state.best && run->progress.history.best >= 0)
		mlp_progress_say(&run->progress, "parameters of epoch %d kept",
		                 run->progress.history.best + 1);
}

/* And into the log. */
static void show_figures(struct mlp_run *run)
{
	struct mlp_figures both[2];
	bool tested = run->test.rows > 0 || run->validation.rows > 0;
	const struct mlp_dataset *shown[] = {tested ? &run->validation : &run->training, &run->test};
	const char *const names[] = {tested ? "validation" : "training", "test"};
	for (int i = 0; i < 2; i++)
		if (shown[i]->rows > 0 && !run->interrupted) {
			both[i] = mlp_evaluate(&run->evaluator, run->state.net, shown[i], run->metric);
			mlp_progress_figures(&run->progress, names[i], &both[i]);
		}
	bool done = !run->interrupted;
	mlp_log_training(&run->log, run, names[0], done && shown[0]->rows > 0 ? &both[0] : NULL,
	                 done && run->test.rows > 0 ? &both[1] : NULL);
}

static int save(struct mlp_run *run, const void *net, int epochs, uint64_t seed)
{
	if (!run->options->save)
		return MLP_WELL;
	if (mlp_name_not_finite(NULL, run->network, net))
		return mlp_refuse_loss(run, 0, 0);
	int status = mlp_save_parameters(&run->messages, run->network, net, run->reader.labels, epochs, seed,
	                                 run->options->save);
	if (status == MLP_WELL)
		mlp_progress_say(&run->progress, "saved in %s", run->options->save);
	return status;
}

static int report(struct mlp_run *run)
{
	bool validated = run->validation.rows > 0, tested = run->test.rows > 0;
	if (!run->options->report)
		return MLP_WELL;
	int status = mlp_write_report(run, validated ? "validation" : tested ? "test" : "training",
	                              validated ? &run->validation : tested ? &run->test : &run->training);
	if (status == MLP_WELL)
		mlp_progress_say(&run->progress, "report in %s", run->options->report);
	return status;
}

static int run_once(struct mlp_run *run)
{
	int status = mlp_prepare(run);
	if (status == MLP_WELL) {
		mlp_log_run(&run->log, run);
		status = mlp_run_epochs(run);
	}
	if (status != MLP_WELL)
		return status;
	say_end(run);
	show_figures(run);
	status = save(run, run->state.net, run->state.epochs_done, run->state.seed);
	return status == MLP_WELL ? report(run) : status;
}

void mlp_release_trial(struct mlp_run *run)
{
	for (int i = 0; run->batch && i < run->network->input_count + run->network->target_count; i++)
		free(run->batch[i]);
	free(run->batch);
	free(run->pointers);
	free(run->order);
	free(run->row_numbers);
	run->row_numbers = NULL;
	free(run->state.best);
	free(run->state.training);
	mlp_strata_close(&run->strata);
	mlp_norms_close(&run->norms);
	mlp_dataset_free(&run->training);
	mlp_dataset_free(&run->validation);
	mlp_dataset_free(&run->test);
	if (run->evaluator.network)
		mlp_evaluator_close(&run->evaluator);
	run->batch = NULL;
	run->pointers = NULL;
	run->order = NULL;
	run->state = (struct mlp_run_state){.network = run->network, .history = &run->progress.history};
}

/* -- Several ------------------------------------------------------------------------------------------ */

static struct mlp_trial trial_of(const struct mlp_run *run, int number)
{
	if (run->options->folds > 0)
		return (struct mlp_trial){number, run->first_seed, number};
	return (struct mlp_trial){number, run->first_seed + (uint64_t)number, -1};
}

static int run_trials(struct mlp_run *run, struct mlp_trials *trials)
{
	int status = MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < run->trial_count && !run->interrupted; i++) {
		if (i > 0)
			mlp_release_trial(run);
		run->trial = trial_of(run, i);
		mlp_progress_trial(&run->progress, i, run->trial_count,
		                   run->options->folds > 0 ? "folds" : "seeds");
		status = mlp_prepare(run);
		if (status == MLP_WELL && i == 0)
			mlp_log_run(&run->log, run);
		if (status == MLP_WELL)
			status = mlp_run_epochs(run);
		if (status == MLP_WELL && !run->interrupted)
			mlp_trials_add(trials, run);
	}
	if (status != MLP_WELL)
		return status;
	if (run->interrupted)
		mlp_progress_say(&run->progress, "interrupted in %s %d of %d",
		                 run->options->folds > 0 ? "fold" : "training", run->trial.number + 1,
		                 run->trial_count);
	if (trials->count == 0)
		return save(run, run->state.net, run->state.epochs_done, run->state.seed);
	mlp_trials_summary(trials, run);
	const struct mlp_outcome *chosen = &trials->outcomes[trials->chosen];
	return save(run, trials->net, chosen->epochs, chosen->trial.seed);
}

static int run_all(struct mlp_run *run)
{
	struct mlp_trials trials;
	run->trial_count = run->options->folds > 0 ? run->options->folds
	                   : run->options->seeds > 0 ? run->options->seeds : 1;
	run->trial = trial_of(run, 0);
	int status = mlp_read_run_data(run);
	if (status == MLP_WELL)
		status = mlp_log_open(&run->log, &run->messages, run->options->log, run->resumes);
	run->progress.timed = run->options->log;
	if (status != MLP_WELL)
		return status;
	if (run->options->folds == 0 && run->options->seeds == 0)
		return run_once(run);
	status = mlp_trials_open(&trials, run) ? run_trials(run, &trials) : mlp_no_memory(&run->messages);
	mlp_trials_close(&trials);
	return status;
}

static void release(struct mlp_run *run)
{
	mlp_progress_close(&run->progress);
	free(run->curve.values);
	mlp_replacement_close(&run->checkpoint);
	mlp_release_trial(run);
	mlp_dataset_free(&run->all);
	mlp_dataset_free(&run->all_test);
	mlp_close_parameters(&run->loaded);
	if (run->reader.network)
		mlp_reader_close(&run->reader);
}

int mlp_train_to(const struct mlp_network *network, const struct mlp_options *given, FILE *out, FILE *err)
{
	struct mlp_options settled = *given;
	const struct mlp_options *options = &settled;
	mlp_settle_options(&settled, network);
	struct mlp_run run = {.network = network, .options = options, .state.network = network,
	                  .checkpoint.descriptor = -1};
	run.state.history = &run.progress.history;
	bool terminal = fileno(err) >= 0 && isatty(fileno(err)) && mlp_color_allowed();
	run.messages.file = err;
	run.messages.color =
		options->color == MLP_COLOR_ALWAYS || (options->color == MLP_COLOR_AUTO && terminal);
	run.first_seed = options->seed_given ? options->seed : network->seed;
	run.epochs = options->epochs >= 0 ? options->epochs : network->epochs;
	mlp_progress_open(&run.progress, network, options, out, err);
	int status = run_all(&run);
	mlp_log_end(&run.log, &run, status);
	int logged = mlp_log_close(&run.log);
	status = status == MLP_WELL ? logged : status;
	bool interrupted = run.interrupted;
	release(&run);
	if ((fflush(out) != 0 || ferror(out)) && status == MLP_WELL) {
		mlp_error(&run.messages, "cannot write the results");
		status = MLP_BAD_SYSTEM;
	}
	return status == MLP_WELL && interrupted ? MLP_INTERRUPTED : status;
}
