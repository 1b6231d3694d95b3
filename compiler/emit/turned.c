/* Rows of sums whose vector goes along the rows of the batch: those of a factor are copied column by column,
 * and the sums are turned back. */
#include "emit/tile.h"

/* The factor that is copied, and the other one. */
static const struct expr *factor_of(const struct tiling *t, bool copied)
{
	return t->product.factors[(t->product.factors[0] == t->loops.copied) == copied ? 0 : 1];
}

/* "mlp_turnf(panel, WIDTH, &d[n][0], SIZE + 16, rows - n, SIZE);" */
static void fill_panel(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const struct expr *copied = factor_of(t, true);
	int term = chain_variable(t->chain.reductions[0]);
	struct variable_name first = *scope_find(t->scope, term);
	const struct variable_name *row = &t->scope->free[t->loops.vector];
	struct text line = text_new(t->text->arena);
	const char *extent = first.extent_name;
	first.text = "0";
	scope_variable(&scope, term, first);
	tile_own_panel(t);
	text_printf(&line, "mlp_turn%c(panel, WIDTH, &", t->type);
	c_expression(&line, &scope, copied, AS_ARGUMENT);
	text_printf(&line, ", %s, %s - %s, %s);", c_pitch(t->scope->names, copied->tensor), row->extent_name,
	            row->text, extent);
	c_line(t->text, text_string(&line));
}

/* The rows of the next panel, which lie far from those of this one. */
static void prefetch_panel(struct tiling *t, const struct scope *outer, int width)
{
	const struct expr *read = factor_of(t, false);
	struct scope scope = scope_inside(outer);
	struct variable_name first = *scope_find(outer, chain_variable(t->chain.reductions[0]));
	struct text line = text_new(t->text->arena);
	first.within = "0";
	scope_variable(&scope, chain_variable(t->chain.reductions[0]), first);
	text_printf(&line, "mlp_prefetch%c(&", t->type);
	c_expression(&line, &scope, read, AS_ARGUMENT);
	text_printf(&line, ", %s * %d, ROWS * %d);", t->scope->free[t->loops.blocked].extent_name, width,
	            width);
	c_line(t->text, text_string(&line));
}

static void accumulate(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	int term = chain_variable(t->chain.reductions[0]), panel = tile_panel_along(t, term);
	int opened =
	        panel > 0 ? tile_open_panels(t, &scope, term, panel) : tile_open_reductions(t, &scope, -1);
	if (panel > 0 && factor_of(t, false)->tensor->rank == 2)
		prefetch_panel(t, &scope, panel);
	if (panel > 0)
		opened += tile_open_panel(t, &scope, term, scope_find(&scope, term)->extent_name);
	tile_add_rows(t, &scope, factor_of(t, true), factor_of(t, false));
	while (opened-- > 0)
		close_loop(t->text);
}

/* Tiles along the last index, until there are sums for vectors along it. */
static void compute_group(struct tiling *t)
{
	const struct variable_name *last = &t->scope->free[t->loops.grouped];
	bool whole = last->extent % t->loops.group == 0;
	text_line(t->text, "%s sums[GROUP][WIDTH]%s;", t->scope->names->real, whole ? "" : " = {0}");
	const char *also = whole ? "" : name_format(t->names, " && %s < %s", last->text, last->extent_name);
	c_line(t->text, name_format(t->names, "for (int %s = %s; %s < %s + GROUP%s; %s += ROWS) {",
	                            last->text, t->from, last->text, t->from, also, last->text));
	t->text->indent++;
	tile_declare_sums(t);
	accumulate(t);
	tile_store_sums(t, name_format(t->names, "%s - %s + ", last->text, t->from));
	close_loop(t->text);
	text_line(t->text, "%s turned[WIDTH][GROUP];", t->scope->names->real);
	text_line(t->text, "mlp_turn%c(&turned[0][0], GROUP, &sums[0][0], WIDTH, GROUP, WIDTH);", t->type);
}

void emit_turned(struct tiling *t)
{
	const char *lanes = c_vector_width(t->scope);
	const struct variable_name *row = &t->scope->free[t->loops.vector],
	                           *last = &t->scope->free[t->loops.grouped];
	c_line(t->text,
	       name_format(t->names, "enum { ROWS = %d, VECTORS = %d, WIDTH = VECTORS * %s, GROUP = %s };",
	                   t->loops.block, t->loops.vectors, lanes, lanes));
	tile_open(t, row->text, row->extent_name, "WIDTH");
	tile_bind(t);
	fill_panel(t);
	t->from = scope_unique(t->scope, name_format(t->names, "%s_from", last->text));
	tile_open(t, t->from, last->extent_name, "GROUP");
	compute_group(t);
	tile_store_group(t, t->loops.vector, "WIDTH", "turned");
	tile_close(t);
}
