/* Parameters as constants of the generated C: struct NAME NAME_weights, which can lie in flash. */
#ifndef EMIT_WEIGHTS_H
#define EMIT_WEIGHTS_H

#include "emit/names.h"

/* "extern const struct NAME NAME_weights;" */
void emit_weights_declaration(struct text *text, const struct c_names *names);

/* Its definition. `weights`: the values of each stored tensor, row-major, all finite. */
void emit_weights(struct text *text, const struct c_names *names, const double *const *weights);

#endif
