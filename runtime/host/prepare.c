/* What comes before training: data, rows held out, memory, the state to start from. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "host/run.h"
#include "host/shuffle.h"
#include "host/standardize.h"

/* Moves the fraction --split of the rows from training to validation. */
static int hold_out(struct mlp_run *run)
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
	               classes ? target->port->classes : 1, held_count, run->state.seed, rows, rows + held_count))
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

/* The checkpoint is there: does the run go on from it? */
static int find_checkpoint(struct mlp_run *run)
{
	const char *path = run->options->checkpoint;
	int status = mlp_replacement_open(&run->checkpoint, &run->messages, path);
	if (status != MLP_WELL || access(path, F_OK) != 0)
		return status;
	run->resumes = run->options->resume;
	if (run->resumes)
		return MLP_WELL;
	mlp_error(&run->messages, "`%s` is there already", path);
	mlp_help(&run->messages, "`--resume` goes on from it; to begin anew, remove it or name another file");
	return MLP_BAD_USAGE;
}

/* The file that the run starts from, if there is one: its checkpoint, or what --load names. */
static int open_start(struct mlp_run *run)
{
	const struct mlp_options *options = run->options;
	const char *path = run->resumes ? options->checkpoint : options->load;
	if (!path)
		return MLP_WELL;
	int status = mlp_open_parameters(&run->loaded, &run->messages, run->network, path);
	if (status != MLP_WELL)
		return status;
	if (run->resumes && !run->loaded.kind.checkpoint) {
		mlp_error_in(&run->messages, path, "holds parameters alone, not the state of a run");
		mlp_help(&run->messages, "`--load` begins a run with them; name another file for its checkpoint");
		return MLP_BAD_DATA;
	}
	bool well = mlp_parameters_labels(&run->loaded, run->reader.labels);
	return well ? MLP_WELL : mlp_no_memory(&run->messages);
}

static int read_data(struct mlp_run *run)
{
	const struct mlp_options *options = run->options;
	int status = options->checkpoint ? find_checkpoint(run) : MLP_WELL;
	if (status == MLP_WELL && options->save)
		status = mlp_check_saving(&run->messages, options->save);
	if (status == MLP_WELL)
		status = mlp_reader_open(&run->reader, &run->messages, run->network, options);
	if (status == MLP_WELL)
		status = open_start(run);
	if (status == MLP_WELL)
		status = mlp_read_dataset(&run->reader, options->data, options->labels, &run->training);
	if (status == MLP_WELL && options->test)
		status = mlp_read_dataset(&run->reader, options->test, options->test_labels, &run->test);
	int size = run->network->real_size;
	if (status == MLP_WELL && options->checkpoint &&
	    (!mlp_describe_data(run->state.data, &run->training, size) ||
	     (options->test && !mlp_describe_data(run->state.test, &run->test, size))))
		status = mlp_no_memory(&run->messages);
	return status == MLP_WELL ? hold_out(run) : status;
}

static int allocate(struct mlp_run *run)
{
	const struct mlp_dataset *data = &run->training;
	int part_count = data->input_count + data->target_count;
	run->state.training = mlp_allocate(run->network->training_size);
	run->order = malloc((size_t)data->rows * sizeof *run->order);
	run->batch = calloc((size_t)part_count + 1, sizeof *run->batch);
	run->pointers = calloc((size_t)part_count + 1, sizeof *run->pointers);
	run->state.best = run->patience > 0 ? mlp_allocate(run->network->net_size) : NULL;
	bool well = run->state.training && run->order && run->batch && run->pointers &&
	            (run->patience == 0 || run->state.best);
	for (int i = 0; well && i < part_count; i++) {
		run->batch[i] = mlp_allocate((size_t)run->network->batch * data->parts[i].row_size);
		run->pointers[i] = run->batch[i];
		well = run->batch[i] != NULL;
	}
	return well ? mlp_evaluator_open(&run->evaluator, &run->messages, run->network)
	            : mlp_no_memory(&run->messages);
}

static int resume(struct mlp_run *run)
{
	const char *path = run->options->checkpoint;
	int status = mlp_resume(&run->messages, path, &run->loaded, &run->state);
	int begun = run->state.epochs_done + (run->state.row > 0);
	if (status == MLP_WELL && begun > run->epochs) {
		mlp_error_in(&run->messages, path, "the run is in epoch %d already, beyond --epochs %d", begun,
		             run->epochs);
		status = MLP_BAD_USAGE;
	}
	return status;
}

/* Initial parameters: drawn, or loaded; the statistics of the inputs go with them. Or all of the state. */
static int start_state(struct mlp_run *run)
{
	struct mlp_run_state *state = &run->state;
	state->labels = run->reader.labels;
	state->split = run->options->split;
	state->rows = run->training.rows;
	run->network->init(state->training, state->seed);
	state->net = run->network->net(state->training);
	if (run->resumes)
		return resume(run);
	if (!run->options->load)
		return mlp_standardize(&run->messages, run->network, state->net, &run->training);
	return mlp_set_parameters(&run->loaded, state->net) ? MLP_WELL : mlp_no_memory(&run->messages);
}

int mlp_prepare(struct mlp_run *run)
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
		status = start_state(run);
	if (status == MLP_WELL)
		run->metric = mlp_choose_metric(run->network, &run->training);
	return status;
}
