/* Sums of products in tiles of vector registers (plan/tile.c has chosen them). */
#include "emit/nest.h"
#include "plan/product.h"

struct tiling {
	struct text *text;
	struct scope *scope;
	const struct step *step;
	const struct equation *equation;
	struct chain chain;
	struct product product;
	struct loops loops;
	struct names *names;
	char type;                                              /* f or d */
	name_t first[PLAN_MOST_BLOCK], second[PLAN_MOST_BLOCK]; /* indices of rows and columns */
	name_t from, start;                                     /* of the tile along the vector */
	int opened;
};

static bool uses(const struct tiling *t, const struct expr *read, int variable)
{
	return stride_along(t->scope->names->plan, read, variable) != STRIDE_NONE;
}

static void open(struct tiling *t, const char *index, const char *extent, const char *step)
{
	if (t->opened == 0)
		share_turns(t->text, t->scope, t->step);
	open_loop(t->text, index, "0", extent, step);
	t->opened++;
}

/* "for (int o = 0; o < SIZE_O; o += ROWS) {", and names for o, o + 1, …; at the end the last ones are
 * repeated. */
static void open_block(struct tiling *t, int variable, int count, const char *constant, name_t *indices)
{
	const struct variable_name *free = &t->scope->free[variable];
	bool whole = free->extent != EXTENT_ROWS && free->extent % count == 0;
	open(t, free->text, free->extent_name, constant);
	indices[0] = free->text;
	for (int b = 1; b < count; b++) {
		if (whole) {
			indices[b] = name_format(t->names, "%s + %d", free->text, b);
			continue;
		}
		indices[b] = scope_unique(t->scope, name_format(t->names, "%s_%d", free->text, b));
		c_line(t->text,
		       name_format(t->names, "const int %s = %s + %d < %s ? %s + %d : %s - 1;", indices[b],
		                   free->text, b, free->extent_name, free->text, b, free->extent_name));
	}
}

/* The read as it is where the blocked indices have these names. */
static void print_read(struct text *line, const struct tiling *t, const struct scope *outer,
                       const struct expr *read, name_t first, name_t second)
{
	struct scope scope = scope_inside(outer);
	if (first) {
		scope.free[t->loops.blocked].text = first;
		scope.free[t->loops.blocked].compound = true;
	}
	if (second) {
		scope.free[t->loops.second].text = second;
		scope.free[t->loops.second].compound = true;
	}
	c_expression(line, &scope, read, AS_ARGUMENT);
}

/* "const TYPE name[COUNT] = {…};" of the read at each index; `load` around each address, or NULL */
static void declare_each(struct tiling *t, const struct scope *scope, const char *type, const char *name,
                         const char *constant, const struct expr *read, const name_t *first,
                         const name_t *second, int count, const char *load, const char *behind)
{
	struct text line = text_new(t->text->arena);
	text_printf(&line, "const %s %s[%s] = {", type, name, constant);
	for (int b = 0; b < count; b++) {
		text_printf(&line, "%s%s%s", b ? ", " : "", load ? load : "", load ? "(&" : "");
		print_read(&line, t, scope, read, first ? first[b] : NULL, second ? second[b] : NULL);
		text_printf(&line, "%s", load ? behind : "");
	}
	text_add(&line, "};");
	c_line(t->text, text_string(&line));
}

static void close_all(struct tiling *t)
{
	while (t->opened-- > 0)
		close_loop(t->text);
}

/* Loops over the reductions, but not that of variable `but`. */
static int open_reductions(struct tiling *t, const struct scope *scope, int but)
{
	int opened = 0;
	for (int level = 0; level < t->chain.count; level++) {
		int variable = chain_variable(t->chain.reductions[level]);
		const struct variable_name *index = scope_find(scope, variable);
		if (variable == but)
			continue;
		open_loop(t->text, index->text, "0", index->extent_name, NULL);
		opened++;
	}
	return opened;
}

static void bind_reductions(struct tiling *t)
{
	for (int level = 0; level < t->chain.count; level++)
		bind_variable(t->scope, &t->chain, level);
}

/* "sum = sum + a * b", rounded once unless in strict builds */
static void add_product(struct tiling *t, const char *sum, const char *a, const char *b)
{
	const char *sign = t->product.is_negative ? "-" : "";
	if (!b)
		c_line(t->text,
		       name_format(t->names, "%s %s= %s;", sum, t->product.is_negative ? "-" : "+", a));
	else if (t->scope->names->plan->options.strict)
		c_line(t->text, name_format(t->names, "%s += %s%s * %s;", sum, sign, a, b));
	else
		c_line(t->text, name_format(t->names, "%s = %s(%s%s, %s, %s);", sum,
		                            c_vector_function(t->scope, "multiply_add"), sign, a, b, sum));
}

/* --- rows of sums ----------------------------------------------------------------------------------------- */

static void unrolled(struct tiling *t, const char *index, const char *below)
{
	text_line(t->text, "MLP_UNROLL");
	open_loop(t->text, index, "0", below, NULL);
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

/* The rows of the tile, one behind the other. */
static void fill_panel(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	struct text line = text_new(t->text->arena);
	int vector = uses(t, t->product.factors[0], t->loops.vector) ? 0 : 1;
	scope.free[t->loops.vector].text =
	        name_format(t->names, "%s + v * %s", t->start, c_vector_width(t->scope));
	scope.free[t->loops.vector].compound = true;
	if (t->loops.is_shared)
		c_line(t->text,
		       name_format(t->names,
		                   "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * WIDTH);",
		                   t->scope->names->real, panel_rows(t)));
	open_reductions(t, &scope, -1);
	unrolled(t, "v", "VECTORS");
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
	int vector_count = 0, opened = open_reductions(t, &scope, -1);
	for (int k = 0; k < t->product.count; k++)
		if (uses(t, t->product.factors[k], t->loops.vector))
			vectors[vector_count++] = t->product.factors[k];
		else
			number = t->product.factors[k];
	scope.free[t->loops.vector].text =
	        name_format(t->names, "%s + v * %s", t->start, c_vector_width(t->scope));
	scope.free[t->loops.vector].compound = true;
	if (number)
		declare_each(t, &scope, t->scope->names->real, "number", "ROWS", number,
		             t->loops.blocked >= 0 ? t->first : NULL, NULL, t->loops.block, NULL, "");
	unrolled(t, "v", "VECTORS");
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
	unrolled(t, "r", "ROWS");
	const char *factor =
	        number ? name_format(t->names, "%s(number[r])", c_vector_function(t->scope, "broadcast"))
	        : vector_count > 1 ? "other"
	                           : NULL;
	const char *sum = "sum[r][v]";
	add_product(t, sum, factor ? factor : "row", factor ? "row" : NULL);
	for (int k = 0; k < opened + 2; k++)
		close_loop(t->text);
}

/* The loop over what is there of a block; returns the place in it. */
static name_t open_here(struct tiling *t, struct scope *scope, int variable, const char *constant)
{
	if (variable < 0)
		return "0";
	const char *first = scope->free[variable].text, *extent = scope->free[variable].extent_name;
	name_t here = scope_unique(scope, name_format(t->names, "%s_here", first));
	c_line(t->text, name_format(t->names, "for (int %s = %s; %s < %s && %s < %s + %s; %s++) {", here,
	                            first, here, extent, here, first, constant, here));
	t->text->indent++;
	t->opened++;
	scope->free[variable].text = here;
	return name_format(t->names, "%s - %s", here, first);
}

static void store_row(struct tiling *t)
{
	struct scope scope = scope_inside(t->scope);
	const char *index = scope.free[t->loops.vector].text;
	text_line(t->text, "%s sums[ROWS][WIDTH];", scope.names->real);
	unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "%s(&sums[r][v * %s], sum[r][v]);",
	                            c_vector_function(t->scope, "store"), c_vector_width(t->scope)));
	close_loop(t->text);
	close_loop(t->text);
	name_t row = open_here(t, &scope, t->loops.blocked, "ROWS");
	struct ready ready = {t->equation->left,
	                      name_format(t->names, "sums[%s][%s - %s]", row, index, t->start)};
	emit_elements(t->text, &scope, t->step, &ready, t->loops.vector, t->from,
	              name_format(t->names, "%s + WIDTH", t->start));
}

static void emit_rows(struct tiling *t)
{
	struct scope *scope = t->scope;
	const struct tensor *left = t->equation->left;
	const struct variable_name *vector = &scope->free[t->loops.vector];
	c_line(t->text, name_format(t->names, "enum { ROWS = %d, VECTORS = %d, WIDTH = VECTORS * %s };",
	                            t->loops.block, t->loops.vectors, c_vector_width(t->scope)));
	for (int k = 0; k < left->rank; k++)
		if (k != t->loops.vector && k != t->loops.blocked)
			open(t, scope->free[k].text, scope->free[k].extent_name, NULL);
	bind_reductions(t);
	t->from = scope_unique(scope, name_format(t->names, "%s_from", vector->text));
	t->start = t->from;
	open(t, t->from, vector->extent_name, "WIDTH");
	if (vector->extent % t->loops.width != 0) {
		t->start = scope_unique(scope, name_format(t->names, "%s_start", vector->text));
		c_line(t->text,
		       name_format(t->names, "const int %s = %s < %s - WIDTH ? %s : %s - WIDTH;", t->start,
		                   t->from, vector->extent_name, t->from, vector->extent_name));
	}
	if (t->loops.panel > 0)
		fill_panel(t);
	if (t->loops.blocked >= 0)
		open_block(t, t->loops.blocked, t->loops.block, "ROWS", t->first);
	text_line(t->text, "%s sum[ROWS][VECTORS];", c_vector_type(t->scope, false));
	unrolled(t, "r", "ROWS");
	open_loop(t->text, "v", "0", "VECTORS", NULL);
	c_line(t->text, name_format(t->names, "sum[r][v] = %s(0.0%s);",
	                            c_vector_function(t->scope, "broadcast"), t->type == 'f' ? "f" : ""));
	close_loop(t->text);
	close_loop(t->text);
	accumulate_row(t);
	store_row(t);
	close_all(t);
}

/* --- interleaved sums ----------------------------------------------------------------------------------- */

/* lane[r * COLUMNS + c][p] += a[r] * b[c], whose vectors are loaded at `position` of the index of the sum */
static void accumulate_part(struct tiling *t, const struct scope *outer, const char *position,
                            const char *load, const char *behind_row, const char *behind_column)
{
	struct scope scope = scope_inside(outer);
	struct variable_name at = *scope_find(outer, t->loops.vector);
	at.text = position;
	at.compound = true;
	scope_variable(&scope, t->loops.vector, at);
	unrolled(t, "p", "PARTS");
	bool is_first = t->loops.blocked >= 0  ? uses(t, t->product.factors[0], t->loops.blocked)
	                : t->loops.second >= 0 ? !uses(t, t->product.factors[0], t->loops.second)
	                                       : false;
	declare_each(t, &scope, c_vector_type(t->scope, false), "row", "ROWS", t->product.factors[!is_first],
	             t->loops.blocked >= 0 ? t->first : NULL, NULL, t->loops.block, load, behind_row);
	declare_each(t, &scope, c_vector_type(t->scope, false), "column", "COLUMNS",
	             t->product.factors[is_first], NULL, t->loops.second >= 0 ? t->second : NULL,
	             t->loops.seconds, load, behind_column);
	unrolled(t, "r", "ROWS");
	unrolled(t, "c", "COLUMNS");
	add_product(t, "lane[r * COLUMNS + c][p]", "row[r]", "column[c]");
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
	int opened = open_reductions(t, &scope, t->loops.vector);
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

static void emit_lanes(struct tiling *t)
{
	struct scope *scope = t->scope;
	const struct tensor *left = t->equation->left;
	c_line(t->text, name_format(t->names, "enum { ROWS = %d, COLUMNS = %d, PARTS = MLP_LANES / %s };",
	                            t->loops.block, t->loops.seconds, c_vector_width(t->scope)));
	for (int k = 0; k < left->rank; k++)
		if (k != t->loops.blocked && k != t->loops.second)
			open(t, scope->free[k].text, scope->free[k].extent_name, NULL);
	if (t->loops.blocked >= 0)
		open_block(t, t->loops.blocked, t->loops.block, "ROWS", t->first);
	if (t->loops.second >= 0)
		open_block(t, t->loops.second, t->loops.seconds, "COLUMNS", t->second);
	bind_reductions(t);
	text_line(t->text, "%s lane[ROWS * COLUMNS][PARTS];", c_vector_type(t->scope, false));
	unrolled(t, "r", "ROWS * COLUMNS");
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
			row = open_here(t, &inner, k, "ROWS");
		else if (k == t->loops.second)
			column = open_here(t, &inner, k, "COLUMNS");
	struct ready ready = {left, name_format(t->names, "sums[%s][%s]", row, column)};
	emit_element(t->text, &inner, t->step, &ready);
	close_all(t);
}

void emit_tile(struct text *text, struct scope *scope, const struct step *step,
               const struct equation *equation)
{
	struct tiling t = {.text = text,
	                   .scope = scope,
	                   .step = step,
	                   .equation = equation,
	                   .chain = chain_of(equation->right),
	                   .loops = step->loops,
	                   .names = scope->names->names,
	                   .type = scope->names->plan->options.real_size == 8 ? 'd' : 'f'};
	t.product = product_of(t.chain.body);
	if (step->loops.form == LOOP_ROW)
		emit_rows(&t);
	else
		emit_lanes(&t);
}
