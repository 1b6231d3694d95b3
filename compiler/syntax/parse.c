/* A file or a string → the AST. Hides the lexer and the grammar. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "parser.tab.h"
#include "syntax/ast_build.h"

/* --- sources ------------------------------------------------------------------------------------------ */

static const struct source *new_source(struct arena *arena, const char *name, const char *text, size_t length)
{
	struct source *source = ARENA_NEW(arena, struct source);
	*source = (struct source){arena_copy(arena, name, strlen(name)), text, length};
	return source;
}

const struct source *source_from_string(struct arena *arena, const char *name, const char *text)
{
	size_t length = strlen(text);
	return new_source(arena, name, arena_copy(arena, text, length), length);
}

static void too_large(struct diag *diag, struct span place, const char *name)
{
	diag_error(diag, place, "too-large", "`%s` is larger than %d bytes", name,
	           SYNTAX_MOST_BYTES);
}

static const struct source *read_file(struct arena *arena, struct diag *diag, struct span place,
                                      const char *name, FILE *file)
{
	char *text = arena_alloc(arena, SYNTAX_MOST_BYTES + 2);
	size_t length = fread(text, 1, SYNTAX_MOST_BYTES + 1, file);
	int failure = ferror(file) ? errno : 0;
	if (failure)
		diag_error(diag, place, "cannot-read", "cannot read `%s`: %s", name, strerror(failure));
	else if (length > SYNTAX_MOST_BYTES)
		too_large(diag, place, name);
	else
		return new_source(arena, name, text, length);
	return NULL;
}

const struct source *source_read_at(struct arena *arena, struct diag *diag, struct span place,
                                    const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		diag_error(diag, place, "cannot-read", "cannot open `%s`: %s", path, strerror(errno));
		return NULL;
	}
	const struct source *source = read_file(arena, diag, place, path, file);
	fclose(file);
	return source;
}

const struct source *source_read(struct arena *arena, struct diag *diag, const char *path)
{
	struct span nowhere = {0};
	if (strcmp(path, "-") == 0)
		return read_file(arena, diag, nowhere, "<stdin>", stdin);
	return source_read_at(arena, diag, nowhere, path);
}

/* --- the encoding ------------------------------------------------------------------------------------- */

/* Bytes of the character of UTF-8 that begins `text`; 0 if none does. Source: the Unicode standard, table 3-7
 * (well-formed sequences). `text` is terminated: a sequence cut short ends at a byte that does not fit. */
static int character_length(const unsigned char *text)
{
	static const struct {
		unsigned char first_from, first_to, second_from, second_to, length;
	} FORMS[] = {
		{0x01, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
		if (text[0] < FORMS[i].first_from || text[0] > FORMS[i].first_to)
			continue;
		if (FORMS[i].length > 1 && (text[1] < FORMS[i].second_from || text[1] > FORMS[i].second_to))
			return 0;
		for (int k = 2; k < FORMS[i].length; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return FORMS[i].length;
	}
	return 0;
}

static bool check_encoding(struct diag *diag, const struct source *source)
{
	const unsigned char *text = (const unsigned char *)source->text;
	for (size_t i = 0; i < source->length;) {
		int length = character_length(text + i);
		if (length > 0) {
			i += (size_t)length;
			continue;
		}
		struct span span = {source, (uint32_t)i, (uint32_t)i + 1};
		if (text[i] == 0)
			diag_error(diag, span, "encoding", "the text contains a zero byte");
		else
			diag_error(diag, span, "encoding",
			           "the byte 0x%02x is not part of a character in UTF-8", text[i]);
		diag_help(diag, "a model is plain text in UTF-8");
		return false;
	}
	return true;
}

static bool check_text(struct diag *diag, const struct source *source)
{
	if (source->length > SYNTAX_MOST_BYTES) {
		too_large(diag, (struct span){0}, source->name);
		return false;
	}
	return check_encoding(diag, source);
}

/* --- statements and expressions ----------------------------------------------------------------------- */

static token_array read_statements(struct parse *parse)
{
	if (!check_text(parse->diag, parse->source))
		return (token_array){0};
	token_array tokens = tokens_read(parse->arena, parse->names, parse->diag, parse->source);
	return tokens_split(parse->arena, parse->diag, parse->source, tokens);
}

/* The tokens of the first statement, its end included. */
static size_t statement_length(const struct token *tokens)
{
	size_t length = 0;
	while (tokens[length].kind != 0)
		length++;
	return length + 1;
}

static void parse_one(struct parse *parse, const struct token *tokens, int start)
{
	parse->tokens = tokens;
	parse->next = 0;
	parse->start = start;
	parse->failed = parse->too_deep = false;
	parse->statement = NULL;
	parse->expr = NULL;
	if (yyparse(parse) != 0)
		parse->failed = true;
}

const struct ast *parse(struct arena *arena, struct names *names, struct diag *diag,
                        const struct source *source)
{
	struct parse parse = {.arena = arena, .names = names, .diag = diag, .source = source};
	struct ast *ast = ARENA_NEW(arena, struct ast);
	ast->source = source;
	token_array tokens = read_statements(&parse);
	for (size_t i = 0; i < tokens.count; i += statement_length(tokens.items + i)) {
		parse_one(&parse, tokens.items + i, TOKEN_STATEMENT);
		if (!parse.failed)
			array_push(arena, &ast->statements, parse.statement);
	}
	return ast;
}

const struct ast_expr *parse_expression(struct arena *arena, struct names *names, struct diag *diag,
                                        const struct source *source)
{
	struct parse parse = {.arena = arena, .names = names, .diag = diag, .source = source};
	int errors = diag_errors(diag);
	token_array tokens = read_statements(&parse);
	struct span all = {source, 0, (uint32_t)source->length};
	if (tokens.count == 0) {
		if (diag_errors(diag) == errors)
			diag_error(diag, all, "syntax", "expected an expression");
		return NULL;
	}
	parse_one(&parse, tokens.items, TOKEN_EXPRESSION);
	size_t length = statement_length(tokens.items);
	if (!parse.failed && length < tokens.count)
		diag_error(diag, token_span(source, &tokens.items[length]), "syntax",
		           "expected the end of the expression");
	return diag_errors(diag) == errors ? parse.expr : NULL;
}
