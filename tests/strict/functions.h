/* The strict functions by name, each with those of MPFR and of the C library. */
#ifndef TESTS_STRICT_FUNCTIONS_H
#define TESTS_STRICT_FUNCTIONS_H

#include <mpfr.h>

struct function {
	const char *name;
	float (*narrow)(float);
	double (*wide)(double);
	float (*libm_narrow)(float);
	double (*libm)(double);
	int (*exact)(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding);
	double low, high; /* the arguments of most interest */
};

/* Ended by a row without a name; pow is not among them. */
extern const struct function FUNCTIONS[];

#endif
