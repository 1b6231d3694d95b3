/* The command line: one table of options, from which parsing and help follow. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "compile.h"

enum command {
	COMMAND_COMPILE, COMMAND_TRAIN, COMMAND_SUMMARY, COMMAND_EXPLAIN, COMMAND_CHECK, COMMAND_HELP, COMMAND_VERSION
};

enum rule_choice { RULES_ALL, RULES_REAL, RULES_EXACT };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	enum command command;
	enum command help_of; /* COMMAND_HELP: of this command, or of the program (COMMAND_HELP) */
	const char *model;    /* path of the model; "-": standard input */
	const char *output;   /* OUT.c, or "-"; NULL: NAME.c in the current directory */
	struct compile_options compile;
	int diagnostics;          /* enum diag_format */
	int color;                /* enum color */
	bool json;                /* of `summary` and `check` */
	bool latex, dot;          /* of `explain`; neither: text */
	bool all, initial;        /* of `check`: every element; at the initial values as they are */
	int64_t elements, seed;   /* of `check`; 0: not given */
	double step;              /* of `check`; 0: not given */
	const char *compiler;     /* of `train` and `check`: the C compiler; NULL: $CC, or cc */
	const char *keep;         /* of both: the folder for the generated sources, or NULL */
	char **program_arguments; /* of `train`: for the program that trains; from 1, ends with NULL */
	int program_argument_count;
	int real, dump, rules, target; /* choices as given; `compile` holds what they mean */
};

/* False: the command line is wrong, and `diag` says why. Options of training that belong to the program are
 * only collected here: mlp_parse_options (runtime/host) checks them. */
bool parse_options(struct options *options, struct arena *arena, struct diag *diag, int argc, char **argv);

/* Usage and options of a command; COMMAND_HELP: of the program. */
void print_help(struct arena *arena, FILE *file, enum command command);

/* In colour? `auto` looks at the stream and at NO_COLOR. */
bool use_color(const struct options *options, FILE *file);

#endif
