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
		text_printf(text, "%s%s", number < 0 ? "-" : "",
		            scope_is_double(scope) ? "HUGE_VAL" : "HUGE_VALF");
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

/* Which panel, or where in it: the index is a variable alone. */
static void print_panel(struct text *text, const struct scope *scope, const struct linear *index, int width,
                        bool within)
{
	const struct variable_name *variable = scope_find(scope, index->terms[0].variable);
	bool in_tile = variable->start && variable->width == width;
	if (in_tile && within) {
		text_printf(text, "[%s]", variable->within);
		return;
	}
	bool parentheses = !in_tile && variable->compound;
	text_add(text, "[");
	open_parenthesis(text, parentheses);
	text_add(text, in_tile ? variable->start : variable->text);
	close_parenthesis(text, parentheses);
	text_printf(text, within ? " %% %d]" : " / %d]", width);
}

static void print_element(struct text *text, const struct scope *scope, const struct tensor *tensor,
                          const struct linear *const *indices, int count)
{
	const struct plan *plan = scope->names->plan;
	const struct tensor *stored = plan_storage(plan, tensor);
	bool in_net = (stored->role == TENSOR_PARAMETER || stored->role == TENSOR_STATISTIC) &&
	              !scope->is_shared && !step_writes(plan, scope->step, stored);
	text_printf(text, "%s%s", in_net ? "net->" : "", c_tensor(scope->names, stored));
	if (tensor_stored_rank(stored) == 0 && !in_net)
		text_add(text, "[0]");
	int panel = count > 0 ? plan_panel(plan, stored) : 0;
	if (panel > 0)
		print_panel(text, scope, indices[plan_dimension(plan, stored, count - 1)], panel, false);
	for (int k = 0; k < (panel > 0 ? count - 1 : count); k++) {
		text_add(text, "[");
		c_index(text, scope, indices[plan_dimension(plan, stored, k)], AS_ARGUMENT);
		text_add(text, "]");
	}
	if (panel > 0)
		print_panel(text, scope, indices[plan_dimension(plan, stored, count - 1)], panel, true);
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

/* Of plain C: of a matrix that lies by columns, that of the row's class. */
static bool looks_up_column(const struct scope *scope, const struct expr *read)
{
	const struct plan *plan = scope->names->plan;
	return plan->options.target->vector_bytes == 0 && plan_lies_by_columns(plan, read->tensor) &&
	       read->index_count == 2 && read->indices[1]->label;
}

/* "mlp_elementf(&p[0][n], BATCH, target[n])" */
static void print_looked_up(struct text *text, const struct scope *scope, const struct expr *read)
{
	struct exprs *exprs = scope->names->plan->program->exprs;
	const struct linear *first[2] = {read->indices[0], linear_constant(exprs, 0)};
	text_printf(text, "mlp_element%s(&", scope->names->plan->options.real_size == 4 ? "f" : "");
	print_element(text, scope, read->tensor, first, 2);
	text_printf(text, ", %s, ", c_pitch(scope->names, read->tensor));
	c_index(text, scope, read->indices[1], AS_ARGUMENT);
	text_add(text, ")");
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
	else if (looks_up_column(scope, expr))
		print_looked_up(text, scope, expr);
	else
		print_element(text, scope, expr->tensor, expr->indices, expr->index_count);
}

static void print_division(struct text *text, const struct scope *scope, const struct linear_term *term,
                           int64_t factor)
{
	const struct division *division = term->division;
	if (factor != 1)
		text_printf(text, "%lld * ", (long long)factor);
	open_parenthesis(text, factor != 1);
	c_index(text, scope, division->dividend, AS_UNARY);
	text_printf(text, division->is_remainder ? " %% %lld" : " / %lld", (long long)division->divisor);
	close_parenthesis(text, factor != 1);
}

static void print_term(struct text *text, const struct scope *scope, const struct linear_term *term)
{
	if (term->division) {
		print_division(text, scope, term, term->coefficient < 0 ? -term->coefficient : term->coefficient);
		return;
	}
	const struct variable_name *variable = scope_find(scope, term->variable);
	int64_t factor = term->coefficient < 0 ? -term->coefficient : term->coefficient;
	if (factor != 1)
		text_printf(text, "%lld * ", (long long)factor);
	bool parentheses = variable->compound && (factor != 1 || term->coefficient < 0);
	open_parenthesis(text, parentheses);
	text_add(text, variable->text);
	close_parenthesis(text, parentheses);
}

void c_index(struct text *text, const struct scope *scope, const struct linear *linear,
             enum precedence precedence)
{
	if (linear->label) {
		leaf_label(text, scope, linear->label);
		return;
	}
	bool simple = linear->count == 0 || (linear->count == 1 && linear->constant == 0 &&
	                                     linear->terms[0].coefficient == 1 &&
	                                     !linear->terms[0].division &&
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
	static const char *const symbols[] = {[SYMBOL_TRAINING] = "0",
	                                      [SYMBOL_ROWS] = "rows",
	                                      [SYMBOL_STEP] = "step",
	                                      [SYMBOL_EPOCH] = "epoch"};
	bool parentheses = precedence > AS_UNARY;
	open_parenthesis(text, parentheses);
	text_printf(text, "%s%s", cast_of(scope), symbols[expr->symbol]);
	close_parenthesis(text, parentheses);
}

/* Terms from the largest coefficient to the smallest, dimensions of one element last. */
static int by_stride(const struct scope *scope, const struct linear_term *a, const struct linear_term *b)
{
	if (a->coefficient != b->coefficient)
		return a->coefficient > b->coefficient ? -1 : 1;
	return scope_find(scope, b->variable)->extent == 1 ? -1 : 1;
}

/* The number of an element in row-major order, "(o * SIZE_I + i) * SIZE_J + j"; false if `linear` is not one. */
static bool row_major(struct text *text, const struct scope *scope, const struct linear *linear)
{
	struct linear_term terms[TENSOR_MOST_DIMENSIONS];
	int count = linear->count;
	if (linear->label || linear->constant != 0 || count < 2 || count > TENSOR_MOST_DIMENSIONS)
		return false;
	for (int k = 0; k < count; k++)
		if (linear->terms[k].division)
			return false;
	for (int k = 0; k < count; k++) {
		int at = k;
		for (; at > 0 && by_stride(scope, &linear->terms[k], &terms[at - 1]) < 0; at--)
			terms[at] = terms[at - 1];
		terms[at] = linear->terms[k];
	}
	int64_t stride = 1;
	for (int k = count - 1; k >= 0; k--) {
		if (terms[k].coefficient != stride)
			return false;
		stride *= scope_find(scope, terms[k].variable)->extent;
	}
	for (int k = 1; k < count - 1; k++)
		text_add(text, "(");
	for (int k = 0; k < count; k++) {
		const struct variable_name *variable = scope_find(scope, terms[k].variable);
		bool parentheses = variable->compound && k == 0;
		if (k > 0)
			text_printf(text, " * %s + ", variable->extent_name);
		open_parenthesis(text, parentheses);
		text_add(text, variable->text);
		close_parenthesis(text, parentheses);
		if (k > 0 && k < count - 1)
			text_add(text, ")");
	}
	return true;
}

/* "(uint32_t)n", "(uint32_t)(o * SIZE_I + i)", or a constant alone */
static void print_counter(struct text *text, const struct scope *scope, const struct linear *linear)
{
	struct text number = text_new(text->arena);
	if (!linear->label && linear->count == 0) {
		text_printf(text, "%lld", (long long)linear->constant);
	} else if (row_major(&number, scope, linear)) {
		text_printf(text, "(uint32_t)(%s)", text_string(&number));
	} else {
		text_add(text, "(uint32_t)");
		c_index(text, scope, linear, AS_UNARY);
	}
}

void leaf_draw(struct text *text, const struct scope *scope, const struct expr *expr,
               enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s%s(seed, %s, step, ", op_table[expr->op].c, scope_is_double(scope) ? "" : "f",
	            scope_stream(scope, expr->draw));
	print_counter(text, scope, expr->indices[0]);
	text_add(text, ", ");
	print_counter(text, scope, expr->indices[1]);
	text_add(text, ")");
}

/* Each counter is followed by what it grows by from element to element of the vector. */
void vector_draw(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s(seed, %s, step", c_vector_function(scope, op_table[expr->op].vector),
	            scope_stream(scope, expr->draw));
	for (int k = 0; k < 2; k++) {
		text_add(text, ", ");
		print_counter(text, scope, expr->indices[k]);
		text_printf(text, ", %lld", (long long)linear_coefficient(expr->indices[k], scope->vector));
	}
	text_add(text, ")");
}

/* The whole matrix has been drawn into what the step writes. */
void leaf_stored(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	(void)expr;
	(void)precedence;
	c_element(text, scope, scope->step->members.items[0].equation->left);
}
