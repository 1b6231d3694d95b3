/* Formulas of LaTeX against those that one would write by hand, and where their rows end. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain/latex_expr.h"
#include "explain/latex_layout.h"
#include "graph_fixture.h"

/* --- notation --------------------------------------------------------------------------------- */

/* Places where rows may end are blanks. */
static void expect_formula(struct fixture *f, const struct expr *expr, const struct tensor *left,
                           const char *expected)
{
	struct text text = text_new(f->arena);
	struct printer printer = printer_new(&text, left);
	latex_expr(&printer, expr);
	char *found = (char *)text_string(&text);
	for (char *at = found; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	cr_expect_str_eq(found, expected);
}

struct words {
	struct fixture f;
	const struct expr *a, *b, *c; /* scalars */
};

static struct words words_new(void)
{
	struct words w = {.f = fixture_new()};
	w.a = VALUE_OF(&w.f, SCALAR(&w.f, TENSOR_INPUT, "a"));
	w.b = VALUE_OF(&w.f, SCALAR(&w.f, TENSOR_INPUT, "b"));
	w.c = VALUE_OF(&w.f, SCALAR(&w.f, TENSOR_INPUT, "c"));
	return w;
}

Test(explain_notation, sums_and_products)
{
	struct words w = words_new();
	struct fixture *f = &w.f;
	const struct expr *sum = add(f, 0, 1, w.a, 1, w.b),
	                  *e = unary(f, OP_EXP, multiply(f, -1, 1, w.a, 0, NULL));
	expect_formula(f, add(f, 1, 1, e, 0, NULL), NULL, "1 + e^{-a}");
	expect_formula(f, add(f, -2, 3, w.a, -1, w.b), NULL, "3\\,a - b - 2");
	expect_formula(f, add(f, 0, -1, w.a, 1, w.b), NULL, "b - a");
	expect_formula(f, add(f, 0, 1, w.a, -1, sum), NULL, "a - (a + b)");
	expect_formula(f, multiply(f, 2, 1, sum, 1, w.c), NULL, "2\\,(a + b) \\,c");
	expect_formula(f, multiply(f, 1, 1, sum, -1, w.c), NULL, "\\frac{a + b}{c}");
	expect_formula(f, multiply(f, 0.5, 1, sum, -2, sum), NULL, "\\frac{0.5\\,(a + b)}{(a + b)^{2}}");
	expect_formula(f, multiply(f, -1, -1, w.a, 0, NULL), NULL, "-\\frac{1}{a}");
	expect_formula(f, multiply(f, 3, 1, binary(f, OP_POW, number(f, 0.9), w.a), 0, NULL), NULL,
	               "3\\cdot 0.9^{a}");
	expect_formula(f, multiply(f, 1, 2, multiply(f, 1, 1, w.a, -1, w.b), 0, NULL), NULL,
	               "\\Bigl( \\frac{a}{b}\\Bigr)^{2}");
	expect_formula(f, multiply(f, 1, 2, unary(f, OP_TANH, sum), 0, NULL), NULL, "\\tanh(a + b)^{2}");
	expect_formula(f, binary(f, OP_SHIFT, w.a, sum), NULL, "a - (a + b)");
	expect_formula(f, binary(f, OP_FLOOR_QUOTIENT, sum, w.c), NULL,
	               "\\Bigl\\lfloor \\frac{a + b}{c}\\Bigr\\rfloor");
	expect_formula(f, unary(f, OP_LOG, unary(f, OP_ABS, w.a)), NULL, "\\log(\\lvert a\\rvert)");
	expect_formula(f, unary(f, OP_LOG, add(f, 0, 1, unary(f, OP_LOG, w.a), 1, w.b)), NULL,
	               "\\log\\bigl( \\log(a) + b\\bigr)");
	arena_free(f->arena);
}

/* A fraction that is too wide for a row is written so that it can be broken; its parts keep together. */
Test(explain_notation, wide_fractions)
{
	struct words w = words_new();
	struct fixture *f = &w.f;
	const struct expr *word =
	        VALUE_OF(f, SCALAR(f, TENSOR_INPUT, "a_name_that_takes_a_quarter_of_the_row"));
	const struct expr *sum = add(f, 0, 1, word, 1, unary(f, OP_TANH, word));
	const char *name = "\\mathrm{a\\_name\\_that\\_takes\\_a\\_quarter\\_of\\_the\\_row}";
	struct text expected = text_new(f->arena);
	text_printf(&expected, "\\bigl( %s + \\tanh(%s)\\bigr)\\big/ c", name, name);
	expect_formula(f, multiply(f, 1, 1, sum, -1, w.c), NULL, text_string(&expected));
	expected = text_new(f->arena);
	text_printf(&expected, "a \\big/ \\bigl( %s + \\tanh(%s)\\bigr)", name, name);
	expect_formula(f, multiply(f, 1, 1, w.a, -1, sum), NULL, text_string(&expected));
	expected = text_new(f->arena);
	text_printf(&expected, "\\exp(-%s)", name);
	expect_formula(f, unary(f, OP_EXP, multiply(f, -1, 1, word, 0, NULL)), NULL, text_string(&expected));
	arena_free(f->arena);
}

Test(explain_notation, conditions)
{
	struct words w = words_new();
	struct fixture *f = &w.f;
	const struct expr *less = binary(f, OP_LESS, w.a, w.b), *equal = binary(f, OP_EQUAL, w.b, w.c);
	const struct expr *bracket = expr_select(f->exprs, equal, number(f, 1), number(f, 0));
	const struct expr *choice = expr_select(f->exprs, less, w.a, number(f, -1));
	expect_formula(f, add(f, 0, 1, w.a, -1, bracket), NULL, "a - [b = c]");
	expect_formula(f, choice, NULL,
	               "\\begin{cases}a & \\text{if } a < b \\\\-1 & \\text{otherwise}\\end{cases}");
	expect_formula(f, expr_select(f->exprs, equal, w.c, choice), NULL,
	               "\\begin{cases}c & \\text{if } b = c \\\\a & \\text{if } a < b \\\\-1 & "
	               "\\text{otherwise}\\end{cases}");
	/* what has no end of its own goes last */
	expect_formula(f, multiply(f, 2, 1, choice, 1, w.c), NULL,
	               "2\\,c\\,\\begin{cases}a & \\text{if } a < b \\\\-1 & \\text{otherwise}\\end{cases}");
	expect_formula(f, binary(f, OP_AND, binary(f, OP_OR, less, equal), unary(f, OP_NOT, less)), NULL,
	               "(a < b \\vee b = c) \\wedge \\neg (a < b)");
	arena_free(f->arena);
}

/* Where a case is too wide, it and all before it stand in the line; cases that fit stay cases. */
Test(explain_notation, wide_choices)
{
	struct words w = words_new();
	struct fixture *f = &w.f;
	struct text expected = text_new(f->arena), sum = text_new(f->arena);
	const struct expr *wide = w.a, *less = binary(f, OP_LESS, w.a, w.b);
	text_add(&sum, "a");
	for (int k = 2; k < 30; k++) {
		wide = add(f, 0, 1, wide, 1, unary(f, OP_SIN, add(f, k, 1, w.b, 1, w.c)));
		text_printf(&sum, " + \\sin(b + c + %d)", k);
	}
	const struct expr *narrow = expr_select(f->exprs, less, w.a, w.c);
	text_printf(&expected,
	            "\\Bigl( \\text{if } b < c \\text{ then } %s \\text{ else } "
	            "\\begin{cases}a & \\text{if } a < b \\\\c & \\text{otherwise}\\end{cases}\\Bigr)",
	            text_string(&sum));
	expect_formula(f, expr_select(f->exprs, binary(f, OP_LESS, w.b, w.c), wide, narrow), NULL,
	               text_string(&expected));
	arena_free(f->arena);
}

/* A part that is shared at each of 60 levels is not written 2^60 times. */
Test(explain_notation, shared_parts, .timeout = 10)
{
	struct words w = words_new();
	struct fixture *f = &w.f;
	const struct expr *sums = w.a, *choices = w.a, *fractions = w.a;
	for (int k = 0; k < 60; k++) {
		sums = add(f, 0, 1, unary(f, OP_TANH, sums), 1, unary(f, OP_SIN, sums));
		choices = expr_select(f->exprs, binary(f, OP_LESS, choices, w.b), w.c, choices);
		fractions = multiply(f, 1, 1, add(f, 1, 1, fractions, 1, w.b), -1, unary(f, OP_SIN, w.c));
	}
	const struct expr *const all[] = {sums, choices, fractions};
	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		struct text text = text_new(f->arena);
		struct printer printer = printer_new(&text, NULL);
		latex_expr(&printer, all[k]);
		bool shares = k < 2;
		cr_expect_lt(text.length, 100000);
		cr_expect_eq(strstr(text_string(&text), "\\dots") != NULL, shares, "%zu", k);
	}
	arena_free(f->arena);
}

Test(explain_notation, names_and_indices)
{
	struct fixture f = fixture_new();
	struct tensor *weight = TENSOR(&f, TENSOR_PARAMETER, "deep_2.W", "oi", 3, 4);
	struct tensor *x = TENSOR(&f, TENSOR_INPUT, "x", "ni", EXTENT_ROWS, 9);
	struct tensor *y = TENSOR(&f, TENSOR_LAYER, "L", "no", EXTENT_ROWS, 3);
	struct tensor *state = TENSOR(&f, TENSOR_STATE, "deep_2.W.m", "oi", 3, 4);
	struct tensor *adjoint = TENSOR(&f, TENSOR_ADJOINT, "d_deep_2.W", "oi", 3, 4);
	struct tensor *error = TENSOR(&f, TENSOR_ADJOINT, "d_L", "no", EXTENT_ROWS, 3);
	struct tensor *class = TENSOR(&f, TENSOR_TARGET, "kind", "nk", EXTENT_ROWS, 3);
	adjoint->of = state->of = weight;
	error->of = y;
	class->classes = 3;
	int i = expr_fresh(f.exprs);
	const struct linear *n = linear_variable(f.exprs, 0), *o = linear_variable(f.exprs, 1);
	const struct linear *shifted =
		linear_add(f.exprs, linear_add(f.exprs, linear_constant(f.exprs, 1), 2, o), 1,
	                   linear_variable(f.exprs, i));
	const struct expr *read = expr_read(f.exprs, x, (const struct linear *[]){n, shifted});
	expect_formula(&f, expr_reduce(f.exprs, OP_SUM, i, 3, read), y, "\\sum_{i=0}^{2} x_{n,2o+i+1}");
	const struct expr *body = multiply(&f, 1, 1, AT(&f, weight, 1, i), 1, AT(&f, x, 0, i));
	expect_formula(&f, expr_reduce(f.exprs, OP_SUM, i, 4, body), y,
	               "\\sum_{i} W^{(\\mathrm{deep\\_2})}_{o,i} \\,x_{n,i}");
	expect_formula(&f, expr_reduce(f.exprs, OP_MAXIMUM, i, 4, body), y,
	               "\\max_{i} \\bigl( W^{(\\mathrm{deep\\_2})}_{o,i} \\,x_{n,i}\\bigr)");
	expect_formula(&f, multiply(&f, 1, 2, AT(&f, weight, 0, 1), 0, NULL), weight,
	               "\\bigl( W^{(\\mathrm{deep\\_2})}_{o,i}\\bigr)^{2}");
	expect_formula(&f, multiply(&f, 1, 2, AT(&f, adjoint, 0, 1), 1, AT(&f, state, 0, 1)), weight,
	               "\\Bigl( \\frac{\\partial L}{\\partial W^{(\\mathrm{deep\\_2})}_{o,i}}\\Bigr)^{2} "
	               "\\,m^{(\\mathrm{deep\\_2.W})}_{o,i}");
	expect_formula(&f, AT(&f, error, 0, 1), y, "\\delta^{(\\mathrm{L})}_{n,o}");
	const struct linear *pixel = linear_add(f.exprs, linear_constant(f.exprs, 2), 1, o);
	const struct linear *parts[] = {linear_quotient(f.exprs, o, 4, NULL, NULL),
	                                linear_remainder(f.exprs, pixel, 4, NULL, NULL)};
	expect_formula(&f, expr_read(f.exprs, weight, parts), y,
	               "W^{(\\mathrm{deep\\_2})}_{\\lfloor o/4\\rfloor,((o+2) \\bmod 4)}");
	const struct expr *label = expr_label(f.exprs, class, &n);
	const struct linear *place[] = {n, linear_label(f.exprs, label)};
	expect_formula(&f, expr_read(f.exprs, y, place), y, "\\mathrm{L}_{n,\\mathrm{kind}_{n}}");
	arena_free(f.arena);
}

Test(explain_notation, numbers)
{
	static const struct {
		double number;
		const char *expected;
	} numbers[] = {
		{1 - 0.9, "0.1"},
		{-30, "-30"},
		{1e-8, "10^{-8}"},
		{2.5e-7, "2.5 \\cdot 10^{-7}"},
		{1.1754943508222875e-38, "1.175494 \\cdot 10^{-38}"},
		{-INFINITY, "-\\infty"},
		{1.0 / 3, "0.3333333"},
	};
	struct fixture f = fixture_new();
	for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
		struct text text = text_new(f.arena);
		latex_number(&text, numbers[k].number);
		cr_expect_str_eq(text_string(&text), numbers[k].expected);
	}
	arena_free(f.arena);
}

/* --- layout ----------------------------------------------------------------------------------- */

/* Against widths that TeX gives the same formulas, in hundredths of an em. */
Test(explain_notation, widths)
{
	static const struct {
		const char *formula;
		int width;
	} formulas[] = {
		{"0.5", 128},
		{"\\mathrm{probability.dense}_{n,o}", 885},
		{"W^{(h)}_{o,i} - 0.5\\,\\frac{\\partial L}{\\partial W^{(h)}_{o,i}}", 840},
		{"\\sum_{i} W^{(h)}_{o,i} \\,x_{n,i} + b^{(h)}_{o}", 916},
	};
	for (size_t k = 0; k < sizeof formulas / sizeof *formulas; k++) {
		int width = latex_width(formulas[k].formula);
		cr_expect(abs(width - formulas[k].width) <= formulas[k].width / 8, "%s: %d",
		          formulas[k].formula, width);
	}
}

Test(explain_notation, rows)
{
	struct arena *arena = arena_new();
	const char *formula =
		"aaaaaaaaaa\n+ (bbbbbbbbbb\n+ cccccccccc)\n\\,dddddddddd\n+ \\frac{e\n+ e}{ffffffffff}";
	struct latex_rows rows = latex_rows(arena, formula, 100000);
	cr_assert_eq(rows.list.count, 1);
	cr_expect_str_eq(rows.list.items[0],
	                 "aaaaaaaaaa + (bbbbbbbbbb + cccccccccc) \\,dddddddddd + \\frac{e + e}{ffffffffff}");
	/* rows end at the outermost places, and never inside of a fraction */
	rows = latex_rows(arena, formula, 2300);
	cr_assert_eq(rows.list.count, 2);
	cr_expect_str_eq(rows.list.items[0], "aaaaaaaaaa + (bbbbbbbbbb + cccccccccc)");
	cr_expect_str_eq(rows.list.items[1], "\\cdot dddddddddd + \\frac{e + e}{ffffffffff}");
	rows = latex_rows(arena, formula, 1);
	cr_expect_eq(rows.list.count, 5);
	arena_free(arena);
}
