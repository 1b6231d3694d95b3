/* Values of as many elements at once as a vector of the target has. Sums and products are written as for
 * numbers; a number beside a vector stands for a vector of it. */
#include "emit/printers.h"
#include "plan/product.h"

bool is_vector(const struct scope *scope, const struct expr *expr)
{
	return scope->has_vector && expr_uses(expr, scope->vector);
}

static char type_of(const struct scope *scope)
{
	return scope->names->plan->options.real_size == 8 ? 'd' : 'f';
}

const char *c_vector_type(const struct scope *scope, bool condition)
{
	return name_format(scope->names->names, "mlp_vector%s%c", condition ? "_bits" : "", type_of(scope));
}

const char *c_vector_function(const struct scope *scope, const char *name)
{
	return name_format(scope->names->names, "mlp_vector_%s%c", name, type_of(scope));
}

const char *c_vector_width(const struct scope *scope)
{
	return type_of(scope) == 'd' ? "MLP_VECTOR_DOUBLES" : "MLP_VECTOR_FLOATS";
}

/* --- whether it can be ------------------------------------------------------------------------------------ */

static bool has_function(const struct scope *scope, enum op op)
{
	const struct op_info *info = &op_table[op];
	bool own = scope->names->plan->options.strict && info->strict;
	return info->vector && !own && (scope->names->plan->options.real_size == 4 || info->vector_of_double);
}

/* Is it the value of another member of the step, which is a variable there? */
static bool reads_member(const struct scope *scope, const struct expr *read)
{
	for (size_t m = 0; scope->step && m < scope->step->members.count; m++)
		if (scope->step->members.items[m].equation->left == read->tensor)
			return reads_same_element(read, read->tensor->rank);
	return false;
}

/* Which index of a matrix is the class of each row, where the other one is the row; or -1. */
static int gathered(const struct scope *scope, const struct expr *read, int variable)
{
	for (int k = 0; read->op == OP_READ && read->index_count == 2 && k < 2; k++) {
		const struct expr *label = read->indices[k]->label;
		if (label && stride_along(scope->names->plan, label, variable) == STRIDE_UNIT &&
		    linear_is_variable(read->indices[1 - k], variable))
			return k;
	}
	return -1;
}

/* A column of a matrix whose rows lie one after the other. */
static bool is_column(const struct scope *scope, const struct expr *read, int variable)
{
	return read->op == OP_READ && read->index_count == 2 && scope->free[variable].extent == EXTENT_ROWS &&
	       linear_is_variable(read->indices[0], variable) && !read->indices[1]->label &&
	       !linear_uses(read->indices[1], variable);
}

/* Do the counters of a draw grow by the same number from element to element? */
static bool counts_up(const struct expr *draw, int variable)
{
	for (int k = 0; k < draw->index_count; k++)
		if (draw->indices[k]->label || draw->divides || linear_coefficient(draw->indices[k], variable) < 0)
			return false;
	return true;
}

static bool node_can(const struct scope *scope, const struct expr *expr, int variable)
{
	switch (expr->op) {
	case OP_READ:
		return reads_member(scope, expr) || gathered(scope, expr, variable) >= 0 ||
		       is_column(scope, expr, variable) ||
		       stride_along(scope->names->plan, expr, variable) == STRIDE_UNIT;
	case OP_UNIFORM: return has_function(scope, expr->op) && counts_up(expr, variable);
	case OP_ADD:
	case OP_SHIFT:
	case OP_CONSTANT:
	case OP_MIN:
	case OP_MAX: return true;
	case OP_MULTIPLY:
		for (int k = 0; k < expr->count; k++)
			if (expr->weights[k] > LARGEST_POWER || expr->weights[k] < -LARGEST_POWER)
				return false;
		return true;
	case OP_SELECT: return expr_uses(expr->operands[0], variable);
	case OP_AND:
	case OP_OR: return expr_uses(expr->operands[0], variable) && expr_uses(expr->operands[1], variable);
	case OP_NOT:
	case OP_LESS:
	case OP_LESS_EQUAL:
	case OP_EQUAL:
	case OP_NOT_EQUAL: return true;
	default: return has_function(scope, expr->op);
	}
}

/* Classes of neighbouring rows beside a number that does not depend on the row. */
static bool compares_labels(const struct scope *scope, const struct expr *expr, int variable)
{
	for (int k = 0; k < 2; k++) {
		const struct expr *operand = expr->operands[k];
		if (expr_uses(operand, variable) &&
		    (operand->op != OP_LABEL || stride_along(scope->names->plan, operand, variable) != STRIDE_UNIT))
			return false;
	}
	return true;
}

static bool all_can(const struct scope *scope, const struct expr *expr, int variable, struct table *seen)
{
	if (!expr_uses(expr, variable) || table_get(seen, expr))
		return true;
	table_put(seen, expr, seen);
	if (compares_whole(expr))
		return compares_labels(scope, expr, variable);
	if (!node_can(scope, expr, variable))
		return false;
	for (int k = 0; k < expr->count; k++)
		if (!all_can(scope, expr->operands[k], variable, seen))
			return false;
	return true;
}

bool can_be_vector(const struct scope *scope, const struct expr *expr, int variable)
{
	return all_can(scope, expr, variable, table_new(scope->names->arena)) && reads_in_range(scope, expr);
}

/* --- as C --------------------------------------------------------------------------------------------------- */

/* As an argument that must be a vector. */
static void print_vector(struct text *text, const struct scope *scope, const struct expr *expr)
{
	if (!is_vector(scope, expr))
		text_printf(text, "%s(", c_vector_function(scope, "broadcast"));
	c_expression(text, scope, expr, AS_ARGUMENT);
	text_add(text, is_vector(scope, expr) ? "" : ")");
}

/* "mlp_vector_gatherf(&p[n][0], SIZE_P, &target[n], 1)": from row to row, and from class to class */
static void print_gathered(struct text *text, const struct scope *scope, const struct expr *read, int class)
{
	struct exprs *exprs = scope->names->plan->program->exprs;
	const struct linear *first[2] = {read->indices[0], read->indices[1]};
	const char *far = c_pitch(scope->names, read->tensor);
	bool class_is_far = plan_dimension(scope->names->plan, read->tensor, 0) == class;
	first[class] = linear_constant(exprs, 0);
	text_printf(text, "%s(&", c_vector_function(scope, "gather"));
	leaf_read(text, scope, expr_read(exprs, read->tensor, first), AS_POSTFIX);
	text_printf(text, ", %s, &", class_is_far ? "1" : far);
	leaf_label(text, scope, read->indices[class]->label);
	text_printf(text, ", %s)", class_is_far ? far : "1");
}

void vector_read(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	name_t value = scope_lookup(scope, expr->tensor);
	if (value) {
		text_add(text, value);
		return;
	}
	if (gathered(scope, expr, scope->vector) >= 0) {
		print_gathered(text, scope, expr, gathered(scope, expr, scope->vector));
		return;
	}
	bool is_near = stride_along(scope->names->plan, expr, scope->vector) == STRIDE_UNIT;
	text_printf(text, "%s(&", c_vector_function(scope, is_near ? "load" : "column"));
	leaf_read(text, scope, expr, precedence);
	if (!is_near)
		text_printf(text, ", %s", c_pitch(scope->names, expr->tensor));
	text_add(text, ")");
}

void vector_select(struct text *text, const struct scope *scope, const struct expr *expr,
                   enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s(", c_vector_function(scope, "select"));
	c_condition(text, scope, expr->operands[0], AS_ARGUMENT);
	for (int k = 1; k < 3; k++) {
		text_add(text, ", ");
		print_vector(text, scope, expr->operands[k]);
	}
	text_add(text, ")");
}

/* As in print_extreme: a NaN in the first operand is kept. */
void vector_extreme(struct text *text, const struct scope *scope, const struct expr *expr,
                    enum precedence precedence)
{
	int smaller = expr->op == OP_MAX ? 0 : 1;
	(void)precedence;
	text_printf(text, "%s(", c_vector_function(scope, "select"));
	c_expression(text, scope, expr->operands[smaller], AS_SUM);
	text_add(text, " < ");
	c_expression(text, scope, expr->operands[1 - smaller], AS_SUM);
	text_add(text, ", ");
	print_vector(text, scope, expr->operands[1]);
	text_add(text, ", ");
	print_vector(text, scope, expr->operands[0]);
	text_add(text, ")");
}

void vector_call(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s(", c_vector_function(scope, op_table[expr->op].vector));
	for (int k = 0; k < expr->count; k++) {
		text_add(text, k ? ", " : "");
		print_vector(text, scope, expr->operands[k]);
	}
	text_add(text, ")");
}

static void print_labels(struct text *text, const struct scope *scope, const struct expr *expr,
                         enum precedence precedence)
{
	if (!is_vector(scope, expr)) {
		print_whole(text, scope, expr, precedence);
		return;
	}
	text_printf(text, "%s(&", c_vector_function(scope, "labels"));
	leaf_label(text, scope, expr);
	text_add(text, ")");
}

/* Integers with all bits set where it holds. */
void vector_condition(struct text *text, const struct scope *scope, const struct expr *expr,
                      enum precedence precedence)
{
	bool logic = expr->op == OP_AND || expr->op == OP_OR;
	if (expr->op == OP_NOT) {
		text_add(text, "~");
		c_condition(text, scope, expr->operands[0], AS_POSTFIX);
		return;
	}
	open_parenthesis(text, precedence > AS_ARGUMENT);
	for (int k = 0; k < 2; k++) {
		if (k == 1 && logic)
			text_add(text, expr->op == OP_AND ? " & " : " | ");
		else if (k == 1)
			text_printf(text, " %s ", op_table[expr->op].name);
		printer *operand = logic ? c_condition : compares_whole(expr) ? print_labels : c_expression;
		operand(text, scope, expr->operands[k], logic ? AS_POSTFIX : AS_SUM);
	}
	close_parenthesis(text, precedence > AS_ARGUMENT);
}

void vector_condition_as_number(struct text *text, const struct scope *scope, const struct expr *expr,
                                enum precedence precedence)
{
	(void)precedence;
	text_printf(text, "%s(", c_vector_function(scope, "select"));
	c_condition(text, scope, expr, AS_ARGUMENT);
	for (int k = 1; k >= 0; k--) {
		text_printf(text, ", %s(", c_vector_function(scope, "broadcast"));
		c_number(text, scope, k);
		text_add(text, ")");
	}
	text_add(text, ")");
}
