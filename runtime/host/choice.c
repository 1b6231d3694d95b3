/* --inputs, --target, and the model's data block → columns of a table. */
#define _GNU_SOURCE
#include "host/choice.h"

#include <stdlib.h>
#include <string.h>

bool mlp_is_target(const struct mlp_section *section, int part)
{
	return &section->labels[part] >= section->reader->labels + section->reader->network->input_count;
}

static int first_element(const struct mlp_section *section, int part)
{
	int first = 0;
	for (int i = 0; i < part; i++)
		first += section->parts[i].port->elements;
	return first;
}

int mlp_choice_find(struct mlp_choice *choice, const char *text, size_t length)
{
	struct mlp_csv *csv = choice->csv;
	for (int i = 0; choice->section->reader->options->header != MLP_NO_HEADER && i < csv->count; i++) {
		size_t name_length;
		const char *name = mlp_csv_text(csv, csv->fields[i], &name_length);
		if (name && name_length == length && memcmp(name, text, length) == 0) {
			choice->by_name = true;
			return i;
		}
	}
	return -1;
}

static void help_columns(const struct mlp_choice *choice)
{
	char names[MLP_COLUMN_NAMES];
	const struct mlp_messages *messages = choice->section->reader->messages;
	const char *header = mlp_column_names(choice->section, choice->csv, names);
	if (header)
		mlp_help(messages, "it has %d columns: %s", choice->csv->count, header);
	else
		mlp_help(messages, "it has %d columns, numbered from 1, and no header line",
		         choice->csv->count);
}

/* -- --inputs and --target ------------------------------------------------------------------------- */

struct list {
	const char *option, *text;
	int *columns;
	int needed, count;
};

/* "7" or "2-8", from 1. False: neither. */
bool mlp_parse_range(const char *text, size_t length, long *first, long *last)
{
	char *end;
	if (length == 0 || text[0] < '0' || text[0] > '9')
		return false;
	*first = *last = strtol(text, &end, 10);
	if (end == text + length)
		return true;
	if (*end != '-' || end[1] < '0' || end[1] > '9')
		return false;
	*last = strtol(end + 1, &end, 10);
	return end == text + length;
}

static int parse_item(struct mlp_choice *choice, struct list *list, const char *text, size_t length)
{
	long first, last;
	if (!mlp_parse_range(text, length, &first, &last))
		first = last = mlp_choice_find(choice, text, length) + 1;
	if (first < 1 || last > choice->csv->count || first > last) {
		char quoted[MLP_QUOTED];
		mlp_error(choice->section->reader->messages, "%s: `%s` has no column %s", list->option,
		          choice->csv->file, mlp_quote(quoted, text, length));
		help_columns(choice);
		return MLP_BAD_USAGE;
	}
	for (long column = first; column <= last; column++, list->count++)
		if (list->count < list->needed)
			list->columns[list->count] = (int)column - 1;
	return MLP_WELL;
}

static int parse_list(struct mlp_choice *choice, struct list *list)
{
	for (const char *at = list->text; at;) {
		const char *comma = strchr(at, ',');
		const char *end = comma ? comma : at + strlen(at);
		const char *next = comma ? comma + 1 : NULL;
		while (at < end && *at == ' ')
			at++;
		while (end > at && end[-1] == ' ')
			end--;
		int status = parse_item(choice, list, at, (size_t)(end - at));
		if (status != MLP_WELL)
			return status;
		at = next;
	}
	if (list->count == list->needed)
		return MLP_WELL;
	mlp_error(choice->section->reader->messages, "%s names %d columns, but `%s` needs %d", list->option,
	          list->count, choice->section->reader->network->name, list->needed);
	return MLP_BAD_USAGE;
}

/* -- The data block -------------------------------------------------------------------------------- */

/* The column of the table, or -1. */
int mlp_block_column(struct mlp_choice *choice, const struct mlp_column *column, int number)
{
	if (column->name)
		return mlp_choice_find(choice, column->name, strlen(column->name));
	int found = column->first == 0 ? choice->csv->count - 1 : number - 1;
	return found < choice->csv->count ? found : -1;
}

static int refuse_block(const struct mlp_choice *choice, const struct mlp_column *column, int number,
                        const char *port)
{
	const struct mlp_messages *messages = choice->section->reader->messages;
	char text[32], quoted[MLP_QUOTED];
	snprintf(text, sizeof text, "%d", number);
	const char *wanted = column->name ? column->name : text;
	mlp_error_in(messages, choice->csv->file, "no column %s, which the model's data block %s%s%s",
	             mlp_quote(quoted, wanted, strlen(wanted)), port ? "takes for `" : "ignores",
	             port ? port : "", port ? "`" : "");
	help_columns(choice);
	return MLP_BAD_DATA;
}

/* All columns of a mapping into `columns`, which may be NULL: then they are taken. */
static int apply_block(struct mlp_choice *choice, const struct mlp_columns *mapping, const char *port,
                       int *columns)
{
	int count = 0;
	for (int k = 0; k < mapping->count; k++) {
		const struct mlp_column *column = &mapping->items[k];
		for (int32_t number = column->first; number <= column->last; number++, count++) {
			int found = mlp_block_column(choice, column, number);
			if (found < 0)
				return refuse_block(choice, column, number, port);
			if (columns)
				columns[count] = found;
			else
				choice->taken[found] = true;
		}
	}
	return MLP_WELL;
}

const struct mlp_columns *mlp_mapping_of(const struct mlp_section *section, int part)
{
	const struct mlp_data_block *block = &section->reader->network->data;
	long number = &section->labels[part] - section->reader->labels;
	long inputs = section->reader->network->input_count;
	const struct mlp_columns *all = number < inputs ? block->inputs : block->targets;
	const struct mlp_columns *mapping = all ? &all[number < inputs ? number : number - inputs] : NULL;
	return mapping && mapping->count > 0 ? mapping : NULL;
}

/* Columns of the inputs, or of the targets, by an option or by the block; what neither names stays open. */
int mlp_choose_named(struct mlp_choice *choice, bool targets)
{
	struct mlp_section *section = choice->section;
	const struct mlp_options *options = section->reader->options;
	struct list list = {.option = targets ? "--target" : "--inputs",
	                    .text = targets ? options->target : options->inputs};
	int status = MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < section->count; i++) {
		const struct mlp_columns *mapping = list.text ? NULL : mlp_mapping_of(section, i);
		if (mlp_is_target(section, i) != targets)
			continue;
		int first = first_element(section, i);
		list.columns = list.needed == 0 ? choice->columns + first : list.columns;
		list.needed += section->parts[i].port->elements;
		if (mapping)
			status = apply_block(choice, mapping, section->parts[i].port->name,
			                     choice->columns + first);
	}
	if (status == MLP_WELL && list.text && list.needed > 0)
		status = parse_list(choice, &list);
	return status;
}

int mlp_choose_ignored(struct mlp_choice *choice)
{
	return apply_block(choice, &choice->section->reader->network->data.ignored, NULL, NULL);
}
