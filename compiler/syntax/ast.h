/* What the user wrote: statements and expressions, each with its span. Names are not resolved here. */
#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/name.h"

struct ast_expr;

/* One element between brackets or parentheses: x[i], sum(k: 3, e), x[0..4], adam(rate = 0.01). */
enum ast_item_kind {
	ITEM_VALUE,   /* value */
	ITEM_EXTENT,  /* name: value */
	ITEM_SLICE,   /* value .. end */
	ITEM_NAMED,   /* name = value */
};

struct ast_item {
	enum ast_item_kind kind;
	struct span span;
	name_t name;                   /* EXTENT, NAMED */
	const struct ast_expr *value;
	const struct ast_expr *end;    /* SLICE */
};

typedef ARRAY(struct ast_item) ast_items;

enum ast_expr_kind {
	AST_NUMBER,
	AST_NAME,
	AST_OPERATION, /* an operator with its operands: `op` is its spelling, "-" with one operand is the
	                  negation */
	AST_IF,        /* operands: condition, value if true, value if false */
	AST_CALL,   /* operands[0] is what is called (a name, or an index of a name: dense[16](x)), items */
	AST_INDEX,  /* operands[0], items: x[i], x[0..4] */
	AST_MEMBER, /* operands[0] . name: encoder.W */
	AST_ARRAY,  /* items, all ITEM_VALUE; in data { … } also ITEM_SLICE */
	AST_STRING, /* name: what stands between the quotes; in data { … } alone */
};

enum { AST_MOST_OPERANDS = 3 };

struct ast_expr {
	enum ast_expr_kind kind;
	struct span span;
	double number;
	name_t name;         /* NAME, MEMBER, STRING */
	struct span name_span;
	name_t op;           /* OPERATION: + - * / ^ < > <= >= == != and or not */
	int operand_count;
	const struct ast_expr *operands[AST_MOST_OPERANDS];
	ast_items items;
};

/* A parameter of a definition: x, x[i], rate = 0.01. */
struct ast_formal {
	struct span span;
	name_t name;
	ast_items dims;
	const struct ast_expr *initial;  /* the default, or NULL */
};

typedef ARRAY(struct ast_formal) ast_formals;

/* NAME = EXPR in train { … } and in data { … }, where it is a NUMBER, NAME, STRING or an ARRAY of these. */
struct ast_setting {
	struct span span, name_span;
	name_t name;
	const struct ast_expr *value;
};

typedef ARRAY(struct ast_setting) ast_settings;

enum ast_statement_kind {
	AST_MODEL,       /* name */
	AST_USE,         /* text */
	AST_SIZE,        /* name, value */
	AST_INPUT,       /* name, dims, classes or scaling */
	AST_TARGET,      /* name, dims, classes */
	AST_PARAM,       /* name, dims, value; also in blocks */
	AST_LAYER,       /* name, dims, value */
	AST_OUTPUT,      /* name, dims, value */
	AST_MINIMIZE,    /* value */
	AST_TRAIN,       /* settings */
	AST_DATA,        /* settings */
	AST_ACTIVATION,  /* name, formals, value */
	AST_LOSS,        /* name, formals, value */
	AST_INIT,        /* name, formals, value */
	AST_BLOCK,       /* name, dims (sizes to be given at the call), formals, body */
	AST_OPTIMIZER,   /* name, formals, body */
	/* in bodies only */
	AST_STATE,       /* name, dims, value */
	AST_STATISTIC,   /* name, dims, value */
	AST_ASSIGN,      /* name, dims, value */
	AST_RETURN,      /* name, dims, value */
};

enum ast_scaling { SCALING_NONE, SCALING_STANDARDIZE, SCALING_RANGE };

struct ast_statement;
typedef ARRAY(const struct ast_statement *) ast_statements;

struct ast_statement {
	enum ast_statement_kind kind;
	struct span span, name_span;
	name_t name;
	ast_items dims;
	const struct ast_expr *value;
	const struct ast_expr *classes;  /* class[K] of an input or target, or NULL */
	enum ast_scaling scaling;
	double scale_from, scale_to;     /* scale A B */
	name_t text;                     /* USE: the path as written, without quotes */
	bool has_formals;                /* `init u2(a)` against `init u2` */
	ast_formals formals;
	ast_settings settings;
	ast_statements body;
};

struct ast {
	const struct source *source;
	ast_statements statements;
};

/* --- parse.c: text → AST ------------------------------------------------------------------------------- */

/* Reads a file whole. NULL after a message (id "cannot-read") if that fails; "-" is standard input. */
const struct source *source_read(struct arena *arena, struct diag *diag, const char *path);

/* The same of a file that the text at `place` names; its messages stand there. "-" is a file like others. */
const struct source *source_read_at(struct arena *arena, struct diag *diag, struct span place,
                                    const char *path);
const struct source *source_from_string(struct arena *arena, const char *name, const char *text);

/* Statements that could not be read are left out, each after a message; never NULL. */
const struct ast *parse(struct arena *arena, struct names *names, struct diag *diag,
                        const struct source *source);

/* One expression alone, as the rules and the derivatives of operators are written; NULL after a message. */
const struct ast_expr *parse_expression(struct arena *arena, struct names *names, struct diag *diag,
                                        const struct source *source);

/* --- ast_print.c: AST → canonical text, which parses back to the same AST -------------------------------- */

struct text;
void ast_print(struct text *text, const struct ast *ast);
void ast_print_expression(struct text *text, const struct ast_expr *expr);

#endif
