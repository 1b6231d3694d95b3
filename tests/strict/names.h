/* The strict functions of one number, each with that of the C library in double. */
#ifndef TESTS_STRICT_NAMES_H
#define TESTS_STRICT_NAMES_H

#include "mlp.h"
#include "mlp_strict.h"

#define STRICT_FUNCTIONS(F)       \
	F(exp, exp)               \
	F(expm1, expm1)           \
	F(log, log)               \
	F(log1p, log1p)           \
	F(sin, sin)               \
	F(cos, cos)               \
	F(tanh, tanh)             \
	F(erf, erf)               \
	F(erfc, erfc)             \
	F(logistic, mlp_logistic) \
	F(log1pexp, mlp_log1pexp)

#endif
