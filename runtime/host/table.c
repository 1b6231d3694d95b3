/* Tables into the parts of a data set. */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>

#include "host/columns.h"
#include "host/intake.h"
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

static int refuse_missing(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_slot slot)
{
	const struct mlp_messages *messages = section->reader->messages;
	struct mlp_field field = csv->fields[slot.column];
	mlp_error_at(messages, mlp_csv_place(csv, field.start, field.end), "the value is missing");
	explain_slot(section, slot);
	if (section->targets_absent)
		mlp_help(messages, "the network was trained without `missing = mean`, which would fill it in");
	else
		mlp_help(messages, "`--missing=drop` leaves such rows out, `--missing=mean` fills them in");
	return MLP_BAD_DATA;
}

static int read_field(struct mlp_section *section, struct mlp_csv *csv, struct mlp_slot slot)
{
	const struct mlp_reader *reader = section->reader;
	struct mlp_field field = csv->fields[slot.column];
	const char *text = csv->text + field.start;
	bool is_real = section->parts[slot.part].port->classes == 0;
	double value;
	if (is_real && mlp_parse_number(text, field.end - field.start, reader->c_locale, &value)) {
		if (mlp_section_set_real(section, slot.part, slot.element, value))
			return MLP_WELL;
		return refuse_number(section, csv, slot, "is too large");
	}
	struct mlp_field inside = field;
	while (field.quoted && inside.start < inside.end && csv->text[inside.start] == ' ')
		inside.start++;
	while (field.quoted && inside.end > inside.start && csv->text[inside.end - 1] == ' ')
		inside.end--;
	if (mlp_is_missing(csv, inside)) {
		bool well = mlp_section_set_missing(section, slot.part, slot.element);
		return well ? MLP_WELL : refuse_missing(section, csv, slot);
	}
	if (is_real)
		return refuse_number(section, csv, slot, "is no number");
	size_t length;
	text = mlp_csv_text(csv, field, &length);
	if (!text)
		return mlp_no_memory(reader->messages);
	return mlp_section_set_label(section, slot.part, slot.element, text, length,
	                             mlp_csv_place(csv, field.start, field.end));
}

/* Has the row that was read last no line end behind it? */
static bool ends_file(const struct mlp_csv *csv)
{
	return csv->ended && csv->at >= csv->length && csv->length > 0 && csv->text[csv->length - 1] != '\n' &&
	       csv->text[csv->length - 1] != '\r';
}

int mlp_refuse_fields(const struct mlp_csv *csv, int width, size_t width_line)
{
	struct mlp_field last = csv->fields[csv->count - 1];
	size_t at = csv->count > width ? csv->fields[width].start - csv->fields[width].quoted
	                               : last.end + last.quoted;
	size_t end = csv->count > width ? last.end + last.quoted : at + 1;
	mlp_error_at(csv->messages, mlp_csv_place(csv, at, end), "%d field%s, but line %zu has %d",
	             csv->count, csv->count == 1 ? "" : "s", width_line, width);
	if (csv->count < width && ends_file(csv))
		mlp_help(csv->messages, "the file ends within this line: if it was cut short, copy it again");
	return MLP_BAD_DATA;
}

int mlp_table_rows(struct mlp_intake *intake, int most)
{
	struct mlp_section *section = intake->section;
	struct mlp_csv *csv = &intake->csv;
	int status = MLP_WELL, limit = section->rows > INT_MAX - most ? INT_MAX : section->rows + most;
	while (section->rows < limit) {
		enum mlp_row row = mlp_csv_next(csv, &status);
		intake->ended = row == MLP_END;
		if (row != MLP_ROW)
			return status;
		if (csv->count != section->width)
			return mlp_refuse_fields(csv, section->width, intake->width_line);
		status = mlp_section_grow(section);
		for (int i = 0; status == MLP_WELL && i < section->elements; i++)
			status = read_field(section, csv, section->slots[i]);
		if (status != MLP_WELL)
			return status;
		section->rows++;
	}
	return MLP_WELL;
}
