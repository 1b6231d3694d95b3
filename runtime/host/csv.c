/* Text → rows of fields: quotes, line ends, comments. */
#include "host/csv.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

enum kind { INSIDE, SEPARATOR, LINE_END, ZERO };

/* What was found where a row should be. */
enum find { ROW, NO_ROW, SHORT, OPEN_QUOTE, AFTER_QUOTE, ZERO_BYTE, NO_MEMORY };

struct found {
	enum find find;
	size_t at;   /* of a fault */
};

struct mlp_place mlp_csv_place(const struct mlp_csv *csv, size_t start, size_t end)
{
	return (struct mlp_place){csv->file, csv->text, csv->length, start, end, csv->lines};
}

size_t mlp_csv_line(const struct mlp_csv *csv)
{
	return csv->lines + mlp_line_of(csv->text, csv->length, csv->row_start);
}

static enum kind kind_of(const struct mlp_csv *csv, size_t at)
{
	return (enum kind)csv->kinds[(unsigned char)csv->text[at]];
}

static size_t skip_blanks(const struct mlp_csv *csv, size_t at)
{
	while (csv->text[at] == ' ' || (csv->text[at] == '\t' && csv->separator != '\t'))
		at++;
	return at;
}

/* After the line end at `at`, which may be the end of the text. */
static size_t skip_line_end(const struct mlp_csv *csv, size_t at)
{
	if (csv->text[at] == '\r' && csv->text[at + 1] == '\n')
		return at + 2;
	return at + (at < csv->length);
}

/* A \r that ends the window may be half of a line end. */
static bool may_be_half(const struct mlp_csv *csv, size_t at)
{
	return csv->text[at] == '\r' && at + 1 == csv->length && !csv->ended;
}

static bool push(struct mlp_csv *csv, struct mlp_field field)
{
	if (csv->count == csv->field_room) {
		int room = csv->field_room ? csv->field_room * 2 : 64;
		struct mlp_field *fields = realloc(csv->fields, (size_t)room * sizeof *fields);
		if (!fields)
			return false;
		csv->fields = fields;
		csv->field_room = room;
	}
	csv->fields[csv->count++] = field;
	return true;
}

/* Moves the cursor over blank lines and comments; ROW where something else begins. */
static struct found skip_lines(struct mlp_csv *csv)
{
	const char *text = csv->text;
	for (;;) {
		size_t at = csv->at + strspn(text + csv->at, " \t");
		if (text[at] == '#') {
			at += strcspn(text + at, "\r\n");
			if (at < csv->length && text[at] == '\0')
				return (struct found){ZERO_BYTE, at};
		}
		if (at == csv->length)
			return (struct found){csv->ended ? NO_ROW : SHORT, at};
		if ((text[at] != '\n' && text[at] != '\r'))
			return (struct found){ROW, at};
		if (may_be_half(csv, at))
			return (struct found){SHORT, at};
		csv->at = skip_line_end(csv, at);
	}
}

/* The quote that closes the one before `at`, or the length of the text. */
static size_t closing_quote(const struct mlp_csv *csv, size_t at)
{
	while (at < csv->length) {
		const char *quote = memchr(csv->text + at, '"', csv->length - at);
		if (!quote)
			return csv->length;
		at = (size_t)(quote - csv->text);
		if (quote[1] != '"')
			return at;
		at += 2;
	}
	return csv->length;
}

/* The field whose quote is at `*at`, which moves to what ends it. */
static struct found quoted_field(const struct mlp_csv *csv, size_t *at, struct mlp_field *field)
{
	size_t start = *at + 1, end = closing_quote(csv, start);
	const char *zero = memchr(csv->text + start, '\0', end - start);
	if (zero)
		return (struct found){ZERO_BYTE, (size_t)(zero - csv->text)};
	if (end >= csv->length || (end + 1 == csv->length && !csv->ended))
		return (struct found){csv->ended ? OPEN_QUOTE : SHORT, *at};
	*field = (struct mlp_field){start, end, true};
	*at = skip_blanks(csv, end + 1);
	if (kind_of(csv, *at) != INSIDE || (csv->separator == ' ' && *at > end + 1))
		return (struct found){ROW, *at};
	return (struct found){AFTER_QUOTE, *at};
}

static void plain_field(const struct mlp_csv *csv, size_t *at, struct mlp_field *field)
{
	const char *text = csv->text;
	const unsigned char *kinds = csv->kinds;
	size_t start = *at, end = start;
	while (!kinds[(unsigned char)text[end]])
		end++;
	*at = end;
	while (end > start && (text[end - 1] == ' ' || (text[end - 1] == '\t' && csv->separator != '\t')))
		end--;
	*field = (struct mlp_field){start, end, false};
}

/* Splits the row at the cursor into fields, and moves the cursor behind it. */
static struct found scan_row(struct mlp_csv *csv)
{
	struct found found = skip_lines(csv);
	csv->count = 0;
	csv->row_start = csv->at;
	if (found.find != ROW)
		return found;
	for (size_t at = csv->at;; at += csv->separator != ' ') {
		struct mlp_field field;
		at = skip_blanks(csv, at);
		if (csv->separator != ' ' || kind_of(csv, at) < LINE_END) {
			if (csv->text[at] == '"')
				found = quoted_field(csv, &at, &field);
			else
				plain_field(csv, &at, &field);
			if (found.find == ROW && !push(csv, field))
				found.find = NO_MEMORY;
			if (found.find != ROW)
				return found;
		}
		enum kind kind = kind_of(csv, at);
		if (kind == ZERO && at < csv->length)
			return (struct found){ZERO_BYTE, at};
		if ((kind == ZERO && !csv->ended) || may_be_half(csv, at))
			return (struct found){SHORT, at};
		if (kind >= LINE_END) {
			csv->at = skip_line_end(csv, at);
			return (struct found){ROW, at};
		}
	}
}

/* Is the line of a fault in the window to its end, to be shown? */
static bool is_whole_line(const struct mlp_csv *csv, size_t at)
{
	size_t left = csv->length - at;
	return csv->ended || memchr(csv->text + at, '\n', left) || memchr(csv->text + at, '\r', left) ||
	       csv->length - csv->at >= MLP_CSV_LONGEST_ROW;
}

static int refuse(const struct mlp_csv *csv, struct found found)
{
	static const char QUOTES[] = "a quote inside a quoted field is written twice";
	static const struct { const char *sentence, *help; } MESSAGES[] = {
		[OPEN_QUOTE] = {"this quoted field is never closed", QUOTES},
		[AFTER_QUOTE] = {"text after the closing quote of a field", QUOTES},
		[ZERO_BYTE] = {"a byte 0 in a text file",
		               "tables are plain text in UTF-8 (or IDX files, which begin with two bytes 0)"}};
	if (found.find == NO_MEMORY)
		return mlp_no_memory(csv->messages);
	mlp_error_at(csv->messages, mlp_csv_place(csv, found.at, found.at + 1), "%s",
	             MESSAGES[found.find].sentence);
	mlp_help(csv->messages, "%s", MESSAGES[found.find].help);
	return MLP_BAD_DATA;
}

enum mlp_row mlp_csv_next(struct mlp_csv *csv, int *status)
{
	for (;;) {
		struct found found = scan_row(csv);
		if (found.find <= NO_ROW)
			return found.find == ROW ? MLP_ROW : MLP_END;
		if (found.find != SHORT && (found.find == NO_MEMORY || is_whole_line(csv, found.at))) {
			*status = refuse(csv, found);
			return MLP_BAD_ROW;
		}
		*status = mlp_csv_refill(csv);
		if (*status != MLP_WELL)
			return MLP_BAD_ROW;
	}
}

int mlp_csv_open(struct mlp_csv *csv, const struct mlp_messages *messages, struct mlp_stream *stream,
                 struct mlp_bytes start, char separator, int columns)
{
	*csv = (struct mlp_csv){.messages = messages, .file = stream->name, .stream = stream,
	                        .text = start.text, .length = start.length, .room = start.length + 1,
	                        .ended = !stream->file, .separator = separator};
	csv->at = csv->length >= 3 && memcmp(csv->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	int status = separator ? MLP_WELL : mlp_csv_detect(csv, columns);
	csv->kinds['\n'] = csv->kinds['\r'] = LINE_END;
	csv->kinds['\0'] = ZERO;
	csv->kinds[(unsigned char)csv->separator] = SEPARATOR;
	if (csv->separator == ' ')
		csv->kinds['\t'] = SEPARATOR;
	return status;
}

void mlp_csv_close(struct mlp_csv *csv)
{
	free(csv->text);
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
