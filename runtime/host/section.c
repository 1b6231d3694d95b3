/* Rows that are read → the parts of a data set: arrays that grow, values, classes, holes. */
#define _GNU_SOURCE
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/dataset.h"

enum { FIRST_ROOM = 256 };

struct mlp_section mlp_section_open(const struct mlp_reader *reader, struct mlp_dataset *dataset, int first,
                                    int count)
{
	struct mlp_section section = {.reader = reader, .parts = dataset->parts + first,
	                              .labels = reader->labels + first, .count = count,
	                              .missing = mlp_missing_of(reader)};
	for (int i = 0; i < count; i++)
		section.elements += section.parts[i].port->elements;
	return section;
}

void mlp_section_close(struct mlp_section *section)
{
	free(section->slots);
	free(section->header);
	section->slots = NULL;
	section->header = NULL;
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

static size_t place_of(const struct mlp_section *section, int part, int element)
{
	return (size_t)section->rows * (size_t)section->parts[part].port->elements + (size_t)element;
}

bool mlp_section_set_real(struct mlp_section *section, int part, int element, double value)
{
	void *values = section->parts[part].values;
	size_t number = place_of(section, part, element);
	if (section->reader->network->real_size == (int)sizeof(float)) {
		float rounded = fabs(value) > (double)FLT_MAX ? INFINITY : (float)value;
		((float *)values)[number] = rounded;
		return isfinite(rounded);
	}
	((double *)values)[number] = value;
	return isfinite(value);
}

static bool is_target(const struct mlp_section *section, int part)
{
	const struct mlp_reader *reader = section->reader;
	return &section->labels[part] >= reader->labels + reader->network->input_count;
}

bool mlp_section_set_missing(struct mlp_section *section, int part, int element)
{
	const double *fill = section->labels[part].fill;
	bool target = is_target(section, part);
	bool fills = fill && !target && section->missing == MLP_MISSING_MEAN;
	if (!fills && (section->missing == MLP_MISSING_ERROR || section->targets_absent))
		return false;
	section->holes += !fills;
	if (section->parts[part].port->classes > 0)
		((int32_t *)(void *)section->parts[part].values)[place_of(section, part, element)] =
			fills ? (int32_t)fill[element] : -1;
	else
		mlp_section_set_real(section, part, element, fills ? fill[element] : (double)NAN);
	return true;
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

/* `<=50K.` where `<=50K` is known. */
static bool take_without_stop(struct mlp_section *section, int part, const char *text, size_t length,
                              struct mlp_place place, int32_t *number)
{
	struct mlp_labels *labels = &section->labels[part];
	if (labels->as_numbers || length < 2 || text[length - 1] != '.' ||
	    mlp_labels_number(labels, text, length - 1, section->reader->c_locale, number) != MLP_LABEL_WELL)
		return false;
	char quoted[MLP_QUOTED];
	if (!section->stops)
		mlp_warn(section->reader->messages,
		         "`%s`: %s and other classes of `%s` are taken without the full stop at their end",
		         place.file, mlp_quote(quoted, text, length), section->parts[part].port->name);
	section->stops = true;
	return true;
}

int mlp_section_set_label(struct mlp_section *section, int part, int element, const char *text, size_t length,
                          struct mlp_place place)
{
	int32_t *number = &((int32_t *)(void *)section->parts[part].values)[place_of(section, part, element)];
	enum mlp_label_problem problem =
		mlp_labels_number(&section->labels[part], text, length, section->reader->c_locale, number);
	if (problem == MLP_LABEL_WELL ||
	    (problem == MLP_LABEL_UNKNOWN && take_without_stop(section, part, text, length, place, number)))
		return MLP_WELL;
	if (problem == MLP_LABEL_NO_MEMORY)
		return mlp_no_memory(section->reader->messages);
	explain_label(section, part, text, length, place, problem);
	return MLP_BAD_DATA;
}

int mlp_section_settle(struct mlp_section *section)
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
			if (values[k] >= 0)
				values[k] = final[values[k]];
		free(final);
	}
	return MLP_WELL;
}
