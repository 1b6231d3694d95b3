/* What eval.c and dual.c share: storage of tensors, values of index variables, and remembered values of
 * nodes.
 *
 * A remembered value holds until a variable that the node uses is assigned or the next equation begins.
 * Moments are counted by assignments, so nothing is ever cleared.
 */
#ifndef EXPR_EVALUATOR_H
#define EXPR_EVALUATOR_H

#include "expr/expr.h"

enum { EVALUATION_VARIABLES = 64 };

/* Arrays of tensors: open addressing by pointer. */
struct storage {
	struct stored {
		const struct tensor *tensor;
		double *values;
	} *slots;
	size_t count, capacity;  /* capacity: 0 or a power of two */
};

/* Number of values of a tensor: one with classes has none for its last dimension. */
size_t storage_size(const struct tensor *tensor, int rows);
/* Those of a tensor, zeroed when new. */
double *storage_values(struct storage *storage, struct arena *arena, const struct tensor *tensor, int rows);

/* What is remembered of a node, by its id. */
struct cell {
	bool known;            /* is `uses` computed? */
	uint64_t uses;         /* the variables free in it, as bits */
	uint64_t moment;       /* when `value` was computed; 0: never */
	double value;
	const double *stored;  /* READ, LABEL: values of the tensor */
};

struct evaluation {
	struct arena *arena;
	int rows;
	uint64_t seed;
	uint32_t step, epoch;
	struct storage storage;
	struct cell *cells;
	size_t cell_count;
	uint64_t now, begun;   /* begun: when this equation was */
	uint64_t assigned[EVALUATION_VARIABLES];
	int64_t variables[EVALUATION_VARIABLES];
	uint32_t noise;        /* not 0: values that are rounded are one unit in the last place off, at random */
	const double *matrix;  /* what the equation's ORTHOGONAL draw is an element of */
};

void evaluation_begin(struct evaluation *evaluation);
void evaluation_assign(struct evaluation *evaluation, int variable, int64_t value);
/* Assigns the left side's variables for element number `element` in row-major order. */
void evaluation_element(struct evaluation *evaluation, const struct tensor *left, size_t element);
double evaluation_value(struct evaluation *evaluation, const struct expr *expr);

uint64_t evaluation_uses(struct evaluation *evaluation, const struct expr *expr);
/* Does what was computed at `moment` from the variables `uses` still hold? */
bool evaluation_holds(const struct evaluation *evaluation, uint64_t uses, uint64_t moment);
int64_t evaluation_extent(const struct evaluation *evaluation, int64_t extent);
/* Where the first `count` indices of a read lead to, row-major; -1: out of range. */
int64_t evaluation_offset(struct evaluation *evaluation, const struct expr *read, int count);

#endif
