/* The parts that passes have made were named while others still lived: probability.sum_2 where
 * probability.sum is gone. Each gets the first name that is free among those that are left. */
#include <string.h>

#include "expr/prune.h"

struct renaming {
	struct exprs *exprs;
	struct tensor_map renamed; /* tensor → the same with its new name */
	struct tensor_map taken;   /* by name: interned, so that its address is its identity */
};

static bool is_taken(const struct renaming *r, name_t name)
{
	return tensor_map_get(&r->taken, (const struct tensor *)name) != NULL;
}

static void take(struct renaming *r, name_t name)
{
	tensor_map_set(&r->taken, (const struct tensor *)name, name);
}

static bool is_part(const struct tensor *tensor)
{
	return tensor->role == TENSOR_TEMPORARY && tensor->of != NULL;
}

/* "probability.sum_2" without what made it unique. */
static name_t stem(struct names *names, name_t name)
{
	size_t length = strlen(name), digits = 0;
	while (digits < length && name[length - 1 - digits] >= '0' && name[length - 1 - digits] <= '9')
		digits++;
	bool numbered = digits > 0 && digits + 1 < length && name[length - 1 - digits] == '_';
	return numbered ? name_intern(names, name, length - 1 - digits) : name;
}

static void rename_part(struct renaming *r, const struct tensor *tensor)
{
	struct names *names = exprs_names(r->exprs);
	if (tensor_map_get(&r->renamed, tensor))
		return;
	name_t wanted = stem(names, tensor->name), name = wanted;
	for (int k = 2; is_taken(r, name); k++)
		name = name_format(names, "%s_%d", wanted, k);
	take(r, name);
	struct tensor *copy = ARENA_NEW(exprs_arena(r->exprs), struct tensor);
	*copy = *tensor;
	copy->name = name;
	tensor_map_set(&r->renamed, tensor, copy);
}

static const struct tensor *renamed(const struct renaming *r, const struct tensor *tensor)
{
	const struct tensor *copy = tensor_map_get(&r->renamed, tensor);
	return copy ? copy : tensor;
}

struct search {
	const struct renaming *renaming;
	bool found;
};

static void search_renamed(void *context, const struct expr *read)
{
	struct search *search = context;
	search->found = search->found || renamed(search->renaming, read->tensor) != read->tensor;
}

static bool reads_renamed(const struct renaming *r, const struct expr *expr)
{
	struct search search = {.renaming = r};
	visit_reads(exprs_arena(r->exprs), expr, search_renamed, &search);
	return search.found;
}

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	const struct renaming *r = context;
	if (expr->op != OP_READ || renamed(r, expr->tensor) == expr->tensor)
		return expr;
	return expr_read(r->exprs, renamed(r, expr->tensor), expr->indices);
}

static struct graph rename_graph(struct renaming *r, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		equation.left = renamed(r, equation.left);
		if (equation.right && reads_renamed(r, equation.right))
			equation.right = expr_map(r->exprs, equation.right, rewrite, r);
		array_push(exprs_arena(r->exprs), &result.equations, equation);
	}
	return result;
}

struct program rename_parts(struct exprs *exprs, const struct program *program)
{
	struct renaming r = {.exprs = exprs,
	                     .renamed = {.arena = exprs_arena(exprs)},
	                     .taken = {.arena = exprs_arena(exprs)}};
	const struct graph *graphs[] = {&program->prediction, &program->evaluation, &program->training};
	for (int pass = 0; pass < 2; pass++) { /* first the names that stay */
		for (int g = 0; g < 3; g++) {
			for (size_t k = 0; k < graphs[g]->equations.count; k++) {
				const struct tensor *left = graphs[g]->equations.items[k].left;
				if (pass == 0 && !is_part(left))
					take(&r, left->name);
				if (pass == 1 && is_part(left))
					rename_part(&r, left);
			}
		}
	}
	struct program result = *program;
	result.prediction = rename_graph(&r, &program->prediction);
	result.evaluation = rename_graph(&r, &program->evaluation);
	result.training = rename_graph(&r, &program->training);
	return result;
}
