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

/* The condition may read what only the guards keep in range: it stands inside of them. */
const struct expr *guarded_choice(struct exprs *exprs, const struct expr *guards,
                                  const struct expr *condition, bool holds)
{
	const struct expr *zero = expr_number(exprs, 0);
	if (guards->op == OP_SELECT && expr_is_number(guards->operands[2], 0))
		return normal(exprs, expr_select(exprs, guards->operands[0],
		                                 guarded_choice(exprs, guards->operands[1], condition, holds),
		                                 zero));
	if (guards->op == OP_SELECT && expr_is_number(guards->operands[1], 0))
		return normal(exprs,
		              expr_select(exprs, guards->operands[0], zero,
		                          guarded_choice(exprs, guards->operands[2], condition, holds)));
	if (guards->op != OP_ADD || !has_guard(guards))
		return normal(exprs, holds ? expr_select(exprs, condition, guards, zero)
		                           : expr_select(exprs, condition, zero, guards));
	const struct expr *sum = guarded_choice(exprs, expr_number(exprs, guards->number), condition, holds);
	for (int k = 0; k < guards->count; k++) {
		const struct expr *weight = expr_number(exprs, guards->weights[k]);
		const struct expr *term = guarded_choice(exprs, guards->operands[k], condition, holds);
		sum = normal_sum(exprs, sum, normal_product(exprs, weight, term));
	}
	return sum;
}
