/* Losses, those of the standard library and as users write them out: values and gradients in float and
 * double, at predictions over all of float and at probabilities of exactly 0 and 1. */
#include <criterion/criterion.h>
#include <math.h>

#include "accuracy_losses.h"

/* --- references, each stable by itself ----------------------------------------------------------- */

static real softplus(real x) { return fmaxl(x, 0) + log1pl(expl(-fabsl(x))); }

static real sum_over(real (*term)(real y, real t), const real *y, const real *t)
{
	real sum = 0;
	for (int i = 0; i < SIZE; i++)
		sum += term(y[i], t[i]);
	return sum;
}

#define SUM(name, term) \
	static real name##_term(real y, real t) { (void)t; return term; } \
	static real name(const real *y, const real *t) { return sum_over(name##_term, y, t); }
#define MEAN(name, term) \
	static real name##_term(real y, real t) { (void)t; return term; } \
	static real name(const real *y, const real *t) { return sum_over(name##_term, y, t) / SIZE; }

MEAN(mse, (y - t) * (y - t))
SUM(sse, (y - t) * (y - t))
SUM(half_sse, (y - t) * (y - t) / 2)
MEAN(mae, fabsl(y - t))
MEAN(huber, fabsl(y - t) <= 1 ? (y - t) * (y - t) / 2 : fabsl(y - t) - 0.5L)
MEAN(huber_of_2, fabsl(y - t) <= 2 ? (y - t) * (y - t) / 2 : 2 * (fabsl(y - t) - 1))
MEAN(log_cosh, fabsl(y - t) + log1pl(expl(-2 * fabsl(y - t))) - logl(2))
MEAN(quantile, y < t ? 0.9L * (t - y) : 0.1L * (y - t))
MEAN(poisson, y - t * logl(y))
MEAN(poisson_of_exp, expl(y) - t * y)
MEAN(binary, -t * logl(y) - (t < 1 ? (1 - t) * log1pl(-y) : 0))
MEAN(binary_of_sigmoid, softplus(y) - t * y)
SUM(binary_sum, softplus(y) - t * y)
SUM(cross, t > 0 ? -t * logl(y) : 0)
SUM(smooth, -(0.9L * t + 0.1L / SIZE) * logl(y))
SUM(focal, t > 0 ? -t * (1 - y) * (1 - y) * logl(y) : 0)
SUM(focal_of_half, t > 0 ? -t * sqrtl(1 - y) * logl(y) : 0)
SUM(divergence, t > 0 ? t * (logl(t) - logl(y)) : 0)
MEAN(hinge, fmaxl(1 - t * y, 0))
MEAN(squared_hinge, fmaxl(1 - t * y, 0) * fmaxl(1 - t * y, 0))
SUM(l1, fabsl(y))
SUM(sumsq, y * y)

static real l2(const real *y, const real *t) { return sqrtl(sumsq(y, t)); }

static real cosine(const real *y, const real *t)
{
	real product = 0, lengths = l2(y, t) * l2(t, t);
	for (int i = 0; i < SIZE; i++)
		product += y[i] * t[i];
	return lengths > 0 ? 1 - product / lengths : 1;
}

static real log_sum_exp(const real *y, const real *t)
{
	real most = fmaxl(fmaxl(y[0], y[1]), y[2]);
	(void)t;
	return most + logl(expl(y[0] - most) + expl(y[1] - most) + expl(y[2] - most));
}

/* Of the softmax of y: its logarithm by logarithms. */
static real cross_of_softmax(const real *y, const real *t)
{
	real sum = 0, all = log_sum_exp(y, t);
	for (int i = 0; i < SIZE; i++)
		sum += t[i] > 0 ? t[i] * (all - y[i]) : 0;
	return sum;
}

static real smooth_of_softmax(const real *y, const real *t)
{
	real mean = (y[0] + y[1] + y[2]) / SIZE;
	return 0.9L * cross_of_softmax(y, t) + 0.1L * (log_sum_exp(y, t) - mean);
}

static real focal_of_softmax(const real *y, const real *t)
{
	real sum = 0, all = log_sum_exp(y, t);
	for (int i = 0; i < SIZE; i++)
		sum += t[i] > 0 ? t[i] * expm1l(y[i] - all) * expm1l(y[i] - all) * (all - y[i]) : 0;
	return sum;
}

static real divergence_of_softmax(const real *y, const real *t)
{
	real sum = cross_of_softmax(y, t);
	for (int i = 0; i < SIZE; i++)
		sum += t[i] > 0 ? t[i] * logl(t[i]) : 0;
	return sum;
}

static real first_logarithm(const real *y, const real *t) { return y[0] - log_sum_exp(y, t); }
static real first_probability(const real *y, const real *t) { return expl(first_logarithm(y, t)); }

/* Ranges: sums and differences on the way must be floats too, and no logarithm is taken of less than the
 * smallest normal number. */
static const struct loss losses[] = {
	{"cross_entropy(y, t)", cross, PROBABILITIES, .target = CLASS},
	{"cross_entropy(softmax(y), t)", cross_of_softmax, REALS, .target = CLASS},
	{"focal(softmax(y), t)", focal_of_softmax, REALS, .target = CLASS, .largest = 1e38},
	{"kl_divergence(softmax(y), t)", divergence_of_softmax, REALS, .target = CLASS},
	{"mse(y, t)", mse, REALS, .target = REALS},
	{"sse(y, t)", sse, REALS, .target = REALS},
	{"half_sse(y, t)", half_sse, REALS, .target = REALS},
	{"mae(y, t)", mae, REALS, .target = REALS, .kink_count = 1, .kinks = {0}},
	{"huber(y, t)", huber, REALS, .target = REALS, .kink_count = 2, .kinks = {-1, 1}},
	{"huber(y, t, delta = 2)",
	 huber_of_2, REALS, .target = REALS, .kink_count = 2, .kinks = {-2, 2}, .largest = 1e38},
	{"log_cosh(y, t)", log_cosh, REALS, .target = REALS},
	{"quantile(y, t, q = 0.9)", quantile, REALS, .target = REALS, .kink_count = 1, .kinks = {0}},
	{"poisson(y, t)", poisson, POSITIVES, .target = POSITIVES, .least = 2e-38},
	{"poisson(exp(y), t)", poisson_of_exp, REALS, .target = POSITIVES, .largest = 88},
	{"binary_cross_entropy(y, t)", binary, PROBABILITIES, .target = PROBABILITIES},
	{"binary_cross_entropy(sigmoid(y), t)",
	 binary_of_sigmoid, REALS, .target = PROBABILITIES, .cancels = true},
	{"cross_entropy(y, t)", cross, PROBABILITIES, .target = DISTRIBUTION},
	{"cross_entropy(softmax(y), t)", cross_of_softmax, REALS, .target = DISTRIBUTION},
	{"smooth_cross_entropy(y, t)", smooth, PROBABILITIES, .target = DISTRIBUTION},
	{"smooth_cross_entropy(softmax(y), t)",
	 smooth_of_softmax, REALS, .target = DISTRIBUTION, .largest = 1e38},
	{"focal(y, t)", focal, PROBABILITIES, .target = DISTRIBUTION},
	{"focal(y, t, gamma = 0.5)", focal_of_half, PROBABILITIES, .target = DISTRIBUTION},
	{"focal(softmax(y), t)", focal_of_softmax, REALS, .target = DISTRIBUTION, .largest = 1e38},
	{"kl_divergence(y, t)", divergence, PROBABILITIES, .target = DISTRIBUTION},
	{"kl_divergence(softmax(y), t)", divergence_of_softmax, REALS, .target = DISTRIBUTION},
	{"hinge(y, t)", hinge, REALS, .target = SIGNS, .kink_count = 1, .kinks = {0}},
	{"squared_hinge(y, t)", squared_hinge, REALS, .target = SIGNS, .kink_count = 1, .kinks = {0}},
	{"cosine(y, t)",
	 cosine, REALS, .target = REALS, .least = 1e-30, .scales = true, .homogeneous = true},
	{"l1(y)", l1, REALS, .target = SIGNS, .kink_count = 2, .kinks = {-1, 1}},
	{"sumsq(y)", sumsq, REALS, .target = REALS},
	{"l2(y)", l2, REALS, .target = REALS, .least = 1e-30, .largest = 1e38, .scales = true},
};

static const struct loss written[] = {
	{"-sum(i, t[i] * log(sigmoid(y[i])) + (1 - t[i]) * log(1 - sigmoid(y[i])))",
	 binary_sum, REALS, .target = PROBABILITIES, .cancels = true},
	{"-sum(i, t[i] * log(1 / (1 + exp(-y[i]))) + (1 - t[i]) * log(1 - 1 / (1 + exp(-y[i]))))",
	 binary_sum, REALS, .target = PROBABILITIES, .cancels = true},
	{"-sum(i, t[i] * log(exp(y[i]) / (1 + exp(y[i]))) + (1 - t[i]) * log(1 / (1 + exp(y[i]))))",
	 binary_sum, REALS, .target = PROBABILITIES, .cancels = true},
	{"log(sum(j, exp(y[j])))", log_sum_exp, REALS, .target = REALS},
	{"-sum(i, t[i] * log(exp(y[i]) / sum(j, exp(y[j]))))",
	 cross_of_softmax, REALS, .target = DISTRIBUTION},
	{"-sum(i, t[i] * (y[i] - log(sum(j, exp(y[j])))))",
	 cross_of_softmax, REALS, .target = DISTRIBUTION},
	{"-sum(i, t[i] * log_softmax(y)[i])", cross_of_softmax, REALS, .target = DISTRIBUTION},
	{"-sum(i, t[i] * log(softmax(y)[i]))", cross_of_softmax, REALS, .target = DISTRIBUTION},
	{"log(softmax(y)[0])", first_logarithm, REALS, .target = REALS},
	{"softmax(y)[0]", first_probability, REALS, .target = REALS},
	{"exp(y[0]) / sum(j, exp(y[j]))", first_probability, REALS, .target = REALS},
	{"sqrt(sum(i, y[i]^2))",
	 l2, REALS, .target = REALS, .least = 1e-30, .largest = 1e38, .scales = true},
	{"sqrt(3 * mean(i, y[i]^2))",
	 l2, REALS, .target = REALS, .least = 1e-30, .largest = 1e38, .scales = true},
};

/* Where there is a choice, and where a probability is 0 or 1: log(2^126) = 87.34. */
static const struct exact exact[] = {
	{"mae(y, t)", {1, 2, 3}, {1, 1, 5}, 1, {0, 1 / 3., -1 / 3.}},
	{"quantile(y, t, q = 0.9)", {1, 2, 3}, {1, 1, 5}, 1.9 / 3, {0.1 / 3, 0.1 / 3, -0.3}},
	{"huber(y, t)", {1, 0, -1}, {0, 0, 0}, 1 / 3., {1 / 3., 0, -1 / 3.}},
	{"hinge(y, t)", {1, -1, 0}, {1, -1, 1}, 1 / 3., {0, 0, -1 / 3.}},
	{"squared_hinge(y, t)", {1, -1, 0}, {1, -1, 1}, 1 / 3., {0, 0, -2 / 3.}},
	{"l1(y)", {0, 1, -2}, {0}, 3, {0, 1, -1}},
	{"l2(y)", {0, 0, 0}, {0}, 0, {0, 0, 0}},
	{"sqrt(sum(i, y[i]^2))", {0, 0, 0}, {0}, 0, {0, 0, 0}},
	{"cosine(y, t)", {0, 0, 0}, {1, 2, 3}, 1, {0, 0, 0}},
	{"cosine(y, t)", {1, 2, 3}, {0, 0, 0}, 1, {0, 0, 0}},
	{"cross_entropy(y, t)", {0, 1, 0}, {1, 0, 0}, 87.33654475055310, {0, 0, 0}},
	{"cross_entropy(y, t)", {1, 0, 0}, {1, 0, 0}, 0, {-1, 0, 0}},
	{"binary_cross_entropy(y, t)", {0, 1, 1}, {1, 0, 1}, 2 * 87.33654475055310 / 3, {0, 0, -1 / 3.}},
	/* sure and right: log(1 + exp(-15)), and p - t by 3 */
	{"binary_cross_entropy(sigmoid(y), t)", {15, -15, 15}, {1, 0, 1}, 3.059022737137205e-07,
	 {-1.0196740897520824e-07, 1.0196740897520824e-07, -1.0196740897520824e-07}},
	{"sum(i, log(1 + exp(y[i])) - t[i] * y[i])", {15, -15, 15}, {1, 0, 1}, 3 * 3.059022737137205e-07,
	 {-3.059022269256247e-07, 3.059022269256247e-07, -3.059022269256247e-07}},
	{"focal(y, t, gamma = 0.5)", {1, 0, 0}, {1, 0, 0}, 0, {0, 0, 0}},
	{"focal(y, t)", {0, 0, 1}, {1, 0, 0}, 87.33654475055310, {-2 * 87.33654475055310, 0, 0}},
};

Test(accuracy_losses, library) { measure_losses(losses, sizeof losses / sizeof *losses); }
Test(accuracy_losses, written) { measure_losses(written, sizeof written / sizeof *written); }
Test(accuracy_losses, exact) { check_exact(exact, sizeof exact / sizeof *exact); }
