/* The resolution of large, deep and hostile models; files that are used; what the whole prelude gives. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compile.h"
#include "model_fixture.h"

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Test(model_limits, a_thousand_layers_take_milliseconds)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model deep\ninput h0[4]\ntarget t[4]\n");
	for (int i = 1; i <= 1000; i++)
		text_printf(&text, "layer h%d[4] = tanh(dense(h%d))\n", i, i - 1);
	text_add(&text, "minimize mse(h1000, t)\n");
	double start = seconds();
	struct resolved resolved = resolve_text(text_string(&text));
	double taken = seconds() - start;
	cr_assert_not_null(resolved.model, "%s", resolved.messages);
	cr_expect_eq(resolved.model->tensors.count, 2 + 4 * 1000);
	cr_expect_lt(taken, 1.0, "%g s", taken);
	arena_free(resolved.arena);
	arena_free(arena);
}

Test(model_limits, definitions_that_double_are_stopped)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\nactivation f0(x) = x + x\n");
	for (int i = 1; i < 60; i++)
		text_printf(&text, "activation f%d(x) = f%d(x) + f%d(x + 1)\n", i, i - 1, i - 1);
	text_add(&text, "layer y = f59(x)\n");
	struct resolved resolved = resolve_text(text_string(&text));
	cr_expect_null(resolved.model);
	cr_expect_not_null(
		strstr(resolved.messages, "error[too-large]: the model has more than 100000 operations"));
	arena_free(resolved.arena);
	arena_free(arena);
}

Test(model_limits, definitions_of_definitions_are_stopped)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\nactivation f0(x) = x\n");
	for (int i = 1; i < 6000; i++)
		text_printf(&text, "activation f%d(x) = f%d(x)\n", i, i - 1);
	text_add(&text, "layer y = f5999(x)\n");
	struct resolved resolved = resolve_text(text_string(&text));
	cr_expect_null(resolved.model);
	cr_expect_not_null(
		strstr(resolved.messages, "error[too-deep]: expressions are nested more than 2500 deep"));
	arena_free(resolved.arena);
	arena_free(arena);
}

/* 2^100 operations if the argument were copied. */
Test(model_limits, arguments_are_shared)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	text_add(&text, "model m\ninput x[4]\nactivation square(x) = x * x\nlayer y = ");
	for (int i = 0; i < 100; i++)
		text_add(&text, "square(");
	text_add(&text, "x");
	for (int i = 0; i < 100; i++)
		text_add(&text, ")");
	struct resolved resolved = resolve_text(text_string(&text));
	cr_assert_not_null(resolved.model, "%s", resolved.messages);
	const struct value *value = find_tensor(resolved.model, "y")->value;
	cr_expect_eq(value->operands[0], value->operands[1]);
	arena_free(resolved.arena);
	arena_free(arena);
}

Test(model_limits, parameters_beyond_the_loss_are_named)
{
	struct resolved resolved = resolve_text("model m\ninput x[4]\ntarget t[2]\nlayer a[3] = dense(x)\n"
	                                        "output y[2] = dense(x)\nminimize mse(y, t)\n");
	cr_expect_not_null(resolved.model);
	cr_expect_str_eq(resolved.messages,
	                 "4:7: warning[unreachable-parameter]: the loss does not depend on the "
	                 "parameter `a.W`, so that it will not be trained\n"
	                 "4:7: note: nor on `a.b`\n");
	arena_free(resolved.arena);
}

/* No gradient flows through conditions, whole parts of numbers, positions of maxima and constant(). */
Test(model_limits, parameters_without_a_gradient_are_named)
{
	static const struct {
		const char *layer, *messages;
	} rows[] = {
		{"step(h)", "<prelude> note: no gradient flows through this\n"},
		{"floor(h)", "6:14: note: no gradient flows through this\n"},
		{"constant(tanh(h))", "6:14: note: no gradient flows through this\n"},
		{"x * argmax(h)", "6:18: note: no gradient flows through this\n"},
		{"if h > 0 then 1 else x", "6:14: note: no gradient flows through this\n"},
		{"if h > 0 then h else x", NULL},
		{"step(h) * h", NULL},
		{"x * max(h)", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char model[300], messages[600] = "";
		snprintf(model, sizeof model, "model m\ninput x[4]\ntarget t[4]\nlayer a[4] = 2 * x\n"
		         "layer h[4] = dense(a)\nlayer y[4] = %s\nminimize mse(y, t)\n", rows[i].layer);
		if (rows[i].messages)
			snprintf(messages, sizeof messages,
			         "5:7: warning[no-gradient]: no gradient reaches the parameter `h.W`, so "
			         "that it will not be trained\n%s5:7: note: nor does one reach `h.b`\n",
			         rows[i].messages);
		struct resolved resolved = resolve_text(model);
		cr_expect_not_null(resolved.model);
		cr_expect_str_eq(resolved.messages, messages, "%s\n%s", model, resolved.messages);
		arena_free(resolved.arena);
	}
}

Test(model_limits, a_statistic_that_stays_is_named)
{
	struct resolved resolved = resolve_text(
		"model m\ninput x[4]\nblock shifted(x[i]) {\n statistic s[i] = ones\n"
		" return y[i] = x[i] + s[i]\n}\noutput y = shifted(x)\n");
	cr_expect_not_null(resolved.model);
	cr_expect_str_eq(resolved.messages,
	                 "4:12: warning[unassigned-statistic]: the statistic `s` is never assigned, so that "
	                 "it stays as it begins\n");
	arena_free(resolved.arena);
}

Test(model_limits, a_definition_may_shadow_the_language)
{
	struct resolved resolved = resolve_text(
		"model m\ninput x[4]\nactivation tanh(x) = 2 * x\nactivation sum(x) = 3 * x\n"
		"activation concat(x) = x\noutput y = tanh(sum(concat(x)))\noutput z = relu(x)\n");
	cr_expect_str_eq(
		resolved.messages,
		"3:12: warning[shadows-function]: `tanh` takes the place of the function of the language\n"
		"4:12: warning[shadows-function]: `sum` takes the place of the function of the language\n"
		"5:12: warning[shadows-function]: `concat` takes the place of the function of the "
		"language\n");
	cr_expect_str_eq(dump_of(&resolved), "model m\ninput x[4]\noutput y[i: 4] = 2 * 3 * x\n"
	                                     "output z[i: 4] = max(x, 0)\n");
	arena_free(resolved.arena);
}

Test(model_limits, a_definition_may_shadow_the_prelude)
{
	struct resolved resolved = resolve_text(
		"model m\ninput x[4]\nactivation relu(x) = x\nlayer y = relu(x)\nlayer z = silu(y)\n"
		"activation sigmoid(x) = 0\n");
	cr_expect_str_eq(
		resolved.messages,
		"3:12: warning[shadows-prelude]: `relu` takes the place of the definition in the prelude\n"
		"<prelude> note: that definition is here\n"
		"6:12: warning[shadows-prelude]: `sigmoid` takes the place of the definition in the prelude\n"
		"<prelude> note: that definition is here\n");
	cr_expect_str_eq(dump_of(&resolved), "model m\ninput x[4]\nlayer y[i: 4] = x\n"
	                                     "output z[i: 4] = y * 1 * (1 + exp(-1 * y))^(-1)\n");
	arena_free(resolved.arena);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s", path);
	fputs(text, file);
	fclose(file);
}

static char folder[32]; /* the current one of the tests of `use` */

static const char *const FILES[][2] = {
	{"library/a.mlp", "use \"c.mlp\"\nactivation first(x) = third(x) + 1\n"},
	{"library/b.mlp", "use \"./c.mlp\"\nactivation second(x) = third(x) + 2\n"},
	{"library/c.mlp", "activation third(x) = x * 3\n"},
	{"library/d.mlp", "use \"../top.mlp\"\nactivation fourth(x) = x * 4\n"},
	{"library/-", "activation dash(x) = x - 1\n"},
	{"top.mlp", "activation top(x) = x * 5\n"},
	{"-", "activation minus(x) = -x\n"},
};

enum { FILE_COUNT = sizeof FILES / sizeof *FILES };

static void enter_library(void)
{
	strcpy(folder, "/tmp/mlpc-use-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("library", 0700), 0);
	for (size_t i = 0; i < FILE_COUNT; i++)
		write_file(FILES[i][0], FILES[i][1]);
	cr_assert_eq(symlink("../top.mlp", "library/link.mlp"), 0);
}

static void leave_library(void)
{
	for (size_t i = 0; i < FILE_COUNT; i++)
		remove(FILES[i][0]);
	remove("library/link.mlp");
	remove("library");
	rmdir(folder);
}

/* The model that uses these files, whose value is `value`; what its output becomes, or the messages. */
static const char *output_with(struct arena *arena, const char *uses, const char *value, bool allow_path)
{
	struct text model = text_new(arena), dump = text_new(arena);
	text_printf(&model, "model m\n%sinput x[4]\noutput y = %s\n", uses, value);
	struct resolved resolved = resolve_with(text_string(&model), allow_path);
	text_add(&dump, resolved.model ? strstr(dump_of(&resolved), "output") : resolved.messages);
	arena_free(resolved.arena);
	return text_string(&dump);
}

/* Paths are relative to the file that uses them; a file counts once, by whatever path it is named. */
Test(model_limits, definitions_of_other_files, .init = enter_library, .fini = leave_library)
{
	static const struct {
		const char *uses, *value, *output;
		bool allow_path;
	} rows[] = {
		{"use \"library/a.mlp\"\nuse \"library/b.mlp\"\nuse \"library/../library/c.mlp\"\n",
	         "first(second(x))", "output y[i: 4] = (x * 3 + 2) * 3 + 1\n", true},
		{"use \"library/a.mlp\"\nuse \".//library/b.mlp\"\nuse \"library/c.mlp\"\n",
	         "first(second(x))", "output y[i: 4] = (x * 3 + 2) * 3 + 1\n", false},
		{"use \"library/d.mlp\"\nuse \"top.mlp\"\n", "fourth(top(x))",
	         "output y[i: 4] = x * 5 * 4\n", true},
		{"use \"library/link.mlp\"\nuse \"top.mlp\"\n", "top(x)", "output y[i: 4] = x * 5\n", false},
		{"use \"-\"\nuse \"library/-\"\n", "minus(dash(x))", "output y[i: 4] = -1 * (x + -1)\n",
	         false},
		{"use \"library/f.mlp\"\n", "nowhere(x)",
	         "2:1: error[cannot-read]: cannot open `library/f.mlp`: No such file or directory\n"
	         "help: a path is relative to the file that `use` stands in\n",
	         false},
		{"use \"library/../top.mlp\"\n", "top(x)",
	         "2:1: error[unsafe-path]: a path in `use` is relative to this file and does not leave "
	         "its folder\n"
	         "help: copy the file beside this one, or allow any path with `--allow-path`\n",
	         false},
	};
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_str_eq(output_with(arena, rows[i].uses, rows[i].value, rows[i].allow_path),
		                 rows[i].output, "%s%s", rows[i].uses,
		                 output_with(arena, rows[i].uses, rows[i].value, rows[i].allow_path));
	char absolute[64];
	snprintf(absolute, sizeof absolute, "use \"%s/top.mlp\"\n", folder);
	cr_expect_str_eq(output_with(arena, absolute, "top(x)", true), "output y[i: 4] = x * 5\n");
	cr_expect_not_null(strstr(output_with(arena, absolute, "top(x)", false), "error[unsafe-path]"));
	arena_free(arena);
}

/* What is saved with one text of a definition is refused by another. */
Test(model_limits, the_checksum_counts_used_files, .init = enter_library, .fini = leave_library)
{
	static const char *const texts[] = {"activation top(x) = x * 5\n", "activation top(x)=x*5 # five\n",
	                                    "activation top(x) = x * 6\n"};
	uint64_t checksums[3];
	for (int k = 0; k < 3; k++) {
		struct arena *arena = arena_new();
		struct compile *c = compile_new(arena);
		write_file("top.mlp", texts[k]);
		const struct source *source = source_from_string(
			arena, "m.mlp", "model m\nuse \"top.mlp\"\ninput x[4]\noutput y = top(x)\n");
		struct compile_options options = {.dump = STAGE_NONE};
		cr_assert_eq(compile_source(c, source, &options), STATUS_OK);
		checksums[k] = compile_checksum(c);
		arena_free(arena);
	}
	cr_expect_eq(checksums[0], checksums[1]);
	cr_expect_neq(checksums[0], checksums[2]);
}

static void expect_model(const char *format, const char *name)
{
	char text[400];
	snprintf(text, sizeof text, format, name);
	struct resolved resolved = resolve_text(text);
	cr_expect_not_null(resolved.model, "%s\n%s", text, resolved.messages);
	cr_expect_str_eq(resolved.messages, "", "%s\n%s", text, resolved.messages);
	arena_free(resolved.arena);
}

/* Each definition of the prelude, by the kind that begins its line. */
Test(model_limits, all_of_the_prelude_resolves)
{
	static const struct {
		const char *word, *model;
		int least;
	} kinds[] = {
		{"activation", "model m\ninput x[3, 4]\nlayer y[3, 4] = %s(x)\n", 17},
		{"block", "model m\ninput x[4]\nlayer y[4] = %s(x)\n", 7},
		{"loss", "model m\ninput x[4]\ntarget t[4]\nlayer y = x\nminimize %s(y, t)\n", 16},
		{"init", "model m\ninput x[4]\nlayer y[2] = dense(x, W = %s)\n", 9},
		{"optimizer",
	         "model m\ninput x[2]\ntarget t[2]\nlayer y[2] = dense(x)\nminimize mse(y, t)\n"
	         "train { optimizer = %s() }\n",
	         10},
		{"loss",
	         "model m\ninput x[2]\ntarget t[2]\nlayer y[2] = dense(x)\nminimize sse(y, t) + "
	         "%s(weights)\n",
	         3},
	};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		int count = 0;
		bool of_parameters = k == 5;
		for (const char *line = model_prelude; line && *line;
		     line = strchr(line, '\n'), line += line != NULL) {
			char word[16], name[64], formal[64] = "";
			if (sscanf(line, "%15s %63[a-z0-9_A-Z](%63[^,)]", word, name, formal) < 2 ||
			    strcmp(word, kinds[k].word) != 0)
				continue;
			if (strcmp(word, "loss") == 0 && (strcmp(formal, "p") == 0) != of_parameters)
				continue;
			expect_model(kinds[k].model, name);
			count++;
		}
		cr_expect_geq(count, kinds[k].least, "%s: %d", kinds[k].word, count);
	}
}

/* The least and the largest that each setting takes, and the next beyond. */
Test(model_limits, settings)
{
	static const struct {
		const char *setting;
		bool good;
	} rows[] = {
		{"batch = 1", true},       {"batch = 0", false},
		{"epochs = 1", true},      {"epochs = 0", false},
		{"patience = 0", true},    {"patience = 0 - 1", false},
		{"seed = 0", true},        {"seed = 0 - 1", false},
		{"seed = 9007199254740992", true}, {"seed = 9007199254740994", false},
		{"batch = 2147483647", true},      {"batch = 2147483648", false},
		{"clip = norm(1e-30)", true},      {"clip = norm(0)", false},
		{"clip = value(1e-30)", true},     {"clip = value(0)", false},
	};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct arena *arena = arena_new();
		struct text text = text_new(arena);
		text_printf(&text,
		            "model m\ninput x[2]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n"
		            "train { %s }\n",
		            rows[k].setting);
		struct resolved resolved = resolve_text(text_string(&text));
		cr_expect_eq(resolved.messages[0] == '\0', rows[k].good, "%s: %s", rows[k].setting,
		             resolved.messages);
		arena_free(resolved.arena);
		arena_free(arena);
	}
}
