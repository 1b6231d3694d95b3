/* Interleaved sums in a tile of registers: the vector is an index of the sum, which is joined at the end. */
#include "emit/tile.h"

/* Which of both indices of the tile lies last in memory: the sums of its values are side by side. */
static bool rows_are_last(const struct tiling *t)
{
	return t->loops.grouped >= 0 && t->loops.grouped == t->loops.blocked;
}

static const char *lane_name(const struct tiling *t)
{
	return rows_are_last(t) ? "lane[c * ROWS + r][p]" : "lane[r * COLUMNS + c][p]";
}

/* "TARGET = load(&READ BEHIND" */
static void load_part(struct tiling *t, const struct scope *scope, const char *target,
                      const struct expr *read, const char *load, const char *behind)
{
	struct text line = text_new(t->text->arena);
	text_printf(&line, "%s = %s(&", target, load);
	c_expression(&line, scope, read, AS_ARGUMENT);
	text_printf(&line, "%s;", behind);
	c_line(t->text, text_string(&line));
}

/* lane[r * COLUMNS + c][p] += row r * column c, whose vectors are loaded at `position` of the index of the
 * sum */
static void accumulate_part(struct tiling *t, const struct scope *outer, const char *position,
                            const char *load, const char *behind_row, const char *behind_column)
{
	struct scope scope = scope_inside(outer);
	struct variable_name at = *scope_find(outer, t->loops.vector);
	const char *vector = c_vector_type(t->scope, false);
	at.text = position;
	at.compound = true;
	if (at.within)
		at.within = name_format(t->names, "%s + p * %s", at.within, c_vector_width(t->scope));
	scope_variable(&scope, t->loops.vector, at);
	tile_unrolled(t, "p", "PARTS");
	bool is_first = t->loops.blocked >= 0  ? tile_uses(t, t->product.factors[0], t->loops.blocked)
	                : t->loops.second >= 0 ? !tile_uses(t, t->product.factors[0], t->loops.second)
	                                       : false;
	struct scope of_row = scope_inside(&scope), of_column = scope_inside(&scope);
	text_line(t->text, "%s column[COLUMNS];", vector);
	tile_unrolled(t, "c", "COLUMNS");
	tile_bind_block(t, &of_column, t->loops.second, t->loops.seconds, "c");
	load_part(t, &of_column, "column[c]", t->product.factors[is_first], load, behind_column);
	close_loop(t->text);
	tile_unrolled(t, "r", "ROWS");
	tile_bind_block(t, &of_row, t->loops.blocked, t->loops.block, "r");
	load_part(t, &of_row, name_format(t->names, "const %s row", vector), t->product.factors[!is_first],
	          load, behind_row);
	tile_unrolled(t, "c", "COLUMNS");
	tile_add_product(t, lane_name(t), "row", "column[c]");
	for (int k = 0; k < 3; k++)
		close_loop(t->text);
}

/* The other arguments of a part. Beyond it the products are -0: a sum stays as it is, -0 too. */
static const char *behind_part(const struct tiling *t, const struct variable_name *index, const char *beyond)
{
	return name_format(t->names, ", p * %s, %s %% MLP_LANES, %s%s)", c_vector_width(t->scope),
	                   index->extent_name, beyond, t->type == 'f' ? "f" : "");
}

static void accumulate_lanes(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	int opened = tile_open_reductions(t, &scope, t->loops.vector);
	struct variable_name index = *scope_find(&scope, t->loops.vector);
	bool whole_batch = index.extent == EXTENT_ROWS, has_whole = whole_batch || index.extent >= PLAN_LANES;
	int64_t rest = whole_batch ? 1 : index.extent % PLAN_LANES;
	const char *whole = rest == 0 ? index.extent_name
	                              : name_format(t->names, "%s - %s %% MLP_LANES", index.extent_name,
	                                            index.extent_name);
	int panel = tile_panel_along(t, t->loops.vector);
	if (has_whole) {
		struct scope inner = scope_inside(&scope);
		int loops = 1;
		if (panel > 0) {
			loops += tile_open_panels(t, &inner, t->loops.vector, panel);
			tile_open_panel(t, &inner, t->loops.vector, whole);
		} else {
			open_loop(t->text, index.text, "0", whole, "MLP_LANES");
		}
		accumulate_part(t, &inner,
		                name_format(t->names, "%s + p * %s", index.text, c_vector_width(t->scope)),
		                c_vector_function(t->scope, "load"), ")", ")");
		while (loops-- > 0)
			close_loop(t->text);
	}
	if (rest != 0)
		accumulate_part(t, &scope, whole, c_vector_function(t->scope, "load_part"),
		                behind_part(t, &index, "0.0"),
		                behind_part(t, &index, t->product.is_negative ? "0.0" : "-0.0"));
	while (opened-- > 0)
		close_loop(t->text);
}

static void open_index(struct tiling *t, int variable, const char *constant)
{
	if (variable < 0)
		return;
	const struct variable_name *free = &t->scope->free[variable];
	if (variable == t->loops.grouped) {
		t->from = scope_unique(t->scope, name_format(t->names, "%s_from", free->text));
		tile_open(t, t->from, free->extent_name, "GROUP");
	} else {
		tile_open(t, free->text, free->extent_name, constant);
	}
}

static void compute_tile(struct tiling *t, const char *sums)
{
	text_line(t->text, "%s lane[ROWS * COLUMNS][PARTS];", c_vector_type(t->scope, false));
	tile_unrolled(t, "r", "ROWS * COLUMNS");
	open_loop(t->text, "p", "0", "PARTS", NULL);
	c_line(t->text, name_format(t->names, "lane[r][p] = %s(0.0%s);",
	                            c_vector_function(t->scope, "broadcast"), t->type == 'f' ? "f" : ""));
	close_loop(t->text);
	close_loop(t->text);
	accumulate_lanes(t);
	text_line(t->text, "%s %s[%s];", t->scope->names->real, sums,
	          rows_are_last(t) ? "COLUMNS][ROWS" : "ROWS][COLUMNS");
	c_line(t->text,
	       name_format(t->names, "mlp_join_lanes%c(&%s[0][0], lane, ROWS * COLUMNS);", t->type, sums));
}

/* The sums of one tile are all: its elements one by one. */
static void store_tile(struct tiling *t)
{
	struct scope inner = scope_inside(t->scope);
	name_t row = "0", column = "0";
	for (int k = 0; k < t->equation->left->rank; k++)
		if (k == t->loops.blocked)
			row = tile_open_here(t, &inner, k, "ROWS");
		else if (k == t->loops.second)
			column = tile_open_here(t, &inner, k, "COLUMNS");
	struct ready ready = {t->equation->left, name_format(t->names, "sums[%s][%s]", row, column)};
	emit_element(t->text, &inner, t->step, &ready);
}

/* Tiles along the index that lies last, until there are sums for vectors. */
static void compute_group(struct tiling *t)
{
	bool rows = rows_are_last(t);
	const struct variable_name *last = &t->scope->free[t->loops.grouped];
	bool may_end = last->extent == EXTENT_ROWS; /* within the group, which GCC 12 takes for unset sums */
	text_line(t->text, "%s sums[%s][GROUP]%s;", t->scope->names->real, rows ? "COLUMNS" : "ROWS",
	          may_end ? " = {0}" : "");
	c_line(t->text,
	       name_format(t->names, "for (int %s = %s; %s < %s + GROUP%s; %s += %s) {", last->text, t->from,
	                   last->text, t->from,
	                   last->extent % t->loops.group == 0
	                           ? ""
	                           : name_format(t->names, " && %s < %s", last->text, last->extent_name),
	                   last->text, rows ? "ROWS" : "COLUMNS"));
	t->text->indent++;
	compute_tile(t, "joined");
	tile_unrolled(t, "r", rows ? "COLUMNS" : "ROWS");
	tile_unrolled(t, "c", rows ? "ROWS" : "COLUMNS");
	c_line(t->text, name_format(t->names, "sums[r][%s - %s + c] = joined[r][c];", last->text, t->from));
	close_loop(t->text);
	close_loop(t->text);
	close_loop(t->text);
}

void emit_lanes(struct tiling *t)
{
	struct scope *scope = t->scope;
	struct text line = text_new(t->text->arena);
	text_printf(&line, "enum { ROWS = %d, COLUMNS = %d, PARTS = MLP_LANES / %s", t->loops.block,
	            t->loops.seconds, c_vector_width(t->scope));
	text_printf(&line, "%s };",
	            t->loops.grouped >= 0 ? name_format(t->names, ", GROUP = %s", c_vector_width(t->scope))
	                                  : "");
	c_line(t->text, text_string(&line));
	for (int k = 0; k < t->equation->left->rank; k++)
		if (k != t->loops.blocked && k != t->loops.second)
			tile_open(t, scope->free[k].text, scope->free[k].extent_name, NULL);
	open_index(t, t->loops.blocked, "ROWS");
	open_index(t, t->loops.second, "COLUMNS");
	tile_bind(t);
	if (t->loops.grouped >= 0) {
		compute_group(t);
		bool rows = rows_are_last(t);
		tile_store_group(t, rows ? t->loops.second : t->loops.blocked, rows ? "COLUMNS" : "ROWS", "sums");
	} else {
		compute_tile(t, "sums");
		store_tile(t);
	}
	tile_close(t);
}
