/* exp and expm1, the same bits everywhere. */
#include "mlp_strict.h"
#include "strict_exp.h"

/* exp where it is neither a number nor 0: of NaN, and from 128 on in float, 710 in double. */
static double exp_outside(double x)
{
	return x > 0.0 ? HUGE_VAL : x < 0.0 ? 0.0 : canonical_nan();
}

static float slow_exp(double x)
{
	int exponent;
	struct wide e = exp_wide(x, 0.0, &exponent);
	return wide_rounded_to_float(wide_times_power(e, exponent));
}

float mlp_strict_expf(float x)
{
	if (!(fabsf(x) < 128.0f))
		return (float)exp_outside((double)x);
	float rounded;
	return rounds_safely(exp_near((double)x, 0.0), &rounded) ? rounded : slow_exp((double)x);
}

double mlp_strict_exp(double x)
{
	if (!(fabs(x) < 746.0))
		return exp_outside(x);
	int exponent;
	struct wide e = exp_wide(x, 0.0, &exponent);
	return wide_rounded(e, exponent);
}

/* expm1 from 45 on, at -45 and below, and of NaN: the 1 or the power is below half a unit. */
static double expm1_outside(double x)
{
	return x < 0.0 ? -1.0 : mlp_strict_exp(x);
}

float mlp_strict_expm1f(float x)
{
	if (!(fabsf(x) < 45.0f))
		return x < 0.0f ? -1.0f : mlp_strict_expf(x);
	if (x == 0.0f)
		return x;
	float rounded;
	if (rounds_safely(expm1_near((double)x), &rounded))
		return rounded;
	return wide_rounded_to_float(expm1_wide((double)x));
}

double mlp_strict_expm1(double x)
{
	if (!(fabs(x) < 45.0))
		return expm1_outside(x);
	if (fabs(x) < 0x1p-60)
		return x;
	struct wide e = expm1_wide(x);
	return e.high + e.low;
}
