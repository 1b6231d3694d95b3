/* A command line → a run, predictions or an evaluation on the standard streams. */
#include <stdio.h>
#include <string.h>

#include "host/host.h"
#include "host/train.h"
#include "host/trained.h"

static const struct {
	const char *name;
	int (*run)(const struct mlp_network *network, const struct mlp_options *options, FILE *out,
	           FILE *err);
} COMMANDS[] = {
        [MLP_TRAIN] = {"train", mlp_train_to},
        [MLP_PREDICT] = {"predict", mlp_predict_to},
        [MLP_EVALUATE] = {"evaluate", mlp_evaluate_to},
};

enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static int command_named(const char *word)
{
	for (int i = 0; word && i < COMMAND_COUNT; i++)
		if (strcmp(word, COMMANDS[i].name) == 0)
			return i;
	return -1;
}

int mlp_train(const struct mlp_network *network, const struct mlp_options *options)
{
	return mlp_train_to(network, options, stdout, stderr);
}

int mlp_main(const struct mlp_network *network, int argc, char **argv)
{
	struct mlp_options options;
	const char *blank = argc > 0 ? strrchr(argv[0], ' ') : NULL; /* "mlpc predict" */
	int command = command_named(blank ? blank + 1 : NULL);
	if (command < 0 && argc > 1 && (command = command_named(argv[1])) >= 0) {
		argv++;
		argc--;
	}
	if (!mlp_parse_command(&options, command < 0 ? MLP_TRAIN : (enum mlp_command)command, argc, argv))
		return options.status;
	return COMMANDS[options.command].run(network, &options, stdout, stderr);
}
