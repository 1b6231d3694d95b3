/* A row of sums: the vector is the last index in memory. */
#include "emit/sums.h"

/* The tile's part of each row that is read. */
static void copy_rows(struct sums *sums, name_t start)
{
	struct scope scope = scope_inside(sums->scope);
	bind_variable(&scope, &sums->chain, 0);
	sums_fill_panel(sums, &scope, sums->loops.vector, start, "TILE", true);
}

static void accumulate_row(struct sums *sums, const char *start, const char *width)
{
	struct text *text = sums->text;
	struct scope scope = scope_inside(sums->scope);
	struct names *names = scope.names->names;
	int vector = sums->loops.vector;
	for (int level = 0; level < sums->chain.count; level++) {
		int variable = chain_variable(sums->chain.reductions[level]);
		const char *extent = bind_variable(&scope, &sums->chain, level);
		open_loop(text, scope_find(&scope, variable)->text, "0", extent, NULL);
	}
	name_t element = !start                  ? scope.free[vector].text
	                 : sums->loops.copied    ? name_format(names, "j")
	                                         : scope_unique(&scope, "j");
	open_loop(text, element, "0", width, NULL);
	if (start) {
		scope.free[vector].text = name_format(names, "%s + %s", start, element);
		scope.free[vector].compound = true;
	}
	if (sums->loops.copied)
		scope_name(&scope, sums->loops.copied, sums_in_panel(sums, &scope, "TILE"));
	sums_accumulate(sums, &scope, element);
	for (int level = 0; level <= sums->chain.count; level++)
		close_loop(text);
}

static void store_row(struct sums *sums, const char *from, const char *start, const char *width)
{
	struct names *names = sums->scope->names->names;
	struct scope scope = scope_inside(sums->scope);
	const char *index = scope.free[sums->loops.vector].text;
	if (sums->loops.blocked >= 0)
		sums_declare_block(sums, "*const sums", "");
	name_t found = sums_open_block(sums, &scope, sums->names[0]);
	text_line(sums->text, "MLP_ROLLED");
	open_loop(sums->text, index, start ? from : "0",
	          start ? name_format(names, "%s + %s", start, width) : width, NULL);
	sums->opened++;
	const char *place = start ? name_format(names, "%s - %s", index, start) : index;
	struct ready ready = {sums->equation->left, name_format(names, "%s[%s]", found, place)};
	emit_element(sums->text, &scope, sums->step, &ready);
}

/* The loop over the tiles of a row: around all others, so that what a tile reads stays near, or inside of them where
 * threads share the turns of the outermost, which are more then. The last one of a row that TILE does not divide starts
 * earlier and stores its new elements alone. */
static void open_tiles(struct sums *sums, name_t *from, name_t *start)
{
	struct scope *scope = sums->scope;
	struct names *names = scope->names->names;
	const struct variable_name *index = &scope->free[sums->loops.vector];
	*start = *from = scope_unique(scope, name_format(names, "%s_from", index->text));
	if (sums->opened == 0)
		share_turns(sums->text, scope, sums->step);
	open_loop(sums->text, *from, "0", index->extent_name, "TILE");
	sums->opened++;
	if (index->extent % PLAN_TILE == 0)
		return;
	*start = scope_unique(scope, name_format(names, "%s_start", index->text));
	c_line(sums->text, name_format(names, "const int %s = %s < %s - TILE ? %s : %s - TILE;", *start,
	                               *from, index->extent_name, *from, index->extent_name));
}

void emit_sums_row(struct sums *sums)
{
	int vector = sums->loops.vector;
	bool tiled = sums->loops.width < sums->left->extents[vector];
	const char *width = tiled ? "TILE" : sums->scope->free[vector].extent_name;
	name_t from = NULL, start = NULL;
	if (sums->loops.is_shared)
		sums_open_outer(sums);
	if (tiled)
		open_tiles(sums, &from, &start);
	if (sums->loops.copied)
		copy_rows(sums, start);
	if (!sums->loops.is_shared)
		sums_open_outer(sums);
	sums_declare(sums, "sum", width);
	accumulate_row(sums, start, width);
	store_row(sums, from, start, width);
	sums_close(sums);
}
