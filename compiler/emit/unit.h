/* What header, source and driver share: banner, prototypes, lists of members. */
#ifndef EMIT_UNIT_H
#define EMIT_UNIT_H

#include "emit/emit.h"
#include "emit/names.h"

void emit_banner(struct text *text, const struct c_names *names, const struct emit_options *options);

/* preamble.c */
void emit_preamble(struct text *text, struct c_names *names, const struct emit_options *options);

enum public_function {
	PUBLIC_INIT, PUBLIC_PREDICT, PUBLIC_LOSS, PUBLIC_FORWARD, PUBLIC_BACKWARD, PUBLIC_UPDATE,
	PUBLIC_TRAIN_STEP, PUBLIC_TENSOR, PUBLIC_GET, PUBLIC_SET, PUBLIC_STATE, PUBLIC_GET_STATE,
	PUBLIC_SET_STATE, PUBLIC_GRADIENT, PUBLIC_INPUT_GRADIENT, PUBLIC_FUNCTIONS
};

/* "float iris_loss(const struct iris *net, …)" without semicolon; NULL if the model has no such function. */
const char *public_prototype(const struct c_names *names, enum public_function function);
const char *public_comment(enum public_function function);

/* ", const float *input_flower": the pointers of a list. */
void print_ports(struct text *text, const struct c_names *names, const tensors *list, bool constant);
/* ", input_flower" */
void print_port_names(struct text *text, const struct c_names *names, const tensors *list);

#endif
