/* The compiler and the runtime know operators only: no name of the standard library stands in their code,
 * neither as a part of an identifier nor as a word in a string. Comments may have them as examples, and so
 * may messages between `backquotes`. */
#include <criterion/criterion.h>

#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names that mean something else as well, everywhere or in one file. */
static const struct {
	const char *name, *file, *reason;
} allowed[] = {
        {"step", "", "a number in the language, a step of training, a step of a plan"},
        {"uniform", "", "a draw: operator of ops.def"},
        {"normal", "", "a draw: operator of ops.def; the normal form"},
        {"orthogonal", "", "a draw: operator of ops.def"},
        {"identity", "compiler/model/definitions.c", "which file a path leads to"},
        {"zeros", "", "numbers that are 0"},
        {"ones", "", "numbers that are 1; the plural of one"},
        {"softmax", "compiler/expr/rules.def",
         "what the rule softmax_shift serves; its pattern names operators"},
        {"cross_entropy", "compiler/expr/rules.def", "likewise, of cross_entropy_logit"},
        {"mae", "runtime/host/", "a figure of a training's result, whatever its loss"},
};

/* What writes models, as a user would. */
static const char *const writers[] = {"compiler/cli/propose.", "compiler/cli/recipe.c"};

enum { MOST_NAMES = 200, WRITERS = sizeof writers / sizeof *writers };

static bool is_allowed(const char *name, const char *path)
{
	for (int k = 0; k < WRITERS; k++)
		if (strncmp(path, writers[k], strlen(writers[k])) == 0)
			return true;
	for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++)
		if (strcmp(allowed[k].name, name) == 0 &&
		    (!allowed[k].file[0] || strncmp(allowed[k].file, path, strlen(allowed[k].file)) == 0))
			return true;
	return false;
}

static char *contents(const char *path)
{
	FILE *file = fopen(path, "r");
	cr_assert(file, "%s", path);
	char *text = NULL;
	size_t size = 0;
	ssize_t length = getdelim(&text, &size, '\0', file);
	fclose(file);
	cr_assert(length > 0, "%s is empty", path);
	return text;
}

/* What the lines `activation NAME…`, `loss NAME…` and so on define; all of them, allowed or not. */
static int read_names(char names[][64])
{
	static const char *const kinds[] = {"activation", "loss", "block", "init", "optimizer"};
	char *text = contents("compiler/model/prelude.mlp"), *rest = text;
	int count = 0;
	for (char *line; (line = strsep(&rest, "\n"));)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			size_t length = strlen(kinds[k]);
			if (strncmp(line, kinds[k], length) != 0 || line[length] != ' ')
				continue;
			cr_assert_lt(count, MOST_NAMES);
			count += sscanf(line + length, " %63[A-Za-z0-9_]", names[count]) == 1;
		}
	free(text);
	return count;
}

/* Blanks comments, and examples in strings, so that lines keep their numbers. */
static void blank_prose(char *text)
{
	char quote = 0;
	for (char *c = text; *c; c++) {
		const char *end = NULL;
		if (quote) {
			if (*c == '\\' && c[1])
				c++;
			else if (*c == quote)
				quote = 0;
			else if (*c == '`' && c[1 + strcspn(c + 1, "`\"\n")] == '`')
				end = c + strcspn(c + 1, "`") + 2;
		} else if (*c == '"' || *c == '\'') {
			quote = *c;
		} else if (c[0] == '/' && c[1] == '*') {
			end = strstr(c + 2, "*/");
			end = end ? end + 2 : c + strlen(c);
		} else if (c[0] == '/' && c[1] == '/') {
			end = c + strcspn(c, "\n");
		}
		for (; end && c < end; c++)
			*c = *c == '\n' ? '\n' : ' ';
		c -= end != NULL;
	}
}

/* The first place where the name stands between other characters than letters and digits, in either case. */
static const char *find_word(const char *text, const char *name)
{
	size_t length = strlen(name);
	bool inside = false;
	for (const char *at = text; *at; at++) {
		if (!inside && strncasecmp(at, name, length) == 0 && !isalnum((unsigned char)at[length]))
			return at;
		inside = isalnum((unsigned char)*at);
	}
	return NULL;
}

static int line_of(const char *text, const char *at)
{
	int line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static void check_file(const char *path, char names[][64], int count)
{
	char *text = contents(path);
	blank_prose(text);
	for (int k = 0; k < count; k++)
		for (const char *at = text; !is_allowed(names[k], path) && (at = find_word(at, names[k]));
		     at++)
			cr_expect_fail("%s:%d: `%s` is a name of the standard library", path,
			               line_of(text, at), names[k]);
	free(text);
}

Test(names, only_operators_in_the_code)
{
	static const char *const patterns[] = {"compiler/*.[ch]", "compiler/*/*.[chly]", "compiler/*/*.def",
	                                       "runtime/*.[ch]", "runtime/*/*.[ch]"};
	static char names[MOST_NAMES][64];
	int count = read_names(names), files = 0;
	cr_assert_gt(count, 60);
	for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
		glob_t found;
		cr_assert(glob(patterns[p], 0, NULL, &found) == 0, "%s", patterns[p]);
		for (size_t k = 0; k < found.gl_pathc; k++, files++)
			check_file(found.gl_pathv[k], names, count);
		globfree(&found);
	}
	cr_expect_gt(files, 100);
	for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++) {
		bool defined = false;
		for (int n = 0; n < count; n++)
			defined = defined || strcmp(names[n], allowed[k].name) == 0;
		cr_expect(defined, "`%s` is allowed but no name of the library", allowed[k].name);
	}
}

/* What the test above would find. */
Test(names, words_and_comments)
{
	char text[] = "/* adam */ int adam_rate; // adam\nchar *s = \"an \\\" adam /* x\"; int madam, Adam2; "
	              "'\"' /* adam\n"
	              "*/ s = \"as in `adam(1)` and `%s`\";";
	blank_prose(text);
	const char *first = find_word(text, "adam");
	cr_assert(first && strncmp(first, "adam_rate", 9) == 0);
	const char *second = find_word(first + 1, "adam");
	cr_assert(second && line_of(text, second) == 2);
	cr_expect_null(find_word(second + 1, "adam"));
}
