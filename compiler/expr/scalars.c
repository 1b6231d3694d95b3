/* rate * 0.95^epoch / (1 - beta1^step) is one number for all elements: parts of the update that depend on
 * step and epoch alone become equations of rank 0, which are computed in double. */
#include "expr/finish.h"
#include "expr/split.h"

struct scalar {
	const struct expr *value;
	const struct tensor *tensor;
};

struct scalars {
	struct exprs *exprs;
	struct splitter *splitter;
	struct graph *graph;
	ARRAY(struct scalar) known;
};

/* Uses step or epoch, and nothing that differs by element. */
static bool has_symbol(const struct expr *expr)
{
	if (!expr_has(expr, op_bit(OP_SYMBOL)))
		return false;
	if (expr->op == OP_SYMBOL)
		return expr->symbol == SYMBOL_STEP || expr->symbol == SYMBOL_EPOCH;
	for (int k = 0; k < expr->count; k++)
		if (has_symbol(expr->operands[k]))
			return true;
	return false;
}

static bool is_uniform(const struct expr *expr)
{
	if (expr->op == OP_READ)
		return expr->tensor->role == TENSOR_SCHEDULE;
	if (expr->op == OP_LABEL || op_is_draw(expr->op) || expr->variables != 0)
		return false;
	for (int k = 0; k < expr->count; k++)
		if (!is_uniform(expr->operands[k]))
			return false;
	return true;
}

static bool is_scalar(const struct expr *expr)
{
	return has_symbol(expr) && is_uniform(expr);
}

static const struct expr *scalar_read(struct scalars *s, const struct expr *value)
{
	struct exprs *exprs = s->exprs;
	for (size_t k = 0; k < s->known.count; k++)
		if (s->known.items[k].value == value)
			return expr_read(exprs, s->known.items[k].tensor, NULL);
	struct tensor *tensor = ARENA_NEW(exprs_arena(exprs), struct tensor);
	tensor->name = splitter_name(s->splitter, name_of(exprs_names(exprs), "schedule"));
	tensor->role = TENSOR_SCHEDULE;
	array_push(exprs_arena(exprs), &s->known, (struct scalar){value, tensor});
	array_push(exprs_arena(exprs), &s->graph->equations,
	           (struct equation){.left = tensor,
	                             .right = value,
	                             .phase = PHASE_UPDATE,
	                             .origin = "depends on step and epoch alone"});
	return expr_read(exprs, tensor, NULL);
}

/* The scalar factors or terms of a product or sum as one. */
static const struct expr *take_parts(struct scalars *s, const struct expr *expr)
{
	struct exprs *exprs = s->exprs;
	bool product = expr->op == OP_MULTIPLY;
	const struct expr **parts[2];
	double *weights[2];
	int counts[2] = {0, 0};
	for (int k = 0; k < 2; k++) {
		parts[k] = ARENA_ARRAY(exprs_arena(exprs), const struct expr *, expr->count);
		weights[k] = ARENA_ARRAY(exprs_arena(exprs), double, expr->count);
	}
	for (int k = 0; k < expr->count; k++) {
		int side = is_scalar(expr->operands[k]);
		parts[side][counts[side]] = expr->operands[k];
		weights[side][counts[side]++] = expr->weights[k];
	}
	if (counts[1] == 0)
		return expr;
	if (product) {
		const struct expr *scalar =
		        expr_product_of(exprs, expr->number, counts[1], parts[1], weights[1]);
		const struct expr *rest = expr_product_of(exprs, 1, counts[0], parts[0], weights[0]);
		return normal_product(exprs, scalar_read(s, scalar), rest);
	}
	const struct expr *scalar = expr_sum_of(exprs, expr->number, counts[1], parts[1], weights[1]);
	const struct expr *rest = expr_sum_of(exprs, 0, counts[0], parts[0], weights[0]);
	return normal_sum(exprs, scalar_read(s, scalar), rest);
}

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	struct scalars *s = context;
	if (expr->count == 0 || is_scalar(expr))
		return expr;
	if (expr->op == OP_ADD || expr->op == OP_MULTIPLY)
		return take_parts(s, expr);
	const struct expr **operands = ARENA_ARRAY(exprs_arena(s->exprs), const struct expr *, expr->count);
	for (int k = 0; k < expr->count; k++)
		operands[k] =
		        is_scalar(expr->operands[k]) ? scalar_read(s, expr->operands[k]) : expr->operands[k];
	return expr_with_operands(s->exprs, expr, operands);
}

struct graph hoist_scalars(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	struct scalars s = {
	        .exprs = exprs, .graph = &result, .splitter = splitter_new(exprs, &result, graph)};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right && equation.phase == PHASE_UPDATE &&
		    expr_has(equation.right, op_bit(OP_SYMBOL))) {
			equation.right = expr_map(exprs, equation.right, rewrite, &s);
			if (is_scalar(equation.right) && equation.left->rank > 0)
				equation.right = scalar_read(&s, equation.right);
		}
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}
