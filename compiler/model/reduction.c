/* sum(i, e), mean(k: 3, e), max(x): over one index, or over all elements. */
#include "model/resolver.h"

#include <string.h>

static bool is_mean(const char *name)
{
	return strcmp(name, "mean") == 0;
}

bool is_reduction_name(const char *name)
{
	return op_reduction(name) != OP_COUNT || is_mean(name);
}

bool is_reduction(const struct context *context, const struct ast_expr *call, name_t name)
{
	if (!is_reduction_name(name))
		return false;
	if (call->items.count < 2 || call->items.items[0].kind != ITEM_VALUE ||
	    op_function(name, 2) == OP_COUNT)
		return true;
	const struct ast_expr *first = call->items.items[0].value;
	return call->items.count == 2 && first->kind == AST_NAME && !has_value(context, first->name);
}

/* The reduction; the mean is the sum by the extent. */
static const struct value *reduce(const struct context *context, struct span span, name_t name,
                                  const struct index *index, const struct value *body)
{
	enum op op = is_mean(name) ? OP_SUM : op_reduction(name);
	const struct value *reduced = value_reduction(context, span, op, index, body);
	return is_mean(name) ? value_quotient(context, span, reduced, value_extent(context, span, index))
	                     : reduced;
}

/* Does the definition around take tensors of any shape by that name, or compute with such ones? */
static bool is_of_any_shape(const struct ast_statement *definition, name_t name)
{
	bool takes_any = false, is_local = false;
	for (size_t i = 0; i < definition->formals.count; i++) {
		const struct ast_formal *formal = &definition->formals.items[i];
		bool any = formal->dims.count == 0 && !formal->initial;
		if (any && formal->name == name)
			return true;
		takes_any |= any;
	}
	for (size_t i = 0; i < definition->body.count; i++) {
		const struct ast_statement *each = definition->body.items[i];
		is_local |= each->kind == AST_ASSIGN && each->dims.count == 0 && each->name == name;
	}
	return takes_any && is_local;
}

static bool may_be_tensor(const struct context *context, const struct ast_expr *expr)
{
	if (!context->frame || context->region == REGION_OPTIMIZER)
		return false;
	if (expr->kind == AST_NAME)
		return is_of_any_shape(context->frame->definition->statement, expr->name);
	bool may = false;
	for (int i = expr->kind == AST_CALL; i < expr->operand_count && expr->kind != AST_INDEX && !may; i++)
		may = may_be_tensor(context, expr->operands[i]);
	for (size_t i = 0; i < expr->items.count && expr->kind == AST_CALL && !may; i++)
		may = may_be_tensor(context, expr->items.items[i].value);
	return may;
}

static const struct value *fail_scalar(const struct context *context, const struct ast_expr *call,
                                       name_t name)
{
	struct resolver *r = context->resolver;
	fail(context, call->items.items[0].span, "nothing-to-reduce",
	     "`%s` of one argument reduces a tensor, but this is a scalar", name);
	if (context->region == REGION_OPTIMIZER)
		diag_help(r->diag, "an optimizer computes with one element of a parameter at a time; the "
		          "norm of all gradients is limited by a setting of `train`: `clip = norm(1)`");
	else if (context->open)
		diag_help(r->diag, "over an index it is written `%s(i, …)`", name);
	return r->poison;
}

static const struct value *reduce_all(const struct context *context, const struct ast_expr *call, name_t name)
{
	static const char *const letters[MODEL_MOST_DIMENSIONS] = {"i", "j", "k", "l", "m", "n", "o", "p"};
	struct resolver *r = context->resolver;
	const struct value *operand = elaborate(context, call->items.items[0].value);
	if (is_void(context, operand))
		return operand;
	if (strcmp(name, "argmax") == 0 && operand->rank != 1)
		return fail(context, call->span, "argmax-rank",
		            "`argmax` of all elements needs one dimension, but this has shape %s",
		            value_shape(r, operand));
	if (operand->rank == 0 && !may_be_tensor(context, call->items.items[0].value))
		return fail_scalar(context, call, name);
	const struct index *indices[MODEL_MOST_DIMENSIONS];
	for (int k = 0; k < operand->rank; k++)
		indices[k] = index_new(context, name_of(r->names, letters[k]), operand->dims[k], call->span);
	const struct value *value = value_at(context, call->span, operand, indices);
	for (int k = operand->rank - 1; k >= 0; k--)
		value = reduce(context, call->span, name, indices[k], value);
	return value;
}

/* The letter of the first item: its extent is given, that of a dimension of the definition,
 * or found from reads. */
static struct index *reduction_index(const struct context *context, const struct ast_item *item)
{
	struct resolver *r = context->resolver;
	name_t name = item->kind == ITEM_EXTENT ? item->name : item->value->name;
	const struct binding *binding = lookup(context, name);
	struct size *size;
	if (item->kind == ITEM_EXTENT) {
		size = extent_size(context, item->value, item->span);
		if (!size)
			return NULL;
	} else if (binding && binding->kind == BOUND_DIMENSION) {
		size = binding->size;
	} else {
		size = size_new(r->arena, item->span);
		open_size(context, size, item->span, name);
	}
	return index_new(context, name, size, item->span);
}

static bool is_letter(const struct context *context, const struct ast_item *item, name_t function)
{
	bool is_name = item->kind == ITEM_VALUE && item->value->kind == AST_NAME;
	if (item->kind == ITEM_EXTENT || (is_name && !has_value(context, item->value->name)))
		return true;
	if (is_name)
		fail(context, item->span, "index-has-value",
		     "`%s` is a value here, so it cannot be the index of `%s`", item->value->name, function);
	else
		fail(context, item->span, "argument-count", "`%s` takes one value, or an index and a scalar",
		     function);
	return false;
}

const struct value *elaborate_reduction(const struct context *context, const struct ast_expr *call,
                                        name_t name)
{
	struct resolver *r = context->resolver;
	const ast_items *items = &call->items;
	if (items->count == 1 && items->items[0].kind == ITEM_VALUE)
		return reduce_all(context, call, name);
	if (items->count != 2 || items->items[1].kind != ITEM_VALUE) {
		fail(context, call->span, "argument-count", "`%s` takes one value, or an index and a scalar",
		     name);
		diag_help(r->diag, "over one dimension of several it is written with an index, as in "
		          "`%s(j, x[i, j])`", name);
		return r->poison;
	}
	if (!is_letter(context, &items->items[0], name))
		return r->poison;
	struct index *index = reduction_index(context, &items->items[0]);
	if (!index)
		return r->poison;
	struct context inner = *context;
	inner.scope = scope_new(context);
	scope_add(&inner, inner.scope,
	          (struct binding){.name = index->name, .kind = BOUND_INDEX, .index = index});
	struct open_index open = {index, context->open};
	inner.open = &open;
	const struct ast_expr *body = items->items[1].value;
	const struct value *value = elaborate(&inner, body);
	if (value->rank > 0)
		return fail(context, body->span, "not-a-scalar",
		            "what `%s` reduces must be a scalar, but this has shape %s", name,
		            value_shape(r, value));
	return reduce(context, call->span, name, index, value);
}
