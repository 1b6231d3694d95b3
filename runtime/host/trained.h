/* A trained network that is used: its parameters from a file, and what it takes to compute with them. */
#ifndef MLP_HOST_TRAINED_H
#define MLP_HOST_TRAINED_H

#include "host/answer.h"
#include "host/metrics.h"
#include "host/parameters.h"

struct mlp_trained {
	const struct mlp_network *network;
	const struct mlp_options *options;
	struct mlp_messages messages;
	struct mlp_reader reader;
	struct mlp_evaluator evaluator;
	void *net;
	struct mlp_answer *answers;
	int answer_count;
};

/* Reads and checks options->weights. `network` and `options` must live as long. Returns a status, the message
 * printed on `err`; close in any case. */
int mlp_trained_open(struct mlp_trained *trained, const struct mlp_network *network,
                     const struct mlp_options *options, FILE *err);
void mlp_trained_close(struct mlp_trained *trained);

/* The commands, with the files that results and messages go to. Return the exit status. */
int mlp_predict_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out,
                   FILE *err);
int mlp_evaluate_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out,
                    FILE *err);

#endif
