/* Roles → the block `data` of a model: which columns are what. */
#include <string.h>

#include "cli/propose.h"

enum {
	LINE = 100,
	MOST_NAMES = 30, /* longer lists are of numbers */
};

struct writer {
	struct arena *arena;
	const struct roles *roles;
	struct text *text;
};

/* --- lists that break lines ---------------------------- */

void add_list_item(struct text *text, size_t *line_start, bool first, int indent, const char *item)
{
	if (!first)
		text_add(text, ",");
	if (!first && text->length - *line_start + strlen(item) > LINE) {
		text_add(text, "\n");
		*line_start = text->length;
		text_printf(text, "%*s", indent, "");
	} else if (!first) {
		text_add(text, " ");
	}
	text_add(text, item);
}

static const char *range_text(struct arena *arena, int first, int last)
{
	if (first == last)
		return format_string(arena, "%d", first);
	return format_string(arena, last == first + 1 ? "%d, %d" : "%d .. %d", first, last);
}

/* Columns of a role, by name, or by number where there are many or no names. */
static void add_columns(struct writer *w, size_t line_start, int indent, enum role role)
{
	const struct roles *roles = w->roles;
	bool first = true;
	int count = 0;
	for (int k = 0; k < roles->count; k++)
		count += roles->columns[k].role == role;
	bool by_name = roles->data->header && count <= MOST_NAMES;
	text_add(w->text, "[");
	for (int k = 0; k < roles->count; k++) {
		if (roles->columns[k].role != role)
			continue;
		int end = k;
		while (!by_name && end + 1 < roles->count && roles->columns[end + 1].role == role)
			end++;
		add_list_item(w->text, &line_start, first, indent,
		              by_name ? column_text(w->arena, roles->data, roles->columns[k].column)
		                      : range_text(w->arena, k + 1, end + 1));
		first = false;
		k = end;
	}
	text_add(w->text, "]");
}

/* --- the data block ---------------------------- */

static size_t begin_setting(struct writer *w, int width, const char *name)
{
	size_t start = w->text->length;
	text_printf(w->text, "    %-*s = ", width, name);
	return start;
}

static int name_width(const struct roles *roles)
{
	size_t width = strlen("missing");
	const char *names[] = {roles->target_name, roles->numbers > 0 ? roles->numbers_name : ""};
	for (int k = 0; k < 2; k++)
		width = strlen(names[k]) > width ? strlen(names[k]) : width;
	for (int k = 0; k < roles->count; k++)
		if (roles->columns[k].name && strlen(roles->columns[k].name) > width)
			width = strlen(roles->columns[k].name);
	return (int)(width < 24 ? width : 24);
}

static void write_targets(struct writer *w, int width)
{
	const struct roles *roles = w->roles;
	size_t start = begin_setting(w, width, roles->target_name);
	int indent = (int)(w->text->length - start) + 1;
	if (roles->target_count > 1)
		text_add(w->text, "[");
	for (int k = 0; k < roles->target_count; k++)
		add_list_item(w->text, &start, k == 0, indent,
		              column_text(w->arena, roles->labels, roles->targets[k]));
	text_add(w->text, roles->target_count > 1 ? "]\n" : "\n");
}

/* "# the same in all rows: a, b" for each reason. */
static void write_reasons(struct writer *w)
{
	const struct roles *roles = w->roles;
	for (int k = 0; k < roles->count; k++) {
		const char *why = roles->columns[k].role == ROLE_IGNORED ? roles->columns[k].why : NULL;
		for (int before = 0; before < k && why; before++)
			if (roles->columns[before].role == ROLE_IGNORED && roles->columns[before].why == why)
				why = NULL;
		if (!why)
			continue;
		text_printf(w->text, "    # %s:", why);
		int shown = 0;
		for (int other = k; other < roles->count && shown < 8; other++)
			if (roles->columns[other].role == ROLE_IGNORED && roles->columns[other].why == why)
				text_printf(w->text, "%s %s", shown++ > 0 ? "," : "",
				            roles->data->header ? column_text(w->arena, roles->data,
				                                              roles->columns[other].column)
				                                : format_string(w->arena, "%d", other + 1));
		text_add(w->text, shown == 8 ? ", …\n" : "\n");
	}
}

static void write_ignored(struct writer *w, int width)
{
	const struct roles *roles = w->roles;
	bool some = false;
	for (int k = 0; k < roles->count; k++)
		some |= roles->columns[k].role == ROLE_IGNORED;
	write_reasons(w);
	if (!some || roles->labels != roles->data)
		return;
	size_t start = begin_setting(w, width, "ignore");
	add_columns(w, start, (int)(w->text->length - start) + 1, ROLE_IGNORED);
	text_add(w->text, "\n");
}

/* Rows that would be lost if each with a missing input were left out: at most. */
static size_t lost_rows(const struct roles *roles)
{
	size_t sum = 0;
	for (int k = 0; k < roles->count; k++)
		if (roles->columns[k].role == ROLE_NUMBER || roles->columns[k].role == ROLE_CATEGORY)
			sum += roles->columns[k].column->missing;
	return roles->data->array || sum < roles->data->holes ? sum : roles->data->holes;
}

static void write_missing(struct writer *w, int width)
{
	size_t lost = lost_rows(w->roles), rows = w->roles->data->rows;
	if (lost == 0)
		return;
	text_printf(w->text, "    # %zu row%s of %zu miss a value.\n", lost, lost == 1 ? "" : "s", rows);
	begin_setting(w, width, "missing");
	text_add(w->text, lost * 20 > rows ? "mean\n" : "drop\n");
}

void write_data_block(struct arena *arena, struct text *text, const struct roles *roles)
{
	struct writer writer = {arena, roles, text}, *w = &writer;
	int width = name_width(roles);
	text_add(w->text, "data {\n");
	if (!roles->data->array && roles->numbers > 0) {
		size_t start = begin_setting(w, width, roles->numbers_name);
		add_columns(w, start, (int)(w->text->length - start) + 1, ROLE_NUMBER);
		text_add(w->text, "\n");
	}
	for (int k = 0; k < roles->count; k++)
		if (roles->columns[k].role == ROLE_CATEGORY) {
			begin_setting(w, width, roles->columns[k].name);
			text_printf(w->text, "%s\n",
			            column_text(w->arena, roles->data, roles->columns[k].column));
		}
	if (!roles->labels->array)
		write_targets(w, width);
	write_ignored(w, width);
	write_missing(w, width);
	if (roles->data->rows >= SPLIT_FROM) {
		begin_setting(w, width, "split");
		text_add(w->text, "0.1\n");
	}
	text_add(w->text, "}\n\n");
}
