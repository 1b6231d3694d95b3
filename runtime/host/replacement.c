/* Files replaced as a whole. */
#define _GNU_SOURCE
#include "host/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"

enum { MOST_ATTEMPTS = 100 };

static const char SUFFIX[] = ".mlpc-part";

/* The call again while a signal interrupts it. */
#define AGAIN(call) TEMP_FAILURE_RETRY(call)

static int refuse(const struct mlp_messages *messages, const char *path, int reason)
{
	if (reason == ENOMEM)
		return mlp_no_memory(messages);
	if (reason == EWOULDBLOCK)
		mlp_error(messages, "cannot write `%s`: it is being written already", path);
	else
		mlp_error(messages, "cannot write `%s`: %s", path, strerror(reason));
	return MLP_BAD_SYSTEM;
}

/* -- The temporary ------------------------------------------------------------------------------------- */

/* Locks what `descriptor` is open on, and looks whether it still has that name. 0, ENOENT: it has not, or an
 * errno. File systems without locks go without. */
static int lock(int descriptor, const char *path)
{
	struct stat ours, there;
	if (AGAIN(flock(descriptor, LOCK_EX | LOCK_NB)) != 0 && errno == EWOULDBLOCK)
		return errno;
	if (fstat(descriptor, &ours) != 0 || lstat(path, &there) != 0)
		return errno;
	return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino ? 0 : ENOENT;
}

/* A temporary that nobody holds was left by a killed process: takes it away. 0 or an errno. */
static int remove_left_over(const char *temporary)
{
	int descriptor = AGAIN(open(temporary, O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
	if (descriptor < 0)
		return errno == ENOENT ? 0 : errno;
	int reason = lock(descriptor, temporary);
	if (reason == 0 && AGAIN(unlink(temporary)) != 0)
		reason = errno;
	close(descriptor);
	return reason == ENOENT ? 0 : reason;
}

/* 0 or an errno; then the temporary is there, empty and ours. */
static int make_temporary(struct mlp_replacement *file)
{
	for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
		int descriptor =
			AGAIN(open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
		if (descriptor < 0 && errno != EEXIST)
			return errno;
		int reason = descriptor >= 0 ? lock(descriptor, file->temporary)
		                             : remove_left_over(file->temporary);
		if (descriptor >= 0 && reason == 0) {
			file->descriptor = descriptor;
			return 0;
		}
		if (descriptor >= 0)
			close(descriptor);
		if (reason != 0 && reason != ENOENT)
			return reason;
	}
	return EWOULDBLOCK;
}

static void drop_temporary(struct mlp_replacement *file)
{
	if (file->descriptor < 0)
		return;
	(void)AGAIN(unlink(file->temporary));
	close(file->descriptor);
	file->descriptor = -1;
}

/* -- Writing -------------------------------------------------------------------------------------------- */

/* 0 or an errno. */
static int write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = AGAIN(write(descriptor, bytes, length));
		if (written <= 0)
			return written < 0 ? errno : EIO;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* Makes the rename itself last. Directories of some file systems cannot be synchronised: EINVAL. */
static int sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int descriptor = directory ? AGAIN(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) : -1;
	int reason = descriptor < 0 || (AGAIN(fsync(descriptor)) != 0 && errno != EINVAL) ? errno : 0;
	if (descriptor >= 0)
		close(descriptor);
	free(directory);
	return reason;
}

/* What was written to the temporary takes the place of the file. 0 or an errno. */
static int finish(struct mlp_replacement *file)
{
	struct stat old;
	int reason = 0;
	if (stat(file->real, &old) == 0 && AGAIN(fchmod(file->descriptor, old.st_mode & 07777)) != 0)
		return errno;
	if (AGAIN(fsync(file->descriptor)) != 0 || AGAIN(rename(file->temporary, file->real)) != 0)
		return errno;
	if (close(file->descriptor) != 0 && errno != EINTR)
		reason = errno;
	file->descriptor = -1;
	return reason != 0 ? reason : sync_directory(file->real);
}

/* -- From outside ---------------------------------------------------------------------------------------- */

int mlp_replacement_open(struct mlp_replacement *file, const struct mlp_messages *messages, const char *path)
{
	struct stat old;
	*file = (struct mlp_replacement){.path = path, .descriptor = -1};
	bool exists = stat(path, &old) == 0;
	if (exists && !S_ISREG(old.st_mode)) {
		mlp_error(messages, "cannot write `%s`: not a regular file", path);
		return MLP_BAD_SYSTEM;
	}
	file->real = exists ? realpath(path, NULL) : strdup(path);
	if (!file->real)
		return refuse(messages, path, errno);
	if (asprintf(&file->temporary, "%s%s", file->real, SUFFIX) < 0) {
		file->temporary = NULL;
		return mlp_no_memory(messages);
	}
	int reason = make_temporary(file);
	return reason == 0 ? MLP_WELL : refuse(messages, path, reason);
}

/* After the end of a replacement, well or not. */
static int conclude(struct mlp_replacement *file, const struct mlp_messages *messages, int reason)
{
	if (reason == 0) {
		make_temporary(file);   /* the lock; where this fails the next time will tell */
		return MLP_WELL;
	}
	drop_temporary(file);
	return refuse(messages, file->path, reason);
}

int mlp_replacement_write(struct mlp_replacement *file, const struct mlp_messages *messages,
                          const char *bytes, size_t length)
{
	int reason = file->descriptor < 0 ? make_temporary(file) : 0;
	if (reason == 0)
		reason = write_all(file->descriptor, bytes, length);
	return conclude(file, messages, reason == 0 ? finish(file) : reason);
}

int mlp_replacement_finish(struct mlp_replacement *file, const struct mlp_messages *messages)
{
	return conclude(file, messages, finish(file));
}

void mlp_replacement_close(struct mlp_replacement *file)
{
	if (file->temporary)
		drop_temporary(file);
	free(file->real);
	free(file->temporary);
	*file = (struct mlp_replacement){.descriptor = -1};
}
