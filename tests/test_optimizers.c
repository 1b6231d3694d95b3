/* Every optimiser of the standard library in generated programs, against its formula in plain C; schedules;
 * gradients at the ends of the range of float. The loss is the product of the parameters with the target, so
 * the target of a batch of one row is the gradient. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <float.h>

#include "feature_fixture.h"

enum { SIZE = 8, STATES = 2 };

/* --- the formulas ------------------------------------------------------------------------------- */

/* One element: parameter p, states s[0] and s[1], gradient g, step k from 1. */
typedef void update(double *p, double *s, double g, double k);

static void sgd(double *p, double *s, double g, double k)
{
	(void)s, (void)k;
	*p -= 0.01 * g;
}

static void momentum(double *p, double *s, double g, double k)
{
	(void)k;
	s[0] = 0.9 * s[0] + g;
	*p -= 0.01 * s[0];
}

/* Sutskever et al. 2013: the velocity takes the gradient ahead of the point; what is stored is the point
 * ahead. */
static void nesterov(double *p, double *s, double g, double k)
{
	(void)k;
	double point = *p + 0.9 * s[0] * 0.01; /* s[0]: velocity by the rate, with the sign of the gradient */
	s[0] = 0.9 * s[0] + g;
	point -= 0.01 * s[0];
	*p = point - 0.9 * 0.01 * s[0];
}

static void adagrad(double *p, double *s, double g, double k)
{
	(void)k;
	s[0] += g * g;
	*p -= 0.01 * g / (sqrt(s[0]) + 1e-10);
}

static void rmsprop(double *p, double *s, double g, double k)
{
	(void)k;
	s[0] = 0.99 * s[0] + 0.01 * g * g;
	*p -= 0.01 * g / (sqrt(s[0]) + 1e-8);
}

static void adadelta(double *p, double *s, double g, double k)
{
	(void)k;
	s[0] = 0.95 * s[0] + 0.05 * g * g;
	double change = sqrt(s[1] + 1e-6) / sqrt(s[0] + 1e-6) * g;
	s[1] = 0.95 * s[1] + 0.05 * change * change;
	*p -= change;
}

/* The means of adam; returns the root of the corrected second one, with epsilon. */
static double moments(double *s, double g, double k)
{
	s[0] = 0.9 * s[0] + 0.1 * g;
	s[1] = 0.999 * s[1] + 0.001 * g * g;
	return sqrt(s[1] / (1 - pow(0.999, k))) + 1e-8;
}

static void adam(double *p, double *s, double g, double k)
{
	double root = moments(s, g, k);
	*p -= 0.001 * s[0] / (1 - pow(0.9, k)) / root;
}

static void adamw(double *p, double *s, double g, double k)
{
	double root = moments(s, g, k);
	*p -= 0.001 * (s[0] / (1 - pow(0.9, k)) / root + 0.01 * *p);
}

static void nadam(double *p, double *s, double g, double k)
{
	double root = moments(s, g, k);
	double ahead = 0.9 * s[0] / (1 - pow(0.9, k + 1)) + 0.1 * g / (1 - pow(0.9, k));
	*p -= 0.002 * ahead / root;
}

/* s[0]: step size, s[1]: the gradient before */
static void rprop(double *p, double *s, double g, double k)
{
	if (k == 1)
		s[0] = 0.01;
	if (g * s[1] > 0) {
		s[0] = fmin(1.2 * s[0], 50);
	} else if (g * s[1] < 0) {
		s[0] = fmax(0.5 * s[0], 1e-6);
		g = 0;
	}
	*p -= (g > 0) * s[0] - (g < 0) * s[0];
	s[1] = g;
}

static const struct {
	const char *name;
	update *update;
	int states;
} rows[] = {
        {"sgd", sgd, 0},         {"momentum", momentum, 1}, {"nesterov", nesterov, 1},
        {"adagrad", adagrad, 1}, {"rmsprop", rmsprop, 1},   {"adadelta", adadelta, 2},
        {"adam", adam, 2},       {"adamw", adamw, 2},       {"nadam", nadam, 2},
        {"rprop", rprop, 2},
};

enum { OPTIMIZERS = sizeof rows / sizeof *rows };

/* --- one parameter of SIZE elements -------------------------------------------------------------- */

static struct trial trial_with(const char *definitions, const char *settings, bool is_double)
{
	char text[1024];
	snprintf(text, sizeof text,
	         "%s\ninput x[1]\ntarget t[8]\nparam p[8] = ones\noutput y[i: 8] = p[i]\n"
	         "minimize sum(i, t[i] * y[i])\ntrain {\n%s\n}",
	         definitions, settings);
	return trial_new(text, is_double, is_double ? "gcc -O1" : "clang -O2");
}

static void step_with(const struct trial *t, const double *gradient)
{
	const double zero[SIZE] = {0};
	train_on(t, 1, reals_of(t, zero, SIZE), reals_of(t, gradient, SIZE));
}

static void expect_parameter(const struct trial *t, const char *what, int step, const double *expected,
                             double tolerance)
{
	const double *got = tensor_values(t, "p");
	for (int k = 0; k < SIZE; k++)
		cr_assert(relative_difference(expected[k], got[k]) <= tolerance,
		          "%s, step %d, element %d: %.17g, by hand %.17g (%s)", what, step, k, got[k],
		          expected[k], t->is_double ? "double" : "float");
}

/* Random gradients of several sizes, the same sign for a while in some elements; zeros now and then. */
static void draw_gradients(const struct trial *t, struct random *random, double *gradient)
{
	for (int k = 0; k < SIZE; k++) {
		double size = pow(10, k - 5);
		gradient[k] = size * random_between(random, k % 2 ? 0.25 : -1, 1);
		if (random_below(random, 6) == 0)
			gradient[k] = 0;
	}
	void *raw = reals_of(t, gradient, SIZE);
	for (int k = 0; k < SIZE; k++)
		gradient[k] = real_at(t, raw, k);
}

static void check_formula(const struct trial *t, int row)
{
	double p[SIZE], s[SIZE][STATES] = {{0}}, gradient[SIZE];
	struct random random = random_new();
	cr_assert_eq(t->network->state_count, rows[row].states, "%s", rows[row].name);
	for (int k = 0; k < SIZE; k++)
		p[k] = ldexp(random_below(&random, 257) - 128, -6);
	set_tensor(t, "p", p);
	for (int step = 1; step <= 12; step++) {
		draw_gradients(t, &random, gradient);
		step_with(t, gradient);
		for (int k = 0; k < SIZE; k++)
			rows[row].update(&p[k], s[k], gradient[k], step);
		expect_parameter(t, rows[row].name, step, p, t->is_double ? 1e-14 : 2e-6);
	}
}

/* --- the ends of float -------------------------------------------------------------------------- */

/* The sequences of one element's gradients; then random ones of the same numbers. */
static const double extremes[][4] = {
        {0, 0, 0, 0},         {1e-30, 1e-30, 1e-30, 1e-30}, {-1e-30, 1e-30, 0, 1e-30},
        {1e4, 1e4, 1e4, 1e4}, {-1e4, 1e4, 0, -1e-30},       {3e38, 0, 0, 0},
        {-3e38, 1, -1e4, 0},  {1e-30, -3e38, 0, 1e4},
};

static void draw_extremes(struct random *random, double sequences[SIZE][4])
{
	static const double numbers[] = {0, 1e-30, -1e-30, 1e4, -1e4, 3e38, -3e38};
	for (int k = 0; k < SIZE * 4; k++)
		sequences[k / 4][k % 4] = numbers[random_below(random, sizeof numbers / sizeof *numbers)];
}

/* Where the parameter, and a velocity that it moves by, stay in float's range in double, the parameter is
 * finite in float, though squares of gradients are not; without the largest gradients it is the same but for
 * rounding. */
static void run_extremes(struct trial *t, int row, const double sequences[SIZE][4])
{
	double p[SIZE] = {0}, s[SIZE][STATES] = {{0}}, gradient[SIZE];
	bool in_range[SIZE], moderate[SIZE];
	t->network->init(t->training, 1);
	set_tensor(t, "p", p);
	for (int k = 0; k < SIZE; k++)
		in_range[k] = moderate[k] = true;
	for (int step = 1; step <= 4; step++) {
		for (int k = 0; k < SIZE; k++)
			gradient[k] = sequences[k][step - 1];
		step_with(t, gradient);
		const double *got = tensor_values(t, "p");
		for (int k = 0; k < SIZE; k++) {
			rows[row].update(&p[k], s[k], gradient[k], step);
			bool velocity = rows[row].update == momentum || rows[row].update == nesterov;
			in_range[k] = in_range[k] && fabs(p[k]) <= FLT_MAX &&
			              (!velocity || fabs(s[k][0]) <= FLT_MAX);
			/* the sign of a product of two 1e-30 is lost in float */
			moderate[k] = moderate[k] && fabs(gradient[k]) <= 1e4 && rows[row].update != rprop;
			cr_expect(isfinite(got[k]) || !in_range[k],
			          "%s, step %d, gradients %g, %g, %g, %g: %g, in double %g", rows[row].name,
			          step, sequences[k][0], sequences[k][1], sequences[k][2], sequences[k][3],
			          got[k], p[k]);
			cr_expect(!moderate[k] || relative_difference(p[k], got[k]) < 2e-6,
			          "%s, step %d, gradients %g, …: %.9g, in double %.9g", rows[row].name, step,
			          sequences[k][0], got[k], p[k]);
		}
	}
}

static void check_extremes(struct trial *t, int row)
{
	double sequences[SIZE][4];
	struct random random = random_new();
	run_extremes(t, row, extremes);
	for (int round = 0; round < 200; round++) {
		draw_extremes(&random, sequences);
		run_extremes(t, row, sequences);
	}
}

ParameterizedTestParameters(optimizers, formulas)
{
	static int places[OPTIMIZERS];
	for (int k = 0; k < OPTIMIZERS; k++)
		places[k] = k;
	return cr_make_param_array(int, places, OPTIMIZERS);
}

ParameterizedTest(int *row, optimizers, formulas)
{
	for (int is_double = 0; is_double < 2; is_double++) {
		char settings[64];
		snprintf(settings, sizeof settings, "optimizer = %s", rows[*row].name);
		struct trial t = trial_with("", settings, is_double);
		check_formula(&t, *row);
		if (!is_double)
			check_extremes(&t, *row);
		trial_free(&t);
	}
}

/* --- schedules ---------------------------------------------------------------------------------- */

static const struct schedule {
	const char *settings;
	double (*rate)(double step, double epoch);
} schedules[4];

static double decayed(double step, double epoch)
{
	(void)step;
	return 0.1 * pow(0.95, epoch);
}

static double by_root(double step, double epoch)
{
	(void)epoch;
	return 0.01 / sqrt(step);
}

static double warmed(double step, double epoch)
{
	return step < 3 ? 0.1 * step / 3 : 0.1 * 0.5 * (1 + cos(3.14159265358979 * epoch / 10));
}

static double stepped(double step, double epoch)
{
	(void)step;
	return 0.1 * pow(0.1, floor(epoch / 2));
}

static const struct schedule schedules[4] = {
        {"optimizer = sgd(rate = 0.1 * 0.95^epoch)", decayed},
        {"optimizer = sgd(rate = 0.01 / sqrt(step))", by_root},
        {"optimizer = sgd(rate = if step < 3 then 0.1 * step / 3 else 0.05 * (1 + cos(3.14159265358979 * "
         "epoch / 10)))",
         warmed},
        {"optimizer = sgd(rate = 0.1 * 0.1^floor(epoch / 2))", stepped},
};

Test(optimizers, schedules)
{
	for (int n = 0; n < 4; n++) {
		const struct schedule *schedule = &schedules[n];
		struct trial t = trial_with("", schedule->settings, n % 2);
		struct random random = random_new();
		double p[SIZE], gradient[SIZE];
		for (int k = 0; k < SIZE; k++)
			p[k] = 1;
		for (int step = 1; step <= 7; step++) {
			int epoch = (step - 1) / 2;
			t.network->set_epoch(t.training, epoch);
			draw_gradients(&t, &random, gradient);
			step_with(&t, gradient);
			for (int k = 0; k < SIZE; k++)
				p[k] -= schedule->rate(step, epoch) * gradient[k];
			expect_parameter(&t, schedule->settings, step, p, t.is_double ? 1e-13 : 2e-6);
		}
		trial_free(&t);
	}
}

/* The initial value of a state: `step` is 1 in it, and `parameter` the initial one, also where that is drawn
 * as a whole. */
Test(optimizers, states_at_the_start)
{
	struct trial t = trial_with("", "optimizer = rprop(rate = 0.5 / step + 0.25 / sqrt(step))", true);
	const double gradient[SIZE] = {1, -1, 3, 0, 1, 1, 1, 1},
	             p[SIZE] = {0.25, 1.75, 0.25, 1, 0.25, 0.25, 0.25, 0.25};
	step_with(&t, gradient);
	expect_parameter(&t, "rprop", 1, p, 1e-15);
	trial_free(&t);
	t = trial_new("optimizer back(rate = 0.5) {\nstate start = 2 * parameter\nparameter = start - rate * "
	              "gradient\n}\n"
	              "input x[3]\ntarget t[2]\nparam W[2, 3] = orthogonal\nparam b[2] = [0.25, -0.5]\n"
	              "output y[2] = dense(x, W = W, b = b)\nminimize mse(y, t)\ntrain { optimizer = "
	              "back(rate = 0) }",
	              true, "gcc -O1");
	double before[6];
	memcpy(before, tensor_values(&t, "W"), sizeof before);
	train_on(&t, 1, before, before);
	for (int k = 0; k < 6; k++)
		cr_expect_eq(tensor_values(&t, "W")[k], 2 * before[k]);
	cr_expect(tensor_values(&t, "b")[0] == 0.5 && tensor_values(&t, "b")[1] == -1);
	trial_free(&t);
}

/* Initial values may use the gradient of the first update and the states before; what is loaded into a
 * parameter before that is where `parameter` begins. */
Test(optimizers, states_from_the_first_update)
{
	struct trial t = trial_new(
	        "optimizer own(rate = 0.5) {\nstate m = 2 * gradient\nstate v = m + 1\n"
	        "state start = parameter\nm = m + gradient\nv = v - m\n"
	        "parameter = start + rate * v\n}\n"
	        "input x[3]\ntarget t[2]\nparam W[2, 3] = normal\noutput y[2] = dense(x, W = W, b = none)\n"
	        "minimize mse(y, t)\ntrain { optimizer = own() }",
	        true, "gcc -O1");
	const double loaded[6] = {1, 2, 3, -1, -2, -3}, x[3] = {0.5, 1, 1.5}, target[2] = {-0.25, 4};
	set_tensor(&t, "W", loaded);
	train_on(&t, 1, x, target);
	for (int k = 0; k < 6; k++) {
		const double *row = loaded + k / 3 * 3;
		double y = row[0] * x[0] + row[1] * x[1] + row[2] * x[2];
		double gradient = (y - target[k / 3]) * x[k % 3]; /* of the mean of two squares */
		double m = 3 * gradient, v = 2 * gradient + 1 - m;
		cr_expect_float_eq(tensor_values(&t, "W")[k], loaded[k] + 0.5 * v, 1e-12);
	}
	trial_free(&t);
}

/* Each element of each parameter has its own draw in each step. */
Test(optimizers, draws)
{
	struct trial t = trial_new(
	        "optimizer walk() {\nstate s = normal()\nparameter = s + 0 * gradient + 1000 * normal()\n}\n"
	        "input x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n"
	        "train { optimizer = walk }",
	        true, "gcc -O1");
	const double some[6] = {0.5, 1, 1.5, -0.25, 0, 4};
	double seen[16];
	int count = 0;
	for (int step = 0; step < 2; step++) {
		train_on(&t, 1, some, some);
		for (int k = 0; k < 8; k++)
			seen[count++] = k < 6 ? tensor_values(&t, "y.W")[k] : tensor_values(&t, "y.b")[k - 6];
	}
	for (int k = 0; k < count; k++) {
		cr_expect(fabs(seen[k]) > 1e-6 && fabs(seen[k]) < 6000, "%g", seen[k]);
		for (int other = 0; other < k; other++)
			cr_expect_gt(fabs(seen[k] - seen[other]), 1e-6, "%d and %d are %g", k, other,
			             seen[k]);
	}
	trial_free(&t);
}

/* A draw of a whole matrix has no place in an update. */
Test(optimizers, no_whole_draws)
{
	struct subject s = subject_new(
	        "optimizer own() {\nstate m = orthogonal()\nparameter = parameter - gradient + m\n}\n"
	        "input x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n"
	        "train { optimizer = own() }");
	cr_expect(!s.model &&
	                  strstr(s.messages,
	                         "error[initial-only]: `orthogonal()` can only stand in an initial value"),
	          "%s", s.messages);
	arena_free(s.arena);
}
