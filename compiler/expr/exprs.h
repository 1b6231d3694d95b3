/* The table of expressions, as the files that build them see it. */
#ifndef EXPR_EXPRS_H
#define EXPR_EXPRS_H

#include "expr/expr.h"

struct exprs {
	struct arena *arena;
	struct names *names;
	struct expr_slot {
		uint64_t hash;
		const struct expr *expr;
	} * slots;
	size_t count, capacity;
	const struct linear **linears;
	struct linear *draft; /* the one that is being built */
	int draft_terms;      /* that it has room for */
	size_t linear_count, linear_capacity;
	ARRAY(const struct tensor *) holders; /* by id of the value; NULL: none */
	uint32_t next_id, next_linear_id;
	struct shape_slot {
		uint64_t hash; /* of all but the indices */
		uint32_t shape; /* from 1; 0: free */
	} * shapes;
	size_t shape_count, shape_capacity;
	int next_fresh, next_division;
	const struct rules *rules; /* of rules.def, once they are wanted */
};

/* The one node equal to `wanted`, whose arrays may live on the stack. */
const struct expr *exprs_intern(struct exprs *exprs, const struct expr *wanted);

static inline uint64_t exprs_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

/* A filter: variables that differ by a multiple of 64 share a bit. */
static inline uint64_t exprs_variable_bit(int variable)
{
	return UINT64_C(1) << (variable % 64);
}

#endif
