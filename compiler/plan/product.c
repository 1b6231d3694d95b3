#include "plan/product.h"

struct product product_of(const struct expr *body)
{
	struct product product = {0}, none = {0};
	if (body->op == OP_READ)
		return (struct product){1, {body}, false};
	if (body->op != OP_MULTIPLY || (body->number != 1 && body->number != -1))
		return none;
	product.is_negative = body->number < 0;
	for (int k = 0; k < body->count; k++) {
		double exponent = body->weights[k];
		if (body->operands[k]->op != OP_READ || exponent < 1 ||
		    product.count + exponent > PRODUCT_FACTORS)
			return none;
		for (int times = (int)exponent; times > 0; times--)
			product.factors[product.count++] = body->operands[k];
	}
	return product;
}

/* Does a quotient or remainder in it depend on the variable? */
static bool divides(const struct linear *index, int variable)
{
	for (int k = 0; k < index->count; k++)
		if (index->terms[k].division && linear_uses(index->terms[k].division->dividend, variable))
			return true;
	return false;
}

enum stride stride_along(const struct plan *plan, const struct expr *read, int variable)
{
	enum stride stride = STRIDE_NONE;
	for (int place = 0; place < read->index_count; place++) {
		const struct linear *index = read->indices[plan_dimension(plan, read->tensor, place)];
		int64_t coefficient = linear_coefficient(index, variable);
		if (index->label && expr_uses(index->label, variable))
			return STRIDE_FAR;
		if (!linear_uses(index, variable))
			continue;
		if (place < read->index_count - 1 || (coefficient != 1 && coefficient != -1) ||
		    divides(index, variable))
			return STRIDE_FAR;
		stride = coefficient == 1 ? STRIDE_UNIT : STRIDE_REVERSED;
	}
	return stride;
}
