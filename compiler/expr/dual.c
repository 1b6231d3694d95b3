#include "expr/dual.h"

#include <math.h>
#include <string.h>

#include "expr/evaluator.h"

struct remembered {
	uint64_t moment;  /* 0: never */
	double tangent;
};

struct dual {
	struct evaluation *evaluation;
	struct arena *arena;
	struct storage tangents;
	struct remembered *cells;  /* by id */
	size_t cell_count;
};

static double tangent(struct dual *dual, const struct expr *expr);

static double value(struct dual *dual, const struct expr *expr)
{
	return evaluation_value(dual->evaluation, expr);
}

/* --- functions of one number: derivative at x, where y is the value --------------------------- */

static double of_exp(double x, double y)
{
	(void)x;
	return y;
}

static double of_expm1(double x, double y)
{
	(void)y;
	return exp(x);
}

static double of_log(double x, double y)
{
	(void)y;
	return 1 / x;
}

static double of_log1p(double x, double y)
{
	(void)y;
	return 1 / (1 + x);
}

static double of_sqrt(double x, double y)
{
	return x > 0 ? 0.5 / y : 0;
}

static double of_abs(double x, double y)
{
	(void)y;
	return x == 0 ? 0 : copysign(1, x);
}

static double of_sin(double x, double y)
{
	(void)y;
	return cos(x);
}

static double of_cos(double x, double y)
{
	(void)y;
	return -sin(x);
}

/* 1 / cosh(x)^2 */
static double of_tanh(double x, double y)
{
	(void)y;
	double e = exp(-fabs(x)), sech = 2 * e / (1 + e * e);
	return sech * sech;
}

/* 2 / sqrt(pi) * exp(-x^2) */
static double of_erf(double x, double y)
{
	(void)y;
	return 2 / sqrt(acos(-1)) * exp(-x * x);
}

static double of_erfc(double x, double y)
{
	return -of_erf(x, y);
}

/* exp(-|x|) / (1 + exp(-|x|))^2 */
static double of_logistic(double x, double y)
{
	(void)y;
	double e = exp(-fabs(x));
	return e / ((1 + e) * (1 + e));
}

/* (1 + tanh(x / 2)) / 2, but without cancellation */
static double of_log1pexp(double x, double y)
{
	(void)y;
	return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static double (*const derivatives[OP_COUNT])(double x, double y) = {
	[OP_EXP] = of_exp, [OP_EXPM1] = of_expm1, [OP_LOG] = of_log, [OP_LOG1P] = of_log1p,
	[OP_SQRT] = of_sqrt, [OP_ABS] = of_abs, [OP_SIN] = of_sin, [OP_COS] = of_cos, [OP_TANH] = of_tanh,
	[OP_ERF] = of_erf, [OP_ERFC] = of_erfc, [OP_LOGISTIC] = of_logistic, [OP_LOG1PEXP] = of_log1pexp,
};

/* --- all others: tangents of nodes ------------------------------------------------------------ */

static double of_read(struct dual *dual, const struct expr *expr)
{
	if (expr->tensor->classes > 0)
		return 0;
	int64_t offset = evaluation_offset(dual->evaluation, expr, expr->index_count);
	if (offset < 0)
		return NAN;
	return storage_values(&dual->tangents, dual->arena, expr->tensor, dual->evaluation->rows)[offset];
}

static double of_add(struct dual *dual, const struct expr *expr)
{
	double sum = 0;
	for (int k = 0; k < expr->count; k++)
		sum += expr->weights[k] * tangent(dual, expr->operands[k]);
	return sum;
}

/* (p q)' = p' q + p q', factor by factor; (x^k)' = k x^(k-1) x' */
static double of_multiply(struct dual *dual, const struct expr *expr)
{
	double product = expr->number, change = 0;
	for (int k = 0; k < expr->count; k++) {
		double x = value(dual, expr->operands[k]), exponent = expr->weights[k];
		double moved = tangent(dual, expr->operands[k]);
		double power = pow(x, exponent);
		double power_change = moved == 0 ? 0 : exponent * pow(x, exponent - 1) * moved;
		change = change * power + product * power_change;
		product *= power;
	}
	return change;
}

static double of_pow(struct dual *dual, const struct expr *expr)
{
	double a = value(dual, expr->operands[0]), b = value(dual, expr->operands[1]);
	double da = tangent(dual, expr->operands[0]), db = tangent(dual, expr->operands[1]);
	double change = 0;
	if (da != 0 && !(a == 0 && b < 1))
		change += da * b * pow(a, b - 1);
	if (db != 0 && !(a == 0 && b > 0))
		change += db * pow(a, b) * log(a);
	return change;
}

/* On a tie a constant decides, else the second operand. */
static double of_choice(struct dual *dual, const struct expr *expr)
{
	double a = value(dual, expr->operands[0]), b = value(dual, expr->operands[1]);
	bool first = expr->op == OP_MIN ? a < b : a > b;
	if (a == b)
		first = expr->operands[0]->op == OP_NUMBER;
	return tangent(dual, expr->operands[first ? 0 : 1]);
}

static double of_shift(struct dual *dual, const struct expr *expr)
{
	return tangent(dual, expr->operands[0]) - tangent(dual, expr->operands[1]);
}

static double of_scale(struct dual *dual, const struct expr *expr)
{
	double divisor = value(dual, expr->operands[1]);
	double change = tangent(dual, expr->operands[0]) - value(dual, expr) * tangent(dual, expr->operands[1]);
	return divisor > 0 ? change / divisor : 0;
}

static double of_select(struct dual *dual, const struct expr *expr)
{
	return tangent(dual, expr->operands[value(dual, expr->operands[0]) != 0 ? 1 : 2]);
}

static double of_fold(struct dual *dual, const struct expr *expr)
{
	double product = 1, change = 0;
	int64_t extent = evaluation_extent(dual->evaluation, expr->extent);
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(dual->evaluation, expr->variable, i);
		double moved = tangent(dual, expr->operands[0]);
		if (expr->op == OP_SUM) {
			change += moved;
			continue;
		}
		double factor = value(dual, expr->operands[0]);
		change = change * factor + product * moved;
		product *= factor;
	}
	return change;
}

/* That of the first element which attains it. */
static double of_extreme(struct dual *dual, const struct expr *expr)
{
	double extreme = value(dual, expr);
	int64_t extent = evaluation_extent(dual->evaluation, expr->extent);
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(dual->evaluation, expr->variable, i);
		if (value(dual, expr->operands[0]) == extreme)
			return tangent(dual, expr->operands[0]);
	}
	return NAN;
}

/* What stands in neither table is constant: numbers, positions, labels, symbols, draws, conditions, argmax,
 * sign, floor and constant(). */
static double (*const nodes[OP_COUNT])(struct dual *, const struct expr *) = {
	[OP_READ] = of_read, [OP_ADD] = of_add, [OP_MULTIPLY] = of_multiply, [OP_POW] = of_pow,
	[OP_MIN] = of_choice, [OP_MAX] = of_choice, [OP_SHIFT] = of_shift, [OP_SCALE] = of_scale, [OP_SELECT] = of_select,
	[OP_SUM] = of_fold, [OP_PRODUCT] = of_fold, [OP_MAXIMUM] = of_extreme, [OP_MINIMUM] = of_extreme,
};

static double compute(struct dual *dual, const struct expr *expr)
{
	if (nodes[expr->op])
		return nodes[expr->op](dual, expr);
	if (!derivatives[expr->op])
		return 0;
	double moved = tangent(dual, expr->operands[0]);
	double x = value(dual, expr->operands[0]), y = value(dual, expr);
	return moved == 0 ? 0 : moved * derivatives[expr->op](x, y);
}

static struct remembered *cell(struct dual *dual, const struct expr *expr)
{
	if (expr->id >= dual->cell_count) {
		size_t count = dual->cell_count ? dual->cell_count : 256;
		while (count <= expr->id)
			count *= 2;
		struct remembered *cells = ARENA_ARRAY(dual->arena, struct remembered, count);
		if (dual->cell_count > 0)
			memcpy(cells, dual->cells, dual->cell_count * sizeof *cells);
		dual->cells = cells;
		dual->cell_count = count;
	}
	return &dual->cells[expr->id];
}

static double tangent(struct dual *dual, const struct expr *expr)
{
	uint64_t uses = evaluation_uses(dual->evaluation, expr);
	if (evaluation_holds(dual->evaluation, uses, cell(dual, expr)->moment))
		return cell(dual, expr)->tangent;
	double result = compute(dual, expr);
	*cell(dual, expr) = (struct remembered){dual->evaluation->now, result};
	return result;
}

/* --- graphs ----------------------------------------------------------------------------------- */

static void compute_equation(struct dual *dual, const struct equation *equation)
{
	int rows = dual->evaluation->rows;
	size_t size = storage_size(equation->left, rows);
	double *values = evaluation_values(dual->evaluation, equation->left);
	double *tangents = storage_values(&dual->tangents, dual->arena, equation->left, rows);
	evaluation_begin(dual->evaluation);
	for (size_t k = 0; k < size; k++) {
		if (equation->numbers) {
			values[k] = equation->numbers[k];
			continue;
		}
		evaluation_element(dual->evaluation, equation->left, k);
		values[k] = evaluation_value(dual->evaluation, equation->right);
		tangents[k] += tangent(dual, equation->right);
	}
}

double evaluate_tangent(struct evaluation *evaluation, const struct graph *graph, const struct tensor *of,
                        int count, const struct direction *directions)
{
	struct dual dual = {.evaluation = evaluation, .arena = arena_new()};
	for (int k = 0; k < count; k++) {
		const struct tensor *tensor = directions[k].tensor;
		double *tangents = storage_values(&dual.tangents, dual.arena, tensor, evaluation->rows);
		memcpy(tangents, directions[k].values,
		       storage_size(tensor, evaluation->rows) * sizeof *tangents);
	}
	for (size_t i = 0; i < graph->equations.count; i++)
		compute_equation(&dual, &graph->equations.items[i]);
	double result = storage_values(&dual.tangents, dual.arena, of, evaluation->rows)[0];
	arena_free(dual.arena);
	return result;
}
