/* One step as one static function, and the calls of it. */
#ifndef EMIT_STEP_H
#define EMIT_STEP_H

#include "emit/scope.h"

/* What a step's function is given, in this order. */
struct signature {
	bool is_shared;   /* with other steps: what differs between them is an argument */
	bool rows, seed, step, epoch, net, panel;
	tensors schedules;
	ARRAY(name_t) draws; /* shared: their numbers */
	tensors read;     /* but for members of net; shared: those too */
	tensors written;  /* storage: the stored tensor for NEXT in place */
};

/* Does it stand in struct NAME? */
bool is_in_net(const struct tensor *stored);

/* Found once for each step. */
const struct signature *signature_of(const struct c_names *names, const struct step *step);
/* The same, whether it is shared or not. */
struct signature *step_signature(const struct c_names *names, const struct step *step, bool is_shared);

void emit_step(struct text *text, struct c_names *names, const struct step *step);
/* The same without its comment, by any name. */
void emit_function(struct text *text, struct c_names *names, const struct step *step,
                   const struct signature *signature, const char *name);

/* loops.c: the body of the function */
void emit_loops(struct text *text, struct scope *scope, const struct step *step);

#endif
