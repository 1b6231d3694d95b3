/* Logarithms in the loss of what a network may make negative. */
#ifndef EXPR_LOGARITHMS_H
#define EXPR_LOGARITHMS_H

#include "expr/expr.h"

/* The operand of a logarithm in the loss that depends on parameters and that nothing keeps from being
 * negative: logits taken for probabilities. What is 1 less a probability counts as one. As text, "y[n, i]";
 * NULL if there is none. The graph is simplified: its rules have guarded such logarithms, so that nothing
 * else would tell. */
const char *unsafe_logarithm(struct exprs *exprs, const struct graph *graph);

#endif
