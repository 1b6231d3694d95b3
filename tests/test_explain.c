/* The derivation as text; the files tests/golden/NAME.explain show two whole. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compile.h"
#include "emit/emit.h"
#include "explain/explanation.h"
#include "expr/expr_print.h"
#include "expr/prune.h"

struct explained {
	struct arena *arena;
	struct compile *compile;
	struct history history;
	struct explanation explanation;
	const char *text;
};

static void explain_model(struct explained *e, const char *path)
{
	struct text text;
	e->arena = arena_new();
	e->compile = compile_new(e->arena);
	e->history = (struct history){.arena = e->arena};
	e->compile->history = &e->history;
	struct compile_options options = {0};
	cr_assert_eq(compile(e->compile, path, &options), STATUS_OK, "%s", path);
	e->explanation = explain(&e->compile->plan, &e->history, "m.mlp");
	text = text_new(e->arena);
	explain_text(&text, &e->explanation, EXPLAIN_WIDTH, false);
	e->text = text_string(&text);
}

/* All models of the project, as the shell would list them. */
static glob_t models(void)
{
	glob_t list;
	cr_assert_eq(glob("models/*.mlp", 0, NULL, &list), 0);
	glob("models/worked/*.mlp", GLOB_APPEND, NULL, &list);
	return list;
}

static const struct entry *entry_named(const struct explanation *explanation, const char *name)
{
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		for (size_t k = 0; k < explanation->sections[s].entries.count; k++)
			if (strcmp(explanation->sections[s].entries.items[k].left->name, name) == 0)
				return &explanation->sections[s].entries.items[k];
	return NULL;
}

/* The four equations of backpropagation: the error of the output layer, that of a hidden layer from the next,
 * and with them the derivatives by bias and weight. */
Test(explain, four_equations)
{
	static const char *const lines[] = {
	        "d_y.dense[n, o]   adjoint of y.dense, in backward_y_dense\n",
	        "    = y[n, o] * (y[n, o] - t[n, o]) * (1 - y[n, o]) / rows",
	        "    = sum(o, y.W[o, i] * d_y.dense[n, o])\n",
	        "    = h[n, o] * d_h[n, o] * (1 - h[n, o])",
	        "d_h.b[o]   adjoint of h.b, in backward_h_b\n    = sum(n, d_h.dense[n, o])\n",
	        "d_h.W[o, i]   adjoint of h.W, in backward_h_W\n    = sum(n, x[n, i] * d_h.dense[n, o])\n",
	};
	struct explained e;
	explain_model(&e, "models/worked/xor_step.mlp");
	for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
		cr_expect(strstr(e.text, lines[k]), "no %s in\n%s", lines[k], e.text);
	arena_free(e.arena);
}

/* Every function that is named is one of the generated C, and no step of training is left out. */
Test(explain, functions_exist)
{
	glob_t list = models();
	for (size_t m = 0; m < list.gl_pathc; m++) {
		struct explained e;
		explain_model(&e, list.gl_pathv[m]);
		struct text source = text_new(e.arena);
		struct emit_options options = {.source_name = "m.mlp", .checksum = "", .changes = ""};
		emit_source(&source, &e.compile->plan, &options);
		size_t count = 0;
		for (int s = 0; s < EXPLAIN_SECTIONS; s++)
			for (size_t k = 0; k < e.explanation.sections[s].entries.count; k++) {
				const struct entry *entry = &e.explanation.sections[s].entries.items[k];
				count += entry->functions.count;
				for (size_t f = 0; f < entry->functions.count; f++) {
					char declaration[256];
					snprintf(declaration, sizeof declaration, " void %s(",
					         entry->functions.items[f]);
					cr_expect(strstr(text_string(&source), declaration), "%s: %s",
					          list.gl_pathv[m], declaration);
				}
			}
		cr_expect_gt(count, 0, "%s", list.gl_pathv[m]);
		arena_free(e.arena);
	}
	globfree(&list);
}

/* Each result of training ends in the form that is emitted, but for the parts that stand in their places. */
Test(explain, rules_in_order)
{
	static const char *const order[] = {"log_of_quotient", "log_of_exp", "one_hot_mean", "one_hot_sum"};
	struct explained e;
	explain_model(&e, "models/iris.mlp");
	const struct entry *loss = entry_named(&e.explanation, "loss.row");
	cr_assert_not_null(loss);
	cr_assert_eq(loss->firings.count, 4);
	for (size_t k = 0; k < 4; k++)
		cr_expect_str_eq(loss->firings.items[k].rule->name, order[k]);
	cr_assert_eq(loss->forms.count, 3);
	cr_expect_str_eq(loss->forms.items[0].how, "as read");
	cr_expect_eq(loss->forms.items[0].count, 0);
	cr_expect_eq(loss->forms.items[1].count, 4);
	cr_expect_str_eq(loss->forms.items[2].how, "with classes looked up");
	arena_free(e.arena);
}

/* Lines fit in 100 columns where they have blanks to break at, and no variable is without a letter. */
Test(explain, fits_the_page)
{
	glob_t list = models();
	for (size_t m = 0; m < list.gl_pathc; m++) {
		struct explained e;
		explain_model(&e, list.gl_pathv[m]);
		for (const char *line = e.text; *line; line += strcspn(line, "\n") + 1) {
			size_t columns = 0;
			for (const char *c = line; *c && *c != '\n'; c++)
				columns += ((unsigned char)*c & 0xc0) != 0x80;
			cr_expect_leq(columns, 100, "%s: %.200s", list.gl_pathv[m], line);
			cr_expect(line[strcspn(line, "\n")] == '\n');
		}
		for (const char *v = e.text; (v = strpbrk(v, "v")); v++)
			cr_expect_not((v == e.text || !strchr("abcdefghijklmnopqrstuvwxyz_.", v[-1])) &&
			                      strspn(v + 1, "0123456789") > 3,
			              "%s: %.40s", list.gl_pathv[m], v);
		arena_free(e.arena);
	}
	globfree(&list);
}

/* --- what the reader is told ------------------------------------------------------------------- */

/* What an adjoint is of is shown in its heading, where nothing else shows it. */
Test(explain, adjoints_of_parts)
{
	struct explained e;
	explain_model(&e, "models/custom/attention.mlp");
	cr_expect(strstr(e.text, "d_each.layer_norm.mean.sum[n, n1]   adjoint of "
	                         "each.layer_norm.mean.sum[n, n1] = sum(j, mixed[n, n1,\n      j]), in "
	                         "backward_each_layer_norm_mean_sum\n"),
	          "%s", e.text);
	cr_expect(strstr(e.text, "d_each.layer_norm[n, n1, i]   adjoint of each.layer_norm, in "),
	          "%s", e.text);
	for (size_t k = 0; k < e.explanation.sections[PHASE_BACKWARD].entries.count; k++) {
		const struct entry *entry = &e.explanation.sections[PHASE_BACKWARD].entries.items[k];
		bool shown = !entry->left->of || entry->left->of->role == TENSOR_PARAMETER ||
		             entry_named(&e.explanation, entry->left->of->name);
		cr_expect_neq(shown, entry->part != NULL, "%s", entry->left->name);
	}
	arena_free(e.arena);
}

/* 1 - 0.9 and 1 - 0.999, and a number whose last digits are its own. */
Test(explain, numbers_are_rounded)
{
	struct explained e;
	explain_model(&e, "models/iris.mlp");
	cr_expect(strstr(e.text, "    = 0.9 * hidden.W.m[o, i] + 0.1 * d_hidden.W[o, i]\n"), "%s", e.text);
	cr_expect(strstr(e.text, "    = 0.999 * hidden.W.v[o, i] + 0.001 * d_hidden.W[o, i]^2\n"),
	          "%s", e.text);
	arena_free(e.arena);
	cr_expect_eq(rounded_number(1 - 0.9, 7), 0.1);
	cr_expect_eq(rounded_number(1 - 0.9, 0), 1 - 0.9);
	cr_expect_eq(rounded_number(-2.0 / 3e9, 7), -6.666667e-10);
	cr_expect_eq(rounded_number(123456789, 7), 123456789);
}

/* --- updates that repeat others --------------------------------------------------------------- */

Test(explain, same_updates_once)
{
	struct explained e;
	explain_model(&e, "models/iris.mlp");
	cr_expect(strstr(e.text, "The same as for hidden.W, but for names and indices: hidden.b (in "
	                         "update_hidden_b), probability.W\n      (in update_probability_W), "
	                         "probability.b (in update_probability_b)\n"),
	          "%s", e.text);
	cr_expect_null(strstr(e.text, "\nnew.hidden.b"));
	arena_free(e.arena);
	/* with weight decay in the loss: each weight has its own sum, the biases are alike */
	explain_model(&e, "models/concrete.mlp");
	cr_expect(strstr(e.text, "\nnew.hidden.W[") && strstr(e.text, "\nnew.hidden2.W[") &&
	                  strstr(e.text, "\nnew.hidden.b[") && !strstr(e.text, "\nnew.hidden2.b["),
	          "%s", e.text);
	arena_free(e.arena);
}

static bool is_replaced(const char *at, const char *name)
{
	return strncmp(at, name, strlen(name)) == 0;
}

static int compare_characters(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* Of the last form, with one name for the other and without indices, its characters in order: terms may stand
 * in another order. */
static const char *fingerprint(struct arena *arena, const struct entry *entry, const char *name,
                               const char *other)
{
	struct text form = text_new(arena), text = text_new(arena);
	expr_print(&form, entry->forms.items[entry->forms.count - 1].right, entry->left);
	int open = 0;
	for (const char *at = text_string(&form); *at; at++) {
		open += *at == '[';
		if (open == 0 && is_replaced(at, name)) {
			text_add(&text, other);
			at += strlen(name) - 1;
		} else if (open == 0) {
			text_bytes(&text, at, 1);
		}
		open -= *at == ']';
	}
	if (text.length > 0)
		qsort(text.bytes, text.length, 1, compare_characters);
	return text_string(&text);
}

static void check_repetition(const struct explained *e, const struct entry *first, const char *name,
                             const char *other, const char *path)
{
	struct text left = text_new(e->arena);
	const char *rest = strstr(first->left->name, name) + strlen(name);
	text_printf(&left, "new.%s%s", other, rest);
	const struct entry *second = entry_named(&e->explanation, text_string(&left));
	cr_assert(second && second->is_repetition, "%s: %s", path, text_string(&left));
	cr_expect_str_eq(fingerprint(e->arena, first, name, other),
	                 fingerprint(e->arena, second, other, other), "%s: %s", path, other);
}

/* Every update is shown, or it stands behind one that reads the same. */
Test(explain, repetitions_read_the_same)
{
	glob_t list = models();
	size_t count = 0;
	glob("models/custom/[!l]*.mlp", GLOB_APPEND, NULL, &list);
	for (size_t m = 0; m < list.gl_pathc; m++) {
		struct explained e;
		size_t hidden = 0, listed = 0;
		explain_model(&e, list.gl_pathv[m]);
		const struct section *section = &e.explanation.sections[PHASE_UPDATE];
		for (size_t k = 0; k < section->entries.count; k++) {
			const struct entry *entry = &section->entries.items[k];
			hidden += entry->is_repetition && entry->left->stored_in->role == TENSOR_PARAMETER;
			listed += entry->repetitions.count;
			for (size_t r = 0; r < entry->repetitions.count; r++)
				check_repetition(&e, entry, entry->left->stored_in->name,
				                 entry->repetitions.items[r].updated->name, list.gl_pathv[m]);
		}
		cr_expect_eq(hidden, listed, "%s: %zu hidden, %zu listed", list.gl_pathv[m], hidden, listed);
		count += listed;
		arena_free(e.arena);
	}
	cr_expect_gt(count, 50, "only %zu", count);
	globfree(&list);
}

/* --- order and layout ------------------------------------------------------------------------- */

struct order {
	const struct explanation *explanation;
	const struct section *section;
	size_t place;
	const char *path;
};

static void check_order(void *context, const struct expr *read)
{
	const struct order *order = context;
	if (read->tensor->role != TENSOR_SCHEDULE)
		return;
	for (size_t k = 0; k < order->place; k++)
		if (order->section->entries.items[k].left == read->tensor)
			return;
	cr_expect_fail("%s: %s before its equation", order->path, read->tensor->name);
}

Test(explain, schedules_before_their_use)
{
	glob_t list = models();
	size_t schedules = 0;
	glob("models/custom/[!l]*.mlp", GLOB_APPEND, NULL, &list);
	for (size_t m = 0; m < list.gl_pathc; m++) {
		struct explained e;
		explain_model(&e, list.gl_pathv[m]);
		const struct section *section = &e.explanation.sections[PHASE_UPDATE];
		for (size_t k = 0; k < section->entries.count; k++) {
			const struct entry *entry = &section->entries.items[k];
			struct order order = {&e.explanation, section, k, list.gl_pathv[m]};
			schedules += entry->left->role == TENSOR_SCHEDULE;
			for (size_t f = 0; f < entry->forms.count; f++)
				visit_reads(e.arena, entry->forms.items[f].right, check_order, &order);
		}
		arena_free(e.arena);
	}
	cr_expect_gt(schedules, 10);
	globfree(&list);
}

/* In a narrow terminal lines are as long as it is wide, but for a word that is longer. */
Test(explain, narrow)
{
	enum { NARROW = 60 };
	struct explained e;
	struct text text;
	explain_model(&e, "models/iris.mlp");
	text = text_new(e.arena);
	explain_text(&text, &e.explanation, NARROW, false);
	size_t longest = 0;
	for (const char *line = text_string(&text); *line; line += strcspn(line, "\n") + 1) {
		size_t columns = 0, blanks = strspn(line, " ");
		for (const char *c = line; *c && *c != '\n'; c++)
			columns += ((unsigned char)*c & 0xc0) != 0x80;
		bool is_word = line[blanks + strcspn(line + blanks, " \n")] == '\n';
		cr_expect(columns <= NARROW || is_word, "%.120s", line);
		longest = columns > longest ? columns : longest;
	}
	cr_expect_gt(longest, NARROW - 10);
	arena_free(e.arena);
}

/* A model that only predicts has one section. */
Test(explain, prediction_only)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct history history = {.arena = arena};
	struct compile_options options = {0};
	c->history = &history;
	const struct source *source =
	        source_from_string(arena, "m.mlp", "model m\ninput x[2]\noutput y[2] = softplus(x)\n");
	cr_assert_eq(compile_source(c, source, &options), STATUS_OK);
	struct explanation explanation = explain(&c->plan, &history, "m.mlp");
	cr_expect_eq(explanation.sections[0].entries.count, 1);
	cr_expect_eq(explanation.sections[1].entries.count, 0);
	cr_expect_eq(explanation.sections[2].entries.count, 0);
	const struct entry *y = entry_named(&explanation, "y");
	cr_assert_not_null(y);
	cr_assert_eq(y->functions.count, 1);
	cr_expect_str_eq(y->functions.items[0], "forward_y");
	cr_expect_eq(y->firings.count, 1);
	arena_free(arena);
}
