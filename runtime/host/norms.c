/* Parameters before and after an epoch → norms, and warnings. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/norms.h"

#include <math.h>
#include <stdlib.h>

#include "host/metrics.h"

static bool is_trained(const struct mlp_norms *norms, int k)
{
	return norms->network->tensor(k)->role == MLP_PARAMETER;
}

static size_t size_of(const struct mlp_norms *norms, int k)
{
	return (size_t)norms->network->tensor(k)->elements * (size_t)norms->network->real_size;
}

bool mlp_norms_open(struct mlp_norms *norms, const struct mlp_network *network)
{
	size_t all = 0, largest = 0;
	*norms = (struct mlp_norms){.network = network};
	for (int k = 0; k < network->tensor_count; k++) {
		size_t size = is_trained(norms, k) ? size_of(norms, k) : 0;
		all += size;
		largest = size > largest ? size : largest;
	}
	norms->before = mlp_allocate(all);
	norms->now = mlp_allocate(largest);
	norms->tensors = calloc((size_t)network->tensor_count + 1, sizeof *norms->tensors);
	return norms->before && norms->now && norms->tensors;
}

void mlp_norms_close(struct mlp_norms *norms)
{
	free(norms->before);
	free(norms->now);
	free(norms->tensors);
	*norms = (struct mlp_norms){0};
}

void mlp_norms_begin(struct mlp_norms *norms, const void *net)
{
	char *at = norms->before;
	for (int k = 0; k < norms->network->tensor_count; k++) {
		if (!is_trained(norms, k))
			continue;
		norms->network->get(net, k, at);
		at += size_of(norms, k);
	}
}

static void measure(const struct mlp_norms *norms, const struct mlp_tensor *tensor, const char *before,
                    struct mlp_norm *norm)
{
	int size = norms->network->real_size;
	double squares_before = 0, squares_after = 0, squares_update = 0;
	int rows = tensor->rank >= 2 ? tensor->shape[0] : 1, width = tensor->elements / rows, still = 0;
	for (int row = 0; row < rows; row++) {
		bool moved = false;
		for (int i = row * width; i < (row + 1) * width; i++) {
			double old = mlp_real_at(before, (size_t)i, size),
			       new = mlp_real_at(norms->now, (size_t)i, size);
			squares_before += old * old;
			squares_after += new * new;
			squares_update += (new - old) * (new - old);
			moved |= !(new == old);
		}
		still += !moved;
	}
	norm->before = sqrt(squares_before);
	norm->after = sqrt(squares_after);
	norm->update = sqrt(squares_update);
	norm->rows = rows;
	norm->still = still;
}

void mlp_norms_end(struct mlp_norms *norms, const void *net)
{
	const char *before = norms->before;
	for (int k = 0; k < norms->network->tensor_count; k++) {
		if (!is_trained(norms, k))
			continue;
		norms->network->get(net, k, norms->now);
		measure(norms, norms->network->tensor(k), before, &norms->tensors[k]);
		before += size_of(norms, k);
	}
	norms->epochs++;
}

double mlp_norm_ratio(const struct mlp_norm *norm)
{
	double base = norm->before > 0 ? norm->before : norm->after;
	return norm->update > 0 ? norm->update / base : norm->update;
}

/* -- What is wrong -------------------------------------------------------------------------------------- */

static const double VANISHING = 1e-3, EXPLODING = 10;

/* The matrix that moves most, or -1. */
static int find_most(const struct mlp_norms *norms)
{
	int most = -1;
	for (int k = 0; k < norms->network->tensor_count; k++)
		if (is_trained(norms, k) && norms->network->tensor(k)->rank >= 2 &&
		    (most < 0 || mlp_norm_ratio(&norms->tensors[k]) > mlp_norm_ratio(&norms->tensors[most])))
			most = k;
	return most;
}

static void warn_of_tensor(struct mlp_norms *norms, const struct mlp_messages *messages, int k, int most,
                           int epoch)
{
	const struct mlp_tensor *tensor = norms->network->tensor(k);
	struct mlp_norm *norm = &norms->tensors[k];
	bool matrix = tensor->rank >= 2, later = norms->epochs > 1;
	double ratio = mlp_norm_ratio(norm), largest = most >= 0 ? mlp_norm_ratio(&norms->tensors[most]) : 0;
	if (norm->update == 0 && !norm->told_still) {
		mlp_warn(messages, "epoch %d: `%s` has not moved: its gradient is 0", epoch + 1,
		         tensor->name);
		norm->told_still = true;
	} else if (matrix && later && norm->update > 0 && isfinite(largest) && ratio < VANISHING * largest &&
	           !norm->told_vanishing) {
		mlp_warn(messages, "epoch %d: vanishing: `%s` moves by %.2g of its norm, `%s` by %.2g",
		         epoch + 1, tensor->name, ratio, norms->network->tensor(most)->name, largest);
		norm->told_vanishing = true;
	}
	bool grows = later && norm->before > 0 && norm->after > EXPLODING * norm->before;
	if ((grows || !isfinite(norm->after)) && !norm->told_exploding) {
		mlp_warn(messages, "epoch %d: exploding: the norm of `%s` has grown from %.3g to %.3g",
		         epoch + 1, tensor->name, norm->before, norm->after);
		norm->told_exploding = true;
	}
	if (matrix && norm->still > 0 && norm->still < norm->rows && !norm->told_dead) {
		mlp_warn(messages, "epoch %d: dead units: %d of %d rows of `%s` have not moved", epoch + 1,
		         norm->still, norm->rows, tensor->name);
		norm->told_dead = true;
	}
}

void mlp_norms_warn(struct mlp_norms *norms, const struct mlp_messages *messages, int epoch)
{
	int most = find_most(norms);
	for (int k = 0; k < norms->network->tensor_count; k++)
		if (is_trained(norms, k))
			warn_of_tensor(norms, messages, k, most, epoch);
}
