/* Rows of sums in a tile of registers: the vector is an index of the left side. */
#include "emit/tile.h"

/* "panel[i * WIDTH + v * MLP_VECTOR_FLOATS]" */
static const char *panel_element(const struct tiling *t)
{
	const char *turn = scope_find(t->scope, chain_variable(t->chain.reductions[0]))->text;
	return name_format(t->names, "panel[%s * WIDTH + v * %s]", turn, c_vector_width(t->scope));
}

static const char *panel_rows(const struct tiling *t)
{
	const struct variable_name *turn = scope_find(t->scope, chain_variable(t->chain.reductions[0]));
	return turn->extent == EXTENT_ROWS ? name_format(t->names, "%s_BATCH", t->scope->names->upper)
	                                   : turn->extent_name;
}

/* The rows of the tile, one behind the other. */
static void fill_panel(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	struct text line = text_new(t->text->arena);
	int vector = tile_uses(t, t->product.factors[0], t->loops.vector) ? 0 : 1;
	scope.free[t->loops.vector].text =
	        name_format(t->names, "%s + v * %s", t->start, c_vector_width(t->scope));
	scope.free[t->loops.vector].compound = true;
	if (t->loops.is_shared)
		c_line(t->text,
		       name_format(t->names,
		                   "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * WIDTH);",
		                   t->scope->names->real, panel_rows(t)));
	tile_open_reductions(t, &scope, -1);
	tile_unrolled(t, "v", "VECTORS");
	text_printf(&line, "%s(&%s, %s(&", c_vector_function(t->scope, "store"), panel_element(t),
	            c_vector_function(t->scope, "load"));
	c_expression(&line, &scope, t->product.factors[vector], AS_ARGUMENT);
	text_add(&line, "));");
	c_line(t->text, text_string(&line));
	close_loop(t->text);
	close_loop(t->text);
}

/* for each turn of the reduction: sum[r][v] += number[r] * row v */
static void accumulate_row(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	struct text line = text_new(t->text->arena);
	const struct expr *vectors[2], *number = NULL;
	int vector_count = 0, opened = tile_open_reductions(t, &scope, -1);
	for (int k = 0; k < t->product.count; k++)
		if (tile_uses(t, t->product.factors[k], t->loops.vector))
			vectors[vector_count++] = t->product.factors[k];
		else
			number = t->product.factors[k];
	scope.free[t->loops.vector].text =
	        name_format(t->names, "%s + v * %s", t->start, c_vector_width(t->scope));
	scope.free[t->loops.vector].compound = true;
	if (number)
		tile_declare(t, &scope, t->scope->names->real, "number", "ROWS", number,
		             t->loops.blocked >= 0 ? t->first : NULL, NULL, t->loops.block, NULL, "");
	tile_unrolled(t, "v", "VECTORS");
	static const char *const names[] = {"row", "other"};
	for (int k = 0; k < vector_count; k++) {
		line = text_new(t->text->arena);
		text_printf(&line, "const %s %s = %s(&", c_vector_type(t->scope, false), names[k],
		            c_vector_function(t->scope, "load"));
		if (t->loops.panel > 0)
			text_add(&line, panel_element(t));
		else
			c_expression(&line, &scope, vectors[k], AS_ARGUMENT);
		text_add(&line, ");");
		c_line(t->text, text_string(&line));
	}
	tile_unrolled(t, "r", "ROWS");
	const char *factor =
	        number ? name_format(t->names, "%s(number[r])", c_vector_function(t->scope, "broadcast"))
	        : vector_count > 1 ? "other"
	                           : NULL;
	const char *sum = "sum[r][v]";
	tile_add_product(t, sum, factor ? factor : "row", factor ? "row" : NULL);
	for (int k = 0; k < opened + 2; k++)
		close_loop(t->text);
}

static void store_row(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const char *index = scope.free[t->loops.vector].text;
	text_line(t->text, "%s sums[ROWS][WIDTH];", scope.names->real);
	tile_unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "%s(&sums[r][v * %s], sum[r][v]);",
	                            c_vector_function(t->scope, "store"), c_vector_width(t->scope)));
	close_loop(t->text);
	close_loop(t->text);
	name_t row = tile_open_here(t, &scope, t->loops.blocked, "ROWS");
	struct ready ready = {t->equation->left,
	                      name_format(t->names, "sums[%s][%s - %s]", row, index, t->start)};
	emit_elements(t->text, &scope, t->step, &ready, t->loops.vector, t->from,
	              name_format(t->names, "%s + WIDTH", t->start));
}

void emit_rows(struct tiling *t)
{
	struct scope *scope = t->scope;
	const struct tensor *left = t->equation->left;
	const struct variable_name *vector = &scope->free[t->loops.vector];
	c_line(t->text, name_format(t->names, "enum { ROWS = %d, VECTORS = %d, WIDTH = VECTORS * %s };",
	                            t->loops.block, t->loops.vectors, c_vector_width(t->scope)));
	for (int k = 0; k < left->rank; k++)
		if (k != t->loops.vector && k != t->loops.blocked)
			tile_open(t, scope->free[k].text, scope->free[k].extent_name, NULL);
	tile_bind(t);
	t->from = scope_unique(scope, name_format(t->names, "%s_from", vector->text));
	t->start = t->from;
	tile_open(t, t->from, vector->extent_name, "WIDTH");
	if (vector->extent % t->loops.width != 0) {
		t->start = scope_unique(scope, name_format(t->names, "%s_start", vector->text));
		c_line(t->text,
		       name_format(t->names, "const int %s = %s < %s - WIDTH ? %s : %s - WIDTH;", t->start,
		                   t->from, vector->extent_name, t->from, vector->extent_name));
	}
	if (t->loops.panel > 0)
		fill_panel(t);
	if (t->loops.blocked >= 0)
		tile_open_block(t, t->loops.blocked, t->loops.block, "ROWS", t->first);
	text_line(t->text, "%s sum[ROWS][VECTORS];", c_vector_type(t->scope, false));
	tile_unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "sum[r][v] = %s(0.0%s);",
	                            c_vector_function(t->scope, "broadcast"), t->type == 'f' ? "f" : ""));
	close_loop(t->text);
	close_loop(t->text);
	accumulate_row(t);
	store_row(t);
	tile_close(t);
}
