/* For tests of the program as it is typed: a folder of its own for each, as the current one; command lines
 * of the shell with $MLPC, $ROOT of the project and $BUILD; what they print. */
#ifndef TESTS_CLI_FIXTURE_H
#define TESTS_CLI_FIXTURE_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_folder.h"

enum { MOST = 1 << 16 };

static char root[512];    /* of the project */
static char folder[64];   /* of this test alone: the current one */
static char output[MOST]; /* of the last command, both streams */

static __attribute__((unused)) void set_up(void)
{
	cr_assert(getcwd(root, sizeof root));
	strcpy(folder, "/tmp/mlpc-cli-XXXXXX");
	cr_assert(mkdtemp(folder) && chdir(folder) == 0);
	char cache[600], program[600];
	snprintf(cache, sizeof cache, "%s/test-cache", build_folder());
	snprintf(program, sizeof program, "%s/mlpc", build_folder());
	setenv("XDG_CACHE_HOME", cache, 1);
	setenv("MLPC", program, 1);
	setenv("ROOT", root, 1);
	setenv("BUILD", build_folder(), 1);
	unsetenv("NO_COLOR");
	unsetenv("CC");
	signal(SIGINT, SIG_DFL); /* ignored in a run in the background */
}

static __attribute__((unused)) void tear_down(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	cr_assert(chdir(root) == 0 && system(command) == 0);
}

/* A command line of the shell; its exit status. `output` gets what it prints. */
static __attribute__((unused)) int run(const char *command)
{
	FILE *pipe = popen(command, "r");
	cr_assert(pipe);
	size_t length = fread(output, 1, MOST - 1, pipe);
	output[length] = '\0';
	int state = pclose(pipe);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

static __attribute__((unused, format(printf, 2, 3))) void put(const char *path, const char *format, ...)
{
	va_list arguments;
	FILE *file = fopen(path, "w");
	cr_assert(file);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fclose(file);
}

static __attribute__((unused)) const char *text_of(const char *path)
{
	static char text[MOST];
	FILE *file = fopen(path, "r");
	text[file ? fread(text, 1, MOST - 1, file) : 0] = '\0';
	if (file)
		fclose(file);
	return text;
}

static __attribute__((unused)) int count_of_files(const char *path)
{
	int count = 0;
	DIR *files = opendir(path);
	for (struct dirent *file; files && (file = readdir(files));)
		count += file->d_name[0] != '.';
	if (files)
		closedir(files);
	return count;
}

/* A command, its exit status, and all that it prints on both streams. */
struct said {
	const char *command;
	int status;
	const char *text;
};

static __attribute__((unused)) void check_said(const struct said *rows, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		char command[1024];
		snprintf(command, sizeof command, "%s 2>&1", rows[k].command);
		int status = run(command);
		cr_expect(status == rows[k].status, "%s: status %d, not %d", rows[k].command, status,
		          rows[k].status);
		cr_expect_str_eq(output, rows[k].text, "%s:\n%s", rows[k].command, output);
	}
}

#define CHECK_SAID(rows) check_said(rows, sizeof(rows) / sizeof *(rows))

#endif
