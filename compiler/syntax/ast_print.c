/* AST → canonical text: a statement a line, bodies indented by four blanks, no needless parentheses. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "syntax/ast.h"

/* How tightly forms bind, as the grammar has it. */
enum level {
	LEVEL_IF, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_PRODUCT,
	LEVEL_NEGATION, LEVEL_POWER, LEVEL_POSTFIX,
};

/* An operator with its operands: how tight each operand must be at least. */
struct operator_form {
	const char *op;
	int operands;
	enum level level, left, right;
	const char *before, *after;  /* around the operator */
};

static const struct operator_form OPERATORS[] = {
	{"or", 2, LEVEL_OR, LEVEL_OR, LEVEL_AND, " ", " "},
	{"and", 2, LEVEL_AND, LEVEL_AND, LEVEL_NOT, " ", " "},
	{"not", 1, LEVEL_NOT, LEVEL_NOT, LEVEL_NOT, "", " "},
	{"<", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{">", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{"<=", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{">=", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{"==", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{"!=", 2, LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM, " ", " "},
	{"+", 2, LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT, " ", " "},
	{"-", 2, LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT, " ", " "},
	{"*", 2, LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_NEGATION, " ", " "},
	{"/", 2, LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_NEGATION, " ", " "},
	{"-", 1, LEVEL_NEGATION, LEVEL_NEGATION, LEVEL_NEGATION, "", ""},
	{"^", 2, LEVEL_POWER, LEVEL_POSTFIX, LEVEL_NEGATION, "", ""},
};

static const struct operator_form *form_of(const struct ast_expr *expr)
{
	const struct operator_form *form = OPERATORS;
	while (form->operands != expr->operand_count || strcmp(form->op, expr->op) != 0)
		form++;
	return form;
}

static enum level level_of(const struct ast_expr *expr)
{
	if (expr->kind == AST_IF)
		return LEVEL_IF;
	return expr->kind == AST_OPERATION ? form_of(expr)->level : LEVEL_POSTFIX;
}

static void print_expr(struct text *text, const struct ast_expr *expr, enum level least);

static void print_item(struct text *text, const struct ast_item *item)
{
	if (item->kind == ITEM_EXTENT)
		text_printf(text, "%s: ", item->name);
	if (item->kind == ITEM_NAMED)
		text_printf(text, "%s = ", item->name);
	print_expr(text, item->value, LEVEL_IF);
	if (item->kind == ITEM_SLICE) {
		text_add(text, "..");
		print_expr(text, item->end, LEVEL_IF);
	}
}

static void print_items(struct text *text, const ast_items *items, const char *open, const char *close)
{
	text_add(text, open);
	for (size_t i = 0; i < items->count; i++) {
		text_add(text, i > 0 ? ", " : "");
		print_item(text, &items->items[i]);
	}
	text_add(text, close);
}

static void print_operation(struct text *text, const struct ast_expr *expr)
{
	const struct operator_form *form = form_of(expr);
	if (form->operands == 2)
		print_expr(text, expr->operands[0], form->left);
	text_printf(text, "%s%s%s", form->before, form->op, form->after);
	print_expr(text, expr->operands[form->operands - 1], form->right);
}

static void print_if(struct text *text, const struct ast_expr *expr)
{
	static const char *const WORDS[] = {"if ", " then ", " else "};
	for (int i = 0; i < 3; i++) {
		text_add(text, WORDS[i]);
		print_expr(text, expr->operands[i], LEVEL_IF);
	}
}

/* Whole numbers as people write them: 100, not 1e+02. */
static void print_real(struct text *text, double value)
{
	if (fabs(value) < 1e15 && value == floor(value))
		text_printf(text, "%.0f", value);
	else
		text_double(text, value);
}

static void print_number(struct text *text, const struct ast_expr *expr)
{
	print_real(text, expr->number);
}

static void print_name(struct text *text, const struct ast_expr *expr)
{
	text_add(text, expr->name);
}

static void print_string(struct text *text, const struct ast_expr *expr)
{
	text_printf(text, "\"%s\"", expr->name);
}

static void print_call(struct text *text, const struct ast_expr *expr)
{
	print_expr(text, expr->operands[0], LEVEL_POSTFIX);
	print_items(text, &expr->items, "(", ")");
}

static void print_index(struct text *text, const struct ast_expr *expr)
{
	print_expr(text, expr->operands[0], LEVEL_POSTFIX);
	print_items(text, &expr->items, "[", "]");
}

static void print_member(struct text *text, const struct ast_expr *expr)
{
	print_expr(text, expr->operands[0], LEVEL_POSTFIX);
	text_printf(text, ".%s", expr->name);
}

static void print_array(struct text *text, const struct ast_expr *expr)
{
	print_items(text, &expr->items, "[", "]");
}

static void print_expr(struct text *text, const struct ast_expr *expr, enum level least)
{
	static void (*const PRINT[])(struct text *, const struct ast_expr *) = {
		[AST_NUMBER] = print_number, [AST_NAME] = print_name, [AST_OPERATION] = print_operation,
		[AST_IF] = print_if, [AST_CALL] = print_call, [AST_INDEX] = print_index,
		[AST_MEMBER] = print_member, [AST_ARRAY] = print_array, [AST_STRING] = print_string,
	};
	bool parentheses = level_of(expr) < least;
	text_add(text, parentheses ? "(" : "");
	PRINT[expr->kind](text, expr);
	text_add(text, parentheses ? ")" : "");
}

void ast_print_expression(struct text *text, const struct ast_expr *expr)
{
	print_expr(text, expr, LEVEL_IF);
}

/* --- statements --------------------------------------------------------------------------------------- */

static const char *const KEYWORDS[] = {
	[AST_MODEL] = "model ", [AST_USE] = "use ", [AST_SIZE] = "size ", [AST_INPUT] = "input ",
	[AST_TARGET] = "target ", [AST_PARAM] = "param ", [AST_LAYER] = "layer ", [AST_OUTPUT] = "output ",
	[AST_MINIMIZE] = "minimize", [AST_TRAIN] = "train", [AST_DATA] = "data",
	[AST_ACTIVATION] = "activation ",
	[AST_LOSS] = "loss ", [AST_INIT] = "init ", [AST_BLOCK] = "block ", [AST_OPTIMIZER] = "optimizer ",
	[AST_STATE] = "state ", [AST_STATISTIC] = "statistic ", [AST_ASSIGN] = "", [AST_RETURN] = "return ",
};

static void print_dims(struct text *text, const ast_items *dims)
{
	if (dims->count > 0)
		print_items(text, dims, "[", "]");
}

static void print_coding(struct text *text, const struct ast_statement *statement)
{
	if (statement->classes) {
		text_add(text, " class[");
		ast_print_expression(text, statement->classes);
		text_add(text, "]");
	}
	if (statement->scaling == SCALING_STANDARDIZE)
		text_add(text, " standardize");
	if (statement->scaling == SCALING_RANGE) {
		text_add(text, " scale ");
		print_real(text, statement->scale_from);
		text_add(text, " ");
		print_real(text, statement->scale_to);
	}
}

static void print_formals(struct text *text, const ast_formals *formals)
{
	text_add(text, "(");
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		text_printf(text, "%s%s", i > 0 ? ", " : "", formal->name);
		print_dims(text, &formal->dims);
		if (formal->initial) {
			text_add(text, " = ");
			ast_print_expression(text, formal->initial);
		}
	}
	text_add(text, ")");
}

static void print_settings(struct text *text, const ast_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		text_printf(text, "    %s = ", settings->items[i].name);
		ast_print_expression(text, settings->items[i].value);
		text_add(text, "\n");
	}
}

static void print_head(struct text *text, const struct ast_statement *statement)
{
	text_add(text, KEYWORDS[statement->kind]);
	if (statement->name)
		text_add(text, statement->name);
	if (statement->text)
		text_printf(text, "\"%s\"", statement->text);
	print_dims(text, &statement->dims);
	if (statement->has_formals)
		print_formals(text, &statement->formals);
	print_coding(text, statement);
	if (statement->value) {
		text_add(text, statement->kind == AST_MINIMIZE ? " " : " = ");
		ast_print_expression(text, statement->value);
	}
}

static bool has_braces(enum ast_statement_kind kind)
{
	return kind == AST_TRAIN || kind == AST_DATA || kind == AST_BLOCK || kind == AST_OPTIMIZER;
}

void ast_print(struct text *text, const struct ast *ast)
{
	for (size_t i = 0; i < ast->statements.count; i++) {
		const struct ast_statement *statement = ast->statements.items[i];
		print_head(text, statement);
		if (has_braces(statement->kind)) {
			text_add(text, " {\n");
			print_settings(text, &statement->settings);
			for (size_t j = 0; j < statement->body.count; j++) {
				text_add(text, "    ");
				print_head(text, statement->body.items[j]);
				text_add(text, "\n");
			}
			text_add(text, "}");
		}
		text_add(text, "\n");
	}
}
