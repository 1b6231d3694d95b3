/* One derivative by differences of the loss, with a step that no kink is in. */
#include <float.h>
#include <math.h>

#include "check/check.h"

/* The loss is a sum of many terms: its last bits are not to be trusted. */
#define LOSS_ROUNDING (64 * DBL_EPSILON)

enum {
	SHORTER = 8, /* from one step to the next that is tried */
	LONGER = 3,  /* steps that are tried where rounding hides the slope */
	STEPS = 10,
	SIDE = 64,     /* slopes of one side: steps so much shorter */
	COARSE = 1000, /* rounding of so many tolerances hides a slope */
};

struct measurement {
	loss_beside loss;
	void *context;
	double base, noise, gradient, tolerance;
};

/* Central, of two steps, so that the error is of the order h^4 (Richardson). */
static double central(const struct measurement *m, double h)
{
	double wide = (m->loss(m->context, h) - m->loss(m->context, -h)) / (2 * h);
	double narrow = (m->loss(m->context, h / 2) - m->loss(m->context, -h / 2)) / h;
	return (4 * narrow - wide) / 3;
}

static double rounding(const struct measurement *m, double h)
{
	return fmax(LOSS_ROUNDING * fabs(m->base), m->noise) / fabs(h);
}

/* The slope to the side of h; false where the loss jumps, which does not halve with the step. */
static bool side(const struct measurement *m, double h, double *slope)
{
	double whole = m->loss(m->context, h) - m->base, half = m->loss(m->context, h / 2) - m->base;
	*slope = (4 * half - whole) / h;
	return isfinite(*slope) && fabs(half) <= 0.75 * fabs(whole) + LOSS_ROUNDING * fabs(m->base);
}

static bool agrees(const struct measurement *m, const struct difference *d)
{
	return fabs(d->slope - m->gradient) <= m->tolerance + d->allowance;
}

static struct difference at_kink(const struct measurement *m, double h)
{
	struct difference d = {.step = h, .bend = BEND_AT, .allowance = 4 * rounding(m, h)};
	bool right = side(m, h, &d.right), left = side(m, -h, &d.left);
	if (!right)
		d.right = d.left;
	if (!left)
		d.left = d.right;
	d.slope = fmin(fmax(m->gradient, fmin(d.left, d.right)), fmax(d.left, d.right));
	if (!left && !right)
		d.bend = BEND_JUMP;
	else if (!agrees(m, &d))
		d.bend = BEND_OUTSIDE;
	return d;
}

/* The first step at which it agrees, else the first of all. Where rounding is no longer small
 * beside what is to be seen, nothing agrees any more. */
static struct difference between_kinks(const struct measurement *m, double h, double room)
{
	struct difference first = {.bend = BEND_UNKNOWN};
	for (int k = 0; k < LONGER && rounding(m, h) > COARSE * m->tolerance && 4 * SHORTER * h < room; k++)
		h *= SHORTER;
	for (int k = 0; k < STEPS; k++, h /= SHORTER) {
		struct difference d = {.step = h, .slope = central(m, h), .allowance = rounding(m, h)};
		if (!isfinite(d.slope))
			continue;
		if (d.slope != m->gradient && d.allowance > COARSE * m->tolerance)
			break;
		if (first.bend == BEND_UNKNOWN)
			first = d;
		if (agrees(m, &d))
			return d;
	}
	return first;
}

static struct difference difference_of(const struct measurement *m, double step, const struct slope *dual)
{
	bool near = dual->room <= 2 * step;
	double h = near ? dual->room / 4 : step;
	if (near && (h < ldexp(step, -20) || rounding(m, h) > COARSE * m->tolerance))
		return at_kink(m, fmax(step / SIDE, 8 * dual->room));
	struct difference d = between_kinks(m, h, dual->room);
	if (d.bend == BEND_NONE && near)
		d.bend = BEND_NEAR;
	if (d.bend == BEND_UNKNOWN || agrees(m, &d) || !isfinite(m->gradient))
		return d;
	struct difference sides = at_kink(m, step / SIDE);
	bool bends = fabs(sides.left - sides.right) > 10 * m->tolerance + sides.allowance;
	return bends && sides.bend == BEND_AT ? sides : d;
}

struct difference check_difference(loss_beside loss, void *context, double base, double noise, double step,
                                   double gradient, double tolerance, const struct slope *dual)
{
	struct measurement m = {loss, context, base, noise, gradient, tolerance};
	struct difference d = difference_of(&m, step, dual);
	if (dual->hidden && !agrees(&m, &d))
		d.bend = BEND_HIDDEN;
	return d;
}
