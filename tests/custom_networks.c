#include "custom_networks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- data ------------------------------------------------------------------------------------- */

/* About normal: the sum of twelve draws has variance 1. */
static double noise(struct random *random)
{
	double sum = -6;
	for (int k = 0; k < 12; k++)
		sum += random_between(random, 0, 1);
	return sum;
}

static void draw_inputs(struct random *random, struct custom_row *row, int count, double width)
{
	for (int k = 0; k < count; k++)
		row->input[k] = random_between(random, -width, width);
}

static void draw_curve(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 1, 2);
	row->target = sin(2 * row->input[0]) + 0.05 * noise(random);
}

/* Noise that grows with the distance from 0. */
static void draw_spread(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 1, 2);
	row->target = sin(2 * row->input[0]) + (0.1 + 0.2 * fabs(row->input[0])) * noise(random);
}

static void draw_quadrants(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 3, 1.5);
	row->target = row->input[0] * row->input[1] > 0;
}

/* One row of ten. */
static void draw_rare(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 2, 1.5);
	row->target = hypot(row->input[0] - 0.6, row->input[1] - 0.4) < 0.53;
}

static void draw_circle(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 2, 1.5);
	row->target = hypot(row->input[0], row->input[1]) < 1;
}

/* A line; of one row in ten the target is far above. */
static void draw_line(struct random *random, struct custom_row *row)
{
	draw_inputs(random, row, 2, 1.5);
	row->target = 1.5 * row->input[0] - 0.75 * row->input[1] + 0.25 + 0.1 * noise(random);
	if (random_below(random, 10) == 0)
		row->target += 8;
}

/* What the one marked token says. */
static void draw_sentence(struct random *random, struct custom_row *row)
{
	int marked = random_below(random, 8);
	draw_inputs(random, row, 32, 1);
	for (int w = 0; w < 8; w++)
		row->input[4 * w] = w == marked ? 2 : -0.5;
	row->target = row->input[4 * marked + 1];
}

/* A ramp up, a ramp down or a step, in the first or in both channels. */
static void draw_signal(struct random *random, struct custom_row *row)
{
	int shape = random_below(random, 3), at = random_below(random, 24 - 6);
	int both = random_below(random, 2);
	for (int c = 0; c < 2; c++)
		for (int w = 0; w < 24; w++)
			row->input[24 * c + w] = 0.2 * noise(random);
	for (int c = 0; c <= both; c++)
		for (int k = 0; k < 6; k++)
			row->input[24 * c + at + k] += shape == 0 ? 0.4 * k : shape == 1 ? 2 - 0.4 * k : 1;
	row->target = shape;
}

static void draw_wave(struct random *random, struct custom_row *row)
{
	double speed = random_between(random, 0.2, 0.8), start = random_between(random, 0, 6.283);
	for (int k = 0; k < 16; k++)
		row->input[k] = sin(start + speed * k) + 0.02 * noise(random);
	row->target = sin(start + speed * 16);
}

/* --- layers by hand --------------------------------------------------------------------------- */

struct hand {
	custom_parameters *parameters;
	const void *of;
};

static const double *find(const struct hand *hand, const char *layer, const char *parameter)
{
	char name[64];
	snprintf(name, sizeof name, "%s.%s", layer, parameter);
	return hand->parameters(hand->of, name);
}

static double identity(double x) { return x; }
static double gaussian_unit(double x) { return 0.5 * x * erfc(-x * sqrt(0.5)); }
static double self_gated(double x) { return x * tanh(log1p(exp(x))); }
static double rectified(double x) { return x > 0 ? x : 0; }

static void dense(const struct hand *hand, const char *layer, int inputs, const double *x, int outputs,
		  double *y, double (*activation)(double))
{
	const double *weights = find(hand, layer, "W"), *bias = find(hand, layer, "b");
	for (int o = 0; o < outputs; o++) {
		double sum = bias[o];
		for (int i = 0; i < inputs; i++)
			sum += weights[o * inputs + i] * x[i];
		y[o] = activation(sum);
	}
}

/* -log of the softmax of z at the place of the class. */
static double class_loss(int classes, const double *z, double class)
{
	double sum = 0;
	for (int k = 0; k < classes; k++)
		sum += exp(z[k]);
	return log(sum) - z[(int)class];
}

static void convolve(const struct hand *hand, const char *layer, int channels, int places, const double *x,
		     int filters, double *y, double (*activation)(double))
{
	const double *kernel = find(hand, layer, "kernel"), *shift = find(hand, layer, "shift");
	for (int o = 0; o < filters; o++) {
		for (int p = 0; p < places - 4; p++) {
			double sum = shift[o];
			for (int c = 0; c < channels; c++)
				for (int k = 0; k < 5; k++)
					sum += kernel[(o * channels + c) * 5 + k] * x[c * places + p + k];
			y[o * (places - 4) + p] = activation(sum);
		}
	}
}

/* --- losses by hand --------------------------------------------------------------------------- */

#define HAND(parameters, of) (&(struct hand){parameters, of})

static double loss_of_gelu(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double first[12], second[12], y;
	dense(HAND(parameters, of), "first", 1, row->input, 12, first, gaussian_unit);
	dense(HAND(parameters, of), "second", 12, first, 12, second, gaussian_unit);
	dense(HAND(parameters, of), "estimate", 12, second, 1, &y, identity);
	return (y - row->target) * (y - row->target);
}

static double loss_of_mish(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double hidden[10], z[2];
	dense(HAND(parameters, of), "hidden", 3, row->input, 10, hidden, self_gated);
	dense(HAND(parameters, of), "probability", 10, hidden, 2, z, identity);
	return class_loss(2, z, row->target);
}

/* The probability by one hidden layer of eight. */
static double probability(const struct hand *hand, const struct custom_row *row)
{
	double hidden[8], z;
	dense(hand, "hidden", 2, row->input, 8, hidden, tanh);
	dense(hand, "probability", 8, hidden, 1, &z, identity);
	return 0.5 + 0.5 * tanh(z / 2);
}

static double loss_of_focal(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double p = probability(HAND(parameters, of), row);
	return row->target > 0 ? -0.75 * pow(1 - p, 1.5) * log(p) : -0.25 * pow(p, 1.5) * log(1 - p);
}

static double loss_of_lookahead(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double p = probability(HAND(parameters, of), row);
	return -log(row->target > 0 ? p : 1 - p);
}

static double loss_of_quantile(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	static const char *const names[] = {"low", "middle", "high"};
	static const double levels[] = {0.1, 0.5, 0.9};
	double hidden[16], sum = 0;
	dense(HAND(parameters, of), "hidden", 1, row->input, 16, hidden, tanh);
	for (int k = 0; k < 3; k++) {
		double y;
		dense(HAND(parameters, of), names[k], 16, hidden, 1, &y, identity);
		sum += fmax(levels[k] * (row->target - y), (levels[k] - 1) * (row->target - y));
	}
	return sum;
}

static double loss_of_huber(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double y;
	dense(HAND(parameters, of), "line", 2, row->input, 1, &y, identity);
	double distance = fabs(y - row->target), near = fmin(distance, 0.5);
	return near * near / 2 + 0.5 * (distance - near);
}

/* mixed = x + attention of all tokens, row by row; 8 tokens of width 4. */
static void attend(const struct hand *hand, const double *x, double *mixed)
{
	static const char *const names[] = {"query", "key", "value"};
	double of[3][8][4] = {0};
	for (int m = 0; m < 3; m++) {
		const double *matrix = find(hand, "mixed", names[m]);
		for (int w = 0; w < 8; w++)
			for (int d = 0; d < 4; d++)
				for (int i = 0; i < 4; i++)
					of[m][w][d] += matrix[4 * d + i] * x[4 * w + i];
	}
	for (int w = 0; w < 8; w++) {
		double sum = 0, weighted[4] = {0};
		for (int u = 0; u < 8; u++) {
			double score = 0;
			for (int d = 0; d < 4; d++)
				score += of[0][w][d] * of[1][u][d];
			sum += exp(score / 2);
			for (int d = 0; d < 4; d++)
				weighted[d] += exp(score / 2) * of[2][u][d];
		}
		for (int d = 0; d < 4; d++)
			mixed[4 * w + d] = x[4 * w + d] + weighted[d] / sum;
	}
}

/* The layer_norm of four numbers. */
static void center(const struct hand *hand, double *x)
{
	const double *gain = find(hand, "each", "gain"), *shift = find(hand, "each", "shift");
	double mean = (x[0] + x[1] + x[2] + x[3]) / 4, variance = 0;
	for (int i = 0; i < 4; i++)
		variance += (x[i] - mean) * (x[i] - mean) / 4;
	for (int i = 0; i < 4; i++)
		x[i] = shift[i] + gain[i] * (x[i] - mean) / sqrt(variance + 1e-5);
}

static double loss_of_attention(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	const struct hand *hand = HAND(parameters, of);
	double mixed[32], all[6] = {0}, y;
	attend(hand, row->input, mixed);
	for (int w = 0; w < 8; w++) {
		double each[6];
		center(hand, mixed + 4 * w);
		dense(hand, "each.dense_2", 4, mixed + 4 * w, 6, each, tanh);
		for (int o = 0; o < 6; o++)
			all[o] += each[o] / 8;
	}
	dense(hand, "estimate", 6, all, 1, &y, identity);
	return (y - row->target) * (y - row->target);
}

static double loss_of_convolution(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double first[6 * 20], second[8 * 16], found[8] = {0}, z[3];
	convolve(HAND(parameters, of), "first", 2, 24, row->input, 6, first, rectified);
	convolve(HAND(parameters, of), "second", 6, 20, first, 8, second, rectified);
	for (int o = 0; o < 8; o++)
		for (int w = 0; w < 16; w++)
			found[o] = fmax(found[o], second[16 * o + w]);
	dense(HAND(parameters, of), "probability", 8, found, 3, z, identity);
	return class_loss(3, z, row->target);
}

static double loss_of_forecast(custom_parameters *parameters, const void *of, const struct custom_row *row)
{
	double seen[48], y;
	convolve(HAND(parameters, of), "seen", 1, 16, row->input, 4, seen, tanh);
	dense(HAND(parameters, of), "estimate", 48, seen, 1, &y, identity);
	return (y - row->target) * (y - row->target);
}

const struct custom_network custom_networks[] = {
	{"gelu", draw_curve, loss_of_gelu, 400, 0.02, {0, 0}},
	{"mish", draw_quadrants, loss_of_mish, 500, 0.2, {0, 0}},
	{"focal", draw_rare, loss_of_focal, 400, 0.25, {0, 1}},
	{"quantile", draw_spread, loss_of_quantile, 800, 0.35, {0, 0}},
	{"huber", draw_line, loss_of_huber, 300, 0.4, {0, 0}},
	{"lookahead", draw_circle, loss_of_lookahead, 800, 0.4, {0, 1}},
	{"attention", draw_sentence, loss_of_attention, 800, 0.2, {0, 0}},
	{"convolution", draw_signal, loss_of_convolution, 300, 0.05, {0, 0}},
	{"forecast", draw_wave, loss_of_forecast, 400, 0.01, {0, 0}},
};
const int custom_network_count = sizeof custom_networks / sizeof *custom_networks;
