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

static bool node_can(const struct scope *scope, const struct expr *expr, int variable)
{
	switch (expr->op) {
	case OP_READ: return stride_along(scope->names->plan, expr, variable) == STRIDE_UNIT;
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

static bool all_can(const struct scope *scope, const struct expr *expr, int variable, struct table *seen)
{
	if (!expr_uses(expr, variable) || table_get(seen, expr))
		return true;
	table_put(seen, expr, seen);
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

void vector_read(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence)
{
	name_t value = scope_lookup(scope, expr->tensor);
	if (value) {
		text_add(text, value);
		return;
	}
	text_printf(text, "%s(&", c_vector_function(scope, "load"));
	leaf_read(text, scope, expr, precedence);
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
		(logic ? c_condition : c_expression)(text, scope, expr->operands[k],
		                                     logic ? AS_POSTFIX : AS_SUM);
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
