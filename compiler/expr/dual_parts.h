/* Inside of dual.c and dual_kinks.c: tangents of nodes, and their linear combinations. */
#ifndef EXPR_DUAL_PARTS_H
#define EXPR_DUAL_PARTS_H

#include "base/array.h"
#include "expr/dual.h"
#include "expr/evaluator.h"
#include "expr/prune.h"

/* Tangents of a node or an element: one for each lane, then for each lane the sum of the absolute values of
 * the terms that it is made of. NULL: nothing moves. */
typedef const double *tangents;

struct remembered {
	uint64_t moment;   /* 0: never */
	bool in_condition; /* so kinks were not looked for */
	bool moves;
	double *lanes; /* room for tangents; NULL: never needed */
};

struct dual {
	struct evaluation *evaluation;
	struct arena *arena;
	int lanes;
	struct tensor_map moving; /* tensor → array of the tangents of its elements */
	struct remembered *cells; /* by id */
	size_t cell_count;
	struct slope *slopes;
	const struct tensor *left; /* of the equation */
	bool in_condition;         /* where no kink bends the result: only a change of the choice does */
	ARRAY(double *)
	rooms; /* for combinations that are soon forgotten: the first `rooms_used` are in use */
	size_t rooms_used;
};

/* A linear combination of tangents. */
struct sum {
	struct dual *dual;
	double *lanes; /* NULL while nothing moves and there was no room yet */
	bool moves;
};

static inline double dual_value(struct dual *dual, const struct expr *expr)
{
	return evaluation_value(dual->evaluation, expr);
}

/* dual.c: what stands there until the node is computed again */
tangents dual_tangent(struct dual *dual, const struct expr *expr);
/* sum += factor * term */
void sum_add(struct sum *sum, double factor, tangents term);

/* dual_kinks.c: what the lanes have to go until the choice changes. `distance` is what reaches 0 then, a - b
 * its tangents. */
void watch_difference(struct dual *dual, enum op op, double distance, tangents a, tangents b);
/* The divisor of a quotient that is 0 where it is not positive. */
void watch_divisor(struct dual *dual, const struct expr *expr);
/* a and b of min and max */
void watch_operands(struct dual *dual, const struct expr *expr);
/* The place that attains the extreme. */
int64_t watch_elements(struct dual *dual, const struct expr *expr);
/* Operators whose value has steps, or is said to be constant; nothing for all others. */
void watch_steps(struct dual *dual, const struct expr *expr);

#endif
