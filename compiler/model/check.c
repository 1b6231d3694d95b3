/* Checks of a whole model: before its names are resolved, and after all else is well. */
#include "model/resolver.h"

#include <string.h>

/* Words of C and C++ that no generated symbol may be, and the runtime's own prefix. */
static const char *const FORBIDDEN[] = {
	"alignas", "alignof", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case",
	"catch", "char", "char16_t", "char32_t", "char8_t", "co_await", "co_return", "co_yield",
	"compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue",
	"decltype", "default", "delete", "do", "double", "dynamic_cast", "enum", "explicit", "export",
	"extern", "false", "float", "for", "friend", "goto", "inline", "int", "long", "main", "mlp",
	"mutable", "namespace", "new", "noexcept", "not_eq", "nullptr", "operator", "or_eq", "private",
	"protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
	"short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch",
	"template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename",
	"typeof", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while",
	"xor", "xor_eq",
};

bool model_name_is_forbidden(const char *name)
{
	bool forbidden = strncmp(name, "mlp_", 4) == 0;
	for (size_t i = 0; i < sizeof FORBIDDEN / sizeof *FORBIDDEN; i++)
		forbidden |= strcmp(name, FORBIDDEN[i]) == 0;
	return forbidden;
}

static void check_name(struct resolver *r, const struct ast_statement *statement)
{
	if (model_name_is_forbidden(statement->name))
		diag_error(r->diag, statement->name_span, "reserved-name",
		           "a model cannot be called `%s`: that is a word of C or C++, or the runtime's",
		           statement->name);
	r->model->name = statement->name;
}

/* Statements that stand at most once. */
static void check_once(struct resolver *r, enum ast_statement_kind kind, const char *word)
{
	const struct ast_statement *first = NULL;
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		const struct ast_statement *statement = r->ast->statements.items[i];
		if (statement->kind != kind)
			continue;
		if (first) {
			diag_error(r->diag, statement->span, "duplicate-statement", "a model has one `%s`",
			           word);
			diag_note(r->diag, first->span, "the first one is here");
		} else {
			first = statement;
		}
	}
}

static const struct ast_statement *find(const struct resolver *r, enum ast_statement_kind kind)
{
	for (size_t i = 0; i < r->ast->statements.count; i++)
		if (r->ast->statements.items[i]->kind == kind)
			return r->ast->statements.items[i];
	return NULL;
}

static void check_pairs(struct resolver *r)
{
	const struct ast_statement *target = find(r, AST_TARGET), *minimize = find(r, AST_MINIMIZE);
	const struct ast_statement *train = find(r, AST_TRAIN);
	if (target && !minimize) {
		diag_error(r->diag, target->span, "no-minimize",
		           "the model has a `target`, but nothing to minimize");
		diag_help(r->diag, "add a line such as `minimize mse(…, %s)`", target->name);
	} else if (train && !minimize) {
		diag_error(r->diag, train->span, "no-minimize",
		           "the model has a `train`, but nothing to minimize");
		diag_help(r->diag, "add lines such as `target t[3]` and `minimize mse(…, t)`");
	}
}

/* A file for `use`, which was taken for a model. */
static bool is_library(const struct resolver *r)
{
	const ast_statements *statements = &r->ast->statements;
	for (size_t i = 0; i < statements->count; i++)
		if (!is_definition(statements->items[i]) && statements->items[i]->kind != AST_USE)
			return false;
	return statements->count > 0;
}

void check_statements(struct resolver *r)
{
	if (is_library(r)) {
		diag_error(r->diag, r->ast->statements.items[0]->span, "no-model",
		           "this file holds definitions only and is no model");
		diag_help(r->diag, "a model gets them by a line such as `use \"file.mlp\"`");
		return;
	}
	size_t length = r->ast->source->length;
	struct span end = {r->ast->source, (uint32_t)length, (uint32_t)length};
	const struct ast_statement *name = find(r, AST_MODEL);
	if (!name) {
		diag_error(r->diag, (struct span){r->ast->source, 0, 0}, "no-model", "the model has no name");
		diag_help(r->diag, "begin the file with a line such as `model iris`");
	} else {
		check_name(r, name);
	}
	if (!find(r, AST_INPUT)) {
		diag_error(r->diag, end, "no-input", "the model has no `input`");
		diag_help(r->diag, "add a line such as `input x[4]`");
	}
	if (!find(r, AST_LAYER) && !find(r, AST_OUTPUT)) {
		diag_error(r->diag, end, "no-layer", "the model has no `layer` and no `output`");
		diag_help(r->diag, "add a line such as `output y[3] = dense(x)`");
	}
	check_once(r, AST_MODEL, "model");
	check_once(r, AST_MINIMIZE, "minimize");
	check_once(r, AST_TRAIN, "train");
	check_once(r, AST_DATA, "data");
	check_pairs(r);
}

static void choose_output(struct resolver *r)
{
	struct model_tensor *last = NULL;
	for (size_t i = 0; i < r->model->tensors.count; i++) {
		struct model_tensor *tensor = r->model->tensors.items[i];
		if (tensor->is_output)
			return;
		if (tensor->role == MODEL_LAYER && !tensor->is_local)
			last = tensor;
	}
	if (last)
		last->is_output = last->per_sample = true;
}

void check_model(struct resolver *r)
{
	choose_output(r);
	check_outputs(r);
	check_depths(r);
	check_used(r);
	if (r->model->loss)
		check_trained(r);
}
