/* Linked into a program with -Wl,--wrap=NAME for each of calls.def, write and close: in an environment with
 * FAIL="NAME N ERRNO", the Nth call of NAME fails with that errno, and the file $FAIL_MARK is made.
 *
 * Types are those of the machine's calling convention rather than of the headers: none is included that
 * declares what stands here. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

char *getenv(const char *name);
int atexit(void (*function)(void));
int strcmp(const char *a, const char *b);
int sscanf(const char *text, const char *format, ...);
int __real_open(const char *path, int flags, unsigned mode);
int __real_close(int file);

enum { CREATE = 0100, WRITE_ONLY = 01, HALF = 0 };

static struct {
	bool known;
	char name[32];
	int left, error;
} fault;

/* What follows the program's own end, such as the counters of a coverage build, is left alone. */
static void stop(void)
{
	fault.left = 0;
}

static bool fails(const char *name)
{
	if (!fault.known) {
		const char *text = getenv("FAIL");
		fault.known = true;
		atexit(stop);
		if (!text || sscanf(text, "%31s %d %d", fault.name, &fault.left, &fault.error) != 3)
			fault.left = 0;
	}
	if (fault.left == 0 || strcmp(name, fault.name) != 0 || --fault.left > 0)
		return false;
	__real_close(__real_open(getenv("FAIL_MARK"), CREATE | WRITE_ONLY, 0600));
	errno = fault.error;
	return true;
}

#define CALL(type, name, parameters, arguments, failure, group) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters { return fails(group) ? failure : __real_##name arguments; }
#include "calls.def"

int __wrap_asprintf(char **text, const char *format, ...);
int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = __wrap_vasprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

/* With errno 0, half is written. */
long __real_write(int file, const void *bytes, size_t size);
long __wrap_write(int file, const void *bytes, size_t size);
long __wrap_write(int file, const void *bytes, size_t size)
{
	if (!fails("write"))
		return __real_write(file, bytes, size);
	return fault.error == HALF ? __real_write(file, bytes, size / 2) : -1;
}

/* The file is closed all the same, as Linux does. */
int __wrap_close(int file);
int __wrap_close(int file)
{
	bool failed = fails("close");
	int error = errno;
	int result = __real_close(file);
	errno = failed ? error : errno;
	return failed ? -1 : result;
}

int __real_posix_spawnp(int *child, const char *name, void *actions, void *attributes, char *const *arguments,
                        char *const *variables);
int __wrap_posix_spawnp(int *child, const char *name, void *actions, void *attributes, char *const *arguments,
                        char *const *variables);
int __wrap_posix_spawnp(int *child, const char *name, void *actions, void *attributes, char *const *arguments,
                        char *const *variables)
{
	return fails("posix_spawnp") ? fault.error
	                             : __real_posix_spawnp(child, name, actions, attributes, arguments, variables);
}
