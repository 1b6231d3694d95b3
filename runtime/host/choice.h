/* Columns for the elements of a section, as options and the model's data block name them. For columns.c and
 * what is beside it. */
#ifndef MLP_HOST_CHOICE_H
#define MLP_HOST_CHOICE_H

#include "host/columns.h"

/* The choice of columns, on its way. */
struct mlp_choice {
	struct mlp_section *section;
	struct mlp_csv *csv;
	int *columns;          /* of each element, -1: open */
	bool *taken;           /* of each column: read, or ignored */
	bool by_name;
};

/* -- choice.c ---------------------------------------------------------------------------------------- */

bool mlp_is_target(const struct mlp_section *section, int part);
/* The column of that name in the first row, or -1. */
int mlp_choice_find(struct mlp_choice *choice, const char *text, size_t length);
/* "7" or "2-8", from 1. False: neither. */
bool mlp_parse_range(const char *text, size_t length, long *first, long *last);
/* What the block has for a part, or NULL. */
const struct mlp_columns *mlp_mapping_of(const struct mlp_section *section, int part);
/* Which column `number` of the table is, or the one with that name, or the last; -1: there is none. */
int mlp_block_column(struct mlp_choice *choice, const struct mlp_column *column, int number);

/* Columns of the inputs, or of the targets, by an option or by the block; what neither names stays open.
 * Returns a status, the message printed. */
int mlp_choose_named(struct mlp_choice *choice, bool targets);
/* Takes the columns that the block ignores. Returns a status, the message printed. */
int mlp_choose_ignored(struct mlp_choice *choice);

/* -- columns.c ---------------------------------------------------------------------------------------- */

int mlp_choice_open(const struct mlp_choice *choice);   /* elements without a column */
int mlp_choice_left(const struct mlp_choice *choice);   /* columns that are not taken */
void mlp_choice_take_chosen(struct mlp_choice *choice);
/* The columns left, in order, for the elements still open. */
void mlp_choice_take_rest(struct mlp_choice *choice);
int mlp_refuse_width(const struct mlp_choice *choice);

/* -- choice_inputs.c: a prediction, which reads no targets ---------------------------------------------- */

/* Returns a status, the message printed. */
int mlp_choose_inputs(struct mlp_choice *choice);

#endif
