/* Expressions by precedence, as expr_print.c, but in the notation of mathematics. */
#include <math.h>
#include <string.h>

#include "explain/latex_layout.h"
#include "explain/latex_parts.h"

/* In hundredths of an em: what is wider is written so that it can be broken. */
enum { WIDEST_EXPONENT = 1100, WIDEST_ROOT = 2800 };

/* Shared parts are written each time: a graph of n parts may be a formula of 2^n. */
enum { MOST_WRITTEN = 1000 };

void latex_print(struct printer *printer, const struct expr *expr, enum level level)
{
	text_add(printer->text, latex_part(printer, expr, level));
}

static bool is_tall(const char *formula)
{
	static const char *const tall[] = {"\\frac", "\\begin", "\\sum_", "\\prod_", "\\sqrt"};
	for (size_t k = 0; k < sizeof tall / sizeof *tall; k++)
		if (strstr(formula, tall[k]))
			return true;
	return false;
}

void latex_enclosed(struct text *text, const char *open, const char *formula, const char *close)
{
	const char *size = is_tall(formula) ? "\\Big" : strpbrk(formula, "([") ? "\\big" : NULL;
	if (size)
		text_printf(text, "%sl%s %s%sr%s", size, open, formula, size, close);
	else
		text_printf(text, "%s%s%s", open, formula, close);
}

/* --- leaves ----------------------------------------------------------------------------------- */

static void print_variable(struct printer *printer, int variable)
{
	if (variable < 0 || variable >= PRINTER_VARIABLES) {
		text_printf(printer->text, "v_{%d}", variable);
		return;
	}
	if (!printer->letters[variable])
		printer->letters[variable] = printer_letter(printer, NULL);
	latex_letter(printer->text, printer->letters[variable]);
}

static void print_linear(struct printer *printer, const struct linear *linear);

/* A variable, or a whole quotient or remainder of an index. */
static void print_linear_term(struct printer *printer, const struct linear_term *term)
{
	const struct division *division = term->division;
	if (!division) {
		print_variable(printer, term->variable);
		return;
	}
	bool is_sum = division->dividend->count + (division->dividend->constant != 0) > 1;
	text_add(printer->text, division->is_remainder ? "(" : "\\lfloor ");
	text_add(printer->text, is_sum ? "(" : "");
	print_linear(printer, division->dividend);
	text_add(printer->text, is_sum ? ")" : "");
	text_printf(printer->text, division->is_remainder ? " \\bmod %lld)" : "/%lld\\rfloor",
	            (long long)division->divisor);
}

static void print_linear(struct printer *printer, const struct linear *linear)
{
	long long constant = linear->constant;
	if (linear->label) {
		latex_print(printer, linear->label, CONDITIONAL);
		return;
	}
	for (int k = 0; k < linear->count; k++) {
		long long coefficient = linear->terms[k].coefficient;
		text_add(printer->text, coefficient < 0 ? "-" : k > 0 ? "+" : "");
		if (coefficient != 1 && coefficient != -1)
			text_printf(printer->text, "%lld", coefficient < 0 ? -coefficient : coefficient);
		print_linear_term(printer, &linear->terms[k]);
	}
	if (linear->count == 0 || constant != 0)
		text_printf(printer->text, linear->count > 0 ? "%+lld" : "%lld", constant);
}

static void print_subscripts(struct printer *printer, const struct expr *read)
{
	for (int d = 0; d < read->index_count; d++) {
		text_add(printer->text, d == 0 ? "_{" : ",");
		print_linear(printer, read->indices[d]);
	}
	text_add(printer->text, read->index_count > 0 ? "}" : "");
}

static void print_read(struct printer *printer, const struct expr *expr)
{
	bool partial = latex_is_partial(expr->tensor);
	text_add(printer->text, partial ? "\\frac{\\partial L}{\\partial " : "");
	latex_symbol(printer->text, partial ? expr->tensor->of : expr->tensor);
	print_subscripts(printer, expr);
	text_add(printer->text, partial ? "}" : "");
}

static void print_position(struct printer *printer, const struct expr *expr)
{
	print_linear(printer, expr->indices[0]);
}

static void print_constant(struct printer *printer, const struct expr *expr)
{
	latex_number(printer->text, expr->number);
}

static void print_symbol(struct printer *printer, const struct expr *expr)
{
	static const char *const names[] = {
		[SYMBOL_TRAINING] = "\\mathrm{training}",
		[SYMBOL_ROWS] = "N",
		[SYMBOL_STEP] = "\\mathrm{step}",
		[SYMBOL_EPOCH] = "\\mathrm{epoch}",
		[SYMBOL_GRADIENT] = "\\mathrm{gradient}",
		[SYMBOL_PARAMETER] = "\\mathrm{parameter}",
	};
	text_add(printer->text, names[expr->symbol]);
}

/* --- operators and functions ------------------------------------------------------------------ */

struct notation {
	const char *name, *open, *close; /* of a function: what stands before and around its operands */
	const char *infix;               /* between two operands, or NULL */
	enum level own, left, right;     /* of an infix operator */
	const char *meaning;             /* for those who do not know the notation, or NULL */
};

#define FUNCTION(latex, ...) {.name = latex, .open = "(", .close = ")", .own = ATOM, __VA_ARGS__}

static const struct notation notations[OP_COUNT] = {
	[OP_EXPM1] = FUNCTION("\\operatorname{expm1}",
	                      .meaning = "$\\operatorname{expm1}(x) = e^{x} - 1$, exact near 0."),
	[OP_LOG] = FUNCTION("\\log"),
	[OP_LOG1P] = FUNCTION("\\operatorname{log1p}",
	                      .meaning = "$\\operatorname{log1p}(x) = \\log(1 + x)$, exact near 0."),
	[OP_ABS] = {.name = "", .open = "\\lvert ", .close = "\\rvert", .own = ATOM},
	[OP_SIGN] = FUNCTION("\\operatorname{sign}"),
	[OP_FLOOR] = {.name = "", .open = "\\lfloor ", .close = "\\rfloor", .own = ATOM},
	[OP_FLOOR_QUOTIENT] = {.own = ATOM},
	[OP_SIN] = FUNCTION("\\sin"),
	[OP_COS] = FUNCTION("\\cos"),
	[OP_TANH] = FUNCTION("\\tanh"),
	[OP_ERF] = FUNCTION("\\operatorname{erf}",
	                    .meaning = "$\\operatorname{erf}(x) = \\frac{2}{\\sqrt{\\pi}}"
	                               "\\int_{0}^{x} e^{-t^{2}}\\,dt$."),
	[OP_ERFC] = FUNCTION("\\operatorname{erfc}",
	                     .meaning = "$\\operatorname{erfc}(x) = 1 - \\operatorname{erf}(x)$."),
	[OP_LOGISTIC] = FUNCTION("\\sigma", .meaning = "$\\sigma(x) = \\frac{1}{1 + e^{-x}}$."),
	[OP_LOG1PEXP] = FUNCTION("\\operatorname{log1pexp}",
	                         .meaning = "$\\operatorname{log1pexp}(x) = \\log(1 + e^{x})$."),
	[OP_CONSTANT] = FUNCTION("\\operatorname{const}",
	                         .meaning = "$\\operatorname{const}(x) = x$ without a gradient."),
	[OP_MIN] = FUNCTION("\\min"),
	[OP_MAX] = FUNCTION("\\max"),
	[OP_SHIFT] = {.infix = "\n- ", .own = SUM, .left = SUM, .right = TERM},
	[OP_SCALE] = {.infix = " / ", .own = TERM, .left = TERM, .right = ATOM},
	[OP_LESS] = {.infix = " < ", .own = COMPARISON, .left = SUM, .right = SUM},
	[OP_LESS_EQUAL] = {.infix = " \\le ", .own = COMPARISON, .left = SUM, .right = SUM},
	[OP_EQUAL] = {.infix = " = ", .own = COMPARISON, .left = SUM, .right = SUM},
	[OP_NOT_EQUAL] = {.infix = " \\ne ", .own = COMPARISON, .left = SUM, .right = SUM},
	[OP_AND] = {.infix = "\n\\wedge ", .own = CONJUNCTION, .left = CONJUNCTION, .right = NEGATED},
	[OP_OR] = {.infix = "\n\\vee ", .own = DISJUNCTION, .left = DISJUNCTION, .right = CONJUNCTION},
	[OP_UNIFORM] = {.name = "\\mathcal{U}", .own = ATOM,
	                .meaning = "$\\mathcal{U}$ is a number drawn uniformly from $[0, 1)$, a new one for "
	                           "each element and step."},
	[OP_NORMAL] = {.name = "\\mathcal{N}", .own = ATOM,
	               .meaning = "$\\mathcal{N}$ is a number drawn from the standard normal distribution, a "
	                          "new one for each element and step."},
	[OP_ORTHOGONAL] = {.name = "\\mathcal{O}", .own = ATOM},
	[OP_SUM] = {.name = "\\sum"},
	[OP_PRODUCT] = {.name = "\\prod"},
	[OP_MAXIMUM] = {.name = "\\max"},
	[OP_MINIMUM] = {.name = "\\min"},
	[OP_ARGMAX] = {.name = "\\operatorname*{arg\\,max}"},
};

static void print_draw(struct printer *printer, const struct expr *expr)
{
	text_printf(printer->text, "%s_{\\mathrm{", notations[expr->op].name);
	latex_escaped(printer->text, expr->draw);
	text_add(printer->text, "}}");
}

static void print_infix(struct printer *printer, const struct expr *expr)
{
	const struct notation *notation = &notations[expr->op];
	bool minus_twice = expr->op == OP_SHIFT && latex_is_negative(expr->operands[1]);
	latex_print(printer, expr->operands[0], notation->left);
	text_add(printer->text, notation->infix);
	latex_print(printer, expr->operands[1], minus_twice ? ATOM : notation->right);
}

static void print_floor_quotient(struct printer *printer, const struct expr *expr)
{
	text_printf(printer->text, "\\Bigl\\lfloor \\frac{%s}{%s}\\Bigr\\rfloor",
	            latex_part(printer, expr->operands[0], CONDITIONAL),
	            latex_part(printer, expr->operands[1], CONDITIONAL));
}

static void print_function(struct printer *printer, const struct expr *expr)
{
	const struct notation *notation = &notations[expr->op];
	struct text operands = text_new(printer->text->arena);
	for (int k = 0; k < expr->count; k++)
		text_printf(&operands, "%s%s", k > 0 ? ",\n\\," : "",
		            latex_part(printer, expr->operands[k], CONDITIONAL));
	text_add(printer->text, notation->name);
	latex_enclosed(printer->text, notation->open, text_string(&operands), notation->close);
}

/* A script where it is one to be read, else a function. */
static void print_exp(struct printer *printer, const struct expr *expr)
{
	const char *exponent = latex_part(printer, expr->operands[0], CONDITIONAL);
	if (latex_width(exponent) <= WIDEST_EXPONENT && !is_tall(exponent)) {
		text_printf(printer->text, "e^{%s}", exponent);
		return;
	}
	text_add(printer->text, "\\exp");
	latex_enclosed(printer->text, "(", exponent, ")");
}

static void print_sqrt(struct printer *printer, const struct expr *expr)
{
	const char *operand = latex_part(printer, expr->operands[0], CONDITIONAL);
	if (latex_width(operand) <= WIDEST_ROOT) {
		text_printf(printer->text, "\\sqrt{%s}", operand);
		return;
	}
	latex_enclosed(printer->text, "(", operand, ")");
	text_add(printer->text, "^{1/2}");
}

static void print_pow(struct printer *printer, const struct expr *expr)
{
	latex_print(printer, expr->operands[0], ATOM);
	text_printf(printer->text, "^{%s}", latex_part(printer, expr->operands[1], CONDITIONAL));
}

static void print_not(struct printer *printer, const struct expr *expr)
{
	text_add(printer->text, "\\neg ");
	latex_print(printer, expr->operands[0], SUM);
}

/* --- reductions ------------------------------------------------------------------------------- */

static enum level body_level(const struct expr *reduction)
{
	bool multiplies = reduction->op == OP_SUM;
	if (latex_is_negative(reduction->operands[0]))
		return ATOM;
	return multiplies || op_is_reduction(reduction->operands[0]->op) ? TERM : FACTOR;
}

/* The extent is printed where no read tells it. */
static void print_reduction(struct printer *printer, const struct expr *expr)
{
	bool has_extent, known = expr->variable >= 0 && expr->variable < PRINTER_VARIABLES;
	const char *letter = printer_index(printer, expr, &has_extent);
	text_printf(printer->text, "%s_{", notations[expr->op].name);
	latex_letter(printer->text, letter);
	if (!has_extent)
		text_printf(printer->text, "=0}^{%lld", (long long)expr->extent - 1);
	text_add(printer->text, "} ");
	const char *outer = known ? printer->letters[expr->variable] : NULL;
	if (known)
		printer->letters[expr->variable] = letter;
	latex_print(printer, expr->operands[0], body_level(expr));
	if (known)
		printer->letters[expr->variable] = outer;
}

/* --- all of them ------------------------------------------------------------------------------ */

static void (*const printers[OP_COUNT])(struct printer *, const struct expr *) = {
	[OP_NUMBER] = print_constant, [OP_READ] = print_read, [OP_LABEL] = print_read,
	[OP_POSITION] = print_position, [OP_SYMBOL] = print_symbol, [OP_UNIFORM] = print_draw,
	[OP_NORMAL] = print_draw, [OP_ORTHOGONAL] = print_draw, [OP_ADD] = latex_sum,
	[OP_MULTIPLY] = latex_product, [OP_POW] = print_pow, [OP_EXP] = print_exp, [OP_SQRT] = print_sqrt,
	[OP_SELECT] = latex_choice, [OP_NOT] = print_not, [OP_SUM] = print_reduction,
	[OP_PRODUCT] = print_reduction, [OP_MAXIMUM] = print_reduction, [OP_MINIMUM] = print_reduction,
	[OP_ARGMAX] = print_reduction, [OP_FLOOR_QUOTIENT] = print_floor_quotient,
};

static enum level level_of_number(double number)
{
	bool scientific = number != 0 && (fabs(number) < 1e-4 || fabs(number) >= 1e7);
	return signbit(number) || scientific ? TERM : ATOM;
}

static enum level level_of_read(const struct expr *expr)
{
	return latex_is_partial(expr->tensor) || latex_has_superscript(expr->tensor) ? FACTOR : ATOM;
}

static enum level level_of(const struct expr *expr)
{
	static const enum level levels[OP_COUNT] = {
		[OP_ADD] = SUM,      [OP_NOT] = NEGATED,  [OP_POW] = FACTOR,   [OP_EXP] = FACTOR,
		[OP_SQRT] = FACTOR,  [OP_SYMBOL] = ATOM,  [OP_LABEL] = ATOM,   [OP_SUM] = TERM,
		[OP_PRODUCT] = TERM, [OP_MAXIMUM] = TERM, [OP_MINIMUM] = TERM, [OP_ARGMAX] = TERM,
	};
	switch (expr->op) {
	case OP_NUMBER:
		return level_of_number(expr->number);
	case OP_READ:
		return level_of_read(expr);
	case OP_POSITION:
		return expr->indices[0]->count + (expr->indices[0]->constant != 0) > 1 ? SUM : FACTOR;
	case OP_MULTIPLY:
		return latex_is_single_power(expr) ? FACTOR : TERM;
	case OP_SELECT:
		return latex_is_iverson(expr) ? ATOM : TERM;
	default:
		return levels[expr->op] ? levels[expr->op] : notations[expr->op].own;
	}
}

bool latex_is_full(const struct printer *printer)
{
	return printer->printed >= MOST_WRITTEN;
}

const char *latex_in_level(struct printer *printer, const struct expr *expr, const char *formula,
                           enum level level)
{
	struct text enclosed = text_new(printer->text->arena);
	if (level_of(expr) >= level)
		return formula;
	latex_enclosed(&enclosed, "(", formula, ")");
	return text_string(&enclosed);
}

const char *latex_part(struct printer *printer, const struct expr *expr, enum level level)
{
	struct text *outer = printer->text;
	struct text text = text_new(outer->arena);
	if (latex_is_full(printer))
		return "\\dots";
	printer->printed++;
	printer->text = &text;
	if (printers[expr->op])
		printers[expr->op](printer, expr);
	else if (notations[expr->op].infix)
		print_infix(printer, expr);
	else
		print_function(printer, expr);
	printer->text = outer;
	return latex_in_level(printer, expr, text_string(&text), level);
}

void latex_expr(struct printer *printer, const struct expr *expr)
{
	latex_print(printer, expr, CONDITIONAL);
}

void latex_left(struct printer *printer, const struct tensor *tensor)
{
	bool partial = latex_is_partial(tensor);
	text_add(printer->text, partial ? "\\frac{\\partial L}{\\partial " : "");
	latex_symbol(printer->text, partial ? tensor->of : tensor);
	for (int d = 0; d < tensor->rank; d++) {
		text_add(printer->text, d == 0 ? "_{" : ",");
		latex_letter(printer->text, printer->letters[d]);
	}
	text_add(printer->text, tensor->rank > 0 ? "}" : "");
	text_add(printer->text, partial ? "}" : "");
}

const char *latex_meaning(enum op op)
{
	return notations[op].meaning;
}
