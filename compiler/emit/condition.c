/* Conditions: comparisons and logic. */
#include <math.h>

#include "emit/printers.h"

static bool is_whole(const struct expr *expr)
{
	return expr->op == OP_POSITION || expr->op == OP_LABEL;
}

void print_whole(struct text *text, const struct scope *scope, const struct expr *expr,
                        enum precedence precedence)
{
	if (expr->op == OP_LABEL)
		leaf_label(text, scope, expr);
	else if (expr->op == OP_POSITION)
		c_index(text, scope, expr->indices[0], precedence);
	else
		text_printf(text, "%.0f", expr->number);
}

bool compares_whole(const struct expr *expr)
{
	bool any = false;
	if (!op_is_condition(expr->op) || expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_NOT)
		return false;
	for (int k = 0; k < 2; k++) {
		const struct expr *operand = expr->operands[k];
		bool number = operand->op == OP_NUMBER && operand->number == floor(operand->number) &&
		              fabs(operand->number) < 2147483647.0;
		if (!number && !is_whole(operand))
			return false;
		any = any || is_whole(operand);
	}
	return any;
}

static void print_comparison(struct text *text, const struct scope *scope, const struct expr *expr,
                             enum precedence precedence)
{
	bool equality = expr->op == OP_EQUAL || expr->op == OP_NOT_EQUAL;
	enum precedence own = equality ? AS_EQUALITY : AS_COMPARISON;
	printer *operand = compares_whole(expr) ? print_whole : c_expression;
	open_parenthesis(text, precedence > own);
	operand(text, scope, expr->operands[0], own + 1);
	text_printf(text, " %s ", op_table[expr->op].name);
	operand(text, scope, expr->operands[1], own + 1);
	close_parenthesis(text, precedence > own);
}

/* && inside || gets parentheses: compilers warn of it otherwise. */
static void print_logic(struct text *text, const struct scope *scope, const struct expr *expr,
                        enum precedence precedence)
{
	if (expr->op == OP_NOT) {
		text_add(text, "!");
		c_condition(text, scope, expr->operands[0], AS_POSTFIX);
		return;
	}
	enum precedence own = expr->op == OP_AND ? AS_AND : AS_OR;
	bool parentheses = precedence > own || (precedence == AS_OR && own == AS_AND);
	open_parenthesis(text, parentheses);
	for (int k = 0; k < 2; k++) {
		bool mixed = op_is_condition(expr->operands[k]->op) && expr->operands[k]->op != expr->op &&
		             (expr->operands[k]->op == OP_AND || expr->operands[k]->op == OP_OR);
		if (k == 1)
			text_add(text, expr->op == OP_AND ? " && " : " || ");
		c_condition(text, scope, expr->operands[k], mixed ? AS_POSTFIX : own);
	}
	close_parenthesis(text, parentheses);
}

void c_condition(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	name_t value = scope_lookup(scope, expr);
	if (!value && is_vector(scope, expr)) {
		vector_condition(text, scope, expr, precedence);
		return;
	}
	if (value && op_is_condition(expr->op)) {
		text_add(text, value);
	} else if (expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_NOT) {
		print_logic(text, scope, expr, precedence);
	} else if (op_is_condition(expr->op)) {
		print_comparison(text, scope, expr, precedence);
	} else if (expr->op == OP_NUMBER) {
		text_add(text, expr->number != 0 ? "true" : "false");
	} else {
		open_parenthesis(text, precedence > AS_EQUALITY);
		c_expression(text, scope, expr, AS_COMPARISON);
		text_add(text, " != ");
		c_number(text, scope, 0);
		close_parenthesis(text, precedence > AS_EQUALITY);
	}
}

void print_condition_as_number(struct text *text, const struct scope *scope, const struct expr *expr,
                               enum precedence precedence)
{
	open_parenthesis(text, precedence > AS_CHOICE);
	c_condition(text, scope, expr, AS_OR);
	text_add(text, " ? ");
	c_number(text, scope, 1);
	text_add(text, " : ");
	c_number(text, scope, 0);
	close_parenthesis(text, precedence > AS_CHOICE);
}
