#include "functions.h"

#include <math.h>

#include "names.h"

/* 1 / (1 + exp(-x)); `x` may be `result`. */
static int exact_logistic(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding)
{
	mpfr_neg(result, x, rounding);
	mpfr_exp(result, result, rounding);
	mpfr_add_ui(result, result, 1, rounding);
	return mpfr_ui_div(result, 1, result, rounding);
}

/* log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|)); `x` may be `result`. */
static int exact_log1pexp(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding)
{
	mpfr_t power;
	mpfr_init2(power, mpfr_get_prec(result));
	mpfr_abs(power, x, rounding);
	mpfr_neg(power, power, rounding);
	mpfr_exp(power, power, rounding);
	mpfr_log1p(power, power, rounding);
	if (mpfr_sgn(x) > 0)
		mpfr_add(result, x, power, rounding);
	else
		mpfr_set(result, power, rounding);
	mpfr_clear(power);
	return 0;
}

#define mpfr_logistic exact_logistic
#define mpfr_log1pexp exact_log1pexp

/* [low, high] */
#define RANGE_exp -750, 720
#define RANGE_expm1 -4, 4
#define RANGE_log 0.25, 4
#define RANGE_log1p -1, 4
#define RANGE_sin -1000, 1000
#define RANGE_cos -1000, 1000
#define RANGE_tanh -25, 25
#define RANGE_erf -7, 7
#define RANGE_erfc -7, 28
#define RANGE_logistic -750, 40
#define RANGE_log1pexp -750, 40

#define ROW(name, libm) \
	{#name, mlp_strict_##name##f, mlp_strict_##name, libm##f, libm, mpfr_##name, RANGE_##name},

const struct function FUNCTIONS[] = {STRICT_FUNCTIONS(ROW){0}};
