/* A training run: read, hold rows out, train epoch by epoch, test, save. */
#define _GNU_SOURCE
#include "host/train.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/metrics.h"
#include "host/parameters.h"
#include "host/progress.h"
#include "host/shuffle.h"
#include "host/standardize.h"

struct run {
	const struct mlp_network *network;
	const struct mlp_options *options;
	struct mlp_messages messages;
	struct mlp_progress progress;
	struct mlp_reader reader;
	struct mlp_evaluator evaluator;
	struct mlp_parameters loaded;
	struct mlp_dataset training, validation, test;   /* without rows where not given */
	uint64_t seed;
	int epochs, patience;

	void *block;               /* struct NAME_training */
	void *net;                 /* in block */
	void *best;                /* a copy of the best net so far; NULL without early stopping */
	int *order;                /* of the training rows */
	char **batch;              /* [part][batch rows][elements] */
	const void **pointers;     /* to them: inputs, then targets */
	struct mlp_metric metric;
	int epochs_done;
	bool within;               /* the epoch after these had begun when Ctrl-C came */
	bool interrupted;
};

static const struct mlp_dataset *held_out(const struct run *run)
{
	return run->validation.rows > 0 ? &run->validation : run->test.rows > 0 ? &run->test : NULL;
}

/* -- Preparation ---------------------------------------------------------------------------------- */

/* Moves the fraction --split of the rows from training to validation. */
static int hold_out(struct run *run)
{
	struct mlp_dataset all = run->training;
	int held_count = (int)(run->options->split * all.rows + 0.5);
	if (run->options->split <= 0)
		return MLP_WELL;
	if (held_count == 0 || held_count == all.rows) {
		mlp_error(&run->messages, "--split %g of %d rows leaves none for %s", run->options->split,
		          all.rows, held_count == 0 ? "validation" : "training");
		return MLP_BAD_USAGE;
	}
	const struct mlp_part *target = all.target_count > 0 ? &all.parts[all.input_count] : NULL;
	bool classes = target && target->port->classes > 0 && target->port->elements == 1;
	int *rows = malloc((size_t)all.rows * sizeof *rows);
	int status = MLP_WELL;
	if (!rows ||
	    !mlp_split(all.rows, classes ? (const int32_t *)(const void *)target->values : NULL,
	               classes ? target->port->classes : 1, held_count, run->seed, rows, rows + held_count))
		status = mlp_no_memory(&run->messages);
	if (status == MLP_WELL)
		status = mlp_dataset_take(&run->messages, &all, rows, held_count, &run->validation);
	if (status == MLP_WELL) {
		run->training = (struct mlp_dataset){0};
		status = mlp_dataset_take(&run->messages, &all, rows + held_count, all.rows - held_count,
		                          &run->training);
		mlp_dataset_free(&all);
	}
	free(rows);
	return status;
}

static int read_data(struct run *run)
{
	const struct mlp_options *options = run->options;
	int status = options->save ? mlp_check_saving(&run->messages, options->save) : MLP_WELL;
	if (status == MLP_WELL)
		status = mlp_reader_open(&run->reader, &run->messages, run->network, options);
	if (status == MLP_WELL && options->load)
		status = mlp_open_parameters(&run->loaded, &run->messages, run->network, options->load);
	if (status == MLP_WELL && options->load && !mlp_parameters_labels(&run->loaded, run->reader.labels))
		status = mlp_no_memory(&run->messages);
	if (status == MLP_WELL)
		status = mlp_read_dataset(&run->reader, options->data, options->labels, &run->training);
	if (status == MLP_WELL && options->test)
		status = mlp_read_dataset(&run->reader, options->test, options->test_labels, &run->test);
	return status == MLP_WELL ? hold_out(run) : status;
}

static int allocate(struct run *run)
{
	const struct mlp_dataset *data = &run->training;
	int part_count = data->input_count + data->target_count;
	run->block = mlp_allocate(run->network->training_size);
	run->order = malloc((size_t)data->rows * sizeof *run->order);
	run->batch = calloc((size_t)part_count + 1, sizeof *run->batch);
	run->pointers = calloc((size_t)part_count + 1, sizeof *run->pointers);
	run->best = run->patience > 0 ? mlp_allocate(run->network->net_size) : NULL;
	bool well =
		run->block && run->order && run->batch && run->pointers && (run->patience == 0 || run->best);
	for (int i = 0; well && i < part_count; i++) {
		run->batch[i] = mlp_allocate((size_t)run->network->batch * data->parts[i].row_size);
		run->pointers[i] = run->batch[i];
		well = run->batch[i] != NULL;
	}
	for (int i = 0; well && i < data->rows; i++)
		run->order[i] = i;
	return well ? mlp_evaluator_open(&run->evaluator, &run->messages, run->network)
	            : mlp_no_memory(&run->messages);
}

/* Initial parameters: drawn, or loaded; the statistics of the inputs go with them. */
static int start_parameters(struct run *run)
{
	run->network->init(run->block, run->seed);
	run->net = run->network->net(run->block);
	if (!run->options->load)
		return mlp_standardize(&run->messages, run->network, run->net, &run->training);
	return mlp_set_parameters(&run->loaded, run->net) ? MLP_WELL : mlp_no_memory(&run->messages);
}

static int prepare(struct run *run)
{
	int status = read_data(run);
	if (status == MLP_WELL && run->patience > 0 && run->validation.rows == 0) {
		if (run->options->patience > 0)
			mlp_warn(&run->messages,
			         "--patience does nothing without --split: no rows are held out");
		run->patience = 0;
	}
	if (status == MLP_WELL)
		status = allocate(run);
	if (status == MLP_WELL)
		status = start_parameters(run);
	if (status == MLP_WELL)
		run->metric = mlp_choose_metric(run->network, &run->training);
	return status;
}

/* -- Numbers that are not finite ------------------------------------------------------------------- */

/* The first element of a tensor that is not finite, or -1. */
static int32_t find_not_finite(const void *values, int32_t count, int real_size, double *value)
{
	for (int32_t i = 0; i < count; i++) {
		*value = real_size == (int)sizeof(float) ? (double)((const float *)values)[i]
		                                         : ((const double *)values)[i];
		if (!isfinite(*value))
			return i;
	}
	return -1;
}

/* Writes "[2, 3]", the position of an element. */
static void put_position(char *text, size_t room, const struct mlp_tensor *tensor, int32_t element)
{
	int32_t rest = tensor->elements;
	size_t used = 0;
	text[0] = '\0';
	for (int d = 0; d < tensor->rank && used < room; d++) {
		rest /= tensor->shape[d];
		used += (size_t)snprintf(text + used, room - used, "%s%d", d == 0 ? "[" : ", ",
		                         (int)(element / rest));
		element %= rest;
	}
	if (tensor->rank > 0 && used < room)
		snprintf(text + used, room - used, "]");
}

/* Names the first tensor with a value that is not finite. False: all are finite. */
static bool name_not_finite(const struct run *run)
{
	for (int k = 0; k < run->network->tensor_count; k++) {
		const struct mlp_tensor *tensor = run->network->tensor(k);
		void *values = mlp_allocate((size_t)tensor->elements * (size_t)run->network->real_size);
		double value = 0;
		int32_t element = -1;
		if (values) {
			run->network->get(run->net, k, values);
			element = find_not_finite(values, tensor->elements, run->network->real_size, &value);
		}
		free(values);
		if (element < 0)
			continue;
		char position[128];
		put_position(position, sizeof position, tensor, element);
		mlp_note(&run->messages, "the first parameter that is not finite: %s%s = %g", tensor->name,
		         position, value);
		return true;
	}
	return false;
}

static int refuse_loss(struct run *run, int step, double loss)
{
	mlp_progress_clear(&run->progress);
	if (isfinite(loss))
		mlp_error(&run->messages, "training stopped: parameters are not finite after epoch %d",
		          run->epochs_done);
	else
		mlp_error(&run->messages, "training stopped: the loss is %g in epoch %d, step %d", loss,
		          run->epochs_done + 1, step);
	if (!name_not_finite(run))
		mlp_note(&run->messages, "all parameters are finite");
	mlp_help(&run->messages,
	         "try a smaller rate, `clip = norm(1)` or inputs on a smaller scale; nothing was saved");
	return MLP_BAD_DATA;
}

/* -- Training --------------------------------------------------------------------------------------- */

/* Copies `count` rows of the order into the batch. */
static void gather(const struct run *run, int first, int count)
{
	const struct mlp_dataset *data = &run->training;
	for (int i = 0; i < data->input_count + data->target_count; i++) {
		size_t size = data->parts[i].row_size;
		for (int row = 0; row < count; row++)
			memcpy(run->batch[i] + (size_t)row * size,
			       mlp_dataset_at(data, i, run->order[first + row]), size);
	}
}

/* One pass over the training rows; *mean becomes the mean loss over the rows trained. */
static int train_epoch(struct run *run, int epoch, double *mean)
{
	const struct mlp_dataset *data = &run->training;
	const struct mlp_network *network = run->network;
	double sum = 0;
	mlp_shuffle(run->order, data->rows, run->seed, MLP_HOST_STREAMS + MLP_STREAM_ORDER, (uint32_t)epoch);
	network->set_epoch(run->block, epoch);
	for (int first = 0, step = 1; first < data->rows && !run->interrupted;
	     first += network->batch, step++) {
		int count = data->rows - first < network->batch ? data->rows - first : network->batch;
		gather(run, first, count);
		double loss = network->train_step(run->block, count, run->pointers,
		                                  run->pointers + data->input_count);
		if (!isfinite(loss))
			return refuse_loss(run, step, loss);
		sum += loss * count;
		*mean = sum / (first + count);
		run->interrupted = mlp_progress_step(&run->progress, first + count, *mean);
	}
	return MLP_WELL;
}

/* After an epoch: the held-out figures, the line, the best parameters. True: stop here. */
static bool finish_epoch(struct run *run, int epoch, double loss)
{
	const struct mlp_dataset *held = held_out(run);
	struct mlp_figures figures;
	if (held)
		figures = mlp_evaluate(&run->evaluator, run->net, held, run->metric);
	bool better = held && figures.loss < run->progress.best_loss;
	if (better && run->best)
		memcpy(run->best, run->net, run->network->net_size);
	bool stop = run->best && !better && epoch - run->progress.best >= run->patience;
	mlp_progress_epoch_end(&run->progress, loss, held ? &figures : NULL,
	                       stop || epoch + 1 == run->epochs);
	if (stop)
		mlp_progress_say(&run->progress, "stopped: no better validation loss for %d epoch%s",
		                 run->patience, run->patience == 1 ? "" : "s");
	return stop;
}

static int train(struct run *run)
{
	const struct mlp_dataset *held = held_out(run);
	const char *held_name = !held ? NULL : held == &run->validation ? "validation" : "test";
	mlp_progress_begin(&run->progress, run->epochs, run->training.rows, run->validation.rows, held_name,
	                   run->test.rows, run->seed);
	for (int epoch = 0; epoch < run->epochs; epoch++) {
		double loss = 0;
		mlp_progress_epoch_begin(&run->progress, epoch);
		int status = train_epoch(run, epoch, &loss);
		if (status != MLP_WELL)
			return status;
		run->within = run->interrupted;
		if (run->interrupted)
			break;
		run->epochs_done = epoch + 1;
		if (finish_epoch(run, epoch, loss))
			break;
		run->interrupted = mlp_interrupt_came(&run->progress.interrupt);
		if (run->interrupted)
			break;
	}
	if (run->best && run->progress.best >= 0 && !run->interrupted)
		memcpy(run->net, run->best, run->network->net_size);
	mlp_progress_finish(&run->progress);
	return MLP_WELL;
}

static int finish(struct run *run)
{
	bool tested = run->test.rows > 0 || run->validation.rows > 0;
	if (run->interrupted)
		mlp_progress_say(&run->progress, "interrupted %s epoch %d", run->within ? "in" : "after",
		                 run->epochs_done + run->within);
	if (!run->interrupted && run->best && run->progress.best >= 0)
		mlp_progress_say(&run->progress, "parameters of epoch %d kept", run->progress.best + 1);
	const struct mlp_dataset *shown[] = {tested ? &run->validation : &run->training, &run->test};
	const char *const names[] = {tested ? "validation" : "training", "test"};
	for (int i = 0; i < 2; i++)
		if (shown[i]->rows > 0 && !run->interrupted) {
			struct mlp_figures figures =
				mlp_evaluate(&run->evaluator, run->net, shown[i], run->metric);
			mlp_progress_figures(&run->progress, names[i], &figures);
		}
	if (!run->options->save)
		return MLP_WELL;
	if (name_not_finite(run))
		return refuse_loss(run, 0, 0);
	int status = mlp_save_parameters(&run->messages, run->network, run->net, run->reader.labels,
	                                 run->epochs_done, run->seed, run->options->save);
	if (status == MLP_WELL)
		mlp_progress_say(&run->progress, "saved in %s", run->options->save);
	return status;
}

static void release(struct run *run)
{
	mlp_progress_close(&run->progress);
	for (int i = 0; run->batch && i < run->network->input_count + run->network->target_count; i++)
		free(run->batch[i]);
	free(run->batch);
	free(run->pointers);
	free(run->order);
	free(run->best);
	free(run->block);
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
	struct run run = {.network = network, .options = options};
	bool terminal = fileno(err) >= 0 && isatty(fileno(err)) && !getenv("NO_COLOR");
	run.messages.file = err;
	run.messages.color =
		options->color == MLP_COLOR_ALWAYS || (options->color == MLP_COLOR_AUTO && terminal);
	run.seed = options->seed_given ? options->seed : network->seed;
	run.epochs = options->epochs >= 0 ? options->epochs : network->epochs;
	run.patience = options->patience >= 0 ? options->patience : network->patience;
	mlp_progress_open(&run.progress, network, options, out, err);
	int status = prepare(&run);
	if (status == MLP_WELL)
		status = train(&run);
	if (status == MLP_WELL)
		status = finish(&run);
	bool interrupted = run.interrupted;
	release(&run);
	if (fflush(out) != 0 && status == MLP_WELL) {
		mlp_error(&run.messages, "cannot write the results");
		status = MLP_BAD_SYSTEM;
	}
	return status == MLP_WELL && interrupted ? MLP_INTERRUPTED : status;
}
