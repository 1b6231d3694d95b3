/* Several sums at once in plain C: a row of them, those of turned rows, or interleaved parts of one. */
#include "emit/sums.h"

void sums_open_index(struct sums *sums, int variable, const char *step)
{
	const struct variable_name *index = &sums->scope->free[variable];
	if (sums->opened == 0)
		share_turns(sums->text, sums->scope, sums->step);
	const char *from = sums->first_row && sums->opened == 0 ? sums->first_row : "0";
	open_loop(sums->text, index->text, from, index->extent_name, step);
	sums->opened++;
}

void sums_open_blocked(struct sums *sums)
{
	struct scope *scope = sums->scope;
	struct names *names = scope->names->names;
	const struct variable_name *index = &scope->free[sums->loops.blocked];
	const char *extent = index->extent_name;
	sums_open_index(sums, sums->loops.blocked, "BLOCK");
	sums->blocks[0] = index->text;
	for (int b = 1; b < sums->loops.block; b++) {
		sums->blocks[b] = scope_unique(scope, name_format(names, "%s_%d", index->text, b));
		c_line(sums->text,
		       name_format(names, "const int %s = %s + %d < %s ? %s + %d : %s - 1;", sums->blocks[b],
		                   index->text, b, extent, index->text, b, extent));
	}
}

void sums_open_outer(struct sums *sums)
{
	for (int k = 0; k < sums->left->rank; k++)
		if (k == sums->loops.blocked)
			sums_open_blocked(sums);
		else if (sums->loops.form != LOOP_ROW || k != sums->loops.vector)
			sums_open_index(sums, k, NULL);
}

void sums_declare(struct sums *sums, const char *base, const char *width)
{
	struct scope *scope = sums->scope;
	for (int b = 0; b < sums->loops.block; b++) {
		const char *wanted =
		        sums->loops.block == 1 ? base : name_format(scope->names->names, "%s_%d", base, b);
		sums->names[b] = scope_unique(scope, wanted);
		text_line(sums->text, "%s %s[%s] = {0};", scope->names->real, sums->names[b], width);
	}
}

void sums_accumulate(struct sums *sums, struct scope *scope, const char *element)
{
	for (int b = 0; b < sums->loops.block; b++) {
		struct scope own = scope_inside(scope);
		if (sums->loops.blocked >= 0)
			own.free[sums->loops.blocked].text = sums->blocks[b];
		declare_body(sums->text, &own, sums->chain.body);
		c_add_to(sums->text, &own,
		         name_format(scope->names->names, "%s[%s]", sums->names[b], element),
		         sums->chain.body);
	}
}

void sums_declare_block(struct sums *sums, const char *type, const char *around)
{
	struct text line = text_new(sums->text->arena);
	text_printf(&line, "const %s %s[BLOCK] = {", sums->scope->names->real, type);
	for (int b = 0; b < sums->loops.block; b++)
		text_printf(&line, "%s%s%s%s", b ? ", " : "", around, sums->names[b], around[0] ? ")" : "");
	text_add(&line, "};");
	c_line(sums->text, text_string(&line));
}

name_t sums_open_block(struct sums *sums, struct scope *scope, name_t lone)
{
	struct names *names = scope->names->names;
	int blocked = sums->loops.blocked;
	if (blocked < 0)
		return lone;
	const char *first = scope->free[blocked].text;
	const char *extent = scope->free[blocked].extent_name;
	name_t here = scope_unique(scope, name_format(names, "%s_here", first));
	c_line(sums->text, name_format(names, "for (int %s = %s; %s < %s && %s < %s + BLOCK; %s++) {", here,
	                               first, here, extent, here, first, here));
	sums->text->indent++;
	sums->opened++;
	scope->free[blocked].text = here;
	return name_format(names, "sums[%s - %s]", here, first);
}

void sums_close(struct sums *sums)
{
	while (sums->opened-- > 0)
		close_loop(sums->text);
}

void emit_sums(struct text *text, struct scope *scope, const struct step *step,
               const struct equation *equation)
{
	struct sums sums = {.text = text,
	                    .scope = scope,
	                    .step = step,
	                    .left = step->members.items[0].equation->left,
	                    .equation = equation,
	                    .chain = chain_of(equation->right),
	                    .loops = step->loops};
	if (step->loops.form == LOOP_ROW)
		emit_sums_row(&sums);
	else if (step->loops.form == LOOP_TURNED)
		emit_sums_turned(&sums);
	else
		emit_sums_lanes(&sums);
}
