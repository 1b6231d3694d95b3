/* A stream → a window on its text that holds whole rows; a guess at the separator. */
#include "host/csv.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

static const char CANDIDATES[] = {';', '\t', ',', ' '};   /* of the separator, in order */

/* Lines that end before `end`, which is the beginning of one. */
static size_t count_lines(const char *text, size_t end)
{
	size_t lines = 0;
	bool returns = memchr(text, '\r', end);
	for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + end - at))); at++)
		lines++;
	for (size_t i = 0; returns && i < end; i++)
		lines += text[i] == '\r' && text[i + 1] != '\n';
	return lines;
}

static int refuse_length(const struct mlp_csv *csv, size_t start)
{
	mlp_error_at(csv->messages, mlp_csv_place(csv, start, start + 1), "this row does not end within %d MiB",
	             MLP_CSV_LONGEST_ROW >> 20);
	if (memchr(csv->text + start, '"', csv->length - start))
		mlp_help(csv->messages, "is a quote missing that closes a field?");
	return MLP_BAD_DATA;
}

/* A larger window, up to the longest row; false: no memory. */
static bool make_room(struct mlp_csv *csv)
{
	size_t most = (size_t)MLP_CSV_LONGEST_ROW + 1;
	size_t room = csv->room < MLP_CSV_WINDOW ? MLP_CSV_WINDOW : csv->room * 2;
	room = room < most ? room : most;
	char *text = room > csv->room ? realloc(csv->text, room) : csv->text;
	if (!text)
		return false;
	csv->text = text;
	csv->room = room > csv->room ? room : csv->room;
	return true;
}

int mlp_csv_refill(struct mlp_csv *csv)
{
	size_t start = csv->held ? 0 : csv->at, count;
	if (csv->length - start >= MLP_CSV_LONGEST_ROW)
		return refuse_length(csv, csv->at);
	csv->lines += count_lines(csv->text, start);
	memmove(csv->text, csv->text + start, csv->length - start);
	csv->length -= start;
	csv->at -= start;
	csv->row_start = csv->at;
	if (csv->room - 1 - csv->length < csv->room / 2 && !make_room(csv))
		return mlp_no_memory(csv->messages);
	size_t free_room = csv->room - 1 - csv->length;
	int status = mlp_stream_read(csv->stream, csv->text + csv->length, free_room, &count);
	csv->length += count;
	csv->text[csv->length] = '\0';
	csv->ended = count < free_room;
	return status;
}

/* -- The separator ------------------------------------------------------------------------------------- */

static bool separates(char byte, char separator)
{
	return separator == ' ' ? byte == ' ' || byte == '\t' : byte == separator;
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Where the first row begins that is neither blank nor a comment. */
static size_t first_row(const struct mlp_csv *csv)
{
	const char *text = csv->text;
	for (size_t start = csv->at, at;; start = at) {
		for (at = start; is_space(text[at]); at++)
			;
		if (text[at] == '#')
			at += strcspn(text + at, "\r\n");
		if (text[at] != '\n' && text[at] != '\r')
			return start;
		at++;
	}
}

/* The number of fields of the row if `separator` parted them, 1 if it does not occur; *end: where it ends. */
static int count_fields(const struct mlp_csv *csv, size_t at, char separator, size_t *end)
{
	const char *text = csv->text;
	int count = 1;
	bool quoted = false;
	while (is_space(text[at]) && !(separator == '\t' && text[at] == '\t'))
		at++;
	for (; text[at] && (quoted || (text[at] != '\n' && text[at] != '\r')); at++) {
		quoted ^= text[at] == '"';
		if (quoted || !separates(text[at], separator))
			continue;
		while (separator == ' ' && is_space(text[at + 1]))
			at++;
		count += separator != ' ' || (text[at + 1] && text[at + 1] != '\n' && text[at + 1] != '\r');
	}
	*end = at;
	return count;
}

static char choose(const struct mlp_csv *csv, int columns, size_t *end)
{
	char found = 0;
	size_t start = first_row(csv);
	for (size_t i = 0; i < sizeof CANDIDATES; i++) {
		int count = count_fields(csv, start, CANDIDATES[i], end);
		if (count == columns && count > 1)
			return CANDIDATES[i];
		if (!found && count > 1)
			found = CANDIDATES[i];
	}
	if (!found)
		found = ',';
	return found;
}

int mlp_csv_detect(struct mlp_csv *csv, int columns)
{
	for (;;) {
		size_t end;
		csv->separator = choose(csv, columns, &end);
		if (end < csv->length || csv->ended)
			return MLP_WELL;
		int status = mlp_csv_refill(csv);
		if (status != MLP_WELL)
			return status;
	}
}
