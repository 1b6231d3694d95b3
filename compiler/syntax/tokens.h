/* Tokens, private to syntax/: text → tokens (lexer.l, tokens.c) → statements (lines.c) → parser.y. */
#ifndef SYNTAX_TOKENS_H
#define SYNTAX_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/name.h"

enum {
	SYNTAX_MOST_BYTES = 1 << 20,  /* of a file */
	SYNTAX_MOST_NESTING = 256,    /* of brackets, and of the tree of an expression */
	SYNTAX_MOST_NAME = 63,        /* characters of a name */
};

struct token {
	int kind;             /* enum yytokentype of the grammar, or the character itself */
	uint32_t start, end;  /* bytes of the source */
	union {
		double number;
		name_t name;  /* a word; a string without its quotes */
	} value;
};

typedef ARRAY(struct token) token_array;

/* Where a word of the language begins a statement. Every word but the reserved ones is a name elsewhere. */
enum word_place {
	WORD_TOP = 1,       /* at the top level */
	WORD_BODY = 2,      /* in the body of a block or an optimizer */
	WORD_RESERVED = 4,  /* never a name */
};

struct word {
	const char *text;
	int kind;
	unsigned places;
};

/* Ends with a row whose text is NULL. */
const struct word *token_words(void);
const struct word *token_word(int kind);

struct span token_span(const struct source *source, const struct token *token);

/* What the lexer works with, and what its actions call: each returns the kind of the token that was read,
 * TOKEN_BAD after a message. */
struct lexing {
	struct arena *arena;
	struct names *names;
	struct diag *diag;
	const struct source *source;
	uint32_t at;  /* the first byte not yet read */
};

int token_of_name(struct lexing *lexing, struct span span, name_t *name);
int token_of_number(struct lexing *lexing, struct span span, double *number);
int token_of_string(struct lexing *lexing, struct span span, name_t *name);
int token_of_open_string(struct lexing *lexing, struct span span);
int token_of_bad_number(struct lexing *lexing, struct span span);
int token_of_bad_word(struct lexing *lexing, struct span span);
int token_of_bad_character(struct lexing *lexing, struct span span);

/* All tokens of a source, line ends (TOKEN_EOL) among them. */
token_array tokens_read(struct arena *arena, struct names *names, struct diag *diag,
                        const struct source *source);

/* The same tokens as statements: each ends with kind 0, line ends stay only between the statements of a body.
 * A statement with brackets that do not match is left out after a message. */
token_array tokens_split(struct arena *arena, struct diag *diag, const struct source *source,
                         token_array tokens);

#endif
