/* The C for each target against the portable C: the same bits, where both fuse products and sums alike. Each
 * program runs all networks, of targets/ and of shapes that are made here; targets/run.c says what it prints.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "build_folder.h"
#include "compile.h"
#include "emit/emit.h"
#include "support.h"

enum { CHAINS = 3, SHAPES = 5, MOST_LINES = 2000 };

/* --- networks ------------------------------------------------------------------------------------ */

static const char *const files[] = {
        "tests/targets/names.mlp",    "tests/targets/choices.mlp",     "tests/targets/places.mlp",
        "tests/targets/products.mlp", "tests/targets/tiny.mlp",        "tests/targets/wide.mlp",
        "tests/targets/panels.mlp",   "tests/targets/repeats.mlp",     "models/custom/convolution.mlp",
        "models/custom/attention.mlp", "tests/targets/narrow.mlp",      "tests/targets/turned.mlp",
        "tests/targets/padded.mlp",     "tests/targets/copied.mlp",     "tests/targets/edges.mlp",
};

enum { FILES = sizeof files / sizeof *files, NETWORKS = FILES + SHAPES };

static const int extents[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 37, 61, 127};

enum { EXTENTS = sizeof extents / sizeof *extents };

/* Those of the last one are random. */
static const struct {
	int batch;
	const char *optimizer;
} shapes[SHAPES] = {
	{1, "sgd(rate = 0.05)"}, {2, "momentum(rate = 0.02)"}, {37, "adam(rate = 0.01)"},
	{3, "rprop()"}, {5, "nadam(rate = 0.01)"},
};

static const char *const activations[] = {"relu", "elu", "gelu", "softmax", "tanh"};

/* Three chains of two dense layers. Of the first four shapes each extent is once that of an input, of a
 * hidden layer and of an output. */
static const char *shape_text(struct arena *arena, int shape, struct random *random)
{
	struct text text = text_new(arena), end = text_new(arena);
	text_printf(&text, "model shape_%d\n", shape);
	for (int c = 0; c < CHAINS; c++) {
		int k = shape * CHAINS + c, free = shape == SHAPES - 1;
		int in = extents[free ? random_below(random, EXTENTS) : k];
		int hidden = extents[free ? random_below(random, EXTENTS) : (5 * k + 2) % EXTENTS];
		int out = extents[free ? random_below(random, EXTENTS) : (7 * k + 1) % EXTENTS];
		const char *activation = activations[free ? random_below(random, 5) : k % 5];
		text_printf(&text, "input x%d[%d]\ntarget t%d[%d]\nlayer h%d[%d] = %s(dense(x%d))\n", c, in,
		            c, out, c, hidden, activation, c);
		text_printf(&text, "output y%d[%d] = %s(dense(h%d))\n", c, out,
		            c == 0 ? "softmax" : c == 1 ? "layer_norm" : "", c);
		text_printf(&end, "%smse(y%d, t%d)", c ? " + " : "minimize ", c, c);
	}
	text_printf(&text, "%s\ntrain { optimizer = %s, batch = %d }\n", text_string(&end),
	            shapes[shape].optimizer, shapes[shape].batch);
	return text_string(&text);
}

/* --- programs ------------------------------------------------------------------------------------- */

/* Programs of one group print the same. */
enum group { FLOAT, FLOAT_FUSED, DOUBLE, DOUBLE_FUSED };

struct build {
	enum group group;
	const char *target, *compiler;  /* with its flags; NULL: there is none */
	const char *instruction;        /* that the machine must have, or NULL */
};

#define SANITIZED "-O0 -fsanitize=address,undefined -fno-sanitize-recover=all"

/* The first of each group is portable. Vectors that the machine does not have become narrow code. Optimised
 * code is slow to make: test_determinism.c has some. */
static const struct build builds[] = {
#ifdef __x86_64__
	{FLOAT, "portable", "clang -O0 -march=x86-64", NULL},
	{FLOAT, "x86-64-v4", "clang -O0 -march=x86-64", NULL},
	{FLOAT_FUSED, "portable", "clang -O0 -march=x86-64-v3", "fma"},
	{FLOAT_FUSED, "x86-64-v3", "clang -march=x86-64-v3 " SANITIZED, "fma"},
	{FLOAT_FUSED, "aarch64", "gcc -O0 -march=x86-64-v3", "fma"},
	{FLOAT_FUSED, "x86-64-v4", "clang -O0 -march=x86-64-v4", "avx512"},
	{DOUBLE_FUSED, "portable", "clang -O0 -march=x86-64-v3", "fma"},
	{DOUBLE_FUSED, "x86-64-v2", "clang -O0 -march=x86-64-v3", "fma"},
	{DOUBLE_FUSED, "x86-64-v4", "clang -O0 -march=x86-64-v4", "avx512"},
#else
	{FLOAT, "portable", "clang -O0", NULL},
	{FLOAT, "native", "gcc -O0", NULL},
	{FLOAT, "native", "clang " SANITIZED, NULL},
	{DOUBLE, "portable", "clang -O0", NULL},
	{DOUBLE, "native", "gcc -O0", NULL},
#endif
};

enum { BUILDS = sizeof builds / sizeof *builds };

static bool has(const char *instruction)
{
#ifdef __x86_64__
	__builtin_cpu_init();
	if (instruction && strcmp(instruction, "fma") == 0)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	if (instruction && strcmp(instruction, "avx512") == 0)
		return strcmp(target_native()->name, "x86-64-v4") == 0;
#endif
	return !instruction || target_native()->vector_bytes > 0;
}

static void write_file(const char *folder, const char *name, const char *ending, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

typedef void (*emitter)(struct text *, const struct plan *, const struct emit_options *);

/* NAME.h, NAME.c, NAME_main.c, and a unit that hands the network to run.c; the arrays get their lines of a
 * table. */
static void emit_network(const struct compile *c, bool gradients, const char *folder, struct text *table)
{
	static const emitter emit[] = {emit_header, emit_source, emit_driver};
	static const char *const endings[] = {".h", ".c", "_main.c"};
	struct emit_options options = {.source_name = "model.mlp", .checksum = "0", .changes = ""};
	const char *name = c->model->name;
	for (int k = 0; k < 3; k++) {
		struct text text = text_new(c->arena);
		emit[k](&text, &c->plan, &options);
		write_file(folder, name, endings[k], text_string(&text));
	}
	struct text unit = text_new(c->arena);
	text_printf(&unit,
	            "#include \"run.h\"\n#define main main_of_%s\n#include \"%s_main.c\"\n#undef main\n",
	            name, name);
	for (int k = 0; k < 2 && gradients; k++)
		text_printf(
		        &unit,
		        "static void gradient_%d(const void *t, int k, void *v)\n{\n\t%s_%s(t, k, v);\n}\n",
		        k, name, k ? "input_gradient" : "gradient");
	text_printf(&unit, "const struct run_model run_%s = {\"%s\", &network, %s, %s};\n", name, name,
	            gradients ? "gradient_0" : "NULL", gradients ? "gradient_1" : "NULL");
	write_file(folder, name, "_unit.c", text_string(&unit));
	text_printf(table, "extern const struct run_model run_%s;\n", name);
}

/* Every second network keeps its gradients; its update then is a function of its own. */
static void emit_build(const struct build *build, const char *folder, const char *const *texts)
{
	struct arena *arena = arena_new();
	struct text table = text_new(arena), list = text_new(arena);
	text_add(&table, "#include \"run.h\"\n");
	for (int k = 0; k < NETWORKS; k++) {
		struct compile *c = compile_new(arena);
		struct compile_options options = {
			.real_double = build->group == DOUBLE || build->group == DOUBLE_FUSED,
			.keep_gradients = k % 2, .input_gradients = k % 2,
			.target = strcmp(build->target, "native") == 0 ? target_native()
			                                                 : target_named(build->target)};
		enum status status =
		        k < FILES
		                ? compile(c, files[k], &options)
		                : compile_source(c, source_from_string(arena, "shape.mlp", texts[k - FILES]),
		                                 &options);
		cr_assert(status == STATUS_OK, "%s", k < FILES ? files[k] : texts[k - FILES]);
		emit_network(c, k % 2, folder, &table);
		text_printf(&list, "&run_%s, ", c->model->name);
	}
	text_printf(&table, "const struct run_model *const run_models[] = {%sNULL};\n", text_string(&list));
	write_file(folder, "table", ".c", text_string(&table));
	arena_free(arena);
}

/* The networks with the flags of the program and all warnings; what only calls them, as fast as can be. */
static FILE *start(const struct build *build, const char *folder)
{
	char command[1500];
	snprintf(command, sizeof command,
	         "R=$PWD/runtime T=$PWD/tests/targets L=%s/libmlp.a; cd %s && W='-std=c11 -Wall -Wextra "
	         "-Wpedantic "
	         "-Wconversion -Wshadow -Wdouble-promotion -Wvla -Wundef -Wstrict-prototypes -Werror' && "
	         "%s $W -I$R -c $(ls *.c | grep -v '_unit.c\\|_main.c\\|table.c') 2>log && "
	         "%s -O0 -I$R -I$T -w *_unit.c table.c $T/run.c *.o $L -lm -o run 2>log && ./run 2>log || "
	         "{ echo failed; grep -m3 -i error log; }",
	         build_folder(), folder, build->compiler, build->compiler);
	FILE *pipe = popen(command, "r");
	cr_assert(pipe);
	return pipe;
}

/* --- comparison ------------------------------------------------------------------------------------- */

struct lines {
	int count;
	char text[MOST_LINES][160];
};

static void read_lines(FILE *pipe, struct lines *lines)
{
	lines->count = 0;
	while (lines->count < MOST_LINES && fgets(lines->text[lines->count], sizeof *lines->text, pipe))
		lines->count++;
	pclose(pipe);
}

static void compare(const struct build *build, const struct lines *lines, const struct lines *portable)
{
	cr_expect(lines->count > 300 && lines->count < MOST_LINES, "%s, %s: %d lines, %s%s%s", build->target,
	          build->compiler, lines->count, lines->text[0], lines->text[1], lines->text[2]);
	for (int k = 0; k < lines->count; k++) {
		cr_expect(!strstr(lines->text[k], "is not what it was set to"), "%s, %s: %s", build->target,
		          build->compiler, lines->text[k]);
		if (strcmp(lines->text[k], portable->text[k]) == 0)
			continue;
		cr_expect(false, "%s, %s: %.150s, portable: %.150s", build->target, build->compiler,
		          lines->text[k], portable->text[k]);
		return;
	}
}

Test(targets, same_bits)
{
	static struct lines lines, portable;
	struct random random = random_new();
	struct arena *arena = arena_new();
	char folder[] = "/tmp/mlpc-test-XXXXXX", path[BUILDS][64], command[64];
	const char *texts[SHAPES];
	FILE *pipes[2] = {NULL, NULL};
	cr_assert(mkdtemp(folder));
	for (int k = 0; k < SHAPES; k++)
		texts[k] = shape_text(arena, k, &random);
	for (int p = 0, next = 0; p < BUILDS; p++) {
		for (; next < BUILDS && next < p + 2; next++) { /* two at once */
			if (!has(builds[next].instruction))
				continue;
			snprintf(path[next], sizeof path[next], "%s/%d", folder, next);
			cr_assert(mkdir(path[next], 0700) == 0);
			emit_build(&builds[next], path[next], texts);
			pipes[next % 2] = start(&builds[next], path[next]);
		}
		if (!has(builds[p].instruction))
			continue;
		read_lines(pipes[p % 2], &lines);
		if (strcmp(builds[p].target, "portable") == 0)
			portable = lines;
		compare(&builds[p], &lines, &portable);
	}
	snprintf(command, sizeof command, "rm -rf %s", folder);
	cr_expect(getenv("KEEP") || system(command) == 0);
	arena_free(arena);
}
