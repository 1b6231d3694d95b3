#include <math.h>
#include <string.h>

#include "expr/dual_parts.h"

/* A lane that does not move stays at 0, whatever the factor. */
static double scaled(double factor, double number)
{
	return number == 0 ? 0 : factor * number;
}

void sum_add(struct sum *sum, double factor, tangents term)
{
	int lanes = sum->dual->lanes;
	if (!term)
		return;
	if (!sum->lanes)
		sum->lanes = ARENA_ARRAY(sum->dual->arena, double, 2 * lanes);
	if (!sum->moves)
		memset(sum->lanes, 0, 2 * (size_t)lanes * sizeof *sum->lanes);
	sum->moves = true;
	double *out = sum->lanes, size = fabs(factor);
	for (int l = 0; isfinite(factor) && l < lanes; l++)
		out[l] += factor * term[l];
	for (int l = lanes; isfinite(factor) && l < 2 * lanes; l++)
		out[l] += size * term[l];
	for (int l = 0; !isfinite(factor) && l < 2 * lanes; l++)
		out[l] += scaled(l < lanes ? factor : size, term[l]);
}

static void sum_multiply(const struct sum *sum, double factor)
{
	int lanes = sum->moves ? sum->dual->lanes : 0;
	for (int l = 0; isfinite(factor) && l < lanes; l++)
		sum->lanes[l] *= factor;
	for (int l = lanes; isfinite(factor) && l < 2 * lanes; l++)
		sum->lanes[l] *= fabs(factor);
	for (int l = 0; !isfinite(factor) && l < 2 * lanes; l++)
		sum->lanes[l] = scaled(l < lanes ? factor : fabs(factor), sum->lanes[l]);
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

static void of_read(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	tangents *elements = (tangents *)tensor_map_get(&dual->moving, expr->tensor);
	int64_t offset = elements ? evaluation_offset(dual->evaluation, expr, expr->index_count) : -1;
	if (offset >= 0)
		sum_add(sum, 1, elements[offset]);
}

static void of_add(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	for (int k = 0; k < expr->count; k++)
		sum_add(sum, expr->weights[k], dual_tangent(dual, expr->operands[k]));
}

/* (p q)' = p' q + p q', factor by factor; (x^k)' = k x^(k-1) x' */
static void of_multiply(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	double product = expr->number;
	for (int k = 0; k < expr->count; k++) {
		double x = dual_value(dual, expr->operands[k]), exponent = expr->weights[k];
		double power = exponent == 1 ? x : pow(x, exponent);
		tangents moved = dual_tangent(dual, expr->operands[k]);
		sum_multiply(sum, power);
		if (moved)
			sum_add(sum, product * (exponent == 1 ? 1 : exponent * pow(x, exponent - 1)), moved);
		product *= power;
	}
}

static bool is_whole(const struct expr *exponent)
{
	return exponent->op == OP_NUMBER && exponent->number == floor(exponent->number);
}

static void of_pow(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	double a = dual_value(dual, expr->operands[0]), b = dual_value(dual, expr->operands[1]);
	tangents moved = dual_tangent(dual, expr->operands[0]);
	if (!is_whole(expr->operands[1]))
		watch_difference(dual, expr->op, a, moved, NULL);
	if (!(a == 0 && b < 1))
		sum_add(sum, b * pow(a, b - 1), moved);
	moved = dual_tangent(dual, expr->operands[1]);
	if (moved && !(a == 0 && b > 0))
		sum_add(sum, pow(a, b) * log(a), moved);
}

/* On a tie a constant decides, else the second operand. */
static void of_choice(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	double a = dual_value(dual, expr->operands[0]), b = dual_value(dual, expr->operands[1]);
	bool first = expr->op == OP_MIN ? a < b : a > b;
	if (a == b)
		first = expr->operands[0]->op == OP_NUMBER;
	watch_operands(dual, expr);
	sum_add(sum, 1, dual_tangent(dual, expr->operands[first ? 0 : 1]));
}

static void of_shift(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	sum_add(sum, 1, dual_tangent(dual, expr->operands[0]));
	sum_add(sum, -1, dual_tangent(dual, expr->operands[1]));
}

static void of_scale(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	double divisor = dual_value(dual, expr->operands[1]);
	watch_divisor(dual, expr);
	if (!(divisor > 0))
		return;
	sum_add(sum, 1 / divisor, dual_tangent(dual, expr->operands[0]));
	sum_add(sum, -dual_value(dual, expr) / divisor, dual_tangent(dual, expr->operands[1]));
}

static void of_select(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	watch_steps(dual, expr->operands[0]);
	sum_add(sum, 1, dual_tangent(dual, expr->operands[dual_value(dual, expr->operands[0]) != 0 ? 1 : 2]));
}

static void of_fold(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	double product = 1;
	int64_t extent = evaluation_extent(dual->evaluation, expr->extent);
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(dual->evaluation, expr->variable, i);
		double factor = expr->op == OP_SUM ? 1 : dual_value(dual, expr->operands[0]);
		sum_multiply(sum, factor);
		sum_add(sum, product, dual_tangent(dual, expr->operands[0]));
		product *= factor;
	}
}

/* That of the first element which attains it. */
static void of_extreme(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	int64_t place = watch_elements(dual, expr);
	evaluation_assign(dual->evaluation, expr->variable, place);
	sum_add(sum, 1, dual_tangent(dual, expr->operands[0]));
}

/* What stands in no table is constant: numbers, positions, labels, symbols and draws. */
static void (*const nodes[OP_COUNT])(struct dual *, const struct expr *, struct sum *) = {
	[OP_READ] = of_read, [OP_ADD] = of_add, [OP_MULTIPLY] = of_multiply, [OP_POW] = of_pow,
	[OP_MIN] = of_choice, [OP_MAX] = of_choice, [OP_SHIFT] = of_shift, [OP_SCALE] = of_scale,
	[OP_SELECT] = of_select,
	[OP_SUM] = of_fold, [OP_PRODUCT] = of_fold, [OP_MAXIMUM] = of_extreme, [OP_MINIMUM] = of_extreme,
};

static void compute(struct dual *dual, const struct expr *expr, struct sum *sum)
{
	watch_steps(dual, expr);
	if (nodes[expr->op])
		nodes[expr->op](dual, expr, sum);
	if (!derivatives[expr->op])
		return;
	tangents moved = dual_tangent(dual, expr->operands[0]);
	if (!moved)
		return;
	double x = dual_value(dual, expr->operands[0]), y = dual_value(dual, expr);
	if (expr->op == OP_ABS || expr->op == OP_SQRT)
		watch_difference(dual, expr->op, x, moved, NULL);
	sum_add(sum, derivatives[expr->op](x, y), moved);
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

tangents dual_tangent(struct dual *dual, const struct expr *expr)
{
	if (expr->count == 0 && expr->op != OP_READ)
		return NULL;
	uint64_t uses = evaluation_uses(dual->evaluation, expr);
	const struct remembered *known = cell(dual, expr);
	if (evaluation_holds(dual->evaluation, uses, known->moment) &&
	    (dual->in_condition || !known->in_condition))
		return known->moves ? known->lanes : NULL;
	struct sum sum = {.dual = dual, .lanes = known->lanes};
	compute(dual, expr, &sum);
	*cell(dual, expr) =
		(struct remembered){dual->evaluation->now, dual->in_condition, sum.moves, sum.lanes};
	return sum.moves ? sum.lanes : NULL;
}

/* --- graphs ----------------------------------------------------------------------------------- */

static tangents *elements_of(struct dual *dual, const struct tensor *tensor)
{
	tangents *elements = (tangents *)tensor_map_get(&dual->moving, tensor);
	if (elements)
		return elements;
	elements = ARENA_ARRAY(dual->arena, tangents, storage_size(tensor, dual->evaluation->rows));
	tensor_map_set(&dual->moving, tensor, elements);
	return elements;
}

/* Adds to what was there: a disturbance of an element that is computed. */
static void move(struct dual *dual, tangents *element, tangents change)
{
	struct sum sum = {.dual = dual};
	sum_add(&sum, 1, *element);
	sum_add(&sum, 1, change);
	*element = sum.moves ? sum.lanes : NULL;
}

static void begin_motion(struct dual *dual, const struct motion *motion)
{
	tangents *elements = elements_of(dual, motion->tensor);
	size_t size = storage_size(motion->tensor, dual->evaluation->rows);
	size_t first = motion->direction ? 0 : motion->element, end = motion->direction ? size : first + 1;
	for (size_t k = first; k < end; k++) {
		double by = motion->direction ? motion->direction[k] : 1;
		double *lanes = (double *)elements[k];
		if (by == 0)
			continue;
		if (!lanes)
			elements[k] = lanes = ARENA_ARRAY(dual->arena, double, 2 * dual->lanes);
		lanes[motion->lane] += by;
		lanes[dual->lanes + motion->lane] += fabs(by);
	}
}

static void compute_equation(struct dual *dual, const struct equation *equation)
{
	int rows = dual->evaluation->rows;
	size_t size = storage_size(equation->left, rows);
	double *values = evaluation_values(dual->evaluation, equation->left);
	tangents *elements = equation->numbers ? NULL : elements_of(dual, equation->left);
	dual->left = equation->left;
	evaluation_begin(dual->evaluation);
	for (size_t k = 0; k < size; k++) {
		if (equation->numbers) {
			values[k] = equation->numbers[k];
			continue;
		}
		evaluation_element(dual->evaluation, equation->left, k);
		values[k] = evaluation_value(dual->evaluation, equation->right);
		move(dual, &elements[k], dual_tangent(dual, equation->right));
	}
}

void evaluate_slopes(struct evaluation *evaluation, const struct graph *graph, const struct tensor *of,
                     int lanes, int count, const struct motion *motions, struct slope *slopes)
{
	struct dual dual = {
		.evaluation = evaluation, .arena = arena_new(), .lanes = lanes, .slopes = slopes};
	dual.moving.arena = dual.arena;
	for (int l = 0; l < lanes; l++)
		slopes[l] = (struct slope){.room = INFINITY};
	for (int k = 0; k < count; k++)
		begin_motion(&dual, &motions[k]);
	for (size_t i = 0; i < graph->equations.count; i++)
		compute_equation(&dual, &graph->equations.items[i]);
	tangents found = elements_of(&dual, of)[0];
	for (int l = 0; found && l < lanes; l++) {
		slopes[l].value = found[l];
		slopes[l].terms = found[lanes + l];
	}
	arena_free(dual.arena);
}

double evaluate_tangent(struct evaluation *evaluation, const struct graph *graph, const struct tensor *of,
                        int count, const struct direction *directions)
{
	struct arena *arena = arena_new();
	struct motion *motions = ARENA_ARRAY(arena, struct motion, count);
	struct slope slope;
	for (int k = 0; k < count; k++)
		motions[k] = (struct motion){.tensor = directions[k].tensor, .direction = directions[k].values};
	evaluate_slopes(evaluation, graph, of, 1, count, motions, &slope);
	arena_free(arena);
	return slope.value;
}
