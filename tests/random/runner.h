/* How the programs of random models are called. */
#ifndef RUNNER_H
#define RUNNER_H

#include "host/host.h"

struct runner_model {
	const char *name;
	const struct mlp_network *network;
	void (*gradient)(const void *training, int k, void *values); /* NULL: not kept */
	void (*input_gradient)(const void *training, int k, void *values);
};

/* Ends with a NULL. */
extern const struct runner_model *const runner_models[];

#endif
