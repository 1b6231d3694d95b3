/* Models from strings, for the tests of their resolution: the dump, and the messages without excerpts. */
#ifndef TESTS_MODEL_FIXTURE_H
#define TESTS_MODEL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/model.h"

struct resolved {
	struct arena *arena;
	struct names *names;
	const struct model *model;  /* NULL after errors */
	const char *messages; /* "3:11: error[id]: text\nhelp: text\n"; places in the prelude are left out */
};

static inline const char *messages_of(struct arena *arena, const struct diag *diag)
{
	char *printed;
	size_t size;
	FILE *file = open_memstream(&printed, &size);
	diag_print(diag, file, DIAG_TEXT, false);
	fclose(file);
	struct text text = text_new(arena);
	for (char *line = printed, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strncmp(line, "m.mlp:", 6) == 0)
			text_printf(&text, "%s\n", line + 6);
		else if (strncmp(line, "       help: ", 13) == 0 || strncmp(line, "mlpc: ", 6) == 0)
			text_printf(&text, "%s\n", line + (line[0] == ' ' ? 7 : 0));
		else if (strncmp(line, "<prelude>:", 10) == 0)
			text_printf(&text, "<prelude>%s\n", strchr(line, ' '));
	}
	free(printed);
	return text_string(&text);
}

static inline struct resolved resolve_with(const char *model, bool allow_path)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new(arena);
	struct resolved resolved = {.arena = arena, .names = names_new(arena)};
	const struct ast *ast = parse(arena, resolved.names, diag, source_from_string(arena, "m.mlp", model));
	if (diag_errors(diag) == 0)
		resolved.model = resolve(arena, resolved.names, diag, ast, allow_path);
	resolved.messages = messages_of(arena, diag);
	return resolved;
}

static inline struct resolved resolve_text(const char *model)
{
	return resolve_with(model, false);
}

static inline const char *dump_of(const struct resolved *resolved)
{
	struct text text = text_new(resolved->arena);
	if (resolved->model)
		model_print(&text, resolved->model);
	return text_string(&text);
}

static inline const struct model_tensor *find_tensor(const struct model *model, const char *name)
{
	for (size_t i = 0; model && i < model->tensors.count; i++)
		if (strcmp(model->tensors.items[i]->name, name) == 0)
			return model->tensors.items[i];
	return NULL;
}

#endif
