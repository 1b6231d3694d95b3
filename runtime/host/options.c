/* The command line of a program → struct mlp_options, by a table. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "host/message.h"
#include "host/number.h"

enum kind {
	TEXT,
	FILES,
	MISSING,
	CLASS_WEIGHTS,
	COUNT,
	SEED,
	FRACTION,
	SEPARATOR,
	HEADER,
	NO_HEADER,
	FLAG,
	COLOR,
	HELP
};

/* Position of a member of struct mlp_options. */
#define AT(member) offsetof(struct mlp_options, member)

static const struct row {
	const char *name;
	enum kind kind;
	size_t at;                 /* of TEXT, FILES, COUNT and FLAG */
	const char *value;         /* NULL: a switch */
	const char *commands;      /* their first letters; NULL: train */
} ROWS[] = {
	{"data", FILES, AT(data), "FILE", "tpe"},
	{"labels", FILES, AT(labels), "FILE", "te"},
	{"test", FILES, AT(test), "FILE", NULL},
	{"test-labels", FILES, AT(test_labels), "FILE", NULL},
	{"weights", TEXT, AT(weights), "FILE", "pe"},
	{"output", TEXT, AT(output), "FILE", "p"},
	{"save", TEXT, AT(save), "FILE", NULL},
	{"load", TEXT, AT(load), "FILE", NULL},
	{"checkpoint", TEXT, AT(checkpoint), "FILE", NULL},
	{"checkpoint-steps", COUNT, AT(checkpoint_steps), "N", NULL},
	{"resume", FLAG, AT(resume), NULL, NULL},
	{"epochs", COUNT, AT(epochs), "N", NULL},
	{"seed", SEED, 0, "N", NULL},
	{"split", FRACTION, 0, "F", NULL},
	{"patience", COUNT, AT(patience), "N", NULL},
	{"folds", COUNT, AT(folds), "K", NULL},
	{"seeds", COUNT, AT(seeds), "N", NULL},
	{"log", TEXT, AT(log), "FILE", NULL},
	{"norms", FLAG, AT(norms), NULL, NULL},
	{"report", TEXT, AT(report), "FILE", NULL},
	{"inputs", TEXT, AT(inputs), "LIST", "tpe"},
	{"target", TEXT, AT(target), "LIST", "tpe"},
	{"missing", MISSING, 0, "HOW", "te"},
	{"weights", CLASS_WEIGHTS, 0, "HOW", NULL},
	{"header", HEADER, 0, NULL, "tpe"},
	{"no-header", NO_HEADER, 0, NULL, "tpe"},
	{"separator", SEPARATOR, 0, "C", "tpe"},
	{"quiet", FLAG, AT(quiet), NULL, NULL},
	{"color", COLOR, 0, "WHEN", "tpe"},
	{"help", HELP, 0, NULL, "tpe"},
};

/* Where the files after the first are. */
static const struct { size_t first, more; } FILES_AT[] = {
	{AT(data), AT(more_data)}, {AT(labels), AT(more_labels)},
	{AT(test), AT(more_test)}, {AT(test_labels), AT(more_test_labels)},
};

enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS, FIRST_CODE = 256, MOST_NAME = 64 };

static const char LETTERS[] = {[MLP_TRAIN] = 't', [MLP_PREDICT] = 'p', [MLP_EVALUATE] = 'e'};

static bool takes(enum mlp_command command, const struct row *row)
{
	return strchr(row->commands ? row->commands : "t", LETTERS[command]) != NULL;
}

static struct mlp_messages standard_error(const struct mlp_options *options)
{
	bool color = options->color == MLP_COLOR_ALWAYS ||
	             (options->color == MLP_COLOR_AUTO && isatty(STDERR_FILENO) && mlp_color_allowed());
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
		int edits = takes(options->command, &ROWS[i]) ? distance(bare, ROWS[i].name) : MOST_NAME;
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
	options->split_given = well;
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

static bool set_missing(struct mlp_options *options, const char *text)
{
	static const char *const HOW[] = {
		[MLP_MISSING_DROP] = "drop", [MLP_MISSING_MEAN] = "mean", [MLP_MISSING_ERROR] = "error"};
	for (int i = MLP_MISSING_DROP; i <= MLP_MISSING_ERROR; i++)
		if (strcmp(text, HOW[i]) == 0) {
			options->missing = (enum mlp_missing)i;
			return true;
		}
	return refuse(options, "--%s takes drop, mean or error, not `%s`", "missing", text);
}

/* The first file, or one more. */
static bool add_file(struct mlp_options *options, const struct row *row, const char *text)
{
	const char **first = (const char **)(void *)((char *)options + row->at);
	int k = 0;
	while (FILES_AT[k].first != row->at)
		k++;
	struct mlp_more_files *more = (void *)((char *)options + FILES_AT[k].more);
	if (*text == '\0')
		return refuse(options, "--%s is empty%s", row->name, "");
	for (int i = -1; *first && strcmp(text, "-") == 0 && i < more->count; i++)
		if (strcmp(i < 0 ? *first : more->names[i], "-") == 0)
			return refuse(options, "--%s names the standard input twice%s", row->name, "");
	if (*first && more->count == MLP_MOST_FILES - 1)
		return refuse(options, "more than 64 files for --%s%s", row->name, "");
	*(*first ? &more->names[more->count++] : first) = text;
	return true;
}

static bool set_class_weights(struct mlp_options *options, const char *text)
{
	if (strcmp(text, "balanced") != 0 && strcmp(text, "none") != 0)
		return refuse(options, "--%s takes balanced or none, not `%s`", "weights", text);
	options->class_weights = *text == 'b' ? MLP_WEIGHTS_BALANCED : MLP_WEIGHTS_NONE;
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
	case FILES: return add_file(options, row, text);
	case MISSING: return set_missing(options, text);
	case COUNT: return set_count(options, row, text);
	case CLASS_WEIGHTS: return set_class_weights(options, text);
	case SEED: return set_seed(options, text);
	case FRACTION: return set_fraction(options, text);
	case SEPARATOR: return set_separator(options, text);
	case COLOR: return set_color(options, text);
	case HEADER: options->header = MLP_HEADER; return true;
	case NO_HEADER: options->header = MLP_NO_HEADER; return true;
	case FLAG: return *(bool *)((char *)options + row->at) = true;
	case HELP:
		fputs(options->command == MLP_TRAIN ? "Options of training:\n" : "Options:\n", stdout);
		fputs(mlp_command_help(options->command), stdout);
		return false;
	}
	return true;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;
	if (strcmp(a, b) == 0)
		return strcmp(a, "-") != 0;
	return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* What is written must be no other file of the run; parameters may take the place of those that it starts from. */
static bool check_files(struct mlp_options *options)
{
	static const struct file {
		const char *name;
		size_t at;
	} files[] = {
		{"checkpoint", AT(checkpoint)}, {"save", AT(save)}, {"log", AT(log)}, {"report", AT(report)},
		{"output", AT(output)}, {"data", AT(data)}, {"labels", AT(labels)}, {"test", AT(test)},
		{"test-labels", AT(test_labels)}, {"load", AT(load)}, {"weights", AT(weights)},
	};
	enum { FILES_HERE = sizeof files / sizeof *files, WRITTEN = 5 };
	for (int written = 0; written < WRITTEN; written++)
		for (int k = written + 1; k < FILES_HERE; k++) {
			const char *one = *(const char **)(void *)((char *)options + files[written].at);
			const char *other = *(const char **)(void *)((char *)options + files[k].at);
			bool replaces = files[written].at == AT(save) && files[k].at == AT(load);
			if (one && other && !replaces && is_same_file(one, other))
				return refuse(options, "`--%s` and `--%s` name the same file", files[written].name,
				              files[k].name);
		}
	return true;
}

static bool check_together(struct mlp_options *options)
{
	if (!options->data)
		return refuse(options, "no data: give them with `--%s FILE`%s", "data", "");
	if (options->command != MLP_TRAIN && !options->weights)
		return refuse(options, "no parameters: give them with `--%s FILE`%s", "weights", "");
	if (options->weights && strcmp(options->weights, "-") == 0 && strcmp(options->data, "-") == 0)
		return refuse(options, "only one of `--%s` and `--%s` can come from standard input",
		              "weights", "data");
	if (options->test_labels && !options->test)
		return refuse(options, "`--%s` without `--%s`", "test-labels", "test");
	if (options->labels && options->test && !options->test_labels)
		return refuse(options, "`--%s` needs `--%s`, as the training data do", "test", "test-labels");
	if (options->resume && !options->checkpoint)
		return refuse(options, "`--%s` without `--%s FILE`: where from?", "resume", "checkpoint");
	if (options->checkpoint_steps > 0 && !options->checkpoint)
		return refuse(options, "`--%s` without `--%s FILE`", "checkpoint-steps", "checkpoint");
	const char *repeats = options->folds > 0 ? "folds" : options->seeds > 0 ? "seeds" : NULL;
	if (options->folds == 1)
		return refuse(options, "--%s takes 2 or more%s", "folds", "");
	if (options->folds > 0 && options->seeds > 0)
		return refuse(options, "`--%s` and `--%s` do not go together", "folds", "seeds");
	if (options->folds > 0 && options->split > 0)
		return refuse(options, "`--%s` and `--%s` do not go together: each fold is held out in turn",
		              "folds", "split");
	if (repeats && (options->checkpoint || options->report))
		return refuse(options, "`--%s` and `--%s` do not go together: these are several trainings",
		              repeats, options->checkpoint ? "checkpoint" : "report");
	return check_files(options);
}

/* The options of the command as getopt_long wants them; each stands for its row. */
static void make_table(enum mlp_command command, struct option table[ROW_COUNT + 1])
{
	int count = 0;
	memset(table, 0, (ROW_COUNT + 1) * sizeof *table);
	for (int i = 0; i < ROW_COUNT; i++)
		if (takes(command, &ROWS[i]))
			table[count++] =
				(struct option){ROWS[i].name, ROWS[i].value ? required_argument : no_argument,
				                NULL, FIRST_CODE + i};
}

static int row_named(enum mlp_command command, const char *name)
{
	for (int i = 0; i < ROW_COUNT; i++)
		if (takes(command, &ROWS[i]) && strcmp(ROWS[i].name, name) == 0)
			return FIRST_CODE + i;
	return 0;
}

bool mlp_parse_command(struct mlp_options *options, enum mlp_command command, int argc, char **argv)
{
	struct option table[ROW_COUNT + 1];
	int output = row_named(command, "output");   /* also -o */
	make_table(command, table);
	*options = (struct mlp_options){.command = command, .epochs = -1, .patience = -1};
	opterr = 0;
	optind = 0;
	int code;
	while ((code = getopt_long(argc, argv, output ? ":o:" : ":", table, NULL)) != -1) {
		if (code == 'o')
			code = output;
		if (code >= FIRST_CODE) {
			if (!set_option(options, &ROWS[code - FIRST_CODE], optarg))
				return false;
		} else if (code == ':') {
			return refuse(options, "`--%s` needs a value%s",
			              optopt == 'o' ? "output" : ROWS[optopt - FIRST_CODE].name, "");
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

bool mlp_parse_options(struct mlp_options *options, int argc, char **argv)
{
	return mlp_parse_command(options, MLP_TRAIN, argc, argv);
}
