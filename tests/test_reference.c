/* The models in the documents: each block marked ```mlp is a whole model, and compiles without a message. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compile.h"

static const char FENCE[] = "\n```mlp\n", END[] = "\n```\n";

static const char *read_document(struct arena *arena, const char *path)
{
	struct text text = text_new(arena);
	char piece[4096];
	size_t length;
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s cannot be opened: run the tests in the folder of the project", path);
	while ((length = fread(piece, 1, sizeof piece - 1, file)) > 0) {
		piece[length] = '\0';
		text_add(&text, piece);
	}
	fclose(file);
	return text_string(&text);
}

static int line_of(const char *document, const char *place)
{
	int line = 1;
	for (const char *byte = document; byte < place; byte++)
		line += *byte == '\n';
	return line;
}

/* The messages of a compilation up to the plan; "" if there are none. */
static void check_model(const char *path, int line, const char *model)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct compile_options options = {.dump = STAGE_NONE};
	char *messages;
	size_t size;
	FILE *file = open_memstream(&messages, &size);
	enum status status = compile_source(c, source_from_string(arena, "block", model), &options);
	diag_print(c->diag, file, DIAG_TEXT, false);
	fclose(file);
	cr_expect_str_empty(messages, "%s:%d: the block has messages:\n%s", path, line, messages);
	cr_expect_eq(status, STATUS_OK, "%s:%d: status %d", path, line, status);
	cr_expect(c->plan.program != NULL, "%s:%d: there is no plan", path, line);
	free(messages);
	arena_free(arena);
}

/* Checks each block; their number. */
static int check_document(const char *path)
{
	struct arena *arena = arena_new();
	const char *document = read_document(arena, path);
	int count = 0;
	for (const char *at = document; (at = strstr(at, FENCE)); count++) {
		const char *model = at + sizeof FENCE - 1, *end = strstr(model, END);
		int line = line_of(document, model);
		cr_assert_not_null(end, "%s:%d: the block has no end", path, line);
		check_model(path, line, arena_copy(arena, model, (size_t)(end + 1 - model)));
		at = end;
	}
	arena_free(arena);
	return count;
}

Test(reference, every_model_of_the_language_reference_compiles)
{
	cr_expect_geq(check_document("compiler/README.md"), 10);
}

Test(reference, every_model_of_the_readme_compiles)
{
	cr_expect_geq(check_document("README.md"), 1);
}
