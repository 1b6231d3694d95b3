/* The loop nest of a step: plain here, with a row of sums and the like in sums.c, in vector registers in tile.c (plan/plan.h
 * says which). */
#include "emit/nest.h"

void share_turns(struct text *text, const struct scope *scope, const struct step *step)
{
	if (step->loops.is_shared)
		text_line(text, "#pragma omp parallel for num_threads(%s_THREADS)", scope->names->upper);
}

/* --- plain -------------------------------------------------------------------------------------------- */

/* The loop over the panels of a tensor; returns where each begins, and sets where it ends. */
static name_t open_panels(struct text *text, struct scope *scope, int variable, int width, name_t *end)
{
	struct variable_name *index = &scope->free[variable];
	name_t size = name_format(scope->names->names, "%d", width);
	name_t from = scope_unique(scope, name_format(scope->names->names, "%s_from", index->text));
	open_loop(text, from, "0", index->extent_name, size);
	*end = end_of_part(text, scope, index, from, size, index->extent_name, index->extent % width == 0);
	index->start = from;
	index->within = name_format(scope->names->names, "%s - %s", index->text, from);
	index->width = width;
	return from;
}

static void emit_plain(struct text *text, struct scope *scope, const struct step *step,
                       const struct tensor *left, const struct tensor *stored)
{
	int panel = left->rank > 0 ? plan_panel(scope->names->plan, stored) : 0;
	name_t from = "0", end = NULL;
	share_turns(text, scope, step);
	if (panel > 0)
		from = open_panels(text, scope, plan_dimension(scope->names->plan, stored, left->rank - 1),
		                   panel, &end);
	for (int place = 0; place + 1 < left->rank; place++) {
		int k = plan_dimension(scope->names->plan, stored, place);
		open_loop(text, scope->free[k].text, "0", scope->free[k].extent_name, NULL);
	}
	struct ready none = {0};
	if (left->rank == 0) {
		emit_element(text, scope, step, &none);
	} else {
		int last = plan_dimension(scope->names->plan, stored, left->rank - 1);
		emit_elements(text, scope, step, &none, last, from, end ? end : scope->free[last].extent_name);
	}
	for (int k = panel > 0 ? -1 : 0; k + 1 < left->rank; k++)
		close_loop(text);
}

/* --- all ---------------------------------------------------------------------------------------------- */

/* What the step stores last: its extents have the names that the function's argument shows. */
static const struct tensor *stored_last(const struct scope *scope, const struct step *step)
{
	const struct tensor *stored = step->members.items[0].equation->left;
	for (size_t m = 0; m < step->members.count; m++)
		if (step->members.items[m].stored)
			stored = plan_storage(scope->names->plan, step->members.items[m].equation->left);
	return stored;
}

void emit_loops(struct text *text, struct scope *scope, const struct step *step)
{
	const struct tensor *left = step->members.items[0].equation->left, *stored = stored_last(scope, step);
	const struct equation *sum = NULL;
	for (int k = 0; k < left->rank; k++) {
		const char *letter = left->letters[k] ? left->letters[k] : "k";
		scope_variable(scope, k,
		               (struct variable_name){.text = index_name(scope, letter),
		                                      .extent = left->extents[k],
		                                      .extent_name = c_extent(scope->names, stored, k)});
	}
	for (size_t m = 0; m < step->members.count; m++)
		if (!sum && chain_of(step->members.items[m].equation->right).count > 0)
			sum = step->members.items[m].equation;
	if (step->loops.vectors > 0)
		emit_tile(text, scope, step, sum);
	else if (step->loops.form != LOOP_PLAIN)
		emit_sums(text, scope, step, sum);
	else
		emit_plain(text, scope, step, left, stored);
}
