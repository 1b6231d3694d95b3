/* The outside world: PyTorch's values of the same networks, from golden files that tests/peers/make_golden.py
 * wrote. Every definition of the standard library is in one of them. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "peer_trace.h"

static const struct group {
	const char *name;
	const char *compiler;
	double float_tolerance[2], double_tolerance[2]; /* of the first step, and of those after it */
} groups[] = {
	{"activations", "gcc -O1", {1e-5, 0}, {1e-12, 0}},
	{"losses", "gcc -O1", {1e-5, 1e-5}, {1e-12, 1e-12}},
	{"blocks", "gcc -O1", {1e-5, 1e-5}, {1e-12, 1e-12}},
	{"initializers", "gcc -O0", {1e-5, 0}, {1e-12, 0}},
	{"optimizers", "gcc -O0", {1e-5, 1e-4}, {1e-12, 1e-11}},
	{"worked", "gcc -O0", {1e-5, 1e-5}, {1e-12, 1e-12}},
};

enum { GROUPS = sizeof groups / sizeof *groups };

/* The folder of the golden files, or that which the environment's PEERS names. */
static peer_cases read_group(struct arena *arena, const struct group *group, bool is_double)
{
	const char *folder = getenv("PEERS");
	char path[512];
	snprintf(path, sizeof path, "%s/%s.%s", folder ? folder : "tests/golden/peers", group->name,
	         is_double ? "double" : "float");
	peer_cases cases = peer_read(arena, path);
	cr_assert(cases.count, "there is no case in %s", path);
	return cases;
}

static void replay_group(const struct group *group, bool is_double)
{
	struct arena *arena = arena_new();
	peer_cases exact = read_group(arena, group, true);
	peer_cases cases = is_double ? exact : read_group(arena, group, false);
	peer_replay(&cases, is_double ? NULL : &exact,
	            is_double ? group->double_tolerance : group->float_tolerance, group->compiler);
	arena_free(arena);
}

static struct criterion_test_params places(void)
{
	static int place[GROUPS];
	for (int k = 0; k < GROUPS; k++)
		place[k] = k;
	return cr_make_param_array(int, place, GROUPS);
}

ParameterizedTestParameters(peers, in_float) { return places(); }
ParameterizedTest(int *place, peers, in_float) { replay_group(&groups[*place], false); }

ParameterizedTestParameters(peers, in_double) { return places(); }
ParameterizedTest(int *place, peers, in_double) { replay_group(&groups[*place], true); }

/* --- nothing is left out ------------------------------------------------------------------------- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word, size_t length)
{
	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || !in_name(at[-1])) && !in_name(at[length]))
			return true;
	return false;
}

static bool any_has_word(const peer_cases *cases, const char *word)
{
	for (size_t k = 0; k < cases->count; k++)
		if (has_word(cases->items[k]->text, word, strlen(word)))
			return true;
	return false;
}

/* Each definition of the standard library is in the text of a case. */
Test(peers, every_definition)
{
	static const char *const kinds[] = {"activation ", "loss ", "block ", "init ", "optimizer "};
	struct arena *arena = arena_new();
	peer_cases all[GROUPS];
	int definitions = 0;
	for (int k = 0; k < GROUPS; k++)
		all[k] = read_group(arena, &groups[k], true);
	for (const char *line = model_prelude; line; line = strchr(line, '\n'), line += line != NULL) {
		size_t kind = 0, kind_count = sizeof kinds / sizeof *kinds;
		while (kind < kind_count && strncmp(line, kinds[kind], strlen(kinds[kind])) != 0)
			kind++;
		if (kind == kind_count)
			continue;
		const char *start = line + strlen(kinds[kind]), *end = start;
		while (in_name(*end))
			end++;
		const char *name = arena_copy(arena, start, (size_t)(end - start));
		bool found = false;
		for (int k = 0; k < GROUPS; k++)
			found = found || any_has_word(&all[k], name);
		cr_expect(found, "%s%s: no golden file has it", kinds[kind], name);
		definitions++;
	}
	cr_expect_gt(definitions, 60, "%d definitions are not all of them", definitions);
	arena_free(arena);
}

/* Each worked example has a case of its own. */
Test(peers, every_worked_example)
{
	struct arena *arena = arena_new();
	peer_cases cases = read_group(arena, &groups[GROUPS - 1], true);
	glob_t found;
	cr_assert_eq(glob("models/worked/*.mlp", 0, NULL, &found), 0);
	for (size_t n = 0; n < found.gl_pathc; n++) {
		const char *path = found.gl_pathv[n];
		bool there = false;
		for (size_t k = 0; k < cases.count; k++)
			there = there || (cases.items[k]->file && strcmp(cases.items[k]->file, path) == 0);
		cr_expect(there, "%s: no golden file has it", path);
	}
	globfree(&found);
	arena_free(arena);
}
