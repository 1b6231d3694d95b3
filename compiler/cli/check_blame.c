/* A gradient is wrong: is it the generated C, the derivation, or which of its rewrite rules? The derived
 * graphs are evaluated directly, with the rules and without. */
#include <math.h>
#include <string.h>

#include "cli/check.h"
#include "expr/evaluator.h"
#include "expr/rules.h"

struct suspicion {
	struct compile *compile;
	const struct compile_options *options;
	const struct check *check;
	const struct trial *trial;
	const struct point *point;
};

static const struct tensor *tensor_at(const struct program *program, int array)
{
	const tensors *lists[] = {&program->stored, &program->inputs, &program->targets};
	int l = 0;
	for (; array >= (int)lists[l]->count; l++)
		array -= (int)lists[l]->count;
	return lists[l]->items[array];
}

static const struct tensor *adjoint_of(const struct program *program, const struct tensor *of)
{
	for (size_t k = 0; k < program->training.results.count; k++) {
		const struct tensor *tensor = program->training.results.items[k];
		if (tensor->role == TENSOR_ADJOINT && tensor->of == of)
			return tensor;
	}
	return NULL;
}

static int array_of(const struct suspicion *s, const struct check_result *result)
{
	int array = 0;
	while (s->point->tensors[array] != result->tensor)
		array++;
	return array;
}

static bool result_is_right(const struct suspicion *s, const struct program *program,
                            struct evaluation *evaluation, const struct check_result *result)
{
	const struct tensor *adjoint = adjoint_of(program, tensor_at(program, array_of(s, result)));
	const double *values = adjoint ? evaluation_values(evaluation, adjoint) : NULL;
	for (size_t k = 0; k + 1 < result->count; k++) {
		const struct derivative *d = &result->derivatives[k];
		double value = values ? values[d->element] : 0;
		if (!(fabs(value - d->dual.value) <= CHECK_EXACT * result->scale))
			return false;
	}
	return true;
}

static bool is_right(const struct suspicion *s, const struct program *program)
{
	struct arena *scratch = arena_new();
	struct evaluation *evaluation =
	        evaluation_new(scratch, s->point->rows, s->check->settings.seed, CHECK_STEP, CHECK_EPOCH);
	bool right = true;
	for (int k = 0; k < s->point->count; k++)
		memcpy(evaluation_values(evaluation, tensor_at(program, k)), s->point->values[k],
		       s->point->sizes[k] * sizeof(double));
	evaluate(evaluation, &program->training);
	for (int k = 0; k < s->trial->count && right; k++)
		if (s->trial->results[k].verdict == VERDICT_DIFFERS)
			right = result_is_right(s, program, evaluation, &s->trial->results[k]);
	arena_free(scratch);
	return right;
}

static bool is_right_without(const struct suspicion *s, uint64_t rules)
{
	struct compile *again = compile_new(s->compile->arena);
	struct compile_options options = *s->options;
	options.rules_off |= rules;
	return compile_source(again, s->compile->source, &options) == STATUS_OK &&
	       is_right(s, &again->program);
}

/* The rules without any one of which all is right, with commas between them; "" if there is none. */
static const char *guilty_rules(const struct suspicion *s)
{
	struct text names = text_new(s->compile->arena);
	for (int k = 0; rule_table[k].name; k++)
		if (!(s->options->rules_off >> k & 1) && is_right_without(s, UINT64_C(1) << k))
			text_printf(&names, "%s%s", names.length > 0 ? "," : "", rule_table[k].name);
	return text_string(&names);
}

static void blame(const struct suspicion *s)
{
	struct diag *diag = s->compile->diag;
	if (is_right(s, &s->compile->program)) {
		diag_help(diag, "the derived equations are right: the fault is in the generated C or in the "
		                "C compiler, "
		                "perhaps not with --cc='cc -O0'");
	} else if (!is_right_without(s, rules_from(EXACT))) {
		diag_help(diag, "the derivative itself is wrong: it stays so without any rewrite rule");
	} else {
		const char *names = guilty_rules(s);
		if (*names)
			diag_help(diag, "it is right with --no-rules=%s", names);
		else
			diag_help(diag, "it is right without rewrite rules, but no single one is to blame");
	}
	diag_help(diag, "please report this with the model");
}

static bool is_far(const struct check_result *result)
{
	return result->verdict == VERDICT_DIFFERS && result->worst_by_dual->by_dual > CHECK_EXACT;
}

/* The first is the error, the others are notes to it. */
static void accuse(const struct suspicion *s, const struct check_result *result, bool first)
{
	struct diag *diag = s->compile->diag;
	struct span place = result->tensor->source->span;
	const struct derivative *at = is_far(result) ? result->worst_by_dual : result->worst_by_difference;
	const char *name = check_place(s->compile->arena, result, at);
	if (first)
		diag_error(diag, place, "wrong-gradient",
		           "the gradient of `%s` differs: the program has %.15g, dual numbers %.15g, "
		           "differences %.9g",
		           name, at->gradient, at->dual.value, at->difference.slope);
	else
		diag_note(diag, place, "so does that of `%s`: %.15g, %.15g, %.9g", name, at->gradient,
		          at->dual.value, at->difference.slope);
}

void check_blame(struct compile *compile, const struct compile_options *options, const struct check *check,
                 const struct trial *trial, const struct point *point)
{
	const struct suspicion s = {compile, options, check, trial, point};
	bool by_dual = false, first = true;
	for (int k = 0; k < trial->count; k++) {
		const struct check_result *result = &trial->results[k];
		if (result->verdict != VERDICT_DIFFERS)
			continue;
		accuse(&s, result, first);
		first = false;
		by_dual = by_dual || is_far(result);
	}
	if (by_dual)
		blame(&s);
	else if (!first)
		diag_help(compile->diag,
		          "dual numbers agree with the program: perhaps the loss bends more than the step of "
		          "differences shows; try a smaller `--step`");
}
