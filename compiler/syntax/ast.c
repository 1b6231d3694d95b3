/* The constructors of the grammar: parts → forms. Forms nested too deep are cut off after a message, so that
 * whatever walks the tree may recurse. */
#include "syntax/ast_build.h"

/* An expression and the height of its tree, which only the constructors need. */
struct node {
	struct ast_expr expr;
	int height;
};

static int height_of(const struct ast_expr *expr)
{
	return expr ? ((const struct node *)expr)->height : 0;
}

static int higher(int height, const struct ast_expr *expr)
{
	return height_of(expr) > height ? height_of(expr) : height;
}

static const struct node CUT_OFF = {.expr = {.kind = AST_NUMBER}, .height = 1};

static const struct ast_expr *new_expr(struct parse *parse, struct ast_expr expr)
{
	int height = 0;
	for (int i = 0; i < expr.operand_count; i++)
		height = higher(height, expr.operands[i]);
	for (size_t i = 0; i < expr.items.count; i++)
		height = higher(higher(height, expr.items.items[i].value), expr.items.items[i].end);
	if (height >= SYNTAX_MOST_NESTING)
		syntax_too_deep(parse, expr.span);
	if (parse->too_deep)
		return &CUT_OFF.expr;
	struct node *node = ARENA_NEW(parse->arena, struct node);
	*node = (struct node){expr, height + 1};
	return &node->expr;
}

const struct ast_expr *ast_number(struct parse *parse, struct span span, double number)
{
	return new_expr(parse, (struct ast_expr){.kind = AST_NUMBER, .span = span, .number = number});
}

const struct ast_expr *ast_name(struct parse *parse, struct ast_word word)
{
	return new_expr(parse, (struct ast_expr){
		.kind = AST_NAME, .span = word.span, .name = word.name, .name_span = word.span});
}

const struct ast_expr *ast_string(struct parse *parse, struct span span, name_t text)
{
	return new_expr(parse, (struct ast_expr){.kind = AST_STRING, .span = span, .name = text});
}

const struct ast_expr *ast_unary(struct parse *parse, struct span span, const char *op,
                                 const struct ast_expr *operand)
{
	return new_expr(parse, (struct ast_expr){
		.kind = AST_OPERATION, .span = span, .op = name_of(parse->names, op),
		.operand_count = 1, .operands = {operand}});
}

const struct ast_expr *ast_binary(struct parse *parse, struct span span, const char *op,
                                  const struct ast_expr *left, const struct ast_expr *right)
{
	return new_expr(parse, (struct ast_expr){
		.kind = AST_OPERATION, .span = span, .op = name_of(parse->names, op),
		.operand_count = 2, .operands = {left, right}});
}

const struct ast_expr *ast_if(struct parse *parse, struct span span, const struct ast_expr *condition,
                              const struct ast_expr *yes, const struct ast_expr *no)
{
	return new_expr(parse, (struct ast_expr){
		.kind = AST_IF, .span = span, .operand_count = 3, .operands = {condition, yes, no}});
}

/* --- items -------------------------------------------------------------------------------------------- */

static const struct items_form {
	const char *name;
	unsigned kinds;
} ITEMS_FORMS[] = {
	[ITEMS_OF_CALL] = {"a call", 1 << ITEM_VALUE | 1 << ITEM_EXTENT | 1 << ITEM_NAMED},
	[ITEMS_OF_INDEX] = {"an index", 1 << ITEM_VALUE | 1 << ITEM_SLICE},
	[ITEMS_OF_ARRAY] = {"an array of numbers", 1 << ITEM_VALUE},
	[ITEMS_OF_SHAPE] = {"a shape", 1 << ITEM_VALUE | 1 << ITEM_EXTENT},
};

static const char *const ITEM_NAMES[] = {
	[ITEM_VALUE] = "a value",
	[ITEM_EXTENT] = "an index with its extent (`i: 8`)",
	[ITEM_SLICE] = "a range (`0..4`)",
	[ITEM_NAMED] = "a named argument (`a = 1`)",
};

static ast_items check_items(struct parse *parse, ast_items items, enum ast_items_form form)
{
	for (size_t i = 0; i < items.count; i++) {
		const struct ast_item *item = &items.items[i];
		if (ITEMS_FORMS[form].kinds & 1u << item->kind)
			continue;
		diag_error(parse->diag, item->span, "syntax", "%s cannot stand in %s", ITEM_NAMES[item->kind],
		           ITEMS_FORMS[form].name);
		parse->failed = true;
	}
	return items;
}

struct ast_item ast_value_item(struct span span, const struct ast_expr *value)
{
	return (struct ast_item){.kind = ITEM_VALUE, .span = span, .value = value};
}

struct ast_item ast_extent_item(struct span span, struct ast_word word, const struct ast_expr *value)
{
	return (struct ast_item){.kind = ITEM_EXTENT, .span = span, .name = word.name, .value = value};
}

struct ast_item ast_slice_item(struct span span, const struct ast_expr *value, const struct ast_expr *end)
{
	return (struct ast_item){.kind = ITEM_SLICE, .span = span, .value = value, .end = end};
}

struct ast_item ast_named_item(struct span span, struct ast_word word, const struct ast_expr *value)
{
	return (struct ast_item){.kind = ITEM_NAMED, .span = span, .name = word.name, .value = value};
}

ast_items ast_add_item(struct parse *parse, ast_items items, struct ast_item item)
{
	array_push(parse->arena, &items, item);
	return items;
}

ast_items ast_shape(struct parse *parse, ast_items items)
{
	return check_items(parse, items, ITEMS_OF_SHAPE);
}

/* --- what may stand before ( ), [ ] and . ------------------------------------------------------------- */

static bool is_name_or_index_of_name(const struct ast_expr *expr)
{
	const struct ast_expr *base = expr->kind == AST_INDEX ? expr->operands[0] : expr;
	return base->kind == AST_NAME;
}

static const struct ast_expr *with_items(struct parse *parse, struct span span, enum ast_expr_kind kind,
                                         const struct ast_expr *base, ast_items items)
{
	return new_expr(parse, (struct ast_expr){
		.kind = kind, .span = span, .operand_count = base ? 1 : 0, .operands = {base},
		.items = items});
}

/* `dense(16)(x)`: what is written first may be a size, or a factor. */
static void help_called(struct parse *parse, const struct ast_expr *callee)
{
	const struct ast_expr *base = callee->kind == AST_CALL ? callee->operands[0] : NULL;
	const struct ast_expr *size = base && callee->items.count > 0 ? callee->items.items[0].value : NULL;
	if (size && base->kind == AST_NAME && size->kind == AST_NUMBER)
		diag_help(parse->diag, "a size stands in brackets: `%s[%.15g](…)`", base->name, size->number);
	else
		diag_help(parse->diag, "a product is written with `*`");
}

const struct ast_expr *ast_call(struct parse *parse, struct span span, const struct ast_expr *callee,
                                ast_items items)
{
	if (!parse->too_deep && !is_name_or_index_of_name(callee)) {
		diag_error(parse->diag, callee->span, "syntax",
		           "only a name can be called, as in `f(x)` or `f[8](x)`");
		help_called(parse, callee);
		parse->failed = true;
	}
	return with_items(parse, span, AST_CALL, callee, check_items(parse, items, ITEMS_OF_CALL));
}

const struct ast_expr *ast_index(struct parse *parse, struct span span, const struct ast_expr *base,
                                 ast_items items)
{
	if (!parse->too_deep && base->kind == AST_NUMBER) {
		diag_error(parse->diag, base->span, "syntax", "a number has no elements to read");
		parse->failed = true;
	}
	return with_items(parse, span, AST_INDEX, base, check_items(parse, items, ITEMS_OF_INDEX));
}

const struct ast_expr *ast_member(struct parse *parse, struct span span, const struct ast_expr *base,
                                  struct ast_word member)
{
	if (!parse->too_deep && base->kind != AST_NAME && base->kind != AST_MEMBER) {
		diag_error(parse->diag, base->span, "syntax",
		           "only a name can stand before `.`, as in `hidden.W`");
		parse->failed = true;
	}
	return new_expr(parse, (struct ast_expr){
		.kind = AST_MEMBER, .span = span, .name = member.name, .name_span = member.span,
		.operand_count = 1, .operands = {base}});
}

const struct ast_expr *ast_array(struct parse *parse, struct span span, ast_items items)
{
	return with_items(parse, span, AST_ARRAY, NULL, check_items(parse, items, ITEMS_OF_ARRAY));
}

const struct ast_expr *ast_columns(struct parse *parse, struct span span, ast_items items)
{
	return with_items(parse, span, AST_ARRAY, NULL, items);
}

/* --- parts of statements ------------------------------------------------------------------------------ */

struct ast_formal ast_formal(struct span span, struct ast_word word, ast_items dims,
                             const struct ast_expr *initial)
{
	return (struct ast_formal){.span = span, .name = word.name, .dims = dims, .initial = initial};
}

ast_formals ast_add_formal(struct parse *parse, ast_formals formals, struct ast_formal formal)
{
	array_push(parse->arena, &formals, formal);
	return formals;
}

struct ast_setting ast_setting(struct span span, struct ast_word word, const struct ast_expr *value)
{
	return (struct ast_setting){.span = span, .name_span = word.span, .name = word.name, .value = value};
}

ast_settings ast_add_setting(struct parse *parse, ast_settings settings, struct ast_setting setting)
{
	if (setting.value)
		array_push(parse->arena, &settings, setting);
	return settings;
}

ast_statements ast_add_statement(struct parse *parse, ast_statements statements,
                                 const struct ast_statement *statement)
{
	if (statement)
		array_push(parse->arena, &statements, statement);
	return statements;
}

/* --- statements --------------------------------------------------------------------------------------- */

static const struct ast_statement *new_statement(struct parse *parse, struct ast_statement statement)
{
	struct ast_statement *copy = ARENA_NEW(parse->arena, struct ast_statement);
	*copy = statement;
	return copy;
}

const struct ast_statement *ast_model(struct parse *parse, struct span span, struct ast_word word)
{
	return new_statement(parse, (struct ast_statement){
		.kind = AST_MODEL, .span = span, .name = word.name, .name_span = word.span});
}

const struct ast_statement *ast_use(struct parse *parse, struct span span, name_t path)
{
	return new_statement(parse, (struct ast_statement){.kind = AST_USE, .span = span, .text = path});
}

const struct ast_statement *ast_data_value(struct parse *parse, struct span span,
                                           enum ast_statement_kind kind,
                                           struct ast_word word, ast_items dims, struct ast_coding coding)
{
	return new_statement(parse, (struct ast_statement){
		.kind = kind, .span = span, .name = word.name, .name_span = word.span, .dims = dims,
		.classes = coding.classes, .scaling = coding.scaling,
		.scale_from = coding.from, .scale_to = coding.to});
}

const struct ast_statement *ast_equation(struct parse *parse, struct span span, enum ast_statement_kind kind,
                                         struct ast_word word, ast_items dims, const struct ast_expr *value)
{
	return new_statement(parse, (struct ast_statement){
		.kind = kind, .span = span, .name = word.name, .name_span = word.span, .dims = dims,
		.value = value});
}

const struct ast_statement *ast_minimize(struct parse *parse, struct span span, const struct ast_expr *value)
{
	return new_statement(parse, (struct ast_statement){
		.kind = AST_MINIMIZE, .span = span, .value = value});
}

const struct ast_statement *ast_settings_of(struct parse *parse, struct span span,
                                            enum ast_statement_kind kind,
                                            ast_settings settings)
{
	return new_statement(parse, (struct ast_statement){.kind = kind, .span = span, .settings = settings});
}

const struct ast_statement *ast_definition(struct parse *parse, struct span span,
                                           enum ast_statement_kind kind,
                                           struct ast_word word, const ast_formals *formals,
                                           const struct ast_expr *value)
{
	return new_statement(parse, (struct ast_statement){
		.kind = kind, .span = span, .name = word.name, .name_span = word.span, .has_formals = formals,
		.formals = formals ? *formals : (ast_formals){0}, .value = value});
}

const struct ast_statement *ast_body(struct parse *parse, struct span span, enum ast_statement_kind kind,
                                     struct ast_word word, ast_items dims, ast_formals formals,
                                     ast_statements body)
{
	return new_statement(parse, (struct ast_statement){
		.kind = kind, .span = span, .name = word.name, .name_span = word.span, .dims = dims,
		.has_formals = true, .formals = formals, .body = body});
}
