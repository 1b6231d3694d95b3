/* Reverse mode. The adjoint d_T[I] of an equation T[I] = E is pushed down E, once per node; each read A[J]
 * that it reaches contributes
 *
 *     d_A[a] += sum(V, if a = J then adjoint else 0)
 *
 * with V the indices of T and of the reductions above the read, as many as possible solved from a = J. All
 * contributions to A form one equation. */
#include "expr/formula.h"
#include "expr/prune.h"
#include "expr/solve.h"
#include "expr/split.h"

#include <stdlib.h>

struct contribution {
	const struct expr *value; /* in terms of variables 0, 1, … : the dimensions of the tensor read */
	struct contribution *next;
};

struct gradient {
	struct exprs *exprs;
	struct tensor_map contributions; /* tensor → struct contribution, the latest first */
	struct tensor_map active;        /* tensors that depend on a wanted one by a path with derivatives */
	struct tensor_map adjoints;      /* tensor → its adjoint tensor */
	const struct ast_expr *derivatives[OP_COUNT][2];
	struct index_variables variables; /* above the place */
};

static void contribute(struct gradient *g, const struct expr *read, const struct expr *adjoint)
{
	struct contribution *contribution = ARENA_NEW(exprs_arena(g->exprs), struct contribution);
	contribution->value = sum_over_reads(g->exprs, read, &g->variables, adjoint);
	contribution->next = (struct contribution *)tensor_map_get(&g->contributions, read->tensor);
	tensor_map_set(&g->contributions, read->tensor, contribution);
}

/* --- pushing down an expression --------------------------------------------------------------- */

/* The nodes of one right side that reach an active read, with their adjoints. */
struct node {
	const struct expr *expr;
	const struct expr *adjoint;
};

struct nodes {
	struct gradient *gradient;
	ARRAY(struct node) list; /* users before operands once sorted */
};

static void push(struct gradient *g, const struct expr *expr, const struct expr *adjoint);

struct activity {
	const struct gradient *gradient;
	bool found;
};

static void check_active(void *context, const struct expr *read)
{
	struct activity *activity = context;
	activity->found = activity->found ||
	                  (read->op == OP_READ && tensor_map_get(&activity->gradient->active, read->tensor));
}

static bool is_active(const struct gradient *g, const struct expr *expr)
{
	struct activity activity = {.gradient = g};
	visit_reads(exprs_arena(g->exprs), expr, check_active, &activity);
	return activity.found;
}

static struct node *find_node(struct nodes *nodes, const struct expr *expr)
{
	for (size_t k = 0; k < nodes->list.count; k++)
		if (nodes->list.items[k].expr == expr)
			return &nodes->list.items[k];
	return NULL;
}

static bool stops_gradient(enum op op)
{
	return op == OP_CONSTANT || op_is_condition(op) || op == OP_ARGMAX || op == OP_FLOOR ||
	       op == OP_FLOOR_QUOTIENT || op == OP_SIGN;
}

static void collect(struct nodes *nodes, const struct expr *expr)
{
	if (stops_gradient(expr->op) || find_node(nodes, expr))
		return;
	array_push(exprs_arena(nodes->gradient->exprs), &nodes->list, (struct node){.expr = expr});
	if (!op_is_reduction(expr->op))
		for (int k = 0; k < expr->count; k++)
			collect(nodes, expr->operands[k]);
}

static int users_first(const void *a, const void *b)
{
	const struct node *p = a, *q = b;
	return p->expr->id > q->expr->id ? -1 : p->expr->id < q->expr->id;
}

static void add_adjoint(struct nodes *nodes, const struct expr *operand, const struct expr *adjoint)
{
	struct node *node = find_node(nodes, operand);
	if (!node || expr_is_number(adjoint, 0))
		return;
	node->adjoint = node->adjoint ? normal_sum(nodes->gradient->exprs, node->adjoint, adjoint) : adjoint;
}

/* d/df of c * f^e * rest = c * e * f^(e-1) * rest */
static const struct expr *partial_of_product(struct exprs *exprs, const struct expr *product, int operand)
{
	double *exponents = ARENA_ARRAY(exprs_arena(exprs), double, product->count);
	for (int k = 0; k < product->count; k++)
		exponents[k] = product->weights[k] - (k == operand);
	double coefficient = product->number * product->weights[operand];
	return normal(exprs,
	              expr_product_of(exprs, coefficient, product->count, product->operands, exponents));
}

/* The derivative of an operator with respect to an operand, from its row in ops.def; NULL: none flows. */
static const struct expr *partial_from_table(struct gradient *g, const struct expr *expr, int operand)
{
	const char *text = op_table[expr->op].derivative[operand];
	if (!text)
		return NULL;
	const struct ast_expr **ast = &g->derivatives[expr->op][operand];
	if (!*ast)
		*ast = formula_parse(g->exprs, text);
	struct formula formula = {.exprs = g->exprs};
	formula_bind(&formula, "y", expr);
	formula_bind(&formula, expr->count == 1 ? "x" : "a", expr->operands[0]);
	if (expr->count == 2)
		formula_bind(&formula, "b", expr->operands[1]);
	return formula_build(&formula, *ast);
}

/* On a tie of max and min a constant operand takes the gradient; lowering made it the second one. */
static const struct expr *partial_of(struct gradient *g, const struct expr *expr, int operand)
{
	if (expr->op == OP_ADD)
		return expr_number(g->exprs, expr->weights[operand]);
	if (expr->op == OP_MULTIPLY)
		return partial_of_product(g->exprs, expr, operand);
	return partial_from_table(g, expr, operand);
}

static void push_reduction(struct gradient *g, const struct expr *expr, const struct expr *adjoint)
{
	struct exprs *exprs = g->exprs;
	int variable = expr_fresh(exprs);
	const struct expr *body = expr_open(exprs, expr, variable);
	const struct expr *here = expr_position(exprs, linear_variable(exprs, variable));
	if (expr->op == OP_PRODUCT) {
		/* the product over the others: no division by an element that may be 0 */
		int other = expr_fresh(exprs);
		const struct expr *there = expr_position(exprs, linear_variable(exprs, other));
		const struct expr *factor = expr_select(exprs, expr_binary(exprs, OP_EQUAL, there, here),
		                                        expr_number(exprs, 1), expr_open(exprs, expr, other));
		adjoint = normal_product(exprs, adjoint,
		                         expr_reduce(exprs, OP_PRODUCT, other, expr->extent, factor));
	} else if (expr->op != OP_SUM) {
		/* the first element that attains the extreme */
		const double minus = -1;
		int other = expr_fresh(exprs);
		const struct expr *element = expr_open(exprs, expr, other);
		if (expr->op == OP_MINIMUM)
			element = normal(exprs, expr_sum_of(exprs, 0, 1, &element, &minus));
		const struct expr *first = expr_reduce(exprs, OP_ARGMAX, other, expr->extent, element);
		adjoint = normal_guard(exprs, expr_binary(exprs, OP_EQUAL, here, first), adjoint);
	}
	g->variables.list[g->variables.count++] = (struct index_variable){variable, expr->extent};
	push(g, body, adjoint);
	g->variables.count--;
}

static void push_node(struct nodes *nodes, const struct expr *expr, const struct expr *adjoint)
{
	struct gradient *g = nodes->gradient;
	struct exprs *exprs = g->exprs;
	if (expr->op == OP_READ) {
		if (tensor_map_get(&g->active, expr->tensor))
			contribute(g, expr, adjoint);
	} else if (op_is_reduction(expr->op)) {
		if (g->variables.count < MOST_VARIABLES && is_active(g, expr))
			push_reduction(g, expr, adjoint);
	} else if (expr->op == OP_SELECT) {
		add_adjoint(nodes, expr->operands[1], guarded_choice(exprs, adjoint, expr->operands[0], true));
		add_adjoint(nodes, expr->operands[2], guarded_choice(exprs, adjoint, expr->operands[0], false));
	} else {
		for (int k = 0; k < expr->count; k++) {
			const struct expr *partial = expr->operands[k]->variables ||
			                                             expr->operands[k]->count ||
			                                             expr->operands[k]->op == OP_READ
			                                     ? partial_of(g, expr, k)
			                                     : NULL;
			if (partial)
				add_adjoint(nodes, expr->operands[k],
				            guarded_product(exprs, adjoint, partial));
		}
	}
}

static void push(struct gradient *g, const struct expr *expr, const struct expr *adjoint)
{
	struct nodes nodes = {.gradient = g};
	collect(&nodes, expr);
	if (nodes.list.count == 0)
		return;
	nodes.list.items[0].adjoint = adjoint;
	qsort(nodes.list.items, nodes.list.count, sizeof *nodes.list.items, users_first);
	for (size_t k = 0; k < nodes.list.count; k++)
		if (nodes.list.items[k].adjoint)
			push_node(&nodes, nodes.list.items[k].expr, nodes.list.items[k].adjoint);
}

/* --- the graph -------------------------------------------------------------------------------- */

static void mark_active(struct gradient *g, const struct graph *graph, const tensors *wanted)
{
	for (size_t k = 0; k < wanted->count; k++)
		tensor_map_set(&g->active, wanted->items[k], "wanted");
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		if (equation->right && equation->left->role != TENSOR_NEXT && is_active(g, equation->right))
			tensor_map_set(&g->active, equation->left, "depends");
	}
}

static const struct tensor *adjoint_tensor(struct gradient *g, const struct tensor *of)
{
	const struct tensor *known = tensor_map_get(&g->adjoints, of);
	if (known)
		return known;
	struct tensor *adjoint = ARENA_NEW(exprs_arena(g->exprs), struct tensor);
	*adjoint = *of;
	adjoint->name = name_format(exprs_names(g->exprs), "d_%s", of->name);
	adjoint->role = TENSOR_ADJOINT;
	adjoint->of = of;
	adjoint->classes = 0;
	tensor_map_set(&g->adjoints, of, adjoint);
	return adjoint;
}

/* The equation of d_of: all contributions, those of the last reader first. */
static void add_adjoint_equation(struct gradient *g, struct splitter *splitter, const struct tensor *of)
{
	struct exprs *exprs = g->exprs;
	const struct expr *sum = expr_number(exprs, 0);
	for (const struct contribution *c = tensor_map_get(&g->contributions, of); c; c = c->next)
		sum = normal_sum(exprs, sum, c->value);
	const char *origin = name_format(exprs_names(exprs), "adjoint of %s", of->name);
	split_equation(splitter, (struct equation){.left = adjoint_tensor(g, of),
	                                           .right = sum,
	                                           .phase = PHASE_BACKWARD,
	                                           .origin = origin});
}

/* d_T[I] of an equation T[I] = E goes to what E reads. */
static void push_equation(struct gradient *g, const struct equation *equation)
{
	struct exprs *exprs = g->exprs;
	const struct tensor *left = equation->left;
	int own[TENSOR_MOST_DIMENSIONS];
	const struct linear *fresh[TENSOR_MOST_DIMENSIONS];
	g->variables.count = left->rank;
	for (int k = 0; k < left->rank; k++) {
		own[k] = k;
		g->variables.list[k] = (struct index_variable){expr_fresh(exprs), left->extents[k]};
		fresh[k] = linear_variable(exprs, g->variables.list[k].number);
	}
	const struct expr *right = expr_substitute(exprs, equation->right, left->rank, own, fresh);
	push(g, right, expr_read(exprs, adjoint_tensor(g, left), fresh));
}

struct graph differentiate(struct exprs *exprs, const struct graph *graph, const struct tensor *loss,
                           const tensors *wanted)
{
	struct arena *arena = exprs_arena(exprs);
	struct gradient g = {.exprs = exprs,
	                     .contributions = {.arena = arena},
	                     .active = {.arena = arena},
	                     .adjoints = {.arena = arena}};
	struct graph result = {.results = copy_tensors(arena, &graph->results)};
	struct splitter *splitter = splitter_new(exprs, &result, graph);
	mark_active(&g, graph, wanted);
	size_t forward = 0;
	for (; forward < graph->equations.count && graph->equations.items[forward].phase == PHASE_FORWARD;
	     forward++)
		split_equation(splitter, graph->equations.items[forward]);
	struct contribution seed = {.value = expr_number(exprs, 1)};
	tensor_map_set(&g.contributions, loss, &seed);
	for (size_t k = forward; k-- > 0;) {
		const struct equation *equation = &graph->equations.items[k];
		if (!equation->right || !tensor_map_get(&g.active, equation->left) ||
		    !tensor_map_get(&g.contributions, equation->left))
			continue;
		add_adjoint_equation(&g, splitter, equation->left);
		push_equation(&g, equation);
	}
	for (size_t k = 0; k < wanted->count; k++) {
		add_adjoint_equation(&g, splitter, wanted->items[k]);
		array_push(arena, &result.results, adjoint_tensor(&g, wanted->items[k]));
	}
	for (size_t k = forward; k < graph->equations.count; k++)
		split_equation(splitter, graph->equations.items[k]);
	return result;
}
