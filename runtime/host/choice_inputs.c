/* Columns of the inputs alone, in a table that may have the targets too or not. */
#include "host/choice.h"

#include <stdlib.h>
#include <string.h>

/* Leaves out the columns of the targets that are there: by name, or all that the options and the block tell.
 * What is not there is no fault. */
static void leave_out_targets(struct mlp_choice *choice, bool names_alone)
{
	const struct mlp_network *network = choice->section->reader->network;
	const struct mlp_options *options = choice->section->reader->options;
	for (const char *at = options->target; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		long first, last;
		size_t length = strcspn(at, ",");
		bool numbers = mlp_parse_range(at, length, &first, &last);
		int found = numbers ? -1 : mlp_choice_find(choice, at, length);
		if (found >= 0)
			choice->taken[found] = true;
		for (long k = first; numbers && !names_alone && k <= last && k <= choice->csv->count; k++)
			if (k >= 1)
				choice->taken[k - 1] = true;
	}
	for (int i = 0; !options->target && network->data.targets && i < network->target_count; i++)
		for (int k = 0; k < network->data.targets[i].count; k++) {
			const struct mlp_column *column = &network->data.targets[i].items[k];
			for (int32_t number = column->first; number <= column->last; number++) {
				int found = names_alone && !column->name
				                    ? -1
				                    : mlp_block_column(choice, column, number);
				if (found >= 0)
					choice->taken[found] = true;
			}
		}
}

/* Columns by number of a table without its targets: the numbers tell the order alone. */
static void close_ranks(struct mlp_choice *choice, const int *numbers)
{
	int elements = choice->section->elements;
	for (int i = 0; i < elements; i++) {
		choice->columns[i] = 0;
		for (int k = 0; k < elements; k++)
			choice->columns[i] += numbers[k] < numbers[i];
	}
}

/* The numbers that the option or the block give to all elements; false: they do not, or by names. */
static bool all_numbers(const struct mlp_section *section, int *numbers)
{
	int count = 0;
	const char *at = section->reader->options->inputs;
	for (long first, last; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		if (!mlp_parse_range(at, strcspn(at, ","), &first, &last))
			return false;
		for (; first <= last && count < section->elements; first++)
			numbers[count++] = (int)first;
	}
	for (int i = 0; !section->reader->options->inputs && i < section->count; i++) {
		const struct mlp_columns *mapping = mlp_mapping_of(section, i);
		for (int k = 0; mapping && k < mapping->count; k++)
			for (int32_t n = mapping->items[k].first; n <= mapping->items[k].last; n++) {
				if (mapping->items[k].name || n == 0)
					return false;
				numbers[count++] = n;
			}
	}
	return count == section->elements;
}

static int choose_inputs_alone(struct mlp_choice *choice)
{
	struct mlp_section *section = choice->section;
	const struct mlp_network *network = section->reader->network;
	int status = mlp_choose_named(choice, false), targets = 0;
	if (status == MLP_WELL)
		mlp_choice_take_chosen(choice);
	int open = mlp_choice_open(choice);
	if (status != MLP_WELL || open == 0)
		return status;
	for (int i = 0; i < network->target_count; i++)
		targets += network->targets[i].elements;
	leave_out_targets(choice, true);
	if (mlp_choice_left(choice) != open)
		leave_out_targets(choice, false);
	if (mlp_choice_left(choice) != open && mlp_choice_left(choice) != open + targets)
		return mlp_refuse_width(choice);
	mlp_choice_take_rest(choice);
	return MLP_WELL;
}

int mlp_choose_inputs(struct mlp_choice *choice)
{
	struct mlp_section *section = choice->section;
	int *numbers = malloc(((size_t)section->elements + 1) * sizeof *numbers);
	if (!numbers)
		return mlp_no_memory(section->reader->messages);
	int status = MLP_WELL;
	if (choice->csv->count == section->elements && all_numbers(section, numbers))
		close_ranks(choice, numbers);
	else
		status = choose_inputs_alone(choice);
	free(numbers);
	return status;
}
