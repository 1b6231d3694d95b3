/* Targets and outputs that belong together. */
#include "host/answer.h"

#include <stdio.h>

#include "host/metrics.h"

int mlp_find_output(const struct mlp_network *network, int64_t elements)
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

/* The answer for a target; its output is -1 where none fits. */
static struct mlp_answer answer_for(const struct mlp_network *network, const struct mlp_labels *labels,
                                    int target)
{
	const struct mlp_port *port = &network->targets[target];
	struct mlp_answer answer = {.target = target,
	                            .port = port,
	                            .output = -1,
	                            .labels = &labels[network->input_count + target]};
	if (port->classes > 0)
		answer.output = mlp_find_output(network, (int64_t)port->elements * port->classes);
	answer.kind = answer.output >= 0 ? MLP_ANSWER_MOST : MLP_ANSWER_NUMBERS;
	if (answer.output >= 0 || port->classes > 2)
		return answer;
	answer.output = mlp_find_output(network, port->elements);
	bool binary = port->classes == 2 || (answer.labels->binary && port->elements == 1);
	answer.kind = binary ? MLP_ANSWER_HALF : MLP_ANSWER_NUMBERS;
	return answer;
}

int mlp_find_answers(const struct mlp_network *network, const struct mlp_labels *labels,
                     struct mlp_answer *answers)
{
	int count = 0;
	for (int target = 0; target < network->target_count; target++) {
		answers[count] = answer_for(network, labels, target);
		count += answers[count].output >= 0;
	}
	int for_targets = count;
	for (int output = 0; output < network->output_count; output++) {
		bool used = false;
		for (int k = 0; k < for_targets; k++)
			used |= answers[k].output == output;
		if (!used)
			answers[count++] = (struct mlp_answer){.kind = MLP_ANSWER_NUMBERS,
			                                       .output = output,
			                                       .target = -1,
			                                       .port = &network->outputs[output]};
	}
	return count;
}

int32_t mlp_answer_classes(const struct mlp_answer *answer)
{
	return answer->kind == MLP_ANSWER_MOST   ? answer->port->classes
	       : answer->kind == MLP_ANSWER_HALF ? 2
	                                         : 0;
}

int32_t mlp_most_likely(const void *values, int real_size, size_t number, int32_t classes)
{
	int32_t best = -1;
	double largest = 0;
	for (int32_t c = 0; c < classes; c++) {
		double value = mlp_real_at(values, number * (size_t)classes + (size_t)c, real_size);
		if (value != value)
			return -1;
		if (c == 0 || value > largest) {
			largest = value;
			best = c;
		}
	}
	return best;
}

int32_t mlp_of_two(double probability)
{
	return probability != probability ? -1 : probability >= 0.5;
}

int32_t mlp_answer_class(const struct mlp_answer *answer, const void *values, int real_size, size_t number)
{
	if (answer->kind == MLP_ANSWER_HALF)
		return mlp_of_two(mlp_real_at(values, number, real_size));
	return mlp_most_likely(values, real_size, number, answer->port->classes);
}

const char *mlp_class_name(const struct mlp_answer *answer, int32_t number, char buffer[MLP_CLASS_NAME])
{
	const struct mlp_labels *labels = answer->labels;
	if (labels && labels->names && number < labels->count)
		return labels->names[number];
	snprintf(buffer, MLP_CLASS_NAME, "%d", (int)number);
	return buffer;
}
