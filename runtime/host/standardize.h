/* Statistics of the training data that a network scales its inputs by. */
#ifndef MLP_HOST_STANDARDIZE_H
#define MLP_HOST_STANDARDIZE_H

#include "host/dataset.h"

/* Sets the mean and the deviation of each standardised input from these rows: per element, two passes in
 * double, divisor n, a deviation of 0 counting as 1. Returns a status. */
int mlp_standardize(const struct mlp_messages *messages, const struct mlp_network *network, void *net,
                    const struct mlp_dataset *dataset);

#endif
