/* Files as bytes, unpacked when they are gzip: as a stream, or whole. */
#ifndef MLP_HOST_FILE_H
#define MLP_HOST_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct mlp_messages;

struct mlp_bytes {
	char *text;     /* text[length] is 0 */
	size_t length;
};

/* A file that is read from its beginning to its end. */
struct mlp_stream {
	const struct mlp_messages *messages;
	const char *name;
	void *file;     /* NULL: at the end, or closed */
};

/* "-" is the standard input. All return a status, the message printed. Close in any case. */
int mlp_stream_open(struct mlp_stream *stream, const struct mlp_messages *messages, const char *name);
/* The next bytes, `room` of them unless the file ends before: then *count is smaller. */
int mlp_stream_read(struct mlp_stream *stream, char *into, size_t room, size_t *count);
/* All that is left, after what `bytes` holds; freed after an error. */
int mlp_stream_rest(struct mlp_stream *stream, struct mlp_bytes *bytes);
void mlp_stream_close(struct mlp_stream *stream);

/* Reads a file whole. Returns a status, the message printed. The caller frees bytes->text. */
int mlp_read_file(const struct mlp_messages *messages, const char *name, struct mlp_bytes *bytes);

#endif
