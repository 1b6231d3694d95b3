/* The calls of the steps of one function of the plan. */
#ifndef EMIT_CALLS_H
#define EMIT_CALLS_H

#include "emit/names.h"

/* `training`: a struct NAME_training `t` is there, else `net` and `w`. */
void emit_steps(struct text *text, struct c_names *names, enum plan_function function, bool training);
/* "TRAINING_AT_LAYER_HIDDEN": the constant of a place in the scratch. */
name_t panel_offset_name(const struct c_names *names, enum plan_area area);
name_t offset_name(const struct c_names *names, enum plan_area area, const struct tensor *tensor);

#endif
