/* The settings of `train`, with their defaults. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

enum { DEFAULT_BATCH = 32, DEFAULT_EPOCHS = 10, DEFAULT_SEED = 1 };

/* 2^53: up to here a double, which numbers of the language are, holds every whole number. */
static const int64_t LARGEST_SEED = INT64_C(1) << 53;

static void set_optimizer(const struct context *context, const struct ast_expr *expr)
{
	resolve_optimizer(context->resolver, expr);
}

static void set_batch(const struct context *context, const struct ast_expr *expr)
{
	constant_integer(context, expr, 1, &context->resolver->model->train.batch);
}

static void set_epochs(const struct context *context, const struct ast_expr *expr)
{
	constant_integer(context, expr, 1, &context->resolver->model->train.epochs);
}

static void set_patience(const struct context *context, const struct ast_expr *expr)
{
	constant_integer(context, expr, 0, &context->resolver->model->train.patience);
}

static void set_seed(const struct context *context, const struct ast_expr *expr)
{
	int64_t seed;
	if (constant_between(context, expr, 0, LARGEST_SEED, &seed))
		context->resolver->model->train.seed = (uint64_t)seed;
}

/* norm(x) or value(x) */
static void set_clip(const struct context *context, const struct ast_expr *expr)
{
	struct training_settings *train = &context->resolver->model->train;
	const struct ast_expr *callee = expr->kind == AST_CALL ? expr->operands[0] : NULL;
	bool is_call = callee && callee->kind == AST_NAME && expr->items.count == 1 &&
	               expr->items.items[0].kind == ITEM_VALUE;
	enum clip_kind kind = CLIP_NONE;
	if (is_call)
		kind = strcmp(callee->name, "norm") == 0    ? CLIP_NORM
		       : strcmp(callee->name, "value") == 0 ? CLIP_VALUE
		                                            : CLIP_NONE;
	if (kind == CLIP_NONE) {
		fail(context, expr->span, "bad-setting",
		     "`clip` is `norm(1)` or `value(0.5)`, with a limit of your own");
		return;
	}
	double limit;
	if (!constant_number(context, expr->items.items[0].value, &limit))
		return;
	if (!(limit > 0))
		fail(context, expr->items.items[0].span, "bad-setting",
		     "the limit of `clip` must be above 0");
	train->clip = kind;
	train->clip_limit = limit;
}

/* A parameter, or all parameters of a layer: `hidden.W` belongs to `hidden`. */
static void freeze(const struct context *context, const struct ast_expr *expr)
{
	struct resolver *r = context->resolver;
	struct text text = text_new(r->arena);
	if (!dotted_name(&text, expr)) {
		fail(context, expr->span, "bad-setting",
		     "`freeze` is a list of layers and parameters, as in `[hidden, p.W]`");
		return;
	}
	const char *name = text_string(&text);
	size_t length = strlen(name);
	bool found = false;
	for (size_t i = 0; i < r->model->tensors.count; i++) {
		struct model_tensor *tensor = r->model->tensors.items[i];
		bool belongs = strncmp(tensor->name, name, length) == 0 &&
		               (tensor->name[length] == '\0' || tensor->name[length] == '.');
		if (belongs && tensor->role == MODEL_PARAMETER)
			found = tensor->frozen = true;
	}
	if (found)
		return;
	const struct binding *binding = table_get(r->values, name_of(r->names, name));
	const struct ast_expr *root = expr;
	while (root->kind == AST_MEMBER)
		root = root->operands[0];
	const struct binding *layer = table_get(r->values, root->name);
	if (layer && layer->value == r->poison)
		return;
	if (binding || table_get(r->tensors, name_of(r->names, name))) {
		fail(context, expr->span, "nothing-to-freeze", "`%s` has no parameters", name);
		return;
	}
	fail(context, expr->span, "unknown-name", "there is no layer or parameter `%s`", name);
	struct suggestion suggestion = suggestion_for(name);
	for (size_t i = 0; i < r->model->tensors.count; i++)
		suggestion_offer(&suggestion, r->model->tensors.items[i]->name);
	suggestion_help(r, &suggestion);
}

static void set_freeze(const struct context *context, const struct ast_expr *expr)
{
	if (expr->kind != AST_ARRAY) {
		freeze(context, expr);
		return;
	}
	for (size_t i = 0; i < expr->items.count; i++)
		freeze(context, expr->items.items[i].value);
}

static const struct {
	const char *name;
	void (*set)(const struct context *, const struct ast_expr *);
} setting_table[] = {
	{"optimizer", set_optimizer}, {"batch", set_batch}, {"epochs", set_epochs},     {"seed", set_seed},
	{"clip", set_clip},           {"freeze", set_freeze}, {"patience", set_patience},
};

enum { SETTING_COUNT = sizeof setting_table / sizeof *setting_table };

static size_t setting_number(const char *name)
{
	size_t k = 0;
	while (k < SETTING_COUNT && strcmp(setting_table[k].name, name) != 0)
		k++;
	return k;
}

static void help_settings(struct resolver *r)
{
	struct text text = text_new(r->arena);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		text_printf(&text, "%s`%s`", i == 0 ? "" : i + 1 == SETTING_COUNT ? " and " : ", ",
		            setting_table[i].name);
	diag_help(r->diag, "the settings are %s", text_string(&text));
}

static void apply(struct resolver *r, const struct ast_setting *setting, const struct ast_setting *seen[])
{
	struct context context = {.resolver = r, .region = REGION_TRAIN};
	size_t k = setting_number(setting->name);
	if (k == SETTING_COUNT) {
		diag_error(r->diag, setting->name_span, "unknown-setting", "`train` has no setting `%s`",
		           setting->name);
		struct suggestion suggestion = suggestion_for(setting->name);
		for (size_t i = 0; i < SETTING_COUNT; i++)
			suggestion_offer(&suggestion, setting_table[i].name);
		suggestion_help(r, &suggestion);
		if (!suggestion.best)
			help_settings(r);
	} else if (seen[k]) {
		diag_error(r->diag, setting->name_span, "duplicate-name", "the setting `%s` is given twice",
		           setting->name);
		diag_note(r->diag, seen[k]->name_span, "it is first given here");
	} else {
		seen[k] = setting;
		setting_table[k].set(&context, setting->value);
	}
}

void resolve_train(struct resolver *r)
{
	struct training_settings *train = &r->model->train;
	*train = (struct training_settings){
		.batch = DEFAULT_BATCH, .epochs = DEFAULT_EPOCHS, .seed = DEFAULT_SEED};
	const struct ast_setting *seen[SETTING_COUNT] = {NULL};
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		const struct ast_statement *statement = r->ast->statements.items[i];
		if (statement->kind != AST_TRAIN)
			continue;
		train->span = statement->span;
		for (size_t k = 0; k < statement->settings.count; k++)
			apply(r, &statement->settings.items[k], seen);
	}
	if (!seen[0])
		resolve_optimizer(r, NULL);
}
