/* Elementary functions with the same bits on every machine and under every compiler: IEEE 754 arithmetic and
 * integers, nothing of the C library. In float the nearest number to the exact value (powf: all but surely);
 * in double within 0.51 units in the last place. Special cases as in Annex F of C11, but errno and the
 * flags are left alone, and every NaN that comes out is the same one. Rounding must be to nearest. */
#ifndef MLP_STRICT_H
#define MLP_STRICT_H

#ifdef __cplusplus
extern "C" {
#endif

float mlp_strict_expf(float x);
float mlp_strict_expm1f(float x);
float mlp_strict_logf(float x);
float mlp_strict_log1pf(float x);
float mlp_strict_sinf(float x);
float mlp_strict_cosf(float x);
float mlp_strict_tanhf(float x);
float mlp_strict_erff(float x);
float mlp_strict_erfcf(float x);
float mlp_strict_logisticf(float x); /* 1 / (1 + exp(-x)) */
float mlp_strict_log1pexpf(float x); /* log(1 + exp(x)) */
float mlp_strict_powf(float x, float y);

double mlp_strict_exp(double x);
double mlp_strict_expm1(double x);
double mlp_strict_log(double x);
double mlp_strict_log1p(double x);
double mlp_strict_sin(double x);
double mlp_strict_cos(double x);
double mlp_strict_tanh(double x);
double mlp_strict_erf(double x);
double mlp_strict_erfc(double x);
double mlp_strict_logistic(double x);
double mlp_strict_log1pexp(double x);
double mlp_strict_pow(double x, double y);

#ifdef __cplusplus
}
#endif

#endif
