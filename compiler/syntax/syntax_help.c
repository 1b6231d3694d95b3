/* What was meant by a statement that does not fit: habits from other languages, parts that were left out. */
#include "syntax/ast_build.h"

#include <string.h>

#include "parser.tab.h"

/* What the helps look at: the tokens of the fault, and the first one of the statement that holds it. */
struct slip {
	const struct parse *parse;
	const struct token *first, *previous, *found;
	bool has_equals;  /* there is a `=` between `first` and `found` */
};

static const struct token *first_token(const struct parse *parse, const struct token *found)
{
	while (found > parse->tokens && found[-1].kind != TOKEN_EOL && found[-1].kind != '{')
		found--;
	return found;
}

static bool at_line_end(const struct slip *slip)
{
	return slip->found->kind == 0 || slip->found->kind == TOKEN_EOL;
}

/* The text from one token to another, for "%.*s"; what is long or of several lines is left out. */
static const char *text_from(const struct slip *slip, const struct token *from, const struct token *to,
                             int *length)
{
	enum { MOST = 60 };
	const char *text = slip->parse->source->text + from->start;
	*length = (int)(to->end - from->start);
	if (*length <= MOST && !memchr(text, '\n', (size_t)*length))
		return text;
	*length = (int)strlen("…");
	return "…";
}

/* --- each says whether it had something to say -------------------------------------------------------- */

/* `param W[2, 2]` */
static bool no_initial_value(const struct slip *slip)
{
	if (slip->first->kind != TOKEN_PARAM || slip->has_equals || !at_line_end(slip) ||
	    slip->previous == slip->first)
		return false;
	int length;
	const char *text = text_from(slip, slip->first, slip->previous, &length);
	diag_help(slip->parse->diag, "a parameter needs an initial value, as in `%.*s = glorot_uniform`",
	          length, text);
	return true;
}

/* `loss mse(y, t)` as if it said what to minimize */
static bool loss_as_statement(const struct slip *slip)
{
	if (slip->first->kind != TOKEN_LOSS || slip->has_equals || !at_line_end(slip) ||
	    slip->previous->kind != ')')
		return false;
	int length;
	const char *text = text_from(slip, slip->first + 1, slip->previous, &length);
	diag_help(slip->parse->diag, "`loss` defines one; training lowers that of a line `minimize %.*s`",
	          length, text);
	return true;
}

/* `return x * 2` */
static bool return_without_name(const struct slip *slip)
{
	if (slip->first->kind != TOKEN_RETURN || slip->has_equals)
		return false;
	diag_help(slip->parse->diag, "what is returned has a name: `return y[i] = …`");
	return true;
}

/* `w -= x` */
static bool update_operator(const struct slip *slip)
{
	const struct token *found = slip->found;
	if (found->kind <= 0 || found->kind > 127 || !strchr("+-*/", found->kind) || found[1].kind != '=' ||
	    found[1].start != found->end)
		return false;
	const struct token *name = slip->previous;
	bool is_name = name->kind == TOKEN_NAME || token_word(name->kind);
	int length;
	const char *text = text_from(slip, name, name, &length);
	diag_help(slip->parse->diag, "there is no `%c=`: write `%.*s = %.*s %c …`", found->kind,
	          is_name ? length : 1, is_name ? text : "x", is_name ? length : 1, is_name ? text : "x",
	          found->kind);
	return true;
}

/* `dense(x, dense_2.W = …)` */
static bool dotted_argument(const struct slip *slip)
{
	if (slip->found->kind != '=' || slip->previous - slip->first < 2 || slip->previous[-1].kind != '.')
		return false;
	int length;
	const char *text = text_from(slip, slip->previous, slip->previous, &length);
	diag_help(slip->parse->diag,
	          "a call names parameters of its own block only, without a dot: `%.*s = …`", length, text);
	return true;
}

/* `a if c else b` */
static bool condition_behind(const struct slip *slip)
{
	if (slip->found->kind != TOKEN_IF)
		return false;
	diag_help(slip->parse->diag, "a choice is written `if c then a else b`");
	return true;
}

/* `optimizer = "adam"` */
static bool name_in_quotes(const struct slip *slip)
{
	if (slip->found->kind != TOKEN_STRING || slip->previous->kind != '=')
		return false;
	diag_help(slip->parse->diag, "a name stands without quotes: `%s`", slip->found->value.name);
	return true;
}

/* `x = 1 .. 4` in `data` */
static bool range_without_brackets(const struct slip *slip)
{
	if (slip->found->kind != TOKEN_DOTS || slip->previous - slip->first != 2 || slip->previous[-1].kind != '=')
		return false;
	diag_help(slip->parse->diag, "a range of columns stands in brackets: `[1 .. 4]`");
	return true;
}

static bool (*const SLIPS[])(const struct slip *) = {
	no_initial_value, loss_as_statement, return_without_name, update_operator,
	dotted_argument,  condition_behind,  name_in_quotes,  range_without_brackets,
};

bool syntax_help(const struct parse *parse, const struct token *found)
{
	struct slip slip = {.parse = parse, .first = first_token(parse, found), .found = found};
	if (slip.first == found)
		return false;
	slip.previous = found - 1;
	for (const struct token *token = slip.first; token < found; token++)
		slip.has_equals |= token->kind == '=';
	for (size_t i = 0; i < sizeof SLIPS / sizeof SLIPS[0]; i++)
		if (SLIPS[i](&slip))
			return true;
	return false;
}
