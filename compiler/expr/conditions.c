#include "expr/conditions.h"

#include <math.h>
#include <stdlib.h>

#include "expr/prune.h"

enum { MOST_POSITION = 1 << 30, MOST_NESTED = 8 };

struct range {
	double low, high;
};

struct counter {
	int variable;
	int64_t extent;
};

/* What a branch relies on: the position lies in the range, or is not its only number. */
struct fact {
	const struct linear *position; /* see `multiple_of` */
	struct range range;
	bool is_exclusion;
};

struct deciding {
	struct exprs *exprs;
	ARRAY(struct counter) counters;
	ARRAY(struct fact) facts;
	int nested;                /* branches with facts of their own */
	struct tensor_map decided; /* nodes, by address → what became of them, under these facts */
};

static const struct range unknown = {(double)-INFINITY, (double)INFINITY};

/* range + factor * other */
static struct range combined(struct range range, double factor, struct range other)
{
	double low = factor > 0 ? other.low : other.high, high = factor > 0 ? other.high : other.low;
	return (struct range){range.low + factor * low, range.high + factor * high};
}

/* --- positions ----------------------------------------------------------------------------------- */

/* factor * base + constant; the base is the same for all multiples of a position. */
struct multiple {
	const struct linear *base;
	int64_t factor;
	double constant;
};

static int64_t greatest_divisor(int64_t a, int64_t b)
{
	return b == 0 ? a : greatest_divisor(b, a % b);
}

static struct multiple multiple_of(const struct deciding *d, const struct linear *position)
{
	const struct linear *constant = linear_constant(d->exprs, position->constant);
	const struct linear *base = linear_add(d->exprs, position, -1, constant);
	int64_t factor = 0;
	for (int k = 0; k < base->count; k++)
		factor = greatest_divisor(llabs(base->terms[k].coefficient), factor);
	if (factor > 1)
		base = linear_quotient(d->exprs, base, factor, NULL, NULL);
	if (base->count > 0 && base->terms[0].coefficient < 0) {
		base = linear_add(d->exprs, linear_constant(d->exprs, 0), -1, base);
		factor = -factor;
	}
	return (struct multiple){base, factor, (double)position->constant};
}

/* That of the base, which is whole. */
static struct range range_of_base(const struct multiple *multiple, struct range range)
{
	double factor = (double)multiple->factor, constant = multiple->constant;
	double low = factor > 0 ? range.low : range.high, high = factor > 0 ? range.high : range.low;
	return (struct range){ceil((low - constant) / factor), floor((high - constant) / factor)};
}

/* The part of a position's range that the facts leave. */
static struct range narrowed(const struct deciding *d, const struct linear *position, struct range range)
{
	if (d->facts.count == 0 || position->count == 0)
		return range;
	struct multiple multiple = multiple_of(d, position);
	struct range base = range_of_base(&multiple, range);
	for (bool changed = true; changed;) {
		struct range before = base;
		for (size_t k = 0; k < d->facts.count; k++) {
			const struct fact *fact = &d->facts.items[k];
			if (fact->position != multiple.base)
				continue;
			if (!fact->is_exclusion)
				base = (struct range){fmax(base.low, fact->range.low),
				                      fmin(base.high, fact->range.high)};
			base.low += fact->is_exclusion && base.low == fact->range.low;
			base.high -= fact->is_exclusion && base.high == fact->range.low;
		}
		changed = base.low != before.low || base.high != before.high;
	}
	struct range constant = {multiple.constant, multiple.constant};
	return combined(constant, (double)multiple.factor, base);
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
		return narrowed(d, linear_variable(d->exprs, term->variable),
		                range_of_variable(d, term->variable));
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
	return narrowed(d, position, range);
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

/* The ranges of both operands; of two positions, that of their difference and 0: `i <= i + k` depends on k
 * alone. */
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

/* Is there no value of the positions, or none that the facts allow, that makes both sides equal? */
static bool is_excluded(const struct deciding *d, const struct expr *comparison)
{
	const struct linear *first = position_of(d, comparison->operands[0]);
	const struct linear *second = position_of(d, comparison->operands[1]);
	const struct linear *difference = first && second ? linear_add(d->exprs, first, -1, second) : NULL;
	if (!difference || difference->count == 0)
		return false;
	struct multiple multiple = multiple_of(d, difference);
	struct range equal = narrowed(d, multiple.base, range_of_base(&multiple, (struct range){0, 0}));
	return equal.low > equal.high;
}

static const struct expr *decide(const struct deciding *d, const struct expr *comparison)
{
	if (!is_comparison(comparison))
		return comparison;
	struct range a, b;
	ranges_of(d, comparison, &a, &b);
	bool below = a.high < b.low, above = a.low > b.high, touching = a.low >= b.high;
	bool same = touching && a.high <= b.low, other = below || above || is_excluded(d, comparison);
	switch (comparison->op) {
	case OP_LESS: return below || touching ? expr_number(d->exprs, below) : comparison;
	case OP_LESS_EQUAL: return above || a.high <= b.low ? expr_number(d->exprs, !above) : comparison;
	case OP_EQUAL: return other || same ? expr_number(d->exprs, same) : comparison;
	case OP_NOT_EQUAL: return other || same ? expr_number(d->exprs, !same) : comparison;
	default: return comparison;
	}
}

/* --- branches ------------------------------------------------------------------------------------ */

static void add_fact(struct deciding *d, const struct expr *comparison, bool holds)
{
	const double infinity = (double)INFINITY;
	const struct linear *a = position_of(d, comparison->operands[0]);
	const struct linear *b = position_of(d, comparison->operands[1]);
	const struct linear *difference = a && b ? linear_add(d->exprs, a, -1, b) : NULL;
	if (!difference || difference->count == 0)
		return;
	struct multiple multiple = multiple_of(d, difference);
	double least = comparison->op == OP_LESS ? 0 : 1; /* of what is not less, or not less or equal */
	struct range range = holds ? (struct range){-infinity, least - 1} : (struct range){least, infinity};
	struct fact fact = {.position = multiple.base};
	if (comparison->op == OP_EQUAL || comparison->op == OP_NOT_EQUAL) {
		range = (struct range){0, 0};
		fact.is_exclusion = (comparison->op == OP_EQUAL) != holds;
	}
	fact.range = range_of_base(&multiple, range);
	if (!fact.is_exclusion || fact.range.low == fact.range.high)
		array_push(exprs_arena(d->exprs), &d->facts, fact);
}

static void add_facts(struct deciding *d, const struct expr *condition, bool holds)
{
	if (condition->op == OP_NOT)
		add_facts(d, condition->operands[0], !holds);
	for (int k = 0; k < 2 && condition->op == (holds ? OP_AND : OP_OR); k++)
		add_facts(d, condition->operands[k], holds);
	if (is_comparison(condition))
		add_fact(d, condition, holds);
}

static const struct expr *visit(struct deciding *d, const struct expr *expr);

/* What is computed only where the condition holds, or only where it does not. */
static const struct expr *visit_branch(struct deciding *d, const struct expr *condition, bool holds,
                                       const struct expr *expr)
{
	size_t before = d->facts.count;
	if (d->nested < MOST_NESTED && expr_has(expr, conditions()))
		add_facts(d, condition, holds);
	if (d->facts.count == before)
		return visit(d, expr);
	struct tensor_map outside = d->decided;
	d->decided = (struct tensor_map){.arena = exprs_arena(d->exprs)};
	d->nested++;
	const struct expr *result = visit(d, expr);
	d->nested--;
	d->decided = outside;
	d->facts.count = before;
	return result;
}

static const struct expr *visit_operand(struct deciding *d, const struct expr *expr, int k,
                                        const struct expr *first)
{
	bool is_branch = k > 0 && (expr->op == OP_SELECT || expr->op == OP_AND || expr->op == OP_OR);
	bool holds = expr->op == OP_AND || (expr->op == OP_SELECT && k == 1);
	return is_branch ? visit_branch(d, first, holds, expr->operands[k]) : visit(d, expr->operands[k]);
}

/* ---------------------------------------------------------------------------------------------- */

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
		operands[k] = visit_operand(d, expr, k, operands[0]);
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
