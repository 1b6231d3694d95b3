/* Missing values: rows that are left out, or holes that are filled from the rows that are trained. */
#include "mlp_arithmetic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/dataset.h"

enum mlp_missing mlp_missing_of(const struct mlp_reader *reader)
{
	if (reader->options->missing != MLP_MISSING_DEFAULT)
		return reader->options->missing;
	for (int i = 0; i < reader->network->input_count; i++)
		if (reader->labels[i].fill)
			return MLP_MISSING_MEAN;
	enum mlp_missing missing = reader->network->data.missing;
	return missing == MLP_MISSING_DEFAULT ? MLP_MISSING_DROP : missing;
}

static bool is_hole(const struct mlp_part *part, int real_size, size_t number)
{
	if (part->port->classes > 0)
		return mlp_part_class(part, number) < 0;
	return !isfinite(mlp_part_real(part, real_size, number));
}

static bool has_hole(const struct mlp_part *part, int real_size, int row)
{
	size_t elements = (size_t)part->port->elements;
	for (size_t k = 0; part->values && k < elements; k++)
		if (is_hole(part, real_size, (size_t)row * elements + k))
			return true;
	return false;
}

int mlp_drop_holes(const struct mlp_reader *reader, struct mlp_dataset *dataset, enum mlp_missing missing)
{
	int size = reader->network->real_size, kept = 0, rows = dataset->rows;
	int first = missing == MLP_MISSING_DROP ? 0 : dataset->input_count;
	int count = dataset->input_count + dataset->target_count;
	for (int row = 0; row < rows; row++) {
		bool drop = false;
		for (int i = first; i < count && !drop; i++)
			drop = has_hole(&dataset->parts[i], size, row);
		for (int i = 0; i < count && !drop && kept < row; i++)
			if (dataset->parts[i].values)
				memcpy(dataset->parts[i].values + (size_t)kept * dataset->parts[i].row_size,
				       mlp_dataset_at(dataset, i, row), dataset->parts[i].row_size);
		kept += !drop;
	}
	dataset->rows = kept;
	return rows - kept;
}

static int nothing_known(const struct mlp_reader *reader, const struct mlp_port *port, int element)
{
	char place[32] = "";
	if (port->elements > 1)
		snprintf(place, sizeof place, "[%d]", element);
	mlp_error(reader->messages, "`%s%s` has no value in the rows that are trained", port->name, place);
	mlp_help(reader->messages, "leave it out of the model, or the rows: `--missing=drop`");
	return MLP_BAD_DATA;
}

/* The mean of the values of an element; false: there is none. */
static bool mean_of(const struct mlp_part *part, int real_size, int rows, int element, double *mean)
{
	double sum = 0;
	int count = 0;
	for (int row = 0; row < rows; row++) {
		size_t number = (size_t)row * (size_t)part->port->elements + (size_t)element;
		if (is_hole(part, real_size, number))
			continue;
		sum += mlp_part_real(part, real_size, number);
		count++;
	}
	*mean = count > 0 ? sum / count : 0;
	return count > 0;
}

/* The most frequent class of an element, of several the first. `counts` has room for all. */
static bool mode_of(const struct mlp_part *part, int rows, int element, int *counts, double *mode)
{
	int32_t best = 0;
	memset(counts, 0, (size_t)part->port->classes * sizeof *counts);
	for (int row = 0; row < rows; row++) {
		size_t number = (size_t)row * (size_t)part->port->elements + (size_t)element;
		int32_t found = mlp_part_class(part, number);
		if (found >= 0)
			counts[found]++;
	}
	for (int32_t k = 1; k < part->port->classes; k++)
		best = counts[k] > counts[best] ? k : best;
	*mode = best;
	return counts[best] > 0;
}

static int learn_part(const struct mlp_reader *reader, const struct mlp_dataset *training, int number)
{
	const struct mlp_part *part = &training->parts[number];
	const struct mlp_port *port = part->port;
	double *fill = malloc((size_t)port->elements * sizeof *fill);
	int *counts = malloc(((size_t)port->classes + 1) * sizeof *counts);
	int status = fill && counts ? MLP_WELL : mlp_no_memory(reader->messages);
	for (int k = 0; status == MLP_WELL && k < port->elements; k++) {
		bool known = port->classes > 0
		                     ? mode_of(part, training->rows, k, counts, &fill[k])
		                     : mean_of(part, reader->network->real_size, training->rows, k, &fill[k]);
		if (!known)
			status = nothing_known(reader, port, k);
	}
	free(counts);
	if (status != MLP_WELL)
		free(fill);
	else
		reader->labels[number].fill = fill;
	return status;
}

int mlp_learn_fill(const struct mlp_reader *reader, const struct mlp_dataset *training)
{
	int status = MLP_WELL;
	if (mlp_missing_of(reader) != MLP_MISSING_MEAN)
		return MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < training->input_count; i++)
		if (!reader->labels[i].fill)
			status = learn_part(reader, training, i);
	return status;
}

void mlp_forget_fill(const struct mlp_reader *reader)
{
	for (int i = 0; i < reader->network->input_count; i++) {
		free(reader->labels[i].fill);
		reader->labels[i].fill = NULL;
	}
}

void mlp_fill_holes(const struct mlp_reader *reader, struct mlp_dataset *dataset)
{
	int size = reader->network->real_size;
	for (int i = 0; dataset->rows > 0 && i < dataset->input_count; i++) {
		struct mlp_part *part = &dataset->parts[i];
		const double *fill = reader->labels[i].fill;
		size_t elements = (size_t)part->port->elements;
		for (size_t k = 0; fill && k < (size_t)dataset->rows * elements; k++) {
			if (!is_hole(part, size, k))
				continue;
			if (part->port->classes > 0)
				((int32_t *)(void *)part->values)[k] = (int32_t)fill[k % elements];
			else if (size == (int)sizeof(float))
				((float *)(void *)part->values)[k] = (float)fill[k % elements];
			else
				((double *)(void *)part->values)[k] = fill[k % elements];
		}
	}
}
