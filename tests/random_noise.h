/* How far rounding moves results: the same graph with a random relative error at each operation (after Vignes
 * 1993, "A stochastic arithmetic for reliable scientific computation"). */
#ifndef TESTS_RANDOM_NOISE_H
#define TESTS_RANDOM_NOISE_H

#include "support.h"

/* How a type rounds. */
struct rounding {
	double error; /* relative, at most: some units in the last place */
	double least; /* all numbers are its multiples, and a sum that is no more than such errors of its
	                 terms is 0; or 0: nothing vanishes */
};

/* Samples differ in what vanishes: nothing, all that is smaller than normal numbers, or than any number. */
struct rounding rounding_sample(bool is_float, int sample);

/* Each operation of the graph with an error. As in C it is the same for equal results of an operation, and
 * another one for all others, so that what only cancels need not vanish. Derivatives of a graph where something
 * vanishes are not those of the other. */
struct graph noisy_graph(struct exprs *exprs, const struct graph *graph, struct rounding rounding,
                         struct random *random);

#endif
