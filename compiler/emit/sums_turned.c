/* The sums of rows of the batch, copied column by column. */
#include "emit/sums.h"

static void own_panel(struct sums *sums, const char *terms, const char *width)
{
	struct c_names *names = sums->scope->names;
	c_line(sums->text, name_format(names->names,
	                               "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * %s);",
	                               names->real, terms, width));
}

void sums_fill_panel(struct sums *sums, const struct expr *rows, const char *width, name_t element,
                     bool whole)
{
	struct scope scope = scope_inside(sums->scope);
	struct names *names = scope.names->names;
	struct text line = text_new(sums->text->arena);
	struct variable_name *row = &scope.free[0];
	const struct variable_name *term = scope_find(&scope, chain_variable(sums->chain.reductions[0]));
	if (sums->loops.is_shared)
		own_panel(sums, term->extent_name, width);
	open_loop(sums->text, element, "0", width, NULL);
	name_t here = name_format(names, "%s + %s", row->text, element);
	if (!whole) {
		name_t last = scope_unique(&scope, name_format(names, "%s_%s", row->text, element));
		c_line(sums->text, name_format(names, "const int %s = %s < %s ? %s : %s - 1;", last, here,
		                               row->extent_name, here, row->extent_name));
		here = last;
	}
	open_loop(sums->text, term->text, "0", term->extent_name, NULL);
	row->text = here;
	row->compound = whole;
	text_printf(&line, "panel[%s * %s + %s] = ", term->text, width, element);
	c_expression(&line, &scope, rows, AS_ARGUMENT);
	c_line(sums->text, name_format(names, "%s;", text_string(&line)));
	close_loop(sums->text);
	close_loop(sums->text);
}

static void accumulate_turned(struct sums *sums, const struct expr *rows, const char *width, name_t element)
{
	struct scope scope = scope_inside(sums->scope);
	struct names *names = scope.names->names;
	const struct variable_name *term = scope_find(&scope, chain_variable(sums->chain.reductions[0]));
	open_loop(sums->text, term->text, "0", term->extent_name, NULL);
	open_loop(sums->text, element, "0", width, NULL);
	scope_name(&scope, rows, name_format(names, "panel[%s * %s + %s]", term->text, width, element));
	sums_accumulate(sums, &scope, element);
	close_loop(sums->text);
	close_loop(sums->text);
}

void emit_sums_turned(struct sums *sums)
{
	struct scope *scope = sums->scope;
	struct names *names = scope->names->names;
	const struct expr *rows = turned_factor(scope->names->plan, sums->equation);
	const char *width = name_format(names, "%d", sums->loops.width);
	const char *row = scope->free[sums->loops.vector].text,
	           *extent = scope->free[sums->loops.vector].extent_name;
	sums_open_index(sums, sums->loops.vector, width);
	bind_variable(scope, &sums->chain, 0);
	name_t element = name_format(names, "j");
	sums_fill_panel(sums, rows, width, element, false);
	sums_open_blocked(sums);
	sums_declare(sums, "sum", width);
	accumulate_turned(sums, rows, width, element);
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
