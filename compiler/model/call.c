/* Calls: of definitions, reductions, element functions and the few functions of whole tensors. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

static bool elaborate_items(const struct context *context, const struct ast_expr *call, int count,
                            const struct value **values)
{
	bool good = true;
	for (int i = 0; i < count; i++) {
		const struct ast_item *item = &call->items.items[i];
		if (item->kind != ITEM_VALUE)
			fail(context, item->span, "unexpected-item",
			     "an argument of this function is a value, without a name");
		values[i] = item->kind == ITEM_VALUE ? elaborate(context, item->value)
		                                     : context->resolver->poison;
		good &= values[i] != context->resolver->poison;
	}
	return good;
}

/* min and max of two values or more. */
static const struct value *nested_function(const struct context *context, const struct ast_expr *call,
                                           enum op op, const struct value **values, int count)
{
	char what[64];
	snprintf(what, sizeof what, "the arguments of `%s`", op_table[op].name);
	const struct value *value = values[0];
	for (int i = 1; i < count; i++) {
		if (!same_shape(context, call->span, what, value, call->items.items[i - 1].span, values[i],
		                call->items.items[i].span))
			return context->resolver->poison;
		value = value_binary(context, call->span, op, value, values[i]);
	}
	return value;
}

static const struct value *element_function(const struct context *context, const struct ast_expr *call,
                                            enum op op, int count)
{
	const struct value **values = ARENA_ARRAY(context->resolver->arena, const struct value *, count);
	if (!elaborate_items(context, call, count, values))
		return context->resolver->poison;
	if (count > 1)
		return nested_function(context, call, op, values, count);
	return value_operation(context, call->span, op, count, values);
}

static const struct value *batch_sum(const struct context *context, const struct ast_expr *call)
{
	const struct value *operand;
	if (context->region != REGION_LAYER)
		return fail(context, call->span, "not-in-a-layer",
		            "there is a batch only in a layer and in `minimize`");
	if (!elaborate_items(context, call, 1, &operand))
		return context->resolver->poison;
	return value_batch_sum(context, call->span, operand);
}

static const struct value *batch_mean(const struct context *context, const struct ast_expr *call)
{
	return value_quotient(context, call->span, batch_sum(context, call),
	                      value_symbol(context, call->span, SYMBOL_ROWS));
}

static const struct {
	const char *name;
	size_t least, most;
	const char *needed;
	const struct value *(*make)(const struct context *, const struct ast_expr *);
} whole_table[] = {
	{"concat", 1, SIZE_MAX, "one value or more", elaborate_concat},
	{"reshape", 2, 1 + MODEL_MOST_DIMENSIONS, "a value and 1 to 8 extents", elaborate_reshape},
	{"batch_sum", 1, 1, "1 argument", batch_sum},
	{"batch_mean", 1, 1, "1 argument", batch_mean},
};

bool is_function(const char *name)
{
	for (size_t i = 0; i < sizeof whole_table / sizeof *whole_table; i++)
		if (strcmp(whole_table[i].name, name) == 0)
			return true;
	for (int arity = 1; arity <= 2; arity++)
		if (op_function(name, arity) != OP_COUNT)
			return true;
	return is_reduction_name(name);
}

static const struct value *wrong_count(const struct context *context, const struct ast_expr *call,
                                       name_t name, const char *needed)
{
	struct text given = text_new(context->resolver->arena);
	if (call->items.count > 0)
		text_printf(&given, "%zu %s", call->items.count, call->items.count == 1 ? "is" : "are");
	else
		text_add(&given, "none is");
	return fail(context, call->span, "argument-count", "`%s` takes %s, but %s given", name, needed,
	            text_string(&given));
}

/* What there is at the place of a call of an unknown name. */
static void help_functions(const struct context *context)
{
	struct resolver *r = context->resolver;
	if (context->region == REGION_INITIAL || context->is_initial)
		help_definitions(r, "the initialisers", AST_INIT);
	else if (context->statement && context->statement->is_loss && !context->frame)
		help_definitions(r, "the losses", AST_LOSS);
	else if (context->region == REGION_LAYER)
		help_definitions(r, "the reference lists all functions, `concat` and `reshape` among them; "
		                 "the blocks", AST_BLOCK);
}

static const struct value *unknown_function(const struct context *context, const struct ast_expr *call,
                                            name_t name)
{
	struct resolver *r = context->resolver;
	struct span span = call->operands[0]->span;
	for (int arity = 0; arity < 3; arity++)
		if (op_function(name, arity) != OP_COUNT)
			return wrong_count(context, call, name, arity == 0   ? "no argument"
			                                        : arity == 1 ? "1 argument"
			                                                     : "2 arguments");
	if (has_value(context, name)) {
		fail(context, span, "not-a-function", "`%s` is a value, not a function", name);
		diag_help(r->diag, "write `%s[…]` to read an element, or `*` to multiply", name);
		return r->poison;
	}
	fail(context, span, "unknown-function", "there is no function `%s`", name);
	struct suggestion suggestion = suggestion_for(name);
	suggest_functions(context, &suggestion);
	suggestion_help(r, &suggestion);
	if (!suggestion.best)
		help_functions(context);
	return r->poison;
}

const struct value *elaborate_function(const struct context *context, const struct ast_expr *call,
                                       name_t name)
{
	if (is_reduction(context, call, name))
		return elaborate_reduction(context, call, name);
	int count = (int)call->items.count;
	enum op op = op_function(name, count > 2 ? 2 : count);
	bool nests = op == OP_MIN || op == OP_MAX;
	if (op != OP_COUNT && (count <= 2 || nests))
		return element_function(context, call, op, count);
	for (size_t i = 0; i < sizeof whole_table / sizeof *whole_table; i++) {
		if (strcmp(whole_table[i].name, name) != 0)
			continue;
		if (call->items.count < whole_table[i].least || call->items.count > whole_table[i].most)
			return wrong_count(context, call, name, whole_table[i].needed);
		return whole_table[i].make(context, call);
	}
	return unknown_function(context, call, name);
}

/* uniform() and normal() are draws, whatever else has their name. */
static enum op draw_of(const struct ast_expr *call, name_t name)
{
	return call->items.count == 0 ? op_function(name, 0) : OP_COUNT;
}

const struct value *elaborate_call(const struct context *context, const struct ast_expr *call)
{
	const struct ast_expr *callee = call->operands[0];
	bool has_sizes = callee->kind == AST_INDEX;
	if (has_sizes)
		callee = callee->operands[0];
	name_t name = callee->name; /* the parser lets nothing else be called */
	enum op draw = has_sizes ? OP_COUNT : draw_of(call, name);
	if (draw != OP_COUNT)
		return value_draw(context, call->span, draw);
	const struct definition *definition = lookup_definition(context, name);
	if (definition && definition->statement->kind == AST_BLOCK)
		return call_block(context, call, definition, NULL);
	if (has_sizes)
		return fail(context, call->operands[0]->span, "not-a-block",
		            "only a block takes sizes, as in `dense[16](x)`");
	if (definition)
		return expand_definition(context, call, definition);
	return elaborate_function(context, call, name);
}
