/* Whole files into memory, unpacked when they are gzip. */
#ifndef MLP_HOST_FILE_H
#define MLP_HOST_FILE_H

#include <stddef.h>

struct mlp_messages;

struct mlp_bytes {
	char *text;     /* text[length] is 0 */
	size_t length;
};

/* Reads a file, "-" being the standard input, and unpacks it if it is gzip, whatever its name. Returns a
 * status, the message printed. The caller frees bytes->text. */
int mlp_read_file(const struct mlp_messages *messages, const char *name, struct mlp_bytes *bytes);

#endif
