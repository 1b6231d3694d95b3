/* Access to stored tensors by number, and the sizes of the structs. */
#ifndef EMIT_TENSORS_H
#define EMIT_TENSORS_H

#include "emit/names.h"

/* tensor, get, set, state, get_state, set_state, gradient, input_gradient */
void emit_tensors(struct text *text, const struct c_names *names);
/* Of NAME_init: what is free in the panels of parameters. */
void emit_zeros(struct text *text, const struct c_names *names);
void emit_sizes(struct text *text, const struct c_names *names);
/* With --strict a NaN that the caller sees is always the same. `count`: a formula of C. */
void emit_unified(struct text *text, const struct c_names *names, const char *values, const char *count);
/* "{IRIS_SIZE_HIDDEN, IRIS_SIZE_FLOWER}": per row, and without the dimension of a one-hot vector */
void print_shape_list(struct text *text, const struct c_names *names, const struct tensor *tensor);

#endif
