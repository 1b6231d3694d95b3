/* Files → what stands in their columns. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/columns.h"
#include "host/grid.h"
#include "host/npy.h"
#include "host/number.h"

/* -- Values -----------------------------------------------------------------------------------------------
 */

static void add_number(struct mlp_survey_column *column, double value)
{
	column->numbers++;
	double distance = value - column->mean; /* Welford 1962 */
	column->mean += distance / (double)column->numbers;
	column->squares += distance * (value - column->mean);
	bool first = column->numbers == 1;
	column->minimum = first || value < column->minimum ? value : column->minimum;
	column->maximum = first || value > column->maximum ? value : column->maximum;
	column->whole = (first || column->whole) && value == floor(value);
	column->rising = column->whole && (first || (column->rising && value > column->last));
	column->last = value;
}

/* False: no memory. */
static bool tell_apart(const struct mlp_survey *survey, struct mlp_survey_column *column, const char *text,
                       size_t length)
{
	int32_t number;
	if (column->many)
		return true;
	enum mlp_label_problem problem =
	        mlp_labels_number(&column->values, text, length, survey->c_locale, &number);
	column->many = problem != MLP_LABEL_WELL;
	return problem != MLP_LABEL_NO_MEMORY;
}

/* False: no memory. */
static bool add_value(const struct mlp_survey *survey, struct mlp_survey_column *column, const char *text,
                      size_t length)
{
	double value;
	if (mlp_parse_number(text, length, survey->c_locale, &value))
		add_number(column, value);
	else
		column->texts++;
	return tell_apart(survey, column, text, length);
}

static bool is_missing(const char *text, size_t length)
{
	char copy[8] = "";
	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	struct mlp_csv csv = {.text = copy, .length = length};
	return mlp_is_missing(&csv, (struct mlp_field){0, length, false});
}

/* Blanks inside of quotes do not make a value of what is missing. False: no memory. */
static bool add_field(struct mlp_survey *survey, int column, const char *text, size_t length, bool *hole)
{
	size_t start = 0, end = length;
	while (start < end && text[start] == ' ')
		start++;
	while (end > start && text[end - 1] == ' ')
		end--;
	if (!is_missing(text + start, end - start))
		return add_value(survey, &survey->columns[column], text, length);
	survey->columns[column].missing++;
	*hole = true;
	return true;
}

/* -- Tables -----------------------------------------------------------------------------------------------
 */

static bool open_columns(struct mlp_survey *survey, int count)
{
	survey->columns = calloc((size_t)count, sizeof *survey->columns);
	survey->count = survey->columns ? count : 0;
	for (int i = 0; i < survey->count; i++) {
		survey->columns[i].number = i + 1;
		survey->columns[i].values.classes =
		        count > MLP_SURVEY_WIDE ? MLP_SURVEY_FEW : MLP_SURVEY_VALUES;
	}
	return survey->columns;
}

/* Keeps the row read, which may be a header. False: no memory. */
static bool keep_first(struct mlp_survey *survey, struct mlp_csv *csv)
{
	survey->first = calloc((size_t)csv->count, sizeof *survey->first);
	for (int i = 0; survey->first && i < csv->count; i++) {
		size_t length;
		const char *text = mlp_csv_text(csv, csv->fields[i], &length);
		survey->first[i] = text ? strndup(text, length) : NULL;
		if (!survey->first[i])
			return false;
	}
	survey->first_line = mlp_csv_line(csv);
	return survey->first && open_columns(survey, csv->count);
}

static bool is_first(const struct mlp_survey *survey, struct mlp_csv *csv)
{
	for (int i = 0; i < csv->count; i++) {
		size_t length;
		const char *text = mlp_csv_text(csv, csv->fields[i], &length);
		if (!text || strlen(survey->first[i]) != length ||
		    memcmp(survey->first[i], text, length) != 0)
			return false;
	}
	return true;
}

static int add_row(struct mlp_survey *survey, struct mlp_csv *csv)
{
	bool hole = false;
	for (int i = 0; i < csv->count; i++) {
		size_t length;
		const char *text = mlp_csv_text(csv, csv->fields[i], &length);
		if (!text || !add_field(survey, i, text, length, &hole))
			return mlp_no_memory(survey->messages);
	}
	survey->rows++;
	survey->holes += hole;
	return MLP_WELL;
}

/* The first row of a file: a title is skipped, what may be a header put aside. */
static int begin_table(struct mlp_survey *survey, struct mlp_csv *csv)
{
	const struct mlp_network network = {.name = "", .real_size = sizeof(double)};
	const struct mlp_options options = {.data = csv->file};
	const struct mlp_reader reader = {survey->messages, &network, &options, NULL, survey->c_locale};
	struct mlp_section section = {.reader = &reader};
	int status = MLP_WELL;
	size_t start = csv->at;
	csv->held = true;
	if (mlp_csv_next(csv, &status) == MLP_ROW)
		status = mlp_skip_title(&section, csv, start);
	csv->held = false;
	if (status != MLP_WELL || csv->count == 0)
		return status;
	if (!survey->first) {
		survey->firsts = 1;
		return keep_first(survey, csv) ? MLP_WELL : mlp_no_memory(survey->messages);
	}
	if (csv->count != survey->count)
		return mlp_refuse_fields(csv, survey->count, survey->first_line);
	if (!is_first(survey, csv))
		return add_row(survey, csv);
	survey->firsts++;
	return MLP_WELL;
}

static int survey_table(struct mlp_survey *survey, struct mlp_stream *stream, struct mlp_bytes bytes)
{
	struct mlp_csv csv;
	int status = mlp_csv_open(&csv, survey->messages, stream, bytes, 0, survey->count);
	if (status == MLP_WELL)
		status = begin_table(survey, &csv);
	while (status == MLP_WELL) {
		enum mlp_row row = mlp_csv_next(&csv, &status);
		if (row != MLP_ROW)
			break;
		status = csv.count == survey->count
		                 ? add_row(survey, &csv)
		                 : mlp_refuse_fields(&csv, survey->count, survey->first_line);
	}
	mlp_csv_close(&csv);
	return status;
}

/* -- Is the first row a header? ----------------------------------------------------------------------------
 */

static bool is_number(const struct mlp_survey *survey, const char *text)
{
	double value;
	return mlp_parse_number(text, strlen(text), survey->c_locale, &value);
}

static bool occurs(const struct mlp_survey_column *column, const char *text)
{
	bool found = false;
	for (int i = 0; !found && i < column->values.count; i++)
		found = strcmp(column->values.names[i], text) == 0;
	return found;
}

/* A name stands above numbers; or, in a table of texts, all are names that do not occur below. */
static bool has_header(const struct mlp_survey *survey)
{
	bool names = survey->rows > 1, told = false;
	for (int i = 0; i < survey->count; i++) {
		const struct mlp_survey_column *column = &survey->columns[i];
		const char *text = survey->first[i];
		bool name = !is_missing(text, strlen(text)) && !is_number(survey, text);
		if (name && column->numbers > 0 && column->texts == 0)
			return true;
		names &= name && !occurs(column, text);
		told |= column->texts > 0 && !column->many &&
		        (size_t)column->values.count * 2 <= survey->rows;
	}
	return names && told;
}

static int settle_first(struct mlp_survey *survey)
{
	survey->header = has_header(survey);
	for (int i = 0; survey->header && i < survey->count; i++)
		survey->columns[i].name = survey->first[i];
	for (int k = 0; !survey->header && k < survey->firsts; k++) {
		bool hole = false;
		for (int i = 0; i < survey->count; i++) {
			struct mlp_survey_column *column = &survey->columns[i];
			bool rising = column->rising;
			double second = column->minimum;
			if (!add_field(survey, i, survey->first[i], strlen(survey->first[i]), &hole))
				return mlp_no_memory(survey->messages);
			column->rising = rising && column->whole && column->last < second;
		}
		survey->rows++;
		survey->holes += hole;
	}
	return MLP_WELL;
}

/* -- Arrays -----------------------------------------------------------------------------------------------
 */

static int survey_array(struct mlp_survey *survey, struct mlp_stream *stream, struct mlp_bytes *bytes)
{
	struct mlp_grid grid;
	int status = mlp_stream_rest(stream, bytes);
	if (status == MLP_WELL)
		status = (mlp_is_idx(bytes->text, bytes->length) ? mlp_idx_open : mlp_numpy_open)(
		        &grid, survey->messages, stream->name, bytes->text, bytes->length);
	if (status != MLP_WELL)
		return status;
	if (!survey->columns && !open_columns(survey, 1))
		return mlp_no_memory(survey->messages);
	survey->array = true;
	survey->rank = grid.rank;
	survey->elements = grid.elements;
	struct mlp_survey_column *column = &survey->columns[0];
	column->many |= grid.elements > 1;
	for (size_t k = 0; k < grid.rows * grid.elements; k++) {
		double value = mlp_grid_value(&grid, k);
		char text[MLP_SURVEY_FEW * 2];
		column->missing += !isfinite(value);
		if (isfinite(value))
			add_number(column, value);
		int length = column->many ? 0 : snprintf(text, sizeof text, "%.9g", value);
		if (isfinite(value) && !column->many && !tell_apart(survey, column, text, (size_t)length))
			return mlp_no_memory(survey->messages);
	}
	survey->rows += grid.rows;
	return MLP_WELL;
}

/* -- Files ------------------------------------------------------------------------------------------------
 */

static int refuse_kinds(const struct mlp_survey *survey, const char *file, bool array)
{
	mlp_error_in(survey->messages, file, "%s, but the file before it is %s",
	             array ? "an array" : "a table", array ? "a table" : "an array");
	return MLP_BAD_DATA;
}

static int survey_file(struct mlp_survey *survey, const char *file)
{
	struct mlp_stream stream = {0};
	struct mlp_bytes bytes = {.text = malloc(MLP_CSV_WINDOW)};
	if (!bytes.text)
		return mlp_no_memory(survey->messages);
	int status = mlp_stream_open(&stream, survey->messages, file);
	if (status == MLP_WELL)
		status = mlp_stream_read(&stream, bytes.text, MLP_CSV_WINDOW - 1, &bytes.length);
	bytes.text[bytes.length] = '\0';
	if (status == MLP_WELL && bytes.length == 0) {
		mlp_error_in(survey->messages, file, "the file is empty");
		status = MLP_BAD_DATA;
	}
	bool array = mlp_is_idx(bytes.text, bytes.length) || mlp_is_npy(bytes.text, bytes.length);
	if (status == MLP_WELL && survey->columns && array != survey->array) {
		status = refuse_kinds(survey, file, array);
	} else if (status == MLP_WELL && array) {
		status = survey_array(survey, &stream, &bytes);
	} else if (status == MLP_WELL) {
		status = survey_table(survey, &stream, bytes);
		bytes.text = NULL;
	}
	free(bytes.text);
	mlp_stream_close(&stream);
	return status;
}

int mlp_survey_open(struct mlp_survey *survey, const struct mlp_messages *messages, const char *const *files,
                    int count)
{
	*survey = (struct mlp_survey){.messages = messages,
	                              .c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
	if (!survey->c_locale)
		return mlp_no_memory(messages);
	int status = MLP_WELL;
	for (int i = 0; status == MLP_WELL && i < count; i++)
		status = survey_file(survey, files[i]);
	if (status == MLP_WELL && survey->first)
		status = settle_first(survey);
	if (status == MLP_WELL && survey->rows == 0) {
		mlp_error_in(messages, files[0], "there are no rows of data");
		status = MLP_BAD_DATA;
	}
	return status;
}

void mlp_survey_close(struct mlp_survey *survey)
{
	for (int i = 0; i < survey->count; i++) {
		mlp_labels_free(&survey->columns[i].values);
		if (survey->first)
			free(survey->first[i]);
	}
	free(survey->first);
	free(survey->columns);
	if (survey->c_locale)
		freelocale(survey->c_locale);
	*survey = (struct mlp_survey){0};
}

const struct mlp_survey_column *mlp_survey_find(const struct mlp_survey *survey, const char *text,
                                                size_t length)
{
	for (int i = 0; i < survey->count; i++) {
		const char *name = survey->columns[i].name;
		if (name && strlen(name) == length && memcmp(name, text, length) == 0)
			return &survey->columns[i];
	}
	if (length == 4 && memcmp(text, "last", 4) == 0)
		return &survey->columns[survey->count - 1];
	int number = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || number > survey->count)
			return NULL;
		number = number * 10 + (text[i] - '0');
	}
	return number >= 1 && number <= survey->count ? &survey->columns[number - 1] : NULL;
}

double mlp_survey_deviation(const struct mlp_survey_column *column)
{
	return column->numbers > 0 ? sqrt(column->squares / (double)column->numbers) : 0;
}
