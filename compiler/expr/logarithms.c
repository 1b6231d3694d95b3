#include "expr/logarithms.h"

#include "base/text.h"
#include "expr/match.h"

struct search {
	struct exprs *exprs;
	struct tensor_map definitions; /* tensor → its equation */
	struct tensor_map trained;     /* tensors that depend on parameters */
	struct tensor_map seen;        /* nodes, by address */
	const struct expr *found;
};

struct dependence {
	const struct search *search;
	bool found;
};

static void check_read(void *context, const struct expr *read)
{
	struct dependence *dependence = context;
	dependence->found = dependence->found || read->tensor->role == TENSOR_PARAMETER ||
	                    tensor_map_get(&dependence->search->trained, read->tensor);
}

static bool is_trained(const struct search *search, const struct expr *expr)
{
	struct dependence dependence = {.search = search};
	visit_reads(exprs_arena(search->exprs), expr, check_read, &dependence);
	return dependence.found;
}

/* 1 - p for a p that is not negative. */
static bool is_complement(const struct search *search, const struct expr *expr)
{
	if (expr->op != OP_ADD || expr->number <= 0)
		return false;
	for (int k = 0; k < expr->count; k++)
		if (expr->weights[k] > 0 ||
		    !is_nonnegative(search->exprs, &search->definitions, expr->operands[k]))
			return false;
	return true;
}

/* log(x), or log(max(x, least)) as the guard of the rules leaves it. */
static const struct expr *operand_of(const struct expr *logarithm)
{
	const struct expr *x = logarithm->operands[0];
	return x->op == OP_MAX && x->operands[1]->op == OP_NUMBER ? x->operands[0] : x;
}

static void visit(struct search *search, const struct expr *expr)
{
	if (search->found || !expr_has(expr, op_bit(OP_LOG)) ||
	    tensor_map_get(&search->seen, (const void *)expr))
		return;
	tensor_map_set(&search->seen, (const void *)expr, "seen");
	const struct expr *x = expr->op == OP_LOG ? operand_of(expr) : NULL;
	if (x && is_trained(search, x) && !is_nonnegative(search->exprs, &search->definitions, x) &&
	    !is_complement(search, x))
		search->found = x;
	for (int k = 0; k < expr->count; k++)
		visit(search, expr->operands[k]);
}

const char *unsafe_logarithm(struct exprs *exprs, const struct graph *graph)
{
	struct arena *arena = exprs_arena(exprs);
	struct search search = {.exprs = exprs,
	                        .definitions = {.arena = arena},
	                        .trained = {.arena = arena},
	                        .seen = {.arena = arena}};
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		if (!equation->right)
			continue;
		tensor_map_set(&search.definitions, equation->left, equation);
		if (is_trained(&search, equation->right))
			tensor_map_set(&search.trained, equation->left, "trained");
		if (equation->in_loss)
			visit(&search, equation->right);
		if (!search.found)
			continue;
		struct text text = text_new(arena);
		expr_print(&text, search.found, equation->left);
		return text_string(&text);
	}
	return NULL;
}
