/* Is one expression another with its variables replaced? */
#ifndef EXPR_INSTANCE_H
#define EXPR_INSTANCE_H

#include "expr/expr.h"

struct instance {
	struct exprs *exprs;
	int rank;
	const struct linear *values[TENSOR_MOST_DIMENSIONS]; /* of variables 0 … rank-1; NULL: not met yet */
};

/* Does `general`, in variables 0 … rank-1, become `expr` by some choice of values? Extends the choice. */
bool is_instance(struct instance *instance, const struct expr *general, const struct expr *expr);

/* `expr`, a product or sum, as `general` and what is left: the part of it that is no instance; NULL if none
 * fits. */
const struct expr *instance_within(struct instance *instance, const struct expr *general,
                                   const struct expr *expr);

#endif
