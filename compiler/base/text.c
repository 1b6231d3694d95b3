/* Text that grows in an arena; numbers in the fewest digits that read back. */
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_CAPACITY = 64, LAST_DIGITS = 3 };

struct text text_new(struct arena *arena)
{
	return (struct text){.arena = arena};
}

static void reserve(struct text *text, size_t more)
{
	size_t needed = text->length + more + 1;
	if (needed <= text->capacity)
		return;
	size_t capacity = text->capacity ? text->capacity * 2 : FIRST_CAPACITY;
	if (capacity < needed)
		capacity = needed;
	char *bytes = arena_alloc(text->arena, capacity);
	if (text->length > 0)
		memcpy(bytes, text->bytes, text->length);
	text->bytes = bytes;
	text->capacity = capacity;
}

void text_bytes(struct text *text, const char *bytes, size_t length)
{
	if (length == 0)
		return;
	reserve(text, length);
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

/* Most are short: what does not fit where it is formatted is formatted twice. */
static void add_formatted(struct text *text, const char *format, va_list arguments)
{
	char few[256];
	va_list again;
	va_copy(again, arguments);
	size_t length = (size_t)vsnprintf(few, sizeof few, format, arguments);
	if (length < sizeof few) {
		text_bytes(text, few, length);
	} else {
		reserve(text, length);
		vsnprintf(text->bytes + text->length, length + 1, format, again);
		text->length += length;
	}
	va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_formatted(text, format, arguments);
	va_end(arguments);
}

static void add_indent(struct text *text)
{
	for (int i = 0; i < text->indent; i++)
		text_bytes(text, "\t", 1);
}

void text_line(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_indent(text);
	add_formatted(text, format, arguments);
	text_blank(text);
	va_end(arguments);
}

void text_line_bytes(struct text *text, const char *bytes, size_t length)
{
	add_indent(text);
	text_bytes(text, bytes, length);
	text_blank(text);
}

void text_blank(struct text *text)
{
	text_bytes(text, "\n", 1);
}

/* The decimal separator of the locale, whatever it is, becomes a point. */
static void add_number(struct text *text, char *digits)
{
	for (char *c = digits; *c; c++)
		if (!strchr("0123456789+-einfa", *c))
			*c = '.';
	text_add(text, digits);
}

static int special(struct text *text, double value)
{
	if (!isnan(value) && !isinf(value))
		return 0;
	text_add(text, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
	return 1;
}

/* "%g" with the fewest digits that read back, but 30 and not 3e+01: whole numbers of few
 * digits are written out. */
static void add_shortest(struct text *text, double value, int most, int (*reads_back)(const char *, double))
{
	char digits[40];
	int precision = most - LAST_DIGITS;
	if (special(text, value))
		return;
	snprintf(digits, sizeof digits, "%.*g", precision, value);
	precision = reads_back(digits, value) ? 1 : precision + 1; /* results of arithmetic need almost all */
	do
		snprintf(digits, sizeof digits, "%.*g", precision, value);
	while (!reads_back(digits, value) && ++precision <= most);
	if (value == floor(value) && fabs(value) < 1e7)
		snprintf(digits, sizeof digits, "%.0f", value);
	add_number(text, digits);
}

static int reads_back_double(const char *digits, double value)
{
	return strtod(digits, NULL) == value;
}

static int reads_back_float(const char *digits, double value)
{
	return (double)strtof(digits, NULL) == value;
}

void text_double(struct text *text, double value)
{
	add_shortest(text, value, 17, reads_back_double);
}

void text_float(struct text *text, float value)
{
	add_shortest(text, (double)value, 9, reads_back_float);
}

const char *text_string(const struct text *text)
{
	return text->bytes ? text->bytes : "";
}
