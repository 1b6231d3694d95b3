/* What stands for missing values, as a text of a parameter file: fill.PORT, a JSON array of numbers. */
#ifndef MLP_HOST_FILL_H
#define MLP_HOST_FILL_H

#include "host/host.h"

/* The caller frees it. NULL: no memory. */
char *mlp_fill_text(const struct mlp_port *port, const double *fill);

/* One number for each element, a class for ports that have them; the caller frees them. NULL: the text holds
 * something else. */
double *mlp_fill_parse(const struct mlp_port *port, const char *text);

#endif
