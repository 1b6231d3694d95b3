/* Patterns against expressions, node by node; sums and products in match_set.c. */
#include "expr/match_set.h"

#include <string.h>

const struct expr *look_through(struct exprs *exprs, const struct tensor_map *definitions,
                                const struct expr *read)
{
	if (read->op != OP_READ || !definitions)
		return NULL;
	const struct equation *equation = tensor_map_get(definitions, read->tensor);
	if (!equation || !equation->right)
		return NULL;
	int variables[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < read->index_count; k++)
		variables[k] = k;
	return expr_substitute(exprs, equation->right, read->index_count, variables, read->indices);
}

bool match_through(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	size_t bindings = m->formula.bindings.count;
	if (match_node(m, pattern, expr, false))
		return true;
	m->formula.bindings.count = bindings;
	const struct expr *definition = pattern->kind == AST_CALL || pattern->kind == AST_OPERATION
	                                        ? look_through(m->formula.exprs, m->definitions, expr)
	                                        : NULL;
	return definition && match_through(m, pattern, definition);
}

/* --- letters ---------------------------------------------------------------------------------- */

bool match_uses_opened(const struct match *m, const struct expr *expr)
{
	for (int k = 0; k < m->opened_count; k++)
		if (expr_uses(expr, m->opened[k]))
			return true;
	return false;
}

void match_bind(struct match *m, struct formula_binding binding)
{
	array_push(exprs_arena(m->formula.exprs), &m->formula.bindings, binding);
}

static bool match_letter(struct match *m, name_t name, const struct expr *expr)
{
	const struct formula_binding *known = formula_find(&m->formula, name);
	if (known)
		return known->value == expr;
	if (match_uses_opened(m, expr))
		return false;
	match_bind(m, (struct formula_binding){.name = name, .value = expr, .over = -1});
	return true;
}

static bool is_instance(struct match *m, const struct formula_binding *function, const struct linear *index,
                        const struct expr *expr)
{
	return expr_substitute(m->formula.exprs, function->value, 1, &function->over, &index) == expr;
}

struct index_search {
	struct match *match;
	const struct formula_binding *function;
	const struct expr *expr;
	const struct linear *found;
};

static void try_indices(void *context, const struct expr *read)
{
	struct index_search *search = context;
	for (int k = 0; k < read->index_count && !search->found; k++)
		if (is_instance(search->match, search->function, read->indices[k], search->expr))
			search->found = read->indices[k];
}

/* x[i]: the expression as a function of the index. */
static bool match_element(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	name_t letter = pattern->items.items[0].value->name;
	const struct formula_binding *function = formula_find(&m->formula, pattern->operands[0]->name);
	const struct formula_binding *index = formula_find(&m->formula, letter);
	if (function && index)
		return is_instance(m, function, index->index, expr);
	if (function) {
		struct index_search search = {.match = m, .function = function, .expr = expr};
		visit_reads(exprs_arena(m->formula.exprs), expr, try_indices, &search);
		if (search.found)
			match_bind(m, (struct formula_binding){
			                      .name = letter, .over = -1, .index = search.found});
		return search.found != NULL;
	}
	if (!index || index->index->count != 1)
		return false;
	int variable = index->index->terms[0].variable;
	if (!expr_uses(expr, variable))
		return false;
	match_bind(m, (struct formula_binding){
	                      .name = pattern->operands[0]->name, .value = expr, .over = variable});
	return true;
}

/* --- the parts of a pattern ------------------------------------------------------------------- */

static bool match_reduction(struct match *m, const struct ast_expr *pattern, const struct expr *expr,
                            enum op op)
{
	struct exprs *exprs = m->formula.exprs;
	if (expr->op != op || m->opened_count == MATCH_MOST_OPENED)
		return false;
	int variable = expr_fresh(exprs);
	const struct expr *body = expr_open(exprs, expr, variable);
	match_bind(m, (struct formula_binding){.name = pattern->items.items[0].value->name,
	                                       .over = -1,
	                                       .index = linear_variable(exprs, variable),
	                                       .extent = expr->extent});
	m->opened[m->opened_count++] = variable;
	bool fits = match_through(m, pattern->items.items[1].value, body);
	m->opened_count--;
	return fits;
}

static bool match_call(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	name_t name = pattern->operands[0]->name;
	int count = (int)pattern->items.count;
	enum op op = count == 2 ? op_reduction(name) : OP_COUNT;
	if (op != OP_COUNT && op_is_reduction(expr->op))
		return match_reduction(m, pattern, expr, op);
	op = strcmp(name, "shift") == 0 ? OP_SHIFT : op_function(name, count);
	if (expr->op != op || expr->count != count)
		return false;
	for (int k = 0; k < count; k++)
		if (!match_through(m, pattern->items.items[k].value, expr->operands[k]))
			return false;
	return true;
}

bool is_comparison(const struct ast_expr *pattern)
{
	return pattern->kind == AST_OPERATION && pattern->op[0] == '<' && pattern->op[1] == '\0';
}

static bool match_comparison(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	return expr->op == OP_LESS && match_through(m, pattern->operands[0], expr->operands[0]) &&
	       match_through(m, pattern->operands[1], expr->operands[1]);
}

bool match_node(struct match *m, const struct ast_expr *pattern, const struct expr *expr, bool root)
{
	if (pattern->kind == AST_NUMBER)
		return expr_is_number(expr, pattern->number);
	if (pattern->kind == AST_NAME)
		return match_letter(m, pattern->name, expr);
	if (pattern->kind == AST_INDEX)
		return match_element(m, pattern, expr);
	if (pattern->kind == AST_CALL)
		return match_call(m, pattern, expr);
	return is_comparison(pattern) ? match_comparison(m, pattern, expr) : match_operation(m, pattern, expr, root);
}

bool match_pattern(struct match *match, const struct ast_expr *pattern, const struct expr *expr)
{
	match->remainder = NULL;
	match->formula.bindings.count = 0;
	match->opened_count = 0;
	return match_node(match, pattern, expr, true);
}
