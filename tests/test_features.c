/* What a model can be made of, in generated programs: against the evaluator (whose gradients test_gradient.c
 * compares with dual numbers and differences), and against arithmetic by hand where training and prediction
 * differ. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "feature_fixture.h"
#include "model_cases.h"

enum { ROWS = 5, PORTS = 8 };

/* --- programs against the evaluator ------------------------------------------------------------- */

/* Of model_cases.c. */
static const char *const compared[] = {
        "residual",
        "slices and concat",
        "reshape",
        "several of everything",
        "softmax of two heads",
        "shared weights",
        "tied weights",
        "a parameter in an expression",
        "layer_norm",
        "batch_norm",
        "batch norm of a convolution",
        "one embedding",
        "class input",
        "class array",
        "target array of classes",
        "weighted",
        "penalties",
        "a loss of one's own over the weights",
        "blocks over leading dimensions",
        "a block of one's own over leading dimensions",
        "free index",
        "many equal layers",
        "layers that are almost equal",
        "attention",
        "causal attention",
        "same convolution",
        "quotients of powers",
        "scaled",
        "standardized",
        "loss of a hidden layer",
        "dropout",
        "a long row that is read backwards",
        "smallest and largest",
};

struct comparison {
	struct trial trial;
	const struct model_case *model;
	struct evaluation *evaluation;
	struct random random;
	double tolerance;
	const void *inputs[PORTS], *targets[PORTS];
	void *outputs[PORTS];
};

static size_t count_of(const struct tensor *tensor, int rows)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= (size_t)(tensor->extents[d] == EXTENT_ROWS ? rows : tensor->extents[d]);
	return count;
}

/* Random values, the same on both sides. */
static const void *fill(struct comparison *c, const struct tensor *tensor, const double range[2],
                        double width)
{
	size_t count = count_of(tensor, ROWS);
	bool given = range[0] != 0 || range[1] != 0;
	double *values = evaluation_values(c->evaluation, tensor);
	void *raw = arena_alloc(c->trial.g.arena, count * sizeof(double) + 8);
	for (size_t k = 0; k < count; k++) {
		if (tensor->classes > 0) {
			values[k] = ((int32_t *)raw)[k] = random_below(&c->random, tensor->classes);
			continue;
		}
		set_real(&c->trial, raw, k,
		         random_between(&c->random, given ? range[0] : -width, given ? range[1] : width));
		values[k] = real_at(&c->trial, raw, k);
		if (tensor->role == TENSOR_STATISTIC)
			set_real(&c->trial, raw, k, values[k] = 1 + fabs(values[k]));
		values[k] = real_at(&c->trial, raw, k);
	}
	return raw;
}

static void fill_ports(struct comparison *c, uint32_t step)
{
	const struct program *p = c->trial.program;
	c->evaluation = evaluation_new(c->trial.g.arena, ROWS, 5, step, 0);
	for (size_t k = 0; k < p->inputs.count; k++)
		c->inputs[k] = fill(c, p->inputs.items[k], c->model->ranges.inputs, 1.5);
	for (size_t k = 0; k < p->targets.count; k++)
		c->targets[k] = fill(c, p->targets.items[k], c->model->ranges.targets, 1.5);
	for (size_t k = 0; k < p->outputs.count; k++)
		c->outputs[k] =
		        arena_alloc(c->trial.g.arena, count_of(p->outputs.items[k], ROWS) * sizeof(double));
	for (size_t k = 0; k < p->stored.count; k++)
		c->trial.network->set(c->trial.network->net(c->trial.training), (int)k,
		                      fill(c, p->stored.items[k], c->model->ranges.parameters, 0.9));
}

static void expect_equal(struct comparison *c, const char *what, const struct tensor *tensor, const void *got)
{
	const double *expected = evaluation_values(c->evaluation, tensor);
	for (size_t k = 0; k < count_of(tensor, ROWS); k++)
		cr_assert(relative_difference(expected[k], real_at(&c->trial, got, k)) <= c->tolerance,
		          "%s: %s %s[%zu] is %.17g, the evaluator has %.17g", c->model->name, what,
		          tensor->name, k, real_at(&c->trial, got, k), expected[k]);
}

static void compare_prediction(struct comparison *c)
{
	const struct trial *t = &c->trial;
	evaluate(c->evaluation, &t->program->prediction);
	t->network->predict(trial_net(t), t->work, ROWS, c->inputs, c->outputs);
	for (size_t k = 0; k < t->program->outputs.count; k++)
		expect_equal(c, "prediction", t->program->outputs.items[k], c->outputs[k]);
	evaluate(c->evaluation, &t->program->evaluation);
	double loss = t->network->loss(trial_net(t), t->work, ROWS, c->inputs, c->targets);
	double expected = *evaluation_values(c->evaluation, t->program->loss);
	cr_assert(relative_difference(expected, loss) <= c->tolerance,
	          "%s: loss %.17g, the evaluator has %.17g", c->model->name, loss, expected);
}

typedef void (*getter)(const void *training, int k, void *values);

static getter getter_of(const struct trial *trial, const char *function)
{
	getter get = NULL;
	*(void **)&get = generated_symbol(&trial->g, function);
	return get;
}

static int compare_gradients(struct comparison *c, const tensors *of, const char *function)
{
	const struct trial *t = &c->trial;
	getter get = getter_of(t, function);
	int found = 0;
	for (size_t k = 0; k < of->count; k++) {
		const struct tensor *adjoint = adjoint_among(&t->program->training, of->items[k]);
		if (!adjoint)
			continue;
		cr_assert(get, "%s: no %s", c->model->name, function);
		void *raw = arena_alloc(t->g.arena, count_of(adjoint, ROWS) * sizeof(double));
		get(t->training, (int)k, raw);
		expect_equal(c, "gradient", adjoint, raw);
		found++;
	}
	return found;
}

static void compare_step(struct comparison *c)
{
	const struct trial *t = &c->trial;
	evaluate(c->evaluation, &t->program->training);
	double expected = *evaluation_values(c->evaluation, t->program->loss);
	double loss = t->network->train_step(t->training, ROWS, c->inputs, c->targets);
	cr_assert(relative_difference(expected, loss) <= c->tolerance,
	          "%s: training loss %.17g, the evaluator has %.17g", c->model->name, loss, expected);
	cr_assert_gt(compare_gradients(c, &t->program->stored, "gradient"), 0, "%s", c->model->name);
	int real_inputs = 0;
	for (size_t k = 0; k < t->program->inputs.count; k++)
		real_inputs += t->program->inputs.items[k]->classes == 0;
	cr_assert_eq(compare_gradients(c, &t->program->inputs, "input_gradient"), real_inputs, "%s",
	             c->model->name);
}

static const struct model_case *case_named(const char *name)
{
	for (int k = 0; k < model_case_count; k++)
		if (strcmp(model_cases[k].name, name) == 0)
			return &model_cases[k];
	cr_assert_fail("no case %s", name);
	return NULL;
}

ParameterizedTestParameters(features, programs)
{
	static int places[sizeof compared / sizeof *compared];
	for (size_t k = 0; k < sizeof compared / sizeof *compared; k++)
		places[k] = (int)k;
	return cr_make_param_array(int, places, sizeof compared / sizeof *compared);
}

/* The same with the updates in the store of the gradients, where that can be: by what is stored after a step.
 */
static void compare_stored(struct comparison *c)
{
	const struct trial *t = &c->trial;
	const struct program *p = t->program;
	evaluate(c->evaluation, &p->training);
	evaluation_commit(c->evaluation, &p->training);
	t->network->train_step(t->training, ROWS, c->inputs, c->targets);
	for (size_t k = 0; k < p->stored.count; k++) {
		void *raw = arena_alloc(t->g.arena, count_of(p->stored.items[k], ROWS) * sizeof(double));
		t->network->get(trial_net(t), (int)k, raw);
		expect_equal(c, "new", p->stored.items[k], raw);
	}
}

Test(features, fused_updates)
{
	static const char *const fused[] = {"several of everything",
	                                    "shared weights",
	                                    "batch_norm",
	                                    "class array",
	                                    "penalties",
	                                    "a block of one's own over leading dimensions",
	                                    "dropout"};
	for (size_t k = 0; k < sizeof fused / sizeof *fused; k++) {
		const struct model_case *model = case_named(fused[k]);
		bool is_double = k % 2 == 1;
		struct comparison c = {
		        .model = model, .random = random_new(), .tolerance = is_double ? 1e-12 : 2e-6};
		char text[1024];
		snprintf(text, sizeof text, "%s\ntrain { optimizer = momentum(rate = 0.5) }",
		         model->statements);
		c.trial = trial_by(generate, text, is_double, is_double ? "clang -O1" : "gcc -O2");
		fill_ports(&c, 1);
		compare_prediction(&c);
		compare_stored(&c);
		trial_free(&c.trial);
	}
}

/* Every second one in float, compiled by Clang. */
ParameterizedTest(int *place, features, programs)
{
	const struct model_case *model = case_named(compared[*place]);
	bool is_double = *place % 2 == 0;
	struct comparison c = {.model = model, .random = random_new(), .tolerance = is_double ? 1e-12 : 2e-5};
	c.trial = trial_new(model->statements, is_double, is_double ? "gcc -O1" : "clang -O1");
	fill_ports(&c, 1);
	compare_prediction(&c);
	for (uint32_t step = 1; step <= 2; step++) {
		fill_ports(&c, step);
		compare_step(&c);
	}
	trial_free(&c.trial);
}

/* The squares and cubes leave the range of float, those of the quotients do not; in the adjoint likewise. */
Test(features, quotients_of_powers)
{
	struct trial t = trial_new("input x[2]\ninput u[2]\ntarget t[2]\nparam p[2] = ones\n"
	                           "output y[i: 2] = (x[i] * p[i] / u[i])^2 + x[i]^3 / u[i]^3\n"
	                           "minimize sum(i, t[i] * y[i])\ntrain { optimizer = sgd(rate = 1) }",
	                           false, "gcc -O2");
	const float x[] = {3e30f, 2e-30f}, u[] = {2e30f, 4e-30f}, target[] = {1, 1};
	float y[2];
	t.network->predict(trial_net(&t), t.work, 1, (const void *const[]){x, u}, (void *const[]){y});
	cr_expect_float_eq(y[0], 2.25 + 3.375, 1e-5, "%g", (double)y[0]);
	cr_expect_float_eq(y[1], 0.25 + 0.125, 1e-6, "%g", (double)y[1]);
	t.network->train_step(t.training, 1, (const void *const[]){x, u}, (const void *const[]){target});
	cr_expect_float_eq(tensor_values(&t, "p")[0], 1 - 4.5, 1e-5, "%g", tensor_values(&t, "p")[0]);
	cr_expect_float_eq(tensor_values(&t, "p")[1], 1 - 0.5, 1e-6, "%g", tensor_values(&t, "p")[1]);
	trial_free(&t);
}

/* Where a probability is 1, the logarithm of its complement is that of the smallest number, not that of 0. */
Test(features, certain_probabilities)
{
	struct trial t = trial_new("input x[2]\ntarget t[2]\noutput p[2] = softmax(x)\n"
	                           "minimize binary_cross_entropy(p, t)",
	                           false, "gcc -O1");
	const float x[] = {200, 0}, wrong[] = {0, 1}, right[] = {1, 0};
	double high = t.network->loss(trial_net(&t), t.work, 1, (const void *const[]){x}, (const void *const[]){wrong});
	double low = t.network->loss(trial_net(&t), t.work, 1, (const void *const[]){x}, (const void *const[]){right});
	cr_expect(high > 100 && high < 1000, "%g", high);
	cr_expect_float_eq(low, 0, 1e-6, "%g", low);
	trial_free(&t);
}

/* x * a + b / x has no common factor: where x nears 0, a quotient by its square would be none. */
Test(features, factors_of_opposite_exponents)
{
	struct trial t = trial_new("input x[2]\ninput a[2]\ninput b[2]\noutput y[i: 2] = x[i] * a[i] + b[i] / x[i]",
	                           true, "gcc -O1");
	const double x[] = {1e-200, 2}, a[] = {3, 3}, b[] = {5, 5};
	double y[2];
	t.network->predict(trial_net(&t), t.work, 1, (const void *const[]){x, a, b}, (void *const[]){y});
	cr_expect_float_eq(y[0] / 5e200, 1, 1e-15, "%g", y[0]);
	cr_expect_eq(y[1], 8.5);
	trial_free(&t);
}

/* A sum stands behind the conditions on positions under which it is read: behind both of two, or either. */
Test(features, sums_behind_positions)
{
	struct trial t = trial_new("input x[2]\nparam w[3, 2] = ones\n"
	                           "output y[i: 3, j: 3] = if i < 1 or j < 1 then sum(k, w[i, k] * x[k]) + j else 5\n"
	                           "output z[i: 3, j: 3] = if i < 1 and j < 1 then 7 else sum(k, w[i, k] * x[k])",
	                           true, "gcc -O1");
	const double x[] = {10, 1}, w[] = {1, 2, 3, 4, 5, 6};
	const double sums[] = {12, 34, 56};
	double y[9], z[9];
	set_tensor(&t, "w", w);
	t.network->predict(trial_net(&t), t.work, 1, (const void *const[]){x}, (void *const[]){y, z});
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			cr_expect_eq(y[3 * i + j], i < 1 || j < 1 ? sums[i] + j : 5, "y[%d, %d] is %g", i, j,
			             y[3 * i + j]);
			cr_expect_eq(z[3 * i + j], i < 1 && j < 1 ? 7 : sums[i], "z[%d, %d] is %g", i, j,
			             z[3 * i + j]);
		}
	trial_free(&t);
}

/* --- statistics of batches ---------------------------------------------------------------------- */

/* (x - A) / (B - A), with an A that is not 0. */
Test(features, scaled_by_hand)
{
	struct trial t = trial_new("input x[3] scale -1 3\noutput y[3] = 2 * x", true, "gcc -O1");
	const double x[] = {-1, 3, 0};
	double y[3];
	t.network->predict(trial_net(&t), t.work, 1, (const void *const[]){x}, (void *const[]){y});
	cr_expect(y[0] == 0 && y[1] == 2 && y[2] == 0.5, "%g %g %g", y[0], y[1], y[2]);
	trial_free(&t);
}

/* Two steps of known rows: what is stored, and that prediction reads it, by hand. */
Test(features, batch_norm_by_hand)
{
	struct trial t =
	        trial_new("input x[1]\ntarget t[1]\noutput y[1] = batch_norm(x, rate = 0.25, epsilon = 0.5)\n"
	                  "minimize mse(y, t)\ntrain { optimizer = sgd(rate = 0) }",
	                  true, "gcc -O1");
	const double first[] = {1, 2, 6}, second[] = {-1, 3}, target[] = {0, 0, 0}, gain[] = {1.5},
	             shift[] = {-0.5};
	set_tensor(&t, "y.gain", gain);
	set_tensor(&t, "y.shift", shift);
	train_on(&t, 3, first, target);
	/* mean 3, variance (4 + 1 + 9) / 3; then mean 1, variance 4 */
	double mean = 0.25 * 3, variance = 0.75 + 0.25 * 14 / 3;
	cr_expect_float_eq(*tensor_values(&t, "y.mean"), mean, 1e-14);
	cr_expect_float_eq(*tensor_values(&t, "y.variance"), variance, 1e-14);
	double loss = train_on(&t, 2, second, target), z = 2 / sqrt(4.5);
	cr_expect_float_eq(loss, (pow(1.5 * z - 0.5, 2) + pow(-1.5 * z - 0.5, 2)) / 2, 1e-14);
	mean = 0.75 * mean + 0.25 * 1;
	variance = 0.75 * variance + 0.25 * 4;
	double y[3];
	t.network->predict(trial_net(&t), t.work, 3, (const void *const[]){first}, (void *const[]){y});
	for (int n = 0; n < 3; n++)
		cr_expect_float_eq(y[n], 1.5 * (first[n] - mean) / sqrt(variance + 0.5) - 0.5, 1e-14);
	cr_expect_float_eq(t.network->loss(trial_net(&t), t.work, 1, (const void *const[]){first},
	                                   (const void *const[]){target}),
	                   y[0] * y[0], 1e-14);
	trial_free(&t);
}

/* A sample alone and in a batch, bit by bit; training by the batch differs. */
static void check_alone(bool is_double)
{
	enum { SAMPLES = 40, INPUTS = 3, OUTPUTS = 2 };
	struct trial t = trial_new("input x[3]\ntarget t[2]\nlayer h[6] = relu(batch_norm(dense(x)))\n"
	                           "output y[2] = dense(batch_norm(dense[4](h)))\nminimize mse(y, t)",
	                           is_double, "gcc -O2");
	struct random random = random_new();
	double values[SAMPLES * INPUTS];
	for (int k = 0; k < SAMPLES * INPUTS; k++)
		values[k] = random_between(&random, -2, 2);
	size_t real = (size_t)t.network->real_size;
	char *x = reals_of(&t, values, SAMPLES * INPUTS);
	for (int step = 0; step < 5; step++)
		train_on(&t, 20, x + (size_t)step * 4 * INPUTS * real, x);
	char together[SAMPLES * OUTPUTS * sizeof(double)], alone[sizeof together];
	t.network->predict(trial_net(&t), t.work, SAMPLES, (const void *const[]){x},
	                   (void *const[]){together});
	for (size_t n = 0; n < SAMPLES; n++)
		t.network->predict(trial_net(&t), t.work, 1, (const void *const[]){x + n * INPUTS * real},
		                   (void *const[]){alone + n * OUTPUTS * real});
	cr_expect_arr_eq(together, alone, SAMPLES * OUTPUTS * real);
	cr_expect(*tensor_values(&t, "h.batch_norm_2.mean") != 0 &&
	          *tensor_values(&t, "h.batch_norm_2.variance") != 1);
	trial_free(&t);
}

Test(features, batch_norm_alone_and_in_a_batch)
{
	check_alone(false);
	check_alone(true);
}

/* --- dropout ------------------------------------------------------------------------------------ */

/* 10,000 draws of 16 elements: the mean of their sum within 1 % (6 standard errors), of each element
 * within 5. Each row has draws of its own, and each step. */
static void check_dropout(double rate)
{
	enum { ELEMENTS = 16, BATCH = 100, STEPS = 100 };
	char statements[512];
	snprintf(statements, sizeof statements,
	         "input x[16]\ntarget t[16]\nparam p[16] = zeros\nlayer d[16] = dropout(x, rate = %g)\n"
	         "output y[16] = d + p\nminimize sum(i, t[i] * y[i])\n"
	         "train { batch = 100, optimizer = sgd(rate = 0) }",
	         rate);
	struct trial t = trial_new(statements, false, "gcc -O2");
	float x[BATCH][ELEMENTS], target[BATCH][ELEMENTS], raw[BATCH][ELEMENTS];
	double sum[ELEMENTS] = {0}, total = 0, undropped = 0, last = -1;
	struct random random = random_new();
	t.network->init(t.training, random_bits(&random));
	for (int n = 0; n < BATCH; n++)
		for (int k = 0; k < ELEMENTS; k++) {
			x[n][k] = (float)(1 + k);
			target[n][k] = 1;
		}
	getter input_gradient = getter_of(&t, "input_gradient");
	int repeated = 0, other = 0;
	for (int step = 0; step < STEPS; step++) {
		double loss = train_on(&t, BATCH, x, target);
		total += loss / STEPS;
		repeated += loss == last;
		last = loss;
		/* by the chain rule the mask, divided by the rows */
		input_gradient(t.training, 0, raw);
		for (int n = 0; n < BATCH; n++)
			for (int k = 0; k < ELEMENTS; k++) {
				double mask = (double)raw[n][k] * BATCH;
				sum[k] += mask;
				other += mask != 0 && fabs(mask * (1 - rate) - 1) > 1e-5;
			}
	}
	cr_expect_lt(repeated, 3);
	cr_expect_eq(other, 0, "%d elements neither 0 nor 1 / (1 - rate)", other);
	for (int k = 0; k < ELEMENTS; k++) {
		undropped += 1 + k;
		double mean = sum[k] / (BATCH * STEPS), deviation = sqrt(rate / (1 - rate) / (BATCH * STEPS));
		cr_expect_float_eq(mean, 1, 5 * deviation, "element %d: mean %g", k, mean);
	}
	cr_expect(fabs(total / undropped - 1) < 0.01, "rate %g: mean %g, undropped %g", rate, total,
	          undropped);
	float y[BATCH][ELEMENTS];
	t.network->predict(trial_net(&t), t.work, BATCH, (const void *const[]){x}, (void *const[]){y});
	cr_expect_arr_eq(x, y, sizeof x);
	cr_expect_float_eq(t.network->loss(trial_net(&t), t.work, BATCH, (const void *const[]){x},
	                                   (const void *const[]){target}),
	                   undropped, 1e-4);
	trial_free(&t);
}

Test(features, dropout_keeps_the_mean)
{
	check_dropout(0.2);
	check_dropout(0.1);
}
