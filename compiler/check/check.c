#include "check/check.h"

#include <math.h>

#include "expr/draw.h"
#include "expr/evaluator.h"

/* Ranges of inputs, tried until the loss is finite. */
enum { RANGE_COUNT = 3 };
static const double RANGES[RANGE_COUNT][2] = {{-1.5, 1.5}, {0.05, 0.95}, {1.05, 3}};

struct batch {
	const struct check *check;
	const struct point *point;
	struct trial trial;
	int *arrays; /* of each result */
	double **directions;
};

/* --- what is to be compared ----------------------------------------------------------------- */

static const struct equation *equation_of(const struct graph *graph, const struct tensor *of)
{
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct tensor *left = graph->equations.items[k].left;
		if (left->role == TENSOR_ADJOINT && left->of == of)
			return &graph->equations.items[k];
	}
	return NULL;
}

/* All elements, or as many as are asked for, drawn without repetition in their order (Knuth, algorithm S). */
static void choose_elements(const struct check *check, struct check_result *result)
{
	size_t wanted = (uint64_t)check->settings.elements < result->size ? (size_t)check->settings.elements
	                                                                  : result->size;
	uint32_t stream = draw_stream(result->tensor->name);
	result->derivatives = ARENA_ARRAY(check->arena, struct derivative, wanted + 1);
	for (size_t k = 0; k < result->size && result->count < wanted; k++) {
		double left = (double)(result->size - k), needed = (double)(wanted - result->count);
		if (left * draw_uniform(check->settings.seed, stream, 0, 1, (uint32_t)k) < needed)
			result->derivatives[result->count++].element = k;
	}
	result->derivatives[result->count++].element = SIZE_MAX;
}

static void add_result(struct batch *batch, int array)
{
	const struct check *check = batch->check;
	const struct tensor *tensor = batch->point->tensors[array];
	struct check_result *result = &batch->trial.results[batch->trial.count];
	size_t size = batch->point->sizes[array];
	*result = (struct check_result){.tensor = tensor, .size = size};
	result->equation = equation_of(&check->program->training, tensor);
	result->gradient = ARENA_ARRAY(check->arena, double, size);
	if (tensor->role == TENSOR_PARAMETER && tensor->source->frozen)
		result->verdict = VERDICT_FROZEN;
	else
		choose_elements(check, result);
	double *signs = ARENA_ARRAY(check->arena, double, size);
	uint32_t stream = draw_stream(tensor->name);
	for (size_t k = 0; k < size; k++)
		signs[k] = draw_uniform(check->settings.seed, stream, 0, 2, (uint32_t)k) < 0.5 ? -1 : 1;
	batch->directions[batch->trial.count] = signs;
	batch->arrays[batch->trial.count++] = array;
}

static void add_results(struct batch *batch)
{
	const struct point *point = batch->point;
	size_t most = (size_t)(point->stored + point->inputs);
	batch->trial.results = ARENA_ARRAY(batch->check->arena, struct check_result, most);
	batch->arrays = ARENA_ARRAY(batch->check->arena, int, most);
	batch->directions = ARENA_ARRAY(batch->check->arena, double *, most);
	for (int k = 0; k < point->stored + point->inputs; k++)
		if (point->tensors[k]->classes == 0 && point->tensors[k]->role != TENSOR_STATISTIC)
			add_result(batch, k);
}

/* --- the program ------------------------------------------------------------------------------ */

static double evaluated_loss(const struct check *check, const struct graph *forward,
                             const struct point *point)
{
	struct arena *scratch = arena_new();
	struct evaluation *evaluation = check_evaluation(scratch, check, point);
	evaluate(evaluation, forward);
	double loss = evaluation_values(evaluation, check->program->loss)[0];
	arena_free(scratch);
	return loss;
}

static void put_all(const struct machine *machine, const struct point *point)
{
	for (int k = 0; k < point->count; k++)
		machine->put(machine->context, k, point->sizes[k], point->values[k]);
}

static void ask_gradients(struct batch *batch)
{
	const struct machine *machine = &batch->check->machine;
	const struct point *point = batch->point;
	double **gradients = ARENA_ARRAY(batch->check->arena, double *, point->count);
	for (int k = 0; k < batch->trial.count; k++)
		if (batch->trial.results[k].count > 0)
			gradients[batch->arrays[k]] = (double *)batch->trial.results[k].gradient;
	batch->trial.loss =
	        machine->gradient(machine->context, point->rows, point->count, gradients, point->sizes);
}

static void fill_gradients(struct batch *batch)
{
	for (int k = 0; k < batch->trial.count; k++) {
		struct check_result *result = &batch->trial.results[k];
		double along = 0;
		for (size_t e = 0; e < result->size; e++)
			along += batch->directions[k][e] * result->gradient[e];
		for (size_t e = 0; e < result->count; e++) {
			size_t element = result->derivatives[e].element;
			result->derivatives[e].gradient =
			        element == SIZE_MAX ? along : result->gradient[element];
		}
	}
}

/* --- differences ------------------------------------------------------------------------------ */

struct beside {
	const struct machine *machine;
	const struct point *point;
	int array;
	size_t element;
	const double *direction;
	double *moved;
};

static double loss_at(void *context, double h)
{
	const struct beside *b = context;
	const double *values = b->point->values[b->array];
	size_t size = b->point->sizes[b->array];
	if (b->element == SIZE_MAX) {
		for (size_t k = 0; k < size; k++)
			b->moved[k] = values[k] + h * b->direction[k];
		b->machine->put(b->machine->context, b->array, size, b->moved);
	} else {
		b->machine->set(b->machine->context, b->array, b->element, values[b->element] + h);
	}
	return b->machine->loss(b->machine->context, b->point->rows);
}

/* A power of two times a number of few digits, so that x + h - x is h. */
static double step_at(const struct check *check, double x)
{
	return check->settings.step * ldexp(1, (int)fmax(0, ceil(log2(fmax(fabs(x), 1)))));
}

static void measure(struct batch *batch, int k, size_t *done, size_t total)
{
	const struct check *check = batch->check;
	struct check_result *result = &batch->trial.results[k];
	int array = batch->arrays[k];
	const double *values = batch->point->values[array];
	struct beside beside = {.machine = &check->machine,
	                        .point = batch->point,
	                        .array = array,
	                        .direction = batch->directions[k]};
	beside.moved = ARENA_ARRAY(check->arena, double, result->size);
	for (size_t e = 0; e < result->count; e++) {
		struct derivative *d = &result->derivatives[e];
		bool whole = d->element == SIZE_MAX;
		beside.element = d->element;
		d->difference = check_difference(
		        loss_at, &beside, batch->trial.loss, batch->trial.noise,
		        whole ? check->settings.step : step_at(check, values[d->element]), d->gradient,
		        CHECK_ROUGH * (whole ? result->along : result->scale), &d->dual);
		if (!whole)
			check->machine.set(check->machine.context, array, d->element, values[d->element]);
		if (check->progress)
			check->progress(check->progress_context, result->tensor->name, total + *done,
			                2 * total);
		++*done;
	}
	check->machine.put(check->machine.context, array, result->size, values);
}

/* --- rounding ---------------------------------------------------------------------------------- */

enum {
	UNSTEADY = 16
}; /* times what one unit in the last place of all values does: a long computation adds up more */

/* The loss as dual numbers have it, with and without noise. */
static double loss_noise(const struct check *check, const struct graph *forward, const struct point *point)
{
	double losses[2];
	for (uint32_t noise = 0; noise < 2; noise++) {
		struct arena *scratch = arena_new();
		struct slope slope;
		struct evaluation *evaluation = check_evaluation(scratch, check, point);
		evaluation->noise = noise;
		evaluate_slopes(evaluation, forward, check->program->loss, 1, 0, NULL, &slope);
		losses[noise] = evaluation_values(evaluation, check->program->loss)[0];
		arena_free(scratch);
	}
	double noise = UNSTEADY * fabs(losses[1] - losses[0]);
	return noise <= CHECK_ROUGH * fabs(losses[0]) ? noise : 0;
}

/* Where a gradient is nearly what dual numbers have: does rounding alone move these as far? Then no one can
 * tell it better. A kink that the noise crosses is no rounding. */
static void measure_noise(struct batch *batch)
{
	struct trial noisy = batch->trial;
	noisy.results = ARENA_ARRAY(batch->check->arena, struct check_result, noisy.count);
	for (int k = 0; k < noisy.count; k++) {
		struct check_result *copy = &noisy.results[k];
		*copy = batch->trial.results[k];
		copy->derivatives = ARENA_ARRAY(batch->check->arena, struct derivative, copy->count);
		for (size_t e = 0; e < copy->count; e++)
			copy->derivatives[e].element = batch->trial.results[k].derivatives[e].element;
	}
	check_slopes(batch->check, batch->point, &noisy, batch->directions, 1);
	for (int k = 0; k < noisy.count; k++) {
		struct check_result *result = &batch->trial.results[k];
		for (size_t e = 0; e + 1 < result->count; e++) {
			double moved = UNSTEADY * fabs(noisy.results[k].derivatives[e].dual.value -
			                               result->derivatives[e].dual.value);
			if (moved > result->unsteady && moved <= CHECK_ROUGH * result->scale)
				result->unsteady = moved;
		}
	}
}

/* Not by more than differences would see. */
static bool nearly_agrees(const struct trial *trial)
{
	bool differs = false;
	for (int k = 0; k < trial->count; k++) {
		const struct check_result *result = &trial->results[k];
		differs = differs || result->verdict == VERDICT_DIFFERS;
		if (result->verdict == VERDICT_DIFFERS && !(result->worst_by_dual->by_dual <= CHECK_ROUGH))
			return false;
	}
	return differs;
}

/* --- together --------------------------------------------------------------------------------- */

/* Is there an input of numbers without a range of its own? */
static bool uses_range(const struct program *program)
{
	for (size_t k = 0; k < program->inputs.count; k++)
		if (program->inputs.items[k]->classes == 0 &&
		    program->inputs.items[k]->scaling != SCALING_RANGE)
			return true;
	return false;
}

static struct point draw_finite(const struct check *check, int rows, struct trial *trial)
{
	struct point point = {0};
	const struct graph *const forms[] = {check->forward, check->rewritten};
	bool is_used = uses_range(check->program);
	for (size_t k = 0; k < 2 * RANGE_COUNT; k++) {
		const double *range = RANGES[k % RANGE_COUNT];
		point = check_draw(check, rows, range[0], range[1]);
		trial->low = is_used ? range[0] : 0;
		trial->high = is_used ? range[1] : 0;
		trial->forward = forms[k / RANGE_COUNT];
		trial->evaluated = evaluated_loss(check, trial->forward, &point);
		if (isfinite(trial->evaluated))
			break;
	}
	return point;
}

struct trial check_batch(const struct check *check, int rows, struct point *point)
{
	struct batch batch = {.check = check, .point = point, .trial = {.rows = rows}};
	struct trial *trial = &batch.trial;
	size_t total = 0, done = 0;
	*point = draw_finite(check, rows, trial);
	put_all(&check->machine, point);
	add_results(&batch);
	ask_gradients(&batch);
	trial->is_finite = isfinite(trial->evaluated) && isfinite(trial->loss);
	if (!trial->is_finite)
		return *trial;
	trial->noise = loss_noise(check, trial->forward, point);
	trial->loss_agrees = fabs(trial->loss - trial->evaluated) <=
	                     fmax(CHECK_EXACT * fmax(1, fabs(trial->evaluated)), trial->noise);
	fill_gradients(&batch);
	check_slopes(check, point, trial, batch.directions, 0);
	for (int k = 0; k < trial->count; k++)
		total += trial->results[k].count;
	for (int k = 0; k < trial->count; k++) {
		if (trial->results[k].count == 0)
			continue;
		check_scale(&trial->results[k]);
		measure(&batch, k, &done, total);
		check_judge(&trial->results[k]);
	}
	if (!nearly_agrees(trial))
		return *trial;
	measure_noise(&batch);
	for (int k = 0; k < trial->count; k++)
		if (trial->results[k].count > 0)
			check_judge(&trial->results[k]);
	return *trial;
}

bool trial_agrees(const struct trial *trial)
{
	bool agrees = trial->is_finite && trial->loss_agrees;
	for (int k = 0; k < trial->count; k++)
		agrees = agrees && trial->results[k].verdict != VERDICT_DIFFERS;
	return agrees;
}
