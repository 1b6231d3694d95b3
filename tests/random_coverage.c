#include "random_coverage.h"

#include <string.h>

#include "base/text.h"
#include "base/op.h"

enum feature_kind { LAYER, ACTIVATION, LOSS, OPTIMIZER, INITIALISER, SHAPE, FLAG, WORD, KINDS };

static const char *const kind_names[KINDS] = {"block", "activation", "loss", "optimizer",
                                              "init",  "shape",      "flag", "word"};

/* Pairs of these count, those of one kind with itself only where a model can have both. */
static const bool counts_with_itself[KINDS] = {
        [LAYER] = true, [ACTIVATION] = true, [LOSS] = true, [SHAPE] = true};

struct coverage {
	struct arena *arena;
	int count;
	struct {
		enum feature_kind kind;
		const char *name;
		long models;
	} features[MOST_FEATURES];
	long pairs[MOST_FEATURES][MOST_FEATURES];
};

static const char *const flags[] = {"standardize",
                                    "scale",
                                    "class input",
                                    "class array",
                                    "class target",
                                    "clip norm",
                                    "clip value",
                                    "freeze",
                                    "patience",
                                    "schedule",
                                    "use",
                                    "size",
                                    "two inputs",
                                    "two targets",
                                    "two outputs",
                                    "shared parameter",
                                    "two-dimensional target",
                                    "own activation",
                                    "own loss",
                                    "own block",
                                    "own init",
                                    "own optimizer",
                                    "batch of 1",
                                    "free parameter",
                                    "penalty of weights",
                                    "training",
                                    "statistic",
                                    "class in expression"};

/* What the grammar and the functions of the compiler have, besides the table of operators. */
static const char *const words[] = {"unary -",
                                    "-",
                                    "/",
                                    ">",
                                    ">=",
                                    "mean",
                                    "concat",
                                    "reshape",
                                    "batch_sum",
                                    "batch_mean",
                                    "slice",
                                    "extent of a reduction",
                                    "named argument",
                                    "array",
                                    "member",
                                    "inference only",
                                    "default size",
                                    "index equation",
                                    "step in a schedule",
                                    "epoch in a schedule",
                                    "none",
                                    "model",
                                    "use",
                                    "size",
                                    "input",
                                    "target",
                                    "param",
                                    "layer",
                                    "output",
                                    "minimize",
                                    "train",
                                    "activation",
                                    "loss",
                                    "init",
                                    "block",
                                    "optimizer",
                                    "state",
                                    "statistic",
                                    "assignment",
                                    "return",
                                    "local parameter",
                                    "dotted argument"};

static const int extents[] = {1, 2, 3, 5, 7, 11, 13, 17};

/* --- the features ----------------------------------------------------------------------------------- */

static void add_feature(struct coverage *c, enum feature_kind kind, const char *name)
{
	for (int k = 0; k < c->count; k++)
		if (c->features[k].kind == kind && strcmp(c->features[k].name, name) == 0)
			return;
	if (c->count < MOST_FEATURES) {
		c->features[c->count].kind = kind;
		c->features[c->count++].name = arena_copy(c->arena, name, strlen(name));
	}
}

static const char *extent_name(struct arena *arena, int extent)
{
	struct text text = text_new(arena);
	text_printf(&text, "extent %d", extent);
	return text_string(&text);
}

struct coverage *coverage_new(struct arena *arena, const struct library *library)
{
	static const enum feature_kind kinds[] = {[AST_ACTIVATION] = ACTIVATION,
	                                          [AST_LOSS] = LOSS,
	                                          [AST_INIT] = INITIALISER,
	                                          [AST_BLOCK] = LAYER,
	                                          [AST_OPTIMIZER] = OPTIMIZER};
	struct coverage *c = ARENA_NEW(arena, struct coverage);
	c->arena = arena;
	for (size_t k = 0; k < library->ast->statements.count; k++) {
		const struct ast_statement *statement = library->ast->statements.items[k];
		if (statement->kind >= AST_ACTIVATION && statement->kind <= AST_OPTIMIZER)
			add_feature(c, kinds[statement->kind], statement->name);
	}
	for (size_t k = 0; k < sizeof extents / sizeof *extents; k++)
		add_feature(c, SHAPE, extent_name(arena, extents[k]));
	for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
		add_feature(c, FLAG, flags[k]);
	for (enum op op = 0; op < OP_NUMBER; op++)
		if (!op_table[op].internal && op != OP_ORTHOGONAL)
			add_feature(c, WORD, op_table[op].name);
	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		add_feature(c, WORD, words[k]);
	return c;
}

/* --- what a model shows ----------------------------------------------------------------------------- */

struct reading {
	struct coverage *c;
	struct features features;
	const struct ast *ast;
};

static void show(struct reading *r, enum feature_kind kind, const char *name)
{
	for (int k = 0; k < r->c->count; k++)
		if (r->c->features[k].kind == kind && strcmp(r->c->features[k].name, name) == 0)
			r->features.bits[k / 64] |= UINT64_C(1) << k % 64;
}

static const struct ast_statement *declared(const struct reading *r, const char *name)
{
	for (size_t k = 0; k < r->ast->statements.count; k++)
		if (r->ast->statements.items[k]->name && strcmp(r->ast->statements.items[k]->name, name) == 0)
			return r->ast->statements.items[k];
	return NULL;
}

static void show_expression(struct reading *r, const struct ast_expr *expr);

static void show_call(struct reading *r, const struct ast_expr *call)
{
	const struct ast_expr *callee = call->operands[0];
	const char *name = callee->kind == AST_INDEX ? callee->operands[0]->name : callee->name;
	const struct ast_statement *own = declared(r, name);
	if (own) {
		static const char *const shown[] = {[AST_ACTIVATION] = "own activation",
		                                    [AST_LOSS] = "own loss",
		                                    [AST_INIT] = "own init",
		                                    [AST_BLOCK] = "own block",
		                                    [AST_OPTIMIZER] = "own optimizer"};
		if (own->kind >= AST_ACTIVATION && own->kind <= AST_OPTIMIZER)
			show(r, FLAG, shown[own->kind]);
		return;
	}
	show(r, WORD, name);
	if (call->items.count == 0 && strcmp(name, "orthogonal") != 0)
		return;
	for (enum feature_kind kind = LAYER; kind <= LOSS; kind++)
		show(r, kind, name);
	if (callee->kind == AST_NAME && strcmp(name, "dense") == 0)
		show(r, WORD, "default size");
}

static void show_item(struct reading *r, const struct ast_item *item)
{
	static const char *const kinds[] = {[ITEM_EXTENT] = "extent of a reduction",
	                                    [ITEM_SLICE] = "slice",
	                                    [ITEM_NAMED] = "named argument"};
	if (item->kind != ITEM_VALUE)
		show(r, WORD, kinds[item->kind]);
	if (item->kind == ITEM_NAMED) {
		const struct ast_expr *value = item->value;
		const char *name = value->kind == AST_CALL ? value->operands[0]->name : value->name;
		if (name) {
			show(r, INITIALISER, name);
			show(r, WORD, strcmp(name, "none") == 0 ? name : "");
		}
		if (value->kind == AST_MEMBER)
			show(r, WORD, "dotted argument");
	}
	show_expression(r, item->value);
	show_expression(r, item->end);
}

static void show_expression(struct reading *r, const struct ast_expr *expr)
{
	if (!expr)
		return;
	const struct ast_statement *own = expr->kind == AST_NAME ? declared(r, expr->name) : NULL;
	if (expr->kind == AST_NAME && strcmp(expr->name, "training") == 0)
		show(r, FLAG, "training");
	if (expr->kind == AST_NAME && strcmp(expr->name, "weights") == 0)
		show(r, FLAG, "penalty of weights");
	if (own && own->classes)
		show(r, FLAG, "class in expression");
	if (own && own->kind == AST_INIT)
		show(r, FLAG, "own init");
	if (expr->kind == AST_OPERATION)
		show(r, WORD, expr->operand_count == 1 && expr->op[0] == '-' ? "unary -" : expr->op);
	if (expr->kind == AST_IF)
		show(r, WORD, "if");
	if (expr->kind == AST_CALL)
		show_call(r, expr);
	if (expr->kind == AST_ARRAY)
		show(r, WORD, "array");
	if (expr->kind == AST_MEMBER) {
		show(r, WORD, "member");
		show(r, FLAG, "shared parameter");
	}
	for (int k = expr->kind == AST_CALL; k < expr->operand_count; k++)
		show_expression(r, expr->operands[k]);
	if (expr->kind == AST_INDEX || expr->kind == AST_MEMBER)
		show_expression(r, expr->operands[0]);
	for (size_t k = 0; k < expr->items.count; k++)
		show_item(r, &expr->items.items[k]);
}

/* --- statements ------------------------------------------------------------------------------------- */

static bool mentions(const struct ast_expr *expr, const char *name)
{
	if (!expr)
		return false;
	bool found = expr->kind == AST_NAME && strcmp(expr->name, name) == 0;
	for (int k = 0; k < expr->operand_count; k++)
		found |= mentions(expr->operands[k], name);
	for (size_t k = 0; k < expr->items.count; k++)
		found |= mentions(expr->items.items[k].value, name);
	return found;
}

static void show_setting(struct reading *r, const struct ast_setting *setting)
{
	const struct ast_expr *value = setting->value;
	const char *callee = value->kind == AST_CALL ? value->operands[0]->name : value->name;
	if (strcmp(setting->name, "optimizer") == 0) {
		const struct ast_statement *own = declared(r, callee);
		show(r, own ? FLAG : OPTIMIZER, own ? "own optimizer" : callee);
		bool by_step = mentions(value, "step"), by_epoch = mentions(value, "epoch");
		show(r, FLAG, by_step || by_epoch ? "schedule" : "");
		show(r, WORD, by_step ? "step in a schedule" : "");
		show(r, WORD, by_epoch ? "epoch in a schedule" : "");
	}
	if (strcmp(setting->name, "clip") == 0)
		show(r, FLAG, strcmp(callee, "norm") == 0 ? "clip norm" : "clip value");
	if (strcmp(setting->name, "batch") == 0 && value->number == 1)
		show(r, FLAG, "batch of 1");
	show(r, FLAG, setting->name); /* freeze, patience */
}

static void show_values(struct reading *r, const struct ast_statement *s)
{
	bool is_input = s->kind == AST_INPUT, is_target = s->kind == AST_TARGET;
	if (s->classes)
		show(r, FLAG, is_target ? "class target" : s->dims.count > 0 ? "class array" : "class input");
	if (is_input && s->scaling != SCALING_NONE)
		show(r, FLAG, s->scaling == SCALING_STANDARDIZE ? "standardize" : "scale");
	if (is_target && s->dims.count == 2)
		show(r, FLAG, "two-dimensional target");
	if (s->kind == AST_PARAM) {
		const struct ast_expr *value = s->value;
		const char *name = value->kind == AST_CALL ? value->operands[0]->name : value->name;
		show(r, INITIALISER, name ? name : "");
	}
	for (size_t k = 0; k < s->dims.count; k++) {
		const struct ast_item *item = &s->dims.items[k];
		if (item->kind == ITEM_EXTENT)
			show(r, WORD, "index equation");
		if (item->value && item->value->kind == AST_NUMBER)
			show(r, SHAPE, extent_name(r->c->arena, (int)item->value->number));
	}
}

static void show_statement(struct reading *r, const struct ast_statement *s, bool inside)
{
	static const char *const names[] = {
	        [AST_MODEL] = "model",         [AST_USE] = "use",       [AST_SIZE] = "size",
	        [AST_INPUT] = "input",         [AST_TARGET] = "target", [AST_PARAM] = "param",
	        [AST_LAYER] = "layer",         [AST_OUTPUT] = "output", [AST_MINIMIZE] = "minimize",
	        [AST_TRAIN] = "train",         [AST_DATA] = "",         [AST_ACTIVATION] = "activation",
	        [AST_LOSS] = "loss",           [AST_INIT] = "init",     [AST_BLOCK] = "block",
	        [AST_OPTIMIZER] = "optimizer", [AST_STATE] = "state",   [AST_STATISTIC] = "statistic",
	        [AST_ASSIGN] = "assignment",   [AST_RETURN] = "return"};
	show(r, WORD, inside && s->kind == AST_PARAM ? "local parameter" : names[s->kind]);
	show(r, FLAG, names[s->kind]); /* use, size, statistic */
	if (!inside && s->kind == AST_PARAM)
		show(r, FLAG, "free parameter");
	if (!inside || s->kind == AST_PARAM)
		show_values(r, s);
	show_expression(r, s->value);
	for (size_t k = 0; k < s->settings.count; k++)
		show_setting(r, &s->settings.items[k]);
	for (size_t k = 0; k < s->body.count; k++)
		show_statement(r, s->body.items[k], true);
}

struct features coverage_features(struct coverage *c, const char *text)
{
	struct arena *arena = arena_new();
	const struct source *source = source_from_string(arena, random_model_file, text);
	struct reading r = {.c = c, .ast = parse(arena, names_new(arena), diag_new(arena), source)};
	int counts[AST_RETURN + 1] = {0};
	for (size_t k = 0; k < r.ast->statements.count; k++) {
		counts[r.ast->statements.items[k]->kind]++;
		show_statement(&r, r.ast->statements.items[k], false);
	}
	show(&r, FLAG, counts[AST_INPUT] > 1 ? "two inputs" : "");
	show(&r, FLAG, counts[AST_TARGET] > 1 ? "two targets" : "");
	show(&r, FLAG, counts[AST_OUTPUT] > 1 ? "two outputs" : "");
	show(&r, WORD, counts[AST_MINIMIZE] == 0 ? "inference only" : "");
	arena_free(arena);
	return r.features;
}

/* --- over all models ---------------------------------------------------------------------------------- */

static bool has(const struct features *features, int k)
{
	return features->bits[k / 64] >> k % 64 & 1;
}

void coverage_add(struct coverage *c, const struct features *features)
{
	for (int a = 0; a < c->count; a++) {
		if (!has(features, a))
			continue;
		c->features[a].models++;
		for (int b = 0; b < a; b++)
			c->pairs[a][b] += has(features, b);
	}
}

/* Words are common; a model has one way to clip and one optimiser. */
static bool is_pair(const struct coverage *c, int a, int b)
{
	enum feature_kind one = c->features[a].kind, other = c->features[b].kind;
	bool clips =
	        strncmp(c->features[a].name, "clip", 4) == 0 && strncmp(c->features[b].name, "clip", 4) == 0;
	bool trains = (one == OPTIMIZER && strcmp(c->features[b].name, "own optimizer") == 0) ||
	              (other == OPTIMIZER && strcmp(c->features[a].name, "own optimizer") == 0);
	if (one == WORD || other == WORD || clips || trains)
		return false;
	return one != other || counts_with_itself[one] || one == FLAG;
}

double coverage_of_pairs(const struct coverage *c)
{
	long all = 0, met = 0;
	for (int a = 0; a < c->count; a++)
		for (int b = 0; b < a; b++) {
			all += is_pair(c, a, b);
			met += is_pair(c, a, b) && c->pairs[a][b] > 0;
		}
	return 100.0 * (double)met / (double)all;
}

int coverage_report(const struct coverage *c, FILE *file)
{
	int never = 0;
	for (int k = 0; k < c->count; k++) {
		fprintf(file, "%8ld models with %s %s\n", c->features[k].models,
		        kind_names[c->features[k].kind], c->features[k].name);
		never += c->features[k].models == 0;
	}
	for (int a = 0; a < c->count; a++)
		for (int b = 0; b < a; b++)
			if (is_pair(c, a, b) && c->pairs[a][b] == 0)
				fprintf(file, "never met: %s %s and %s %s\n", kind_names[c->features[a].kind],
				        c->features[a].name, kind_names[c->features[b].kind],
				        c->features[b].name);
	return never;
}
