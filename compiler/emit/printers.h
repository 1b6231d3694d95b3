/* Operators as C, by kind; see expression.c. */
#ifndef EMIT_PRINTERS_H
#define EMIT_PRINTERS_H

#include "emit/scope.h"

/* Writes the expression with parentheses if it binds more loosely than `precedence`. */
typedef void printer(struct text *text, const struct scope *scope, const struct expr *expr,
                     enum precedence precedence);

bool scope_is_double(const struct scope *scope);
void open_parenthesis(struct text *text, bool needed);
void close_parenthesis(struct text *text, bool needed);

/* leaf.c */
printer leaf_number, leaf_read, leaf_position, leaf_symbol, leaf_draw, leaf_stored;
void leaf_label(struct text *text, const struct scope *scope, const struct expr *label);

/* vector.c: those that differ from the scalar ones */
printer vector_draw; /* leaf.c */
printer vector_read, vector_select, vector_extreme, vector_condition, vector_condition_as_number, vector_call;

/* condition.c */
printer print_condition_as_number;
/* Positions and classes are compared as integers. */
bool compares_whole(const struct expr *expr);
/* Such an operand. */
printer print_whole;

#endif
