/* The order of the entries of a derivation, and which of them repeat others. */
#ifndef EXPLAIN_ARRANGE_H
#define EXPLAIN_ARRANGE_H

#include "explain/explanation.h"

/* Of a tensor that an update writes: the parameter or statistic that the update is for. NULL: of none. */
const struct tensor *updated_by(const struct tensor *tensor);

/* Moves what the compiler took out of equations before its first use, and finds the updates of parameters
 * that differ from those of an earlier one in names and indices alone. */
void arrange(struct explanation *explanation);

#endif
