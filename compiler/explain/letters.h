/* Expressions of the history: their open variables get letters. */
#ifndef EXPLAIN_LETTERS_H
#define EXPLAIN_LETTERS_H

#include "explain/explanation.h"
#include "expr/expr_print.h"

/* The two sides of a rule's firing with the variables of open reductions renamed to small ones, the same in
 * both, so that they print with a letter each. */
struct sides {
	const struct expr *before, *after;
};

struct sides readable(struct exprs *exprs, const struct firing *firing);

enum { EXPLAIN_DIGITS = 7 }; /* of numbers that are not whole */

/* With the letters of the left side, one for each of those variables in `expr`, and rounded numbers. */
struct printer printer_of(struct text *text, const struct tensor *left, const struct expr *expr);

#endif
