/* Sums of products in tiles of vector registers (plan/tile.c has chosen them). */
#include "emit/tile.h"

bool tile_uses(const struct tiling *t, const struct expr *read, int variable)
{
	return stride_along(t->scope->names->plan, read, variable) != STRIDE_NONE;
}

bool tile_walks(const struct tiling *t, const struct expr *read, int variable)
{
	return stride_along(t->scope->names->plan, read, variable) == STRIDE_UNIT;
}

void tile_open(struct tiling *t, const char *index, const char *extent, const char *step)
{
	if (t->opened == 0)
		share_turns(t->text, t->scope, t->step);
	open_loop(t->text, index, "0", extent, step);
	t->opened++;
}

void tile_bind_block(struct tiling *t, struct scope *scope, int variable, int count, const char *index)
{
	if (variable < 0)
		return;
	struct variable_name *free = &scope->free[variable];
	name_t here = name_format(t->names, "%s + %s", free->text, index);
	bool whole = free->extent != EXTENT_ROWS && free->extent % count == 0;
	if (!whole) {
		name_t last = scope_unique(scope, name_format(t->names, "%s_%s", free->text, index));
		c_line(t->text, name_format(t->names, "const int %s = %s < %s ? %s : %s - 1;", last, here,
		                            free->extent_name, here, free->extent_name));
		here = last;
	}
	free->text = here;
	free->compound = whole;
}

void tile_close(struct tiling *t)
{
	while (t->opened-- > 0)
		close_loop(t->text);
}

int tile_open_reductions(struct tiling *t, const struct scope *scope, int but)
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

int tile_panel_along(const struct tiling *t, int variable)
{
	for (int k = 0; k < t->product.count; k++) {
		int panel = plan_panel(t->scope->names->plan, t->product.factors[k]->tensor);
		if (panel > 0 && tile_walks(t, t->product.factors[k], variable))
			return panel;
	}
	return 0;
}

int tile_open_panels(struct tiling *t, struct scope *scope, int variable, int width)
{
	struct variable_name index = *scope_find(scope, variable);
	index.start = scope_unique(scope, name_format(t->names, "%s_from", index.text));
	index.within = name_format(t->names, "%s - %s", index.text, index.start);
	index.width = width;
	scope_variable(scope, variable, index);
	open_loop(t->text, index.start, "0", index.extent_name, name_format(t->names, "%d", width));
	return 1;
}

int tile_open_panel(struct tiling *t, struct scope *scope, int variable, const char *extent)
{
	const struct variable_name *index = scope_find(scope, variable);
	name_t end = end_of_part(t->text, scope, index, index->start, name_format(t->names, "%d", index->width), extent,
	                         index->extent % index->width == 0);
	open_loop(t->text, index->text, index->start, end, t->loops.form == LOOP_LANES ? "MLP_LANES" : NULL);
	return 1;
}

void tile_bind(struct tiling *t)
{
	for (int level = 0; level < t->chain.count; level++)
		bind_variable(t->scope, &t->chain, level);
}

void tile_add_product(struct tiling *t, const char *sum, const char *a, const char *b)
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

void tile_unrolled(struct tiling *t, const char *index, const char *below)
{
	text_line(t->text, "MLP_UNROLL");
	open_loop(t->text, index, "0", below, NULL);
}

name_t tile_open_here(struct tiling *t, struct scope *scope, int variable, const char *constant)
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

void tile_store_group(struct tiling *t, int variable, const char *constant, const char *values)
{
	struct scope scope = scope_inside(t->scope);
	const struct variable_name *last = &scope.free[t->loops.grouped];
	name_t here = tile_open_here(t, &scope, variable, constant);
	name_t end = end_of_part(t->text, &scope, last, t->from, "GROUP", last->extent_name,
	                         last->extent % t->loops.group == 0);
	struct ready ready = {t->equation->left,
	                      name_format(t->names, "%s[%s][%s - %s]", values, here, last->text, t->from)};
	emit_elements(t->text, &scope, t->step, &ready, t->loops.grouped, t->from, end);
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
	else if (step->loops.form == LOOP_TURNED)
		emit_turned(&t);
	else
		emit_lanes(&t);
}
