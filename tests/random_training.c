/* Targets, the loss and the training of random models. */
#include <string.h>

#include "random_parts.h"

enum { MOST_TARGETS = 3 };

struct task {
	const char *output, *target;
	struct shape shape;
	bool is_class;
};

/* --- one target ------------------------------------------------------------------------------------- */

static const char *own_loss(struct generator *g, bool penalty)
{
	for (int k = 0; k < g->own_count; k++)
		if (g->own[k].kind == AST_LOSS && g->own[k].keeps_shape == penalty && chance(g, 0.4))
			return g->own[k].arguments == 0 || chance(g, 0.5)
			               ? g->own[k].name
			               : say(g, "%s@, %s = %s", g->own[k].name, g->own[k].argument,
			                     varied_number(g, 0.7));
	return NULL;
}

/* NAME(y, t, …), where NAME may have its arguments behind a @ */
static const char *loss_call(struct generator *g, const char *name, const char *arguments)
{
	const char *more = strchr(name, '@');
	return say(g, "%.*s(%s%s)", (int)strcspn(name, "@"), name, arguments, more ? more + 1 : "");
}

/* Both as one row each, where they have more dimensions. */
static const char *in_a_row(struct generator *g, const struct task *task)
{
	int count = elements_of_shape(&task->shape);
	if (task->shape.rank == 1)
		return say(g, "%s, %s", task->output, task->target);
	return say(g, "reshape(%s, %d), reshape(%s, %d)", task->output, count, task->target, count);
}

/* Written out, with indices. */
static const char *by_hand(struct generator *g, const struct task *task, enum domain domain)
{
	static const char *const of_vector[] = {"mean(i, (%s[i] - %s[i])^2)",
	                                        "-sum(i, %2$s[i] * log(%1$s[i]))",
	                                        "sum(i, (%s[i] - %s[i])^2) / 2"};
	static const char *const of_matrix[] = {"mean(i, sum(j, (%s[i, j] - %s[i, j])^2))",
	                                        "-mean(i, sum(j, %2$s[i, j] * log(%1$s[i, j])))",
	                                        "sum(i, max(j, abs(%s[i, j] - %s[i, j])))"};
	int form = domain == PROBABILITIES ? 1 : 2 * below(g, 2);
	return say(g, task->shape.rank == 1 ? of_vector[form] : of_matrix[form], task->output, task->target);
}

static const char *term_for(struct generator *g, const struct task *task, const struct definition_use *use,
                            bool hand)
{
	const char *own = chance(g, 0.5) && use->domain == ALL_NUMBERS ? own_loss(g, false) : NULL;
	if (hand)
		return by_hand(g, task, use->domain);
	if (own)
		return loss_call(g, own, in_a_row(g, task));
	return say(g, "%s(%s%s)", use->statement->name, in_a_row(g, task),
	           varied_arguments(g, use->statement, false));
}

/* Its target, its output and its part of the loss; NULL: the compiler refused something. */
static const char *add_task(struct generator *g, const char **penalised)
{
	static const char *const roots[] = {"goal", "chance", "side"};
	const struct definition_use *use = pick_definition(g, &g->library->losses);
	bool hand = chance(g, 0.15) && use->domain != ABOVE_ZERO;
	struct task task = {.is_class = chance(g, use->domain == PROBABILITIES ? 0.5 : 0.15)};
	task.shape = random_shape(g, 1 + chance(g, 0.15), 17);
	int *last = &task.shape.extents[task.shape.rank - 1];
	*last = task.is_class && *last < 2 ? 2 : *last;
	task.target = fresh_name(g, use->domain == ALL_NUMBERS ? PICK(g, roots) : "chance");
	task.output = fresh_name(g, "y");
	if (!add_head(g, task.output, &task.shape, use->domain))
		return NULL;
	struct shape front = {task.shape.rank - 1, {task.shape.extents[0]}};
	const char *declaration =
	        task.is_class
	                ? say(g, "target %s%s class[%d]", task.target, dimensions_text(g, &front), *last)
	                : say(g, "target %s%s", task.target, dimensions_text(g, &task.shape));
	*penalised = task.output;
	if (!add_statement(g, declaration))
		return NULL;
	add_to_pool(g, (struct pooled){.name = task.target,
	                               .shape = task.shape,
	                               .low = -1.5,
	                               .high = 1.5,
	                               .is_class = task.is_class,
	                               .is_target = true});
	return term_for(g, &task, use, hand);
}

/* --- the sum ---------------------------------------------------------------------------------------- */

static const char *weighted(struct generator *g, const char *term)
{
	struct pooled *scalar = pick_pooled(g, 0);
	if (chance(g, 0.6))
		return term;
	if (scalar && !scalar->is_target && chance(g, 0.3))
		return say(g, "%s^2 * %s", scalar->name, term);
	return chance(g, 0.5) ? say(g, "%s * %s", varied_number(g, 0.5), term)
	                      : say(g, "%s / %d", term, 2 + below(g, 3));
}

static const char *penalty(struct generator *g, const char *output)
{
	static const char *const forms[] = {"weights", "weights", "weights", "%s"};
	const struct definition_use *use = pick_definition(g, &g->library->penalties);
	const char *form = PICK(g, forms), *own = own_loss(g, true);
	const char *of = strcmp(form, "%s") == 0 ? output : form;
	if (use->domain != ALL_NUMBERS)
		return "0";
	/* a root has a steep derivative near 0: away from it */
	return say(g, "%s * %s", varied_number(g, 0.01), loss_call(g, own ? own : use->statement->name, of));
}

static void add_loss(struct generator *g)
{
	const char *loss = NULL, *output = NULL;
	int count = 1 + below(g, 2) * below(g, MOST_TARGETS);
	for (int k = 0; k < count; k++) {
		const char *term = add_task(g, &output);
		if (!term)
			continue;
		term = weighted(g, term);
		loss = loss ? say(g, "%s %s %s", loss, chance(g, 0.9) ? "+" : "-", term) : term;
	}
	while (loss && chance(g, 0.3))
		loss = say(g, "%s + %s", loss, penalty(g, output));
	if (loss && chance(g, 0.05))
		loss = say(g, "%s + 3", loss);
	if (!loss || !add_statement(g, say(g, "minimize %s", loss)))
		return;
	/* `minimize` stays: what follows may name it */
}

/* --- train { } ---------------------------------------------------------------------------------------- */

static const char *optimizer_call(struct generator *g)
{
	static const char *const schedules[] = {"rate = 0.01 * 0.95^epoch", "rate = 0.02 / sqrt(step)",
	                                        "rate = if step < 3 then 0.01 else 0.005",
	                                        "rate = 0.01 * (1 + cos(0.3 * epoch))"};
	const struct definition_use *use = pick_definition(g, &g->library->optimizers);
	const char *name = use->statement->name, *arguments = varied_arguments(g, use->statement, true);
	for (int k = 0; k < g->own_count; k++)
		if (g->own[k].kind == AST_OPTIMIZER && chance(g, 0.6)) {
			name = g->own[k].name;
			arguments = "";
		}
	if (chance(g, 0.2))
		arguments = PICK(g, schedules);
	return arguments[0] || chance(g, 0.5) ? say(g, "%s(%s)", name, arguments) : name;
}

static const char *frozen(struct generator *g)
{
	const char *names[3];
	int count = 0;
	for (int tries = 0; tries < 10 && count < 2; tries++) {
		const struct pooled *pooled = &g->pool[below(g, g->pool_count)];
		if (add_statement(g, say(g, "train { freeze = %s }", pooled->name))) {
			names[count++] = pooled->name;
			/* it was a trial */
			char *at = strstr(text_string(&g->text), "train { freeze");
			g->text.length = (size_t)(at - g->text.bytes);
			*at = '\0';
		}
	}
	if (count == 0)
		return NULL;
	return count == 1 ? say(g, "[%s]", names[0]) : say(g, "[%s, %s]", names[0], names[1]);
}

static void add_train(struct generator *g)
{
	static const int batches[] = {1, 2, 3, 4, 5, 7, 17, 19}; /* from 16 on narrow matrices lie by columns */
	const char *freeze = chance(g, 0.2) ? frozen(g) : NULL;
	const char *text = chance(g, 0.95) ? say(g, "    optimizer = %s\n", optimizer_call(g)) : "";
	text = say(g, "%s    batch = %d%s", text, PICK(g, batches), chance(g, 0.5) ? ", " : "\n    ");
	text = say(g, "%sseed = %d\n", text, below(g, 1000));
	if (chance(g, 0.2))
		text = say(g, "%s    epochs = %d\n    patience = %d\n", text, 1 + below(g, 9), below(g, 4));
	if (chance(g, 0.35))
		text = say(g, "%s    clip = %s(%s)\n", text, chance(g, 0.5) ? "norm" : "value",
		           varied_number(g, 0.3));
	if (freeze)
		text = say(g, "%s    freeze = %s\n", text, freeze);
	add_statement(g, say(g, "train {\n%s}", text));
}

void add_training(struct generator *g)
{
	add_loss(g);
	if (strstr(text_string(&g->text), "\nminimize "))
		add_train(g);
}
