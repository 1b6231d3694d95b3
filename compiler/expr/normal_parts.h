/* What the files of the normal form share. */
#ifndef EXPR_NORMAL_PARTS_H
#define EXPR_NORMAL_PARTS_H

#include "expr/expr.h"

/* A sum or product under construction: base and weight (coefficient or exponent), like bases together. */
struct part {
	const struct expr *base;
	double weight;
};

enum { FEW_PARTS = 4 };

struct parts {
	struct exprs *exprs;
	double number; /* constant of a sum, coefficient of a product */
	ARRAY(struct part) list;
	struct part first[FEW_PARTS]; /* of the list, while there are no more */
};

void parts_add(struct parts *parts, const struct expr *base, double weight);

typedef const struct expr *(*build_function)(struct exprs *, double, int, const struct expr *const *,
                                             const double *);
/* expr_sum_of or expr_product_of of the parts whose weight is not 0, in the order of their creation. */
const struct expr *parts_build(struct parts *parts, build_function function);

/* Is it `if c then u else 0` or `if c then 0 else u`? Such a condition guards the whole product. */
bool normal_is_guard(const struct expr *expr);
const struct expr *normal_select(struct exprs *exprs, const struct expr *condition, const struct expr *a,
                                 const struct expr *b);
/* normal_reduction.c */
const struct expr *normal_reduction(struct exprs *exprs, const struct expr *expr);

#endif
