/* The command line of a training run → struct mlp_options, by a table. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"
#include "host/message.h"
#include "host/number.h"

enum kind { TEXT, COUNT, SEED, FRACTION, SEPARATOR, HEADER, NO_HEADER, FLAG, COLOR, HELP };

/* Position of a member of struct mlp_options. */
#define AT(member) offsetof(struct mlp_options, member)

static const struct row {
	const char *name;
	enum kind kind;
	size_t at;                 /* of TEXT, COUNT and FLAG */
	const char *value, *help;  /* value NULL: a switch */
} ROWS[] = {
	{"data", TEXT, AT(data), "FILE", NULL},
	{"labels", TEXT, AT(labels), "FILE", NULL},
	{"test", TEXT, AT(test), "FILE", NULL},
	{"test-labels", TEXT, AT(test_labels), "FILE", NULL},
	{"save", TEXT, AT(save), "FILE", NULL},
	{"load", TEXT, AT(load), "FILE", NULL},
	{"checkpoint", TEXT, AT(checkpoint), "FILE", NULL},
	{"checkpoint-steps", COUNT, AT(checkpoint_steps), "N", NULL},
	{"resume", FLAG, AT(resume), NULL, NULL},
	{"epochs", COUNT, AT(epochs), "N", NULL},
	{"seed", SEED, 0, "N", NULL},
	{"split", FRACTION, 0, "F", NULL},
	{"patience", COUNT, AT(patience), "N", NULL},
	{"inputs", TEXT, AT(inputs), "LIST", NULL},
	{"target", TEXT, AT(target), "LIST", NULL},
	{"header", HEADER, 0, NULL, NULL},
	{"no-header", NO_HEADER, 0, NULL, NULL},
	{"separator", SEPARATOR, 0, "C", NULL},
	{"quiet", FLAG, AT(quiet), NULL, NULL},
	{"color", COLOR, 0, "WHEN", NULL},
	{"help", HELP, 0, NULL, NULL},
};

enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS, FIRST_CODE = 256, MOST_NAME = 64 };

const char *mlp_options_help(void)
{
	return
"  --data FILE          training data: a table (CSV and its kin) or IDX, also gzipped; - is stdin\n"
"  --labels FILE        the targets, where they are in a file of their own\n"
"  --test FILE          test data, evaluated after training\n"
"  --test-labels FILE   their targets\n"
"  --inputs LIST        columns of the inputs, by number from 1 or header name: 1-3,7 or age,height\n"
"  --target LIST        columns of the targets\n"
"  --header             the first line of a table names the columns (found out by default)\n"
"  --no-header          it does not\n"
"  --separator C        between fields: comma, semicolon, tab, blank, or the character itself\n"
"  --split F            hold out this fraction of the rows for validation, such as 0.2\n"
"  --epochs N           instead of the model's\n"
"  --patience N         stop after N epochs without a better validation loss; 0: never\n"
"  --seed N             instead of the model's\n"
"  --load FILE          start from the parameters in this file\n"
"  --save FILE          write the trained parameters (safetensors)\n"
"  --checkpoint FILE    write all of the training to this file after each epoch, for --resume\n"
"  --checkpoint-steps N and after every N steps of an epoch\n"
"  --resume             go on from the checkpoint where it stopped; without the file, begin\n"
"  --quiet              only errors\n"
"  --color=WHEN         auto, always or never\n"
"  --help               this list\n";
}

static struct mlp_messages standard_error(const struct mlp_options *options)
{
	bool color = options->color == MLP_COLOR_ALWAYS ||
	             (options->color == MLP_COLOR_AUTO && isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
	return (struct mlp_messages){.file = stderr, .color = color};
}

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b. */
static int distance(const char *a, const char *b)
{
	int cost[3][MOST_NAME + 1];
	size_t m = strlen(a), n = strlen(b);
	if (m > MOST_NAME || n > MOST_NAME)
		return MOST_NAME;
	for (size_t j = 0; j <= n; j++)
		cost[0][j] = (int)j;
	for (size_t i = 1; i <= m; i++) {
		int *row = cost[i % 3], *above = cost[(i - 1) % 3];
		const int *above2 = cost[(i + 1) % 3];
		row[0] = (int)i;
		for (size_t j = 1; j <= n; j++) {
			int best = above[j - 1] + (a[i - 1] != b[j - 1]);
			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    above2[j - 2] + 1 < best)
				best = above2[j - 2] + 1;
			row[j] = best;
		}
	}
	return cost[m % 3][n];
}

static bool refuse(struct mlp_options *options, const char *sentence, const char *name, const char *value)
{
	struct mlp_messages messages = standard_error(options);
	mlp_error(&messages, sentence, name, value);
	options->status = MLP_BAD_USAGE;
	return false;
}

static bool refuse_unknown(struct mlp_options *options, const char *argument)
{
	char name[MOST_NAME] = "";
	size_t length = strcspn(argument, "=");
	snprintf(name, sizeof name, "%.*s", (int)(length < MOST_NAME ? length : MOST_NAME), argument);
	const char *bare = name + strspn(name, "-"), *nearest = NULL;
	int least = (int)strlen(bare) / 3 + 1;
	for (int i = 0; i < ROW_COUNT; i++) {
		int edits = distance(bare, ROWS[i].name);
		if (edits <= least && (!nearest || edits < least)) {
			least = edits;
			nearest = ROWS[i].name;
		}
	}
	if (nearest)
		return refuse(options, "unknown option `%s`; did you mean `--%s`?", name, nearest);
	return refuse(options, "unknown option `%s`; `--help` lists them%s", name, "");
}

static bool set_count(struct mlp_options *options, const struct row *row, const char *text)
{
	uint64_t value;
	if (!mlp_parse_unsigned(text, &value) || value > INT_MAX)
		return refuse(options, "--%s takes a whole number, not `%s`", row->name, text);
	*(int *)(void *)((char *)options + row->at) = (int)value;
	return true;
}

static bool set_seed(struct mlp_options *options, const char *text)
{
	options->seed_given = mlp_parse_unsigned(text, &options->seed);
	return options->seed_given ||
	       refuse(options, "--%s takes a whole number below 2^64, not `%s`", "seed", text);
}

static bool set_fraction(struct mlp_options *options, const char *text)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	bool well = mlp_parse_number(text, strlen(text), c_locale, &options->split) && options->split >= 0 &&
	            options->split < 1;
	if (c_locale)
		freelocale(c_locale);
	return well || refuse(options, "--%s takes a fraction from 0 to below 1, not `%s`", "split", text);
}

static bool set_separator(struct mlp_options *options, const char *text)
{
	static const struct { const char *name; char separator; } NAMES[] = {
		{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"\\t", '\t'},
		{"blank", ' '}, {"blanks", ' '},    {"space", ' '}};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (strcmp(text, NAMES[i].name) == 0) {
			options->separator = NAMES[i].separator;
			return true;
		}
	unsigned char c = (unsigned char)text[0];
	bool part_of_number = isalnum(c) || (c != '\0' && strchr("+-.\"\r\n", c));
	if (c == '\0' || text[1] != '\0' || c >= 0x80 || part_of_number)
		return refuse(options, "--%s takes a character that stands in no number, not `%s`",
		              "separator", text);
	options->separator = text[0];
	return true;
}

static bool set_color(struct mlp_options *options, const char *text)
{
	static const char *const WHEN[] = {"auto", "always", "never"};
	for (int i = 0; i < 3; i++)
		if (strcmp(text, WHEN[i]) == 0) {
			options->color = (enum mlp_color)i;
			return true;
		}
	return refuse(options, "--%s takes auto, always or never, not `%s`", "color", text);
}

static bool set_option(struct mlp_options *options, const struct row *row, const char *text)
{
	switch (row->kind) {
	case TEXT:
		*(const char **)(void *)((char *)options + row->at) = text;
		return *text != '\0' || refuse(options, "--%s is empty%s", row->name, "");
	case COUNT: return set_count(options, row, text);
	case SEED: return set_seed(options, text);
	case FRACTION: return set_fraction(options, text);
	case SEPARATOR: return set_separator(options, text);
	case COLOR: return set_color(options, text);
	case HEADER: options->header = MLP_HEADER; return true;
	case NO_HEADER: options->header = MLP_NO_HEADER; return true;
	case FLAG: return *(bool *)((char *)options + row->at) = true;
	case HELP:
		fputs("Options of training:\n", stdout);
		fputs(mlp_options_help(), stdout);
		return false;
	}
	return true;
}

static bool check_together(struct mlp_options *options)
{
	if (!options->data)
		return refuse(options, "no data: give them with `--%s FILE`%s", "data", "");
	if (options->test_labels && !options->test)
		return refuse(options, "`--%s` without `--%s`", "test-labels", "test");
	if (options->labels && options->test && !options->test_labels)
		return refuse(options, "`--%s` needs `--%s`, as the training data do", "test", "test-labels");
	if (options->resume && !options->checkpoint)
		return refuse(options, "`--%s` without `--%s FILE`: where from?", "resume", "checkpoint");
	if (options->checkpoint_steps > 0 && !options->checkpoint)
		return refuse(options, "`--%s` without `--%s FILE`", "checkpoint-steps", "checkpoint");
	if (options->checkpoint && options->save && strcmp(options->checkpoint, options->save) == 0)
		return refuse(options, "`--%s` and `--%s` name the same file", "checkpoint", "save");
	return true;
}

bool mlp_parse_options(struct mlp_options *options, int argc, char **argv)
{
	struct option table[ROW_COUNT + 1];
	memset(table, 0, sizeof table);
	for (int i = 0; i < ROW_COUNT; i++)
		table[i] = (struct option){ROWS[i].name, ROWS[i].value ? required_argument : no_argument,
		                           NULL, FIRST_CODE + i};
	*options = (struct mlp_options){.epochs = -1, .patience = -1};
	opterr = 0;
	optind = 0;
	int code;
	while ((code = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (code >= FIRST_CODE) {
			if (!set_option(options, &ROWS[code - FIRST_CODE], optarg))
				return false;
		} else if (code == ':') {
			return refuse(options, "`--%s` needs a value%s", ROWS[optopt - FIRST_CODE].name, "");
		} else if (optopt >= FIRST_CODE) {
			return refuse(options, "`--%s` takes no value%s", ROWS[optopt - FIRST_CODE].name, "");
		} else {
			const char short_option[] = {'-', (char)optopt, '\0'};
			return refuse_unknown(options, optopt ? short_option : argv[optind - 1]);
		}
	}
	if (optind < argc)
		return refuse(options, "unexpected argument `%s`%s", argv[optind], "");
	return check_together(options);
}
