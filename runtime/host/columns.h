/* Which column of a table holds which element of which port. */
#ifndef MLP_HOST_COLUMNS_H
#define MLP_HOST_COLUMNS_H

#include "host/csv.h"
#include "host/dataset.h"

enum { MLP_COLUMN_NAMES = 160 };

/* Reads the first row, decides whether it is a header, and leaves the cursor before the first row of data.
 * Makes section->slots, in the order of the parts; a later table must have the same columns. Returns a
 * status. */
int mlp_find_columns(struct mlp_section *section, struct mlp_csv *csv);

/* The row read has not `width` fields as the one in line `width_line`: the message. Returns a status. table.c */
int mlp_refuse_fields(const struct mlp_csv *csv, int width, size_t width_line);

/* An empty field, ?, NA, N/A, NaN or null. */
bool mlp_is_missing(const struct mlp_csv *csv, struct mlp_field field);

/* "a, b, c …" if the row read looks like a header, else NULL. */
const char *mlp_column_names(const struct mlp_section *section, const struct mlp_csv *csv,
                             char buffer[MLP_COLUMN_NAMES]);

/* -- header.c -------------------------------------------------------------------------------------- */

/* Neither a number nor missing. */
bool mlp_is_name(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_field field);

/* If the row read is a title, such as `150,4,setosa,versicolor,virginica`, takes its names of classes and
 * reads the row after it, else leaves all as it is. A title has the number of rows, that of columns before
 * the last, and names. `start` is where the cursor was before it. Returns a status. */
int mlp_skip_title(struct mlp_section *section, struct mlp_csv *csv, size_t start);

#endif
