#include "random_values.h"

#include <math.h>
#include <string.h>

size_t values_in_rows(const struct tensor *tensor, int rows)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= tensor->extents[d] == EXTENT_ROWS ? (size_t)rows : (size_t)tensor->extents[d];
	return count;
}

static double port_value(const struct tensor *tensor, struct random *random)
{
	bool is_target = tensor->role == TENSOR_TARGET;
	if (tensor->classes > 0)
		return random_below(random, tensor->classes);
	if (is_target && strncmp(tensor->name, "chance", 6) == 0)
		return (double)(float)random_between(random, 0.05, 0.95);
	if (is_target && strncmp(tensor->name, "side", 4) == 0)
		return random_below(random, 2) ? 1 : -1;
	return (double)(float)random_between(random, -1.5, 1.5);
}

static void draw_list(struct evaluation *evaluation, const tensors *list, int rows, struct random *random)
{
	for (size_t k = 0; k < list->count; k++) {
		double *values = evaluation_values(evaluation, list->items[k]);
		size_t count = values_in_rows(list->items[k], rows);
		for (size_t i = 0; i < count; i++)
			values[i] = port_value(list->items[k], random);
	}
}

void draw_ports(struct evaluation *evaluation, const struct program *program, int rows, struct random *random)
{
	draw_list(evaluation, &program->inputs, rows, random);
	draw_list(evaluation, &program->targets, rows, random);
}

void draw_stored(struct evaluation *evaluation, const struct program *program, struct random *random)
{
	for (size_t k = 0; k < program->stored.count; k++) {
		const struct tensor *tensor = program->stored.items[k];
		double *values = evaluation_values(evaluation, tensor);
		size_t count = values_in_rows(tensor, 1);
		double fan = tensor->rank > 1 ? (double)count / (double)tensor->extents[0] : 1;
		double most = fmin(0.9, 1.5 / sqrt(fan));
		for (size_t i = 0; i < count; i++)
			values[i] = tensor->role == TENSOR_STATISTIC
			                    ? (double)(float)random_between(random, 1, 1.5)
			                    : (double)(float)random_between(random, -most, most);
	}
}
