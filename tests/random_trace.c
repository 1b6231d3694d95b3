#include "random_trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "expr/evaluator.h"
#include "random_noise.h"
#include "random_values.h"

/* One run of the script, with or without rounding errors. */
struct playing {
	const struct subject *s;
	struct arena *arena;
	struct trace *trace;
	bool with_gradients;
	bool is_first; /* the run without errors, which writes data and labels */
	double *moved; /* the values of another run */
	size_t count;
	struct graph initial, prediction, evaluation, training;
	struct random data;      /* the same in each run */
	struct evaluation *kept; /* stored values and states */
};

static void give(struct playing *p, struct evaluation *evaluation, const tensors *list, int rows)
{
	for (size_t k = 0; k < list->count && p->is_first; k++)
		for (size_t i = 0; i < values_in_rows(list->items[k], rows); i++)
			array_push(p->arena, &p->trace->data,
			           evaluation_values(evaluation, list->items[k])[i]);
}

static void expect(struct playing *p, const char *what, const char *name, const double *values, size_t count)
{
	struct text text = text_new(p->arena);
	text_printf(&text, "%s %s", what, name);
	if (p->is_first)
		array_push(p->arena, &p->trace->labels,
		           (struct trace_label){p->trace->values.count, text_string(&text)});
	for (size_t i = 0; i < count; i++) {
		if (p->is_first)
			array_push(p->arena, &p->trace->values,
			           (struct trace_value){.wanted = values ? values[i] : 0});
		else
			p->moved[p->count++] = values ? values[i] : 0;
	}
}

static void expect_list(struct playing *p, const char *what, struct evaluation *evaluation,
                        const tensors *list, int rows)
{
	for (size_t k = 0; k < list->count; k++)
		expect(p, what, list->items[k]->name, evaluation_values(evaluation, list->items[k]),
		       values_in_rows(list->items[k], rows));
}

/* Each has memory of its own, since there are many and they are large. */
static struct evaluation *started(int rows, uint64_t seed, uint32_t step, uint32_t epoch)
{
	return evaluation_new(arena_new(), rows, seed, step, epoch);
}

static void ended(struct evaluation *evaluation)
{
	arena_free(evaluation->arena);
}

static void copy_kept(struct playing *p, struct evaluation *to)
{
	const tensors *lists[] = {&p->s->program.stored, &p->s->program.states};
	for (int n = 0; n < 2; n++)
		for (size_t k = 0; k < lists[n]->count; k++)
			memcpy(evaluation_values(to, lists[n]->items[k]),
			       evaluation_values(p->kept, lists[n]->items[k]),
			       values_in_rows(lists[n]->items[k], 1) * sizeof(double));
}

/* --- the calls ------------------------------------------------------------------------------------ */

static void play_start(struct playing *p)
{
	const struct program *program = &p->s->program;
	p->kept = started(1, TRACE_SEED, 0, 0);
	evaluate(p->kept, &p->initial);
	expect_list(p, "initial", p->kept, &program->stored, 1);
	expect_list(p, "initial", p->kept, &program->states, 1);
	draw_stored(p->kept, program, &p->data);
	give(p, p->kept, &program->stored, 1);
}

/* Rows `from` to `from + rows` - 1 of a list, into an evaluation of as many rows. */
static void copy_rows(struct evaluation *to, struct evaluation *all, const tensors *list, int from, int rows)
{
	for (size_t k = 0; k < list->count; k++) {
		size_t row = values_in_rows(list->items[k], 1);
		memcpy(evaluation_values(to, list->items[k]),
		       evaluation_values(all, list->items[k]) + (size_t)from * row,
		       (size_t)rows * row * sizeof(double));
	}
}

/* More rows than a batch: by batches, as the generated code has it. */
static void play_prediction(struct playing *p)
{
	const struct program *program = &p->s->program;
	int rows = p->trace->predicted_rows, batch = (int)program->model->train.batch;
	uint64_t seed = program->model->train.seed;
	struct evaluation *all = started(rows, seed, 0, 0);
	draw_ports(all, program, rows, &p->data);
	give(p, all, &program->inputs, rows);
	for (int from = 0; from < rows; from += batch) {
		int part = rows - from < batch ? rows - from : batch;
		struct evaluation *evaluation = started(part, seed, 0, 0);
		copy_kept(p, evaluation);
		copy_rows(evaluation, all, &program->inputs, from, part);
		evaluate(evaluation, &p->prediction);
		for (size_t k = 0; k < program->outputs.count; k++) {
			size_t row = values_in_rows(program->outputs.items[k], 1);
			bool is_per_sample = values_in_rows(program->outputs.items[k], 2) != row;
			for (int n = 0; n < part; n++)
				memcpy(evaluation_values(all, program->outputs.items[k]) +
				               (is_per_sample ? (size_t)(from + n) * row : 0),
				       evaluation_values(evaluation, program->outputs.items[k]) +
				               (is_per_sample ? (size_t)n * row : 0),
				       row * sizeof(double));
		}
		ended(evaluation);
	}
	expect_list(p, "prediction", all, &program->outputs, rows);
	ended(all);
}

static struct evaluation *batch_of(struct playing *p, int rows, uint64_t seed, uint32_t step, uint32_t epoch)
{
	const struct program *program = &p->s->program;
	struct evaluation *evaluation = started(rows, seed, step, epoch);
	copy_kept(p, evaluation);
	draw_ports(evaluation, program, rows, &p->data);
	give(p, evaluation, &program->inputs, rows);
	give(p, evaluation, &program->targets, rows);
	return evaluation;
}

static void play_loss(struct playing *p)
{
	struct evaluation *evaluation =
	        batch_of(p, p->trace->loss_rows, p->s->program.model->train.seed, 0, 0);
	evaluate(evaluation, &p->evaluation);
	expect(p, "evaluated", "loss", evaluation_values(evaluation, p->s->program.loss), 1);
	ended(evaluation);
}

static void expect_gradients(struct playing *p, struct evaluation *evaluation, const char *step,
                             const tensors *list, int rows)
{
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *adjoint = adjoint_among(&p->training, list->items[k]);
		expect(p, step, name_format(p->s->names, "gradient of %s", list->items[k]->name),
		       adjoint ? evaluation_values(evaluation, adjoint) : NULL,
		       values_in_rows(list->items[k], rows));
	}
}

static void play_step(struct playing *p, int step)
{
	const struct program *program = &p->s->program;
	int rows = p->trace->step_rows[step - 1];
	const char *name = name_format(p->s->names, "step %d,", step);
	struct evaluation *evaluation = batch_of(p, rows, TRACE_SEED, (uint32_t)step, (uint32_t)step - 1);
	evaluate(evaluation, &p->training);
	expect(p, name, "loss", evaluation_values(evaluation, program->loss), 1);
	if (p->with_gradients) {
		expect_gradients(p, evaluation, name, &program->stored, 1);
		expect_gradients(p, evaluation, name, &program->inputs, rows);
	}
	evaluation_commit(evaluation, &p->training);
	ended(p->kept);
	p->kept = evaluation;
	struct evaluation *after = started(1, TRACE_SEED, 0, 0);
	copy_kept(p, after);
	ended(evaluation);
	p->kept = after;
	expect_list(p, name, after, &program->stored, 1);
	expect_list(p, name, after, &program->states, 1);
	if (p->is_first)
		p->trace->step_ends[step - 1] = p->trace->values.count;
}

static void play(struct playing *p)
{
	play_start(p);
	play_prediction(p);
	if (p->s->program.loss) {
		play_loss(p);
		for (int step = 1; step <= TRACE_STEPS; step++)
			play_step(p, step);
	}
	ended(p->kept);
}

/* --- rounding --------------------------------------------------------------------------------------- */

/* Of a compilation of its own, so that memory goes with it. */
static void play_with_errors(struct playing p, const char *text, bool is_float, int sample,
                             struct random *random)
{
	struct subject s = subject_named(random_model_file, text);
	struct rounding rounding = rounding_sample(is_float, sample);
	struct trace *trace = p.trace;
	p.s = &s;
	p.is_first = false;
	p.arena = s.arena;
	p.moved = ARENA_ARRAY(s.arena, double, trace->values.count);
	p.initial = noisy_graph(s.exprs, &s.program.initial, rounding, random);
	p.prediction = noisy_graph(s.exprs, &s.prediction[0], rounding, random);
	if (s.program.loss) {
		p.evaluation = noisy_graph(s.exprs, &s.evaluation[0], rounding, random);
		p.training = noisy_graph(s.exprs, &s.updated, rounding, random);
	}
	play(&p);
	for (size_t i = 0; i < trace->values.count; i++) {
		struct trace_value *value = &trace->values.items[i];
		double distance = fabs(p.moved[i] - value->wanted);
		double *spread = is_float ? &value->spread_of_float : &value->spread_of_double;
		*spread = isnan(distance) ? (double)INFINITY : fmax(*spread, distance);
	}
	arena_free(s.arena);
}

/* What rounding has once moved, it has moved: that a later step leads back in the samples is chance. */
static void keep_spread(struct trace *trace, size_t stored)
{
	for (int step = 1; step < TRACE_STEPS && trace->step_ends[step] > 0; step++) {
		/* stored values and states are the last of a step */
		struct trace_value *now = &trace->values.items[trace->step_ends[step] - stored];
		struct trace_value *before = &trace->values.items[trace->step_ends[step - 1] - stored];
		for (size_t i = 0; i < stored; i++) {
			now[i].spread_of_double = fmax(now[i].spread_of_double, before[i].spread_of_double);
			now[i].spread_of_float = fmax(now[i].spread_of_float, before[i].spread_of_float);
		}
	}
}

static size_t values_of_list(const tensors *list)
{
	size_t count = 0;
	for (size_t k = 0; k < list->count; k++)
		count += values_in_rows(list->items[k], 1);
	return count;
}

struct trace trace_of(struct arena *arena, const char *text, uint64_t seed, int samples, bool with_gradients)
{
	struct subject s = subject_named(random_model_file, text);
	struct trace trace = {0};
	int batch = (int)s.model->train.batch;
	struct random random = {seed};
	trace.predicted_rows = batch + 1 + random_below(&random, batch + 1);
	trace.loss_rows = 1 + random_below(&random, batch);
	for (int k = 0; k < TRACE_STEPS; k++)
		trace.step_rows[k] = k + 1 < TRACE_STEPS ? batch : 1 + random_below(&random, batch);
	struct playing playing = {.s = &s,
	                          .arena = arena,
	                          .trace = &trace,
	                          .with_gradients = with_gradients,
	                          .is_first = true,
	                          .initial = s.program.initial,
	                          .prediction = s.prediction[0],
	                          .evaluation = s.evaluation[0],
	                          .training = s.updated,
	                          .data = {seed + 1}};
	struct playing again = playing;
	play(&playing);
	for (int sample = 0; sample < samples; sample++) {
		play_with_errors(again, text, false, sample, &random);
		play_with_errors(again, text, true, sample, &random);
	}
	keep_spread(&trace, values_of_list(&s.program.stored) + values_of_list(&s.program.states));
	arena_free(s.arena);
	return trace;
}

void trace_compare(const struct trace *trace, const double *got, size_t count, bool is_float,
                   struct verdict *verdict)
{
	size_t label = 0;
	if (count != trace->values.count) {
		snprintf(verdict->kind, sizeof verdict->kind, "program");
		snprintf(verdict->fault, sizeof verdict->fault, "%zu values, not %zu", count,
		         trace->values.count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct trace_value *value = &trace->values.items[i];
		while (label + 1 < trace->labels.count && trace->labels.items[label + 1].first <= i)
			label++;
		double spread = is_float ? value->spread_of_float : value->spread_of_double;
		double tolerance = tolerance_of(value->wanted, got[i], spread, is_float ? 3e-6 : 1e-12);
		double scale = fmax(1, fabs(value->wanted));
		verdict->tally.infinite += !isfinite(value->wanted);
		verdict->tally.unsteady += isfinite(value->wanted) && tolerance < 0;
		if (!isfinite(value->wanted) || tolerance < 0)
			continue;
		verdict->tally.compared++;
		verdict->tally.loose += tolerance > (is_float ? 3e-6 : 1e-12) * scale;
		if (fabs(got[i] - value->wanted) <= tolerance)
			continue;
		snprintf(verdict->kind, sizeof verdict->kind, "%s C", is_float ? "float" : "double");
		snprintf(verdict->fault, sizeof verdict->fault,
		         "%s[%zu] is %.17g in C, %.17g by evaluation (spread %.3g)",
		         trace->labels.items[label].name, i - trace->labels.items[label].first, got[i],
		         value->wanted, spread);
		return;
	}
}
