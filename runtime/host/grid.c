/* Arrays of numbers into the parts of a data set. */
#include <math.h>
#include <stdio.h>

#include "host/intake.h"
#include "host/stored.h"

static int check_elements(const struct mlp_intake *intake)
{
	const struct mlp_section *section = intake->section;
	const struct mlp_grid *array = &intake->grid;
	char shape[64] = "";
	size_t used = 0;
	if (array->elements == (size_t)section->elements)
		return MLP_WELL;
	for (int i = 1; i < array->rank && array->rank > 2 && used + 16 < sizeof shape; i++)
		used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%zu%s", i > 1 ? " x " : " (",
		                         array->shape[i], i + 1 == array->rank ? ")" : "");
	mlp_error_in(section->reader->messages, intake->file, "%zu value%s a row%s, but `%s` has %d",
	             array->elements, array->elements == 1 ? "" : "s", shape, section->parts[0].port->name,
	             section->elements);
	return MLP_BAD_DATA;
}

int mlp_grid_open(struct mlp_intake *intake)
{
	const char *text = intake->bytes.text;
	size_t length = intake->bytes.length;
	int (*open)(struct mlp_grid *, const struct mlp_messages *, const char *, const char *, size_t) =
		mlp_is_idx(text, length) ? mlp_idx_open : mlp_numpy_open;
	int status = open(&intake->grid, intake->section->reader->messages, intake->file, text, length);
	return status == MLP_WELL ? check_elements(intake) : status;
}

static int read_missing(struct mlp_section *section, struct mlp_place place, int part, int element)
{
	if (mlp_section_set_missing(section, part, element))
		return MLP_WELL;
	mlp_error_at(section->reader->messages, place, "row %d has no number here: the value is missing",
	             section->rows + 1);
	return MLP_BAD_DATA;
}

static int read_value(struct mlp_section *section, struct mlp_place place, int part, int element,
                      double value)
{
	if (section->parts[part].port->classes == 0) {
		if (mlp_section_set_real(section, part, element, value))
			return MLP_WELL;
		mlp_error_at(section->reader->messages, place, "row %d has the value %g", section->rows + 1,
		             value);
		return MLP_BAD_DATA;
	}
	char text[32];
	int length = snprintf(text, sizeof text, "%.0f", value);
	if (value != floor(value) || fabs(value) >= 1e15) {
		mlp_error_at(section->reader->messages, place, "%g is no number of a class", value);
		return MLP_BAD_DATA;
	}
	return mlp_section_set_label(section, part, element, text, (size_t)length, place);
}

double mlp_grid_value(const struct mlp_grid *array, size_t number)
{
	const unsigned char *bytes = array->values + number * array->size;
	if (!array->dtype)
		return array->read(bytes);
	char little[8];
	for (size_t i = 0; i < array->size; i++)
		little[i] = (char)bytes[array->big_endian ? array->size - 1 - i : i];
	return array->dtype->value(little);
}

static int read_row(struct mlp_intake *intake)
{
	struct mlp_section *section = intake->section;
	const struct mlp_grid *array = &intake->grid;
	size_t number = intake->row * array->elements;
	int status = mlp_section_grow(section);
	for (int part = 0; status == MLP_WELL && part < section->count; part++)
		for (int k = 0; status == MLP_WELL && k < section->parts[part].port->elements; k++, number++) {
			struct mlp_place place = {.file = intake->file,
			                          .start = array->start + number * array->size};
			double value = mlp_grid_value(array, number);
			status = isnan(value) && array->may_be_missing
			                 ? read_missing(section, place, part, k)
			                 : read_value(section, place, part, k, value);
		}
	return status;
}

int mlp_grid_rows(struct mlp_intake *intake, int most)
{
	int status = MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < most && intake->row < intake->grid.rows; i++) {
		status = read_row(intake);
		intake->section->rows += status == MLP_WELL;
		intake->row++;
	}
	intake->ended = intake->row == intake->grid.rows;
	return status;
}
