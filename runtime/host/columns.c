/* The first row of a table → a column for every element of every port, and where the data begin. */
#include "host/choice.h"

#include <stdlib.h>
#include <string.h>

int mlp_choice_open(const struct mlp_choice *choice)
{
	int open = 0;
	for (int i = 0; i < choice->section->elements; i++)
		open += choice->columns[i] < 0;
	return open;
}

int mlp_choice_left(const struct mlp_choice *choice)
{
	int count = 0;
	for (int i = 0; i < choice->csv->count; i++)
		count += !choice->taken[i];
	return count;
}

void mlp_choice_take_chosen(struct mlp_choice *choice)
{
	for (int i = 0; i < choice->section->elements; i++)
		if (choice->columns[i] >= 0)
			choice->taken[choice->columns[i]] = true;
}

void mlp_choice_take_rest(struct mlp_choice *choice)
{
	int column = 0;
	for (int i = 0; i < choice->section->elements; i++) {
		if (choice->columns[i] >= 0)
			continue;
		while (choice->taken[column])
			column++;
		choice->columns[i] = column++;
	}
}

int mlp_refuse_width(const struct mlp_choice *choice)
{
	const struct mlp_section *section = choice->section;
	const struct mlp_csv *csv = choice->csv;
	const struct mlp_messages *messages = section->reader->messages;
	char names[MLP_COLUMN_NAMES];
	int inputs = 0, targets = 0;
	for (int i = 0; i < section->count; i++)
		*(mlp_is_target(section, i) ? &targets : &inputs) += section->parts[i].port->elements;
	struct mlp_place place = mlp_csv_place(csv, csv->row_start, csv->row_start + 1);
	if (csv->count == inputs + targets)
		mlp_error_at(messages, place, "%d columns are left over, but `%s` needs %d more", mlp_choice_left(choice),
		             section->reader->network->name, mlp_choice_open(choice));
	else
		mlp_error_at(messages, place, "%d columns, but `%s` needs %d: %d for inputs, %d for targets",
		             csv->count, section->reader->network->name, inputs + targets, inputs, targets);
	const char *header = mlp_column_names(section, csv, names);
	mlp_help(messages,
	         "choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)");
	if (header)
		mlp_help(messages, "the first line has: %s", header);
	return MLP_BAD_DATA;
}

/* -- The choice ------------------------------------------------------------------------------------ */

static int choose(struct mlp_choice *choice)
{
	struct mlp_section *section = choice->section;
	if (section->targets_absent)
		return mlp_choose_inputs(choice);
	int status = mlp_choose_named(choice, false);
	if (status == MLP_WELL)
		status = mlp_choose_named(choice, true);
	if (status == MLP_WELL)
		status = mlp_choose_ignored(choice);
	if (status == MLP_WELL)
		mlp_choice_take_chosen(choice);
	int open = mlp_choice_open(choice);
	if (status != MLP_WELL || open == 0)
		return status;
	if (mlp_choice_left(choice) != open)
		return mlp_refuse_width(choice);
	mlp_choice_take_rest(choice);
	return MLP_WELL;
}

static bool first_row_is_header(const struct mlp_section *section, const struct mlp_csv *csv)
{
	enum mlp_header header = section->reader->options->header;
	if (header != MLP_DETECT_HEADER)
		return header == MLP_HEADER;
	for (int i = 0; i < section->elements; i++)
		if (section->parts[section->slots[i].part].port->classes == 0 &&
		    mlp_is_name(section, csv, csv->fields[section->slots[i].column]))
			return true;
	return false;
}

static void fill_slots(struct mlp_section *section, const int *columns)
{
	struct mlp_slot *slot = section->slots;
	for (int i = 0; i < section->count; i++)
		for (int k = 0; k < section->parts[i].port->elements; k++, slot++)
			*slot = (struct mlp_slot){.part = i, .element = k,
			                          .column = columns[slot - section->slots]};
}

/* The fields of the row read, each with a 0 behind it. NULL: no memory. */
static char *copy_header(struct mlp_csv *csv, size_t *length)
{
	size_t room = 1, used = 0;
	for (int i = 0; i < csv->count; i++)
		room += csv->fields[i].end - csv->fields[i].start + 1;
	char *header = malloc(room);
	for (int i = 0; header && i < csv->count; i++) {
		size_t size;
		const char *text = mlp_csv_text(csv, csv->fields[i], &size);
		if (!text) {
			free(header);
			return NULL;
		}
		memcpy(header + used, text, size);
		used += size;
		header[used++] = '\0';
	}
	*length = used;
	return header;
}

static int assign(struct mlp_choice *choice)
{
	struct mlp_section *section = choice->section;
	struct mlp_csv *csv = choice->csv;
	choice->taken = calloc((size_t)csv->count + 1, sizeof *choice->taken);
	choice->columns = malloc(((size_t)section->elements + 1) * sizeof *choice->columns);
	section->slots = calloc((size_t)section->elements + 1, sizeof *section->slots);
	if (!choice->taken || !choice->columns || !section->slots)
		return mlp_no_memory(section->reader->messages);
	for (int i = 0; i < section->elements; i++)
		choice->columns[i] = -1;
	int status = choose(choice);
	if (status != MLP_WELL)
		return status;
	fill_slots(section, choice->columns);
	section->width = csv->count;
	section->first_file = csv->file;
	if (!choice->by_name && !first_row_is_header(section, csv)) {
		csv->at = csv->row_start;
		return MLP_WELL;
	}
	section->header = copy_header(csv, &section->header_length);
	return section->header ? MLP_WELL : mlp_no_memory(section->reader->messages);
}

/* Of a table whose rows follow those of another: as many columns, and its header or none. */
static int check_first_row(struct mlp_section *section, struct mlp_csv *csv)
{
	size_t length;
	if (csv->count != section->width) {
		mlp_error_at(section->reader->messages, mlp_csv_place(csv, csv->row_start, csv->row_start + 1),
		             "%d columns, but `%s` has %d", csv->count, section->first_file, section->width);
		return MLP_BAD_DATA;
	}
	char *header = copy_header(csv, &length);
	if (!header)
		return mlp_no_memory(section->reader->messages);
	bool same = section->header && length == section->header_length &&
	            memcmp(header, section->header, length) == 0;
	free(header);
	if (same)
		return MLP_WELL;
	if (!first_row_is_header(section, csv)) {
		csv->at = csv->row_start;
		return MLP_WELL;
	}
	mlp_error_at(section->reader->messages, mlp_csv_place(csv, csv->row_start, csv->row_start + 1),
	             "a header that is not the one of `%s`", section->first_file);
	return MLP_BAD_DATA;
}

int mlp_find_columns(struct mlp_section *section, struct mlp_csv *csv)
{
	struct mlp_choice choice = {.section = section, .csv = csv};
	int status = MLP_WELL;
	size_t start = csv->at;
	csv->held = true;
	if (mlp_csv_next(csv, &status) == MLP_ROW)
		status = mlp_skip_title(section, csv, start);
	if (status == MLP_WELL && csv->count > 0)
		status = section->slots ? check_first_row(section, csv) : assign(&choice);
	free(choice.columns);
	free(choice.taken);
	csv->held = false;
	return status;
}
