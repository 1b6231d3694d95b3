/* Values for random models. */
#ifndef TESTS_RANDOM_VALUES_H
#define TESTS_RANDOM_VALUES_H

#include "support.h"

/* Inputs and targets of that many rows: numbers of float, drawn as their names say. */
void draw_ports(struct evaluation *evaluation, const struct program *program, int rows,
                struct random *random);
/* Parameters so small that no sum of products grows, and statistics above 1. */
void draw_stored(struct evaluation *evaluation, const struct program *program, struct random *random);

/* Values of one row, or of `rows` where the tensor has samples. */
size_t values_in_rows(const struct tensor *tensor, int rows);

#endif
