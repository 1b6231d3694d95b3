/* Messages with the line they are about; bytes that do not print are shown as `?`. */
#include "host/message.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_QUOTED = 40, MOST_EXCERPT = 96, BEFORE_CARET = 60 };

struct style {
	const char *error, *warning, *note, *help, *bold, *place, *reset;
};

static const struct style PLAIN = {"", "", "", "", "", "", ""};
static const struct style COLORED = {
	"\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[1m", "\033[1;34m", "\033[0m"};

static const struct style *style_of(const struct mlp_messages *messages)
{
	return messages->color ? &COLORED : &PLAIN;
}

bool mlp_color_allowed(void)
{
	const char *no_color = getenv("NO_COLOR");
	return !no_color || !*no_color;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static bool is_control(char byte)
{
	unsigned char c = (unsigned char)byte;
	return c < 0x20 || c == 0x7f;
}

const char *mlp_quote(char buffer[MLP_QUOTED], const char *text, size_t length)
{
	size_t used = length, at = 0;
	if (used > MOST_QUOTED) {
		used = MOST_QUOTED;
		while (used > 0 && is_continuation(text[used]))
			used--;
	}
	buffer[at++] = '`';
	for (size_t i = 0; i < used; i++)
		buffer[at++] = is_control(text[i]) ? '?' : text[i];
	if (used < length) {
		memcpy(&buffer[at], "…", strlen("…"));
		at += strlen("…");
	}
	buffer[at++] = '`';
	buffer[at] = '\0';
	return buffer;
}

static bool ends_line(const char *text, size_t length, size_t at)
{
	return text[at] == '\n' || (text[at] == '\r' && (at + 1 == length || text[at + 1] != '\n'));
}

size_t mlp_line_of(const char *text, size_t length, size_t at)
{
	size_t line = 1;
	for (size_t i = 0; i < at && i < length; i++)
		line += ends_line(text, length, i);
	return line;
}

struct line {
	size_t number, column;  /* from 1; columns in characters */
	size_t start, end;
};

static struct line find_line(struct mlp_place place)
{
	struct line line = {.number = mlp_line_of(place.text, place.length, place.start), .column = 1};
	line.start = place.start;
	while (line.start > 0 && !ends_line(place.text, place.length, line.start - 1))
		line.start--;
	line.end = place.start;
	while (line.end < place.length && place.text[line.end] != '\n' && place.text[line.end] != '\r')
		line.end++;
	if (line.number == 1 && place.length >= 3 && place.start >= 3 &&
	    memcmp(place.text, "\xef\xbb\xbf", 3) == 0)
		line.start = 3;
	for (size_t i = line.start; i < place.start; i++)
		line.column += !is_continuation(place.text[i]);
	return line;
}

static void put_text(FILE *file, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fputc(is_control(text[i]) && text[i] != '\t' ? '?' : text[i], file);
}

/* The line, or a window of a long one, and the carets below it. */
static void put_excerpt(const struct mlp_messages *messages, struct mlp_place place, struct line line)
{
	const struct style *style = style_of(messages);
	FILE *file = messages->file;
	size_t from = line.start, to = line.end;
	if (to - from > MOST_EXCERPT) {
		if (place.start - from > BEFORE_CARET)
			from = place.start - BEFORE_CARET;
		while (from > line.start && is_continuation(place.text[from]))
			from--;
		if (to - from > MOST_EXCERPT)
			to = from + MOST_EXCERPT;
		while (to < line.end && is_continuation(place.text[to]))
			to++;
	}
	fprintf(file, "%s%5zu |%s %s", style->place, line.number, style->reset, from > line.start ? "…" : "");
	put_text(file, place.text + from, to - from);
	fprintf(file, "%s\n%s      |%s %s", to < line.end ? "…" : "", style->place, style->reset,
	        from > line.start ? " " : "");
	for (size_t i = from; i < place.start; i++)
		if (!is_continuation(place.text[i]))
			fputc(place.text[i] == '\t' ? '\t' : ' ', file);
	fprintf(file, "%s^", style->error);
	size_t last = place.end < to ? place.end : to;
	for (size_t i = place.start + 1; i < last; i++)
		if (!is_continuation(place.text[i]))
			fputc('^', file);
	fprintf(file, "%s\n", style->reset);
}

void mlp_error_at(const struct mlp_messages *messages, struct mlp_place place, const char *format, ...)
{
	const struct style *style = style_of(messages);
	struct line line = {0};
	fprintf(messages->file, "%s%s:", style->bold, place.file);
	if (place.text) {
		line = find_line(place);
		line.number += place.lines;
		fprintf(messages->file, "%zu:%zu:", line.number, line.column);
	}
	fprintf(messages->file, "%s %serror:%s ", style->reset, style->error, style->reset);
	va_list arguments;
	va_start(arguments, format);
	vfprintf(messages->file, format, arguments);
	va_end(arguments);
	if (place.text) {
		fputc('\n', messages->file);
		put_excerpt(messages, place, line);
	} else {
		fprintf(messages->file, " (byte %zu)\n", place.start);
	}
}

__attribute__((format(printf, 5, 0))) static void say(const struct mlp_messages *messages, const char *who,
                                                      const char *color, const char *level,
                                                      const char *format, va_list arguments)
{
	const struct style *style = style_of(messages);
	fprintf(messages->file, "%s%s:%s %s%s:%s ", style->bold, who, style->reset, color, level,
	        style->reset);
	vfprintf(messages->file, format, arguments);
	fputc('\n', messages->file);
}

void mlp_error_in(const struct mlp_messages *messages, const char *file, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(messages, file, style_of(messages)->error, "error", format, arguments);
	va_end(arguments);
}

void mlp_error(const struct mlp_messages *messages, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(messages, "mlpc", style_of(messages)->error, "error", format, arguments);
	va_end(arguments);
}

void mlp_warn(const struct mlp_messages *messages, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(messages, "mlpc", style_of(messages)->warning, "warning", format, arguments);
	va_end(arguments);
}

void mlp_note(const struct mlp_messages *messages, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(messages, "mlpc", style_of(messages)->note, "note", format, arguments);
	va_end(arguments);
}

void mlp_help(const struct mlp_messages *messages, const char *format, ...)
{
	const struct style *style = style_of(messages);
	fprintf(messages->file, "       %shelp:%s ", style->help, style->reset);
	va_list arguments;
	va_start(arguments, format);
	vfprintf(messages->file, format, arguments);
	va_end(arguments);
	fputc('\n', messages->file);
}
