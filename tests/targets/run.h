/* A network of a program that run.c runs. */
#ifndef TESTS_TARGETS_RUN_H
#define TESTS_TARGETS_RUN_H

#include "host/host.h"

struct run_model {
	const char *name;
	const struct mlp_network *network;
	void (*gradient)(const void *training, int k, void *values);  /* NULL: not kept */
	void (*input_gradient)(const void *training, int k, void *values);
};

/* Ends with a NULL. */
extern const struct run_model *const run_models[];

#endif
