/* The loss and the figures of merit over a data set, a batch at a time. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "host/answer.h"

enum { ALIGNMENT = 64 };

void *mlp_allocate(size_t size)
{
	size_t rounded = (size + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
	void *block = rounded > size ? aligned_alloc(ALIGNMENT, rounded) : NULL;
	return block ? memset(block, 0, rounded) : NULL;
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
	int most = target->classes > 0 ? mlp_find_output(network, (int64_t)target->elements * target->classes)
	                               : -1;
	if (most >= 0)
		return (struct mlp_metric){MLP_ACCURACY_MOST, most};
	int same = mlp_find_output(network, target->elements);
	if (same < 0 || target->classes > 2)
		return (struct mlp_metric){MLP_NO_METRIC, 0};
	bool half =
		target->classes == 2 || (target->elements == 1 && all_binary(dataset, network->real_size));
	return (struct mlp_metric){half ? MLP_ACCURACY_HALF : MLP_RMSE, same};
}

/* For any metric of the network: real numbers may turn out to be two classes. */
static bool open_tally(struct mlp_tally *tally, const struct mlp_network *network)
{
	if (network->target_count == 0)
		return mlp_tally_open(tally, 0, 0);
	const struct mlp_port *target = &network->targets[0];
	return mlp_tally_open(tally, target->classes > 2 ? target->classes : 2, target->elements);
}

int mlp_evaluator_open(struct mlp_evaluator *evaluator, const struct mlp_messages *messages,
                       const struct mlp_network *network)
{
	*evaluator = (struct mlp_evaluator){.network = network, .work = mlp_allocate(network->work_size)};
	evaluator->outputs = calloc((size_t)network->output_count + 1, sizeof *evaluator->outputs);
	evaluator->pointers = calloc((size_t)(network->input_count + network->target_count) + 1,
	                             sizeof *evaluator->pointers);
	evaluator->tally = calloc(1, sizeof *evaluator->tally);
	bool well = evaluator->work && evaluator->outputs && evaluator->pointers && evaluator->tally &&
	            open_tally(evaluator->tally, network);
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
	if (evaluator->tally)
		mlp_tally_close(evaluator->tally);
	free(evaluator->tally);
	*evaluator = (struct mlp_evaluator){0};
}

double mlp_real_at(const void *values, size_t number, int real_size)
{
	return real_size == (int)sizeof(float) ? (double)((const float *)values)[number]
	                                       : ((const double *)values)[number];
}

static double output_at(const struct mlp_evaluator *evaluator, int output, size_t number)
{
	return mlp_real_at(evaluator->outputs[output], number, evaluator->network->real_size);
}

/* Adds the elements of `count` rows from `first` on. */
static void add_batch(const struct mlp_evaluator *evaluator, const struct mlp_dataset *dataset, int first,
                      int count, struct mlp_metric metric)
{
	const struct mlp_part *target = &dataset->parts[dataset->input_count];
	struct mlp_tally *tally = evaluator->tally;
	size_t elements = (size_t)target->port->elements, start = (size_t)first * elements;
	int32_t classes = target->port->classes;
	bool scores = !evaluator->quick && classes <= 2;
	for (size_t k = 0; k < (size_t)count * elements; k++) {
		double real =
		        classes > 0 ? 0 : mlp_part_real(target, evaluator->network->real_size, start + k);
		int32_t wanted = classes > 0 ? mlp_part_class(target, start + k) : real == 1;
		if (metric.kind == MLP_ACCURACY_MOST) {
			mlp_tally_class(tally, wanted,
			                mlp_most_likely(evaluator->outputs[metric.output],
			                                evaluator->network->real_size, k, classes));
			if (scores && classes == 2)
				mlp_tally_score(tally, wanted == 1,
				                output_at(evaluator, metric.output, 2 * k + 1) -
				                        output_at(evaluator, metric.output, 2 * k));
			continue;
		}
		double found = output_at(evaluator, metric.output, k);
		if (metric.kind == MLP_RMSE)
			mlp_tally_real(tally, (int32_t)(k % elements), real, found);
		else
			mlp_tally_class(tally, wanted, mlp_of_two(found));
		if (scores && metric.kind == MLP_ACCURACY_HALF)
			mlp_tally_score(tally, wanted == 1, found);
	}
}

static void conclude(struct mlp_tally *tally, const struct mlp_dataset *dataset, struct mlp_figures *figures)
{
	const struct mlp_port *target = figures->metric.kind == MLP_NO_METRIC
	                                        ? NULL : dataset->parts[dataset->input_count].port;
	if (figures->metric.kind == MLP_RMSE) {
		figures->elements = target->elements;
		figures->value = figures->rmse = mlp_tally_rmse(tally);
		figures->mae = mlp_tally_mae(tally);
		figures->r2 = mlp_tally_r2(tally);
	} else if (target) {
		figures->classes = target->classes > 2 ? target->classes : 2;
		figures->confusion = tally->confusion;
		for (int32_t c = 0; c < figures->classes; c++) {
			figures->of += tally->counts[c].wanted;
			figures->right += tally->counts[c].right;
		}
		figures->value = (double)figures->right / (double)figures->of;
		figures->macro_f1 = mlp_tally_macro_f1(tally);
		figures->auc = mlp_tally_auc(tally);
	}
}

struct mlp_figures mlp_evaluate(const struct mlp_evaluator *evaluator, const void *net,
                                const struct mlp_dataset *dataset, struct mlp_metric metric)
{
	const struct mlp_network *network = evaluator->network;
	const double none = (double)NAN;
	struct mlp_figures figures = {.metric = metric, .macro_f1 = none, .auc = none, .rmse = none,
	                              .mae = none, .r2 = none};
	const void **inputs = evaluator->pointers, **targets = inputs + dataset->input_count;
	mlp_tally_clear(evaluator->tally);
	for (int first = 0; first < dataset->rows; first += network->batch) {
		int count = dataset->rows - first < network->batch ? dataset->rows - first : network->batch;
		for (int i = 0; i < dataset->input_count + dataset->target_count; i++)
			evaluator->pointers[i] = mlp_dataset_at(dataset, i, first);
		figures.loss += network->loss(net, evaluator->work, count, inputs, targets) * count;
		if (metric.kind == MLP_NO_METRIC)
			continue;
		network->predict(net, evaluator->work, count, inputs, evaluator->outputs);
		add_batch(evaluator, dataset, first, count, metric);
	}
	figures.loss /= dataset->rows;
	conclude(evaluator->tally, dataset, &figures);
	return figures;
}

/* -- As text ----------------------------------------------------------------------------------------- */

static size_t add_figure(char *buffer, size_t used, const char *name, double value)
{
	char number[MLP_NUMBER_TEXT];
	if (isnan(value) || used >= MLP_FIGURES_TEXT)
		return used;
	return used + (size_t)snprintf(buffer + used, MLP_FIGURES_TEXT - used, ", %s %s", name,
	                               mlp_number_text(number, value));
}

const char *mlp_figures_text(char buffer[MLP_FIGURES_TEXT], const struct mlp_figures *figures)
{
	char number[MLP_NUMBER_TEXT];
	size_t used = 0;
	buffer[0] = '\0';
	if (figures->metric.kind == MLP_NO_METRIC)
		return buffer;
	if (figures->metric.kind != MLP_RMSE) {
		used = (size_t)snprintf(buffer, MLP_FIGURES_TEXT, "accuracy %.2f %% (%lld of %lld)",
		                        100 * figures->value, (long long)figures->right,
		                        (long long)figures->of);
		used = add_figure(buffer, used, "macro f1", figures->macro_f1);
		add_figure(buffer, used, "auc", figures->auc);
		return buffer;
	}
	used = (size_t)snprintf(buffer, MLP_FIGURES_TEXT, "rmse %s", mlp_number_text(number, figures->rmse));
	used = add_figure(buffer, used, "mae", figures->mae);
	used = add_figure(buffer, used, "r2", figures->r2);
	if (figures->elements > 1 && used < MLP_FIGURES_TEXT)
		snprintf(buffer + used, MLP_FIGURES_TEXT - used, " (means over %d elements)",
		         (int)figures->elements);
	return buffer;
}
