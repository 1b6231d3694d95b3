/* Parameters and statistics: a tensor with an initial value, or what stands in its place at the call. */
#include "model/resolver.h"

#include <string.h>

enum given_kind { GIVEN_INITIAL, GIVEN_NONE, GIVEN_VALUE };

static bool is_number(const struct ast_expr *expr)
{
	if (expr->kind == AST_OPERATION && expr->operand_count == 1 && strcmp(expr->op, "-") == 0)
		expr = expr->operands[0];
	return expr->kind == AST_NUMBER || expr->kind == AST_ARRAY;
}

static enum given_kind classify(const struct context *caller, const struct ast_expr *expr)
{
	const struct ast_expr *name = expr;
	if (is_number(expr))
		return GIVEN_INITIAL;
	if (expr->kind == AST_CALL)
		name = expr->operands[0];
	if (name->kind != AST_NAME || (name == expr && lookup(caller, name->name)))
		return GIVEN_VALUE;
	bool is_draw = name != expr && expr->items.count == 0 && op_function(name->name, 0) != OP_COUNT;
	const struct definition *definition = lookup_definition(caller, name->name);
	if (is_draw || (definition && definition->statement->kind == AST_INIT))
		return GIVEN_INITIAL;
	return name == expr && strcmp(name->name, "none") == 0 ? GIVEN_NONE : GIVEN_VALUE;
}

static bool check_given(const struct context *context, const struct left *left, name_t name,
                        const struct value *value, struct span span)
{
	struct resolver *r = context->resolver;
	int different = -1;
	if (value->rank == left->rank && sizes_unify(left->rank, left->dims, value->dims, &different))
		return true;
	fail(context, span, "shape-mismatch", "the parameter `%s` has the shape %s, but this %s", name,
	     shape_text(r, left->rank, left->dims), shape_phrase(r, value));
	if (different < 0)
		diag_note(r->diag, left->span, "the parameter is declared here");
	else
		note_sizes(r, left->dims[different], value->dims[different]);
	return false;
}

/* What is used in the place of the parameter, and not trained; another parameter is shared by this. */
static const struct value *given_value(const struct context *context, const struct context *caller,
                                       const struct left *left, name_t name, const struct argument *given)
{
	struct context argument = *caller;
	argument.is_initial = given->expr->kind == AST_NAME || given->expr->kind == AST_CALL;
	const struct value *value = elaborate(&argument, given->expr);
	if (is_void(context, value))
		return value;
	if (!check_given(context, left, name, value, given->expr->span))
		return context->resolver->poison;
	for (const struct open_index *open = caller->open; open; open = open->outer)
		if (uses_index(caller, value, open->index))
			return fail(caller, given->expr->span, "parameter-index",
			            "what stands in the place of a parameter cannot use the index `%s`",
			            open->index->name);
	return value;
}

/* "hidden.W" in the first block with parameters of a statement, "hidden.dense_2.W" in the second. */
static name_t parameter_name(const struct context *context, name_t name)
{
	struct instance *instance = context->instance;
	struct names *names = context->resolver->names;
	if (!instance)
		return name;
	if (!instance->parameters) {
		int number = ++context->statement->parameter_blocks;
		instance->parameters = context->statement->name;
		if (number > 1)
			instance->parameters = name_format(names, "%s.%s_%d", context->statement->name,
			                                   context->frame->definition->statement->name,
			                                   number);
	}
	return name_format(names, "%s.%s", instance->parameters, name);
}

static void set_initial(const struct context *context, struct model_tensor *tensor, const struct left *left,
                        const struct ast_expr *expr)
{
	struct resolver *r = context->resolver;
	if (expr->kind != AST_ARRAY) {
		struct open_initial open = {tensor, expr, *context};
		open.context.open = NULL;
		array_push(r->arena, &r->pending->initials, open);
		return;
	}
	const struct value *value = elaborate(context, expr);
	if (!is_void(context, value) && check_given(context, left, tensor->name, value, expr->span))
		tensor->initial = value;
}

const struct value *define_parameter(const struct context *context, const struct ast_statement *statement,
                                     enum model_role role, const struct context *caller,
                                     const struct argument *given)
{
	struct resolver *r = context->resolver;
	struct context own = *context;
	struct left left = read_left(&own, &statement->dims, statement->name_span, true);
	name_t name = parameter_name(context, statement->name);
	if (left.failed)
		return r->poison;
	enum given_kind kind = given ? classify(caller, given->expr) : GIVEN_INITIAL;
	if (role == MODEL_STATISTIC && kind != GIVEN_INITIAL)
		return fail(caller, given->span, "bad-statistic",
		            "of the statistic `%s` only the initial value can be given", statement->name);
	if (kind == GIVEN_NONE)
		return r->none;
	if (kind == GIVEN_VALUE)
		return given_value(context, caller, &left, name, given);
	struct model_tensor *tensor = ARENA_NEW(r->arena, struct model_tensor);
	*tensor = (struct model_tensor){.name = unique_name(r, name), .role = role, .rank = left.rank};
	tensor->span = context->statement ? context->statement->span : statement->name_span;
	for (int k = 0; k < left.rank; k++) {
		tensor->dims[k] = left.dims[k];
		tensor->indices[k] = left.letters[k]
		                             ? left.letters[k]
		                             : index_new(context, name_format(r->names, "%c", "ijklmnop"[k]),
		                                         left.dims[k], statement->name_span);
	}
	set_initial(given ? caller : &own, tensor, &left, given ? given->expr : statement->value);
	array_push(r->arena, &r->pending->tensors, tensor);
	add_tensor(r, tensor);
	return value_tensor(context, statement->name_span, tensor);
}
