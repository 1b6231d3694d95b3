/* A network with two reals and a category as inputs and a class as its target, and its rows as text. */
#ifndef PEOPLE_FIXTURE_H
#define PEOPLE_FIXTURE_H

#include "host_fixture.h"

static const struct mlp_port PEOPLE_INPUTS[] = {
	{.name = "size", .rank = 1, .shape = {2}, .elements = 2, .mean = -1, .deviation = -1},
	{.name = "work", .elements = 1, .classes = 3, .mean = -1, .deviation = -1}};
static const struct mlp_port PEOPLE_TARGETS[] = {
	{.name = "rich", .elements = 1, .classes = 2, .mean = -1, .deviation = -1}};

static const struct mlp_network PEOPLE __attribute__((unused)) = {
	.name = "people", .real_size = sizeof(float), .batch = 2, .input_count = 2, .target_count = 1,
	.inputs = PEOPLE_INPUTS, .targets = PEOPLE_TARGETS};

/* "1 2 a > yes; …": classes by name where they have one, holes as ?; -: what is not there. */
static __attribute__((unused)) const char *rows_text(char *text, size_t room, const struct mlp_dataset *data,
                                                     const struct mlp_labels *labels)
{
	size_t used = 0;
	text[0] = '\0';
	for (int row = 0; row < data->rows; row++)
		for (int i = 0; i < data->input_count + data->target_count; i++) {
			const struct mlp_part *part = &data->parts[i];
			used += (size_t)snprintf(text + used, room - used, "%s",
			                         i == data->input_count ? " > " : i ? " " : row ? "; " : "");
			for (int k = 0; k < part->port->elements; k++) {
				size_t number = (size_t)(row * part->port->elements + k);
				const char *blank = k ? " " : "";
				if (!part->values) {
					used += (size_t)snprintf(text + used, room - used, "%s-", blank);
				} else if (part->port->classes == 0) {
					double value = mlp_part_real(part, sizeof(float), number);
					used += (size_t)snprintf(text + used, room - used,
					                         isnan(value) ? "%s?" : "%s%g", blank, value);
				} else {
					int32_t found = mlp_part_class(part, number);
					char digits[16];
					snprintf(digits, sizeof digits, "%d", (int)found);
					used += (size_t)snprintf(text + used, room - used, "%s%s", blank,
					                         found < 0 ? "?" : labels[i].names
					                         ? labels[i].names[found] : digits);
				}
			}
		}
	return text;
}

#endif
