/* Random expressions: a form for each operator of the language, with arguments that stay in its domain. */
#include <math.h>
#include <string.h>

#include "expr/scalar.h"
#include "random_parts.h"

enum { LARGEST = 50 };

static double size_of(const struct made *made)
{
	return fmax(fabs(made->low), fabs(made->high));
}

struct made tamed(struct generator *g, struct made made, double limit)
{
	static const char *const bounded[] = {"tanh(%s)", "sin(%s)",      "cos(%s)",
	                                      "erf(%s)",  "softsign(%s)", "hard_tanh(%s)"};
	double size = size_of(&made);
	if (size <= limit)
		return made;
	if (limit >= 1 && chance(g, 0.5)) {
		const char *form = PICK(g, bounded);
		size_t before = strcspn(form, "%");
		const char *text = say(g, "%.*s%s)", (int)before, form, made.text);
		return (struct made){text, -1, 1};
	}
	double factor = limit / size;
	return (struct made){say(g, "(%.2e * %s)", factor * 0.98, made.text), made.low * factor,
	                     made.high * factor};
}

static struct made between(const char *text, double a, double b, double c, double d)
{
	return (struct made){text, fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d))};
}

/* Of values that stay above 0, by their form. */
static struct made positive(struct generator *g, struct made made)
{
	if (made.low >= 0.2)
		return made;
	made = tamed(g, made, 4);
	double size = size_of(&made), floor = random_between(&g->random, 0.3, 1.5);
	const char *number = say(g, "%.3g", floor);
	floor *= 0.99;
	switch (below(g, 5)) {
	case 0:
		return (struct made){say(g, "(%s + %s^2)", number, made.text), floor,
		                     floor * 1.1 + size * size};
	case 1: return (struct made){say(g, "(%s + abs(%s))", number, made.text), floor, floor * 1.1 + size};
	case 2: return (struct made){say(g, "(1 + %s + sin(%s))", number, made.text), floor, floor * 1.1 + 2};
	case 3:
		made = tamed(g, made, 1.5);
		return (struct made){say(g, "exp(%s)", made.text), exp(made.low - 0.1), exp(made.high + 0.1)};
	default:
		made = tamed(g, made, 3);
		return (struct made){say(g, "(%s + exp(%s))", number, made.text), floor,
		                     floor * 1.1 + exp(made.high)};
	}
}

/* --- arithmetic --------------------------------------------------------------------------------- */

static struct made sum(struct scope *scope, int depth)
{
	struct made a = expression(scope, depth), b = expression(scope, depth);
	if (chance(scope->g, 0.5))
		return (struct made){say(scope->g, "(%s + %s)", a.text, b.text), a.low + b.low,
		                     a.high + b.high};
	return (struct made){say(scope->g, "(%s - %s)", a.text, b.text), a.low - b.high, a.high - b.low};
}

static struct made product(struct scope *scope, int depth)
{
	struct made a = tamed(scope->g, expression(scope, depth), 10);
	struct made b = tamed(scope->g, expression(scope, depth), 10);
	return between(say(scope->g, "(%s * %s)", a.text, b.text), a.low * b.low, a.low * b.high,
	               a.high * b.low, a.high * b.high);
}

static struct made quotient(struct scope *scope, int depth)
{
	struct made a = expression(scope, depth), b = positive(scope->g, expression(scope, depth));
	return between(say(scope->g, "(%s / %s)", a.text, b.text), a.low / b.low, a.low / b.high,
	               a.high / b.low, a.high / b.high);
}

static struct made negation(struct scope *scope, int depth)
{
	struct made a = expression(scope, depth);
	return (struct made){say(scope->g, "(-%s)", a.text), -a.high, -a.low};
}

static struct made power(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	struct made a = expression(scope, depth), b;
	switch (below(g, 5)) {
	case 0:
		a = tamed(g, a, 4);
		return (struct made){say(g, "%s^2", a.text), 0, size_of(&a) * size_of(&a)};
	case 1:
		a = tamed(g, a, 2);
		return (struct made){say(g, "%s^3", a.text), pow(a.low, 3), pow(a.high, 3)};
	case 2: a = tamed(g, a, 2); return (struct made){say(g, "%d^%s", 2 + below(g, 2), a.text), 0, 9};
	case 3: {
		static const char *const exponents[] = {"0.5", "1.5",    "(-1)", "(-2)",
		                                        "0.3", "(-0.5)", "2.5",  "4"};
		a = positive(g, tamed(g, a, 2));
		return (struct made){say(g, "%s^%s", a.text, PICK(g, exponents)), 0,
		                     fmax(pow(a.low, -2), pow(a.high, 2.5))};
	}
	default:
		a = positive(g, tamed(g, a, 2));
		b = tamed(g, expression(scope, depth), 1.5);
		return (struct made){say(g, "%s^%s", a.text, b.text), 0,
		                     fmax(pow(a.low, -1.5), pow(a.high, 1.5))};
	}
}

static struct made extreme(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	bool largest = chance(g, 0.5);
	struct made a = expression(scope, depth), b = expression(scope, depth);
	double low = largest ? fmax(a.low, b.low) : fmin(a.low, b.low);
	double high = largest ? fmax(a.high, b.high) : fmin(a.high, b.high);
	const char *more = "";
	if (chance(g, 0.25)) {
		struct made c = expression(scope, 0);
		more = say(g, ", %s", c.text);
		low = fmin(low, c.low);
		high = fmax(high, c.high);
	}
	return (struct made){say(g, "%s(%s, %s%s)", largest ? "max" : "min", a.text, b.text, more), low,
	                     high};
}

/* --- functions ---------------------------------------------------------------------------------- */

/* Where a function has values, and the size of argument up to which they are of a usual size. */
static const struct {
	enum op op;
	bool positive;
	double most;
} DOMAINS_OF[] = {
        {OP_LOG, true, LARGEST}, {OP_LOG1P, true, LARGEST}, {OP_SQRT, true, LARGEST},
        {OP_EXP, false, 3},      {OP_EXPM1, false, 3},
};

static struct made function(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	enum op op;
	do
		op = (enum op)below(g, OP_SUM);
	while (op_table[op].arity != 1 || op_table[op].internal || op_is_condition(op));
	struct made a = expression(scope, depth);
	for (size_t k = 0; k < sizeof DOMAINS_OF / sizeof *DOMAINS_OF; k++) {
		if (DOMAINS_OF[k].op != op)
			continue;
		a = tamed(g, a, DOMAINS_OF[k].most);
		a = DOMAINS_OF[k].positive ? positive(g, a) : a;
	}
	/* whole numbers that only the real numbers give, such as z + 2 - (1 + z), are no steps */
	struct made made = {say(g, op == OP_FLOOR ? "%s(0.37 + %s)" : "%s(%s)", op_table[op].name, a.text),
	                    INFINITY, -INFINITY};
	for (int k = 0; k <= 32; k++) {
		double y = scalar_value(op, a.low + (a.high - a.low) * k / 32, 0);
		y = op == OP_CONSTANT ? a.low + (a.high - a.low) * k / 32 : y;
		made.low = fmin(made.low, y - (op == OP_FLOOR));
		made.high = fmax(made.high, y + (op == OP_FLOOR));
	}
	double margin = 0.1 * (made.high - made.low);
	made.high += margin;
	made.low = op_table[op].bounds == ANY ? made.low - margin : fmax(made.low - margin, 0);
	return made;
}

struct made call_activation(struct scope *scope, struct made a)
{
	struct generator *g = scope->g;
	for (int k = 0; k < g->own_count && scope->allows_definitions; k++) {
		const struct own_definition *own = &g->own[k];
		if (own->kind != AST_ACTIVATION || !chance(g, 0.15))
			continue;
		a = tamed(g, a, 3);
		const char *more = own->arguments == 0 || chance(g, 0.5) ? ""
		                   : chance(g, 0.5)
		                           ? say(g, ", %s = %s", own->argument, varied_number(g, 0.7))
		                           : say(g, ", %s", varied_number(g, 0.7));
		return (struct made){say(g, "%s(%s%s)", own->name, a.text, more), own->low, own->high};
	}
	const struct definition_use *use = pick_definition(g, &g->library->activations);
	struct made made = {0};
	a = tamed(g, a, 12);
	library_range(use, size_of(&a), &made.low, &made.high);
	made.text =
	        say(g, "%s(%s%s)", use->statement->name, a.text, varied_arguments(g, use->statement, false));
	return made;
}

static struct made activation(struct scope *scope, int depth)
{
	return call_activation(scope, expression(scope, depth));
}

/* As in textbooks: what rules rewrite. @ is the argument, between -3 and 3. */
static const struct {
	const char *text;
	double low, high;
} TEXTBOOK[] = {
        {"log(1 + exp(@))", 0, 3.1},
        {"1 / (1 + exp(-@))", 0, 1},
        {"exp(@) / (1 + exp(@))", 0, 1},
        {"(exp(@) - exp(-@)) / (exp(@) + exp(-@))", -1, 1},
        {"1 - tanh(@)", 0, 2},
        {"1 + tanh(@)", 0, 2},
        {"1 + erf(@)", 0, 2},
        {"1 - erf(@)", 0, 2},
        {"exp(@) - 1", -1, 20},
        {"1 - exp(@)", -20, 1},
        {"log(exp(@))", -3, 3},
        {"sqrt(exp(@))", 0, 4.5},
        {"exp(@)^0.3", 0, 3},
        {"1 - 1 / (1 + exp(-@))", 0, 1},
        {"log(1 / (1 + exp(-@)))", -3.1, 0},
        {"log(exp(@) + exp(-@))", 0, 3.1},
        {"2 * sigmoid(@) - 1", -1, 1},
        {"log((1 + exp(@))^3)", 0, 9.3},
        {"log(2 * exp(@))", -2.4, 3.7},
        {"sqrt(@^2)", 0, 3},
        {"log(exp(@) / (1 + exp(@)))", -3.1, 0},
        {"exp(log(1.5 + sin(@)))", 0.4, 2.5},
        {"log(1 + @^2)", 0, 2.4},
        {"log(1 - sigmoid(@))", -3.1, 0},
        {"@ * sigmoid(@)", -0.3, 3},
        {"logistic(@) * (1 - logistic(@))", 0, 0.3},
        {"sqrt(4 * @^2)", 0, 6},
        {"log1p(exp(-@))", 0, 3.1},
        {"1 - 2 * logistic(@)", -1, 1},
        {"@ - @", 0, 0},
        {"exp(@) * exp(-@)", 1, 1},
        {"(@ + 1)^2 - @^2", -5, 7},
        {"(exp(@) - 1) / (exp(@) + 1)", -1, 1},
};

static struct made textbook(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	struct made a = tamed(g, expression(scope, depth), 3);
	int k = below(g, (int)(sizeof TEXTBOOK / sizeof *TEXTBOOK));
	struct text text = text_new(g->arena);
	text_add(&text, "(");
	for (const char *at = TEXTBOOK[k].text; *at; at++)
		*at == '@' ? text_add(&text, a.text) : text_bytes(&text, at, 1);
	text_add(&text, ")");
	return (struct made){text_string(&text), TEXTBOOK[k].low, TEXTBOOK[k].high};
}

/* One part twice. */
static struct made repetition(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	struct made a = tamed(g, expression(scope, depth), 3);
	static const char *const forms[] = {"(%s * (1 - 0.5 * %s))", "(tanh(%s) + %s^2)",
	                                    "(%s / (1 + abs(%s)))", "(if %s > 0 then 0.1 else cos(%s))"};
	const char *form = PICK(g, forms), *second = strstr(form + 3, "%s");
	const char *first = strstr(form, "%s");
	second = strstr(first + 2, "%s");
	const char *text = say(g, "%.*s%s%.*s%s%s", (int)(first - form), form, a.text,
	                       (int)(second - first - 2), first + 2, a.text, second + 2);
	return (struct made){text, -10, 12};
}

/* --- conditions --------------------------------------------------------------------------------- */

static const char *comparison(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	static const char *const words[] = {"<", ">", "<=", ">="}, *const whole[] = {
	                                                                   "<", ">", "<=", ">=", "==", "!="};
	int letter = scope->letter_count > 0 ? below(g, scope->letter_count) : 0;
	if (scope->letter_count > 0 && chance(g, 0.4) && !is_hidden(scope, letter)) {
		int other = below(g, scope->letter_count);
		if (chance(g, 0.4) && !is_hidden(scope, other))
			return say(g, "%s %s %s", scope->letters[letter].name, PICK(g, whole),
			           scope->letters[other].name);
		return say(g, "%s %s %d", scope->letters[letter].name, PICK(g, whole),
		           below(g, scope->letters[letter].extent + 1));
	}
	if (scope->allows_training && chance(g, 0.1))
		return "training";
	struct made a = expression(scope, depth), b = expression(scope, 0);
	if (chance(g, 0.1))
		return say(g, "sign(%s)", a.text);
	return say(g, "%s %s %s", a.text, PICK(g, words), b.text);
}

static const char *condition(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	const char *text = comparison(scope, depth);
	if (chance(g, 0.2))
		return say(g, "%s %s %s", text, chance(g, 0.5) ? "and" : "or", comparison(scope, 0));
	return chance(g, 0.15) ? say(g, "not (%s)", text) : text;
}

static struct made choice(struct scope *scope, int depth)
{
	const char *when = condition(scope, depth - 1);
	struct made a = expression(scope, depth), b = expression(scope, depth);
	return (struct made){say(scope->g, "(if %s then %s else %s)", when, a.text, b.text),
	                     fmin(a.low, b.low), fmax(a.high, b.high)};
}

static struct made condition_as_number(struct scope *scope, int depth)
{
	return (struct made){say(scope->g, "(%s)", condition(scope, depth - 1)), -1, 1};
}

/* --- what only some places allow ------------------------------------------------------------------ */

static struct made draw(struct scope *scope, int depth)
{
	(void)depth;
	if (!scope->allows_draws)
		return leaf(scope);
	return chance(scope->g, 0.5) ? (struct made){"uniform()", 0, 1}
	                             : (struct made){"normal()", -5.8, 5.8};
}

static struct made over_batch(struct scope *scope, int depth)
{
	struct made a = expression(scope, depth);
	if (!scope->allows_batch || scope->reductions > 0)
		return a;
	if (chance(scope->g, 0.7))
		return (struct made){say(scope->g, "batch_mean(%s)", a.text), a.low, a.high};
	a = tamed(scope->g, a, 3);
	return (struct made){say(scope->g, "batch_sum(%s)", a.text), 8 * a.low, 8 * a.high};
}

typedef struct made (*former)(struct scope *, int);

static const former FORMS[] = {
        sum,      sum,        sum,        product,    product,
        quotient, negation,   power,      extreme,    function,
        function, function,   activation, activation, textbook,
        textbook, repetition, choice,     choice,     condition_as_number,
        draw,     over_batch, reduction,  reduction,
};

struct made expression(struct scope *scope, int depth)
{
	struct generator *g = scope->g;
	if (depth <= 0 || g->budget <= 0)
		return chance(g, 0.25) ? random_number(g) : leaf(scope);
	g->budget--;
	struct made made = PICK(g, FORMS)(scope, depth - 1);
	return tamed(g, made, LARGEST);
}
