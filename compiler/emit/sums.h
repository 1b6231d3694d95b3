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

/* sums_turned.c: "panel[i * 32 + j] = x[n + j][i];" for all i and j. The batch may end before the 32 rows do,
 * unless they are `whole`; then its last row stands for those behind it. */
void sums_fill_panel(struct sums *sums, const struct expr *rows, const char *width, name_t element,
                     bool whole);

/* sums_row.c, sums_turned.c, sums_lanes.c: all loops of the step */
void emit_sums_row(struct sums *sums);
void emit_sums_turned(struct sums *sums);
void emit_sums_lanes(struct sums *sums);

#endif
