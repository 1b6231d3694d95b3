#define _GNU_SOURCE
/* `mlpc train`, `predict` and `evaluate`: a model → a program, the same for all three, which then takes our
 * place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/option_table.h"
#include "host/host.h"

static bool is_stdin(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

enum mlp_command program_command(enum command command)
{
	return command == COMMAND_PREDICT    ? MLP_PREDICT
	       : command == COMMAND_EVALUATE ? MLP_EVALUATE
	                                     : MLP_TRAIN;
}

static enum status check_program_options(struct compile *c, const struct options *options, bool *help)
{
	struct mlp_options parsed;
	struct span nowhere = {0};
	options->program_arguments[0] =
	        (char *)format_string(c->arena, "mlpc %s", command_rows[options->command].name);
	options->program_arguments[options->program_argument_count] = NULL;
	*help = false;
	if (mlp_parse_command(&parsed, program_command(options->command), options->program_argument_count,
	                      options->program_arguments)) {
		const char *const files[] = {options->model, parsed.data,        parsed.labels,
		                             parsed.test,    parsed.test_labels, parsed.weights};
		int count = 0;
		for (int k = 0; k < 6; k++)
			count += is_stdin(files[k]);
		if (count < 2)
			return STATUS_OK;
		diag_error(c->diag, nowhere, "usage",
		           "only one of the model and the data can come from standard input");
		return STATUS_USAGE;
	}
	*help = parsed.status == 0;
	return (enum status)parsed.status;
}

/* The program takes our place. */
static enum status start(struct diag *diag, const struct options *options, const char *cached, int program)
{
	print_messages(diag, options); /* warnings */
	if (cached)
		execv(cached, options->program_arguments);
	if (program >= 0)
		fexecve(program, options->program_arguments, environ);
	return system_error(diag, "start", cached ? cached : "the program that was built", errno);
}

/* Found in the cache, or built now: then `program` may be open instead. */
static enum status provide(struct compile *c, const struct options *options, const char **cached,
                           int *program)
{
	struct build build = {.name = c->model->name,
	                      .has_threads = options->compile.threads > 1,
	                      .generated = generate(c, options, true),
	                      .compiler = compiler_command(c->arena, options->compiler)};
	enum status status = STATUS_OK;
	if (!find_runtime(c->arena, c->diag, &build.runtime))
		return STATUS_SYSTEM;
	if (options->keep && mkdir(options->keep, 0777) != 0 && errno != EEXIST)
		return system_error(c->diag, "make", options->keep, errno);
	if (options->keep)
		status = keep_sources(c->arena, c->diag, &build, options->keep);
	if (status != STATUS_OK)
		return status;
	*cached = cache_path(c->arena, &build);
	if (*cached && cache_has(*cached))
		return STATUS_OK;
	show_building(build.name, true);
	status = build_program(c->arena, c->diag, &build, *cached, program);
	show_building(build.name, false);
	return status;
}

enum status command_program(struct compile *c, const struct options *options)
{
	bool help;
	const char *cached = NULL;
	int program = -1;
	struct span nowhere = {0};
	struct compile_options compile_options = options->compile;
	enum status status = check_program_options(c, options, &help);
	if (status != STATUS_OK || help)
		return status;
	status = compile(c, options->model, &compile_options);
	if (status != STATUS_OK)
		return status;
	if (!c->model->loss && options->command != COMMAND_PREDICT) {
		diag_error(c->diag, nowhere, "no-minimize",
		           "the model `%s` has nothing to minimize: it cannot be %s", c->model->name,
		           options->command == COMMAND_TRAIN ? "trained" : "evaluated");
		return STATUS_ERRORS;
	}
	status = provide(c, options, &cached, &program);
	return status == STATUS_OK ? start(c->diag, options, cached, program) : status;
}
