#include "expr/finish.h"

#include "expr/history.h"
#include "expr/split.h"

/* `constant` has done its work once the gradient is derived. */
static const struct expr *without_constant(void *context, const struct expr *expr)
{
	if (expr->op == OP_CONSTANT)
		return expr->operands[0];
	return normal(context, expr);
}

static struct graph strip_constants(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right && expr_has(equation.right, op_bit(OP_CONSTANT)))
			equation.right = expr_map(exprs, equation.right, without_constant, exprs);
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}

static struct graph split_all(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	struct splitter *splitter = splitter_new(exprs, &result, graph);
	for (size_t k = 0; k < graph->equations.count; k++)
		split_equation(splitter, graph->equations.items[k]);
	return result;
}

struct graph finish(struct exprs *exprs, const struct graph *graph, struct history *history)
{
	struct graph result = strip_constants(exprs, graph);
	result = history_pass(history, "inline", inline_trivial(exprs, &result));
	result = split_all(exprs, &result);
	result = history_pass(history, "schedule", hoist_scalars(exprs, &result));
	result = history_pass(history, "reuse", reuse_values(exprs, &result));
	result = prune(exprs, &result, false);
	result = history_pass(history, "share", share_values(exprs, &result));
	result = history_pass(history, "look up", look_up_labels(exprs, &result));
	result = inline_trivial(exprs, &result);
	result = split_all(exprs, &result);
	result = gather_powers(exprs, &result);
	return history_pass(history, "finish", prune(exprs, &result, false));
}
