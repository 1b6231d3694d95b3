#include "expr/finish.h"

enum { MOST_OPERATORS = 4 };

/* Operators of an expression that is worth repeating, arithmetic of few operands; 1000 or more of any other. */
static int cost(const struct expr *expr)
{
	const int too_much = 1000;
	if (expr->count == 0)
		return expr->op == OP_UNIFORM || expr->op == OP_NORMAL ? too_much : 0;
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
	struct tensor_map uses;   /* tensor → number of equations that read it, as struct use */
	struct tensor_map any;    /* tensor → right side that any reader may repeat */
	struct tensor_map cheap;  /* the same, for readers without reductions */
	struct tensor_map single; /* the same, for the one reader, if it has as many indices */
	int indices;              /* of the reader, those of its reductions included */
	bool in_reduction;
	bool is_copy; /* the reader is to stay a read, which its own readers repeat */
};

struct use {
	int count;
};

static void count_use(void *context, const struct expr *read)
{
	struct inlining *in = context;
	struct use *use = ARENA_NEW(exprs_arena(in->exprs), struct use);
	const struct use *before = tensor_map_get(&in->uses, read->tensor);
	use->count = before ? before->count + 1 : 1;
	tensor_map_set(&in->uses, read->tensor, use);
}

static const struct expr *right_side(const struct inlining *in, const struct expr *read)
{
	const struct expr *right = tensor_map_get(&in->any, read->tensor);
	if (in->is_copy)
		return right;
	if (!right && !in->in_reduction)
		right = tensor_map_get(&in->cheap, read->tensor);
	if (!right && in->indices == read->tensor->rank)
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

static bool is_result(const struct graph *graph, const struct tensor *tensor)
{
	for (size_t k = 0; k < graph->results.count; k++)
		if (graph->results.items[k] == tensor)
			return true;
	return false;
}

static int count_indices(const struct equation *equation)
{
	int count = equation->left->rank;
	for (const struct expr *expr = equation->right; op_is_reduction(expr->op); expr = expr->operands[0])
		count++;
	return count;
}

/* The readers of a copy become readers of what it copies: no longer one alone. */
static void count_copy(struct inlining *in, const struct equation *copy)
{
	const struct use *use = tensor_map_get(&in->uses, copy->left);
	if (copy->right->op == OP_READ && use && use->count > 1)
		tensor_map_set(&in->single, copy->right->tensor, NULL);
}

/* In which readers the equation's right side may stand in place of a read. */
static void offer(struct inlining *in, const struct equation *equation)
{
	const struct use *use = tensor_map_get(&in->uses, equation->left);
	if (equation->right->divides)
		return; /* in a sum it would cost more than the copy */
	if (equation->right->op == OP_READ || !has_tensors(equation->right))
		tensor_map_set(&in->any, equation->left, equation->right);
	else if (cost(equation->right) <= MOST_OPERATORS)
		tensor_map_set(&in->cheap, equation->left, equation->right);
	if (use && use->count == 1 && equation->right->bound == 0)
		tensor_map_set(&in->single, equation->left, equation->right);
}

struct graph inline_trivial(struct exprs *exprs, const struct graph *graph)
{
	struct arena *arena = exprs_arena(exprs);
	struct inlining in = {.exprs = exprs,
	                      .any = {.arena = arena},
	                      .cheap = {.arena = arena},
	                      .single = {.arena = arena},
	                      .uses = {.arena = arena}};
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++)
		if (graph->equations.items[k].right)
			visit_reads(arena, graph->equations.items[k].right, count_use, &in);
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		enum tensor_role role = equation.left->role;
		bool may_go = (role == TENSOR_ADJOINT || role == TENSOR_TEMPORARY) &&
		              !is_result(graph, equation.left);
		if (equation.right) {
			in.is_copy = may_go && equation.right->op == OP_READ;
			in.in_reduction = equation.right->bound > 0;
			in.indices = count_indices(&equation);
			equation.right = expr_map(exprs, equation.right, rewrite, &in);
			if (in.is_copy)
				count_copy(&in, &equation);
			if (may_go)
				offer(&in, &equation);
		}
		array_push(arena, &result.equations, equation);
	}
	return result;
}
