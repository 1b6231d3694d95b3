/* Training: epoch by epoch, to the end or where it stops. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/finite.h"
#include "host/shuffle.h"

static const struct mlp_dataset *held_out(const struct mlp_run *run)
{
	return run->validation.rows > 0 ? &run->validation : run->test.rows > 0 ? &run->test : NULL;
}

int mlp_refuse_loss(struct mlp_run *run, int step, double loss)
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
		return mlp_refuse_loss(run, 0, 0);
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

/* False: no memory. */
static bool order_rows(struct mlp_run *run, int epoch)
{
	const struct mlp_run_state *state = &run->state;
	if (state->balanced)
		return mlp_balance(&run->strata, state->seed, epoch, run->order);
	for (int i = 0; i < state->rows; i++)
		run->order[i] = i;
	mlp_shuffle(run->order, state->rows, state->seed, MLP_HOST_STREAMS + MLP_STREAM_ORDER,
	            (uint32_t)epoch);
	return true;
}

/* The rest of a pass over the training rows. The order is a function of the seed and the epoch. */
static int train_epoch(struct mlp_run *run, int epoch)
{
	struct mlp_run_state *state = &run->state;
	const struct mlp_network *network = run->network;
	if (!order_rows(run, epoch))
		return mlp_no_memory(&run->messages);
	network->set_epoch(state->training, epoch);
	int status = MLP_WELL;
	while (state->row < state->rows && !run->interrupted && status == MLP_WELL) {
		int rest = state->rows - state->row, count = rest < network->batch ? rest : network->batch;
		int step = state->row / network->batch + 1;
		gather(run, state->row, count);
		double loss = network->train_step(state->training, count, run->pointers,
		                                  run->pointers + run->training.input_count);
		if (!isfinite(loss))
			return mlp_refuse_loss(run, step, loss);
		state->loss_sum += loss * count;
		state->row += count;
		state->step++;
		run->interrupted =
		        mlp_progress_step(&run->progress, state->row, state->loss_sum / state->row);
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

static void show_norms(struct mlp_run *run, int epoch, bool prints)
{
	char before[MLP_NUMBER_TEXT], after[MLP_NUMBER_TEXT];
	for (int k = 0; prints && k < run->network->tensor_count; k++) {
		const struct mlp_norm *norm = &run->norms.tensors[k];
		if (run->network->tensor(k)->role == MLP_PARAMETER)
			mlp_progress_say(&run->progress, "    %-20s norm %8s  moved %8s  %6.2f %%",
			                 run->network->tensor(k)->name, mlp_number_text(before, norm->after),
			                 mlp_number_text(after, norm->update), 100 * mlp_norm_ratio(norm));
	}
	if (run->options->quiet)
		return;
	mlp_progress_clear(&run->progress);
	mlp_norms_warn(&run->norms, &run->messages, epoch);
}

/* Without memory the curve is shorter. */
static void remember(struct mlp_metric_curve *curve, int epoch, double value)
{
	if (curve->count == curve->room) {
		int room = curve->room ? curve->room * 2 : 64;
		double *values = realloc(curve->values, (size_t)room * sizeof *values);
		if (!values)
			return;
		curve->values = values;
		curve->room = room;
	}
	curve->first = curve->count == 0 ? epoch : curve->first;
	curve->values[curve->count++] = value;
}

/* After an epoch: the held-out figures, the line, the best parameters. True: stop here. */
static bool finish_epoch(struct mlp_run *run, int epoch, double loss)
{
	const struct mlp_dataset *held = held_out(run);
	struct mlp_figures figures;
	run->evaluator.quick = !run->options->log;
	if (held)
		figures = mlp_evaluate(&run->evaluator, run->state.net, held, run->metric);
	run->evaluator.quick = false;
	bool better = held && figures.loss < run->progress.history.best_loss;
	if (better && run->state.best)
		memcpy(run->state.best, run->state.net, run->network->net_size);
	bool stop = run->state.best && !better && epoch - run->progress.history.best >= run->patience;
	bool last = stop || epoch + 1 == run->epochs;
	if (run->options->norms)
		mlp_norms_end(&run->norms, run->state.net);
	mlp_progress_epoch_end(&run->progress, loss, held ? &figures : NULL, last);
	if (run->options->report && held)
		remember(&run->curve, epoch, figures.value);
	mlp_log_epoch(&run->log, run, loss, held ? &figures : NULL);
	if (run->options->norms)
		show_norms(run, epoch, mlp_progress_prints(&run->progress, last));
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
		if (run->options->norms)
			mlp_norms_begin(&run->norms, state->net);
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
			run->interrupted = mlp_progress_between(&run->progress);
	}
	return MLP_WELL;
}

int mlp_run_epochs(struct mlp_run *run)
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
	if (run->state.best && run->progress.history.best >= 0)
		memcpy(run->state.net, run->state.best, run->network->net_size);
	run->seconds = mlp_progress_seconds(&run->progress);
	mlp_progress_finish(&run->progress);
	return MLP_WELL;
}
