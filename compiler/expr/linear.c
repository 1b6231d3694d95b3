/* Linear index expressions, each once. */
#include "expr/exprs.h"

static uint64_t hash_linear(const struct linear *linear)
{
	uint64_t hash = exprs_mix((uint64_t)linear->constant, linear->label ? linear->label->id : 0);
	for (int k = 0; k < linear->count; k++)
		hash = exprs_mix(exprs_mix(hash, (uint64_t)linear->terms[k].variable),
		                 (uint64_t)linear->terms[k].coefficient);
	return hash;
}

static bool equal_linears(const struct linear *a, const struct linear *b)
{
	if (a->constant != b->constant || a->label != b->label || a->count != b->count)
		return false;
	for (int k = 0; k < a->count; k++)
		if (a->terms[k].variable != b->terms[k].variable ||
		    a->terms[k].coefficient != b->terms[k].coefficient)
			return false;
	return true;
}

static void grow_linears(struct exprs *exprs)
{
	size_t capacity = exprs->linear_capacity * 2;
	const struct linear **slots = ARENA_ARRAY(exprs->arena, const struct linear *, capacity);
	for (size_t i = 0; i < exprs->linear_capacity; i++) {
		if (!exprs->linears[i])
			continue;
		size_t at = (size_t)hash_linear(exprs->linears[i]) & (capacity - 1);
		while (slots[at])
			at = (at + 1) & (capacity - 1);
		slots[at] = exprs->linears[i];
	}
	exprs->linears = slots;
	exprs->linear_capacity = capacity;
}

/* `wanted` is in the arena already; it is lost if it has an equal. */
static const struct linear *intern_linear(struct exprs *exprs, struct linear *wanted)
{
	size_t at = (size_t)hash_linear(wanted) & (exprs->linear_capacity - 1);
	for (; exprs->linears[at]; at = (at + 1) & (exprs->linear_capacity - 1))
		if (equal_linears(exprs->linears[at], wanted))
			return exprs->linears[at];
	wanted->id = exprs->next_linear_id++;
	exprs->linears[at] = wanted;
	if (2 * ++exprs->linear_count > exprs->linear_capacity)
		grow_linears(exprs);
	return wanted;
}

static struct linear *allocate_linear(struct exprs *exprs, int terms)
{
	return arena_alloc(exprs->arena, sizeof(struct linear) + sizeof(struct linear_term) * (size_t)terms);
}

const struct linear *linear_constant(struct exprs *exprs, int64_t constant)
{
	struct linear *linear = allocate_linear(exprs, 0);
	linear->constant = constant;
	return intern_linear(exprs, linear);
}

const struct linear *linear_variable(struct exprs *exprs, int variable)
{
	struct linear *linear = allocate_linear(exprs, 1);
	linear->count = 1;
	linear->terms[0] = (struct linear_term){.variable = variable, .coefficient = 1};
	return intern_linear(exprs, linear);
}

/* --- divisions -------------------------------------------------------------------------------- */

static const struct linear *linear_division(struct exprs *exprs, const struct linear *dividend, int64_t divisor,
                                            bool is_remainder)
{
	const struct division *division = dividend->divisions;
	while (division && (division->divisor != divisor || division->is_remainder != is_remainder))
		division = division->next;
	if (!division) {
		struct division *own = ARENA_NEW(exprs->arena, struct division);
		*own = (struct division){dividend, divisor, is_remainder, DIVISION + exprs->next_division++,
		                         dividend->divisions};
		((struct linear *)dividend)->divisions = own; /* no part of its identity */
		division = own;
	}
	struct linear *linear = allocate_linear(exprs, 1);
	linear->count = 1;
	linear->terms[0] = (struct linear_term){division->variable, 1, division};
	return intern_linear(exprs, linear);
}

/* a = divisor * whole + rest, with the constant of `rest` in 0 … divisor-1. A rest that might be negative is divided
 * with the rest of `a`: C rounds towards 0. */
static void divide(struct exprs *exprs, const struct linear *a, int64_t divisor, const struct linear **whole,
                   const struct linear **rest)
{
	struct linear *parts[2] = {allocate_linear(exprs, a->count), allocate_linear(exprs, a->count)};
	int64_t remainder = (a->constant % divisor + divisor) % divisor;
	parts[0]->constant = (a->constant - remainder) / divisor;
	parts[1]->constant = remainder;
	for (int k = 0; k < a->count; k++) {
		bool divides = a->terms[k].coefficient % divisor == 0;
		struct linear *part = parts[divides ? 0 : 1];
		part->terms[part->count] = a->terms[k];
		part->terms[part->count++].coefficient /= divides ? divisor : 1;
	}
	bool keeps_sign = true;
	for (int k = 0; k < parts[1]->count; k++)
		keeps_sign = keeps_sign && parts[1]->terms[k].coefficient > 0;
	*whole = keeps_sign ? intern_linear(exprs, parts[0]) : linear_constant(exprs, 0);
	*rest = keeps_sign ? intern_linear(exprs, parts[1]) : a;
}

static bool is_less(const struct linear *a, int64_t divisor, extent_of_variable extent, const void *context)
{
	if (a->count == 0 || !extent)
		return a->count == 0;
	struct linear_range range = linear_range(a, extent, context);
	return range.is_known && range.low >= 0 && range.high < divisor;
}

const struct linear *linear_quotient(struct exprs *exprs, const struct linear *a, int64_t divisor,
                                     extent_of_variable extent, const void *context)
{
	const struct linear *whole, *rest;
	divide(exprs, a, divisor, &whole, &rest);
	return is_less(rest, divisor, extent, context)
	               ? whole
	               : linear_add(exprs, whole, 1, linear_division(exprs, rest, divisor, false));
}

const struct linear *linear_remainder(struct exprs *exprs, const struct linear *a, int64_t divisor,
                                      extent_of_variable extent, const void *context)
{
	const struct linear *whole, *rest;
	divide(exprs, a, divisor, &whole, &rest);
	return is_less(rest, divisor, extent, context) ? rest : linear_division(exprs, rest, divisor, true);
}

/* ---------------------------------------------------------------------------------------------- */

const struct linear *linear_label(struct exprs *exprs, const struct expr *label)
{
	struct linear *linear = allocate_linear(exprs, 0);
	linear->label = label;
	return intern_linear(exprs, linear);
}

static int find_quotient(const struct linear *sum, const struct linear_term *remainder)
{
	for (int k = 0; k < sum->count; k++) {
		const struct division *division = sum->terms[k].division;
		if (division && !division->is_remainder && division->dividend == remainder->division->dividend &&
		    division->divisor == remainder->division->divisor &&
		    sum->terms[k].coefficient == remainder->coefficient * division->divisor)
			return k;
	}
	return -1;
}

/* divisor * floor(a / divisor) + mod(a, divisor) is a. */
static const struct linear *joined_division(struct exprs *exprs, struct linear *sum)
{
	for (int r = 0; r < sum->count; r++) {
		struct linear_term term = sum->terms[r];
		int q = term.division && term.division->is_remainder ? find_quotient(sum, &term) : -1;
		if (q < 0)
			continue;
		int count = 0;
		for (int k = 0; k < sum->count; k++)
			if (k != r && k != q)
				sum->terms[count++] = sum->terms[k];
		sum->count = count;
		return linear_add(exprs, intern_linear(exprs, sum), term.coefficient, term.division->dividend);
	}
	return intern_linear(exprs, sum);
}

const struct linear *linear_add(struct exprs *exprs, const struct linear *a, int64_t factor,
                                const struct linear *b)
{
	struct linear *sum = allocate_linear(exprs, a->count + b->count);
	sum->constant = a->constant + factor * b->constant;
	sum->label = a->label ? a->label : factor == 1 ? b->label : NULL;
	for (int i = 0, j = 0; i < a->count || j < b->count;) {
		struct linear_term term;
		if (j == b->count || (i < a->count && a->terms[i].variable < b->terms[j].variable)) {
			term = a->terms[i++];
		} else {
			term = b->terms[j++];
			term.coefficient *= factor;
			if (i < a->count && a->terms[i].variable == term.variable)
				term.coefficient += a->terms[i++].coefficient;
		}
		if (term.coefficient != 0)
			sum->terms[sum->count++] = term;
	}
	return joined_division(exprs, sum);
}

int64_t linear_coefficient(const struct linear *linear, int variable)
{
	for (int k = 0; k < linear->count; k++)
		if (linear->terms[k].variable == variable)
			return linear->terms[k].coefficient;
	return 0;
}

bool linear_uses(const struct linear *linear, int variable)
{
	for (int k = 0; k < linear->count; k++)
		if (linear->terms[k].variable == variable ||
		    (linear->terms[k].division && linear_uses(linear->terms[k].division->dividend, variable)))
			return true;
	return false;
}

static struct linear_range range_of_term(const struct linear_term *term, extent_of_variable extent,
                                         const void *context)
{
	const struct division *division = term->division;
	if (!division) {
		int64_t count = extent(context, term->variable);
		return (struct linear_range){count > 0, 0, count - 1};
	}
	struct linear_range range = linear_range(division->dividend, extent, context);
	if (division->is_remainder && (!range.is_known || range.high >= division->divisor))
		return (struct linear_range){true, 0, division->divisor - 1};
	if (division->is_remainder)
		return range;
	return (struct linear_range){range.is_known, range.low / division->divisor,
	                             range.high / division->divisor};
}

struct linear_range linear_range(const struct linear *linear, extent_of_variable extent, const void *context)
{
	struct linear_range sum = {true, linear->constant, linear->constant};
	for (int k = 0; k < linear->count; k++) {
		struct linear_range range = range_of_term(&linear->terms[k], extent, context);
		int64_t coefficient = linear->terms[k].coefficient;
		sum.is_known = sum.is_known && range.is_known;
		sum.low += coefficient * (coefficient > 0 ? range.low : range.high);
		sum.high += coefficient * (coefficient > 0 ? range.high : range.low);
	}
	return sum;
}

bool linear_is_variable(const struct linear *linear, int variable)
{
	return linear->count == 1 && linear->constant == 0 && !linear->label &&
	       linear->terms[0].variable == variable && linear->terms[0].coefficient == 1;
}
