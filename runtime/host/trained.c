/* A parameter file → a network ready to compute. */
#define _GNU_SOURCE
#include "host/trained.h"

#include <stdlib.h>
#include <unistd.h>

/* Classes whose names the file does not tell are their numbers. */
static bool settle(struct mlp_trained *trained)
{
	const struct mlp_network *network = trained->network;
	bool well = true;
	for (int part = 0; well && part < network->input_count + network->target_count; part++) {
		struct mlp_labels *labels = &trained->reader.labels[part];
		if (labels->classes > 0 && !labels->settled)
			well = mlp_labels_assign(labels, 0, NULL);
	}
	return well;
}

static int load(struct mlp_trained *trained)
{
	struct mlp_parameters parameters;
	int status = mlp_open_parameters(&parameters, &trained->messages, trained->network,
	                                 trained->options->weights);
	trained->net = status == MLP_WELL ? mlp_allocate(trained->network->net_size) : NULL;
	if (status == MLP_WELL &&
	    (!trained->net || !mlp_parameters_labels(&parameters, trained->reader.labels) ||
	     !settle(trained) || !mlp_set_parameters(&parameters, trained->net)))
		status = mlp_no_memory(&trained->messages);
	mlp_close_parameters(&parameters);
	return status;
}

int mlp_trained_open(struct mlp_trained *trained, const struct mlp_network *network,
                     const struct mlp_options *options, FILE *err)
{
	bool color = options->color == MLP_COLOR_ALWAYS ||
	             (options->color == MLP_COLOR_AUTO && isatty(fileno(err)) && mlp_color_allowed());
	*trained = (struct mlp_trained){.network = network, .options = options, .messages = {err, color}};
	trained->reader.network = network;
	trained->evaluator.network = network;
	int status = mlp_reader_open(&trained->reader, &trained->messages, network, options);
	if (status == MLP_WELL)
		status = load(trained);
	if (status == MLP_WELL)
		status = mlp_evaluator_open(&trained->evaluator, &trained->messages, network);
	if (status != MLP_WELL)
		return status;
	trained->answers =
	        calloc((size_t)(network->target_count + network->output_count) + 1, sizeof *trained->answers);
	if (!trained->answers)
		return mlp_no_memory(&trained->messages);
	trained->answer_count = mlp_find_answers(network, trained->reader.labels, trained->answers);
	return MLP_WELL;
}

void mlp_trained_close(struct mlp_trained *trained)
{
	free(trained->answers);
	mlp_evaluator_close(&trained->evaluator);
	free(trained->net);
	mlp_reader_close(&trained->reader);
	*trained = (struct mlp_trained){0};
}
