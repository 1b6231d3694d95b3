/* The history of the graphs, equation by equation: snapshots turned on their side. */
#include "explain/explanation.h"

#include <string.h>

#include "emit/names.h"
#include "explain/arrange.h"
#include "explain/expand.h"
#include "explain/letters.h"

/* --- entries ---------------------------------------------------------------------------------- */

struct explaining {
	const struct history *history;
	struct explanation explanation;
	struct tensor_map places; /* tensor → its section and place there, packed */
	struct tensor_map final;  /* those of the finished graph */
	struct expander *expander;
};

static struct entry *entry_of(const struct explaining *e, const struct tensor *tensor)
{
	uintptr_t packed = (uintptr_t)tensor_map_get(&e->places, tensor);
	if (!packed)
		return NULL;
	struct section *section = (struct section *)&e->explanation.sections[(packed - 1) % EXPLAIN_SECTIONS];
	return &section->entries.items[(packed - 1) / EXPLAIN_SECTIONS];
}

/* Made by splitting an equation: it is shown inside of that. */
static bool is_part(const struct tensor *tensor)
{
	return tensor->role == TENSOR_TEMPORARY && tensor->of;
}

/* Values of the model are shown even where nothing computes them in the end; adjoints only where something
 * does. */
static bool is_shown(const struct explaining *e, const struct tensor *tensor)
{
	if (is_part(tensor))
		return false;
	return tensor->role != TENSOR_ADJOINT || tensor_map_get(&e->final, tensor);
}

static void add_entry(struct explaining *e, const struct equation *equation)
{
	struct section *section = &e->explanation.sections[equation->phase];
	uintptr_t packed =
	        (uintptr_t)section->entries.count * EXPLAIN_SECTIONS + (uintptr_t)equation->phase + 1;
	struct entry entry = {
	        .left = equation->left, .origin = equation->origin, .numbers = equation->numbers};
	if (entry.left->role == TENSOR_ADJOINT && entry.left->of && is_part(entry.left->of)) {
		entry.part = entry.left->of;
		entry.part_right = expander_definition(e->expander, entry.part);
	}
	if (!entry.part_right)
		entry.part = NULL;
	array_push(e->explanation.arena, &section->entries, entry);
	tensor_map_set(&e->places, equation->left, (const void *)packed);
}

/* --- parts ------------------------------------------------------------------------------------ */

struct housing {
	const struct explaining *explaining;
	struct tensor_map *homes;
	const struct tensor *home;
};

static void house_read(void *context, const struct expr *read)
{
	struct housing *housing = context;
	if (!entry_of(housing->explaining, read->tensor))
		tensor_map_set(housing->homes, read->tensor, housing->home);
}

/* Where the tensors of a graph that have no entry belong: to the first entry that reads them, itself or
 * through others of their kind. The graph is walked from its end, so that readers come first. */
static struct tensor_map homes_of(const struct explaining *e, const struct graph *graph)
{
	struct tensor_map homes = {.arena = e->explanation.arena};
	for (size_t k = graph->equations.count; k-- > 0;) {
		const struct equation *equation = &graph->equations.items[k];
		bool has_entry = entry_of(e, equation->left) != NULL;
		struct housing housing = {
		        e, &homes, has_entry ? equation->left : tensor_map_get(&homes, equation->left)};
		if (housing.home && equation->right)
			visit_reads(e->explanation.arena, equation->right, house_read, &housing);
	}
	return homes;
}

/* What was a part of an equation and is gone from the graph belongs to what it was a part of. */
static struct entry *entry_of_part(const struct explaining *e, const struct tensor_map *homes,
                                   const struct tensor *tensor)
{
	for (const struct tensor *whole = tensor; whole; whole = whole->of) {
		const struct tensor *home = tensor_map_get(homes, whole);
		struct entry *entry = entry_of(e, home ? home : whole);
		if (entry)
			return entry;
	}
	return NULL;
}

/* --- rules ------------------------------------------------------------------------------------ */

static bool is_same_firing(const struct firing *a, const struct firing *b)
{
	return a->rule == b->rule && a->before == b->before && a->after == b->after;
}

static void add_firing(struct explaining *e, const struct tensor_map *homes, const struct firing *firing)
{
	struct entry *entry = entry_of_part(e, homes, firing->left);
	struct firing whole = *firing;
	if (!entry)
		return;
	whole.before = expanded(e->expander, firing->before);
	whole.after = expanded(e->expander, firing->after);
	for (size_t k = 0; k < entry->firings.count; k++)
		if (is_same_firing(&entry->firings.items[k], &whole))
			return;
	array_push(e->explanation.arena, &entry->firings, whole);
}

/* --- forms ------------------------------------------------------------------------------------ */

static const struct {
	const char *pass, *how;
} passes[] = {
        {"specialize", "as read"},
        {"simplify", "simplified"},
        {"differentiate", "derived"},
        {"update", "derived"},
        {"inline", "short values put in place"},
        {"schedule", "with what depends on step and epoch alone"},
        {"reuse", "with values that are there already"},
        {"share", "with values that several equations need"},
        {"look up", "with classes looked up"},
        {"finish", "short values put in place"},
};

static const char *how_of(const char *pass)
{
	for (size_t k = 0; k < sizeof passes / sizeof *passes; k++)
		if (strcmp(passes[k].pass, pass) == 0)
			return passes[k].how;
	return pass;
}

/* Of an equation that is first seen in this snapshot. */
static const char *first_how(const struct explaining *e, const struct snapshot *snapshot,
                             enum tensor_role role)
{
	bool is_later = snapshot > e->history->snapshots.items;
	if (is_later && (role == TENSOR_SCHEDULE || role == TENSOR_TEMPORARY))
		return "taken out of other equations";
	return role == TENSOR_ADJOINT ? how_of(snapshot->pass) : "as read";
}

static const struct expr *without_constant(void *exprs, const struct expr *expr)
{
	return expr->op == OP_CONSTANT ? expr->operands[0] : expr->count > 0 ? normal(exprs, expr) : expr;
}

/* `constant` has no value of its own, and numbers are rounded: forms that differ in these alone read the
 * same. */
static const char *right_text(const struct explaining *e, const struct expr *right, const struct tensor *left)
{
	struct exprs *exprs = e->explanation.exprs;
	struct text text = text_new(e->explanation.arena);
	right = expr_map(exprs, right, without_constant, exprs);
	struct printer printer = printer_of(&text, left, right);
	printer_expr(&printer, right);
	return text_string(&text);
}

static bool reads_same(const struct explaining *e, const struct tensor *left, struct form *a, struct form *b)
{
	if (a->right == b->right)
		return true;
	if (!a->reads)
		a->reads = right_text(e, a->right, left);
	if (!b->reads)
		b->reads = right_text(e, b->right, left);
	return strcmp(a->reads, b->reads) == 0;
}

/* A form is added where it reads otherwise than those since the last rule. If it reads as one of them, passes
 * have gone round, and that one is the last again. */
static void add_form(struct explaining *e, struct entry *entry, const struct snapshot *snapshot,
                     const struct expr *right)
{
	size_t count = entry->forms.count;
	struct form *forms = entry->forms.items, form = {.how = how_of(snapshot->pass), .right = right};
	if (count == 0)
		form.how = first_how(e, snapshot, entry->left->role);
	else
		form.first = forms[count - 1].first + forms[count - 1].count;
	form.count = entry->firings.count - form.first;
	for (size_t k = count; k-- > 0 && forms[k].first + forms[k].count == entry->firings.count;)
		if (reads_same(e, entry->left, &forms[k], &form)) {
			entry->forms.count = k + 1;
			return;
		}
	array_push(e->explanation.arena, &entry->forms, form);
}

static bool has_entry(const struct explaining *e, const struct tensor *tensor)
{
	return is_shown(e, tensor) || expander_keeps(e->expander, tensor);
}

static void add_snapshot(struct explaining *e, size_t place)
{
	const struct snapshot *snapshot = &e->history->snapshots.items[place];
	const struct graph *graph = &snapshot->graph;
	expander_define(e->expander, graph);
	for (size_t k = 0; k < graph->equations.count; k++)
		if (has_entry(e, graph->equations.items[k].left) &&
		    !entry_of(e, graph->equations.items[k].left))
			add_entry(e, &graph->equations.items[k]);
	struct tensor_map homes = homes_of(e, graph);
	for (size_t k = place > 0 ? snapshot[-1].firings : 0; k < snapshot->firings; k++)
		add_firing(e, &homes, &e->history->firings.items[k]);
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		if (equation->right && has_entry(e, equation->left))
			add_form(e, entry_of(e, equation->left), snapshot,
			         expanded(e->expander, equation->right));
	}
}

/* --- functions of the generated C ------------------------------------------------------------- */

static void add_function(struct explaining *e, struct entry *entry, const char *function)
{
	for (size_t k = 0; k < entry->functions.count; k++)
		if (strcmp(entry->functions.items[k], function) == 0)
			return;
	array_push(e->explanation.arena, &entry->functions, function);
}

/* The functions that training calls, or those of prediction where there is no training. */
static void add_functions(struct explaining *e, const struct plan *plan)
{
	struct c_names names = c_names_new(plan);
	struct tensor_map homes = homes_of(e, &e->explanation.graph);
	bool trains = plan->program->loss != NULL;
	for (int f = trains ? PLAN_FORWARD : PLAN_PREDICT; f <= (trains ? PLAN_UPDATE : PLAN_PREDICT); f++)
		for (size_t s = 0; s < plan->functions[f].count; s++) {
			const struct step *step = plan->functions[f].items[s];
			for (size_t m = 0; m < step->members.count; m++) {
				struct entry *entry =
				        entry_of_part(e, &homes, step->members.items[m].equation->left);
				if (entry)
					add_function(e, entry, c_function(&names, step));
			}
		}
}

struct explanation explain(const struct plan *plan, const struct history *history, const char *source)
{
	const struct program *program = plan->program;
	struct explaining e = {
	        .history = history, .places = {.arena = plan->arena}, .final = {.arena = plan->arena}};
	e.explanation = (struct explanation){
	        .model = program->model->name,
	        .source = source,
	        .sections = {{.title = "Forward"}, {.title = "Backward"}, {.title = "Update"}},
	        .graph = program->loss ? program->training : program->prediction,
	        .arena = plan->arena,
	        .exprs = program->exprs,
	};
	const struct graph *last = &history->snapshots.items[history->snapshots.count - 1].graph;
	for (size_t k = 0; k < last->equations.count; k++)
		tensor_map_set(&e.final, last->equations.items[k].left, "final");
	e.expander = expander_new(program->exprs, &e.final);
	for (size_t k = 0; k < history->snapshots.count; k++)
		add_snapshot(&e, k);
	add_functions(&e, plan);
	arrange(&e.explanation);
	return e.explanation;
}
