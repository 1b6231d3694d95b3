#include "metamorphic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/model.h"

/* --- random networks --------------------------------------------------------------------------- */

static const char *const activations[] = {"tanh", "relu",     "sigmoid",    "gelu",      "silu", "softplus",
                                          "elu",  "softsign", "mish",       "sin",       "celu", "selu",
                                          "abs",  "identity", "hard_swish", "leaky_relu"};

static const struct net_ending endings[] = {
        {"mse", "identity", false, -1, 2},
        {"half_sse", "tanh", false, -1, 2},
        {"mae", "identity", false, -1, 2},
        {"huber", "identity", false, -3, 6},
        {"log_cosh", "identity", false, -1, 2},
        {"quantile", "identity", false, -1, 2},
        {"cosine", "identity", false, -1, 2},
        {"squared_hinge", "tanh", false, -1, 2},
        {"poisson", "softplus", false, 0.5, 3},
        {"binary_cross_entropy", "sigmoid", false, 0.05, 0.9},
        {"cross_entropy", "softmax", true, 0, 0},
        {"focal", "softmax", true, 0, 0},
        {"smooth_cross_entropy", "softmax", true, 0, 0},
        {"kl_divergence", "softmax", false, 0.05, 0.9},
};

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

struct net net_draw(struct random *random)
{
	struct net net = {.depth = 1 + random_below(random, NET_MOST_DEPTH),
	                  .inputs = 1 + random_below(random, 7),
	                  .outputs = 2 + random_below(random, 4),
	                  .ending = &endings[random_below(random, COUNT(endings))]};
	for (int k = 0; k < net.depth; k++) {
		net.widths[k] = 2 + random_below(random, 8);
		net.activations[k] = activations[random_below(random, COUNT(activations))];
	}
	return net;
}

static void expand(struct text *text, const char *template, const char *name, int width)
{
	for (const char *c = template ? template : "@"; *c; c++) {
		if (*c == '@')
			text_add(text, name);
		else if (*c == '#')
			text_printf(text, "%d", width);
		else
			text_bytes(text, c, 1);
	}
}

static const char *printed(struct arena *arena, const char *format, const char *name, int number)
{
	struct text text = text_new(arena);
	expand(&text, format, name, number);
	return text_string(&text);
}

const char *net_print(struct arena *arena, const struct net *net, const struct net_text *how)
{
	static const struct net_text usual = {0};
	struct text text = text_new(arena);
	how = how ? how : &usual;
	expand(&text, how->input ? how->input : "input x[@]", printed(arena, "#", "", net->inputs), 0);
	text_printf(&text, net->ending->classes ? "\ntarget t class[%d]\n" : "\ntarget t[%d]\n",
	            net->outputs);
	const char *before = "x";
	int width = net->inputs;
	for (int k = 0; k < net->depth; k++) {
		const char *read = printed(arena, how->read, before, width);
		const char *dense = printed(arena, k == 0 && how->first ? how->first : "dense(@)", read, 0);
		before = printed(arena, "h#", "", k + 1);
		width = net->widths[k];
		text_printf(&text, "layer %s[%d] = %s(%s)\n", before, width, net->activations[k], dense);
		if (how->between) {
			expand(&text, how->between, before, width);
			text_add(&text, "\n");
		}
	}
	text_printf(&text, "output y[%d] = %s(dense(%s))\n", net->outputs, net->ending->activation,
	            printed(arena, how->read, before, width));
	text_add(&text, "minimize ");
	expand(&text, how->loss, printed(arena, "@(y, t)", net->ending->loss, 0), 0);
	text_printf(&text, "\n%s\n", how->end ? how->end : "");
	return text_string(&text);
}

/* --- values ------------------------------------------------------------------------------------ */

static size_t count_of(const struct side *side, const struct tensor *tensor)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= (size_t)(tensor->extents[d] == EXTENT_ROWS ? side->rows : tensor->extents[d]);
	return count;
}

static void fill(struct side *side, const struct tensor *tensor, double low, double width, uint64_t seed)
{
	struct random random = {seed};
	double *values = evaluation_values(side->evaluation, tensor);
	for (const char *c = tensor->name; *c; c++)
		random.state = (random.state ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	for (size_t k = 0; k < count_of(side, tensor); k++)
		values[k] = tensor->classes > 0 ? random_below(&random, tensor->classes)
		                                : random_between(&random, low, low + width);
}

/* Each gets values by its name. */
static void give_values(struct side *side, const struct net_ending *ending, uint64_t seed)
{
	const struct program *p = &side->subject.program;
	side->evaluation = evaluation_new(side->subject.arena, side->rows, 5, 3, 2);
	for (size_t k = 0; k < p->inputs.count; k++)
		fill(side, p->inputs.items[k], -1.5, 3, seed);
	for (size_t k = 0; k < p->targets.count; k++)
		fill(side, p->targets.items[k], ending->low, ending->width, seed);
	for (size_t k = 0; k < p->stored.count; k++)
		fill(side, p->stored.items[k], -0.9, 1.8, seed);
	for (size_t k = 0; k < p->states.count; k++)
		fill(side, p->states.items[k], 0.1, 0.8, seed);
}

struct side side_new(const char *statements, const struct net_ending *ending, int rows, uint64_t seed)
{
	struct side side = {.subject = subject_new(statements), .rows = rows, .text = statements};
	const struct subject *s = &side.subject;
	cr_assert(s->model && !s->fault, "%s\n%s%s", statements, s->messages, s->fault ? s->fault : "");
	give_values(&side, ending, seed);
	return side;
}

struct side side_compiled(const char *statements, const struct net_ending *ending, int rows, uint64_t seed,
                          const struct compile_options *options)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct text text = text_new(arena);
	text_printf(&text, "model m\n%s\n", statements);
	enum status status =
	        compile_source(c, source_from_string(arena, "m.mlp", text_string(&text)), options);
	cr_assert_eq(status, STATUS_OK, "%s", statements);
	struct side side = {
	        .subject = {.arena = arena, .program = c->program}, .rows = rows, .text = statements};
	side.subject.prediction[2] = c->program.prediction;
	side.subject.finished = c->program.training;
	give_values(&side, ending, seed);
	return side;
}

void side_free(struct side *side)
{
	arena_free(side->subject.arena);
}

void side_run(struct side *side)
{
	evaluate(side->evaluation, &side->subject.prediction[2]);
	evaluate(side->evaluation, &side->subject.finished);
}

/* --- by name ----------------------------------------------------------------------------------- */

static const struct tensor *named(const tensors *list, const char *name)
{
	for (size_t k = 0; k < list->count; k++)
		if (strcmp(list->items[k]->name, name) == 0)
			return list->items[k];
	return NULL;
}

const struct tensor *side_given(const struct side *side, const char *name)
{
	const struct program *p = &side->subject.program;
	const tensors *const lists[] = {&p->inputs, &p->targets, &p->stored, &p->states};
	const struct tensor *found = NULL;
	for (int k = 0; !found && k < COUNT(lists); k++)
		found = named(lists[k], name);
	return found;
}

static const struct tensor *find(const struct side *side, const char *name)
{
	const struct tensor *found = side_given(side, name);
	if (!found)
		found = named(&side->subject.finished.results, name);
	return found ? found : named(&side->subject.prediction[2].results, name);
}

double *side_values(const struct side *side, const char *name)
{
	const struct tensor *tensor = find(side, name);
	cr_assert_not_null(tensor, "no %s in\n%s", name, side->text);
	return evaluation_values(side->evaluation, tensor);
}

size_t side_count(const struct side *side, const char *name)
{
	const struct tensor *tensor = find(side, name);
	cr_assert_not_null(tensor, "no %s in\n%s", name, side->text);
	return count_of(side, tensor);
}

static double difference_of(const struct side *a, const struct side *b, const char *name)
{
	double largest = 0;
	if (side_count(a, name) != side_count(b, name))
		return (double)INFINITY;
	const double *x = side_values(a, name), *y = side_values(b, name);
	for (size_t k = 0; k < side_count(a, name); k++)
		largest = isfinite(x[k]) ? fmax(largest, relative_difference(x[k], y[k])) : (double)INFINITY;
	return largest;
}

double side_difference(const struct side *a, const struct side *b, size_t least, const char **where)
{
	const struct graph *const graphs[] = {&a->subject.prediction[2], &a->subject.finished};
	double largest = 0;
	size_t common = 0;
	*where = "too few values in common";
	for (int g = 0; g < COUNT(graphs); g++)
		for (size_t k = 0; k < graphs[g]->results.count; k++) {
			const char *name = graphs[g]->results.items[k]->name;
			if (!find(b, name))
				continue;
			double difference = difference_of(a, b, name);
			common++;
			if (difference > largest)
				*where = name;
			largest = fmax(largest, difference);
		}
	return common < least ? (double)INFINITY : largest;
}
