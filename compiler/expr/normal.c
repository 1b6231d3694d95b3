/* The normal form: sums of terms with coefficients, products of powers, conditions outermost. */
#include "expr/normal_parts.h"
#include "expr/scalar.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 8 };

void parts_add(struct parts *parts, const struct expr *base, double weight)
{
	for (size_t k = 0; k < parts->list.count; k++) {
		if (parts->list.items[k].base == base) {
			parts->list.items[k].weight += weight;
			return;
		}
	}
	if (parts->list.capacity == 0) {
		parts->list.items = parts->first;
		parts->list.capacity = FEW_PARTS;
	}
	array_push(exprs_arena(parts->exprs), &parts->list, (struct part){base, weight});
}

/* The order of their shapes, which is that of the source, and does not change where an index is put in the place of
 * another: x[i] * c and x[j] * c have their factors in the same order. */
static int in_order(const void *a, const void *b)
{
	const struct part *p = a, *q = b;
	const struct expr *x = p->base, *y = q->base;
	if (x->shape != y->shape)
		return x->shape < y->shape ? -1 : 1;
	if (p->weight != q->weight)
		return p->weight > q->weight ? -1 : 1;
	int x_indices = __builtin_popcountll(x->variables), y_indices = __builtin_popcountll(y->variables);
	if (x_indices != y_indices)
		return x_indices > y_indices ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}


const struct expr *parts_build(struct parts *parts, build_function function)
{
	struct arena *arena = exprs_arena(parts->exprs);
	size_t count = 0;
	for (size_t k = 0; k < parts->list.count; k++)
		if (parts->list.items[k].weight != 0)
			parts->list.items[count++] = parts->list.items[k];
	if (count > 1)
		qsort(parts->list.items, count, sizeof *parts->list.items, in_order);
	const struct expr *few_operands[FEW], **operands = few_operands;
	double few_weights[FEW], *weights = few_weights;
	if (count > FEW) {
		operands = ARENA_ARRAY(arena, const struct expr *, count);
		weights = ARENA_ARRAY(arena, double, count);
	}
	for (size_t k = 0; k < count; k++) {
		operands[k] = parts->list.items[k].base;
		weights[k] = parts->list.items[k].weight;
	}
	return function(parts->exprs, parts->number, (int)count, operands, weights);
}

/* --- products --------------------------------------------------------------------------------- */

static void multiply_in(struct parts *product, const struct expr *factor, double exponent)
{
	if (factor->op == OP_NUMBER && isfinite(scalar_value(OP_POW, factor->number, exponent))) {
		product->number *= scalar_value(OP_POW, factor->number, exponent);
	} else if (factor->op == OP_MULTIPLY && isfinite(scalar_value(OP_POW, factor->number, exponent))) {
		product->number *= scalar_value(OP_POW, factor->number, exponent);
		for (int k = 0; k < factor->count; k++)
			multiply_in(product, factor->operands[k], factor->weights[k] * exponent);
	} else {
		parts_add(product, factor, exponent);
	}
}

bool normal_is_guard(const struct expr *expr)
{
	return expr->op == OP_SELECT &&
	       (expr_is_number(expr->operands[1], 0) || expr_is_number(expr->operands[2], 0));
}

static bool has_numbers(const struct expr *select)
{
	return select->op == OP_SELECT && select->operands[1]->op == OP_NUMBER &&
	       select->operands[2]->op == OP_NUMBER;
}

static const struct expr *finish_product(struct parts *product)
{
	struct exprs *exprs = product->exprs;
	if (product->number == 0)
		return expr_number(exprs, 0);
	for (size_t k = 0; k < product->list.count; k++) {
		struct part part = product->list.items[k];
		if (part.weight != 1 ||
		    !(normal_is_guard(part.base) || (has_numbers(part.base) && product->list.count == 1)))
			continue;
		product->list.items[k].weight = 0;
		const struct expr *rest = parts_build(product, expr_product_of);
		return normal_select(exprs, part.base->operands[0],
		                     normal_product(exprs, rest, part.base->operands[1]),
		                     normal_product(exprs, rest, part.base->operands[2]));
	}
	return parts_build(product, expr_product_of);
}

static const struct expr *normal_multiply(struct exprs *exprs, const struct expr *expr)
{
	struct parts product = {.exprs = exprs, .number = expr->number};
	for (int k = 0; k < expr->count; k++)
		multiply_in(&product, expr->operands[k], expr->weights[k]);
	return finish_product(&product);
}

const struct expr *normal_product(struct exprs *exprs, const struct expr *a, const struct expr *b)
{
	struct parts product = {.exprs = exprs, .number = 1};
	multiply_in(&product, a, 1);
	multiply_in(&product, b, 1);
	return finish_product(&product);
}

/* --- sums ------------------------------------------------------------------------------------- */

/* Terms lose their coefficient to their weight: -2*x*y counts as x*y with weight -2. */
static void add_in(struct parts *sum, const struct expr *term, double weight)
{
	if (term->op == OP_NUMBER && isfinite(term->number)) {
		sum->number += weight * term->number;
	} else if (term->op == OP_ADD) {
		sum->number += weight * term->number;
		for (int k = 0; k < term->count; k++)
			add_in(sum, term->operands[k], weight * term->weights[k]);
	} else if (term->op == OP_MULTIPLY && term->number != 1) {
		const struct expr *bare =
		        expr_product_of(sum->exprs, 1, term->count, term->operands, term->weights);
		add_in(sum, bare, weight * term->number);
	} else {
		parts_add(sum, term, weight);
	}
}

/* w1 * (if c then a else b) + w2 * (if c then d else e) = if c then w1*a + w2*d else w1*b + w2*e, where both
 * are guards: an unguarded select keeps its place. */
static bool merge_guards(struct parts *sum)
{
	struct exprs *exprs = sum->exprs;
	for (size_t i = 0; i < sum->list.count; i++) {
		bool guard = normal_is_guard(sum->list.items[i].base);
		for (size_t j = i + 1; j < sum->list.count && guard; j++) {
			struct part *a = &sum->list.items[i], *b = &sum->list.items[j];
			if (a->weight == 0 || b->weight == 0 || !normal_is_guard(b->base) ||
			    a->base->operands[0] != b->base->operands[0])
				continue;
			const struct expr *branches[2];
			for (int k = 0; k < 2; k++) {
				struct parts branch = {.exprs = exprs};
				add_in(&branch, a->base->operands[k + 1], a->weight);
				add_in(&branch, b->base->operands[k + 1], b->weight);
				branches[k] = normal(exprs, parts_build(&branch, expr_sum_of));
			}
			const struct expr *merged =
			        normal_select(exprs, a->base->operands[0], branches[0], branches[1]);
			a->weight = b->weight = 0;
			add_in(sum, merged, 1);
			return true;
		}
	}
	return false;
}

static double exponent_of(const struct expr *term, const struct expr *base)
{
	if (term->op != OP_MULTIPLY)
		return term == base ? 1 : 0;
	for (int k = 0; k < term->count; k++)
		if (term->operands[k] == base)
			return term->weights[k];
	return 0;
}

/* The power of `base` that all terms share, or 0. */
static double common_exponent(const struct parts *sum, const struct expr *base)
{
	double common = 0;
	for (size_t k = 0; k < sum->list.count; k++) {
		if (sum->list.items[k].weight == 0)
			continue;
		double exponent = exponent_of(sum->list.items[k].base, base);
		if (exponent == 0 || (common != 0 && (common > 0) != (exponent > 0)))
			return 0;
		if (common == 0 || fabs(exponent) < fabs(common))
			common = exponent;
	}
	return common;
}

/* a*f + b*f = f * (a + b): the factors that all terms share. NULL if there are none. */
static const struct expr *factor_out(struct parts *sum)
{
	struct exprs *exprs = sum->exprs;
	const struct expr *first = sum->list.items[0].base;
	struct parts factors = {.exprs = exprs, .number = 1};
	for (int k = 0; k < (first->op == OP_MULTIPLY ? first->count : 1); k++) {
		const struct expr *base = first->op == OP_MULTIPLY ? first->operands[k] : first;
		double exponent = common_exponent(sum, base);
		if (exponent != 0)
			parts_add(&factors, base, exponent);
	}
	if (factors.list.count == 0)
		return NULL;
	struct parts rest = {.exprs = exprs};
	for (size_t k = 0; k < sum->list.count; k++) {
		struct parts term = {.exprs = exprs, .number = 1};
		multiply_in(&term, sum->list.items[k].base, 1);
		for (size_t f = 0; f < factors.list.count; f++)
			parts_add(&term, factors.list.items[f].base, -factors.list.items[f].weight);
		add_in(&rest, finish_product(&term), sum->list.items[k].weight);
	}
	const struct expr *inner = normal(exprs, parts_build(&rest, expr_sum_of));
	return normal_product(exprs, parts_build(&factors, expr_product_of), inner);
}

/* A coefficient other than 1 or -1 that all terms share up to their sign, or -1 if all are negative; else 1. */
static double common_coefficient(const struct parts *sum)
{
	double size = fabs(sum->list.items[0].weight);
	bool negative = true;
	for (size_t k = 0; k < sum->list.count; k++) {
		if (fabs(sum->list.items[k].weight) != size)
			return 1;
		negative = negative && sum->list.items[k].weight < 0;
	}
	return size != 1 ? sum->list.items[0].weight : negative ? -1 : 1;
}

static void drop_zeros(struct parts *parts)
{
	size_t count = 0;
	for (size_t k = 0; k < parts->list.count; k++)
		if (parts->list.items[k].weight != 0)
			parts->list.items[count++] = parts->list.items[k];
	parts->list.count = count;
}

static const struct expr *normal_add(struct exprs *exprs, const struct expr *expr)
{
	struct parts sum = {.exprs = exprs, .number = expr->number};
	for (int k = 0; k < expr->count; k++)
		add_in(&sum, expr->operands[k], expr->weights[k]);
	while (merge_guards(&sum))
		continue;
	drop_zeros(&sum);
	bool homogeneous = sum.number == 0 && sum.list.count > 1;
	const struct expr *factored = homogeneous ? factor_out(&sum) : NULL;
	if (factored)
		return factored;
	double coefficient = homogeneous ? common_coefficient(&sum) : 1;
	for (size_t k = 0; k < sum.list.count; k++)
		sum.list.items[k].weight /= coefficient;
	const struct expr *result = parts_build(&sum, expr_sum_of);
	if (coefficient != 1)
		return normal_product(exprs, expr_number(exprs, coefficient), result);
	return result->op == OP_MULTIPLY ? normal_multiply(exprs, result) : result;
}

const struct expr *normal_sum(struct exprs *exprs, const struct expr *a, const struct expr *b)
{
	const struct expr *operands[] = {a, b};
	double weights[] = {1, 1};
	return normal_add(exprs, expr_sum_of(exprs, 0, 2, operands, weights));
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool is_opposite(const struct expr *a, const struct expr *b)
{
	return (a->op == OP_NOT && a->operands[0] == b) || (b->op == OP_NOT && b->operands[0] == a);
}

const struct expr *normal_select(struct exprs *exprs, const struct expr *condition, const struct expr *a,
                                 const struct expr *b)
{
	if (condition->op == OP_NUMBER)
		return condition->number != 0 ? a : b;
	if (condition->op == OP_NOT)
		return normal_select(exprs, condition->operands[0], b, a);
	if (a == b)
		return a;
	if (a->op == OP_SELECT && (a->operands[0] == condition || is_opposite(a->operands[0], condition)))
		return normal_select(exprs, condition, a->operands[a->operands[0] == condition ? 1 : 2], b);
	if (b->op == OP_SELECT && (b->operands[0] == condition || is_opposite(b->operands[0], condition)))
		return normal_select(exprs, condition, a, b->operands[b->operands[0] == condition ? 2 : 1]);
	return expr_select(exprs, condition, a, b);
}

const struct expr *normal_guard(struct exprs *exprs, const struct expr *condition, const struct expr *a)
{
	return normal_select(exprs, condition, a, expr_number(exprs, 0));
}

static const struct expr *normal_and(struct exprs *exprs, const struct expr *expr)
{
	const struct expr *a = expr->operands[0], *b = expr->operands[1];
	bool is_and = expr->op == OP_AND;
	if (a->op == OP_NUMBER)
		return (a->number != 0) == is_and ? b : a;
	if (b->op == OP_NUMBER)
		return (b->number != 0) == is_and ? a : b;
	if (a == b)
		return a;
	return is_opposite(a, b) ? expr_number(exprs, is_and ? 0 : 1) : expr;
}

/* --- powers and numbers ----------------------------------------------------------------------- */

static const struct expr *normal_power(struct exprs *exprs, const struct expr *expr)
{
	if (expr->op != OP_POW)
		return expr;
	const struct expr *base = expr->operands[0], *exponent = expr->operands[1];
	if (exponent->op != OP_NUMBER || floor(exponent->number) != exponent->number ||
	    fabs(exponent->number) > 1024)
		return expr;
	return normal(exprs, expr_product_of(exprs, 1, 1, &base, &exponent->number));
}

/* The value of an operator of numbers; NaN where it is not folded. */
static double fold(const struct expr *expr)
{
	double a = expr->count > 0 ? expr->operands[0]->number : 0,
	       b = expr->count > 1 ? expr->operands[1]->number : 0;
	return scalar_value(expr->op, a, b);
}

static const struct expr *normal_other(struct exprs *exprs, const struct expr *expr)
{
	bool numbers = expr->count > 0;
	for (int k = 0; k < expr->count; k++)
		numbers = numbers && expr->operands[k]->op == OP_NUMBER;
	double value = numbers ? fold(expr) : (double)NAN;
	return isfinite(value) ? expr_number(exprs, value) : expr;
}

const struct expr *normal(struct exprs *exprs, const struct expr *expr)
{
	switch (expr->op) {
	case OP_ADD: return normal_add(exprs, expr);
	case OP_MULTIPLY: return normal_multiply(exprs, expr);
	case OP_SELECT: return normal_select(exprs, expr->operands[0], expr->operands[1], expr->operands[2]);
	case OP_AND:
	case OP_OR: return normal_and(exprs, expr);
	case OP_POW: return normal_power(exprs, normal_other(exprs, expr));
	case OP_NOT:
		return expr->operands[0]->op == OP_NOT ? expr->operands[0]->operands[0]
		                                       : normal_other(exprs, expr);
	default: return op_is_reduction(expr->op) ? normal_reduction(exprs, expr) : normal_other(exprs, expr);
	}
}

static const struct expr *normal_node(void *exprs, const struct expr *expr)
{
	return normal(exprs, expr);
}

const struct expr *normalize(struct exprs *exprs, const struct expr *expr)
{
	return expr_map(exprs, expr, normal_node, exprs);
}
