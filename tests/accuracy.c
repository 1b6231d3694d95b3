#include "accuracy.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "support.h"

enum { MOST_POINTS = 2048, MOST_FUNCTIONS = 64 };

double unit_of_float(double value)
{
	float size = fabsf((float)value);
	return size >= FLT_MAX ? ldexp(1, 104) : (double)nextafterf(size, INFINITY) - (double)size;
}

static double unit_of_double(double value)
{
	double size = fabs(value);
	return size >= DBL_MAX ? ldexp(1, 971) : nextafter(size, INFINITY) - size;
}

/* --- programs ----------------------------------------------------------------------------------- */

struct generated program_of(const char *text, bool real_double, const char *compiler)
{
	char path[] = "/tmp/mlpc-accuracy-XXXXXX";
	int descriptor = mkstemp(path);
	cr_assert(descriptor >= 0);
	FILE *file = fdopen(descriptor, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	struct generated program = generate_with_gradients(path, real_double, compiler);
	unlink(path);
	cr_assert(program.network, "%s", program.fault);
	return program;
}

void *training_of(const struct generated *program)
{
	char *training = arena_alloc(program->arena, program->network->training_size + 64);
	training += 64 - (uintptr_t)training % 64;
	program->network->init(training, 1);
	return training;
}

double real_at(const struct generated *program, const void *values, int k)
{
	return program->network->real_size == 8 ? ((const double *)values)[k]
	                                        : (double)((const float *)values)[k];
}

void set_real(const struct generated *program, void *values, int k, double value)
{
	if (program->network->real_size == 8)
		((double *)values)[k] = value;
	else
		((float *)values)[k] = (float)value;
}

/* --- the points ------------------------------------------------------------------------------- */

static const double SIZES[] = {1e-42, 1e-38,  1e-30, 1e-20, 1e-10, 1e-7, 1e-5,   1e-4, 1e-3,   0.01, 0.1,
                               0.25,  0.3466, 0.5,   0.7,   0.9,   1,    1.1,    1.3,  1.6,    2,    2.3,
                               2.7,   3,      3.5,   4,     4.5,   5,    5.5,    6,    7,      8,    9,
                               10,    11,     13,    15,    17,    20,   30,     44,   60,     80,   86,
                               87,    88,     88.8,  89,    100,   103,  104,    110,  300,    1e3,  1e4,
                               1e6,   1e10,   1e15,  1e19,  1e25,  1e38, 1.7e38, 3e38, FLT_MAX};

/* Those sizes on both sides, at and beside each kink, and random points where functions bend. */
static void draw_points(const struct measured *function, struct random *random, double *points)
{
	int count = 0;
	points[count++] = 0;
	for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
		points[count++] = SIZES[k];
		points[count++] = -SIZES[k];
	}
	for (int k = 0; k < function->kink_count; k++)
		for (int side = -1; side <= 1; side++)
			points[count++] = function->kinks[k] + side * 1e-3;
	for (; count < MOST_POINTS; count++)
		points[count] =
		        ldexp(random_between(random, -20, 20), count % 2 ? 0 : random_below(random, 12) - 8);
	for (int k = 0; k < MOST_POINTS; k++)
		points[k] = (double)(float)points[k];
}

/* --- the reference ---------------------------------------------------------------------------- */

/* By five values on one side of x or on both, none of them across a kink. */
static long double numeric_derivative(const struct measured *f, long double x)
{
	long double h = fabsl(x) > 1000 ? fabsl(x) * 1e-3L : 1e-3L, side = 0;
	for (int k = 0; k < f->kink_count; k++) {
		long double kink = (long double)f->kinks[k];
		if (fabsl(x - kink) < 4 * h)
			side = x < kink ? -1 : 1;
	}
	if (side == 0)
		return (f->reference(x - 2 * h) - 8 * f->reference(x - h) + 8 * f->reference(x + h) -
		        f->reference(x + 2 * h)) /
		       (12 * h);
	h *= side * 0.2L;
	return (-25 * f->reference(x) + 48 * f->reference(x + h) - 36 * f->reference(x + 2 * h) +
	        16 * f->reference(x + 3 * h) - 3 * f->reference(x + 4 * h)) /
	       (12 * h);
}

static bool is_kink(const struct measured *function, double x, double *derivative)
{
	for (int k = 0; k < function->kink_count; k++) {
		*derivative = function->at_kinks[k];
		if ((double)(float)function->kinks[k] == x)
			return true;
	}
	return false;
}

/* --- the programs ----------------------------------------------------------------------------- */

/* Functions and where they are measured. */
struct trial {
	const struct measured *functions;
	int count;
	double points[MOST_FUNCTIONS][MOST_POINTS];
};

struct run {
	struct generated program;
	double values[MOST_FUNCTIONS][MOST_POINTS], derivatives[MOST_FUNCTIONS][MOST_POINTS];
};

static const char *model_text(struct arena *arena, const struct measured *functions, int count)
{
	struct text text = text_new(arena);
	text_add(&text, "model accuracy\n");
	for (int k = 0; k < count; k++)
		text_printf(&text, "activation f%d(x) = %s\ninput x%d[%d]\noutput y%d[%d] = f%d(x%d)\n", k,
		            functions[k].text, k, MOST_POINTS, k, MOST_POINTS, k, k);
	for (int k = 0; k < count; k++)
		text_printf(&text, "%s sum(y%d)", k ? " +" : "minimize", k);
	text_add(&text, "\n");
	return text_string(&text);
}

static void take(const struct generated *g, const void *from, double *to)
{
	for (int p = 0; p < MOST_POINTS; p++)
		to[p] = real_at(g, from, p);
}

static struct run *run_new(const struct trial *trial, bool real_double, const char *compiler)
{
	struct arena *arena = arena_new();
	struct run *run = calloc(1, sizeof *run);
	run->program = program_of(model_text(arena, trial->functions, trial->count), real_double, compiler);
	arena_free(arena);
	const struct generated *g = &run->program;
	void *inputs[MOST_FUNCTIONS], *outputs[MOST_FUNCTIONS];
	for (int k = 0; k < trial->count; k++) {
		inputs[k] = arena_alloc(g->arena, MOST_POINTS * sizeof(double));
		outputs[k] = arena_alloc(g->arena, MOST_POINTS * sizeof(double));
		for (int p = 0; p < MOST_POINTS; p++)
			set_real(g, inputs[k], p, trial->points[k][p]);
	}
	void *training = training_of(g), *work = arena_alloc(g->arena, g->network->work_size);
	void (*gradient)(const void *, int, void *);
	*(void **)&gradient = generated_symbol(g, "input_gradient");
	g->network->predict(g->network->net(training), work, 1, (const void *const *)inputs, outputs);
	g->network->train_step(training, 1, (const void *const *)inputs, NULL);
	for (int k = 0; k < trial->count; k++) {
		take(g, outputs[k], run->values[k]);
		gradient(training, k, outputs[k]);
		take(g, outputs[k], run->derivatives[k]);
	}
	return run;
}

static void run_free(struct run *run)
{
	generated_free(&run->program);
	free(run);
}

/* --- the comparison --------------------------------------------------------------------------- */

struct worst {
	double error, at, got, wanted;
};

static void note(struct worst *worst, double error, double at, double got, double wanted)
{
	if (!(error <= worst->error))
		*worst = (struct worst){isnan(error) ? (double)INFINITY : error, at, got, wanted};
}

static void judge(const char *what, const char *text, const struct worst *worst, double limit)
{
	if (getenv("MEASURE"))
		fprintf(stderr, "%-18s %9.3g at %-12.7g got %-14.8g wanted %-14.8g  %s\n", what, worst->error,
		        worst->at, worst->got, worst->wanted, text);
	cr_expect(worst->error <= limit, "%s of %s at %.9g: %.9g, not %.9g; error %.3g, at most %g", what,
	          text, worst->at, worst->got, worst->wanted, worst->error, limit);
}

/* In units; what `absolute` forgives is none, nor what no normal number can show. Where the true value is no
 * float, anything. */
static double error_of(double got, double wanted, double unit, double absolute, double most)
{
	if (!(fabs(wanted) <= most))
		return 0;
	double difference = fabs(got - wanted);
	return difference <= fmax(absolute, (double)FLT_MIN) ? 0 : difference / unit;
}

/* The largest derivative that is a float, by which errors of all are measured. */
static double largest_slope(const struct measured *f, const double *slopes)
{
	double largest = 0;
	for (int p = 0; p < MOST_POINTS; p++)
		if (fabs(slopes[p]) <= (double)FLT_MAX)
			largest = fmax(largest, fabs(slopes[p]));
	for (int k = 0; k < f->kink_count; k++)
		largest = fmax(largest, fabs(f->at_kinks[k]));
	return largest;
}

/* An exponential that is no normal number is 0 in float (runtime/mlp_functions.h), and so is its product with x. */
static void check(const struct measured *f, const double *points, const struct run *single,
                  const struct run *full, int k)
{
	struct worst float_value = {0}, float_slope = {0}, double_value = {0}, double_slope = {0},
	             kinks = {0};
	double largest = largest_slope(f, full->derivatives[k]), at_kink;
	for (int p = 0; p < MOST_POINTS; p++) {
		double x = points[p], value = (double)f->reference((long double)x);
		if (x != 0 && (fabs(x) < f->least || (f->largest > 0 && fabs(x) > f->largest)))
			continue;
		double value_full = full->values[k][p], value_single = single->values[k][p];
		double slope_full = full->derivatives[k][p], slope_single = single->derivatives[k][p];
		note(&double_value,
		     error_of(value_full, value, unit_of_double(value), f->absolute * 0x1p-29, DBL_MAX), x,
		     value_full, value);
		note(&float_value,
		     error_of(value_single, value_full, unit_of_float(value_full),
		              fmax(f->absolute, fabs(x) * (double)FLT_MIN),
		              (double)FLT_MAX),
		     x, value_single, value_full);
		note(&float_slope,
		     error_of(slope_single, slope_full, unit_of_float(largest), 0, (double)FLT_MAX), x,
		     slope_single, slope_full);
		double slope = (double)numeric_derivative(f, (long double)x);
		if (is_kink(f, x, &at_kink))
			note(&kinks, fabs(slope_full - at_kink), x, slope_full, at_kink);
		else
			note(&double_slope, error_of(slope_full, slope, largest, 0, DBL_MAX), x, slope_full,
			     slope);
	}
	judge("value in double", f->text, &double_value, 8);
	judge("value in float", f->text, &float_value, 4);
	judge("slope in double", f->text, &double_slope, 1e-9);
	judge("slope in float", f->text, &float_slope, 4);
	judge("slope at kinks", f->text, &kinks, 0);
}

void measure(const struct measured *functions, int count, const char *compiler)
{
	cr_assert(count <= MOST_FUNCTIONS);
	struct random random = random_new();
	struct trial *trial = calloc(1, sizeof *trial);
	trial->functions = functions;
	trial->count = count;
	for (int k = 0; k < count; k++)
		draw_points(&functions[k], &random, trial->points[k]);
	struct run *single = run_new(trial, false, compiler), *full = run_new(trial, true, compiler);
	for (int k = 0; k < count; k++)
		check(&functions[k], trial->points[k], single, full, k);
	run_free(single);
	run_free(full);
	free(trial);
}
