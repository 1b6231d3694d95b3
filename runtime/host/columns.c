/* The header of a table, or its absence → a column for every element of every port. */
#include "host/columns.h"

#include <stdlib.h>
#include <string.h>

#include "host/number.h"

enum { MOST_NAMES = 160 };

bool mlp_is_missing(const struct mlp_csv *csv, struct mlp_field field)
{
	static const char *const MARKS[] = {"", "?", "NA", "N/A"};
	size_t length = field.end - field.start;
	for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
		if (length == strlen(MARKS[i]) && memcmp(csv->text + field.start, MARKS[i], length) == 0)
			return true;
	return false;
}

static bool is_name(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_field field)
{
	double value;
	return !mlp_is_missing(csv, field) &&
	       !mlp_parse_number(csv->text + field.start, field.end - field.start, section->reader->c_locale,
	                         &value);
}

/* "a, b, c …" from the first row if it looks like a header, else NULL. */
static const char *header_names(const struct mlp_section *section, const struct mlp_csv *csv,
                                char buffer[MOST_NAMES])
{
	bool header = false;
	size_t used = 0;
	buffer[0] = '\0';
	for (int i = 0; i < csv->count; i++)
		header |= is_name(section, csv, csv->fields[i]);
	for (int i = 0; header && i < csv->count; i++) {
		char quoted[MLP_QUOTED];
		mlp_quote(quoted, csv->text + csv->fields[i].start,
		          csv->fields[i].end - csv->fields[i].start);
		size_t length = strlen(quoted) - 2;
		if (used + length + 8 > MOST_NAMES) {
			memcpy(buffer + used, " …", sizeof " …");
			break;
		}
		used += (size_t)snprintf(buffer + used, MOST_NAMES - used, "%s%.*s", i > 0 ? ", " : "",
		                         (int)length, quoted + 1);
	}
	return header ? buffer : NULL;
}

/* -- Lists of columns ---------------------------------------------------------------------------- */

struct list {
	const char *option;   /* "--inputs" */
	const char *text;     /* NULL: not given */
	int needed;           /* elements that it must fill */
	int *columns;
	int count;
	bool by_name;
};

/* "7" or "2-8", from 1. False: neither. */
static bool parse_range(const char *text, size_t length, long *first, long *last)
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

static int find_name(struct mlp_csv *csv, const char *text, size_t length)
{
	for (int i = 0; i < csv->count; i++) {
		size_t name_length;
		const char *name = mlp_csv_text(csv, csv->fields[i], &name_length);
		if (name && name_length == length && memcmp(name, text, length) == 0)
			return i;
	}
	return -1;
}

static int refuse_item(const struct mlp_section *section, struct mlp_csv *csv, const struct list *list,
                       const char *text, size_t length)
{
	char quoted[MLP_QUOTED], names[MOST_NAMES];
	const struct mlp_messages *messages = section->reader->messages;
	mlp_error(messages, "%s: `%s` has no column %s", list->option, csv->file,
	          mlp_quote(quoted, text, length));
	const char *header = header_names(section, csv, names);
	if (header)
		mlp_help(messages, "it has %d columns: %s", csv->count, header);
	else
		mlp_help(messages, "it has %d columns, numbered from 1, and no header line", csv->count);
	return MLP_BAD_USAGE;
}

static int parse_item(const struct mlp_section *section, struct mlp_csv *csv, struct list *list,
                      const char *text, size_t length)
{
	long first, last;
	if (!parse_range(text, length, &first, &last)) {
		bool names = section->reader->options->header != MLP_NO_HEADER;
		int column = names ? find_name(csv, text, length) : -1;
		if (column < 0)
			return refuse_item(section, csv, list, text, length);
		list->by_name = true;
		first = last = column + 1;
	}
	if (first < 1 || last > csv->count || first > last)
		return refuse_item(section, csv, list, text, length);
	for (long column = first; column <= last; column++, list->count++)
		if (list->count < list->needed)
			list->columns[list->count] = (int)column - 1;
	return MLP_WELL;
}

static int parse_list(const struct mlp_section *section, struct mlp_csv *csv, struct list *list)
{
	for (const char *at = list->text; at;) {
		const char *comma = strchr(at, ',');
		const char *end = comma ? comma : at + strlen(at);
		const char *next = comma ? comma + 1 : NULL;
		while (at < end && *at == ' ')
			at++;
		while (end > at && end[-1] == ' ')
			end--;
		int status = parse_item(section, csv, list, at, (size_t)(end - at));
		if (status != MLP_WELL)
			return status;
		at = next;
	}
	if (!list->text || list->count == list->needed)
		return MLP_WELL;
	mlp_error(section->reader->messages, "%s names %d columns, but `%s` needs %d", list->option,
	          list->count, section->reader->network->name, list->needed);
	return MLP_BAD_USAGE;
}

/* The columns that `other` does not name, in order. */
static void take_rest(struct list *list, const struct list *other, int width)
{
	for (int column = 0; column < width; column++) {
		bool taken = false;
		for (int i = 0; other->text && i < other->needed; i++)
			taken |= other->columns[i] == column;
		if (taken)
			continue;
		if (list->count < list->needed)
			list->columns[list->count] = column;
		list->count++;
	}
}

static int refuse_width(const struct mlp_section *section, const struct mlp_csv *csv,
                        const struct list *inputs, const struct list *targets)
{
	const struct mlp_messages *messages = section->reader->messages;
	char names[MOST_NAMES];
	mlp_error_at(messages, mlp_csv_place(csv, csv->row_start, csv->row_start + 1),
	             "%d columns, but `%s` needs %d: %d for inputs, %d for targets", csv->count,
	             section->reader->network->name, inputs->needed + targets->needed, inputs->needed,
	             targets->needed);
	const char *header = header_names(section, csv, names);
	mlp_help(messages,
	         "choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)");
	if (header)
		mlp_help(messages, "the first line has: %s", header);
	return MLP_BAD_DATA;
}

/* Fills both lists: as given, the rest, or all columns in order. */
static int choose(const struct mlp_section *section, struct mlp_csv *csv, struct list *inputs,
                  struct list *targets)
{
	int status = parse_list(section, csv, inputs);
	if (status == MLP_WELL)
		status = parse_list(section, csv, targets);
	if (status != MLP_WELL)
		return status;
	if (inputs->text && (targets->text || targets->needed == 0))
		return MLP_WELL;
	if (targets->text && inputs->needed == 0)
		return MLP_WELL;
	if (inputs->text) {
		take_rest(targets, inputs, csv->count);
	} else if (targets->text) {
		take_rest(inputs, targets, csv->count);
	} else if (csv->count == inputs->needed + targets->needed) {
		for (int i = 0; i < inputs->needed; i++)
			inputs->columns[inputs->count++] = i;
		for (int i = 0; i < targets->needed; i++)
			targets->columns[targets->count++] = inputs->needed + i;
	}
	bool fits = inputs->count == inputs->needed && targets->count == targets->needed;
	return fits ? MLP_WELL : refuse_width(section, csv, inputs, targets);
}

static bool first_row_is_header(const struct mlp_section *section, const struct mlp_csv *csv,
                                const struct mlp_slot *slots)
{
	enum mlp_header header = section->reader->options->header;
	if (header != MLP_DETECT_HEADER)
		return header == MLP_HEADER;
	for (int i = 0; i < section->elements; i++)
		if (section->parts[slots[i].part].port->classes == 0 &&
		    is_name(section, csv, csv->fields[slots[i].column]))
			return true;
	return false;
}

/* Whether the row read is a title, such as `178,13,class_0`: names, and another width than the row after
 * it. Reads that row if it is, else the first again. */
static bool skip_title(const struct mlp_section *section, struct mlp_csv *csv, size_t start, int *status)
{
	char names[MOST_NAMES];
	int width = csv->count;
	size_t second = csv->at;
	bool has_names =
		section->reader->options->header != MLP_NO_HEADER && header_names(section, csv, names);
	bool title = has_names && mlp_csv_next(csv, status) == MLP_ROW && csv->count != width;
	csv->at = title ? second : start;
	*status = MLP_WELL;
	mlp_csv_next(csv, status);
	return title;
}

/* The two lists, as far as this section has inputs and targets; `columns` has room for all elements. */
static void make_lists(const struct mlp_section *section, struct list *inputs, struct list *targets,
                       int *columns)
{
	const struct mlp_reader *reader = section->reader;
	const struct mlp_labels *first_target = reader->labels + reader->network->input_count;
	*inputs = (struct list){.option = "--inputs", .columns = columns};
	*targets = (struct list){.option = "--target"};
	for (int i = 0; i < section->count; i++) {
		struct list *list = &section->labels[i] < first_target ? inputs : targets;
		list->needed += section->parts[i].port->elements;
	}
	targets->columns = columns + inputs->needed;
	inputs->text = inputs->needed > 0 ? reader->options->inputs : NULL;
	targets->text = targets->needed > 0 ? reader->options->target : NULL;
}

static int assign(struct mlp_section *section, struct mlp_csv *csv, struct mlp_slot *slots, int *columns)
{
	struct list inputs, targets;
	make_lists(section, &inputs, &targets, columns);
	size_t start = csv->at;
	int status = MLP_WELL;
	if (mlp_csv_next(csv, &status) != MLP_ROW)
		return status;
	bool lists = inputs.text || targets.text;
	bool title = (lists || csv->count != section->elements) && skip_title(section, csv, start, &status);
	status = choose(section, csv, &inputs, &targets);
	if (status != MLP_WELL)
		return status;
	struct mlp_slot *slot = slots;
	for (int i = 0; i < section->count; i++)
		for (int k = 0; k < section->parts[i].port->elements; k++, slot++)
			*slot = (struct mlp_slot){.part = i, .element = k, .column = columns[slot - slots]};
	bool header = inputs.by_name || targets.by_name || first_row_is_header(section, csv, slots);
	if (title || !header)
		csv->at = csv->row_start;
	return MLP_WELL;
}

int mlp_find_columns(struct mlp_section *section, struct mlp_csv *csv, struct mlp_slot *slots)
{
	int *columns = calloc((size_t)section->elements + 1, sizeof *columns);
	if (!columns)
		return mlp_no_memory(section->reader->messages);
	int status = assign(section, csv, slots, columns);
	free(columns);
	return status;
}
