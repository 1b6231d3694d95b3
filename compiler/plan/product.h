/* Sums of products: what vectors and tiles are for. */
#ifndef PLAN_PRODUCT_H
#define PLAN_PRODUCT_H

#include "expr/expr.h"
#include "plan/plan.h"

enum { PRODUCT_FACTORS = 2 };

/* A read, or one times another. */
struct product {
	int count; /* of factors; 0: the body is none */
	const struct expr *factors[PRODUCT_FACTORS];
	bool is_negative;
};

struct product product_of(const struct expr *body);

/* How a read moves through memory along an index: not at all, to the next element, to the one before, or far. */
enum stride { STRIDE_NONE, STRIDE_UNIT, STRIDE_REVERSED, STRIDE_FAR };
enum stride stride_along(const struct plan *plan, const struct expr *read, int variable);

/* Of a sum like s[n, o] = sum(i, W[o, i] * x[n, i]): the factor x, a matrix of the batch that lies by rows, where the
 * other has no rows. NULL: there is none. */
const struct expr *rows_factor(const struct plan *plan, const struct equation *equation);

/* Of a sum of two factors: the one that alone moves along the free variable, to the next element. NULL: there is none. */
const struct expr *factor_along(const struct plan *plan, const struct equation *equation, int variable);

/* Of the sum of a gradient like d[n, i] = sum(o, W[o, i] * e[n, o]): the factor e, a matrix of the batch. Copied column by
 * column, it lets vectors go along the rows of a batch that is long enough. Values of a prediction have one order of
 * terms for any number of rows, and are none of these. NULL: there is none. */
const struct expr *turned_factor(const struct plan *plan, const struct equation *equation);

#endif
