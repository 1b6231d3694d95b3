/* Inside of `mlpc check`. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <sys/types.h>

#include "check/check.h"
#include "cli/cli.h"

/* --- check_program.c: the built program, which answers requests --------------------------------------- */

struct check_program {
	pid_t child;
	FILE *to, *from;
	const size_t *room;   /* numbers of each array, all rows */
	bool ended;           /* before it was asked to */
	void (*on_pipe)(int); /* what SIGPIPE did before */
};

/* False with errno. `cached` is its path, or NULL; `file` a descriptor of it, or -1. */
bool check_program_start(struct check_program *program, const char *cached, int file, char **arguments);
struct machine check_machine(struct check_program *program);
void check_program_end(struct check_program *program);

/* --- check_blame.c: what made a gradient wrong ---------------------------------------------------------- */

/* Says it with an error for each tensor that is wrong, and what to do. */
void check_blame(struct compile *compile, const struct compile_options *options, const struct check *check,
                 const struct trial *trial, const struct point *point);

#endif
