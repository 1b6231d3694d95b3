/* Activations, those of the standard library and as users write them out: values and derivatives in float and
 * double over all of float. */
#include <criterion/criterion.h>
#include <math.h>

#include "accuracy.h"

typedef long double real;

/* --- references, each stable by itself ----------------------------------------------------------- */

/* x times what goes to 0 like exp(-x^2) or faster: rounding the exponent is an error of x^2 units there. Near
 * saturation only the absolute error counts: half a unit of 1. */
#define SATURATED(text_, reference_) {.text = text_, .reference = reference_, .absolute = 0x1p-24}
#define SMOOTH(text_, reference_) {.text = text_, .reference = reference_}

static real identity(real x) { return x; }
static real step(real x) { return x > 0; }
static real relu(real x) { return x > 0 ? x : 0; }
static real leaky_relu(real x) { return x > 0 ? x : 0.01L * x; }
static real elu(real x) { return x > 0 ? x : expm1l(x); }
static real elu_of_2(real x) { return x > 0 ? x : 2 * expm1l(x); }
static real celu_of_2(real x) { return x > 0 ? x : 2 * expm1l(x / 2); }
static real selu(real x) { return 1.0507009873554805L * (x > 0 ? x : 1.6732632423543772L * expm1l(x)); }
static real sigmoid(real x) { return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x)); }
static real hard_sigmoid(real x) { return x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5L; }
static real hard_tanh(real x) { return x <= -1 ? -1 : x >= 1 ? 1 : x; }
static real hard_swish(real x) { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; }
static real softplus(real x) { return fmaxl(x, 0) + log1pl(expl(-fabsl(x))); }
static real softsign(real x) { return x / (1 + fabsl(x)); }
static real silu(real x) { return x * sigmoid(x); }
static real mish(real x) { return x * tanhl(softplus(x)); }
static real gelu(real x) { return x / 2 * erfcl(-x * sqrtl(0.5L)); }

/* 1 + tanh(z) = 2 sigmoid(2 z) */
static real gelu_tanh(real x)
{
	return x * sigmoid(2 * sqrtl(2 / acosl(-1)) * (x + 0.044715L * x * x * x));
}

static const struct measured library[] = {
	SMOOTH("identity(x)", identity),
	{"step(x)", step, 1, .kinks = {0}, .at_kinks = {0}},
	{"relu(x)", relu, 1, .kinks = {0}, .at_kinks = {0}},
	{"leaky_relu(x)", leaky_relu, 1, .kinks = {0}, .at_kinks = {0.01}},
	{"elu(x)", elu, 1, .kinks = {0}, .at_kinks = {1}},
	{"elu(x, alpha = 2)", elu_of_2, 1, .kinks = {0}, .at_kinks = {2}},
	{"celu(x)", elu, 1, .kinks = {0}, .at_kinks = {1}},
	{"celu(x, alpha = 2)", celu_of_2, 1, .kinks = {0}, .at_kinks = {1}},
	{"selu(x)", selu, 1, .kinks = {0}, .at_kinks = {1.0507009873554805 * 1.6732632423543772}},
	SMOOTH("sigmoid(x)", sigmoid),
	{"hard_sigmoid(x)", hard_sigmoid, 2, .kinks = {-3, 3}, .at_kinks = {0, 0}},
	{"hard_tanh(x)", hard_tanh, 2, .kinks = {-1, 1}, .at_kinks = {0, 0}},
	SMOOTH("tanh(x)", tanhl),
	SMOOTH("softplus(x)", softplus),
	{"softsign(x)", softsign, 1, .kinks = {0}, .at_kinks = {1}},
	SMOOTH("silu(x)", silu),
	{"hard_swish(x)", hard_swish, 2, .kinks = {-3, 3}, .at_kinks = {0, 1}},
	SMOOTH("mish(x)", mish),
	SATURATED("gelu(x)", gelu),
	SATURATED("gelu_tanh(x)", gelu_tanh),
};

/* --- as users write them --------------------------------------------------------------------------- */

static real root_of_exp(real x) { return expl(x / 2); }
static real one_less_sigmoid(real x) { return sigmoid(-x); }
static real logistic_of_2x(real x) { return sigmoid(2 * x); }
static real twice_logistic_of_2x(real x) { return 2 * sigmoid(2 * x); }
static real weighed_logistic_of_2x(real x) { return x * sigmoid(2 * x); }
static real log_of_complement(real x) { return logl(-expm1l(-x * x - 0.25L)); }
static real log_of_exps(real x) { return fabsl(x) + log1pl(expl(-2 * fabsl(x))); }
static real hypotenuse_less_1(real x) { return x * x / (sqrtl(x * x + 1) + 1); }
static real log_of_sigmoid(real x) { return -softplus(-x); }
static real minus_softplus(real x) { return -softplus(x); }

/* Ranges: 2 x leaves float beyond 1e38, x^2 beyond 1e19, x^3 beyond 1e12. */
static const struct measured written[] = {
	SMOOTH("log(1 + exp(x))", softplus),
	SMOOTH("1 / (1 + exp(-x))", sigmoid),
	SMOOTH("exp(x) / (exp(x) + 1)", sigmoid),
	SMOOTH("exp(x) / (exp(x) + exp(-x))", logistic_of_2x),
	SMOOTH("1 / (1 + exp(-2 * x))", logistic_of_2x),
	SMOOTH("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", tanhl),
	SMOOTH("(exp(2 * x) - 1) / (exp(2 * x) + 1)", tanhl),
	SMOOTH("(1 - exp(-2 * x)) / (1 + exp(-2 * x))", tanhl),
	SMOOTH("1 - 2 / (exp(2 * x) + 1)", tanhl),
	SMOOTH("2 / (1 + exp(-2 * x)) - 1", tanhl),
	SMOOTH("2 * sigmoid(2 * x) - 1", tanhl),
	SMOOTH("x * tanh(log(1 + exp(x)))", mish),
	SMOOTH("x / (1 + exp(-x))", silu),
	SMOOTH("1 - 1 / (1 + exp(-x))", one_less_sigmoid),
	SMOOTH("1 - sigmoid(x)", one_less_sigmoid),
	SMOOTH("1 + tanh(x)", twice_logistic_of_2x),
	SMOOTH("1 - tanh(-x)", twice_logistic_of_2x),
	{"x * sigmoid(2 * x)", weighed_logistic_of_2x, .largest = 1e38},
	{"log(1 - exp(-x^2 - 0.25))", log_of_complement, .absolute = 1.2e-7, .largest = 1e19},
	SMOOTH("log(sigmoid(x))", log_of_sigmoid),
	SMOOTH("log(1 - sigmoid(x))", minus_softplus),
	SMOOTH("-log(1 + exp(-x))", log_of_sigmoid),
	SMOOTH("log(exp(x) + exp(-x))", log_of_exps),
	{"if x > 0 then x else exp(x) - 1", elu, 1, .kinks = {0}, .at_kinks = {1}},
	{"sqrt(x^2 + 1) - 1", hypotenuse_less_1, .absolute = 1.2e-7, .largest = 1e19},
	{"sqrt(exp(x))", root_of_exp, .largest = 100},
	{"sqrt(x^2)", fabsl, 1, .kinks = {0}, .at_kinks = {0}},
	{"0.5 * x * (1 + tanh(sqrt(2 / 3.141592653589793) * (x + 0.044715 * x^3)))", gelu_tanh,
	 .absolute = 0x1p-24, .largest = 1e12},
	SATURATED("0.5 * x * (1 + erf(x / sqrt(2)))", gelu),
	SATURATED("x * 0.5 * (1 - erf(-x / sqrt(2)))", gelu),
};

Test(accuracy, library) { measure(library, sizeof library / sizeof *library, "gcc -O2"); }
Test(accuracy, written) { measure(written, sizeof written / sizeof *written, "gcc -O2"); }

/* As the command line builds programs: with products and sums contracted. */
Test(accuracy, contracted)
{
	measure(library, sizeof library / sizeof *library, "gcc -O3 -march=native -ffp-contract=fast");
}
