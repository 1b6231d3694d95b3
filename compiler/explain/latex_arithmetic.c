/* Products and sums: divisions are fractions, and what reaches to its right without end (sums over an index,
 * cases) stands last in a product. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "explain/latex_layout.h"
#include "explain/latex_parts.h"

/* In hundredths of an em. A wider fraction is written so that it can be broken; no row ends behind a
 * coefficient. */
enum { WIDEST_FRACTION = 3200, WIDEST_COEFFICIENT = 500 };

/* --- products --------------------------------------------------------------------------------- */

bool latex_is_iverson(const struct expr *expr)
{
	return expr->op == OP_SELECT && expr_is_number(expr->operands[1], 1) &&
	       expr_is_number(expr->operands[2], 0);
}

bool latex_is_open_ended(const struct expr *expr)
{
	return op_is_reduction(expr->op) || (expr->op == OP_SELECT && !latex_is_iverson(expr));
}

/* Two factors side by side; a dot before digits. No row ends between a number and what it multiplies. */
static void add_factor(struct text *product, const char *factor)
{
	bool after_number = strspn(text_string(product), "0123456789.") == product->length;
	bool before_number = isdigit((unsigned char)*factor);
	if (product->length > 0)
		text_printf(product, "%s%s", after_number ? "" : "\n", before_number ? "\\cdot " : "\\,");
	text_add(product, factor);
}

/* Over or under the line alone it needs no parentheses. */
static const char *power(struct printer *printer, const struct expr *base, double exponent, bool alone)
{
	struct text text = text_new(printer->text->arena);
	text_add(&text, latex_part(printer, base, exponent != 1 ? ATOM : alone ? CONDITIONAL : FACTOR));
	if (exponent != 1) {
		text_add(&text, "^{");
		latex_number(&text, exponent);
		text_add(&text, "}");
	}
	return text_string(&text);
}

/* The parts of a product: over and under the line, and what is best read behind the fraction. */
struct product {
	struct text over, under, behind;
	const struct expr *lone;  /* all that stands over the line, or NULL */
};

static struct product product_parts(struct printer *printer, double magnitude, const struct expr *expr)
{
	struct arena *arena = printer->text->arena;
	struct product product = {text_new(arena), text_new(arena), text_new(arena), NULL};
	const struct expr *last = NULL;
	int over = 0, under = 0;
	if (magnitude != 1)
		latex_number(&product.over, magnitude);
	for (int k = 0; k < expr->count; k++)
		if (expr->weights[k] == 1 && latex_is_open_ended(expr->operands[k]))
			last = expr->operands[k];
	for (int k = 0; k < expr->count; k++) {
		over += expr->weights[k] > 0 && expr->operands[k] != last;
		under += expr->weights[k] < 0;
	}
	for (int k = 0; k < expr->count; k++) {
		if (expr->operands[k] == last)
			continue;
		bool is_over = expr->weights[k] > 0;
		bool alone = is_over ? over == 1 && under > 0 && magnitude == 1 : under == 1;
		alone &= fabs(expr->weights[k]) == 1;
		product.lone = is_over && alone ? expr->operands[k] : product.lone;
		add_factor(is_over ? &product.over : &product.under,
		           power(printer, expr->operands[k], fabs(expr->weights[k]), alone));
	}
	if (last)
		text_add(&product.behind, latex_part(printer, last, TERM));
	return product;
}

/* A divisor, in parentheses unless it is one symbol. */
static void add_divisor(struct text *text, const char *under)
{
	bool is_symbol = !strpbrk(under, "\n +-");
	text_add(text, is_symbol ? "\\big/ " : "\n\\big/ ");
	if (is_symbol)
		text_add(text, under);
	else
		latex_enclosed(text, "(", under, ")");
}

/* magnitude * the powers of a product; its own number is left out. */
static void print_factors(struct printer *printer, double magnitude, const struct expr *expr)
{
	struct product product = product_parts(printer, magnitude, expr);
	const char *over = text_string(&product.over), *under = text_string(&product.under);
	const char *behind = text_string(&product.behind);
	struct text whole = text_new(printer->text->arena);
	bool fits = latex_width(over) <= WIDEST_FRACTION && latex_width(under) <= WIDEST_FRACTION;
	if (*under && fits)
		text_printf(&whole, "\\frac{%s}{%s}", *over ? over : "1", under);
	else
		text_add(&whole, product.lone ? latex_in_level(printer, product.lone, over, FACTOR) : over);
	if (*behind && *under && !fits)
		latex_enclosed(&whole, "(", behind, ")");
	else if (*behind && latex_width(text_string(&whole)) < WIDEST_COEFFICIENT)
		text_printf(&whole, "%s%s", whole.length > 0 ? "\\," : "", behind);
	else if (*behind)
		add_factor(&whole, behind);
	if (whole.length == 0)
		text_add(&whole, "1");
	if (*under && !fits)
		add_divisor(&whole, under);
	text_add(printer->text, text_string(&whole));
}

void latex_product(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, signbit(expr->number) ? "-" : "");
	print_factors(printer, fabs(expr->number), expr);
}

bool latex_is_single_power(const struct expr *product)
{
	return product->count == 1 && product->weights[0] > 0 && product->number == 1;
}

/* --- sums ------------------------------------------------------------------------------------- */

bool latex_is_negative(const struct expr *expr)
{
	return (expr->op == OP_NUMBER || expr->op == OP_MULTIPLY) && signbit(expr->number);
}

static bool is_negative_term(const struct expr *sum, int k)
{
	return (sum->weights[k] < 0) != latex_is_negative(sum->operands[k]);
}

static void print_term(struct printer *printer, const struct expr *sum, int k, bool first)
{
	const struct expr *operand = sum->operands[k];
	double weight = fabs(sum->weights[k]);
	bool negative = is_negative_term(sum, k);
	text_add(printer->text, first ? (negative ? "-" : "") : negative ? "\n- " : "\n+ ");
	if (operand->op == OP_MULTIPLY) {
		print_factors(printer, weight * fabs(operand->number), operand);
	} else if (operand->op == OP_NUMBER) {
		latex_number(printer->text, weight * fabs(operand->number));
	} else if (weight != 1) {
		struct text term = text_new(printer->text->arena);
		latex_number(&term, weight);
		add_factor(&term, latex_part(printer, operand, latex_is_open_ended(operand) ? TERM : FACTOR));
		text_add(printer->text, text_string(&term));
	} else {
		latex_print(printer, operand, first && !negative && operand->op == OP_ADD ? SUM : TERM);
	}
}

/* In order, but a 1 goes first, and so does a positive term before a leading minus. */
void latex_sum(struct printer *printer, const struct expr *expr)
{
	enum { CONSTANT = -1 };
	int first = expr->number == 1 || (expr->number > 0 && is_negative_term(expr, 0)) ? CONSTANT : 0;
	for (int k = 0; k < expr->count && first == 0; k++) {
		if (!is_negative_term(expr, k)) {
			first = k;
			break;
		}
	}
	if (first == CONSTANT)
		latex_number(printer->text, expr->number);
	else
		print_term(printer, expr, first, true);
	for (int k = 0; k < expr->count; k++) {
		if (latex_is_full(printer)) {
			text_add(printer->text, "\n+ \\dots");
			return;
		}
		if (k != first)
			print_term(printer, expr, k, false);
	}
	if (first == CONSTANT || expr->number == 0)
		return;
	text_add(printer->text, expr->number < 0 ? "\n- " : "\n+ ");
	latex_number(printer->text, fabs(expr->number));
}
