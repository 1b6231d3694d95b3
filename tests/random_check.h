/* Whether the compiler treats a random model right, as far as can be seen without a C compiler: all forms of
 * its graphs have the same values, reverse and forward mode the same derivatives, every dump and explanation
 * comes out, and two compilations give the same bytes. */
#ifndef TESTS_RANDOM_CHECK_H
#define TESTS_RANDOM_CHECK_H

#include "random_model.h"

/* How results were compared. */
struct tally {
	long compared; /* values */
	long loose;    /* of them, those that rounding moves by more than 1e-12 of their size */
	long unsteady; /* not compared: rounding decides them (a condition or a floor at its border) */
	long infinite; /* not compared: the textbook form has no finite value */
};

struct verdict {
	char kind[32]; /* which check failed; "": none */
	char fault[1600];
	struct tally tally;
};

/* `samples` of rounding errors: more of them find a border that is just missed. */
void check_in_process(const char *text, uint64_t seed, int samples, struct verdict *verdict);

/* The tolerance of |a - b| where rounding moves the value by `spread`; negative: it is not compared. */
double tolerance_of(double a, double b, double spread, double least);

#endif
