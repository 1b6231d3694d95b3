/* Rows of inputs, handed out as they are read. */
#include "host/rows.h"

#include <stdlib.h>

#include "host/intake.h"

static int begin_file(struct mlp_rows *rows, const char *file)
{
	rows->file = file;
	rows->some = false;
	return mlp_intake_open(rows->intake, &rows->section, file);
}

int mlp_rows_open(struct mlp_rows *rows, const struct mlp_reader *reader, const char *file)
{
	*rows = (struct mlp_rows){.reader = reader, .intake = calloc(1, sizeof *rows->intake)};
	if (!rows->intake || !mlp_dataset_open(&rows->shown, reader->network))
		return mlp_no_memory(reader->messages);
	rows->section = mlp_section_open(reader, &rows->shown, 0, rows->shown.input_count);
	rows->section.targets_absent = true;
	return begin_file(rows, file);
}

/* At the end of a file: the next one, or none. */
static int end_file(struct mlp_rows *rows)
{
	const struct mlp_more_files *more = &rows->reader->options->more_data;
	mlp_intake_close(rows->intake);
	if (!rows->some) {
		mlp_error_in(rows->reader->messages, rows->file, "no rows of data");
		return MLP_BAD_DATA;
	}
	rows->file = NULL;
	return rows->files < more->count ? begin_file(rows, more->names[rows->files++]) : MLP_WELL;
}

int mlp_rows_next(struct mlp_rows *rows, int most, const struct mlp_dataset **next)
{
	int status = MLP_WELL;
	rows->section.rows = 0;
	while (status == MLP_WELL && rows->file && rows->section.rows == 0) {
		status = mlp_intake_rows(rows->intake, most);
		rows->some |= rows->section.rows > 0;
		if (status == MLP_WELL && rows->section.rows == 0)
			status = end_file(rows);
	}
	rows->shown.rows = rows->section.rows;
	*next = &rows->shown;
	return status;
}

void mlp_rows_close(struct mlp_rows *rows)
{
	if (rows->intake)
		mlp_intake_close(rows->intake);
	free(rows->intake);
	if (rows->reader)
		mlp_section_close(&rows->section);
	mlp_dataset_free(&rows->shown);
	*rows = (struct mlp_rows){0};
}
