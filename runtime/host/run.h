/* A training run, from its preparation to its end. */
#ifndef MLP_HOST_RUN_H
#define MLP_HOST_RUN_H

#include "host/checkpoint.h"
#include "host/log.h"
#include "host/metrics.h"
#include "host/norms.h"
#include "host/strata.h"

/* One of several runs over the same data. */
struct mlp_trial {
	int number;      /* from 0 */
	uint64_t seed;
	int fold;        /* that is held out, from 0; -1: none */
};

/* The leading figure of the held-out rows, of each epoch that this process trained: for the report. */
struct mlp_metric_curve {
	double *values;
	int first, count, room;
};

struct mlp_run {
	const struct mlp_network *network;
	const struct mlp_options *options;
	struct mlp_messages messages;
	struct mlp_progress progress;
	struct mlp_reader reader;
	struct mlp_evaluator evaluator;
	struct mlp_parameters loaded;
	struct mlp_dataset all, all_test;   /* as read; handed on where there is one trial */
	struct mlp_trial trial;
	int trial_count;
	uint64_t first_seed;

	struct mlp_dataset training, validation, test;   /* of the trial; without rows where not given */
	struct mlp_strata strata;   /* of training */
	int epochs, patience;

	struct mlp_run_state state;
	struct mlp_replacement checkpoint;
	bool resumes;              /* from the checkpoint, which is what `loaded` holds */

	int *order;                /* of the training rows */
	char **batch;              /* [part][batch rows][elements] */
	const void **pointers;     /* to them: inputs, then targets */
	struct mlp_metric metric;
	struct mlp_norms norms;    /* open with --norms */
	struct mlp_log log;
	struct mlp_metric_curve curve;
	int *row_numbers;          /* of the rows held out, or else trained, in all data read, from 0 */
	double seconds;            /* of training */
	bool interrupted;
};

/* Reads all data and the file that the run starts from. Returns a status, the message printed. */
int mlp_read_run_data(struct mlp_run *run);
/* The rows of the trial and the state that it starts from. Returns a status, the message printed. */
int mlp_prepare(struct mlp_run *run);
/* Trains to the end of the epochs, or until it stops early or is interrupted; the net becomes the best one
 * where that is kept. Returns a status, the message printed. */
int mlp_run_epochs(struct mlp_run *run);
/* Parameters that are not finite are not saved: the message about them, or about a loss. */
int mlp_refuse_loss(struct mlp_run *run, int step, double loss);
void mlp_release_trial(struct mlp_run *run);

#endif
