/* The operators of one and two numbers, in double: for direct evaluation, and for numbers folded in the normal form. */
#ifndef EXPR_SCALAR_H
#define EXPR_SCALAR_H

#include "base/op.h"

/* NaN for operators of other kinds. `b` counts for those of two operands. */
double scalar_value(enum op op, double a, double b);

#endif
