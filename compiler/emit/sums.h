/* Several sums at once in plain C: what the forms of their loops share. */
#ifndef EMIT_SUMS_H
#define EMIT_SUMS_H

#include "emit/nest.h"
#include "plan/product.h"

enum { SUMS = PLAN_BLOCK };

struct sums {
	struct text *text;
	struct scope *scope;
	const struct step *step;
	const struct tensor *left;
	const struct equation *equation;
	struct chain chain;
	struct loops loops;
	name_t names[SUMS];  /* arrays: rows or lanes */
	name_t blocks[SUMS]; /* index of each element of the block */
	name_t first_row;    /* of the outermost loop; NULL: 0 */
	int opened;          /* loops */
};

/* Opens the loop over a free variable. */
void sums_open_index(struct sums *sums, int variable, const char *step);
/* At the end of the index, the last one stands for those behind it. */
void sums_open_blocked(struct sums *sums);
/* All free variables but that of a row. */
void sums_open_outer(struct sums *sums);
void sums_close(struct sums *sums);

/* Arrays of `width` sums, one for each element of the block. */
void sums_declare(struct sums *sums, const char *base, const char *width);
/* sums[b][element] += body, for each element of the block */
void sums_accumulate(struct sums *sums, struct scope *scope, const char *element);

/* "const float *const sums[BLOCK] = {sum_0, …};": what each element of the block finds its sum in */
void sums_declare_block(struct sums *sums, const char *type, const char *around);
/* The loop over a block, if there is one; returns where its sum is. */
name_t sums_open_block(struct sums *sums, struct scope *scope, name_t lone);

/* sums_panel.c: "panel[i * WIDTH + j]", the copied factor's element of term i, at place j of the index that the panel
 * goes along. */
name_t sums_in_panel(const struct sums *sums, const struct scope *scope, const char *width);
/* All of them, from `start` of that index on, in the order in which they lie in memory; the scope knows the term. Unless
 * all places are `whole`, the index may end within them: then its last one stands for those behind it. */
void sums_fill_panel(struct sums *sums, const struct scope *scope, int variable, const char *start, const char *width,
                     bool whole);

/* sums_row.c, sums_turned.c, sums_lanes.c: all loops of the step */
void emit_sums_row(struct sums *sums);
void emit_sums_turned(struct sums *sums);
void emit_sums_lanes(struct sums *sums);

#endif
