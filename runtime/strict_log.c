/* log and log1p, the same bits everywhere. */
#include "mlp_strict.h"
#include "strict_log.h"

/* log of what is not a finite number above 0 */
static double log_outside(double x)
{
	return x == 0.0 ? -HUGE_VAL : x > 0.0 ? HUGE_VAL : canonical_nan();
}

float mlp_strict_logf(float x)
{
	if (!(x > 0.0f && x < INFINITY))
		return (float)log_outside((double)x);
	float rounded;
	if (rounds_safely(log_near((double)x), &rounded))
		return rounded;
	return wide_rounded_to_float(log_wide((double)x, 0));
}

double mlp_strict_log(double x)
{
	if (!(x > 0.0 && x < HUGE_VAL))
		return log_outside(x);
	struct wide result = x < DBL_MIN ? log_wide(x * 0x1p60, -60) : log_wide(x, 0);
	return result.high + result.low;
}

float mlp_strict_log1pf(float x)
{
	if (!(x > -1.0f && x < INFINITY))
		return (float)log_outside((double)x + 1.0);
	if (x == 0.0f)
		return x;
	float rounded;
	if (rounds_safely(log1p_near((double)x), &rounded))
		return rounded;
	return wide_rounded_to_float(x < 0x1p60f ? log1p_wide((struct wide){(double)x, 0.0})
	                                         : log_wide((double)x, 0));
}

double mlp_strict_log1p(double x)
{
	if (!(x > -1.0 && x < HUGE_VAL))
		return log_outside(x + 1.0);
	if (fabs(x) < 0x1p-60)
		return x;
	struct wide result = x < 0x1p60 ? log1p_wide((struct wide){x, 0.0}) : log_wide(x, 0);
	return result.high + result.low;
}
