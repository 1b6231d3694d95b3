/* A command line → a training run on the standard streams. */
#include <stdio.h>

#include "host/host.h"
#include "host/train.h"

int mlp_train(const struct mlp_network *network, const struct mlp_options *options)
{
	return mlp_train_to(network, options, stdout, stderr);
}

int mlp_main(const struct mlp_network *network, int argc, char **argv)
{
	struct mlp_options options;
	if (!mlp_parse_options(&options, argc, argv))
		return options.status;
	return mlp_train(network, &options);
}
