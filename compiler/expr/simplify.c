/* Each right side in normal form, with the rules of rules.def applied from the leaves upward until none fits.
 * An equation sees the simplified definitions of those before it. */
#include <stdio.h>
#include <stdlib.h>

#include "expr/conditions.h"
#include "expr/history.h"
#include "expr/prune.h"
#include "expr/split.h"

enum { MOST_FIRINGS = 10000, EXIT_INTERNAL = 4 };

struct simplifying {
	struct exprs *exprs;
	const struct rules *rules;
	uint64_t rules_off;
	struct tensor_map definitions; /* tensor → struct equation */
	struct tensor_map rewritten;   /* nodes that a rule has changed, by address → what became of them */
	bool guards;
	int firings;
	const struct tensor *left; /* of the equation at hand */
	struct history *history;
};

static const struct expr *rewrite(void *context, const struct expr *expr)
{
	struct simplifying *s = context;
	const struct expr *node = normal(s->exprs, expr);
	const struct expr *known = tensor_map_get(&s->rewritten, (const void *)node);
	if (known)
		return known;
	const struct rule_info *fired;
	const struct expr *result = rules_apply(
	        s->rules, (struct rule_selection){s->rules_off, s->guards, &s->definitions}, node, &fired);
	if (!result || result == node)
		return node;
	if (++s->firings > MOST_FIRINGS) {
		fprintf(stderr, "mlpc: internal error: rule %s does not end\n", fired->name);
		exit(EXIT_INTERNAL);
	}
	history_fired(s->history, (struct firing){fired, s->left, node, result});
	result = expr_map(s->exprs, result, rewrite, s);
	tensor_map_set(&s->rewritten, (const void *)node, result);
	return result;
}

/* Until nothing changes: factoring may have put parts together that no rule has seen yet. */
static const struct expr *to_fixed_point(struct simplifying *s, const struct expr *expr)
{
	s->rewritten = (struct tensor_map){.arena = exprs_arena(s->exprs)};
	for (const struct expr *before = NULL; before != expr;) {
		before = expr;
		expr = expr_map(s->exprs, expr, rewrite, s);
	}
	return expr;
}

static const struct expr *simplify_right(struct simplifying *s, const struct equation *equation)
{
	s->firings = 0;
	s->guards = false;
	s->left = equation->left;
	const struct expr *right = to_fixed_point(s, decide_conditions(s->exprs, equation));
	s->guards = equation->in_loss && equation->phase == PHASE_FORWARD;
	return s->guards ? to_fixed_point(s, right) : right;
}

static const struct expr *sort_node(void *exprs, const struct expr *expr)
{
	return expr->op == OP_ADD || expr->op == OP_MULTIPLY ? normal(exprs, expr) : expr;
}

/* The equations that the splitter has added get known. Reads in place of reductions are younger than these
 * were. */
static void define(struct simplifying *s, const struct graph *graph, size_t from)
{
	for (size_t k = from; k < graph->equations.count; k++) {
		struct equation *equation = &graph->equations.items[k];
		if (equation->right)
			equation->right = expr_map(s->exprs, equation->right, sort_node, s->exprs);
		struct equation *copy = ARENA_NEW(exprs_arena(s->exprs), struct equation);
		*copy = graph->equations.items[k];
		tensor_map_set(&s->definitions, copy->left, copy);
	}
}

struct graph simplify(struct exprs *exprs, const struct graph *graph, struct rewriting rewriting)
{
	struct simplifying s = {.exprs = exprs,
	                        .rules = rules_of(exprs),
	                        .rules_off = rewriting.rules_off | (rewriting.last ? 0 : rules_of_the_end()),
	                        .definitions = {.arena = exprs_arena(exprs)},
	                        .history = rewriting.history};
	struct graph result = {.results = graph->results};
	struct splitter *splitter = splitter_new(exprs, &result, graph);
	for (size_t k = 0; k < graph->equations.count; k++) {
		struct equation equation = graph->equations.items[k];
		if (equation.right)
			equation.right = simplify_right(&s, &equation);
		size_t from = result.equations.count;
		split_equation(splitter, equation);
		define(&s, &result, from);
	}
	return history_pass(rewriting.history, "simplify", prune(exprs, &result, true));
}
