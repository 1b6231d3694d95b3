/* The worked examples: what the generated programs of models/worked/ say against arithmetic by hand (recomputed in
 * double from the teaching texts), to 1e-12 in double and 1e-6 in float. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "generated.h"

enum { MOST = 8 };

struct run {
	struct generated g;
	const struct mlp_network *network;
	void *training, *work;
	double tolerance;
	double input[64], target[64];
	float input_float[64], target_float[64];
	int32_t label[64];
};

static struct run start(const char *name, bool real_double)
{
	char path[128];
	snprintf(path, sizeof path, "models/worked/%s.mlp", name);
	struct run run = {.g = generate_with_gradients(path, real_double, "gcc -O2"), .tolerance = real_double ? 1e-12 : 1e-6};
	run.network = run.g.network;
	cr_assert(run.network, "%s: %s", name, run.g.fault);
	size_t size = run.network->training_size ? run.network->training_size : run.network->net_size;
	run.training = aligned_alloc(64, (size + 127) / 64 * 64);
	run.work = aligned_alloc(64, (run.network->work_size + 127) / 64 * 64);
	memset(run.training, 0, size);
	run.network->init(run.training, run.network->seed);
	return run;
}

static void stop(struct run *run)
{
	free(run->training);
	free(run->work);
	generated_free(&run->g);
}

static bool is_double(const struct run *run)
{
	return run->network->real_size == 8;
}

static const void *const *ports(struct run *run, const double *from, double *as_double, float *as_float, int count,
                                const void **list)
{
	for (int k = 0; k < count; k++) {
		as_double[k] = from[k];
		as_float[k] = (float)from[k];
	}
	list[0] = is_double(run) ? (const void *)as_double : (const void *)as_float;
	return list;
}

static void expect(const struct run *run, const char *what, double expected, double got)
{
	double scale = fmax(fabs(expected), 1e-2);
	cr_assert(fabs(expected - got) <= run->tolerance * scale, "%s: %s: %.17g expected, %.17g got (%s)",
	          run->g.compile->model->name, what, expected, got, is_double(run) ? "double" : "float");
}

static double element(const struct run *run, const void *values, int k)
{
	return is_double(run) ? ((const double *)values)[k] : (double)((const float *)values)[k];
}

static void expect_output(struct run *run, int rows, const double *input, int inputs, const double *expected, int count)
{
	const void *list[1];
	double raw[64];
	void *outputs[] = {raw};
	run->network->predict(run->network->net(run->training), run->work, rows,
	                      ports(run, input, run->input, run->input_float, rows * inputs, list), outputs);
	for (int k = 0; k < rows * count; k++)
		expect(run, "prediction", expected[k], element(run, raw, k));
}

static double step(struct run *run, int rows, const double *input, int inputs, const void *target)
{
	const void *list[1], *targets[] = {target};
	return run->network->train_step(run->training, rows,
	                                ports(run, input, run->input, run->input_float, rows * inputs, list), targets);
}

static double real_step(struct run *run, int rows, const double *input, int inputs, const double *target, int outputs)
{
	const void *list[1];
	ports(run, target, run->target, run->target_float, rows * outputs, list);
	return step(run, rows, input, inputs, list[0]);
}

static void expect_tensor(struct run *run, const char *name, int count, const double *expected)
{
	double raw[64];
	for (int k = 0; k < run->network->tensor_count; k++) {
		if (strcmp(run->network->tensor(k)->name, name) != 0)
			continue;
		cr_assert(run->network->tensor(k)->elements == count);
		run->network->get(run->network->net(run->training), k, raw);
		for (int e = 0; e < count; e++)
			expect(run, name, expected[e], element(run, raw, e));
		return;
	}
	cr_assert_fail("no tensor %s", name);
}

/* The gradients of the last step with respect to input 0. */
static void expect_input_gradient(struct run *run, const double *expected, int count)
{
	double raw[64];
	void (*input_gradient)(const void *, int, void *) = NULL;
	*(void **)&input_gradient = generated_symbol(&run->g, "input_gradient");
	cr_assert(input_gradient);
	input_gradient(run->training, 0, raw);
	for (int k = 0; k < count; k++)
		expect(run, "gradient of the input", expected[k], element(run, raw, k));
}

#define LIST(...) ((const double[]){__VA_ARGS__})
#define EACH_TYPE(run, name) for (int type = 0; type < 2; type++) for (struct run run = start(name, type == 1); \
	run.training; stop(&run), run.training = NULL)

/* --- XOR, 2-2-1 sigmoid: forward, backward, one update ------------------------------------------------------------- */

Test(worked, xor_step)
{
	/* h = s(0.8), s(-0.3); y = s(h1 + h2 - 0.5); delta2 = (y - t) y (1 - y); delta1 = W2 delta2 h (1 - h) */
	double h1 = 1 / (1 + exp(-0.8)), h2 = 1 / (1 + exp(0.3)), y = 1 / (1 + exp(-(h1 + h2 - 0.5)));
	double d2 = y * y * (1 - y), d11 = d2 * h1 * (1 - h1), d12 = d2 * h2 * (1 - h2);
	cr_assert(fabs(y - 0.6492016828037989) < 1e-15 && fabs(d2 - 0.1478484497550708) < 1e-15);
	EACH_TYPE(run, "xor_step") {
		expect_output(&run, 1, LIST(1, 1), 2, LIST(y), 1);
		expect(&run, "loss", 0.21073141247764213, real_step(&run, 1, LIST(1, 1), 2, LIST(0), 1));
		expect_tensor(&run, "y.W", 2, LIST(1 - 0.5 * d2 * h1, 1 - 0.5 * d2 * h2));
		expect_tensor(&run, "y.b", 1, LIST(-0.5739242248775354));
		expect_tensor(&run, "h.W", 4, LIST(0.5 - 0.5 * d11, 0.5 - 0.5 * d11, -0.5 - 0.5 * d12, -0.5 - 0.5 * d12));
		expect_tensor(&run, "h.b", 2, LIST(-0.2 - 0.5 * d11, 0.7 - 0.5 * d12));
	}
}

/* The batch form and the loop over samples give the same gradient: their mean. */
Test(worked, batch_equals_loop)
{
	const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, t[] = {0, 1, 1, 0};
	double sum[4] = {0}, raw[4];
	for (int row = 0; row < 4; row++) {
		struct run run = start("xor_step", true);
		real_step(&run, 1, x + 2 * row, 2, t + row, 1);
		run.network->get(run.network->net(run.training), 0, raw);
		for (int k = 0; k < 4; k++)
			sum[k] += raw[k] / 4;
		stop(&run);
	}
	struct run run = start("xor_step", true);
	real_step(&run, 4, x, 2, t, 1);
	expect_tensor(&run, "h.W", 4, sum);
	stop(&run);
}

/* --- softmax and cross-entropy of three classes ----------------------------------------------------------------------- */

Test(worked, three_classes)
{
	const double z[] = {log(0.2), log(0.7), log(0.1)};
	const int32_t label = 1;
	EACH_TYPE(run, "three_classes") {
		expect_output(&run, 1, z, 3, LIST(0.2, 0.7, 0.1), 3);
		expect(&run, "loss", 0.35667494393873245, step(&run, 1, z, 3, &label));
		expect_input_gradient(&run, LIST(0.2, -0.3, 0.1), 3);
		expect(&run, "loss of logits ±10000", 20000, step(&run, 1, LIST(10000, -10000, 0), 3, &label));
		expect_input_gradient(&run, LIST(1, -1, 0), 3);
	}
}

Test(worked, given_probabilities)
{
	const int32_t label = 1;
	EACH_TYPE(run, "given_probabilities") {
		expect(&run, "loss", 0.35667494393873245, step(&run, 1, LIST(0.2, 0.7, 0.1), 3, &label));
		expect(&run, "loss of a certain hit", 0, step(&run, 1, LIST(0, 1, 0), 3, &label));
		cr_assert(isfinite(step(&run, 1, LIST(1, 0, 0), 3, &label)), "a certain miss has a finite loss");
	}
}

/* --- y = (x1 + x2) * max(x2, x3) ------------------------------------------------------------------------------------- */

Test(worked, computational_graph)
{
	EACH_TYPE(run, "computational_graph") {
		const double x[] = {1, 2, 0};
		expect_output(&run, 1, x, 3, LIST(6), 1);
		expect(&run, "y", 6, step(&run, 1, x, 3, NULL));
		expect_input_gradient(&run, LIST(2, 5, 0), 3);
	}
}

/* --- threshold units -------------------------------------------------------------------------------------------------- */

Test(worked, xor_threshold)
{
	EACH_TYPE(run, "xor_threshold")
		expect_output(&run, 4, LIST(0, 0, 0, 1, 1, 0, 1, 1), 2, LIST(0, 1, 1, 0), 1);
}

Test(worked, truth_table)
{
	static const int ones[] = {0x06, 0x0b, 0x0c, 0x11, 0x17, 0x19}; /* 00110, 01011, … : the first bit is the highest */
	EACH_TYPE(run, "truth_table") {
		for (int row = 0; row < 32; row++) {
			double x[5], y = 0;
			for (int bit = 0; bit < 5; bit++)
				x[bit] = (row >> (4 - bit)) & 1;
			for (int k = 0; k < 6; k++)
				y += ones[k] == row;
			expect_output(&run, 1, x, 5, &y, 1);
		}
	}
}

Test(worked, pulse)
{
	EACH_TYPE(run, "pulse")
		expect_output(&run, 5, LIST(0.5, 1, 1.5, 2, 2.5), 1, LIST(0, 0, 1, 1, 0), 1);
}

/* --- |x|, a layer of two units, the price of a house --------------------------------------------------------------------- */

Test(worked, absolute_value)
{
	EACH_TYPE(run, "absolute_value")
		expect_output(&run, 4, LIST(-2.5, 0, 3, -0.125), 1, LIST(2.5, 0, 3, 0.125), 1);
}

Test(worked, neuron_layer)
{
	EACH_TYPE(run, "neuron_layer")
		expect_output(&run, 1, LIST(1, -1), 2, LIST(1 / (1 + exp(-4.0)), 1 / (1 + exp(2.0))), 2);
}

Test(worked, house_price)
{
	const double house[] = {1200, 3, 10};
	EACH_TYPE(run, "house_price") {
		expect_output(&run, 1, house, 3, LIST(0.6089), 1);
		expect(&run, "loss", 0.076479605, real_step(&run, 1, house, 3, LIST(1), 1));
		expect_tensor(&run, "estimate.W", 2, LIST(0.1, 0.33422979));
		expect_tensor(&run, "estimate.b", 1, LIST(0.04911));
		expect_tensor(&run, "a2.W", 4, LIST(0.1, -0.1, 0.147874551, 0.285964139));
		expect_tensor(&run, "a2.b", 2, LIST(0.01, 0.013911));
		expect_tensor(&run, "a1.W", 6, LIST(0.47932, -0.0188267, 0.033911, 0.50932, 0.0511733, -0.056089));
		expect_tensor(&run, "a1.b", 2, LIST(0.0013911, -0.0006089));
	}
}

/* --- losses ------------------------------------------------------------------------------------------------------------ */

/* loss = mean of w |y - t| + 0.01 (0.5^2 + 0.25^2); d y = w sign(y - t) / rows */
Test(worked, weighted_loss)
{
	const double x[] = {1, 2, -1, 1}, w[] = {2, 0.5}, t[] = {1, 0};
	const float xf[] = {1, 2, -1, 1}, wf[] = {2, 0.5f}, tf[] = {1, 0};
	const double d1 = -1.0, d2 = -0.25; /* y = 0.125, -0.625: both below their targets */
	EACH_TYPE(run, "weighted_loss") {
		const void *inputs[] = {is_double(&run) ? (const void *)x : xf, is_double(&run) ? (const void *)w : wf};
		const void *targets[] = {is_double(&run) ? (const void *)t : tf};
		double loss = run.network->train_step(run.training, 2, inputs, targets);
		expect(&run, "loss", (2 * 0.875 + 0.5 * 0.625) / 2 + 0.01 * (0.25 + 0.0625), loss);
		expect_tensor(&run, "y.W", 2, LIST(0.5 - 0.1 * (d1 * 1 + d2 * -1 + 0.02 * 0.5),
		                                   -0.25 - 0.1 * (d1 * 2 + d2 * 1 + 0.02 * -0.25)));
		expect_tensor(&run, "y.b", 1, LIST(0.125 - 0.1 * (d1 + d2)));
	}
}

/* --- learning --------------------------------------------------------------------------------------------------------- */

static double train_for(struct run *run, int steps, int rows, const double *x, int inputs, const double *t)
{
	double loss = 0;
	for (int k = 0; k < steps; k++)
		loss = real_step(run, rows, x, inputs, t, 1);
	return loss;
}

Test(worked, linear_fit)
{
	struct run run = start("linear_fit", true);
	const double x[] = {0, 1, 2, 3}, t[] = {1, 3, 5, 7};
	train_for(&run, 2000, 4, x, 1, t);
	run.tolerance = 1e-9;
	expect_tensor(&run, "estimate.W", 1, LIST(2));
	expect_tensor(&run, "estimate.b", 1, LIST(1));
	stop(&run);
}

Test(worked, curve)
{
	struct run run = start("curve", false);
	double x[16], t[16], loss = 0;
	for (int k = 0; k < 16; k++) {
		x[k] = k / 7.5 - 1;
		t[k] = sin(3 * x[k]);
	}
	loss = train_for(&run, 3000, 16, x, 1, t);
	cr_assert(loss < 1e-3, "loss %g", loss);
	stop(&run);
}

/* No line separates the exclusive or: a single unit gets at most three of its four rows right. */
Test(worked, single_layer_cannot_learn_xor)
{
	const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, t[] = {0, 1, 1, 0};
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct run run = start("logistic_regression", false);
		float y[4];
		void *outputs[] = {y};
		const void *list[1];
		run.network->init(run.training, seed);
		train_for(&run, 2000, 4, x, 2, t);
		run.network->predict(run.network->net(run.training), run.work, 4,
		                     ports(&run, x, run.input, run.input_float, 8, list), outputs);
		int right = 0;
		for (int k = 0; k < 4; k++)
			right += (y[k] > 0.5f) == (t[k] > 0.5);
		cr_assert(right <= 3);
		stop(&run);
	}
}
