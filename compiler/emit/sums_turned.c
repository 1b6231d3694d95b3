/* The sums of rows of the batch, copied column by column. */
#include "emit/sums.h"

static void accumulate_turned(struct sums *sums, const char *width)
{
	struct scope scope = scope_inside(sums->scope);
	const struct variable_name *term = scope_find(&scope, chain_variable(sums->chain.reductions[0]));
	open_loop(sums->text, term->text, "0", term->extent_name, NULL);
	open_loop(sums->text, "j", "0", width, NULL);
	scope_name(&scope, sums->loops.copied, sums_in_panel(sums, &scope, width));
	sums_accumulate(sums, &scope, "j");
	close_loop(sums->text);
	close_loop(sums->text);
}

void emit_sums_turned(struct sums *sums)
{
	struct scope *scope = sums->scope;
	struct names *names = scope->names->names;
	const char *width = name_format(names, "%d", sums->loops.width);
	const char *row = scope->free[sums->loops.vector].text,
	           *extent = scope->free[sums->loops.vector].extent_name;
	sums_open_index(sums, sums->loops.vector, width);
	bind_variable(scope, &sums->chain, 0);
	sums_fill_panel(sums, scope, sums->loops.vector, row, width, false);
	sums_open_blocked(sums);
	sums_declare(sums, "sum", width);
	accumulate_turned(sums, width);
	sums_declare_block(sums, "*const sums", "");
	struct scope inner = scope_inside(scope);
	name_t here = scope_unique(&inner, name_format(names, "%s_here", row));
	c_line(sums->text, name_format(names, "for (int %s = %s; %s < %s && %s < %s + %s; %s++) {", here, row,
	                               here, extent, here, row, width, here));
	sums->text->indent++;
	sums->opened++;
	inner.free[sums->loops.vector].text = here;
	name_t found = sums_open_block(sums, &inner, NULL);
	struct ready ready = {sums->equation->left, name_format(names, "%s[%s - %s]", found, here, row)};
	emit_element(sums->text, &inner, sums->step, &ready);
	sums_close(sums);
}
