/* tanh and its kin logistic and log1pexp, the same bits everywhere. */
#include "mlp_strict.h"
#include "strict_exp.h"
#include "strict_log.h"

#define FAR 45.0 /* exp(-FAR) is below 2^-64: 1 + exp(-FAR) is 1, and log(1 + exp(-FAR)) is exp(-FAR) */

/* -- tanh(x) = (exp(2x) - 1) / (exp(2x) + 1) ----------------------------------------------------- */

/* For 2^-150 < |x| < 22 */
static struct wide tanh_wide(double x)
{
	struct wide e = expm1_wide(2.0 * x);
	return wide_quotient(e, wide_sum(e, 2.0));
}

float mlp_strict_tanhf(float x)
{
	if (!(fabsf(x) < 10.0f))
		return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : canonical_nanf();
	if (x == 0.0f)
		return x;
	double e = expm1_near(2.0 * (double)x);
	float rounded;
	return rounds_safely(e / (e + 2.0), &rounded) ? rounded : wide_rounded_to_float(tanh_wide((double)x));
}

double mlp_strict_tanh(double x)
{
	if (!(fabs(x) < 22.0))
		return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : canonical_nan();
	if (fabs(x) < 0x1p-28)
		return x; /* x^3 / 3 is below 2^-57 x */
	struct wide result = tanh_wide(x);
	return result.high + result.low;
}

/* -- logistic(x) = 1 / (1 + exp(-x)) ------------------------------------------------------------- */

/* For |x| < 45. Near 0 it is 1/2 + x/4 - x^3/48 + …, and where x has few digits, the third term tells on
 * which side of the middle between two floats it is, though as small as 2^-75: there, exp_wide is so exact. */
static struct wide logistic_wide(double x)
{
	int exponent;
	struct wide e = exp_wide(-fabs(x), 0.0, &exponent);
	e = wide_times_power(e, exponent);
	return wide_quotient(x >= 0.0 ? (struct wide){1.0, 0.0} : e, wide_sum(e, 1.0));
}

float mlp_strict_logisticf(float x)
{
	if (!(fabsf(x) < (float)FAR))
		return x > 0.0f ? 1.0f : mlp_strict_expf(x);
	double e = exp_near(-fabs((double)x), 0.0);
	float rounded;
	if (rounds_safely((x >= 0.0f ? 1.0 : e) / (1.0 + e), &rounded))
		return rounded;
	return wide_rounded_to_float(logistic_wide((double)x));
}

double mlp_strict_logistic(double x)
{
	if (!(fabs(x) < FAR))
		return x > 0.0 ? 1.0 : mlp_strict_exp(x);
	struct wide result = logistic_wide(x);
	return result.high + result.low;
}

/* -- log1pexp(x) = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) ------------------------------ */

/* For |x| < 45 */
static struct wide log1pexp_wide(double x)
{
	int exponent;
	struct wide e = exp_wide(-fabs(x), 0.0, &exponent);
	struct wide result = log1p_wide(wide_times_power(e, exponent));
	return x > 0.0 ? wide_sum(result, x) : result;
}

float mlp_strict_log1pexpf(float x)
{
	if (!(fabsf(x) < (float)FAR))
		return x > 0.0f ? x : mlp_strict_expf(x);
	double result = log1p_near(exp_near(-fabs((double)x), 0.0)) + (x > 0.0f ? (double)x : 0.0);
	float rounded;
	return rounds_safely(result, &rounded) ? rounded : wide_rounded_to_float(log1pexp_wide((double)x));
}

double mlp_strict_log1pexp(double x)
{
	if (!(fabs(x) < FAR))
		return x > 0.0 ? x : mlp_strict_exp(x);
	struct wide result = log1pexp_wide(x);
	return result.high + result.low;
}
