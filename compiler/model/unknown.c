/* A name that means nothing at its place: why, and what was meant. */
#include "model/resolver.h"

#include <string.h>

const char *kind_of(const struct definition *definition)
{
	static const char *const kinds[] = {
		[AST_ACTIVATION] = "an activation", [AST_LOSS] = "a loss", [AST_INIT] = "an initialiser",
		[AST_BLOCK] = "a block", [AST_OPTIMIZER] = "an optimizer",
	};
	return kinds[definition->statement->kind];
}

/* A default sees the formals before it, and a statement of a body those before it. */
static bool declared_in_definition(const struct ast_statement *definition, name_t name, struct span *span)
{
	for (size_t i = 0; i < definition->formals.count; i++) {
		*span = definition->formals.items[i].span;
		if (definition->formals.items[i].name == name)
			return true;
	}
	for (size_t i = 0; i < definition->body.count; i++) {
		*span = definition->body.items[i]->name_span;
		if (definition->body.items[i]->kind != AST_RETURN && definition->body.items[i]->name == name)
			return true;
	}
	return false;
}

static bool declared_later(const struct context *context, name_t name, struct span *span)
{
	if (diag_errors(context->resolver->diag) > DIAG_MOST_ERRORS)
		return false;
	if (context->frame)
		return declared_in_definition(context->frame->definition->statement, name, span);
	const ast_statements *statements = &context->resolver->ast->statements;
	for (size_t i = 0; i < statements->count && context->region != REGION_TRAIN; i++) {
		enum ast_statement_kind kind = statements->items[i]->kind;
		*span = statements->items[i]->name_span;
		if ((kind == AST_LAYER || kind == AST_OUTPUT || kind == AST_SIZE) &&
		    statements->items[i]->name == name)
			return true;
	}
	return false;
}

/* A value of the model that cannot be seen from a definition, from `train` or from a `size`. */
static const struct ast_statement *declared_outside(const struct context *context, name_t name)
{
	const ast_statements *statements = &context->resolver->ast->statements;
	for (size_t i = 0; i < statements->count && !in_prelude(context); i++) {
		enum ast_statement_kind kind = statements->items[i]->kind;
		if (kind >= AST_SIZE && kind <= AST_OUTPUT && statements->items[i]->name == name)
			return statements->items[i];
	}
	return NULL;
}

/* What there is where nothing is near. */
static void help_names(const struct context *context)
{
	if (context->region == REGION_OPTIMIZER)
		diag_help(context->resolver->diag, "an optimizer knows `parameter`, `gradient`, `step` and "
		          "`epoch`, its arguments and what it assigns");
	else if (context->is_initial && !context->frame)
		help_definitions(context->resolver, "the initialisers", AST_INIT);
}

static void fail_outside(const struct context *context, const struct ast_expr *expr,
                         const struct ast_statement *statement)
{
	struct diag *diag = context->resolver->diag;
	const char *place = context->frame                    ? "in a definition"
	                    : context->region == REGION_TRAIN ? "in `train`"
	                                                      : "here";
	fail(context, expr->span, "unknown-name", "`%s` is not known %s", expr->name, place);
	diag_note(diag, statement->name_span, "this value of the model cannot be used there");
	if (context->frame && context->region != REGION_OPTIMIZER)
		diag_help(diag, "give it as an argument");
	else
		help_names(context);
}

const struct value *unknown_name(const struct context *context, const struct ast_expr *expr)
{
	struct resolver *r = context->resolver;
	name_t name = expr->name;
	const struct definition *definition = lookup_definition(context, name);
	struct span later;
	const struct ast_statement *outside = declared_outside(context, name);
	if (declared_later(context, name, &later)) {
		fail(context, expr->span, "used-before-definition", "`%s` is used before it is defined",
		     name);
		diag_note(r->diag, later, "it is defined here");
	} else if (definition) {
		fail(context, expr->span, "not-a-value", "`%s` is %s, not a value", name,
		     kind_of(definition));
		if (definition->statement->kind == AST_INIT)
			diag_help(r->diag, "it stands where a parameter gets its initial value");
		else
			diag_help(r->diag, "write `%s(…)`", name);
	} else if (is_function(name)) {
		fail(context, expr->span, "not-a-value", "`%s` is a function, not a value", name);
		diag_help(r->diag, "write `%s(…)`", name);
	} else if (strcmp(name, "weights") == 0) {
		fail(context, expr->span, "weights-place",
		     "`weights` can only be the argument of a loss in `minimize`, as in `l1(weights)`");
	} else if (strcmp(name, "none") == 0) {
		fail(context, expr->span, "none-place",
		     "`none` can only be given for a parameter of a block, as in `dense(x, b = none)`");
	} else if (outside) {
		fail_outside(context, expr, outside);
	} else {
		fail(context, expr->span, "unknown-name", "`%s` is not known here", name);
		struct suggestion suggestion = suggestion_for(name);
		suggest_values(context, &suggestion);
		if (context->region == REGION_INITIAL || context->is_initial)
			suggest_initialisers(context, &suggestion);
		suggestion_help(r, &suggestion);
		if (!suggestion.best)
			help_names(context);
	}
	return r->poison;
}
