#include "random_noise.h"

#include <float.h>
#include <math.h>

struct noise {
	struct exprs *exprs;
	struct random *random;
	struct rounding rounding;
};

struct rounding rounding_sample(bool is_float, int sample)
{
	const double least[][3] = {{0, DBL_MIN, DBL_TRUE_MIN}, {0, (double)FLT_MIN, (double)FLT_TRUE_MIN}};
	const int part[] = {0, 1, 0, 2};
	return (struct rounding){is_float ? (double)FLT_EPSILON : 50 * DBL_EPSILON,
	                         least[is_float][part[sample % 4]]};
}

static bool is_rounded(const struct expr *expr)
{
	static const uint64_t exact = UINT64_C(1) << OP_SIGN | UINT64_C(1) << OP_FLOOR |
	                              UINT64_C(1) << OP_CONSTANT | UINT64_C(1) << OP_MIN |
	                              UINT64_C(1) << OP_MAX | UINT64_C(1) << OP_FLOOR_QUOTIENT;
	if (expr->op == OP_ADD || expr->op == OP_MULTIPLY || expr->op == OP_SUM || expr->op == OP_PRODUCT)
		return true;
	return expr->op < OP_LESS && !(op_bit(expr->op) & exact);
}

/* A number that is the same for equal values, and a random one for all others, however near. */
static const struct expr *angle_of(struct noise *noise, const struct expr *value)
{
	struct exprs *exprs = noise->exprs;
	const double one = 1, speed = 1e16 * random_between(noise->random, 1, 3);
	const struct expr *size = expr_unary(exprs, OP_ABS, expr_unary(exprs, OP_CONSTANT, value));
	const struct expr *finite = expr_binary(exprs, OP_MIN, size, expr_number(exprs, 1e300));
	const struct expr *positive = expr_sum_of(exprs, 1e-300, 1, &finite, &one);
	const struct expr *logarithm = expr_unary(exprs, OP_LOG, positive);
	return expr_sum_of(exprs, random_between(noise->random, 0, 6), 1, &logarithm, &speed);
}

/* times 1 + e * sin(angle) */
static const struct expr *with_wave(struct noise *noise, const struct expr *value, const struct expr *angle)
{
	struct exprs *exprs = noise->exprs;
	const struct expr *wave = expr_unary(exprs, OP_SIN, angle);
	const struct expr *factors[] = {value, expr_sum_of(exprs, 1, 1, &wave, &noise->rounding.error)};
	const double powers[] = {1, 1};
	return expr_product_of(exprs, 1, 2, factors, powers);
}

/* Each term of a sum or product gets an error of its own, lest what cancels by chance stays exact. */
static const struct expr *with_errors_of_terms(struct noise *noise, const struct expr *reduction)
{
	struct exprs *exprs = noise->exprs;
	int i = expr_fresh(exprs);
	const struct expr *term = expr_open(exprs, reduction, i);
	const struct expr *angles[] = {angle_of(noise, term),
	                               expr_position(exprs, linear_variable(exprs, i))};
	const double speeds[] = {1, random_between(noise->random, 1, 3)};
	const struct expr *angle = expr_sum_of(exprs, 0, 2, angles, speeds);
	return expr_reduce(exprs, reduction->op, i, reduction->extent, with_wave(noise, term, angle));
}

/* --- what vanishes -------------------------------------------------------------------------------- */

/* `value`, or 0 where its size is below `least`. */
static const struct expr *or_zero(struct exprs *exprs, const struct expr *value, const struct expr *least)
{
	const struct expr *size = expr_unary(exprs, OP_ABS, value);
	return expr_select(exprs, expr_binary(exprs, OP_LESS, size, least), expr_number(exprs, 0), value);
}

/* What is left of a sum whose terms cancel is perhaps exactly 0. */
static const struct expr *vanishing_sum(const struct noise *noise, const struct expr *sum)
{
	struct exprs *exprs = noise->exprs;
	const double error = 4 * noise->rounding.error;
	const struct expr **sizes = ARENA_ARRAY(exprs_arena(exprs), const struct expr *, sum->count);
	double *weights = ARENA_ARRAY(exprs_arena(exprs), double, sum->count);
	for (int k = 0; k < sum->count; k++) {
		sizes[k] = expr_unary(exprs, OP_ABS, sum->operands[k]);
		weights[k] = error * fabs(sum->weights[k]);
	}
	return or_zero(exprs, sum, expr_sum_of(exprs, error * fabs(sum->number), sum->count, sizes, weights));
}

/* What is small becomes a multiple of the least number. */
static const struct expr *of_multiples(const struct noise *noise, const struct expr *value)
{
	struct exprs *exprs = noise->exprs;
	const double one = 1, powers[] = {1, -1}, least = noise->rounding.least;
	const struct expr *factors[] = {value, expr_number(exprs, least)};
	const struct expr *size = expr_unary(exprs, OP_ABS, value);
	const struct expr *quotient = expr_product_of(exprs, 1, 2, factors, powers);
	const struct expr *whole = expr_unary(exprs, OP_FLOOR, expr_sum_of(exprs, 0.5, 1, &quotient, &one));
	return expr_select(exprs, expr_binary(exprs, OP_LESS, size, expr_number(exprs, 1e6 * least)),
	                   expr_product_of(exprs, least, 1, &whole, &one), value);
}

static const struct expr *vanishing(const struct noise *noise, const struct expr *expr)
{
	if (noise->rounding.least == 0)
		return expr;
	return of_multiples(noise, expr->op == OP_ADD ? vanishing_sum(noise, expr) : expr);
}

/* --- the graph ------------------------------------------------------------------------------------ */

static const struct expr *with_error(void *context, const struct expr *expr)
{
	struct noise *noise = context;
	if (!is_rounded(expr))
		return expr;
	if (expr->op == OP_SUM || expr->op == OP_PRODUCT)
		expr = with_errors_of_terms(noise, expr);
	expr = vanishing(noise, expr);
	return with_wave(noise, expr, angle_of(noise, expr));
}

struct graph noisy_graph(struct exprs *exprs, const struct graph *graph, struct rounding rounding,
                         struct random *random)
{
	struct graph result = {.results = graph->results};
	struct noise noise = {exprs, random, rounding};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (!equation.numbers)
			equation.right = expr_map(exprs, equation.right, with_error, &noise);
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}
