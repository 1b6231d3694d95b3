/* The first lines of a table: names of columns, or a title. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/columns.h"
#include "host/number.h"

bool mlp_is_missing(const struct mlp_csv *csv, struct mlp_field field)
{
	static const char *const MARKS[] = {"", "?", "na", "n/a", "nan", "null"};
	size_t length = field.end - field.start;
	if (length > 4)
		return false;
	for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
		size_t k = 0;
		while (k < length && MARKS[i][k] && (csv->text[field.start + k] | 0x20) == (MARKS[i][k] | 0x20))
			k++;
		if (k == length && MARKS[i][k] == '\0')
			return true;
	}
	return false;
}

bool mlp_is_name(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_field field)
{
	double value;
	return !mlp_is_missing(csv, field) &&
	       !mlp_parse_number(csv->text + field.start, field.end - field.start, section->reader->c_locale,
	                         &value);
}

const char *mlp_column_names(const struct mlp_section *section, const struct mlp_csv *csv,
                             char buffer[MLP_COLUMN_NAMES])
{
	bool header = false;
	size_t used = 0;
	buffer[0] = '\0';
	for (int i = 0; i < csv->count; i++)
		header |= mlp_is_name(section, csv, csv->fields[i]);
	for (int i = 0; header && i < csv->count; i++) {
		char quoted[MLP_QUOTED];
		mlp_quote(quoted, csv->text + csv->fields[i].start,
		          csv->fields[i].end - csv->fields[i].start);
		size_t length = strlen(quoted) - 2;
		if (used + length + 8 > MLP_COLUMN_NAMES) {
			memcpy(buffer + used, " …", sizeof " …");
			break;
		}
		used += (size_t)snprintf(buffer + used, MLP_COLUMN_NAMES - used, "%s%.*s", i > 0 ? ", " : "",
		                         (int)length, quoted + 1);
	}
	return header ? buffer : NULL;
}

/* -- Titles ---------------------------------------------------------------------------------------- */

static bool is_count(const struct mlp_section *section, const struct mlp_csv *csv, struct mlp_field field,
                     double *value)
{
	return mlp_parse_number(csv->text + field.start, field.end - field.start, section->reader->c_locale,
	                        value) && *value >= 1 && *value == floor(*value);
}

static void free_names(char **names)
{
	for (int i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

/* Could the row read be a title: two counts, the second of columns, then names? */
static bool is_titular(const struct mlp_section *section, const struct mlp_csv *csv, double *columns)
{
	double rows;
	bool titular = csv->count > 2 && section->reader->options->header != MLP_NO_HEADER &&
	               is_count(section, csv, csv->fields[0], &rows) &&
	               is_count(section, csv, csv->fields[1], columns);
	for (int i = 2; titular && i < csv->count; i++)
		titular = mlp_is_name(section, csv, csv->fields[i]);
	return titular;
}

/* Its names, and NULL behind them. NULL: no memory. */
static char **copy_names(struct mlp_csv *csv)
{
	int count = csv->count - 2;
	char **names = calloc((size_t)count + 1, sizeof *names);
	for (int i = 0; names && i < count; i++) {
		size_t length;
		const char *text = mlp_csv_text(csv, csv->fields[i + 2], &length);
		names[i] = text ? strndup(text, length) : NULL;
		if (!names[i]) {
			free_names(names);
			return NULL;
		}
	}
	return names;
}

/* The target whose classes the names are: the only one of the section. */
static struct mlp_labels *labels_of_title(const struct mlp_section *section, int count)
{
	struct mlp_labels *found = NULL;
	const struct mlp_labels *first = section->reader->labels + section->reader->network->input_count;
	int targets = 0;
	for (int i = 0; i < section->count; i++) {
		targets += &section->labels[i] >= first;
		if (&section->labels[i] >= first && section->labels[i].classes == count &&
		    section->parts[i].port->elements == 1)
			found = &section->labels[i];
	}
	return targets == 1 ? found : NULL;
}

static bool same_names(const struct mlp_labels *labels, int count, char *const *names)
{
	bool same = labels->count == count;
	for (int i = 0; same && i < count; i++)
		same = strcmp(labels->names[i], names[i]) == 0;
	return same;
}

/* False: no memory. */
static bool take_names(const struct mlp_section *section, int count, char *const *names)
{
	struct mlp_labels *labels = labels_of_title(section, count);
	if (!labels || labels->count > count)
		return true;
	if (!labels->settled && labels->count == 0 &&
	    !mlp_labels_assign(labels, count, (const char *const *)names))
		return false;
	if (labels->settled && !labels->as_numbers && same_names(labels, count, names))
		labels->numbered = true;
	return true;
}

/* Are the row read, and the one before it, of `width` fields, of one kind? Then there is no title: names
 * stand below names, or the first row has all the columns that are wanted, and the second has not. */
static bool is_alike(const struct mlp_section *section, const struct mlp_csv *csv, int width)
{
	bool alike = csv->count == width;
	if (!alike)
		return width == section->elements;
	for (int i = 2; alike && i < width; i++)
		alike = mlp_is_name(section, csv, csv->fields[i]) || mlp_is_missing(csv, csv->fields[i]);
	return alike;
}

int mlp_skip_title(struct mlp_section *section, struct mlp_csv *csv, size_t start)
{
	double columns;
	int count = csv->count - 2, status = MLP_WELL;
	if (!is_titular(section, csv, &columns))
		return MLP_WELL;
	char **names = copy_names(csv);
	if (!names)
		return mlp_no_memory(section->reader->messages);
	size_t second = csv->at;
	bool title = mlp_csv_next(csv, &status) == MLP_ROW && columns == csv->count - 1 &&
	             !is_alike(section, csv, count + 2);
	bool well = !title || take_names(section, count, names);
	free_names(names);
	if (!well)
		return mlp_no_memory(section->reader->messages);
	if (status != MLP_WELL)
		return status;
	csv->at = title ? second : start;
	mlp_csv_next(csv, &status);
	return status;
}
