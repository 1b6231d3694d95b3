/* Activations, losses and initialisers: expanded in place, each formal bound to the value of its argument. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

/* "f → g → f" */
static void fail_recursion(const struct context *context, const struct definition *definition,
                           struct span call)
{
	struct resolver *r = context->resolver;
	struct text text = text_new(r->arena);
	name_t chain[MOST_DEPTH];
	int count = 0;
	for (const struct frame *frame = context->frame; frame && count < MOST_DEPTH; frame = frame->outer) {
		chain[count++] = frame->definition->statement->name;
		if (frame->definition == definition)
			break;
	}
	while (count-- > 0)
		text_printf(&text, "%s → ", chain[count]);
	text_add(&text, definition->statement->name);
	fail(context, call, "recursive-definition", "`%s` is defined by itself: %s",
	     definition->statement->name, text_string(&text));
}

bool enter(const struct context *context, const struct definition *definition, struct span call,
           struct context *inner)
{
	if (definition->is_broken)
		return false;
	if (definition->is_active) {
		fail_recursion(context, definition, call);
		return false;
	}
	struct frame *frame = ARENA_NEW(context->resolver->arena, struct frame);
	*frame = (struct frame){(struct definition *)definition, call, context->frame};
	frame->definition->is_active = true;
	*inner = *context;
	inner->frame = frame;
	inner->scope = NULL;
	inner->scope = scope_new(inner);
	inner->guards = NULL;
	return true;
}

void leave(struct context *inner)
{
	inner->frame->definition->is_active = false;
}

static const struct ast_statement *parameter_of(const struct definition *definition, name_t name)
{
	const ast_statements *body = &definition->statement->body;
	for (size_t i = 0; i < body->count; i++)
		if ((body->items[i]->kind == AST_PARAM || body->items[i]->kind == AST_STATISTIC) &&
		    body->items[i]->name == name)
			return body->items[i];
	return NULL;
}

static void fail_argument(const struct context *context, const struct ast_expr *call,
                          const struct ast_item *item, const struct definition *definition)
{
	const struct ast_statement *statement = definition->statement;
	fail(context, item->span, "unknown-argument", "`%s` has no argument `%s`", statement->name,
	     item->name);
	struct suggestion suggestion = suggestion_for(item->name);
	for (size_t i = 0; i < statement->formals.count; i++)
		suggestion_offer(&suggestion, statement->formals.items[i].name);
	for (size_t i = 0; i < statement->body.count; i++)
		if (statement->body.items[i]->kind == AST_PARAM)
			suggestion_offer(&suggestion, statement->body.items[i]->name);
	if (!suggestion.best && item->value->kind == AST_NUMBER && help_size(context, call, definition))
		return;
	suggestion_help(context->resolver, &suggestion);
	help_arguments(context->resolver, statement);
}

static bool fail_twice(const struct context *context, const struct ast_item *item, name_t name,
                       struct span first)
{
	fail(context, item->span, "duplicate-argument", "the argument `%s` is given twice", name);
	diag_note(context->resolver->diag, first, "it is first given here");
	return false;
}

/* A parameter of a block; false if the call has given it before. */
static bool match_parameter(const struct context *context, const struct ast_expr *call,
                            const struct ast_item *item)
{
	for (const struct ast_item *other = call->items.items; other < item; other++)
		if (other->kind == ITEM_NAMED && other->name == item->name)
			return fail_twice(context, item, item->name, other->span);
	return true;
}

static void fail_count(const struct context *context, const struct ast_expr *call, size_t first,
                       const struct definition *definition)
{
	const struct ast_statement *statement = definition->statement;
	size_t given = 0;
	for (size_t i = 0; i < call->items.count; i++)
		given += call->items.items[i].kind == ITEM_VALUE;
	fail(context, call->items.items[first].span, "argument-count",
	     "`%s` takes %zu argument%s, but %zu %s given", statement->name, statement->formals.count,
	     statement->formals.count == 1 ? "" : "s", given, given == 1 ? "is" : "are");
	if (!help_size(context, call, definition) && statement->formals.count > 0)
		help_arguments(context->resolver, statement);
}

static size_t formal_number(const struct ast_statement *statement, name_t name)
{
	size_t i = 0;
	while (i < statement->formals.count && statement->formals.items[i].name != name)
		i++;
	return i;
}

static bool match_item(const struct context *context, const struct ast_expr *call, size_t number,
                       const struct definition *definition, struct argument *arguments, size_t *next,
                       bool allow_extra)
{
	const struct ast_item *item = &call->items.items[number];
	const struct ast_statement *statement = definition->statement;
	if (item->kind != ITEM_VALUE && item->kind != ITEM_NAMED) {
		fail(context, item->span, "unexpected-item", "an argument is a value or `name = value`");
		return false;
	}
	size_t k = item->kind == ITEM_VALUE ? (*next)++ : formal_number(statement, item->name);
	if (k < statement->formals.count) {
		if (arguments[k].expr)
			return fail_twice(context, item, statement->formals.items[k].name, arguments[k].span);
		arguments[k] = (struct argument){item->span, item->value, NULL};
		return true;
	}
	if (item->kind == ITEM_VALUE) {
		if (k == statement->formals.count)
			fail_count(context, call, number, definition);
		return false;
	}
	if (allow_extra && parameter_of(definition, item->name))
		return match_parameter(context, call, item);
	fail_argument(context, call, item, definition);
	return false;
}

bool match_arguments(const struct context *context, const struct ast_expr *call,
                     const struct definition *definition, struct argument *arguments, bool allow_extra)
{
	const struct ast_statement *statement = definition->statement;
	size_t next = 0;
	bool good = true;
	if (definition->is_broken)
		return false;
	for (size_t i = 0; i < call->items.count; i++)
		good &= match_item(context, call, i, definition, arguments, &next, allow_extra);
	for (size_t i = 0; good && i < statement->formals.count; i++) {
		const struct ast_formal *formal = &statement->formals.items[i];
		if (arguments[i].expr || formal->initial)
			continue;
		fail(context, call->span, "missing-argument", "the argument `%s` of `%s` is missing",
		     formal->name, statement->name);
		diag_note(context->resolver->diag, formal->span, "`%s` is declared here", formal->name);
		good = false;
	}
	return good;
}

const struct value *argument_value(const struct context *caller, const struct context *inner,
                                   const struct ast_formal *formal, const struct argument *argument)
{
	if (argument->value)
		return argument->value;
	return argument->expr ? elaborate(caller, argument->expr) : elaborate(inner, formal->initial);
}

static void fail_dimension(const struct context *caller, const struct context *inner,
                           const struct ast_formal *formal, name_t name, const struct size *size,
                           const struct size *wanted, struct span span)
{
	const char *definition = inner->frame->definition->statement->name;
	if (name)
		fail(caller, span, "shape-mismatch",
		     "in the argument `%s` of `%s`, `%s` is %lld, but elsewhere it is %lld", formal->name,
		     definition, name, (long long)size_extent(size), (long long)size_extent(wanted));
	else
		fail(caller, span, "shape-mismatch",
		     "a dimension of the argument `%s` of `%s` has %lld elements, but needs %lld",
		     formal->name, definition, (long long)size_extent(size), (long long)size_extent(wanted));
	note_sizes(caller->resolver, size, wanted);
}

static bool bind_dimension(const struct context *caller, struct context *inner,
                           const struct ast_formal *formal, const struct ast_item *item, struct size *size,
                           struct span span)
{
	bool is_name = item->kind == ITEM_VALUE && item->value->kind == AST_NAME;
	const struct binding *binding = is_name ? lookup(inner, item->value->name) : NULL;
	struct size *wanted = NULL;
	if (binding && binding->kind == BOUND_DIMENSION)
		wanted = binding->size;
	else if (is_name && !binding)
		wanted = size;
	else if (!(wanted = extent_size(inner, item->value, item->span)))
		return false;
	name_t name = item->kind == ITEM_EXTENT ? item->name : is_name ? item->value->name : NULL;
	if (!size_unify(wanted, size)) {
		fail_dimension(caller, inner, formal, name, size, wanted, span);
		return false;
	}
	if (name && !(binding && binding->kind == BOUND_DIMENSION))
		scope_add(inner, inner->scope,
		          (struct binding){
				  .name = name, .kind = BOUND_DIMENSION, .size = wanted, .span = item->span});
	return true;
}

bool bind_dimensions(const struct context *caller, struct context *inner, const struct ast_formal *formal,
                     const struct value *value, struct span span)
{
	if (is_void(caller, value))
		return true;
	bool good = true;
	size_t lead = (size_t)value->rank - formal->dims.count;
	for (size_t k = 0; k < formal->dims.count; k++)
		good &= bind_dimension(caller, inner, formal, &formal->dims.items[k], value->dims[lead + k],
		                       span);
	return good;
}

static bool check_rank(const struct context *caller, const struct definition *definition,
                       const struct ast_formal *formal, const struct value *value,
                       const struct ast_expr *expr, struct span span)
{
	if (formal->dims.count == 0 || is_void(caller, value) || formal->dims.count == (size_t)value->rank)
		return true;
	struct argument argument = {span, expr, value};
	fail_rank(caller, definition, formal, &argument, false);
	return false;
}

static bool bind_formals(const struct context *caller, struct context *inner,
                         const struct definition *definition, const struct argument *arguments)
{
	const ast_formals *formals = &definition->statement->formals;
	bool good = true;
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		struct span span = arguments[i].expr || arguments[i].value ? arguments[i].span : formal->span;
		const struct value *value = argument_value(caller, inner, formal, &arguments[i]);
		if (!check_rank(caller, definition, formal, value, arguments[i].expr, span) ||
		    !bind_dimensions(caller, inner, formal, value, span))
			good = false;
		scope_add(inner, inner->scope,
		          (struct binding){
				  .name = formal->name, .kind = BOUND_VALUE, .value = value, .span = span});
	}
	return good;
}

/* An activation has the shape of its argument, the others are scalars. */
static bool check_result(const struct context *inner, const struct ast_statement *definition,
                         const struct argument *arguments, const struct value *value)
{
	struct resolver *r = inner->resolver;
	const struct value *wanted = NULL;
	int different = -1;
	if (is_void(inner, value))
		return true;
	for (size_t i = 0; definition->kind == AST_ACTIVATION && i < definition->formals.count; i++)
		if (!wanted && arguments[i].value && arguments[i].value->rank > 0)
			wanted = arguments[i].value;
	int rank = wanted ? wanted->rank : 0;
	if (value->rank == rank && (!wanted || sizes_unify(rank, value->dims, wanted->dims, &different)))
		return true;
	if (definition->kind != AST_ACTIVATION) {
		fail(inner, definition->value->span, "not-a-scalar",
		     "the value of `%s` must be a scalar, but this %s", definition->name,
		     shape_phrase(r, value));
		diag_help(r->diag, "`sum(…)` or `mean(…)` makes one number of it");
		return false;
	}
	fail(inner, definition->value->span, "shape-mismatch",
	     "an activation has a value for each element of its argument, which %s, but this %s",
	     wanted ? shape_phrase(r, wanted) : "is a scalar", shape_phrase(r, value));
	if (different >= 0)
		note_sizes(r, value->dims[different], wanted->dims[different]);
	return false;
}

static const struct value *expand(const struct context *context, const struct definition *definition,
                                  const struct argument *arguments, struct span span)
{
	struct resolver *r = context->resolver;
	struct context inner;
	struct argument *values = ARENA_ARRAY(r->arena, struct argument,
	                                      definition->statement->formals.count);
	for (size_t i = 0; i < definition->statement->formals.count; i++) {
		values[i] = arguments[i];
		if (values[i].expr && !values[i].value)
			values[i].value = elaborate(context, values[i].expr);
	}
	if (!enter(context, definition, span, &inner))
		return r->poison;
	const struct value *value = r->poison;
	if (bind_formals(context, &inner, definition, values))
		value = elaborate(&inner, definition->statement->value);
	if (!check_result(&inner, definition->statement, values, value))
		value = r->poison;
	leave(&inner);
	return value;
}

/* The loss of each unfrozen parameter of rank 2 or more, added. */
static const struct value *expand_weights(const struct context *context, const struct ast_expr *call,
                                          const struct definition *definition)
{
	struct resolver *r = context->resolver;
	size_t count = definition->statement->formals.count;
	struct argument *arguments = ARENA_ARRAY(r->arena, struct argument, count);
	const struct value *sum = NULL;
	for (size_t i = 0; i < r->model->tensors.count; i++) {
		const struct model_tensor *tensor = r->model->tensors.items[i];
		if (tensor->role != MODEL_PARAMETER || tensor->frozen || tensor->rank < 2)
			continue;
		memset(arguments, 0, sizeof *arguments * count);
		match_arguments(context, call, definition, arguments, false);
		arguments[0].value = value_tensor(context, call->span, tensor);
		const struct value *term = expand(context, definition, arguments, call->span);
		sum = sum ? value_binary(context, call->span, OP_ADD, sum, term) : term;
	}
	return sum ? sum : value_number(context, call->span, 0);
}

static bool is_weights(const struct context *context, const struct argument *argument)
{
	return argument->expr && argument->expr->kind == AST_NAME &&
	       strcmp(argument->expr->name, "weights") == 0 && !context->frame && context->statement &&
	       context->statement->is_loss && !lookup(context, argument->expr->name);
}

const struct value *expand_definition(const struct context *context, const struct ast_expr *call,
                                      const struct definition *definition)
{
	struct resolver *r = context->resolver;
	const struct ast_statement *statement = definition->statement;
	if (statement->kind == AST_OPTIMIZER)
		return fail(context, call->operands[0]->span, "not-a-function",
		            "`%s` is an optimizer: it stands in `train`", statement->name);
	if (statement->kind == AST_INIT && context->region != REGION_INITIAL) {
		fail(context, call->operands[0]->span, "not-a-function",
		     "`%s` is an initialiser: it stands where a parameter gets its initial value",
		     statement->name);
		if (op_is_draw(op_function(statement->name, 0)))
			diag_help(r->diag, "a draw for each element is written `%s()`", statement->name);
		return r->poison;
	}
	struct argument *arguments = ARENA_ARRAY(r->arena, struct argument, statement->formals.count);
	if (!match_arguments(context, call, definition, arguments, false))
		return r->poison;
	if (statement->kind == AST_LOSS && statement->formals.count > 0 && is_weights(context, &arguments[0]))
		return expand_weights(context, call, definition);
	return expand(context, definition, arguments, call->span);
}

const struct value *expand_initialiser(const struct context *context, const struct ast_expr *expr,
                                       const struct definition *definition)
{
	const ast_formals *formals = &definition->statement->formals;
	struct argument *arguments = ARENA_ARRAY(context->resolver->arena, struct argument, formals->count);
	for (size_t i = 0; i < formals->count; i++) {
		if (formals->items[i].initial)
			continue;
		fail(context, expr->span, "missing-argument", "the argument `%s` of `%s` is missing",
		     formals->items[i].name, definition->statement->name);
		diag_note(context->resolver->diag, formals->items[i].span, "`%s` is declared here",
		          formals->items[i].name);
		return context->resolver->poison;
	}
	return expand(context, definition, arguments, expr->span);
}
