/* A hash table from class names to numbers, and how both are settled after reading. */
#define _GNU_SOURCE
#include "host/labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "host/number.h"

enum { FIRST_SLOTS = 64, MOST_NUMBER = 32 };

void mlp_labels_free(struct mlp_labels *labels)
{
	for (int i = 0; i < labels->count; i++)
		free(labels->names[i]);
	free(labels->names);
	free(labels->slots);
	*labels = (struct mlp_labels){.classes = labels->classes, .binary = labels->binary, .fill = labels->fill};
}

/* The length of the UTF-8 sequence at `text`, 0 if it is none: no overlong form, surrogate or control. */
static size_t utf8_length(const unsigned char *text, size_t length)
{
	static const struct { unsigned char from, to; size_t length; unsigned char second, last; } FORM[] = {
		{0x20, 0x7e, 1, 0, 0},          {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
		{0xe1, 0xec, 3, 0x80, 0xbf},    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
		{0xf0, 0xf0, 4, 0x90, 0xbf},    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f}};
	for (size_t i = 0; i < sizeof FORM / sizeof *FORM; i++) {
		if (text[0] < FORM[i].from || text[0] > FORM[i].to)
			continue;
		if (FORM[i].length == 1)
			return 1;
		if (length < FORM[i].length || text[1] < FORM[i].second || text[1] > FORM[i].last)
			return 0;
		for (size_t k = 2; k < FORM[i].length; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return FORM[i].length;
	}
	return 0;
}

bool mlp_is_text(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t step = utf8_length((const unsigned char *)text + at, length - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

/* Where a name is, or the free slot for it. */
static size_t find_slot(const struct mlp_labels *labels, const char *text, size_t length)
{
	size_t at = (size_t)XXH3_64bits(text, length) & (labels->slot_count - 1);
	while (labels->slots[at] != 0) {
		const char *name = labels->names[labels->slots[at] - 1];
		if (strncmp(name, text, length) == 0 && name[length] == '\0')
			return at;
		at = (at + 1) & (labels->slot_count - 1);
	}
	return at;
}

static bool make_room(struct mlp_labels *labels)
{
	if (labels->count == labels->room) {
		int room = labels->room ? labels->room * 2 : FIRST_SLOTS / 2;
		char **names = realloc(labels->names, (size_t)room * sizeof *names);
		if (!names)
			return false;
		labels->names = names;
		labels->room = room;
	}
	if ((size_t)labels->room * 2 <= labels->slot_count)
		return true;
	size_t slot_count = (size_t)labels->room * 2;
	int32_t *slots = calloc(slot_count, sizeof *slots);
	if (!slots)
		return false;
	free(labels->slots);
	labels->slots = slots;
	labels->slot_count = slot_count;
	for (int i = 0; i < labels->count; i++)
		slots[find_slot(labels, labels->names[i], strlen(labels->names[i]))] = i + 1;
	return true;
}

static enum mlp_label_problem add(struct mlp_labels *labels, const char *text, size_t length, int32_t *number)
{
	if (!make_room(labels))
		return MLP_LABEL_NO_MEMORY;
	size_t slot = find_slot(labels, text, length);
	if (labels->slots[slot] == 0) {
		if (labels->count == labels->classes)
			return MLP_LABEL_TOO_MANY;
		char *name = malloc(length + 1);
		if (!name)
			return MLP_LABEL_NO_MEMORY;
		memcpy(name, text, length);
		name[length] = '\0';
		labels->names[labels->count] = name;
		labels->slots[slot] = ++labels->count;
	}
	*number = labels->slots[slot] - 1;
	return MLP_LABEL_WELL;
}

static bool is_class_number(double value, int32_t classes)
{
	return value >= 0 && value < (double)classes && value == floor(value);
}

enum mlp_label_problem mlp_labels_number(struct mlp_labels *labels, const char *text, size_t length,
                                         locale_t c_locale, int32_t *number)
{
	char canonical[MOST_NUMBER];
	double value;
	bool numeric = mlp_parse_number(text, length, c_locale, &value);
	if (labels->as_numbers) {
		if (!numeric || !is_class_number(value, labels->classes))
			return MLP_LABEL_UNKNOWN;
		*number = (int32_t)value;
		return MLP_LABEL_WELL;
	}
	if (labels->numbered && numeric && is_class_number(value, labels->classes)) {
		*number = (int32_t)value;
		return MLP_LABEL_WELL;
	}
	if (numeric && fabs(value) < 1e15 && value == floor(value)) {
		length = (size_t)snprintf(canonical, sizeof canonical, "%lld", (long long)value);
		text = canonical;
	} else if (!mlp_is_text(text, length)) {
		return MLP_LABEL_NOT_TEXT;
	}
	if (!labels->settled)
		return add(labels, text, length, number);
	if (labels->slot_count == 0)
		return MLP_LABEL_UNKNOWN;
	int32_t slot = labels->slots[find_slot(labels, text, length)];
	*number = slot - 1;
	return slot == 0 ? MLP_LABEL_UNKNOWN : MLP_LABEL_WELL;
}

struct sortable {
	char *name;
	double value;
	int32_t number;  /* the provisional one */
};

static int by_value(const void *left, const void *right)
{
	const struct sortable *a = left, *b = right;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right)
{
	const struct sortable *a = left, *b = right;
	return strcmp(a->name, b->name);
}

/* Settles without names if the labels are class numbers. */
static bool settle_as_numbers(struct mlp_labels *labels, locale_t c_locale, int32_t *final)
{
	for (int i = 0; i < labels->count; i++) {
		double value;
		if (!mlp_parse_number(labels->names[i], strlen(labels->names[i]), c_locale, &value) ||
		    !is_class_number(value, labels->classes))
			return false;
		final[i] = (int32_t)value;
	}
	mlp_labels_free(labels);
	labels->settled = labels->as_numbers = true;
	return true;
}

bool mlp_labels_settle(struct mlp_labels *labels, locale_t c_locale, int32_t *final)
{
	if (settle_as_numbers(labels, c_locale, final))
		return true;
	struct sortable *sorted = calloc((size_t)labels->count, sizeof *sorted);
	if (!sorted)
		return false;
	labels->settled = true;
	bool numeric = true;
	for (int i = 0; i < labels->count; i++) {
		sorted[i] = (struct sortable){.name = labels->names[i], .number = i};
		numeric &= mlp_parse_number(labels->names[i], strlen(labels->names[i]), c_locale,
		                            &sorted[i].value);
	}
	qsort(sorted, (size_t)labels->count, sizeof *sorted, numeric ? by_value : by_name);
	for (int i = 0; i < labels->count; i++) {
		labels->names[i] = sorted[i].name;
		final[sorted[i].number] = i;
	}
	free(sorted);
	memset(labels->slots, 0, labels->slot_count * sizeof *labels->slots);
	for (int i = 0; i < labels->count; i++)
		labels->slots[find_slot(labels, labels->names[i], strlen(labels->names[i]))] = i + 1;
	return true;
}

bool mlp_labels_assign(struct mlp_labels *labels, int count, const char *const *names)
{
	mlp_labels_free(labels);
	for (int i = 0; i < count; i++) {
		int32_t number;
		if (add(labels, names[i], strlen(names[i]), &number) != MLP_LABEL_WELL)
			return false;
	}
	labels->settled = true;
	labels->as_numbers = count == 0;
	return true;
}

const char *mlp_labels_list(const struct mlp_labels *labels, char buffer[MLP_LABEL_LIST])
{
	enum { RESERVE = 32 };
	size_t used = 0;
	buffer[0] = '\0';
	for (int i = 0; i < labels->count; i++) {
		size_t length = strlen(labels->names[i]);
		if (used + length + 4 > MLP_LABEL_LIST - RESERVE) {
			snprintf(buffer + used, MLP_LABEL_LIST - used, " … (%d more)", labels->count - i);
			break;
		}
		used += (size_t)snprintf(buffer + used, MLP_LABEL_LIST - used, "%s%s", i > 0 ? ", " : "",
		                         labels->names[i]);
	}
	return buffer;
}
