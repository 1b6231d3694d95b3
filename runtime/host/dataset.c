/* Files → rows of data in memory: arrays that grow, labels that settle, rows that are handed out. */
#define _GNU_SOURCE
#include "host/dataset.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "host/idx.h"

enum { FIRST_ROOM = 256 };

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
	for (int i = 0; reader->labels && i < count; i++)
		mlp_labels_free(&reader->labels[i]);
	free(reader->labels);
	if (reader->c_locale)
		freelocale(reader->c_locale);
	*reader = (struct mlp_reader){0};
}

static bool make_parts(struct mlp_dataset *dataset, const struct mlp_network *network)
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

int mlp_section_grow(struct mlp_section *section)
{
	if (section->rows < section->room)
		return MLP_WELL;
	if (section->room > INT_MAX / 2) {
		mlp_error(section->reader->messages, "more than %d rows of data", section->room);
		return MLP_BAD_DATA;
	}
	int room = section->room ? section->room * 2 : FIRST_ROOM;
	for (int i = 0; i < section->count; i++) {
		struct mlp_part *part = &section->parts[i];
		size_t size;
		char *values = __builtin_mul_overflow((size_t)room, part->row_size, &size)
		                       ? NULL
		                       : realloc(part->values, size);
		if (!values)
			return mlp_no_memory(section->reader->messages);
		part->values = values;
	}
	section->room = room;
	return MLP_WELL;
}

bool mlp_section_set_real(struct mlp_section *section, int part, int element, double value)
{
	const struct mlp_part *into = &section->parts[part];
	size_t number = (size_t)section->rows * (size_t)into->port->elements + (size_t)element;
	if (section->reader->network->real_size == (int)sizeof(float)) {
		float rounded = fabs(value) > (double)FLT_MAX ? INFINITY : (float)value;
		((float *)(void *)into->values)[number] = rounded;
		return isfinite(rounded);
	}
	((double *)(void *)into->values)[number] = value;
	return isfinite(value);
}

static void explain_label(const struct mlp_section *section, int part, const char *text, size_t length,
                          struct mlp_place place, enum mlp_label_problem problem)
{
	const struct mlp_messages *messages = section->reader->messages;
	const struct mlp_labels *labels = &section->labels[part];
	const char *name = section->parts[part].port->name;
	char quoted[MLP_QUOTED], list[MLP_LABEL_LIST];
	mlp_quote(quoted, text, length);
	if (problem == MLP_LABEL_NOT_TEXT) {
		mlp_error_at(messages, place, "this name of a class is not printable UTF-8 text");
	} else if (problem == MLP_LABEL_TOO_MANY) {
		mlp_error_at(messages, place, "%s is one class too many for `%s`, which has %d", quoted, name,
		             (int)labels->classes);
		mlp_help(messages, "the classes before it: %s", mlp_labels_list(labels, list));
	} else if (labels->as_numbers) {
		mlp_error_at(messages, place, "%s is no class of `%s`, which are 0 to %d", quoted, name,
		             (int)labels->classes - 1);
	} else {
		mlp_error_at(messages, place, "%s is no class of `%s`", quoted, name);
		mlp_help(messages, "the classes: %s", mlp_labels_list(labels, list));
	}
}

int mlp_section_set_label(struct mlp_section *section, int part, int element, const char *text, size_t length,
                          struct mlp_place place)
{
	const struct mlp_part *into = &section->parts[part];
	size_t number = (size_t)section->rows * (size_t)into->port->elements + (size_t)element;
	enum mlp_label_problem problem =
		mlp_labels_number(&section->labels[part], text, length, section->reader->c_locale,
	                          &((int32_t *)(void *)into->values)[number]);
	if (problem == MLP_LABEL_WELL)
		return MLP_WELL;
	if (problem == MLP_LABEL_NO_MEMORY)
		return mlp_no_memory(section->reader->messages);
	explain_label(section, part, text, length, place, problem);
	return MLP_BAD_DATA;
}

/* Final class numbers for the provisional ones. */
static int settle(struct mlp_section *section)
{
	for (int i = 0; i < section->count; i++) {
		struct mlp_labels *labels = &section->labels[i];
		if (labels->classes == 0 || labels->settled)
			continue;
		int32_t *final = malloc(((size_t)labels->count + 1) * sizeof *final);
		if (!final || !mlp_labels_settle(labels, section->reader->c_locale, final)) {
			free(final);
			return mlp_no_memory(section->reader->messages);
		}
		int32_t *values = (void *)section->parts[i].values;
		size_t count = (size_t)section->rows * (size_t)section->parts[i].port->elements;
		for (size_t k = 0; k < count; k++)
			values[k] = final[values[k]];
		free(final);
	}
	return MLP_WELL;
}

/* Fills parts first … first+count-1 from a file. */
static int read_section(const struct mlp_reader *reader, const char *file, struct mlp_dataset *dataset,
                        int first, int count, int *rows)
{
	struct mlp_section section = {.reader = reader, .parts = dataset->parts + first,
	                              .labels = reader->labels + first, .count = count};
	for (int i = 0; i < count; i++)
		section.elements += section.parts[i].port->elements;
	struct mlp_bytes bytes;
	int status = mlp_read_file(reader->messages, file, &bytes);
	if (status != MLP_WELL)
		return status;
	bool is_idx = mlp_is_idx(bytes.text, bytes.length);
	bool both = first == 0 && count > dataset->input_count;
	if (bytes.length == 0) {
		mlp_error_in(reader->messages, file, "the file is empty");
		status = MLP_BAD_DATA;
	} else if (is_idx && both) {
		mlp_error_in(reader->messages, file, "an IDX file holds the inputs alone");
		mlp_help(reader->messages,
		         "give the targets with --labels FILE (--test-labels for the test data)");
		status = MLP_BAD_DATA;
	} else if (is_idx) {
		status = mlp_read_idx(&section, file, bytes.text, bytes.length);
	} else {
		status = mlp_read_table(&section, file, bytes.text, bytes.length);
	}
	free(bytes.text);
	if (status == MLP_WELL && section.rows == 0) {
		mlp_error_in(reader->messages, file, "no rows of data");
		status = MLP_BAD_DATA;
	}
	*rows = section.rows;
	return status == MLP_WELL ? settle(&section) : status;
}

int mlp_read_dataset(const struct mlp_reader *reader, const char *data_file, const char *labels_file,
                     struct mlp_dataset *dataset)
{
	if (!make_parts(dataset, reader->network))
		return mlp_no_memory(reader->messages);
	int inputs = dataset->input_count, targets = dataset->target_count;
	if (!labels_file)
		return read_section(reader, data_file, dataset, 0, inputs + targets, &dataset->rows);
	int label_rows = 0;
	int status = read_section(reader, data_file, dataset, 0, inputs, &dataset->rows);
	if (status == MLP_WELL)
		status = read_section(reader, labels_file, dataset, inputs, targets, &label_rows);
	if (status == MLP_WELL && label_rows != dataset->rows) {
		mlp_error_in(reader->messages, labels_file, "%d rows, but `%s` has %d", label_rows, data_file,
		             dataset->rows);
		status = MLP_BAD_DATA;
	}
	return status;
}
