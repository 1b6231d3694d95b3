/* Tangents against central differences for every operator, at kinks as the language has them, and for the
 * worked example of a network. */
#include <criterion/criterion.h>

#include <math.h>

#include "expr/dual.h"
#include "graph_fixture.h"

enum { NUMBERS = 6 };

/* y = expression of x[0 … 5], its tangent in the direction, and the central difference with
 * one step of Richardson. */
static void compare(struct fixture *f, const struct tensor *x, const double *at, const struct expr *expr,
                    const char *what)
{
	static const double moves[NUMBERS] = {1, -0.75, 0.5, 1.25, -1.5, 0.625};
	struct tensor *y = SCALAR(f, TENSOR_LOSS, "y");
	struct graph graph = {0};
	array_push(f->arena, &graph.equations, (struct equation){.left = y, .right = expr});
	cr_assert_null(verify_graph(f->arena, &graph, false), "%s", verify_graph(f->arena, &graph, false));
	struct evaluation *evaluation = evaluation_new(f->arena, 1, 1, 0, 0);
	double *values = evaluation_values(evaluation, x), slope[2];
	for (int k = 0; k < 2; k++) {
		double h = ldexp(1, -10 - k), side[2];
		for (int s = 0; s < 2; s++) {
			for (int i = 0; i < NUMBERS; i++)
				values[i] = at[i] + (s ? -h : h) * moves[i];
			evaluate(evaluation, &graph);
			side[s] = evaluation_values(evaluation, y)[0];
		}
		slope[k] = (side[0] - side[1]) / (2 * h);
	}
	memcpy(values, at, NUMBERS * sizeof *at);
	double wanted = (4 * slope[1] - slope[0]) / 3;
	struct direction direction = {x, moves};
	double found = evaluate_tangent(evaluation, &graph, y, 1, &direction);
	cr_expect(fabs(found - wanted) <= 1e-9 * fmax(1, fabs(wanted)), "%s: %.12g, not %.12g", what, found,
	          wanted);
}

static const struct expr *element(struct fixture *f, const struct tensor *x, int64_t k)
{
	const struct linear *place = linear_constant(f->exprs, k);
	return expr_read(f->exprs, x, &place);
}

static bool is_defined_below_zero(enum op op)
{
	return op != OP_LOG && op != OP_SQRT;
}

/* Rows of ops.def with one operand; a new one is tested as soon as it is there. */
Test(dual, functions_of_one_number)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", NUMBERS);
	static const double points[] = {-2.3, -0.7, -0.2, 0.3, 0.9, 1.6, 3.2};
	for (enum op op = 0; op < OP_SUM; op++) {
		if (op_table[op].arity != 1 || op == OP_CONSTANT || op_is_condition(op))
			continue;
		for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
			double point = points[k];
			if (point < 0 && !is_defined_below_zero(op))
				continue;
			if (point <= -1 && op == OP_LOG1P)
				continue;
			double at[NUMBERS] = {point};
			compare(&f, x, at, unary(&f, op, element(&f, x, 0)), op_table[op].name);
		}
	}
	arena_free(f.arena);
}

Test(dual, functions_of_two_numbers)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", NUMBERS);
	static const double points[][NUMBERS] = {{0.7, 1.3}, {2.1, -0.4}, {1.5, 0.2}};
	for (enum op op = 0; op < OP_SUM; op++) {
		if (op_table[op].arity != 2 || op_is_condition(op))
			continue;
		for (size_t k = 0; k < 3; k++) {
			const struct expr *a = element(&f, x, 0), *b = element(&f, x, 1);
			compare(&f, x, points[k], binary(&f, op, a, b), op_table[op].name);
			compare(&f, x, points[k], binary(&f, op, multiply(&f, 2, 1, a, 2, b), a),
			        op_table[op].name);
		}
	}
	arena_free(f.arena);
}

Test(dual, sums_products_and_choices)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", NUMBERS);
	const double at[NUMBERS] = {0.8, -1.7, 0.4, 2.2, -0.6, 1.1};
	const struct expr *a = element(&f, x, 0), *b = element(&f, x, 1), *c = element(&f, x, 2);
	compare(&f, x, at, add(&f, 3, 0.5, a, -2, b), "a sum");
	compare(&f, x, at, multiply(&f, -0.5, 3, a, -2, b), "a product");
	compare(&f, x, at, multiply(&f, 1, 1, multiply(&f, 1, 1, a, 1, b), -1, c), "a quotient");
	compare(&f, x, at, multiply(&f, 2, 2, unary(&f, OP_SIN, a), 1, unary(&f, OP_EXP, b)), "a chain");
	const struct expr *condition = binary(&f, OP_LESS, a, c);
	compare(&f, x, at, expr_select(f.exprs, condition, b, multiply(&f, 1, 2, a, 0, NULL)), "else");
	condition = binary(&f, OP_LESS, b, c);
	compare(&f, x, at, expr_select(f.exprs, condition, multiply(&f, 1, 2, a, 0, NULL), b), "then");
	arena_free(f.arena);
}

Test(dual, reductions)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", NUMBERS);
	const double at[NUMBERS] = {0.8, -1.7, 0.4, 2.2, -0.6, 1.1};
	for (enum op op = OP_SUM; op < OP_ARGMAX; op++) {
		int i = expr_fresh(f.exprs), k = expr_fresh(f.exprs);
		const struct expr *body = multiply(&f, 1, 1, AT(&f, x, i), 1,
		                                   unary(&f, OP_COS, AT(&f, x, i)));
		compare(&f, x, at, expr_reduce(f.exprs, op, i, NUMBERS, body), op_table[op].id);
		/* Σ_i op_k sin(x[i] + 2 x[k]) */
		body = unary(&f, OP_SIN, add(&f, 0, 1, AT(&f, x, i), 2, AT(&f, x, k)));
		const struct expr *inner = expr_reduce(f.exprs, op, k, NUMBERS, body);
		compare(&f, x, at, expr_reduce(f.exprs, OP_SUM, i, NUMBERS, inner), op_table[op].id);
	}
	/* log Σ exp(x - max x) + max x */
	int i = expr_fresh(f.exprs);
	const struct expr *most = expr_reduce(f.exprs, OP_MAXIMUM, i, NUMBERS, AT(&f, x, i));
	const struct expr *term = unary(&f, OP_EXP, binary(&f, OP_SHIFT, AT(&f, x, i), most));
	const struct expr *sum = expr_reduce(f.exprs, OP_SUM, i, NUMBERS, term);
	compare(&f, x, at, add(&f, 0, 1, unary(&f, OP_LOG, sum), 1, most), "log of a sum of exponentials");
	arena_free(f.arena);
}

/* dy along (1, 10, 100, …) at the given point. */
static double tangent_at(struct fixture *f, const struct tensor *x, double a, double b,
                         const struct expr *expr)
{
	static const double moves[NUMBERS] = {1, 10, 100, 1000, 10000, 100000};
	struct tensor *y = SCALAR(f, TENSOR_LOSS, "y");
	struct graph graph = {0};
	array_push(f->arena, &graph.equations, (struct equation){.left = y, .right = expr});
	struct evaluation *evaluation = evaluation_new(f->arena, 1, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), (double[NUMBERS]){a, b, 0, 0, 0, 0},
	       NUMBERS * sizeof(double));
	struct direction direction = {x, moves};
	return evaluate_tangent(evaluation, &graph, y, 1, &direction);
}

Test(dual, kinks_and_constants)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", NUMBERS);
	const struct expr *a = element(&f, x, 0), *b = element(&f, x, 1), *zero = number(&f, 0);
	cr_expect_eq(tangent_at(&f, x, 0, 0, binary(&f, OP_MAX, a, zero)), 0);
	cr_expect_eq(tangent_at(&f, x, 0, 0, binary(&f, OP_MAX, zero, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 0, 0, binary(&f, OP_MIN, zero, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 1, 1, binary(&f, OP_MAX, a, b)), 10);
	cr_expect_eq(tangent_at(&f, x, 1, 1, binary(&f, OP_MIN, a, b)), 10);
	cr_expect_eq(tangent_at(&f, x, 0, 0, unary(&f, OP_ABS, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 0, 0, unary(&f, OP_SQRT, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 2, 0, unary(&f, OP_SIGN, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 2, 0, unary(&f, OP_FLOOR, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 2, 0, unary(&f, OP_CONSTANT, a)), 0);
	cr_expect_eq(tangent_at(&f, x, 2, 0, binary(&f, OP_LESS, a, b)), 0);
	int i = expr_fresh(f.exprs);
	const struct expr *most = expr_reduce(f.exprs, OP_MAXIMUM, i, NUMBERS, AT(&f, x, i));
	cr_expect_eq(tangent_at(&f, x, 0, 0, most), 1);
	cr_expect_eq(tangent_at(&f, x, -1, 0, most), 10);
	cr_expect_eq(tangent_at(&f, x, 1, 0, expr_reduce(f.exprs, OP_MINIMUM, i, NUMBERS, AT(&f, x, i))), 10);
	cr_expect_eq(tangent_at(&f, x, 1, 0, expr_reduce(f.exprs, OP_ARGMAX, i, NUMBERS, AT(&f, x, i))), 0);
	cr_expect_eq(tangent_at(&f, x, 0, 3, multiply(&f, 1, 1, a, 1, b)), 3);
	cr_expect_eq(tangent_at(&f, x, 0, 3, expr_reduce(f.exprs, OP_PRODUCT, i, 2, AT(&f, x, i))), 3);
	arena_free(f.arena);
}

/* h = logistic(W1 x + b1), y = logistic(W2 h + b2), loss = (t - y)^2 / 2: a 2-2-1 network
 * worked out on paper. */
Test(dual, worked_network)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 2);
	struct tensor *w1 = TENSOR(&f, TENSOR_PARAMETER, "W1", "oi", 2, 2);
	struct tensor *b1 = TENSOR(&f, TENSOR_PARAMETER, "b1", "o", 2);
	struct tensor *w2 = TENSOR(&f, TENSOR_PARAMETER, "W2", "i", 2);
	struct tensor *b2 = SCALAR(&f, TENSOR_PARAMETER, "b2");
	struct tensor *h = TENSOR(&f, TENSOR_LAYER, "h", "no", EXTENT_ROWS, 2);
	struct tensor *y = TENSOR(&f, TENSOR_OUTPUT, "y", "n", EXTENT_ROWS);
	struct tensor *loss = SCALAR(&f, TENSOR_LOSS, "loss");
	int i = expr_fresh(f.exprs);
	const struct expr *sum =
		expr_reduce(f.exprs, OP_SUM, i, 2, multiply(&f, 1, 1, AT(&f, w1, 1, i), 1, AT(&f, x, 0, i)));
	define(&f, h, unary(&f, OP_LOGISTIC, add(&f, 0, 1, AT(&f, b1, 1), 1, sum)));
	sum = expr_reduce(f.exprs, OP_SUM, i, 2, multiply(&f, 1, 1, AT(&f, w2, i), 1, AT(&f, h, 0, i)));
	define(&f, y, unary(&f, OP_LOGISTIC, add(&f, 0, 1, VALUE_OF(&f, b2), 1, sum)));
	sum = expr_reduce(f.exprs, OP_SUM, i, EXTENT_ROWS, multiply(&f, 0.5, 2, AT(&f, y, i), 0, NULL));
	define(&f, loss, multiply(&f, 1, 1, sum, -1, expr_symbol(f.exprs, SYMBOL_ROWS)));
	struct evaluation *evaluation = evaluation_new(f.arena, 1, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), (double[]){1, 1}, 2 * sizeof(double));
	memcpy(evaluation_values(evaluation, w1), (double[]){0.5, 0.5, -0.5, -0.5}, 4 * sizeof(double));
	memcpy(evaluation_values(evaluation, b1), (double[]){-0.2, 0.7}, 2 * sizeof(double));
	memcpy(evaluation_values(evaluation, w2), (double[]){1, 1}, 2 * sizeof(double));
	evaluation_values(evaluation, b2)[0] = -0.5;
	const struct {
		struct direction direction;
		double wanted;
	} rows[] = {
		{{w2, (double[]){1, 0}}, 0.1020116574},      {{w2, (double[]){0, 1}}, 0.0629180142},
		{{b2, (double[]){1}}, 0.1478484497550708},   {{w1, (double[]){1, 0, 0, 0}}, 0.031626217},
		{{w1, (double[]){0, 1, 0, 0}}, 0.031626217}, {{w1, (double[]){0, 0, 0, 1}}, 0.0361427824},
		{{b1, (double[]){1, 0}}, 0.031626217},       {{b1, (double[]){0, 1}}, 0.0361427824},
		{{h, (double[]){1, 0}}, 0.1478484497550708}, {{y, (double[]){1}}, 0.6492016828037989},
	};
	for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
		double found = evaluate_tangent(evaluation, &f.graph, loss, 1, &rows[k].direction);
		cr_expect(fabs(found - rows[k].wanted) < 1e-10, "row %zu: %.12g", k, found);
	}
	cr_expect_float_eq(evaluation_values(evaluation, loss)[0], 0.21073141247764213, 1e-15);
	struct direction both[] = {rows[0].direction, rows[2].direction};
	double found = evaluate_tangent(evaluation, &f.graph, loss, 2, both);
	cr_expect(fabs(found - (rows[0].wanted + rows[2].wanted)) < 1e-10);
	arena_free(f.arena);
}
