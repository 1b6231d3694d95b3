/* Files → rows of data in memory, which are handed out. */
#define _GNU_SOURCE
#include "host/dataset.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "host/intake.h"

const struct mlp_port *mlp_port_of(const struct mlp_network *network, int part)
{
	int inputs = network->input_count;
	return part < inputs ? &network->inputs[part] : &network->targets[part - inputs];
}

int mlp_reader_open(struct mlp_reader *reader, const struct mlp_messages *messages,
                    const struct mlp_network *network, const struct mlp_options *options)
{
	int count = network->input_count + network->target_count;
	*reader = (struct mlp_reader){.messages = messages, .network = network, .options = options};
	reader->labels = calloc((size_t)count + 1, sizeof *reader->labels);
	reader->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!reader->labels || !reader->c_locale)
		return mlp_no_memory(messages);
	for (int i = 0; i < count; i++)
		reader->labels[i].classes = mlp_port_of(network, i)->classes;
	return MLP_WELL;
}

void mlp_reader_close(struct mlp_reader *reader)
{
	int count = reader->network->input_count + reader->network->target_count;
	for (int i = 0; reader->labels && i < count; i++) {
		mlp_labels_free(&reader->labels[i]);
		free(reader->labels[i].fill);
	}
	free(reader->labels);
	if (reader->c_locale)
		freelocale(reader->c_locale);
	*reader = (struct mlp_reader){0};
}

bool mlp_dataset_open(struct mlp_dataset *dataset, const struct mlp_network *network)
{
	int count = network->input_count + network->target_count;
	*dataset = (struct mlp_dataset){.input_count = network->input_count,
	                                .target_count = network->target_count};
	dataset->parts = calloc((size_t)count + 1, sizeof *dataset->parts);
	for (int i = 0; dataset->parts && i < count; i++) {
		const struct mlp_port *port = mlp_port_of(network, i);
		size_t size = port->classes > 0 ? sizeof(int32_t) : (size_t)network->real_size;
		dataset->parts[i] =
			(struct mlp_part){.port = port, .row_size = (size_t)port->elements * size};
	}
	return dataset->parts;
}

void mlp_dataset_free(struct mlp_dataset *dataset)
{
	for (int i = 0; dataset->parts && i < dataset->input_count + dataset->target_count; i++)
		free(dataset->parts[i].values);
	free(dataset->parts);
	*dataset = (struct mlp_dataset){0};
}

const void *mlp_dataset_at(const struct mlp_dataset *dataset, int part, int row)
{
	return dataset->parts[part].values + (size_t)row * dataset->parts[part].row_size;
}

double mlp_part_real(const struct mlp_part *part, int real_size, size_t number)
{
	if (real_size == (int)sizeof(float))
		return (double)((const float *)(const void *)part->values)[number];
	return ((const double *)(const void *)part->values)[number];
}

int32_t mlp_part_class(const struct mlp_part *part, size_t number)
{
	return ((const int32_t *)(const void *)part->values)[number];
}

int mlp_dataset_take(const struct mlp_messages *messages, const struct mlp_dataset *dataset, const int *rows,
                     int count, struct mlp_dataset *taken)
{
	int part_count = dataset->input_count + dataset->target_count;
	*taken = *dataset;
	taken->rows = count;
	taken->parts = calloc((size_t)part_count + 1, sizeof *taken->parts);
	if (!taken->parts)
		return mlp_no_memory(messages);
	for (int i = 0; i < part_count; i++) {
		struct mlp_part *part = &taken->parts[i];
		*part = dataset->parts[i];
		part->values = malloc((size_t)count * part->row_size + 1);
		if (!part->values)
			return mlp_no_memory(messages);
		for (int row = 0; row < count; row++)
			memcpy(part->values + (size_t)row * part->row_size,
			       mlp_dataset_at(dataset, i, rows[row]), part->row_size);
	}
	return MLP_WELL;
}

/* -- Files ----------------------------------------------------------------------------------------- */

static int read_file(struct mlp_section *section, const char *file)
{
	struct mlp_intake intake;
	int before = section->rows, status = mlp_intake_open(&intake, section, file);
	if (status == MLP_WELL)
		status = mlp_intake_rows(&intake, INT_MAX);
	mlp_intake_close(&intake);
	if (status == MLP_WELL && section->rows == before) {
		mlp_error_in(section->reader->messages, file, "no rows of data");
		status = MLP_BAD_DATA;
	}
	return status;
}

/* Fills parts first … first+count-1. */
static int read_parts(const struct mlp_reader *reader, const char *file, const struct mlp_more_files *more,
                      struct mlp_dataset *dataset, int first, int count, struct mlp_section *section)
{
	*section = mlp_section_open(reader, dataset, first, count);
	int status = read_file(section, file);
	for (int i = 0; status == MLP_WELL && more && i < more->count; i++)
		status = read_file(section, more->names[i]);
	if (status == MLP_WELL)
		status = mlp_section_settle(section);
	mlp_section_close(section);
	return status;
}

/* Leaves out rows with missing values, and says how many they were. */
static int leave_out(const struct mlp_reader *reader, const char *file, int holes,
                     struct mlp_dataset *dataset)
{
	int left_out = holes > 0 ? mlp_drop_holes(reader, dataset, mlp_missing_of(reader)) : 0;
	if (dataset->rows == 0) {
		mlp_error_in(reader->messages, file, "each row has a missing value: none is left");
		mlp_help(reader->messages, "`--missing=mean` fills in what inputs lack, but not the targets");
		return MLP_BAD_DATA;
	}
	if (left_out > 0 && !reader->options->quiet)
		mlp_note(reader->messages, "`%s`: %d row%s with missing values %s left out", file, left_out,
		         left_out == 1 ? "" : "s", left_out == 1 ? "is" : "are");
	return MLP_WELL;
}

int mlp_read_source(const struct mlp_reader *reader, const struct mlp_source *source,
                    struct mlp_dataset *dataset)
{
	if (!mlp_dataset_open(dataset, reader->network))
		return mlp_no_memory(reader->messages);
	int inputs = dataset->input_count, targets = dataset->target_count;
	struct mlp_section data, labels = {0};
	int status = read_parts(reader, source->data, source->more_data, dataset, 0,
	                        source->labels ? inputs : inputs + targets, &data);
	dataset->rows = data.rows;
	if (status == MLP_WELL && source->labels)
		status = read_parts(reader, source->labels, source->more_labels, dataset, inputs, targets,
		                    &labels);
	if (status == MLP_WELL && source->labels && labels.rows != data.rows) {
		mlp_error_in(reader->messages, source->labels, "%d rows, but `%s` has %d", labels.rows,
		             source->data, data.rows);
		status = MLP_BAD_DATA;
	}
	return status == MLP_WELL ? leave_out(reader, source->data, data.holes + labels.holes, dataset) : status;
}

int mlp_read_dataset(const struct mlp_reader *reader, const char *data_file, const char *labels_file,
                     struct mlp_dataset *dataset)
{
	const struct mlp_source source = {.data = data_file, .labels = labels_file};
	return mlp_read_source(reader, &source, dataset);
}
