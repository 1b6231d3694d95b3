#include "expr/formula.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

enum { EXIT_INTERNAL = 4 };

_Noreturn static void internal(const char *what, const char *text)
{
	fprintf(stderr, "mlpc: internal error: %s: %s\n", what, text);
	exit(EXIT_INTERNAL);
}

const struct ast_expr *formula_parse(struct exprs *exprs, const char *text)
{
	struct arena *arena = exprs_arena(exprs);
	struct diag *diag = diag_new(arena);
	const struct source *source = source_from_string(arena, "<formula>", text);
	const struct ast_expr *ast = parse_expression(arena, exprs_names(exprs), diag, source);
	if (!ast || diag_errors(diag) > 0)
		internal("a formula of the compiler cannot be read", text);
	return ast;
}

void formula_bind(struct formula *formula, const char *name, const struct expr *value)
{
	struct names *names = exprs_names(formula->exprs);
	array_push(exprs_arena(formula->exprs), &formula->bindings,
	           (struct formula_binding){.name = name_of(names, name), .value = value});
}

const struct formula_binding *formula_find(const struct formula *formula, name_t name)
{
	for (size_t k = formula->bindings.count; k-- > 0;)
		if (formula->bindings.items[k].name == name)
			return &formula->bindings.items[k];
	return NULL;
}

static const struct formula_binding *look_up(const struct formula *formula, name_t name)
{
	const struct formula_binding *binding = formula_find(formula, name);
	if (!binding)
		internal("unknown name in a formula of the compiler", name);
	return binding;
}

/* x[i]: the expression bound to x with its variable replaced by the index i. */
static const struct expr *build_element(struct formula *formula, const struct ast_expr *ast)
{
	const struct formula_binding *function = look_up(formula, ast->operands[0]->name);
	if (function->over_count == 0)
		return function->value;
	const struct formula_binding *index = look_up(formula, ast->items.items[0].value->name);
	return expr_substitute(formula->exprs, function->value, function->over_count, function->over, index->indices);
}

static const struct expr *build_reduction(struct formula *formula, const struct ast_expr *ast, enum op op)
{
	struct exprs *exprs = formula->exprs;
	name_t name = ast->items.items[0].value->name;
	struct formula_binding index = *look_up(formula, name);
	int variables[FORMULA_MOST_INDICES];
	for (int k = 0; k < index.index_count; k++)
		index.indices[k] = linear_variable(exprs, variables[k] = expr_fresh(exprs));
	array_push(exprs_arena(exprs), &formula->bindings, index);
	const struct expr *result = formula_build(formula, ast->items.items[1].value);
	formula->bindings.count--;
	for (int k = index.index_count; k-- > 0;)
		result = normal(exprs, expr_reduce(exprs, op, variables[k], index.extents[k], result));
	return result;
}

static const struct expr *build_call(struct formula *formula, const struct ast_expr *ast)
{
	struct exprs *exprs = formula->exprs;
	name_t name = ast->operands[0]->name;
	int count = (int)ast->items.count;
	const struct expr *operands[3];
	if (count == 2 && op_reduction(name) != OP_COUNT && ast->items.items[0].value->kind == AST_NAME) {
		const struct formula_binding *first = formula_find(formula, ast->items.items[0].value->name);
		if (first && !first->value)
			return build_reduction(formula, ast, op_reduction(name));
	}
	for (int k = 0; k < count && k < 3; k++)
		operands[k] = formula_build(formula, ast->items.items[k].value);
	enum op op = op_of_formula(name, count);
	if (op == OP_COUNT)
		internal("unknown function in a formula of the compiler", name);
	return normal(exprs, expr_apply(exprs, op, operands));
}

static const struct expr *build_operation(struct formula *formula, const struct ast_expr *ast)
{
	struct exprs *exprs = formula->exprs;
	const struct expr *a = formula_build(formula, ast->operands[0]);
	const struct expr *b = ast->operand_count > 1 ? formula_build(formula, ast->operands[1]) : NULL;
	const struct expr *minus = expr_number(exprs, -1);
	switch (ast->op[0]) {
	case '+': return normal_sum(exprs, a, b);
	case '-':
		return b ? normal_sum(exprs, a, normal_product(exprs, minus, b))
		         : normal_product(exprs, minus, a);
	case '*': return normal_product(exprs, a, b);
	case '/': return normal_product(exprs, a, normal(exprs, expr_binary(exprs, OP_POW, b, minus)));
	case '^': return normal(exprs, expr_binary(exprs, OP_POW, a, b));
	case '<': return normal(exprs, expr_binary(exprs, ast->op[1] ? OP_LESS_EQUAL : OP_LESS, a, b));
	case '>': return normal(exprs, expr_binary(exprs, ast->op[1] ? OP_LESS_EQUAL : OP_LESS, b, a));
	case '=': return normal(exprs, expr_binary(exprs, OP_EQUAL, a, b));
	default: internal("unknown operator in a formula of the compiler", ast->op);
	}
}

const struct expr *formula_build(struct formula *formula, const struct ast_expr *ast)
{
	struct exprs *exprs = formula->exprs;
	switch (ast->kind) {
	case AST_NUMBER: return expr_number(exprs, ast->number);
	case AST_NAME: return look_up(formula, ast->name)->value;
	case AST_OPERATION: return build_operation(formula, ast);
	case AST_IF: {
		const struct expr *select[3];
		for (int k = 0; k < 3; k++)
			select[k] = formula_build(formula, ast->operands[k]);
		return normal(exprs, expr_apply(exprs, OP_SELECT, select));
	}
	case AST_CALL: return build_call(formula, ast);
	case AST_INDEX: return build_element(formula, ast);
	default: internal("unknown form in a formula of the compiler", "");
	}
}
