/* Mean and deviation of each standardised input, into the network. */
#include "mlp_arithmetic.h"

#include "host/standardize.h"

#include <stdlib.h>

static void sum_up(const struct mlp_part *part, int real_size, int rows, double *mean, double *deviation)
{
	size_t elements = (size_t)part->port->elements;
	for (size_t i = 0; i < (size_t)rows * elements; i++)
		mean[i % elements] += mlp_part_real(part, real_size, i);
	for (size_t k = 0; k < elements; k++)
		mean[k] /= rows;
	for (size_t i = 0; i < (size_t)rows * elements; i++) {
		double distance = mlp_part_real(part, real_size, i) - mean[i % elements];
		deviation[i % elements] += distance * distance;
	}
	for (size_t k = 0; k < elements; k++) {
		deviation[k] = sqrt(deviation[k] / rows);
		if (!(deviation[k] > 0))
			deviation[k] = 1;
	}
}

/* `values` become reals of the network, in place where they are smaller. */
static void set_tensor(const struct mlp_network *network, void *net, int k, double *values, int32_t elements)
{
	float *narrow = (void *)values;
	if (network->real_size == (int)sizeof(float))
		for (int32_t i = 0; i < elements; i++)
			narrow[i] = (float)values[i];
	network->set(net, k, values);
}

static int standardize_part(const struct mlp_messages *messages, const struct mlp_network *network, void *net,
                            const struct mlp_part *part, int rows)
{
	const struct mlp_port *port = part->port;
	if (network->tensor(port->mean)->elements != port->elements ||
	    network->tensor(port->deviation)->elements != port->elements) {
		mlp_error(messages, "internal error: the statistics of `%s` do not have its shape",
		          port->name);
		return MLP_INTERNAL;
	}
	double *mean = calloc((size_t)port->elements, sizeof *mean);
	double *deviation = calloc((size_t)port->elements, sizeof *deviation);
	bool well = mean && deviation;
	if (well) {
		sum_up(part, network->real_size, rows, mean, deviation);
		set_tensor(network, net, port->mean, mean, port->elements);
		set_tensor(network, net, port->deviation, deviation, port->elements);
	}
	free(mean);
	free(deviation);
	return well ? MLP_WELL : mlp_no_memory(messages);
}

int mlp_standardize(const struct mlp_messages *messages, const struct mlp_network *network, void *net,
                    const struct mlp_dataset *dataset)
{
	int status = MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < dataset->input_count + dataset->target_count; i++) {
		const struct mlp_part *part = &dataset->parts[i];
		if (part->port->scaling == MLP_STANDARDIZE && part->port->mean >= 0 &&
		    part->port->deviation >= 0)
			status = standardize_part(messages, network, net, part, dataset->rows);
	}
	return status;
}
