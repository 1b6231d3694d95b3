/* Interleaved sums: the vector is an index of the sum, whose parts are joined at the end. */
#include "emit/sums.h"

/* Opens the loops of all reductions but that of the vector; returns how many, and extent and level of that.
 */
static int open_other_reductions(struct sums *sums, struct scope *scope, const char **extent, int *level)
{
	int opened = 0;
	for (int k = 0; k < sums->chain.count; k++) {
		int variable = chain_variable(sums->chain.reductions[k]);
		const char *own = bind_variable(scope, &sums->chain, k);
		if (variable == sums->loops.vector) {
			*extent = own;
			*level = k;
			continue;
		}
		open_loop(sums->text, scope_find(scope, variable)->text, "0", own, NULL);
		opened++;
	}
	return opened;
}

static void accumulate_lanes(struct sums *sums)
{
	struct text *text = sums->text;
	struct scope scope = scope_inside(sums->scope);
	struct names *names = scope.names->names;
	const char *extent = NULL;
	int level = 0, opened = open_other_reductions(sums, &scope, &extent, &level);
	int64_t count = sums->chain.reductions[level]->extent;
	const char *index = scope_find(&scope, sums->loops.vector)->text;
	bool rest = count % PLAN_LANES != 0;
	const char *whole = rest ? name_format(names, "%s - %s %% LANES", extent, extent) : extent;
	struct scope vector = scope_inside(&scope);
	name_t lane = scope_unique(&vector, "l");
	open_loop(text, index, "0", whole, "LANES");
	open_loop(text, lane, "0", "LANES", NULL);
	struct variable_name position = {.text = name_format(names, "%s + %s", index, lane),
	                                 .compound = true,
	                                 .extent = count,
	                                 .extent_name = extent};
	scope_variable(&vector, sums->loops.vector, position);
	sums_accumulate(sums, &vector, lane);
	close_loop(text);
	close_loop(text);
	if (rest) {
		open_loop(text, index, whole, extent, NULL);
		sums_accumulate(sums, &scope, name_format(names, "%s %% LANES", index));
		close_loop(text);
	}
	while (opened-- > 0)
		close_loop(text);
}

void emit_sums_lanes(struct sums *sums)
{
	struct text *text = sums->text;
	struct c_names *names = sums->scope->names;
	name_t sum = NULL;
	sums_open_outer(sums);
	sums_declare(sums, "lane", "LANES");
	accumulate_lanes(sums);
	if (sums->loops.blocked >= 0) {
		sums_declare_block(sums, "sums", "joined_lanes(");
	} else {
		sum = scope_unique(sums->scope, "sum");
		text_line(text, "const %s %s = joined_lanes(%s);", names->real, sum, sums->names[0]);
	}
	struct scope scope = scope_inside(sums->scope);
	struct ready ready = {.tensor = sums->equation->left};
	ready.value = sums_open_block(sums, &scope, sum);
	emit_element(text, &scope, sums->step, &ready);
	sums_close(sums);
}
