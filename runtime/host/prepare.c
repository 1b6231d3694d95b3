/* What comes before training: data, rows held out, memory, the state to start from. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "host/run.h"
#include "host/shuffle.h"
#include "host/standardize.h"
#include "host/strata.h"

/* `rows` of the training data, to be handed on: copied, or moved where they are all and the run is alone. */
static int take(struct mlp_run *run, struct mlp_dataset *from, const int *rows, int count,
                struct mlp_dataset *taken)
{
	if (count < from->rows || run->trial_count > 1)
		return mlp_dataset_take(&run->messages, from, rows, count, taken);
	*taken = *from;
	*from = (struct mlp_dataset){0};
	return MLP_WELL;
}

static int refuse_parts(struct mlp_run *run)
{
	int count = run->all.rows, folds = run->options->folds;
	if (folds > 0)
		mlp_error(&run->messages, "--folds %d of %d rows: each fold needs one", folds, count);
	else
		mlp_error(&run->messages, "--split %g of %d rows leaves none for %s", run->options->split,
		          count, run->options->split < 0.5 ? "validation" : "training");
	return MLP_BAD_USAGE;
}

/* The rows held out, then the others; the number of the former, or -1: no memory. The rows are those of
 * --split by the first seed, or a fold. */
static int choose_held(struct mlp_run *run, int held_count, int *rows)
{
	const struct mlp_dataset *all = &run->all;
	const struct mlp_part *target = all->target_count > 0 ? &all->parts[all->input_count] : NULL;
	bool classes = target && target->port->classes > 0 && target->port->elements == 1;
	if (run->options->folds == 0)
		return mlp_split(all->rows, classes ? (const int32_t *)(const void *)target->values : NULL,
		                 classes ? target->port->classes : 1, held_count, run->first_seed, rows,
		                 rows + held_count) ? held_count : -1;
	struct mlp_strata strata;
	int *fold = malloc(((size_t)all->rows + 1) * sizeof *fold), at = 0;
	bool well = mlp_strata_open(&strata, all, run->network->real_size) && fold &&
	            mlp_folds(&strata, run->options->folds, run->first_seed, fold);
	for (int pass = 0; well && pass < 2; pass++) {
		for (int row = 0; row < all->rows; row++)
			if ((fold[row] == run->trial.fold) == (pass == 0))
				rows[at++] = row;
		held_count = pass == 0 ? at : held_count;
	}
	mlp_strata_close(&strata);
	free(fold);
	return well ? held_count : -1;
}

/* The rows of this trial: training, validation, test. */
static int part_rows(struct mlp_run *run)
{
	struct mlp_dataset *all = &run->all;
	int held_count = (int)(run->options->split * all->rows + 0.5);
	bool holds = run->options->split > 0 || run->options->folds > 0;
	if (run->options->folds > all->rows ||
	    (holds && run->options->folds == 0 && (held_count == 0 || held_count == all->rows)))
		return refuse_parts(run);
	size_t room = (size_t)(all->rows > run->all_test.rows ? all->rows : run->all_test.rows) + 1;
	int *rows = malloc(room * sizeof *rows), count = all->rows, status = MLP_WELL;
	for (int row = 0; rows && row < run->all_test.rows; row++)
		rows[row] = row;
	if (rows && run->all_test.rows > 0)
		status = take(run, &run->all_test, rows, run->all_test.rows, &run->test);
	for (int row = 0; rows && row < count; row++)
		rows[row] = row;
	held_count = !rows ? -1 : holds ? choose_held(run, held_count, rows) : 0;
	if (held_count < 0)
		status = mlp_no_memory(&run->messages);
	if (status == MLP_WELL && holds)
		status = take(run, all, rows, held_count, &run->validation);
	if (status == MLP_WELL)
		status = take(run, all, rows + held_count, count - held_count, &run->training);
	if (run->trial_count == 1)
		mlp_dataset_free(all);
	run->row_numbers = rows;
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
		mlp_help(&run->messages,
		         "`--load` begins a run with them; name another file for its checkpoint");
		return MLP_BAD_DATA;
	}
	bool well = mlp_parameters_labels(&run->loaded, run->reader.labels);
	return well ? MLP_WELL : mlp_no_memory(&run->messages);
}

int mlp_read_run_data(struct mlp_run *run)
{
	const struct mlp_options *options = run->options;
	const struct mlp_source data = {options->data, options->labels, &options->more_data,
	                                &options->more_labels};
	const struct mlp_source test = {options->test, options->test_labels, &options->more_test,
	                                &options->more_test_labels};
	int status = options->checkpoint ? find_checkpoint(run) : MLP_WELL;
	if (status == MLP_WELL && options->save)
		status = mlp_check_saving(&run->messages, options->save);
	if (status == MLP_WELL && options->report)
		status = mlp_check_saving(&run->messages, options->report);
	if (status == MLP_WELL)
		status = mlp_reader_open(&run->reader, &run->messages, run->network, options);
	if (status == MLP_WELL)
		status = open_start(run);
	if (status == MLP_WELL)
		status = mlp_read_source(&run->reader, &data, &run->all);
	if (status == MLP_WELL && options->test)
		status = mlp_read_source(&run->reader, &test, &run->all_test);
	int size = run->network->real_size;
	if (status == MLP_WELL && options->checkpoint &&
	    (!mlp_describe_data(run->state.data, &run->all, size) ||
	     (options->test && !mlp_describe_data(run->state.test, &run->all_test, size))))
		status = mlp_no_memory(&run->messages);
	return status;
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
	            (run->patience == 0 || run->state.best) &&
	            mlp_strata_open(&run->strata, data, run->network->real_size) &&
	            (!run->options->norms || mlp_norms_open(&run->norms, run->network));
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
		mlp_error_in(&run->messages, path, "the run is in epoch %d already, beyond --epochs %d",
		             begun, run->epochs);
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
	state->balanced = run->options->class_weights == MLP_WEIGHTS_BALANCED;
	run->network->init(state->training, state->seed);
	state->net = run->network->net(state->training);
	if (run->resumes)
		return resume(run);
	if (!run->options->load)
		return mlp_standardize(&run->messages, run->network, state->net, &run->training);
	return mlp_set_parameters(&run->loaded, state->net) ? MLP_WELL : mlp_no_memory(&run->messages);
}

/* Weights of classes need classes. */
static int check_weights(struct mlp_run *run)
{
	if (run->options->class_weights != MLP_WEIGHTS_BALANCED || run->strata.kinds > 1)
		return MLP_WELL;
	mlp_error(&run->messages,
	          "--weights=balanced needs a target that is one class in each row, or 0 or 1");
	return MLP_BAD_USAGE;
}

/* Missing inputs, from the rows that this trial trains, or as the file that it starts from has it. */
static int fill_missing(struct mlp_run *run)
{
	if (!run->options->load && !run->resumes)
		mlp_forget_fill(&run->reader);
	int status = mlp_learn_fill(&run->reader, &run->training);
	if (status != MLP_WELL)
		return status;
	mlp_fill_holes(&run->reader, &run->training);
	mlp_fill_holes(&run->reader, &run->validation);
	mlp_fill_holes(&run->reader, &run->test);
	return MLP_WELL;
}

int mlp_prepare(struct mlp_run *run)
{
	run->state.seed = run->trial.seed;
	int status = part_rows(run);
	if (status == MLP_WELL)
		status = fill_missing(run);
	run->patience = run->options->patience >= 0 ? run->options->patience : run->network->patience;
	if (status == MLP_WELL && run->patience > 0 && run->validation.rows == 0) {
		if (run->options->patience > 0 && run->trial.number == 0)
			mlp_warn(&run->messages,
			         "--patience does nothing without --split: no rows are held out");
		run->patience = 0;
	}
	if (status == MLP_WELL)
		status = allocate(run);
	if (status == MLP_WELL)
		status = check_weights(run);
	if (status == MLP_WELL)
		status = start_state(run);
	if (status == MLP_WELL)
		run->metric = mlp_choose_metric(run->network, &run->training);
	if (status == MLP_WELL && run->network->target_count > 0)
		run->reader.labels[run->network->input_count].binary =
			run->network->targets[0].classes == 0 && run->metric.kind == MLP_ACCURACY_HALF;
	return status;
}
