/* The block `data`: which columns of a table the ports are, and how it is read. */
#include "model/resolver.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static const int64_t MOST_COLUMN = 1000000000;

const char *const data_missing_words[] = {
	[MISSING_DROP] = "drop", [MISSING_MEAN] = "mean", [MISSING_ERROR] = "error"};
const char *const data_weights_words[] = {[WEIGHTS_NONE] = "none", [WEIGHTS_BALANCED] = "balanced"};

static void bad(struct resolver *r, struct span span, const char *sentence)
{
	diag_error(r->diag, span, "bad-setting", "%s", sentence);
}

/* --- columns ------------------------------------------------------------------------------------------ */

/* A number from 1. */
static bool read_number(struct resolver *r, const struct ast_expr *expr, int64_t *number)
{
	if (expr->kind != AST_NUMBER) {
		bad(r, expr->span, "a range is one of column numbers, as in `[1 .. 4]`");
		return false;
	}
	if (!(expr->number >= 1 && expr->number <= (double)MOST_COLUMN) ||
	    expr->number != floor(expr->number)) {
		bad(r, expr->span, "columns are numbered 1, 2, 3 and so on");
		return false;
	}
	*number = (int64_t)expr->number;
	return true;
}

static bool read_column(struct resolver *r, const struct ast_expr *expr, struct model_column *column)
{
	*column = (struct model_column){0};
	if (expr->kind == AST_NAME || expr->kind == AST_STRING) {
		bool is_last = expr->kind == AST_NAME && strcmp(expr->name, "last") == 0;
		column->name = is_last ? NULL : expr->name;
		if (expr->name[0])
			return true;
		bad(r, expr->span, "a column has a name");
		return false;
	}
	bool well = read_number(r, expr, &column->first);
	column->last = column->first;
	return well;
}

static bool read_item(struct resolver *r, const struct ast_item *item, struct model_column *column)
{
	if (item->kind != ITEM_SLICE)
		return read_column(r, item->value, column);
	*column = (struct model_column){0};
	if (!read_number(r, item->value, &column->first) || !read_number(r, item->end, &column->last))
		return false;
	if (column->first <= column->last)
		return true;
	diag_error(r->diag, item->span, "bad-setting", "this range of columns runs backwards");
	diag_help(r->diag, "write `%lld .. %lld`, or the columns one by one", (long long)column->last,
	          (long long)column->first);
	return false;
}

/* False after an error. */
static bool read_columns(struct resolver *r, const struct ast_expr *expr, model_columns *columns)
{
	struct ast_item single = {.kind = ITEM_VALUE, .value = expr};
	const struct ast_item *items = expr->kind == AST_ARRAY ? expr->items.items : &single;
	size_t count = expr->kind == AST_ARRAY ? expr->items.count : 1;
	bool well = true;
	for (size_t k = 0; k < count; k++) {
		struct model_column column;
		if (read_item(r, &items[k], &column))
			array_push(r->arena, columns, column);
		else
			well = false;
	}
	return well;
}

static int64_t count_columns(const model_columns *columns)
{
	int64_t count = 0;
	for (size_t k = 0; k < columns->count; k++)
		count += columns->items[k].last - columns->items[k].first + 1;
	return count;
}

/* --- ports -------------------------------------------------------------------------------------------- */

static bool is_port(const struct model_tensor *tensor)
{
	return tensor->role == MODEL_INPUT || tensor->role == MODEL_TARGET;
}

static void unknown_port(struct resolver *r, const struct ast_setting *setting)
{
	static const char *const words[] = {"missing", "split", "weights", "ignore"};
	const struct binding *other = table_get(r->values, setting->name);
	diag_error(r->diag, setting->name_span, "unknown-setting",
	           other ? "`%s` is no input and no target" : "there is no input or target `%s`",
	           setting->name);
	struct suggestion suggestion = suggestion_for(setting->name);
	for (size_t i = 0; i < r->model->tensors.count; i++)
		if (is_port(r->model->tensors.items[i]))
			suggestion_offer(&suggestion, r->model->tensors.items[i]->name);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		suggestion_offer(&suggestion, words[i]);
	suggestion_help(r, &suggestion);
	if (!suggestion.best)
		diag_help(r->diag, "`data` names the columns of inputs and targets, and sets `missing`, "
		                   "`split`, `weights` and `ignore`");
}

/* Values of a row: a class is one, whatever its one-hot vector. */
static int64_t row_elements(const struct model_tensor *port)
{
	int64_t count = 1;
	for (int d = 0; d < port->rank - (port->classes > 0); d++)
		count *= size_extent(port->dims[d]);
	return count;
}

static void map_port(struct resolver *r, const struct ast_setting *setting)
{
	struct model_mapping mapping = {.span = setting->span,
	                                .port = table_get(r->tensors, setting->name)};
	const struct binding *binding = table_get(r->values, setting->name);
	if (binding && binding->value == r->poison)
		return;
	if (!mapping.port || !is_port(mapping.port)) {
		unknown_port(r, setting);
		return;
	}
	if (!read_columns(r, setting->value, &mapping.columns))
		return;
	int64_t count = count_columns(&mapping.columns), needed = row_elements(mapping.port);
	if (count != needed && needed > 0) {
		diag_error(r->diag, setting->value->span, "wrong-columns",
		           "`%s` needs %lld column%s, but %lld %s given", setting->name, (long long)needed,
		           needed == 1 ? "" : "s", (long long)count, count == 1 ? "is" : "are");
		diag_note(r->diag, mapping.port->span, "`%s` is declared here", setting->name);
		return;
	}
	array_push(r->arena, &r->model->data.mappings, mapping);
}

/* --- settings ------------------------------------------------------------------------------------------- */

/* The number of a word, or 0 after an error. */
static int read_word(struct resolver *r, const struct ast_setting *setting, const char *const *words,
                     int count)
{
	const struct ast_expr *expr = setting->value;
	struct text text = text_new(r->arena);
	for (int k = 1; k < count; k++) {
		if (expr->kind == AST_NAME && strcmp(expr->name, words[k]) == 0)
			return k;
		text_printf(&text, "%s`%s`", k == 1 ? "" : k + 1 == count ? " or " : ", ", words[k]);
	}
	diag_error(r->diag, expr->span, "bad-setting", "`%s` is %s", setting->name, text_string(&text));
	return 0;
}

static void set_missing(struct resolver *r, const struct ast_setting *setting)
{
	r->model->data.missing =
		(enum data_missing)read_word(r, setting, data_missing_words, MISSING_ERROR + 1);
}

static void set_weights(struct resolver *r, const struct ast_setting *setting)
{
	r->model->data.weights =
		(enum data_weights)read_word(r, setting, data_weights_words, WEIGHTS_BALANCED + 1);
	if (r->model->data.weights != WEIGHTS_BALANCED)
		return;
	for (size_t i = 0; i < r->model->tensors.count; i++)
		if (r->model->tensors.items[i]->role == MODEL_TARGET && r->model->tensors.items[i]->classes > 0)
			return;
	bad(r, setting->value->span, "`balanced` weighs classes, but no target is a `class[K]`");
}

static void set_split(struct resolver *r, const struct ast_setting *setting)
{
	const struct ast_expr *expr = setting->value;
	if (expr->kind == AST_NUMBER && expr->number >= 0 && expr->number < 1)
		r->model->data.split = expr->number;
	else
		bad(r, expr->span, "`split` is the fraction of the rows held out, from 0 to below 1");
}

static void set_ignored(struct resolver *r, const struct ast_setting *setting)
{
	read_columns(r, setting->value, &r->model->data.ignored);
}

static void apply(struct resolver *r, const struct ast_setting *setting)
{
	static const struct {
		const char *name;
		void (*set)(struct resolver *, const struct ast_setting *);
	} words[] = {{"missing", set_missing},
	             {"split", set_split},
	             {"weights", set_weights},
	             {"ignore", set_ignored}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(setting->name, words[i].name) == 0) {
			words[i].set(r, setting);
			return;
		}
	}
	map_port(r, setting);
}

void resolve_data(struct resolver *r)
{
	struct table *seen = table_new(r->arena);
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		const struct ast_statement *statement = r->ast->statements.items[i];
		if (statement->kind != AST_DATA)
			continue;
		r->model->data.given = true;
		for (size_t k = 0; k < statement->settings.count; k++) {
			const struct ast_setting *setting = &statement->settings.items[k];
			const struct ast_setting *first = table_get(seen, setting->name);
			if (first) {
				diag_error(r->diag, setting->name_span, "duplicate-name",
				           "`%s` is given twice", setting->name);
				diag_note(r->diag, first->name_span, "it is first given here");
				continue;
			}
			table_put(seen, setting->name, (void *)setting);
			apply(r, setting);
		}
	}
}
