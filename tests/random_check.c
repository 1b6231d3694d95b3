#include "random_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"
#include "explain/explanation.h"
#include "expr/dual.h"
#include "expr/finish.h"
#include "expr/history.h"
#include "expr/rules.h"
#include "random_noise.h"
#include "random_values.h"

/* The errors of rounding are fewer than those of the samples, which are some units in the last place. */
enum { SPREADS = 10 };

/* A result of a graph by what it is, so that those of graphs derived apart can be told to be the same. */
struct outcome {
	const char *name;
	size_t count;
	double *values, *spread;
};

typedef ARRAY(struct outcome) outcomes;

struct checking {
	struct subject s;
	struct arena *arena;
	struct random random;
	struct evaluation *evaluation;
	int samples;
	struct graph *noisy; /* the lowered training graph with errors, once for each sample */
	struct verdict *verdict;
};

static __attribute__((format(printf, 3, 4))) void found(struct checking *c, const char *kind,
                                                        const char *format, ...)
{
	va_list arguments;
	if (c->verdict->kind[0])
		return;
	va_start(arguments, format);
	snprintf(c->verdict->kind, sizeof c->verdict->kind, "%s", kind);
	vsnprintf(c->verdict->fault, sizeof c->verdict->fault, format, arguments);
	va_end(arguments);
}

/* --- results ------------------------------------------------------------------------------------ */

static const char *name_of_result(struct checking *c, const struct tensor *tensor)
{
	if (tensor->role == TENSOR_ADJOINT)
		return name_format(c->s.names, "d_%s", tensor->of->name);
	if (tensor->role == TENSOR_NEXT)
		return name_format(c->s.names, "next %s", tensor->stored_in->name);
	return tensor->name;
}

static outcomes outcomes_of(struct checking *c, const struct graph *graph)
{
	outcomes result = {0};
	evaluate(c->evaluation, graph);
	for (size_t k = 0; k < graph->results.count; k++) {
		const struct tensor *tensor = graph->results.items[k];
		struct outcome outcome = {.name = name_of_result(c, tensor),
		                          .count = values_of_tensor(tensor)};
		outcome.values = ARENA_ARRAY(c->arena, double, outcome.count);
		outcome.spread = ARENA_ARRAY(c->arena, double, outcome.count);
		memcpy(outcome.values, evaluation_values(c->evaluation, tensor),
		       outcome.count * sizeof(double));
		array_push(c->arena, &result, outcome);
	}
	return result;
}

/* Those of the graph as it stands, and how far rounding moves them. */
static outcomes reference_of(struct checking *c, const struct graph *graph)
{
	outcomes result = outcomes_of(c, graph);
	for (int sample = 0; sample < c->samples; sample++) {
		struct graph noisy =
		        noisy_graph(c->s.exprs, graph, rounding_sample(false, sample), &c->random);
		outcomes moved = outcomes_of(c, &noisy);
		for (size_t k = 0; k < result.count; k++) {
			struct outcome *a = &result.items[k];
			for (size_t i = 0; i < a->count; i++) {
				double distance = fabs(moved.items[k].values[i] - a->values[i]);
				a->spread[i] =
				        isnan(distance) ? (double)INFINITY : fmax(a->spread[i], distance);
			}
		}
	}
	return result;
}

double tolerance_of(double a, double b, double spread, double least)
{
	double scale = fmax(1, fmax(fabs(a), isfinite(b) ? fabs(b) : 0));
	if (SPREADS * spread > fmax(1e4 * least, 1e-6) * scale)
		return -1;
	return fmax(least * scale, SPREADS * spread);
}

static bool agree(struct checking *c, double reference, double other, double spread, double least)
{
	struct tally *tally = &c->verdict->tally;
	if (!isfinite(reference)) {
		tally->infinite++;
		return true;
	}
	double tolerance = tolerance_of(reference, other, spread, least);
	if (tolerance < 0) {
		tally->unsteady++;
		return true;
	}
	double scale = fmax(1, fabs(reference));
	tally->compared++;
	tally->loose += tolerance > 1e-12 * scale;
	return fabs(reference - other) <= tolerance;
}

static void compare_outcomes(struct checking *c, const char *kind, const outcomes *reference,
                             const outcomes *other)
{
	for (size_t k = 0; k < reference->count; k++) {
		const struct outcome *a = &reference->items[k], *b = NULL;
		for (size_t n = 0; n < other->count; n++)
			if (strcmp(other->items[n].name, a->name) == 0)
				b = &other->items[n];
		/* adjoints may be folded into what reads them */
		for (size_t i = 0; b && i < a->count; i++)
			if (!agree(c, a->values[i], b->values[i], a->spread[i], 1e-12))
				found(c, kind, "%s[%zu] is %.17g, as the text has it %.17g (spread %.3g)",
				      a->name, i, b->values[i], a->values[i], a->spread[i]);
	}
}

static void compare_graph(struct checking *c, const char *kind, const outcomes *reference,
                          const struct graph *graph)
{
	outcomes other = outcomes_of(c, graph);
	compare_outcomes(c, kind, reference, &other);
}

/* --- other rules ------------------------------------------------------------------------------------ */

static struct graph derived(struct checking *c, uint64_t rules_off)
{
	struct exprs *exprs = c->s.exprs;
	struct rewriting rewriting = {.rules_off = rules_off};
	struct graph graph = simplify(exprs, &c->s.specialised, rewriting);
	graph = differentiate(exprs, &graph, c->s.program.loss, &c->s.wanted);
	graph = add_update(exprs, &c->s.program, &graph);
	rewriting.last = true;
	graph = simplify(exprs, &graph, rewriting);
	graph = finish(exprs, &graph, NULL);
	const char *fault = verify_graph(c->arena, &graph, true);
	if (fault)
		found(c, "verify, other rules", "%s", fault);
	return graph;
}

/* Without its rules a textbook form can leave the range, as the language says, and its own rounding is
 * larger. */
static outcomes allowing_for(struct checking *c, const outcomes *reference, outcomes *other)
{
	outcomes result = {0};
	for (size_t k = 0; k < reference->count; k++) {
		struct outcome outcome = reference->items[k];
		double *spread = ARENA_ARRAY(c->arena, double, outcome.count);
		memcpy(spread, outcome.spread, outcome.count * sizeof *spread);
		outcome.spread = spread;
		array_push(c->arena, &result, outcome);
		for (size_t n = 0; n < other->count; n++)
			for (size_t i = 0;
			     i < outcome.count && strcmp(outcome.name, other->items[n].name) == 0; i++) {
				double *value = &other->items[n].values[i];
				spread[i] = fmax(spread[i], other->items[n].spread[i]);
				c->verdict->tally.infinite += !isfinite(*value);
				*value = isfinite(*value) ? *value : outcome.values[i];
			}
	}
	return result;
}

static void check_rules(struct checking *c, const outcomes *reference)
{
	static const enum rule_kind kinds[] = {EXACT, REAL, STABLE};
	static const char *const names[] = {"no rules", "--rules=exact", "--rules=real"};
	for (int k = 0; k < 3; k++) {
		struct graph graph = derived(c, rules_from(kinds[k]));
		if (c->verdict->kind[0])
			return;
		outcomes other = reference_of(c, &graph), both = allowing_for(c, reference, &other);
		compare_outcomes(c, names[k], &both, &other);
	}
}

/* --- forward mode ------------------------------------------------------------------------------------- */

/* The derivative of the loss as the text has it, along a direction in one tensor. */
static double tangent(struct checking *c, const struct graph *graph, const struct tensor *of,
                      const double *along)
{
	struct direction direction = {of, along};
	return evaluate_tangent(c->evaluation, graph, c->s.program.loss, 1, &direction);
}

static void check_direction(struct checking *c, const struct tensor *of, const double *adjoint,
                            const double *along, const char *what)
{
	double reverse = 0, size = 0, spread = 0;
	for (size_t i = 0; i < values_of_tensor(of); i++) {
		reverse += adjoint[i] * along[i];
		size += fabs(adjoint[i] * along[i]);
	}
	double forward = tangent(c, &c->s.program.training, of, along);
	for (int sample = 0; sample < c->samples; sample++)
		spread = fmax(spread, fabs(tangent(c, &c->noisy[sample], of, along) - forward));
	if (!agree(c, forward, reverse, spread, 1e-12 * fmax(1, size)))
		found(c, "reverse against forward", "%s of d_%s: reverse %.17g, forward %.17g (spread %.3g)",
		      what, of->name, reverse, forward, spread);
}

/* Along all elements at once, and along one. */
static void check_derivatives(struct checking *c)
{
	c->noisy = ARENA_ARRAY(c->arena, struct graph, c->samples);
	for (int sample = 0; sample < c->samples; sample++)
		c->noisy[sample] =
		        noisy_graph(c->s.exprs, &c->s.program.training, rounding_sample(false, 0), &c->random);
	for (size_t w = 0; w < c->s.wanted.count; w++) {
		const struct tensor *of = c->s.wanted.items[w], *left = adjoint_among(&c->s.finished, of);
		if (!left) {
			found(c, "reverse against forward", "there is no adjoint of %s", of->name);
			return;
		}
		size_t count = values_of_tensor(of);
		double *adjoint = ARENA_ARRAY(c->arena, double, count),
		       *along = ARENA_ARRAY(c->arena, double, count);
		double *one = ARENA_ARRAY(c->arena, double, count);
		evaluate(c->evaluation, &c->s.finished);
		memcpy(adjoint, evaluation_values(c->evaluation, left), count * sizeof *adjoint);
		for (size_t i = 0; i < count; i++)
			along[i] =
			        random_between(&c->random, 0.5, 1.5) * (random_below(&c->random, 2) ? 1 : -1);
		check_direction(c, of, adjoint, along, "a direction");
		one[random_below(&c->random, (int)count)] = 1;
		check_direction(c, of, adjoint, one, "an element");
	}
}

/* --- texts -------------------------------------------------------------------------------------------- */

static struct compile *compiled(struct checking *c, const char *text, const struct compile_options *options,
                                struct history *history)
{
	struct compile *compile = compile_new(c->arena);
	compile->history = history;
	const struct source *source = source_from_string(c->arena, random_model_file, text);
	if (compile_source(compile, source, options) != STATUS_OK)
		found(c, "compile", "the model does not compile");
	return compile;
}

static const char *source_of(struct checking *c, const struct compile *compile)
{
	struct emit_options options = {.source_name = "model.mlp", .checksum = "0", .changes = ""};
	struct text text = text_new(c->arena);
	emit_header(&text, &compile->plan, &options);
	emit_source(&text, &compile->plan, &options);
	emit_driver(&text, &compile->plan, &options);
	return text_string(&text);
}

static void check_bytes(struct checking *c, const char *text)
{
	struct compile_options options = {.real_double = true};
	const char *first = source_of(c, compiled(c, text, &options, NULL));
	if (strcmp(first, source_of(c, compiled(c, text, &options, NULL))) != 0)
		found(c, "equal bytes", "two compilations give different texts");
}

static void check_dumps(struct checking *c, const char *text)
{
	for (enum stage stage = STAGE_AST; stage <= STAGE_PLAN; stage++) {
		char *bytes;
		size_t size;
		struct compile_options options = {.dump = stage, .dump_to = open_memstream(&bytes, &size)};
		compiled(c, text, &options, NULL);
		fclose(options.dump_to);
		if (size == 0)
			found(c, "dump", "stage %d prints nothing", stage);
		if (stage == STAGE_AST && strcmp(bytes, text) != 0)
			found(c, "round trip", "the canonical text reads back as\n%s", bytes);
		free(bytes);
	}
}

static void check_explanations(struct checking *c, const char *text)
{
	struct history history = {.arena = c->arena};
	struct compile_options options = {0};
	struct compile *compile = compiled(c, text, &options, &history);
	if (c->verdict->kind[0])
		return;
	struct explanation explanation = explain(&compile->plan, &history, "model.mlp");
	struct text texts[3];
	for (int k = 0; k < 3; k++)
		texts[k] = text_new(c->arena);
	explain_text(&texts[0], &explanation, 100, false);
	explain_latex(&texts[1], &explanation);
	explain_dot(&texts[2], &explanation);
	for (int k = 0; k < 3; k++)
		if (texts[k].length == 0)
			found(c, "explain", "form %d is empty", k);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static void check_texts(struct checking *c, const char *text)
{
	check_bytes(c, text);
	check_dumps(c, text);
	check_explanations(c, text);
}

static void check_forward(struct checking *c, const char *kind, const struct graph stages[3])
{
	outcomes reference = reference_of(c, &stages[0]);
	compare_graph(c, kind, &reference, &stages[1]);
	compare_graph(c, kind, &reference, &stages[2]);
}

static void check_training(struct checking *c)
{
	const struct subject *s = &c->s;
	const struct tensor *loss = s->program.loss;
	outcomes reference = reference_of(c, &s->updated), simplified = {0}, first = {0};
	compare_graph(c, "simplified again", &reference, &s->resimplified);
	compare_graph(c, "finished", &reference, &s->finished);
	compare_graph(c, "fused", &reference, &s->fused);
	/* the graphs without derivatives have the loss alone */
	struct graph lowered = {.equations = s->program.training.equations};
	struct graph forward = {.equations = s->simplified.equations};
	array_push(c->arena, &lowered.results, loss);
	array_push(c->arena, &forward.results, loss);
	first = reference_of(c, &lowered);
	simplified = outcomes_of(c, &forward);
	compare_outcomes(c, "simplified", &first, &simplified);
	compare_outcomes(c, "differentiated", &first, &reference);
	if (!c->verdict->kind[0])
		check_derivatives(c);
	if (!c->verdict->kind[0])
		check_rules(c, &reference);
}

void check_in_process(const char *text, uint64_t seed, int samples, struct verdict *verdict)
{
	const double range[] = {0.1, 0.9};
	struct checking c = {.s = subject_named(random_model_file, text),
	                     .random = {seed},
	                     .samples = samples,
	                     .verdict = verdict};
	c.arena = c.s.arena;
	if (!c.s.model)
		found(&c, "compile", "%s", c.s.messages);
	if (c.s.fault)
		found(&c, "verify", "%s", c.s.fault);
	if (verdict->kind[0])
		return;
	c.evaluation = evaluation_new(c.arena, SUPPORT_ROWS, 5, 3, 2);
	draw_ports(c.evaluation, &c.s.program, SUPPORT_ROWS, &c.random);
	draw_stored(c.evaluation, &c.s.program, &c.random);
	for (size_t k = 0; k < c.s.program.states.count; k++)
		for (size_t i = 0; i < values_of_tensor(c.s.program.states.items[k]); i++)
			evaluation_values(c.evaluation, c.s.program.states.items[k])[i] =
			        random_between(&c.random, range[0], range[1]);
	check_forward(&c, "prediction", c.s.prediction);
	if (c.s.program.loss && !verdict->kind[0])
		check_forward(&c, "evaluation", c.s.evaluation);
	if (c.s.program.loss && !verdict->kind[0])
		check_training(&c);
	if (!verdict->kind[0])
		check_texts(&c, text);
	arena_free(c.arena);
}
