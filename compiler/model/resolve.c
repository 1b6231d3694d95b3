/* AST → model: the order of the work. */
#include "model/resolver.h"

#include "base/text.h"

static const struct value *marker(struct arena *arena)
{
	return ARENA_NEW(arena, struct value);
}

/* The user's text of the loss, for reports. */
static void set_loss_text(struct resolver *r)
{
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		const struct ast_statement *statement = r->ast->statements.items[i];
		if (statement->kind != AST_MINIMIZE)
			continue;
		struct text text = text_new(r->arena);
		ast_print_expression(&text, statement->value);
		r->model->loss_text = text_string(&text);
		return;
	}
}

const struct model *resolve(struct arena *arena, struct names *names, struct diag *diag,
                            const struct ast *ast, bool allow_path)
{
	struct model *model = ARENA_NEW(arena, struct model);
	model->ast = ast;
	model->names = names;
	struct pending pending = {0};
	struct resolver r = {
		.arena = arena, .names = names, .diag = diag, .ast = ast, .allow_path = allow_path,
		.model = model, .pending = &pending,
		.user_definitions = table_new(arena), .prelude_definitions = table_new(arena),
		.values = table_new(arena), .tensors = table_new(arena), .counters = table_new(arena),
		.poison = marker(arena), .none = marker(arena),
	};
	int errors = diag_errors(diag);
	check_statements(&r);
	if (!collect_definitions(&r))
		return NULL;
	declare(&r);
	resolve_train(&r);
	resolve_loss(&r);
	finish_statement(&r, &r.late, diag_errors(diag) > errors);
	resolve_data(&r);
	set_loss_text(&r);
	if (diag_errors(diag) == errors)
		check_model(&r);
	return diag_errors(diag) == errors ? model : NULL;
}
