#include "expr/conditions.h"

#include <math.h>

#include "expr/prune.h"

enum { MOST_POSITION = 1 << 30 };

struct range {
	double low, high;
};

struct counter {
	int variable;
	int64_t extent;
};

struct deciding {
	struct exprs *exprs;
	ARRAY(struct counter) counters;
	struct tensor_map decided; /* nodes, by address → what became of them */
};

static const struct range unknown = {(double)-INFINITY, (double)INFINITY};

/* range + factor * other */
static struct range combined(struct range range, double factor, struct range other)
{
	double low = factor > 0 ? other.low : other.high, high = factor > 0 ? other.high : other.low;
	return (struct range){range.low + factor * low, range.high + factor * high};
}

static struct range range_of_variable(const struct deciding *d, int variable)
{
	for (size_t k = d->counters.count; k-- > 0;)
		if (d->counters.items[k].variable == variable && d->counters.items[k].extent != EXTENT_ROWS)
			return (struct range){0, (double)(d->counters.items[k].extent - 1)};
	return unknown;
}

static struct range range_of_position(const struct deciding *d, const struct linear *position);

static struct range range_of_term(const struct deciding *d, const struct linear_term *term)
{
	const struct division *division = term->division;
	if (!division)
		return range_of_variable(d, term->variable);
	struct range range = range_of_position(d, division->dividend);
	double divisor = (double)division->divisor;
	if (!division->is_remainder)
		return (struct range){floor(range.low / divisor), floor(range.high / divisor)};
	return range.high < divisor ? range : (struct range){0, divisor - 1};
}

static struct range range_of_position(const struct deciding *d, const struct linear *position)
{
	struct range range = {(double)position->constant, (double)position->constant};
	if (position->label)
		return unknown;
	for (int k = 0; k < position->count; k++)
		range = combined(range, (double)position->terms[k].coefficient,
		                 range_of_term(d, &position->terms[k]));
	return range;
}

static struct range range_of(const struct deciding *d, const struct expr *expr)
{
	switch (expr->op) {
	case OP_NUMBER: return (struct range){expr->number, expr->number};
	case OP_POSITION: return range_of_position(d, expr->indices[0]);
	default: return unknown;
	}
}

static uint64_t conditions(void)
{
	uint64_t operators = 0;
	for (enum op op = 0; op < OP_COUNT; op++)
		operators |= op_is_condition(op) ? op_bit(op) : 0;
	return operators;
}

static bool is_comparison(const struct expr *expr)
{
	return op_is_condition(expr->op) && expr->count == 2 && expr->op != OP_AND && expr->op != OP_OR;
}

/* --- sums of positions ------------------------------------------------------------------------ */

static bool is_whole(double number)
{
	return floor(number) == number && fabs(number) < MOST_POSITION;
}

static const struct linear *position_of(const struct deciding *d, const struct expr *expr);

static const struct linear *position_of_sum(const struct deciding *d, const struct expr *expr)
{
	const struct linear *sum =
	        is_whole(expr->number) ? linear_constant(d->exprs, (int64_t)expr->number) : NULL;
	for (int k = 0; sum && k < expr->count; k++) {
		const struct linear *term = position_of(d, expr->operands[k]);
		bool whole = term && is_whole(expr->weights[k]);
		sum = whole ? linear_add(d->exprs, sum, (int64_t)expr->weights[k], term) : NULL;
	}
	return sum;
}

/* Numbers times one position. */
static const struct linear *position_of_product(const struct deciding *d, const struct expr *expr)
{
	double number = expr->number;
	const struct linear *factor = NULL;
	for (int k = 0; k < expr->count; k++) {
		const struct linear *next = position_of(d, expr->operands[k]);
		if (!next || expr->weights[k] != 1 || (factor && next->count > 0))
			return NULL;
		if (next->count > 0)
			factor = next;
		else
			number *= (double)next->constant;
	}
	const struct linear *zero = linear_constant(d->exprs, 0), *one = linear_constant(d->exprs, 1);
	return is_whole(number) ? linear_add(d->exprs, zero, (int64_t)number, factor ? factor : one) : NULL;
}

/* A sum of whole multiples of positions as one position; NULL if it is anything else. */
static const struct linear *position_of(const struct deciding *d, const struct expr *expr)
{
	switch (expr->op) {
	case OP_NUMBER:
		return is_whole(expr->number) ? linear_constant(d->exprs, (int64_t)expr->number) : NULL;
	case OP_POSITION: return expr->indices[0]->label ? NULL : expr->indices[0];
	case OP_ADD: return position_of_sum(d, expr);
	case OP_MULTIPLY: return position_of_product(d, expr);
	default: return NULL;
	}
}

/* Sums of positions are compared as whole numbers. */
static const struct expr *with_positions(const struct deciding *d, const struct expr *comparison)
{
	if (!is_comparison(comparison))
		return comparison;
	const struct expr *operands[2];
	for (int k = 0; k < 2; k++) {
		const struct expr *operand = comparison->operands[k];
		const struct linear *position = position_of(d, operand);
		operands[k] = !position              ? operand
		              : position->count == 0 ? expr_number(d->exprs, (double)position->constant)
		                                     : expr_position(d->exprs, position);
	}
	return expr_with_operands(d->exprs, comparison, operands);
}

/* --- comparisons -------------------------------------------------------------------------------- */

/* The ranges of both operands; of two positions, that of their difference and 0: `i <= i + k` depends on k alone. */
static void ranges_of(const struct deciding *d, const struct expr *comparison, struct range *a, struct range *b)
{
	const struct linear *first = position_of(d, comparison->operands[0]);
	const struct linear *second = position_of(d, comparison->operands[1]);
	*a = range_of(d, comparison->operands[0]);
	*b = range_of(d, comparison->operands[1]);
	if (!first || !second)
		return;
	*a = range_of_position(d, linear_add(d->exprs, first, -1, second));
	*b = (struct range){0, 0};
}

static const struct expr *decide(const struct deciding *d, const struct expr *comparison)
{
	if (!is_comparison(comparison))
		return comparison;
	struct range a, b;
	ranges_of(d, comparison, &a, &b);
	bool below = a.high < b.low, above = a.low > b.high, touching = a.low >= b.high;
	bool same = touching && a.high <= b.low;
	switch (comparison->op) {
	case OP_LESS: return below || touching ? expr_number(d->exprs, below) : comparison;
	case OP_LESS_EQUAL: return above || a.high <= b.low ? expr_number(d->exprs, !above) : comparison;
	case OP_EQUAL: return below || above || same ? expr_number(d->exprs, same) : comparison;
	case OP_NOT_EQUAL: return below || above || same ? expr_number(d->exprs, !same) : comparison;
	default: return comparison;
	}
}

/* --- conditions that exclude each other ------------------------------------------------------- */

/* What a comparison says: the position, without its constant, lies in the range. */
struct bound {
	const struct linear *position;
	struct range range;
};

static struct bound bound_of(const struct deciding *d, const struct expr *comparison)
{
	struct bound bound = {NULL, unknown};
	const struct linear *a = is_comparison(comparison) ? position_of(d, comparison->operands[0]) : NULL;
	const struct linear *b = a ? position_of(d, comparison->operands[1]) : NULL;
	if (!b || comparison->op == OP_NOT_EQUAL)
		return bound;
	const struct linear *difference = linear_add(d->exprs, a, -1, b);
	double most = (double)-difference->constant - (comparison->op == OP_LESS ? 1 : 0);
	bool turned = difference->count > 0 && difference->terms[0].coefficient < 0;
	const struct linear *constant = linear_constant(d->exprs, difference->constant);
	const struct linear *varying = linear_add(d->exprs, difference, -1, constant);
	bound.range = (struct range){comparison->op == OP_EQUAL ? most : (double)-INFINITY, most};
	if (turned) {
		varying = linear_add(d->exprs, linear_constant(d->exprs, 0), -1, varying);
		bound.range = combined((struct range){0, 0}, -1, bound.range);
	}
	bound.position = varying;
	return bound;
}

/* Is there a comparison in the conjunction that excludes the bound? */
static bool excludes(const struct deciding *d, const struct expr *conjunction, const struct bound *bound)
{
	if (conjunction->op == OP_AND)
		return excludes(d, conjunction->operands[0], bound) ||
		       excludes(d, conjunction->operands[1], bound);
	struct bound other = bound_of(d, conjunction);
	return other.position && other.position == bound->position &&
	       (other.range.low > bound->range.high || other.range.high < bound->range.low);
}

/* Can the two not both hold, by two of their comparisons? */
static bool contradict(const struct deciding *d, const struct expr *a, const struct expr *b)
{
	if (b->op == OP_AND)
		return contradict(d, a, b->operands[0]) || contradict(d, a, b->operands[1]);
	struct bound bound = bound_of(d, b);
	return bound.position && excludes(d, a, &bound);
}

static const struct expr *decide_conjunction(const struct deciding *d, const struct expr *expr)
{
	bool never = expr->op == OP_AND && contradict(d, expr->operands[0], expr->operands[1]);
	return never ? expr_number(d->exprs, 0) : expr;
}

struct assumption {
	const struct deciding *d;
	const struct expr *holds;
};

static const struct expr *under_assumption(void *context, const struct expr *expr)
{
	const struct assumption *assumption = context;
	bool never = (expr->op == OP_AND || is_comparison(expr)) &&
	             contradict(assumption->d, assumption->holds, expr);
	return never ? expr_number(assumption->d->exprs, 0) : expr;
}

static bool has_bound(const struct deciding *d, const struct expr *condition)
{
	if (condition->op == OP_AND)
		return has_bound(d, condition->operands[0]) || has_bound(d, condition->operands[1]);
	return bound_of(d, condition).position != NULL;
}

/* Where a condition holds, none does that it excludes. */
static const struct expr *decide_branch(const struct deciding *d, const struct expr *expr)
{
	if (expr->op != OP_SELECT || !expr_has(expr->operands[1], conditions()) ||
	    !has_bound(d, expr->operands[0]))
		return expr;
	struct assumption assumption = {d, expr->operands[0]};
	const struct expr *branch = expr_map(d->exprs, expr->operands[1], under_assumption, &assumption);
	return expr_select(d->exprs, expr->operands[0], branch, expr->operands[2]);
}

/* ---------------------------------------------------------------------------------------------- */

static const struct expr *visit(struct deciding *d, const struct expr *expr);

static const struct expr *visit_operands(struct deciding *d, const struct expr *expr)
{
	struct arena *arena = exprs_arena(d->exprs);
	if (op_is_reduction(expr->op)) {
		int variable = expr_fresh(d->exprs);
		array_push(arena, &d->counters, ((struct counter){variable, expr->extent}));
		const struct expr *body = visit(d, expr_open(d->exprs, expr, variable));
		return expr_reduce(d->exprs, expr->op, variable, expr->extent, body);
	}
	const struct expr **operands = ARENA_ARRAY(arena, const struct expr *, expr->count);
	for (int k = 0; k < expr->count; k++)
		operands[k] = visit(d, expr->operands[k]);
	return expr_with_operands(d->exprs, expr, operands);
}

static const struct expr *visit(struct deciding *d, const struct expr *expr)
{
	if (expr->count == 0)
		return expr;
	const struct expr *known = tensor_map_get(&d->decided, (const void *)expr);
	if (known)
		return known;
	const struct expr *result = decide(d, with_positions(d, visit_operands(d, expr)));
	result = decide_branch(d, decide_conjunction(d, result));
	tensor_map_set(&d->decided, (const void *)expr, result);
	return result;
}

const struct expr *decide_conditions(struct exprs *exprs, const struct equation *equation)
{
	if (!expr_has(equation->right, conditions()))
		return equation->right;
	struct deciding d = {.exprs = exprs, .decided = {.arena = exprs_arena(exprs)}};
	for (int k = 0; k < equation->left->rank; k++)
		array_push(exprs_arena(exprs), &d.counters,
		           ((struct counter){k, equation->left->extents[k]}));
	return visit(&d, equation->right);
}
