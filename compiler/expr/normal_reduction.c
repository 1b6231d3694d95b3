/* The normal form of sums over an index: what does not use the index stands outside. */
#include "expr/normal_parts.h"

/* Is there a term without the index that costs more than a sum over it? sum(i, x[i] - b) stays: sum(i, x[i]) - n * b
 * cancels where all are close to b. A shift is one term, so that its bound stays with it. */
static bool has_free_term(const struct expr *sum, int variable)
{
	static const enum op costly[] = {OP_EXP, OP_EXPM1, OP_LOG, OP_LOG1P, OP_SQRT, OP_SIN,      OP_COS,
	                                 OP_TANH, OP_ERF,  OP_ERFC, OP_POW,  OP_LOGISTIC, OP_LOG1PEXP};
	uint64_t operators = 0;
	for (size_t k = 0; k < sizeof costly / sizeof *costly; k++)
		operators |= op_bit(costly[k]);
	for (int k = 0; k < sum->count; k++)
		if (!expr_uses(sum->operands[k], variable) && expr_has(sum->operands[k], operators))
			return true;
	return false;
}

static const struct expr *normal_reduce_sum(struct exprs *exprs, int variable, int64_t extent,
                                            const struct expr *body);

/* sum(i, a[i] + b) = sum(i, a[i]) + extent * b */
static const struct expr *split_sum(struct exprs *exprs, int variable, int64_t extent,
                                    const struct expr *body)
{
	struct parts free = {.exprs = exprs, .number = body->number}, bound = {.exprs = exprs};
	for (int k = 0; k < body->count; k++)
		parts_add(expr_uses(body->operands[k], variable) ? &bound : &free, body->operands[k],
		          body->weights[k]);
	const struct expr *count =
	        extent == EXTENT_ROWS ? expr_symbol(exprs, SYMBOL_ROWS) : expr_number(exprs, (double)extent);
	const struct expr *constant =
	        normal_product(exprs, count, normal(exprs, parts_build(&free, expr_sum_of)));
	if (bound.list.count == 0)
		return constant;
	const struct expr *rest = normal(exprs, parts_build(&bound, expr_sum_of));
	return normal_sum(exprs, normal_reduce_sum(exprs, variable, extent, rest), constant);
}

/* The sum over `variable` of a body in normal form: factors and conditions free of it stand outside. */
static const struct expr *normal_reduce_sum(struct exprs *exprs, int variable, int64_t extent,
                                            const struct expr *body)
{
	if (body->op == OP_SELECT && !expr_uses(body->operands[0], variable) && normal_is_guard(body))
		return normal_select(exprs, body->operands[0],
		                     normal_reduce_sum(exprs, variable, extent, body->operands[1]),
		                     normal_reduce_sum(exprs, variable, extent, body->operands[2]));
	if (expr_is_number(body, 0))
		return body;
	if (!expr_uses(body, variable)) {
		const double one = 1;
		return split_sum(
		        exprs, variable, extent,
		        &(struct expr){.op = OP_ADD, .count = 1, .operands = &body, .weights = &one});
	}
	if (body->op == OP_ADD && has_free_term(body, variable))
		return split_sum(exprs, variable, extent, body);
	if (body->op != OP_MULTIPLY)
		return expr_reduce(exprs, OP_SUM, variable, extent, body);
	struct parts outside = {.exprs = exprs, .number = body->number},
	             inside = {.exprs = exprs, .number = 1};
	for (int k = 0; k < body->count; k++)
		parts_add(expr_uses(body->operands[k], variable) ? &inside : &outside, body->operands[k],
		          body->weights[k]);
	if (outside.number == 1 && outside.list.count == 0)
		return expr_reduce(exprs, OP_SUM, variable, extent, body);
	const struct expr *rest = normal(exprs, parts_build(&inside, expr_product_of));
	return normal_product(exprs, parts_build(&outside, expr_product_of),
	                      normal_reduce_sum(exprs, variable, extent, rest));
}

const struct expr *normal_reduction(struct exprs *exprs, const struct expr *expr)
{
	if (expr->op != OP_SUM)
		return expr;
	int variable = expr_fresh(exprs);
	return normal_reduce_sum(exprs, variable, expr->extent, expr_open(exprs, expr, variable));
}
