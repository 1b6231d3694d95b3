/* Interleaved sums in a tile of registers: the vector is an index of the sum, which is joined at the end. */
#include "emit/tile.h"

/* lane[r * COLUMNS + c][p] += a[r] * b[c], whose vectors are loaded at `position` of the index of the sum */
static void accumulate_part(struct tiling *t, const struct scope *outer, const char *position,
                            const char *load, const char *behind_row, const char *behind_column)
{
	struct scope scope = scope_inside(outer);
	struct variable_name at = *scope_find(outer, t->loops.vector);
	at.text = position;
	at.compound = true;
	scope_variable(&scope, t->loops.vector, at);
	tile_unrolled(t, "p", "PARTS");
	bool is_first = t->loops.blocked >= 0  ? tile_uses(t, t->product.factors[0], t->loops.blocked)
	                : t->loops.second >= 0 ? !tile_uses(t, t->product.factors[0], t->loops.second)
	                                       : false;
	tile_declare(t, &scope, c_vector_type(t->scope, false), "row", "ROWS", t->product.factors[!is_first],
	             t->loops.blocked >= 0 ? t->first : NULL, NULL, t->loops.block, load, behind_row);
	tile_declare(t, &scope, c_vector_type(t->scope, false), "column", "COLUMNS",
	             t->product.factors[is_first], NULL, t->loops.second >= 0 ? t->second : NULL,
	             t->loops.seconds, load, behind_column);
	tile_unrolled(t, "r", "ROWS");
	tile_unrolled(t, "c", "COLUMNS");
	tile_add_product(t, "lane[r * COLUMNS + c][p]", "row[r]", "column[c]");
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
	int64_t rest = index.extent % PLAN_LANES;
	const char *whole = rest == 0 ? index.extent_name
	                              : name_format(t->names, "%s - %s %% MLP_LANES", index.extent_name,
	                                            index.extent_name);
	if (index.extent >= PLAN_LANES) {
		open_loop(t->text, index.text, "0", whole, "MLP_LANES");
		accumulate_part(t, &scope,
		                name_format(t->names, "%s + p * %s", index.text, c_vector_width(t->scope)),
		                c_vector_function(t->scope, "load"), ")", ")");
		close_loop(t->text);
	}
	if (rest != 0)
		accumulate_part(t, &scope, whole, c_vector_function(t->scope, "load_part"),
		                behind_part(t, &index, "0.0"),
		                behind_part(t, &index, t->product.is_negative ? "0.0" : "-0.0"));
	while (opened-- > 0)
		close_loop(t->text);
}

void emit_lanes(struct tiling *t)
{
	struct scope *scope = t->scope;
	const struct tensor *left = t->equation->left;
	c_line(t->text, name_format(t->names, "enum { ROWS = %d, COLUMNS = %d, PARTS = MLP_LANES / %s };",
	                            t->loops.block, t->loops.seconds, c_vector_width(t->scope)));
	for (int k = 0; k < left->rank; k++)
		if (k != t->loops.blocked && k != t->loops.second)
			tile_open(t, scope->free[k].text, scope->free[k].extent_name, NULL);
	if (t->loops.blocked >= 0)
		tile_open_block(t, t->loops.blocked, t->loops.block, "ROWS", t->first);
	if (t->loops.second >= 0)
		tile_open_block(t, t->loops.second, t->loops.seconds, "COLUMNS", t->second);
	tile_bind(t);
	text_line(t->text, "%s lane[ROWS * COLUMNS][PARTS];", c_vector_type(t->scope, false));
	tile_unrolled(t, "r", "ROWS * COLUMNS");
	open_loop(t->text, "p", "0", "PARTS", NULL);
	c_line(t->text, name_format(t->names, "lane[r][p] = %s(0.0%s);",
	                            c_vector_function(t->scope, "broadcast"), t->type == 'f' ? "f" : ""));
	close_loop(t->text);
	close_loop(t->text);
	accumulate_lanes(t);
	text_line(t->text, "%s sums[ROWS][COLUMNS];", scope->names->real);
	c_line(t->text, name_format(t->names, "%s(&sums[0][0], lane, ROWS * COLUMNS);",
	                            name_format(t->names, "mlp_join_lanes%c", t->type)));
	struct scope inner = scope_inside(scope);
	name_t row = "0", column = "0";
	for (int k = 0; k < left->rank; k++)
		if (k == t->loops.blocked)
			row = tile_open_here(t, &inner, k, "ROWS");
		else if (k == t->loops.second)
			column = tile_open_here(t, &inner, k, "COLUMNS");
	struct ready ready = {left, name_format(t->names, "sums[%s][%s]", row, column)};
	emit_element(t->text, &inner, t->step, &ready);
	tile_close(t);
}
