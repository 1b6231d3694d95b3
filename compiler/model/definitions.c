/* The definitions of the prelude, of `use` files and of the model: a name space of their own. */
#include "model/resolver.h"

#include <string.h>

/* The files that are being read, innermost first. */
struct reading {
	const char *path;
	const struct reading *outer;
};

static bool is_definition(const struct ast_statement *statement)
{
	return statement->kind >= AST_ACTIVATION && statement->kind <= AST_OPTIMIZER;
}

static void define(struct resolver *r, const struct ast_statement *statement, bool is_prelude)
{
	struct table *table = is_prelude ? r->prelude_definitions : r->user_definitions;
	const struct definition *other = table_get(table, statement->name);
	if (other) {
		diag_error(r->diag, statement->name_span, "duplicate-definition", "`%s` is defined twice",
		           statement->name);
		diag_note(r->diag, other->statement->name_span, "the first definition is here");
		return;
	}
	const struct definition *shadowed = table_get(r->prelude_definitions, statement->name);
	if (!is_prelude && shadowed) {
		diag_warning(r->diag, statement->name_span, "shadows-prelude",
		             "`%s` takes the place of the definition in the prelude", statement->name);
		diag_note(r->diag, shadowed->statement->name_span, "that definition is here");
	}
	struct definition *definition = ARENA_NEW(r->arena, struct definition);
	*definition = (struct definition){statement, is_prelude, false};
	table_put(table, statement->name, definition);
	array_push(r->arena, &r->definitions, definition);
}

static bool is_safe(const char *path)
{
	if (path[0] == '/' || path[0] == '\0' || strchr(path, '\\'))
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
			return false;
	}
	return true;
}

/* `path` beside the file `from`. */
static name_t beside(struct resolver *r, const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');
	return slash ? name_format(r->names, "%.*s/%s", (int)(slash - from), from, path)
	             : name_of(r->names, path);
}

static void collect(struct resolver *r, const struct ast *ast, const struct reading *reading,
                    struct table *read);

static void use(struct resolver *r, const struct ast_statement *statement, const struct ast *from,
                const struct reading *reading, struct table *read)
{
	if (!is_safe(statement->text)) {
		diag_error(r->diag, statement->span, "unsafe-path",
		           "a path in `use` is relative to this file and does not leave its folder");
		return;
	}
	struct reading inner = {beside(r, from->source->name, statement->text), reading};
	for (const struct reading *outer = reading; outer; outer = outer->outer) {
		if (strcmp(outer->path, inner.path) == 0) {
			diag_error(r->diag, statement->span, "use-cycle", "`%s` uses itself", inner.path);
			return;
		}
	}
	if (table_get(read, inner.path))
		return;
	table_put(read, inner.path, (void *)statement);
	const struct source *source = source_read(r->arena, r->diag, inner.path);
	if (!source) {
		diag_note(r->diag, statement->span, "it is used here");
		return;
	}
	const struct ast *ast = parse(r->arena, r->names, r->diag, source);
	for (size_t i = 0; i < ast->statements.count; i++) {
		const struct ast_statement *other = ast->statements.items[i];
		if (!is_definition(other) && other->kind != AST_USE)
			diag_error(r->diag, other->span, "not-a-definition",
			           "a file that is used holds definitions only");
	}
	collect(r, ast, &inner, read);
}

static void collect(struct resolver *r, const struct ast *ast, const struct reading *reading,
                    struct table *read)
{
	for (size_t i = 0; i < ast->statements.count; i++) {
		const struct ast_statement *statement = ast->statements.items[i];
		if (statement->kind == AST_USE)
			use(r, statement, ast, reading, read);
		else if (is_definition(statement))
			define(r, statement, false);
	}
}

void collect_definitions(struct resolver *r)
{
	const struct source *source = source_from_string(r->arena, "<prelude>", model_prelude);
	const struct ast *prelude = parse(r->arena, r->names, r->diag, source);
	for (size_t i = 0; i < prelude->statements.count; i++)
		if (is_definition(prelude->statements.items[i]))
			define(r, prelude->statements.items[i], true);
	struct reading reading = {name_of(r->names, r->ast->source->name), NULL};
	collect(r, r->ast, &reading, table_new(r->arena));
}
