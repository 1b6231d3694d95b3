/* The models of models/custom/, written as a user writes them: gradients against dual numbers and central
 * differences; the C of gcc in float against arithmetic by hand and against the evaluator, step by step; what
 * they learn. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#include "custom_fixture.h"
#include "expr/dual.h"

static struct criterion_test_params places(void)
{
	static int list[32];
	cr_assert_leq(custom_network_count, 32);
	for (int k = 0; k < custom_network_count; k++)
		list[k] = k;
	return cr_make_param_array(int, list, (size_t)custom_network_count);
}

ParameterizedTestParameters(custom, gradients) { return places(); }
ParameterizedTestParameters(custom, training) { return places(); }

/* --- gradients -------------------------------------------------------------------------------- */

struct comparison {
	const char *name;
	const struct subject *subject;
	struct evaluation *evaluation;
	const struct tensor *of;
	int smooth, kinks;  /* elements where the differences of two widths agree, and the others */
};

static double loss_beside(const struct comparison *c, size_t element, double distance)
{
	double *value = &evaluation_values(c->evaluation, c->of)[element], before = *value;
	*value += distance;
	evaluate(c->evaluation, &c->subject->specialised);
	*value = before;
	return *evaluation_values(c->evaluation, c->subject->program.loss);
}

static double by_dual_numbers(const struct comparison *c, size_t element)
{
	struct arena *arena = arena_new();
	double *one = ARENA_ARRAY(arena, double, values_of_tensor(c->of));
	one[element] = 1;
	struct direction direction = {c->of, one};
	double found = evaluate_tangent(c->evaluation, &c->subject->specialised, c->subject->program.loss, 1,
	                                &direction);
	arena_free(arena);
	return found;
}

static void compare_element(struct comparison *c, size_t element, const double found[2])
{
	double dual = by_dual_numbers(c, element), slopes[2];
	for (int k = 0; k < 2; k++) {
		double h = ldexp(1, -13 - k);
		slopes[k] = (loss_beside(c, element, h) - loss_beside(c, element, -h)) / (2 * h);
	}
	bool smooth = relative_difference(slopes[0], slopes[1]) < 2e-6;
	c->smooth += smooth;
	c->kinks += !smooth;
	double slope = (4 * slopes[1] - slopes[0]) / 3;
	for (int k = 0; k < 2; k++) {
		cr_expect(relative_difference(found[k], dual) < 1e-11,
		          "%s: d_%s[%zu] is %.15g, by dual numbers %.15g", c->name, c->of->name, element,
		          found[k], dual);
		cr_expect(!smooth || relative_difference(found[k], slope) < 1e-6,
		          "%s: d_%s[%zu] is %.12g, by differences %.12g", c->name, c->of->name, element,
		          found[k], slope);
	}
}

static double *adjoints(const struct comparison *c, const struct graph *graph)
{
	size_t count = values_of_tensor(c->of);
	double *values = ARENA_ARRAY(c->subject->arena, double, count);
	const struct tensor *adjoint = adjoint_among(graph, c->of);
	cr_assert_not_null(adjoint, "%s: no adjoint of %s", c->name, c->of->name);
	evaluate(c->evaluation, graph);
	memcpy(values, evaluation_values(c->evaluation, adjoint), count * sizeof *values);
	return values;
}

ParameterizedTest(int *place, custom, gradients)
{
	const struct custom_network *network = &custom_networks[*place];
	struct random random = random_new();
	struct subject subject = subject_read(path_of(network));
	cr_assert_str_empty(subject.messages, "%s", subject.messages);
	cr_assert_not_null(subject.model);
	cr_assert_null(subject.fault, "%s: %s", network->name, subject.fault);
	struct ranges ranges = {.targets = {network->targets[0], network->targets[1]}};
	struct comparison c = {.name = network->name, .subject = &subject};
	c.evaluation = subject_evaluation(&subject, &ranges, &random);
	for (size_t w = 0; w < subject.wanted.count; w++) {
		c.of = subject.wanted.items[w];
		const double *raw = adjoints(&c, &subject.gradient);
		const double *finished = adjoints(&c, &subject.finished);
		for (size_t e = 0; e < values_of_tensor(c.of); e++)
			compare_element(&c, e, (double[]){raw[e], finished[e]});
	}
	cr_expect(c.kinks <= c.smooth / 20, "%s: %d of %d elements at kinks", c.name, c.kinks,
	          c.kinks + c.smooth);
	arena_free(subject.arena);
}

/* --- against arithmetic by hand --------------------------------------------------------------- */

static void expect_loss_by_hand(struct run *run)
{
	double sum = 0;
	draw_batch(run);
	for (int n = 0; n < run->network->batch; n++)
		sum += run->custom->loss(parameter_values, run, &run->rows[n]);
	sum /= run->network->batch;
	cr_expect(relative_difference(loss(run), sum) < 2e-6, "%s: loss %.9g, by hand %.9g",
	          run->custom->name, loss(run), sum);
}

/* --- against the evaluator -------------------------------------------------------------------- */

/* The program's value of stored tensor k, or of state k - the number of stored ones. */
static const struct tensor *kept(const struct run *run, size_t k, float *values)
{
	size_t stored = run->program->stored.count;
	if (k < stored)
		run->network->get(run->network->net(run->training), (int)k, values);
	else
		run->network->get_state(run->training, (int)(k - stored), values);
	return k < stored ? run->program->stored.items[k] : run->program->states.items[k - stored];
}

static void step_with_evaluator(struct run *run, uint32_t number)
{
	size_t count = run->program->stored.count + run->program->states.count;
	float values[1024];
	struct evaluation *evaluation = evaluation_new(run->arena, run->network->batch, 0, number, 0);
	draw_batch(run);
	for (int n = 0; n < run->network->batch; n++) {
		int elements = run->network->inputs[0].elements;
		memcpy(evaluation_values(evaluation, run->program->inputs.items[0]) + n * elements,
		       run->rows[n].input, (size_t)elements * sizeof(double));
		evaluation_values(evaluation, run->program->targets.items[0])[n] = run->rows[n].target;
	}
	for (size_t k = 0; k < count; k++) {
		const struct tensor *tensor = kept(run, k, values);
		for (size_t e = 0; e < values_of_tensor(tensor); e++)
			evaluation_values(evaluation, tensor)[e] = (double)values[e];
	}
	evaluate(evaluation, &run->program->training);
	double expected = *evaluation_values(evaluation, run->program->loss), got = step(run);
	evaluation_commit(evaluation, &run->program->training);
	cr_expect(relative_difference(expected, got) < 2e-6, "%s, step %u: loss %.9g, the evaluator has %.9g",
	          run->custom->name, number, got, expected);
	for (size_t k = 0; k < count; k++) {
		const struct tensor *tensor = kept(run, k, values);
		for (size_t e = 0; e < values_of_tensor(tensor); e++)
			cr_expect(relative_difference(evaluation_values(evaluation, tensor)[e],
			                              (double)values[e]) < 2e-6,
			          "%s, step %u: %s[%zu] is %.9g, the evaluator has %.9g", run->custom->name,
			          number, tensor->name, e, (double)values[e],
			          evaluation_values(evaluation, tensor)[e]);
	}
}

/* --- training --------------------------------------------------------------------------------- */

ParameterizedTest(int *place, custom, training)
{
	const struct custom_network *network = &custom_networks[*place];
	struct run run = start(network, false);
	expect_loss_by_hand(&run);
	double before = mean_loss(&run);
	for (uint32_t number = 1; number <= 6; number++)
		step_with_evaluator(&run, number);
	train(&run, network->steps);
	double after = mean_loss(&run);
	cr_expect(after < network->fraction * before, "%s: %g, then %g", network->name, before, after);
	expect_loss_by_hand(&run);
	for (int k = 0; k < run.network->tensor_count; k++) {
		const struct mlp_tensor *tensor = run.network->tensor(k);
		for (int e = 0; e < tensor->elements; e++)
			cr_expect(isfinite(parameter_values(&run, tensor->name)[e]), "%s: %s", network->name,
			          tensor->name);
	}
	stop(&run);
}

/* --- what two of the losses are for ----------------------------------------------------------- */

static const struct custom_network *network_named(const char *name)
{
	for (int k = 0; k < custom_network_count; k++)
		if (strcmp(custom_networks[k].name, name) == 0)
			return &custom_networks[k];
	cr_assert_fail("there is no network %s", name);
	return NULL;
}

/* Of new targets, one in ten lies below `low`, half below `middle`, nine in ten below `high`. */
Test(custom, quantiles_have_their_share)
{
	enum { BATCHES = 100, MOST_ROWS = 64 };
	static const double shares[] = {0.1, 0.5, 0.9};
	struct run run = start(network_named("quantile"), false);
	int below[3] = {0}, rows = run.network->batch;
	float estimates[3][MOST_ROWS];
	cr_assert_leq(rows, MOST_ROWS);
	train(&run, 1500);
	for (int b = 0; b < BATCHES; b++) {
		const void *inputs[] = {run.input};
		void *outputs[] = {estimates[0], estimates[1], estimates[2]};
		draw_batch(&run);
		run.network->predict(run.network->net(run.training), run.work, rows, inputs, outputs);
		for (int k = 0; k < 3; k++)
			for (int n = 0; n < rows; n++)
				below[k] += run.target[n] < estimates[k][n];
	}
	for (int k = 0; k < 3; k++) {
		double share = (double)below[k] / (BATCHES * rows);
		cr_expect(fabs(share - shares[k]) < 0.04, "output %d: %g of the targets below", k, share);
	}
	stop(&run);
}

/* One target in ten is 8 too high: the mean would move by 0.8. */
Test(custom, huber_ignores_what_is_far_off)
{
	struct run run = start(network_named("huber"), false);
	train(&run, 1000);
	const double *slope = parameter_values(&run, "line.W"), *bias = parameter_values(&run, "line.b");
	cr_expect(fabs(slope[0] - 1.5) < 0.1 && fabs(slope[1] + 0.75) < 0.1 && fabs(bias[0] - 0.25) < 0.15,
	          "%g, %g, %g", slope[0], slope[1], bias[0]);
	stop(&run);
}

/* --- lookahead on adam, by loops --------------------------------------------------------------- */

enum { MOST_ELEMENTS = 64, TENSORS = 4 };

struct weights {
	double fast[MOST_ELEMENTS], slow[MOST_ELEMENTS], m[MOST_ELEMENTS], v[MOST_ELEMENTS];
};

static void look_ahead(struct weights *w, int elements, const double *gradient, int number)
{
	for (int e = 0; e < elements; e++) {
		w->m[e] += 0.1 * (gradient[e] - w->m[e]);
		w->v[e] += 0.001 * (gradient[e] * gradient[e] - w->v[e]);
		double mean = w->m[e] / (1 - pow(0.9, number)), square = w->v[e] / (1 - pow(0.999, number));
		w->fast[e] -= 0.02 * mean / (sqrt(square) + 1e-8);
		if (number % 5 == 0) {
			w->slow[e] = (w->slow[e] + w->fast[e]) / 2;
			w->fast[e] = w->slow[e];
		}
	}
}

Test(custom, lookahead_is_its_algorithm)
{
	struct run run = start(network_named("lookahead"), true);
	const struct mlp_network *network = run.network;
	struct weights weights[TENSORS] = {0};
	double input[2 * MOST_ELEMENTS], target[MOST_ELEMENTS], values[MOST_ELEMENTS];
	void (*gradient_of)(const void *, int, double *);
	*(void **)&gradient_of = generated_symbol(&run.g, "gradient");
	cr_assert(gradient_of && network->tensor_count == TENSORS && network->batch <= MOST_ELEMENTS);
	for (int k = 0; k < TENSORS; k++) {
		network->get(network->net(run.training), k, weights[k].fast);
		memcpy(weights[k].slow, weights[k].fast, sizeof weights[k].slow);
	}
	for (int number = 1; number <= 23; number++) {
		draw_batch(&run);
		for (int n = 0; n < network->batch; n++) {
			memcpy(input + 2 * n, run.rows[n].input, 2 * sizeof *input);
			target[n] = run.rows[n].target;
		}
		const void *inputs[] = {input}, *targets[] = {target};
		network->train_step(run.training, network->batch, inputs, targets);
		for (int k = 0; k < TENSORS; k++) {
			int elements = network->tensor(k)->elements;
			gradient_of(run.training, k, values);
			look_ahead(&weights[k], elements, values, number);
			network->get(network->net(run.training), k, values);
			for (int e = 0; e < elements; e++)
				cr_expect(relative_difference(values[e], weights[k].fast[e]) < 1e-12,
				          "step %d, %s[%d]: %.15g, by loops %.15g", number,
				          network->tensor(k)->name, e, values[e], weights[k].fast[e]);
		}
	}
	stop(&run);
}
