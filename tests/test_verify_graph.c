/* Each promise of a graph, broken. */
#include <criterion/criterion.h>

#include "graph_fixture.h"

struct parts {
	struct fixture f;
	struct tensor *x, *w, *h, *loss;
	int i;
};

static struct parts parts_new(void)
{
	struct parts p = {.f = fixture_new()};
	p.x = TENSOR(&p.f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 4);
	p.w = TENSOR(&p.f, TENSOR_PARAMETER, "w", "oi", 3, 4);
	p.h = TENSOR(&p.f, TENSOR_LAYER, "h", "no", EXTENT_ROWS, 3);
	p.loss = SCALAR(&p.f, TENSOR_LOSS, "loss");
	p.i = expr_fresh(p.f.exprs);
	return p;
}

/* h[n, o] = sum(i, w[o, i] * x[n, i]) */
static const struct expr *dense(struct parts *p)
{
	const struct expr *body = multiply(&p->f, 1, 1, AT(&p->f, p->w, 1, p->i), 1,
	                                   AT(&p->f, p->x, 0, p->i));
	return expr_reduce(p->f.exprs, OP_SUM, p->i, 4, body);
}

/* sum(n, op(o, h[n, o])) */
static const struct expr *reduce_h(struct parts *p, enum op op)
{
	int n = expr_fresh(p->f.exprs);
	const struct expr *inner = expr_reduce(p->f.exprs, op, p->i, 3, AT(&p->f, p->h, n, p->i));
	return expr_reduce(p->f.exprs, OP_SUM, n, EXTENT_ROWS, inner);
}

static void expect_error(struct parts *p, bool split, const char *wanted)
{
	const char *found = verify_graph(p->f.arena, &p->f.graph, split);
	if (!wanted)
		cr_expect_null(found, "%s", found);
	else
		cr_expect_str_eq(found ? found : "(nothing)", wanted);
	arena_free(p->f.arena);
}

Test(verify_graph, well)
{
	struct parts p = parts_new();
	define(&p.f, p.h, dense(&p));
	define(&p.f, p.loss, reduce_h(&p, OP_MAXIMUM));
	array_push(p.f.arena, &p.f.graph.results, p.loss);
	array_push(p.f.arena, &p.f.graph.results, p.x);
	expect_error(&p, true, NULL);
}

Test(verify_graph, use_before_definition)
{
	struct parts p = parts_new();
	define(&p.f, p.loss, reduce_h(&p, OP_SUM));
	define(&p.f, p.h, dense(&p));
	expect_error(&p, false, "`loss = sum(n, sum(o, h[n, o]))`: `h` is read before it is computed");
}

Test(verify_graph, definition_twice)
{
	struct parts p = parts_new();
	define(&p.f, p.h, dense(&p));
	define(&p.f, p.h, dense(&p));
	expect_error(&p, false, "`h[n, o] = sum(i, w[o, i] * x[n, i])`: `h` is computed twice");
}

Test(verify_graph, no_result)
{
	struct parts p = parts_new();
	define(&p.f, p.h, dense(&p));
	array_push(p.f.arena, &p.f.graph.results, p.loss);
	expect_error(&p, false, "the result `loss` is not computed");
}

Test(verify_graph, variable_of_no_dimension)
{
	struct parts p = parts_new();
	define(&p.f, p.loss, AT(&p.f, p.w, 0, 1));
	expect_error(&p, false, "`loss = w[i, j]`: index variable 0 is no dimension and not bound");
}

Test(verify_graph, fresh_variable)
{
	struct parts p = parts_new();
	define(&p.f, p.h, AT(&p.f, p.w, 1, p.i));
	expect_error(&p, false,
	             "`h[n, o] = w[o, v1048576]`: index variable 1048576 is no dimension and not bound");
}

Test(verify_graph, bound_variable_outside_of_its_sum)
{
	struct parts p = parts_new();
	define(&p.f, p.h, add(&p.f, 0, 1, dense(&p), 1, AT(&p.f, p.w, 1, BOUND + 1)));
	expect_error(&p, false, "`h[n, o] = sum(i, w[o, i] * x[n, i]) + w[o, i]`: "
	                        "index variable 17 is no dimension and not bound");
}

/* Builders never make these nodes, a defective pass might. */
static const struct expr *changed(struct parts *p, struct expr expr)
{
	struct expr *copy = ARENA_NEW(p->f.arena, struct expr);
	*copy = expr;
	copy->id = 1000;
	return copy;
}

Test(verify_graph, bound_variable_of_another_number)
{
	struct parts p = parts_new();
	struct expr sum = *dense(&p);
	sum.variable = BOUND + 2;
	define(&p.f, p.h, changed(&p, sum));
	expect_error(&p, false, "`h[n, o] = sum(i: 4, w[o, j] * x[n, j])`: SUM binds variable 18, not 17");
}

Test(verify_graph, number_of_indices)
{
	struct parts p = parts_new();
	struct expr read = *AT(&p.f, p.w, 1, 1);
	read.index_count = 1;
	define(&p.f, p.h, changed(&p, read));
	expect_error(&p, false, "`h[n, o] = w[o]`: `w` has 1 indices where it needs 2");
}

Test(verify_graph, number_of_operands)
{
	struct parts p = parts_new();
	struct expr tanh = *unary(&p.f, OP_TANH, AT(&p.f, p.w, 1, 1));
	tanh.op = OP_MAX;
	define(&p.f, p.h, changed(&p, tanh));
	expect_error(&p, false, "`h[n, o] = max(w[o, o])`: MAX has 1 operands");
}

Test(verify_graph, exponent)
{
	struct parts p = parts_new();
	define(&p.f, p.h, multiply(&p.f, 1, 0.5, AT(&p.f, p.x, 0, 1), 0, NULL));
	expect_error(&p, false, "`h[n, o] = x[n, o]^0.5`: the exponent 0.5 is not a whole number");
}

static const struct expr *read_place(struct parts *p, int64_t factor, int64_t constant)
{
	struct exprs *e = p->f.exprs;
	const struct linear *o = linear_variable(e, 1), *place = linear_constant(e, constant);
	return expr_read(e, p->x,
	                 (const struct linear *[]){linear_variable(e, 0), linear_add(e, place, factor, o)});
}

Test(verify_graph, ranges)
{
	static const struct {
		int64_t factor, constant;
		const char *error;
	} rows[] = {
		{1, 1, NULL},
		{-1, 2, NULL},
		{0, 3, NULL},
		{0, 4, "`h[n, o] = x[n, 4]`: index 2 of `x` runs from 4 to 4, but the extent is 4"},
		{0, -1, "`h[n, o] = x[n, -1]`: index 2 of `x` runs from -1 to -1, but the extent is 4"},
		{1, 2, "`h[n, o] = x[n, o + 2]`: index 2 of `x` runs from 2 to 4, but the extent is 4"},
		{-1, 1, "`h[n, o] = x[n, -o + 1]`: index 2 of `x` runs from -1 to 1, but the extent is 4"},
		{2, 0, "`h[n, o] = x[n, 2 * o]`: index 2 of `x` runs from 0 to 4, but the extent is 4"},
	};
	for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
		struct parts p = parts_new();
		define(&p.f, p.h, read_place(&p, rows[k].factor, rows[k].constant));
		expect_error(&p, false, rows[k].error);
	}
}

/* The same read is well under a condition and not well outside of it, in whichever order they stand. */
Test(verify_graph, ranges_under_conditions)
{
	for (int order = 0; order < 3; order++) {
		struct parts p = parts_new();
		const struct expr *read = read_place(&p, 1, 2), *zero = number(&p.f, 0);
		const struct expr *o = expr_position(p.f.exprs, linear_variable(p.f.exprs, 1));
		const struct expr *inside = binary(&p.f, OP_LESS, o, number(&p.f, 2));
		const struct expr *choice = expr_select(p.f.exprs, inside, read, zero);
		const struct expr *first = order == 1 ? choice : read, *second = order == 1 ? read : choice;
		define(&p.f, p.h, order == 0 ? choice : binary(&p.f, OP_MAX, first, second));
		const char *found = verify_graph(p.f.arena, &p.f.graph, false);
		cr_expect_eq(found == NULL, order == 0);
		arena_free(p.f.arena);
	}
}

/* One variable number, two extents: sum over 4 of w[2, i], and over 3 of w[i, 0]. */
Test(verify_graph, ranges_of_bound_variables)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		struct parts p = parts_new();
		struct exprs *e = p.f.exprs;
		const struct linear *i = linear_variable(e, p.i);
		const struct linear *two = linear_constant(e, 2), *zero = linear_constant(e, 0);
		const struct expr *row = expr_read(e, p.w, (const struct linear *[]){two, i});
		const struct expr *column = expr_read(e, p.w, (const struct linear *[]){i, zero});
		define(&p.f, p.loss, binary(&p.f, OP_MAX, expr_reduce(e, OP_SUM, p.i, 4, row),
		                            expr_reduce(e, OP_SUM, p.i, 3 + wrong, column)));
		const char *error = "`loss = max(sum(i, w[2, i]), sum(o, w[o, 0]))`: "
		                    "index 1 of `w` runs from 0 to 3, but the extent is 3";
		expect_error(&p, false, wrong ? error : NULL);
	}
}

/* One node inside of two sums of different extents. */
Test(verify_graph, ranges_of_a_shared_body)
{
	struct parts p = parts_new();
	struct exprs *e = p.f.exprs;
	const struct linear *i = linear_variable(e, p.i), *zero = linear_constant(e, 0);
	const struct expr *column = expr_read(e, p.w, (const struct linear *[]){i, zero});
	define(&p.f, p.loss, binary(&p.f, OP_MAX, expr_reduce(e, OP_SUM, p.i, 3, column),
	                            expr_reduce(e, OP_SUM, p.i, 4, column)));
	expect_error(&p, false, "`loss = max(sum(o, w[o, 0]), sum(o, w[o, 0]))`: "
	                        "index 1 of `w` runs from 0 to 3, but the extent is 3");
}

Test(verify_graph, samples)
{
	struct parts p = parts_new();
	define(&p.f, p.h, AT(&p.f, p.w, 1, 0));
	expect_error(&p, false, "`h[n, o] = w[o, n]`: index 2 of `w` runs over the samples");
	p = parts_new();
	define(&p.f, p.h, AT(&p.f, p.x, 1, 1));
	expect_error(&p, false, "`h[n, o] = x[o, o]`: the sample index of `x` does not run over the samples");
}

Test(verify_graph, reductions_split)
{
	struct parts p = parts_new();
	define(&p.f, p.h, unary(&p.f, OP_TANH, dense(&p)));
	cr_expect_null(verify_graph(p.f.arena, &p.f.graph, false));
	expect_error(&p, true, "`h[n, o] = tanh(sum(i, w[o, i] * x[n, i]))`: "
	                       "a reduction stands inside of other operations");
}

Test(verify_graph, left_sides)
{
	struct parts p = parts_new();
	define(&p.f, p.x, number(&p.f, 0));
	expect_error(&p, false, "`x[n, i] = 0`: an input or target is computed");
	p = parts_new();
	p.h->extents[1] = 0;
	define(&p.f, p.h, number(&p.f, 0));
	expect_error(&p, false, "`h[n, o] = 0`: dimension 2 has extent 0");
	p = parts_new();
	define(&p.f, p.h, NULL);
	expect_error(&p, false, "`h` needs either an expression or numbers");
	p = parts_new();
	p.h->role = TENSOR_NEXT;
	p.h->stored_in = p.w;
	define(&p.f, p.h, number(&p.f, 0));
	expect_error(&p, false, "`h[n, o] = 0`: there is no place of this shape to store the value");
}

/* --- nodes that no builder makes ---------------------------- */

/* The message without the equation that it is about. */
static void expect_fault(struct parts *p, struct expr expr, const char *wanted)
{
	define(&p->f, p->h, changed(p, expr));
	const char *found = verify_graph(p->f.arena, &p->f.graph, false);
	size_t length = found ? strlen(found) : 0, tail = strlen(wanted);
	cr_expect(length >= tail && strcmp(found + length - tail, wanted) == 0, "%s, not %s", found, wanted);
	arena_free(p->f.arena);
}

Test(verify_graph, operands)
{
	struct parts p = parts_new();
	struct expr product = *multiply(&p.f, 1, 1, AT(&p.f, p.w, 1, 1), 1, AT(&p.f, p.x, 0, 1));
	product.weights = NULL;
	expect_fault(&p, product, "MULTIPLY has no weights");
	p = parts_new();
	struct expr young = *AT(&p.f, p.w, 1, 1);
	young.id = 2000;
	const struct expr *operand = &young;
	struct expr tanh = *unary(&p.f, OP_TANH, AT(&p.f, p.w, 1, 1));
	tanh.operands = &operand;
	expect_fault(&p, tanh, "an operand of TANH is younger than its user");
}

Test(verify_graph, bound_variables)
{
	struct parts p = parts_new();
	struct expr tanh = *unary(&p.f, OP_TANH, AT(&p.f, p.w, 1, 1));
	tanh.bound = 3;
	expect_fault(&p, tanh, "TANH says that it binds 3 variables, not 0");
	p = parts_new();
	struct expr sum = *dense(&p);
	sum.extent = 0;
	expect_fault(&p, sum, "SUM runs over 0 elements");
}

Test(verify_graph, leaves)
{
	struct parts p = parts_new();
	struct expr read = *AT(&p.f, p.w, 1, 1);
	read.tensor = NULL;
	expect_fault(&p, read, "a read has no tensor");
	p = parts_new();
	struct expr label = *AT(&p.f, p.x, 0, 1);
	label.op = OP_LABEL;
	expect_fault(&p, label, "`x` has no class number");
	p = parts_new();
	struct expr count = *number(&p.f, 3);
	count.index_count = 2;
	expect_fault(&p, count, "NUMBER has 2 indices");
	p = parts_new();
	struct expr symbol = *expr_symbol(p.f.exprs, SYMBOL_ROWS);
	symbol.symbol = SYMBOL_GRADIENT;
	expect_fault(&p, symbol, "a symbol of the optimiser was not replaced");
	p = parts_new();
	const struct linear *zero = linear_constant(p.f.exprs, 0);
	struct expr draw = *expr_draw(p.f.exprs, OP_UNIFORM, "u", zero, zero);
	draw.draw = NULL;
	expect_fault(&p, draw, "a draw has no name");
	p = parts_new();
	struct expr unknown = *number(&p.f, 3);
	unknown.op = OP_COUNT;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "unknown operator %d", OP_COUNT);
	expect_fault(&p, unknown, wanted);
}

Test(verify_graph, rank_of_a_left_side)
{
	struct parts p = parts_new();
	p.h->rank = TENSOR_MOST_DIMENSIONS + 1;
	expect_fault(&p, *number(&p.f, 0), "`h` has rank 10");
}
