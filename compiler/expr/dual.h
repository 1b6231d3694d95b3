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

/* --- many derivatives in one pass: each in a lane of its own ------------------------------------ */

/* A tensor that moves in a lane: along a direction, or (NULL) in one element alone, by 1. */
struct motion {
	const struct tensor *tensor;
	const double *direction;
	size_t element;
	int lane;
};

/* What a lane has found. Kinks are where a choice (a comparison, min, max, abs, sign, floor, …) changes;
 * `room` is to first order, by the values that are compared and their tangents. */
struct slope {
	double value;              /* d/dh of `of` */
	double terms;              /* the sum of the absolute values of all that was added up to it */
	double room;               /* the largest |h| before the next kink; INFINITY: none */
	const struct tensor *kink; /* in whose equation that is, or NULL */
	enum op choice;            /* of the kink */
	bool hidden;               /* does constant() hide a part that moves? differences would show it */
};

void evaluate_slopes(struct evaluation *evaluation, const struct graph *graph, const struct tensor *of,
                     int lanes, int count, const struct motion *motions, struct slope *slopes);

#endif
