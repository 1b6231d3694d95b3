/* Quotients of equal powers become powers of the quotient: a^2 / b^2 is (a / b)^2, whose square root stays in
 * the range of float where those of a^2 and b^2 do not. The normal form has it apart, so this is the last
 * pass. */
#include "expr/finish.h"

/* Are there factors of both exponents? */
static bool has_quotient(const struct expr *product, double exponent)
{
	bool above = false, below = false;
	for (int k = 0; k < product->count; k++) {
		above = above || product->weights[k] == exponent;
		below = below || product->weights[k] == -exponent;
	}
	return above && below;
}

/* The factors of exponents ± `exponent` become one, of that exponent. */
static const struct expr *gather(struct exprs *exprs, const struct expr *product, double exponent)
{
	struct arena *arena = exprs_arena(exprs);
	size_t count = (size_t)product->count + 1;
	const struct expr **factors = ARENA_ARRAY(arena, const struct expr *, count);
	const struct expr **rest = ARENA_ARRAY(arena, const struct expr *, count);
	double *signs = ARENA_ARRAY(arena, double, count), *exponents = ARENA_ARRAY(arena, double, count);
	int gathered = 0, others = 0;
	for (int k = 0; k < product->count; k++) {
		double weight = product->weights[k];
		if (weight == exponent || weight == -exponent) {
			factors[gathered] = product->operands[k];
			signs[gathered++] = weight / exponent;
		} else {
			rest[others] = product->operands[k];
			exponents[others++] = weight;
		}
	}
	rest[others] = expr_product_of(exprs, 1, gathered, factors, signs);
	exponents[others++] = exponent;
	return expr_product_of(exprs, product->number, others, rest, exponents);
}

static const struct expr *gather_all(void *context, const struct expr *expr)
{
	for (int k = 0; expr->op == OP_MULTIPLY && k < expr->count; k++)
		if (expr->weights[k] >= 2 && has_quotient(expr, expr->weights[k]))
			return gather_all(context, gather(context, expr, expr->weights[k]));
	return expr;
}

struct graph gather_powers(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right)
			equation.right = expr_map(exprs, equation.right, gather_all, exprs);
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}
