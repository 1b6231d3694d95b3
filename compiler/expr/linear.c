/* Linear index expressions, each once. */
#include "expr/exprs.h"

#include <string.h>

enum { FIRST_TERMS = 16 };

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

static size_t linear_size(int terms)
{
	return sizeof(struct linear) + sizeof(struct linear_term) * (size_t)terms;
}

/* The one equal to the draft. */
static const struct linear *intern_draft(struct exprs *exprs)
{
	const struct linear *wanted = exprs->draft;
	size_t at = (size_t)hash_linear(wanted) & (exprs->linear_capacity - 1);
	for (; exprs->linears[at]; at = (at + 1) & (exprs->linear_capacity - 1))
		if (equal_linears(exprs->linears[at], wanted))
			return exprs->linears[at];
	struct linear *linear = arena_alloc(exprs->arena, linear_size(wanted->count));
	memcpy(linear, wanted, linear_size(wanted->count));
	linear->id = exprs->next_linear_id++;
	exprs->linears[at] = linear;
	if (2 * ++exprs->linear_count > exprs->linear_capacity)
		grow_linears(exprs);
	return linear;
}

/* An empty one with room for so many terms: most have an equal, and need no memory of their own. */
static struct linear *draft_linear(struct exprs *exprs, int terms)
{
	if (!exprs->draft || terms > exprs->draft_terms) {
		exprs->draft_terms = terms > FIRST_TERMS ? 2 * terms : FIRST_TERMS;
		exprs->draft = arena_alloc(exprs->arena, linear_size(exprs->draft_terms));
	}
	*exprs->draft = (struct linear){0};
	return exprs->draft;
}

const struct linear *linear_constant(struct exprs *exprs, int64_t constant)
{
	struct linear *linear = draft_linear(exprs, 0);
	linear->constant = constant;
	return intern_draft(exprs);
}

const struct linear *linear_variable(struct exprs *exprs, int variable)
{
	struct linear *linear = draft_linear(exprs, 1);
	linear->count = 1;
	linear->terms[0] = (struct linear_term){.variable = variable, .coefficient = 1};
	return intern_draft(exprs);
}

/* --- divisions -------------------------------------------------------------------------------- */

static const struct linear *linear_division(struct exprs *exprs, const struct linear *dividend,
                                            int64_t divisor, bool is_remainder)
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
	struct linear *linear = draft_linear(exprs, 1);
	linear->count = 1;
	linear->terms[0] = (struct linear_term){division->variable, 1, division};
	return intern_draft(exprs);
}

/* The terms that the divisor divides, divided, or the others; the constant of these is in 0 … divisor-1. */
static const struct linear *part_of(struct exprs *exprs, const struct linear *a, int64_t divisor,
                                    bool is_whole)
{
	struct linear *part = draft_linear(exprs, a->count);
	int64_t remainder = (a->constant % divisor + divisor) % divisor;
	part->constant = is_whole ? (a->constant - remainder) / divisor : remainder;
	for (int k = 0; k < a->count; k++) {
		if ((a->terms[k].coefficient % divisor == 0) != is_whole)
			continue;
		part->terms[part->count] = a->terms[k];
		part->terms[part->count++].coefficient /= is_whole ? divisor : 1;
	}
	return intern_draft(exprs);
}

/* a = divisor * whole + rest. A rest that might be negative is divided with the rest of `a`: C rounds towards
 * 0. */
static void divide(struct exprs *exprs, const struct linear *a, int64_t divisor, const struct linear **whole,
                   const struct linear **rest)
{
	bool keeps_sign = true;
	for (int k = 0; k < a->count; k++)
		keeps_sign =
		        keeps_sign && (a->terms[k].coefficient > 0 || a->terms[k].coefficient % divisor == 0);
	*whole = keeps_sign ? part_of(exprs, a, divisor, true) : linear_constant(exprs, 0);
	*rest = keeps_sign ? part_of(exprs, a, divisor, false) : a;
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
	struct linear *linear = draft_linear(exprs, 0);
	linear->label = label;
	return intern_draft(exprs);
}

static int find_quotient(const struct linear *sum, const struct linear_term *remainder)
{
	for (int k = 0; k < sum->count; k++) {
		const struct division *division = sum->terms[k].division;
		if (division && !division->is_remainder &&
		    division->dividend == remainder->division->dividend &&
		    division->divisor == remainder->division->divisor &&
		    sum->terms[k].coefficient == remainder->coefficient * division->divisor)
			return k;
	}
	return -1;
}

/* The draft; divisor * floor(a / divisor) + mod(a, divisor) in it is a. */
static const struct linear *joined_division(struct exprs *exprs)
{
	struct linear *sum = exprs->draft;
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
		return linear_add(exprs, intern_draft(exprs), term.coefficient, term.division->dividend);
	}
	return intern_draft(exprs);
}

const struct linear *linear_add(struct exprs *exprs, const struct linear *a, int64_t factor,
                                const struct linear *b)
{
	struct linear *sum = draft_linear(exprs, a->count + b->count);
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
	return joined_division(exprs);
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
