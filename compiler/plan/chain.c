/* The nested reductions at the root of an equation, and what an expression reads. */
#include "plan/chain.h"

#include "expr/prune.h"

int chain_variable(const struct expr *reduction)
{
	return BOUND + reduction->bound;
}

struct chain chain_of(const struct expr *right)
{
	struct chain chain = {.body = right, .sums = true};
	while (chain.body && op_is_reduction(chain.body->op) && chain.count < CHAIN_MOST) {
		chain.sums = chain.sums && chain.body->op == OP_SUM;
		chain.reductions[chain.count++] = chain.body;
		chain.body = chain.body->operands[0];
	}
	chain.sums = chain.sums && chain.count > 0;
	return chain;
}

struct collecting {
	struct arena *arena;
	read_list *reads;
};

static void collect(void *context, const struct expr *read)
{
	struct collecting *collecting = context;
	array_push(collecting->arena, collecting->reads, read);
}

read_list reads_of(struct arena *arena, const struct expr *expr)
{
	read_list found = {0};
	struct collecting collecting = {arena, &found};
	if (expr)
		visit_reads(arena, expr, collect, &collecting);
	return found;
}
