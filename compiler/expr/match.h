/* Patterns of the rules against expressions. */
#ifndef EXPR_MATCH_H
#define EXPR_MATCH_H

#include "expr/formula.h"
#include "expr/prune.h"

enum {
	MATCH_MOST_OPENED = 8,
	MATCHED = 1 << 19, /* variables of opened reductions: the same ones in each match, so that nodes are */
};

struct match {
	struct formula formula; /* what the letters stand for */
	const struct tensor_map
	        *definitions;          /* tensor → its struct equation, to look through reads; or NULL */
	int opened[MATCH_MOST_OPENED]; /* variables of the reductions above the place */
	int opened_count;
	int variable_count; /* that were opened so far, by reductions that are closed again too */
	const struct expr *remainder; /* what a sum or product at the root has beyond the pattern, or NULL */
};

/* Does the pattern fit, for some choice of its letters? */
bool match_pattern(struct match *match, const struct ast_expr *pattern, const struct expr *expr);

/* The right side of the tensor's definition at the indices of the read; NULL without one. */
const struct expr *look_through(struct exprs *exprs, const struct tensor_map *definitions,
                                const struct expr *read);

/* --- facts.c: what is known of values --------------------------------------------------------- */

/* Proven > 0, whatever the inputs and parameters. */
bool is_positive(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr);
/* Not less than the smallest normal number of float, whatever is rounded on the way. */
bool is_away_from_zero(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr);
bool is_nonnegative(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr);

/* --- rule_conditions.c ------------------------------------------------------------------------ */

/* A condition of a rule: "positive(a) and positive(b)". */
bool condition_holds(const struct match *match, const struct ast_expr *condition);

#endif
