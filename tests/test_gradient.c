/* Gradients of whole models: against central differences of the forward graph and against dual numbers, for
 * each element of each parameter and input; the derivatives of ops.def alone; kinks. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expr/dual.h"
#include "expr/formula.h"
#include "graph_fixture.h"
#include "model_cases.h"

/* --- derivatives of the table ----------------------------------------------------------------- */

/* What C's library or plain arithmetic has for an operator; NAN where the table's value is not compared. */
static double library(enum op op, double a, double b)
{
	switch (op) {
	case OP_EXP: return exp(a);
	case OP_EXPM1: return expm1(a);
	case OP_LOG: return log(a);
	case OP_LOG1P: return log1p(a);
	case OP_SQRT: return sqrt(a);
	case OP_ABS: return fabs(a);
	case OP_SIGN: return a > 0 ? 1 : a < 0 ? -1 : 0;
	case OP_FLOOR: return floor(a);
	case OP_FLOOR_QUOTIENT: return floor(a / b);
	case OP_SIN: return sin(a);
	case OP_COS: return cos(a);
	case OP_TANH: return tanh(a);
	case OP_ERF: return erf(a);
	case OP_ERFC: return erfc(a);
	case OP_LOGISTIC: return 0.5 + 0.5 * tanh(a / 2);
	case OP_LOG1PEXP: return log(1 + exp(a));
	case OP_CONSTANT: return a;
	case OP_POW: return pow(a, b);
	case OP_MIN: return fmin(a, b);
	case OP_MAX: return fmax(a, b);
	case OP_SHIFT: return a - b;
	case OP_SCALE: return b > 0 ? a / b : 0;
	default: return (double)NAN;
	}
}

static double value_at(struct fixture *f, const struct expr *expr, const struct tensor *x, const double *at)
{
	struct tensor *y = SCALAR(f, TENSOR_LAYER, "y");
	struct graph graph = {0};
	array_push(f->arena, &graph.equations, (struct equation){.left = y, .right = expr});
	struct evaluation *evaluation = evaluation_new(f->arena, 1, 1, 0, 0);
	memcpy(evaluation_values(evaluation, x), at, 2 * sizeof *at);
	evaluate(evaluation, &graph);
	return evaluation_values(evaluation, y)[0];
}

static void compare_row(struct fixture *f, enum op op, const struct tensor *x, const double *at)
{
	const struct op_info *info = &op_table[op];
	const struct expr *operands[2];
	for (int k = 0; k < 2; k++) {
		const struct linear *place = linear_constant(f->exprs, k);
		operands[k] = expr_read(f->exprs, x, &place);
	}
	const struct expr *y = expr_apply(f->exprs, op, operands);
	double wanted = library(op, at[0], at[1]);
	cr_expect(relative_difference(value_at(f, y, x, at), wanted) < 4e-16, "%s(%g, %g) is %.17g",
		  info->name, at[0], at[1], wanted);
	for (int k = 0; k < info->arity; k++) {
		if (!info->derivative[k])
			continue;
		struct formula formula = {.exprs = f->exprs};
		formula_bind(&formula, "y", y);
		formula_bind(&formula, info->arity == 1 ? "x" : "a", operands[0]);
		formula_bind(&formula, "b", operands[1]);
		const struct expr *derivative =
			formula_build(&formula, formula_parse(f->exprs, info->derivative[k]));
		double slopes[2];
		for (int s = 0; s < 2; s++) {
			double h = ldexp(1, -9 - s), above[] = {at[0], at[1]}, below[] = {at[0], at[1]};
			above[k] += h;
			below[k] -= h;
			slopes[s] =
				(library(op, above[0], above[1]) - library(op, below[0], below[1])) / (2 * h);
		}
		double found = value_at(f, derivative, x, at), slope = (4 * slopes[1] - slopes[0]) / 3;
		cr_expect(relative_difference(found, slope) < 2e-9,
			  "d %s(%g, %g) by operand %d is %.12g, not %.12g", info->name, at[0], at[1], k,
			  found, slope);
	}
}

Test(gradient, rows_of_the_table)
{
	struct fixture f = fixture_new();
	struct random random = random_new();
	struct tensor *x = TENSOR(&f, TENSOR_PARAMETER, "x", "i", 2);
	int compared = 0;
	for (enum op op = 0; op < OP_SUM; op++) {
		if (op_table[op].arity < 1 || op_is_condition(op) || op == OP_SELECT)
			continue;
		bool positive = op == OP_LOG || op == OP_SQRT || op == OP_POW;
		for (int k = 0; k < 20; k++) {
			double at[] = {random_between(&random, positive ? 0.2 : -0.7, 2),
				       random_between(&random, -2, 2)};
			bool kink = fabs(at[0] - at[1]) < 0.02 || fabs(at[0]) < 0.02 ||
				    fabs(at[0] - round(at[0])) < 0.02;
			kink = kink || (op == OP_SCALE && fabs(at[1]) < 0.5); /* steep */
			if (!kink)
				compare_row(&f, op, x, at);
			compared += !kink;
		}
	}
	cr_expect_gt(compared, 300);
	arena_free(f.arena);
}

/* --- models
 * ----------------------------------------------------------------------------------------------------------
 */

struct comparison {
	const struct model_case *model;
	const struct subject *subject;
	struct evaluation *evaluation;
	const struct tensor *of;
	size_t element;
};

static double loss_of(const struct comparison *c)
{
	evaluate(c->evaluation, &c->subject->specialised);
	return evaluation_values(c->evaluation, c->subject->program.loss)[0];
}

/* One step of Richardson's extrapolation. */
static double central_difference(const struct comparison *c)
{
	double *value = &evaluation_values(c->evaluation, c->of)[c->element], before = *value, slopes[2];
	for (int k = 0; k < 2; k++) {
		double h = ldexp(1, -10 - k);
		*value = before + h;
		double above = loss_of(c);
		*value = before - h;
		slopes[k] = (above - loss_of(c)) / (2 * h);
	}
	*value = before;
	return (4 * slopes[1] - slopes[0]) / 3;
}

static double by_dual_numbers(const struct comparison *c)
{
	struct arena *arena = arena_new();
	double *one = ARENA_ARRAY(arena, double, values_of_tensor(c->of));
	one[c->element] = 1;
	struct direction direction = {c->of, one};
	double found = evaluate_tangent(c->evaluation, &c->subject->specialised, c->subject->program.loss, 1,
					&direction);
	arena_free(arena);
	return found;
}

static void compare_element(const struct comparison *c, double found, const char *stage)
{
	double dual = by_dual_numbers(c);
	cr_expect(relative_difference(found, dual) < 1e-11,
		  "%s, %s: d_%s[%zu] is %.15g, by dual numbers %.15g", c->model->name, stage, c->of->name,
		  c->element, found, dual);
	if (c->model->no_differences)
		return;
	double slope = central_difference(c);
	cr_expect(relative_difference(found, slope) < 2e-8,
		  "%s, %s: d_%s[%zu] is %.12g, by differences %.12g", c->model->name, stage, c->of->name,
		  c->element, found, slope);
}

static void compare_gradients(struct comparison c, const struct graph *graph, const char *stage)
{
	for (size_t w = 0; w < c.subject->wanted.count; w++) {
		c.of = c.subject->wanted.items[w];
		const struct tensor *adjoint = adjoint_among(graph, c.of);
		cr_assert_not_null(adjoint, "%s, %s: no adjoint of %s", c.model->name, stage, c.of->name);
		evaluate(c.evaluation, graph);
		size_t count = values_of_tensor(c.of);
		double *found = ARENA_ARRAY(c.subject->arena, double, count);
		memcpy(found, evaluation_values(c.evaluation, adjoint), count * sizeof *found);
		for (c.element = 0; c.element < count; c.element++)
			compare_element(&c, found[c.element], stage);
	}
}

ParameterizedTestParameters(gradient, models)
{
	static int places[256];
	for (int k = 0; k < model_case_count; k++)
		places[k] = k;
	return cr_make_param_array(int, places, (size_t)model_case_count);
}

ParameterizedTest(int *place, gradient, models)
{
	const struct model_case *model = &model_cases[*place];
	struct random random = random_new();
	struct subject subject = subject_new(model->statements);
	cr_assert_not_null(subject.model, "%s:\n%s", model->name, subject.messages);
	cr_assert_null(subject.fault, "%s: %s", model->name, subject.fault);
	struct comparison c = {.model = model, .subject = &subject};
	c.evaluation = subject_evaluation(&subject, &model->ranges, &random);
	compare_gradients(c, &subject.gradient, "differentiated");
	compare_gradients(c, &subject.finished, "finished");
	arena_free(subject.arena);
}

/* --- kinks, as language.md has them ----------------------------------------------------------- */

/* The derivative of the expression in h at h[0] = a, h[1] = b, both times the loss's own derivative 1. */
static void expect_kink(const char *expression, double a, double b, double d_a, double d_b)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_printf(&text,
		    "input x[1]\ntarget t[1]\nparam h[2] = zeros\n"
		    "output y[i: 1] = %s + x[i]\nminimize sum(y) - sum(t)",
		    expression);
	struct subject s = subject_new(text_string(&text));
	cr_assert(s.model && !s.fault, "%s: %s%s", expression, s.messages, s.fault ? s.fault : "");
	struct random random = {1};
	struct evaluation *evaluation = subject_evaluation(&s, NULL, &random);
	double *h = evaluation_values(evaluation, s.wanted.items[0]);
	h[0] = a;
	h[1] = b;
	const struct graph *graphs[] = {&s.gradient, &s.finished};
	for (int k = 0; k < 2; k++) {
		evaluate(evaluation, graphs[k]);
		const double *d = evaluation_values(evaluation, adjoint_among(graphs[k], s.wanted.items[0]));
		cr_expect(fabs(d[0] - d_a) < 1e-15 && fabs(d[1] - d_b) < 1e-15,
			  "d (%s) at %g, %g is %.17g, %.17g, not %g, %g", expression, a, b, d[0], d[1], d_a,
			  d_b);
	}
	arena_free(s.arena);
	arena_free(arena);
}

Test(gradient, kinks)
{
	expect_kink("relu(h[0])", 0, 0, 0, 0);
	expect_kink("max(0, h[0])", 0, 0, 0, 0);
	expect_kink("max(h[0], -1)", -1, 0, 0, 0);
	expect_kink("max(-1, h[0])", -1, 0, 0, 0);
	expect_kink("min(2 - 1, h[0])", 1, 0, 0, 0);
	expect_kink("max(1 / 2, h[0]) + min(-3 / 2 + 2, h[0])", 0.5, 0, 0, 0);
	expect_kink("max(h[0], h[1])", 1, 1, 0, 1);
	expect_kink("min(h[0], h[1])", 1, 1, 0, 1);
	expect_kink("max(h[1], 0.5 * h[1])", 0, 0, 0, 0.5);
	expect_kink("max(h[0], h[1])", 2, 1, 1, 0);
	expect_kink("min(h[0], h[1])", 2, 1, 0, 1);
	expect_kink("abs(h[0])", 0, 0, 0, 0);
	expect_kink("abs(h[0] - h[1])", 3, 3, 0, 0);
	expect_kink("sqrt(h[0])", 0, 0, 0, 0);
	expect_kink("sqrt(sum(j, h[j]^2))", 0, 0, 0, 0);
	expect_kink("step(h[0])", 0, 0, 0, 0);
	expect_kink("max(j, h[j])", 4, 4, 1, 0);
	expect_kink("min(j, h[j])", 4, 4, 1, 0);
	expect_kink("max(j: 2, h[1 - j])", 4, 4, 0, 1);
	expect_kink("prod(j, h[j])", 0, 5, 5, 0);
	expect_kink("prod(j, h[j])", 0, 0, 0, 0);
	expect_kink("h[0]^2 * h[1]", 0, 5, 0, 0);
	expect_kink("(h[0]^2)^1", 0, 0, 0, 0);
	expect_kink("h[0]^1.5", 0, 0, 0, 0);
	expect_kink("h[0]^h[1]", 0, 2, 0, 0);
	expect_kink("h[0]^h[1]", 0, 1, 1, 0);
	expect_kink("if h[0] > 0 then h[0] * log(h[0]) else 0", 0, 0, 0, 0);
	expect_kink("(if h[0] > 0 then log(h[0]) else 0) + (if h[0] > 1 then 2 * log(h[0]) else 0)", 0, 0, 0,
		    0);
	expect_kink("(if h[0] > 0 then log(h[0]) else h[1]) + (if h[1] > 1 then 2 * log(h[0]) else 0)", 0, 0,
		    0, 1);
	expect_kink("h[1] * (if h[0] > 0 then sqrt(h[1]) / h[0] else 3)", 0, 0, 0, 3);
	expect_kink("if abs(h[0]) > 0 then sin(h[0]) / h[0] else 1", 0, 0, 0, 0);
	expect_kink("softplus(h[0]) + elu(h[1])", 0, 0, 0.5, 1);
	expect_kink("hard_tanh(h[0]) + hard_sigmoid(h[1])", 1, 3, 0, 0);
	expect_kink("constant(h[0]) * h[1] + sign(h[0]) + floor(h[1])", 2, 3, 0, 2);
}

/* Gradients that must be finite far from zero. */
Test(gradient, far_from_zero)
{
	expect_kink("softplus(h[0]) + softplus(h[1])", 1000, -1000, 1, 0);
	expect_kink("sigmoid(h[0]) + sigmoid(h[1])", 1000, -1000, 0, 0);
	expect_kink("tanh(h[0]) + tanh(h[1])", 1000, -1000, 0, 0);
	expect_kink("silu(h[0]) + silu(h[1])", 1000, -1000, 1, 0);
	expect_kink("mish(h[0]) + gelu(h[1])", 1000, -1000, 1, 0);
	expect_kink("elu(h[0]) + selu(h[1]) / 1.0507009873554805", 1000, 1000, 1, 1);
	expect_kink("log(sum(j, exp(h[j])))", 1000, -1000, 1, 0);
	expect_kink("log(sum(j, exp(-h[j])))", 1000, -1000, 0, -1);
	expect_kink("sigmoid(h[0] - h[1]) + sigmoid(h[1] - h[0])", 1000, -1000, 0, 0);
	expect_kink("log(sigmoid(h[0])) + log(1 - sigmoid(h[1]))", -1000, 1000, 1, -1);
	expect_kink("log(1 + exp(h[0])) + log1p(exp(-h[1]))", 1000, -1000, 1, -1);
	expect_kink("(exp(h[0]) - exp(-h[0])) / (exp(h[0]) + exp(-h[0]))", 1000, 0, 0, 0);
}
