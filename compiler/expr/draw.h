/* The random numbers of a model as the runtime draws them (runtime/random.c): a draw is a function of its
 * occurrence in the model, of the seed, the step, the row of the batch and the element.
 */
#ifndef EXPR_DRAW_H
#define EXPR_DRAW_H

#include <stdint.h>

#include "base/name.h"

/* The number of an occurrence: FNV-1a, 32 bits, of its name (Fowler, Noll, Vo). */
uint32_t draw_stream(name_t draw);

/* [0, 1), a multiple of 2^-24 */
double draw_uniform(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);
/* Mean 0, deviation 1. */
double draw_normal(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);
/* A row-major matrix with orthonormal rows, or columns where it has fewer of them. */
void draw_orthogonal(uint64_t seed, uint32_t stream, uint32_t step, int64_t rows, int64_t columns,
                     double *matrix);

#endif
