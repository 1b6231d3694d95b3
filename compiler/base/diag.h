/* Source texts, spans in them, and the diagnostics about them. Only diag.c knows lines and columns. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;

struct source {
	const char *name;  /* as the user gave it; "<prelude>" for the standard library */
	const char *text;  /* terminated */
	size_t length;
};

/* Bytes start … end-1 of a source. A span without source has no place ("mlpc: error: …"). */
struct span {
	const struct source *source;
	uint32_t start, end;
};

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE, DIAG_HELP };
enum diag_format { DIAG_TEXT, DIAG_JSON };

enum { DIAG_MOST_ERRORS = 20 };  /* more are counted, not shown */

struct diag;

struct diag *diag_new(struct arena *arena);

/* A message is a sentence without a full stop, names in `quotes`. `id` is its stable name, such as
 * "unknown-name". An error on the very span and id of an earlier one is dropped. */
__attribute__((format(printf, 4, 5))) void diag_error(struct diag *diag, struct span span, const char *id,
                                                      const char *format, ...);
__attribute__((format(printf, 4, 5))) void diag_warning(struct diag *diag, struct span span, const char *id,
                                                        const char *format, ...);

/* Belong to the error or warning before them: another place, or the mend. */
__attribute__((format(printf, 3, 4))) void diag_note(struct diag *diag, struct span span,
                                                     const char *format, ...);
__attribute__((format(printf, 2, 3))) void diag_help(struct diag *diag, const char *format, ...);

int diag_errors(const struct diag *diag);

/* All messages: text in the order of their places, or one JSON object a line. */
void diag_print(const struct diag *diag, FILE *file, enum diag_format format, bool color);

struct span span_join(struct span a, struct span b);

/* Line and column, from 1, columns counted in characters of UTF-8. */
void span_place(struct span span, int *line, int *column);

#endif
