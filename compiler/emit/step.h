/* One step as one static function, and the calls of it. */
#ifndef EMIT_STEP_H
#define EMIT_STEP_H

#include "emit/scope.h"

/* What a step's function is given, in this order. */
struct signature {
	bool rows, seed, step, epoch, net, panel;
	tensors schedules;
	tensors read;     /* but for members of net */
	tensors written;  /* storage: the stored tensor for NEXT in place */
};

/* Found once for each step. */
const struct signature *signature_of(const struct c_names *names, const struct step *step);

void emit_step(struct text *text, struct c_names *names, const struct step *step);

/* loops.c: the body of the function */
void emit_loops(struct text *text, struct scope *scope, const struct step *step);

#endif
