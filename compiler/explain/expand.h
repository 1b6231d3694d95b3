/* Equations whole: the parts that passes have taken out of them in their places again. */
#ifndef EXPLAIN_EXPAND_H
#define EXPLAIN_EXPAND_H

#include "expr/prune.h"

struct expander;

/* `final` holds the tensors of the finished graph: adjoints that are not among them are put in place too. */
struct expander *expander_new(struct exprs *exprs, const struct tensor_map *final);
/* Takes the definitions of this graph, in place of older ones of the same tensors. */
void expander_define(struct expander *expander, const struct graph *graph);
/* The expression with what is a part of it, or only a step on the way to it, in its place. */
const struct expr *expanded(struct expander *expander, const struct expr *expr);
/* The right side of what is put in place (see expander_keeps), or NULL. */
const struct expr *expander_definition(const struct expander *expander, const struct tensor *tensor);
/* Is the tensor one that would be put in place, but is too long to be read there? */
bool expander_keeps(const struct expander *expander, const struct tensor *tensor);

#endif
