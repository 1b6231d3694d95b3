/* Generated sources → a program, by the C compiler, which is started with an argument vector, never by a shell. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

extern char **environ;

const char *const build_flags[] = {"-O3", "-march=native", "-std=gnu11", NULL};
static const char *const LIBRARIES[] = {"-ljansson", "-lxxhash", "-lz", "-lm", NULL};

/* --- where the runtime is ---------------------------------------------------------------------------------------- */

static bool is_there(const struct runtime *runtime)
{
	return access(runtime->ground, R_OK) == 0 && access(runtime->host, R_OK) == 0;
}

static struct runtime runtime_in(struct arena *arena, const char *headers, const char *libraries)
{
	return (struct runtime){.headers = headers, .ground = format_string(arena, "%s/libmlp.a", libraries),
	                        .host = format_string(arena, "%s/libmlp_host.a", libraries)};
}

/* The folder of the running program. */
static const char *own_folder(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length <= 0)
		return ".";
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	return arena_copy(arena, path, slash ? (size_t)(slash - path) : 0);
}

bool find_runtime(struct arena *arena, struct diag *diag, struct runtime *runtime)
{
	struct span nowhere = {0};
	const char *given = getenv("MLPC_RUNTIME"), *own = own_folder(arena);
	if (given && *given) {
		*runtime = runtime_in(arena, given, given);
	} else {
		*runtime = runtime_in(arena, format_string(arena, "%s/../runtime", own), own);
		if (!is_there(runtime))
			*runtime = runtime_in(arena, format_string(arena, "%s/../include/mlpc", own),
			                      format_string(arena, "%s/../lib/mlpc", own));
	}
	if (is_there(runtime))
		return true;
	diag_error(diag, nowhere, "no-runtime", "the runtime libraries `%s` and `%s` are missing", runtime->ground,
	           runtime->host);
	diag_help(diag, "`make` builds them; the variable MLPC_RUNTIME can name their folder");
	return false;
}

strings compiler_command(struct arena *arena, const char *given)
{
	strings words = {0};
	const char *variable = getenv("CC");
	const char *command = given ? given : variable && *variable ? variable : "cc";
	for (const char *word = command + strspn(command, " "); *word;) {
		size_t length = strcspn(word, " ");
		array_push(arena, &words, arena_copy(arena, word, length));
		word += length + strspn(word + length, " ");
	}
	return words;
}

/* --- the build ---------------------------------------------------------------------------------------------------- */

static const char *temporary_folder(struct arena *arena)
{
	const char *parent = getenv("TMPDIR");
	const char *pattern = format_string(arena, "%s/mlpc-XXXXXX", parent && *parent ? parent : "/tmp");
	return mkdtemp(arena_copy(arena, pattern, strlen(pattern)));
}

static strings arguments_of(struct arena *arena, const struct build *build, const char *folder, const char *program)
{
	strings arguments = {0};
	for (size_t k = 0; k < build->compiler.count; k++)
		array_push(arena, &arguments, build->compiler.items[k]);
	for (int k = 0; build_flags[k]; k++)
		array_push(arena, &arguments, build_flags[k]);
	array_push(arena, &arguments, format_string(arena, "-I%s", build->runtime.headers));
	array_push(arena, &arguments, format_string(arena, "%s/%s.c", folder, build->name));
	array_push(arena, &arguments, format_string(arena, "%s/%s_main.c", folder, build->name));
	array_push(arena, &arguments, build->runtime.host);
	array_push(arena, &arguments, build->runtime.ground);
	for (int k = 0; LIBRARIES[k]; k++)
		array_push(arena, &arguments, LIBRARIES[k]);
	array_push(arena, &arguments, "-o");
	array_push(arena, &arguments, program);
	array_push(arena, &arguments, NULL);
	return arguments;
}

static enum status run_compiler(struct diag *diag, const strings *arguments)
{
	struct span nowhere = {0};
	pid_t child;
	int state;
	int failed = posix_spawnp(&child, arguments->items[0], NULL, NULL, (char *const *)arguments->items, environ);
	if (failed) {
		system_error(diag, "start the C compiler", arguments->items[0], failed);
		diag_help(diag, "install one (`apt-get install gcc`), or name it by --cc or the variable CC");
		return STATUS_SYSTEM;
	}
	while (waitpid(child, &state, 0) < 0)
		if (errno != EINTR)
			return system_error(diag, "wait for", arguments->items[0], errno);
	if (WIFEXITED(state) && WEXITSTATUS(state) == 0)
		return STATUS_OK;
	if (WIFSIGNALED(state) && WTERMSIG(state) == SIGINT)
		return STATUS_INTERRUPTED;
	diag_error(diag, nowhere, "build", "internal error: `%s` could not build the generated program",
	           arguments->items[0]);
	diag_help(diag, "its messages are above; --keep=DIR keeps the sources for a report");
	return STATUS_INTERNAL;
}

static enum status write_sources(struct arena *arena, struct diag *diag, const struct build *build, const char *folder)
{
	struct output outputs[] = {
		{format_string(arena, "%s/%s.h", folder, build->name), build->generated.header},
		{format_string(arena, "%s/%s.c", folder, build->name), build->generated.source},
		{format_string(arena, "%s/%s_main.c", folder, build->name), build->generated.driver},
	};
	return write_outputs(arena, diag, outputs, 3);
}

static void remove_folder(struct arena *arena, const char *folder, const char *name)
{
	static const char *const endings[] = {".h", ".c", "_main.c", ""};
	for (int k = 0; k < 4; k++)
		unlink(format_string(arena, "%s/%s%s", folder, name, endings[k]));
	rmdir(folder);
}

enum status keep_sources(struct arena *arena, struct diag *diag, const struct build *build, const char *folder)
{
	return write_sources(arena, diag, build, folder);
}

enum status build_program(struct arena *arena, struct diag *diag, const struct build *build, const char *program)
{
	const char *folder = temporary_folder(arena);
	if (!folder)
		return system_error(diag, "make a folder in", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", errno);
	const char *beside = format_string(arena, "%s.%ld", program, (long)getpid());
	strings arguments = arguments_of(arena, build, folder, beside);
	enum status status = write_sources(arena, diag, build, folder);
	if (status == STATUS_OK)
		status = run_compiler(diag, &arguments);
	if (status == STATUS_OK && rename(beside, program) != 0)
		status = system_error(diag, "write", program, errno);
	if (status != STATUS_OK)
		unlink(beside);
	remove_folder(arena, folder, build->name);
	return status;
}
