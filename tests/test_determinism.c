/* The bits of trained parameters by compiler, optimisation and instructions. `make determinism` does more of
 * it: more models, more steps, other processors. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "build_folder.h"
#include "compile.h"
#include "emit/emit.h"

#define FOLDER "/tmp/mlpc-test-XXXXXX"

/* Hashes of strict training, on every machine. */
static const struct {
	const char *model, *hash;
} MODELS[] = {
	{"digits", "c9edd32576dbf840"},
	{"regression", "6339bc1f371408ef"},
};

enum { MODEL_COUNT = sizeof MODELS / sizeof *MODELS };
enum { COMPILERS = 2, MOST_MACHINES = 2, LEVELS = 2, STEPS = 200 };

/* The contraction that compilers are asked for here must not happen. */
static const char *const commands[COMPILERS][LEVELS] = {
	{"gcc -std=gnu11 -O0", "gcc -std=gnu11 -O3 -ffp-contract=fast"},
	{"clang -O0", "clang -O3 -fno-math-errno"},
};

struct hashes {
	char strict[MODEL_COUNT][32], usual[MODEL_COUNT][32];
};

/* --- sources ------------------------------------------------------------------------------------ */

static void write_file(const char *folder, const char *name, const char *ending, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* NAME.h, NAME.c and NAME_main.c */
static void emit_all(const struct compile *c, const char *folder)
{
	static const struct {
		void (*emit)(struct text *, const struct plan *, const struct emit_options *);
		const char *ending;
	} files[] = {{emit_header, ".h"}, {emit_source, ".c"}, {emit_driver, "_main.c"}};
	struct emit_options options = {.source_name = "model.mlp", .checksum = "0", .changes = ""};
	for (int k = 0; k < 3; k++) {
		struct text text = text_new(c->arena);
		files[k].emit(&text, &c->plan, &options);
		write_file(folder, c->model->name, files[k].ending, text_string(&text));
	}
}

static void emit_model_for(const struct target *target, const char *path, bool strict, const char *folder)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	struct compile_options options = {.strict = strict, .target = target};
	cr_assert(compile(c, path, &options) == STATUS_OK, "%s does not compile", path);
	emit_all(c, folder);
	arena_free(arena);
}

static void emit_model(const char *path, bool strict, const char *folder)
{
	emit_model_for(NULL, path, strict, folder);
}

/* FOLDER/TARGET/strict and FOLDER/TARGET/usual with the sources of all models. */
static void emit_models(const char *folder, const struct target *target)
{
	char path[256], into[128];
	for (int strict = 0; strict < 2; strict++) {
		snprintf(into, sizeof into, "%s/%s/%s", folder, target->name, strict ? "strict" : "usual");
		snprintf(path, sizeof path, "mkdir -p %s", into);
		cr_assert(system(path) == 0);
		for (int m = 0; m < MODEL_COUNT; m++) {
			snprintf(path, sizeof path, "tests/determinism/%s.mlp", MODELS[m].model);
			emit_model_for(target, path, strict, into);
		}
	}
}

static void remove_folder(const char *folder)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	cr_assert(system(command) == 0);
}

/* --- programs ----------------------------------------------------------------------------------- */

/* Starts a shell that builds and runs all programs in a folder of its own and prints a hash a line. */
static FILE *start(const char *folder, const char *compiler, const char *machine, const struct target *target)
{
	char command[1500];
	snprintf(command, sizeof command,
	         "cc='%s %s' R=$PWD/runtime; T=$PWD/tests/determinism; D=$(mktemp -d %s/build-XXXXXX) && "
	         "cd $D && $cc -I$R -c $R/*.c && for mode in strict usual; do for model in %s %s; do "
	         "$cc -I$R -I../%s/$mode -DDRIVER=\"\\\"${model}_main.c\\\"\" $T/run.c ../%s/$mode/$model.c *.o -lm "
	         "-o $mode-$model 2>log && ./$mode-$model %d || { cat log; exit 1; }; done; done 2>&1",
	         compiler, machine, folder, MODELS[0].model, MODELS[1].model, target->name, target->name, STEPS);
	FILE *pipe = popen(command, "r");
	cr_assert(pipe);
	return pipe;
}

static struct hashes read_hashes(FILE *pipe, const char *compiler, const char *machine)
{
	struct hashes hashes;
	char line[500];
	for (int k = 0; k < 2 * MODEL_COUNT; k++) {
		char *hash = k < MODEL_COUNT ? hashes.strict[k] : hashes.usual[k - MODEL_COUNT];
		cr_assert(fgets(line, sizeof line, pipe) && sscanf(line, "%16s", hash) == 1 &&
		                  strlen(hash) == 16,
		          "%s %s: %s", compiler, machine, line);
	}
	cr_assert(pclose(pipe) == 0, "%s %s", compiler, machine);
	return hashes;
}

/* The instructions of this processor: with and without the multiplication that adds. */
static int machines(const char *machine[MOST_MACHINES])
{
	machine[0] = "";
#ifdef __x86_64__
	machine[0] = "-march=x86-64";
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		machine[1] = "-march=x86-64 -mavx2 -mfma";
		return 2;
	}
#endif
	return 1;
}

static void compare(const struct hashes *hashes, const struct hashes *first, const char *compiler,
                    const char *machine, const struct target *target)
{
	for (int m = 0; m < MODEL_COUNT; m++) {
		cr_expect_str_eq(hashes->strict[m], MODELS[m].hash, "strict, %s, %s %s, for %s: %s", MODELS[m].model,
		                 compiler, machine, target->name, hashes->strict[m]);
		cr_expect_str_eq(hashes->usual[m], first->usual[m], "%s, %s %s, for %s: %s and %s", MODELS[m].model,
		                 compiler, machine, target->name, hashes->usual[m], first->usual[m]);
	}
}

/* Strict: the same bits always. Otherwise: the same for a machine. The C of the first compiler is portable, that of
 * the second for this machine, and the other way round at the next level. */
Test(determinism, hashes)
{
	const char *machine[MOST_MACHINES];
	const struct target *const targets[] = {target_number(0), target_native()};
	char folder[] = FOLDER;
	cr_assert(mkdtemp(folder));
	for (int k = 0; k < 2; k++)
		emit_models(folder, targets[k]);
	for (int t = 0, count = machines(machine); t < count; t++) {
		struct hashes first;
		for (int level = 0; level < LEVELS; level++) {
			FILE *pipes[COMPILERS];
			for (int k = 0; k < COMPILERS; k++)
				pipes[k] = start(folder, commands[k][level], machine[t], targets[(k + level) % 2]);
			for (int k = 0; k < COMPILERS; k++) {
				struct hashes hashes = read_hashes(pipes[k], commands[k][level], machine[t]);
				first = k == 0 && level == 0 ? hashes : first;
				compare(&hashes, &first, commands[k][level], machine[t], targets[(k + level) % 2]);
			}
		}
	}
	remove_folder(folder);
}

/* --- refusals, and numbers that are none --------------------------------------------------------- */

static int shell(const char *folder, const char *command)
{
	char line[1000];
	snprintf(line, sizeof line, "R=$PWD/runtime; cd %s && { %s; } >/dev/null 2>&1", folder, command);
	return system(line);
}

/* Flags that change the arithmetic are refused, not obeyed in silence. */
Test(determinism, flags_that_are_refused)
{
	static const char *const always[] = {"-ffast-math", "-Ofast", "-ffinite-math-only"};
	char folder[] = FOLDER, command[300];
	cr_assert(mkdtemp(folder));
	for (int strict = 0; strict < 2; strict++) {
		emit_model("tests/determinism/digits.mlp", strict, folder);
		for (int k = 0; k < 3; k++)
			for (int clang = 0; clang < 2; clang++) {
				snprintf(command, sizeof command, "%s %s -I$R -fsyntax-only digits.c",
				         clang ? "clang" : "gcc", always[k]);
				cr_expect(shell(folder, command) != 0, "%s", command);
			}
		cr_expect(shell(folder, "gcc -I$R -fsyntax-only digits.c") == 0);
#ifdef __x86_64__
		int status = shell(folder, "gcc -mfpmath=387 -I$R -fsyntax-only digits.c");
		cr_expect(strict ? status != 0 : status == 0, "x87, strict %d", strict);
#endif
	}
	remove_folder(folder);
}

static const char nan_model[] = "model m\ninput x[2]\ntarget t[2]\nparam p[2] = ones\n"
				"output y[2] = log(x * p)\nminimize mse(y, t)\ntrain { optimizer = adam(), batch = 2 }\n";

/* Minus NaN and a NaN with a payload come in; what comes out is printed. */
static const char nan_program[] =
	"#include \"m.h\"\n#include <stdio.h>\n#include <string.h>\nstatic struct m_training t;\n"
	"static void show(const float *v, int n) { uint32_t bits; for (int k = 0; k < n; k++) {"
	" memcpy(&bits, &v[k], 4); if (bits != 0x7fc00000) printf(\"%x \", (unsigned)bits); } }\n"
	"int main(void) {\n\tstatic struct m_work w;\n"
	"\tuint32_t odd[4] = {0xffc00000, 0x7fc12345, 0xffc54321, 0xbf800000};\n"
	"\tfloat x[4], y[4], target[4] = {0}, loss, p[2];\n\tmemcpy(x, odd, sizeof x);\n\tm_init(&t, 1);\n"
	"\tm_predict(&t.net, &w, 2, x, y);\n\tshow(y, 4);\n"
	"\tloss = m_loss(&t.net, &w, 2, x, target);\n\tshow(&loss, 1);\n"
	"\tloss = m_train_step(&t, 2, x, target);\n\tshow(&loss, 1);\n\tm_get(&t.net, 0, p);\n\tshow(p, 2);\n"
	"\tfor (int k = 0; k < M_STATES; k++) { m_get_state(&t, k, p); show(p, 2); }\n\treturn 0;\n}\n";

/* Machines differ in sign and payload of what is not a number. */
Test(determinism, one_nan)
{
	static const char *const compilers[] = {"gcc -O3", "clang -O0"};
	char folder[] = FOLDER, command[300], path[64];
	cr_assert(mkdtemp(folder));
	write_file(folder, "m", ".mlp", nan_model);
	write_file(folder, "program", ".c", nan_program);
	snprintf(path, sizeof path, "%s/m.mlp", folder);
	emit_model(path, true, folder);
	for (int k = 0; k < 2; k++) {
		snprintf(command, sizeof command,
		         "%s -I$R program.c m.c $R/*.c -lm -o p && ./p > out && ! test -s out", compilers[k]);
		cr_expect(shell(folder, command) == 0, "%s", compilers[k]);
	}
	remove_folder(folder);
}

/* The option reaches the C, its banner and what the program of `mlpc train` knows of itself. */
Test(determinism, option)
{
	char folder[] = FOLDER, command[1000];
	cr_assert(mkdtemp(folder));
	snprintf(command, sizeof command,
	         "%s/mlpc --strict models/iris.mlp -o - >%s/c && grep -q '^ \\* Options: --strict$' %s/c && "
	         "grep -q '= mlp_strict_tanhf(' %s/c && ! grep -q mlp_multiply_add %s/c",
	         build_folder(), folder, folder, folder, folder);
	cr_expect(system(command) == 0, "%s", command);
	snprintf(command, sizeof command,
	         "%s/mlpc train --strict models/iris.mlp --data x --cc=true --keep=%s >%s/log 2>&1; "
	         "grep -q '\\.options = \"--strict' %s/iris_main.c",
	         build_folder(), folder, folder, folder);
	cr_expect(system(command) == 0, "%s", command);
	remove_folder(folder);
}
