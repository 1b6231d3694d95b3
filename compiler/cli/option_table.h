/* The table from which the reading of the command line and the help follow. */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

enum option_kind {
	OPTION_TEXT,
	OPTION_FILES,      /* a text, as often as one likes */
	OPTION_FLAG,
	OPTION_CHOICE,
	OPTION_COUNT,
	OPTION_STEP,       /* a number above 0 and at most 1 */
	OPTION_RULES,      /* names of rules, with commas between them */
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_OF_PROGRAM, /* of the program that is built: only collected here */
};

struct option_row {
	const char *name;
	char letter;
	unsigned commands; /* a bit for each */
	enum option_kind kind;
	size_t at;         /* of the member of struct options: const char *, bool, int, int64_t, uint64_t or double,
	                      by kind */
	const char *value; /* of a choice: what it may be; NULL: takes none */
	const char *help;
};

struct command_row {
	const char *name, *usage, *what;
};

/* End with a row without name. The commands are in the order of enum command. */
extern const struct option_row option_rows[];
extern const struct command_row command_rows[];

#endif
