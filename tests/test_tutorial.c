/* The tutorial: each line that begins with `$ ` is run, in order, in one folder; what stands below it is a part of
 * what it prints, where digits count as one and `…` stands for any lines. */
#include "cli_fixture.h"

#include <ctype.h>

enum { LINES = 64 };

/* Numbers differ with the machine: each becomes one 0, signs and blanks before it go. */
static void without_numbers(char *to, const char *from)
{
	for (; *from; from++) {
		bool number = isdigit((unsigned char)*from);
		if (number) {
			while (isdigit((unsigned char)from[1]) || (from[1] == '.' && isdigit((unsigned char)from[2])))
				from++;
			*to++ = '0';
		} else if (*from == ' ' && (from[1] == ' ' || isdigit((unsigned char)from[1]) || from[1] == '\n')) {
			continue;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static void check_output(const char *command, const char *shown)
{
	static char line[1024], wanted[1024], printed[MOST];
	without_numbers(printed, output);
	const char *at = printed;
	while (*shown) {
		size_t length = strcspn(shown, "\n");
		snprintf(line, sizeof line, "%.*s", (int)length, shown);
		shown += length + (shown[length] == '\n');
		if (strstr(line, "…"))
			continue;
		without_numbers(wanted, line);
		const char *found = strstr(at, wanted);
		cr_assert(found, "`%s` does not print\n  %s\nbut\n%s", command, line, output);
		at = found + strlen(wanted);
	}
}

/* The commands of a block, which ends at its fence. */
static int run_block(const char *block)
{
	int count = 0;
	while (strncmp(block, "```", 3) != 0) {
		cr_assert(strncmp(block, "$ ", 2) == 0, "no command: %.60s", block);
		char command[1024];
		size_t length = strcspn(block, "\n");
		snprintf(command, sizeof command, "{ %.*s\n} 2>&1", (int)length - 2, block + 2);
		block += length + 1;
		const char *end = block;
		while (strncmp(end, "$ ", 2) != 0 && strncmp(end, "```", 3) != 0)
			end += strcspn(end, "\n") + 1;
		char *shown = strndup(block, (size_t)(end - block));
		int status = run(command);
		cr_assert(status == 0 || strstr(shown, "error"), "status %d of %s\n%s", status, command, output);
		check_output(command, shown);
		free(shown);
		block = end;
		count++;
	}
	return count;
}

static const char *read_tutorial(void)
{
	static char text[MOST];
	FILE *file = fopen("models/README.md", "r");
	cr_assert(file);
	text[fread(text, 1, MOST - 1, file)] = '\0';
	fclose(file);
	return text;
}

Test(tutorial, every_command_runs, .init = set_up, .fini = tear_down, .timeout = 300)
{
	cr_assert(chdir(root) == 0);
	const char *text = read_tutorial();
	cr_assert(chdir(folder) == 0);
	cr_assert(system("mkdir build && ln -s $MLPC build/mlpc && cp -r $ROOT/models models && ln -s $ROOT/runtime runtime"
	                 " && ln -s $BUILD/*.a build") == 0);
	int count = 0;
	for (const char *block = strstr(text, "```console\n"); block; block = strstr(block + 3, "```console\n"))
		count += run_block(block + strlen("```console\n"));
	cr_expect_geq(count, 15);
}
