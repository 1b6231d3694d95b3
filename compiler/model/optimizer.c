/* The optimiser of `train`: its sequential assignments, put together to one expression for each state and
 * one for the parameter, of which all operands are values before the update. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

enum { NOT_A_STATE = -1 };

struct update {
	struct context inner;
	model_states states;
	bool assigns_parameter;
};

static int state_number(const struct update *update, name_t name)
{
	for (size_t i = 0; i < update->states.count; i++)
		if (update->states.items[i].name == name)
			return (int)i;
	return NOT_A_STATE;
}

static const struct value *scalar(const struct context *context, const struct ast_expr *expr)
{
	const struct value *value = elaborate(context, expr);
	if (value->rank == 0)
		return value;
	return fail(context, expr->span, "not-a-scalar",
	            "an optimizer computes with scalars, but this has shape %s",
	            value_shape(context->resolver, value));
}

static void bind(struct update *update, name_t name, const struct value *value, struct span span)
{
	scope_add(&update->inner, update->inner.scope,
	          (struct binding){.name = name, .kind = BOUND_VALUE, .value = value, .span = span});
}

static void add_state(struct update *update, const struct ast_statement *statement)
{
	struct resolver *r = update->inner.resolver;
	if (state_number(update, statement->name) != NOT_A_STATE) {
		fail(&update->inner, statement->name_span, "duplicate-name", "the state `%s` is given twice",
		     statement->name);
		return;
	}
	struct model_state state = {.name = statement->name,
	                            .initial = scalar(&update->inner, statement->value)};
	state.next = value_state(&update->inner, statement->name_span, (int)update->states.count);
	bind(update, statement->name, state.next, statement->name_span);
	array_push(r->arena, &update->states, state);
}

static void run_statement(struct update *update, const struct ast_statement *statement)
{
	struct resolver *r = update->inner.resolver;
	if (statement->kind == AST_STATE) {
		add_state(update, statement);
		return;
	}
	if (statement->kind != AST_ASSIGN || statement->dims.count > 0) {
		fail(&update->inner, statement->span, "not-in-an-optimizer",
		     "an optimizer holds states and assignments of scalars only");
		return;
	}
	const struct value *value = scalar(&update->inner, statement->value);
	int state = state_number(update, statement->name);
	if (state != NOT_A_STATE)
		update->states.items[state].next = value;
	if (strcmp(statement->name, "parameter") == 0) {
		update->assigns_parameter = true;
		r->model->train.parameter = value;
	}
	bind(update, statement->name, value, statement->name_span);
}

static void bind_settings(const struct context *context, struct update *update,
                          const struct definition *definition, const struct argument *arguments)
{
	const ast_formals *formals = &definition->statement->formals;
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		bind(update, formal->name, argument_value(context, &update->inner, formal, &arguments[i]),
		     formal->span);
	}
}

static void run(const struct context *context, const struct definition *definition,
                const struct argument *arguments, struct span span)
{
	struct resolver *r = context->resolver;
	const struct ast_statement *statement = definition->statement;
	struct update update = {.states = {0}};
	if (!enter(context, definition, span, &update.inner))
		return;
	update.inner.region = REGION_OPTIMIZER;
	bind(&update, name_of(r->names, "parameter"), value_symbol(&update.inner, span, SYMBOL_PARAMETER),
	     span);
	bind_settings(context, &update, definition, arguments);
	for (size_t i = 0; i < statement->body.count; i++)
		run_statement(&update, statement->body.items[i]);
	leave(&update.inner);
	r->model->train.optimizer = statement->name;
	r->model->train.states = update.states;
	if (!update.assigns_parameter)
		fail(context, span, "no-update", "the optimizer `%s` never assigns `parameter`",
		     statement->name);
}

static const struct definition *find_optimizer(const struct context *context, const struct ast_expr *name)
{
	struct resolver *r = context->resolver;
	const struct definition *definition = lookup_definition(context, name->name);
	if (definition && definition->statement->kind == AST_OPTIMIZER)
		return definition;
	fail(context, name->span, "unknown-optimizer", "there is no optimizer `%s`", name->name);
	struct suggestion suggestion = suggestion_for(name->name);
	for (size_t i = 0; i < r->definitions.count; i++)
		if (r->definitions.items[i]->statement->kind == AST_OPTIMIZER)
			suggestion_offer(&suggestion, r->definitions.items[i]->statement->name);
	suggestion_help(r, &suggestion);
	return NULL;
}

/* The default: adam(), whose name stands here as a part of the language, not of the compiler's knowledge. */
static const struct ast_expr *default_optimizer(struct resolver *r)
{
	return parse_expression(r->arena, r->names, r->diag,
	                        source_from_string(r->arena, "<default>", "adam()"));
}

void resolve_optimizer(struct resolver *r, const struct ast_expr *expr)
{
	struct context context = {.resolver = r, .region = REGION_TRAIN};
	if (!expr)
		expr = default_optimizer(r);
	if (!expr)
		return;
	const struct ast_expr *name = expr->kind == AST_CALL ? expr->operands[0] : expr;
	if (name->kind != AST_NAME) {
		fail(&context, expr->span, "unknown-optimizer",
		     "an optimizer is a call such as `sgd(rate = 0.1)`");
		return;
	}
	const struct definition *definition = find_optimizer(&context, name);
	if (!definition)
		return;
	struct argument *arguments = ARENA_ARRAY(r->arena, struct argument,
	                                         definition->statement->formals.count);
	if (!match_arguments(&context, expr, definition, arguments, false))
		return;
	struct text text = text_new(r->arena);
	ast_print_expression(&text, expr);
	r->model->train.optimizer_text = text_string(&text);
	run(&context, definition, arguments, expr->span);
}
