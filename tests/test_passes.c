/* What the passes keep: values from the model to the finished graph; the texts and the stability of losses;
 * size and time in the number of layers. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "compile.h"
#include "model_cases.h"

/* --- values
 * ----------------------------------------------------------------------------------------------------------
 */

static void expect_same(const char *model, struct evaluation *evaluation, const char *passes,
			const struct graph *a, const struct graph *b)
{
	const char *where = "";
	double difference = largest_difference(evaluation, a, b, &where);
	cr_expect(difference < 1e-12, "%s: %s differ by %.3g in %s", model, passes, difference, where);
}

static void expect_equal_texts(const struct subject *s, const char *model, const struct graph *a,
			       const struct graph *b)
{
	struct text texts[2] = {text_new(s->arena), text_new(s->arena)};
	graph_print(&texts[0], a);
	graph_print(&texts[1], b);
	cr_expect_str_eq(text_string(&texts[0]), text_string(&texts[1]), "%s: simplified twice", model);
}

ParameterizedTestParameters(passes, models)
{
	static int places[256];
	for (int k = 0; k < model_case_count; k++)
		places[k] = k;
	return cr_make_param_array(int, places, (size_t)model_case_count);
}

ParameterizedTest(int *place, passes, models)
{
	const struct model_case *model = &model_cases[*place];
	struct random random = random_new();
	struct subject s = subject_new(model->statements);
	cr_assert(s.model && !s.fault, "%s: %s%s", model->name, s.messages, s.fault ? s.fault : "");
	struct graph again = simplify(s.exprs, &s.simplified, (struct rewriting){0});
	expect_equal_texts(&s, model->name, &s.simplified, &again);
	again = simplify(s.exprs, &s.resimplified, (struct rewriting){.last = true});
	expect_equal_texts(&s, model->name, &s.resimplified, &again);
	for (int draw = 0; draw < 3; draw++) {
		struct evaluation *e = subject_evaluation(&s, &model->ranges, &random);
		expect_same(model->name, e, "training graphs, specialised and simplified", &s.specialised,
			    &s.simplified);
		expect_same(model->name, e, "simplified and differentiated", &s.simplified, &s.gradient);
		expect_same(model->name, e, "differentiated and updated", &s.gradient, &s.updated);
		expect_same(model->name, e, "updated and simplified again", &s.updated, &s.resimplified);
		expect_same(model->name, e, "updated and finished", &s.updated, &s.finished);
		expect_same(model->name, e, "fused and updated", &s.fused, &s.updated);
		for (int k = 1; k < 3; k++) {
			expect_same(model->name, e, "predictions", &s.prediction[0], &s.prediction[k]);
			expect_same(model->name, e, "evaluations", &s.evaluation[0], &s.evaluation[k]);
		}
	}
	arena_free(s.arena);
}

/* As the reference of the language says: 0.9258… is the square root of 6 / (3 + 4). */
Test(passes, initial_values_of_blocks)
{
	struct compile *c = compile_new(arena_new());
	struct compile_options options = {0};
	const char *model = "model m\ninput x class[5]\ninput z[4]\nlayer e[3] = embedding(x)\nlayer d[3] = dense(z)\n"
	                    "layer n[3] = layer_norm(d)\nlayer b[3] = batch_norm(d)\noutput y[3] = e + n + b\n";
	cr_assert_eq(compile_source(c, source_from_string(c->arena, "m.mlp", model), &options), STATUS_OK);
	struct text text = text_new(c->arena);
	graph_print(&text, &c->program.initial);
	cr_expect_str_eq(text_string(&text), "parameter  [3, 5]  e.W[o, i] = normal(\"e.W\")\n"
	                                     "parameter  [3, 4]  d.W[o, i] = 0.9258200997725514 * (2 * "
	                                     "uniform(\"d.W\") - 1)\n"
	                                     "parameter  [3]     d.b[o] = 0\n"
	                                     "parameter  [3]     n.gain[i] = 1\n"
	                                     "parameter  [3]     n.shift[i] = 0\n"
	                                     "parameter  [3]     b.gain[i] = 1\n"
	                                     "parameter  [3]     b.shift[i] = 0\n"
	                                     "statistic  [3]     b.mean[i] = 0\n"
	                                     "statistic  [3]     b.variance[i] = 1\n"
	                                     "# results: e.W, d.W, d.b, n.gain, n.shift, b.gain, b.shift, b.mean, "
	                                     "b.variance\n");
	arena_free(c->arena);
}

/* An index that cannot reach its extent is divided no more than it must be. */
Test(passes, reshapes_divide_once)
{
	struct subject s = subject_new("input x[3, 4]\ntarget t[2]\nlayer h[3, 4] = tanh(dense(x))\n"
	                               "layer g[2, 6] = reshape(h, 2, 6)\noutput y[2] = dense(reshape(g, 12))\n"
	                               "minimize mse(y, t)");
	cr_assert(s.model && !s.fault);
	struct text text = text_new(s.arena);
	graph_print(&text, &s.gradient);
	cr_expect(strstr(text_string(&text),
	                 "d_h[n, i, j] = d_g[n, floor((4 * i + j) / 6), mod(4 * i + j, 6)]  # adjoint of h\n"),
	          "%s", text_string(&text));
	arena_free(s.arena);
}

/* A function is not computed where the value that reads it is behind a condition. */
Test(passes, costly_values_stay_behind_conditions)
{
	struct subject s = subject_new("input x[4]\ntarget t[4]\nlayer a[i: 4] = if i > 0 then exp(x[i]) else 0\n"
	                               "layer b[i: 4] = if i > 0 then 2 * exp(x[i]) else 1\noutput y[4] = dense(a)\n"
	                               "output z[4] = dense(b)\nminimize mse(y, t) + mse(z, t)");
	cr_assert(s.model && !s.fault);
	struct text text = text_new(s.arena);
	graph_print(&text, &s.finished);
	cr_expect(strstr(text_string(&text), "a[n, i] = if 0 < i then exp(x[n, i]) else 0\n"), "%s",
	          text_string(&text));
	cr_expect(strstr(text_string(&text), "b[n, i] = if 0 < i then 2 * exp(x[n, i]) else 1\n"), "%s",
	          text_string(&text));
	arena_free(s.arena);
}

/* --- texts and stability of losses ------------------------------------------------------------ */

static const char CROSS_ENTROPY[] =
	"input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\noutput p[4] = softmax(z)\n"
	"minimize cross_entropy(p, t)";
static const char SIGMOID_LOSS[] =
	"input x[3]\ntarget t[1]\nlayer z[1] = dense(x)\noutput y[1] = sigmoid(z)\n"
	"minimize binary_cross_entropy(y, t)";

static void expect_text(const char *statements, const char *tensor, const char *wanted)
{
	struct subject s = subject_new(statements);
	cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
	const char *found = equation_text(&s, &s.finished, tensor);
	cr_expect(found && strcmp(found, wanted) == 0, "%s\nhas `%s`, not `%s`", statements,
		  found ? found : "nothing", wanted);
	arena_free(s.arena);
}

Test(passes, gradients_of_logits)
{
	const char *softmax = "d_z[n, o] = (p[n, o] - (if o == t[n] then 1 else 0)) / rows";
	expect_text(CROSS_ENTROPY, "d_z", softmax);
	expect_text("input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\n"
		    "output p[o: 4] = exp(z[o]) / sum(j, exp(z[j]))\nminimize -sum(i, t[i] * log(p[i]))",
		    "d_z", softmax);
	expect_text("input x[3]\ntarget t class[4]\nlayer z[4] = dense(x)\n"
		    "output p[o: 4] = exp(z[o]) / sum(o, exp(z[o]))\nminimize cross_entropy(p, t)",
		    "d_z", softmax);
	expect_text(SIGMOID_LOSS, "d_z", "d_z[n, o] = (y[n, o] - t[n, o]) / rows");
	expect_text("input x[3]\ntarget t[1]\nlayer z[1] = dense(x)\noutput y[o: 1] = 1 / (1 + exp(-z[o]))\n"
		    "minimize -sum(i, t[i] * log(y[i]) + (1 - t[i]) * log(1 - y[i]))",
		    "d_z", "d_z[n, o] = (y[n, o] - t[n, o]) / rows");
}

/* z itself is the input, so that its values are at hand. */
static void expect_loss(const char *statements, const double *z, int width, const double *target, double loss,
			const double *gradient)
{
	struct subject s = subject_new(statements);
	cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
	struct evaluation *e = evaluation_new(s.arena, 1, 1, 1, 0);
	memcpy(evaluation_values(e, s.program.inputs.items[0]), z, (size_t)width * sizeof *z);
	const struct tensor *t = s.program.targets.items[0];
	memcpy(evaluation_values(e, t), target, (t->classes > 0 ? 1 : (size_t)width) * sizeof *z);
	evaluate(e, &s.finished);
	double found = evaluation_values(e, s.program.loss)[0];
	cr_expect(relative_difference(found, loss) < 1e-14, "%s: loss %.17g, not %.17g", statements, found,
		  loss);
	const double *d = evaluation_values(e, adjoint_among(&s.finished, s.program.inputs.items[0]));
	for (int k = 0; k < width; k++)
		cr_expect(relative_difference(d[k], gradient[k]) < 1e-14, "%s: d[%d] = %.17g, not %.17g",
			  statements, k, d[k], gradient[k]);
	arena_free(s.arena);
}

Test(passes, losses_of_extreme_logits)
{
	static const char softmax[] =
		"input z[3]\ntarget t class[3]\noutput p[3] = softmax(z)\nminimize cross_entropy(p, t)";
	static const char naive[] =
		"input z[3]\ntarget t class[3]\noutput p[i: 3] = exp(z[i]) / sum(j, exp(z[j]))\n"
		"minimize -sum(i, t[i] * log(p[i]))";
	static const char sigmoid[] =
		"input z[1]\ntarget t[1]\noutput y[1] = sigmoid(z)\nminimize binary_cross_entropy(y, t)";
	static const char rows[] = "input z[2]\ntarget t class[2]\noutput p[2] = softmax(z)\n"
				   "minimize smooth_cross_entropy(p, t, smoothing = 0.5)";
	const double z[] = {10000, -10000, 0}, first[] = {0}, second[] = {1}, zero[] = {0}, one[] = {1};
	expect_loss(softmax, z, 3, first, 0, (double[]){0, 0, 0});
	expect_loss(softmax, z, 3, second, 20000, (double[]){1, -1, 0});
	expect_loss(naive, z, 3, first, 0, (double[]){0, 0, 0});
	expect_loss(naive, z, 3, second, 20000, (double[]){1, -1, 0});
	expect_loss(sigmoid, z, 1, zero, 10000, (double[]){1});
	expect_loss(sigmoid, z, 1, one, 0, (double[]){0});
	expect_loss(sigmoid, z + 1, 1, one, 10000, (double[]){-1});
	expect_loss(sigmoid, z + 1, 1, zero, 0, (double[]){0});
	expect_loss(rows, z, 2, first, 5000, (double[]){0.25, -0.25});
}

/* Probabilities that are exactly 0 or 1, given by the caller. */
Test(passes, losses_of_certain_probabilities)
{
	static const char *const losses[] = {"cross_entropy", "binary_cross_entropy", "smooth_cross_entropy",
					     "focal",         "kl_divergence",        "poisson"};
	for (size_t k = 0; k < sizeof losses / sizeof *losses; k++) {
		for (int bits = 0; bits < 16; bits++) {
			struct arena *arena = arena_new();
			struct text text = text_new(arena);
			text_printf(&text,
				    "input p[2]\ntarget t[2]\noutput q[2] = identity(p)\nminimize %s(q, t)",
				    losses[k]);
			struct subject s = subject_new(text_string(&text));
			cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
			struct evaluation *e = evaluation_new(s.arena, 1, 1, 1, 0);
			for (int i = 0; i < 2; i++) {
				evaluation_values(e, s.program.inputs.items[0])[i] = bits >> i & 1;
				evaluation_values(e, s.program.targets.items[0])[i] = bits >> (2 + i) & 1;
			}
			evaluate(e, &s.finished);
			const double *d =
				evaluation_values(e, adjoint_among(&s.finished, s.program.inputs.items[0]));
			cr_expect(isfinite(evaluation_values(e, s.program.loss)[0]), "%s, %d", losses[k],
				  bits);
			cr_expect(isfinite(d[0]) && isfinite(d[1]), "gradient of %s, %d: %g %g", losses[k],
				  bits, d[0], d[1]);
			arena_free(s.arena);
			arena_free(arena);
		}
	}
}

/* Terms in parameters alone count once, those of a row as their mean. */
Test(passes, terms_of_the_loss)
{
	struct subject s = subject_new("input x[1]\ntarget t[1]\nparam s = ones\noutput y[1] = identity(x)\n"
				       "minimize 2 * sum(t) - (sum(y) - 3 + s^2) - 0.5 * (sum(y^2) + 4 * s)");
	struct random random = random_new();
	cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
	struct evaluation *e = subject_evaluation(&s, NULL, &random);
	const double *x = evaluation_values(e, s.program.inputs.items[0]);
	const double *t = evaluation_values(e, s.program.targets.items[0]);
	double p = evaluation_values(e, s.program.stored.items[0])[0], wanted = 3 - p * p - 2 * p;
	for (int row = 0; row < SUPPORT_ROWS; row++)
		wanted += (2 * t[row] - x[row] - 0.5 * x[row] * x[row]) / SUPPORT_ROWS;
	const struct graph *graphs[] = {&s.specialised, &s.finished, &s.fused, &s.evaluation[0], &s.evaluation[2]};
	for (int k = 0; k < 5; k++) {
		evaluate(e, graphs[k]);
		double found = evaluation_values(e, s.program.loss)[0];
		cr_expect(relative_difference(found, wanted) < 1e-15, "%d: %.17g, not %.17g", k, found, wanted);
	}
	arena_free(s.arena);
}

/* --- the update ------------------------------------------------------------------------------- */

/* parameter - 0.1 * gradient, with the gradient as `clip` leaves it */
static void expect_update(const char *clip, double limit, bool by_norm)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_printf(&text,
		    "input x[3]\ntarget t[2]\nlayer h[4] = tanh(dense(x))\noutput y[2] = dense(h)\n"
		    "minimize 10 * mse(y, t)\ntrain { optimizer = sgd(rate = 0.1)%s }",
		    clip);
	struct subject s = subject_new(text_string(&text));
	struct random random = random_new();
	cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
	struct evaluation *e = subject_evaluation(&s, NULL, &random);
	evaluate(e, &s.finished);
	double norm = 0;
	for (size_t k = 0; k < s.wanted.count; k++) {
		const double *d = evaluation_values(e, adjoint_among(&s.finished, s.wanted.items[k]));
		bool is_trained = s.wanted.items[k]->role == TENSOR_PARAMETER;
		for (size_t i = 0; is_trained && i < values_of_tensor(s.wanted.items[k]); i++)
			norm += d[i] * d[i];
	}
	double factor = by_norm && sqrt(norm) > limit ? limit / sqrt(norm) : 1;
	for (size_t k = 0; k < s.finished.results.count; k++) {
		const struct tensor *next = s.finished.results.items[k];
		if (next->role != TENSOR_NEXT)
			continue;
		const double *d = evaluation_values(e, adjoint_among(&s.finished, next->stored_in));
		for (size_t i = 0; i < values_of_tensor(next); i++) {
			double gradient = by_norm ? factor * d[i] : fmin(fmax(d[i], -limit), limit);
			double wanted = evaluation_values(e, next->stored_in)[i] - 0.1 * gradient;
			cr_expect(relative_difference(evaluation_values(e, next)[i], wanted) < 1e-14,
				  "%s: %s", clip, next->name);
		}
	}
	arena_free(s.arena);
	arena_free(arena);
}

Test(passes, clipped_updates)
{
	expect_update("", INFINITY, true);
	expect_update(", clip = norm(0.25)", 0.25, true);
	expect_update(", clip = norm(1000)", 1000, true);
	expect_update(", clip = value(0.125)", 0.125, false);
}

/* --- size and time ---------------------------------------------------------------------------- */

struct measure {
	double equations, seconds;
};

static struct measure measure(const char *layer, int count)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "input x[4]\ntarget t class[4]\nlayer h0[4] = dense(x)\n");
	for (int k = 1; k <= count; k++) {
		text_printf(&text, "layer h%d[4] = ", k);
		text_printf(&text, "%s(dense(h%d)) + h%d\n", layer, k - 1, k - 1);
	}
	text_printf(&text,
		    "output p[4] = softmax(h%d)\nminimize cross_entropy(p, t) + 0.01 * sumsq(weights)\n",
		    count);
	struct measure best = {.seconds = INFINITY};
	for (int run = 0; run < 2; run++) {
		clock_t start = clock();
		struct subject s = subject_new(text_string(&text));
		best.seconds = fmin(best.seconds, (double)(clock() - start) / CLOCKS_PER_SEC);
		cr_assert(s.model && !s.fault, "%s%s", s.messages, s.fault ? s.fault : "");
		best.equations = (double)s.finished.equations.count;
		arena_free(s.arena);
	}
	arena_free(arena);
	return best;
}

Test(passes, many_layers)
{
	static const char *const layers[] = {"relu", "tanh", "layer_norm", "dropout", "gelu"};
	for (size_t k = 0; k < sizeof layers / sizeof *layers; k++) {
		struct measure some = measure(layers[k], 10), many = measure(layers[k], 50),
			       most = measure(layers[k], 200);
		double first = (many.equations - some.equations) / 40,
		       second = (most.equations - many.equations) / 150;
		cr_expect_eq(first, second, "%s: %g and %g equations a layer", layers[k], first, second);
		double ratio = most.seconds / many.seconds;
		fprintf(stderr, "%s: %.0f equations a layer, %.3f s for 50 layers, %.3f s for 200\n",
			layers[k], first, many.seconds, most.seconds);
		cr_expect(ratio < 12, "%s: 4 times the layers take %.1f times as long", layers[k], ratio);
	}
}

/* Layers that use the two before them: few equations, and paths as many as Fibonacci's numbers. */
Test(passes, many_paths, .timeout = 30)
{
	static const char *const steps[] = {"h%d + h%d",
					    "h%d * h%d",
					    "h%d / h%d",
					    "max(h%d, h%d)",
					    "exp(h%d) * h%d",
					    "log(h%d + exp(h%d))",
					    "if h%d > 1 then 2 else h%d"};
	for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
		struct arena *arena = arena_new();
		struct text text = text_new(arena);
		text_add(&text, "input x[2]\ntarget t[2]\nlayer h0[2] = exp(dense(x))\nlayer h1[2] = 1 + "
				"exp(dense(x))\n");
		for (int d = 2; d < 60; d++) {
			char step[64];
			snprintf(step, sizeof step, steps[k], d - 1, d - 2);
			text_printf(&text, "layer h%d[2] = %s\n", d, step);
		}
		text_add(&text, "output y[2] = log(h59)\nminimize poisson(h59, t)");
		struct subject s = subject_new(text_string(&text));
		cr_expect(s.model && !s.fault, "%s: %s%s", steps[k], s.messages, s.fault ? s.fault : "");
		arena_free(s.arena);
		arena_free(arena);
	}
}

/* An expression whose parts are used twice at each of its levels. */
Test(passes, deep_sharing, .timeout = 30)
{
	static const char *const steps[] = {"%s * (1 - 0.5 * %s)", "tanh(%s) / (2 + sin(%s))",
					    "log(1 + %s^2) + %s", "if %s > 0 then 0.1 else cos(%s)"};
	for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
		struct arena *arena = arena_new();
		struct text text = text_new(arena);
		for (int d = 0; d < 11; d++) {
			char inner[16] = "x", step[64];
			if (d > 0)
				snprintf(inner, sizeof inner, "f%d(x)", d - 1);
			snprintf(step, sizeof step, steps[k], inner, inner);
			text_printf(&text, "activation f%d(x) = %s\n", d, step);
		}
		text_add(&text, "input x[2]\ntarget t[2]\noutput y[2] = f10(dense(x))\nminimize mse(y, t)");
		struct subject s = subject_new(text_string(&text));
		cr_expect(s.model && !s.fault, "%s: %s%s", steps[k], s.messages, s.fault ? s.fault : "");
		cr_expect_lt(s.finished.equations.count, 40);
		arena_free(s.arena);
		arena_free(arena);
	}
}
