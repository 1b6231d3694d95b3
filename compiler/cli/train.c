#define _GNU_SOURCE
/* `mlpc train`: a model → a program, which then trains. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/host.h"

static enum status check_program_options(const struct options *options, bool *help)
{
	struct mlp_options parsed;
	options->program_arguments[0] = (char *)"mlpc train";
	options->program_arguments[options->program_argument_count] = NULL;
	*help = false;
	if (mlp_parse_options(&parsed, options->program_argument_count, options->program_arguments))
		return STATUS_OK;
	*help = parsed.status == 0;
	return (enum status)parsed.status;
}

/* The program replaces us. It is unlinked first if it is not kept in the cache. */
static enum status start(struct diag *diag, const struct options *options, const char *program)
{
	execv(program, options->program_arguments);
	return system_error(diag, "start", program, errno);
}

static const char *private_path(struct arena *arena)
{
	const char *parent = getenv("TMPDIR");
	const char *pattern = format_string(arena, "%s/mlpc-run-XXXXXX", parent && *parent ? parent : "/tmp");
	char *path = arena_copy(arena, pattern, strlen(pattern));
	return mkdtemp(path) ? path : NULL;
}

/* Without a cache: the program runs from an open file whose folder is gone already. */
static enum status run_uncached(struct arena *arena, struct diag *diag, const struct options *options,
                                const struct build *build)
{
	const char *folder = private_path(arena);
	if (!folder)
		return system_error(diag, "make a folder in", "/tmp", errno);
	const char *program = format_string(arena, "%s/%s", folder, build->name);
	enum status status = build_program(arena, diag, build, program);
	FILE *file = status == STATUS_OK ? fopen(program, "re") : NULL;
	int reason = errno;
	unlink(program);
	rmdir(folder);
	if (status != STATUS_OK)
		return status;
	if (file)
		fexecve(fileno(file), options->program_arguments, environ);
	return system_error(diag, "start", program, file ? errno : reason);
}

enum status command_train(struct compile *c, const struct options *options)
{
	bool help;
	struct span nowhere = {0};
	struct compile_options compile_options = options->compile;
	enum status status = check_program_options(options, &help);
	if (status != STATUS_OK || help)
		return status;
	status = compile(c, options->model, &compile_options);
	if (status != STATUS_OK)
		return status;
	if (!c->model->loss) {
		diag_error(c->diag, nowhere, "no-minimize", "the model `%s` has nothing to minimize: it cannot be trained",
		           c->model->name);
		return STATUS_ERRORS;
	}
	struct build build = {.name = c->model->name, .generated = generate(c, options, true),
	                      .compiler = compiler_command(c->arena, options->compiler)};
	if (!find_runtime(c->arena, c->diag, &build.runtime))
		return STATUS_SYSTEM;
	if (options->keep && mkdir(options->keep, 0777) != 0 && errno != EEXIST)
		return system_error(c->diag, "make", options->keep, errno);
	if (options->keep)
		status = keep_sources(c->arena, c->diag, &build, options->keep);
	if (status != STATUS_OK)
		return status;
	print_messages(c->diag, options); /* warnings: the program takes our place */
	const char *cached = cache_path(c->arena, &build);
	if (!cached)
		return run_uncached(c->arena, c->diag, options, &build);
	if (!cache_has(cached))
		status = build_program(c->arena, c->diag, &build, cached);
	return status == STATUS_OK ? start(c->diag, options, cached) : status;
}
