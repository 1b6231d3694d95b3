/* The training run behind mlp_train and mlp_main. */
#ifndef MLP_HOST_TRAIN_H
#define MLP_HOST_TRAIN_H

#include <stdio.h>

#include "host/host.h"

/* As mlp_train, with the files that results and messages go to. */
int mlp_train_to(const struct mlp_network *network, const struct mlp_options *options, FILE *out, FILE *err);

#endif
