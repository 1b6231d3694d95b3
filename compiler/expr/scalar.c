#include "expr/scalar.h"

#include <math.h>

#include "mlp_strict.h"

static double sign(double x)
{
	return (x > 0) - (x < 0);
}

static double itself(double x)
{
	return x;
}

static double not(double x)
{
	return x == 0;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

static double larger(double a, double b)
{
	return b < a ? a : b;
}

static double difference(double a, double b)
{
	return a - b;
}

static double less(double a, double b)
{
	return a < b;
}

static double less_equal(double a, double b)
{
	return a <= b;
}

static double equal(double a, double b)
{
	return a == b;
}

static double not_equal(double a, double b)
{
	return a != b;
}

static double scale(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static double floor_quotient(double a, double b)
{
	return floor(a / b);
}

/* By the runtime's own functions a folded number does not depend on the C library of the machine. */
static double (*const unary[OP_COUNT])(double) = {
        [OP_EXP] = mlp_strict_exp,     [OP_EXPM1] = mlp_strict_expm1,
        [OP_LOG] = mlp_strict_log,     [OP_LOG1P] = mlp_strict_log1p,
        [OP_SIN] = mlp_strict_sin,     [OP_COS] = mlp_strict_cos,
        [OP_TANH] = mlp_strict_tanh,   [OP_ERF] = mlp_strict_erf,
        [OP_ERFC] = mlp_strict_erfc,   [OP_LOGISTIC] = mlp_strict_logistic,
        [OP_SQRT] = sqrt,              [OP_LOG1PEXP] = mlp_strict_log1pexp,
        [OP_ABS] = fabs,               [OP_FLOOR] = floor,
        [OP_SIGN] = sign,              [OP_CONSTANT] = itself,
        [OP_NOT] = not,
};

static double (*const binary[OP_COUNT])(double, double) = {
        [OP_POW] = mlp_strict_pow, [OP_MIN] = smaller,         [OP_MAX] = larger,
        [OP_SHIFT] = difference, [OP_LESS] = less,           [OP_LESS_EQUAL] = less_equal,
        [OP_EQUAL] = equal,      [OP_NOT_EQUAL] = not_equal, [OP_FLOOR_QUOTIENT] = floor_quotient,
        [OP_SCALE] = scale,
};

double scalar_value(enum op op, double a, double b)
{
	if (unary[op])
		return unary[op](a);
	return binary[op] ? binary[op](a, b) : (double)NAN;
}
