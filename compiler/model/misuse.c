/* Arguments that do not fit a definition: the message, and what was probably meant. */
#include "model/resolver.h"

#include "base/text.h"

static bool takes_numbers(const struct ast_statement *statement)
{
	for (size_t i = 0; i < statement->formals.count; i++)
		if (statement->formals.items[i].dims.count == 0)
			return true;
	return false;
}

static bool has_formal(const struct ast_statement *statement, name_t name)
{
	for (size_t i = 0; i < statement->formals.count; i++)
		if (statement->formals.items[i].name == name)
			return true;
	return false;
}

/* `dense(x, 16)`, `dense(x, units = 16)`: a number that no argument can be. */
static const struct ast_item *misplaced_size(const struct ast_expr *call,
                                             const struct ast_statement *statement)
{
	for (size_t i = 0; i < call->items.count; i++) {
		const struct ast_item *item = &call->items.items[i];
		bool is_argument = item->kind == ITEM_NAMED ? has_formal(statement, item->name)
		                                            : takes_numbers(statement);
		if (item->value->kind == AST_NUMBER && !is_argument)
			return item;
	}
	return NULL;
}

bool help_size(const struct context *context, const struct ast_expr *call,
               const struct definition *definition)
{
	struct resolver *r = context->resolver;
	const struct ast_statement *statement = definition->statement;
	const struct ast_item *size = misplaced_size(call, statement);
	if (statement->kind != AST_BLOCK || statement->dims.count == 0 || !size ||
	    call->operands[0]->kind != AST_NAME)
		return false;
	struct text text = text_new(r->arena);
	text_printf(&text, "%s[%.15g](", statement->name, size->value->number);
	int count = 0;
	for (size_t i = 0; i < call->items.count; i++) {
		const struct ast_item *item = &call->items.items[i];
		if (item == size || item->kind != ITEM_VALUE)
			continue;
		text_add(&text, count++ > 0 ? ", " : "");
		ast_print_expression(&text, item->value);
	}
	diag_help(r->diag, "a size stands in brackets: `%s%s)`", text_string(&text), count > 0 ? "" : "…");
	return true;
}

void fail_rank(const struct context *caller, const struct definition *definition,
               const struct ast_formal *formal, const struct argument *argument, bool or_more)
{
	struct diag *diag = caller->resolver->diag;
	const struct ast_expr *expr = argument->expr;
	fail(caller, argument->span, "rank-mismatch",
	     "the argument `%s` of `%s` needs %zu dimension%s%s, but this %s", formal->name,
	     definition->statement->name, formal->dims.count, formal->dims.count == 1 ? "" : "s",
	     or_more ? " or more" : "", shape_phrase(caller->resolver, argument->value));
	diag_note(diag, formal->span, "`%s` is declared here", formal->name);
	bool is_number = argument->value->kind == VALUE_NUMBER;
	if (is_number && or_more && definition->statement->dims.count > 0)
		diag_help(diag, "a size stands in brackets: `%s[%.15g](…)`", definition->statement->name,
		          argument->value->number);
	else if (formal->dims.count == 1 && argument->value->rank > 1)
		diag_help(diag, "`reshape(…)` makes one dimension of several");
	else if (formal->dims.count == 1 && expr && expr->kind == AST_INDEX && argument->value->rank == 0)
		diag_help(diag, "one element is a scalar; a slice such as `0..1` keeps the dimension");
}
