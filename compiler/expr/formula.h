/* Formulas written in the language (derivatives of operators, results of rules) → expressions in normal form. */
#ifndef EXPR_FORMULA_H
#define EXPR_FORMULA_H

#include "expr/expr.h"

enum { FORMULA_MOST_INDICES = 4 };

/* What a name of the formula stands for: an expression, or the index of sum(i, …) and x[i]. One index stands for all of
 * a chain of reductions: sum(i, x[i]) for sum(a, sum(b, …)) with i for a and b. */
struct formula_binding {
	name_t name;
	const struct expr *value; /* NULL: an index */
	int over_count;           /* > 0: `value` is a function, of these variables, which x[…] replaces */
	int over[FORMULA_MOST_INDICES];
	int index_count;
	const struct linear *indices[FORMULA_MOST_INDICES];
	int64_t extents[FORMULA_MOST_INDICES]; /* where a reduction of the formula may bind it */
};

struct formula {
	struct exprs *exprs;
	ARRAY(struct formula_binding) bindings;
};

/* Parses the text of a table; an error in it is an internal fault and ends the program with status 4. */
const struct ast_expr *formula_parse(struct exprs *exprs, const char *text);

void formula_bind(struct formula *formula, const char *name, const struct expr *value);
const struct formula_binding *formula_find(const struct formula *formula, name_t name);

const struct expr *formula_build(struct formula *formula, const struct ast_expr *ast);

#endif
