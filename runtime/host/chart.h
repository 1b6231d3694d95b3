/* Curves in a terminal's characters. */
#ifndef MLP_HOST_CHART_H
#define MLP_HOST_CHART_H

#include <stdbool.h>
#include <stdio.h>

/* The last `width` of `values` as ▁▂▃▄▅▆▇█ between their least and largest; the text, terminated, of
 * 3 * width + 1 bytes. */
void mlp_sparkline(char *text, const float *values, int count, int width);

/* Two curves over epochs 1 … count in braille dots; `second` may be NULL. The axis is logarithmic where
 * the values span more than a factor of 20. Prints nothing for fewer than 3 epochs. */
void mlp_chart(FILE *file, const float *first, const float *second, int count, int width, bool color,
               const char *second_name);

#endif
