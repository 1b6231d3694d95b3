/* Growable text with indentation: for dumps and for C. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

struct arena;

struct text {
	struct arena *arena;
	char *bytes;   /* terminated; NULL while empty */
	size_t length, capacity;
	int indent;    /* tabs before each line that text_line writes */
};

struct text text_new(struct arena *arena);
void text_bytes(struct text *text, const char *bytes, size_t length);
void text_add(struct text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *text, const char *format, ...);

/* Indentation, the formatted line, a newline. */
__attribute__((format(printf, 2, 3))) void text_line(struct text *text, const char *format, ...);
/* The same with a line that is ready. */
void text_line_bytes(struct text *text, const char *bytes, size_t length);

/* A newline alone. */
void text_blank(struct text *text);

/* The shortest decimal that reads back as the same double or float, in any locale:
 * "0.1", "1e-08", "inf", "nan". */
void text_double(struct text *text, double value);
void text_float(struct text *text, float value);

/* The text so far; never NULL. */
const char *text_string(const struct text *text);

#endif
