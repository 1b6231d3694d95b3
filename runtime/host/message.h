/* Messages to the user, in the look of the compiler's own: place, level, sentence, the line, a caret. */
#ifndef MLP_HOST_MESSAGE_H
#define MLP_HOST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "host/host.h"

struct mlp_messages {
	FILE *file;
	bool color;
};

/* False: the environment asks for none, by a NO_COLOR that is not empty (no-color.org). */
bool mlp_color_allowed(void);

/* A place in a file: bytes start … end-1 of its text. Without text: a byte of a binary file. */
struct mlp_place {
	const char *file;
	const char *text;
	size_t length;
	size_t start, end;
	size_t lines;   /* before the text */
};

enum { MLP_QUOTED = 128 };

/* `text` in backquotes, at most 40 characters of it, without control characters. Returns the buffer. */
const char *mlp_quote(char buffer[MLP_QUOTED], const char *text, size_t length);

/* FILE:LINE:COLUMN: error: …, the line, a caret; or FILE: error: … (byte N). */
__attribute__((format(printf, 3, 4))) void mlp_error_at(const struct mlp_messages *messages,
                                                        struct mlp_place place, const char *format, ...);
/* FILE: error: … */
__attribute__((format(printf, 3, 4))) void mlp_error_in(const struct mlp_messages *messages, const char *file,
                                                        const char *format, ...);
/* mlpc: error: … */
__attribute__((format(printf, 2, 3))) void mlp_error(const struct mlp_messages *messages, const char *format,
                                                     ...);
__attribute__((format(printf, 2, 3))) void mlp_warn(const struct mlp_messages *messages, const char *format,
                                                    ...);
/* Belong to the message before them. */
__attribute__((format(printf, 2, 3))) void mlp_note(const struct mlp_messages *messages, const char *format,
                                                    ...);
__attribute__((format(printf, 2, 3))) void mlp_help(const struct mlp_messages *messages, const char *format,
                                                    ...);

/* mlpc: error: out of memory. In the header, so that who calls it is seen to stop. */
static inline int mlp_no_memory(const struct mlp_messages *messages)
{
	mlp_error(messages, "out of memory");
	return MLP_BAD_SYSTEM;
}

/* The line (from 1) of a byte of a text. */
size_t mlp_line_of(const char *text, size_t length, size_t at);

#endif
