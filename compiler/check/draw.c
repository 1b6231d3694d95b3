/* The point at which a model is checked. Parameters and statistics are near their initial values, but none
 * stays at 0 or 1, where factors hide errors. Targets lie between 0 and 1, where losses of probabilities,
 * counts and signs are all defined. */
#include <math.h>
#include <string.h>

#include "check/check.h"
#include "expr/draw.h"
#include "expr/evaluator.h"

#define DISTURBANCE 0.1 /* of the root mean square of the initial values */
#define TARGET_LOW 0.05
#define TARGET_HIGH 0.95

static double between(const struct check *check, const struct tensor *tensor, size_t element, double low,
                      double high)
{
	uint32_t stream = draw_stream(tensor->name);
	return low +
	       (high - low) * draw_uniform(check->settings.seed, stream, CHECK_STEP, 0, (uint32_t)element);
}

static void disturb(const struct check *check, const struct tensor *tensor, size_t size, double *values)
{
	double squares = 0;
	for (size_t k = 0; k < size; k++)
		squares += values[k] * values[k];
	double by = DISTURBANCE * (squares > 0 ? sqrt(squares / (double)size) : 1);
	for (size_t k = 0; k < size; k++)
		values[k] += between(check, tensor, k, -by, by);
}

static void draw_ports(const struct check *check, const struct point *point, int k, double low, double high)
{
	const struct tensor *tensor = point->tensors[k];
	bool is_range = tensor->scaling == SCALING_RANGE;
	double from = is_range ? tensor->source->scale_from : low,
	       to = is_range ? tensor->source->scale_to : high;
	for (size_t e = 0; e < point->sizes[k]; e++) {
		double value = between(check, tensor, e, from, to);
		if (tensor->classes > 0)
			value = floor(between(check, tensor, e, 0, tensor->classes));
		point->values[k][e] = value;
	}
}

static void enlist(const struct check *check, struct point *point, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		size_t size = storage_size(tensor, point->rows);
		point->tensors[point->count] = tensor;
		point->sizes[point->count] = size;
		point->values[point->count++] = ARENA_ARRAY(check->arena, double, size);
	}
}

struct point check_draw(const struct check *check, int rows, double low, double high)
{
	const struct program *program = check->program;
	size_t most = program->stored.count + program->inputs.count + program->targets.count;
	struct point point = {.rows = rows,
	                      .stored = (int)program->stored.count,
	                      .inputs = (int)program->inputs.count,
	                      .tensors = ARENA_ARRAY(check->arena, const struct tensor *, most),
	                      .sizes = ARENA_ARRAY(check->arena, size_t, most),
	                      .values = ARENA_ARRAY(check->arena, double *, most)};
	enlist(check, &point, &program->stored);
	enlist(check, &point, &program->inputs);
	enlist(check, &point, &program->targets);
	struct arena *scratch = arena_new();
	struct evaluation *evaluation = evaluation_new(scratch, 1, check->settings.seed, 0, 0);
	evaluate(evaluation, check->initial);
	for (int k = 0; k < point.count; k++) {
		if (k >= point.stored + point.inputs) {
			draw_ports(check, &point, k, TARGET_LOW, TARGET_HIGH);
		} else if (k >= point.stored) {
			draw_ports(check, &point, k, low, high);
		} else {
			memcpy(point.values[k], evaluation_values(evaluation, point.tensors[k]),
			       point.sizes[k] * sizeof(double));
			if (!check->settings.initial)
				disturb(check, point.tensors[k], point.sizes[k], point.values[k]);
		}
	}
	arena_free(scratch);
	return point;
}

struct evaluation *check_evaluation(struct arena *arena, const struct check *check, const struct point *point)
{
	struct evaluation *evaluation =
	        evaluation_new(arena, point->rows, check->settings.seed, CHECK_STEP, CHECK_EPOCH);
	for (int k = 0; k < point->count; k++)
		memcpy(evaluation_values(evaluation, point->tensors[k]), point->values[k],
		       point->sizes[k] * sizeof(double));
	return evaluation;
}
