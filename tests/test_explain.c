/* The derivation as text; the files tests/golden/NAME.explain show two whole. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compile.h"
#include "emit/emit.h"
#include "explain/explanation.h"

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
	explain_text(&text, &e->explanation, false);
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
	        "    = d_h[n, o] * h[n, o] * (1 - h[n, o])",
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
					snprintf(declaration, sizeof declaration, "static void %s(",
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
	cr_assert_eq(loss->forms.count, 2);
	cr_expect_str_eq(loss->forms.items[0].how, "as written");
	cr_expect_eq(loss->forms.items[0].count, 0);
	cr_expect_eq(loss->forms.items[1].count, 4);
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
