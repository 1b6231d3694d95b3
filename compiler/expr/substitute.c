/* Index variables replaced by index expressions. */
#include "expr/exprs.h"

/* A term without its coefficient. A division may be replaced as a whole. */
static const struct linear *substituted_term(struct exprs *exprs, const struct linear_term *term, int count,
                                             const int *variables, const struct linear *const *replacements)
{
	for (int v = 0; v < count; v++)
		if (term->variable == variables[v])
			return replacements[v];
	if (!term->division)
		return linear_variable(exprs, term->variable);
	const struct linear *dividend =
	        linear_substitute(exprs, term->division->dividend, count, variables, replacements);
	return (term->division->is_remainder ? linear_remainder : linear_quotient)(
	        exprs, dividend, term->division->divisor, NULL, NULL);
}

const struct linear *linear_substitute(struct exprs *exprs, const struct linear *linear, int count,
                                       const int *variables, const struct linear *const *replacements)
{
	bool touched = false;
	for (int v = 0; v < count; v++)
		touched = touched || linear_uses(linear, variables[v]);
	if (linear->label) {
		const struct expr *label =
		        expr_substitute(exprs, linear->label, count, variables, replacements);
		return label == linear->label ? linear : linear_label(exprs, label);
	}
	if (!touched)
		return linear;
	const struct linear *result = linear_constant(exprs, linear->constant);
	for (int k = 0; k < linear->count; k++) {
		const struct linear *term =
		        substituted_term(exprs, &linear->terms[k], count, variables, replacements);
		result = linear_add(exprs, result, linear->terms[k].coefficient, term);
	}
	return result;
}

enum { FEW_OPERANDS = 8 };

/* A substitution at work: results by node, so that a shared node is visited once. */
struct substitution {
	struct exprs *exprs;
	int count;
	const int *variables;
	const struct linear *const *replacements;
	uint64_t wanted; /* filter of the variables */
	struct memo {
		const struct expr *from, *to;
	} * memo, first[32]; /* `first` until it is full: most expressions are small */
	size_t used, capacity;
};

static struct memo *memo_slot(struct substitution *s, const struct expr *expr)
{
	size_t at = (size_t)exprs_mix(0, expr->id) & (s->capacity - 1);
	while (s->memo[at].from && s->memo[at].from != expr)
		at = (at + 1) & (s->capacity - 1);
	return &s->memo[at];
}

static void remember(struct substitution *s, const struct expr *from, const struct expr *to)
{
	if (2 * ++s->used > s->capacity) {
		struct memo *old = s->memo;
		size_t capacity = s->capacity;
		s->capacity = capacity * 4;
		s->memo = ARENA_ARRAY(s->exprs->arena, struct memo, s->capacity);
		for (size_t i = 0; i < capacity; i++)
			if (old[i].from)
				*memo_slot(s, old[i].from) = old[i];
	}
	*memo_slot(s, from) = (struct memo){from, to};
}

static const struct expr *substitute(struct substitution *s, const struct expr *expr)
{
	if (!(expr->variables & s->wanted))
		return expr;
	if (memo_slot(s, expr)->from)
		return memo_slot(s, expr)->to;
	const struct expr *result = expr;
	if (expr->count > 0) {
		const struct expr *few[FEW_OPERANDS], **operands = few;
		if (expr->count > FEW_OPERANDS)
			operands = ARENA_ARRAY(s->exprs->arena, const struct expr *, expr->count);
		for (int k = 0; k < expr->count; k++)
			operands[k] = substitute(s, expr->operands[k]);
		result = expr_with_operands(s->exprs, expr, operands);
	} else {
		const struct linear *indices[TENSOR_MOST_DIMENSIONS];
		bool same = true;
		for (int k = 0; k < expr->index_count; k++) {
			indices[k] = linear_substitute(s->exprs, expr->indices[k], s->count, s->variables,
			                               s->replacements);
			same = same && indices[k] == expr->indices[k];
		}
		if (!same && expr->op == OP_POSITION) {
			result = expr_position(s->exprs, indices[0]);
		} else if (!same) {
			struct expr changed = *expr;
			changed.indices = indices;
			result = exprs_intern(s->exprs, &changed);
		}
	}
	remember(s, expr, result);
	return result;
}

const struct expr *expr_substitute(struct exprs *exprs, const struct expr *expr, int count,
                                   const int *variables, const struct linear *const *replacements)
{
	struct substitution s = {
	        .exprs = exprs, .count = count, .variables = variables, .replacements = replacements};
	s.memo = s.first;
	s.capacity = sizeof s.first / sizeof *s.first;
	for (int k = 0; k < count; k++)
		s.wanted |= exprs_variable_bit(variables[k]);
	return substitute(&s, expr);
}

const struct expr *expr_open(struct exprs *exprs, const struct expr *reduction, int variable)
{
	const struct linear *replacement = linear_variable(exprs, variable);
	return expr_substitute(exprs, reduction->operands[0], 1, &reduction->variable, &replacement);
}

bool expr_uses(const struct expr *expr, int variable)
{
	if (!(expr->variables & exprs_variable_bit(variable)))
		return false;
	for (int k = 0; k < expr->index_count; k++)
		if (linear_uses(expr->indices[k], variable) ||
		    (expr->indices[k]->label && expr_uses(expr->indices[k]->label, variable)))
			return true;
	for (int k = 0; k < expr->count; k++)
		if (expr_uses(expr->operands[k], variable))
			return true;
	return false;
}
