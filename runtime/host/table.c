/* Tables and IDX files into the parts of a data set. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/columns.h"
#include "host/csv.h"
#include "host/dataset.h"
#include "host/idx.h"
#include "host/number.h"

static void explain_slot(const struct mlp_section *section, struct mlp_slot slot)
{
	const struct mlp_port *port = section->parts[slot.part].port;
	const char *kind = port->classes > 0 ? "a class" : "a real number";
	if (port->elements == 1)
		mlp_help(section->reader->messages, "column %d is `%s`, %s", slot.column + 1, port->name,
		         kind);
	else if (port->rank == 1)
		mlp_help(section->reader->messages, "column %d is `%s[%d]`, %s", slot.column + 1, port->name,
		         slot.element, kind);
	else
		mlp_help(section->reader->messages, "column %d is element %d of `%s`, %s", slot.column + 1,
		         slot.element, port->name, kind);
}

static int refuse_number(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_slot slot,
                         const char *what)
{
	struct mlp_field field = csv->fields[slot.column];
	char quoted[MLP_QUOTED];
	const char *text = csv->text + field.start;
	size_t length = field.end - field.start;
	mlp_error_at(section->reader->messages, mlp_csv_place(csv, field.start, field.end), "%s %s",
	             mlp_quote(quoted, text, length), what);
	explain_slot(section, slot);
	if (memchr(text, ',', length))
		mlp_help(section->reader->messages, "the decimal sign is a point");
	return MLP_BAD_DATA;
}

static int read_field(struct mlp_section *section, struct mlp_csv *csv, struct mlp_slot slot)
{
	const struct mlp_reader *reader = section->reader;
	struct mlp_field field = csv->fields[slot.column];
	struct mlp_place place = mlp_csv_place(csv, field.start, field.end);
	double value;
	if (section->parts[slot.part].port->classes == 0 &&
	    mlp_parse_number(csv->text + field.start, field.end - field.start, reader->c_locale, &value)) {
		if (mlp_section_set_real(section, slot.part, slot.element, value))
			return MLP_WELL;
		return refuse_number(section, csv, slot, "is too large");
	}
	if (mlp_is_missing(csv, field)) {
		mlp_error_at(reader->messages, place, "the value is missing");
		explain_slot(section, slot);
		mlp_help(reader->messages,
		         "missing values are not supported: fill them in, or leave the line out");
		return MLP_BAD_DATA;
	}
	if (section->parts[slot.part].port->classes == 0)
		return refuse_number(section, csv, slot, "is no number");
	size_t length;
	const char *text = mlp_csv_text(csv, field, &length);
	if (!text)
		return mlp_no_memory(reader->messages);
	return mlp_section_set_label(section, slot.part, slot.element, text, length, place);
}

static int refuse_count(const struct mlp_csv *csv, int width, size_t width_line)
{
	struct mlp_field last = csv->fields[csv->count - 1];
	size_t at = csv->count > width ? csv->fields[width].start - csv->fields[width].quoted
	                               : last.end + last.quoted;
	size_t end = csv->count > width ? last.end + last.quoted : at + 1;
	mlp_error_at(csv->messages, mlp_csv_place(csv, at, end), "%d field%s, but line %zu has %d",
	             csv->count, csv->count == 1 ? "" : "s", width_line, width);
	return MLP_BAD_DATA;
}

static int read_rows(struct mlp_section *section, struct mlp_csv *csv, const struct mlp_slot *slots,
                     int width)
{
	size_t width_line = mlp_csv_line(csv);
	int status = MLP_WELL;
	enum mlp_row row;
	while ((row = mlp_csv_next(csv, &status)) == MLP_ROW) {
		if (csv->count != width)
			return refuse_count(csv, width, width_line);
		status = mlp_section_grow(section);
		for (int i = 0; status == MLP_WELL && i < section->elements; i++)
			status = read_field(section, csv, slots[i]);
		if (status != MLP_WELL)
			return status;
		section->rows++;
	}
	return row == MLP_END ? MLP_WELL : status;
}

int mlp_read_table(struct mlp_section *section, const char *file, const char *text, size_t length)
{
	const struct mlp_reader *reader = section->reader;
	struct mlp_slot *slots = calloc((size_t)section->elements + 1, sizeof *slots);
	if (!slots)
		return mlp_no_memory(reader->messages);
	struct mlp_csv csv;
	int status = mlp_csv_open(&csv, reader->messages, file, text, length, reader->options->separator,
	                          section->elements);
	if (status == MLP_WELL)
		status = mlp_find_columns(section, &csv, slots);
	if (status == MLP_WELL && csv.count > 0)
		status = read_rows(section, &csv, slots, csv.count);
	mlp_csv_close(&csv);
	free(slots);
	return status;
}

/* -- IDX ------------------------------------------------------------------------------------------ */

static int check_elements(const struct mlp_section *section, const struct mlp_idx *idx, const char *file)
{
	char shape[64] = "";
	size_t used = 0;
	if (idx->elements == (size_t)section->elements)
		return MLP_WELL;
	for (int i = 1; i < idx->rank && idx->rank > 2 && used + 16 < sizeof shape; i++)
		used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%zu%s", i > 1 ? " x " : " (",
		                         idx->shape[i], i + 1 == idx->rank ? ")" : "");
	mlp_error_in(section->reader->messages, file, "%zu value%s a row%s, but `%s` has %d", idx->elements,
	             idx->elements == 1 ? "" : "s", shape, section->parts[0].port->name, section->elements);
	return MLP_BAD_DATA;
}

static int read_idx_value(struct mlp_section *section, struct mlp_place place, int part, int element,
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

int mlp_read_idx(struct mlp_section *section, const char *file, const char *text, size_t length)
{
	struct mlp_idx idx;
	int status = mlp_idx_open(&idx, section->reader->messages, file, text, length);
	if (status == MLP_WELL)
		status = check_elements(section, &idx, file);
	size_t number = 0,
	       start = status == MLP_WELL ? (size_t)(idx.values - (const unsigned char *)text) : 0;
	for (size_t row = 0; status == MLP_WELL && row < idx.rows; row++) {
		status = mlp_section_grow(section);
		for (int part = 0; status == MLP_WELL && part < section->count; part++)
			for (int k = 0; status == MLP_WELL && k < section->parts[part].port->elements;
			     k++, number++) {
				struct mlp_place place = {.file = file, .start = start + number * idx.size};
				status = read_idx_value(section, place, part, k, mlp_idx_value(&idx, number));
			}
		section->rows += status == MLP_WELL;
	}
	return status;
}
