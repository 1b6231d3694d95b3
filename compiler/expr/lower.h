/* Values of the model → scalar expressions; used by lower.c and update.c. */
#ifndef EXPR_LOWER_H
#define EXPR_LOWER_H

#include "expr/expr.h"

/* An index variable in scope, as a variable of the graph. */
struct binding {
	const struct index *index;
	const struct linear *position;
	int64_t extent;
};

struct lowering {
	struct exprs *exprs;
	const struct tensor **tensors; /* of the graph, by place in the model's list */
	const struct model *model;
	ARRAY(struct binding) scope;             /* innermost last */
	const struct linear *sample;             /* NULL outside of samples */
	const struct expr *gradient, *parameter; /* in an optimiser */
	const struct expr *const *states;
	const struct tensor *drawn_for; /* in an optimiser: draws are of the elements of this parameter */
	struct lowered *memo; /* one entry a slot: value, indices and scope → expression */
	size_t slots, used;
	uint32_t generation, next_generation;
};

struct lowering lowering_new(struct exprs *exprs, const struct model *model, const struct tensor **of);

/* The element of `value` at indices[0 … value->rank-1]. */
const struct expr *lower_value(struct lowering *lowering, const struct value *value,
                               const struct linear *const *indices);

/* Left indices in scope: variable k of `extent`. */
void lowering_bind(struct lowering *lowering, const struct index *index, const struct linear *position,
                   int64_t extent);

#endif
