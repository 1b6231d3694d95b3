/* The same by FANN: an update after each row. By macros: WIDTHS, BATCH rows of data, RATE. */
#include <floatfann.h>
#include <stdio.h>

#include "worker.h"

static const unsigned widths[] = {WIDTHS};
enum { LAYERS = sizeof widths / sizeof *widths };

static struct fann *net;
static const float *x, *targets;

/* FANN counts the neurons of a layer, then its bias. */
static void take(unsigned layer, unsigned from, unsigned to)
{
	char W[40], b[40];
	const char *name = layer + 1 < LAYERS ? "hidden" : "p";
	snprintf(W, sizeof W, layer + 1 < LAYERS ? "%s%u.W" : "%s.W", name, layer);
	snprintf(b, sizeof b, layer + 1 < LAYERS ? "%s%u.b" : "%s.b", name, layer);
	unsigned in = widths[layer - 1];
	for (unsigned o = 0; o < widths[layer]; o++) {
		for (unsigned i = 0; i < in; i++)
			fann_set_weight(net, from + i, to + o, ((const float *)data_of(W))[o * in + i]);
		fann_set_weight(net, from + in, to + o, ((const float *)data_of(b))[o]);
	}
}

void contestant_begin(void)
{
	if (net)
		fann_destroy(net);
	net = fann_create_standard_array(LAYERS, widths);
	fann_set_activation_function_hidden(net, FANN_SIGMOID);
	fann_set_activation_function_output(net, FANN_SIGMOID);
	fann_set_activation_steepness_hidden(net, 0.5f);
	fann_set_activation_steepness_output(net, 0.5f);
	fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
	fann_set_learning_rate(net, RATE);
	fann_set_learning_momentum(net, 0);
	for (unsigned layer = 1, from = 0; layer < LAYERS; from += widths[layer++ - 1] + 1)
		take(layer, from, from + widths[layer - 1] + 1);
	x = data_of("x");
	targets = data_of("one_hot");
}

static float *row_of(const float *values, unsigned width, int n)
{
	return (float *)values + (unsigned)n * width;
}

double contestant_step(void)
{
	for (int n = 0; n < BATCH; n++)
		fann_train(net, row_of(x, widths[0], n), row_of(targets, widths[LAYERS - 1], n));
	return fann_get_MSE(net);
}

double contestant_loss(void)
{
	double sum = 0;
	for (int n = 0; n < BATCH; n++) {
		const float *p = fann_run(net, row_of(x, widths[0], n));
		for (unsigned c = 0; c < widths[LAYERS - 1]; c++) {
			double off = (double)p[c] - row_of(targets, widths[LAYERS - 1], n)[c];
			sum += off * off / 2;
		}
	}
	return sum / BATCH;
}
