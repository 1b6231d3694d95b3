/* Derivatives by three ways → a verdict. */
#include <math.h>
#include <string.h>

#include "check/check.h"

static double larger_of(double largest, double gradient, const struct slope *dual)
{
	double terms = dual->terms / CHECK_CANCELLED;
	largest = fabs(gradient) > largest ? fabs(gradient) : largest;
	largest = fabs(dual->value) > largest ? fabs(dual->value) : largest;
	return terms > largest ? terms : largest;
}

void check_scale(struct check_result *result)
{
	double total = 0;
	result->scale = 0;
	for (size_t k = 0; k < result->size; k++) {
		double size = fabs(result->gradient[k]);
		result->scale = size > result->scale ? size : result->scale;
		total += size;
	}
	for (size_t k = 0; k + 1 < result->count; k++)
		result->scale = larger_of(result->scale, result->derivatives[k].gradient,
		                          &result->derivatives[k].dual);
	const struct derivative *whole = &result->derivatives[result->count - 1];
	result->along = larger_of(total, whole->gradient, &whole->dual);
}

/* Anything that is no number is infinitely far. */
static double relative(double difference, double scale)
{
	if (difference == 0)
		return 0;
	double ratio = fabs(difference) / scale;
	return isnan(ratio) ? (double)INFINITY : ratio;
}

/* Does it agree with both? */
static bool compare(struct derivative *d, double scale, double unsteady)
{
	double distance = d->gradient - d->difference.slope;
	d->by_dual = relative(d->gradient - d->dual.value, scale);
	if (d->difference.bend <= BEND_AT)
		d->by_difference = relative(distance, scale);
	return (d->by_dual <= CHECK_EXACT || fabs(d->gradient - d->dual.value) <= unsteady) &&
	       (d->difference.bend > BEND_AT || d->by_difference <= CHECK_ROUGH ||
	        fabs(distance) <= CHECK_ROUGH * scale + d->difference.allowance);
}

void check_judge(struct check_result *result)
{
	result->verdict = VERDICT_AGREES;
	result->worst_by_dual = result->worst_by_difference = NULL;
	memset(result->bends, 0, sizeof result->bends);
	for (size_t k = 0; k < result->count; k++) {
		struct derivative *d = &result->derivatives[k];
		bool whole = d->element == SIZE_MAX;
		if (!compare(d, whole ? result->along : result->scale,
		             (whole ? (double)result->size : 1) * result->unsteady))
			result->verdict = VERDICT_DIFFERS;
		if (!result->worst_by_dual || d->by_dual > result->worst_by_dual->by_dual)
			result->worst_by_dual = d;
		if (d->difference.bend <= BEND_AT &&
		    (!result->worst_by_difference ||
		     d->by_difference > result->worst_by_difference->by_difference))
			result->worst_by_difference = d;
		if (d->element != SIZE_MAX)
			result->bends[d->difference.bend]++;
	}
}
