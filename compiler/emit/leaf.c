/* Leaves of expressions: numbers, elements of tensors, positions, draws. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "emit/printers.h"

bool scope_is_double(const struct scope *scope)
{
	return scope->in_double || scope->names->plan->options.real_size == 8;
}

void open_parenthesis(struct text *text, bool needed)
{
	if (needed)
		text_add(text, "(");
}

void close_parenthesis(struct text *text, bool needed)
{
	if (needed)
		text_add(text, ")");
}

static void number_digits(struct text *text, const struct scope *scope, double number)
{
	size_t start = text->length;
	float single = (float)number;
	if (single == 0 && number != 0)
		single = number > 0 ? FLT_MIN : -FLT_MIN; /* a guard that must not vanish */
	if (scope_is_double(scope))
		text_double(text, number);
	else
		text_float(text, single);
	if (!strpbrk(text_string(text) + start, ".e"))
		text_add(text, ".0");
	if (!scope_is_double(scope))
		text_add(text, "f");
}

void c_number(struct text *text, const struct scope *scope, double number)
{
	bool infinite = isinf(number) || (!scope_is_double(scope) && fabs(number) > (double)FLT_MAX);
	if (isnan(number))
		text_add(text, scope_is_double(scope) ? "(double)NAN" : "NAN");
	else if (infinite)
		text_printf(text, "%s%s", number < 0 ? "-" : "", scope_is_double(scope) ? "HUGE_VAL" : "HUGE_VALF");
	else
		number_digits(text, scope, number);
}

void leaf_number(struct text *text, const struct scope *scope, const struct expr *expr,
                  enum precedence precedence)
{
	bool parentheses = expr->number < 0 && precedence >= AS_UNARY;
	open_parenthesis(text, parentheses);
	c_number(text, scope, expr->number);
	close_parenthesis(text, parentheses);
}

static void print_element(struct text *text, const struct scope *scope, const struct tensor *tensor,
                          const struct linear *const *indices, int count)
{
	const struct plan *plan = scope->names->plan;
	const struct tensor *stored = plan_storage(plan, tensor);
	bool in_net = (stored->role == TENSOR_PARAMETER || stored->role == TENSOR_STATISTIC) &&
	              !step_writes(plan, scope->step, stored);
	text_printf(text, "%s%s", in_net ? "net->" : "", c_tensor(scope->names, stored));
	if (tensor_stored_rank(stored) == 0 && !in_net)
		text_add(text, "[0]");
	for (int k = 0; k < count; k++) {
		text_add(text, "[");
		c_index(text, scope, indices[k], AS_ARGUMENT);
		text_add(text, "]");
	}
}

void leaf_label(struct text *text, const struct scope *scope, const struct expr *label)
{
	print_element(text, scope, label->tensor, label->indices, label->index_count);
}

void c_element(struct text *text, const struct scope *scope, const struct tensor *tensor)
{
	struct exprs *exprs = scope->names->plan->program->exprs;
	const struct linear *indices[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < tensor->rank; k++)
		indices[k] = linear_variable(exprs, k);
	print_element(text, scope, tensor, indices, tensor->rank);
}

void leaf_read(struct text *text, const struct scope *scope, const struct expr *expr,
                       enum precedence precedence)
{
	(void)precedence;
	name_t value = scope_lookup(scope, expr->tensor);
	if (value)
		text_add(text, value);
	else if (expr->tensor->role == TENSOR_SCHEDULE)
		text_add(text, c_tensor(scope->names, expr->tensor));
	else
		print_element(text, scope, expr->tensor, expr->indices, expr->index_count);
}

static void print_term(struct text *text, const struct scope *scope, const struct linear_term *term)
{
	const struct variable_name *variable = scope_find(scope, term->variable);
	int64_t factor = term->coefficient < 0 ? -term->coefficient : term->coefficient;
	if (factor != 1)
		text_printf(text, "%lld * ", (long long)factor);
	bool parentheses = variable->compound && (factor != 1 || term->coefficient < 0);
	open_parenthesis(text, parentheses);
	text_add(text, variable->text);
	close_parenthesis(text, parentheses);
}

void c_index(struct text *text, const struct scope *scope, const struct linear *linear, enum precedence precedence)
{
	if (linear->label) {
		leaf_label(text, scope, linear->label);
		return;
	}
	bool simple = linear->count == 0 || (linear->count == 1 && linear->constant == 0 &&
	                                     linear->terms[0].coefficient == 1 &&
	                                     !scope_find(scope, linear->terms[0].variable)->compound);
	bool parentheses = precedence > AS_SUM && !simple, first = true;
	open_parenthesis(text, parentheses);
	for (int negative = 0; negative < 2; negative++)
		for (int k = 0; k < linear->count; k++) {
			if ((linear->terms[k].coefficient < 0) != (negative == 1))
				continue;
			text_add(text, negative ? first ? "-" : " - " : first ? "" : " + ");
			print_term(text, scope, &linear->terms[k]);
			first = false;
		}
	if (linear->count == 0)
		text_printf(text, "%lld", (long long)linear->constant);
	else if (linear->constant != 0)
		text_printf(text, " %c %lld", linear->constant < 0 ? '-' : '+',
		            (long long)(linear->constant < 0 ? -linear->constant : linear->constant));
	close_parenthesis(text, parentheses);
}

static const char *cast_of(const struct scope *scope)
{
	return scope_is_double(scope) ? "(double)" : "(float)";
}

void leaf_position(struct text *text, const struct scope *scope, const struct expr *expr,
                    enum precedence precedence)
{
	bool parentheses = precedence > AS_UNARY;
	open_parenthesis(text, parentheses);
	text_add(text, cast_of(scope));
	if (expr->op == OP_LABEL)
		leaf_label(text, scope, expr);
	else
		c_index(text, scope, expr->indices[0], AS_UNARY);
	close_parenthesis(text, parentheses);
}

void leaf_symbol(struct text *text, const struct scope *scope, const struct expr *expr,
                  enum precedence precedence)
{
	static const char *const symbols[] = {
		[SYMBOL_TRAINING] = "0", [SYMBOL_ROWS] = "rows", [SYMBOL_STEP] = "step", [SYMBOL_EPOCH] = "epoch"};
	bool parentheses = precedence > AS_UNARY;
	open_parenthesis(text, parentheses);
	text_printf(text, "%s%s", cast_of(scope), symbols[expr->symbol]);
	close_parenthesis(text, parentheses);
}

void leaf_draw(struct text *text, const struct scope *scope, const struct expr *expr,
                       enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s%s(seed, STREAM_%s, step, (uint32_t)", op_table[expr->op].c,
	            scope_is_double(scope) ? "" : "f", c_upper(scope->names->names, expr->draw));
	c_index(text, scope, expr->indices[0], AS_UNARY);
	text_add(text, ", (uint32_t)");
	c_index(text, scope, expr->indices[1], AS_UNARY);
	text_add(text, ")");
}
