/* The resolution of large, deep and hostile models; files that are used; what the whole prelude gives. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* Paths are relative to the file that uses them; a file that two others use is read once. */
Test(model_limits, definitions_of_other_files)
{
	char folder[] = "/tmp/mlpc-use-XXXXXX";
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("library", 0700), 0);
	write_file("library/a.mlp", "use \"c.mlp\"\nactivation first(x) = third(x) + 1\n");
	write_file("library/b.mlp", "use \"c.mlp\"\nactivation second(x) = third(x) + 2\n");
	write_file("library/c.mlp", "activation third(x) = x * 3\n");
	write_file("library/d.mlp", "use \"e.mlp\"\n");
	write_file("library/e.mlp", "use \"d.mlp\"\nlayer z = x\n");
	struct resolved good = resolve_text(
		"model m\nuse \"library/a.mlp\"\nuse \"library/b.mlp\"\ninput x[4]\n"
		"layer y = first(second(x))\n");
	cr_expect_str_eq(dump_of(&good), "model m\ninput x[4]\noutput y[i: 4] = (x * 3 + 2) * 3 + 1\n", "%s",
	                 good.messages);
	struct resolved cycle = resolve_text("model m\nuse \"library/d.mlp\"\ninput x[4]\nlayer y = x\n");
	cr_expect_null(cycle.model);
	struct resolved missing = resolve_text("model m\nuse \"library/f.mlp\"\ninput x[4]\nlayer y = x\n");
	cr_expect_str_eq(missing.messages,
	                 "mlpc: error[cannot-read]: cannot open `library/f.mlp`: No such file or directory\n"
	                 "2:1: note: it is used here\n");
	arena_free(good.arena);
	arena_free(cycle.arena);
	arena_free(missing.arena);
	static const char *const files[] = {"library/a.mlp", "library/b.mlp", "library/c.mlp",
	                                    "library/d.mlp", "library/e.mlp", "library"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		remove(files[i]);
	rmdir(folder);
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
