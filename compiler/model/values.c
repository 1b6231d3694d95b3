/* Constructors of values, each with the rule for its shape. */
#include "model/resolver.h"

#include <string.h>

#include "mlp_strict.h"

struct value *value_new(const struct context *context, enum value_kind kind, struct span span)
{
	struct resolver *r = context->resolver;
	if (++r->value_count > MOST_VALUES && !r->exhausted) {
		r->exhausted = true;
		fail(context, span, "too-large",
		     "the model has more than %d operations, as its definitions are expanded", MOST_VALUES);
	}
	struct value *value = ARENA_NEW(r->arena, struct value);
	value->kind = kind;
	value->span = span;
	return value;
}

void value_set_operands(const struct context *context, struct value *value, int count,
                        const struct value *const *operands)
{
	value->operands = ARENA_ARRAY(context->resolver->arena, const struct value *, count);
	value->operand_count = count;
	for (int i = 0; i < count; i++) {
		value->operands[i] = operands[i];
		value->per_sample |= operands[i]->per_sample;
	}
}

static void set_shape(struct value *value, int rank, struct size *const *dims)
{
	value->rank = rank;
	memcpy(value->dims, dims, sizeof *dims * (size_t)rank);
}

const struct value *value_number(const struct context *context, struct span span, double number)
{
	struct value *value = value_new(context, VALUE_NUMBER, span);
	value->number = number;
	return value;
}

const struct value *value_tensor(const struct context *context, struct span span,
                                 const struct model_tensor *tensor)
{
	struct value *value = value_new(context, VALUE_TENSOR, span);
	value->tensor = tensor;
	value->per_sample = tensor->per_sample;
	set_shape(value, tensor->rank, tensor->dims);
	return value;
}

const struct value *value_position(const struct context *context, struct span span, const struct index *index)
{
	struct value *value = value_new(context, VALUE_POSITION, span);
	value->index = index;
	return value;
}

const struct value *value_extent(const struct context *context, struct span span, const struct index *index)
{
	struct value *value = value_new(context, VALUE_EXTENT, span);
	value->index = index;
	return value;
}

const struct value *value_symbol(const struct context *context, struct span span, enum symbol symbol)
{
	struct value *value = value_new(context, VALUE_SYMBOL, span);
	value->symbol = symbol;
	return value;
}

const struct value *value_state(const struct context *context, struct span span, int state)
{
	struct value *value = value_new(context, VALUE_STATE, span);
	value->state = state;
	return value;
}

/* "hidden.dropout", then "hidden.dropout.2"; in a statement of the user's "hidden.uniform". */
static name_t draw_path(const struct context *context, enum op op)
{
	struct resolver *r = context->resolver;
	name_t base = context->draws || !context->instance ? context->draws : context->instance->path;
	if (!base)
		base = name_format(r->names, "%s.%s", context->statement ? context->statement->name : "train",
		                   op_table[op].name);
	const char *key = name_format(r->names, "draw %s", base);
	int *count = table_get(r->counters, key);
	if (!count) {
		count = ARENA_NEW(r->arena, int);
		table_put(r->counters, key, count);
	}
	return ++*count == 1 ? base : name_format(r->names, "%s.%d", base, *count);
}

const struct value *value_draw(const struct context *context, struct span span, enum op op)
{
	if (op == OP_ORTHOGONAL && context->region != REGION_INITIAL)
		return fail(context, span, "initial-only", "`%s()` can only stand in an initial value",
		            op_table[op].name);
	struct value *value = value_new(context, VALUE_DRAW, span);
	value->op = op;
	value->draw = draw_path(context, op);
	value->per_sample = context->region == REGION_LAYER;
	return value;
}

const struct value *value_batch_sum(const struct context *context, struct span span,
                                    const struct value *operand)
{
	if (is_void(context, operand))
		return operand;
	struct value *value = value_new(context, VALUE_BATCH_SUM, span);
	value_set_operands(context, value, 1, &operand);
	value->per_sample = false;
	set_shape(value, operand->rank, operand->dims);
	return value;
}

const struct value *value_reduction(const struct context *context, struct span span, enum op op,
                                    const struct index *index, const struct value *operand)
{
	if (is_void(context, operand))
		return operand;
	struct value *value = value_new(context, VALUE_REDUCTION, span);
	value->op = op;
	value->index = index;
	value_set_operands(context, value, 1, &operand);
	return value;
}

/* Poison wins over none, and none over the rest; in a sum, what is left out leaves the others. */
static const struct value *void_operand(const struct context *context, int count,
                                        const struct value *const *operands)
{
	const struct resolver *r = context->resolver;
	const struct value *found = NULL;
	for (int i = 0; i < count; i++) {
		if (operands[i] == r->poison)
			return r->poison;
		if (operands[i] == r->none)
			found = r->none;
	}
	return found;
}

const struct value *value_operation(const struct context *context, struct span span, enum op op, int count,
                                    const struct value *const *operands)
{
	const struct value *nothing = void_operand(context, count, operands);
	if (nothing == context->resolver->none && op == OP_ADD && count == 2)
		return operands[operands[0] == nothing];
	if (nothing)
		return nothing;
	struct value *value = value_new(context, VALUE_OPERATION, span);
	value->op = op;
	value_set_operands(context, value, count, operands);
	for (int i = 0; i < count && value->rank == 0; i++)
		set_shape(value, operands[i]->rank, operands[i]->dims);
	return value;
}

const struct value *value_binary(const struct context *context, struct span span, enum op op,
                                 const struct value *a, const struct value *b)
{
	return value_operation(context, span, op, 2, (const struct value *[]){a, b});
}

const struct value *value_negative(const struct context *context, struct span span, const struct value *a)
{
	if (is_void(context, a))
		return a;
	if (a->kind == VALUE_NUMBER)
		return value_number(context, span, -a->number);
	return value_binary(context, span, OP_MULTIPLY, value_number(context, span, -1), a);
}

const struct value *value_quotient(const struct context *context, struct span span, const struct value *a,
                                   const struct value *b)
{
	if (is_void(context, b))
		return b;
	double divisor;
	if (b->rank == 0 && value_fold(b, &divisor) && divisor == 0)
		warn(context, b->span, "division-by-zero", "this divides by 0");
	const struct value *inverse = value_binary(context, span, OP_POW, b, value_number(context, span, -1));
	return value_binary(context, span, OP_MULTIPLY, a, inverse);
}

/* Reads through an element: x[i, *][j] is x[i, j]. */
static const struct value *compose(struct place *places, const struct value *operand,
                                   const struct place *outer)
{
	const struct value *inner = operand->operands[0];
	for (int k = 0; k < inner->rank; k++) {
		places[k] = operand->places[k];
		if (places[k].position)
			continue;
		int64_t first = places[k].first;
		places[k] = *outer++;
		places[k].first += first;
	}
	return inner;
}

static bool moves_position(const struct value *operand)
{
	for (int k = 0; k < operand->operands[0]->rank; k++)
		if (!operand->places[k].position && operand->places[k].first != 0)
			return true;
	return false;
}

const struct value *value_element(const struct context *context, struct span span,
                                  const struct value *operand, const struct place *places,
                                  struct size *const *extents)
{
	if (is_void(context, operand))
		return operand;
	struct value *value = value_new(context, VALUE_ELEMENT, span);
	for (int k = 0; k < operand->rank; k++) {
		if (!places[k].position)
			value->dims[value->rank++] = extents && extents[k] ? extents[k] : operand->dims[k];
		else
			value->per_sample |= places[k].position->per_sample;
	}
	const struct value *base = operand;
	if (operand->kind == VALUE_ELEMENT && !moves_position(operand))
		base = compose(value->places, operand, places);
	else
		memcpy(value->places, places, sizeof *places * (size_t)operand->rank);
	value_set_operands(context, value, 1, &base);
	return value;
}

const struct value *value_lead(const struct context *context, struct span span, const struct value *operand,
                               int count, const struct index *const *indices)
{
	if (count == 0 || is_void(context, operand))
		return operand;
	struct place places[MODEL_MOST_DIMENSIONS] = {0};
	for (int k = 0; k < count; k++)
		places[k].position = value_position(context, span, indices[k]);
	return value_element(context, span, operand, places, NULL);
}

const struct value *value_at(const struct context *context, struct span span, const struct value *operand,
                             const struct index *const *indices)
{
	return value_lead(context, span, operand, operand->rank, indices);
}

bool value_fold(const struct value *value, double *number)
{
	double a, b;
	switch (value->kind) {
	case VALUE_NUMBER:
		*number = value->number;
		return true;
	case VALUE_EXTENT:
		*number = (double)size_extent(value->index->size);
		return *number > 0;
	case VALUE_OPERATION:
		if (value->operand_count != 2 || !value_fold(value->operands[0], &a) ||
		    !value_fold(value->operands[1], &b))
			return false;
		*number = value->op == OP_ADD ? a + b : value->op == OP_MULTIPLY ? a * b : mlp_strict_pow(a, b);
		return value->op == OP_ADD || value->op == OP_MULTIPLY || value->op == OP_POW;
	default:
		return false;
	}
}
