/* Formulas written in the language (derivatives of operators, results of rules) → expressions in normal form. */
#ifndef EXPR_FORMULA_H
#define EXPR_FORMULA_H

#include "expr/expr.h"

/* What a name of the formula stands for: an expression, or an index variable when used as x[i] and sum(i, …). */
struct formula_binding {
	name_t name;
	const struct expr *value; /* with `over`: an expression in the variable `over` */
	int over;                 /* the variable that x[…] replaces in `value`; -1: none */
	const struct linear *index;
	int64_t extent; /* of an index that a reduction of the formula may bind */
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
