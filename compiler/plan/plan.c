/* Program → plan: the order of the passes. */
#include "plan/plan.h"

#include "plan/chain.h"

enum { LEAST_VECTOR = 16 };  /* bytes */

/* Terms of all sums of one row's prediction. */
static int64_t count_multiply_adds(const struct graph *graph)
{
	int64_t total = 0;
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		struct chain chain = chain_of(equation->right);
		int64_t terms = tensor_elements(equation->left, 1);
		for (int r = 0; r < chain.count; r++)
			terms *= chain.reductions[r]->extent == EXTENT_ROWS ? 1 : chain.reductions[r]->extent;
		total += chain.sums ? terms : 0;
	}
	return total;
}

static int64_t longest_extent(const struct plan *plan, const struct equation *equation)
{
	int64_t longest = 0;
	struct chain chain = chain_of(equation->right);
	for (int k = 0; k < equation->left->rank; k++) {
		int64_t extent = plan_extent(plan, equation->left->extents[k]);
		longest = extent > longest ? extent : longest;
	}
	for (int k = 0; k < chain.count; k++) {
		int64_t extent = plan_extent(plan, chain.reductions[k]->extent);
		longest = extent > longest ? extent : longest;
	}
	return longest;
}

/* The target, its vectors no longer than the longest row that there is. */
static const struct target *fitting_target(const struct plan *plan)
{
	const struct target *target = plan->options.target;
	int64_t longest = 0;
	for (size_t k = 0; k < plan->steps.count; k++)
		for (size_t m = 0; m < plan->steps.items[k]->members.count; m++) {
			const struct equation *equation = plan->steps.items[k]->members.items[m].equation;
			int64_t own = equation->right ? longest_extent(plan, equation) : 0;
			longest = own > longest ? own : longest;
		}
	struct target *fitting = ARENA_NEW(plan->arena, struct target);
	*fitting = *target;
	while (fitting->vector_bytes > LEAST_VECTOR && fitting->vector_bytes > longest * plan->options.real_size)
		fitting->vector_bytes /= 2;
	return fitting;
}

bool plan_is_fused(const struct plan *plan, const struct tensor *parameter)
{
	const step_list *steps = &plan->functions[PLAN_STEP];
	for (size_t k = 0; k < steps->count; k++) {
		bool is_written = false, has_sum = false;
		for (size_t m = 0; m < steps->items[k]->members.count; m++) {
			const struct equation *equation = steps->items[k]->members.items[m].equation;
			is_written = is_written || equation->left->stored_in == parameter;
			has_sum = has_sum || chain_of(equation->right).count > 0;
		}
		if (is_written && has_sum)
			return true;
	}
	return false;
}

struct plan plan_program(struct arena *arena, const struct program *program,
                         const struct plan_options *options)
{
	struct plan plan = {.program = program, .options = *options, .arena = arena};
	if (!plan.options.target)
		plan.options.target = target_number(0);
	plan.batch = program->model->train.batch;
	plan.multiply_adds = count_multiply_adds(&program->prediction);
	plan_schedule(&plan);
	plan.options.target = fitting_target(&plan);
	plan_layouts(&plan);
	plan_loops(&plan);
	plan_tiles(&plan);
	plan_share(&plan);
	plan_memory(&plan);
	return plan;
}
