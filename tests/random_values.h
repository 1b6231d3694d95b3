/* Values for random models, and how far rounding moves results: the same graph with a random relative error
 * at each operation (after Vignes 1993, "A stochastic arithmetic for reliable scientific computation"). */
#ifndef TESTS_RANDOM_VALUES_H
#define TESTS_RANDOM_VALUES_H

#include "support.h"

/* Errors that stand for the rounding of a type: some units in its last place. */
#define NOISE_OF_DOUBLE 1e-14
#define NOISE_OF_FLOAT 1.2e-7

/* Each operation of the graph with a relative error of at most `size`. `vanishes`: and what is no more than
 * such an error, or too small for the type, is exactly 0; derivatives of that graph are not those of the
 * other. */
struct graph noisy_graph(struct exprs *exprs, const struct graph *graph, double size, bool vanishes,
                         struct random *random);

/* Inputs and targets of that many rows: numbers of float, drawn as their names say. */
void draw_ports(struct evaluation *evaluation, const struct program *program, int rows,
                struct random *random);
/* Parameters so small that no sum of products grows, and statistics above 1. */
void draw_stored(struct evaluation *evaluation, const struct program *program, struct random *random);

/* Values of one row, or of `rows` where the tensor has samples. */
size_t values_in_rows(const struct tensor *tensor, int rows);

#endif
