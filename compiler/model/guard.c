/* Does an `if` on the indices keep a read in its range? Tried for every value of the indices. */
#include "model/resolver.h"

#include <math.h>

enum { MOST_INDICES = 8, MOST_TRIALS = 1000000 };

/* The indices that the position and the conditions use, and their values in this trial. */
struct trial {
	int count;
	const struct index *indices[MOST_INDICES];
	int64_t extents[MOST_INDICES], values[MOST_INDICES];
	bool too_many;
};

static void collect(struct trial *trial, const struct value *value)
{
	for (int k = 0; value->kind == VALUE_OPERATION && k < value->operand_count; k++)
		collect(trial, value->operands[k]);
	if (value->kind != VALUE_POSITION)
		return;
	for (int k = 0; k < trial->count; k++)
		if (trial->indices[k] == value->index)
			return;
	if (trial->count == MOST_INDICES) {
		trial->too_many = true;
		return;
	}
	trial->indices[trial->count] = value->index;
	trial->extents[trial->count++] = size_extent(value->index->size);
}

static double position_of(const struct trial *trial, const struct index *index)
{
	for (int k = 0; k < trial->count; k++)
		if (trial->indices[k] == index)
			return (double)trial->values[k];
	return (double)NAN;
}

/* The value in this trial; NaN if it depends on more than indices. Conditions are 0 or 1. */
static double try_value(const struct trial *trial, const struct value *value)
{
	double number, a, b;
	if (value_fold(value, &number))
		return number;
	if (value->kind == VALUE_POSITION)
		return position_of(trial, value->index);
	if (value->kind != VALUE_OPERATION || value->operand_count < 1 || value->operand_count > 2)
		return (double)NAN;
	a = try_value(trial, value->operands[0]);
	b = value->operand_count == 2 ? try_value(trial, value->operands[1]) : 0;
	if (value->op == OP_AND && (a == 0 || b == 0))
		return 0;
	if (value->op == OP_OR && ((!isnan(a) && a != 0) || (!isnan(b) && b != 0)))
		return 1;
	if (isnan(a) || isnan(b))
		return (double)NAN;
	switch (value->op) {
	case OP_ADD: return a + b;
	case OP_MULTIPLY: return a * b;
	case OP_LESS: return a < b;
	case OP_LESS_EQUAL: return a <= b;
	case OP_EQUAL: return a == b;
	case OP_NOT_EQUAL: return a != b;
	case OP_AND: return 1;
	case OP_OR: return 0;
	case OP_NOT: return a == 0;
	default: return (double)NAN;
	}
}

static bool may_be_reached(const struct trial *trial, const struct guard *guard)
{
	for (; guard; guard = guard->outer) {
		double holds = try_value(trial, guard->condition);
		if (!isnan(holds) && (holds != 0) == guard->negated)
			return false;
	}
	return true;
}

static bool next(struct trial *trial)
{
	for (int k = 0; k < trial->count; k++) {
		if (++trial->values[k] < trial->extents[k])
			return true;
		trial->values[k] = 0;
	}
	return false;
}

bool guards_hold(const struct guard *guards, const struct value *position, int64_t extent, double *outside)
{
	struct trial trial = {0};
	double trials = 1;
	collect(&trial, position);
	for (const struct guard *guard = guards; guard; guard = guard->outer)
		collect(&trial, guard->condition);
	for (int k = 0; k < trial.count; k++)
		trials *= (double)trial.extents[k];
	if (trial.too_many || trials > MOST_TRIALS)
		return true;
	do {
		double at = try_value(&trial, position);
		if ((at < 0 || at >= (double)extent) && may_be_reached(&trial, guards)) {
			*outside = at;
			return false;
		}
	} while (next(&trial));
	return true;
}
