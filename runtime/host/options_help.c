/* What --help tells of the options of each command. */
#include "host/host.h"

#define OPTIONS_OF_TABLES                                                                                      \
"  --inputs LIST        columns of the inputs, by number from 1 or header name: 1-3,7 or age,height\n"         \
"  --target LIST        columns of the targets\n"                                                              \
"  --header             the first line of a table names the columns (found out by default)\n"                  \
"  --no-header          it does not\n"                                                                         \
"  --separator C        between fields: comma, semicolon, tab, blank, or the character itself\n"
#define OPTION_LABELS "  --labels FILE        the targets, where they are in a file of their own\n"
#define OPTION_MISSING "  --missing=HOW        rows with missing values: drop (default), mean (fills them in) or error\n"
#define OPTION_WEIGHTS "  --weights FILE       the trained parameters (safetensors)\n"
#define OPTION_COLOR "  --color=WHEN         auto, always or never\n"
#define OPTION_HELP "  --help               this list\n"

static const char *const texts[] = {
	[MLP_TRAIN] =
"  --data FILE          training data: a table (CSV and its kin), IDX or .npy, also gzipped; - is stdin.\n"
"                       Several times: the rows of all\n"
OPTION_LABELS
"  --test FILE          test data, evaluated after training\n"
"  --test-labels FILE   their targets\n"
OPTIONS_OF_TABLES OPTION_MISSING
"  --split F            hold out this fraction of the rows for validation, such as 0.2\n"
"  --epochs N           instead of the model's\n"
"  --patience N         stop after N epochs without a better validation loss; 0: never\n"
"  --seed N             instead of the model's\n"
"  --weights=HOW        balanced: each class counts the same, rare rows come more often; none (default)\n"
"  --folds K            cross-validation: K trainings, each with another part of the rows held out\n"
"  --seeds N            N trainings, with this seed and those after it; the best is saved\n"
"  --load FILE          start from the parameters in this file\n"
"  --save FILE          write the trained parameters (safetensors)\n"
"  --checkpoint FILE    write all of the training to this file after each epoch, for --resume\n"
"  --checkpoint-steps N and after every N steps of an epoch\n"
"  --resume             go on from the checkpoint where it stopped; without the file, begin\n"
"  --log FILE           a line of JSON for each epoch\n"
"  --norms              how far each tensor moves in an epoch, and what is wrong with it\n"
"  --report FILE        a page (HTML) about the training and what it came to\n"
"  --quiet              only errors\n"
OPTION_COLOR OPTION_HELP,
	[MLP_PREDICT] =
OPTION_WEIGHTS
"  --data FILE          the rows: a table (CSV and its kin), IDX or .npy, also gzipped; - is stdin\n"
"  --output FILE        instead of standard output; also -o FILE\n"
OPTIONS_OF_TABLES OPTION_COLOR OPTION_HELP,
	[MLP_EVALUATE] =
OPTION_WEIGHTS
"  --data FILE          a table (CSV and its kin), IDX or .npy, also gzipped; - is stdin\n"
OPTION_LABELS OPTIONS_OF_TABLES OPTION_MISSING OPTION_COLOR OPTION_HELP,
};

const char *mlp_command_help(enum mlp_command command)
{
	return texts[command];
}
