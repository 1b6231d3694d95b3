/* Where an element of a tensor is read: a = J[V] solved for the indices V. */
#ifndef EXPR_SOLVE_H
#define EXPR_SOLVE_H

#include "expr/expr.h"

enum { MOST_VARIABLES = 64 };

/* Indices under fresh names: of a left side, and of the reductions above a place. */
struct index_variables {
	struct index_variable {
		int number;
		int64_t extent;
	} list[MOST_VARIABLES];
	int count;
};

/* sum(V, if a = J then value else 0) for a read A[J] under the indices V, in terms of a: the variables 0, 1,
 * … of A's dimensions. As many of V as possible are solved from a = J; the others are summed, under the
 * conditions that are left. */
const struct expr *sum_over_reads(struct exprs *exprs, const struct expr *read,
                                  const struct index_variables *variables, const struct expr *value);

#endif
