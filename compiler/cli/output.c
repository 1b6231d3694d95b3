/* Files that appear whole or not at all, and messages. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

enum status system_error(struct diag *diag, const char *what, const char *path, int reason)
{
	struct span nowhere = {0};
	diag_error(diag, nowhere, "system", "cannot %s `%s`: %s", what, path, strerror(reason));
	return STATUS_SYSTEM;
}

/* The mode of the file that is replaced, or what a new file gets. */
static mode_t mode_for(const char *path)
{
	struct stat old;
	if (stat(path, &old) == 0)
		return old.st_mode & 0777;
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static bool write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

/* Writes a temporary file beside the path; its name, or NULL with errno. */
static char *write_temporary(struct arena *arena, const struct output *output)
{
	const char *pattern = format_string(arena, "%s.XXXXXX", output->path);
	char *path = arena_copy(arena, pattern, strlen(pattern));
	int file = mkstemp(path);
	if (file < 0)
		return NULL;
	bool well = write_all(file, output->text, strlen(output->text)) &&
	            fchmod(file, mode_for(output->path)) == 0;
	int reason = errno;
	if (close(file) != 0 && well) {
		well = false;
		reason = errno;
	}
	if (well)
		return path;
	unlink(path);
	errno = reason;
	return NULL;
}

/* What a symbolic link leads to; the path itself if it is none. */
static const char *real_path(struct arena *arena, const char *path)
{
	char real[PATH_MAX];
	struct stat file;
	bool is_link = lstat(path, &file) == 0 && S_ISLNK(file.st_mode);
	return is_link && realpath(path, real) ? arena_copy(arena, real, strlen(real)) : path;
}

static bool is_folder(const char *path)
{
	struct stat file;
	return stat(path, &file) == 0 && S_ISDIR(file.st_mode);
}

static enum status write_all_or_none(struct arena *arena, struct diag *diag, const struct output *outputs,
                                     int count)
{
	char **temporary = ARENA_ARRAY(arena, char *, count);
	enum status status = STATUS_OK;
	for (int k = 0; k < count && status == STATUS_OK; k++)
		if (is_folder(outputs[k].path))
			status = system_error(diag, "write", outputs[k].path, EISDIR);
	for (int k = 0; k < count && status == STATUS_OK; k++) {
		temporary[k] = write_temporary(arena, &outputs[k]);
		if (!temporary[k])
			status = system_error(diag, "write", outputs[k].path, errno);
	}
	for (int k = 0; k < count && status == STATUS_OK; k++) {
		if (rename(temporary[k], outputs[k].path) != 0)
			status = system_error(diag, "write", outputs[k].path, errno);
		else
			temporary[k] = NULL;
	}
	for (int k = 0; k < count; k++)
		if (temporary[k])
			unlink(temporary[k]);
	return status;
}

enum status write_outputs(struct arena *arena, struct diag *diag, const struct output *outputs, int count)
{
	struct output *real = ARENA_ARRAY(arena, struct output, count);
	for (int k = 0; k < count; k++)
		real[k] = (struct output){.path = real_path(arena, outputs[k].path), .text = outputs[k].text};
	struct signal_hold hold = hold_signals();
	enum status status = write_all_or_none(arena, diag, real, count);
	release_signals(&hold);
	return status;
}

enum status flush_output(struct diag *diag)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return STATUS_OK;
	return system_error(diag, "write", "standard output", errno);
}

void print_messages(const struct diag *diag, const struct options *options)
{
	diag_print(diag, stderr, (enum diag_format)options->diagnostics, use_color(options, stderr));
}
