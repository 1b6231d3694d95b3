/* Memory that runs out, and calls of the system that fail: mlpc and a program that it made are linked with
 * tests/failing/, which makes the first call of a kind fail, then the second, until a run ends without one
 * that failed. Each run says what went wrong by a status and a message, keeps the files that were there, and
 * leaves none behind. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_folder.h"

enum { MOST = 1 << 16, MOST_COMMAND = 4096 };

static char folder[64], root[512], output[MOST];

/* --- programs whose calls fail ---------------------------- */

#define CALL(type, name, parameters, arguments, failure, group) " -Wl,--wrap=" #name
static const char wrapped[] = " -Wl,--wrap=write -Wl,--wrap=close -Wl,--wrap=asprintf -Wl,--wrap=posix_spawnp"
#include "failing/calls.def"
        ;

/* A command line of the shell; its exit status. `output` gets what it prints on both streams. */
__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[MOST_COMMAND];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(command, sizeof command - 8, format, arguments);
	va_end(arguments);
	cr_assert(length < MOST_COMMAND - 8);
	FILE *pipe = popen(strcat(command, " 2>&1"), "r");
	cr_assert(pipe);
	output[fread(output, 1, MOST - 1, pipe)] = '\0';
	int state = pclose(pipe);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

#define IRIS "$ROOT/models/iris.mlp"
#define COMPILE(folder) "./mlpc " IRIS " -o " #folder "/out.c"
#define TRAIN(folder) \
	"./iris --data iris.csv --epochs 2 --split 0.2 --test iris.csv --save " #folder "/kept.safetensors"

/* ./mlpc, ./runtime, and ./iris, a program that trains. */
static void set_up(void)
{
	cr_assert(getcwd(root, sizeof root));
	strcpy(folder, "/tmp/mlpc-failures-XXXXXX");
	cr_assert(mkdtemp(folder) && chdir(folder) == 0);
	setenv("ROOT", root, 1);
	setenv("BUILD", build_folder(), 1);
	setenv("WRAP", wrapped, 1);
	char cache[80];
	snprintf(cache, sizeof cache, "%s/cache", folder);
	setenv("XDG_CACHE_HOME", cache, 1);
	setenv("MLPC_RUNTIME", "runtime", 1);
	setenv("TMPDIR", "tmp", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("CC");
	cr_assert(run("mkdir runtime tmp && ln -s $ROOT/runtime/*.h $ROOT/runtime/host $BUILD/*.a runtime && "
	              "cc -g -c $ROOT/tests/failing/calls.c && "
	              "cc -o mlpc calls.o $BUILD/compiler/cli/main.o $BUILD/libmlpc.a $BUILD/libmlp_host.a "
	              "$BUILD/libmlp.a $WRAP -ljansson -lxxhash -lz -lm") == 0,
	          "%s", output);
	cr_assert(run("head -20 $ROOT/models/data/iris.csv >iris.csv; tail -20 $ROOT/models/data/iris.csv "
	              ">>iris.csv; "
	              "{ echo '\"s\"\"l\",\"s\"\"wid\",\"p\"\"length\",\"p\"\"width \",\"k\"\"indofthe\"'; "
	              "cat iris.csv; } >titled.csv; "
	              "./mlpc train $ROOT/models/iris.mlp --cc=\"cc calls.o $WRAP\" --data iris.csv --epochs "
	              "1 && "
	              "mv cache/mlpc/iris-* iris && printf '#!/bin/sh\nfor last; do :; done\ncp /bin/true "
	              "\"$last\"\n' >cc && "
	              "chmod +x cc && mkdir whole && " COMPILE(whole) " && " TRAIN(whole)) == 0,
	          "%s", output);
}

static void tear_down(void)
{
	cr_assert(chdir(root) == 0 && run("rm -rf %s", folder) == 0);
}

TestSuite(failures, .init = set_up, .fini = tear_down, .timeout = 300);

/* --- every call in turn ---------------------------- */

/* Status 0: the failure is none of the user's business, nothing is said. EITHER: with some of the calls. */
enum { SYSTEM = 3, EITHER = -1, HALF = 0 };

struct trial {
	const char *command, *call;
	int error, status;
	const char *says;
};

static void restore(void)
{
	cr_assert(run("rm -rf work mark tmp && mkdir -p work tmp && echo old >work/out.c && "
	              "echo old >work/kept.safetensors") == 0);
}

/* Files hold what they held or all that they should, the latter if the run went well; there is none that was
 * not meant to be. */
static void check_files(const struct trial *trial, int number, int status)
{
	static const char *const names[] = {"out.c", "kept.safetensors"};
	for (int k = 0; k < 2; k++)
		cr_expect(run("echo old | cmp - work/%s || cmp whole/%s work/%s", names[k], names[k],
		              names[k]) == 0,
		          "%s: %s %d: %s", trial->command, trial->call, number, output);
	bool writes = status == 0 && strstr(trial->command, " work/");
	cr_expect(!writes || run("grep -qx old work/out.c && grep -qx old work/kept.safetensors") != 0,
	          "%s: %s %d writes nothing", trial->command, trial->call, number);
	run("ls -A tmp work cache/mlpc 2>/dev/null | "
	    "grep -vxE '|.*:|out\\.[ch]|kept(\\.safetensors)?|iris-[0-9a-f]*'");
	cr_expect_str_empty(output, "%s: %s %d leaves %s", trial->command, trial->call, number, output);
}

/* False where the program made fewer calls than that. */
static bool fail_call(const struct trial *trial, int number)
{
	restore();
	int status = run("export FAIL='%s %d %d' FAIL_MARK=mark; %s", trial->call, number, trial->error,
	                 trial->command);
	if (access("mark", F_OK) != 0) {
		cr_expect_eq(status, 0, "%s: %s", trial->command, output);
		return false;
	}
	bool expected = trial->status == EITHER ? status == 0 || status == SYSTEM : status == trial->status;
	cr_expect(expected, "%s: %s %d: status %d\n%s", trial->command, trial->call, number, status, output);
	if (status != 0)
		cr_expect(strstr(output, trial->says), "%s: %s %d says: %s", trial->command, trial->call,
		          number, output);
	check_files(trial, number, status);
	return true;
}

/* All of the first eight calls, then ever fewer; with EVERY=1 in the environment, all. */
static void fail_each(const struct trial *trials, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		int number = 1;
		while (fail_call(&trials[k], number))
			number += getenv("EVERY") ? 1 : 1 + number / 8;
		cr_expect(number > 1, "%s does not call %s", trials[k].command, trials[k].call);
	}
}

#define FAIL_EACH(trials) fail_each(trials, sizeof(trials) / sizeof *(trials))

#define BUILD "XDG_CACHE_HOME=/proc/none ./mlpc train " IRIS " --cc=./cc --data x"
#define CACHE "rm -rf cache; ./mlpc train " IRIS " --cc=./cc --data x"

Test(failures, of_a_compilation)
{
	static const char *const out = "error[system]: cannot write `work/out.";
	const struct trial trials[] = {
	        {COMPILE(work), "memory", ENOMEM, SYSTEM, "mlpc: out of memory\n"},
	        {"./mlpc explain " IRIS, "memory", ENOMEM, SYSTEM, "mlpc: out of memory\n"},
	        {"./mlpc summary --json " IRIS, "memory", ENOMEM, SYSTEM, "mlpc: out of memory\n"},
	        {COMPILE(work), "fopen", EMFILE, SYSTEM, "iris.mlp`: Too many open files\n"},
	        {COMPILE(work), "mkstemp", EACCES, SYSTEM, out},
	        {COMPILE(work), "write", ENOSPC, SYSTEM, out},
	        {COMPILE(work), "write", HALF, 0, NULL},
	        {COMPILE(work), "write", EINTR, 0, NULL},
	        {COMPILE(work), "fchmod", EPERM, SYSTEM, out},
	        {COMPILE(work), "close", EIO, SYSTEM, out},
	        {COMPILE(work), "rename", EXDEV, SYSTEM, out},
	        {"./mlpc summary " IRIS, "fflush", ENOSPC, SYSTEM,
	         "cannot write `standard output`: No space left"},
	};
	FAIL_EACH(trials);
}

Test(failures, of_a_build)
{
	static const char *const written = "error[system]: cannot write `tmp/mlpc-";
	const struct trial trials[] = {
	        {BUILD, "memory", ENOMEM, EITHER, "mlpc: out of memory\n"},
	        {BUILD, "mkdtemp", EROFS, SYSTEM, "cannot make a folder in `tmp`: Read-only file system\n"},
	        {BUILD, "write", ENOSPC, SYSTEM, written},
	        {BUILD, "mkstemp", EMFILE, SYSTEM, written},
	        {BUILD, "rename", EIO, SYSTEM, written},
	        {BUILD, "posix_spawnp", EAGAIN, SYSTEM, "cannot start the C compiler `./cc`: Resource temp"},
	        {BUILD, "waitpid", EINTR, 0, NULL},
	        {BUILD, "waitpid", ECHILD, SYSTEM, "cannot wait for `./cc`: No child processes\n"},
	        {BUILD, "open", ENFILE, SYSTEM, "cannot read `tmp/mlpc-"},
	        {BUILD, "fexecve", ENOMEM, SYSTEM, "cannot start `the program that was built`: Cannot"},
	        {BUILD " --keep=work/kept", "mkdir", EDQUOT, EITHER, "cannot make `work/kept`: Disk quota"},
	};
	FAIL_EACH(trials);
}

/* A cache that cannot be written, or not be read, is done without. */
Test(failures, of_the_cache)
{
	const struct trial trials[] = {
	        {CACHE, "mkdir", EACCES, 0, NULL},
	        {CACHE, "stat", EACCES, 0, NULL},
	        {CACHE, "fsync", EIO, 0, NULL},
	        {CACHE, "pread", EIO, 0, NULL},
	        {CACHE, "readlink", EACCES, 0, NULL},
	        {CACHE, "execv", ENOEXEC, 0, NULL},
	        {CACHE, "write", ENOSPC, EITHER, "cannot write `tmp/mlpc-"},
	        {CACHE, "close", EIO, EITHER, "cannot write `tmp/mlpc-"},
	        {CACHE, "fchmod", EPERM, EITHER, "cannot write `tmp/mlpc-"},
	        {CACHE, "rename", EXDEV, EITHER, "cannot write `tmp/mlpc-"},
	};
	FAIL_EACH(trials);
}

/* What is done without: the curve, and what a later write does again. */
Test(failures, of_a_training)
{
	static const char *const kept = "error: cannot write `work/kept.safetensors`";
	const struct trial trials[] = {
	        {TRAIN(work), "memory", ENOMEM, EITHER, "memory\n"},
	        {TRAIN(work), "write", ENOSPC, SYSTEM, kept},
	        {TRAIN(work), "write", HALF, 0, NULL},
	        {TRAIN(work), "write", EINTR, 0, NULL},
	        {TRAIN(work), "close", EIO, EITHER, kept},
	        {TRAIN(work), "fsync", EIO, SYSTEM, kept},
	        {TRAIN(work), "rename", EROFS, SYSTEM, kept},
	        {TRAIN(work), "fchmod", EPERM, SYSTEM, kept},
	        {TRAIN(work), "open", EMFILE, EITHER, ": Too many open files\n"},
	        {"./iris --data titled.csv --data titled.csv --epochs 1", "memory", ENOMEM, EITHER, "memory\n"},
	};
	FAIL_EACH(trials);
}
