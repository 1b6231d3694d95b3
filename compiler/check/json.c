/* What was found, for programs. */
#include <math.h>

#include "check/check.h"

/* JSON has no infinity. */
static void print_number(struct text *text, const char *key, double number)
{
	text_printf(text, ",\"%s\":", key);
	if (isfinite(number))
		text_double(text, number);
	else
		text_add(text, "null");
}

static void print_worst(struct text *text, const struct check_result *result, const struct derivative *at,
                        const char *key, double relative)
{
	text_printf(text, ",\"%s\":{\"at\":\"%s\"", key, check_place(text->arena, result, at));
	print_number(text, "relative", relative);
	print_number(text, "gradient", at->gradient);
	print_number(text, "dual", at->dual.value);
	if (at->difference.bend <= BEND_AT)
		print_number(text, "difference", at->difference.slope);
	text_add(text, "}");
}

static void print_result(struct text *text, const struct check_result *result)
{
	static const char *const verdicts[] = {"agrees", "differs", "frozen"};
	static const char *const bends[] = {"smooth", "near_kink", "at_kink", "outside",
	                                    "jump",   "hidden",    "unknown"};
	text_printf(text,
	            "{\"name\":\"%s\",\"role\":\"%s\",\"elements\":%zu,\"checked\":%zu,\"verdict\":\"%s\"",
	            result->tensor->name, result->tensor->role == TENSOR_INPUT ? "input" : "param",
	            result->size, result->count > 0 ? result->count - 1 : 0, verdicts[result->verdict]);
	if (result->count > 0)
		print_worst(text, result, result->worst_by_dual, "dual_numbers",
		            result->worst_by_dual->by_dual);
	if (result->worst_by_difference)
		print_worst(text, result, result->worst_by_difference, "differences",
		            result->worst_by_difference->by_difference);
	for (int bend = BEND_NONE; result->count > 0 && bend <= BEND_UNKNOWN; bend++)
		text_printf(text, ",\"%s\":%d", bends[bend], result->bends[bend]);
	text_add(text, "}");
}

static void print_trial(struct text *text, const struct trial *trial)
{
	text_printf(text, "{\"rows\":%d,\"agrees\":%s", trial->rows, trial_agrees(trial) ? "true" : "false");
	print_number(text, "loss", trial->loss);
	print_number(text, "evaluated", trial->evaluated);
	text_add(text, ",\"tensors\":[");
	for (int k = 0; trial->is_finite && k < trial->count; k++) {
		text_add(text, k > 0 ? "," : "");
		print_result(text, &trial->results[k]);
	}
	text_add(text, "]}");
}

void check_print_json(struct text *text, const struct check *check, const struct trial *trials, int count)
{
	bool agrees = true;
	for (int t = 0; t < count; t++)
		agrees = agrees && trial_agrees(&trials[t]);
	text_printf(text, "{\"model\":\"%s\",\"agrees\":%s,\"seed\":%llu", check->program->model->name,
	            agrees ? "true" : "false", (unsigned long long)check->settings.seed);
	print_number(text, "step", check->settings.step);
	print_number(text, "dual_tolerance", CHECK_EXACT);
	print_number(text, "difference_tolerance", CHECK_ROUGH);
	text_add(text, ",\"batches\":[");
	for (int t = 0; t < count; t++) {
		text_add(text, t > 0 ? "," : "");
		print_trial(text, &trials[t]);
	}
	text_add(text, "]}\n");
}
