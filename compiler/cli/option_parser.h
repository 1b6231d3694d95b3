/* The reading of a command line, between options.c and option_values.c. */
#ifndef CLI_OPTION_PARSER_H
#define CLI_OPTION_PARSER_H

#include <getopt.h>

#include "cli/cli.h"
#include "cli/option_table.h"

enum { MOST_OPTIONS = 64 };

/* The options of one command as getopt_long wants them: our rows, then those of the program that trains. */
struct table {
	struct option options[MOST_OPTIONS + 1];
	const struct option_row *rows[MOST_OPTIONS];
	int count;
};

struct parser {
	struct options *options;
	struct arena *arena;
	struct diag *diag;
	struct table table;
};

/* The message; false. */
#define refuse(parser, id, ...) \
	(diag_error((parser)->diag, (struct span){0}, id, __VA_ARGS__), false)

/* Keeps the candidate if it is nearer to the name than all before. */
void consider(const char *name, const char *candidate, size_t *least, const char **nearest);

/* Sets the member of the row. False after a message; it also ends the reading of options, without one, for --help and
 * --version. */
bool set_option(struct parser *parser, const struct option_row *row, const char *value);

#endif
