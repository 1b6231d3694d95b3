/* Each rule of rules.def: where it fires, where it must not, and that it keeps the value; random expressions. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expr/formula.h"
#include "expr/prune.h"
#include "expr/rules.h"
#include "graph_fixture.h"
#include "support.h"

enum { EXTENT = 4 };

/* Expressions are written as formulas of the numbers a b c d, the vectors x[i] and z[i], and the one-hot vectors t[i]
 * and u[i]; i and j run over 0 … 3. */
struct bench {
	struct fixture f;
	struct formula formula;
	const struct tensor *numbers[4], *vectors[2], *classes[2];
};

static void bind_vector(struct bench *b, const struct tensor *tensor)
{
	int over = expr_fresh(b->f.exprs);
	formula_bind(&b->formula, tensor->name, AT(&b->f, tensor, over));
	b->formula.bindings.items[b->formula.bindings.count - 1].over = over;
}

static struct bench bench_new(void)
{
	struct bench b = {.f = fixture_new()};
	static const char *const numbers[] = {"a", "b", "c", "d"}, *const vectors[] = {"x", "z"}, *const classes[] = {"t", "u"};
	b.formula.exprs = b.f.exprs;
	for (int k = 0; k < 4; k++) {
		b.numbers[k] = SCALAR(&b.f, TENSOR_PARAMETER, numbers[k]);
		formula_bind(&b.formula, numbers[k], VALUE_OF(&b.f, b.numbers[k]));
	}
	for (int k = 0; k < 2; k++) {
		struct tensor *one_hot = TENSOR(&b.f, TENSOR_TARGET, classes[k], "i", EXTENT);
		one_hot->classes = EXTENT;
		b.vectors[k] = TENSOR(&b.f, TENSOR_PARAMETER, vectors[k], "i", EXTENT);
		b.classes[k] = one_hot;
		bind_vector(&b, b.vectors[k]);
		bind_vector(&b, b.classes[k]);
	}
	for (int k = 0; k < 2; k++) {
		struct formula_binding index = {.name = name_of(b.f.names, k ? "j" : "i"), .over = -1, .extent = EXTENT};
		index.index = linear_variable(b.f.exprs, expr_fresh(b.f.exprs));
		array_push(b.f.arena, &b.formula.bindings, index);
	}
	return b;
}

static const struct expr *built(struct bench *b, const char *text)
{
	return formula_build(&b->formula, formula_parse(b->f.exprs, text));
}

static struct evaluation *random_values(struct bench *b, struct random *random, double width)
{
	struct evaluation *evaluation = evaluation_new(b->f.arena, 1, 1, 0, 0);
	for (int k = 0; k < 4; k++)
		evaluation_values(evaluation, b->numbers[k])[0] = random_between(random, -width, width);
	for (int k = 0; k < 2; k++) {
		evaluation_values(evaluation, b->classes[k])[0] = random_below(random, EXTENT);
		for (int i = 0; i < EXTENT; i++)
			evaluation_values(evaluation, b->vectors[k])[i] = random_between(random, -width, width);
	}
	return evaluation;
}

/* The expression as a vector over i where i is free in it. */
static struct graph graph_of(struct bench *b, const struct expr *expr)
{
	int index = formula_find(&b->formula, name_of(b->f.names, "i"))->index->terms[0].variable;
	const struct linear *first = linear_variable(b->f.exprs, 0);
	struct graph graph = {0};
	const struct tensor *left = TENSOR(&b->f, TENSOR_OUTPUT, "y", "i", EXTENT);
	array_push(b->f.arena, &graph.equations,
	           (struct equation){.left = left, .right = expr_substitute(b->f.exprs, expr, 1, &index, &first)});
	array_push(b->f.arena, &graph.results, left);
	return graph;
}

static double value_of(struct evaluation *evaluation, const struct graph *graph, int element)
{
	evaluate(evaluation, graph);
	return evaluation_values(evaluation, graph->results.items[0])[element];
}

/* --- rule by rule --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *rule;
	const char *fires, *result;  /* result: as a formula */
	const char *stops;           /* something like it that the condition or the form stops */
} cases[] = {
	{"logistic_of_ratio", "exp(a) / (1 + exp(a))", "logistic(a)", "exp(a) / (1 + exp(b))"},
	{"logistic_of_ratio", "b * exp(a) / (1 + exp(a))", "b * logistic(a)", "exp(a) / (2 + exp(a))"},
	{"logistic_of_ratio", "exp(x[i] + a) / (1 + exp(a + x[i]))", "logistic(x[i] + a)", "exp(a) / (1 - exp(a))"},
	{"logistic", "1 / (1 + exp(-a))", "logistic(a)", "1 / (1 - exp(-a))"},
	{"logistic", "3 * b / (1 + exp(a * b))", "3 * b * logistic(-a * b)", "3 * b * (1 + exp(a * b))"},
	{"log1pexp", "log(1 + exp(a))", "log1pexp(a)", "log(2 + exp(a))"},
	{"log1pexp", "log(exp(x[i]) + 1)", "log1pexp(x[i])", "log(1 + 2 * exp(a))"},
	{"log1p_of_exp", "log1p(exp(a))", "log1pexp(a)", "log1p(2 * exp(a))"},
	{"log_of_logistic", "log(logistic(a))", "-log1pexp(-a)", "log(2 * logistic(a))"},
	{"log_of_complement", "log(1 - logistic(a))", "-log1pexp(a)", "log(2 - logistic(a))"},
	{"cross_entropy_logit", "b * log1pexp(-a) + (1 - b) * log1pexp(a)", "log1pexp(a) - a * b",
	 "b * log1pexp(-a) + (2 - b) * log1pexp(a)"},
	{"cross_entropy_logit", "z[i] * log1pexp(-x[i]) + (1 - z[i]) * log1pexp(x[i])", "log1pexp(x[i]) - z[i] * x[i]",
	 "b * log1pexp(a) + (1 - b) * log1pexp(a)"},
	{"softmax_shift", "exp(x[i]) / sum(j, exp(x[j]))",
	 "exp(shift(x[i], constant(max(j, x[j])))) / sum(j, exp(shift(x[j], constant(max(j, x[j])))))",
	 "exp(shift(x[i], max(j, x[j]))) / sum(j, exp(shift(x[j], max(j, x[j]))))"},
	{"softmax_shift", "exp(a * x[i]) / sum(j, exp(a * x[j]))",
	 "exp(shift(a * x[i], constant(max(j, a * x[j])))) / sum(j, exp(shift(a * x[j], constant(max(j, a * x[j])))))",
	 "exp(z[i]) / sum(j, exp(x[j]))"},
	{"log_sum_exp_shift", "log(sum(j, exp(x[j])))",
	 "constant(max(j, x[j])) + log(sum(j, exp(shift(x[j], constant(max(j, x[j]))))))", "log(sum(j, exp(x[j]) + 1))"},
	{"tanh_of_exps", "(exp(a) - exp(-a)) / (exp(a) + exp(-a))", "tanh(a)", "(exp(a) + exp(-a)) / (exp(a) - exp(-a))"},
	{"tanh_of_exps", "b * (exp(a) - exp(-a)) / (exp(-a) + exp(a))", "b * tanh(a)",
	 "(exp(a) - exp(-b)) / (exp(a) + exp(-a))"},
	{"log_of_exp", "log(exp(a))", "a", "log(exp(a) - b)"},
	{"exp_of_log", "exp(log(exp(b) + 2))", "exp(b) + 2", "exp(log(a))"},
	{"log_of_quotient", "log(exp(a) / (2 + exp(b)))", "a - log(2 + exp(b))", "log(a / b)"},
	{"log_of_quotient", "log((1 + a^2) / (3 + b^2))", "log1p(a^2) - log(3 + b^2)", "log(a^2 / (1 + b^2))"},
	{"log_of_product", "log(exp(a) * (1 + exp(b)))", "a + log1pexp(b)", "log(a * exp(b))"},
	{"log_of_power", "log((1 + a^2)^3)", "3 * log1p(a^2)", "log(a^2)"},
	{"erfc_of_sum", "1 + erf(a)", "erfc(-a)", "2 + erf(a)"},
	{"erfc_of_sum", "b * (1 + erf(x[i] * a))", "b * erfc(-a * x[i])", "1 + b * erf(a)"},
	{"erfc_of_difference", "1 - erf(a)", "erfc(a)", "2 - erf(a)"},
	{"expm1_of_difference", "exp(a) - 1", "expm1(a)", "exp(a) - 2"},
	{"expm1_of_difference", "exp(a) - 1 + b", "expm1(a) + b", "2 * exp(a) - 1"},
	{"log1p_of_sum", "log(1 + a^2 + exp(b))", "log1p(a^2 + exp(b))", "log(1 + a^3)"},
	{"one_hot_sum", "sum(i, t[i])", "1", "sum(i, t[i]^2)"},
	{"one_hot_sum", "sum(i, u[i])", "1", "sum(i, x[i])"},
	{"one_hot_mean", "sum(i, t[i] * (x[i] + b))", "sum(i, t[i] * x[i]) + b", "sum(i, z[i] * (x[i] + b))"},
	{"one_hot_mean", "sum(i, t[i] * (x[i] - log(2 + exp(b))))", "sum(i, t[i] * x[i]) - log(2 + exp(b))",
	 "sum(i, t[i] * (x[i] + z[i]))"},
	{"guarded_log", "log(a)", "log(max(a, 1.1754943508222875e-38))", "log(exp(b) + 1)"},
	{"guarded_log", "log(1 - x[i])", "log(max(1 - x[i], 1.1754943508222875e-38))", "log(max(a, 0.5))"},
};

enum { CASE_COUNT = sizeof cases / sizeof *cases };

/* The expression of which the rule takes some part, once in the order of the passes. */
struct watch {
	struct rules *rules;
	const char *rule;
	bool guards, fired;
};

static const struct expr *apply(void *context, const struct expr *expr)
{
	struct watch *watch = context;
	const struct rule_info *fired = NULL;
	const struct expr *result = rules_apply(watch->rules, NULL, watch->guards, expr, &fired);
	if (result && strcmp(fired->name, watch->rule) == 0)
		watch->fired = true;
	return result ? result : expr;
}

static bool fires(struct bench *b, const char *rule, const struct expr *expr)
{
	struct watch watch = {rules_new(b->f.exprs), rule, strcmp(rule, "guarded_log") == 0, false};
	expr_map(b->f.exprs, expr, apply, &watch);
	return watch.fired;
}

static struct graph simplified(struct bench *b, const struct expr *expr, bool in_loss)
{
	struct graph graph = graph_of(b, expr);
	graph.equations.items[0].in_loss = in_loss;
	return simplify(b->f.exprs, &graph);
}

static const char *text_of(struct bench *b, const struct graph *graph)
{
	struct text text = text_new(b->f.arena);
	graph_print(&text, graph);
	return text_string(&text);
}

Test(rules, one_by_one)
{
	struct random random = random_new();
	for (int k = 0; k < CASE_COUNT; k++) {
		struct bench b = bench_new();
		bool in_loss = strcmp(cases[k].rule, "guarded_log") == 0;
		const struct expr *from = built(&b, cases[k].fires), *to = built(&b, cases[k].result);
		cr_expect(fires(&b, cases[k].rule, from), "%s does not fire on %s", cases[k].rule, cases[k].fires);
		cr_expect_not(fires(&b, cases[k].rule, built(&b, cases[k].stops)), "%s fires on %s", cases[k].rule,
		              cases[k].stops);
		struct graph found = simplified(&b, from, in_loss), wanted = simplified(&b, to, in_loss);
		cr_expect_str_eq(text_of(&b, &found), text_of(&b, &wanted), "%s becomes\n%snot\n%s", cases[k].fires,
		                 text_of(&b, &found), text_of(&b, &wanted));
		struct graph before = graph_of(&b, from);
		for (int draw = 0; draw < 20; draw++) {
			struct evaluation *e = random_values(&b, &random, 2);
			double value = value_of(e, &before, 2);
			if (isfinite(value))
				cr_expect(relative_difference(value_of(e, &found, 2), value) < 1e-13, "%s: %.17g, not %.17g",
				          cases[k].fires, value_of(e, &found, 2), value);
		}
		arena_free(b.f.arena);
	}
}

Test(rules, all_have_a_case)
{
	for (const struct rule_info *rule = rule_table; rule->name; rule++) {
		int count = 0;
		for (int k = 0; k < CASE_COUNT; k++)
			count += strcmp(cases[k].rule, rule->name) == 0;
		cr_expect(count > 0, "no case for %s", rule->name);
	}
}

/* --- random expressions --------------------------------------------------------------------------------------------- */

/* those of the second half have no value everywhere */
static const char *const UNARY[] = {"exp", "tanh", "logistic", "log1pexp", "abs", "sin", "cos", "erf", "erfc", "expm1",
                                    "sign", "floor", "constant", "log", "log1p", "sqrt", "log"};
static const char *const LEAVES[] = {"a", "b", "c", "d", "1", "2", "-1", "0.5", "0", "3"};
static const char *const ELEMENTS[] = {"x[i]", "z[i]", "t[i]", "u[i]"};
static const char *const REDUCTIONS[] = {"sum", "max", "min", "prod", "sum", "sum"};

#define PICK(random, list) (list)[random_below(random, (int)(sizeof(list) / sizeof *(list)))]

static void random_text(struct text *text, struct random *random, int depth, bool in_reduction)
{
	int kind = depth == 0 ? random_below(random, 3) : 3 + random_below(random, 11);
	if (kind < 3) {
		text_add(text, in_reduction && kind > 0 ? PICK(random, ELEMENTS) : PICK(random, LEAVES));
	} else if (kind < 5) {
		text_printf(text, "%s(", UNARY[random_below(random, in_reduction ? 13 : 17)]);
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else if (kind == 5 && !in_reduction) {
		text_printf(text, "%s(i, ", PICK(random, REDUCTIONS));
		random_text(text, random, depth - 1, true);
		text_add(text, ")");
	} else if (kind == 6) {
		text_add(text, "(if ");
		random_text(text, random, 0, in_reduction);
		text_add(text, random_below(random, 2) ? " < " : " <= ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, " then ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, " else ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else if (kind == 7) {
		static const char *const powers[] = {"2", "3", "0.5", "-1", "-2"};
		text_add(text, "(");
		random_text(text, random, depth - 1, in_reduction);
		text_printf(text, ")^(%s)", powers[random_below(random, in_reduction ? 2 : 5)]);
	} else if (kind == 8) {
		text_add(text, random_below(random, 2) ? "max(" : "min(");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ", ");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	} else {
		/* no division by elements, which may be 0 in a branch that is not taken or for an element that is not largest */
		static const char *const between[] = {") + (", ") - (", ") * (", ") + (", ") / ("};
		text_add(text, "(");
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, between[random_below(random, in_reduction ? 4 : 5)]);
		random_text(text, random, depth - 1, in_reduction);
		text_add(text, ")");
	}
}

/* As the text has it: nothing folded, nothing reordered. */
static const struct expr *raw(struct bench *b, const struct ast_expr *ast)
{
	struct exprs *exprs = b->f.exprs;
	const struct expr *operands[3];
	if (ast->kind == AST_NUMBER || ast->kind == AST_NAME || ast->kind == AST_INDEX)
		return formula_build(&b->formula, ast);
	if (ast->kind == AST_CALL && ast->items.count == 2 && ast->items.items[0].value->kind == AST_NAME &&
	    op_reduction(ast->operands[0]->name) != OP_COUNT && ast->items.items[0].value->name[0] == 'i') {
		int variable = expr_fresh(exprs);
		struct formula_binding index = {.name = ast->items.items[0].value->name, .over = -1};
		index.index = linear_variable(exprs, variable);
		array_push(b->f.arena, &b->formula.bindings, index);
		const struct expr *body = raw(b, ast->items.items[1].value);
		b->formula.bindings.count--;
		return expr_reduce(exprs, op_reduction(ast->operands[0]->name), variable, EXTENT, body);
	}
	int count = ast->kind == AST_CALL ? (int)ast->items.count : ast->operand_count;
	for (int k = 0; k < count; k++)
		operands[k] = raw(b, ast->kind == AST_CALL ? ast->items.items[k].value : ast->operands[k]);
	if (ast->kind == AST_CALL)
		return expr_apply(exprs, op_function(ast->operands[0]->name, count), operands);
	if (ast->kind == AST_IF)
		return expr_apply(exprs, OP_SELECT, operands);
	if (ast->op[0] == '<')
		return expr_apply(exprs, ast->op[1] ? OP_LESS_EQUAL : OP_LESS, operands);
	if (ast->op[0] == '^')
		return expr_apply(exprs, OP_POW, operands);
	const double minus = -1, weights[] = {1, ast->op[0] == '-' || ast->op[0] == '/' ? -1 : 1};
	if (count == 1)
		return expr_sum_of(exprs, 0, 1, operands, &minus);
	return (ast->op[0] == '+' || ast->op[0] == '-' ? expr_sum_of : expr_product_of)(
		exprs, ast->op[0] == '+' || ast->op[0] == '-' ? 0 : 1, 2, operands, weights);
}

static size_t size_of(const struct expr *expr)
{
	size_t size = 1;
	for (int k = 0; k < expr->count; k++)
		size += size_of(expr->operands[k]);
	return size;
}

static size_t size_of_graph(const struct graph *graph)
{
	size_t size = 0;
	for (size_t k = 0; k < graph->equations.count; k++)
		size += size_of(graph->equations.items[k].right);
	return size;
}

/* All that stands outside of reductions: a division by 0 may be hidden in a maximum or a condition. */
static bool is_finite(struct bench *b, struct evaluation *e, const struct expr *expr)
{
	struct graph graph = graph_of(b, expr);
	if (!isfinite(value_of(e, &graph, 1)))
		return false;
	for (int k = 0; k < expr->count && !op_is_reduction(expr->op); k++)
		if (!is_finite(b, e, expr->operands[k]))
			return false;
	return true;
}

/* A value counts where rounding in it does not matter: where neighbours of the arguments give nearly the same. */
static bool is_steady(const struct graph *graph, struct bench *b, struct evaluation *e, double value)
{
	if (fabs(value) > 1e6 || !is_finite(b, e, graph->equations.items[0].right))
		return false;
	const double factors[] = {1 + 1e-11, 1 - 1e-11, 1};
	double neighbours[3];
	for (int k = 0; k < 3; k++) {
		double before[4];
		for (int n = 0; n < 4; n++) {
			double *v = evaluation_values(e, b->numbers[n]);
			before[n] = *v;
			*v *= n % 2 ? factors[k] : 2 - factors[k];
		}
		neighbours[k] = value_of(e, graph, 1);
		for (int n = 0; n < 4; n++)
			evaluation_values(e, b->numbers[n])[0] = before[n];
	}
	return relative_difference(neighbours[0], value) < 1e-8 && relative_difference(neighbours[1], value) < 1e-8;
}

static int compare_values(struct bench *b, struct random *random, const char *text, const struct graph *original,
                          const struct graph *before, const struct graph *after)
{
	int compared = 0;
	for (int draw = 0; draw < 5; draw++) {
		struct evaluation *e = random_values(b, random, 1.5);
		double value = value_of(e, before, 1);
		if (!is_steady(original, b, e, value))
			continue;
		double found = value_of(e, after, 1);
		compared++;
		cr_expect(relative_difference(found, value) < 1e-9, "%s\nis %.17g, simplified %.17g:\n%s", text, value, found,
		          text_of(b, after));
	}
	return compared;
}

Test(rules, random_expressions)
{
	struct random random = random_new();
	int compared = 0;
	for (int k = 0; k < 2000; k++) {
		struct bench b = bench_new();
		struct text text = text_new(b.f.arena);
		random_text(&text, &random, 1 + random_below(&random, 4), false);
		struct graph before = graph_of(&b, raw(&b, formula_parse(b.f.exprs, text_string(&text))));
		struct graph once = simplify(b.f.exprs, &before), twice = simplify(b.f.exprs, &once);
		cr_expect_str_eq(text_of(&b, &once), text_of(&b, &twice), "%s: once\n%stwice\n%s", text_string(&text),
		                 text_of(&b, &once), text_of(&b, &twice));
		const char *fault = verify_graph(b.f.arena, &once, true);
		cr_expect_null(fault, "%s: %s", text_string(&text), fault);
		cr_expect(size_of_graph(&once) <= 4 * size_of_graph(&before) + 40, "%s grows from %zu to %zu",
		          text_string(&text), size_of_graph(&before), size_of_graph(&once));
		compared += compare_values(&b, &random, text_string(&text), &before, &before, &once);
		struct graph finished = finish(b.f.exprs, &once);
		compare_values(&b, &random, text_string(&text), &before, &once, &finished);
		arena_free(b.f.arena);
	}
	cr_expect_gt(compared, 2000);
}
