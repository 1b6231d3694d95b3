/* Lines and comments of C. */
#ifndef EMIT_LINES_H
#define EMIT_LINES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/* The line with its indentation, broken at column 104 and continued two tabs deeper. */
void c_line(struct text *text, const char *line);

/* Ends a block that a line with " {" at its end opened: with "}", or, around a single
 * line, without its braces. */
void c_close(struct text *text);

/* A comment of whole lines. */
void c_comment(struct text *text, const char *lines);

#endif
