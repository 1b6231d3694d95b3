/* Generated sources → a program, by the C compiler, which is started with an argument vector, never by a
 * shell. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

extern char **environ;

/* Where sqrt need not set errno, square roots are computed in vectors: Adam takes a third less time. */
const char *const build_flags[] = {
	"-O3", "-march=native", "-fno-math-errno", "-ffp-contract=off", "-std=gnu11", NULL};
static const char *const LIBRARIES[] = {"-ljansson", "-lxxhash", "-lz", "-lm", NULL};

/* --- where the runtime is ---------------------------- */

static bool is_there(struct arena *arena, const struct runtime *runtime)
{
	const char *const header = format_string(arena, "%s/mlp.h", runtime->headers);
	return access(header, R_OK) == 0 && access(runtime->ground, R_OK) == 0 &&
	       access(runtime->host, R_OK) == 0;
}

static struct runtime runtime_in(struct arena *arena, const char *headers, const char *libraries)
{
	return (struct runtime){.headers = headers,
	                        .ground = format_string(arena, "%s/libmlp.a", libraries),
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
		if (!is_there(arena, runtime))
			*runtime = runtime_in(arena, format_string(arena, "%s/../include/mlpc", own),
			                      format_string(arena, "%s/../lib/mlpc", own));
	}
	if (is_there(arena, runtime))
		return true;
	diag_error(diag, nowhere, "no-runtime", "the runtime is missing: `%s/mlp.h`, `%s` and `%s`",
	           runtime->headers, runtime->ground, runtime->host);
	diag_help(diag, "`make` builds it; the variable MLPC_RUNTIME can name a folder that holds all of it");
	return false;
}

strings compiler_command(struct arena *arena, const char *given)
{
	strings words = {0};
	const char *variable = getenv("CC");
	const char *command = given ? given : variable && *variable ? variable : "cc";
	command += strspn(command, " ");
	for (const char *word = *command ? command : "cc"; *word;) {
		size_t length = strcspn(word, " ");
		array_push(arena, &words, arena_copy(arena, word, length));
		word += length + strspn(word + length, " ");
	}
	return words;
}

/* --- the build ---------------------------- */

void show_building(const char *name, bool begins)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, begins ? "building %s …" : "\r\033[K", name);
	fflush(stderr);
}

static const char *temporary_folder(struct arena *arena)
{
	const char *parent = getenv("TMPDIR");
	const char *pattern = format_string(arena, "%s/mlpc-XXXXXX", parent && *parent ? parent : "/tmp");
	return mkdtemp(arena_copy(arena, pattern, strlen(pattern)));
}

static strings arguments_of(struct arena *arena, const struct build *build, const char *folder,
                            const char *program)
{
	strings arguments = {0};
	for (size_t k = 0; k < build->compiler.count; k++)
		array_push(arena, &arguments, build->compiler.items[k]);
	for (int k = 0; build_flags[k]; k++)
		array_push(arena, &arguments, build_flags[k]);
	if (build->has_threads)
		array_push(arena, &arguments, "-fopenmp");
	array_push(arena, &arguments, format_string(arena, "-I%s", build->runtime.headers));
	array_push(arena, &arguments, format_string(arena, "%s/%s.c", folder, build->name));
	array_push(arena, &arguments, format_string(arena, "%s/%s_main.c", folder, build->name));
	if (!build->alone)
		array_push(arena, &arguments, build->runtime.host);
	array_push(arena, &arguments, build->runtime.ground);
	for (int k = 0; !build->alone && LIBRARIES[k]; k++)
		array_push(arena, &arguments, LIBRARIES[k]);
	if (build->alone)
		array_push(arena, &arguments, "-lm");
	array_push(arena, &arguments, "-o");
	array_push(arena, &arguments, program);
	array_push(arena, &arguments, NULL);
	return arguments;
}

/* Ours, with the private folder for the compiler's own temporary files: interrupted, it may leave them. */
static strings environment_with(struct arena *arena, const char *folder)
{
	strings environment = {0};
	for (char **variable = environ; *variable; variable++)
		if (strncmp(*variable, "TMPDIR=", 7) != 0)
			array_push(arena, &environment, *variable);
	array_push(arena, &environment, format_string(arena, "TMPDIR=%s", folder));
	array_push(arena, &environment, NULL);
	return environment;
}

/* The compiler gets the signals that we hold back. */
static int spawn(pid_t *child, const strings *arguments, const strings *environment,
                 const struct signal_hold *hold)
{
	posix_spawnattr_t attributes;
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &hold->before);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	signal(SIGCHLD, SIG_DFL);
	int failed = posix_spawnp(child, arguments->items[0], NULL, &attributes,
	                          (char *const *)arguments->items, (char *const *)environment->items);
	posix_spawnattr_destroy(&attributes);
	return failed;
}

static enum status run_compiler(struct diag *diag, const strings *arguments, const strings *environment,
                                const struct signal_hold *hold)
{
	struct span nowhere = {0};
	pid_t child;
	int state, failed = spawn(&child, arguments, environment, hold);
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

static enum status write_sources(struct arena *arena, struct diag *diag, const struct build *build,
                                 const char *folder)
{
	struct output outputs[] = {
		{format_string(arena, "%s/%s.h", folder, build->name), build->generated.header},
		{format_string(arena, "%s/%s.c", folder, build->name), build->generated.source},
		{format_string(arena, "%s/%s_main.c", folder, build->name), build->generated.driver},
	};
	return write_outputs(arena, diag, outputs, 3);
}

static void remove_folder(const char *folder)
{
	DIR *files = opendir(folder);
	for (struct dirent *file; files && (file = readdir(files));)
		unlinkat(dirfd(files), file->d_name, 0); /* not . and .. */
	if (files)
		closedir(files);
	rmdir(folder);
}

enum status keep_sources(struct arena *arena, struct diag *diag, const struct build *build,
                         const char *folder)
{
	return write_sources(arena, diag, build, folder);
}

enum status build_program(struct arena *arena, struct diag *diag, const struct build *build,
                          const char *cached, int *program)
{
	struct signal_hold hold = hold_signals();
	const char *folder = temporary_folder(arena);
	if (!folder) {
		int reason = errno;
		release_signals(&hold);
		return system_error(diag, "make a folder in", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
		                    reason);
	}
	const char *path = format_string(arena, "%s/%s", folder, build->name);
	strings arguments = arguments_of(arena, build, folder, path);
	strings environment = environment_with(arena, folder);
	enum status status = write_sources(arena, diag, build, folder);
	if (status == STATUS_OK)
		status = run_compiler(diag, &arguments, &environment, &hold);
	if (status == STATUS_OK && (*program = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		status = system_error(diag, "read", path, errno);
	if (status == STATUS_OK && cached)
		cache_store(arena, cached, *program);
	remove_folder(folder);
	release_signals(&hold);
	return status;
}
