/* The loop nest of each step, chosen by the strides of its reads.
 *
 * The vector index is the one along which most reads walk through contiguous memory: the last index of the
 * left side (a row of sums) or an index of the sum (interleaved sums). Where that would be an index of the sum, a
 * gradient's may be the rows of the batch instead (turned). No form changes the sum with the machine.
 */
#include "plan/chain.h"
#include "plan/plan.h"
#include "plan/product.h"

/* Of a read along the index of the vector. */
static const int costs[] = {
	[STRIDE_NONE] = 0, [STRIDE_UNIT] = 1, [STRIDE_REVERSED] = 2, [STRIDE_FAR] = 8};

static int body_cost(const struct plan *plan, const read_list *reads, int variable)
{
	int cost = 0;
	for (size_t k = 0; k < reads->count; k++)
		cost += costs[stride_along(plan, reads->items[k], variable)];
	return cost;
}

/* A free variable that the sum depends on, along which some read of the vector does not
 * move: its loads serve a block. */
static int blocked_variable(const struct plan *plan, const struct tensor *left, const struct expr *body,
                            const read_list *reads, int vector)
{
	for (int v = left->rank - 1; v >= 0; v--) {
		if (v == vector || plan_extent(plan, left->extents[v]) < PLAN_BLOCK || !expr_uses(body, v))
			continue;
		for (size_t k = 0; k < reads->count; k++)
			if (stride_along(plan, reads->items[k], vector) != STRIDE_NONE &&
			    stride_along(plan, reads->items[k], v) == STRIDE_NONE)
				return v;
	}
	return -1;
}

const struct equation *lone_sum(struct arena *arena, const struct step *step)
{
	const struct equation *found = NULL;
	for (size_t m = 0; m < step->members.count; m++) {
		const struct equation *equation = step->members.items[m].equation;
		if (chain_of(equation->right).count == 0)
			continue;
		if (found || !chain_of(equation->right).sums)
			return NULL;
		found = equation;
	}
	if (!found)
		return NULL;
	read_list reads = reads_of(arena, found->right);
	for (size_t k = 0; k < reads.count; k++)
		for (size_t m = 0; m < step->members.count; m++)
			if (reads.items[k]->tensor == step->members.items[m].equation->left)
				return NULL;
	return found;
}

static struct loops turned_loops(const struct plan *plan, const struct chain *chain, const struct expr *copied)
{
	int width = plan->batch < PLAN_TILE ? PLAN_SHORT : PLAN_TILE;
	return (struct loops){.form = LOOP_TURNED,
	                      .vector = 0,
	                      .width = width,
	                      .blocked = 1,
	                      .block = PLAN_BLOCK,
	                      .panel = plan_extent(plan, chain->reductions[0]->extent) * width,
	                      .copied = copied,
	                      .second = -1,
	                      .grouped = -1};
}

static struct loops choose_loops(const struct plan *plan, const struct step *step)
{
	struct loops loops = {.form = LOOP_PLAIN,
	                      .vector = -1,
	                      .width = 1,
	                      .blocked = -1,
	                      .block = 1,
	                      .second = -1,
	                      .grouped = -1};
	const struct equation *equation = lone_sum(plan->arena, step);
	if (!equation)
		return loops;
	const struct tensor *left = equation->left;
	struct chain chain = chain_of(equation->right);
	read_list reads = reads_of(plan->arena, chain.body);
	int best = costs[STRIDE_FAR], last = left->rank > 0 ? plan_dimension(plan, left, left->rank - 1) : -1;
	if (last >= 0 && left->extents[last] >= PLAN_SHORT && body_cost(plan, &reads, last) < best) {
		best = body_cost(plan, &reads, last);
		loops.form = LOOP_ROW;
		loops.vector = last;
		loops.width = left->extents[last] <= PLAN_MOST_ROW ? (int)left->extents[last] : PLAN_TILE;
	}
	for (int k = chain.count - 1; k >= 0; k--) {
		int variable = chain_variable(chain.reductions[k]), cost = body_cost(plan, &reads, variable);
		if (plan_extent(plan, chain.reductions[k]->extent) < PLAN_SHORT || cost >= best)
			continue;
		best = cost;
		loops.form = LOOP_LANES;
		loops.vector = variable;
		loops.width = PLAN_LANES;
	}
	const struct expr *turned = loops.form == LOOP_LANES ? turned_factor(plan, equation) : NULL;
	if (turned)
		return turned_loops(plan, &chain, turned);
	if (loops.form != LOOP_PLAIN)
		loops.blocked = blocked_variable(plan, left, chain.body, &reads, loops.vector);
	loops.block = loops.blocked >= 0 ? PLAN_BLOCK : 1;
	return loops;
}

void plan_loops(struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		plan->steps.items[k]->loops = choose_loops(plan, plan->steps.items[k]);
}
