/* Options that were not given → those of the model's data block. */
#include "host/host.h"

void mlp_settle_options(struct mlp_options *options, const struct mlp_network *network)
{
	const struct mlp_data_block *block = &network->data;
	if (!options->split_given && options->split <= 0 && options->folds == 0)
		options->split = block->split;
	if (options->class_weights == MLP_WEIGHTS_DEFAULT)
		options->class_weights = block->class_weights;
}
