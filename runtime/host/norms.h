/* How far each tensor of parameters moves in an epoch, seen from outside: the parameters before and after it.
 * What moves them is the gradient and what the optimiser makes of it. Told, each once in a training:
 *
 *   has not moved        no element has changed: the gradient is 0, or too small to count
 *   vanishing            a matrix moves, relative to its norm, less than a thousandth of what the one does
 * that moves most, in an epoch after the first exploding            the norm has grown more than tenfold in
 * an epoch after the first, or is not finite dead units           rows of a matrix (the weights into one
 * unit) of which no element has changed, while others of the matrix have: units that are 0 for all rows of
 * the data and pass no gradient on
 *
 * An optimiser with a decay of weights moves dead units too: they are not seen then. */
#ifndef MLP_HOST_NORMS_H
#define MLP_HOST_NORMS_H

#include "host/host.h"
#include "host/message.h"

struct mlp_norm {
	double before, after, update;   /* Euclidean; the update: of the difference */
	int rows, still;                /* of a matrix, the first index: all, and those without a change */
	bool told_still, told_vanishing, told_exploding, told_dead;
};

struct mlp_norms {
	const struct mlp_network *network;
	char *before, *now;             /* values of all parameters; of one tensor */
	struct mlp_norm *tensors;       /* [tensor_count] */
	int epochs;                     /* measured */
};

/* False: no memory. */
bool mlp_norms_open(struct mlp_norms *norms, const struct mlp_network *network);
void mlp_norms_close(struct mlp_norms *norms);

void mlp_norms_begin(struct mlp_norms *norms, const void *net);
void mlp_norms_end(struct mlp_norms *norms, const void *net);

/* update / before, or / after where it was 0; 0 where both are. */
double mlp_norm_ratio(const struct mlp_norm *norm);

/* What is wrong after the epoch (from 0) measured last, that has not been told. */
void mlp_norms_warn(struct mlp_norms *norms, const struct mlp_messages *messages, int epoch);

#endif
