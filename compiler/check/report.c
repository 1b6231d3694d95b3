/* What was found, as a table. */
#include <math.h>
#include <string.h>

#include "check/check.h"

enum { EQUATION_LENGTH = 96 };

/* --- words ------------------------------------------------------------------------------------- */

const char *check_place(struct arena *arena, const struct check_result *result, const struct derivative *at)
{
	struct text text = text_new(arena);
	const struct tensor *tensor = result->tensor;
	size_t element = at->element, indices[TENSOR_MOST_DIMENSIONS];
	text_add(&text, tensor->name);
	if (element == SIZE_MAX) {
		text_add(&text, " along a direction");
		return text.bytes;
	}
	for (int d = tensor->rank - 1; d >= 0; d--) {
		bool is_row = tensor->extents[d] == EXTENT_ROWS;
		size_t extent = is_row ? SIZE_MAX : (size_t)tensor->extents[d];
		indices[d] = is_row ? element : element % extent;
		element = is_row ? 0 : element / extent;
	}
	for (int d = 0; d < tensor->rank; d++)
		text_printf(&text, "%s%zu", d > 0 ? ", " : "[", indices[d]);
	text_add(&text, tensor->rank > 0 ? "]" : "");
	return text.bytes;
}

const char *check_choice(enum op op)
{
	static const char *const choices[OP_COUNT] = {
	        [OP_LESS] = "comparison",  [OP_LESS_EQUAL] = "comparison",
	        [OP_EQUAL] = "comparison", [OP_NOT_EQUAL] = "comparison",
	        [OP_MAXIMUM] = "max",      [OP_MINIMUM] = "min",
	        [OP_POW] = "power",        [OP_FLOOR_QUOTIENT] = "floor",
	        [OP_SCALE] = "quotient",
	};
	return choices[op] ? choices[op] : op_table[op].name;
}

static const char *shape(struct arena *arena, const struct tensor *tensor, int rows)
{
	struct text text = text_new(arena);
	text_add(&text, "[");
	for (int d = 0; d < tensor->rank; d++)
		text_printf(&text, "%s%lld", d > 0 ? ", " : "",
		            (long long)(tensor->extents[d] == EXTENT_ROWS ? rows : tensor->extents[d]));
	text_add(&text, "]");
	return text.bytes;
}

static const char *amount(struct arena *arena, const struct check_result *result)
{
	struct text text = text_new(arena);
	if (result->count - 1 < result->size)
		text_printf(&text, "%zu of %zu", result->count - 1, result->size);
	else
		text_printf(&text, "%zu", result->size);
	return text.bytes;
}

/* "3.1e-16"; 0 is equality. */
static const char *distance(struct arena *arena, double relative)
{
	struct text text = text_new(arena);
	text_printf(&text, relative == 0 ? "0" : "%.1e", relative);
	return text.bytes;
}

static int kinks_of(const struct check_result *result)
{
	return result->bends[BEND_NEAR] + result->bends[BEND_AT] + result->bends[BEND_OUTSIDE] +
	       result->bends[BEND_JUMP];
}

/* --- the table ---------------------------------------------------------------------------------- */

struct printing {
	struct text *text;
	struct arena *arena;
	bool color;
	int name_width, shape_width, amount_width, place_width;
};

static int longer(int width, const char *word)
{
	int length = (int)strlen(word);
	return length > width ? length : width;
}

static const struct derivative *worst(const struct check_result *result)
{
	const struct derivative *by_dual = result->worst_by_dual, *other = result->worst_by_difference;
	bool differs = other && other->by_difference > CHECK_ROUGH && by_dual->by_dual <= CHECK_EXACT;
	return differs ? other : by_dual;
}

static void measure_widths(struct printing *p, const struct trial *trial)
{
	p->name_width = 6;
	p->shape_width = 5;
	p->amount_width = 7;
	p->place_width = 8;
	for (int k = 0; k < trial->count; k++) {
		const struct check_result *result = &trial->results[k];
		p->name_width = longer(p->name_width, result->tensor->name);
		p->shape_width = longer(p->shape_width, shape(p->arena, result->tensor, trial->rows));
		if (result->count == 0)
			continue;
		p->amount_width = longer(p->amount_width, amount(p->arena, result));
		p->place_width = longer(p->place_width, check_place(p->arena, result, worst(result)));
	}
}

static void print_equation(struct printing *p, const struct check_result *result)
{
	struct text line = text_new(p->arena);
	if (!result->equation) {
		text_printf(p->text, "    the loss does not depend on it\n");
		return;
	}
	equation_print(&line, result->equation);
	const char *end = strchr(line.bytes, '\n');
	int length = end ? (int)(end - line.bytes) : (int)line.length;
	const char *begin = line.bytes + strspn(line.bytes, " \t");
	length -= (int)(begin - line.bytes);
	bool cut = length > EQUATION_LENGTH;
	while (cut && length > EQUATION_LENGTH - 2)
		length--;
	while (cut && ((unsigned char)begin[length] & 0xc0) == 0x80)
		length--;
	text_printf(p->text, "    %s%.*s%s%s\n", p->color ? "\033[2m" : "", length, begin, cut ? " …" : "",
	            p->color ? "\033[0m" : "");
}

static void print_result(struct printing *p, const struct trial *trial, const struct check_result *result)
{
	static const char *const words[] = {"agrees", "DIFFERS", "frozen"};
	static const char *const colors[] = {"\033[32m", "\033[1;31m", "\033[2m"};
	const char *on = p->color ? colors[result->verdict] : "", *off = p->color ? "\033[0m" : "";
	text_printf(p->text, "  %-*s  %-*s  ", p->name_width, result->tensor->name, p->shape_width,
	            shape(p->arena, result->tensor, trial->rows));
	if (result->count == 0) {
		text_printf(p->text, "%-*s  %s%s%s\n", p->amount_width, "-", on, words[result->verdict], off);
		return;
	}
	text_printf(p->text, "%-*s  %12s  %11s  %-*s  %5d  %s%s%s\n", p->amount_width,
	            amount(p->arena, result), distance(p->arena, result->worst_by_dual->by_dual),
	            result->worst_by_difference
	                    ? distance(p->arena, result->worst_by_difference->by_difference)
	                    : "-",
	            p->place_width, check_place(p->arena, result, worst(result)), kinks_of(result), on,
	            words[result->verdict], off);
	print_equation(p, result);
}

static void print_table(struct printing *p, const struct trial *trial)
{
	measure_widths(p, trial);
	text_printf(p->text, "\n  %-*s  %-*s  %-*s  %12s  %11s  %-*s  %5s  %s\n", p->name_width, "tensor",
	            p->shape_width, "shape", p->amount_width, "checked", "dual numbers", "differences",
	            p->place_width, "worst at", "kinks", "gradient");
	for (int k = 0; k < trial->count; k++)
		print_result(p, trial, &trial->results[k]);
}

/* --- sentences ------------------------------------------------------------------------------------ */

static const struct derivative *first_bend(const struct check_result *result, enum bend bend)
{
	for (size_t k = 0; k + 1 < result->count; k++)
		if (result->derivatives[k].difference.bend == bend)
			return &result->derivatives[k];
	return NULL;
}

static void print_kink(struct printing *p, const struct slope *dual)
{
	if (dual->kink)
		text_printf(p->text, " (%s in %s)", check_choice(dual->choice), dual->kink->name);
}

static void print_bends(struct printing *p, const struct check_result *result)
{
	static const char *const meanings[] = {
	        [BEND_NEAR] = "nearer to a kink than the step: measured with smaller steps",
	        [BEND_AT] = "on a kink: the gradient lies between the slopes of both sides",
	        [BEND_OUTSIDE] =
	                "on a kink, where the gradient is a convention, outside of the slopes of both sides",
	        [BEND_JUMP] = "where the loss jumps: no differences there",
	        [BEND_HIDDEN] =
	                "moving what constant() hides: differences count that too, so they tell nothing",
	        [BEND_UNKNOWN] = "where differences tell nothing: the loss is not finite beside, or its "
	                         "rounding hides the slope",
	};
	if (result->unsteady > 0 && result->verdict == VERDICT_AGREES &&
	    result->worst_by_dual->by_dual > CHECK_EXACT)
		text_printf(
		        p->text,
		        "  %s: rounding alone moves its gradient by up to %.1e: it cannot be told better\n",
		        result->tensor->name, result->unsteady);
	for (int bend = BEND_NEAR; bend <= BEND_UNKNOWN; bend++) {
		const struct derivative *at = first_bend(result, (enum bend)bend);
		if (!at)
			continue;
		text_printf(p->text, "  %s: %d of %zu %s", result->tensor->name, result->bends[bend],
		            result->count - 1, meanings[bend]);
		if (bend <= BEND_JUMP)
			print_kink(p, &at->dual);
		if (bend == BEND_AT || bend == BEND_OUTSIDE)
			text_printf(p->text, "; %s has %.6g, they are %.6g and %.6g",
			            check_place(p->arena, result, at), at->gradient, at->difference.left + 0,
			            at->difference.right + 0);
		text_add(p->text, "\n");
	}
}

/* Of a batch after the first, whose tensors are the same. */
static void print_short(struct printing *p, const struct trial *trial)
{
	const struct check_result *first = NULL, *second = NULL;
	int kinks = 0, untold = 0;
	for (int k = 0; k < trial->count; k++) {
		const struct check_result *result = &trial->results[k];
		if (result->count > 0 &&
		    (!first || result->worst_by_dual->by_dual > first->worst_by_dual->by_dual))
			first = result;
		if (result->worst_by_difference &&
		    (!second ||
		     result->worst_by_difference->by_difference > second->worst_by_difference->by_difference))
			second = result;
	}
	text_add(p->text, "  the same tensors agree");
	if (first)
		text_printf(p->text, ": with dual numbers to %s (%s)",
		            distance(p->arena, first->worst_by_dual->by_dual),
		            check_place(p->arena, first, first->worst_by_dual));
	if (second)
		text_printf(p->text, ", with differences to %s (%s)",
		            distance(p->arena, second->worst_by_difference->by_difference),
		            check_place(p->arena, second, second->worst_by_difference));
	for (int k = 0; k < trial->count; k++) {
		const struct check_result *result = &trial->results[k];
		kinks += kinks_of(result);
		untold += result->bends[BEND_HIDDEN] + result->bends[BEND_UNKNOWN];
	}
	if (kinks > 0)
		text_printf(p->text, "; %d elements near kinks", kinks);
	if (untold > 0)
		text_printf(p->text, "; %d elements of which differences tell nothing", untold);
	text_add(p->text, "\n");
}

static void print_trial(struct printing *p, const struct check *check, const struct trial *trial,
                        bool short_form)
{
	text_printf(p->text, "\nbatch of %d, ", trial->rows);
	if (trial->high > trial->low)
		text_printf(p->text, "inputs from %g to %g, ", trial->low, trial->high);
	text_printf(p->text, "loss %.9g", trial->loss);
	if (!trial->is_finite) {
		text_printf(p->text, ": not finite\n");
		return;
	}
	if (trial->loss_agrees)
		text_printf(p->text, " as by direct evaluation%s\n",
		            trial->forward == check->forward
		                    ? ""
		                    : " once it is rewritten; as it is written it overflows");
	else
		text_printf(p->text, ", but %.17g by direct evaluation\n", trial->evaluated);
	if (short_form && trial_agrees(trial)) {
		print_short(p, trial);
		return;
	}
	print_table(p, trial);
	for (int k = 0; k < trial->count; k++)
		print_bends(p, &trial->results[k]);
}

static int count_of(const struct trial *trial, bool wrong)
{
	int count = 0;
	for (int k = 0; k < trial->count; k++) {
		enum verdict verdict = trial->results[k].verdict;
		count += wrong ? verdict == VERDICT_DIFFERS : verdict != VERDICT_FROZEN;
	}
	return count;
}

void check_print(struct text *text, const struct check *check, const struct trial *trials, int count,
                 bool color)
{
	struct printing p = {.text = text, .arena = text->arena, .color = color};
	bool agrees = true, finite = true;
	int of = count_of(&trials[0], false), wrong = 0;
	text_printf(text,
	            "Gradients of %s in double, seed %llu, against dual numbers and central differences "
	            "(step %g).\n",
	            check->program->model->name, (unsigned long long)check->settings.seed,
	            check->settings.step);
	for (int t = 0; t < count; t++) {
		print_trial(&p, check, &trials[t], t > 0);
		agrees = agrees && trial_agrees(&trials[t]);
		finite = finite && trials[t].is_finite;
		wrong = wrong > count_of(&trials[t], true) ? wrong : count_of(&trials[t], true);
	}
	if (agrees)
		text_printf(
		        text,
		        "\n%s%d of %d gradients agree%s: to %g with dual numbers, to %g with differences.\n",
		        color ? "\033[32m" : "", of, of, color ? "\033[0m" : "", CHECK_EXACT, CHECK_ROUGH);
	else if (finite)
		text_printf(text, "\n%sThe check has failed%s: %d of %d gradients differ.\n",
		            color ? "\033[1;31m" : "", color ? "\033[0m" : "", wrong, of);
}
