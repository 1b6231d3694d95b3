#include "random_shrink.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* What to do at which place; places are counted in the order of the text. */
enum part {
	STATEMENTS,
	INLINES,
	BODIES,
	SETTINGS,
	FORMALS,
	DIMENSIONS,
	CODINGS,
	EXPRESSIONS,
	NUMBERS,
	PARTS
};

/* At an expression: its operand, one of its items, a number in its place, or itself without an item. */
enum { OF_OPERAND = 0, OF_ITEM = 3, OF_NUMBER = 7, WITHOUT_ITEM = 8, EXPRESSION_ACTIONS = 14 };

struct edit {
	struct arena *arena;
	enum part part;
	int place, action;
	int seen;         /* places so far */
	double number;    /* NUMBERS: what is replaced everywhere */
	const char *name; /* INLINES: of a layer that is gone, and what stands for it */
	const struct ast_expr *value;
	bool is_done;
};

static const int actions_of[PARTS] = {1, 1, 1, 1, 1, 1, 1, EXPRESSION_ACTIONS, 5};

/* Is this the place? */
static bool here(struct edit *edit, enum part part)
{
	if (edit->part != part || edit->seen++ != edit->place)
		return false;
	edit->is_done = true;
	return true;
}

/* --- expressions ---------------------------------------------------------------------------------- */

static const struct ast_expr *edited(struct edit *edit, const struct ast_expr *expr);

static ast_items edited_items(struct edit *edit, const ast_items *items, int without)
{
	ast_items result = {0};
	for (size_t k = 0; k < items->count; k++) {
		struct ast_item item = items->items[k];
		item.value = edited(edit, item.value);
		item.end = edited(edit, item.end);
		if ((int)k != without)
			array_push(edit->arena, &result, item);
	}
	return result;
}

static const struct ast_expr *number(struct edit *edit, double value)
{
	struct ast_expr *expr = ARENA_NEW(edit->arena, struct ast_expr);
	expr->kind = AST_NUMBER;
	expr->number = value;
	return expr;
}

static const struct ast_expr *smaller_number(struct edit *edit, const struct ast_expr *expr)
{
	const double choices[] = {1, 2, 3, expr->number - 1, floor(expr->number / 2)};
	double value = choices[edit->action];
	if (expr->number != edit->number || value >= expr->number || value < 0)
		return expr;
	edit->is_done = true;
	return number(edit, value);
}

static const struct ast_expr *edited(struct edit *edit, const struct ast_expr *expr)
{
	if (!expr)
		return NULL;
	if (edit->part == NUMBERS && expr->kind == AST_NUMBER)
		return smaller_number(edit, expr);
	if (edit->value && expr->kind == AST_NAME && strcmp(expr->name, edit->name) == 0)
		return edit->value;
	int without = -1, action = edit->action;
	if (here(edit, EXPRESSIONS)) {
		if (action >= OF_OPERAND && action < OF_OPERAND + 3 && action < expr->operand_count)
			return expr->operands[action];
		if (action >= OF_ITEM && action < OF_NUMBER && action - OF_ITEM < (int)expr->items.count)
			return expr->items.items[action - OF_ITEM].value;
		if (action == OF_NUMBER && expr->kind != AST_NUMBER)
			return number(edit, 1);
		without = action - WITHOUT_ITEM;
	}
	struct ast_expr *copy = ARENA_NEW(edit->arena, struct ast_expr);
	*copy = *expr;
	for (int k = 0; k < AST_MOST_OPERANDS; k++)
		copy->operands[k] = edited(edit, expr->operands[k]);
	copy->items = edited_items(edit, &expr->items, without);
	return copy;
}

/* --- statements ----------------------------------------------------------------------------------- */

static const struct ast_statement *edited_statement(struct edit *edit, const struct ast_statement *statement)
{
	struct ast_statement *copy = ARENA_NEW(edit->arena, struct ast_statement);
	*copy = *statement;
	copy->dims = edited_items(edit, &statement->dims, -1);
	if (statement->dims.count > 0 && here(edit, DIMENSIONS))
		copy->dims = (ast_items){0};
	copy->value = edited(edit, statement->value);
	copy->classes = edited(edit, statement->classes);
	if ((statement->classes || statement->scaling != SCALING_NONE) && here(edit, CODINGS)) {
		copy->classes = NULL;
		copy->scaling = SCALING_NONE;
	}
	copy->formals = (ast_formals){0};
	for (size_t k = 0; k < statement->formals.count; k++) {
		struct ast_formal formal = statement->formals.items[k];
		formal.initial = edited(edit, formal.initial);
		if (!here(edit, FORMALS))
			array_push(edit->arena, &copy->formals, formal);
	}
	copy->settings = (ast_settings){0};
	for (size_t k = 0; k < statement->settings.count; k++) {
		struct ast_setting setting = statement->settings.items[k];
		setting.value = edited(edit, setting.value);
		if (!here(edit, SETTINGS))
			array_push(edit->arena, &copy->settings, setting);
	}
	copy->body = (ast_statements){0};
	for (size_t k = 0; k < statement->body.count; k++) {
		const struct ast_statement *inner = edited_statement(edit, statement->body.items[k]);
		if (!here(edit, BODIES))
			array_push(edit->arena, &copy->body, inner);
	}
	return copy;
}

static const char *edited_text(struct edit *edit, const struct ast *ast)
{
	struct ast copy = {.source = ast->source};
	for (size_t k = 0; k < ast->statements.count; k++) {
		const struct ast_statement *statement = edited_statement(edit, ast->statements.items[k]);
		bool dropped = statement->kind != AST_MODEL && here(edit, STATEMENTS);
		bool is_layer = statement->kind == AST_LAYER || statement->kind == AST_OUTPUT;
		if (is_layer && here(edit, INLINES)) {
			edit->name = statement->name;
			edit->value = statement->value;
			dropped = true;
		}
		if (!dropped)
			array_push(edit->arena, &copy.statements, statement);
	}
	struct text text = text_new(edit->arena);
	ast_print(&text, &copy);
	return text_string(&text);
}

/* --- one after the other ---------------------------------------------------------------------------- */

struct shrinking {
	struct arena *arena;
	const char *text;
	still_fails fails;
	void *context;
	int left;
};

static const struct ast *ast_of(struct shrinking *s)
{
	return parse(s->arena, names_new(s->arena), diag_new(s->arena),
	             source_from_string(s->arena, random_model_file, s->text));
}

/* Tries all actions of one part at all places; later places first, since they depend on earlier ones. */
static bool shrink_part(struct shrinking *s, enum part part, int places, double value)
{
	bool any = false;
	for (int place = places - 1; place >= 0; place--)
		for (int action = 0; action < actions_of[part] && s->left > 0; action++) {
			struct edit edit = {.arena = s->arena,
			                    .part = part,
			                    .place = place,
			                    .action = action,
			                    .number = value};
			const char *smaller = edited_text(&edit, ast_of(s));
			if (!edit.is_done || strcmp(smaller, s->text) == 0)
				continue;
			s->left--;
			if (!s->fails(s->context, smaller))
				continue;
			s->text = smaller;
			any = true;
		}
	return any;
}

static int places_of(struct shrinking *s, enum part part)
{
	struct edit edit = {.arena = s->arena, .part = part, .place = -1};
	edited_text(&edit, ast_of(s));
	return edit.seen;
}

const char *shrink_model(struct arena *arena, const char *text, still_fails fails, void *context, int most)
{
	struct shrinking s = {arena, text, fails, context, most};
	bool any = true;
	while (any && s.left > 0) {
		any = false;
		for (enum part part = 0; part < NUMBERS; part++)
			any |= shrink_part(&s, part, places_of(&s, part), 0);
		for (int value = 20; value >= 2; value--)
			any |= shrink_part(&s, NUMBERS, 1, value);
	}
	return s.text;
}
