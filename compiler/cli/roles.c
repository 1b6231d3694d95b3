/* What stands in the columns of a table → what they are for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/propose.h"
#include "host/choice.h"

enum {
	MOST_CATEGORIES = 100, /* of an input: columns with more texts are ignored */
	FEW_NUMBERS = 10,      /* so many different whole numbers are classes, if each comes often */
	OFTEN = 5,
	MANY_ROWS = 20, /* from here on, numbers that rise in every row count the rows */
	PICTURE = 49,   /* columns */
};

struct finder {
	struct arena *arena;
	const struct mlp_messages *messages;
	const struct options *options;
	struct roles *roles;
};

#define refuse(finder, ...) (mlp_error((finder)->messages, __VA_ARGS__), STATUS_ERRORS)

static size_t rows_of(const struct mlp_survey_column *column)
{
	return column->missing + column->numbers + column->texts;
}

/* Different values; at least so many where there are more than were counted. */
static int distinct(const struct mlp_survey_column *column)
{
	return column->many ? column->values.count + 2 : column->values.count;
}

/* --- lists of columns ---------------------------- */

typedef ARRAY(const struct mlp_survey_column *) columns;

static enum status refuse_item(const struct finder *finder, const struct mlp_survey *survey,
                               const char *option, const char *file, const char *text, size_t length)
{
	char quoted[MLP_QUOTED];
	mlp_error(finder->messages, "%s: `%s` has no column %s", option, file,
	          mlp_quote(quoted, text, length));
	struct text names = text_new(finder->arena);
	for (int k = 0; survey->header && k < survey->count && names.length < 100; k++)
		text_printf(&names, "%s%s", k > 0 ? ", " : "", survey->columns[k].name);
	if (survey->header)
		mlp_help(finder->messages, "it has %d columns: %s%s", survey->count, text_string(&names),
		         names.length < 100 ? "" : " …");
	else
		mlp_help(finder->messages, "it has %d columns, numbered from 1, and no header line",
		         survey->count);
	return STATUS_ERRORS;
}

/* "age,3,5-7" */
static enum status read_list(const struct finder *finder, const struct mlp_survey *survey, const char *option,
                             const char *file, const char *text, columns *list)
{
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		long first, last;
		const struct mlp_survey_column *column = mlp_survey_find(survey, at, length);
		if (column)
			first = last = column->number;
		else if (!mlp_parse_range(at, length, &first, &last) || first < 1 || last > survey->count)
			return refuse_item(finder, survey, option, file, at, length);
		for (long number = first; number <= last; number++)
			array_push(finder->arena, list, &survey->columns[number - 1]);
		at += length;
		if (*at == '\0')
			return STATUS_OK;
	}
}

/* --- the targets ---------------------------- */

static const char *called(const struct finder *finder, const struct mlp_survey_column *column)
{
	return column->name && column->name[0] ? column->name
	                                       : format_string(finder->arena, "%d", column->number);
}

static bool looks_like_classes(const struct mlp_survey_column *column)
{
	if (column->texts > 0 || (!column->many && column->values.count == 2))
		return true;
	return column->whole && !column->many && column->values.count <= FEW_NUMBERS &&
	       column->numbers >= (size_t)column->values.count * OFTEN;
}

/* Whatever it is for, it must have two values or more. */
static enum status check_target(const struct finder *finder, const struct mlp_survey_column *column)
{
	const char *name = called(finder, column);
	if (column->missing == rows_of(column))
		return refuse(finder, "the target `%s` has no value in any row", name);
	if (distinct(column) < 2)
		return refuse(finder, "the target `%s` is the same in all rows: `%s`", name,
		              column->values.names[0]);
	return STATUS_OK;
}

static enum status check_classes(const struct finder *finder, const struct mlp_survey_column *column)
{
	const char *name = called(finder, column);
	if (finder->options->target_type == TARGET_NUMBER && column->texts > 0)
		return refuse(finder, "the target `%s` is no number in %zu of %zu rows", name, column->texts,
		              column->numbers + column->texts);
	size_t filled = column->numbers + column->texts;
	bool own = column->values.count > 2 && (size_t)column->values.count * 2 > filled;
	if (!column->many && (!own || finder->options->target_type == TARGET_CLASS))
		return STATUS_OK;
	if (!column->many)
		return refuse(finder, "the target `%s` has %d classes in %zu rows", name,
		              column->values.count, filled);
	mlp_error(finder->messages, "the target `%s` has more than %d classes", name, column->values.count);
	if (column->texts > 0 && column->numbers > column->texts)
		mlp_help(finder->messages, "%zu of its %zu values are numbers, the others are not",
		         column->numbers, filled);
	return STATUS_ERRORS;
}

static enum status choose_type(struct finder *finder)
{
	struct roles *roles = finder->roles;
	const struct mlp_survey_column *first = roles->targets[0];
	bool alone = roles->target_count == 1 && !(roles->labels->array && roles->labels->elements > 1);
	int type = finder->options->target_type;
	for (int k = 0; k < roles->target_count; k++)
		if (check_target(finder, roles->targets[k]) != STATUS_OK)
			return STATUS_ERRORS;
	if (alone && (type == TARGET_CLASS || (type == TARGET_AUTO && looks_like_classes(first))))
		roles->classes = first->values.count;
	if (!alone && type == TARGET_CLASS)
		return refuse(finder, "a class is one column, but the target has %d", roles->target_count);
	for (int k = 0; k < roles->target_count; k++)
		if (!roles->classes && roles->targets[k]->texts > 0 && type == TARGET_AUTO)
			return refuse(finder, "the target `%s` is no number in %zu of %zu rows",
			              called(finder, roles->targets[k]), roles->targets[k]->texts,
			              roles->targets[k]->numbers + roles->targets[k]->texts);
	return roles->classes || (type == TARGET_NUMBER && first->texts > 0) ? check_classes(finder, first)
	                                                                     : STATUS_OK;
}

static enum status find_targets(struct finder *finder)
{
	struct roles *roles = finder->roles;
	const struct options *options = finder->options;
	bool apart = roles->labels != roles->data;
	const char *list = options->target_columns,
	           *file = apart ? options->labels.names[0] : options->data.names[0];
	columns found = {0};
	if (!list)
		list = apart ? format_string(finder->arena, "1-%d", roles->labels->count) : "last";
	if (read_list(finder, roles->labels, "--target", file, list, &found) != STATUS_OK)
		return STATUS_ERRORS;
	for (size_t k = 0; k < found.count; k++)
		for (size_t other = 0; other < k; other++)
			if (found.items[k] == found.items[other])
				return refuse(finder, "--target names the column `%s` twice",
				              called(finder, found.items[k]));
	roles->targets = found.items;
	roles->target_count = (int)found.count;
	return choose_type(finder);
}

/* --- the inputs ---------------------------- */

static bool is_called_id(const struct mlp_survey_column *column)
{
	const char *name = column->name;
	if (!name)
		return false;
	size_t length = strlen(name);
	return length == 0 || strcasecmp(name, "id") == 0 || strcasecmp(name, "index") == 0 ||
	       strncasecmp(name, "unnamed: ", 9) == 0 ||
	       (length > 3 && strcasecmp(name + length - 3, "_id") == 0) ||
	       (length > 3 && strcasecmp(name + length - 3, " id") == 0) ||
	       (length > 2 && strcmp(name + length - 2, "Id") == 0);
}

/* Why a column tells nothing about rows to come; NULL: it may. */
static const char *uselessness(const struct mlp_survey_column *column)
{
	static const char *const EMPTY = "empty", *const CONSTANT = "the same in all rows",
	                         *const RISING = "rises from row to row, as numbers of rows do",
	                         *const ID = "an id by its name",
	                         *const MANY = "more texts than a category has",
	                         *const OWN = "a text of its own in most rows";
	size_t filled = column->numbers + column->texts;
	if (filled == 0)
		return EMPTY;
	if (distinct(column) < 2)
		return CONSTANT;
	if (column->texts > 0)
		return distinct(column) > MOST_CATEGORIES          ? MANY
		       : (size_t)column->values.count * 2 > filled ? OWN
		                                                   : NULL;
	if (column->rising && column->missing == 0 && filled >= MANY_ROWS)
		return RISING;
	return column->whole && column->many && is_called_id(column) ? ID : NULL;
}

static bool is_among(const struct mlp_survey_column *column, const struct mlp_survey_column *const *list,
                     size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (list[k] == column)
			return true;
	return false;
}

static enum status assign_roles(struct finder *finder)
{
	struct roles *roles = finder->roles;
	const char *list = finder->options->ignored;
	columns unwanted = {0};
	if (list && read_list(finder, roles->data, "--ignore", finder->options->data.names[0], list,
	                      &unwanted) != STATUS_OK)
		return STATUS_ERRORS;
	roles->count = roles->data->count;
	roles->columns = ARENA_ARRAY(finder->arena, struct column_role, roles->count);
	for (int k = 0; k < roles->count; k++) {
		const struct mlp_survey_column *column = &roles->data->columns[k];
		struct column_role *role = &roles->columns[k];
		*role = (struct column_role){.column = column, .role = ROLE_IGNORED};
		if (is_among(column, roles->targets, (size_t)roles->target_count))
			role->role = ROLE_TARGET;
		else if (!is_among(column, unwanted.items, unwanted.count) &&
		         !(role->why = roles->data->array ? NULL : uselessness(column)))
			role->role = column->texts > 0 ? ROLE_CATEGORY : ROLE_NUMBER;
	}
	return STATUS_OK;
}

/* If nothing is left, what rises is taken after all. */
static void count_roles(struct roles *roles)
{
	for (int pass = 0; pass < 2 && roles->numbers + roles->categories == 0; pass++)
		for (int k = 0; k < roles->count; k++) {
			struct column_role *role = &roles->columns[k];
			if (pass == 1 && role->why && role->column->rising)
				role->role = ROLE_NUMBER;
			roles->numbers += role->role == ROLE_NUMBER;
			roles->categories += role->role == ROLE_CATEGORY;
		}
}

/* Many columns of bytes, or of fewer levels from 0 on, are a picture: constant ones belong to it. */
static void find_picture(struct roles *roles)
{
	int count = roles->data->array && roles->numbers > 0 ? (int)roles->data->elements : 0;
	double highest = 0;
	bool whole = true;
	for (int k = 0; k < roles->count; k++) {
		const struct column_role *role = &roles->columns[k];
		bool constant = role->role == ROLE_IGNORED && role->column->numbers > 0 &&
		                role->column->texts == 0 && distinct(role->column) < 2;
		if (role->role != ROLE_NUMBER && !constant)
			continue;
		count += !roles->data->array;
		whole &= role->column->whole && role->column->minimum >= 0 && role->column->maximum <= 255;
		highest = role->column->maximum > highest ? role->column->maximum : highest;
	}
	roles->picture = whole && highest > 1 && count >= PICTURE && roles->categories == 0;
	roles->brightest = highest > 128 ? 255 : highest;
	for (int k = 0; roles->picture && k < roles->count; k++)
		if (roles->columns[k].role == ROLE_IGNORED && roles->columns[k].column->numbers > 0 &&
		    distinct(roles->columns[k].column) < 2) {
			roles->columns[k].role = ROLE_NUMBER;
			roles->numbers++;
		}
	if (roles->data->array)
		roles->numbers = (int)roles->data->elements;
}

/* --- names ---------------------------- */

static const char *name_targets(struct finder *finder, strings *taken)
{
	const struct roles *roles = finder->roles;
	struct text name = text_new(finder->arena);
	for (int k = 0; k < roles->target_count && roles->labels->header; k++)
		text_printf(&name, "%s%s", k > 0 ? "_" : "", roles->targets[k]->name);
	if (name.length == 0 || (roles->target_count > 1 && name.length > 32))
		name.length = 0, text_add(&name, roles->classes            ? "kind"
		                                 : roles->target_count > 1 ? "values"
		                                                           : "value");
	return unique_identifier(finder->arena, taken, name.bytes);
}

static void name_all(struct finder *finder)
{
	struct roles *roles = finder->roles;
	strings taken = {0};
	roles->numbers_name = unique_identifier(finder->arena, &taken, roles->picture ? "pixels" : "numbers");
	roles->output_name =
	        unique_identifier(finder->arena, &taken, roles->classes ? "probability" : "estimate");
	unique_identifier(finder->arena, &taken, "all");
	unique_identifier(finder->arena, &taken, "hidden");
	unique_identifier(finder->arena, &taken, "hidden2");
	unique_identifier(finder->arena, &taken, "kept");
	roles->target_name = name_targets(finder, &taken);
	for (int k = 0; k < roles->count; k++) {
		const struct mlp_survey_column *column = roles->columns[k].column;
		if (roles->columns[k].role == ROLE_CATEGORY)
			roles->columns[k].name = unique_identifier(
			        finder->arena, &taken,
			        column->name && column->name[0]
			                ? column->name
			                : format_string(finder->arena, "column_%d", column->number));
	}
}

enum status find_roles(struct arena *arena, const struct mlp_messages *messages,
                       const struct options *options, const struct mlp_survey *data,
                       const struct mlp_survey *labels, struct roles *roles)
{
	struct finder finder = {arena, messages, options, roles};
	*roles = (struct roles){.data = data, .labels = labels ? labels : data};
	if (data->array && !labels) {
		mlp_error_in(messages, options->data.names[0], "holds the inputs alone");
		mlp_help(messages, "give the targets with --labels FILE");
		return STATUS_ERRORS;
	}
	if (data->rows != roles->labels->rows)
		return refuse(&finder, "`%s` has %zu rows, `%s` has %zu", options->data.names[0], data->rows,
		              options->labels.names[0], roles->labels->rows);
	if (find_targets(&finder) != STATUS_OK || assign_roles(&finder) != STATUS_OK)
		return STATUS_ERRORS;
	count_roles(roles);
	if (roles->numbers + roles->categories == 0)
		return refuse(&finder, "no column is left as an input");
	find_picture(roles);
	name_all(&finder);
	return STATUS_OK;
}
