#include "explain/expand.h"

enum { MOST_NODES = 40 }; /* of a part that is shown in its place */

struct expander {
	struct exprs *exprs;
	const struct tensor_map *final;
	struct tensor_map definitions; /* tensor → its right side, expanded, of those that are put in place */
	struct tensor_map kept;        /* those that are too long */
};

struct expander *expander_new(struct exprs *exprs, const struct tensor_map *final)
{
	struct expander *expander = ARENA_NEW(exprs_arena(exprs), struct expander);
	expander->exprs = exprs;
	expander->final = final;
	expander->definitions.arena = expander->kept.arena = exprs_arena(exprs);
	return expander;
}

static bool goes_in_place(const struct expander *expander, const struct tensor *tensor)
{
	if (expander_keeps(expander, tensor))
		return false;
	if (tensor->role == TENSOR_TEMPORARY)
		return tensor->of != NULL;
	return tensor->role == TENSOR_ADJOINT && !tensor_map_get(expander->final, tensor);
}

/* As a tree, up to `most`. */
static int size_of(const struct expr *expr, int most)
{
	int size = 1;
	for (int k = 0; k < expr->count && size < most; k++)
		size += size_of(expr->operands[k], most - size);
	return size;
}

static const struct expr *put_in_place(void *context, const struct expr *expr)
{
	struct expander *expander = context;
	const struct expr *right = expr->op == OP_READ ? expander_definition(expander, expr->tensor) : NULL;
	if (!right)
		return expr->count > 0 ? normal(expander->exprs, expr) : expr;
	int variables[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < expr->index_count; k++)
		variables[k] = k;
	return expr_substitute(expander->exprs, right, expr->index_count, variables, expr->indices);
}

void expander_define(struct expander *expander, const struct graph *graph)
{
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		if (!equation->right || !goes_in_place(expander, equation->left))
			continue;
		const struct expr *right = expr_map(expander->exprs, equation->right, put_in_place, expander);
		if (size_of(right, MOST_NODES) < MOST_NODES)
			tensor_map_set(&expander->definitions, equation->left, right);
		else
			tensor_map_set(&expander->kept, equation->left, "too long");
	}
}

const struct expr *expanded(struct expander *expander, const struct expr *expr)
{
	return expr_map(expander->exprs, expr, put_in_place, expander);
}

const struct expr *expander_definition(const struct expander *expander, const struct tensor *tensor)
{
	return expander_keeps(expander, tensor) ? NULL : tensor_map_get(&expander->definitions, tensor);
}

bool expander_keeps(const struct expander *expander, const struct tensor *tensor)
{
	return tensor_map_get(&expander->kept, tensor) != NULL;
}
