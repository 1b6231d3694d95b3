/* One step → one static function: its arguments, the equations above it, its body. */
#include "emit/step.h"

#include <string.h>

#include "emit/repeat.h"

/* --- what a step needs -------------------------------------------------------------------------------- */

struct gathering {
	const struct plan *plan;
	struct arena *arena;
	const struct step *step;
	struct signature *signature;
	struct table *seen;
};

static void add_once(struct gathering *g, tensors *list, const struct tensor *tensor)
{
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k] == tensor)
			return;
	array_push(g->arena, list, tensor);
}

static bool is_member(const struct step *step, const struct tensor *tensor)
{
	for (size_t m = 0; m < step->members.count; m++)
		if (step->members.items[m].equation->left == tensor)
			return true;
	return false;
}

bool is_in_net(const struct tensor *stored)
{
	return stored->role == TENSOR_PARAMETER || stored->role == TENSOR_STATISTIC;
}

static void gather_draw(struct gathering *g, name_t draw)
{
	for (size_t k = 0; k < g->signature->draws.count; k++)
		if (g->signature->draws.items[k] == draw)
			return;
	array_push(g->arena, &g->signature->draws, draw);
}

static void gather_read(struct gathering *g, const struct tensor *tensor)
{
	const struct tensor *stored = plan_storage(g->plan, tensor);
	if (is_member(g->step, tensor))
		return;
	if (tensor->role == TENSOR_SCHEDULE)
		add_once(g, &g->signature->schedules, tensor);
	else if (step_writes(g->plan, g->step, stored))
		return;
	else if (!g->signature->is_shared && is_in_net(stored))
		g->signature->net = true;
	else
		add_once(g, &g->signature->read, stored);
}

static void gather(struct gathering *g, const struct expr *expr)
{
	if (!expr || table_get(g->seen, expr))
		return;
	table_put(g->seen, expr, g);
	struct signature *s = g->signature;
	if (expr->op == OP_READ || expr->op == OP_LABEL)
		gather_read(g, expr->tensor);
	if (s->is_shared && op_is_draw(expr->op))
		gather_draw(g, expr->draw);
	s->seed = s->seed || op_is_draw(expr->op);
	s->rows = s->rows || (expr->op == OP_SYMBOL && expr->symbol == SYMBOL_ROWS) ||
	          (op_is_reduction(expr->op) && expr->extent == EXTENT_ROWS);
	s->step = s->step || s->seed || (expr->op == OP_SYMBOL && expr->symbol == SYMBOL_STEP);
	s->epoch = s->epoch || (expr->op == OP_SYMBOL && expr->symbol == SYMBOL_EPOCH);
	for (int k = 0; k < expr->index_count; k++)
		gather(g, expr->indices[k]->label);
	for (int k = 0; k < expr->count; k++)
		gather(g, expr->operands[k]);
}

struct signature *step_signature(const struct c_names *names, const struct step *step, bool is_shared)
{
	const struct plan *plan = names->plan;
	struct signature *signature = ARENA_NEW(names->arena, struct signature);
	struct gathering g = {plan, names->arena, step, signature, table_new(names->arena)};
	signature->is_shared = is_shared;
	for (size_t m = 0; m < step->members.count; m++) {
		const struct plan_member *member = &step->members.items[m];
		const struct tensor *left = member->equation->left;
		for (int k = 0; k < left->rank; k++)
			signature->rows = signature->rows || left->extents[k] == EXTENT_ROWS;
		gather(&g, member->equation->right);
		if (member->stored)
			add_once(&g, &signature->written, plan_storage(plan, left));
	}
	signature->panel = step->loops.panel > 0;
	return signature;
}

const struct signature *signature_of(const struct c_names *names, const struct step *step)
{
	struct signature *signature = table_get(names->signatures, step);
	if (!signature)
		table_put(names->signatures, step,
		          signature = step_signature(names, step, repeat_of(names, step) != NULL));
	return signature;
}

/* --- the function ------------------------------------------------------------------------------------- */

/* ", float hidden[restrict][SIZE]"; arrays of two and more dimensions that the steps write are never const,
 * since ISO C does not convert pointers to arrays to pointers to arrays of const. */
static void print_argument(struct text *text, struct c_names *names, const struct tensor *tensor,
                           bool written)
{
	int rank = tensor_stored_rank(tensor);
	bool from_caller = tensor->role == TENSOR_INPUT || tensor->role == TENSOR_TARGET;
	const char *constant = !written && (rank < 2 || from_caller || is_in_net(tensor)) ? "const " : "";
	text_printf(text, "%s%s%s ", text->length ? ", " : "", constant, c_type(names, tensor));
	if (rank == 0)
		text_printf(text, "*restrict %s", c_tensor(names, tensor));
	else if (tensor->extents[0] == EXTENT_ROWS)
		text_printf(text, "%s[restrict]%s", c_tensor(names, tensor), c_shape(names, tensor, 1));
	else
		text_printf(text, "%s[restrict %s]%s", c_tensor(names, tensor),
		            c_leading_extent(names, tensor), c_shape(names, tensor, 1));
}

static void print_simple(struct text *text, bool present, const char *argument)
{
	if (present)
		text_printf(text, "%s%s", text->length ? ", " : "", argument);
}

static const char *arguments(const struct scope *scope, const struct signature *signature)
{
	struct c_names *names = scope->names;
	bool shared = scope->step->loops.is_shared;
	struct text text = text_new(names->arena);
	print_simple(&text, signature->rows, "int rows");
	print_simple(&text, signature->seed, "uint64_t seed");
	for (size_t k = 0; k < signature->draws.count; k++)
		print_simple(&text, true,
		             name_format(names->names, "uint32_t %s",
		                         scope_stream(scope, signature->draws.items[k])));
	print_simple(&text, signature->step, "uint32_t step");
	print_simple(&text, signature->epoch, "uint32_t epoch");
	print_simple(&text, signature->net, name_format(names->names, "const struct %s *net", names->model));
	for (size_t k = 0; k < signature->schedules.count; k++)
		print_simple(&text, true,
		             name_format(names->names, "%s %s", names->real,
		                         c_tensor(names, signature->schedules.items[k])));
	for (size_t k = 0; k < signature->read.count; k++)
		print_argument(&text, names, signature->read.items[k], false);
	for (size_t k = 0; k < signature->written.count; k++)
		print_argument(&text, names, signature->written.items[k], true);
	print_simple(&text, signature->panel,
	             name_format(names->names, "%s %s[restrict]", names->real, shared ? "panels" : "panel"));
	return text_string(&text);
}

static const char *subject_of(const struct step *step)
{
	return step->members.items[step->members.count - 1].equation->left->name;
}

static void print_comment(struct text *text, const struct c_names *names, const struct step *step)
{
	struct text lines = text_new(text->arena);
	const struct repeat *repeat = repeat_of(names, step);
	if (repeat)
		text_printf(&lines,
		            "One of %d steps that differ in names alone, from %s to %s; the equations of the "
		            "first:\n",
		            repeat->count, subject_of(repeat->first), subject_of(repeat->last));
	for (size_t m = 0; m < step->members.count; m++) {
		const struct equation *equation = step->members.items[m].equation;
		struct text line = text_new(text->arena), wrapped = text_new(text->arena);
		equation_print(&line, equation);
		if (equation->origin)
			text_printf(&line, "   (%s)", equation->origin);
		c_line(&wrapped, text_string(&line));
		text_add(&lines, text_string(&wrapped));
	}
	c_comment(text, text_string(&lines));
}

/* Initial values that the user wrote as an array. */
static void emit_numbers(struct text *text, const struct scope *scope, const struct equation *equation)
{
	const struct tensor *left = equation->left;
	int64_t count = tensor_elements(left, 1);
	struct text line = text_new(text->arena);
	text_line(text, "static const %s numbers[] = {", scope->names->real);
	text->indent++;
	for (int64_t k = 0; k < count; k++) {
		c_number(&line, scope, equation->numbers[k]);
		text_add(&line, k + 1 < count ? ", " : "");
		if (line.length > 80 || k + 1 == count) {
			c_line(text, text_string(&line));
			line = text_new(text->arena);
		}
	}
	text->indent--;
	text_line(text, "};");
	text_line(text, "memcpy(%s, numbers, sizeof numbers);", c_tensor(scope->names, left));
}

/* "mlp_orthogonalf(seed, STREAM, step, SIZE_O, SIZE_I, &W[0][0]);" */
static void emit_matrix(struct text *text, const struct scope *scope, const struct tensor *left,
                        const struct expr *draw)
{
	struct c_names *names = scope->names;
	struct text line = text_new(text->arena);
	text_printf(&line, "%s%s(seed, %s, step, %s, %s", op_table[draw->op].c,
	            names->plan->options.real_size == 8 ? "" : "f", scope_stream(scope, draw->draw),
	            c_extent(names, left, 0), c_extent(names, left, 1));
	for (int k = 2; k < left->rank; k++)
		text_printf(&line, " * %s", c_extent(names, left, k));
	text_printf(&line, ", &%s", c_tensor(names, left));
	for (int k = 0; k < left->rank; k++)
		text_add(&line, "[0]");
	text_add(&line, ");");
	c_line(text, text_string(&line));
}

static void take(struct scope *scope, const char *const *taken)
{
	for (; *taken; taken++)
		scope_unique(scope, *taken);
}

static struct scope function_scope(struct c_names *names, const struct step *step,
                                   const struct signature *signature)
{
	static const char *const of_all[] = {"rows", "seed",    "step", "epoch", "net",
	                                     "sums", "numbers", "best", NULL};
	static const char *const of_panel[] = {"panel", "panels", "part", "lower", "upper",
	                                       "half",  "l",      "j",    NULL};
	static const char *const of_tile[] = {"panel",  "panels", "sum",    "number", "row",    "other",
	                                      "factor", "column", "joined", "lane",   "turned", "p",
	                                      "r",      "c",      "v",      NULL};
	struct scope scope = {.names = names,
	                      .step = step,
	                      .used = table_new(names->arena),
	                      .values = table_new(names->arena)};
	take(&scope, of_all);
	if (step->loops.vectors > 0)
		take(&scope, of_tile);
	else if (step->loops.panel > 0)
		take(&scope, of_panel);
	for (size_t k = 0; k < signature->schedules.count; k++)
		scope_unique(&scope, c_tensor(names, signature->schedules.items[k]));
	for (size_t k = 0; k < signature->read.count; k++)
		scope_unique(&scope, c_tensor(names, signature->read.items[k]));
	for (size_t k = 0; k < signature->written.count; k++)
		scope_unique(&scope, c_tensor(names, signature->written.items[k]));
	for (size_t k = 0; k < signature->draws.count; k++)
		scope_name(&scope, signature->draws.items[k], scope_unique(&scope, "stream"));
	scope.is_shared = signature->is_shared;
	return scope;
}

static bool chooses(const struct expr *expr)
{
	return expr && expr_has(expr, op_bit(OP_SELECT));
}

/* May neighbours in memory be computed by different formulas: by a choice, or because there are few of them?
 */
static bool differs_along(const struct step *step)
{
	for (size_t m = 0; m < step->members.count; m++) {
		const struct tensor *left = step->members.items[m].equation->left;
		if (chooses(step->members.items[m].equation->right) || left->rank == 0 ||
		    left->extents[left->rank - 1] < PLAN_SHORT)
			return true;
	}
	return false;
}

void emit_function(struct text *text, struct c_names *names, const struct step *step,
                   const struct signature *signature, const char *name)
{
	struct scope scope = function_scope(names, step, signature);
	scope.rounds_products = differs_along(step);
	const struct equation *first = step->members.items[0].equation;
	c_line(text, name_format(names->names, "%s void %s(%s)",
	                         signature->is_shared || step->is_apart ? "MLP_SHARED" : "static", name,
	                         arguments(&scope, signature)));
	text_line(text, "{");
	text->indent++;
	if (first->numbers)
		emit_numbers(text, &scope, first);
	if (first->matrix)
		emit_matrix(text, &scope, first->left, first->matrix);
	if (!first->numbers && first->right != first->matrix)
		emit_loops(text, &scope, step);
	text->indent--;
	text_line(text, "}");
	text_blank(text);
}

void emit_step(struct text *text, struct c_names *names, const struct step *step)
{
	const struct repeat *repeat = repeat_of(names, step);
	if (repeat && repeat->first != step)
		return;
	print_comment(text, names, step);
	emit_function(text, names, step, signature_of(names, step), c_function(names, step));
}
