/* p[n, i] = e / s is known: exp(z[n, a] - c[n]) / s[n] / rows elsewhere becomes p[n, a] / rows. */
#include "expr/finish.h"
#include "expr/instance.h"

struct candidate {
	const struct equation *equation;
	struct candidate *next;
	size_t count; /* of those from here on */
};

struct reusing {
	struct exprs *exprs;
	struct arena *scratch;
	struct tensor_map
	        readers; /* tensor → candidates: each under the rarest of those that its right side reads */
	struct candidate *candidates;
	struct tensor_map seen; /* candidates of this equation, by left side */
};

static const struct expr *read_of(struct exprs *exprs, const struct equation *equation,
                                  struct instance *instance)
{
	for (int k = 0; k < equation->left->rank; k++)
		if (!instance->values[k])
			return NULL;
	return expr_read(exprs, equation->left, instance->values);
}

/* With y = max(x, c): c < x exactly where c < y, so that x itself need not be kept for the backward pass. */
static const struct expr *compare_maximum(struct exprs *exprs, const struct equation *equation,
                                          const struct expr *expr)
{
	const struct expr *right = equation->right;
	struct instance instance = {.exprs = exprs, .rank = equation->left->rank};
	if (expr->op != OP_LESS || right->op != OP_MAX || right->operands[1]->op != OP_NUMBER ||
	    right->operands[1] != expr->operands[0] ||
	    !is_instance(&instance, right->operands[0], expr->operands[1]))
		return expr;
	const struct expr *read = read_of(exprs, equation, &instance);
	return read ? expr_binary(exprs, OP_LESS, expr->operands[0], read) : expr;
}

static const struct expr *replace(struct reusing *r, const struct equation *equation, const struct expr *expr)
{
	struct exprs *exprs = r->exprs;
	if (expr->op == OP_LESS)
		return compare_maximum(exprs, equation, expr);
	struct instance instance = {.exprs = exprs, .rank = equation->left->rank};
	if (is_instance(&instance, equation->right, expr)) {
		const struct expr *read = read_of(exprs, equation, &instance);
		return read ? read : expr;
	}
	instance = (struct instance){.exprs = exprs, .rank = equation->left->rank};
	const struct expr *rest = instance_within(&instance, equation->right, expr);
	const struct expr *read = rest ? read_of(exprs, equation, &instance) : NULL;
	if (!read)
		return expr;
	return expr->op == OP_ADD ? normal_sum(exprs, read, rest) : normal_product(exprs, read, rest);
}

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	struct reusing *r = context;
	if (expr->count == 0)
		return expr;
	expr = normal(r->exprs, expr);
	for (struct candidate *c = r->candidates; c && expr->count > 0; c = c->next)
		expr = replace(r, c->equation, expr);
	return expr;
}

static void gather(void *context, const struct expr *read)
{
	struct reusing *r = context;
	const struct candidate *c = tensor_map_get(&r->readers, read->tensor);
	for (; c; c = c->next) {
		if (tensor_map_get(&r->seen, c->equation->left))
			continue;
		tensor_map_set(&r->seen, c->equation->left, c);
		struct candidate *copy = ARENA_NEW(r->scratch, struct candidate);
		*copy = (struct candidate){.equation = c->equation, .next = r->candidates};
		r->candidates = copy;
	}
}

struct registration {
	const struct reusing *reusing;
	const struct tensor *rarest;
	size_t count; /* of candidates under it */
};

static void choose_rarest(void *context, const struct expr *read)
{
	struct registration *registration = context;
	const struct candidate *first = tensor_map_get(&registration->reusing->readers, read->tensor);
	size_t count = first ? first->count : 0;
	if (registration->rarest && registration->count <= count)
		return;
	registration->rarest = read->tensor;
	registration->count = count;
}

/* Who repeats the right side reads all that it reads; so it need be found under one of these tensors only. */
static void enlist(struct reusing *r, const struct equation *equation)
{
	struct arena *arena = r->scratch;
	struct registration registration = {.reusing = r};
	visit_reads(arena, equation->right, choose_rarest, &registration);
	if (!registration.rarest)
		return;
	struct candidate *candidate = ARENA_NEW(arena, struct candidate);
	*candidate = (struct candidate){
	        .equation = equation,
	        .count = registration.count + 1,
	        .next = (struct candidate *)tensor_map_get(&r->readers, registration.rarest)};
	tensor_map_set(&r->readers, registration.rarest, candidate);
}

struct coverage {
	const struct tensor *left;
	bool covered[TENSOR_MOST_DIMENSIONS];
};

static void cover(void *context, const struct expr *read)
{
	struct coverage *coverage = context;
	for (int k = 0; k < read->index_count; k++)
		for (int d = 0; d < coverage->left->rank; d++)
			if (linear_is_variable(read->indices[k], d) &&
			    read->tensor->extents[k] == coverage->left->extents[d])
				coverage->covered[d] = true;
}

/* Does every index of the left side run over a whole dimension of what is read? Then wherever the right side
 * can be computed, its value is there. */
static bool covers_reads(struct arena *arena, const struct equation *equation)
{
	struct coverage coverage = {.left = equation->left};
	visit_reads(arena, equation->right, cover, &coverage);
	for (int d = 0; d < equation->left->rank; d++)
		if (!coverage.covered[d])
			return false;
	return true;
}

/* Worth a read: an operator on values, not a copy, and no condition that the reader would have to share. */
static bool is_reusable(struct arena *arena, const struct equation *equation)
{
	return equation->right && equation->right->count > 0 && equation->right->bound == 0 &&
	       equation->right->op != OP_SELECT && covers_reads(arena, equation);
}

struct graph reuse_values(struct exprs *exprs, const struct graph *graph)
{
	struct arena *scratch = arena_new();
	struct reusing r = {.exprs = exprs,
	                    .scratch = scratch,
	                    .readers = {.arena = scratch},
	                    .seen = {.arena = scratch}};
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation *equation = ARENA_NEW(scratch, struct equation);
		*equation = graph->equations.items[k];
		if (equation->right) {
			r.candidates = NULL;
			tensor_map_clear(&r.seen);
			visit_reads(scratch, equation->right, gather, &r);
			if (r.candidates)
				equation->right = expr_map(exprs, equation->right, rewrite, &r);
		}
		array_push(exprs_arena(exprs), &result.equations, *equation);
		if (is_reusable(scratch, equation))
			enlist(&r, equation);
	}
	arena_free(scratch);
	return result;
}
