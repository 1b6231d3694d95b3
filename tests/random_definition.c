/* Definitions of a random model's own: one or more of each kind. */
#include <math.h>

#include "random_parts.h"

static struct scope scope_of(struct generator *g, const struct made *leaves, int count)
{
	return (struct scope){.g = g, .leaves = leaves, .leaf_count = count};
}

static void add_own(struct generator *g, const char *text, struct own_definition own)
{
	if (add_statement(g, text) && g->own_count < 16)
		g->own[g->own_count++] = own;
}

/* ", a = 0.7, b = 2 * a" or less */
static const char *formals(struct generator *g, struct own_definition *own)
{
	own->arguments = below(g, 3);
	own->argument = "a";
	if (own->arguments == 0)
		return "";
	return own->arguments == 1 ? ", a = 0.7" : ", a = 0.7, b = 2 * a";
}

static void add_activation(struct generator *g)
{
	struct own_definition own = {.name = fresh_name(g, "bend"), .kind = AST_ACTIVATION};
	const char *arguments = formals(g, &own);
	const struct made leaves[] = {{"x", -3, 3}, {"x", -3, 3}, {"a", 0.4, 1}, {"b", 0.8, 2}};
	struct scope scope = scope_of(g, leaves, 2 + own.arguments);
	scope.allows_definitions = true;
	g->budget = 12;
	struct made a = expression(&scope, 1 + below(g, 3)), b = expression(&scope, 1);
	struct made made = tamed(g,
	                         (struct made){say(g, "(%s + x * %s)", a.text, b.text),
	                                       a.low - 3 * fmax(fabs(b.low), fabs(b.high)),
	                                       a.high + 3 * fmax(fabs(b.low), fabs(b.high))},
	                         20);
	own.low = made.low;
	own.high = made.high;
	add_own(g, say(g, "activation %s(x%s) = %s", own.name, arguments, made.text), own);
}

/* Of y and t, with a sum over their elements. */
static void add_loss(struct generator *g)
{
	static const char *const sums[] = {"mean(i, %s)", "sum(i, %s)", "0.5 * sum(i, %s)",
	                                   "-mean(i, -(%s))"};
	struct own_definition own = {.name = fresh_name(g, "cost"), .kind = AST_LOSS};
	const char *arguments = formals(g, &own);
	const struct made leaves[] = {
	        {"y[i]", -4, 4}, {"(y[i] - t[i])", -5, 5}, {"t[i]", -1.5, 1.5}, {"a", 0.4, 1}, {"b", 0.8, 2}};
	struct scope scope = scope_of(g, leaves, 3 + own.arguments);
	scope.allows_definitions = true;
	g->budget = 10;
	struct made extra = tamed(g, expression(&scope, 2), 5);
	const char *each = say(g, "(y[i] - t[i])^2 + 0.1 * %s", extra.text), *form = PICK(g, sums);
	add_own(g, say(g, "loss %s(y[i], t[i]%s) = %s", own.name, arguments, say(g, form, each)), own);
}

static void add_penalty(struct generator *g)
{
	static const char *const forms[] = {"sum(abs(p)^1.5)", "sum(p^4)", "sum(log(1 + p^2))",
	                                    "sqrt(sum(p^2) + 0.01)",
	                                    "sum(if abs(p) < 0.5 then p^2 else abs(p))"};
	struct own_definition own = {.name = fresh_name(g, "burden"), .kind = AST_LOSS, .keeps_shape = true};
	bool scaled = chance(g, 0.5);
	own.arguments = scaled;
	own.argument = "factor";
	add_own(g,
	        say(g, "loss %s(p%s) = %s%s", own.name, scaled ? ", factor = 0.5" : "",
	            scaled ? "factor * " : "", PICK(g, forms)),
	        own);
}

static void add_init(struct generator *g)
{
	static const char *const forms[] = {"init %s(a = 0.3) = a * uniform() / sqrt(fan_in)",
	                                    "init %s = normal(0, 0.2)",
	                                    "init %s = if uniform() < 0.5 then 0.3 else -0.2",
	                                    "init %s(a = 1, b = a / 2) = (a + b * normal()) / fan_out",
	                                    "init %s = 0.5 * tanh(normal()) + 1 / (fan_in + fan_out)",
	                                    "init %s(a = 0.2) = uniform(-a, a)"};
	struct own_definition own = {.name = fresh_name(g, "start"), .kind = AST_INIT};
	own.arguments = 0;
	const char *form = PICK(g, forms);
	add_own(g, say(g, form, own.name), own);
}

const char *random_init(struct generator *g, bool matrix)
{
	if (chance(g, 0.1))
		return say(g, "%.3g", random_between(&g->random, 0.1, 0.9));
	for (int k = 0; k < g->own_count; k++)
		if (g->own[k].kind == AST_INIT && chance(g, 0.3))
			return g->own[k].name;
	const struct definition_use *use;
	do
		use = pick_definition(g, &g->library->inits);
	while (use->is_for_matrices && !matrix);
	const char *arguments = varied_arguments(g, use->statement, true);
	bool called = arguments[0];
	return say(g, "%s%s%s%s", use->statement->name, called ? "(" : "", arguments, called ? ")" : "");
}

/* --- blocks --------------------------------------------------------------------------------------- */

/* Two linear maps, or one, and an expression of them. */
static void add_dense_block(struct generator *g)
{
	struct own_definition own = {
	        .name = fresh_name(g, "gate"), .kind = AST_BLOCK, .has_parameters = true};
	const char *arguments = formals(g, &own);
	const struct made inner[] = {{"x[i]", -4, 4}, {"W[o, i]", -1, 1}, {"a", 0.4, 1}, {"b", 0.8, 2}};
	const struct made outer[] = {
	        {"u[o]", -8, 8}, {"c[o]", -1, 1}, {"v[o]", -2, 2}, {"a", 0.4, 1}, {"b", 0.8, 2}};
	struct scope scope = scope_of(g, inner, 2 + own.arguments);
	g->budget = 6;
	struct made each = tamed(g, expression(&scope, chance(g, 0.5)), 2);
	scope = scope_of(g, outer, 2);
	g->budget = 6;
	scope.allows_draws = chance(g, 0.15);
	struct made v = tamed(g, expression(&scope, 2), 2);
	scope = scope_of(g, outer, 3 + own.arguments);
	scope.allows_training = scope.allows_definitions = true;
	scope.allows_batch = chance(g, 0.2);
	struct made y = tamed(g, expression(&scope, 2), 6);
	add_own(g,
	        say(g,
	            "block %s[o](x[i]%s) {\n    param W[o, i] = %s\n    param c[o] = %s\n"
	            "    u[o] = sum(i, W[o, i] * x[i] + %s) / sqrt(i) + c[o]\n    v[o] = %s\n"
	            "    return y[o] = %s + v[o] * u[o]\n}",
	            own.name, arguments, random_init(g, true), random_init(g, false), each.text, v.text,
	            y.text),
	        own);
}

/* Of each element, with parameters or a statistic, or blocks inside. */
static void add_shaped_block(struct generator *g)
{
	static const char *const forms[] = {
	        "block %s(x[i], a = 0.5) {\n    param gain[i] = ones\n    return y[i] = a * gain[i] * x[i] + "
	        "mean(j, x[j])\n}",
	        "block %s(x[i]) {\n    h = tanh(dense[i](x))\n    return y[i] = x[i] + h[i]\n}",
	        "block %s(x[i]) {\n    s = softmax(dense[2 * i](x))\n    return y[i] = x[i] * s[2 * i] + s[2 "
	        "* i + 1]\n}",
	        "block %s(x[i], a = 0.1) {\n    statistic level[i] = zeros\n    m[i] = batch_mean(x[i])\n"
	        "    level[i] = (1 - a) * level[i] + a * m[i]\n"
	        "    return y[i] = x[i] - 0.5 * (if training then m[i] else level[i])\n}",
	        "block %s(x[i]) {\n    statistic seen[i] = ones\n    seen[i] = seen[i] + batch_sum(x[i]^2)\n"
	        "    return y[i] = x[i] / sqrt(seen[i])\n}",
	        "block %s(x[i]) {\n    return y[k] = x[i - 1 - k]\n}",
	        "block %s(x[i], a = 0.2) {\n    keep[i] = if uniform() < a then 0 else 1\n"
	        "    return y[i] = if training then x[i] * keep[i] / (1 - a) else x[i]\n}"};
	struct own_definition own = {.name = fresh_name(g, "form"),
	                             .kind = AST_BLOCK,
	                             .keeps_shape = true,
	                             .low = -30,
	                             .high = 30};
	const char *form = PICK(g, forms);
	own.for_vectors = true;
	add_own(g, say(g, form, own.name), own);
}

/* --- optimisers ------------------------------------------------------------------------------------- */

static void add_optimizer(struct generator *g)
{
	struct own_definition own = {
	        .name = fresh_name(g, "descent"), .kind = AST_OPTIMIZER, .argument = "rate"};
	const struct made leaves[] = {{"gradient", -4, 4},   {"gradient", -4, 4}, {"m", -2, 2},
	                              {"parameter", -1, 1},  {"rate", 0, 0.1},    {"(1 / step)", 0, 1},
	                              {"(0.9^epoch)", 0, 1}, {"slow", -1, 1}};
	struct scope scope = scope_of(g, leaves, 7);
	bool slow = chance(g, 0.4);
	scope.leaf_count += slow;
	scope.allows_draws = chance(g, 0.1);
	g->budget = 10;
	struct made m = tamed(g, expression(&scope, 2), 1), change = tamed(g, expression(&scope, 2), 2);
	add_own(g,
	        say(g,
	            "optimizer %s(rate = 0.02, keep = 0.9) {\n    state m = %s\n%s    m = keep * m + (1 - "
	            "keep) * %s\n"
	            "    change = %s\n    parameter = parameter - rate * (change + 0.5 * m + gradient)\n%s}",
	            own.name, chance(g, 0.5) ? "0" : "rate", slow ? "    state slow = parameter\n" : "",
	            m.text, change.text, slow ? "    slow = slow + 0.3 * (parameter - slow)\n" : ""),
	        own);
}

void add_definitions(struct generator *g)
{
	static void (*const KINDS[])(struct generator *) = {
	        add_activation,  add_activation,   add_loss,         add_penalty,  add_init,
	        add_dense_block, add_shaped_block, add_shaped_block, add_optimizer};
	int count = below(g, 4);
	for (int k = 0; k < count; k++)
		PICK(g, KINDS)(g);
}
