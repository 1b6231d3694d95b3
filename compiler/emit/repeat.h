/* Steps that differ in names alone share one function, where they are many: the size of the code does not grow with
 * the number of equal layers. */
#ifndef EMIT_REPEAT_H
#define EMIT_REPEAT_H

#include "emit/names.h"

enum { REPEATS = 8 };  /* fewer stand for themselves: a function that names what it computes is easier to read */

struct repeat {
	const struct step *first, *last; /* whose names the function uses, and another, for its comment */
	int count;
};

/* Finds them and renames their functions. */
void find_repeats(struct c_names *names);
/* NULL: the step has a function of its own. */
const struct repeat *repeat_of(const struct c_names *names, const struct step *step);

#endif
