/* Parameters that are not finite. */
#ifndef MLP_HOST_FINITE_H
#define MLP_HOST_FINITE_H

#include "host/host.h"
#include "host/message.h"

/* Names the first tensor with a value that is not finite, in a note unless `messages` is NULL. False: all are
 * finite. */
bool mlp_name_not_finite(const struct mlp_messages *messages, const struct mlp_network *network,
                         const void *net);

#endif
