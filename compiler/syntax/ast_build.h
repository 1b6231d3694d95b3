/* What the actions of parser.y call, private to syntax/; each takes parts and gives the form. */
#ifndef SYNTAX_AST_BUILD_H
#define SYNTAX_AST_BUILD_H

#include "syntax/ast.h"
#include "syntax/tokens.h"

/* One statement, or one expression, on its way through the grammar. */
struct parse {
	struct arena *arena;
	struct names *names;
	struct diag *diag;
	const struct source *source;
	const struct token *tokens;  /* of the statement, the last of kind 0 */
	size_t next;                 /* the token to be read next */
	int start;                   /* TOKEN_STATEMENT or TOKEN_EXPRESSION, read before all others; then 0 */
	bool failed;                 /* there was a message: the result is not used */
	bool too_deep;               /* no more of it is built */
	const struct ast_statement *statement;
	const struct ast_expr *expr;
};

struct ast_word {
	name_t name;
	struct span span;
};

/* standardize, scale A B, class[K], or nothing. */
struct ast_coding {
	enum ast_scaling scaling;
	double from, to;
	const struct ast_expr *classes;
};

/* What a form with items is called in messages, and which kinds of item it takes (bits 1 << ITEM_…). */
enum ast_items_form { ITEMS_OF_CALL, ITEMS_OF_INDEX, ITEMS_OF_ARRAY, ITEMS_OF_SHAPE };

const struct ast_expr *ast_number(struct parse *parse, struct span span, double number);
const struct ast_expr *ast_name(struct parse *parse, struct ast_word word);
const struct ast_expr *ast_string(struct parse *parse, struct span span, name_t text);
const struct ast_expr *ast_unary(struct parse *parse, struct span span, const char *op,
                                 const struct ast_expr *operand);
const struct ast_expr *ast_binary(struct parse *parse, struct span span, const char *op,
                                  const struct ast_expr *left, const struct ast_expr *right);
const struct ast_expr *ast_if(struct parse *parse, struct span span, const struct ast_expr *condition,
                              const struct ast_expr *yes, const struct ast_expr *no);
const struct ast_expr *ast_call(struct parse *parse, struct span span, const struct ast_expr *callee,
                                ast_items items);
const struct ast_expr *ast_index(struct parse *parse, struct span span, const struct ast_expr *base,
                                 ast_items items);
const struct ast_expr *ast_member(struct parse *parse, struct span span, const struct ast_expr *base,
                                  struct ast_word member);
const struct ast_expr *ast_array(struct parse *parse, struct span span, ast_items items);
/* An array of columns, which may hold ranges. */
const struct ast_expr *ast_columns(struct parse *parse, struct span span, ast_items items);

struct ast_item ast_value_item(struct span span, const struct ast_expr *value);
struct ast_item ast_extent_item(struct span span, struct ast_word word, const struct ast_expr *value);
struct ast_item ast_slice_item(struct span span, const struct ast_expr *value, const struct ast_expr *end);
struct ast_item ast_named_item(struct span span, struct ast_word word, const struct ast_expr *value);
ast_items ast_add_item(struct parse *parse, ast_items items, struct ast_item item);
ast_items ast_shape(struct parse *parse, ast_items items);

struct ast_formal ast_formal(struct span span, struct ast_word word, ast_items dims,
                             const struct ast_expr *initial);
ast_formals ast_add_formal(struct parse *parse, ast_formals formals, struct ast_formal formal);
struct ast_setting ast_setting(struct span span, struct ast_word word, const struct ast_expr *value);
ast_settings ast_add_setting(struct parse *parse, ast_settings settings, struct ast_setting setting);

/* A statement that could not be read is NULL and not added. */
ast_statements ast_add_statement(struct parse *parse, ast_statements statements,
                                 const struct ast_statement *statement);

const struct ast_statement *ast_model(struct parse *parse, struct span span, struct ast_word word);
const struct ast_statement *ast_use(struct parse *parse, struct span span, name_t path);
const struct ast_statement *ast_data_value(struct parse *parse, struct span span,
                                           enum ast_statement_kind kind,
                                           struct ast_word word, ast_items dims, struct ast_coding coding);
const struct ast_statement *ast_equation(struct parse *parse, struct span span, enum ast_statement_kind kind,
                                         struct ast_word word, ast_items dims, const struct ast_expr *value);
const struct ast_statement *ast_minimize(struct parse *parse, struct span span, const struct ast_expr *value);
const struct ast_statement *ast_settings_of(struct parse *parse, struct span span,
                                            enum ast_statement_kind kind,
                                            ast_settings settings);
const struct ast_statement *ast_definition(struct parse *parse, struct span span,
                                           enum ast_statement_kind kind,
                                           struct ast_word word, const ast_formals *formals,
                                           const struct ast_expr *value);
const struct ast_statement *ast_body(struct parse *parse, struct span span, enum ast_statement_kind kind,
                                     struct ast_word word, ast_items dims, ast_formals formals,
                                     ast_statements body);

/* --- syntax_error.c ----------------------------------------------------------------------------------- */

/* The token read last does not fit; `expected` has the names that parser.y gives to tokens. */
void syntax_error(struct parse *parse, const char *const *expected, size_t count);
void syntax_too_deep(struct parse *parse, struct span span);

/* --- syntax_help.c ------------------------------------------------------------------------------------ */

/* Says what was probably meant where the token `found` does not fit; false if that is unknown. */
bool syntax_help(const struct parse *parse, const struct token *found);

#endif
