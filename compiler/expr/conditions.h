/* Conditions on indices that hold always or never. */
#ifndef EXPR_CONDITIONS_H
#define EXPR_CONDITIONS_H

#include "expr/expr.h"

/* The right side of the equation with a number for each comparison of positions that the extents decide, or
 * the conditions under which it is computed: of `i + 2 < 1` there is nothing left to compute, and no read that can
 * never happen stays. */
const struct expr *decide_conditions(struct exprs *exprs, const struct equation *equation);

#endif
