/* A token that does not fit, and what would fit → one message in the words of the user. */
#include "syntax/ast_build.h"

#include <string.h>

#include "base/text.h"
#include "parser.tab.h"

struct fault {
	struct parse *parse;
	const struct token *found, *previous;  /* `previous` is NULL at the beginning */
	const char *const *expected;           /* the names of tokens in parser.y: "a name", "if", "'('" */
	size_t count;
};

static bool expects(const struct fault *fault, const char *name)
{
	for (size_t i = 0; i < fault->count; i++)
		if (strcmp(fault->expected[i], name) == 0)
			return true;
	return false;
}

static bool expects_expression(const struct fault *fault)
{
	return expects(fault, "a number") && expects(fault, "'('");
}

static struct span span_of(const struct fault *fault, const struct token *token)
{
	return token_span(fault->parse->source, token);
}

static bool is_line_end(const struct token *token)
{
	return token->kind == 0 || token->kind == TOKEN_EOL;
}

/* The fault is where something is missing: at a line end, that is the token before it. */
static struct span place(const struct fault *fault)
{
	return span_of(fault, is_line_end(fault->found) && fault->previous ? fault->previous : fault->found);
}

/* Whether nothing of a statement stands before `token`. */
static bool begins(const struct fault *fault, const struct token *token)
{
	return token == fault->parse->tokens || token[-1].kind == TOKEN_EOL || token[-1].kind == '{';
}

static bool is_word(const struct token *token)
{
	return token->kind == TOKEN_NAME || token_word(token->kind);
}

static bool is_operand(const struct token *token)
{
	return is_word(token) || token->kind == TOKEN_STRING || token->kind == TOKEN_NUMBER;
}

/* The nearest word that fits, if it is near enough to be what was meant. */
static const char *nearest_word(const struct fault *fault, const char *text, unsigned places)
{
	size_t nearest = strlen(text) < 4 ? 2 : 3;
	const char *best = NULL;
	for (const struct word *word = token_words(); word->text; word++) {
		if (places ? !(word->places & places) : !expects(fault, word->text))
			continue;
		size_t distance = name_distance(text, word->text, nearest);
		if (distance < nearest) {
			nearest = distance;
			best = word->text;
		}
	}
	return best;
}

static void help_word(const struct fault *fault, const char *word)
{
	if (word)
		diag_help(fault->parse->diag, "did you mean `%s`?", word);
}

static void unknown_statement(const struct fault *fault, const struct token *token, unsigned places)
{
	struct diag *diag = fault->parse->diag;
	const char *text = token->value.name, *word = nearest_word(fault, text, places);
	diag_error(diag, span_of(fault, token), "unknown-statement", "unknown statement `%s`", text);
	if (!word && places == WORD_TOP && (token[1].kind == '=' || token[1].kind == '['))
		diag_help(diag, "a value that is computed is written `layer %s = …`", text);
	help_word(fault, word);
}

/* --- the particular faults: each says whether it was one ---------------------------------------------- */

static bool no_statement(const struct fault *fault)
{
	const struct token *found = fault->found;
	const struct word *word = token_word(found->kind);
	if (!begins(fault, found) || !expects(fault, "model") || expects(fault, "a name"))
		return false;
	if (found->kind == TOKEN_NAME)
		unknown_statement(fault, found, WORD_TOP);
	else if (word && word->places & WORD_BODY)
		diag_error(fault->parse->diag, span_of(fault, found), "unknown-statement",
		           "`%s` can stand only in the body of a block or an optimizer", word->text);
	else if (word && word->places & WORD_RESERVED)
		diag_error(fault->parse->diag, span_of(fault, found), "syntax",
		           "a statement cannot begin with `%s`", word->text);
	else
		diag_error(fault->parse->diag, span_of(fault, found), "syntax", "expected a statement");
	return true;
}

/* `layer h` or `parm W` between { }, where `parm` was read as the name of a value. */
static bool no_statement_of_body(const struct fault *fault)
{
	const struct token *word = fault->previous;
	if (!word || !begins(fault, word) || !is_word(word) || !expects(fault, "'='") ||
	    !is_operand(fault->found))
		return false;
	if (word->kind == TOKEN_NAME && !expects(fault, "'['"))
		return false;
	if (word->kind == TOKEN_RETURN && expects(fault, "a name"))
		return false;
	if (word->kind == TOKEN_NAME)
		unknown_statement(fault, word, WORD_BODY);
	else
		diag_error(fault->parse->diag, span_of(fault, word), "unknown-statement",
		           "a statement with `%s` cannot stand here", word->value.name);
	return true;
}

static bool needs_parentheses(const struct fault *fault)
{
	const struct word *word = token_word(fault->found->kind);
	bool prefix = fault->found->kind == TOKEN_IF || fault->found->kind == TOKEN_NOT;
	if (!prefix || !expects_expression(fault) || expects(fault, word->text))
		return false;
	diag_error(fault->parse->diag, span_of(fault, fault->found), "syntax",
	           "`%s` after an operator needs parentheses around it", word->text);
	return true;
}

static bool reserved_word(const struct fault *fault)
{
	const struct word *word = token_word(fault->found->kind);
	if (!word || !(word->places & WORD_RESERVED) || !expects(fault, "a name"))
		return false;
	if (expects_expression(fault) && word->kind != TOKEN_CLASS)
		return false;
	diag_error(fault->parse->diag, span_of(fault, fault->found), "reserved-word",
	           "`%s` is a reserved word and cannot be a name", word->text);
	return true;
}

static bool line_break_between(const struct fault *fault, const struct token *a, const struct token *b)
{
	return memchr(fault->parse->source->text + a->end, '\n', b->start - a->end);
}

/* `epochs =` with nothing after it, so that the next line, `batch = 32`, was read as its value. */
static bool unfinished_line(const struct fault *fault)
{
	const struct token *word = fault->previous;
	if (fault->found->kind != '=' || !word || !is_word(word) || word == fault->parse->tokens)
		return false;
	const struct token *before = word - 1;
	if (before->kind == TOKEN_EOL || before->kind == '{' || !line_break_between(fault, before, word))
		return false;
	diag_error(fault->parse->diag, span_of(fault, before), "syntax",
	           "expected an expression after `%.*s`",
	           (int)(before->end - before->start), fault->parse->source->text + before->start);
	return true;
}

static bool chained_comparison(const struct fault *fault)
{
	static const int COMPARISONS[] = {'<', '>', TOKEN_AT_MOST, TOKEN_AT_LEAST, TOKEN_EQUAL,
	                                  TOKEN_UNEQUAL};
	bool comparison = false;
	for (size_t i = 0; i < sizeof COMPARISONS / sizeof COMPARISONS[0]; i++)
		comparison |= fault->found->kind == COMPARISONS[i];
	if (!comparison || !expects(fault, "and") || expects(fault, "=="))
		return false;
	diag_error(fault->parse->diag, span_of(fault, fault->found), "syntax",
	           "comparisons cannot be chained");
	diag_help(fault->parse->diag, "write `a < b and b < c`");
	return true;
}

/* --- the general fault: expected this, that or another ------------------------------------------------ */

static bool among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

/* Whether a phrase for the whole group ("an expression") stands for this name. */
static bool in_group(const struct fault *fault, const char *name)
{
	static const char *const OPERAND[] = {"a number", "'('", "'['", "'-'", "not", "if", NULL};
	static const char *const OPERATOR[] = {"'+'", "'-'", "'*'", "'/'", "'^'", "'<'", "'>'", "<=", ">=",
	                                       "==", "!=", "and", "or", "'('", "'['", "'.'", "':'", "'='",
	                                       "..", NULL};
	if (expects_expression(fault) && among(name, OPERAND))
		return true;
	if (!expects_expression(fault) && expects(fault, "'*'") && among(name, OPERATOR))
		return true;
	if (!expects(fault, "a name"))
		return false;
	for (const struct word *word = token_words(); word->text; word++)
		if (strcmp(word->text, name) == 0 && word->places != WORD_RESERVED)
			return true;
	return strcmp(name, "a name") == 0;
}

static const char *group_phrase(const struct fault *fault)
{
	bool first = begins(fault, fault->found) && expects(fault, "'}'");
	if (expects_expression(fault))
		return "an expression";
	if (expects(fault, "'*'"))
		return "an operator";
	if (expects(fault, "a name"))
		return !first ? "a name" : expects(fault, "return") ? "a statement or a name" : "a name";
	return NULL;
}

/* A token as users see it: '(' → `(`, if → `if`, but "a string" and "the end of the line" as they are. */
static const char *phrase_of(struct fault *fault, const char *name)
{
	struct text text = text_new(fault->parse->arena);
	size_t length = strlen(name);
	if (strchr(name, ' '))
		text_add(&text, name);
	else if (name[0] == '\'')
		text_printf(&text, "`%.*s`", (int)length - 2, name + 1);
	else
		text_printf(&text, "`%s`", name);
	return text_string(&text);
}

/* Characters and words first, then "a new line" and the like. */
static const char *list_of_expected(struct fault *fault)
{
	ARRAY(const char *) phrases = {0};
	const char *group = group_phrase(fault);
	if (group)
		array_push(fault->parse->arena, &phrases, group);
	for (int with_blanks = 0; with_blanks <= 1; with_blanks++)
		for (size_t i = 0; i < fault->count; i++)
			if (!in_group(fault, fault->expected[i]) &&
			    !strchr(fault->expected[i], ' ') == !with_blanks)
				array_push(fault->parse->arena, &phrases,
				           phrase_of(fault, fault->expected[i]));
	struct text text = text_new(fault->parse->arena);
	for (size_t i = 0; i < phrases.count; i++)
		text_printf(&text, "%s%s", i == 0 ? "" : i + 1 == phrases.count ? " or " : ", ",
		            phrases.items[i]);
	return text_string(&text);
}

static void unexpected(struct fault *fault)
{
	struct diag *diag = fault->parse->diag;
	const struct token *previous = fault->previous, *found = fault->found;
	const char *list = list_of_expected(fault);
	if (!previous || previous->kind == TOKEN_EOL) {
		diag_error(diag, place(fault), "syntax", "expected %s", list);
	} else {
		size_t length = previous->end - previous->start;
		diag_error(diag, place(fault), "syntax", "expected %s after `%.*s`", list, (int)length,
		           fault->parse->source->text + previous->start);
	}
	if (syntax_help(fault->parse, found))
		return;
	if (found->kind == '=' && expects(fault, "=="))
		diag_help(diag, "equality is written `==`");
	if (found->kind == TOKEN_NAME && !expects(fault, "a name"))
		help_word(fault, nearest_word(fault, found->value.name, 0));
}

void syntax_error(struct parse *parse, const char *const *expected, size_t count)
{
	const struct token *found = &parse->tokens[parse->next - 1];
	struct fault fault = {parse, found, parse->next > 1 ? found - 1 : NULL, expected, count};
	parse->failed = true;
	if (found->kind == TOKEN_BAD || parse->too_deep)
		return;
	static bool (*const PARTICULAR[])(const struct fault *) = {
		no_statement,  no_statement_of_body, unfinished_line,
		reserved_word, needs_parentheses,    chained_comparison,
	};
	for (size_t i = 0; i < sizeof PARTICULAR / sizeof PARTICULAR[0]; i++)
		if (PARTICULAR[i](&fault))
			return;
	unexpected(&fault);
}

void syntax_too_deep(struct parse *parse, struct span span)
{
	if (!parse->too_deep) {
		diag_error(parse->diag, span, "nesting", "this is nested more than %d deep",
		           SYNTAX_MOST_NESTING);
		diag_help(parse->diag, "give a part of it a name of its own");
	}
	parse->too_deep = parse->failed = true;
}
