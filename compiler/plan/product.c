#include "plan/product.h"

#include "plan/chain.h"

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

/* Rows that fill most of their vectors. */
static bool fills_vectors(int64_t rows)
{
	int64_t padded = (rows + PLAN_SHORT - 1) / PLAN_SHORT * PLAN_SHORT;
	return rows >= PLAN_SHORT && 4 * rows >= 3 * padded;
}

static bool is_matrix_of_batch(const struct plan *plan, const struct tensor *tensor)
{
	return tensor->rank == 2 && tensor_stored_rank(tensor) == 2 && tensor->extents[0] == EXTENT_ROWS &&
	       tensor->extents[1] >= PLAN_SHORT && !plan_lies_by_columns(plan, tensor);
}

const struct expr *rows_factor(const struct plan *plan, const struct equation *equation)
{
	const struct tensor *left = equation->left;
	struct chain chain = chain_of(equation->right);
	struct product product = product_of(chain.body);
	if (left->rank == 0 || left->extents[0] != EXTENT_ROWS || chain.count != 1 || !chain.sums ||
	    product.count != 2)
		return NULL;
	int term = chain_variable(chain.reductions[0]);
	for (int k = 0; k < 2; k++) {
		const struct expr *rows = product.factors[k], *other = product.factors[!k];
		if (is_matrix_of_batch(plan, rows->tensor) && linear_is_variable(rows->indices[0], 0) &&
		    linear_is_variable(rows->indices[1], term) && !expr_uses(other, 0) &&
		    expr_uses(other, term))
			return rows;
	}
	return NULL;
}

const struct expr *factor_along(const struct plan *plan, const struct equation *equation, int variable)
{
	struct product product = product_of(chain_of(equation->right).body);
	for (int k = 0; product.count == 2 && k < 2; k++)
		if (stride_along(plan, product.factors[k], variable) == STRIDE_UNIT &&
		    stride_along(plan, product.factors[!k], variable) == STRIDE_NONE)
			return product.factors[k];
	return NULL;
}

const struct expr *turned_factor(const struct plan *plan, const struct equation *equation)
{
	const struct tensor *left = equation->left;
	const struct expr *rows = rows_factor(plan, equation);
	bool can = rows && left->role == TENSOR_ADJOINT && is_matrix_of_batch(plan, left) &&
	           fills_vectors(plan->batch) && expr_uses(chain_of(equation->right).body, 1);
	return can ? rows : NULL;
}
