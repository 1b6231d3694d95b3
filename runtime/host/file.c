/* A file or the standard input → its bytes, through zlib where they begin as gzip does. */
#define _GNU_SOURCE
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/host.h"
#include "host/message.h"

enum { FIRST_ROOM = 1 << 16, MOST_AT_ONCE = 1 << 30 };

static int cannot_read(const struct mlp_messages *messages, const char *name, const char *reason)
{
	mlp_error(messages, "cannot read `%s`: %s", name, reason);
	return MLP_BAD_SYSTEM;
}

/* A descriptor to read from, or -1 with errno. */
static int open_file(const char *name)
{
	if (strcmp(name, "-") == 0)
		return dup(STDIN_FILENO);
	int descriptor = TEMP_FAILURE_RETRY(open(name, O_RDONLY | O_CLOEXEC));
	struct stat information;
	if (descriptor >= 0 && fstat(descriptor, &information) == 0 && S_ISDIR(information.st_mode)) {
		close(descriptor);
		errno = EISDIR;
		return -1;
	}
	return descriptor;
}

int mlp_stream_open(struct mlp_stream *stream, const struct mlp_messages *messages, const char *name)
{
	*stream = (struct mlp_stream){.messages = messages, .name = name};
	int descriptor = open_file(name);
	if (descriptor < 0)
		return cannot_read(messages, name, strerror(errno));
	gzFile file = gzdopen(descriptor, "rb");
	if (!file) {
		close(descriptor);
		return mlp_no_memory(messages);
	}
	gzbuffer(file, 1 << 17);
	stream->file = file;
	return MLP_WELL;
}

void mlp_stream_close(struct mlp_stream *stream)
{
	if (stream->file)
		gzclose_r(stream->file);
	stream->file = NULL;
}

/* At the end of the file: was it the true one? */
static int finish(struct mlp_stream *stream)
{
	int code, number = errno;
	gzerror(stream->file, &code);
	int closed = gzclose_r(stream->file);
	stream->file = NULL;
	if (code == Z_ERRNO)
		return cannot_read(stream->messages, stream->name, strerror(number));
	if (code == Z_BUF_ERROR || (code == Z_OK && closed == Z_BUF_ERROR)) {
		mlp_error_in(stream->messages, stream->name, "the gzip data are cut short: copy the file again");
		return MLP_BAD_DATA;
	}
	if (code != Z_OK && code != Z_STREAM_END) {
		mlp_error_in(stream->messages, stream->name, "the gzip data are damaged: copy the file again");
		return MLP_BAD_DATA;
	}
	return MLP_WELL;
}

int mlp_stream_read(struct mlp_stream *stream, char *into, size_t room, size_t *count)
{
	*count = 0;
	while (stream->file && *count < room) {
		size_t wanted = room - *count;
		int got = gzread(stream->file, into + *count,
		                 (unsigned)(wanted < MOST_AT_ONCE ? wanted : MOST_AT_ONCE));
		if (got <= 0)
			return finish(stream);
		*count += (size_t)got;
	}
	return MLP_WELL;
}

int mlp_stream_rest(struct mlp_stream *stream, struct mlp_bytes *bytes)
{
	int status = MLP_WELL;
	for (size_t room = 0; status == MLP_WELL;) {
		size_t count, larger = room ? room * 2 : bytes->length + FIRST_ROOM;
		char *text = larger > room ? realloc(bytes->text, larger) : NULL;
		if (!text) {
			status = mlp_no_memory(stream->messages);
			break;
		}
		bytes->text = text;
		room = larger;
		status = mlp_stream_read(stream, text + bytes->length, room - 1 - bytes->length, &count);
		bytes->length += count;
		if (status == MLP_WELL && bytes->length < room - 1) {
			text[bytes->length] = '\0';
			return MLP_WELL;
		}
	}
	free(bytes->text);
	*bytes = (struct mlp_bytes){0};
	return status;
}

int mlp_read_file(const struct mlp_messages *messages, const char *name, struct mlp_bytes *bytes)
{
	struct mlp_stream stream;
	*bytes = (struct mlp_bytes){0};
	int status = mlp_stream_open(&stream, messages, name);
	if (status == MLP_WELL)
		status = mlp_stream_rest(&stream, bytes);
	mlp_stream_close(&stream);
	return status;
}
