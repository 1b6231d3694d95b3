/* The last passes over a graph, each in a file of its own; finish.c runs them in order. */
#ifndef EXPR_FINISH_H
#define EXPR_FINISH_H

#include "expr/prune.h"

/* inline.c: values that cost nothing (numbers, copies, a scaled read outside of sums) into their readers */
struct graph inline_trivial(struct exprs *exprs, const struct graph *graph);
/* reuse.c: parts of right sides that an earlier equation has computed become reads of its tensor */
struct graph reuse_values(struct exprs *exprs, const struct graph *graph);
/* share.c: costly parts that several equations have get an equation of their own */
struct graph share_values(struct exprs *exprs, const struct graph *graph);
/* scalars.c: what depends on step and epoch alone is computed once per update */
struct graph hoist_scalars(struct exprs *exprs, const struct graph *graph);
/* labels.c: sums over a one-hot vector become look-ups, its other reads comparisons with the class */
struct graph look_up_labels(struct exprs *exprs, const struct graph *graph);
/* powers.c: quotients of equal powers become powers of the quotient */
struct graph gather_powers(struct exprs *exprs, const struct graph *graph);

#endif
