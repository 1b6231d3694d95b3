/* The copy of a factor's rows, from which sums read what belongs to neighbouring places side by side. */
#include "emit/sums.h"

name_t sums_in_panel(const struct sums *sums, const struct scope *scope, const char *width)
{
	const struct variable_name *term = scope_find(scope, chain_variable(sums->chain.reductions[0]));
	return name_format(scope->names->names, "panel[%s * %s + j]", term->text, width);
}

static void own_panel(struct sums *sums, const char *terms, const char *width)
{
	struct c_names *names = sums->scope->names;
	c_line(sums->text, name_format(names->names,
	                               "%s *const panel = panels + (size_t)omp_get_thread_num() * (%s * %s);",
	                               names->real, terms, width));
}

/* "n + j", or a variable that stays within the index. */
static name_t place_in_index(struct sums *sums, struct scope *scope, const struct variable_name *index,
                             const char *start, bool whole)
{
	struct names *names = scope->names->names;
	name_t here = name_format(names, "%s + j", start);
	if (whole)
		return here;
	name_t last = scope_unique(scope, name_format(names, "%s_j", start));
	c_line(sums->text, name_format(names, "const int %s = %s < %s ? %s : %s - 1;", last, here, index->extent_name,
	                               here, index->extent_name));
	return last;
}

void sums_fill_panel(struct sums *sums, const struct scope *outer, int variable, const char *start, const char *width,
                     bool whole)
{
	struct scope scope = scope_inside(outer);
	const struct expr *copied = sums->loops.copied;
	const struct variable_name *term = scope_find(&scope, chain_variable(sums->chain.reductions[0]));
	struct variable_name *index = &scope.free[variable];
	bool term_first = stride_along(scope.names->plan, copied, variable) == STRIDE_UNIT;
	struct text line = text_new(sums->text->arena);
	if (sums->loops.is_shared)
		own_panel(sums, term->extent_name, width);
	if (term_first)
		open_loop(sums->text, term->text, "0", term->extent_name, NULL);
	open_loop(sums->text, "j", "0", width, NULL);
	index->text = place_in_index(sums, &scope, index, start, whole);
	index->compound = whole;
	if (!term_first)
		open_loop(sums->text, term->text, "0", term->extent_name, NULL);
	text_printf(&line, "%s = ", sums_in_panel(sums, &scope, width));
	c_expression(&line, &scope, copied, AS_ARGUMENT);
	text_add(&line, ";");
	c_line(sums->text, text_string(&line));
	close_loop(sums->text);
	close_loop(sums->text);
}
