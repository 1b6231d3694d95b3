#include "expr/scalar.h"

#include <math.h>

static double sign(double x)
{
	return (x > 0) - (x < 0);
}

static double logistic(double x)
{
	return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static double log1pexp(double x)
{
	return x < 0 ? log1p(exp(x)) : x + log1p(exp(-x));
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

static double (*const unary[OP_COUNT])(double) = {
        [OP_EXP] = exp,   [OP_EXPM1] = expm1,       [OP_LOG] = log,           [OP_LOG1P] = log1p,
        [OP_SQRT] = sqrt, [OP_ABS] = fabs,          [OP_SIGN] = sign,         [OP_FLOOR] = floor,
        [OP_SIN] = sin,   [OP_COS] = cos,           [OP_TANH] = tanh,         [OP_ERF] = erf,
        [OP_ERFC] = erfc, [OP_LOGISTIC] = logistic, [OP_LOG1PEXP] = log1pexp, [OP_CONSTANT] = itself,
        [OP_NOT] = not,
};

static double (*const binary[OP_COUNT])(double, double) = {
        [OP_POW] = pow,          [OP_MIN] = smaller,         [OP_MAX] = larger,
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
