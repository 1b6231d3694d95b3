/* One-hot vectors out: sum(i, t[n, i] * f(i)) is f(t[n]); any other t[n, i] is `if i = t[n] then 1 else 0`. */
#include "expr/finish.h"

static const struct expr *label_of(struct exprs *exprs, const struct expr *read)
{
	return expr_label(exprs, read->tensor, read->indices);
}

static bool is_one_hot(const struct expr *expr)
{
	return expr->op == OP_READ && expr->tensor->classes > 0;
}

bool is_one_hot_over(const struct expr *read, int variable, int64_t extent)
{
	int last = read->index_count - 1;
	if (!is_one_hot(read) || extent != read->tensor->classes ||
	    !linear_is_variable(read->indices[last], variable))
		return false;
	for (int k = 0; k < last; k++)
		if (linear_uses(read->indices[k], variable))
			return false;
	return true;
}

/* The factor that is the one-hot vector over the variable; -1: none. */
static int one_hot_factor(const struct expr *product, int variable, int64_t extent)
{
	for (int k = 0; product->op == OP_MULTIPLY && k < product->count; k++) {
		const struct expr *factor = product->operands[k];
		if (product->weights[k] == 1 && is_one_hot_over(factor, variable, extent))
			return k;
	}
	return -1;
}

/* A class number stands for an index only where the index stands alone. */
static bool stands_alone(const struct expr *expr, int variable)
{
	for (int k = 0; k < expr->index_count; k++)
		if (linear_uses(expr->indices[k], variable) &&
		    !linear_is_variable(expr->indices[k], variable))
			return false;
	for (int k = 0; k < expr->count; k++)
		if (!stands_alone(expr->operands[k], variable))
			return false;
	return true;
}

static const struct expr *look_up(struct exprs *exprs, const struct expr *sum)
{
	int variable = expr_fresh(exprs);
	const struct expr *body = expr_open(exprs, sum, variable);
	int k = one_hot_factor(body, variable, sum->extent);
	if (k < 0)
		return sum;
	const struct linear *label = linear_label(exprs, label_of(exprs, body->operands[k]));
	const struct expr *rest =
	        normal(exprs, expr_product_of(exprs, 1, 1, &body->operands[k], &(double){-1}));
	rest = normal_product(exprs, body, rest);
	return stands_alone(rest, variable) ? expr_substitute(exprs, rest, 1, &variable, &label) : sum;
}

static const struct expr *rewrite_sum(void *context, const struct expr *expr)
{
	return expr->op == OP_SUM ? look_up(context, expr) : expr;
}

static const struct expr *rewrite_read(void *context, const struct expr *expr)
{
	struct exprs *exprs = context;
	if (!is_one_hot(expr))
		return normal(exprs, expr);
	const struct linear *last = expr->indices[expr->index_count - 1];
	const struct expr *label = label_of(exprs, expr);
	if (last->label == label)
		return expr_number(exprs, 1);
	const struct expr *position = last->label ? last->label : expr_position(exprs, last);
	const struct expr *same = expr_binary(exprs, OP_EQUAL, position, label);
	return expr_select(exprs, same, expr_number(exprs, 1), expr_number(exprs, 0));
}

static void search_one_hot(void *found, const struct expr *read)
{
	if (is_one_hot(read))
		*(bool *)found = true;
}

static bool reads_one_hot(struct exprs *exprs, const struct expr *expr)
{
	bool found = false;
	visit_reads(exprs_arena(exprs), expr, search_one_hot, &found);
	return found;
}

struct graph look_up_labels(struct exprs *exprs, const struct graph *graph)
{
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right && reads_one_hot(exprs, equation.right)) {
			equation.right = expr_map(exprs, equation.right, rewrite_sum, exprs);
			equation.right = expr_map(exprs, equation.right, rewrite_read, exprs);
		}
		array_push(exprs_arena(exprs), &result.equations, equation);
	}
	return result;
}
