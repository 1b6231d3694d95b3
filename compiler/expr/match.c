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
	match_bind(m, (struct formula_binding){.name = name, .value = expr});
	return true;
}

static bool is_instance(struct match *m, const struct formula_binding *function,
                        const struct linear *const *indices, const struct expr *expr)
{
	struct exprs *exprs = m->formula.exprs;
	const struct expr *instance =
	        expr_substitute(exprs, function->value, function->over_count, function->over, indices);
	if (instance == expr || instance->shape != expr->shape)
		return instance == expr;
	return normalize(exprs, instance) == normalize(exprs, expr); /* terms of one shape in another order */
}

/* The indices for which a function is the expression, found from a read of each. */
struct index_search {
	struct match *match;
	const struct formula_binding *function;
	const struct expr *expr, *own; /* the expression; a read of the function */
	const struct linear *indices[FORMULA_MOST_INDICES];
	bool found;
};

static void try_read(void *context, const struct expr *read)
{
	struct index_search *search = context;
	const struct formula_binding *function = search->function;
	const struct linear *indices[FORMULA_MOST_INDICES] = {NULL};
	if (search->found || read->tensor != search->own->tensor || read->op != search->own->op)
		return;
	for (int d = 0; d < read->index_count; d++)
		for (int k = 0; k < function->over_count; k++)
			if (linear_is_variable(search->own->indices[d], function->over[k]))
				indices[k] = read->indices[d];
	for (int k = 0; k < function->over_count; k++)
		if (!indices[k])
			return;
	search->found = is_instance(search->match, function, indices, search->expr);
	memcpy(search->indices, indices, sizeof indices);
}

static void try_own_read(void *context, const struct expr *read)
{
	struct index_search *search = context;
	if (search->found)
		return;
	search->own = read;
	visit_reads(exprs_arena(search->match->formula.exprs), search->expr, try_read, search);
}

static bool find_indices(struct match *m, const struct formula_binding *function, name_t letter,
                         const struct expr *expr)
{
	struct index_search search = {.match = m, .function = function, .expr = expr};
	struct formula_binding index = {.name = letter, .index_count = function->over_count};
	visit_reads(exprs_arena(m->formula.exprs), function->value, try_own_read, &search);
	memcpy(index.indices, search.indices, sizeof search.indices);
	if (search.found)
		match_bind(m, index);
	return search.found;
}

/* x[i]: the expression as a function of the indices. */
static bool match_element(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	name_t letter = pattern->items.items[0].value->name;
	const struct formula_binding *function = formula_find(&m->formula, pattern->operands[0]->name);
	const struct formula_binding *index = formula_find(&m->formula, letter);
	if (function && index)
		return function->over_count == index->index_count &&
		       is_instance(m, function, index->indices, expr);
	if (function)
		return find_indices(m, function, letter, expr);
	if (!index)
		return false;
	struct formula_binding element = {
	        .name = pattern->operands[0]->name, .value = expr, .over_count = index->index_count};
	for (int k = 0; k < index->index_count; k++) {
		if (index->indices[k]->count != 1)
			return false;
		element.over[k] = index->indices[k]->terms[0].variable;
		if (!expr_uses(expr, element.over[k]))
			return false;
	}
	match_bind(m, element);
	return true;
}

/* --- the parts of a pattern ------------------------------------------------------------------- */

static bool match_reduction(struct match *m, const struct ast_expr *pattern, const struct expr *expr,
                            enum op op)
{
	struct exprs *exprs = m->formula.exprs;
	struct formula_binding index = {.name = pattern->items.items[0].value->name};
	int opened = m->opened_count;
	while (expr->op == op && index.index_count < FORMULA_MOST_INDICES &&
	       m->opened_count < MATCH_MOST_OPENED) {
		int variable = MATCHED + m->variable_count++;
		index.indices[index.index_count] = linear_variable(exprs, variable);
		index.extents[index.index_count++] = expr->extent;
		m->opened[m->opened_count++] = variable;
		expr = expr_open(exprs, expr, variable);
	}
	match_bind(m, index);
	bool fits = index.index_count > 0 && match_through(m, pattern->items.items[1].value, expr);
	m->opened_count = opened;
	return fits;
}

static bool match_call(struct match *m, const struct ast_expr *pattern, const struct expr *expr)
{
	name_t name = pattern->operands[0]->name;
	int count = (int)pattern->items.count;
	if (strcmp(op_table[expr->op].name, name) != 0)
		return false;
	if (count == 2 && op_is_reduction(expr->op))
		return match_reduction(m, pattern, expr, expr->op);
	if (expr->count != count || op_of_formula(name, count) != expr->op)
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
	return is_comparison(pattern) ? match_comparison(m, pattern, expr)
	                              : match_operation(m, pattern, expr, root);
}

bool match_pattern(struct match *match, const struct ast_expr *pattern, const struct expr *expr)
{
	match->remainder = NULL;
	match->formula.bindings.count = 0;
	match->opened_count = match->variable_count = 0;
	return match_node(match, pattern, expr, true);
}
