/* Inside of the printing of graphs: a text and the letters of the index variables in scope. */
#ifndef EXPR_EXPR_PRINT_H
#define EXPR_EXPR_PRINT_H

#include "base/text.h"
#include "expr/expr.h"

enum { PRINTER_VARIABLES = 64 };

struct printer {
	struct text *text;
	const char *letters[PRINTER_VARIABLES];  /* by variable; NULL: none yet, or out of scope */
	int digits;                              /* of numbers that are not whole; 0: all that they have */
	int printed;                             /* parts so far: of a longer expression the rest is … */
};

/* The variables of the left side (NULL: none) have the letters of its dimensions. */
struct printer printer_new(struct text *text, const struct tensor *left);
/* `wanted` (or NULL), or the first of i, j, k, … that is not in use. */
const char *printer_letter(struct printer *printer, const char *wanted);
/* That of a reduction's variable: of the first dimension which it runs over alone, if that letter is free.
 * Does such a dimension, or the batch, tell its extent? */
const char *printer_index(struct printer *printer, const struct expr *reduction, bool *has_extent);
/* Gives a variable that is free in the expression a letter, chosen in the same way. */
void printer_name(struct printer *printer, int variable, const struct expr *expr);
void printer_expr(struct printer *printer, const struct expr *expr);
/* "30" and not "3e+01" */
void print_number(struct text *text, double number);
/* To so many significant digits, for people: 1 - 0.9 is 0.1. Whole numbers, and all with 0 digits, stay. */
double rounded_number(double number, int digits);

#endif
