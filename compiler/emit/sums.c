/* Several sums at once in plain C: a row of them, those of turned rows, or interleaved parts of one. */
#include "emit/nest.h"
#include "plan/product.h"

enum { SUMS = PLAN_BLOCK };

/* What the forms share: the chain, a set of sums a block, names. */
struct nest {
	struct text *text;
	struct scope *scope;
	const struct step *step;
	const struct tensor *left;
	const struct equation *equation;
	struct chain chain;
	struct loops loops;
	name_t sums[SUMS];   /* arrays: rows or lanes */
	name_t blocks[SUMS]; /* index of each element of the block */
	int opened;          /* loops */
};

static void open_index(struct nest *nest, int variable, const char *step)
{
	const struct variable_name *index = &nest->scope->free[variable];
	if (nest->opened == 0)
		share_turns(nest->text, nest->scope, nest->step);
	open_loop(nest->text, index->text, "0", index->extent_name, step);
	nest->opened++;
}

/* At the end of the index, the last one stands for those behind it. */
static void open_blocked(struct nest *nest)
{
	struct scope *scope = nest->scope;
	struct names *names = scope->names->names;
	const struct variable_name *index = &scope->free[nest->loops.blocked];
	const char *extent = index->extent_name;
	open_index(nest, nest->loops.blocked, "BLOCK");
	nest->blocks[0] = index->text;
	for (int b = 1; b < nest->loops.block; b++) {
		nest->blocks[b] = scope_unique(scope, name_format(names, "%s_%d", index->text, b));
		c_line(nest->text,
		       name_format(names, "const int %s = %s + %d < %s ? %s + %d : %s - 1;", nest->blocks[b],
		                   index->text, b, extent, index->text, b, extent));
	}
}

static void open_outer(struct nest *nest)
{
	for (int k = 0; k < nest->left->rank; k++)
		if (k == nest->loops.blocked)
			open_blocked(nest);
		else if (nest->loops.form != LOOP_ROW || k != nest->loops.vector)
			open_index(nest, k, NULL);
}

static void declare_sums(struct nest *nest, const char *base, const char *width)
{
	struct scope *scope = nest->scope;
	for (int b = 0; b < nest->loops.block; b++) {
		const char *wanted =
		        nest->loops.block == 1 ? base : name_format(scope->names->names, "%s_%d", base, b);
		nest->sums[b] = scope_unique(scope, wanted);
		text_line(nest->text, "%s %s[%s] = {0};", scope->names->real, nest->sums[b], width);
	}
}

/* sums[b][element] += body, for each element of the block */
static void accumulate(struct nest *nest, struct scope *scope, const char *element)
{
	for (int b = 0; b < nest->loops.block; b++) {
		struct scope own = scope_inside(scope);
		if (nest->loops.blocked >= 0)
			own.free[nest->loops.blocked].text = nest->blocks[b];
		declare_body(nest->text, &own, nest->chain.body);
		c_add_to(nest->text, &own, name_format(scope->names->names, "%s[%s]", nest->sums[b], element),
		         nest->chain.body);
	}
}

/* "const float *const sums[BLOCK] = {sum_0, …};": what each element of the block finds its sum in */
static void declare_block(struct nest *nest, const char *type, const char *around)
{
	struct text line = text_new(nest->text->arena);
	text_printf(&line, "const %s %s[BLOCK] = {", nest->scope->names->real, type);
	for (int b = 0; b < nest->loops.block; b++)
		text_printf(&line, "%s%s%s%s", b ? ", " : "", around, nest->sums[b], around[0] ? ")" : "");
	text_add(&line, "};");
	c_line(nest->text, text_string(&line));
}

/* The loop over a block, if there is one; returns where its sum is. */
static name_t open_block(struct nest *nest, struct scope *scope, name_t lone)
{
	struct names *names = scope->names->names;
	int blocked = nest->loops.blocked;
	if (blocked < 0)
		return lone;
	const char *first = scope->free[blocked].text;
	const char *extent = scope->free[blocked].extent_name;
	name_t here = scope_unique(scope, name_format(names, "%s_here", first));
	c_line(nest->text, name_format(names, "for (int %s = %s; %s < %s && %s < %s + BLOCK; %s++) {", here,
	                               first, here, extent, here, first, here));
	nest->text->indent++;
	nest->opened++;
	scope->free[blocked].text = here;
	return name_format(names, "sums[%s - %s]", here, first);
}

static void close_all(struct nest *nest)
{
	while (nest->opened-- > 0)
		close_loop(nest->text);
}

/* --- a row of sums ------------------------------------------------------------------------------------ */

static void accumulate_row(struct nest *nest, const char *start, const char *width)
{
	struct text *text = nest->text;
	struct scope scope = scope_inside(nest->scope);
	struct names *names = scope.names->names;
	int vector = nest->loops.vector;
	for (int level = 0; level < nest->chain.count; level++) {
		int variable = chain_variable(nest->chain.reductions[level]);
		const char *extent = bind_variable(&scope, &nest->chain, level);
		open_loop(text, scope_find(&scope, variable)->text, "0", extent, NULL);
	}
	name_t element = start ? scope_unique(&scope, "j") : scope.free[vector].text;
	open_loop(text, element, "0", width, NULL);
	if (start) {
		scope.free[vector].text = name_format(names, "%s + %s", start, element);
		scope.free[vector].compound = true;
	}
	accumulate(nest, &scope, element);
	for (int level = 0; level <= nest->chain.count; level++)
		close_loop(text);
}

static void store_row(struct nest *nest, const char *from, const char *start, const char *width)
{
	struct names *names = nest->scope->names->names;
	struct scope scope = scope_inside(nest->scope);
	const char *index = scope.free[nest->loops.vector].text;
	if (nest->loops.blocked >= 0)
		declare_block(nest, "*const sums", "");
	name_t sums = open_block(nest, &scope, nest->sums[0]);
	open_loop(nest->text, index, start ? from : "0",
	          start ? name_format(names, "%s + %s", start, width) : width, NULL);
	nest->opened++;
	const char *place = start ? name_format(names, "%s - %s", index, start) : index;
	struct ready ready = {nest->equation->left, name_format(names, "%s[%s]", sums, place)};
	emit_element(nest->text, &scope, nest->step, &ready);
}

/* The last tile of a row that TILE does not divide starts earlier and stores its new elements alone. */
static void emit_row(struct nest *nest)
{
	struct text *text = nest->text;
	struct scope *scope = nest->scope;
	struct names *names = scope->names->names;
	int vector = nest->loops.vector;
	const char *extent = scope->free[vector].extent_name, *index = scope->free[vector].text;
	bool tiled = nest->loops.width < nest->left->extents[vector];
	name_t from = NULL, start = NULL;
	open_outer(nest);
	if (tiled) {
		from = scope_unique(scope, name_format(names, "%s_from", index));
		start = scope_unique(scope, name_format(names, "%s_start", index));
		open_loop(text, from, "0", extent, "TILE");
		nest->opened++;
		c_line(text, name_format(names, "const int %s = %s < %s - TILE ? %s : %s - TILE;", start,
		                         from, extent, from, extent));
	}
	const char *width = tiled ? "TILE" : extent;
	declare_sums(nest, "sum", width);
	accumulate_row(nest, start, width);
	store_row(nest, from, start, width);
	close_all(nest);
}

/* --- turned rows -------------------------------------------------------------------------------------- */

/* panel[o * 32 + j] = rows n + j, at the end of the batch the last one again */
static void fill_turned(struct nest *nest, const struct expr *rows, const char *width, name_t element)
{
	struct scope scope = scope_inside(nest->scope);
	struct names *names = scope.names->names;
	struct text line = text_new(nest->text->arena);
	struct variable_name *row = &scope.free[nest->loops.vector];
	const struct variable_name *term = scope_find(&scope, chain_variable(nest->chain.reductions[0]));
	if (nest->loops.is_shared)
		c_line(nest->text,
		       name_format(names,
		                   "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * %s);",
		                   scope.names->real, term->extent_name, width));
	open_loop(nest->text, element, "0", width, NULL);
	name_t here = scope_unique(&scope, name_format(names, "%s_%s", row->text, element));
	c_line(nest->text,
	       name_format(names, "const int %s = %s + %s < %s ? %s + %s : %s - 1;", here, row->text, element,
	                   row->extent_name, row->text, element, row->extent_name));
	open_loop(nest->text, term->text, "0", term->extent_name, NULL);
	row->text = here;
	text_printf(&line, "panel[%s * %s + %s] = ", term->text, width, element);
	c_expression(&line, &scope, rows, AS_ARGUMENT);
	c_line(nest->text, name_format(names, "%s;", text_string(&line)));
	close_loop(nest->text);
	close_loop(nest->text);
}

static void accumulate_turned(struct nest *nest, const struct expr *rows, const char *width, name_t element)
{
	struct scope scope = scope_inside(nest->scope);
	struct names *names = scope.names->names;
	const struct variable_name *term = scope_find(&scope, chain_variable(nest->chain.reductions[0]));
	open_loop(nest->text, term->text, "0", term->extent_name, NULL);
	open_loop(nest->text, element, "0", width, NULL);
	scope_name(&scope, rows, name_format(names, "panel[%s * %s + %s]", term->text, width, element));
	accumulate(nest, &scope, element);
	close_loop(nest->text);
	close_loop(nest->text);
}

static void emit_turned_rows(struct nest *nest)
{
	struct scope *scope = nest->scope;
	struct names *names = scope->names->names;
	const struct expr *rows = turned_factor(scope->names->plan, nest->equation);
	const char *width = name_format(names, "%d", nest->loops.width);
	const char *row = scope->free[nest->loops.vector].text,
	           *extent = scope->free[nest->loops.vector].extent_name;
	open_index(nest, nest->loops.vector, width);
	bind_variable(scope, &nest->chain, 0);
	name_t element = scope_unique(scope, "j");
	fill_turned(nest, rows, width, element);
	open_blocked(nest);
	declare_sums(nest, "sum", width);
	accumulate_turned(nest, rows, width, element);
	declare_block(nest, "*const sums", "");
	struct scope inner = scope_inside(scope);
	name_t here = scope_unique(&inner, name_format(names, "%s_here", row));
	c_line(nest->text, name_format(names, "for (int %s = %s; %s < %s && %s < %s + %s; %s++) {", here, row,
	                               here, extent, here, row, width, here));
	nest->text->indent++;
	nest->opened++;
	inner.free[nest->loops.vector].text = here;
	name_t sums = open_block(nest, &inner, NULL);
	struct ready ready = {nest->equation->left, name_format(names, "%s[%s - %s]", sums, here, row)};
	emit_element(nest->text, &inner, nest->step, &ready);
	close_all(nest);
}

/* --- interleaved sums --------------------------------------------------------------------------------- */

/* Opens the loops of all reductions but that of the vector; returns how many, and extent and level of that.
 */
static int open_other_reductions(struct nest *nest, struct scope *scope, const char **extent, int *level)
{
	int opened = 0;
	for (int k = 0; k < nest->chain.count; k++) {
		int variable = chain_variable(nest->chain.reductions[k]);
		const char *own = bind_variable(scope, &nest->chain, k);
		if (variable == nest->loops.vector) {
			*extent = own;
			*level = k;
			continue;
		}
		open_loop(nest->text, scope_find(scope, variable)->text, "0", own, NULL);
		opened++;
	}
	return opened;
}

static void accumulate_lanes(struct nest *nest)
{
	struct text *text = nest->text;
	struct scope scope = scope_inside(nest->scope);
	struct names *names = scope.names->names;
	const char *extent = NULL;
	int level = 0, opened = open_other_reductions(nest, &scope, &extent, &level);
	int64_t count = nest->chain.reductions[level]->extent;
	const char *index = scope_find(&scope, nest->loops.vector)->text;
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
	scope_variable(&vector, nest->loops.vector, position);
	accumulate(nest, &vector, lane);
	close_loop(text);
	close_loop(text);
	if (rest) {
		open_loop(text, index, whole, extent, NULL);
		accumulate(nest, &scope, name_format(names, "%s %% LANES", index));
		close_loop(text);
	}
	while (opened-- > 0)
		close_loop(text);
}

static void emit_lanes(struct nest *nest)
{
	struct text *text = nest->text;
	struct c_names *names = nest->scope->names;
	name_t sum = NULL;
	open_outer(nest);
	declare_sums(nest, "lane", "LANES");
	accumulate_lanes(nest);
	if (nest->loops.blocked >= 0) {
		declare_block(nest, "sums", "joined_lanes(");
	} else {
		sum = scope_unique(nest->scope, "sum");
		text_line(text, "const %s %s = joined_lanes(%s);", names->real, sum, nest->sums[0]);
	}
	struct scope scope = scope_inside(nest->scope);
	struct ready ready = {.tensor = nest->equation->left};
	ready.value = open_block(nest, &scope, sum);
	emit_element(text, &scope, nest->step, &ready);
	close_all(nest);
}

/* --- all ---------------------------------------------------------------------------------------------- */

void emit_sums(struct text *text, struct scope *scope, const struct step *step, const struct equation *equation)
{
	struct nest nest = {.text = text,
	                    .scope = scope,
	                    .step = step,
	                    .left = step->members.items[0].equation->left,
	                    .equation = equation,
	                    .chain = chain_of(equation->right),
	                    .loops = step->loops};
	if (step->loops.form == LOOP_ROW)
		emit_row(&nest);
	else if (step->loops.form == LOOP_TURNED)
		emit_turned_rows(&nest);
	else
		emit_lanes(&nest);
}
