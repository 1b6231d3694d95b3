/* Parts of a step's loop nest, shared by its forms. */
#ifndef EMIT_NEST_H
#define EMIT_NEST_H

#include "emit/step.h"

/* --- loops.c ------------------------------------------------------------------------------------------ */

/* Before the outermost loop: several threads share its turns, if the plan says so. */
void share_turns(struct text *text, const struct scope *scope, const struct step *step);

/* --- reduction.c -------------------------------------------------------------------------------------- */

/* "for (int v = from; v < below; v++) {", or v += step */
void open_loop(struct text *text, const char *variable, const char *from, const char *below,
               const char *step);
void close_loop(struct text *text);
/* Where a part of the index ends that begins at `from`: "from + size", and where parts do not divide it, no further than
 * `extent` is. */
name_t end_of_part(struct text *text, struct scope *scope, const struct variable_name *index, const char *from,
                   const char *size, const char *extent, bool divides);
/* Of a prediction of few rows: is the loop over the extent one that Clang makes vectors of if it is not unrolled first
 * (MLP_ROLLED)? */
bool rolls_loop(const struct scope *scope, int64_t extent);
/* A name for an index: a letter stands alone, longer names of users do not. */
name_t index_name(struct scope *scope, const char *letters);

/* Names the variable of a reduction in the scope; returns its extent. */
const char *bind_variable(struct scope *scope, const struct chain *chain, int level);
/* Variables for what the body of a reduction uses twice. */
void declare_body(struct text *text, struct scope *scope, const struct expr *body);
/* Loops of reduction `level` and those inside; the value is in `into` (of the same operator) or in a new
 * variable, whose name is returned. */
name_t emit_reduction(struct text *text, struct scope *outer, const struct chain *chain, int level,
                      name_t into);

/* --- element.c ---------------------------------------------------------------------------------------- */

/* The reduction that is computed outside the loop over elements, and where its value is found there. */
struct ready {
	const struct tensor *tensor;  /* NULL: none */
	name_t value;
};

/* sums.c: the loops of several sums at once, in plain C */
void emit_sums(struct text *text, struct scope *scope, const struct step *step, const struct equation *equation);
/* tile.c: the loops of a sum of products in vector registers */
void emit_tile(struct text *text, struct scope *scope, const struct step *step, const struct equation *equation);

void emit_element(struct text *text, struct scope *scope, const struct step *step, const struct ready *ready);
/* The loop over a free variable, the last in memory, around it: by vectors where the target has them. */
void emit_elements(struct text *text, struct scope *scope, const struct step *step, const struct ready *ready,
                   int variable, const char *from, const char *below);

#endif
