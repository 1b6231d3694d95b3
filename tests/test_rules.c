/* Each rule of rules.def: where it fires, where it must not, and that it keeps the value. */
#include <criterion/criterion.h>
#include <float.h>

#include "bench.h"
#include "expr/history.h"
#include "expr/match.h"
#include "expr/prune.h"
#include "expr/rules.h"
#include "graph_fixture.h"

static const struct {
	const char *rule;
	const char *fires, *result; /* result: as a formula */
	const char *stops;          /* something like it that the condition or the form stops */
} cases[] = {
	{"logistic_of_ratio", "exp(a) / (1 + exp(a))", "logistic(a)", "exp(a) / (1 + exp(b))"},
	{"logistic_of_ratio", "b * exp(a) / (1 + exp(a))", "b * logistic(a)", "exp(a) / (2 + exp(a))"},
	{"logistic_of_ratio", "exp(x[i] + a) / (1 + exp(a + x[i]))", "logistic(x[i] + a)",
	 "exp(a) / (1 - exp(a))"},
	{"logistic", "1 / (1 + exp(-a))", "logistic(a)", "1 / (1 - exp(-a))"},
	{"logistic", "3 * b / (1 + exp(a * b))", "3 * b * logistic(-a * b)", "3 * b * (1 + exp(a * b))"},
	{"exp_times_logistic", "exp(2 * a) * logistic(-2 * a)", "logistic(2 * a)", "exp(a) * logistic(a)"},
	{"exp_times_logistic", "exp(a - b) * logistic(-(a - b))", "logistic(a - b)", "exp(a) * logistic(-2 * a)"},
	{"logistic_of_exps", "exp(a) / (exp(a) + exp(b))", "logistic(a - b)", "exp(a) / (exp(a) - exp(b))"},
	{"logistic_of_exps", "exp(a) / (exp(-a) + exp(a))", "logistic(2 * a)", "exp(a) / (exp(b) + exp(c))"},
	{"logistic_complement", "1 - logistic(a)", "logistic(-a)", "2 - logistic(a)"},
	{"logistic_complement", "b * (1 - logistic(a))", "b * logistic(-a)", "1 + logistic(a)"},
	{"logistic_of_tanh", "1 + tanh(a)", "2 * logistic(2 * a)", "2 + tanh(a)"},
	{"complement_of_tanh", "1 - tanh(a)", "2 * logistic(-2 * a)", "1 - tanh(a)^2"},
	{"log1pexp", "log(1 + exp(a))", "log1pexp(a)", "log(2 + exp(a))"},
	{"log1pexp", "log(exp(x[i]) + 1)", "log1pexp(x[i])", "log(1 + 2 * exp(a))"},
	{"log1p_of_exp", "log1p(exp(a))", "log1pexp(a)", "log1p(2 * exp(a))"},
	{"log_of_logistic", "log(logistic(a))", "-log1pexp(-a)", "log(2 * logistic(a))"},
	{"log_of_logistic", "log(1 - logistic(a))", "-log1pexp(a)", "log(2 - logistic(a))"},
	{"cross_entropy_logit", "b * log1pexp(-a) + (1 - b) * log1pexp(a)", "log1pexp(a) - a * b",
	 "b * log1pexp(-a) + (2 - b) * log1pexp(a)"},
	{"cross_entropy_logit", "z[i] * log1pexp(-x[i]) + (1 - z[i]) * log1pexp(x[i])",
	 "log1pexp(x[i]) - z[i] * x[i]", "b * log1pexp(a) + (1 - b) * log1pexp(a)"},
	{"loss_of_logit", "log1pexp(a) - a * b", "shift(max(a, 0), a * b) + log1p(exp(-abs(a)))", "log1pexp(a) + a * b"},
	{"softmax_shift", "exp(x[i]) / sum(j, exp(x[j]))",
	 "exp(shift(x[i], constant(max(j, x[j])))) / sum(j, exp(shift(x[j], constant(max(j, x[j])))))",
	 "exp(shift(x[i], max(j, x[j]))) / sum(j, exp(shift(x[j], max(j, x[j]))))"},
	{"softmax_shift", "exp(a * x[i]) / sum(j, exp(a * x[j]))",
	 "exp(shift(a * x[i], constant(max(j, a * x[j])))) / sum(j, exp(shift(a * x[j], constant(max(j, a * "
	 "x[j])))))",
	 "exp(z[i]) / sum(j, exp(x[j]))"},
	{"log_sum_exp_shift", "log(sum(j, exp(x[j])))",
	 "constant(max(j, x[j])) + log(sum(j, exp(shift(x[j], constant(max(j, x[j]))))))",
	 "log(sum(j, exp(x[j]) + 1))"},
	{"log_of_two_exps", "log(exp(a) + exp(b))",
	 "constant(max(a, b)) + log(exp(shift(a, constant(max(a, b)))) + exp(shift(b, constant(max(a, b)))))",
	 "log(exp(shift(a, max(a, b))) + exp(shift(b, max(a, b))))"},
	{"magnified_complement", "a * shift(1, logistic(a * b))", "a * logistic(-a * b)",
	 "c * shift(1, logistic(a * b))"},
	{"magnified_complement", "logistic(a) * (1 + a^2) * shift(1, logistic(a))",
	 "logistic(a) * (1 + a^2) * logistic(-a)", "logistic(a) * shift(1, logistic(a))"},
	{"square_of_sech", "1 - tanh(log1pexp(a))^2", "(logistic(-a) / (0.5 + 0.5 * logistic(-a)^2))^2",
	 "1 - tanh(a)^2"},
	{"root_of_square", "sqrt(a^2 * x[i]^4 / 4)", "abs(0.5 * a * x[i]^2)", "sqrt(a^3)"},
	{"norm", "sqrt(sum(i, x[i]^2))",
	 "constant(max(i, abs(x[i]))) * sqrt(sum(i, scale(x[i], constant(max(i, abs(x[i]))))^2))",
	 "sqrt(sum(i, scale(x[i], constant(a))^2))"},
	{"norm", "b + sqrt(sum(i, (a * x[i] + z[i])^4))",
	 "b + constant(max(i, abs((a * x[i] + z[i])^2))) * "
	 "sqrt(sum(i, scale((a * x[i] + z[i])^2, constant(max(i, abs((a * x[i] + z[i])^2))))^2))",
	 "sqrt(sum(i, x[i]^3))"},
	{"norm_of_multiple", "sqrt(exp(a) * sum(i, x[i]^2) / 4)",
	 "constant(max(i, abs(x[i]))) * sqrt(exp(a) * sum(i, scale(x[i], constant(max(i, abs(x[i]))))^2) / 4)",
	 "sqrt(a * sum(i, x[i]^2))"},
	{"norm_of_multiple", "sqrt(sum(i, 4 * x[i]^2))",
	 "constant(max(i, abs(x[i]))) * sqrt(4 * sum(i, scale(x[i], constant(max(i, abs(x[i]))))^2))",
	 "sqrt(1 + sum(i, x[i]^2))"},
	{"tanh_of_exps", "(exp(a) - exp(-a)) / (exp(a) + exp(-a))", "tanh(a)",
	 "(exp(a) + exp(-a)) / (exp(a) - exp(-a))"},
	{"tanh_of_exps", "b * (exp(a) - exp(-a)) / (exp(-a) + exp(a))", "b * tanh(a)",
	 "(exp(a) - exp(-b)) / (exp(a) + exp(-a))"},
	{"tanh_of_exps", "(exp(3 * a) - exp(-3 * a)) / (exp(3 * a) + exp(-3 * a))", "tanh(3 * a)",
	 "(exp(a) - exp(-a)) / (exp(2 * a) + exp(-2 * a))"},
	{"tanh_of_expm1", "expm1(2 * a) * logistic(-2 * a)", "tanh(a)", "expm1(a) * logistic(a)"},
	{"tanh_of_logistic", "2 * logistic(2 * a) - 1", "tanh(a)", "2 * logistic(a) - 2"},
	{"tanh_of_complement", "1 - 2 * logistic(-2 * a)", "tanh(a)", "2 - 2 * logistic(a)"},
	{"log_of_exp", "log(exp(a))", "a", "log(exp(a) - b)"},
	{"power_of_exp", "exp(a)^(0 - 0.5)", "exp(-0.5 * a)", "exp(a)^2"},
	{"power_of_exp", "b * exp(x[i] - a)^1.5", "b * exp(1.5 * x[i] - 1.5 * a)", "b * (1 + exp(a))^1.5"},
	{"log_of_power", "log((1 + a^2)^0.5)", "0.5 * log1p(a^2)", "log((a + 1)^0.5)"},
	{"root_of_exp", "b * sqrt(exp(a + b))", "b * exp(0.5 * a + 0.5 * b)", "sqrt(2 * exp(a))"},
	{"exp_of_log", "exp(log(exp(b) + 2))", "exp(b) + 2", "exp(log(a))"},
	{"log_of_quotient", "log(exp(a) / (2 + exp(b)))", "a - log(2 + exp(b))", "log(a / b)"},
	{"log_of_quotient", "log((1 + a^2) / (3 + b^2))", "log1p(a^2) - log(3 + b^2)",
	 "log(a^2 / (1 + b^2))"},
	{"log_of_complement", "log(1 - logistic(a))", "-log1pexp(a)", "log(2 - logistic(a))"},
	{"log_of_product", "log(exp(a) * (1 + exp(b)))", "a + log1pexp(b)", "log(a * exp(b))"},
	{"log_of_power", "log((1 + a^2)^3)", "3 * log1p(a^2)", "log(a^2)"},
	{"erfc_of_sum", "1 + erf(a)", "erfc(-a)", "2 + erf(a)"},
	{"erfc_of_sum", "b * (1 + erf(x[i] * a))", "b * erfc(-a * x[i])", "1 + b * erf(a)"},
	{"erfc_of_difference", "1 - erf(a)", "erfc(a)", "2 - erf(a)"},
	{"expm1_of_difference", "exp(a) - 1", "expm1(a)", "exp(a) - 2"},
	{"expm1_of_difference", "exp(a) - 1 + b", "expm1(a) + b", "2 * exp(a) - 1"},
	{"expm1_of_complement", "1 - exp(a)", "-expm1(a)", "2 - exp(a)"},
	{"log1p_of_sum", "log(1 + a^2 + exp(b))", "log1p(a^2 + exp(b))", "log(1 + a^3)"},
	{"positive_condition", "if 0 < 1 + a^2 then b else c", "b", "if 0 < a^2 then b else c"},
	{"positive_condition", "if 0 < exp(b) + a^2 + 0.1 then b else c", "b", "if 0 < exp(b) then b else c"},
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
	const struct rules *rules;
	const char *rule;
	bool guards, fired;
};

static const struct expr *apply(void *context, const struct expr *expr)
{
	struct watch *watch = context;
	const struct rule_info *fired = NULL;
	const struct expr *result = rules_apply(watch->rules, (struct rule_selection){.guards = watch->guards}, expr, &fired);
	if (result && strcmp(fired->name, watch->rule) == 0)
		watch->fired = true;
	return result ? result : expr;
}

static bool fires(struct bench *b, const char *rule, const struct expr *expr)
{
	struct watch watch = {rules_of(b->f.exprs), rule, strcmp(rule, "guarded_log") == 0, false};
	apply(&watch, expr); /* before its operands are rewritten: as one that reads them would be */
	expr_map(b->f.exprs, expr, apply, &watch);
	return watch.fired;
}

static struct graph simplified(struct bench *b, const struct expr *expr, bool in_loss)
{
	struct graph graph = graph_of(b, expr);
	graph.equations.items[0].in_loss = in_loss;
	return simplify(b->f.exprs, &graph, (struct rewriting){.last = true});
}

Test(rules, one_by_one)
{
	struct random random = random_new();
	for (int k = 0; k < CASE_COUNT; k++) {
		struct bench b = bench_new();
		bool in_loss = strcmp(cases[k].rule, "guarded_log") == 0;
		const struct expr *from = built(&b, cases[k].fires), *to = built(&b, cases[k].result);
		cr_expect(fires(&b, cases[k].rule, from), "%s does not fire on %s", cases[k].rule,
			  cases[k].fires);
		cr_expect_not(fires(&b, cases[k].rule, built(&b, cases[k].stops)), "%s fires on %s",
			      cases[k].rule, cases[k].stops);
		struct graph found = simplified(&b, from, in_loss), wanted = simplified(&b, to, in_loss);
		cr_expect_str_eq(text_of(&b, &found), text_of(&b, &wanted), "%s becomes\n%snot\n%s",
				 cases[k].fires, text_of(&b, &found), text_of(&b, &wanted));
		struct graph before = graph_of(&b, from);
		for (int draw = 0; draw < 20; draw++) {
			struct evaluation *e = random_values(&b, &random, 2);
			double value = value_of(e, &before, 2);
			bool exact = rule_table[rule_named(cases[k].rule)].kind == EXACT;
			if (isfinite(value))
				cr_expect(relative_difference(value_of(e, &found, 2), value) < (exact ? DBL_TRUE_MIN : 1e-13),
					  "%s: %.17g, not %.17g", cases[k].fires, value_of(e, &found, 2),
					  value);
		}
		arena_free(b.f.arena);
	}
}

/* A layer that is there is read again rather than computed anew: only its logarithm looks through. */
Test(rules, layers_are_not_taken_apart)
{
	struct subject s = subject_new("input x[3]\ntarget t[3]\nlayer z[3] = sigmoid(dense(x))\n"
	                               "output y[3] = (1 - z) * x + z * tanh(x)\n"
	                               "minimize mse(y, t) - mean(i, log(1 - z[i]))\n");
	cr_assert_null(s.fault, "%s", s.fault);
	cr_expect_str_eq(equation_text(&s, &s.prediction[2], "y"),
	                 "y[n, i] = z[n, i] * tanh(x[n, i]) + x[n, i] * (1 - z[n, i])");
	struct text text = text_new(s.arena);
	graph_print(&text, &s.finished);
	cr_expect(strstr(text_string(&text), "log1pexp(z.dense[n, o])"), "%s", text_string(&text));
	arena_free(s.arena);
}

/* Whatever the order in which the parts of the exponents came into being. */
Test(rules, every_softmax_is_shifted)
{
	static const char *const exponents[] = {"x", "x / c", "x * c", "c * x", "x + c", "x - c", "x - x[0]", "w + x",
	                                        "x * w / c", "x - mean(x)", "3 * x * w - x", "dense(x) / c",
	                                        "10 * x - max(j, x[j])", "x * x[1]", "x[0] * x"};
	enum { COUNT = sizeof exponents / sizeof *exponents };
	for (int k = 0; k < COUNT * COUNT; k++) {
		char text[512];
		snprintf(text, sizeof text,
		         "input x[3]\ntarget t[3]\nparam w[3] = normal\nparam c = 1\noutput p[3] = softmax(%s)\n"
		         "output q[3] = softmax(%s)\nminimize mse(p, t) - sum(i, t[i] * log_softmax(%s)[i])\n",
		         exponents[k / COUNT], exponents[k % COUNT], exponents[k % COUNT]);
		struct subject s = subject_new(text);
		cr_assert_null(s.fault, "%s%s", text, s.fault);
		struct history history = {.arena = s.arena};
		simplify(s.exprs, &s.specialised, (struct rewriting){.history = &history});
		int softmax = 0, log_sum = 0;
		for (size_t f = 0; f < history.firings.count; f++) {
			softmax += strcmp(history.firings.items[f].rule->name, "softmax_shift") == 0;
			log_sum += strcmp(history.firings.items[f].rule->name, "log_sum_exp_shift") == 0;
		}
		cr_expect(softmax == 2 && log_sum == 1, "%sshifts %d and %d", text, softmax, log_sum);
		arena_free(s.arena);
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

/* sum(j, x[j] * exp(x[j])) is no sum(j, a[j] * exp(b[j])): a letter stands for one function. */
Test(rules, an_element_is_of_one_function)
{
	for (int same = 0; same < 2; same++) {
		struct fixture f = fixture_new();
		const struct tensor *a = TENSOR(&f, TENSOR_LAYER, "a", "j", 5), *b = TENSOR(&f, TENSOR_LAYER, "b", "j", 5);
		int j = expr_fresh(f.exprs);
		const struct expr *other = unary(&f, OP_EXP, AT(&f, same ? a : b, j));
		const struct expr *sum = expr_reduce(f.exprs, OP_SUM, j, 5, multiply(&f, 1, 1, AT(&f, a, j), 1, other));
		struct match match = {.formula = {.exprs = f.exprs}};
		const struct ast_expr *pattern = formula_parse(f.exprs, "sum(j, x[j] * exp(x[j]))");
		cr_expect_eq(match_pattern(&match, pattern, sum), same == 1);
		arena_free(f.arena);
	}
}
