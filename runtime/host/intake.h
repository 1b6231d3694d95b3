/* A file on its way into a section, whatever its format: some rows at a time. */
#ifndef MLP_HOST_INTAKE_H
#define MLP_HOST_INTAKE_H

#include "host/grid.h"
#include "host/csv.h"
#include "host/dataset.h"

struct mlp_intake {
	struct mlp_section *section;
	const char *file;
	struct mlp_stream stream;
	bool is_table, ended;
	struct mlp_csv csv;         /* of a table */
	size_t width_line;          /* of the row that tells its width */
	struct mlp_bytes bytes;     /* of an array */
	struct mlp_grid grid;
	size_t row;
};

/* All return a status, the message printed. Close in any case. */
int mlp_intake_open(struct mlp_intake *intake, struct mlp_section *section, const char *file);
/* Adds rows to the section, at most `most`; fewer only at the end. */
int mlp_intake_rows(struct mlp_intake *intake, int most);
void mlp_intake_close(struct mlp_intake *intake);

/* -- table.c, grid.c: the same for their formats --------------------------------------------------------- */

int mlp_table_rows(struct mlp_intake *intake, int most);
int mlp_grid_open(struct mlp_intake *intake);
int mlp_grid_rows(struct mlp_intake *intake, int most);

#endif
