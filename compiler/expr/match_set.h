/* What the files of the matcher share. */
#ifndef EXPR_MATCH_SET_H
#define EXPR_MATCH_SET_H

#include "expr/match.h"

/* --- match.c ------------------------------------------------------------------------------------ */

/* The pattern at this node; at the `root` a sum or product may have more than the pattern names. */
bool match_node(struct match *m, const struct ast_expr *pattern, const struct expr *expr, bool root);
/* The same, and if it does not fit, with the definition of what is read. */
bool match_through(struct match *m, const struct ast_expr *pattern, const struct expr *expr);
/* Does it use the index of a reduction above the place? */
bool match_uses_opened(const struct match *m, const struct expr *expr);
void match_bind(struct match *m, struct formula_binding binding);

/* --- match_set.c ---------------------------------------------------------------------------------- */

/* A sum, product, quotient, power or negation. */
/* a < b, the only comparison in patterns */
bool is_comparison(const struct ast_expr *pattern);
bool match_operation(struct match *m, const struct ast_expr *pattern, const struct expr *expr, bool root);

#endif
