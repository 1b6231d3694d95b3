/* The inputs of files, some rows at a time; tables are read in a stream. */
#ifndef MLP_HOST_ROWS_H
#define MLP_HOST_ROWS_H

#include "host/dataset.h"

struct mlp_intake;

struct mlp_rows {
	const struct mlp_reader *reader;
	const char *file;           /* that is read; NULL: none is open */
	int files;                  /* of options->more_data that were begun */
	bool some;                  /* the file has had rows */
	struct mlp_intake *intake;
	struct mlp_section section;
	struct mlp_dataset shown;   /* the rows handed out */
};

/* `file`, then the files of options->more_data. Returns a status, the message printed; close in any case. */
int mlp_rows_open(struct mlp_rows *rows, const struct mlp_reader *reader, const char *file);

/* The next rows, at most `most`, none after the last. They live until the next call. Returns a status, the
 * message printed. */
int mlp_rows_next(struct mlp_rows *rows, int most, const struct mlp_dataset **next);
void mlp_rows_close(struct mlp_rows *rows);

#endif
