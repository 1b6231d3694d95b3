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

static bool grow(struct mlp_bytes *bytes, size_t *room)
{
	if (bytes->length + 1 < *room)
		return true;
	size_t larger = *room ? *room * 2 : FIRST_ROOM;
	char *text = larger > *room ? realloc(bytes->text, larger) : NULL;
	if (!text)
		return false;
	bytes->text = text;
	*room = larger;
	return true;
}

static int read_all(const struct mlp_messages *messages, const char *name, gzFile file,
                    struct mlp_bytes *bytes)
{
	size_t room = 0;
	for (;;) {
		if (!grow(bytes, &room))
			return mlp_no_memory(messages);
		size_t free_room = room - 1 - bytes->length;
		int count = gzread(file, bytes->text + bytes->length,
		                   (unsigned)(free_room < MOST_AT_ONCE ? free_room : MOST_AT_ONCE));
		if (count <= 0)
			break;
		bytes->length += (size_t)count;
	}
	bytes->text[bytes->length] = '\0';
	int code;
	gzerror(file, &code);
	if (code == Z_ERRNO)
		return cannot_read(messages, name, strerror(errno));
	if (code != Z_OK && code != Z_STREAM_END) {
		mlp_error_in(messages, name, "the gzip data are %s",
		             code == Z_BUF_ERROR ? "cut short" : "damaged");
		return MLP_BAD_DATA;
	}
	return MLP_WELL;
}

int mlp_read_file(const struct mlp_messages *messages, const char *name, struct mlp_bytes *bytes)
{
	*bytes = (struct mlp_bytes){0};
	int descriptor = open_file(name);
	if (descriptor < 0)
		return cannot_read(messages, name, strerror(errno));
	gzFile file = gzdopen(descriptor, "rb");
	if (!file) {
		close(descriptor);
		return mlp_no_memory(messages);
	}
	gzbuffer(file, 1 << 17);
	int status = read_all(messages, name, file, bytes);
	int closed = gzclose_r(file);
	if (status == MLP_WELL && closed == Z_BUF_ERROR) {
		mlp_error_in(messages, name, "the gzip data are cut short");
		status = MLP_BAD_DATA;
	}
	if (status != MLP_WELL) {
		free(bytes->text);
		*bytes = (struct mlp_bytes){0};
	}
	return status;
}
