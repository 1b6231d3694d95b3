/* Typed values of whole tensors → the scalar expression of one element. */
#include "expr/lower.h"

enum { FIRST_SLOTS = 16 };

struct lowered {
	const struct value *value;
	uint32_t generation;
	const struct linear *sample;
	const struct linear *indices[MODEL_MOST_DIMENSIONS];
	const struct expr *result;
};

struct lowering lowering_new(struct exprs *exprs, const struct model *model, const struct tensor **of)
{
	return (struct lowering){.exprs = exprs, .model = model, .tensors = of};
}

void lowering_bind(struct lowering *lowering, const struct index *index, const struct linear *position,
                   int64_t extent)
{
	lowering->generation = ++lowering->next_generation;
	array_push(exprs_arena(lowering->exprs), &lowering->scope, (struct binding){index, position, extent});
}

static const struct linear *position_of(const struct lowering *lowering, const struct index *index)
{
	for (size_t k = lowering->scope.count; k-- > 0;)
		if (lowering->scope.items[k].index == index)
			return lowering->scope.items[k].position;
	return linear_constant(lowering->exprs, 0);
}

/* --- positions: values that are linear in the index variables --------------------------------- */

static double number_of(const struct value *value)
{
	if (value->kind == VALUE_EXTENT)
		return (double)size_extent(value->index->size);
	return value->kind == VALUE_NUMBER ? value->number : 0;
}

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_NUMBER || value->kind == VALUE_EXTENT;
}

static const struct linear *lower_position(struct lowering *lowering, const struct value *value)
{
	struct exprs *exprs = lowering->exprs;
	if (value->kind == VALUE_POSITION)
		return position_of(lowering, value->index);
	if (is_number(value))
		return linear_constant(exprs, (int64_t)number_of(value));
	const struct linear *a = lower_position(lowering, value->operands[0]);
	if (value->op == OP_ADD)
		return linear_add(exprs, a, 1, lower_position(lowering, value->operands[1]));
	const struct linear *b = lower_position(lowering, value->operands[1]),
	                    *zero = linear_constant(exprs, 0);
	return a->count == 0 ? linear_add(exprs, zero, a->constant, b)
	                     : linear_add(exprs, zero, b->constant, a);
}

/* --- kinds of values -------------------------------------------------------------------------- */

static const struct expr *lower_tensor(struct lowering *lowering, const struct value *value,
                                       const struct linear *const *indices)
{
	const struct tensor *tensor = NULL;
	for (size_t k = 0; k < lowering->model->tensors.count && !tensor; k++)
		if (lowering->model->tensors.items[k] == value->tensor)
			tensor = lowering->tensors[k];
	const struct linear *all[TENSOR_MOST_DIMENSIONS];
	int count = 0;
	if (tensor->rank > value->rank)
		all[count++] = lowering->sample;
	for (int k = 0; k < value->rank; k++)
		all[count++] = indices[k];
	return expr_read(lowering->exprs, tensor, all);
}

/* Numbers alone: -1, 2 * 3. */
static bool is_constant(const struct expr *expr)
{
	for (int k = 0; k < expr->count; k++)
		if (!is_constant(expr->operands[k]))
			return false;
	return expr->count > 0 ? expr->bound == 0 : expr->op == OP_NUMBER;
}

/* The operands of a / b, or NULL. */
static const struct value *const *quotient_of(const struct value *value)
{
	const struct value *inverse = value->operand_count == 2 ? value->operands[1] : NULL;
	bool divides = value->kind == VALUE_OPERATION && value->op == OP_MULTIPLY &&
	               inverse->kind == VALUE_OPERATION && inverse->op == OP_POW &&
	               inverse->operands[1]->kind == VALUE_NUMBER && inverse->operands[1]->number == -1;
	return divides ? value->operands : NULL;
}

static const struct expr *lower_floor_quotient(struct lowering *lowering, const struct value *const *quotient,
                                               const struct linear *const *indices)
{
	return expr_binary(lowering->exprs, OP_FLOOR_QUOTIENT, lower_value(lowering, quotient[0], indices),
	                   lower_value(lowering, quotient[1]->operands[0], indices));
}

static const struct expr *lower_operation(struct lowering *lowering, const struct value *value,
                                          const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	const struct expr *operands[AST_MOST_OPERANDS] = {0};
	if (value->op == OP_FLOOR && quotient_of(value->operands[0]))
		return lower_floor_quotient(lowering, quotient_of(value->operands[0]), indices);
	for (int k = 0; k < value->operand_count; k++)
		operands[k] = lower_value(lowering, value->operands[k], indices);
	double ones[] = {1, 1};
	switch (value->op) {
	case OP_ADD: return expr_sum_of(exprs, 0, 2, operands, ones);
	case OP_MULTIPLY: return expr_product_of(exprs, 1, 2, operands, ones);
	case OP_MAX:
	case OP_MIN: /* a constant stands second: it takes the gradient on a tie */
		if (is_constant(operands[0]) && !is_constant(operands[1]))
			return expr_binary(exprs, value->op, operands[1], operands[0]);
		break;
	default: break;
	}
	return expr_apply(exprs, value->op, operands);
}

static const struct expr *lower_reduction(struct lowering *lowering, const struct value *value)
{
	struct exprs *exprs = lowering->exprs;
	uint32_t outer = lowering->generation;
	int variable = expr_fresh(exprs);
	int64_t extent = size_extent(value->index->size);
	lowering_bind(lowering, value->index, linear_variable(exprs, variable), extent);
	const struct expr *body = lower_value(lowering, value->operands[0], NULL);
	lowering->scope.count--;
	lowering->generation = outer;
	return expr_reduce(exprs, value->op, variable, extent, body);
}

static const struct expr *lower_batch_sum(struct lowering *lowering, const struct value *value,
                                          const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	const struct linear *outer = lowering->sample;
	int variable = expr_fresh(exprs);
	lowering->sample = linear_variable(exprs, variable);
	const struct expr *body = lower_value(lowering, value->operands[0], indices);
	lowering->sample = outer;
	return expr_reduce(exprs, OP_SUM, variable, EXTENT_ROWS, body);
}

static const struct expr *lower_element(struct lowering *lowering, const struct value *value,
                                        const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	const struct value *whole = value->operands[0];
	const struct linear *all[MODEL_MOST_DIMENSIONS];
	int next = 0;
	for (int k = 0; k < whole->rank; k++) {
		if (value->places[k].position)
			all[k] = lower_position(lowering, value->places[k].position);
		else
			all[k] = linear_add(exprs, indices[next++], 1,
			                    linear_constant(exprs, value->places[k].first));
	}
	return lower_value(lowering, whole, all);
}

/* if i < n then a[i] else if i < n + m then b[i - n] else … */
static const struct expr *lower_concat(struct lowering *lowering, const struct value *value,
                                       const struct linear *const *indices, int operand, int64_t before)
{
	struct exprs *exprs = lowering->exprs;
	int last = value->rank - 1;
	const struct value *part = value->operands[operand];
	const struct linear *shifted[MODEL_MOST_DIMENSIONS];
	for (int k = 0; k < value->rank; k++)
		shifted[k] = indices[k];
	shifted[last] = linear_add(exprs, indices[last], 1, linear_constant(exprs, -before));
	const struct expr *here = lower_value(lowering, part, shifted);
	if (operand == value->operand_count - 1)
		return here;
	int64_t end = before + size_extent(part->dims[last]);
	const struct expr *condition = expr_binary(exprs, OP_LESS, expr_position(exprs, indices[last]),
	                                           expr_number(exprs, (double)end));
	return expr_select(exprs, condition, here, lower_concat(lowering, value, indices, operand + 1, end));
}

/* The place in row-major order of the element at `indices`. */
static const struct linear *flat_position(struct exprs *exprs, const struct value *value,
                                          const struct linear *const *indices)
{
	const struct linear *flat = linear_constant(exprs, 0);
	for (int k = 0; k < value->rank; k++)
		flat = linear_add(exprs, indices[k], size_extent(value->dims[k]), flat);
	return flat;
}

static int64_t extent_of_dimension(const void *value, int variable)
{
	return size_extent(((const struct value *)value)->dims[variable]);
}

/* The indices of the element that has the same place in row-major order; `value` is indexed by 0, 1, … */
static const struct expr *lower_reshape(struct lowering *lowering, const struct value *value,
                                        const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	const struct value *whole = value->operands[0];
	const struct linear *own[MODEL_MOST_DIMENSIONS], *inner[MODEL_MOST_DIMENSIONS];
	int variables[MODEL_MOST_DIMENSIONS];
	for (int k = 0; k < value->rank; k++)
		own[k] = linear_variable(exprs, variables[k] = k);
	const struct linear *rest = flat_position(exprs, value, own);
	for (int k = whole->rank - 1; k >= 0; k--) {
		int64_t extent = size_extent(whole->dims[k]);
		inner[k] = linear_remainder(exprs, rest, extent, extent_of_dimension, value);
		rest = linear_quotient(exprs, rest, extent, extent_of_dimension, value);
		inner[k] = linear_substitute(exprs, inner[k], value->rank, variables, indices);
	}
	return lower_value(lowering, whole, inner);
}

static const struct expr *lower_array(struct lowering *lowering, const struct value *value,
                                      const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	int64_t count = 1;
	for (int k = 0; k < value->rank; k++)
		count *= size_extent(value->dims[k]);
	const struct expr *position = expr_position(exprs, flat_position(exprs, value, indices));
	const struct expr *result = expr_number(exprs, value->numbers[count - 1]);
	for (int64_t k = count - 1; k-- > 0;) {
		const struct expr *here =
		        expr_binary(exprs, OP_EQUAL, position, expr_number(exprs, (double)k));
		result = expr_select(exprs, here, expr_number(exprs, value->numbers[k]), result);
	}
	return result;
}

/* The element of a draw counts the indices in scope, outermost first, in row-major order. */
static const struct expr *lower_draw(struct lowering *lowering, const struct value *value)
{
	struct exprs *exprs = lowering->exprs;
	const struct linear *zero = linear_constant(exprs, 0), *element = zero;
	const struct tensor *tensor = lowering->drawn_for;
	name_t name = tensor ? name_format(exprs_names(exprs), "%s.%s", tensor->name, value->draw) : value->draw;
	for (int k = 0; tensor && k < tensor->rank; k++)
		element = linear_add(exprs, linear_variable(exprs, k), tensor->extents[k], element);
	for (size_t k = 0; k < lowering->scope.count; k++)
		element = linear_add(exprs, lowering->scope.items[k].position,
		                     lowering->scope.items[k].extent, element);
	return expr_draw(exprs, value->op, name, lowering->sample ? lowering->sample : zero, element);
}

static const struct expr *lower_symbol(const struct lowering *lowering, const struct value *value)
{
	switch (value->symbol) {
	case SYMBOL_GRADIENT: return lowering->gradient;
	case SYMBOL_PARAMETER: return lowering->parameter;
	default: return expr_symbol(lowering->exprs, value->symbol);
	}
}

static const struct expr *lower_kind(struct lowering *lowering, const struct value *value,
                                     const struct linear *const *indices)
{
	struct exprs *exprs = lowering->exprs;
	switch (value->kind) {
	case VALUE_NUMBER:
	case VALUE_EXTENT: return expr_number(exprs, number_of(value));
	case VALUE_TENSOR: return lower_tensor(lowering, value, indices);
	case VALUE_POSITION: return expr_position(exprs, position_of(lowering, value->index));
	case VALUE_OPERATION: return lower_operation(lowering, value, indices);
	case VALUE_REDUCTION: return lower_reduction(lowering, value);
	case VALUE_BATCH_SUM: return lower_batch_sum(lowering, value, indices);
	case VALUE_ELEMENT: return lower_element(lowering, value, indices);
	case VALUE_CONCAT: return lower_concat(lowering, value, indices, 0, 0);
	case VALUE_RESHAPE: return lower_reshape(lowering, value, indices);
	case VALUE_ARRAY: return lower_array(lowering, value, indices);
	case VALUE_DRAW: return lower_draw(lowering, value);
	case VALUE_SYMBOL: return lower_symbol(lowering, value);
	case VALUE_STATE: return lowering->states[value->state];
	}
	return NULL;
}

/* A table that is full is left for a larger one: what it held may be lowered again. */
static void make_room(struct lowering *lowering)
{
	if (lowering->used++ < lowering->slots)
		return;
	lowering->used = 0;
	lowering->slots = lowering->slots ? 4 * lowering->slots : FIRST_SLOTS;
	lowering->memo = ARENA_ARRAY(exprs_arena(lowering->exprs), struct lowered, lowering->slots);
}

const struct expr *lower_value(struct lowering *lowering, const struct value *value,
                               const struct linear *const *indices)
{
	if (value->operand_count == 0)
		return lower_kind(lowering, value, indices);
	make_room(lowering);
	size_t hash = (size_t)((uintptr_t)value >> 4);
	for (int k = 0; k < value->rank; k++)
		hash = hash * 31 + indices[k]->id;
	struct lowered *slot = &lowering->memo[hash % lowering->slots];
	bool known = slot->value == value && slot->generation == lowering->generation &&
	             slot->sample == lowering->sample;
	for (int k = 0; known && k < value->rank; k++)
		known = slot->indices[k] == indices[k];
	if (known)
		return slot->result;
	struct lowered entry = {
	        .value = value, .generation = lowering->generation, .sample = lowering->sample};
	for (int k = 0; k < value->rank; k++)
		entry.indices[k] = indices[k];
	entry.result = lower_kind(lowering, value, indices);
	lowering->memo[hash % lowering->slots] = entry;
	return entry.result;
}
