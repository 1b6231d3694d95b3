/* Expressions of the graph as expressions of C, with as few parentheses as C and
 * its compilers' warnings allow. */
#include <math.h>

#include "emit/printers.h"

/* --- choices ------------------------------------------------------------------------------------------ */

static void print_select(struct text *text, const struct scope *scope, const struct expr *expr,
                         enum precedence precedence)
{
	open_parenthesis(text, precedence > AS_CHOICE);
	c_condition(text, scope, expr->operands[0], AS_OR);
	text_add(text, " ? ");
	c_expression(text, scope, expr->operands[1], AS_OR);
	text_add(text, " : ");
	c_expression(text, scope, expr->operands[2], AS_CHOICE);
	close_parenthesis(text, precedence > AS_CHOICE);
}

/* max(a, b) is b where a < b, else a; min(a, b) is b where b < a, else a: a NaN in a is kept. */
static void print_extreme(struct text *text, const struct scope *scope, const struct expr *expr,
                          enum precedence precedence)
{
	int smaller = expr->op == OP_MAX ? 0 : 1;
	open_parenthesis(text, precedence > AS_CHOICE);
	c_expression(text, scope, expr->operands[smaller], AS_SUM);
	text_add(text, " < ");
	c_expression(text, scope, expr->operands[1 - smaller], AS_SUM);
	text_add(text, " ? ");
	c_expression(text, scope, expr->operands[1], AS_OR);
	text_add(text, " : ");
	c_expression(text, scope, expr->operands[0], AS_CHOICE);
	close_parenthesis(text, precedence > AS_CHOICE);
}

/* --- sums and products -------------------------------------------------------------------------------- */

static bool is_plain_product(const struct scope *scope, const struct expr *expr)
{
	return expr->op == OP_MULTIPLY && !scope_lookup(scope, expr);
}

/* "tanhf", "mlp_strict_tanhf", "mlp_log1pexp" */
static void print_function(struct text *text, const struct scope *scope, enum op op)
{
	const struct op_info *info = &op_table[op];
	bool strict = scope->names->plan->options.strict && info->strict;
	text_printf(text, "%s%s", strict ? info->strict : info->c, scope_is_double(scope) ? "" : "f");
}

static void print_power(struct text *text, const struct scope *scope, const struct expr *operand,
                        int exponent, enum precedence precedence)
{
	if (exponent > LARGEST_POWER) {
		print_function(text, scope, OP_POW);
		text_add(text, "(");
		c_expression(text, scope, operand, AS_ARGUMENT);
		text_add(text, ", ");
		c_number(text, scope, exponent);
		text_add(text, ")");
		return;
	}
	for (int k = 0; k < exponent; k++) {
		text_add(text, k ? " * " : "");
		c_expression(text, scope, operand, k ? AS_PRODUCT + 1 : precedence);
	}
}

static int factors(const struct expr *product, int sign)
{
	int count = 0;
	for (int k = 0; k < product->count; k++) {
		int exponent = (int)(product->weights[k] * sign);
		count += exponent > LARGEST_POWER ? 1 : exponent > 0 ? exponent : 0;
	}
	return count;
}

static void print_factors(struct text *text, const struct scope *scope, const struct expr *product, int sign,
                          bool first)
{
	for (int k = 0; k < product->count; k++) {
		int exponent = (int)(product->weights[k] * sign);
		if (exponent <= 0)
			continue;
		text_add(text, first ? "" : " * ");
		print_power(text, scope, product->operands[k], exponent, first ? AS_PRODUCT : AS_PRODUCT + 1);
		first = false;
	}
}

/* coefficient * the factors of the product, one division at most; the coefficient is not negative. One that
 * enlarges comes after the factors, of which a small one may follow a large one. */
static void print_product(struct text *text, const struct scope *scope, double coefficient,
                          const struct expr *product)
{
	int above = factors(product, 1), below = factors(product, -1);
	bool number = coefficient != 1 || above == 0, number_last = coefficient > 1 && above > 1;
	if (number && !number_last)
		c_number(text, scope, coefficient);
	print_factors(text, scope, product, 1, !number || number_last);
	if (number_last) {
		text_add(text, " * ");
		c_number(text, scope, coefficient);
	}
	if (below == 0)
		return;
	text_add(text, " / ");
	open_parenthesis(text, below > 1);
	if (below > 1) {
		print_factors(text, scope, product, -1, true);
	} else {
		for (int k = 0; k < product->count; k++)
			if (product->weights[k] < 0)
				print_power(text, scope, product->operands[k], (int)-product->weights[k],
				            AS_PRODUCT + 1);
	}
	close_parenthesis(text, below > 1);
}

static int last_factor(const struct expr *product)
{
	int last = 0;
	for (int k = 0; k < product->count; k++)
		last = product->weights[k] > 0 ? k : last;
	return last;
}

static void open_broadcast(struct text *text, const struct scope *scope, bool needed)
{
	if (needed)
		text_printf(text, "%s(", c_vector_function(scope, "broadcast"));
}

/* Are all factors above the line the same number for all elements of a vector? */
static bool is_one_number(const struct scope *scope, const struct expr *product)
{
	for (int k = 0; k < product->count; k++)
		if (product->weights[k] > 0 && is_vector(scope, product->operands[k]))
			return false;
	return true;
}

/* The operands of the last multiplication of a product without division: "-a * b, c" */
static void print_last_multiplication(struct text *text, const struct scope *scope,
                                      const struct expr *product)
{
	double coefficient = fabs(product->number);
	bool vector = is_vector(scope, product);
	if (product->number < 0)
		text_add(text, "-");
	if (coefficient > 1 && factors(product, 1) > 1) {
		print_product(text, scope, 1, product);
		text_add(text, ", ");
		open_broadcast(text, scope, vector);
		c_number(text, scope, coefficient);
		close_parenthesis(text, vector);
		return;
	}
	struct expr before = *product;
	double *weights = ARENA_ARRAY(text->arena, double, product->count);
	for (int k = 0; k < product->count; k++)
		weights[k] = product->weights[k];
	int last = last_factor(product), exponent = weights[last] > LARGEST_POWER ? (int)weights[last] : 1;
	weights[last] -= exponent;
	before.weights = weights;
	bool broadcast = vector && is_one_number(scope, &before);
	open_broadcast(text, scope, broadcast);
	if (product->number == 1 && factors(&before, 1) == 1)
		print_power(text, scope, before.operands[last_factor(&before)],
		            (int)weights[last_factor(&before)], AS_ARGUMENT);
	else
		print_product(text, scope, coefficient, &before);
	close_parenthesis(text, broadcast);
	text_add(text, ", ");
	broadcast = vector && !is_vector(scope, product->operands[last]);
	open_broadcast(text, scope, broadcast);
	print_power(text, scope, product->operands[last], exponent, AS_ARGUMENT);
	close_parenthesis(text, broadcast);
}

static bool ends_in_multiplication(const struct scope *scope, const struct expr *expr)
{
	return is_plain_product(scope, expr) && factors(expr, -1) == 0 &&
	       factors(expr, 1) + (fabs(expr->number) != 1) > 1;
}

void c_add_to(struct text *text, const struct scope *scope, const char *sum, const struct expr *value)
{
	struct text line = text_new(text->arena);
	if (!scope->names->plan->options.strict && ends_in_multiplication(scope, value)) {
		if (is_vector(scope, value))
			text_printf(&line, "%s = %s(", sum, c_vector_function(scope, "multiply_add"));
		else
			text_printf(&line, "%s = mlp_multiply_add%s(", sum,
			            scope_is_double(scope) ? "" : "f");
		print_last_multiplication(&line, scope, value);
		text_printf(&line, ", %s);", sum);
	} else {
		bool rounded = rounds_product(scope, value) && !scope_lookup(scope, value);
		text_printf(&line, "%s += %s", sum, rounded ? "MLP_ROUNDED(" : "");
		c_expression(&line, scope, value, AS_ARGUMENT);
		text_add(&line, rounded ? ");" : ";");
	}
	c_line(text, text_string(&line));
}

static void print_multiply(struct text *text, const struct scope *scope, const struct expr *expr,
                           enum precedence precedence)
{
	bool parentheses = precedence > AS_PRODUCT || (expr->number < 0 && precedence > AS_SUM);
	open_parenthesis(text, parentheses);
	if (expr->number < 0)
		text_add(text, "-");
	print_product(text, scope, fabs(expr->number), expr);
	close_parenthesis(text, parentheses);
}

static double term_factor(const struct scope *scope, const struct expr *sum, int k)
{
	const struct expr *operand = sum->operands[k];
	return sum->weights[k] * (is_plain_product(scope, operand) ? operand->number : 1);
}

bool rounds_product(const struct scope *scope, const struct expr *expr)
{
	return scope->rounds_products && !is_vector(scope, expr) && expr->op == OP_MULTIPLY;
}

/* Where neighbours in memory may be computed by different formulas, GCC 12 can fuse the products of a sum and
 * a difference even with contraction off (runtime/mlp_arithmetic.h): here all products that are added are
 * rounded. */
static bool rounds(const struct scope *scope, double factor, const struct expr *operand)
{
	return scope->rounds_products && factor > 0 && !is_vector(scope, operand) &&
	       (factor != 1 || is_plain_product(scope, operand));
}

static void print_addend(struct text *text, const struct scope *scope, double factor,
                         const struct expr *operand, bool is_added)
{
	if (is_added && rounds(scope, factor, operand)) {
		text_add(text, "MLP_ROUNDED(");
		print_addend(text, scope, factor, operand, false);
		text_add(text, ")");
		return;
	}
	factor = fabs(factor);
	if (is_plain_product(scope, operand)) {
		print_product(text, scope, factor, operand);
		return;
	}
	if (factor != 1) {
		c_number(text, scope, factor);
		text_add(text, " * ");
	}
	c_expression(text, scope, operand, AS_PRODUCT + (factor != 1));
}

/* The first positive term stands first, so that `1 - x` is not `-x + 1`; the order of the others stays. */
static void print_add(struct text *text, const struct scope *scope, const struct expr *expr,
                      enum precedence precedence)
{
	int first = 0;
	bool constant_first = false;
	int positive = expr->number > 0;
	for (int k = 0; k < expr->count; k++)
		positive += term_factor(scope, expr, k) > 0;
	while (first < expr->count && term_factor(scope, expr, first) < 0)
		first++;
	if (first == expr->count) {
		first = 0;
		constant_first = expr->number > 0;
	}
	open_parenthesis(text, precedence > AS_SUM);
	if (constant_first)
		c_number(text, scope, expr->number);
	for (int n = 0; n < expr->count; n++) {
		int k = n == 0 ? first : n <= first ? n - 1 : n;
		double factor = term_factor(scope, expr, k);
		bool begins = n == 0 && !constant_first;
		text_add(text, begins ? factor < 0 ? "-" : "" : factor < 0 ? " - " : " + ");
		print_addend(text, scope, factor, expr->operands[k], positive > 1);
	}
	if (!constant_first && expr->number != 0) {
		text_add(text, expr->number < 0 ? " - " : " + ");
		c_number(text, scope, fabs(expr->number));
	}
	close_parenthesis(text, precedence > AS_SUM);
}

static void print_shift(struct text *text, const struct scope *scope, const struct expr *expr,
                        enum precedence precedence)
{
	open_parenthesis(text, precedence > AS_SUM);
	c_expression(text, scope, expr->operands[0], AS_SUM);
	text_add(text, " - ");
	c_expression(text, scope, expr->operands[1], AS_SUM + 1);
	close_parenthesis(text, precedence > AS_SUM);
}

/* --- all ---------------------------------------------------------------------------------------------- */

static void print_constant(struct text *text, const struct scope *scope, const struct expr *expr,
                           enum precedence precedence)
{
	c_expression(text, scope, expr->operands[0], precedence);
}

/* Is its value known before the program runs: a formula of numbers and positions? */
static bool is_known(const struct expr *expr)
{
	return !expr_has(expr, op_bit(OP_READ) | op_bit(OP_LABEL) | op_bit(OP_SYMBOL) | op_bit(OP_UNIFORM) |
	                               op_bit(OP_NORMAL));
}

static void print_call(struct text *text, const struct scope *scope, const struct expr *expr,
                       enum precedence precedence)
{
	(void)precedence;
	bool strict = scope->names->plan->options.strict;
	bool opaque = !strict && op_table[expr->op].strict && expr->count == 1 && is_known(expr->operands[0]);
	print_function(text, scope, expr->op);
	text_add(text, "(");
	if (opaque)
		text_printf(text, "mlp_opaque%s(", scope_is_double(scope) ? "" : "f");
	for (int k = 0; k < expr->count; k++) {
		text_add(text, k ? ", " : "");
		c_expression(text, scope, expr->operands[k], AS_ARGUMENT);
	}
	text_add(text, opaque ? "))" : ")");
}

/* Operators without a row are functions of C, or conditions. */
static printer *const printers[OP_COUNT] = {
	[OP_NUMBER] = leaf_number, [OP_READ] = leaf_read,       [OP_POSITION] = leaf_position,
	[OP_LABEL] = leaf_position, [OP_SYMBOL] = leaf_symbol,  [OP_UNIFORM] = leaf_draw,
	[OP_NORMAL] = leaf_draw,   [OP_ORTHOGONAL] = leaf_stored,
	[OP_ADD] = print_add,       [OP_MULTIPLY] = print_multiply,
	[OP_MIN] = print_extreme,   [OP_MAX] = print_extreme,     [OP_SELECT] = print_select,
	[OP_SHIFT] = print_shift,   [OP_CONSTANT] = print_constant,
};

/* Of vectors; sums and products are written alike. */
static printer *const vector_printers[OP_COUNT] = {
	[OP_READ] = vector_read,    [OP_SELECT] = vector_select, [OP_MIN] = vector_extreme,
	[OP_MAX] = vector_extreme,  [OP_SQRT] = vector_call,     [OP_ABS] = vector_call,
	[OP_EXP] = vector_call,     [OP_EXPM1] = vector_call,    [OP_LOG] = vector_call,
	[OP_LOG1P] = vector_call,   [OP_TANH] = vector_call,     [OP_ERF] = vector_call,
	[OP_UNIFORM] = vector_draw, [OP_ERFC] = vector_call,    [OP_LOGISTIC] = vector_call, [OP_LOG1PEXP] = vector_call,
};

void c_expression(struct text *text, const struct scope *scope, const struct expr *expr,
                  enum precedence precedence)
{
	name_t value = scope_lookup(scope, expr);
	if (is_vector(scope, expr) && !value && vector_printers[expr->op])
		vector_printers[expr->op](text, scope, expr, precedence);
	else if (op_is_condition(expr->op))
		(is_vector(scope, expr) ? vector_condition_as_number
		                        : print_condition_as_number)(text, scope, expr, precedence);
	else if (value)
		text_add(text, value);
	else
		(printers[expr->op] ? printers[expr->op] : print_call)(text, scope, expr, precedence);
}
