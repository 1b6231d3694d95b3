#include "expr/finish.h"

enum { MOST_OPERATORS = 4 };

/* Operators of an expression that is worth repeating, arithmetic of few operands; 1000 or more of any other. */
static int cost(const struct expr *expr)
{
	const int too_much = 1000;
	if (expr->count == 0)
		return op_is_draw(expr->op) ? too_much : 0;
	if (expr->op != OP_ADD && expr->op != OP_MULTIPLY && expr->op != OP_SHIFT)
		return too_much;
	int sum = expr->count - 1;
	for (int k = 0; k < expr->count && sum < too_much; k++)
		sum += cost(expr->operands[k]);
	return sum;
}

static bool has_tensors(const struct expr *expr)
{
	if (expr->op == OP_READ || expr->op == OP_LABEL)
		return true;
	for (int k = 0; k < expr->count; k++)
		if (has_tensors(expr->operands[k]))
			return true;
	return false;
}

struct inlining {
	struct exprs *exprs;
	struct tensor_map results; /* of the graph */
	struct tensor_map uses;   /* tensor → number of the places where it is read */
	struct tensor_map any;    /* tensor → right side that any reader may repeat */
	struct tensor_map cheap;  /* the same, for readers without reductions */
	struct tensor_map single; /* the same, for the one reader, if it has as many indices */
	struct tensor_map costly; /* those of the last that a sum over the rows takes ready made */
	int indices;              /* of the reader, those of its reductions included */
	bool in_reduction;
	bool is_copy; /* the reader is to stay a read, which its own readers repeat */
};

/* The nodes of a right side in the order of a walk, operands before their users, with the number of their places in
 * the right side as a tree: 2 stands for all more. */
struct places {
	struct arena *arena;
	struct tensor_map numbers; /* node, by address → its number in the list + 1 */
	ARRAY(struct node_places) list;
};

struct node_places {
	const struct expr *expr;
	int count;
};

static size_t number_of(const struct places *places, const struct expr *expr)
{
	return (size_t)(uintptr_t)tensor_map_get(&places->numbers, (const void *)expr);
}

static void list_nodes(struct places *places, const struct expr *expr)
{
	if (number_of(places, expr))
		return;
	for (int k = 0; k < expr->index_count; k++)
		if (expr->indices[k]->label)
			list_nodes(places, expr->indices[k]->label);
	for (int k = 0; k < expr->count; k++)
		list_nodes(places, expr->operands[k]);
	array_push(places->arena, &places->list, ((struct node_places){.expr = expr}));
	tensor_map_set(&places->numbers, (const void *)expr, (const void *)(uintptr_t)places->list.count);
}

static void add_places(struct places *places, const struct expr *expr, int count)
{
	int *sum = &places->list.items[number_of(places, expr) - 1].count;
	*sum = *sum + count > 2 ? 2 : *sum + count;
}

/* How often each tensor is read, by all right sides together: what stands in one place only may be put there. */
static void count_uses(struct inlining *in, const struct expr *right)
{
	struct places places = {.arena = in->uses.arena, .numbers = {.arena = in->uses.arena}};
	list_nodes(&places, right);
	add_places(&places, right, 1);
	for (size_t n = places.list.count; n-- > 0;) {
		const struct expr *expr = places.list.items[n].expr;
		int count = places.list.items[n].count;
		for (int k = 0; k < expr->index_count; k++)
			if (expr->indices[k]->label)
				add_places(&places, expr->indices[k]->label, count);
		for (int k = 0; k < expr->count; k++)
			add_places(&places, expr->operands[k], count);
		if (expr->op != OP_READ && expr->op != OP_LABEL)
			continue;
		uintptr_t before = (uintptr_t)tensor_map_get(&in->uses, expr->tensor);
		tensor_map_set(&in->uses, expr->tensor, (const void *)(before + (uintptr_t)count));
	}
}

static const struct expr *right_side(const struct inlining *in, const struct expr *read)
{
	const struct expr *right = tensor_map_get(&in->any, read->tensor);
	if (in->is_copy)
		return right;
	if (!right && !in->in_reduction)
		right = tensor_map_get(&in->cheap, read->tensor);
	bool is_ready_made = in->in_reduction && tensor_map_get(&in->costly, read->tensor);
	if (!right && in->indices == read->tensor->rank && !is_ready_made)
		right = tensor_map_get(&in->single, read->tensor);
	return right;
}

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	struct inlining *in = context;
	if (expr->op != OP_READ)
		return normal(in->exprs, expr);
	const struct expr *right = right_side(in, expr);
	if (!right)
		return expr;
	int variables[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < expr->index_count; k++)
		variables[k] = k;
	return expr_substitute(in->exprs, right, expr->index_count, variables, expr->indices);
}

static int count_indices(const struct equation *equation)
{
	int count = equation->left->rank;
	for (const struct expr *expr = equation->right; op_is_reduction(expr->op); expr = expr->operands[0])
		count++;
	return count;
}

static size_t use_count(const struct inlining *in, const struct tensor *tensor)
{
	return (size_t)(uintptr_t)tensor_map_get(&in->uses, tensor);
}

/* In which readers the equation's right side may stand in place of a read. */
static void offer(struct inlining *in, const struct equation *equation)
{
	if (equation->right->divides)
		return; /* in a sum it would cost more than the copy */
	if (equation->right->op == OP_READ || !has_tensors(equation->right))
		tensor_map_set(&in->any, equation->left, equation->right);
	else if (cost(equation->right) <= MOST_OPERATORS)
		tensor_map_set(&in->cheap, equation->left, equation->right);
	if (use_count(in, equation->left) == 1 && equation->right->bound == 0)
		tensor_map_set(&in->single, equation->left, equation->right);
	/* a number for each row, with functions: they are computed for several rows at once, which a sum in order is not */
	if (equation->left->rank == 1 && equation->left->extents[0] == EXTENT_ROWS &&
	    cost(equation->right) > MOST_OPERATORS)
		tensor_map_set(&in->costly, equation->left, equation->right);
}

struct graph inline_trivial(struct exprs *exprs, const struct graph *graph)
{
	struct arena *arena = exprs_arena(exprs), *scratch = arena_new();
	struct inlining in = {.exprs = exprs,
	                      .results = {.arena = scratch},
	                      .any = {.arena = scratch},
	                      .cheap = {.arena = scratch},
	                      .single = {.arena = scratch},
	                      .costly = {.arena = scratch},
	                      .uses = {.arena = scratch}};
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->results.count; k++)
		tensor_map_set(&in.results, graph->results.items[k], "result");
	for (size_t k = 0; k < graph->equations.count; k++)
		if (graph->equations.items[k].right)
			count_uses(&in, graph->equations.items[k].right);
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		enum tensor_role role = equation.left->role;
		bool may_go = (role == TENSOR_ADJOINT || role == TENSOR_TEMPORARY) &&
		              !tensor_map_get(&in.results, equation.left);
		if (equation.right) {
			in.is_copy = may_go && equation.right->op == OP_READ;
			in.in_reduction = equation.right->bound > 0;
			in.indices = count_indices(&equation);
			equation.right = expr_map(exprs, equation.right, rewrite, &in);
			if (may_go)
				offer(&in, &equation);
		}
		array_push(arena, &result.equations, equation);
	}
	arena_free(scratch);
	return result;
}
