/* What the parts of the printer of LaTeX's formulas share: latex_expr.c, latex_arithmetic.c and
 * latex_choice.c. */
#ifndef EXPLAIN_LATEX_PARTS_H
#define EXPLAIN_LATEX_PARTS_H

#include "explain/latex_expr.h"

/* Precedence, lowest first. An ATOM may be raised to a power. */
enum level { CONDITIONAL, DISJUNCTION, CONJUNCTION, NEGATED, COMPARISON, SUM, TERM, FACTOR, ATOM };

/* The formula of an expression, in parentheses if it binds less than `level`; \dots behind so many parts that
 * nobody reads them. */
const char *latex_part(struct printer *printer, const struct expr *expr, enum level level);
/* The same of a formula that has none yet. */
const char *latex_in_level(struct printer *printer, const struct expr *expr, const char *formula,
                           enum level level);
/* Are there so many parts already? */
bool latex_is_full(const struct printer *printer);
void latex_print(struct printer *printer, const struct expr *expr, enum level level);
/* With parentheses that are larger where there is something tall or another pair inside. */
void latex_enclosed(struct text *text, const char *open, const char *formula, const char *close);

/* latex_arithmetic.c */
void latex_product(struct printer *printer, const struct expr *expr);
void latex_sum(struct printer *printer, const struct expr *expr);
bool latex_is_negative(const struct expr *expr);
/* One operand with an exponent, and nothing else. */
bool latex_is_single_power(const struct expr *product);
/* Without an end of its own: a sum over an index, cases. */
bool latex_is_open_ended(const struct expr *expr);
/* 1 where a condition holds and 0 elsewhere: Iverson's bracket. */
bool latex_is_iverson(const struct expr *expr);

/* latex_choice.c */
void latex_choice(struct printer *printer, const struct expr *expr);

#endif
