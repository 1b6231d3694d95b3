/* The reductions at the root of a right side, taken apart: sum over a of sum over b of … body. */
#ifndef PLAN_CHAIN_H
#define PLAN_CHAIN_H

#include "expr/expr.h"

enum { CHAIN_MOST = 2 * TENSOR_MOST_DIMENSIONS };

struct chain {
	int count;  /* 0: no reduction */
	const struct expr *reductions[CHAIN_MOST]; /* outermost first; each binds BOUND + its `bound` */
	const struct expr *body;
	bool sums;  /* all of them are sums */
};

struct chain chain_of(const struct expr *right);
/* The variable that a reduction binds in its body. */
int chain_variable(const struct expr *reduction);

/* All READ and LABEL nodes below an expression, each once. */
typedef ARRAY(const struct expr *) read_list;
read_list reads_of(struct arena *arena, const struct expr *expr);

#endif
