/* The definitions of the prelude, of `use` files and of the model: a name space of their own. */
#include "model/resolver.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The files that are being read, innermost first. */
struct reading {
	name_t name;                           /* as messages show it */
	name_t identity;                       /* one for all paths to the file */
	const struct ast_statement *statement; /* the `use` that names it; NULL: the model */
	const struct reading *outer;
};

struct collection {
	struct resolver *resolver;
	struct table *read;     /* identity → the statement that was met first */
	bool is_complete;       /* no definition is missing because a file could not be read */
};

bool is_definition(const struct ast_statement *statement)
{
	return statement->kind >= AST_ACTIVATION && statement->kind <= AST_OPTIMIZER;
}

static void warn_shadowing(struct resolver *r, const struct ast_statement *statement)
{
	const struct definition *shadowed = table_get(r->prelude_definitions, statement->name);
	if (shadowed) {
		diag_warning(r->diag, statement->name_span, "shadows-prelude",
		             "`%s` takes the place of the definition in the prelude", statement->name);
		diag_note(r->diag, shadowed->statement->name_span, "that definition is here");
	} else if (is_function(statement->name)) {
		diag_warning(r->diag, statement->name_span, "shadows-function",
		             "`%s` takes the place of the function of the language", statement->name);
	}
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
	if (!is_prelude)
		warn_shadowing(r, statement);
	struct definition *definition = ARENA_NEW(r->arena, struct definition);
	*definition = (struct definition){.statement = statement, .is_prelude = is_prelude};
	definition->is_broken = !check_definition(r, statement);
	table_put(table, statement->name, definition);
	array_push(r->arena, &r->definitions, definition);
}

/* --- the paths of `use` ------------------------------------------------------------------------------- */

static bool leaves_folder(const char *path)
{
	if (path[0] == '/')
		return true;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
			return true;
	}
	return false;
}

static bool check_path(struct resolver *r, const struct ast_statement *statement)
{
	if (statement->text[0] == '\0') {
		diag_error(r->diag, statement->span, "bad-path", "`use` needs the path of a file");
		diag_help(r->diag, "write it relative to this file, as in `use \"blocks.mlp\"`");
		return false;
	}
	if (r->allow_path || !leaves_folder(statement->text))
		return true;
	diag_error(r->diag, statement->span, "unsafe-path",
	           "a path in `use` is relative to this file and does not leave its folder");
	diag_help(r->diag, "copy the file beside this one, or allow any path with `--allow-path`");
	return false;
}

/* `path` beside the file `from`. */
static name_t beside(struct resolver *r, const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');
	if (path[0] == '/' || !slash)
		return name_of(r->names, path);
	return name_format(r->names, "%.*s/%s", (int)(slash - from), from, path);
}

static name_t identity_of(struct resolver *r, const char *path)
{
	char resolved[PATH_MAX];
	return name_of(r->names, realpath(path, resolved) ? resolved : path);
}

/* "a.mlp → b.mlp → a.mlp", from `last`, which is met again, inwards. */
static void add_chain(struct text *text, const struct reading *reading, const struct reading *last)
{
	if (reading != last)
		add_chain(text, reading->outer, last);
	text_printf(text, "%s → ", reading->name);
}

static bool is_cycle(struct resolver *r, const struct reading *reading)
{
	const struct reading *last = reading->outer;
	while (last && last->identity != reading->identity)
		last = last->outer;
	if (!last)
		return false;
	struct text text = text_new(r->arena);
	add_chain(&text, reading->outer, last);
	diag_error(r->diag, reading->statement->span, "use-cycle", "`%s` uses itself: %s%s", last->name,
	           text_string(&text), last->name);
	for (const struct reading *each = reading->outer; each != last; each = each->outer)
		diag_note(r->diag, each->statement->span, "`%s` is used here", each->name);
	return true;
}

/* --- the files ---------------------------------------------------------------------------------------- */

static void collect(struct collection *collection, const struct ast *ast, const struct reading *reading);

static void check_statement(struct resolver *r, const struct ast_statement *statement,
                            const struct reading *reading)
{
	if (is_definition(statement) || statement->kind == AST_USE)
		return;
	diag_error(r->diag, statement->span, "not-a-definition",
	           "a file that is used holds definitions and `use` only");
	diag_note(r->diag, reading->statement->span, "`%s` is used here", reading->name);
}

static void use(struct collection *collection, const struct ast_statement *statement, const struct ast *from,
                const struct reading *outer)
{
	struct resolver *r = collection->resolver;
	bool is_complete = collection->is_complete;
	collection->is_complete = false;
	if (!check_path(r, statement))
		return;
	name_t path = beside(r, from->source->name, statement->text);
	struct reading reading = {path, identity_of(r, path), statement, outer};
	if (is_cycle(r, &reading))
		return;
	if (table_get(collection->read, reading.identity)) {
		collection->is_complete = is_complete;
		return;
	}
	table_put(collection->read, reading.identity, (void *)statement);
	int errors = diag_errors(r->diag);
	const struct source *source = source_read_at(r->arena, r->diag, statement->span, path);
	if (!source) {
		bool is_missing = reading.identity == path && path[0] != '/';
		if (is_missing)
			diag_help(r->diag, "a path is relative to the file that `use` stands in");
		return;
	}
	const struct ast *ast = parse(r->arena, r->names, r->diag, source);
	collection->is_complete = is_complete && diag_errors(r->diag) == errors;
	array_push(r->arena, &r->model->used, ast);
	for (size_t i = 0; i < ast->statements.count; i++)
		check_statement(r, ast->statements.items[i], &reading);
	collect(collection, ast, &reading);
}

static void collect(struct collection *collection, const struct ast *ast, const struct reading *reading)
{
	for (size_t i = 0; i < ast->statements.count; i++) {
		const struct ast_statement *statement = ast->statements.items[i];
		if (statement->kind == AST_USE)
			use(collection, statement, ast, reading);
		else if (is_definition(statement))
			define(collection->resolver, statement, false);
	}
}

bool collect_definitions(struct resolver *r)
{
	const struct source *source = source_from_string(r->arena, "<prelude>", model_prelude);
	r->prelude = source;
	const struct ast *prelude = parse(r->arena, r->names, r->diag, source);
	for (size_t i = 0; i < prelude->statements.count; i++) {
		const struct ast_statement *statement = prelude->statements.items[i];
		if (is_definition(statement))
			define(r, statement, true);
		else if (statement->kind == AST_TRAIN) /* its one setting */
			r->default_optimizer = statement->settings.items[0].value;
	}
	struct collection collection = {r, table_new(r->arena), true};
	name_t name = name_of(r->names, r->ast->source->name);
	struct reading reading = {.name = name, .identity = identity_of(r, name)};
	collect(&collection, r->ast, &reading);
	return collection.is_complete;
}
