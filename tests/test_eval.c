/* Values of graphs against hand arithmetic; tangents against central differences and worked examples. */
#include <criterion/criterion.h>

#include <math.h>

#include "expr/draw.h"
#include "expr/dual.h"
#include "graph_fixture.h"

static void expect_close(double found, double wanted, double relative, const char *what)
{
	double error = fabs(found - wanted);
	cr_expect(error <= relative * fmax(1, fabs(wanted)), "%s: %.17g, not %.17g", what, found, wanted);
}

/* The value of a scalar expression of scalar tensors. */
static double value_of(struct fixture *f, struct evaluation *evaluation, const struct expr *expr)
{
	struct graph graph = {0};
	struct tensor *y = SCALAR(f, TENSOR_LAYER, "y");
	array_push(f->arena, &graph.equations, (struct equation){.left = y, .right = expr});
	evaluate(evaluation, &graph);
	return evaluation_values(evaluation, y)[0];
}

/* --- values --------------------------------------------------------------------------------------------- */

static const struct {
	enum op op;
	double x, y;
} unary_values[] = { /* from tables to 17 digits */
	{OP_EXP, 1, 2.7182818284590452},
	{OP_EXPM1, 1e-10, 1.00000000005e-10},
	{OP_LOG, 2, 0.69314718055994531},
	{OP_LOG1P, 1e-10, 9.9999999995e-11},
	{OP_SQRT, 2, 1.4142135623730951},
	{OP_ABS, -3.5, 3.5},
	{OP_SIGN, -3.5, -1},
	{OP_SIGN, 0, 0},
	{OP_FLOOR, -3.5, -4},
	{OP_SIN, 1, 0.84147098480789651},
	{OP_COS, 1, 0.54030230586813972},
	{OP_TANH, 0.5, 0.46211715726000976},
	{OP_ERF, 0.5, 0.52049987781304654},
	{OP_ERFC, 0.5, 0.47950012218695346},
	{OP_LOGISTIC, 1, 0.73105857863000488},
	{OP_LOGISTIC, -1, 0.26894142136999512},
	{OP_LOGISTIC, 800, 1},
	{OP_LOG1PEXP, 0, 0.69314718055994531},
	{OP_LOG1PEXP, -1, 0.31326168751822283},
	{OP_LOG1PEXP, 800, 800},
	{OP_CONSTANT, 2.5, 2.5},
	{OP_NOT, 0, 1},
	{OP_NOT, 1, 0},
};

Test(eval, functions_of_one_number)
{
	struct fixture f = fixture_new();
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	for (size_t k = 0; k < sizeof unary_values / sizeof unary_values[0]; k++) {
		const struct expr *y = unary(&f, unary_values[k].op, number(&f, unary_values[k].x));
		double wanted = unary_values[k].y, found = value_of(&f, evaluation, y);
		cr_expect(fabs(found - wanted) <= 4e-16 * fabs(wanted), "%s(%g) is %.17g, not %.17g",
		          op_table[unary_values[k].op].name, unary_values[k].x, found, wanted);
	}
	arena_free(f.arena);
}

static const struct {
	enum op op;
	double a, b, y;
} binary_values[] = {
	{OP_POW, 2, 0.5, 1.4142135623730951},
	{OP_MIN, 2, -3, -3},
	{OP_MAX, 2, -3, 2},
	{OP_SHIFT, 2, -3, 5},
	{OP_SCALE, 3, 2, 1.5},
	{OP_SCALE, 3, 0, 0},
	{OP_LESS, 2, 3, 1},
	{OP_LESS, 3, 3, 0},
	{OP_LESS_EQUAL, 3, 3, 1},
	{OP_LESS_EQUAL, 4, 3, 0},
	{OP_EQUAL, 3, 3, 1},
	{OP_EQUAL, 2, 3, 0},
	{OP_NOT_EQUAL, 2, 3, 1},
	{OP_NOT_EQUAL, 3, 3, 0},
	{OP_AND, 1, 1, 1},
	{OP_AND, 1, 0, 0},
	{OP_AND, 0, 1, 0},
	{OP_OR, 0, 0, 0},
	{OP_OR, 0, 1, 1},
	{OP_OR, 1, 0, 1},
};

Test(eval, functions_of_two_numbers)
{
	struct fixture f = fixture_new();
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	for (size_t k = 0; k < sizeof binary_values / sizeof binary_values[0]; k++) {
		const struct expr *a = number(&f, binary_values[k].a), *b = number(&f, binary_values[k].b);
		double found = value_of(&f, evaluation, binary(&f, binary_values[k].op, a, b));
		cr_expect_float_eq(found, binary_values[k].y, 1e-15, "%s of %g and %g is %g",
		                   op_table[binary_values[k].op].name, binary_values[k].a, binary_values[k].b,
		                   found);
	}
	arena_free(f.arena);
}

Test(eval, sums_and_products)
{
	struct fixture f = fixture_new();
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	const struct expr *a = unary(&f, OP_CONSTANT, number(&f, 3));
	const struct expr *b = unary(&f, OP_CONSTANT, number(&f, 4));
	cr_expect_eq(value_of(&f, evaluation, add(&f, 1, 2, a, -0.5, b)), 1 + 6 - 2);
	cr_expect_eq(value_of(&f, evaluation, multiply(&f, 0.5, 2, a, -1, b)), 0.5 * 9 / 4);
	arena_free(f.arena);
}

/* W = [[1, -2], [-1, 1]], x = (1, -1), b = (1, 0): z = (4, -2); the second sample is x = (0, 2): (-3, 2). */
Test(eval, dense_layer_over_rows)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 2);
	struct tensor *w = TENSOR(&f, TENSOR_PARAMETER, "W", "oi", 2, 2);
	struct tensor *b = TENSOR(&f, TENSOR_PARAMETER, "b", "o", 2);
	struct tensor *z = TENSOR(&f, TENSOR_LAYER, "z", "no", EXTENT_ROWS, 2);
	struct tensor *mean = TENSOR(&f, TENSOR_LAYER, "mean", "o", 2);
	int i = expr_fresh(f.exprs);
	const struct expr *sum =
		expr_reduce(f.exprs, OP_SUM, i, 2, multiply(&f, 1, 1, AT(&f, w, 1, i), 1, AT(&f, x, 0, i)));
	define(&f, z, add(&f, 0, 1, AT(&f, b, 1), 1, sum));
	const struct expr *total = expr_reduce(f.exprs, OP_SUM, i, EXTENT_ROWS, AT(&f, z, i, 0));
	define(&f, mean, multiply(&f, 1, 1, total, -1, expr_symbol(f.exprs, SYMBOL_ROWS)));
	cr_assert_null(verify_graph(f.arena, &f.graph, false), "%s", verify_graph(f.arena, &f.graph, false));
	struct evaluation *evaluation = evaluation_new(f.arena, 2, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), (double[]){1, -1, 0, 2}, 4 * sizeof(double));
	memcpy(evaluation_values(evaluation, w), (double[]){1, -2, -1, 1}, 4 * sizeof(double));
	memcpy(evaluation_values(evaluation, b), (double[]){1, 0}, 2 * sizeof(double));
	evaluate(evaluation, &f.graph);
	cr_expect_arr_eq(evaluation_values(evaluation, z), ((double[]){4, -2, -3, 2}), 4 * sizeof(double));
	cr_expect_arr_eq(evaluation_values(evaluation, mean), ((double[]){0.5, 0}), 2 * sizeof(double));
	arena_free(f.arena);
}

Test(eval, reductions)
{
	static const struct {
		enum op op;
		double wanted;
	} rows[] = {{OP_SUM, 13.2}, {OP_PRODUCT, -90}, {OP_MAXIMUM, 5}, {OP_MINIMUM, -1}, {OP_ARGMAX, 1}};
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", 5);
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), (double[]){3, 5, -1, 5, 1.2}, 5 * sizeof(double));
	for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
		int i = expr_fresh(f.exprs);
		const struct expr *reduced = expr_reduce(f.exprs, rows[k].op, i, 5, AT(&f, x, i));
		cr_expect_float_eq(value_of(&f, evaluation, reduced), rows[k].wanted, 1e-13, "%s",
		                   op_table[rows[k].op].id);
	}
	arena_free(f.arena);
}

/* y[i] = if 0 < i and 0 < x[i - 1] then x[i - 1] else 7: the read before the start is never made. */
Test(eval, only_the_taken_branch)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", 3);
	struct tensor *y = TENSOR(&f, TENSOR_LAYER, "y", "i", 4);
	const struct linear *i = linear_variable(f.exprs, 0);
	const struct linear *before = linear_add(f.exprs, i, -1, linear_constant(f.exprs, 1));
	const struct expr *read = expr_read(f.exprs, x, &before);
	const struct expr *inside = binary(&f, OP_LESS, number(&f, 0), expr_position(f.exprs, i));
	const struct expr *guard = binary(&f, OP_AND, inside, binary(&f, OP_LESS, number(&f, 0), read));
	define(&f, y, expr_select(f.exprs, guard, read, number(&f, 7)));
	cr_assert_null(verify_graph(f.arena, &f.graph, false), "%s", verify_graph(f.arena, &f.graph, false));
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), (double[]){3, -5, 2}, 3 * sizeof(double));
	evaluate(evaluation, &f.graph);
	cr_expect_arr_eq(evaluation_values(evaluation, y), ((double[]){7, 3, 7, 2}), 4 * sizeof(double));
	arena_free(f.arena);
}

Test(eval, classes_as_vector_number_and_index)
{
	struct fixture f = fixture_new();
	struct tensor *t = TENSOR(&f, TENSOR_TARGET, "t", "nk", EXTENT_ROWS, 3);
	struct tensor *table = TENSOR(&f, TENSOR_PARAMETER, "table", "k", 3);
	struct tensor *vector = TENSOR(&f, TENSOR_LAYER, "vector", "nk", EXTENT_ROWS, 3);
	struct tensor *class = TENSOR(&f, TENSOR_LAYER, "class", "n", EXTENT_ROWS);
	struct tensor *found = TENSOR(&f, TENSOR_LAYER, "found", "n", EXTENT_ROWS);
	t->classes = 3;
	const struct linear *n = linear_variable(f.exprs, 0);
	const struct expr *label = expr_label(f.exprs, t, &n);
	const struct linear *place = linear_label(f.exprs, label);
	define(&f, vector, AT(&f, t, 0, 1));
	define(&f, class, label);
	define(&f, found, expr_read(f.exprs, table, &place));
	cr_assert_null(verify_graph(f.arena, &f.graph, false), "%s", verify_graph(f.arena, &f.graph, false));
	struct evaluation *evaluation = evaluation_new(f.arena, 2, 1, 0, 0);
	memcpy(evaluation_values(evaluation, t), (double[]){2, 0}, 2 * sizeof(double));
	memcpy(evaluation_values(evaluation, table), (double[]){10, 11, 12}, 3 * sizeof(double));
	evaluate(evaluation, &f.graph);
	cr_expect_arr_eq(evaluation_values(evaluation, vector), ((double[]){0, 0, 1, 1, 0, 0}),
	                 6 * sizeof(double));
	cr_expect_arr_eq(evaluation_values(evaluation, class), ((double[]){2, 0}), 2 * sizeof(double));
	cr_expect_arr_eq(evaluation_values(evaluation, found), ((double[]){12, 10}), 2 * sizeof(double));
	arena_free(f.arena);
}

Test(eval, numbers_symbols_and_commit)
{
	struct fixture f = fixture_new();
	struct tensor *w = TENSOR(&f, TENSOR_PARAMETER, "w", "i", 2);
	struct tensor *next = TENSOR(&f, TENSOR_NEXT, "w'", "i", 2);
	struct tensor *again = TENSOR(&f, TENSOR_TEMPORARY, "again", "i", 2);
	static const double start[] = {3, 4};
	next->stored_in = w;
	array_push(f.arena, &f.graph.equations, (struct equation){.left = w, .numbers = start});
	const struct expr *epoch = expr_symbol(f.exprs, SYMBOL_EPOCH);
	const struct expr *step = expr_symbol(f.exprs, SYMBOL_STEP);
	define(&f, next, add(&f, 0, 1, AT(&f, w, 0), 1, add(&f, 0, 10, epoch, 100, step)));
	define(&f, again, AT(&f, w, 0));
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 5, 2);
	evaluate(evaluation, &f.graph);
	cr_expect_arr_eq(evaluation_values(evaluation, again), ((double[]){3, 4}), 2 * sizeof(double));
	cr_expect_arr_eq(evaluation_values(evaluation, w), ((double[]){3, 4}), 2 * sizeof(double));
	evaluation_commit(evaluation, &f.graph);
	cr_expect_arr_eq(evaluation_values(evaluation, w), ((double[]){523, 524}), 2 * sizeof(double));
	const struct expr *training = expr_symbol(f.exprs, SYMBOL_TRAINING);
	cr_expect_eq(value_of(&f, evaluation, training), 1);
	cr_expect_eq(value_of(&f, evaluation_new(f.arena, 1, 1, 0, 0), training), 0);
	arena_free(f.arena);
}

/* 300 nodes that each use the one before twice: 2^300 paths. */
Test(eval, shared_nodes_are_computed_once, .timeout = 10)
{
	struct fixture f = fixture_new();
	struct tensor *x = SCALAR(&f, TENSOR_PARAMETER, "x"), *y = SCALAR(&f, TENSOR_LOSS, "y");
	const struct expr *node = VALUE_OF(&f, x);
	for (int k = 0; k < 300; k++)
		node = binary(&f, OP_SHIFT, node, multiply(&f, 0.5, 1, node, 0, NULL));
	define(&f, y, node);
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	evaluation_values(evaluation, x)[0] = 3;
	struct direction direction = {x, (double[]){1}};
	cr_expect_eq(evaluate_tangent(evaluation, &f.graph, y, 1, &direction), ldexp(1, -300));
	cr_expect_eq(evaluation_values(evaluation, y)[0], ldexp(3, -300));
	cr_expect_null(verify_graph(f.arena, &f.graph, true));
	arena_free(f.arena);
}

/* --- draws ---------------------------------------------------------------------------------------------- */

/* Published vectors of Philox 4x32-10 (Random123) and of FNV-1a. */
Test(draw, known_answers)
{
	static const uint32_t zeros[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
	static const uint32_t digits_of_pi[] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
	for (uint32_t k = 0; k < 4; k++) {
		cr_expect_eq(draw_uniform(0, 0, 0, 0, k), (zeros[k] >> 8) / 16777216.0);
		cr_expect_eq(draw_uniform(0x299f31d0a4093822, 0x03707344, 0x13198a2e, 0x85a308d3,
		                          4 * 0x243f6a88u + k), (digits_of_pi[k] >> 8) / 16777216.0);
	}
	cr_expect_eq(draw_stream(""), 0x811c9dc5);
	cr_expect_eq(draw_stream("a"), 0xe40c292c);
	cr_expect_eq(draw_stream("foobar"), 0xbf9cf968);
}

/* A pair of normal draws is a point with the radius and the angle that two uniform draws give. */
Test(draw, normal_draws_are_points_of_the_plane)
{
	double sum = 0, squares = 0;
	for (uint32_t k = 0; k < 20000; k += 2) {
		double x = draw_normal(7, 1, 2, 3, k), y = draw_normal(7, 1, 2, 3, k + 1);
		double u = draw_uniform(7, 1, 2, 3, k) + ldexp(1, -24), v = draw_uniform(7, 1, 2, 3, k + 1);
		expect_close(x * x + y * y, -2 * log(u), 1e-14, "radius");
		double turn = atan2(y, x) / (2 * acos(-1));
		double difference = turn - v;
		expect_close(difference - round(difference), 0, 1e-14, "angle");
		sum += x + y;
		squares += x * x + y * y;
	}
	cr_expect_lt(fabs(sum / 20000), 0.03);
	cr_expect_lt(fabs(squares / 20000 - 1), 0.04);
}

Test(draw, by_row_and_element)
{
	struct fixture f = fixture_new();
	struct tensor *mask = TENSOR(&f, TENSOR_LAYER, "mask", "ni", EXTENT_ROWS, 5);
	name_t name = name_of(f.names, "hidden.dropout");
	const struct linear *n = linear_variable(f.exprs, 0), *i = linear_variable(f.exprs, 1);
	define(&f, mask, expr_draw(f.exprs, OP_UNIFORM, name, n, i));
	struct evaluation *evaluation = evaluation_new(f.arena, 3, 7, 11, 0);
	evaluate(evaluation, &f.graph);
	for (uint32_t row = 0; row < 3; row++)
		for (uint32_t k = 0; k < 5; k++)
			cr_expect_eq(evaluation_values(evaluation, mask)[row * 5 + k],
			             draw_uniform(7, draw_stream("hidden.dropout"), 11, row, k));
	arena_free(f.arena);
}
