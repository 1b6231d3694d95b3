/* Sums and products match as sets: first the structured parts of the pattern, each with some part of the
 * expression (with backtracking), then its letters; the last letter takes all that is left. */
#include "expr/match_set.h"

#include <math.h>
#include <string.h>

#include "expr/scalar.h"

enum { MOST_PARTS = 8, MOST_OPERANDS = 24 };

/* One part of a pattern: a term with its coefficient or a factor with its exponent. */
struct pattern_part {
	const struct ast_expr *ast;
	double weight;
	bool any_weight; /* a ^ k: the exponent is bound to `k` */
	name_t weight_name;
};

struct pattern_set {
	enum op op;    /* OP_ADD or OP_MULTIPLY */
	double number; /* constant or coefficient */
	int count;
	struct pattern_part parts[MOST_PARTS];
};

/* The parts of the expression that no part of the pattern has taken yet. */
struct operand_set {
	enum op op;
	double number;
	int count;
	const struct expr *operands[MOST_OPERANDS];
	double weights[MOST_OPERANDS];
};

static void flatten_sum(struct pattern_set *set, const struct ast_expr *ast, double sign)
{
	bool is_operation = ast->kind == AST_OPERATION;
	if (is_operation && ast->op[0] == '+') {
		flatten_sum(set, ast->operands[0], sign);
		flatten_sum(set, ast->operands[1], sign);
	} else if (is_operation && ast->op[0] == '-') {
		flatten_sum(set, ast->operands[0], ast->operand_count == 1 ? -sign : sign);
		if (ast->operand_count == 2)
			flatten_sum(set, ast->operands[1], -sign);
	} else if (ast->kind == AST_NUMBER) {
		set->number += sign * ast->number;
	} else {
		set->parts[set->count++] = (struct pattern_part){.ast = ast, .weight = sign};
	}
}

static void flatten_product(struct pattern_set *set, const struct ast_expr *ast, double exponent)
{
	bool is_operation = ast->kind == AST_OPERATION;
	if (is_operation && (ast->op[0] == '*' || ast->op[0] == '/')) {
		flatten_product(set, ast->operands[0], exponent);
		flatten_product(set, ast->operands[1], ast->op[0] == '/' ? -exponent : exponent);
	} else if (is_operation && ast->op[0] == '-' && ast->operand_count == 1) {
		set->number = -set->number;
		flatten_product(set, ast->operands[0], exponent);
	} else if (is_operation && ast->op[0] == '^' && ast->operands[1]->kind == AST_NUMBER) {
		flatten_product(set, ast->operands[0], exponent * ast->operands[1]->number);
	} else if (is_operation && ast->op[0] == '^') {
		set->parts[set->count++] = (struct pattern_part){
		        .ast = ast->operands[0], .any_weight = true, .weight_name = ast->operands[1]->name};
	} else if (ast->kind == AST_NUMBER) {
		set->number *= scalar_value(OP_POW, ast->number, exponent);
	} else {
		set->parts[set->count++] = (struct pattern_part){.ast = ast, .weight = exponent};
	}
}

static bool is_letter(const struct ast_expr *ast)
{
	return ast->kind == AST_NAME || ast->kind == AST_INDEX;
}

static bool has_reduction(const struct ast_expr *ast)
{
	if (ast->kind == AST_CALL && op_reduction(ast->operands[0]->name) != OP_COUNT)
		return true;
	for (int k = 0; k < ast->operand_count; k++)
		if (ast->operands[k] && has_reduction(ast->operands[k]))
			return true;
	return false;
}

/* Reductions first, since they bind the indices; letters last, those without index before those with one. */
static int part_rank(const struct pattern_part *part)
{
	if (is_letter(part->ast))
		return part->ast->kind == AST_NAME && !part->any_weight ? 2 : 3;
	return has_reduction(part->ast) ? 0 : 1;
}

static void sort_parts(struct pattern_set *set)
{
	for (int i = 1; i < set->count; i++) {
		struct pattern_part part = set->parts[i];
		int j = i;
		for (; j > 0 && part_rank(&set->parts[j - 1]) > part_rank(&part); j--)
			set->parts[j] = set->parts[j - 1];
		set->parts[j] = part;
	}
}

static bool is_whole(double number)
{
	return floor(number) == number;
}

/* Fractional powers are operators of their own in the graph, factors here. */
static void take_powers(struct operand_set *set)
{
	for (int k = 0; k < set->count; k++) {
		const struct expr *power = set->operands[k];
		if (power->op != OP_POW || power->operands[1]->op != OP_NUMBER || set->weights[k] != 1)
			continue;
		set->operands[k] = power->operands[0];
		set->weights[k] = power->operands[1]->number;
	}
}

static const struct expr *factor_of(struct exprs *exprs, const struct expr *base, double exponent)
{
	return normal(exprs, is_whole(exponent)
	                             ? expr_product_of(exprs, 1, 1, &base, &exponent)
	                             : expr_binary(exprs, OP_POW, base, expr_number(exprs, exponent)));
}

static const struct expr *build_set(struct match *m, const struct operand_set *from)
{
	struct exprs *exprs = m->formula.exprs;
	struct operand_set copy = *from, *set = &copy;
	for (int k = 0; k < set->count && set->op == OP_MULTIPLY; k++) {
		if (is_whole(set->weights[k]))
			continue;
		set->operands[k] = factor_of(exprs, set->operands[k], set->weights[k]);
		set->weights[k] = 1;
	}
	const struct expr *raw =
	        set->op == OP_ADD
	                ? expr_sum_of(exprs, set->number, set->count, set->operands, set->weights)
	                : expr_product_of(exprs, set->number, set->count, set->operands, set->weights);
	return normal(exprs, raw);
}

static bool is_empty(const struct operand_set *set)
{
	return set->count == 0 && set->number == (set->op == OP_ADD ? 0 : 1);
}

static void remove_operand(struct operand_set *set, int k)
{
	set->count--;
	memmove(set->operands + k, set->operands + k + 1, (size_t)(set->count - k) * sizeof *set->operands);
	memmove(set->weights + k, set->weights + k + 1, (size_t)(set->count - k) * sizeof *set->weights);
}

static bool match_parts(struct match *m, const struct pattern_set *pattern, int from, struct operand_set rest,
                        bool root);

static bool has_divisor(const struct operand_set *set)
{
	for (int k = 0; k < set->count; k++)
		if (set->weights[k] < 0)
			return true;
	return false;
}

/* x^2 of a pattern takes even powers alone: what is left becomes their root. */
static bool take_root(const struct pattern_part *part, struct operand_set *rest)
{
	double power = fabs(part->weight);
	if (power == 1)
		return true;
	if (rest->op != OP_MULTIPLY || !(rest->number > 0))
		return false;
	for (int k = 0; k < rest->count; k++) {
		if (fmod(rest->weights[k], power) != 0)
			return false;
		rest->weights[k] /= power;
	}
	rest->number = scalar_value(OP_POW, rest->number, 1 / power);
	return true;
}

/* The last letter: all that is left, which must not be nothing. */
static bool match_rest(struct match *m, const struct pattern_part *part, struct operand_set rest)
{
	if (is_empty(&rest) || !take_root(part, &rest))
		return false;
	if (rest.op == OP_MULTIPLY && part->weight < 0 && !has_divisor(&rest))
		return false;
	double sign = part->weight < 0 ? -1 : 1;
	for (int k = 0; k < rest.count; k++)
		rest.weights[k] *= sign;
	rest.number = rest.op == OP_ADD ? rest.number * sign : scalar_value(OP_POW, rest.number, sign);
	return match_node(m, part->ast, build_set(m, &rest), false);
}

/* A letter without index inside a reduction: all terms that do not depend on it. Numbers go with them but are none by
 * themselves: to take the 1 out of (1 - p[i])^2 would expand it, and lose digits where p nears 1. */
static bool match_free_terms(struct match *m, const struct pattern_set *pattern, int from,
                             struct operand_set rest, bool root)
{
	struct operand_set free = {.op = OP_ADD, .number = rest.number};
	for (int k = rest.count; k-- > 0;) {
		if (match_uses_opened(m, rest.operands[k]))
			continue;
		free.operands[free.count] = rest.operands[k];
		free.weights[free.count++] = rest.weights[k];
		remove_operand(&rest, k);
	}
	if (free.count == 0)
		return false;
	rest.number = 0;
	return match_rest(m, &pattern->parts[from], free) && match_parts(m, pattern, from + 1, rest, root);
}

/* The weight that an operand keeps after the pattern's part has taken its own; NAN if the part does not fit. */
static double weight_left(const struct pattern_part *part, const struct operand_set *rest, int k)
{
	double weight = rest->weights[k];
	if (part->any_weight)
		return weight != 1 ? 0 : (double)NAN;
	if (rest->op == OP_ADD || is_letter(part->ast))
		return rest->op == OP_ADD || (weight > 0) == (part->weight > 0) ? 0 : (double)NAN;
	if (weight / part->weight < 1)
		return (double)NAN;
	return weight - part->weight;
}

/* The operand as the part of the pattern sees it: a letter takes the coefficient or the power with it. */
static const struct expr *seen_operand(struct match *m, const struct pattern_part *part,
                                       const struct operand_set *rest, int k)
{
	struct exprs *exprs = m->formula.exprs;
	const struct expr *operand = rest->operands[k];
	double weight = rest->weights[k] * (part->weight < 0 ? -1 : 1);
	if (part->any_weight || (rest->op == OP_MULTIPLY && !is_letter(part->ast)))
		return operand;
	if (rest->op == OP_ADD)
		return normal_product(exprs, expr_number(exprs, weight), operand);
	return factor_of(exprs, operand, weight);
}

static bool match_some_operand(struct match *m, const struct pattern_set *pattern, int from,
                               const struct operand_set *rest, bool root)
{
	const struct pattern_part *part = &pattern->parts[from];
	size_t bindings = m->formula.bindings.count;
	for (int k = 0; k < rest->count; k++) {
		double left = weight_left(part, rest, k);
		if (isnan(left))
			continue;
		struct operand_set others = *rest;
		if (left == 0)
			remove_operand(&others, k);
		else
			others.weights[k] = left;
		m->formula.bindings.count = bindings;
		if (!match_through(m, part->ast, seen_operand(m, part, rest, k)))
			continue;
		if (part->any_weight)
			match_bind(m, (struct formula_binding){
			                      .name = part->weight_name,
			                      .value = expr_number(m->formula.exprs, rest->weights[k])});
		if (match_parts(m, pattern, from + 1, others, root))
			return true;
	}
	m->formula.bindings.count = bindings;
	return false;
}

static bool match_parts(struct match *m, const struct pattern_set *pattern, int from, struct operand_set rest,
                        bool root)
{
	if (from == pattern->count) {
		if (!is_empty(&rest) && root)
			m->remainder = build_set(m, &rest);
		return is_empty(&rest) || root;
	}
	const struct pattern_part *part = &pattern->parts[from];
	bool bound = part->ast->kind == AST_NAME && formula_find(&m->formula, part->ast->name);
	if (is_letter(part->ast) && !part->any_weight && !bound) {
		if (rest.op == OP_ADD && part->ast->kind == AST_NAME && m->opened_count > 0)
			return match_free_terms(m, pattern, from, rest, root);
		if (from == pattern->count - 1)
			return match_rest(m, part, rest);
	}
	return match_some_operand(m, pattern, from, &rest, root);
}

static bool match_set(struct match *m, struct pattern_set *pattern, const struct expr *expr, bool root)
{
	struct operand_set rest = {.op = pattern->op,
	                           .number = pattern->op == OP_ADD ? 0 : 1,
	                           .count = 1,
	                           .operands = {expr},
	                           .weights = {1}};
	if (expr->op == pattern->op) {
		if (expr->count > MOST_OPERANDS)
			return false;
		rest.number = expr->number;
		rest.count = expr->count;
		memcpy(rest.operands, expr->operands, (size_t)expr->count * sizeof *rest.operands);
		memcpy(rest.weights, expr->weights, (size_t)expr->count * sizeof *rest.weights);
	} else if (expr->op == OP_NUMBER) {
		rest.number = expr->number;
		rest.count = 0;
	}
	if (rest.op == OP_MULTIPLY)
		take_powers(&rest);
	sort_parts(pattern);
	bool takes_rest = pattern->count > 0 && is_letter(pattern->parts[pattern->count - 1].ast);
	if (pattern->op == OP_ADD) {
		if (rest.number != pattern->number && !(takes_rest && pattern->number == 0))
			return false;
		rest.number -= pattern->number;
	} else if (pattern->number != 0) {
		rest.number /= pattern->number;
	}
	return match_parts(m, pattern, 0, rest, root);
}

/* Are its letters all bound, to values? */
static bool is_known(const struct match *m, const struct ast_expr *pattern)
{
	if (pattern->kind == AST_NAME) {
		const struct formula_binding *letter = formula_find(&m->formula, pattern->name);
		return letter && letter->value;
	}
	bool known = pattern->kind == AST_NUMBER || pattern->kind == AST_OPERATION;
	for (int k = 0; known && k < pattern->operand_count; k++)
		known = is_known(m, pattern->operands[k]);
	return known;
}

bool match_operation(struct match *m, const struct ast_expr *pattern, const struct expr *expr, bool root)
{
	if (!root && is_known(m, pattern) && formula_build(&m->formula, pattern) == expr)
		return true;
	bool is_sum = (pattern->op[0] == '+' || pattern->op[0] == '-') && pattern->operand_count == 2;
	struct pattern_set set = {.op = is_sum ? OP_ADD : OP_MULTIPLY, .number = is_sum ? 0 : 1};
	if (is_sum)
		flatten_sum(&set, pattern, 1);
	else
		flatten_product(&set, pattern, 1);
	bool fits_root = expr->op == set.op || (expr->op == OP_POW && pattern->op[0] == '^');
	return (!root || fits_root) && match_set(m, &set, expr, root);
}
