/* Products under conditions: 0 * (1 / x) is not 0 at x = 0, so what is zero under a condition stays so. */
#include "expr/expr.h"

/* Is it zero under some condition? */
static bool has_guard(const struct expr *expr)
{
	if (expr->op != OP_SELECT && expr->op != OP_ADD)
		return false;
	for (int k = expr->op == OP_SELECT; k < expr->count; k++)
		if (expr_is_number(expr->operands[k], 0) || has_guard(expr->operands[k]))
			return true;
	return false;
}

const struct expr *guarded_product(struct exprs *exprs, const struct expr *guards, const struct expr *factor)
{
	if (factor->op == OP_NUMBER || !has_guard(guards))
		return normal_product(exprs, guards, factor);
	if (guards->op == OP_SELECT)
		return normal(exprs, expr_select(exprs, guards->operands[0],
		                                 guarded_product(exprs, guards->operands[1], factor),
		                                 guarded_product(exprs, guards->operands[2], factor)));
	const struct expr *sum = normal_product(exprs, expr_number(exprs, guards->number), factor);
	for (int k = 0; k < guards->count; k++) {
		const struct expr *weight = expr_number(exprs, guards->weights[k]);
		const struct expr *term = guarded_product(exprs, guards->operands[k], factor);
		sum = normal_sum(exprs, sum, normal_product(exprs, weight, term));
	}
	return sum;
}
