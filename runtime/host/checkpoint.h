/* Checkpoints: parameter files that hold all of a run between two steps, so that it goes on as if it had
 * never stopped. More tensors: those of the optimiser, the net of the best epoch where it is kept, the curve.
 * More texts:
 *
 *   checkpoint                   "1"
 *   real, batch, split, weights, data, test, program   what the run is: one that differs in them does not go on
 *   row, step, loss_sum          rows and loss of the epoch after `epoch`; steps in all
 *   best_epoch, best_loss, best_kept          "0": none; the loss, as loss_sum, by the bits of the double
 *
 * The order of the rows is a function of seed and epoch, the draws of dropout and the like of seed and step,
 * the rows held out of the seed: none of them is kept. */
#ifndef MLP_HOST_CHECKPOINT_H
#define MLP_HOST_CHECKPOINT_H

#include "host/dataset.h"
#include "host/parameters.h"
#include "host/progress.h"
#include "host/replacement.h"

#define MLP_CHECKPOINT_FORMAT "1"

enum { MLP_DATA_CHECKSUM = 64 };   /* room of "3823 rows, checksum 0123456789abcdef" */

struct mlp_run_state {
	const struct mlp_network *network;
	const struct mlp_labels *labels;

	uint64_t seed;
	double split;
	bool balanced;                  /* classes in training */
	char data[MLP_DATA_CHECKSUM], test[MLP_DATA_CHECKSUM];
	int rows;                       /* trained in an epoch */

	void *training, *net, *best;    /* net: in training; best: NULL where it is not kept */
	int epochs_done;
	int row;                        /* of the next epoch done: a multiple of the batch, or all */
	uint64_t step;
	double loss_sum;                /* over these rows */
	struct mlp_history *history;
};

/* What a data set is, for `data` and `test`: its rows and a checksum of their values. False: no memory. */
bool mlp_describe_data(char text[MLP_DATA_CHECKSUM], const struct mlp_dataset *dataset, int real_size);

/* "float" or "double". */
const char *mlp_real_name(const struct mlp_network *network);

/* Returns a status, the message printed. */
int mlp_write_checkpoint(const struct mlp_messages *messages, struct mlp_replacement *file,
                         const struct mlp_run_state *state);

/* Takes everything from a file that mlp_open_parameters found well, after checks of all counters and that the
 * run is the same. `file` is its path, for messages. Returns a status, the message printed. */
int mlp_resume(const struct mlp_messages *messages, const char *file, const struct mlp_parameters *parameters,
               struct mlp_run_state *state);

#endif
