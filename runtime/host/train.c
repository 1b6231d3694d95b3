/* A training run: prepare, train epoch by epoch, test, save. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/train.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/finite.h"
#include "host/run.h"
#include "host/shuffle.h"

static const struct mlp_dataset *held_out(const struct mlp_run *run)
{
	return run->validation.rows > 0 ? &run->validation : run->test.rows > 0 ? &run->test : NULL;
}

static int refuse_loss(struct mlp_run *run, int step, double loss)
{
	mlp_progress_clear(&run->progress);
	if (isfinite(loss))
		mlp_error(&run->messages, "training stopped: parameters are not finite after epoch %d",
		          run->state.epochs_done);
	else
		mlp_error(&run->messages, "training stopped: the loss is %g in epoch %d, step %d", loss,
		          run->state.epochs_done + 1, step);
	if (!mlp_name_not_finite(&run->messages, run->network, run->state.net))
		mlp_note(&run->messages, "all parameters are finite");
	mlp_help(&run->messages, "try a smaller rate, `clip = norm(1)` or inputs on a smaller scale; %s",
	         run->options->checkpoint ? "the checkpoint is as it was before" : "nothing was saved");
	return MLP_BAD_DATA;
}

/* -- Training --------------------------------------------------------------------------------------- */

/* Copies `count` rows of the order into the batch. */
static void gather(const struct mlp_run *run, int first, int count)
{
	const struct mlp_dataset *data = &run->training;
	for (int i = 0; i < data->input_count + data->target_count; i++) {
		size_t size = data->parts[i].row_size;
		for (int row = 0; row < count; row++)
			memcpy(run->batch[i] + (size_t)row * size,
			       mlp_dataset_at(data, i, run->order[first + row]), size);
	}
}

static int write_checkpoint(struct mlp_run *run)
{
	if (!run->options->checkpoint)
		return MLP_WELL;
	mlp_progress_clear(&run->progress);
	if (mlp_name_not_finite(NULL, run->network, run->state.net))
		return refuse_loss(run, 0, 0);
	int status = mlp_write_checkpoint(&run->messages, &run->checkpoint, &run->state);
	if (status != MLP_WELL && access(run->options->checkpoint, F_OK) == 0)
		mlp_help(&run->messages, "the checkpoint that is there is whole: `--resume` goes on from it");
	return status;
}

static bool wants_checkpoint(const struct mlp_run *run, int step)
{
	int every = run->options->checkpoint_steps;
	return run->options->checkpoint && every > 0 && step % every == 0 && run->state.row < run->state.rows;
}

/* The rest of a pass over the training rows. The order is a function of the seed and the epoch. */
static int train_epoch(struct mlp_run *run, int epoch)
{
	struct mlp_run_state *state = &run->state;
	const struct mlp_network *network = run->network;
	for (int i = 0; i < state->rows; i++)
		run->order[i] = i;
	mlp_shuffle(run->order, state->rows, state->seed, MLP_HOST_STREAMS + MLP_STREAM_ORDER, (uint32_t)epoch);
	network->set_epoch(state->training, epoch);
	int status = MLP_WELL;
	while (state->row < state->rows && !run->interrupted && status == MLP_WELL) {
		int rest = state->rows - state->row, count = rest < network->batch ? rest : network->batch;
		int step = state->row / network->batch + 1;
		gather(run, state->row, count);
		double loss = network->train_step(state->training, count, run->pointers,
		                                  run->pointers + run->training.input_count);
		if (!isfinite(loss))
			return refuse_loss(run, step, loss);
		state->loss_sum += loss * count;
		state->row += count;
		state->step++;
		run->interrupted = mlp_progress_step(&run->progress, state->row, state->loss_sum / state->row);
		if (wants_checkpoint(run, step))
			status = write_checkpoint(run);
	}
	return status;
}

static void say_stopped(struct mlp_run *run)
{
	mlp_progress_say(&run->progress, "stopped: no better validation loss for %d epoch%s", run->patience,
	                 run->patience == 1 ? "" : "s");
}

/* After an epoch: the held-out figures, the line, the best parameters. True: stop here. */
static bool finish_epoch(struct mlp_run *run, int epoch, double loss)
{
	const struct mlp_dataset *held = held_out(run);
	struct mlp_figures figures;
	if (held)
		figures = mlp_evaluate(&run->evaluator, run->state.net, held, run->metric);
	bool better = held && figures.loss < run->progress.history.best_loss;
	if (better && run->state.best)
		memcpy(run->state.best, run->state.net, run->network->net_size);
	bool stop = run->state.best && !better && epoch - run->progress.history.best >= run->patience;
	mlp_progress_epoch_end(&run->progress, loss, held ? &figures : NULL,
	                       stop || epoch + 1 == run->epochs);
	if (stop)
		say_stopped(run);
	return stop;
}

/* Had the run stopped already when it wrote its checkpoint? */
static bool had_stopped(const struct mlp_run *run)
{
	const struct mlp_run_state *state = &run->state;
	return run->resumes && state->best && state->row == 0 && state->epochs_done > 0 &&
	       state->epochs_done - 1 - state->history->best >= run->patience;
}

static int train_epochs(struct mlp_run *run)
{
	struct mlp_run_state *state = &run->state;
	bool stop = had_stopped(run);
	if (stop)
		say_stopped(run);
	while (state->epochs_done < run->epochs && !stop && !run->interrupted) {
		int epoch = state->epochs_done;
		mlp_progress_epoch_begin(&run->progress, epoch);
		int status = train_epoch(run, epoch);
		if (status != MLP_WELL)
			return status;
		if (run->interrupted)
			return write_checkpoint(run);
		stop = finish_epoch(run, epoch, state->loss_sum / state->rows);
		state->epochs_done = epoch + 1;
		state->row = 0;
		state->loss_sum = 0;
		status = write_checkpoint(run);
		if (status != MLP_WELL)
			return status;
		if (!stop)
			run->interrupted = mlp_interrupt_came(&run->progress.interrupt);
	}
	return MLP_WELL;
}

static int train(struct mlp_run *run)
{
	const struct mlp_dataset *held = held_out(run);
	const char *held_name = !held ? NULL : held == &run->validation ? "validation" : "test";
	mlp_progress_begin(&run->progress, run->epochs, run->training.rows, run->validation.rows, held_name,
	                   run->test.rows, run->state.seed);
	if (run->resumes)
		mlp_progress_resume(&run->progress, run->options->checkpoint, run->state.epochs_done,
		                    run->state.row);
	else if (run->options->resume)
		mlp_progress_say(&run->progress, "no checkpoint in %s yet: training begins",
		                 run->options->checkpoint);
	int status = train_epochs(run);
	if (status != MLP_WELL)
		return status;
	if (run->state.best && run->progress.history.best >= 0 && !run->interrupted)
		memcpy(run->state.net, run->state.best, run->network->net_size);
	mlp_progress_finish(&run->progress);
	return MLP_WELL;
}

static int finish(struct mlp_run *run)
{
	bool tested = run->test.rows > 0 || run->validation.rows > 0;
	bool within = run->state.row > 0;
	if (run->interrupted)
		mlp_progress_say(&run->progress, "interrupted %s epoch %d", within ? "in" : "after",
		                 run->state.epochs_done + within);
	if (run->interrupted && run->options->checkpoint)
		mlp_progress_say(&run->progress, "checkpoint in %s: `--resume` goes on from it",
		                 run->options->checkpoint);
	if (!run->interrupted && run->state.best && run->progress.history.best >= 0)
		mlp_progress_say(&run->progress, "parameters of epoch %d kept", run->progress.history.best + 1);
	const struct mlp_dataset *shown[] = {tested ? &run->validation : &run->training, &run->test};
	const char *const names[] = {tested ? "validation" : "training", "test"};
	for (int i = 0; i < 2; i++)
		if (shown[i]->rows > 0 && !run->interrupted) {
			struct mlp_figures figures =
				mlp_evaluate(&run->evaluator, run->state.net, shown[i], run->metric);
			mlp_progress_figures(&run->progress, names[i], &figures);
		}
	if (!run->options->save)
		return MLP_WELL;
	if (mlp_name_not_finite(NULL, run->network, run->state.net))
		return refuse_loss(run, 0, 0);
	int status = mlp_save_parameters(&run->messages, run->network, run->state.net, run->reader.labels,
	                                 run->state.epochs_done, run->state.seed, run->options->save);
	if (status == MLP_WELL)
		mlp_progress_say(&run->progress, "saved in %s", run->options->save);
	return status;
}

static void release(struct mlp_run *run)
{
	mlp_progress_close(&run->progress);
	mlp_replacement_close(&run->checkpoint);
	for (int i = 0; run->batch && i < run->network->input_count + run->network->target_count; i++)
		free(run->batch[i]);
	free(run->batch);
	free(run->pointers);
	free(run->order);
	free(run->state.best);
	free(run->state.training);
	mlp_dataset_free(&run->training);
	mlp_dataset_free(&run->validation);
	mlp_dataset_free(&run->test);
	if (run->evaluator.network)
		mlp_evaluator_close(&run->evaluator);
	mlp_close_parameters(&run->loaded);
	if (run->reader.network)
		mlp_reader_close(&run->reader);
}

int mlp_train_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out, FILE *err)
{
	struct mlp_run run = {.network = network, .options = options, .state.network = network,
	                  .checkpoint.descriptor = -1};
	run.state.history = &run.progress.history;
	bool terminal = fileno(err) >= 0 && isatty(fileno(err)) && !getenv("NO_COLOR");
	run.messages.file = err;
	run.messages.color =
		options->color == MLP_COLOR_ALWAYS || (options->color == MLP_COLOR_AUTO && terminal);
	run.state.seed = options->seed_given ? options->seed : network->seed;
	run.epochs = options->epochs >= 0 ? options->epochs : network->epochs;
	run.patience = options->patience >= 0 ? options->patience : network->patience;
	mlp_progress_open(&run.progress, network, options, out, err);
	int status = mlp_prepare(&run);
	if (status == MLP_WELL)
		status = train(&run);
	if (status == MLP_WELL)
		status = finish(&run);
	bool interrupted = run.interrupted;
	release(&run);
	if ((fflush(out) != 0 || ferror(out)) && status == MLP_WELL) {
		mlp_error(&run.messages, "cannot write the results");
		status = MLP_BAD_SYSTEM;
	}
	return status == MLP_WELL && interrupted ? MLP_INTERRUPTED : status;
}
