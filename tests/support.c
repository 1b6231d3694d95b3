#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/model.h"

/* --- random numbers --------------------------------------------------------------------------- */

struct random random_new(void)
{
	const char *seed = getenv("SEED");
	struct random random = {seed ? strtoull(seed, NULL, 10) : 20240229};
	fprintf(stderr, "SEED=%llu\n", (unsigned long long)random.state);
	return random;
}

uint64_t random_bits(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double random_between(struct random *random, double low, double high)
{
	return low + (high - low) * (double)(random_bits(random) >> 11) * 0x1p-53;
}

int random_below(struct random *random, int count)
{
	return (int)(random_bits(random) % (uint64_t)count);
}

double relative_difference(double a, double b)
{
	if ((isnan(a) && isnan(b)) || a == b)
		return 0;
	double difference = fabs(a - b) / fmax(1, fmax(fabs(a), fabs(b)));
	return isnan(difference) ? (double)INFINITY : difference;
}

/* --- the passes ------------------------------------------------------------------------------- */

static const struct model *read_model(struct subject *s, struct diag *diag, const struct source *source)
{
	const struct ast *ast = source ? parse(s->arena, s->names, diag, source) : NULL;
	const struct model *model =
		ast && diag_errors(diag) == 0 ? resolve(s->arena, s->names, diag, ast, false) : NULL;
	char *printed;
	size_t size;
	FILE *file = open_memstream(&printed, &size);
	diag_print(diag, file, DIAG_TEXT, false);
	fclose(file);
	s->messages = arena_copy(s->arena, printed, size);
	free(printed);
	return diag_errors(diag) == 0 ? model : NULL;
}

static struct graph checked(struct subject *s, const char *stage, struct graph graph)
{
	const char *fault = verify_graph(s->arena, &graph, true);
	if (fault && !s->fault) {
		struct text text = text_new(s->arena);
		text_printf(&text, "%s: %s", stage, fault);
		s->fault = text_string(&text);
	}
	return graph;
}

static tensors wanted_gradients(const struct subject *s)
{
	tensors wanted = {0};
	for (size_t k = 0; k < s->program.stored.count; k++) {
		const struct tensor *tensor = s->program.stored.items[k];
		if (tensor->role == TENSOR_PARAMETER && !tensor->source->frozen)
			array_push(s->arena, &wanted, tensor);
	}
	for (size_t k = 0; k < s->program.inputs.count; k++)
		if (s->program.inputs.items[k]->classes == 0)
			array_push(s->arena, &wanted, s->program.inputs.items[k]);
	return wanted;
}

static void forward_stages(struct subject *s, const struct graph *lowered, struct graph stages[3])
{
	stages[0] = checked(s, "specialize", specialize(s->exprs, lowered, false));
	stages[1] = checked(s, "simplify", simplify(s->exprs, &stages[0], (struct rewriting){.last = true}));
	stages[2] = s->fault ? stages[1] : checked(s, "finish", finish(s->exprs, &stages[1], NULL));
}

static void training_stages(struct subject *s)
{
	s->specialised = checked(s, "specialize", specialize(s->exprs, &s->program.training, true));
	s->simplified = checked(s, "simplify", simplify(s->exprs, &s->specialised, (struct rewriting){0}));
	if (s->fault)
		return;
	s->gradient = checked(s, "differentiate",
			      differentiate(s->exprs, &s->simplified, s->program.loss, &s->wanted));
	if (s->fault)
		return;
	s->updated = checked(s, "add_update", add_update(s->exprs, &s->program, &s->gradient));
	s->resimplified = checked(s, "simplify again", simplify(s->exprs, &s->updated, (struct rewriting){.last = true}));
	if (!s->fault)
		s->finished = checked(s, "finish", finish(s->exprs, &s->resimplified, NULL));
}

static void fused_stages(struct subject *s)
{
	tensors trained = {0};
	for (size_t k = 0; k < s->wanted.count; k++)
		if (s->wanted.items[k]->role == TENSOR_PARAMETER)
			array_push(s->arena, &trained, s->wanted.items[k]);
	struct graph graph = differentiate(s->exprs, &s->simplified, s->program.loss, &trained);
	graph = add_update(s->exprs, &s->program, &graph);
	struct graph kept = {.equations = graph.equations};
	for (size_t k = 0; k < graph.results.count; k++)
		if (graph.results.items[k]->role != TENSOR_ADJOINT)
			array_push(s->arena, &kept.results, graph.results.items[k]);
	graph = checked(s, "fused, simplify", simplify(s->exprs, &kept, (struct rewriting){.last = true}));
	s->fused = checked(s, "fused, finish", finish(s->exprs, &graph, NULL));
}

static struct subject subject_of(struct arena *arena, struct diag *diag, const struct source *source)
{
	struct subject s = {.arena = arena};
	s.names = names_new(s.arena);
	s.model = read_model(&s, diag, source);
	if (!s.model)
		return s;
	s.exprs = exprs_new(s.arena, s.names);
	s.program = lower(s.exprs, s.model);
	s.wanted = wanted_gradients(&s);
	forward_stages(&s, &s.program.prediction, s.prediction);
	if (s.program.loss && !s.fault)
		forward_stages(&s, &s.program.evaluation, s.evaluation);
	if (s.program.loss && !s.fault)
		training_stages(&s);
	if (s.program.loss && !s.fault)
		fused_stages(&s);
	return s;
}

struct subject subject_new(const char *statements)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_printf(&text, "model m\n%s\n", statements);
	return subject_of(arena, diag_new(arena), source_from_string(arena, "m.mlp", text_string(&text)));
}

struct subject subject_named(const char *path, const char *text)
{
	struct arena *arena = arena_new();
	return subject_of(arena, diag_new(arena), source_from_string(arena, path, text));
}

struct subject subject_read(const char *path)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new(arena);
	return subject_of(arena, diag, source_read(arena, diag, path));
}

/* --- values
 * ----------------------------------------------------------------------------------------------------------
 */

size_t values_of_tensor(const struct tensor *tensor)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= tensor->extents[d] == EXTENT_ROWS ? SUPPORT_ROWS : (size_t)tensor->extents[d];
	return count;
}

static void fill(struct evaluation *evaluation, const tensors *list, const double range[2], double width,
		 struct random *random)
{
	double low = range[0], high = range[1];
	if (low == 0 && high == 0)
		low = -(high = width);
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		double *values = evaluation_values(evaluation, tensor);
		for (size_t i = 0; i < values_of_tensor(tensor); i++) {
			values[i] = random_between(random, low, high);
			if (tensor->classes > 0)
				values[i] = random_below(random, tensor->classes);
			else if (tensor->role == TENSOR_STATISTIC)
				values[i] = 1 + 0.5 * fabs(values[i]);
		}
	}
}

struct evaluation *subject_evaluation(const struct subject *s, const struct ranges *ranges,
				      struct random *random)
{
	static const struct ranges usual = {0};
	const double states[] = {0.1, 0.9};
	if (!ranges)
		ranges = &usual;
	struct evaluation *evaluation = evaluation_new(s->arena, SUPPORT_ROWS, 5, 3, 2);
	fill(evaluation, &s->program.inputs, ranges->inputs, 1.5, random);
	fill(evaluation, &s->program.targets, ranges->targets, 1.5, random);
	fill(evaluation, &s->program.stored, ranges->parameters, 0.9, random);
	fill(evaluation, &s->program.states, states, 1, random);
	return evaluation;
}

double largest_difference(struct evaluation *evaluation, const struct graph *a, const struct graph *b,
			  const char **where)
{
	double largest = 0;
	struct arena *arena = arena_new();
	double **before = ARENA_ARRAY(arena, double *, a->results.count);
	evaluate(evaluation, a);
	for (size_t k = 0; k < a->results.count; k++) {
		size_t count = values_of_tensor(a->results.items[k]);
		before[k] = ARENA_ARRAY(arena, double, count);
		memcpy(before[k], evaluation_values(evaluation, a->results.items[k]), count * sizeof(double));
	}
	evaluate(evaluation, b);
	for (size_t k = 0; k < a->results.count; k++) {
		const struct tensor *tensor = a->results.items[k];
		for (size_t i = 0; i < values_of_tensor(tensor); i++) {
			double now = evaluation_values(evaluation, tensor)[i];
			double difference = relative_difference(before[k][i], now);
			if (difference > largest)
				*where = tensor->name;
			largest = fmax(largest, difference);
		}
	}
	arena_free(arena);
	return largest;
}

/* --- looking into graphs ---------------------------------------------------------------------- */

const struct tensor *tensor_of_graph(const struct graph *graph, const char *name)
{
	for (size_t k = 0; k < graph->equations.count; k++)
		if (strcmp(graph->equations.items[k].left->name, name) == 0)
			return graph->equations.items[k].left;
	return NULL;
}

const char *equation_text(const struct subject *s, const struct graph *graph, const char *name)
{
	for (size_t k = 0; k < graph->equations.count; k++) {
		if (strcmp(graph->equations.items[k].left->name, name) != 0)
			continue;
		struct text text = text_new(s->arena);
		equation_print(&text, &graph->equations.items[k]);
		return text_string(&text);
	}
	return NULL;
}

const struct tensor *adjoint_among(const struct graph *graph, const struct tensor *of)
{
	for (size_t k = 0; k < graph->results.count; k++)
		if (graph->results.items[k]->role == TENSOR_ADJOINT && graph->results.items[k]->of == of)
			return graph->results.items[k];
	return NULL;
}
