/* Two networks written by hand behind struct mlp_network, to test the host floor without the compiler:
 * `flowers`, a softmax regression in float with standardised inputs, and `line`, a linear regression in
 * double. Plain gradient descent. */
#ifndef SMALL_NETWORKS_H
#define SMALL_NETWORKS_H

#include <math.h>
#include <string.h>

#include "host/host.h"

enum { FLOWER_INPUTS = 4, FLOWER_CLASSES = 3, FLOWER_BATCH = 8, FLOWER_TENSORS = 4 };

struct flowers {
	float W[FLOWER_CLASSES][FLOWER_INPUTS], b[FLOWER_CLASSES], mean[FLOWER_INPUTS],
	        deviation[FLOWER_INPUTS];
};

struct flowers_training {
	struct flowers net;
	uint64_t seed;
	int step, epoch, rows_seen, shortest;   /* shortest: the least rows of a step */
};

static const struct mlp_tensor FLOWER_TENSOR[FLOWER_TENSORS] = {
	{"score.W", 2, {FLOWER_CLASSES, FLOWER_INPUTS}, FLOWER_CLASSES * FLOWER_INPUTS, MLP_PARAMETER},
	{"score.b", 1, {FLOWER_CLASSES}, FLOWER_CLASSES, MLP_PARAMETER},
	{"flower.mean", 1, {FLOWER_INPUTS}, FLOWER_INPUTS, MLP_STATISTIC},
	{"flower.deviation", 1, {FLOWER_INPUTS}, FLOWER_INPUTS, MLP_STATISTIC}};

static const struct mlp_tensor *flowers_tensor(int k)
{
	return &FLOWER_TENSOR[k];
}

static float *flowers_values(const void *net, int k)
{
	struct flowers *flowers = (struct flowers *)(uintptr_t)net;
	float *const values[] = {&flowers->W[0][0], flowers->b, flowers->mean, flowers->deviation};
	return values[k];
}

static void flowers_get(const void *net, int k, void *values)
{
	memcpy(values, flowers_values(net, k), (size_t)FLOWER_TENSOR[k].elements * sizeof(float));
}

static void flowers_set(void *net, int k, const void *values)
{
	memcpy(flowers_values(net, k), values, (size_t)FLOWER_TENSOR[k].elements * sizeof(float));
}

static void flowers_init(void *training, uint64_t seed)
{
	struct flowers_training *t = training;
	*t = (struct flowers_training){.seed = seed, .shortest = FLOWER_BATCH};
	for (int i = 0; i < FLOWER_CLASSES * FLOWER_INPUTS; i++)
		(&t->net.W[0][0])[i] = 0.1f * mlp_normalf(seed, 0, 0, 0, (uint32_t)i);
}

static void flowers_set_epoch(void *training, int epoch)
{
	((struct flowers_training *)training)->epoch = epoch;
}

static void flowers_set_step(void *training, uint32_t step)
{
	((struct flowers_training *)training)->step = (int)step;
}

static void *flowers_net(void *training)
{
	return &((struct flowers_training *)training)->net;
}

/* Probabilities of one row; `x` becomes the standardised inputs. */
static void flowers_row(const struct flowers *net, const float *raw, float *x, float *p)
{
	float sum = 0, largest = -INFINITY;
	for (int i = 0; i < FLOWER_INPUTS; i++)
		x[i] = (raw[i] - net->mean[i]) / net->deviation[i];
	for (int c = 0; c < FLOWER_CLASSES; c++) {
		float score = net->b[c];
		for (int i = 0; i < FLOWER_INPUTS; i++)
			score += net->W[c][i] * x[i];
		p[c] = score;
		largest = score > largest ? score : largest;
	}
	for (int c = 0; c < FLOWER_CLASSES; c++)
		sum += p[c] = expf(p[c] - largest);
	for (int c = 0; c < FLOWER_CLASSES; c++)
		p[c] /= sum;
}

static void flowers_predict(const void *net, void *work, int rows, const void *const *inputs,
                            void *const *outputs)
{
	const float *raw = inputs[0];
	float *p = outputs[0], x[FLOWER_INPUTS];
	(void)work;
	for (int n = 0; n < rows; n++)
		flowers_row(net, raw + n * FLOWER_INPUTS, x, p + n * FLOWER_CLASSES);
}

static double flowers_loss(const void *net, void *work, int rows, const void *const *inputs,
                           const void *const *targets)
{
	const float *raw = inputs[0];
	const int32_t *species = targets[0];
	float x[FLOWER_INPUTS], p[FLOWER_CLASSES];
	double sum = 0;
	(void)work;
	for (int n = 0; n < rows; n++) {
		flowers_row(net, raw + n * FLOWER_INPUTS, x, p);
		sum -= log((double)p[species[n]] + 1e-30);
	}
	return sum / rows;
}

static double flowers_train_step(void *training, int rows, const void *const *inputs,
                                 const void *const *targets)
{
	struct flowers_training *t = training;
	struct flowers before = t->net;
	const float *raw = inputs[0];
	const int32_t *species = targets[0];
	double sum = 0;
	for (int n = 0; n < rows; n++) {
		float x[FLOWER_INPUTS], p[FLOWER_CLASSES];
		flowers_row(&before, raw + n * FLOWER_INPUTS, x, p);
		sum -= log((double)p[species[n]] + 1e-30);
		for (int c = 0; c < FLOWER_CLASSES; c++) {
			float d = 0.5f * (p[c] - (c == species[n] ? 1.0f : 0.0f)) / (float)rows;
			for (int i = 0; i < FLOWER_INPUTS; i++)
				t->net.W[c][i] -= d * x[i];
			t->net.b[c] -= d;
		}
	}
	t->step++;
	t->rows_seen += rows;
	t->shortest = rows < t->shortest ? rows : t->shortest;
	return sum / rows;
}

static const struct mlp_port FLOWER_INPUT = {
	.name = "flower", .rank = 1, .shape = {FLOWER_INPUTS}, .elements = FLOWER_INPUTS,
	.scaling = MLP_STANDARDIZE, .mean = 2, .deviation = 3};
static const struct mlp_port FLOWER_TARGET = {
	.name = "species", .elements = 1, .classes = FLOWER_CLASSES, .mean = -1, .deviation = -1};
static const struct mlp_port FLOWER_OUTPUT = {
	.name = "probability", .rank = 1, .shape = {FLOWER_CLASSES}, .elements = FLOWER_CLASSES,
	.mean = -1, .deviation = -1};

static const struct mlp_network FLOWERS __attribute__((unused)) = {
	.name = "flowers", .version = "0.1", .options = "", .fingerprint = UINT64_C(0x0123456789abcdef),
	.real_size = sizeof(float), .batch = FLOWER_BATCH, .epochs = 20, .seed = 7,
	.input_count = 1, .target_count = 1, .output_count = 1,
	.inputs = &FLOWER_INPUT, .targets = &FLOWER_TARGET, .outputs = &FLOWER_OUTPUT,
	.net_size = sizeof(struct flowers), .work_size = 1, .training_size = sizeof(struct flowers_training),
	.tensor_count = FLOWER_TENSORS, .tensor = flowers_tensor, .get = flowers_get, .set = flowers_set,
	.init = flowers_init, .set_epoch = flowers_set_epoch, .set_step = flowers_set_step, .net = flowers_net,
	.predict = flowers_predict,
	.loss = flowers_loss, .train_step = flowers_train_step,
	.loss_description = "cross_entropy(probability, species)"};

/* -- y = a x + b in double, loss (y - t)^2 ----------------------------------------------------------- */

struct line {
	double a, b;
};

static const struct mlp_tensor LINE_TENSOR[2] = {{"a", 0, {0}, 1, MLP_PARAMETER},
                                                 {"b", 0, {0}, 1, MLP_PARAMETER}};

static const struct mlp_tensor *line_tensor(int k)
{
	return &LINE_TENSOR[k];
}

static void line_get(const void *net, int k, void *values)
{
	const struct line *line = net;
	*(double *)values = k == 0 ? line->a : line->b;
}

static void line_set(void *net, int k, const void *values)
{
	struct line *line = net;
	*(k == 0 ? &line->a : &line->b) = *(const double *)values;
}

static void line_init(void *training, uint64_t seed)
{
	*(struct line *)training = (struct line){mlp_normal(seed, 0, 0, 0, 0), 0};
}

static void line_set_epoch(void *training, int epoch)
{
	(void)training;
	(void)epoch;
}

static void line_set_step(void *training, uint32_t step)
{
	(void)training;
	(void)step;
}

static void *line_net(void *training)
{
	return training;
}

static void line_predict(const void *net, void *work, int rows, const void *const *inputs,
                         void *const *outputs)
{
	const struct line *line = net;
	(void)work;
	for (int n = 0; n < rows; n++)
		((double *)outputs[0])[n] = line->a * ((const double *)inputs[0])[n] + line->b;
}

static double line_loss(const void *net, void *work, int rows, const void *const *inputs,
                        const void *const *targets)
{
	const struct line *line = net;
	double sum = 0;
	(void)work;
	for (int n = 0; n < rows; n++) {
		double e =
		        line->a * ((const double *)inputs[0])[n] + line->b - ((const double *)targets[0])[n];
		sum += e * e;
	}
	return sum / rows;
}

static double line_train_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	struct line *line = training, before = *line;
	double loss = line_loss(training, NULL, rows, inputs, targets);
	for (int n = 0; n < rows; n++) {
		double x = ((const double *)inputs[0])[n], t = ((const double *)targets[0])[n];
		double d = 2 * (before.a * x + before.b - t) / rows;
		line->a -= 0.1 * d * x;
		line->b -= 0.1 * d;
	}
	return loss;
}

static const struct mlp_port LINE_INPUT = {.name = "x", .elements = 1, .mean = -1, .deviation = -1};
static const struct mlp_port LINE_TARGET = {.name = "t", .elements = 1, .mean = -1, .deviation = -1};
static const struct mlp_port LINE_OUTPUT = {.name = "y", .elements = 1, .mean = -1, .deviation = -1};

static const struct mlp_network LINE_FIT __attribute__((unused)) = {
	.name = "line", .version = "0.1", .options = "", .fingerprint = UINT64_C(0xfedcba9876543210),
	.real_size = sizeof(double), .batch = 4, .epochs = 200, .seed = 1,
	.input_count = 1, .target_count = 1, .output_count = 1,
	.inputs = &LINE_INPUT, .targets = &LINE_TARGET, .outputs = &LINE_OUTPUT,
	.net_size = sizeof(struct line), .work_size = 1, .training_size = sizeof(struct line),
	.tensor_count = 2, .tensor = line_tensor, .get = line_get, .set = line_set,
	.init = line_init, .set_epoch = line_set_epoch, .set_step = line_set_step, .net = line_net,
	.predict = line_predict,
	.loss = line_loss, .train_step = line_train_step, .loss_description = "(y - t)^2"};

#endif
