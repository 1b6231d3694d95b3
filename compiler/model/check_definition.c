/* The form of a definition, whether it is used or not: names given twice, and what its body may hold. */
#include "model/resolver.h"

#include <string.h>

struct check {
	struct resolver *resolver;
	const struct ast_statement *definition;
	struct table *names;      /* given so far → their spans */
	struct table *statistics; /* name → the statement that assigns it last */
};

/* False if the name has been given. */
static bool add_name(struct check *check, name_t name, struct span span)
{
	struct resolver *r = check->resolver;
	const struct span *first = table_get(check->names, name);
	if (first) {
		diag_error(r->diag, span, "duplicate-name", "the name `%s` is given twice in `%s`", name,
		           check->definition->name);
		diag_note(r->diag, *first, "it is first given here");
		return false;
	}
	struct span *given = ARENA_NEW(r->arena, struct span);
	*given = span;
	table_put(check->names, name, given);
	return true;
}

static void check_formals(struct check *check)
{
	const ast_formals *formals = &check->definition->formals;
	for (size_t i = 0; i < formals->count; i++)
		add_name(check, formals->items[i].name, formals->items[i].span);
}

/* --- blocks ------------------------------------------------------------------------------------------- */

static void check_assignment(struct check *check, const struct ast_statement *statement)
{
	struct diag *diag = check->resolver->diag;
	const struct ast_statement *other = table_get(check->statistics, statement->name);
	if (!other) {
		add_name(check, statement->name, statement->name_span);
	} else if (other->kind == AST_STATISTIC) {
		table_put(check->statistics, statement->name, (void *)statement);
	} else {
		diag_error(diag, statement->span, "bad-statistic", "the statistic `%s` is assigned twice",
		           statement->name);
		diag_note(diag, other->span, "it is first assigned here");
	}
}

static void check_block_statement(struct check *check, const struct ast_statement *statement)
{
	struct diag *diag = check->resolver->diag;
	if (statement->kind == AST_ASSIGN) {
		check_assignment(check, statement);
	} else if (statement->kind == AST_STATE) {
		diag_error(diag, statement->span, "not-in-a-block", "only an optimizer has a `state`");
		diag_help(diag, "what a block keeps between training steps is a `statistic`");
	} else if (statement->kind != AST_RETURN) {
		add_name(check, statement->name, statement->name_span);
		if (statement->kind == AST_STATISTIC)
			table_put(check->statistics, statement->name, (void *)statement);
	}
}

static void warn_unassigned(struct check *check)
{
	const ast_statements *body = &check->definition->body;
	for (size_t i = 0; i < body->count; i++) {
		const struct ast_statement *statement = body->items[i];
		if (statement->kind == AST_STATISTIC &&
		    table_get(check->statistics, statement->name) == statement)
			diag_warning(check->resolver->diag, statement->name_span, "unassigned-statistic",
			             "the statistic `%s` is never assigned, so that it stays as it begins",
			             statement->name);
	}
}

static void check_block(struct check *check)
{
	struct diag *diag = check->resolver->diag;
	const struct ast_statement *definition = check->definition;
	const ast_statements *body = &definition->body;
	size_t end = 0;
	while (end < body->count && body->items[end]->kind != AST_RETURN)
		end++;
	if (end == body->count) {
		diag_error(diag, definition->name_span, "no-return", "the block `%s` returns nothing",
		           definition->name);
		diag_help(diag, "end it with a line such as `return y[i] = …`");
	} else if (end + 1 < body->count) {
		diag_error(diag, body->items[end + 1]->span, "after-return",
		           "nothing can stand after the `return` of a block");
		diag_note(diag, body->items[end]->span, "it is here");
	}
	for (size_t i = 0; i < body->count; i++)
		check_block_statement(check, body->items[i]);
	warn_unassigned(check);
}

/* --- optimisers --------------------------------------------------------------------------------------- */

static void check_optimizer(struct check *check)
{
	struct diag *diag = check->resolver->diag;
	const struct ast_statement *definition = check->definition;
	bool assigns_parameter = false;
	for (size_t i = 0; i < definition->body.count; i++) {
		const struct ast_statement *statement = definition->body.items[i];
		bool is_state = statement->kind == AST_STATE;
		if (!is_state && statement->kind != AST_ASSIGN) {
			diag_error(diag, statement->span, "not-in-an-optimizer",
			           "an optimizer holds states and assignments of scalars only");
			continue;
		}
		if (statement->dims.count > 0) {
			diag_error(diag, statement->span, "not-a-scalar",
			           "an optimizer computes with scalars, one for each element of a parameter");
			diag_help(diag, "leave the brackets out: `%s = …`", statement->name);
		}
		if (is_state)
			add_name(check, statement->name, statement->name_span);
		assigns_parameter |= !is_state && strcmp(statement->name, "parameter") == 0;
	}
	if (assigns_parameter)
		return;
	diag_error(diag, definition->name_span, "no-update", "the optimizer `%s` never assigns `parameter`",
	           definition->name);
	diag_help(diag, "add a line such as `parameter = parameter - rate * gradient`");
}

bool check_definition(struct resolver *resolver, const struct ast_statement *definition)
{
	struct check check = {resolver, definition, table_new(resolver->arena), table_new(resolver->arena)};
	int errors = diag_errors(resolver->diag);
	check_formals(&check);
	if (definition->kind == AST_BLOCK)
		check_block(&check);
	if (definition->kind == AST_OPTIMIZER)
		check_optimizer(&check);
	return diag_errors(resolver->diag) == errors;
}
