/* Expressions as text of the language, with as few parentheses as its precedence allows. */
#include "expr/expr_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Shared parts are printed each time: a graph of n parts may be a text of 2^n. */
enum { MOST_PRINTED = 1000 };

/* Precedence, lowest first, as in the grammar. */
enum level { CONDITIONAL, DISJUNCTION, CONJUNCTION, NEGATED, COMPARISON, SUM, TERM, SIGNED, POWER, ATOM };

static void print(struct printer *printer, const struct expr *expr, enum level level);

static void print_variable(struct printer *printer, int variable)
{
	if (variable < 0 || variable >= PRINTER_VARIABLES) {
		text_printf(printer->text, "v%d", variable);
		return;
	}
	if (!printer->letters[variable])
		printer->letters[variable] = printer_letter(printer, NULL);
	text_add(printer->text, printer->letters[variable]);
}

/* --- leaves ----------------------------------------------------------------------------------- */

void print_number(struct text *text, double number)
{
	if (number == floor(number) && fabs(number) < 1e15)
		text_printf(text, "%.0f", number);
	else
		text_double(text, number);
}

double rounded_number(double number, int digits)
{
	char text[32];
	bool is_whole = number == floor(number) && fabs(number) < 1e15;
	if (digits == 0 || is_whole || !isfinite(number))
		return number;
	snprintf(text, sizeof text, "%.*e", digits - 1, number);
	return strtod(text, NULL);
}

static void print_value(struct printer *printer, double number)
{
	print_number(printer->text, rounded_number(number, printer->digits));
}

static bool is_atom(const struct linear *linear)
{
	return linear->label || (linear->count == 0 && linear->constant >= 0) ||
	       (linear->count == 1 && linear->constant == 0 && linear->terms[0].coefficient == 1);
}

static void print_linear(struct printer *printer, const struct linear *linear);

/* floor(k / 8), mod(k, 8) */
static void print_term_of_index(struct printer *printer, const struct linear_term *term)
{
	const struct division *division = term->division;
	if (!division) {
		print_variable(printer, term->variable);
		return;
	}
	bool parentheses = !division->is_remainder && division->dividend->count + (division->dividend->constant != 0) > 1;
	text_add(printer->text, division->is_remainder ? "mod(" : parentheses ? "floor((" : "floor(");
	print_linear(printer, division->dividend);
	text_printf(printer->text, division->is_remainder ? ", %lld)" : parentheses ? ") / %lld)" : " / %lld)",
	            (long long)division->divisor);
}

static void print_linear(struct printer *printer, const struct linear *linear)
{
	if (linear->label) {
		print(printer, linear->label, CONDITIONAL);
		return;
	}
	for (int k = 0; k < linear->count; k++) {
		long long coefficient = linear->terms[k].coefficient;
		text_add(printer->text, coefficient < 0 ? (k > 0 ? " - " : "-") : k > 0 ? " + " : "");
		if (coefficient != 1 && coefficient != -1)
			text_printf(printer->text, "%lld * ", coefficient < 0 ? -coefficient : coefficient);
		print_term_of_index(printer, &linear->terms[k]);
	}
	long long constant = linear->constant;
	if (linear->count == 0)
		text_printf(printer->text, "%lld", constant);
	else if (constant != 0)
		text_printf(printer->text, " %c %lld", constant < 0 ? '-' : '+',
		            constant < 0 ? -constant : constant);
}

static void print_read(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, expr->tensor->name);
	for (int d = 0; d < expr->index_count; d++) {
		text_add(printer->text, d == 0 ? "[" : ", ");
		print_linear(printer, expr->indices[d]);
	}
	if (expr->index_count > 0)
		text_add(printer->text, "]");
}

static void print_position(struct printer *printer, const struct expr *expr)
{
	print_linear(printer, expr->indices[0]);
}

static void print_constant(struct printer *printer, const struct expr *expr)
{
	print_value(printer, expr->number);
}

static void print_draw(struct printer *printer, const struct expr *expr)
{
	text_printf(printer->text, "%s(\"%s\")", op_table[expr->op].name, expr->draw);
}

static void print_symbol(struct printer *printer, const struct expr *expr)
{
	static const char *const names[] = {
		[SYMBOL_TRAINING] = "training",
		[SYMBOL_ROWS] = "rows",
		[SYMBOL_STEP] = "step",
		[SYMBOL_EPOCH] = "epoch",
		[SYMBOL_GRADIENT] = "gradient",
		[SYMBOL_PARAMETER] = "parameter",
	};
	text_add(printer->text, names[expr->symbol]);
}

/* --- products --------------------------------------------------------------------------------- */

static void print_power(struct printer *printer, const struct expr *base, double exponent, enum level level)
{
	print(printer, base, exponent == 1 ? level : ATOM);
	if (exponent == 1)
		return;
	text_add(printer->text, "^");
	print_value(printer, exponent);
}

static int count_divisors(const struct expr *product)
{
	int count = 0;
	for (int k = 0; k < product->count; k++)
		count += product->weights[k] < 0;
	return count;
}

/* magnitude * the powers of a product; its own number is left out. */
static void print_factors(struct printer *printer, double magnitude, const struct expr *product,
                          bool after_sign)
{
	int divisors = count_divisors(product), printed = 0;
	if (magnitude != 1 || divisors == product->count) {
		print_value(printer, magnitude);
		printed++;
	}
	for (int k = 0; k < product->count; k++) {
		if (product->weights[k] < 0)
			continue;
		if (printed > 0)
			text_add(printer->text, " * ");
		print_power(printer, product->operands[k], product->weights[k],
		            printed > 0 || after_sign ? POWER : TERM);
		printed++;
	}
	const char *before = divisors > 1 ? " / (" : " / ";
	for (int k = 0; k < product->count; k++) {
		if (product->weights[k] >= 0)
			continue;
		text_add(printer->text, before);
		print_power(printer, product->operands[k], -product->weights[k], POWER);
		before = " * ";
	}
	text_add(printer->text, divisors > 1 ? ")" : "");
}

static enum level product_level(const struct expr *product)
{
	bool single = product->count == 1 && product->weights[0] > 0 && fabs(product->number) == 1;
	if (!single)
		return TERM;
	return product->number < 0 ? SIGNED : POWER;
}

static void print_product(struct printer *printer, const struct expr *expr)
{
	if (signbit(expr->number))
		text_add(printer->text, "-");
	print_factors(printer, fabs(expr->number), expr, signbit(expr->number));
}

/* --- sums ------------------------------------------------------------------------------------- */

static bool is_negative(const struct expr *expr)
{
	return (expr->op == OP_NUMBER || expr->op == OP_MULTIPLY) && signbit(expr->number);
}

static bool is_negative_term(const struct expr *sum, int k)
{
	return (sum->weights[k] < 0) != is_negative(sum->operands[k]);
}

/* Term k with its sign; `first` if nothing stands before it. */
static void print_term(struct printer *printer, const struct expr *sum, int k, bool first)
{
	const struct expr *operand = sum->operands[k];
	double weight = fabs(sum->weights[k]), number = fabs(operand->number);
	bool negative = is_negative_term(sum, k);
	text_add(printer->text, first ? (negative ? "-" : "") : negative ? " - " : " + ");
	if (operand->op == OP_MULTIPLY && (weight == 1 || number == 1)) {
		print_factors(printer, weight * number, operand, first && negative);
		return;
	}
	if (weight != 1) {
		print_value(printer, weight);
		text_add(printer->text, " * ");
	}
	if (operand->op == OP_NUMBER) {
		print_value(printer, number);
	} else if (operand->op == OP_MULTIPLY) { /* its sign is printed already */
		text_add(printer->text, "(");
		print_factors(printer, number, operand, false);
		text_add(printer->text, ")");
	} else {
		enum level level = first && operand->op == OP_ADD ? SUM : TERM;
		print(printer, operand, weight != 1 || (first && negative) ? POWER : level);
	}
}

/* In order, but for a positive term that goes before a leading minus: 1 - y^2. */
static void print_sum(struct printer *printer, const struct expr *expr)
{
	enum { CONSTANT = -1 };
	int first = 0;
	if (is_negative_term(expr, 0) && expr->number > 0)
		first = CONSTANT;
	for (int k = 0; k < expr->count && first == 0; k++) {
		if (!is_negative_term(expr, k)) {
			first = k;
			break;
		}
	}
	if (first == CONSTANT)
		print_value(printer, expr->number);
	else
		print_term(printer, expr, first, true);
	for (int k = 0; k < expr->count; k++)
		if (k != first)
			print_term(printer, expr, k, false);
	if (first == CONSTANT || expr->number == 0)
		return;
	text_add(printer->text, expr->number < 0 ? " - " : " + ");
	print_value(printer, fabs(expr->number));
}

/* --- operators and calls ---------------------------------------------------------------------- */

struct infix {
	const char *operator;  /* NULL: not an infix operator */
	enum level own, left, right;
};

static const struct infix infixes[OP_COUNT] = {
	[OP_SHIFT] = {" - ", SUM, SUM, TERM},
	[OP_SCALE] = {" / ", TERM, TERM, POWER},
	[OP_POW] = {"^", POWER, ATOM, SIGNED},
	[OP_LESS] = {" < ", COMPARISON, SUM, SUM},
	[OP_LESS_EQUAL] = {" <= ", COMPARISON, SUM, SUM},
	[OP_EQUAL] = {" == ", COMPARISON, SUM, SUM},
	[OP_NOT_EQUAL] = {" != ", COMPARISON, SUM, SUM},
	[OP_AND] = {" and ", CONJUNCTION, CONJUNCTION, NEGATED},
	[OP_OR] = {" or ", DISJUNCTION, DISJUNCTION, CONJUNCTION},
};

static void print_infix(struct printer *printer, const struct expr *expr)
{
	const struct infix *infix = &infixes[expr->op];
	bool minus_twice = expr->op == OP_SHIFT && is_negative(expr->operands[1]);
	print(printer, expr->operands[0], infix->left);
	text_add(printer->text, infix->operator);
	print(printer, expr->operands[1], minus_twice ? ATOM : infix->right);
}

static void print_not(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, "not ");
	print(printer, expr->operands[0], NEGATED);
}

static void print_select(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, "if ");
	print(printer, expr->operands[0], DISJUNCTION);
	text_add(printer->text, " then ");
	print(printer, expr->operands[1], DISJUNCTION);
	text_add(printer->text, " else ");
	print(printer, expr->operands[2], CONDITIONAL);
}

static void print_floor_quotient(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, "floor(");
	print(printer, expr->operands[0], TERM);
	text_add(printer->text, " / ");
	print(printer, expr->operands[1], POWER);
	text_add(printer->text, ")");
}

static void print_call(struct printer *printer, const struct expr *expr)
{
	text_printf(printer->text, "%s(", op_table[expr->op].name);
	for (int k = 0; k < expr->count; k++) {
		text_add(printer->text, k > 0 ? ", " : "");
		print(printer, expr->operands[k], CONDITIONAL);
	}
	text_add(printer->text, ")");
}

/* The extent is printed where no read tells it. */
static void print_reduction(struct printer *printer, const struct expr *expr)
{
	bool has_extent;
	const char *letter = printer_index(printer, expr, &has_extent);
	text_printf(printer->text, "%s(%s", op_table[expr->op].name, letter);
	if (!has_extent)
		text_printf(printer->text, ": %lld", (long long)expr->extent);
	text_add(printer->text, ", ");
	bool known = expr->variable >= 0 && expr->variable < PRINTER_VARIABLES;
	const char *outer = known ? printer->letters[expr->variable] : NULL;
	if (known)
		printer->letters[expr->variable] = letter;
	print(printer, expr->operands[0], CONDITIONAL);
	if (known)
		printer->letters[expr->variable] = outer;
	text_add(printer->text, ")");
}

static void (*const printers[OP_COUNT])(struct printer *, const struct expr *) = {
	[OP_NUMBER] = print_constant, [OP_READ] = print_read, [OP_LABEL] = print_read,
	[OP_POSITION] = print_position, [OP_SYMBOL] = print_symbol, [OP_UNIFORM] = print_draw,
	[OP_NORMAL] = print_draw, [OP_ORTHOGONAL] = print_draw, [OP_ADD] = print_sum,
	[OP_MULTIPLY] = print_product,
	[OP_SELECT] = print_select, [OP_NOT] = print_not, [OP_SUM] = print_reduction,
	[OP_PRODUCT] = print_reduction, [OP_MAXIMUM] = print_reduction, [OP_MINIMUM] = print_reduction,
	[OP_ARGMAX] = print_reduction, [OP_FLOOR_QUOTIENT] = print_floor_quotient,
};

static enum level level_of(const struct expr *expr)
{
	if (infixes[expr->op].operator)
		return infixes[expr->op].own;
	switch (expr->op) {
	case OP_NUMBER:
		return signbit(expr->number) ? SIGNED : ATOM;
	case OP_POSITION:
		return is_atom(expr->indices[0]) ? ATOM : SUM;
	case OP_ADD:
		return SUM;
	case OP_MULTIPLY:
		return product_level(expr);
	case OP_NOT:
		return NEGATED;
	case OP_SELECT:
		return CONDITIONAL;
	default:
		return ATOM;
	}
}

/* In parentheses if it binds less than `level`. */
static void print(struct printer *printer, const struct expr *expr, enum level level)
{
	bool parentheses = level_of(expr) < level;
	if (printer->printed++ >= MOST_PRINTED) {
		text_add(printer->text, "…");
		return;
	}
	text_add(printer->text, parentheses ? "(" : "");
	if (printers[expr->op])
		printers[expr->op](printer, expr);
	else if (infixes[expr->op].operator)
		print_infix(printer, expr);
	else
		print_call(printer, expr);
	text_add(printer->text, parentheses ? ")" : "");
}

void printer_expr(struct printer *printer, const struct expr *expr)
{
	print(printer, expr, CONDITIONAL);
}

void expr_print(struct text *text, const struct expr *expr, const struct tensor *left)
{
	struct printer printer = printer_new(text, left);
	printer_expr(&printer, expr);
}
