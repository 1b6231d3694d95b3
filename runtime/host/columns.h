/* Which column of a table holds which element of which port. */
#ifndef MLP_HOST_COLUMNS_H
#define MLP_HOST_COLUMNS_H

#include "host/csv.h"
#include "host/dataset.h"

struct mlp_slot {
	int part, element;   /* of the section; the element in row-major order */
	int column;          /* from 0 */
};

/* Reads the first row, decides whether it is a header, and leaves the cursor before the first row of
 * data. `slots` has section->elements entries, in the order of the parts. Returns a status. */
int mlp_find_columns(struct mlp_section *section, struct mlp_csv *csv, struct mlp_slot *slots);

/* An empty field, `?` or NA. */
bool mlp_is_missing(const struct mlp_csv *csv, struct mlp_field field);

#endif
