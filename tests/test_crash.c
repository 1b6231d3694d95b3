/* Every call to the file system that a run makes fails once, in each way a call can fail: the process is
 * killed before it or in the middle of a write, the power goes, the disk is full or broken, a signal comes, a
 * write is short. Either the run ends well, or it says why, and then going on ends with the same bits. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "resume_fixture.h"

TestSuite(crash, .init = enter_memory, .fini = leave_directory, .timeout = 300);

enum { UNSAFE = 98 };   /* the status of a run that renames too early */

enum fault { NO_FAULT, KILLED, TORN, POWER_LOST, DISK_FULL, BROKEN, SIGNALLED, SHORT, FAULTS };

static const struct {
	const char *name;
	int reason;       /* errno of the call; 0: it does not fail so */
	bool dies;
} FAULT[] = {
	[NO_FAULT] = {"none", 0, false},
	[KILLED] = {"killed before", 0, true},
	[TORN] = {"killed within a write", 0, true},
	[POWER_LOST] = {"power lost", 0, true},
	[DISK_FULL] = {"ENOSPC", ENOSPC, false},
	[BROKEN] = {"EIO", EIO, false},
	[SIGNALLED] = {"EINTR", EINTR, false},
	[SHORT] = {"short write", 0, false},
};

static enum fault armed;
static int calls, fatal_call;
static bool unsynced_data, unsynced_name, had_old;   /* what a loss of power takes back */
static char unsynced_path[256];

/* -- The calls of the run, instead of the C library's --------------------------------------------------- */

/* Nothing that was not forced to the disk outlives a loss of power; here the worst of it. */
static void lose_power(void)
{
	if (unsynced_data)
		syscall(SYS_truncate, unsynced_path, 0);
	if (unsynced_name)
		syscall(SYS_rename, had_old ? "c.old" : "c", had_old ? "c" : "c.lost");
}

/* True: this call fails with errno. */
static bool fails(void)
{
	if (armed == NO_FAULT || ++calls != fatal_call)
		return false;
	if (armed == POWER_LOST)
		lose_power();
	if (armed == KILLED || armed == POWER_LOST)
		syscall(SYS_kill, getpid(), SIGKILL);
	errno = FAULT[armed].reason;
	return FAULT[armed].reason != 0;
}

ssize_t write(int descriptor, const void *bytes, size_t length)
{
	bool hit = armed != NO_FAULT && calls + 1 == fatal_call;
	if (fails())
		return -1;
	if (hit && (armed == TORN || armed == SHORT))
		length = (length + 1) / 2;
	ssize_t written = syscall(SYS_write, descriptor, bytes, length);
	if (hit && armed == TORN)
		syscall(SYS_kill, getpid(), SIGKILL);
	unsynced_data = armed != NO_FAULT;
	return written;
}

int fsync(int descriptor)
{
	struct stat information;
	if (fails())
		return -1;
	if (fstat(descriptor, &information) == 0 && S_ISDIR(information.st_mode))
		unsynced_name = false;
	else
		unsynced_data = false;
	return 0;
}

/* Whoever renames has the bytes on the disk, and the name before them. */
int rename(const char *from, const char *to)
{
	if (fails())
		return -1;
	if (unsynced_data || unsynced_name)
		_exit(UNSAFE);
	if (armed != NO_FAULT && strcmp(to, "c") == 0) {
		syscall(SYS_unlink, "c.old");
		had_old = syscall(SYS_link, to, "c.old") == 0;
		unsynced_name = true;
		strcpy(unsynced_path, to);
	}
	return (int)syscall(SYS_rename, from, to);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
	va_end(arguments);
	if (fails())
		return -1;
	if (armed != NO_FAULT && flags & O_CREAT)
		snprintf(unsynced_path, sizeof unsynced_path, "%s", path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int close(int descriptor)
{
	bool failed = fails();
	int reason = errno, result = (int)syscall(SYS_close, descriptor);
	errno = failed ? reason : errno;
	return failed ? -1 : result;
}

int unlink(const char *path)
{
	return fails() ? -1 : (int)syscall(SYS_unlink, path);
}

int fchmod(int descriptor, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_fchmod, descriptor, mode);
}

int flock(int descriptor, int operation)
{
	return fails() ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}

/* -- The loop ---------------------------------------------------------------------------------------------- */

static enum fault planned;
static int planned_call;

static void arm(void)
{
	calls = 0;
	fatal_call = planned_call;
	armed = planned;
}

static void expect_end(const char *what, int point, int status)
{
	cr_expect_eq(status, MLP_WELL, "%s at call %d: status %d", what, point, status);
	cr_expect(same_files("whole", "resumed"), "%s at call %d: other parameters", what, point);
	cr_expect_not(has_temporary("c") || has_temporary("resumed"), "%s at call %d: temporaries", what, point);
}

/* A failure is told, by status 3 and with the file. */
static void expect_message(const char *what, int point, int status)
{
	size_t length;
	char *text = file_text("err", &length);
	cr_expect_eq(status, MLP_BAD_SYSTEM, "%s at call %d: status %d", what, point, status);
	cr_expect(strstr(text, "mlpc: error: cannot write `") || strstr(text, "mlpc: error: cannot read `"),
	          "%s at call %d: %s", what, point, text);
	free(text);
}

/* False: the run makes fewer calls. */
static bool try_point(const struct mlp_network *network, const struct mlp_options *options, int point,
                      int *failed)
{
	const char *what = FAULT[planned].name;
	planned_call = point;
	int status = run_child(network, options, arm);
	if (status == MLP_WELL && FAULT[planned].dies && planned != TORN) {
		expect_end(what, point, status);
		return false;
	}
	*failed += status != MLP_WELL;
	if (status != MLP_WELL && FAULT[planned].dies)
		cr_expect_eq(status, 128 + SIGKILL, "%s at call %d: status %d", what, point, status);
	else if (status != MLP_WELL)
		expect_message(what, point, status);
	else
		cr_expect(same_files("whole", "resumed"), "%s at call %d: other parameters", what, point);
	expect_end(what, point, run_child(network, options, NULL));
	return true;
}

static int count_calls(const struct mlp_network *network, const struct mlp_options *options)
{
	int count = 0, failed = 0;
	planned = KILLED;
	while (try_point(network, options, count + 1, &failed)) {
		syscall(SYS_unlink, "c");
		syscall(SYS_unlink, "resumed");
		count++;
	}
	return count;
}

Test(crash, every_call_fails_once)
{
	struct generated generated = generate_small("adam(rate = 0.05)", "patience = 2", false);
	struct mlp_options options = {.data = "data.csv", .save = "whole", .split = 0.2, .epochs = 3,
	                              .patience = -1};
	write_rows("data.csv", RESUME_ROWS, 5);
	cr_assert_eq(run_child(generated.network, &options, NULL), MLP_WELL);
	options.save = "resumed";
	options.checkpoint = "c";
	options.checkpoint_steps = 2;
	options.resume = true;
	int count = count_calls(generated.network, &options);
	cr_expect_gt(count, 60, "%d calls", count);
	for (planned = TORN; planned < FAULTS; planned++) {
		int failed = 0;
		for (int point = 1; point <= count; point++) {
			syscall(SYS_unlink, "c");
			syscall(SYS_unlink, "resumed");
			try_point(generated.network, &options, point, &failed);
		}
		bool always = planned == POWER_LOST || planned == BROKEN || planned == DISK_FULL;
		cr_expect(always ? failed > count / 2 : planned == TORN ? failed > 5 : failed == 0,
		          "%s: %d of %d", FAULT[planned].name, failed, count);
		fprintf(stderr, "%s: %d calls, %d runs ended there\n", FAULT[planned].name, count, failed);
	}
	generated_free(&generated);
}
