/* The words of the language, the values of tokens, and what to say about text that is no token. */
#include "syntax/tokens.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser.tab.h"

#include "lexer.yy.h"

static const struct word WORDS[] = {
	{"model", TOKEN_MODEL, WORD_TOP},
	{"use", TOKEN_USE, WORD_TOP},
	{"size", TOKEN_SIZE, WORD_TOP},
	{"input", TOKEN_INPUT, WORD_TOP},
	{"target", TOKEN_TARGET, WORD_TOP},
	{"param", TOKEN_PARAM, WORD_TOP | WORD_BODY},
	{"layer", TOKEN_LAYER, WORD_TOP},
	{"output", TOKEN_OUTPUT, WORD_TOP},
	{"minimize", TOKEN_MINIMIZE, WORD_TOP},
	{"train", TOKEN_TRAIN, WORD_TOP},
	{"data", TOKEN_DATA, WORD_TOP},
	{"activation", TOKEN_ACTIVATION, WORD_TOP},
	{"loss", TOKEN_LOSS, WORD_TOP},
	{"init", TOKEN_INIT, WORD_TOP},
	{"block", TOKEN_BLOCK, WORD_TOP},
	{"optimizer", TOKEN_OPTIMIZER, WORD_TOP},
	{"state", TOKEN_STATE, WORD_BODY},
	{"statistic", TOKEN_STATISTIC, WORD_BODY},
	{"return", TOKEN_RETURN, WORD_BODY},
	{"standardize", TOKEN_STANDARDIZE, 0},
	{"scale", TOKEN_SCALE, 0},
	{"if", TOKEN_IF, WORD_RESERVED},
	{"then", TOKEN_THEN, WORD_RESERVED},
	{"else", TOKEN_ELSE, WORD_RESERVED},
	{"and", TOKEN_AND, WORD_RESERVED},
	{"or", TOKEN_OR, WORD_RESERVED},
	{"not", TOKEN_NOT, WORD_RESERVED},
	{"class", TOKEN_CLASS, WORD_RESERVED},
	{NULL, 0, 0},
};

const struct word *token_words(void)
{
	return WORDS;
}

const struct word *token_word(int kind)
{
	for (const struct word *word = WORDS; word->text; word++)
		if (word->kind == kind)
			return word;
	return NULL;
}

struct span token_span(const struct source *source, const struct token *token)
{
	return (struct span){source, token->start, token->end};
}

static const char *span_text(struct span span)
{
	return span.source->text + span.start;
}

/* Bytes of a span that a message shows: long words are cut where a character ends. */
static int shown(struct span span)
{
	enum { MOST = 40 };
	uint32_t end = span.end;
	if (end - span.start > MOST)
		for (end = span.start + MOST; ((unsigned char)span.source->text[end] & 0xc0) == 0x80; end--)
			;
	return (int)(end - span.start);
}

int token_of_name(struct lexing *lexing, struct span span, name_t *name)
{
	size_t length = span.end - span.start;
	if (length > SYNTAX_MOST_NAME) {
		diag_error(lexing->diag, span, "name-length",
		           "this name has %zu characters; a name has at most %d", length, SYNTAX_MOST_NAME);
		return TOKEN_BAD;
	}
	*name = name_intern(lexing->names, span_text(span), length);
	for (const struct word *word = WORDS; word->text; word++)
		if (word->text[0] == (*name)[0] && strcmp(word->text, *name) == 0)
			return word->kind;
	return TOKEN_NAME;
}

/* strtod reads the decimal point of the locale; what follows a number in the text never belongs to it. */
static double read_number(struct arena *arena, struct span span)
{
	const char *point = localeconv()->decimal_point, *digits = span_text(span);
	size_t length = span.end - span.start;
	const char *dot = memchr(digits, '.', length);
	if (!dot || strcmp(point, ".") == 0)
		return strtod(digits, NULL);
	size_t before = (size_t)(dot - digits);
	char *copy = arena_alloc(arena, length + strlen(point) + 1);
	memcpy(copy, digits, before);
	memcpy(copy + before, point, strlen(point));
	memcpy(copy + before + strlen(point), dot + 1, length - before - 1);
	return strtod(copy, NULL);
}

int token_of_number(struct lexing *lexing, struct span span, double *number)
{
	*number = read_number(lexing->arena, span);
	if (!isinf(*number))
		return TOKEN_NUMBER;
	diag_error(lexing->diag, span, "number", "this number is too large; the largest is about 1.8e308");
	return TOKEN_BAD;
}

int token_of_string(struct lexing *lexing, struct span span, name_t *name)
{
	*name = name_intern(lexing->names, span_text(span) + 1, span.end - span.start - 2);
	return TOKEN_STRING;
}

int token_of_open_string(struct lexing *lexing, struct span span)
{
	diag_error(lexing->diag, span, "unclosed", "this string is never closed");
	diag_help(lexing->diag, "a string ends with `\"` on the line where it begins");
	return TOKEN_BAD;
}

int token_of_bad_number(struct lexing *lexing, struct span span)
{
	const char *text = span_text(span);
	const char *after = text + strspn(text, "0123456789");
	bool bare_point = *after == '.' && (after == text || after[1] < '0' || after[1] > '9');
	diag_error(lexing->diag, span, "number", "`%.*s` is not a number", shown(span), text);
	if (bare_point)
		diag_help(lexing->diag, "a decimal point needs a digit on both sides, as in `0.5` or `1.0`");
	else if (*after == '.' || *after == 'e' || *after == 'E')
		diag_help(lexing->diag, "numbers are written like `12`, `0.5` or `1e-3`");
	else
		diag_help(lexing->diag, "a name begins with a letter, and a product is written with `*`");
	return TOKEN_BAD;
}

int token_of_bad_word(struct lexing *lexing, struct span span)
{
	diag_error(lexing->diag, span, "syntax", "`%.*s` is not a name", shown(span), span_text(span));
	diag_help(lexing->diag,
	          "a name is made of English letters, digits and `_`, and begins with a letter");
	return TOKEN_BAD;
}

int token_of_bad_character(struct lexing *lexing, struct span span)
{
	static const struct {
		const char *text, *help;
	} HELP[] = {
		{"**", "a power is written `x^2`"},
		{"&&", "write `and`"},
		{"&", "write `and`"},
		{"||", "write `or`"},
		{"|", "write `or`, or `abs(x)` for an absolute value"},
		{"!", "write `not`, or `!=` for unequal"},
		{";", "a statement ends with its line"},
		{"//", "a comment begins with `#`"},
		{"/*", "a comment begins with `#`"},
		{"?", "a choice is written `if c then a else b`"},
		{"@", "a product of matrices is written with its index, as in `sum(i, W[o, i] * x[i])`"},
		{"'", "a string stands in double quotes"},
	};
	const char *text = span_text(span);
	unsigned char first = (unsigned char)text[0];
	if (first < 0x20 || first == 0x7f)
		diag_error(lexing->diag, span, "syntax", "a control character (0x%02x) has no meaning here",
		           first);
	else
		diag_error(lexing->diag, span, "syntax", "`%.*s` has no meaning here", shown(span), text);
	for (size_t i = 0; i < sizeof HELP / sizeof HELP[0]; i++) {
		size_t length = strlen(HELP[i].text);
		if (length == span.end - span.start && strncmp(HELP[i].text, text, length) == 0)
			diag_help(lexing->diag, "%s", HELP[i].help);
	}
	if (first == '\'' && span.end - span.start > 1)
		diag_help(lexing->diag, "a name stands without quotes, the file of a `use` in double ones");
	return TOKEN_BAD;
}

/* A byte order mark at the beginning is no part of the text. */
static uint32_t text_begin(const struct source *source)
{
	return strncmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

token_array tokens_read(struct arena *arena, struct names *names, struct diag *diag,
                        const struct source *source)
{
	struct lexing lexing = {
		.arena = arena, .names = names, .diag = diag, .source = source, .at = text_begin(source)};
	token_array tokens = {0};
	yyscan_t scanner;
	lexer_lex_init_extra(&lexing, &scanner);
	lexer__scan_bytes(source->text + lexing.at, (int)(source->length - lexing.at), scanner);
	YYSTYPE value = {0};
	struct span span = {0};
	for (int kind; (kind = lexer_lex(&value, &span, scanner)) != 0;) {
		struct token token = {.kind = kind, .start = span.start, .end = span.end};
		if (kind == TOKEN_NUMBER)
			token.value.number = value.number;
		else
			token.value.name = value.name;
		array_push(arena, &tokens, token);
	}
	lexer_lex_destroy(scanner);
	return tokens;
}
