/* Reals as decimal text. */
#ifndef MLP_HOST_DECIMAL_H
#define MLP_HOST_DECIMAL_H

enum { MLP_DECIMAL = 32 };

/* The fewest digits that read back as the same number of that size, 4 (float) or 8 (double), terminated and
 * with a point in every locale: 0.1, 1e-07, -0, inf, nan. Returns the text. */
const char *mlp_decimal(char text[MLP_DECIMAL], double value, int real_size);

#endif
