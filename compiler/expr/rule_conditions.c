/* The conditions of rules. */
#include <math.h>
#include <string.h>

#include "expr/match.h"
#include "expr/prune.h"

static bool positive(const struct match *match, const struct formula_binding *letter)
{
	return is_positive(match->formula.exprs, match->definitions, letter->value);
}

/* Positive in floating point too: exp(x) > 0 may be 0 there. */
static bool away_from_zero(const struct match *match, const struct formula_binding *letter)
{
	return is_away_from_zero(match->formula.exprs, match->definitions, letter->value);
}

static bool nonnegative(const struct match *match, const struct formula_binding *letter)
{
	return is_nonnegative(match->formula.exprs, match->definitions, letter->value);
}

static bool fractional(const struct match *match, const struct formula_binding *letter)
{
	(void)match;
	return letter->value->op == OP_NUMBER && letter->value->number != floor(letter->value->number);
}

/* For the guard of logarithms: not proven positive, and not a number. */
static bool unproven(const struct match *match, const struct formula_binding *letter)
{
	return letter->value->op != OP_NUMBER && !positive(match, letter);
}

/* The maximum that the expression is, reads, or keeps from the gradient; or NULL. */
static const struct expr *maximum_of(const struct match *match, const struct expr *expr)
{
	const struct expr *definition = look_through(match->formula.exprs, match->definitions, expr);
	if (expr->op == OP_CONSTANT)
		return maximum_of(match, expr->operands[0]);
	return expr->op == OP_MAXIMUM ? expr : definition && definition->op == OP_MAXIMUM ? definition : NULL;
}

/* Is the maximum that of the rest, over the letter's indices? */
static bool is_bound_of(struct exprs *exprs, const struct expr *maximum, const struct formula_binding *letter,
                        const struct expr *rest)
{
	for (int k = 0; k < letter->over_count && maximum->op == OP_MAXIMUM; k++)
		maximum = expr_open(exprs, maximum, letter->over[k]);
	return maximum == rest;
}

/* Not x - max(x) already, be it by a rule or by the user. */
static bool unshifted(const struct match *match, const struct formula_binding *letter)
{
	struct exprs *exprs = match->formula.exprs;
	const struct expr *expr = letter->value;
	if (expr->op == OP_SHIFT)
		return false;
	for (int k = 0; expr->op == OP_ADD && k < expr->count; k++) {
		const struct expr *maximum =
		        expr->weights[k] == -1 ? maximum_of(match, expr->operands[k]) : NULL;
		if (maximum &&
		    is_bound_of(exprs, maximum, letter, normal_sum(exprs, expr, expr->operands[k])))
			return false;
	}
	return true;
}

/* Not divided by its largest element already. */
static bool unscaled(const struct match *match, const struct formula_binding *letter)
{
	(void)match;
	return letter->value->op != OP_SCALE;
}

/* Element of a one-hot vector, the letter's own index over all classes. */
static bool one_hot(const struct match *match, const struct formula_binding *letter)
{
	for (size_t k = match->formula.bindings.count; k-- > 0 && letter->over_count == 1;) {
		const struct formula_binding *index = &match->formula.bindings.items[k];
		if (index->index_count == 1 && linear_is_variable(index->indices[0], letter->over[0]))
			return is_one_hot_over(letter->value, letter->over[0], index->extents[0]);
	}
	return false;
}

static bool weighs_one_hot(const struct match *match, const struct formula_binding *letter)
{
	const struct expr *expr = letter->value;
	if (expr->op != OP_MULTIPLY)
		return one_hot(match, letter);
	for (int k = 0; k < expr->count; k++) {
		struct formula_binding factor = *letter;
		factor.value = expr->operands[k];
		if (expr->weights[k] == 1 && one_hot(match, &factor))
			return true;
	}
	return false;
}

struct hiding {
	struct exprs *exprs;
	const struct expr *logistic_of;
};

static const struct expr *hide_logistic(void *context, const struct expr *expr)
{
	const struct hiding *hiding = context;
	bool hidden = expr->op == OP_LOGISTIC && expr->operands[0] == hiding->logistic_of;
	return hidden ? expr_number(hiding->exprs, 1) : expr;
}

struct reading {
	struct tensor_map reads; /* nodes, by address */
	bool met;
};

static void note_read(void *context, const struct expr *read)
{
	struct reading *reading = context;
	tensor_map_set(&reading->reads, (const void *)read, "read");
}

static void find_read(void *context, const struct expr *read)
{
	struct reading *reading = context;
	reading->met = reading->met || tensor_map_get(&reading->reads, (const void *)read);
}

/* Does `a` read what `z` reads, other than in logistic(z)? */
static bool magnifies(const struct match *match, const struct formula_binding *a,
                      const struct formula_binding *z)
{
	struct exprs *exprs = match->formula.exprs;
	struct arena *arena = exprs_arena(exprs);
	struct hiding hiding = {exprs, z->value};
	struct reading reading = {.reads = {.arena = arena}};
	visit_reads(arena, z->value, note_read, &reading);
	visit_reads(arena, expr_map(exprs, a->value, hide_logistic, &hiding), find_read, &reading);
	return reading.met;
}

static const struct {
	const char *name;
	bool (*holds)(const struct match *match, const struct formula_binding *letter);
	bool (*holds_of_two)(const struct match *match, const struct formula_binding *a,
	                     const struct formula_binding *b);
} PREDICATES[] = {
        {"positive", positive, NULL},
        {"nonnegative", nonnegative, NULL},
        {"unproven", unproven, NULL},
        {"unshifted", unshifted, NULL},
        {"one_hot", one_hot, NULL},
        {"weighs_one_hot", weighs_one_hot, NULL},
        {"unscaled", unscaled, NULL},
        {"fractional", fractional, NULL},
        {"away_from_zero", away_from_zero, NULL},
        {"magnifies", NULL, magnifies},
};

static const struct formula_binding *letter_of(const struct match *match, const struct ast_expr *call,
                                               int place)
{
	return formula_find(&match->formula, call->items.items[place].value->name);
}

bool condition_holds(const struct match *match, const struct ast_expr *condition)
{
	if (condition->kind == AST_OPERATION) /* and */
		return condition_holds(match, condition->operands[0]) &&
		       condition_holds(match, condition->operands[1]);
	for (size_t k = 0; k < sizeof PREDICATES / sizeof *PREDICATES; k++) {
		if (strcmp(PREDICATES[k].name, condition->operands[0]->name) != 0)
			continue;
		const struct formula_binding *first = letter_of(match, condition, 0);
		return PREDICATES[k].holds
		               ? PREDICATES[k].holds(match, first)
		               : PREDICATES[k].holds_of_two(match, first, letter_of(match, condition, 1));
	}
	return false;
}
