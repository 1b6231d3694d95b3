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

const struct linear *linear_label(struct exprs *exprs, const struct expr *label)
{
	struct linear *linear = allocate_linear(exprs, 0);
	linear->label = label;
	return intern_linear(exprs, linear);
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
	return intern_linear(exprs, sum);
}

int64_t linear_coefficient(const struct linear *linear, int variable)
{
	for (int k = 0; k < linear->count; k++)
		if (linear->terms[k].variable == variable)
			return linear->terms[k].coefficient;
	return 0;
}

bool linear_is_variable(const struct linear *linear, int variable)
{
	return linear->count == 1 && linear->constant == 0 && !linear->label &&
	       linear->terms[0].variable == variable && linear->terms[0].coefficient == 1;
}
