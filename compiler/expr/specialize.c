/* One graph for training and two without: `training` becomes a number, and what cannot be reached goes. */
#include "expr/expr.h"

#include "expr/prune.h"

struct specializing {
	struct exprs *exprs;
	bool training;
};

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	const struct specializing *s = context;
	if (expr->op == OP_SYMBOL && expr->symbol == SYMBOL_TRAINING)
		return expr_number(s->exprs, s->training ? 1 : 0);
	bool known = expr->count > 0 && expr->operands[0]->op == OP_NUMBER &&
	             (expr->op == OP_SELECT || expr->op == OP_NOT || expr->op == OP_AND || expr->op == OP_OR);
	return known ? normal(s->exprs, expr) : expr;
}

static bool may_change(const struct expr *expr)
{
	return expr_has(expr, op_bit(OP_SYMBOL) | op_bit(OP_SELECT) | op_bit(OP_NOT) | op_bit(OP_AND) |
	                              op_bit(OP_OR));
}

struct graph specialize(struct exprs *exprs, const struct graph *graph, bool training)
{
	struct specializing s = {.exprs = exprs, .training = training};
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right && may_change(equation.right))
			equation.right = expr_map(exprs, equation.right, rewrite, &s);
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return prune(exprs, &result, true);
}
