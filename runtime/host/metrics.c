/* The loss and the figure of merit over a data set, a batch at a time. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/metrics.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

void *mlp_allocate(size_t size)
{
	size_t rounded = (size + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
	void *block = rounded > size ? aligned_alloc(ALIGNMENT, rounded) : NULL;
	return block ? memset(block, 0, rounded) : NULL;
}

/* The only output with so many elements: where several have, none is the prediction of the target. */
static int find_output(const struct mlp_network *network, int64_t elements)
{
	int found = -1;
	for (int i = 0; i < network->output_count; i++) {
		if (network->outputs[i].elements != elements || network->outputs[i].classes != 0)
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

static bool all_binary(const struct mlp_dataset *dataset, int real_size)
{
	const struct mlp_part *target = &dataset->parts[dataset->input_count];
	for (int row = 0; row < dataset->rows; row++) {
		double value = mlp_part_real(target, real_size, (size_t)row);
		if (value != 0 && value != 1)
			return false;
	}
	return true;
}

struct mlp_metric mlp_choose_metric(const struct mlp_network *network, const struct mlp_dataset *dataset)
{
	if (network->target_count == 0)
		return (struct mlp_metric){MLP_NO_METRIC, 0};
	const struct mlp_port *target = &network->targets[0];
	int most =
		target->classes > 0 ? find_output(network, (int64_t)target->elements * target->classes) : -1;
	if (most >= 0)
		return (struct mlp_metric){MLP_ACCURACY_MOST, most};
	int same = find_output(network, target->elements);
	if (same < 0 || target->classes > 2)
		return (struct mlp_metric){MLP_NO_METRIC, 0};
	bool half =
		target->classes == 2 || (target->elements == 1 && all_binary(dataset, network->real_size));
	return (struct mlp_metric){half ? MLP_ACCURACY_HALF : MLP_RMSE, same};
}

int mlp_evaluator_open(struct mlp_evaluator *evaluator, const struct mlp_messages *messages,
                       const struct mlp_network *network)
{
	*evaluator = (struct mlp_evaluator){.network = network, .work = mlp_allocate(network->work_size)};
	evaluator->outputs = calloc((size_t)network->output_count + 1, sizeof *evaluator->outputs);
	evaluator->pointers = calloc((size_t)(network->input_count + network->target_count) + 1,
	                             sizeof *evaluator->pointers);
	bool well = evaluator->work && evaluator->outputs && evaluator->pointers;
	for (int i = 0; well && i < network->output_count; i++) {
		size_t elements = (size_t)network->outputs[i].elements * (size_t)network->batch;
		evaluator->outputs[i] = mlp_allocate(elements * (size_t)network->real_size);
		well = evaluator->outputs[i] != NULL;
	}
	return well ? MLP_WELL : mlp_no_memory(messages);
}

void mlp_evaluator_close(struct mlp_evaluator *evaluator)
{
	for (int i = 0; evaluator->outputs && i < evaluator->network->output_count; i++)
		free(evaluator->outputs[i]);
	free(evaluator->outputs);
	free(evaluator->pointers);
	free(evaluator->work);
	*evaluator = (struct mlp_evaluator){0};
}

static double output_at(const struct mlp_evaluator *evaluator, int output, size_t number)
{
	const void *values = evaluator->outputs[output];
	return evaluator->network->real_size == (int)sizeof(float) ? (double)((const float *)values)[number]
	                                                           : ((const double *)values)[number];
}

/* The class of element `number` of the batch, from its K outputs; -1 where they are not numbers. */
static int32_t most_likely(const struct mlp_evaluator *evaluator, int output, size_t number, int32_t classes)
{
	int32_t best = 0;
	double largest = output_at(evaluator, output, number * (size_t)classes);
	for (int32_t c = 1; c < classes; c++) {
		double value = output_at(evaluator, output, number * (size_t)classes + (size_t)c);
		if (value > largest) {
			largest = value;
			best = c;
		}
	}
	return largest == largest ? best : -1;
}

/* Adds the elements of `count` rows from `first` on. For an error, figures->value sums squares. */
static void add_batch(const struct mlp_evaluator *evaluator, const struct mlp_dataset *dataset, int first,
                      int count, struct mlp_figures *figures)
{
	const struct mlp_part *target = &dataset->parts[dataset->input_count];
	size_t elements = (size_t)target->port->elements, start = (size_t)first * elements;
	for (size_t k = 0; k < (size_t)count * elements; k++) {
		int32_t classes = target->port->classes;
		double wanted = classes > 0 ? (double)mlp_part_class(target, start + k)
		                            : mlp_part_real(target, evaluator->network->real_size, start + k);
		if (figures->metric.kind == MLP_ACCURACY_MOST) {
			int32_t found = most_likely(evaluator, figures->metric.output, k, classes);
			figures->right += (double)found == wanted;
		} else {
			double found = output_at(evaluator, figures->metric.output, k);
			figures->right += found == found && (found >= 0.5) == (wanted == 1.0);
			figures->value += (found - wanted) * (found - wanted);
		}
		figures->of++;
	}
}

struct mlp_figures mlp_evaluate(const struct mlp_evaluator *evaluator, const void *net,
                                const struct mlp_dataset *dataset, struct mlp_metric metric)
{
	const struct mlp_network *network = evaluator->network;
	struct mlp_figures figures = {.metric = metric};
	const void **inputs = evaluator->pointers, **targets = inputs + dataset->input_count;
	for (int first = 0; first < dataset->rows; first += network->batch) {
		int count = dataset->rows - first < network->batch ? dataset->rows - first : network->batch;
		for (int i = 0; i < dataset->input_count + dataset->target_count; i++)
			evaluator->pointers[i] = mlp_dataset_at(dataset, i, first);
		figures.loss += network->loss(net, evaluator->work, count, inputs, targets) * count;
		if (metric.kind == MLP_NO_METRIC)
			continue;
		network->predict(net, evaluator->work, count, inputs, evaluator->outputs);
		add_batch(evaluator, dataset, first, count, &figures);
	}
	figures.loss /= dataset->rows;
	if (figures.of > 0)
		figures.value = metric.kind == MLP_RMSE ? sqrt(figures.value / (double)figures.of)
		                                        : (double)figures.right / (double)figures.of;
	return figures;
}
