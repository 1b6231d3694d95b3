/* Arrays of numbers, concat and reshape. */
#include "model/resolver.h"

typedef ARRAY(double) doubles;

struct array_shape {
	int rank;
	int64_t extents[MODEL_MOST_DIMENSIONS];
};

/* The extents along the first elements. */
static bool first_shape(const struct context *context, const struct ast_expr *array,
                        struct array_shape *shape)
{
	const struct ast_expr *expr = array;
	for (; expr->kind == AST_ARRAY; expr = expr->items.items[0].value) {
		if (expr->items.count == 0 || shape->rank == MODEL_MOST_DIMENSIONS) {
			fail(context, expr->span, "bad-array", expr->items.count == 0
			                                               ? "an array needs at least one number"
			                                               : "an array has at most 8 dimensions");
			return false;
		}
		shape->extents[shape->rank++] = (int64_t)expr->items.count;
	}
	return true;
}

static bool array_number(const struct context *context, const struct ast_expr *expr, double *number)
{
	bool is_negated = expr->kind == AST_OPERATION && expr->operand_count == 1 && expr->op[0] == '-' &&
	                  expr->operands[0]->kind == AST_NUMBER;
	if (!is_negated && expr->kind != AST_NUMBER) {
		int errors = diag_errors(context->resolver->diag);
		bool is_number = constant_number(context, expr, number);
		if (!is_number && diag_errors(context->resolver->diag) > errors)
			diag_help(context->resolver->diag, "an array holds numbers; `concat` joins values");
		return is_number;
	}
	*number = is_negated ? -expr->operands[0]->number : expr->number;
	return true;
}

static bool collect(const struct context *context, const struct ast_expr *expr,
                    const struct array_shape *shape, int level, doubles *numbers)
{
	if (level == shape->rank) {
		double number = 0;
		if (expr->kind == AST_ARRAY) {
			fail(context, expr->span, "bad-array", "here an array stands beside a number");
			return false;
		}
		if (!array_number(context, expr, &number))
			return false;
		array_push(context->resolver->arena, numbers, number);
		return true;
	}
	if (expr->kind != AST_ARRAY) {
		fail(context, expr->span, "bad-array", "here a number stands beside an array");
		return false;
	}
	if ((int64_t)expr->items.count != shape->extents[level]) {
		fail(context, expr->span, "bad-array", "this row has %zu element%s, the first one %lld",
		     expr->items.count, expr->items.count == 1 ? "" : "s", (long long)shape->extents[level]);
		return false;
	}
	for (size_t i = 0; i < expr->items.count; i++)
		if (!collect(context, expr->items.items[i].value, shape, level + 1, numbers))
			return false;
	return true;
}

const struct value *elaborate_array(const struct context *context, const struct ast_expr *array)
{
	struct resolver *r = context->resolver;
	struct array_shape shape = {0};
	doubles numbers = {0};
	if (!first_shape(context, array, &shape) || !collect(context, array, &shape, 0, &numbers))
		return r->poison;
	struct value *value = value_new(context, VALUE_ARRAY, array->span);
	value->rank = shape.rank;
	for (int k = 0; k < shape.rank; k++)
		value->dims[k] = size_known(r->arena, shape.extents[k], array->span);
	value->numbers = numbers.items;
	return value;
}

/* All dimensions but the last agree. */
static bool joinable(const struct context *context, const struct ast_expr *call, const struct value *first,
                     const struct value *value, struct span span)
{
	struct resolver *r = context->resolver;
	int different = -1;
	if (value->rank > 0 && value->rank == first->rank &&
	    sizes_unify(value->rank - 1, first->dims, value->dims, &different))
		return true;
	fail(context, span, "shape-mismatch",
	     "`concat` joins along the last dimension: the shapes %s and %s do not fit",
	     value_shape(r, first), value_shape(r, value));
	diag_note(r->diag, call->items.items[0].span, "this has shape %s", value_shape(r, first));
	if (different >= 0)
		note_sizes(r, first->dims[different], value->dims[different]);
	return false;
}

const struct value *elaborate_concat(const struct context *context, const struct ast_expr *call)
{
	struct resolver *r = context->resolver;
	int count = 0;
	const struct value **values = ARENA_ARRAY(r->arena, const struct value *, call->items.count);
	for (size_t i = 0; i < call->items.count; i++) {
		const struct ast_item *item = &call->items.items[i];
		if (item->kind != ITEM_VALUE)
			return fail(context, item->span, "unexpected-item",
			            "an argument of `concat` has no name");
		const struct value *value = elaborate(context, item->value);
		if (value == r->poison)
			return value;
		if (value == r->none)
			continue;
		values[count++] = value;
		if (!joinable(context, call, values[0], value, item->span))
			return r->poison;
	}
	if (count == 0)
		return r->none;
	struct value *joined = value_new(context, VALUE_CONCAT, call->span);
	value_set_operands(context, joined, count, values);
	joined->rank = values[0]->rank;
	for (int k = 0; k < joined->rank - 1; k++)
		joined->dims[k] = values[0]->dims[k];
	joined->dims[joined->rank - 1] = size_new(r->arena, call->span);
	struct open_join join = {joined->dims[joined->rank - 1], joined, context->frame};
	array_push(r->arena, &r->pending->joins, join);
	return joined;
}

const struct value *elaborate_reshape(const struct context *context, const struct ast_expr *call)
{
	struct resolver *r = context->resolver;
	for (size_t i = 0; i < call->items.count; i++)
		if (call->items.items[i].kind != ITEM_VALUE)
			return fail(context, call->items.items[i].span, "unexpected-item",
			            "`reshape` takes a value and extents");
	const struct value *operand = elaborate(context, call->items.items[0].value);
	if (is_void(context, operand))
		return operand;
	struct value *value = value_new(context, VALUE_RESHAPE, call->span);
	value_set_operands(context, value, 1, &operand);
	value->rank = (int)call->items.count - 1;
	for (int k = 0; k < value->rank; k++) {
		const struct ast_expr *expr = call->items.items[k + 1].value;
		value->dims[k] = extent_size(context, expr, expr->span);
		if (!value->dims[k])
			return r->poison;
	}
	struct open_reshape reshape = {value, context->frame};
	array_push(r->arena, &r->pending->reshapes, reshape);
	return value;
}
