/* Text → rows of fields: quotes, line ends, and a guess at the separator. */
#include "host/csv.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

static const char CANDIDATES[] = {';', '\t', ',', ' '};   /* of the separator, in order */

struct mlp_place mlp_csv_place(const struct mlp_csv *csv, size_t start, size_t end)
{
	return (struct mlp_place){csv->file, csv->text, csv->length, start, end};
}

size_t mlp_csv_line(const struct mlp_csv *csv)
{
	return mlp_line_of(csv->text, csv->length, csv->row_start);
}

static bool is_blank(const struct mlp_csv *csv, char byte)
{
	return byte == ' ' || (byte == '\t' && csv->separator != '\t');
}

static bool is_line_end(const struct mlp_csv *csv, size_t at)
{
	return at == csv->length || csv->text[at] == '\n' || csv->text[at] == '\r';
}

static bool is_separator(const struct mlp_csv *csv, size_t at)
{
	return csv->separator == ' ' ? is_blank(csv, csv->text[at]) : csv->text[at] == csv->separator;
}

static size_t skip_blanks(const struct mlp_csv *csv, size_t at)
{
	while (at < csv->length && is_blank(csv, csv->text[at]))
		at++;
	return at;
}

static size_t skip_line_end(const struct mlp_csv *csv, size_t at)
{
	if (at + 1 < csv->length && csv->text[at] == '\r' && csv->text[at + 1] == '\n')
		return at + 2;
	return at < csv->length ? at + 1 : at;
}

static size_t skip_blank_lines(const struct mlp_csv *csv, size_t at)
{
	for (;;) {
		size_t end = at;
		while (end < csv->length && (csv->text[end] == ' ' || csv->text[end] == '\t'))
			end++;
		if (end == csv->length)
			return end;
		if (!is_line_end(csv, end))
			return at;
		at = skip_line_end(csv, end);
	}
}

static bool push(struct mlp_csv *csv, struct mlp_field field)
{
	if (csv->count == csv->room) {
		int room = csv->room ? csv->room * 2 : 64;
		struct mlp_field *fields = realloc(csv->fields, (size_t)room * sizeof *fields);
		if (!fields)
			return false;
		csv->fields = fields;
		csv->room = room;
	}
	csv->fields[csv->count++] = field;
	return true;
}

/* The quote that closes the one before `at`, or the length of the text. */
static size_t closing_quote(const struct mlp_csv *csv, size_t at)
{
	for (; at < csv->length; at++) {
		if (csv->text[at] != '"')
			continue;
		if (at + 1 == csv->length || csv->text[at + 1] != '"')
			return at;
		at++;
	}
	return at;
}

/* A quoted field that begins at `at`; where it ends, or 0 after a message. */
static size_t quoted_field(struct mlp_csv *csv, size_t at, struct mlp_field *field)
{
	*field = (struct mlp_field){at + 1, closing_quote(csv, at + 1), true};
	if (field->end == csv->length) {
		mlp_error_at(csv->messages, mlp_csv_place(csv, at, at + 1),
		             "this quoted field is never closed");
		mlp_help(csv->messages, "a quote inside a quoted field is written twice");
		return 0;
	}
	size_t after = skip_blanks(csv, field->end + 1);
	if (is_line_end(csv, after) || is_separator(csv, after) ||
	    (csv->separator == ' ' && after > field->end + 1))
		return after;
	mlp_error_at(csv->messages, mlp_csv_place(csv, after, after + 1),
	             "text after the closing quote of a field");
	mlp_help(csv->messages, "a quote inside a quoted field is written twice");
	return 0;
}

static size_t plain_field(const struct mlp_csv *csv, size_t at, struct mlp_field *field)
{
	size_t end = at;
	while (!is_line_end(csv, end) && !is_separator(csv, end))
		end++;
	size_t last = end;
	while (last > at && is_blank(csv, csv->text[last - 1]))
		last--;
	*field = (struct mlp_field){at, last, false};
	return end;
}

enum mlp_row mlp_csv_next(struct mlp_csv *csv, int *status)
{
	csv->at = skip_blank_lines(csv, csv->at);
	csv->count = 0;
	csv->row_start = csv->at;
	if (csv->at == csv->length)
		return MLP_END;
	for (size_t at = csv->at;;) {
		struct mlp_field field;
		at = skip_blanks(csv, at);
		if (csv->separator == ' ' && is_line_end(csv, at)) {
			csv->at = skip_line_end(csv, at);
			return MLP_ROW;
		}
		at = csv->text[at] == '"' ? quoted_field(csv, at, &field) : plain_field(csv, at, &field);
		if (at == 0 && field.quoted) {
			*status = MLP_BAD_DATA;
			return MLP_BAD_ROW;
		}
		if (!push(csv, field)) {
			*status = mlp_no_memory(csv->messages);
			return MLP_BAD_ROW;
		}
		if (is_line_end(csv, at)) {
			csv->at = skip_line_end(csv, at);
			return MLP_ROW;
		}
		at += csv->separator != ' ';
	}
}

/* The number of fields of the first row if `separator` parted them; 1 if it does not occur. */
static int count_fields(const struct mlp_csv *csv, char separator)
{
	struct mlp_csv trial = *csv;
	trial.separator = separator;
	int count = 1;
	bool quoted = false;
	size_t at = skip_blanks(&trial, skip_blank_lines(&trial, trial.at));
	while (quoted ? at < trial.length : !is_line_end(&trial, at)) {
		quoted ^= trial.text[at] == '"';
		size_t before = at++;
		if (quoted || !is_separator(&trial, before))
			continue;
		if (separator == ' ')
			at = skip_blanks(&trial, at);
		count += separator != ' ' || !is_line_end(&trial, at);
	}
	return count;
}

static char detect_separator(const struct mlp_csv *csv, int columns)
{
	char found = 0;
	for (size_t i = 0; i < sizeof CANDIDATES; i++) {
		int count = count_fields(csv, CANDIDATES[i]);
		if (count == columns && count > 1)
			return CANDIDATES[i];
		if (!found && count > 1)
			found = CANDIDATES[i];
	}
	return found ? found : ',';
}

void mlp_csv_rewind(struct mlp_csv *csv)
{
	csv->at = csv->length >= 3 && memcmp(csv->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int mlp_csv_open(struct mlp_csv *csv, const struct mlp_messages *messages, const char *file, const char *text,
                 size_t length, char separator, int columns)
{
	*csv = (struct mlp_csv){.messages = messages, .file = file, .text = text, .length = length};
	const char *zero = memchr(text, '\0', length);
	if (zero) {
		size_t at = (size_t)(zero - text);
		mlp_error_at(messages, mlp_csv_place(csv, at, at + 1), "a byte 0 in a text file");
		mlp_help(messages,
		         "tables are plain text in UTF-8 (or IDX files, which begin with two bytes 0)");
		return MLP_BAD_DATA;
	}
	mlp_csv_rewind(csv);
	csv->separator = separator ? separator : detect_separator(csv, columns);
	return MLP_WELL;
}

void mlp_csv_close(struct mlp_csv *csv)
{
	free(csv->fields);
	free(csv->scratch);
	*csv = (struct mlp_csv){0};
}

const char *mlp_csv_text(struct mlp_csv *csv, struct mlp_field field, size_t *length)
{
	const char *text = csv->text + field.start;
	*length = field.end - field.start;
	if (!field.quoted || !memchr(text, '"', *length))
		return text;
	if (*length > csv->scratch_room) {
		char *scratch = realloc(csv->scratch, *length);
		if (!scratch)
			return NULL;
		csv->scratch = scratch;
		csv->scratch_room = *length;
	}
	size_t used = 0;
	for (size_t i = 0; i < *length; i++) {
		csv->scratch[used++] = text[i];
		i += text[i] == '"';
	}
	*length = used;
	return csv->scratch;
}
