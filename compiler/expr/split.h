/* Reductions out of expressions into equations of their own. */
#ifndef EXPR_SPLIT_H
#define EXPR_SPLIT_H

#include "expr/expr.h"

struct splitter;

/* New equations go to `graph`; equal reductions become one tensor. No tensor gets a name that one of `source`
 * has, which may be NULL. */
struct splitter *splitter_new(struct exprs *exprs, struct graph *graph, const struct graph *source);

/* Appends `equation` to the graph, after one equation for each reduction inside its right side. A chain of
 * reductions at the root stays. Otherwise a gradient would compute the same sum again inside another sum. */
void split_equation(struct splitter *splitter, struct equation equation);

/* A name that no tensor of the splitter has: "hidden.sum", "hidden.sum_2", … */
name_t splitter_name(struct splitter *splitter, name_t wanted);

#endif
