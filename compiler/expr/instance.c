#include "expr/instance.h"

#include <string.h>

enum { MOST_OPERANDS = 32 };

static bool match_linear(struct instance *instance, const struct linear *general, const struct linear *linear)
{
	if (general->label || linear->label)
		return general == linear;
	if (general->count == 0)
		return general == linear;
	int variable = general->terms[0].variable;
	if (!linear_is_variable(general, variable) || variable >= instance->rank)
		return false; /* only plain indices are inverted; bound ones do not occur outside of
		                 reductions */
	if (!instance->values[variable])
		instance->values[variable] = linear;
	return instance->values[variable] == linear;
}

/* Each operand of `general` with one of `expr` that no other has taken. `taken` tells which. */
static bool match_operands(struct instance *instance, const struct expr *general, const struct expr *expr,
                           int from, bool *taken)
{
	if (from == general->count)
		return true;
	for (int k = 0; k < expr->count; k++) {
		if (taken[k] || expr->weights[k] != general->weights[from])
			continue;
		struct instance before = *instance;
		taken[k] = true;
		if (is_instance(instance, general->operands[from], expr->operands[k]) &&
		    match_operands(instance, general, expr, from + 1, taken))
			return true;
		taken[k] = false;
		*instance = before;
	}
	return false;
}

bool is_instance(struct instance *instance, const struct expr *general, const struct expr *expr)
{
	if (general->op != expr->op || general->count != expr->count || general->number != expr->number ||
	    general->tensor != expr->tensor || general->draw != expr->draw ||
	    general->symbol != expr->symbol || general->index_count != expr->index_count)
		return false;
	if (op_is_reduction(general->op))
		return general == expr;
	for (int k = 0; k < general->index_count; k++)
		if (!match_linear(instance, general->indices[k], expr->indices[k]))
			return false;
	if (general->weights) {
		bool taken[MOST_OPERANDS] = {false};
		return general->count <= MOST_OPERANDS && match_operands(instance, general, expr, 0, taken);
	}
	for (int k = 0; k < general->count; k++)
		if (!is_instance(instance, general->operands[k], expr->operands[k]))
			return false;
	return true;
}

const struct expr *instance_within(struct instance *instance, const struct expr *general,
                                   const struct expr *expr)
{
	struct exprs *exprs = instance->exprs;
	bool taken[MOST_OPERANDS] = {false};
	if (general->op != expr->op || !general->weights || general->count >= expr->count ||
	    expr->count > MOST_OPERANDS)
		return NULL;
	if (general->op == OP_ADD && general->number != 0 && general->number != expr->number)
		return NULL;
	if (!match_operands(instance, general, expr, 0, taken))
		return NULL;
	const struct expr *operands[MOST_OPERANDS];
	double weights[MOST_OPERANDS];
	int count = 0;
	for (int k = 0; k < expr->count; k++) {
		if (taken[k])
			continue;
		operands[count] = expr->operands[k];
		weights[count++] = expr->weights[k];
	}
	if (expr->op == OP_ADD)
		return expr_sum_of(exprs, expr->number - general->number, count, operands, weights);
	return expr_product_of(exprs, expr->number / general->number, count, operands, weights);
}
