/* Models from strings up to the plan, for tests of plan and emit. Inline, so that a test
 * may leave some unused. */
#ifndef TESTS_PLAN_FIXTURE_H
#define TESTS_PLAN_FIXTURE_H

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compile.h"
#include "emit/emit.h"

static inline struct compile *planned(const char *text, const struct compile_options *options)
{
	struct arena *arena = arena_new();
	struct compile *c = compile_new(arena);
	enum status status = compile_source(c, source_from_string(arena, "test.mlp", text), options);
	if (status != STATUS_OK) {
		diag_print(c->diag, stderr, DIAG_TEXT, false);
		return NULL;
	}
	return c;
}

static inline struct compile *plan_of(const char *text)
{
	struct compile_options options = {0};
	return planned(text, &options);
}

static inline const char *source_of(const struct compile *c)
{
	struct text text = text_new(c->arena);
	struct emit_options options = {.source_name = "test.mlp", .checksum = "0123456789abcdef", .changes = ""};
	emit_source(&text, &c->plan, &options);
	return text_string(&text);
}

#endif
