/* Expressions in the notation of mathematics, as LaTeX writes it. Newlines are places where a row may end,
 * see latex_layout.h. */
#ifndef EXPLAIN_LATEX_EXPR_H
#define EXPLAIN_LATEX_EXPR_H

#include "expr/expr_print.h"

/* latex_name.c */

/* Text outside of formulas: what has a meaning of its own to LaTeX comes out as itself. */
void latex_escaped(struct text *text, const char *string);
/* An index letter: `n1` is n with the subscript 1. */
void latex_letter(struct text *text, const char *letter);
/* The adjoint of a parameter is written as a partial derivative; all else is a symbol with subscripts. */
bool latex_is_partial(const struct tensor *tensor);
/* A raised word belongs to the symbol: a power needs parentheses. */
bool latex_has_superscript(const struct tensor *tensor);
void latex_symbol(struct text *text, const struct tensor *tensor);
/* At most seven digits. */
void latex_number(struct text *text, double number);

/* latex_expr.c */

/* The letters of the index variables are those of `printer`. */
void latex_expr(struct printer *printer, const struct expr *expr);
/* The left side of an equation. */
void latex_left(struct printer *printer, const struct tensor *tensor);
/* What an operator's notation means, where a reader may not know it; or NULL. */
const char *latex_meaning(enum op op);

#endif
