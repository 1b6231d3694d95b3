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

/* --- the standard library -------------------------------------------------------------------- */

/* "huber(y, t, delta = 1)", "dense[o](x)", "zeros": as a caller sees it. */
static const char *signature_of(struct arena *arena, const struct ast_statement *definition)
{
	struct text text = text_new(arena);
	text_printf(&text, "`%s", definition->name);
	for (size_t k = 0; k < definition->dims.count; k++)
		text_printf(&text, "%s%s", k == 0 ? "[" : ", ", definition->dims.items[k].value->name);
	text_add(&text, definition->dims.count > 0 ? "]" : "");
	for (size_t k = 0; k < definition->formals.count; k++) {
		const struct ast_formal *formal = &definition->formals.items[k];
		text_printf(&text, "%s%s", k == 0 ? "(" : ", ", formal->name);
		if (!formal->initial)
			continue;
		const struct span *span = &formal->initial->span;
		text_add(&text, " = ");
		text_bytes(&text, span->source->text + span->start, (size_t)(span->end - span->start));
	}
	text_add(&text, definition->formals.count > 0 ? ")`" : "`");
	return text_string(&text);
}

static bool is_definition(enum ast_statement_kind kind)
{
	return kind == AST_ACTIVATION || kind == AST_LOSS || kind == AST_BLOCK || kind == AST_INIT ||
	       kind == AST_OPTIMIZER;
}

Test(reference, every_definition_of_the_library_is_described)
{
	struct arena *arena = arena_new();
	const char *document = read_document(arena, "compiler/README.md");
	struct diag *diag = diag_new(arena);
	const struct source *source = source_from_string(arena, "prelude", model_prelude);
	const struct ast *ast = parse(arena, names_new(arena), diag, source);
	int count = 0;
	for (size_t k = 0; k < ast->statements.count; k++) {
		const struct ast_statement *statement = ast->statements.items[k];
		if (!is_definition(statement->kind))
			continue;
		const char *signature = signature_of(arena, statement);
		cr_expect(strstr(document, signature), "compiler/README.md has no %s", signature);
		count++;
	}
	cr_expect_geq(count, 60);
	arena_free(arena);
}
