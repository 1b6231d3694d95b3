/* Rules switched off: only those that are left fire, and every model keeps its values and gradients where
 * no number leaves its range. */
#include <criterion/criterion.h>
#include <string.h>

#include "expr/history.h"
#include "model_cases.h"

/* The training graph with its gradient and update, rewritten with these rules off. */
static struct graph rewritten(const struct subject *s, struct rewriting rewriting, bool *well)
{
	struct graph graph = simplify(s->exprs, &s->specialised, rewriting);
	graph = differentiate(s->exprs, &graph, s->program.loss, &s->wanted);
	graph = add_update(s->exprs, &s->program, &graph);
	rewriting.last = true;
	graph = simplify(s->exprs, &graph, rewriting);
	graph = finish(s->exprs, &graph, NULL);
	*well = verify_graph(s->arena, &graph, true) == NULL;
	return graph;
}

static void compare(const struct subject *s, const struct model_case *model, uint64_t off,
                    struct random *random)
{
	const char *where = "";
	bool well;
	struct graph graph = rewritten(s, (struct rewriting){.rules_off = off}, &well);
	cr_expect(well, "%s without rules %llx", model->name, (unsigned long long)off);
	struct evaluation *evaluation = subject_evaluation(s, &model->ranges, random);
	double difference = largest_difference(evaluation, &s->finished, &graph, &where);
	cr_expect_lt(difference, 1e-9, "%s without rules %llx: %s differs by %g", model->name,
	             (unsigned long long)off, where, difference);
}

Test(rule_choice, values_without_each_rule)
{
	struct random random = random_new();
	int count = 0;
	while (rule_table[count].name)
		count++;
	for (int k = 0; k < model_case_count; k++) {
		struct subject s = subject_new(model_cases[k].statements);
		cr_assert_null(s.fault, "%s: %s", model_cases[k].name, s.fault);
		if (s.program.loss) {
			uint64_t one = UINT64_C(1) << random_below(&random, count);
			compare(&s, &model_cases[k], one, &random);
			compare(&s, &model_cases[k], rules_from(EXACT), &random);
			compare(&s, &model_cases[k], rules_from(REAL), &random);
			compare(&s, &model_cases[k], rules_from(STABLE), &random);
		}
		arena_free(s.arena);
	}
}

/* None that is off fires, and with the rule on it does: softmax and its cross-entropy use many. */
Test(rule_choice, off_is_off)
{
	static const char statements[] =
	        "input x[3]\ntarget t class[4]\noutput p[4] = softmax(dense(tanh(dense[5](x))))\n"
	        "minimize cross_entropy(p, t) + 0.1 * sum(log(1 + exp(p)))\n";
	struct subject s = subject_new(statements);
	cr_assert_null(s.fault, "%s", s.fault);
	int fired[64] = {0};
	for (int off = -1; rule_table[off + 1].name; off++) {
		struct history history = {.arena = s.arena};
		uint64_t bits = off < 0 ? 0 : UINT64_C(1) << off;
		bool well;
		rewritten(&s, (struct rewriting){.rules_off = bits, .history = &history}, &well);
		for (size_t k = 0; k < history.firings.count; k++) {
			int rule = rule_named(history.firings.items[k].rule->name);
			cr_expect_neq(rule, off, "%s is off and fires", rule_table[rule].name);
			fired[rule] += off < 0;
		}
	}
	static const char *const expected[] = {"softmax_shift", "log_of_quotient", "one_hot_sum", "log1pexp"};
	for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
		cr_expect_gt(fired[rule_named(expected[k])], 0, "%s does not fire", expected[k]);
	cr_expect_eq(rule_named("no_such_rule"), -1);
	arena_free(s.arena);
}

/* The kinds are nested: exact keeps only EXACT, real those two. */
Test(rule_choice, kinds)
{
	for (int k = 0; rule_table[k].name; k++) {
		enum rule_kind kind = rule_table[k].kind;
		cr_expect_eq(rules_from(EXACT) >> k & 1, 1);
		cr_expect_eq(rules_from(REAL) >> k & 1, kind != EXACT);
		cr_expect_eq(rules_from(STABLE) >> k & 1, kind == STABLE || kind == GUARD);
		cr_expect_eq(rules_from(GUARD) >> k & 1, kind == GUARD);
	}
}
