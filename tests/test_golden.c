/* Dumps and C of models against the files in tests/golden/. `make golden` rewrites them; their diff is what a
 * change of the compiler did to what users see. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"
#include "explain/explanation.h"

struct golden {
	const char *model;    /* models/MODEL.mlp */
	const char *ending;   /* tests/golden/NAME.ending */
	enum stage stage;     /* what is dumped; NONE: `emit` */
	void (*emit)(struct text *, const struct plan *, const struct emit_options *);
	void (*explain)(struct text *, const struct explanation *);  /* instead of `emit` */
};

static void explain_plainly(struct text *text, const struct explanation *explanation)
{
	explain_text(text, explanation, EXPLAIN_WIDTH, false);
}

static const struct golden GOLDEN[] = {
	{"iris", "ast", STAGE_AST, NULL, NULL},
	{"iris", "model", STAGE_MODEL, NULL, NULL},
	{"iris", "graph", STAGE_GRAPH, NULL, NULL},
	{"iris", "gradient", STAGE_GRADIENT, NULL, NULL},
	{"iris", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"iris", "plan", STAGE_PLAN, NULL, NULL},
	{"iris", "h", STAGE_NONE, emit_header, NULL},
	{"iris", "c", STAGE_NONE, emit_source, NULL},
	{"iris", "main.c", STAGE_NONE, emit_driver, NULL},
	{"xor", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"digits", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"digits", "c", STAGE_NONE, emit_source, NULL},
	{"concrete", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"worked/xor_step", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"worked/xor_step", "c", STAGE_NONE, emit_source, NULL},
	{"worked/three_classes", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"worked/house_price", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"worked/weighted_loss", "simplified", STAGE_SIMPLIFIED, NULL, NULL},
	{"worked/pulse", "c", STAGE_NONE, emit_source, NULL},
	{"worked/xor_step", "explain", STAGE_NONE, NULL, explain_plainly},
	{"iris", "explain", STAGE_NONE, NULL, explain_plainly},
};

/* With --strict. */
static const struct golden STRICT_GOLDEN = {"iris", "strict.c", STAGE_NONE, emit_source, NULL};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static char *produce(struct arena *arena, const struct golden *golden, bool strict)
{
	char path[128], source[128], checksum[17], *bytes;
	size_t size;
	FILE *file = open_memstream(&bytes, &size);
	struct compile *c = compile_new(arena);
	struct compile_options options = {.dump = golden->stage, .dump_to = file, .strict = strict};
	struct history history = {.arena = arena};
	c->history = &history;
	snprintf(path, sizeof path, "models/%s.mlp", golden->model);
	cr_assert(compile(c, path, &options) == STATUS_OK, "%s does not compile", path);
	snprintf(source, sizeof source, "%s.mlp", base_name(golden->model));
	if (golden->explain) {
		struct explanation explanation = explain(&c->plan, &history, source);
		struct text text = text_new(arena);
		golden->explain(&text, &explanation);
		fputs(text_string(&text), file);
	}
	if (golden->emit) {
		snprintf(checksum, sizeof checksum, "%016llx", (unsigned long long)compile_checksum(c));
		struct emit_options emit_options = {
			.source_name = source, .checksum = checksum, .changes = strict ? "--strict" : ""};
		struct text text = text_new(arena);
		golden->emit(&text, &c->plan, &emit_options);
		fputs(text_string(&text), file);
	}
	fclose(file);
	return bytes;
}

static char *read_file(const char *path)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");
	if (!file)
		return strdup("");
	if (getdelim(&bytes, &size, '\0', file) < 0)
		bytes[0] = '\0';
	fclose(file);
	return bytes;
}

/* The first line that differs, from 1; 0 if none does. */
static int first_difference(const char *a, const char *b)
{
	int line = 1;
	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return *a == *b ? 0 : line;
}

static void check(const struct golden *golden, bool strict)
{
	char path[128];
	struct arena *arena = arena_new();
	char *now = produce(arena, golden, strict);
	snprintf(path, sizeof path, "tests/golden/%s.%s", base_name(golden->model), golden->ending);
	if (getenv("GOLDEN")) {
		FILE *file = fopen(path, "w");
		cr_assert(file && fputs(now, file) >= 0 && fclose(file) == 0);
	}
	char *before = read_file(path);
	cr_expect(first_difference(before, now) == 0,
	          "%s differs from line %d on; run `make golden` and read the diff", path,
	          first_difference(before, now));
	free(before);
	free(now);
	arena_free(arena);
}

Test(golden, files)
{
	for (size_t k = 0; k < sizeof GOLDEN / sizeof *GOLDEN; k++)
		check(&GOLDEN[k], false);
	check(&STRICT_GOLDEN, true);
}

/* The same text once more in one process: nothing depends on what was compiled before. */
Test(golden, twice)
{
	struct arena *arena = arena_new();
	char *first = produce(arena, &GOLDEN[7], false), *second = produce(arena, &GOLDEN[7], false);
	cr_assert_str_eq(first, second);
	free(first);
	free(second);
	arena_free(arena);
}
