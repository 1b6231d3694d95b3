/* Numbers as a person reads them. */
#ifndef MLP_HOST_TEXT_H
#define MLP_HOST_TEXT_H

#include <stdint.h>

enum { MLP_NUMBER_TEXT = 32 };

/* All return the buffer. */

/* Five significant digits where the point can stay in place: at most 8 characters for positive values. */
const char *mlp_number_text(char buffer[MLP_NUMBER_TEXT], double value);
/* 1234567 as "1 234 567". */
const char *mlp_grouped_text(char buffer[MLP_NUMBER_TEXT], int64_t value);
/* "1.2 ms", "3.4 s", "5:06 min". */
const char *mlp_time_text(char buffer[MLP_NUMBER_TEXT], double seconds);

#endif
