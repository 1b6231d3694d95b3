/* What is known of values whatever the inputs are. */
#include <float.h>
#include <math.h>

#include "expr/match.h"

enum { MOST_DEPTH = 64 };

struct facts {
	const struct tensor_map *definitions;
	struct tensor_map known; /* tensors and nodes, by address → their sign */
	int depth;
};

/* Lower bounds that a value is proven to respect. */
enum sign { UNKNOWN, AT_LEAST_ZERO, ABOVE_ZERO };

static const enum sign signs[] = {UNKNOWN, AT_LEAST_ZERO, ABOVE_ZERO};

static enum sign sign_of(struct facts *facts, const struct expr *expr);

static enum sign lesser(enum sign a, enum sign b)
{
	return a < b ? a : b;
}

static enum sign sign_of_sum(struct facts *facts, const struct expr *expr)
{
	enum sign sign = expr->number > 0 ? ABOVE_ZERO : AT_LEAST_ZERO;
	if (expr->number < 0)
		return UNKNOWN;
	for (int k = 0; k < expr->count; k++) {
		enum sign term = expr->weights[k] > 0 ? sign_of(facts, expr->operands[k]) : UNKNOWN;
		if (term == UNKNOWN)
			return UNKNOWN;
		if (term == ABOVE_ZERO)
			sign = ABOVE_ZERO;
	}
	return sign;
}

static enum sign sign_of_product(struct facts *facts, const struct expr *expr)
{
	enum sign sign = expr->number > 0 ? ABOVE_ZERO : UNKNOWN;
	for (int k = 0; k < expr->count; k++) {
		enum sign factor = sign_of(facts, expr->operands[k]);
		if (factor != ABOVE_ZERO && fmod(expr->weights[k], 2) == 0 && expr->weights[k] > 0)
			factor = AT_LEAST_ZERO;
		sign = lesser(sign, factor);
		if (sign == UNKNOWN)
			break;
	}
	return sign;
}

/* Of all elements of a tensor: whatever the indices are. */
static enum sign sign_of_tensor(struct facts *facts, const struct tensor *tensor)
{
	const struct equation *equation =
	        facts->definitions ? tensor_map_get(facts->definitions, tensor) : NULL;
	if (tensor->classes > 0)
		return AT_LEAST_ZERO;
	return equation && equation->right ? sign_of(facts, equation->right) : UNKNOWN;
}

static enum sign sign_by_bounds(enum op op)
{
	switch (op_table[op].bounds) {
	case POSITIVE: return ABOVE_ZERO;
	case NONNEGATIVE:
	case BOOLEAN: return AT_LEAST_ZERO;
	default: return UNKNOWN;
	}
}

static enum sign sign_of_kind(struct facts *facts, const struct expr *expr)
{
	switch (expr->op) {
	case OP_NUMBER: return expr->number > 0 ? ABOVE_ZERO : expr->number == 0 ? AT_LEAST_ZERO : UNKNOWN;
	case OP_SYMBOL: return expr->symbol == SYMBOL_ROWS ? ABOVE_ZERO : UNKNOWN;
	case OP_ADD: return sign_of_sum(facts, expr);
	case OP_MULTIPLY: return sign_of_product(facts, expr);
	case OP_SELECT: return lesser(sign_of(facts, expr->operands[1]), sign_of(facts, expr->operands[2]));
	case OP_MIN: return lesser(sign_of(facts, expr->operands[0]), sign_of(facts, expr->operands[1]));
	case OP_MAX: {
		enum sign a = sign_of(facts, expr->operands[0]), b = sign_of(facts, expr->operands[1]);
		return a > b ? a : b;
	}
	case OP_SUM:
	case OP_PRODUCT:
	case OP_MAXIMUM:
	case OP_MINIMUM:
	case OP_CONSTANT: return sign_of(facts, expr->operands[0]);
	case OP_POW: return sign_of(facts, expr->operands[0]) == ABOVE_ZERO ? ABOVE_ZERO : UNKNOWN;
	case OP_SQRT: return sign_of(facts, expr->operands[0]) == ABOVE_ZERO ? ABOVE_ZERO : AT_LEAST_ZERO;
	case OP_READ: return sign_of_tensor(facts, expr->tensor);
	default: return sign_by_bounds(expr->op);
	}
}

static enum sign sign_of(struct facts *facts, const struct expr *expr)
{
	const void *key = expr->op == OP_READ ? (const void *)expr->tensor : expr;
	const enum sign *known = tensor_map_get(&facts->known, key);
	if (known || facts->depth == MOST_DEPTH)
		return known ? *known : UNKNOWN;
	facts->depth++;
	enum sign sign = sign_of_kind(facts, expr);
	facts->depth--;
	if (expr->count > 0 || expr->op == OP_READ)
		tensor_map_set(&facts->known, key, &signs[sign]);
	return sign;
}

static struct facts facts_new(struct exprs *exprs, const struct tensor_map *definitions)
{
	return (struct facts){.definitions = definitions, .known = {.arena = exprs_arena(exprs)}};
}

bool is_positive(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr)
{
	struct facts facts = facts_new(exprs, definitions);
	return sign_of(&facts, expr) == ABOVE_ZERO;
}

bool is_nonnegative(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr)
{
	struct facts facts = facts_new(exprs, definitions);
	return sign_of(&facts, expr) != UNKNOWN;
}

/* --- in floating point ------------------------------------------------------------------------ */

static bool is_away(struct facts *facts, const struct expr *expr, int depth);

/* A positive constant, and nothing that takes from it. */
static bool is_away_sum(struct facts *facts, const struct expr *sum, int depth)
{
	bool away = sum->number >= (double)FLT_MIN;
	if (sum->number < 0)
		return false;
	for (int k = 0; k < sum->count; k++) {
		if (sum->weights[k] < 0 || sign_of(facts, sum->operands[k]) == UNKNOWN)
			return false;
		away = away || (sum->weights[k] >= 1 && is_away(facts, sum->operands[k], depth));
	}
	return away;
}

static bool is_away(struct facts *facts, const struct expr *expr, int depth)
{
	if (--depth == 0)
		return false;
	const struct equation *equation = expr->op == OP_READ && facts->definitions
	                                          ? tensor_map_get(facts->definitions, expr->tensor)
	                                          : NULL;
	switch (expr->op) {
	case OP_NUMBER: return expr->number >= (double)FLT_MIN;
	case OP_SYMBOL: return expr->symbol == SYMBOL_ROWS;
	case OP_ADD: return is_away_sum(facts, expr, depth);
	case OP_MAX: return is_away(facts, expr->operands[0], depth) || is_away(facts, expr->operands[1], depth);
	case OP_MIN: return is_away(facts, expr->operands[0], depth) && is_away(facts, expr->operands[1], depth);
	case OP_SELECT:
		return is_away(facts, expr->operands[1], depth) && is_away(facts, expr->operands[2], depth);
	case OP_SUM:
	case OP_MAXIMUM:
	case OP_MINIMUM:
	case OP_SQRT:
	case OP_CONSTANT: return is_away(facts, expr->operands[0], depth);
	case OP_READ: return equation && equation->right && is_away(facts, equation->right, depth);
	default: return false;
	}
}

bool is_away_from_zero(struct exprs *exprs, const struct tensor_map *definitions, const struct expr *expr)
{
	struct facts facts = facts_new(exprs, definitions);
	return is_away(&facts, expr, MOST_DEPTH);
}
