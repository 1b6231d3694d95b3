/* Rows of sums in a tile of registers: the vector is an index of the left side. */
#include <string.h>

#include "emit/tile.h"

enum { TURNS_AHEAD = 8, MANY_TURNS = 16 };

/* Vector v of the tile. */
static void vector_position(const struct tiling *t, struct scope *scope)
{
	struct variable_name *vector = &scope->free[t->loops.vector];
	vector->text = name_format(t->names, "%s + v * %s", t->start, c_vector_width(t->scope));
	vector->compound = true;
	vector->start = t->start;
	vector->within = name_format(t->names, "v * %s", c_vector_width(t->scope));
	vector->width = t->loops.width;
}

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

/* "numbers[i * BATCH + n * ROWS + r]": those of a tile one behind the other, row by row. */
static const char *copied_number(const struct tiling *t, const struct scope *scope)
{
	return name_format(t->names, "numbers[%s * %s + %s * ROWS + r]", scope->free[t->loops.blocked].text,
	                   panel_rows(t), scope_find(t->scope, chain_variable(t->chain.reductions[0]))->text);
}

/* All numbers, before the first tile: behind the panel. */
static void fill_numbers(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const struct expr *read = t->product.factors[tile_uses(t, t->product.factors[0], t->loops.vector) ? 1 : 0];
	const struct variable_name *blocked = &scope.free[t->loops.blocked];
	c_line(t->text,
	       name_format(t->names, "%s *const numbers = panel + %s * WIDTH;", scope.names->real, panel_rows(t)));
	int opened = tile_open_reductions(t, &scope, -1) + 2;
	open_loop(t->text, blocked->text, "0", blocked->extent_name, "ROWS");
	open_loop(t->text, "r", "0", "ROWS", NULL);
	struct text line = text_new(t->text->arena);
	text_printf(&line, "%s = ", copied_number(t, &scope));
	tile_bind_block(t, &scope, t->loops.blocked, t->loops.block, "r");
	c_expression(&line, &scope, read, AS_ARGUMENT);
	text_add(&line, ";");
	c_line(t->text, text_string(&line));
	while (opened-- > 0)
		close_loop(t->text);
}

void tile_own_panel(struct tiling *t)
{
	if (t->loops.is_shared)
		c_line(t->text,
		       name_format(t->names,
		                   "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * WIDTH);",
		                   t->scope->names->real, panel_rows(t)));
}

/* The rows of the tile, one behind the other. */
static void fill_panel(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	struct text line = text_new(t->text->arena);
	vector_position(t, &scope);
	tile_own_panel(t);
	tile_open_reductions(t, &scope, -1);
	tile_unrolled(t, "v", "VECTORS");
	text_printf(&line, "%s(&%s, %s(&", c_vector_function(t->scope, "store"), panel_element(t),
	            c_vector_function(t->scope, "load"));
	c_expression(&line, &scope, t->loops.copied, AS_ARGUMENT);
	text_add(&line, "));");
	c_line(t->text, text_string(&line));
	close_loop(t->text);
	close_loop(t->text);
}

/* "TARGET = load(…);" */
static void load_row(struct tiling *t, const struct scope *scope, const char *target, const struct expr *read)
{
	struct text line = text_new(t->text->arena);
	text_printf(&line, "%s = %s(&", target, c_vector_function(t->scope, "load"));
	if (t->loops.panel > 0)
		text_add(&line, panel_element(t));
	else
		c_expression(&line, scope, read, AS_ARGUMENT);
	text_add(&line, ");");
	c_line(t->text, text_string(&line));
}

/* "mlp_prefetchf(&READ, AHEAD, COUNT);" */
static void prefetch(struct tiling *t, const struct scope *scope, const struct expr *read, const char *ahead,
                     const char *count)
{
	struct text line = text_new(t->text->arena);
	text_printf(&line, "mlp_prefetch%c(&", t->type);
	c_expression(&line, scope, read, AS_ARGUMENT);
	text_printf(&line, strchr(ahead, ' ') ? ", %d * (%s), %s);" : ", %d * %s, %s);", TURNS_AHEAD, ahead,
	            count);
	c_line(t->text, text_string(&line));
}

/* Does each of many turns of the reduction read the next row of a matrix? */
static bool reads_rows(const struct tiling *t, const struct expr *read)
{
	const struct plan *plan = t->scope->names->plan;
	const struct expr *reduction = t->chain.reductions[t->chain.count - 1];
	return read->tensor->rank == 2 && plan_extent(plan, reduction->extent) >= MANY_TURNS &&
	       linear_is_variable(read->indices[plan_dimension(plan, read->tensor, 0)],
	                          chain_variable(reduction));
}

/* "mlp_prefetchf(&panel[i * WIDTH], 8 * WIDTH, WIDTH);" */
static void prefetch_panel(struct tiling *t)
{
	const char *turn = scope_find(t->scope, chain_variable(t->chain.reductions[0]))->text;
	c_line(t->text, name_format(t->names, "mlp_prefetch%c(&panel[%s * WIDTH], %d * WIDTH, WIDTH);", t->type, turn,
	                            TURNS_AHEAD));
}

/* What later turns read: rows that the first cache does not hold, and numbers of one row each, which lie far apart. The
 * machine does not ask for them early enough by itself. */
static void prefetch_factors(struct tiling *t, const struct scope *outer, const struct expr *vectors,
                             const struct expr *numbers)
{
	const struct plan *plan = t->scope->names->plan;
	struct scope scope = scope_inside(outer);
	struct variable_name *first = &scope.free[t->loops.vector];
	if (t->loops.panel == 0 && t->loops.block > 1 && vectors->tensor->role == TENSOR_PARAMETER &&
	    reads_rows(t, vectors) &&
	    tensor_elements(vectors->tensor, 1) * plan->options.real_size >= PLAN_FIRST_CACHE) {
		first->text = t->start;
		first->compound = false;
		first->within = "0";
		prefetch(t, &scope, vectors, c_pitch(t->scope->names, vectors->tensor), "WIDTH");
	}
	if (t->loops.panel * plan->options.real_size > PLAN_FIRST_CACHE &&
	    (t->loops.form == LOOP_TURNED || t->loops.numbers > 0))
		prefetch_panel(t);
	else if (t->loops.panel > 0 && t->loops.form == LOOP_ROW && reads_rows(t, numbers))
		prefetch(t, outer, numbers, c_pitch(t->scope->names, numbers->tensor), "ROWS");
}

void tile_add_rows(struct tiling *t, struct scope *scope, const struct expr *vectors,
                   const struct expr *numbers)
{
	const char *vector = c_vector_type(t->scope, false);
	text_line(t->text, "%s row[VECTORS];", vector);
	prefetch_factors(t, scope, vectors, numbers);
	tile_unrolled(t, "v", "VECTORS");
	load_row(t, scope, "row[v]", vectors);
	close_loop(t->text);
	tile_unrolled(t, "r", "ROWS");
	if (t->loops.numbers == 0)
		tile_bind_block(t, scope, t->loops.blocked, t->loops.block, "r");
	struct text line = text_new(t->text->arena);
	text_printf(&line, "const %s factor = %s(", vector, c_vector_function(t->scope, "broadcast"));
	if (t->loops.numbers > 0)
		text_add(&line, copied_number(t, scope));
	else
		c_expression(&line, scope, numbers, AS_ARGUMENT);
	text_add(&line, ");");
	c_line(t->text, text_string(&line));
	tile_unrolled(t, "v", "VECTORS");
	tile_add_product(t, "sum[r][v]", "factor", "row[v]");
	close_loop(t->text);
	close_loop(t->text);
}

/* The same without numbers: a row, or one times another. */
static void add_vectors(struct tiling *t, const struct scope *scope, const struct expr *const *vectors,
                        int count)
{
	const char *vector = c_vector_type(t->scope, false);
	tile_unrolled(t, "v", "VECTORS");
	load_row(t, scope, name_format(t->names, "const %s row", vector), vectors[0]);
	if (count > 1)
		load_row(t, scope, name_format(t->names, "const %s other", vector), vectors[1]);
	tile_unrolled(t, "r", "ROWS");
	tile_add_product(t, "sum[r][v]", count > 1 ? "other" : "row", count > 1 ? "row" : NULL);
	close_loop(t->text);
	close_loop(t->text);
}

/* For each turn of the reduction. */
static void accumulate_row(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const struct expr *vectors[PRODUCT_FACTORS] = {t->product.factors[0]}, *numbers = NULL;
	int count = 0, opened = tile_open_reductions(t, &scope, -1);
	for (int k = 0; k < t->product.count; k++)
		if (tile_uses(t, t->product.factors[k], t->loops.vector))
			vectors[count++] = t->product.factors[k];
		else
			numbers = t->product.factors[k];
	vector_position(t, &scope);
	if (numbers)
		tile_add_rows(t, &scope, vectors[0], numbers);
	else
		add_vectors(t, &scope, vectors, count);
	while (opened-- > 0)
		close_loop(t->text);
}

void tile_declare_sums(struct tiling *t)
{
	text_line(t->text, "%s sum[ROWS][VECTORS];", c_vector_type(t->scope, false));
	tile_unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "sum[r][v] = %s(0.0%s);",
	                            c_vector_function(t->scope, "broadcast"), t->type == 'f' ? "f" : ""));
	close_loop(t->text);
	close_loop(t->text);
}

void tile_store_sums(struct tiling *t, const char *first)
{
	tile_unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "%s(&sums[%sr][v * %s], sum[r][v]);",
	                            c_vector_function(t->scope, "store"), first, c_vector_width(t->scope)));
	close_loop(t->text);
	close_loop(t->text);
}

static void store_row(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const char *index = scope.free[t->loops.vector].text;
	text_line(t->text, "%s sums[ROWS][WIDTH];", scope.names->real);
	tile_store_sums(t, "");
	name_t row = tile_open_here(t, &scope, t->loops.blocked, "ROWS");
	scope.free[t->loops.vector].start = t->from;
	scope.free[t->loops.vector].within = name_format(t->names, "%s - %s", index, t->from);
	scope.free[t->loops.vector].width = t->loops.width;
	struct ready ready = {t->equation->left,
	                      name_format(t->names, "sums[%s][%s - %s]", row, index, t->start)};
	emit_elements(t->text, &scope, t->step, &ready, t->loops.vector, t->from, t->end);
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
	if (t->loops.numbers > 0)
		fill_numbers(t);
	t->from = scope_unique(scope, name_format(t->names, "%s_from", vector->text));
	t->start = t->from;
	tile_open(t, t->from, vector->extent_name, "WIDTH");
	if (t->loops.overlaps) {
		t->start = scope_unique(scope, name_format(t->names, "%s_start", vector->text));
		c_line(t->text,
		       name_format(t->names, "const int %s = %s < %s - WIDTH ? %s : %s - WIDTH;", t->start,
		                   t->from, vector->extent_name, t->from, vector->extent_name));
		t->end = name_format(t->names, "%s + WIDTH", t->start);
	} else {
		t->end = end_of_part(t->text, scope, vector, t->from, "WIDTH", vector->extent_name,
		                     vector->extent % t->loops.width == 0);
	}
	if (t->loops.panel > 0)
		fill_panel(t);
	if (t->loops.blocked >= 0)
		tile_open(t, scope->free[t->loops.blocked].text, scope->free[t->loops.blocked].extent_name,
		          "ROWS");
	tile_declare_sums(t);
	accumulate_row(t);
	store_row(t);
	tile_close(t);
}
