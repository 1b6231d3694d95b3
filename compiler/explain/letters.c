#include "explain/letters.h"

#include "explain/visit.h"

enum { MOST_OPEN = BOUND - TENSOR_MOST_DIMENSIONS };

struct open_variables {
	int list[MOST_OPEN];
	int count;
};

static void add_variable(struct open_variables *open, int variable)
{
	for (int k = 0; k < open->count; k++)
		if (open->list[k] == variable)
			return;
	if (variable >= FRESH && open->count < MOST_OPEN)
		open->list[open->count++] = variable;
}

static void collect_linear(struct open_variables *open, const struct linear *linear)
{
	for (int t = 0; t < linear->count; t++)
		if (linear->terms[t].division)
			collect_linear(open, linear->terms[t].division->dividend);
		else
			add_variable(open, linear->terms[t].variable);
}

static void collect(void *open, const struct expr *expr)
{
	for (int k = 0; k < expr->index_count; k++)
		collect_linear(open, expr->indices[k]);
}

struct sides readable(struct exprs *exprs, const struct firing *firing)
{
	struct open_variables open = {.count = 0};
	const struct linear *closed[MOST_OPEN];
	struct visited visited = {.arena = exprs_arena(exprs)};
	visit_nodes(&visited, firing->before, collect, &open);
	visit_nodes(&visited, firing->after, collect, &open);
	for (int k = 0; k < open.count; k++)
		closed[k] = linear_variable(exprs, TENSOR_MOST_DIMENSIONS + k);
	return (struct sides){expr_substitute(exprs, firing->before, open.count, open.list, closed),
	                      expr_substitute(exprs, firing->after, open.count, open.list, closed)};
}

struct printer printer_of(struct text *text, const struct tensor *left, const struct expr *expr)
{
	struct printer printer = printer_new(text, left);
	printer.digits = EXPLAIN_DIGITS;
	for (int variable = TENSOR_MOST_DIMENSIONS; variable < BOUND; variable++)
		if (expr_uses(expr, variable))
			printer_name(&printer, variable, expr);
	return printer;
}
