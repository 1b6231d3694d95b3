/* Expressions and graphs as text, verbatim. */
#include <criterion/criterion.h>

#include <math.h>

#include "graph_fixture.h"

/* Scalars a, b, c and a function of all that is printed. */
struct scalars {
	struct fixture f;
	const struct expr *a, *b, *c;
};

static struct scalars scalars_new(void)
{
	struct scalars s = {.f = fixture_new()};
	s.a = VALUE_OF(&s.f, SCALAR(&s.f, TENSOR_PARAMETER, "a"));
	s.b = VALUE_OF(&s.f, SCALAR(&s.f, TENSOR_PARAMETER, "b"));
	s.c = VALUE_OF(&s.f, SCALAR(&s.f, TENSOR_PARAMETER, "c"));
	return s;
}

static void expect_text(struct fixture *f, const struct expr *expr, const char *wanted)
{
	struct text text = text_new(f->arena);
	expr_print(&text, expr, NULL);
	cr_expect_str_eq(text_string(&text), wanted);
}

static void expect_equation(struct fixture *f, const struct tensor *left, const struct expr *right,
                            const char *wanted)
{
	struct text text = text_new(f->arena);
	equation_print(&text, &(struct equation){.left = left, .right = right});
	cr_expect_str_eq(text_string(&text), wanted);
}

Test(expr_print, numbers)
{
	struct fixture f = fixture_new();
	expect_text(&f, number(&f, 30), "30");
	expect_text(&f, number(&f, -0.5), "-0.5");
	expect_text(&f, number(&f, 0.1), "0.1");
	expect_text(&f, number(&f, 1e-8), "1e-08");
	expect_text(&f, number(&f, 1e20), "1e+20");
	expect_text(&f, number(&f, 1.0 / 3), "0.3333333333333333");
	expect_text(&f, number(&f, INFINITY), "inf");
	expect_text(&f, number(&f, -0.0), "-0");
	arena_free(f.arena);
}

Test(expr_print, sums)
{
	struct scalars s = scalars_new();
	struct fixture *f = &s.f;
	const struct expr *all[] = {s.a, s.b, s.c};
	expect_text(f, add(f, 1, 1, s.a, -0.5, s.b), "a - 0.5 * b + 1");
	expect_text(f, add(f, -2, 1, s.a, 1, s.b), "a + b - 2");
	expect_text(f, add(f, 1, -1, s.a, 2, s.b), "1 - a + 2 * b");
	expect_text(f, add(f, 0, -1, s.a, 1, s.b), "b - a");
	expect_text(f, add(f, -1, -1, s.a, -2, s.b), "-a - 2 * b - 1");
	expect_text(f, expr_sum_of(f->exprs, 0.25, 3, all, (double[]){-2, -1, 3}),
	            "0.25 - 2 * a - b + 3 * c");
	expect_text(f, add(f, 1, -1, multiply(f, 1, 2, s.a, 0, NULL), 0, NULL), "1 - a^2");
	expect_text(f, add(f, 0, 1, s.a, 1, multiply(f, -2, 1, s.b, 1, s.c)), "a - 2 * b * c");
	expect_text(f, add(f, 0, 1, s.a, -1, multiply(f, -2, 1, s.b, 1, s.c)), "a + 2 * b * c");
	expect_text(f, add(f, 0, 1, s.a, 3, multiply(f, 1, 1, s.b, -1, s.c)), "a + 3 * b / c");
	expect_text(f, add(f, 0, 1, s.a, 3, multiply(f, -2, 1, s.b, 1, s.c)), "a - 3 * (2 * b * c)");
	expect_text(f, add(f, 0, 1, add(f, 0, 1, s.a, 1, s.b), 1, s.c), "a + b + c");
	expect_text(f, add(f, 0, 1, s.a, -1, add(f, 0, 1, s.b, 1, s.c)), "a - (b + c)");
	expect_text(f, add(f, 0, 2, add(f, 0, 1, s.a, 1, s.b), -1, s.c), "2 * (a + b) - c");
	arena_free(f->arena);
}

Test(expr_print, products)
{
	struct scalars s = scalars_new();
	struct fixture *f = &s.f;
	const struct expr *all[] = {s.a, s.b, s.c, unary(f, OP_EXP, s.a)};
	expect_text(f, expr_product_of(f->exprs, 0.5, 4, all, (double[]){2, 1, -1, -1}),
	            "0.5 * a^2 * b / (c * exp(a))");
	expect_text(f, multiply(f, 1, 1, s.a, -1, s.b), "a / b");
	expect_text(f, multiply(f, 1, 1, s.a, -2, s.b), "a / b^2");
	expect_text(f, multiply(f, 1, -1, s.a, -2, s.b), "1 / (a * b^2)");
	expect_text(f, multiply(f, -0.5, -1, s.a, 0, NULL), "-0.5 / a");
	expect_text(f, multiply(f, -1, 1, s.a, 1, s.b), "-a * b");
	expect_text(f, multiply(f, -1, 1, s.a, 0, NULL), "-a");
	expect_text(f, multiply(f, -1, 2, s.a, 0, NULL), "-a^2");
	const struct expr *sum = add(f, 0, 1, s.a, 1, s.b), *minus = multiply(f, -1, 1, s.a, 0, NULL);
	expect_text(f, multiply(f, 1, 1, sum, 1, s.c), "(a + b) * c");
	expect_text(f, multiply(f, 1, 2, sum, -1, sum), "(a + b)^2 / (a + b)");
	expect_text(f, multiply(f, 1, 2, minus, 1, s.c), "(-a)^2 * c");
	expect_text(f, multiply(f, 1, 1, s.c, 1, minus), "c * (-a)");
	expect_text(f, multiply(f, -1, 1, multiply(f, 1, 1, s.a, 1, s.b), 1, s.c), "-(a * b) * c");
	expect_text(f, multiply(f, 1, 1, s.a, -1, multiply(f, 1, 1, s.b, 1, s.c)), "a / (b * c)");
	expect_text(f, multiply(f, 1, 2, multiply(f, 1, 2, s.a, 0, NULL), 0, NULL), "(a^2)^2");
	arena_free(f->arena);
}

Test(expr_print, operators_and_calls)
{
	struct scalars s = scalars_new();
	struct fixture *f = &s.f;
	const struct expr *sum = add(f, 0, 1, s.a, 1, s.b), *minus = multiply(f, -1, 1, s.c, 0, NULL);
	const struct expr *shift = binary(f, OP_SHIFT, s.a, s.b);
	expect_text(f, unary(f, OP_TANH, sum), "tanh(a + b)");
	expect_text(f, unary(f, OP_EXP, shift), "exp(a - b)");
	expect_text(f, multiply(f, 1, 2, shift, 0, NULL), "(a - b)^2");
	expect_text(f, add(f, 0, 1, shift, 1, s.c), "(a - b) + c");
	expect_text(f, binary(f, OP_SHIFT, s.a, sum), "a - (a + b)");
	expect_text(f, binary(f, OP_SHIFT, s.a, minus), "a - (-c)");
	expect_text(f, binary(f, OP_POW, s.a, sum), "a^(a + b)");
	expect_text(f, binary(f, OP_POW, number(f, 0.95), expr_symbol(f->exprs, SYMBOL_EPOCH)), "0.95^epoch");
	expect_text(f, binary(f, OP_POW, minus, number(f, -0.5)), "(-c)^-0.5");
	expect_text(f, binary(f, OP_POW, s.a, binary(f, OP_POW, s.b, s.c)), "a^b^c");
	expect_text(f, binary(f, OP_POW, binary(f, OP_POW, s.a, s.b), s.c), "(a^b)^c");
	expect_text(f, binary(f, OP_MAX, sum, number(f, 0)), "max(a + b, 0)");
	expect_text(f, unary(f, OP_CONSTANT, s.a), "constant(a)");
	expect_text(f, expr_symbol(f->exprs, SYMBOL_ROWS), "rows");
	expect_text(f, expr_symbol(f->exprs, SYMBOL_TRAINING), "training");
	arena_free(f->arena);
}

Test(expr_print, conditions)
{
	struct scalars s = scalars_new();
	struct fixture *f = &s.f;
	const struct expr *less = binary(f, OP_LESS, s.a, s.b);
	const struct expr *equal = binary(f, OP_EQUAL, add(f, 1, 1, s.b, 0, NULL), s.c);
	const struct expr *either = binary(f, OP_OR, less, equal), *both = binary(f, OP_AND, less, equal);
	expect_text(f, less, "a < b");
	expect_text(f, either, "a < b or b + 1 == c");
	expect_text(f, binary(f, OP_AND, either, less), "(a < b or b + 1 == c) and a < b");
	expect_text(f, binary(f, OP_OR, both, less), "a < b and b + 1 == c or a < b");
	expect_text(f, binary(f, OP_AND, less, both), "a < b and (a < b and b + 1 == c)");
	expect_text(f, unary(f, OP_NOT, less), "not a < b");
	expect_text(f, unary(f, OP_NOT, both), "not (a < b and b + 1 == c)");
	expect_text(f, binary(f, OP_EQUAL, less, s.c), "(a < b) == c");
	const struct expr *choice = expr_select(f->exprs, less, s.a, number(f, -1));
	expect_text(f, choice, "if a < b then a else -1");
	expect_text(f, multiply(f, 2, 1, choice, 0, NULL), "2 * (if a < b then a else -1)");
	expect_text(f, add(f, 1, 1, choice, 0, NULL), "(if a < b then a else -1) + 1");
	expect_text(f, unary(f, OP_EXP, choice), "exp(if a < b then a else -1)");
	expect_text(f, expr_select(f->exprs, equal, choice, choice),
	            "if b + 1 == c then (if a < b then a else -1) else if a < b then a else -1");
	arena_free(f->arena);
}

Test(expr_print, index_letters)
{
	struct fixture f = fixture_new();
	struct tensor *w = TENSOR(&f, TENSOR_PARAMETER, "hidden.W", "oi", 16, 4);
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "flower", "ni", EXTENT_ROWS, 4);
	struct tensor *h = TENSOR(&f, TENSOR_LAYER, "hidden", "no", EXTENT_ROWS, 16);
	struct tensor *g = TENSOR(&f, TENSOR_ADJOINT, "d_hidden.W", "oi", 16, 4);
	struct tensor *square = TENSOR(&f, TENSOR_LAYER, "square", "io", 4, 16);
	struct tensor *bare = TENSOR(&f, TENSOR_TEMPORARY, "t", "ni", EXTENT_ROWS, 4);
	struct tensor *s = SCALAR(&f, TENSOR_LOSS, "s");
	bare->letters[0] = bare->letters[1] = NULL;
	int i = expr_fresh(f.exprs), k = expr_fresh(f.exprs);
	const struct expr *body = multiply(&f, 1, 1, AT(&f, w, 1, i), 1, AT(&f, x, 0, i));
	expect_equation(&f, h, unary(&f, OP_TANH, expr_reduce(f.exprs, OP_SUM, i, 4, body)),
	                "hidden[n, o] = tanh(sum(i, hidden.W[o, i] * flower[n, i]))");
	body = multiply(&f, 1, 1, AT(&f, h, i, 0), 1, AT(&f, x, i, 1));
	expect_equation(&f, g, expr_reduce(f.exprs, OP_SUM, i, EXTENT_ROWS, body),
	                "d_hidden.W[o, i] = sum(n, hidden[n, o] * flower[n, i])");
	/* i is in use: another letter */
	body = multiply(&f, 1, 1, AT(&f, w, 1, i), 1, AT(&f, w, 1, 0));
	expect_equation(&f, square, expr_reduce(f.exprs, OP_MAXIMUM, i, 4, body),
	                "square[i, o] = max(j, hidden.W[o, j] * hidden.W[o, i])");
	/* the letter of the first read is in use, that of the second is free */
	body = multiply(&f, 1, 1, AT(&f, x, 0, i), 1, AT(&f, h, 0, i));
	expect_equation(&f, x, expr_reduce(f.exprs, OP_SUM, i, 4, body),
	                "flower[n, i] = sum(o, flower[n, o] * hidden[n, o])");
	body = multiply(&f, 1, 1, AT(&f, w, i, k), 1, AT(&f, w, i, k));
	expect_equation(&f, s, expr_reduce(f.exprs, OP_SUM, i, 16, expr_reduce(f.exprs, OP_SUM, k, 4, body)),
	                "s = sum(o, sum(i, hidden.W[o, i] * hidden.W[o, i]))");
	expect_equation(&f, bare, AT(&f, x, 0, 1), "t[n, i] = flower[n, i]");
	arena_free(f.arena);
}

Test(expr_print, indices)
{
	struct fixture f = fixture_new();
	struct exprs *e = f.exprs;
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 9);
	struct tensor *y = TENSOR(&f, TENSOR_LAYER, "y", "no", EXTENT_ROWS, 3);
	struct tensor *t = TENSOR(&f, TENSOR_TARGET, "species", "nk", EXTENT_ROWS, 3);
	t->classes = 3;
	const struct linear *n = linear_variable(e, 0), *o = linear_variable(e, 1);
	int k = expr_fresh(e);
	const struct linear *shifted = linear_add(e, linear_add(e, linear_constant(e, 1), 2, o), 1,
	                                          linear_variable(e, k));
	const struct expr *read = expr_read(e, x, (const struct linear *[]){n, shifted});
	expect_equation(&f, y, expr_reduce(e, OP_SUM, k, 3, read),
	                "y[n, o] = sum(i: 3, x[n, 2 * o + i + 1])");
	const struct linear *back = linear_add(e, linear_constant(e, 8), -1, o);
	expect_equation(&f, y, expr_read(e, x, (const struct linear *[]){n, back}), "y[n, o] = x[n, -o + 8]");
	const struct linear *first[] = {n, linear_constant(e, 4)};
	expect_equation(&f, y, expr_read(e, x, first), "y[n, o] = x[n, 4]");
	const struct expr *label = expr_label(e, t, &n);
	expect_equation(&f, y, label, "y[n, o] = species[n]");
	const struct linear *place[] = {n, linear_label(e, label)};
	expect_equation(&f, y, expr_read(e, x, place), "y[n, o] = x[n, species[n]]");
	expect_equation(&f, y, expr_position(e, o), "y[n, o] = o");
	expect_equation(&f, y, multiply(&f, 2, 1, expr_position(e, linear_add(e, o, -1, n)), 0, NULL),
	                "y[n, o] = 2 * (-n + o)");
	const struct expr *draw = expr_draw(e, OP_UNIFORM, name_of(f.names, "y.dropout"), n, o);
	expect_equation(&f, y, binary(&f, OP_LESS, draw, number(&f, 0.5)),
	                "y[n, o] = uniform(\"y.dropout\") < 0.5");
	arena_free(f.arena);
}

Test(expr_print, graphs)
{
	struct fixture f = fixture_new();
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 2);
	struct tensor *w = TENSOR(&f, TENSOR_PARAMETER, "w", "oi", 2, 2);
	struct tensor *b = SCALAR(&f, TENSOR_PARAMETER, "b");
	struct tensor *h = TENSOR(&f, TENSOR_LAYER, "h", "no", EXTENT_ROWS, 2);
	struct tensor *d = SCALAR(&f, TENSOR_ADJOINT, "d_b");
	struct tensor *big = TENSOR(&f, TENSOR_STATISTIC, "big", "i", 40);
	static const double weights[] = {1, -0.5, 0, 30}, ramp[40] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const double bias = 0.5;
	struct program program = {.exprs = f.exprs};
	array_push(f.arena, &program.initial.equations, (struct equation){.left = w, .numbers = weights});
	array_push(f.arena, &program.initial.equations, (struct equation){.left = b, .numbers = &bias});
	array_push(f.arena, &program.initial.equations, (struct equation){.left = big, .numbers = ramp});
	define(&f, h, multiply(&f, 1, 1, VALUE_OF(&f, b), 1, AT(&f, x, 0, 1)));
	int n = expr_fresh(f.exprs);
	const struct expr *sum = expr_reduce(f.exprs, OP_SUM, n + 1, 2, AT(&f, x, n, n + 1));
	sum = expr_reduce(f.exprs, OP_SUM, n, EXTENT_ROWS, sum);
	array_push(f.arena, &f.graph.equations,
	           (struct equation){.left = d, .right = sum, .phase = PHASE_BACKWARD,
	                               .origin = "adjoint of b"});
	array_push(f.arena, &f.graph.results, d);
	program.training = f.graph;
	struct text text = text_new(f.arena);
	program_print(&text, &program);
	cr_expect_str_eq(text_string(&text),
	                 "initial\n"
	                 "\tparameter  [2, 2]  w[o, i] = [[1, -0.5], [0, 30]]\n"
	                 "\tparameter  []      b = 0.5\n"
	                 "\tstatistic  [40]    big[i] = [0, 1, 2, 3, 4, 5, 6, 7, …] (40 numbers)\n"
	                 "\n"
	                 "training\n"
	                 "\t# forward\n"
	                 "\tlayer    [rows, 2]  h[n, o] = b * x[n, o]\n"
	                 "\t# backward\n"
	                 "\tadjoint  []         d_b = sum(n, sum(i, x[n, i]))  # adjoint of b\n"
	                 "\t# results: d_b\n");
	arena_free(f.arena);
}
