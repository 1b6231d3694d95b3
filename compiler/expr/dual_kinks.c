/* Where choices change: what the slopes of dual.c know of kinks. */
#include <math.h>

#include "expr/dual_parts.h"

/* `distance` and what is to reach 0 with it: a - b. */
void watch_difference(struct dual *dual, enum op op, double distance, tangents a, tangents b)
{
	if (!dual->slopes || dual->in_condition || (!a && !b))
		return;
	for (int l = 0; l < dual->lanes; l++) {
		double rate = (a ? a[l] : 0) - (b ? b[l] : 0), room = fabs(distance / rate);
		struct slope *slope = &dual->slopes[l];
		if (rate != 0 && !(room >= slope->room)) {
			slope->room = room;
			slope->kink = dual->left;
			slope->choice = op;
		}
	}
}

/* Tangents of what decides a choice. They are whole, but its own kinks are not those of the result. */
static tangents deciding(struct dual *dual, const struct expr *expr)
{
	bool before = dual->in_condition;
	dual->in_condition = true;
	tangents result = dual_tangent(dual, expr);
	dual->in_condition = before;
	return result;
}

void watch_divisor(struct dual *dual, const struct expr *expr)
{
	const struct expr *divisor = expr->operands[1];
	watch_difference(dual, expr->op, dual_value(dual, divisor), deciding(dual, divisor), NULL);
}

/* A sum to be forgotten before its lender ends. */
static struct sum borrow(struct dual *dual)
{
	if (dual->rooms_used == dual->rooms.count)
		array_push(dual->arena, &dual->rooms, ARENA_ARRAY(dual->arena, double, 2 * dual->lanes));
	return (struct sum){.dual = dual, .lanes = dual->rooms.items[dual->rooms_used++]};
}

static void watch_zero(struct dual *dual, const struct expr *expr)
{
	const struct expr *x = expr->operands[0];
	watch_difference(dual, expr->op, dual_value(dual, x), deciding(dual, x), NULL);
}

void watch_operands(struct dual *dual, const struct expr *expr)
{
	const struct expr *a = expr->operands[0], *b = expr->operands[1];
	double distance = dual_value(dual, a) - dual_value(dual, b);
	tangents by_a = deciding(dual, a), by_b = deciding(dual, b);
	watch_difference(dual, expr->op, distance, by_a, by_b);
}

/* To the nearest whole number. */
static void watch_whole(struct dual *dual, const struct expr *expr)
{
	struct sum sum = borrow(dual);
	double x = dual_value(dual, expr->operands[0]);
	if (expr->op == OP_FLOOR_QUOTIENT) {
		double divisor = dual_value(dual, expr->operands[1]);
		x /= divisor;
		sum_add(&sum, 1 / divisor, deciding(dual, expr->operands[0]));
		sum_add(&sum, -x / divisor, deciding(dual, expr->operands[1]));
	} else {
		sum_add(&sum, 1, deciding(dual, expr->operands[0]));
	}
	watch_difference(dual, expr->op, fmin(x - floor(x), floor(x) + 1 - x), sum.moves ? sum.lanes : NULL,
	                 NULL);
	dual->rooms_used--;
}

/* The element that attains the extreme, and how far the others are. */
int64_t watch_elements(struct dual *dual, const struct expr *expr)
{
	struct evaluation *evaluation = dual->evaluation;
	struct sum best = borrow(dual);
	const struct expr *body = expr->operands[0];
	int64_t extent = evaluation_extent(evaluation, expr->extent), place = -1;
	bool least = expr->op == OP_MINIMUM;
	double extreme = NAN;
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(evaluation, expr->variable, i);
		double x = dual_value(dual, body);
		if (i == 0 || (least ? x < extreme : x > extreme)) {
			extreme = x;
			place = i;
		}
	}
	evaluation_assign(evaluation, expr->variable, place);
	sum_add(&best, 1, deciding(dual, body));
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(evaluation, expr->variable, i);
		if (i != place)
			watch_difference(dual, expr->op, dual_value(dual, body) - extreme,
			                 deciding(dual, body), best.moves ? best.lanes : NULL);
	}
	dual->rooms_used--;
	return place;
}

static void watch_place(struct dual *dual, const struct expr *expr)
{
	watch_elements(dual, expr);
}

/* The second operand counts where the first does not decide. */
static void watch_connective(struct dual *dual, const struct expr *expr)
{
	bool first = dual_value(dual, expr->operands[0]) != 0;
	watch_steps(dual, expr->operands[0]);
	if (first != (expr->op == OP_OR))
		watch_steps(dual, expr->operands[1]);
}

static void watch_not(struct dual *dual, const struct expr *expr)
{
	watch_steps(dual, expr->operands[0]);
}

/* Differences show what constant() hides. */
static void watch_constant(struct dual *dual, const struct expr *expr)
{
	tangents moved = deciding(dual, expr->operands[0]);
	for (int l = 0; dual->slopes && moved && l < dual->lanes; l++)
		dual->slopes[l].hidden |= moved[l] != 0;
}

/* Operators whose value has steps, or is said to be constant. */
static void (*const steps[OP_COUNT])(struct dual *, const struct expr *) = {
        [OP_SIGN] = watch_zero,
        [OP_FLOOR] = watch_whole,
        [OP_FLOOR_QUOTIENT] = watch_whole,
        [OP_ARGMAX] = watch_place,
        [OP_LESS] = watch_operands,
        [OP_LESS_EQUAL] = watch_operands,
        [OP_EQUAL] = watch_operands,
        [OP_NOT_EQUAL] = watch_operands,
        [OP_AND] = watch_connective,
        [OP_OR] = watch_connective,
        [OP_NOT] = watch_not,
        [OP_CONSTANT] = watch_constant,
};

void watch_steps(struct dual *dual, const struct expr *expr)
{
	if (steps[expr->op])
		steps[expr->op](dual, expr);
}
