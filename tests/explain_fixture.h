/* Derivations of the models of the project, and the programs that set them. */
#ifndef TESTS_EXPLAIN_FIXTURE_H
#define TESTS_EXPLAIN_FIXTURE_H

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "compile.h"
#include "explain/explanation.h"

struct derivation {
	struct arena *arena;
	struct compile *compile;
	struct history history;
	struct explanation explanation;
	const char *text;
};

typedef void (*explainer)(struct text *text, const struct explanation *explanation);

static inline void derive(struct derivation *d, const char *path, explainer write)
{
	struct compile_options options = {0};
	d->arena = arena_new();
	d->compile = compile_new(d->arena);
	d->history = (struct history){.arena = d->arena};
	d->compile->history = &d->history;
	cr_assert_eq(compile(d->compile, path, &options), STATUS_OK, "%s", path);
	d->explanation = explain(&d->compile->plan, &d->history, "m_1.mlp");
	struct text text = text_new(d->arena);
	write(&text, &d->explanation);
	d->text = text_string(&text);
}

/* Every file that is a model; library.mlp holds definitions alone. */
static inline glob_t model_files(void)
{
	glob_t list;
	cr_assert_eq(glob("models/*.mlp", 0, NULL, &list), 0);
	cr_assert_eq(glob("models/worked/*.mlp", GLOB_APPEND, NULL, &list), 0);
	cr_assert_eq(glob("models/custom/*.mlp", GLOB_APPEND, NULL, &list), 0);
	size_t count = 0;
	for (size_t k = 0; k < list.gl_pathc; k++)
		if (!strstr(list.gl_pathv[k], "/library.mlp"))
			list.gl_pathv[count++] = list.gl_pathv[k];
	cr_assert_geq(count, 20, "only %zu models", count);
	list.gl_pathc = count;
	return list;
}

static inline bool is_installed(const char *program)
{
	char command[128];
	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
	bool found = system(command) == 0;
	if (!found)
		printf("%s is not installed: nothing is set with it\n", program);
	return found;
}

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

/* The first `most` bytes of a file, as a string. */
static inline const char *read_file(struct arena *arena, const char *path, size_t most)
{
	char *text = ARENA_ARRAY(arena, char, most + 1);
	FILE *file = fopen(path, "r");
	cr_assert(file, "%s", path);
	text[fread(text, 1, most, file)] = '\0';
	fclose(file);
	return text;
}

#endif
