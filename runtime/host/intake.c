/* A file → rows in a section: which format is it? */
#define _GNU_SOURCE
#include "host/intake.h"

#include <stdlib.h>

#include "host/columns.h"
#include "host/npy.h"

static int refuse_alone(const struct mlp_intake *intake)
{
	const struct mlp_messages *messages = intake->section->reader->messages;
	mlp_error_in(messages, intake->file, "%s holds the inputs alone",
	             mlp_is_idx(intake->bytes.text, intake->bytes.length) ? "an IDX file" : "a .npy file");
	mlp_help(messages, "give the targets with --labels FILE (--test-labels for the test data)");
	return MLP_BAD_DATA;
}

/* Does the section hold both inputs and targets? */
static bool holds_both(const struct mlp_section *section)
{
	const struct mlp_labels *targets = section->reader->labels + section->reader->network->input_count;
	return section->count > 0 && section->labels < targets && section->labels + section->count > targets;
}

static int open_table(struct mlp_intake *intake)
{
	struct mlp_section *section = intake->section;
	intake->is_table = true;
	int status = mlp_csv_open(&intake->csv, section->reader->messages, &intake->stream, intake->bytes,
	                          section->reader->options->separator, section->elements);
	intake->bytes = (struct mlp_bytes){0};
	if (status == MLP_WELL)
		status = mlp_find_columns(section, &intake->csv);
	intake->width_line = status == MLP_WELL ? mlp_csv_line(&intake->csv) : 0;
	return status;
}

int mlp_intake_open(struct mlp_intake *intake, struct mlp_section *section, const char *file)
{
	*intake = (struct mlp_intake){.section = section, .file = file};
	const struct mlp_messages *messages = section->reader->messages;
	int status = mlp_stream_open(&intake->stream, messages, file);
	if (status != MLP_WELL)
		return status;
	intake->bytes.text = malloc(MLP_CSV_WINDOW);
	if (!intake->bytes.text)
		return mlp_no_memory(messages);
	status = mlp_stream_read(&intake->stream, intake->bytes.text, MLP_CSV_WINDOW - 1, &intake->bytes.length);
	intake->bytes.text[intake->bytes.length] = '\0';
	if (status != MLP_WELL)
		return status;
	if (intake->bytes.length == 0) {
		mlp_error_in(messages, file, "the file is empty");
		return MLP_BAD_DATA;
	}
	bool is_array = mlp_is_idx(intake->bytes.text, intake->bytes.length) ||
	                mlp_is_npy(intake->bytes.text, intake->bytes.length);
	if (!is_array)
		return open_table(intake);
	if (holds_both(section))
		return refuse_alone(intake);
	status = mlp_stream_rest(&intake->stream, &intake->bytes);
	return status == MLP_WELL ? mlp_grid_open(intake) : status;
}

int mlp_intake_rows(struct mlp_intake *intake, int most)
{
	if (intake->ended)
		return MLP_WELL;
	return intake->is_table ? mlp_table_rows(intake, most) : mlp_grid_rows(intake, most);
}

void mlp_intake_close(struct mlp_intake *intake)
{
	if (intake->is_table)
		mlp_csv_close(&intake->csv);
	free(intake->bytes.text);
	intake->bytes = (struct mlp_bytes){0};
	mlp_stream_close(&intake->stream);
}
