/* A training run, from its preparation to its end. */
#ifndef MLP_HOST_RUN_H
#define MLP_HOST_RUN_H

#include "host/checkpoint.h"
#include "host/metrics.h"

struct mlp_run {
	const struct mlp_network *network;
	const struct mlp_options *options;
	struct mlp_messages messages;
	struct mlp_progress progress;
	struct mlp_reader reader;
	struct mlp_evaluator evaluator;
	struct mlp_parameters loaded;
	struct mlp_dataset training, validation, test;   /* without rows where not given */
	int epochs, patience;

	struct mlp_run_state state;
	struct mlp_replacement checkpoint;
	bool resumes;              /* from the checkpoint, which is what `loaded` holds */

	int *order;                /* of the training rows */
	char **batch;              /* [part][batch rows][elements] */
	const void **pointers;     /* to them: inputs, then targets */
	struct mlp_metric metric;
	bool interrupted;
};

/* Reads the data, and what the run starts from. Returns a status, the message printed. */
int mlp_prepare(struct mlp_run *run);

#endif
