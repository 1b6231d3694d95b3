/* A row of sums: the vector is the last index in memory. */
#include "emit/sums.h"

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
	name_t element = start ? scope_unique(&scope, "j") : scope.free[vector].text;
	open_loop(text, element, "0", width, NULL);
	if (start) {
		scope.free[vector].text = name_format(names, "%s + %s", start, element);
		scope.free[vector].compound = true;
	}
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
	open_loop(sums->text, index, start ? from : "0",
	          start ? name_format(names, "%s + %s", start, width) : width, NULL);
	sums->opened++;
	const char *place = start ? name_format(names, "%s - %s", index, start) : index;
	struct ready ready = {sums->equation->left, name_format(names, "%s[%s]", found, place)};
	emit_element(sums->text, &scope, sums->step, &ready);
}

/* The last tile of a row that TILE does not divide starts earlier and stores its new elements alone. */
void emit_sums_row(struct sums *sums)
{
	struct text *text = sums->text;
	struct scope *scope = sums->scope;
	struct names *names = scope->names->names;
	int vector = sums->loops.vector;
	const char *extent = scope->free[vector].extent_name, *index = scope->free[vector].text;
	bool tiled = sums->loops.width < sums->left->extents[vector];
	name_t from = NULL, start = NULL;
	sums_open_outer(sums);
	if (tiled) {
		from = scope_unique(scope, name_format(names, "%s_from", index));
		start = scope_unique(scope, name_format(names, "%s_start", index));
		open_loop(text, from, "0", extent, "TILE");
		sums->opened++;
		c_line(text, name_format(names, "const int %s = %s < %s - TILE ? %s : %s - TILE;", start,
		                         from, extent, from, extent));
	}
	const char *width = tiled ? "TILE" : extent;
	sums_declare(sums, "sum", width);
	accumulate_row(sums, start, width);
	store_row(sums, from, start, width);
	sums_close(sums);
}
