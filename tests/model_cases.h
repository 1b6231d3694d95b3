/* Small models that use every part of the language, for tests of the calculus. */
#ifndef TESTS_MODEL_CASES_H
#define TESTS_MODEL_CASES_H

#include "support.h"

struct model_case {
	const char *name;
	const char *statements;  /* after `model m` */
	struct ranges ranges;
	bool no_differences;     /* central differences do not show the gradient: constant(), ties */
};

extern const struct model_case model_cases[];
extern const int model_case_count;

#endif
