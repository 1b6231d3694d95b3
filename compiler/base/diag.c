/* Messages are collected, then printed in the order of their places, with the line and carets or as JSON. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"

struct part {
	enum diag_level level;
	struct span span;
	const char *text;
};

struct message {
	const char *id;
	size_t order;
	ARRAY(struct part) parts;  /* the first is the message itself */
};

struct diag {
	struct arena *arena;
	ARRAY(struct message) messages;
	int errors;
	bool muted;  /* the last message was a repetition: its notes go with it */
};

struct diag *diag_new(struct arena *arena)
{
	struct diag *diag = ARENA_NEW(arena, struct diag);
	diag->arena = arena;
	return diag;
}

static const char *format_text(struct diag *diag, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	char *text = arena_alloc(diag->arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

static bool repeated(const struct diag *diag, struct span span, const char *id)
{
	for (size_t i = 0; i < diag->messages.count; i++) {
		const struct message *message = &diag->messages.items[i];
		struct span other = message->parts.items[0].span;
		if (other.source == span.source && other.start == span.start && strcmp(message->id, id) == 0)
			return true;
	}
	return false;
}

static void begin(struct diag *diag, enum diag_level level, struct span span, const char *id,
                  const char *format, va_list arguments)
{
	diag->muted = repeated(diag, span, id);
	if (level == DIAG_ERROR && !diag->muted && ++diag->errors > DIAG_MOST_ERRORS)
		diag->muted = true;
	if (diag->muted)
		return;
	struct message message = {.id = id, .order = diag->messages.count};
	struct part part = {.level = level, .span = span, .text = format_text(diag, format, arguments)};
	array_push(diag->arena, &message.parts, part);
	array_push(diag->arena, &diag->messages, message);
}

void diag_error(struct diag *diag, struct span span, const char *id, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	begin(diag, DIAG_ERROR, span, id, format, arguments);
	va_end(arguments);
}

void diag_warning(struct diag *diag, struct span span, const char *id, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	begin(diag, DIAG_WARNING, span, id, format, arguments);
	va_end(arguments);
}

static void add_part(struct diag *diag, struct part part)
{
	if (!diag->muted && diag->messages.count > 0)
		array_push(diag->arena, &diag->messages.items[diag->messages.count - 1].parts, part);
}

void diag_note(struct diag *diag, struct span span, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_part(diag, (struct part){.level = DIAG_NOTE,
	                             .span = span,
	                             .text = format_text(diag, format, arguments)});
	va_end(arguments);
}

void diag_help(struct diag *diag, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_part(diag, (struct part){.level = DIAG_HELP, .text = format_text(diag, format, arguments)});
	va_end(arguments);
}

int diag_errors(const struct diag *diag)
{
	return diag->errors;
}

struct span span_join(struct span a, struct span b)
{
	if (!a.source || a.source != b.source)
		return a.source ? a : b;
	return (struct span){a.source, a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static uint32_t line_start(struct span span)
{
	uint32_t start = span.start;
	while (start > 0 && span.source->text[start - 1] != '\n')
		start--;
	return start;
}

void span_place(struct span span, int *line, int *column)
{
	*line = *column = 1;
	for (uint32_t i = 0; i < span.start && i < span.source->length; i++) {
		if (span.source->text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (!is_continuation(span.source->text[i])) {
			++*column;
		}
	}
}

struct style {
	const char *level[4], *bold, *place, *reset;
};

static const struct style PLAIN = {{"", "", "", ""}, "", "", ""};
static const struct style COLORED = {
	{"\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m"}, "\033[1m", "\033[1;34m", "\033[0m"};
static const char *const LEVEL[] = {"error", "warning", "note", "help"};

/* The line of the span, and carets below it; tabs are kept so that the carets stand right. */
static void print_excerpt(FILE *file, struct span span, const char *color, const struct style *style)
{
	const struct source *source = span.source;
	int line, column;
	span_place(span, &line, &column);
	uint32_t start = line_start(span), end = start;
	while (end < source->length && source->text[end] != '\n' && source->text[end] != '\r')
		end++;
	fprintf(file, "%s%5d |%s %.*s\n%s      |%s ", style->place, line, style->reset, (int)(end - start),
	        source->text + start, style->place, style->reset);
	for (uint32_t i = start; i < span.start && i < end; i++)
		if (!is_continuation(source->text[i]))
			fputc(source->text[i] == '\t' ? '\t' : ' ', file);
	fputs(color, file);
	uint32_t last = span.end < end ? span.end : end;
	fputc('^', file);
	for (uint32_t i = span.start + 1; i < last; i++)
		if (!is_continuation(source->text[i]))
			fputc('^', file);
	fprintf(file, "%s\n", style->reset);
}

static void print_part(FILE *file, const struct part *part, const char *id, const struct style *style)
{
	const char *color = style->level[part->level];
	if (part->level == DIAG_HELP) {
		fprintf(file, "       %shelp:%s %s\n", color, style->reset, part->text);
		return;
	}
	if (part->span.source) {
		int line, column;
		span_place(part->span, &line, &column);
		fprintf(file, "%s%s:%d:%d:%s ", style->bold, part->span.source->name, line, column,
		        style->reset);
	} else {
		fprintf(file, "%smlpc:%s ", style->bold, style->reset);
	}
	fprintf(file, "%s%s%s%s%s:%s %s\n", color, LEVEL[part->level], id ? "[" : "", id ? id : "",
	        id ? "]" : "", style->reset, part->text);
	if (part->span.source)
		print_excerpt(file, part->span, color, style);
}

static void print_json_string(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20)
			fprintf(file, "\\u%04x", c);
		else
			fputc(c, file);
	}
	fputc('"', file);
}

static void print_json_part(FILE *file, const struct part *part)
{
	fprintf(file, "{\"level\":\"%s\",\"message\":", LEVEL[part->level]);
	print_json_string(file, part->text);
	if (part->span.source) {
		int line, column;
		span_place(part->span, &line, &column);
		fputs(",\"file\":", file);
		print_json_string(file, part->span.source->name);
		fprintf(file, ",\"line\":%d,\"column\":%d,\"byte_start\":%u,\"byte_end\":%u", line, column,
		        (unsigned)part->span.start, (unsigned)part->span.end);
	}
}

static void print_json(FILE *file, const struct message *message)
{
	print_json_part(file, &message->parts.items[0]);
	fputs(",\"id\":", file);
	print_json_string(file, message->id);
	fputs(",\"children\":[", file);
	for (size_t i = 1; i < message->parts.count; i++) {
		if (i > 1)
			fputc(',', file);
		print_json_part(file, &message->parts.items[i]);
		fputc('}', file);
	}
	fputs("]}\n", file);
}

static int by_place(const void *left, const void *right)
{
	const struct message *a = left, *b = right;
	struct span s = a->parts.items[0].span, t = b->parts.items[0].span;
	if (s.source == t.source && s.source && s.start != t.start)
		return s.start < t.start ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void diag_print(const struct diag *diag, FILE *file, enum diag_format format, bool color)
{
	size_t count = diag->messages.count;
	struct message *sorted = ARENA_ARRAY(diag->arena, struct message, count);
	if (count > 0) {
		memcpy(sorted, diag->messages.items, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_place);
	}
	const struct style *style = color ? &COLORED : &PLAIN;
	for (size_t i = 0; i < count; i++) {
		if (format == DIAG_JSON) {
			print_json(file, &sorted[i]);
			continue;
		}
		for (size_t j = 0; j < sorted[i].parts.count; j++)
			print_part(file, &sorted[i].parts.items[j], j == 0 ? sorted[i].id : NULL, style);
	}
	if (format == DIAG_TEXT && diag->errors > DIAG_MOST_ERRORS)
		fprintf(file, "mlpc: %d more errors are not shown\n", diag->errors - DIAG_MOST_ERRORS);
}
