/* Derivations of models whose expressions share their parts stay small; as trees they have millions of
 * nodes. */
#include "explain_fixture.h"

enum { MOST_BYTES = 300000 };

struct writer {
	const char *name;
	explainer write;
};

static void write_text(struct text *text, const struct explanation *explanation)
{
	explain_text(text, explanation, EXPLAIN_WIDTH, false);
}

static const struct writer WRITERS[3] = {
	{"text", write_text}, {"latex", explain_latex}, {"dot", explain_dot}};

static void derive_string(struct derivation *d, struct arena *arena, const char *model)
{
	struct compile_options options = {0};
	d->arena = arena;
	d->compile = compile_new(arena);
	d->history = (struct history){.arena = arena};
	d->compile->history = &d->history;
	const struct source *source = source_from_string(arena, "m.mlp", model);
	cr_assert_eq(compile_source(d->compile, source, &options), STATUS_OK, "%s", model);
	d->explanation = explain(&d->compile->plan, &d->history, "m.mlp");
}

static const char *written(const struct derivation *d, const struct writer *writer)
{
	struct text text = text_new(d->arena);
	writer->write(&text, &d->explanation);
	return text_string(&text);
}

static void expect_small(struct arena *arena, const char *model)
{
	struct derivation d;
	derive_string(&d, arena, model);
	for (int k = 0; k < 3; k++) {
		size_t length = strlen(written(&d, &WRITERS[k]));
		cr_expect(length > 1000 && length < MOST_BYTES, "%s: %zu bytes of\n%s", WRITERS[k].name,
		          length, model);
	}
	arena_free(arena);
}

/* --- models ----------------------------------------------------------------------------------- */

/* `template` with each $ replaced. */
static void add_replaced(struct text *text, const char *template, const char *by)
{
	for (; *template; template++)
		if (*template == '$')
			text_add(text, by);
		else
			text_bytes(text, template, 1);
}

static const char *named(struct arena *arena, const char *format, int k)
{
	struct text text = text_new(arena);
	text_printf(&text, format, k);
	return text_string(&text);
}

/* An activation that applies the one before it several times. */
static const char *nested_activations(struct arena *arena, const char *template, int depth)
{
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\ntarget t[4]\n");
	for (int k = 1; k <= depth; k++) {
		text_printf(&text, "activation f%d(v) = ", k);
		add_replaced(&text, template, k == 1 ? "v" : named(arena, "f%d(v)", k - 1));
		text_add(&text, "\n");
	}
	text_printf(&text, "layer h[4] = dense(x)\noutput y[4] = f%d(h)\nminimize mse(y, t)\n", depth);
	return text_string(&text);
}

/* Layers without parameters of which each reads the one before it several times. */
static const char *nested_layers(struct arena *arena, const char *template, int depth)
{
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\ntarget t[4]\nlayer h0[4] = dense(x)\n");
	for (int k = 1; k <= depth; k++) {
		text_printf(&text, "layer h%d[4] = ", k);
		add_replaced(&text, template, named(arena, "h%d", k - 1));
		text_add(&text, "\n");
	}
	text_printf(&text, "output y[4] = h%d\nminimize mse(y, t)\n", depth);
	return text_string(&text);
}

Test(explain_size, nested_activations, .timeout = 30)
{
	static const struct {
		const char *template;
		int depth;
	} kinds[] = {{"tanh($) * $ + v", 14}, {"max($, $ * $ - 1)", 9}, {"if $ > 0.5 then $ else $ * v", 9}};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct arena *arena = arena_new();
		expect_small(arena, nested_activations(arena, kinds[k].template, kinds[k].depth));
	}
}

Test(explain_size, nested_layers, .timeout = 30)
{
	static const struct {
		const char *template;
		int depth;
	} kinds[] = {{"($ * $ + 1)^$", 12}, {"leaky_relu($)", 60}, {"tanh($) * $", 40}};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct arena *arena = arena_new();
		expect_small(arena, nested_layers(arena, kinds[k].template, kinds[k].depth));
	}
}

/* The update of an element, 40 steps deep, is compared with that of the other parameters. */
Test(explain_size, nested_updates, .timeout = 30)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\ntarget t[4]\n");
	text_add(&text, "optimizer deep(rate = 0.1) {\n    a0 = gradient\n");
	for (int k = 1; k <= 40; k++)
		text_printf(&text, "    a%d = tanh(a%d) * a%d + gradient\n", k, k - 1, k - 1);
	text_add(&text, "    parameter = parameter - rate * a40\n}\nlayer h[4] = dense(x)\n"
	                "output y[4] = dense(h)\nminimize mse(y, t)\ntrain { optimizer = deep() }\n");
	expect_small(arena, text_string(&text));
}

Test(explain_size, largest_of_many, .timeout = 30)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\ntarget t[4]\n");
	for (int k = 0; k < 20; k++)
		text_printf(&text, "layer h%d[4] = dense(x)\n", k);
	text_add(&text, "output y[4] = max(");
	for (int k = 0; k < 20; k++)
		text_printf(&text, "%sh%d", k > 0 ? ", " : "", k);
	text_add(&text, ")\nminimize mse(y, t)\n");
	expect_small(arena, text_string(&text));
}

/* --- adjoints that stay ----------------------------------------------------------------------- */

/* An adjoint that is short stands in the places that read it, a long one has an entry; none is lost. */
Test(explain_size, long_adjoints_have_entries)
{
	struct derivation d;
	struct arena *arena = arena_new();
	derive_string(&d, arena, nested_layers(arena, "($ * $ + 1)^$", 3));
	const char *text = written(&d, &WRITERS[0]);
	cr_expect(strstr(text, "\nd_h1[n, i]   adjoint of h1, in the places that read it\n"), "%s", text);
	cr_expect(strstr(text, "d_h1[n, o] *") || strstr(text, "* d_h1[n, o]"), "%s", text);
	cr_expect_null(strstr(text, "d_h3"), "%s", text);
	arena_free(arena);
}

/* --- forms that go round ---------------------------------------------------------------------- */

/* No two forms of an entry read the same unless a rule fired between them. */
Test(explain_size, no_form_comes_back)
{
	struct derivation d;
	derive(&d, "models/worked/weighted_loss.mlp", write_text);
	const char *loss = strstr(d.text, "\nloss   ");
	cr_assert(loss, "%s", d.text);
	const char *end = strstr(loss, "\n\n");
	const char *form = "= sum(n, loss.row[n]) / rows + 0.01 * sum(o, sum(i, y.W[o, i]^2))";
	const char *first = strstr(loss, form);
	cr_assert(first && first < end, "%.*s", (int)(end - loss), loss);
	const char *second = strstr(first + 1, form);
	cr_expect(!second || second > end, "%.*s", (int)(end - loss), loss);
	arena_free(d.arena);
}

/* --- what the text says of itself ------------------------------------------------------------- */

static const char *explained_text(struct arena *arena, const char *model)
{
	struct derivation d;
	derive_string(&d, arena, model);
	return written(&d, &WRITERS[0]);
}

Test(explain_size, words_where_they_occur)
{
	struct arena *arena = arena_new();
	const char *softmax =
		explained_text(arena, "model m\ninput x[2]\noutput y[2] = softmax(dense(x))\n");
	const char *tanh = explained_text(arena, "model m\ninput x[2]\noutput y[2] = tanh(dense(x))\n");
	const char *norm =
		explained_text(arena, "model m\ninput x[2]\noutput y[2] = x / sqrt(sum(i, x[i]^2))\n");
	cr_expect(strstr(softmax, "constant(x) is x, and"), "%s", softmax);
	cr_expect(strstr(softmax, "shift(a, b) is a - b, where b keeps an exponential in range"), "%s",
	          softmax);
	cr_expect_null(strstr(softmax, "scale(a, b)"), "%s", softmax);
	cr_expect(strstr(norm, "scale(a, b) is a / b, or 0 if b is not above 0;"), "%s", norm);
	cr_expect_null(strstr(tanh, "constant("), "%s", tanh);
	cr_expect_null(strstr(tanh, "shift("), "%s", tanh);
	arena_free(arena);
}

Test(explain_size, prediction_has_no_derivatives)
{
	struct arena *arena = arena_new();
	const char *predicts = explained_text(arena, "model m\ninput x[2]\noutput y[2] = dense(x)\n");
	const char *trains = explained_text(
		arena, "model m\ninput x[2]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n");
	cr_expect_null(strstr(predicts, "d_T"), "%s", predicts);
	cr_expect_null(strstr(predicts, "new.T"), "%s", predicts);
	cr_expect_null(strstr(predicts, "derived"), "%s", predicts);
	cr_expect(strstr(trains, "d_T is the derivative of the loss"), "%s", trains);
	arena_free(arena);
}
