#include "random_values.h"

#include <math.h>
#include <string.h>

/* --- noise -------------------------------------------------------------------------------------- */

struct noise {
	struct exprs *exprs;
	struct random *random;
	double size;
	bool vanishes;
};

static bool is_rounded(const struct expr *expr)
{
	static const uint64_t exact = UINT64_C(1) << OP_SIGN | UINT64_C(1) << OP_FLOOR |
	                              UINT64_C(1) << OP_CONSTANT | UINT64_C(1) << OP_MIN |
	                              UINT64_C(1) << OP_MAX | UINT64_C(1) << OP_FLOOR_QUOTIENT;
	if (expr->op == OP_READ)
		return expr->tensor->classes == 0;
	if (expr->op == OP_ADD || expr->op == OP_MULTIPLY || expr->op == OP_SUM || expr->op == OP_PRODUCT)
		return true;
	return expr->op < OP_LESS && !(op_bit(expr->op) & exact);
}

/* Each term with an error of its own, lest what cancels by chance stays exact: 1 + size * sin(a i + b). */
static const struct expr *with_errors_of_terms(struct noise *noise, const struct expr *sum)
{
	struct exprs *exprs = noise->exprs;
	int i = expr_fresh(exprs);
	const double speed = random_between(noise->random, 1, 3), powers[] = {1, 1};
	const struct expr *position = expr_position(exprs, linear_variable(exprs, i));
	const struct expr *angle =
	        expr_sum_of(exprs, random_between(noise->random, 0, 6), 1, &position, &speed);
	const struct expr *wave = expr_unary(exprs, OP_SIN, angle);
	const struct expr *factors[] = {expr_open(exprs, sum, i),
	                                expr_sum_of(exprs, 1, 1, &wave, &noise->size)};
	return expr_reduce(exprs, sum->op, i, sum->extent, expr_product_of(exprs, 1, 2, factors, powers));
}

/* `value`, or 0 where its size is below `least`. */
static const struct expr *or_zero(struct exprs *exprs, const struct expr *value, const struct expr *least)
{
	const struct expr *size = expr_unary(exprs, OP_ABS, value);
	return expr_select(exprs, expr_binary(exprs, OP_LESS, size, least), expr_number(exprs, 0), value);
}

/* What is left of a sum whose terms cancel is perhaps exactly 0, and what is too small for the type is. */
static const struct expr *vanishing(const struct noise *noise, const struct expr *expr)
{
	struct exprs *exprs = noise->exprs;
	if (expr->op != OP_ADD)
		return or_zero(exprs, expr,
		               expr_number(exprs, noise->size == NOISE_OF_FLOAT ? 1e-36 : 1e-300));
	const struct expr **sizes = ARENA_ARRAY(exprs_arena(exprs), const struct expr *, expr->count);
	double *weights = ARENA_ARRAY(exprs_arena(exprs), double, expr->count);
	for (int k = 0; k < expr->count; k++) {
		sizes[k] = expr_unary(exprs, OP_ABS, expr->operands[k]);
		weights[k] = 4 * noise->size * fabs(expr->weights[k]);
	}
	const struct expr *least =
	        expr_sum_of(exprs, 4 * noise->size * fabs(expr->number), expr->count, sizes, weights);
	return or_zero(exprs, expr, least);
}

static const struct expr *with_error(void *context, const struct expr *expr)
{
	struct noise *noise = context;
	const double power = 1;
	if (!is_rounded(expr))
		return expr;
	if (expr->op == OP_SUM || expr->op == OP_PRODUCT)
		expr = with_errors_of_terms(noise, expr);
	if (noise->vanishes && expr->op != OP_READ)
		expr = vanishing(noise, expr);
	return expr_product_of(noise->exprs, 1 + noise->size * random_between(noise->random, -1, 1), 1, &expr,
	                       &power);
}

struct graph noisy_graph(struct exprs *exprs, const struct graph *graph, double size, bool vanishes,
                         struct random *random)
{
	struct graph result = {.results = graph->results};
	struct noise noise = {exprs, random, size, vanishes};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (!equation.numbers)
			equation.right = expr_map(exprs, equation.right, with_error, &noise);
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}

/* --- values ------------------------------------------------------------------------------------- */

size_t values_in_rows(const struct tensor *tensor, int rows)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= tensor->extents[d] == EXTENT_ROWS ? (size_t)rows : (size_t)tensor->extents[d];
	return count;
}

static double port_value(const struct tensor *tensor, struct random *random)
{
	bool is_target = tensor->role == TENSOR_TARGET;
	if (tensor->classes > 0)
		return random_below(random, tensor->classes);
	if (is_target && strncmp(tensor->name, "chance", 6) == 0)
		return (double)(float)random_between(random, 0.05, 0.95);
	if (is_target && strncmp(tensor->name, "side", 4) == 0)
		return random_below(random, 2) ? 1 : -1;
	return (double)(float)random_between(random, -1.5, 1.5);
}

static void draw_list(struct evaluation *evaluation, const tensors *list, int rows, struct random *random)
{
	for (size_t k = 0; k < list->count; k++) {
		double *values = evaluation_values(evaluation, list->items[k]);
		size_t count = values_in_rows(list->items[k], rows);
		for (size_t i = 0; i < count; i++)
			values[i] = port_value(list->items[k], random);
	}
}

void draw_ports(struct evaluation *evaluation, const struct program *program, int rows, struct random *random)
{
	draw_list(evaluation, &program->inputs, rows, random);
	draw_list(evaluation, &program->targets, rows, random);
}

void draw_stored(struct evaluation *evaluation, const struct program *program, struct random *random)
{
	for (size_t k = 0; k < program->stored.count; k++) {
		const struct tensor *tensor = program->stored.items[k];
		double *values = evaluation_values(evaluation, tensor);
		size_t count = values_in_rows(tensor, 1);
		double fan = tensor->rank > 1 ? (double)count / (double)tensor->extents[0] : 1;
		double most = fmin(0.9, 1.5 / sqrt(fan));
		for (size_t i = 0; i < count; i++)
			values[i] = tensor->role == TENSOR_STATISTIC
			                    ? (double)(float)random_between(random, 1, 1.5)
			                    : (double)(float)random_between(random, -most, most);
	}
}
