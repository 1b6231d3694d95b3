/* "Did you mean": the nearest of the names that could stand at a place. */
#include "model/resolver.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

struct suggestion suggestion_for(const char *wanted)
{
	size_t length = strlen(wanted);
	return (struct suggestion){wanted, NULL, length < 3 ? 2 : length < 8 ? 3 : 4};
}

static bool same_letters(const char *a, const char *b)
{
	for (; *a || *b; a++, b++) {
		a += strspn(a, "_");
		b += strspn(b, "_");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
	return true;
}

/* `glorot` for `glorot_uniform` */
static bool is_beginning(const char *wanted, const char *candidate)
{
	size_t length = strlen(wanted);
	return length >= 3 && strncmp(wanted, candidate, length) == 0;
}

/* Its first words, as `he` are those of `he_normal` */
static bool is_first_word(const char *wanted, const char *candidate)
{
	size_t length = strlen(wanted);
	return length >= 2 && strncmp(wanted, candidate, length) == 0 && candidate[length] == '_';
}

void suggestion_offer(struct suggestion *suggestion, const char *candidate)
{
	if (suggestion->distance == 0)
		return;
	size_t distance = same_letters(suggestion->wanted, candidate)
	                          ? 0
	                          : name_distance(suggestion->wanted, candidate, suggestion->distance - 1);
	if (distance > 1 && suggestion->distance > 1 && is_first_word(suggestion->wanted, candidate))
		distance = 1;
	if (distance >= suggestion->distance && !suggestion->best &&
	    is_beginning(suggestion->wanted, candidate))
		suggestion->best = candidate;
	size_t length = strlen(candidate), wanted = strlen(suggestion->wanted);
	if (distance < suggestion->distance && distance < (length > wanted ? length : wanted)) {
		suggestion->best = candidate;
		suggestion->distance = distance;
	}
}

void suggestion_help(struct resolver *resolver, const struct suggestion *suggestion)
{
	if (suggestion->best)
		diag_help(resolver->diag, "did you mean `%s`?", suggestion->best);
}

/* Messages beyond those that are shown need no search for the nearest name. */
static bool is_shown(const struct context *context)
{
	return diag_errors(context->resolver->diag) <= DIAG_MOST_ERRORS;
}

void suggest_values(const struct context *context, struct suggestion *suggestion)
{
	if (!is_shown(context))
		return;
	for (const struct scope *scope = context->scope; scope; scope = scope->outer)
		for (size_t i = 0; i < scope->bindings.count; i++)
			suggestion_offer(suggestion, scope->bindings.items[i].name);
	for (size_t i = 0; context->implicit && i < context->implicit->bindings.count; i++)
		suggestion_offer(suggestion, context->implicit->bindings.items[i].name);
	if (same_letters(suggestion->wanted, "none"))
		suggestion_offer(suggestion, "none");
	const struct resolver *r = context->resolver;
	if (!context->frame)
		for (size_t i = 0; i < r->value_list.count; i++)
			suggestion_offer(suggestion, r->value_list.items[i]->name);
	static const char *const symbols[] = {"training", "epoch", "step", "gradient"};
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (has_value(context, name_of(r->names, symbols[i])))
			suggestion_offer(suggestion, symbols[i]);
}

void suggest_functions(const struct context *context, struct suggestion *suggestion)
{
	const struct resolver *r = context->resolver;
	if (!is_shown(context))
		return;
	for (size_t i = 0; i < r->definitions.count; i++)
		suggestion_offer(suggestion, r->definitions.items[i]->statement->name);
	for (enum op op = 0; op < OP_COUNT; op++)
		if (op_function(op_table[op].name, op_table[op].arity) == op || op_is_reduction(op))
			suggestion_offer(suggestion, op_table[op].name);
	static const char *const others[] = {"mean", "concat", "reshape", "batch_sum", "batch_mean"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		suggestion_offer(suggestion, others[i]);
}

void suggest_initialisers(const struct context *context, struct suggestion *suggestion)
{
	const struct resolver *r = context->resolver;
	for (size_t i = 0; is_shown(context) && i < r->definitions.count; i++)
		if (r->definitions.items[i]->statement->kind == AST_INIT)
			suggestion_offer(suggestion, r->definitions.items[i]->statement->name);
}

void help_definitions(struct resolver *resolver, const char *what, enum ast_statement_kind kind)
{
	struct text text = text_new(resolver->arena);
	for (size_t i = 0; i < resolver->definitions.count; i++)
		if (resolver->definitions.items[i]->statement->kind == kind)
			text_printf(&text, "%s`%s`", *text_string(&text) ? ", " : "",
			            resolver->definitions.items[i]->statement->name);
	diag_help(resolver->diag, "%s are %s", what, text_string(&text));
}

static void add_formals(struct text *text, const ast_formals *formals)
{
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		text_printf(text, "%s%s", i > 0 ? ", " : "", formal->name);
		if (!formal->initial)
			continue;
		text_add(text, " = ");
		ast_print_expression(text, formal->initial);
	}
}

void help_arguments(struct resolver *resolver, const struct ast_statement *definition)
{
	struct text text = text_new(resolver->arena);
	text_add(&text, definition->formals.count > 0 ? "`" : "no arguments");
	add_formals(&text, &definition->formals);
	text_add(&text, definition->formals.count > 0 ? "`" : "");
	int count = 0;
	for (size_t i = 0; definition->kind == AST_BLOCK && i < definition->body.count; i++) {
		const struct ast_statement *statement = definition->body.items[i];
		if (statement->kind == AST_PARAM || statement->kind == AST_STATISTIC)
			text_printf(&text, "%s`%s`", count++ > 0 ? ", " : ", and values for ",
			            statement->name);
	}
	diag_help(resolver->diag, "`%s` takes %s", definition->name, text_string(&text));
}
