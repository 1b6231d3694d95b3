/* The loop nest of each step, chosen by the strides of its reads.
 *
 * The vector index is the one along which most reads walk through contiguous memory: the last index of the
 * left side (a row of sums) or an index of the sum (interleaved sums). Neither form changes the sum with the
 * machine.
 */
#include "plan/chain.h"
#include "plan/plan.h"

enum { STRIDED = 8, UNIT = 1, REVERSED = 2 }; /* cost of a read along an index; 0: it does not depend on it */

static int read_cost(const struct expr *read, int variable)
{
	int rank = read->index_count, cost = 0;
	for (int k = 0; k < rank; k++) {
		const struct linear *index = read->indices[k];
		int64_t coefficient = linear_coefficient(index, variable);
		if (index->label && expr_uses(index->label, variable))
			return STRIDED;
		if (!linear_uses(index, variable))
			continue;
		if (k < rank - 1 || (coefficient != 1 && coefficient != -1))
			return STRIDED;
		cost = coefficient == 1 ? UNIT : REVERSED;
	}
	return cost;
}

static int body_cost(const read_list *reads, int variable)
{
	int cost = 0;
	for (size_t k = 0; k < reads->count; k++)
		cost += read_cost(reads->items[k], variable);
	return cost;
}

/* A free variable of known extent that the sum depends on, along which some read of the vector does not
 * move: its loads serve a block. */
static int blocked_variable(const struct tensor *left, const struct expr *body, const read_list *reads,
                            int vector)
{
	for (int v = left->rank - 1; v >= 0; v--) {
		if (v == vector || left->extents[v] < PLAN_BLOCK || !expr_uses(body, v))
			continue;
		for (size_t k = 0; k < reads->count; k++)
			if (read_cost(reads->items[k], vector) > 0 && read_cost(reads->items[k], v) == 0)
				return v;
	}
	return -1;
}

/* The only reduction of a step, if its body reads no member of the step; else NULL. */
static const struct equation *lone_sum(struct arena *arena, const struct step *step)
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

static struct loops choose_loops(struct arena *arena, const struct step *step)
{
	struct loops loops = {.form = LOOP_PLAIN, .vector = -1, .width = 1, .blocked = -1, .block = 1};
	const struct equation *equation = lone_sum(arena, step);
	if (!equation)
		return loops;
	const struct tensor *left = equation->left;
	struct chain chain = chain_of(equation->right);
	read_list reads = reads_of(arena, chain.body);
	int best = STRIDED, last = left->rank - 1;
	if (last >= 0 && left->extents[last] >= PLAN_SHORT && body_cost(&reads, last) < best) {
		best = body_cost(&reads, last);
		loops.form = LOOP_ROW;
		loops.vector = last;
		loops.width = left->extents[last] <= PLAN_MOST_ROW ? (int)left->extents[last] : PLAN_TILE;
	}
	for (int k = chain.count - 1; k >= 0; k--) {
		int variable = chain_variable(chain.reductions[k]), cost = body_cost(&reads, variable);
		if (chain.reductions[k]->extent < PLAN_SHORT || cost >= best)
			continue;
		best = cost;
		loops.form = LOOP_LANES;
		loops.vector = variable;
		loops.width = PLAN_LANES;
	}
	if (loops.form != LOOP_PLAIN)
		loops.blocked = blocked_variable(left, chain.body, &reads, loops.vector);
	loops.block = loops.blocked >= 0 ? PLAN_BLOCK : 1;
	return loops;
}

void plan_loops(struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		plan->steps.items[k]->loops = choose_loops(plan->arena, plan->steps.items[k]);
}
