/* A batch of one row: a sum over the rows is its one term, so that gradients of products become products, which the
 * update's loop computes as it goes over the parameter. */
#include "expr/expr.h"

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	struct exprs *exprs = context;
	if (expr->op == OP_SYMBOL && expr->symbol == SYMBOL_ROWS)
		return expr_number(exprs, 1);
	if (!op_is_reduction(expr->op) || expr->extent != EXTENT_ROWS)
		return expr;
	if (expr->op == OP_ARGMAX)
		return expr_number(exprs, 0);
	const struct linear *first = linear_constant(exprs, 0);
	int row = expr_fresh(exprs);
	return expr_substitute(exprs, expr_open(exprs, expr, row), 1, &row, &first);
}

struct graph one_row(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right)
			equation.right = normal(exprs, expr_map(exprs, equation.right, rewrite, exprs));
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}
