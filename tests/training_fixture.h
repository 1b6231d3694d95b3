/* A training of a small network, with what it prints. Wants _GNU_SOURCE. */
#ifndef TESTS_TRAINING_FIXTURE_H
#define TESTS_TRAINING_FIXTURE_H

#include "host/train.h"
#include "host_fixture.h"

struct result {
	int status;
	char *out, *err;
};

static inline struct result run(const struct mlp_network *network, const struct mlp_options *options)
{
	struct result result;
	size_t out_length, err_length;
	FILE *out = open_memstream(&result.out, &out_length), *err = open_memstream(&result.err, &err_length);
	result.status = mlp_train_to(network, options, out, err);
	fclose(out);
	fclose(err);
	return result;
}

static inline void free_result(struct result *result)
{
	free(result->out);
	free(result->err);
}

#endif
