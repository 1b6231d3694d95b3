/* mlpc: options → a command → the exit status. */
#include "cli/cli.h"

static enum status command_help(struct compile *compile, const struct options *options)
{
	print_help(compile->arena, stdout, options->help_of);
	return STATUS_OK;
}

static enum status command_version(struct compile *compile, const struct options *options)
{
	(void)compile, (void)options;
	puts("mlpc " MLPC_VERSION);
	return STATUS_OK;
}

static enum status run(struct compile *compile, const struct options *options)
{
	static enum status (*const commands[])(struct compile *, const struct options *) = {
		[COMMAND_COMPILE] = command_compile, [COMMAND_TRAIN] = command_program,
		[COMMAND_PREDICT] = command_program, [COMMAND_EVALUATE] = command_program,
		[COMMAND_CHECK] = command_check, [COMMAND_INSPECT] = command_inspect,
		[COMMAND_EXPORT] = command_export, [COMMAND_IMPORT] = command_import,
		[COMMAND_NEW] = command_new,
		[COMMAND_SUMMARY] = command_summary, [COMMAND_EXPLAIN] = command_explain, [COMMAND_HELP] = command_help,
		[COMMAND_VERSION] = command_version,
	};
	return commands[options->command](compile, options);
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct compile *compile = compile_new(arena);
	struct options options;
	enum status status = STATUS_USAGE;
	if (parse_options(&options, arena, compile->diag, argc, argv))
		status = run(compile, &options);
	enum status written = flush_output(compile->diag);
	print_messages(compile->diag, &options);
	arena_free(arena);
	return (int)(status == STATUS_OK ? written : status);
}
