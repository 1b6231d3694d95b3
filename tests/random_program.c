#include "random_program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"
#include "random_files.h"

enum { SECONDS = 30, FEW_SAMPLES = 2, MANY_SAMPLES = 16 };

#define STRICT                                                                                      \
	"-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wvla -Wundef " \
	"-Wstrict-prototypes -Werror"
#define SANITIZERS \
	"-fsanitize=address,undefined,float-divide-by-zero,float-cast-overflow -fno-sanitize-recover=all"

/* Beside each other: one of double and one of float, one of them with sanitizers, both compilers. */
const struct program_mode program_modes[PROGRAM_MODES] = {
        {"gcc-double", "gcc", "-O0", "", true, false},
        {"clang-float-sanitized", "clang", "-O0", SANITIZERS, false, false},
        {"gcc-float-native", "gcc", "-O1 -march=native", "", false, true},
        {"clang-double-native-sanitized", "clang", "-O0", SANITIZERS, true, true},
        {"gcc-double-O2", "gcc", "-O2", "", true, false},
        {"clang-float-native-O2", "clang", "-O2 -march=native", "", false, true},
};

static bool has_gradients(const struct random_case *one)
{
	return one->seed % 3 != 0;
}

/* --- C ------------------------------------------------------------------------------------------ */

typedef void (*emitter)(struct text *, const struct plan *, const struct emit_options *);

static void write_sources(struct random_case *one, const char *folder, const struct program_mode *mode)
{
	static const emitter EMIT[] = {emit_header, emit_source, emit_driver};
	static const char *const ENDINGS[] = {".h", ".c", "_main.c"};
	struct arena *arena = arena_new();
	struct compile_options options = {.real_double = mode->real_double,
	                                  .target = mode->is_native ? target_native() : NULL,
	                                  .keep_gradients = has_gradients(one),
	                                  .input_gradients = has_gradients(one)};
	struct compile *compile = compile_new(arena);
	const struct source *source = source_from_string(arena, random_model_file, one->text);
	if (compile_source(compile, source, &options) != STATUS_OK)
		abort();
	struct emit_options emit = {.source_name = "model.mlp", .checksum = "0", .changes = ""};
	for (int k = 0; k < 3; k++) {
		struct text text = text_new(arena);
		EMIT[k](&text, &compile->plan, &emit);
		write_text(folder, mode, one->name, ENDINGS[k], text_string(&text));
	}
	struct text unit = text_new(arena);
	bool gradients = has_gradients(one) && compile->program.loss;
	text_printf(&unit,
	            "#include \"runner.h\"\n#define main main_of_%s\n#include \"%s_main.c\"\n#undef main\n",
	            one->name, one->name);
	for (int k = 0; k < 2 && gradients; k++)
		text_printf(&unit,
		            "static void runner_gradient_%d(const void *training, int k, void *values)\n"
		            "{\n\t%s_%s(training, k, values);\n}\n",
		            k, one->name, k ? "input_gradient" : "gradient");
	text_printf(&unit,
	            "extern const struct runner_model runner_%s;\nconst struct runner_model runner_%s = "
	            "{\"%s\", &network, "
	            "%s, %s};\n",
	            one->name, one->name, one->name, gradients ? "runner_gradient_0" : "NULL",
	            gradients ? "runner_gradient_1" : "NULL");
	write_text(folder, mode, one->name, "_unit.c", text_string(&unit));
	arena_free(arena);
}

/* --- preparation --------------------------------------------------------------------------------------- */

static void prepare_trace(struct random_case *one, const char *folder, unsigned modes, int samples)
{
	struct arena *arena = arena_new();
	struct trace trace = trace_of(arena, one->text, one->seed, samples, has_gradients(one));
	write_trace(one, folder, &trace);
	for (int k = 0; k < PROGRAM_MODES; k++)
		if (modes >> k & 1)
			write_script(one, folder, &program_modes[k], &trace);
	arena_free(arena);
}

void case_prepare(struct random_case *one, const char *folder, unsigned modes, int samples)
{
	check_in_process(one->text, one->seed, samples, &one->verdict);
	if (one->verdict.kind[0] && !one->is_settled) {
		memset(&one->verdict, 0, sizeof one->verdict);
		check_in_process(one->text, one->seed, MANY_SAMPLES, &one->verdict);
	}
	if (one->verdict.kind[0] || modes == 0)
		return;
	for (int k = 0; k < PROGRAM_MODES; k++)
		if (modes >> k & 1)
			write_sources(one, folder, &program_modes[k]);
	prepare_trace(one, folder, modes, samples);
}

typedef void (*preparation)(struct random_case *, const char *, unsigned, int);

/* In a process of its own, with limits; its verdict comes back through a pipe, what it says on stderr with
 * it. */
static void apart(preparation prepare, struct random_case *one, const char *folder, unsigned modes,
                  int samples)
{
	int ends[2], status = 0;
	char errors[] = "/tmp/mlpc-random-XXXXXX";
	int file = mkstemp(errors);
	fflush(NULL);
	if (file < 0 || pipe(ends) != 0)
		abort();
	pid_t child = fork();
	if (child == 0) {
#ifndef __SANITIZE_ADDRESS__ /* whose shadow takes terabytes */
		struct rlimit memory = {(rlim_t)3 << 30, (rlim_t)3 << 30};
		setrlimit(RLIMIT_AS, &memory);
#endif
		struct rlimit time = {SECONDS, SECONDS + 1};
		setrlimit(RLIMIT_CPU, &time);
		dup2(file, 2);
		prepare(one, folder, modes, samples);
		if (write(ends[1], &one->verdict, sizeof one->verdict) < 0)
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	bool is_read = read(ends[0], &one->verdict, sizeof one->verdict) == (ssize_t)sizeof one->verdict;
	if (child < 0 || waitpid(child, &status, 0) < 0)
		abort();
	if (status != 0 || !is_read) {
		struct verdict *verdict = &one->verdict;
		int length = snprintf(verdict->fault, sizeof verdict->fault, "wait status %#x: ", status);
		ssize_t more =
		        pread(file, verdict->fault + length, sizeof verdict->fault - 1 - (size_t)length, 0);
		verdict->fault[length + (more > 0 ? more : 0)] = '\0';
		snprintf(verdict->kind, sizeof verdict->kind, status == SIGXCPU ? "endless" : "crash");
	}
	close(ends[0]);
	close(file);
	unlink(errors);
}

void case_prepare_apart(struct random_case *one, const char *folder, unsigned modes)
{
	apart(case_prepare, one, folder, modes, FEW_SAMPLES);
}

/* --- building and running ----------------------------------------------------------------------------- */

static void write_table(const struct random_case *cases, int count, const char *folder,
                        const struct program_mode *mode)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "#include \"runner.h\"\n");
	for (int k = 0; k < count; k++)
		if (!cases[k].verdict.kind[0])
			text_printf(&text, "extern const struct runner_model runner_%s;\n", cases[k].name);
	text_add(&text, "const struct runner_model *const runner_models[] = {\n");
	for (int k = 0; k < count; k++)
		if (!cases[k].verdict.kind[0])
			text_printf(&text, "\t&runner_%s,\n", cases[k].name);
	text_add(&text, "\tNULL\n};\n");
	write_text(folder, mode, "table", ".c", text_string(&text));
	arena_free(arena);
}

static int shell(const char *folder, const char *sources, const struct program_mode *mode,
                 const char *command)
{
	struct arena *arena = arena_new();
	struct text line = text_new(arena);
	text_printf(&line,
	            "cd %s/%s && R=%s/runtime X=%s/tests/random ASAN_OPTIONS=detect_leaks=0 && export "
	            "ASAN_OPTIONS && {\n"
	            "%s\n} >log 2>&1",
	            folder, mode->name, sources, sources, command);
	int status = system(text_string(&line));
	arena_free(arena);
	return status;
}

static bool exists(const char *folder, const struct program_mode *mode, const char *name, const char *ending)
{
	FILE *file = file_of(folder, mode, name, ending, "r");
	if (file)
		fclose(file);
	return file != NULL;
}

/* The C of a model, and what calls it; a verdict if the compiler refuses it. */
static void compile_c(struct random_case *cases, int count, const char *folder, const char *sources,
                      const struct program_mode *mode)
{
	struct arena *arena = arena_new();
	struct text line = text_new(arena), units = text_new(arena);
	text_printf(&line, "%s " STRICT " %s %s -I$R -c", mode->compiler, mode->optimisation,
	            mode->sanitizers);
	for (int k = 0; k < count; k++) {
		if (cases[k].verdict.kind[0])
			continue;
		text_printf(&line, " %s.c", cases[k].name);
		text_printf(&units, " %s_unit.c", cases[k].name);
	}
	text_printf(
	        &line,
	        " || bad=1\n%s -std=c11 -Wall -Wextra -Werror -O0 -I$R -I$X -c%s || bad=1\n[ -z \"$bad\" ]",
	        mode->compiler, text_string(&units));
	int status = shell(folder, sources, mode, text_string(&line));
	arena_free(arena);
	for (int k = 0; k < count && status != 0; k++) {
		struct verdict *verdict = &cases[k].verdict;
		if (verdict->kind[0] || (exists(folder, mode, cases[k].name, ".o") &&
		                         exists(folder, mode, cases[k].name, "_unit.o")))
			continue;
		if (count > 1) {
			compile_c(&cases[k], 1, folder, sources, mode);
			continue;
		}
		read_start(file_of(folder, mode, "log", "", "r"), verdict->fault, sizeof verdict->fault);
		snprintf(verdict->kind, sizeof verdict->kind, "%s", mode->compiler);
		cases[k].modes = 1u << (mode - program_modes);
	}
}

/* A program that cannot be built at all is no verdict on a model. */
static void shell_or_end(const char *folder, const char *sources, const struct program_mode *mode,
                         const char *command)
{
	if (shell(folder, sources, mode, command) == 0)
		return;
	char log[2000];
	read_start(file_of(folder, mode, "log", "", "r"), log, sizeof log);
	fprintf(stderr, "programs of random models cannot be built or run: %s\n", log);
	abort();
}

void runners_build(const char *folder, const char *sources, unsigned modes)
{
	for (int k = 0; k < PROGRAM_MODES; k++) {
		const struct program_mode *mode = &program_modes[k];
		char path[300], command[400];
		snprintf(path, sizeof path, "%s/%s", folder, mode->name);
		if (!(modes >> k & 1))
			continue;
		if (mkdir(path, 0700) != 0)
			abort();
		snprintf(command, sizeof command,
		         "%s -std=gnu11 -O1 %s -I$R -I$X -c $X/runner.c $R/*.c && ar rc runner.a *.o && rm "
		         "*.o",
		         mode->compiler, mode->sanitizers);
		shell_or_end(folder, sources, mode, command);
	}
}

static void link_and_run(const struct random_case *cases, int count, const char *folder, const char *sources,
                         const char *runners, const struct program_mode *mode)
{
	struct arena *arena = arena_new();
	struct text line = text_new(arena);
	text_printf(&line, "%s -std=c11 -O0 -I$R -I$X -c table.c && ", mode->compiler);
	text_printf(&line, "%s %s -o run table.o", mode->compiler, mode->sanitizers);
	for (int k = 0; k < count; k++)
		if (!cases[k].verdict.kind[0])
			text_printf(&line, " %s.o %s_unit.o", cases[k].name, cases[k].name);
	text_printf(&line, " %s/%s/runner.a -lm && ./run", runners, mode->name);
	shell_or_end(folder, sources, mode, text_string(&line));
	arena_free(arena);
}

static void compare(struct random_case *one, const char *folder, const struct program_mode *mode)
{
	struct arena *arena = arena_new();
	struct trace trace = read_trace(arena, one, folder);
	struct verdict *verdict = &one->verdict;
	FILE *file = file_of(folder, mode, one->name, ".out", "rb");
	double *got = ARENA_ARRAY(arena, double, trace.values.count + 1);
	size_t count = file ? fread(got, sizeof *got, trace.values.count + 1, file) : 0;
	if (file)
		fclose(file);
	if (read_start(file_of(folder, mode, one->name, ".err", "r"), verdict->fault, sizeof verdict->fault) >
	    0)
		snprintf(verdict->kind, sizeof verdict->kind, "program");
	else
		trace_compare(&trace, got, count, !mode->real_double, verdict);
	arena_free(arena);
}

/* Perhaps a value lies on a border that the first samples of rounding have just missed. */
static void compare_twice(struct random_case *one, const char *folder, const struct program_mode *mode)
{
	struct verdict before = one->verdict;
	compare(one, folder, mode);
	if (!one->verdict.kind[0] || one->is_settled || strcmp(one->verdict.kind, "program") == 0)
		return;
	struct random_case again = *one;
	again.verdict = before;
	apart(prepare_trace, &again, folder, 0, MANY_SAMPLES);
	if (!again.verdict.kind[0])
		compare(&again, folder, mode);
	one->verdict = again.verdict;
}

static int without_fault(const struct random_case *cases, int count)
{
	int left = 0;
	for (int k = 0; k < count; k++)
		left += !cases[k].verdict.kind[0];
	return left;
}

static void cases_run(struct random_case *cases, int count, const char *folder, const char *sources,
                      const char *runners, const struct program_mode *mode)
{
	if (without_fault(cases, count) > 0)
		compile_c(cases, count, folder, sources, mode);
	if (without_fault(cases, count) == 0)
		return;
	write_table(cases, count, folder, mode);
	link_and_run(cases, count, folder, sources, runners, mode);
	for (int k = 0; k < count; k++) {
		if (cases[k].verdict.kind[0])
			continue;
		compare_twice(&cases[k], folder, mode);
		if (cases[k].verdict.kind[0])
			cases[k].modes = 1u << (mode - program_modes);
	}
}

void folder_remove(const char *folder)
{
	char command[400];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		abort();
}

void cases_check(struct random_case *cases, int count, const char *sources, const char *runners,
                 unsigned modes)
{
	char folder[] = "/tmp/mlpc-random-XXXXXX", path[300], own[300];
	if (!mkdtemp(folder))
		abort();
	snprintf(own, sizeof own, "%s/runners", folder);
	if (!runners && modes) {
		if (mkdir(own, 0700) != 0)
			abort();
		runners_build(own, sources, modes);
		runners = own;
	}
	for (int k = 0; k < PROGRAM_MODES; k++) {
		snprintf(path, sizeof path, "%s/%s", folder, program_modes[k].name);
		if (modes >> k & 1 && mkdir(path, 0700) != 0)
			abort();
	}
	for (int k = 0; k < count; k++)
		case_prepare_apart(&cases[k], folder, modes);
	for (int k = 0; k < PROGRAM_MODES; k++)
		if (modes >> k & 1)
			cases_run(cases, count, folder, sources, runners, &program_modes[k]);
	if (getenv("KEEP"))
		fprintf(stderr, "files in %s\n", folder);
	else
		folder_remove(folder);
}
