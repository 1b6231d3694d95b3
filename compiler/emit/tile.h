/* Sums of products in vector registers: what rows.c and lanes.c share. */
#ifndef EMIT_TILE_H
#define EMIT_TILE_H

#include "emit/nest.h"
#include "plan/product.h"

struct tiling {
	struct text *text;
	struct scope *scope;
	const struct step *step;
	const struct equation *equation;
	struct chain chain;
	struct product product;
	struct loops loops;
	struct names *names;
	char type;                                              /* f or d */
	name_t from, start, end; /* of the tile along the vector; the last one may start before `from`: loops.overlaps */
	int opened;
};

/* Does the read move along the index? */
bool tile_uses(const struct tiling *t, const struct expr *read, int variable);
/* To the next element? */
bool tile_walks(const struct tiling *t, const struct expr *read, int variable);
void tile_bind(struct tiling *t);
/* "for (int index = 0; index < extent; index += step) {", the outermost shared by threads */
void tile_open(struct tiling *t, const char *index, const char *extent, const char *step);
/* Inside a loop over a tile: o + r, and at the end the last one again. No variable is none. */
void tile_bind_block(struct tiling *t, struct scope *scope, int variable, int count, const char *index);
/* The loop over what is there of a block; returns the place in it. */
name_t tile_open_here(struct tiling *t, struct scope *scope, int variable, const char *constant);
/* Loops over the reductions, but not that of variable `but`; returns how many. */
int tile_open_reductions(struct tiling *t, const struct scope *scope, int but);
/* The width of the panels that a factor is cut into along the index of the sum; 0: none is. */
int tile_panel_along(const struct tiling *t, int variable);
/* The loop over such panels, and that over one of them, up to `extent`, in which the variable is a position; they
 * return 1. */
int tile_open_panels(struct tiling *t, struct scope *scope, int variable, int width);
int tile_open_panel(struct tiling *t, struct scope *scope, int variable, const char *extent);
/* The elements of a group, whose sums stand in values[place in a block of the variable][place in the group]. */
void tile_store_group(struct tiling *t, int variable, const char *constant, const char *values);
/* A loop over a tile, whose sums stay in registers only where it has no branches. */
void tile_unrolled(struct tiling *t, const char *index, const char *below);
void tile_close(struct tiling *t);

/* "sum = sum + a * b", rounded once unless in strict builds */
void tile_add_product(struct tiling *t, const char *sum, const char *a, const char *b);

/* --- rows.c: rows of sums, whose vector is an index of the left side ----------------------------------- */

void emit_rows(struct tiling *t);
/* Where threads have a panel each: which is this one's. */
void tile_own_panel(struct tiling *t);
/* The sums of a tile, all 0; */
void tile_declare_sums(struct tiling *t);
/* sum[r][v] += number r * row[v], in each turn of the reduction; */
void tile_add_rows(struct tiling *t, struct scope *scope, const struct expr *vectors, const struct expr *numbers);
/* and stored from sums[FIRST + r][0] on. */
void tile_store_sums(struct tiling *t, const char *first);

/* turned.c: the vector is an index of rows that are copied column by column */
void emit_turned(struct tiling *t);
/* lanes.c: interleaved sums, whose vector is an index of the sum */
void emit_lanes(struct tiling *t);

#endif
