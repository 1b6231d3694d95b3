/* Updates that are the same for several parameters. */
#ifndef EXPLAIN_ALIKE_H
#define EXPLAIN_ALIKE_H

#include "explain/explanation.h"

/* A parameter or statistic, and another one that may take its place. */
struct renaming {
	const struct tensor *from, *to;
};

/* Do the forms and rules of `b` come from those of `a` where in place of the one parameter with all of its
 * elements stands the other, and so for its states, its gradient and its new value? */
bool entries_alike(struct arena *arena, const struct renaming *renaming, const struct entry *a,
                   const struct entry *b);

#endif
