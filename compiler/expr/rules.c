#include "expr/exprs.h"
#include "expr/match_set.h"
#include "expr/rules.h"

#include <string.h>

const char *const rule_kind_names[RULE_KINDS] = {
        [EXACT] = "exact", [REAL] = "real", [STABLE] = "stable", [GUARD] = "guard"};

const struct rule_info rule_table[] = {
#define RULE(id, kind_, ...) {.name = #id, .kind = kind_, __VA_ARGS__},
#include "expr/rules.def"
#undef RULE
        {.name = NULL},
};

enum { RULE_COUNT = sizeof rule_table / sizeof *rule_table - 1 };

struct rule {
	const struct ast_expr *from, *to, *when, *let;
	enum op root; /* of the expressions that it can fit */
};

_Static_assert(RULE_COUNT <= 64, "a bit for each rule");

struct rules {
	struct exprs *exprs;
	struct rule rules[RULE_COUNT];
};

uint64_t rules_from(enum rule_kind kind)
{
	uint64_t bits = 0;
	for (int k = 0; k < RULE_COUNT; k++)
		if (rule_table[k].kind >= kind)
			bits |= UINT64_C(1) << k;
	return bits;
}

uint64_t rules_of_the_end(void)
{
	uint64_t bits = 0;
	for (int k = 0; k < RULE_COUNT; k++)
		if (rule_table[k].last)
			bits |= UINT64_C(1) << k;
	return bits;
}

int rule_named(const char *name)
{
	for (int k = 0; k < RULE_COUNT; k++)
		if (strcmp(rule_table[k].name, name) == 0)
			return k;
	return -1;
}

static enum op root_of(const struct ast_expr *pattern)
{
	if (is_comparison(pattern))
		return OP_LESS;
	if (pattern->kind == AST_OPERATION)
		return pattern->operand_count == 2 && (pattern->op[0] == '+' || pattern->op[0] == '-')
		               ? OP_ADD
		               : OP_MULTIPLY;
	name_t name = pattern->operands[0]->name;
	enum op reduction = pattern->items.count == 2 ? op_reduction(name) : OP_COUNT;
	return reduction != OP_COUNT ? reduction : op_of_formula(name, (int)pattern->items.count);
}

static const struct rules *read_rules(struct exprs *exprs)
{
	struct rules *rules = ARENA_NEW(exprs_arena(exprs), struct rules);
	rules->exprs = exprs;
	for (int k = 0; k < RULE_COUNT; k++) {
		const struct rule_info *info = &rule_table[k];
		struct rule *rule = &rules->rules[k];
		rule->from = formula_parse(exprs, info->from);
		rule->to = formula_parse(exprs, info->to);
		rule->when = info->when ? formula_parse(exprs, info->when) : NULL;
		rule->let = info->let ? formula_parse(exprs, info->let) : NULL;
		rule->root = root_of(rule->from);
	}
	return rules;
}

const struct rules *rules_of(struct exprs *exprs)
{
	if (!exprs->rules)
		exprs->rules = read_rules(exprs);
	return exprs->rules;
}

static const struct expr *build_result(struct match *match, const struct rule *rule, const struct expr *expr)
{
	struct exprs *exprs = match->formula.exprs;
	if (rule->let)
		formula_bind(&match->formula, "c", formula_build(&match->formula, rule->let));
	const struct expr *result = formula_build(&match->formula, rule->to);
	if (!match->remainder)
		return result;
	return expr->op == OP_ADD ? normal_sum(exprs, result, match->remainder)
	                          : normal_product(exprs, result, match->remainder);
}

const struct expr *rules_apply(const struct rules *rules, struct rule_selection choice, const struct expr *expr,
                               const struct rule_info **fired)
{
	for (int k = 0; k < RULE_COUNT; k++) {
		const struct rule *rule = &rules->rules[k];
		bool is_power =
		        expr->op == OP_POW && rule->from->kind == AST_OPERATION && rule->from->op[0] == '^';
		if ((rule->root != expr->op && !is_power) || (rule_table[k].kind == GUARD) != choice.guards ||
		    choice.off >> k & 1)
			continue;
		struct match match = {.formula = {.exprs = rules->exprs},
		                      .definitions = rule_table[k].within ? NULL : choice.definitions};
		bool fits = match_pattern(&match, rule->from, expr);
		match.definitions = choice.definitions;
		if (!fits || (rule->when && !condition_holds(&match, rule->when)))
			continue;
		*fired = &rule_table[k];
		return build_result(&match, rule, expr);
	}
	return NULL;
}
