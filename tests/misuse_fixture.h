/* One line of a model that makes no sense, and what is said about it. */
#ifndef TESTS_MISUSE_FIXTURE_H
#define TESTS_MISUSE_FIXTURE_H

#include <criterion/criterion.h>

#include "model_fixture.h"

static const char HEAD[] = "model m\ninput x[4]\n";
static const char TAIL[] = "output y_[1] = dense(x)\ntarget t_[1]\nminimize mse(y_, t_)\n";

/* A line of a model between HEAD and TAIL, and the messages. */
struct bad {
	const char *line, *messages;
};

static inline struct resolved resolve_line(const char *line)
{
	char model[1000];
	snprintf(model, sizeof model, "%s%s\n%s", HEAD, line, TAIL);
	return resolve_text(model);
}

static inline void check(const struct bad *rows, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		struct resolved resolved = resolve_line(rows[k].line);
		cr_expect_str_eq(resolved.messages, rows[k].messages, "%s\n%s", rows[k].line,
		                 resolved.messages);
		cr_expect_null(resolved.model, "%s", rows[k].line);
		arena_free(resolved.arena);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

#endif
