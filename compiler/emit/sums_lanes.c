/* Interleaved sums: the vector is an index of the sum, whose parts are joined at the end. */
#include "emit/sums.h"

/* Opens the loops of all reductions but that of the vector; returns how many, and extent and level of that.
 */
static int open_other_reductions(struct sums *sums, struct scope *scope, const char **extent, int *level)
{
	int opened = 0;
	for (int k = 0; k < sums->chain.count; k++) {
		int variable = chain_variable(sums->chain.reductions[k]);
		const char *own = bind_variable(scope, &sums->chain, k);
		if (variable == sums->loops.vector) {
			*extent = own;
			*level = k;
			continue;
		}
		open_loop(sums->text, scope_find(scope, variable)->text, "0", own, NULL);
		opened++;
	}
	return opened;
}

static void accumulate_lanes(struct sums *sums)
{
	struct text *text = sums->text;
	struct scope scope = scope_inside(sums->scope);
	struct names *names = scope.names->names;
	const char *extent = NULL;
	int level = 0, opened = open_other_reductions(sums, &scope, &extent, &level);
	int64_t count = sums->chain.reductions[level]->extent;
	const char *index = scope_find(&scope, sums->loops.vector)->text;
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
	scope_variable(&vector, sums->loops.vector, position);
	sums_accumulate(sums, &vector, lane);
	close_loop(text);
	close_loop(text);
	if (rest) {
		open_loop(text, index, whole, extent, NULL);
		sums_accumulate(sums, &scope, name_format(names, "%s %% LANES", index));
		close_loop(text);
	}
	while (opened-- > 0)
		close_loop(text);
}

/* --- of neighbouring rows ----------------------------------------------------------------------------- */

/* A loop over the rows of a tile. */
static void open_rows(struct sums *sums, const char *below, const char *body)
{
	open_loop(sums->text, "j", "0", below, NULL);
	c_line(sums->text, body);
	close_loop(sums->text);
}

/* The terms of one part, of each row. */
static void accumulate_part(struct sums *sums, const char *sum, const char *from, const char *width)
{
	struct scope scope = scope_inside(sums->scope);
	const struct variable_name *term = scope_find(&scope, chain_variable(sums->chain.reductions[0]));
	scope_name(&scope, sums->loops.copied, sums_in_panel(sums, &scope, width));
	open_loop(sums->text, term->text, from, term->extent_name, "LANES");
	open_loop(sums->text, "j", "0", width, NULL);
	declare_body(sums->text, &scope, sums->chain.body);
	c_add_to(sums->text, &scope, name_format(scope.names->names, "%s[j]", sum), sums->chain.body);
	close_loop(sums->text);
	close_loop(sums->text);
}

/* part[l * 32 + j] is sum l of row j; what joins the parts is the tree of joined_lanes. */
static void accumulate_parts(struct sums *sums, const char *width)
{
	struct text *text = sums->text;
	struct names *names = sums->scope->names->names;
	const char *real = sums->scope->names->real;
	text_line(text, "%s part[LANES / 2 * %s];", real, width);
	open_loop(text, "l", "0", "LANES / 2", NULL);
	text_line(text, "%s lower[%s] = {0};", real, width);
	text_line(text, "%s upper[%s] = {0};", real, width);
	accumulate_part(sums, "lower", "l", width);
	accumulate_part(sums, "upper", "l + LANES / 2", width);
	if (sums->chain.reductions[0]->extent <= PLAN_LANES) /* a term each, which need not stay in registers */
		text_line(text, "MLP_ROLLED");
	open_rows(sums, width, name_format(names, "part[l * %s + j] = lower[j] + upper[j];", width));
	close_loop(text);
	text_line(text, "for (int half = LANES / 4 * %s; half >= %s; half /= 2) {", width, width);
	text->indent++;
	open_rows(sums, "half", "part[j] += part[j + half];");
	close_loop(text);
}

/* Of as many whole tiles of rows as there are; returns where they end. */
static name_t emit_rows(struct sums *sums)
{
	struct scope own = scope_inside(sums->scope), *outer = sums->scope;
	struct names *names = own.names->names;
	struct variable_name *row = &own.free[0];
	const char *width = name_format(names, "%d", PLAN_TILE);
	name_t whole = scope_unique(outer, name_format(names, "%s_whole", row->text));
	c_line(sums->text, name_format(names, "const int %s = %s - %s %% %s;", whole, row->extent_name,
	                               row->extent_name, width));
	row->extent_name = whole;
	sums->scope = &own;
	sums_open_index(sums, 0, width);
	bind_variable(&own, &sums->chain, 0);
	sums_fill_panel(sums, &own, 0, row->text, width, true);
	for (int k = 1; k < sums->left->rank; k++)
		sums_open_index(sums, k, NULL);
	accumulate_parts(sums, width);
	struct scope inner = scope_inside(&own);
	name_t here = scope_unique(&inner, name_format(names, "%s_here", row->text));
	open_loop(sums->text, here, row->text, name_format(names, "%s + %s", row->text, width), NULL);
	sums->opened++;
	struct ready ready = {sums->equation->left, name_format(names, "part[%s - %s]", here, row->text)};
	inner.free[0].text = here;
	emit_element(sums->text, &inner, sums->step, &ready);
	sums_close(sums);
	sums->scope = outer;
	sums->opened = 0;
	return whole;
}

/* --- all ---------------------------------------------------------------------------------------------- */

void emit_sums_lanes(struct sums *sums)
{
	struct text *text = sums->text;
	struct c_names *names = sums->scope->names;
	name_t sum = NULL;
	if (sums->loops.panel > 0)
		sums->first_row = emit_rows(sums);
	sums_open_outer(sums);
	sums_declare(sums, "lane", "LANES");
	accumulate_lanes(sums);
	if (sums->loops.blocked >= 0) {
		sums_declare_block(sums, "sums", "joined_lanes(");
	} else {
		sum = scope_unique(sums->scope, "sum");
		text_line(text, "const %s %s = joined_lanes(%s);", names->real, sum, sums->names[0]);
	}
	struct scope scope = scope_inside(sums->scope);
	struct ready ready = {.tensor = sums->equation->left};
	ready.value = sums_open_block(sums, &scope, sum);
	emit_element(text, &scope, sums->step, &ready);
	sums_close(sums);
}
