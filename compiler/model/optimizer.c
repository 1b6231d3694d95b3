/* The optimiser of `train`: its sequential assignments, put together to one expression for each state and
 * one for the parameter, of which all operands are values before the update. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

enum { NOT_A_STATE = -1 };

struct update {
	struct context inner;
	model_states states;
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

/* Does it need what is known only in an update: the parameter, the gradient, the step, another state? */
static bool uses_update(const struct value *value, struct table *seen)
{
	bool uses = value->kind == VALUE_SYMBOL || value->kind == VALUE_STATE;
	if (table_get(seen, value))
		return false;
	table_put(seen, value, seen);
	for (int k = 0; k < value->operand_count && !uses; k++)
		uses = uses_update(value->operands[k], seen);
	return uses;
}

/* `initial` in the first update, later the state: parameters that are loaded before it count as initial. */
static const struct value *at_first(const struct update *update, const struct value *initial,
                                    const struct value *state)
{
	const struct context *context = &update->inner;
	const struct value *first = value_number(context, initial->span, 1),
	                   *step = value_symbol(context, initial->span, SYMBOL_STEP);
	const struct value *choice[] = {value_binary(context, initial->span, OP_EQUAL, step, first), initial, state};
	return value_operation(context, initial->span, OP_SELECT, 3, choice);
}

static void add_state(struct update *update, const struct ast_statement *statement)
{
	struct resolver *r = update->inner.resolver;
	const struct value *initial = scalar(&update->inner, statement->value);
	struct model_state state = {.name = statement->name, .initial = initial};
	state.next = value_state(&update->inner, statement->name_span, (int)update->states.count);
	if (uses_update(initial, table_new(r->arena))) {
		state.initial = value_number(&update->inner, initial->span, 0);
		state.next = at_first(update, initial, state.next);
	}
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
	const struct value *value = scalar(&update->inner, statement->value);
	int state = state_number(update, statement->name);
	if (state != NOT_A_STATE)
		update->states.items[state].next = value;
	if (strcmp(statement->name, "parameter") == 0)
		r->model->train.parameter = value;
	bind(update, statement->name, value, statement->name_span);
}

static void bind_settings(const struct context *context, struct update *update,
                          const struct definition *definition, const struct argument *arguments)
{
	const ast_formals *formals = &definition->statement->formals;
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		const struct value *value = arguments[i].expr ? scalar(context, arguments[i].expr)
		                                              : scalar(&update->inner, formal->initial);
		bind(update, formal->name, value, formal->span);
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
}

static const struct definition *find_optimizer(const struct context *context, const struct ast_expr *name)
{
	struct resolver *r = context->resolver;
	const struct definition *definition = lookup_definition(context, name->name);
	if (definition && definition->statement->kind == AST_OPTIMIZER)
		return definition;
	if (definition)
		return fail(context, name->span, "unknown-optimizer", "`%s` is %s, not an optimizer",
		            name->name, kind_of(definition)), NULL;
	fail(context, name->span, "unknown-optimizer", "there is no optimizer `%s`", name->name);
	struct suggestion suggestion = suggestion_for(name->name);
	for (size_t i = 0; i < r->definitions.count; i++)
		if (r->definitions.items[i]->statement->kind == AST_OPTIMIZER)
			suggestion_offer(&suggestion, r->definitions.items[i]->statement->name);
	suggestion_help(r, &suggestion);
	if (!suggestion.best)
		help_definitions(r, "there", AST_OPTIMIZER);
	return NULL;
}

void resolve_optimizer(struct resolver *r, const struct ast_expr *expr)
{
	struct context context = {.resolver = r, .region = REGION_TRAIN};
	if (!expr)
		expr = r->default_optimizer;
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
