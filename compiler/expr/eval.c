/* Direct evaluation of graphs, element by element, in double. It is written for clarity: it shares no
 * optimisation with the code that is emitted, whose results are compared with its own. */
#include "expr/evaluator.h"

#include <math.h>
#include <string.h>

#include "expr/draw.h"
#include "expr/scalar.h"

struct evaluation *evaluation_new(struct arena *arena, int rows, uint64_t seed, uint32_t step, uint32_t epoch)
{
	struct evaluation *evaluation = ARENA_NEW(arena, struct evaluation);
	evaluation->arena = arena;
	evaluation->rows = rows;
	evaluation->seed = seed;
	evaluation->step = step;
	evaluation->epoch = epoch;
	return evaluation;
}

double *evaluation_values(struct evaluation *evaluation, const struct tensor *tensor)
{
	return storage_values(&evaluation->storage, evaluation->arena, tensor, evaluation->rows);
}

/* --- index variables and remembered values ---------------------------------------------------- */

void evaluation_begin(struct evaluation *evaluation)
{
	evaluation->begun = ++evaluation->now;
}

void evaluation_assign(struct evaluation *evaluation, int variable, int64_t value)
{
	evaluation->variables[variable] = value;
	evaluation->assigned[variable] = ++evaluation->now;
}

void evaluation_element(struct evaluation *evaluation, const struct tensor *left, size_t element)
{
	for (int d = left->rank - 1; d >= 0; d--) {
		size_t extent = (size_t)evaluation_extent(evaluation, left->extents[d]);
		int64_t value = (int64_t)(element % extent);
		element /= extent;
		if (evaluation->variables[d] != value || evaluation->assigned[d] < evaluation->begun)
			evaluation_assign(evaluation, d, value);
	}
}

/* The cell of a node; it moves when another node gets one. */
static struct cell *cell(struct evaluation *evaluation, const struct expr *expr)
{
	if (expr->id >= evaluation->cell_count) {
		size_t count = evaluation->cell_count ? evaluation->cell_count : 256;
		while (count <= expr->id)
			count *= 2;
		struct cell *cells = ARENA_ARRAY(evaluation->arena, struct cell, count);
		if (evaluation->cell_count > 0)
			memcpy(cells, evaluation->cells, evaluation->cell_count * sizeof *cells);
		evaluation->cells = cells;
		evaluation->cell_count = count;
	}
	return &evaluation->cells[expr->id];
}

static uint64_t linear_uses_bits(struct evaluation *evaluation, const struct linear *linear)
{
	uint64_t uses = linear->label ? evaluation_uses(evaluation, linear->label) : 0;
	for (int k = 0; k < linear->count; k++)
		uses |= linear->terms[k].division
		                ? linear_uses_bits(evaluation, linear->terms[k].division->dividend)
		                : UINT64_C(1) << linear->terms[k].variable;
	return uses;
}

uint64_t evaluation_uses(struct evaluation *evaluation, const struct expr *expr)
{
	if (cell(evaluation, expr)->known)
		return cell(evaluation, expr)->uses;
	uint64_t uses = 0;
	for (int k = 0; k < expr->count; k++)
		uses |= evaluation_uses(evaluation, expr->operands[k]);
	for (int k = 0; k < expr->index_count; k++)
		uses |= linear_uses_bits(evaluation, expr->indices[k]);
	if (op_is_reduction(expr->op))
		uses &= ~(UINT64_C(1) << expr->variable);
	struct cell *own = cell(evaluation, expr);
	own->known = true;
	return own->uses = uses;
}

bool evaluation_holds(const struct evaluation *evaluation, uint64_t uses, uint64_t moment)
{
	if (moment < evaluation->begun)
		return false;
	for (int variable = 0; uses; variable++, uses >>= 1)
		if ((uses & 1) && evaluation->assigned[variable] > moment)
			return false;
	return true;
}

/* --- leaves ----------------------------------------------------------------------------------- */

int64_t evaluation_extent(const struct evaluation *evaluation, int64_t extent)
{
	return extent == EXTENT_ROWS ? evaluation->rows : extent;
}

static int64_t linear_value(struct evaluation *evaluation, const struct linear *linear);

static int64_t term_value(struct evaluation *evaluation, const struct linear_term *term)
{
	const struct division *division = term->division;
	if (!division)
		return evaluation->variables[term->variable];
	int64_t dividend = linear_value(evaluation, division->dividend);
	return division->is_remainder ? dividend % division->divisor : dividend / division->divisor;
}

static int64_t linear_value(struct evaluation *evaluation, const struct linear *linear)
{
	int64_t value = linear->constant;
	for (int k = 0; k < linear->count; k++)
		value += linear->terms[k].coefficient * term_value(evaluation, &linear->terms[k]);
	return linear->label ? value + (int64_t)evaluation_value(evaluation, linear->label) : value;
}

int64_t evaluation_offset(struct evaluation *evaluation, const struct expr *read, int count)
{
	int64_t offset = 0;
	for (int d = 0; d < count; d++) {
		int64_t extent = evaluation_extent(evaluation, read->tensor->extents[d]);
		int64_t index = linear_value(evaluation, read->indices[d]);
		if (index < 0 || index >= extent)
			return -1;
		offset = offset * extent + index;
	}
	return offset;
}

/* NAN out of range, where a verified graph does not come. */
static double stored_value(struct evaluation *evaluation, const struct expr *read, int count)
{
	if (!cell(evaluation, read)->stored)
		cell(evaluation, read)->stored = evaluation_values(evaluation, read->tensor);
	int64_t offset = evaluation_offset(evaluation, read, count);
	return offset < 0 ? NAN : cell(evaluation, read)->stored[offset];
}

static double value_read(struct evaluation *evaluation, const struct expr *expr)
{
	if (expr->tensor->classes == 0)
		return stored_value(evaluation, expr, expr->index_count);
	double class = stored_value(evaluation, expr, expr->index_count - 1);
	return class == (double)linear_value(evaluation, expr->indices[expr->index_count - 1]);
}

static double value_label(struct evaluation *evaluation, const struct expr *expr)
{
	return stored_value(evaluation, expr, expr->index_count);
}

static double value_number(struct evaluation *evaluation, const struct expr *expr)
{
	(void)evaluation;
	return expr->number;
}

static double value_position(struct evaluation *evaluation, const struct expr *expr)
{
	return (double)linear_value(evaluation, expr->indices[0]);
}

/* Updates count from 1, so at step 0 there is no training. The symbols of an optimiser have been replaced. */
static double value_symbol(struct evaluation *evaluation, const struct expr *expr)
{
	switch (expr->symbol) {
	case SYMBOL_TRAINING:
		return evaluation->step > 0;
	case SYMBOL_ROWS:
		return evaluation->rows;
	case SYMBOL_STEP:
		return evaluation->step;
	case SYMBOL_EPOCH:
		return evaluation->epoch;
	case SYMBOL_GRADIENT:
	case SYMBOL_PARAMETER:
		break;
	}
	return NAN;
}

static double value_draw(struct evaluation *evaluation, const struct expr *expr)
{
	uint32_t row = (uint32_t)linear_value(evaluation, expr->indices[0]);
	uint32_t element = (uint32_t)linear_value(evaluation, expr->indices[1]);
	if (expr->op == OP_ORTHOGONAL)
		return evaluation->matrix[element];
	return (expr->op == OP_NORMAL ? draw_normal : draw_uniform)(evaluation->seed, draw_stream(expr->draw),
	                                                            evaluation->step, row, element);
}

/* --- inner nodes ------------------------------------------------------------------------------ */

static double value_sum(struct evaluation *evaluation, const struct expr *expr)
{
	double sum = expr->number;
	for (int k = 0; k < expr->count; k++)
		sum += expr->weights[k] * evaluation_value(evaluation, expr->operands[k]);
	return sum;
}

/* One division, as in the emitted code: x / x is 1, where x * (1 / x) may be less. */
static double value_product(struct evaluation *evaluation, const struct expr *expr)
{
	double above = expr->number, below = 1;
	for (int k = 0; k < expr->count; k++) {
		double power = pow(evaluation_value(evaluation, expr->operands[k]), fabs(expr->weights[k]));
		*(expr->weights[k] < 0 ? &below : &above) *= power;
	}
	return above / below;
}

static double value_select(struct evaluation *evaluation, const struct expr *expr)
{
	bool condition = evaluation_value(evaluation, expr->operands[0]) != 0;
	return evaluation_value(evaluation, expr->operands[condition ? 1 : 2]);
}

/* The second operand counts only where the first does not decide. */
static double value_connective(struct evaluation *evaluation, const struct expr *expr)
{
	bool first = evaluation_value(evaluation, expr->operands[0]) != 0;
	if (first == (expr->op == OP_OR))
		return first;
	return evaluation_value(evaluation, expr->operands[1]) != 0;
}

static double value_fold(struct evaluation *evaluation, const struct expr *expr)
{
	double result = expr->op == OP_PRODUCT;
	int64_t extent = evaluation_extent(evaluation, expr->extent);
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(evaluation, expr->variable, i);
		double term = evaluation_value(evaluation, expr->operands[0]);
		result = expr->op == OP_PRODUCT ? result * term : result + term;
	}
	return result;
}

static double value_extreme(struct evaluation *evaluation, const struct expr *expr)
{
	double best = NAN;
	int64_t place = 0, extent = evaluation_extent(evaluation, expr->extent);
	for (int64_t i = 0; i < extent; i++) {
		evaluation_assign(evaluation, expr->variable, i);
		double value = evaluation_value(evaluation, expr->operands[0]);
		if (i == 0 || (expr->op == OP_MINIMUM ? value < best : value > best)) {
			best = value;
			place = i;
		}
	}
	return expr->op == OP_ARGMAX ? (double)place : best;
}

static double (*const others[OP_COUNT])(struct evaluation *, const struct expr *) = {
	[OP_NUMBER] = value_number, [OP_READ] = value_read, [OP_LABEL] = value_label,
	[OP_POSITION] = value_position, [OP_SYMBOL] = value_symbol, [OP_UNIFORM] = value_draw,
	[OP_NORMAL] = value_draw, [OP_ORTHOGONAL] = value_draw, [OP_ADD] = value_sum,
	[OP_MULTIPLY] = value_product,
	[OP_SELECT] = value_select, [OP_AND] = value_connective, [OP_OR] = value_connective,
	[OP_SUM] = value_fold, [OP_PRODUCT] = value_fold, [OP_MAXIMUM] = value_extreme,
	[OP_MINIMUM] = value_extreme, [OP_ARGMAX] = value_extreme,
};

static double compute(struct evaluation *evaluation, const struct expr *expr)
{
	if (others[expr->op])
		return others[expr->op](evaluation, expr);
	double a = evaluation_value(evaluation, expr->operands[0]);
	double b = expr->count > 1 ? evaluation_value(evaluation, expr->operands[1]) : 0;
	return scalar_value(expr->op, a, b);
}

/* Operators whose results are rounded. */
static const bool rounds[OP_COUNT] = {
	[OP_ADD] = true, [OP_MULTIPLY] = true, [OP_SUM] = true, [OP_PRODUCT] = true, [OP_SHIFT] = true,
	[OP_SCALE] = true, [OP_POW] = true, [OP_EXP] = true, [OP_EXPM1] = true, [OP_LOG] = true,
	[OP_LOG1P] = true, [OP_SQRT] = true, [OP_SIN] = true, [OP_COS] = true, [OP_TANH] = true,
	[OP_ERF] = true, [OP_ERFC] = true, [OP_LOGISTIC] = true, [OP_LOG1PEXP] = true,
};

/* Monte Carlo arithmetic (Parker 1997): shows how far rounding carries. Random bits by xorshift
 * (Marsaglia 2003). */
static double noisy(struct evaluation *evaluation, double value)
{
	uint32_t bits = evaluation->noise;
	bits ^= bits << 13;
	bits ^= bits >> 17;
	bits ^= bits << 5;
	evaluation->noise = bits;
	return value == 0 ? 0 : nextafter(value, bits & 1 ? INFINITY : -INFINITY);
}

double evaluation_value(struct evaluation *evaluation, const struct expr *expr)
{
	if (expr->count == 0 && !op_is_draw(expr->op))
		return compute(evaluation, expr);
	uint64_t uses = evaluation_uses(evaluation, expr);
	const struct cell *known = cell(evaluation, expr);
	if (evaluation_holds(evaluation, uses, known->moment))
		return known->value;
	double value = compute(evaluation, expr);
	if (evaluation->noise && rounds[expr->op])
		value = noisy(evaluation, value);
	struct cell *own = cell(evaluation, expr);
	own->moment = evaluation->now;
	return own->value = value;
}

/* --- graphs ----------------------------------------------------------------------------------- */

static void draw_whole(struct evaluation *evaluation, const struct equation *equation)
{
	const struct expr *draw = equation->matrix;
	if (!draw)
		return;
	int64_t size = (int64_t)storage_size(equation->left, 1), rows = equation->left->extents[0];
	double *matrix = ARENA_ARRAY(evaluation->arena, double, size);
	draw_orthogonal(evaluation->seed, draw_stream(draw->draw), evaluation->step, rows, size / rows,
	                matrix);
	evaluation->matrix = matrix;
}

void evaluate(struct evaluation *evaluation, const struct graph *graph)
{
	for (size_t i = 0; i < graph->equations.count; i++) {
		const struct equation *equation = &graph->equations.items[i];
		size_t size = storage_size(equation->left, evaluation->rows);
		double *values = evaluation_values(evaluation, equation->left);
		evaluation_begin(evaluation);
		draw_whole(evaluation, equation);
		for (size_t k = 0; k < size; k++) {
			if (equation->numbers) {
				values[k] = equation->numbers[k];
				continue;
			}
			evaluation_element(evaluation, equation->left, k);
			values[k] = evaluation_value(evaluation, equation->right);
		}
	}
}

void evaluation_commit(struct evaluation *evaluation, const struct graph *graph)
{
	for (size_t i = 0; i < graph->equations.count; i++) {
		const struct tensor *left = graph->equations.items[i].left;
		if (left->role == TENSOR_NEXT)
			memcpy(evaluation_values(evaluation, left->stored_in),
			       evaluation_values(evaluation, left),
			       storage_size(left, evaluation->rows) * sizeof(double));
	}
}
