#include "accuracy_losses.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "accuracy.h"
#include "base/arena.h"
#include "base/text.h"
#include "support.h"

enum { RANDOM_POINTS = 60 };

/* --- points --------------------------------------------------------------------------------------- */

struct point {
	real y[SIZE], t[SIZE];
};

static const double MAGNITUDES[] = {0,  1e-42, 1e-38, 1e-30, 1e-10, 1e-3, 1,   5,
                                    20, 88,    100,   1e4,   1e10,  1e18, 3e38};
static const double PATTERNS[][SIZE] = {{1, -1, 0.5}, {-1, 0.5, 1},  {0.9, 1, 0.8},
                                        {1, 0, 0},    {-1, -0.5, 0}, {-0.9, -1, -0.8}};
static const double CHANCES[] = {0, 1, 1e-30, 1e-7, 0.3, 0.5, 1 - 0x1p-24, 0.999};

enum {
	MAGNITUDE_COUNT = sizeof MAGNITUDES / sizeof *MAGNITUDES,
	PATTERN_COUNT = sizeof PATTERNS / sizeof *PATTERNS,
	CHANCE_COUNT = sizeof CHANCES / sizeof *CHANCES,
	POINT_COUNT = MAGNITUDE_COUNT * PATTERN_COUNT + RANDOM_POINTS
};

/* Near the end of the range only one element differs from 0: sums are to be floats. */
static double predicted(enum kind kind, int number, int i, struct random *random)
{
	bool regular = number < MAGNITUDE_COUNT * PATTERN_COUNT;
	if (kind == PROBABILITIES)
		return regular ? CHANCES[random_below(random, CHANCE_COUNT)]
		               : random_between(random, 0.01, 0.99);
	double y = regular ? MAGNITUDES[number / PATTERN_COUNT] * PATTERNS[number % PATTERN_COUNT][i]
	                   : random_between(random, -6, 6);
	if (fabs(y) > 1e38 && i > 0)
		y = 0;
	return kind == POSITIVES ? fabs(y) : y;
}

/* Small ones where a prediction is near the end of the range: differences are to be floats. */
static void draw_target(enum kind kind, struct point *point, struct random *random)
{
	bool at_end = fabsl(point->y[0]) > 1e38L;
	int choice = at_end ? 3 * random_below(random, 2) : random_below(random, 4),
	    hot = random_below(random, SIZE);
	double sum = 0, values[SIZE];
	for (int i = 0; i < SIZE; i++) {
		double near = random_between(random, -3, 3),
		       far = (double)point->y[i] * (choice == 1 ? 1 : -0.5);
		values[i] = choice == 0 ? 0 : choice == 3 ? near : far;
		if (kind == POSITIVES)
			values[i] = choice == 0 ? 0 : fabs(near);
		else if (kind == SIGNS)
			values[i] = near < 0 ? -1 : 1;
		else if (kind == PROBABILITIES || kind == DISTRIBUTION)
			values[i] = fabs(near) / 3;
		if (kind == PROBABILITIES && choice < 3)
			values[i] = near < 0;
		if (kind == CLASS || (kind == DISTRIBUTION && choice < 3))
			values[i] = i == hot;
		sum += values[i];
	}
	for (int i = 0; i < SIZE; i++)
		point->t[i] = (real)(float)(kind == DISTRIBUTION ? values[i] / sum : values[i]);
}

static struct point point_new(const struct loss *loss, int number, struct random *random)
{
	struct point point;
	for (int i = 0; i < SIZE; i++)
		point.y[i] = (real)(float)predicted(loss->prediction, number, i, random);
	draw_target(loss->target, &point, random);
	return point;
}

/* --- programs ------------------------------------------------------------------------------------- */

enum { MOST_LOSSES = 40 };

/* What a program says at a point. */
struct answer {
	double value, gradient[SIZE];
};

struct machine {
	struct generated program;
	const struct loss *rows;
	int count;
	void *inputs[MOST_LOSSES + 1], *targets[MOST_LOSSES];
	void *training;
	void (*gradient)(const void *training, int k, void *values);
};

/* One loss of all is chosen; the others are not even evaluated. */
static const char *model_text(struct arena *arena, const struct loss *rows, int count)
{
	struct text text = text_new(arena);
	text_printf(&text, "model accuracy\ninput choice[%d]\nlayer chosen = sum(choice)\n", count);
	for (int k = 0; k < count; k++)
		text_printf(&text, "loss f%d(y[i], t[i]) = %s\ninput y%d[%d]\ntarget t%d %s[%d]\n", k,
		            rows[k].text, k, SIZE, k, rows[k].target == CLASS ? "class" : "", SIZE);
	for (int k = 0; k < count; k++)
		text_printf(&text, "%s (if choice[%d] > 0 then f%d(y%d, t%d) else 0)", k ? " +" : "minimize",
		            k, k, k, k);
	text_add(&text, "\n");
	return text_string(&text);
}

static struct machine machine_new(const struct loss *rows, int count, bool real_double)
{
	cr_assert(count <= MOST_LOSSES);
	struct arena *arena = arena_new();
	struct machine m = {.program = program_of(model_text(arena, rows, count), real_double, "gcc -O2"),
	                    .rows = rows,
	                    .count = count};
	arena_free(arena);
	for (int k = 0; k <= count; k++)
		m.inputs[k] = arena_alloc(m.program.arena, sizeof(double) * MOST_LOSSES);
	for (int k = 0; k < count; k++)
		m.targets[k] = arena_alloc(m.program.arena, sizeof(double) * SIZE);
	m.training = training_of(&m.program);
	*(void **)&m.gradient = generated_symbol(&m.program, "input_gradient");
	return m;
}

static struct answer ask(const struct machine *m, int chosen, const struct point *point)
{
	for (int k = 0; k < m->count; k++) {
		set_real(&m->program, m->inputs[0], k, k == chosen);
		for (int i = 0; i < SIZE; i++) {
			set_real(&m->program, m->inputs[1 + k], i, (double)point->y[i]);
			if (m->rows[k].target != CLASS)
				set_real(&m->program, m->targets[k], i, (double)point->t[i]);
			else if (k == chosen && point->t[i] == 1)
				*(int32_t *)m->targets[k] = i;
		}
	}
	struct answer answer;
	answer.value = m->program.network->train_step(m->training, 1, (const void *const *)m->inputs,
	                                              (const void *const *)m->targets);
	double raw[SIZE];
	m->gradient(m->training, 1 + chosen, raw);
	for (int i = 0; i < SIZE; i++)
		answer.gradient[i] = real_at(&m->program, raw, i);
	return answer;
}

/* --- the comparison ------------------------------------------------------------------------------- */

/* The derivative by y[i], by five values; NAN where that says nothing: across a kink, at the end
 * of the domain, or where the other terms are so large that the difference is noise. */
static real numeric(const struct loss *loss, const struct point *point, int i)
{
	real y = point->y[i], h = fabsl(y) > 1e6L ? fabsl(y) * 1e-3L : 1e-3L, f[5];
	if (loss->prediction != REALS || loss->scales)
		h = 1e-3L * fabsl(y);
	if (loss->prediction == PROBABILITIES)
		h = fminl(h, 1e-3L * (1 - y));
	for (int k = 0; k < loss->kink_count; k++)
		if (fabsl(y - point->t[i] - (real)loss->kinks[k]) <= 3 * h)
			return (real)NAN;
	if (h == 0)
		return (real)NAN;
	for (int k = 0; k < 5; k++) {
		struct point moved = *point;
		moved.y[i] += (k - 2) * h;
		f[k] = loss->reference(moved.y, moved.t);
	}
	real slope = (f[0] - 8 * f[1] + 8 * f[3] - f[4]) / (12 * h), noise = 1e-18L * fabsl(f[2]) / h;
	return noise <= 1e-9L * fmaxl(1, fabsl(slope)) ? slope : (real)NAN;
}

static void print_point(char *text, size_t size, const struct point *p)
{
	snprintf(text, size, "y = %.9Lg %.9Lg %.9Lg, t = %.9Lg %.9Lg %.9Lg", p->y[0], p->y[1], p->y[2],
	         p->t[0], p->t[1], p->t[2]);
}

static bool out_of_range(const struct loss *loss, const struct point *point)
{
	for (int i = 0; i < SIZE; i++)
		if (point->y[i] != 0 && (fabsl(point->y[i]) < (real)loss->least ||
		                         (loss->largest > 0 && fabsl(point->y[i]) > (real)loss->largest)))
			return true;
	return false;
}

/* Where the true value is infinite, at a probability of 0, any finite one is right. */
static bool value_is_right(double single, double full, double wanted, double scale)
{
	if (!isfinite(wanted))
		return isfinite(single) && isfinite(full);
	if (fabs(full - wanted) > 1e-13 * fmax(scale, fabs(wanted)))
		return false;
	return fabs(full) > (double)FLT_MAX ||
	       fabs(single - full) <= 4 * unit_of_float(fmax(scale, fabs(full)));
}

static bool slope_is_right(double single, double full, double wanted, double largest)
{
	if (!isfinite(full) || fabs(full - wanted) > 1e-8 * fmax(fmax(1, largest), fabs(full)))
		return false;
	return fabs(full) > (double)FLT_MAX || fabs(single - full) <= 4 * unit_of_float(fmax(1, largest));
}

static int check(const struct loss *loss, const struct point *point, const struct answer *single,
                 const struct answer *full)
{
	char where[256];
	int wrong = 0;
	double wanted = (double)loss->reference(point->y, point->t), size = 0;
	for (int i = 0; i < SIZE; i++)
		size = fmax(size, (double)fabsl(point->y[i]));
	double largest = loss->homogeneous && size > 0 ? 1 / size : 0;
	print_point(where, sizeof where, point);
	if (!value_is_right(single->value, full->value, wanted, loss->cancels ? fmax(1, size) : 1)) {
		cr_expect(false, "%s at %s is %.9g in float, %.17g in double, not %.17g", loss->text, where,
		          single->value, full->value, wanted);
		wrong++;
	}
	for (int i = 0; i < SIZE; i++)
		if (fabs(full->gradient[i]) <= (double)FLT_MAX)
			largest = fmax(largest, fabs(full->gradient[i]));
	for (int i = 0; i < SIZE; i++) {
		double slope = (double)numeric(loss, point, i);
		if (slope_is_right(single->gradient[i], full->gradient[i], slope, largest))
			continue;
		cr_expect(false, "%s at %s: derivative %d is %.9g in float, %.17g in double, not %.17g",
		          loss->text, where, i, single->gradient[i], full->gradient[i], slope);
		wrong++;
	}
	return wrong;
}

void measure_losses(const struct loss *rows, int count)
{
	struct random random = random_new();
	struct machine single = machine_new(rows, count, false), full = machine_new(rows, count, true);
	for (int k = 0; k < count; k++)
		for (int number = 0, wrong = 0; number < POINT_COUNT && wrong < 3; number++) {
			struct point point = point_new(&rows[k], number, &random);
			if (out_of_range(&rows[k], &point))
				continue;
			struct answer a = ask(&single, k, &point), b = ask(&full, k, &point);
			wrong += check(&rows[k], &point, &a, &b);
		}
	generated_free(&single.program);
	generated_free(&full.program);
}

void check_exact(const struct exact *rows, int count)
{
	struct loss losses[MOST_LOSSES] = {{0}};
	for (int k = 0; k < count; k++)
		losses[k].text = rows[k].text;
	for (int pass = 0; pass < 2; pass++) {
		struct machine m = machine_new(losses, count, pass == 1);
		double tolerance = pass == 1 ? 1e-14 : 3e-7;
		for (int k = 0; k < count; k++) {
			struct point point;
			for (int i = 0; i < SIZE; i++) {
				point.y[i] = (real)rows[k].y[i];
				point.t[i] = (real)rows[k].t[i];
			}
			struct answer answer = ask(&m, k, &point);
			cr_expect(fabs(answer.value - rows[k].value) <= tolerance * fabs(rows[k].value),
			          "%s: %.17g, not %.17g", rows[k].text, answer.value, rows[k].value);
			for (int i = 0; i < SIZE; i++)
				cr_expect(fabs(answer.gradient[i] - rows[k].slopes[i]) <=
				                  tolerance * fmax(1, fabs(rows[k].slopes[i])),
				          "%s: derivative %d is %.17g, not %.17g", rows[k].text, i,
				          answer.gradient[i], rows[k].slopes[i]);
		}
		generated_free(&m.program);
	}
}
