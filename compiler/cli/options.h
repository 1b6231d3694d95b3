/* The command line: one table of options, from which parsing and help follow. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "compile.h"

enum command {
	COMMAND_COMPILE, COMMAND_TRAIN, COMMAND_PREDICT, COMMAND_EVALUATE, COMMAND_SUMMARY, COMMAND_EXPLAIN,
	COMMAND_CHECK, COMMAND_INSPECT, COMMAND_EXPORT, COMMAND_IMPORT, COMMAND_NEW, COMMAND_HELP, COMMAND_VERSION
};

enum rule_choice { RULES_ALL, RULES_REAL, RULES_EXACT };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum target_type { TARGET_AUTO, TARGET_CLASS, TARGET_NUMBER };

enum { MOST_FILES = 64 };

struct file_list {
	int count;
	const char *names[MOST_FILES];
};

struct options {
	enum command command;
	enum command help_of; /* COMMAND_HELP: of this command, or of the program (COMMAND_HELP) */
	const char *model;    /* path of the model, or of the file that is inspected; "-": standard input */
	const char *output;   /* OUT.c, or "-"; NULL: NAME.c in the current directory; or what is exported */
	const char *weights;  /* of `compile`: the parameters that become constants; NULL: none */
	const char *for_model; /* of `import`: the model that the parameters are for */
	struct compile_options compile;
	int diagnostics;          /* enum diag_format */
	int color;                /* enum color */
	bool json;                /* of `summary`, `check` and `inspect` */
	bool latex, dot;          /* of `explain`; neither: text */
	bool all, initial;        /* of `check`: every element; at the initial values as they are */
	int64_t elements, seed;   /* of `check`; 0: not given */
	double step;              /* of `check`; 0: not given */
	const char *compiler;     /* of all that builds: the C compiler; NULL: $CC, or cc */
	const char *keep;         /* of these: the folder for the generated sources, or NULL */
	struct file_list data, labels; /* of `new` */
	const char *target_columns, *ignored, *new_name; /* of `new`; NULL: not given */
	int target_type;          /* of `new`: enum target_type */
	bool force;               /* of `new`: over a file that is there */
	char **program_arguments; /* of `train` and its kin: for the program; from 1, ends with NULL */
	int program_argument_count;
	int real, dump, rules, target; /* choices as given; `compile` holds what they mean */
};

/* False: the command line is wrong, and `diag` says why. Options that belong to the built program are only
 * collected here: mlp_parse_command (runtime/host) checks them. */
bool parse_options(struct options *options, struct arena *arena, struct diag *diag, int argc, char **argv);

/* Does this command start a built program, whose options follow ours? */
bool starts_program(enum command command);

/* Usage and options of a command; COMMAND_HELP: of the program. */
void print_help(struct arena *arena, FILE *file, enum command command);

/* In colour? `auto` looks at the stream and at NO_COLOR. */
bool use_color(const struct options *options, FILE *file);

#endif
