/* Forward-mode derivatives by dual numbers (Wengert 1964), the independent check of gradient.c: a value and
 * its tangent go through the graph together, by formulas of their own. Kinks as the language defines them.
 */
#ifndef EXPR_DUAL_H
#define EXPR_DUAL_H

#include "expr/expr.h"

/* A tensor and the direction in which it moves: as many numbers as evaluation_values has. Of a tensor that
 * the graph itself computes: a disturbance that is added to what was computed. */
struct direction {
	const struct tensor *tensor;
	const double *values;
};

/* d/dh of `of` (rank 0) at h = 0, where the tensors move by h * direction. The evaluation holds the values of
 * all that the graph does not compute; the others are computed as by evaluate(). */
double evaluate_tangent(struct evaluation *evaluation, const struct graph *graph, const struct tensor *of,
                        int count, const struct direction *directions);

#endif
