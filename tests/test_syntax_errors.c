/* What is said about models that cannot be read: texts, places, limits; and that no bytes make it crash. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "syntax/ast.h"

struct outcome {
	struct arena *arena;
	const struct ast *ast;
	char *messages;  /* as diag_print writes them */
	int errors;
};

static struct outcome read_bytes(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new(arena);
	struct source *source = ARENA_NEW(arena, struct source);
	*source = (struct source){"t.mlp", arena_copy(arena, text, length), length};
	struct outcome outcome = {.arena = arena, .ast = parse(arena, names_new(arena), diag, source)};
	outcome.errors = diag_errors(diag);
	size_t size;
	FILE *file = open_memstream(&outcome.messages, &size);
	diag_print(diag, file, DIAG_TEXT, false);
	fclose(file);
	return outcome;
}

static struct outcome read_string(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void release(struct outcome *outcome)
{
	free(outcome->messages);
	arena_free(outcome->arena);
}

/* The messages without file name and excerpts: "1:7: error[id]: text\nhelp: text\n". */
static const char *without_excerpts(const struct outcome *outcome)
{
	struct text text = text_new(outcome->arena);
	for (const char *line = outcome->messages, *next; *line; line = next) {
		next = strchr(line, '\n') + 1;
		if (strncmp(line, "t.mlp:", 6) == 0)
			text_bytes(&text, line + 6, (size_t)(next - line) - 6);
		else if (strncmp(line, "       help", 11) == 0)
			text_bytes(&text, line + 7, (size_t)(next - line) - 7);
		else if (line[6] != '|')
			text_bytes(&text, line, (size_t)(next - line));
	}
	return text_string(&text);
}

static void expect_messages(const char *text, const char *expected)
{
	struct outcome outcome = read_string(text);
	cr_expect_str_eq(without_excerpts(&outcome), expected, "%s\ngave\n%s", text,
	                 without_excerpts(&outcome));
	release(&outcome);
}

static const struct {
	const char *text, *messages;
} CASES[] = {
	/* unknown-statement */
	{"layr h = 3",
	 "1:1: error[unknown-statement]: unknown statement `layr`\nhelp: did you mean `layer`?\n"},
	{"imput x[4]",
	 "1:1: error[unknown-statement]: unknown statement `imput`\nhelp: did you mean `input`?\n"},
	{"h = 3", "1:1: error[unknown-statement]: unknown statement `h`\n"
	          "help: a value that is computed is written `layer h = …`\n"},
	{"convolution x", "1:1: error[unknown-statement]: unknown statement `convolution`\n"},
	{"state m = 0",
	 "1:1: error[unknown-statement]: `state` can stand only in the body of a block or an optimizer\n"},
	{"block b(x) {\n  parm W = 3\n}",
	 "2:3: error[unknown-statement]: unknown statement `parm`\nhelp: did you mean `param`?\n"},
	{"block b(x) {\n  layer h = 3\n  return y = h\n}",
	 "2:3: error[unknown-statement]: a statement with `layer` cannot stand here\n"},
	/* reserved-word */
	{"layer if[3] = x", "1:7: error[reserved-word]: `if` is a reserved word and cannot be a name\n"},
	{"loss f(class) = 1", "1:8: error[reserved-word]: `class` is a reserved word and cannot be a name\n"},
	{"layer h = class", "1:11: error[reserved-word]: `class` is a reserved word and cannot be a name\n"},
	{"layer h = x.then", "1:13: error[reserved-word]: `then` is a reserved word and cannot be a name\n"},
	/* syntax: something is missing or too much */
	{"layer h =", "1:9: error[syntax]: expected an expression after `=`\n"},
	{"layer h = \nlayer g = x", "1:9: error[syntax]: expected an expression after `=`\n"},
	{"layer h tanh(x)", "1:9: error[syntax]: expected `=` or `[` after `h`\n"},
	{"layer g = 2 x", "1:13: error[syntax]: expected an operator or the end of the line after `2`\n"},
	{"layer g = f(a b)", "1:15: error[syntax]: expected an operator, `,` or `)` after `a`\n"},
	{"layer g = f(a, )", "1:16: error[syntax]: expected an expression after `,`\n"},
	{"layer g = (a b)", "1:14: error[syntax]: expected an operator or `)` after `a`\n"},
	{"layer g = [1, 2 3]", "1:17: error[syntax]: expected an operator, `]` or `,` after `2`\n"},
	{"layer g = if a then b", "1:21: error[syntax]: expected an operator or `else` after `b`\n"},
	{"layer g = if a than b else c",
	 "1:16: error[syntax]: expected an operator or `then` after `a`\nhelp: did you mean `then`?\n"},
	{"layer g = if a = 3 then b else c",
	 "1:16: error[syntax]: expected an operator or `then` after `a`\nhelp: equality is written `==`\n"},
	{"layer g = a < b < c",
	 "1:17: error[syntax]: comparisons cannot be chained\nhelp: write `a < b and b < c`\n"},
	{"layer g = 1 + if a then b else c",
	 "1:15: error[syntax]: `if` after an operator needs parentheses around it\n"},
	{"layer g = 2 * not b", "1:15: error[syntax]: `not` after an operator needs parentheses around it\n"},
	{"minimize", "1:1: error[syntax]: expected an expression after `minimize`\n"},
	{"use mine", "1:5: error[syntax]: expected a string in quotes after `use`\n"},
	{"size 3", "1:6: error[syntax]: expected a name after `size`\n"},
	{"3 = x", "1:1: error[syntax]: expected a statement\n"},
	{"then x", "1:1: error[syntax]: a statement cannot begin with `then`\n"},
	{"loss f = x", "1:8: error[syntax]: expected `(` after `f`\n"},
	{"block b {\n}", "1:9: error[syntax]: expected `[` or `(` after `b`\n"},
	{"input x[3] standardise",
	 "1:12: error[syntax]: expected `class`, `standardize`, `scale` or the end of the line "
	                           "after `]`\nhelp: did you mean `standardize`?\n"},
	{"input x scale 1", "1:15: error[syntax]: expected `-` or a number after `1`\n"},
	{"input x class 3", "1:15: error[syntax]: expected `[` after `class`\n"},
	{"target y[3] standardize",
	 "1:13: error[syntax]: expected `class` or the end of the line after `]`\n"},
	{"train { batch 3 }", "1:15: error[syntax]: expected `=` after `batch`\n"},
	{"train {\n epochs =\n batch = 3\n}", "2:9: error[syntax]: expected an expression after `=`\n"},
	{"train { seed = 3 4 }",
	 "1:18: error[syntax]: expected an operator, `}`, `,` or a new line after `3`\n"},
	/* syntax: items */
	{"layer h[0..3] = x", "1:9: error[syntax]: a range (`0..4`) cannot stand in a shape\n"},
	{"layer g = x[a = 3]", "1:13: error[syntax]: a named argument (`a = 1`) cannot stand in an index\n"},
	{"layer g = [1, i: 2]",
	 "1:15: error[syntax]: an index with its extent (`i: 8`) cannot stand in an array of numbers\n"},
	{"layer g = f(0..4)", "1:13: error[syntax]: a range (`0..4`) cannot stand in a call\n"},
	{"layer g = 3(x)", "1:11: error[syntax]: only a name can be called, as in `f(x)` or `f[8](x)`\n"
	                   "help: a product is written with `*`\n"},
	{"layer g = 3[x]", "1:11: error[syntax]: a number has no elements to read\n"},
	{"layer g = f(x).w", "1:11: error[syntax]: only a name can stand before `.`, as in `hidden.W`\n"},
	/* syntax: characters */
	{"layer größe = 3",
	 "1:7: error[syntax]: `größe` is not a name\n"
	 "help: a name is made of English letters, digits and `_`, and begins with a letter\n"},
	{"layer _x = 3",
	 "1:7: error[syntax]: `_x` is not a name\n"
	 "help: a name is made of English letters, digits and `_`, and begins with a letter\n"},
	{"layer g = a && b", "1:13: error[syntax]: `&&` has no meaning here\nhelp: write `and`\n"},
	{"layer g = a ** b",
	 "1:13: error[syntax]: `**` has no meaning here\nhelp: a power is written `x^2`\n"},
	{"layer g = € + @",
	 "1:11: error[syntax]: `€` is not a name\n"
	 "help: a name is made of English letters, digits and `_`, and begins with a letter\n"
	 "1:15: error[syntax]: `@` has no meaning here\n"
	 "help: a product of matrices is written with its index, as in `sum(i, W[o, i] * x[i])`\n"},
	{"layer g = a \x01 b", "1:13: error[syntax]: a control character (0x01) has no meaning here\n"},
	/* number */
	{"layer g = 1.", "1:11: error[number]: `1.` is not a number\n"
	                 "help: a decimal point needs a digit on both sides, as in `0.5` or `1.0`\n"},
	{"layer g = .5", "1:11: error[number]: `.5` is not a number\n"
	                 "help: a decimal point needs a digit on both sides, as in `0.5` or `1.0`\n"},
	{"layer g = 3x", "1:11: error[number]: `3x` is not a number\n"
	                 "help: a name begins with a letter, and a product is written with `*`\n"},
	{"layer g = 1.5e", "1:11: error[number]: `1.5e` is not a number\n"
	                   "help: numbers are written like `12`, `0.5` or `1e-3`\n"},
	{"layer g = 1e999", "1:11: error[number]: this number is too large; the largest is about 1.8e308\n"},
	/* unclosed */
	{"layer g = f(x", "1:12: error[unclosed]: this `(` is never closed\n"},
	{"layer g = f(x\nlayer h = 3\n", "1:12: error[unclosed]: this `(` is never closed\n"},
	{"layer g = f(x\n  y z\nlayer h = 3\n", "1:12: error[unclosed]: this `(` is never closed\n"},
	{"layer g = f(a[3)", "1:14: error[unclosed]: this `[` is never closed\n"},
	{"layer g = x)", "1:12: error[unclosed]: there is no open bracket that this `)` could close\n"},
	{"layer g = x\n}", "2:1: error[unclosed]: there is no open bracket that this `}` could close\n"},
	{"use \"abc", "1:5: error[unclosed]: this string is never closed\n"
	             "help: a string ends with `\"` on the line where it begins\n"},
	{"block b(x) {\n return y = x\n\nlayer h = b(x)",
	 "1:12: error[unclosed]: this `{` is never closed\n"},
	{"train {\n a = 3\nlayer h = b c",
	 "1:7: error[unclosed]: this `{` is never closed\n"
	 "3:13: error[syntax]: expected an operator or the end of the line after `b`\n"},
	{"block b(x {\n return y = x\n}\nlayer h = x", "1:8: error[unclosed]: this `(` is never closed\n"},
};

Test(syntax_errors, messages)
{
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
		expect_messages(CASES[i].text, CASES[i].messages);
}

Test(syntax_errors, excerpt)
{
	const char *text = "model m\n\tlayr größe";
	struct outcome outcome = read_string(text);
	cr_expect_str_eq(outcome.messages, "t.mlp:2:2: error[unknown-statement]: unknown statement `layr`\n"
	                                   "    2 | \tlayr größe\n"
	                                   "      | \t^^^^\n"
	                                   "       help: did you mean `layer`?\n"
	                                   "t.mlp:2:7: error[syntax]: `größe` is not a name\n"
	                                   "    2 | \tlayr größe\n"
	                                   "      | \t     ^^^^^\n"
	                                   "       help: a name is made of English letters, digits and `_`, "
	                                   "and begins with a letter\n");
	release(&outcome);
}

/* Every fault of a file is found, each once, and what is between can be read. */
Test(syntax_errors, recovery)
{
	expect_messages("layer a = \nlayer b = c\ninput = 3\nblock d(x) {\n  m 3\n  n = x\n"
	                "  return y = )\n  k = = 2\n}\nlayer e = 3 4\n",
	                "1:9: error[syntax]: expected an expression after `=`\n"
	                "3:7: error[syntax]: expected a name after `input`\n"
	                "5:3: error[unknown-statement]: unknown statement `m`\n"
	                "7:14: error[unclosed]: there is no open bracket that this `)` could close\n"
	                "8:7: error[syntax]: expected an expression after `=`\n"
	                "10:13: error[syntax]: expected an operator or the end of the line after `3`\n");
	struct outcome outcome = read_string("layer a = f(\nlayer b = c\nlayr d\nlayer e = 1");
	cr_assert_eq(outcome.ast->statements.count, 2);
	cr_expect_str_eq(outcome.ast->statements.items[0]->name, "b");
	cr_expect_str_eq(outcome.ast->statements.items[1]->name, "e");
	release(&outcome);
}

/* Words with one letter left out, doubled, replaced or swapped with the next: the right word is proposed. */
static void try_typo(const char *typo, const char *word, int *right, int *all)
{
	char text[100], help[100];
	snprintf(text, sizeof text, "%s h", typo);
	snprintf(help, sizeof help, "did you mean `%s`?", word);
	struct outcome outcome = read_string(text);
	*right += strstr(outcome.messages, help) != NULL;
	++*all;
	release(&outcome);
}

Test(syntax_errors, typing_errors)
{
	static const char *const WORDS[] = {"model", "use", "size", "input", "target", "param", "layer",
	                                    "output", "minimize", "train", "data", "activation", "loss",
	                                    "init", "block", "optimizer"};
	int right = 0, all = 0;
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
		const char *word = WORDS[i];
		for (int k = 0; word[k]; k++) {
			char typo[40];
			snprintf(typo, sizeof typo, "%.*s%s", k, word, word + k + 1);
			try_typo(typo, word, &right, &all);
			snprintf(typo, sizeof typo, "%.*s%c%s", k, word, word[k], word + k);
			try_typo(typo, word, &right, &all);
			snprintf(typo, sizeof typo, "%.*sq%s", k, word, word + k + 1);
			try_typo(typo, word, &right, &all);
			if (word[k + 1] && word[k + 1] != word[k]) {
				snprintf(typo, sizeof typo, "%.*s%c%c%s", k, word, word[k + 1], word[k],
				         word + k + 2);
				try_typo(typo, word, &right, &all);
			}
		}
	}
	cr_expect_geq(right * 100, all * 95, "%d of %d", right, all);
}

/* --- limits ------------------------------------------------------------------------------------------- */

static char *repeated(const char *head, const char *part, int count, const char *tail)
{
	size_t length = strlen(head) + strlen(part) * (size_t)count + strlen(tail);
	char *text = malloc(length + 1), *end = stpcpy(text, head);
	for (int i = 0; i < count; i++)
		end = stpcpy(end, part);
	stpcpy(end, tail);
	return text;
}

static void expect_one(char *text, const char *message)
{
	struct outcome outcome = read_string(text);
	cr_expect_eq(outcome.errors, message ? 1 : 0, "%.60s…: %d errors\n%.300s", text, outcome.errors,
	             outcome.messages);
	if (message)
		cr_expect(strstr(outcome.messages, message), "%.60s…: %.300s", text, outcome.messages);
	release(&outcome);
	free(text);
}

Test(syntax_errors, nesting)
{
	static const struct {
		const char *head, *part, *middle, *end;
	} NESTS[] = {
		{"layer x = ", "(", "1", ")"}, {"layer x = ", "[", "1", "]"}, {"layer x = ", "f(", "1", ")"},
		{"layer x = ", "-", "1", ""},  {"layer x = ", "not ", "a", ""}, {"layer x = ", "2^", "1", ""},
		{"layer x = ", "1 + ", "1", ""}, {"layer x = ", "if a then b else ", "c", ""},
		{"layer x = ", "if ", "c", " then a else b"}, {"layer x = y", ".a", "", ""},
		{"layer x = ", "a[", "1", "]"},
	};
	for (size_t i = 0; i < sizeof NESTS / sizeof NESTS[0]; i++) {
		for (int count = 250; count <= 40000; count = count == 250 ? 300 : count * 11) {
			char *tail = repeated(NESTS[i].middle, NESTS[i].end, count, "\nlayer y = 1\n");
			expect_one(repeated(NESTS[i].head, NESTS[i].part, count, tail),
			           count == 250 ? NULL : "error[nesting]");
			free(tail);
		}
	}
	struct outcome outcome = read_string("layer a = 1\n");
	cr_expect_eq(outcome.ast->statements.count, 1);
	release(&outcome);
}

Test(syntax_errors, brackets_that_stay_open)
{
	expect_one(repeated("layer x = ", "(", 100000, "\nlayer y = 1\n"),
	           "t.mlp:1:267: error[nesting]: brackets are nested more than 256 deep\n");
	expect_one(repeated("layer x = ", "f(", 1, "\nlayer y = 1\n"), "t.mlp:1:12: error[unclosed]");
	expect_one(repeated("layer x = ", "{", 100000, ""), "error[nesting]");
}

Test(syntax_errors, names)
{
	expect_one(repeated("layer ", "a", 63, " = 1"), NULL);
	expect_one(repeated("layer ", "a", 64, " = 1"),
	           "t.mlp:1:7: error[name-length]: this name has 64 characters; a name has at most 63\n");
	expect_one(repeated("layer ", "a", 900000, " = 1"), "error[name-length]");
	expect_one(repeated("layer a = ", "1", 900000, ""), "error[number]: this number is too large");
	expect_one(repeated("layer a = 0.", "1", 900000, ""), NULL);
	expect_one(repeated("use \"", "a", 900000, "\""), NULL);
}

Test(syntax_errors, size_of_file)
{
	expect_one(repeated("model a\n", "#", (1 << 20) - 8, ""), NULL);
	expect_one(repeated("model a\n", "#", (1 << 20) - 7, ""),
	           "mlpc: error[too-large]: `t.mlp` is larger than 1048576 bytes\n");
}

Test(syntax_errors, encoding)
{
	static const struct {
		const char *text;
		size_t length;
		const char *message;
	} TEXTS[] = {
		{"model a\nsi\0ze", 13, "t.mlp:2:3: error[encoding]: the text contains a zero byte\n"},
		{"model a\xff", 8,
		 "t.mlp:1:8: error[encoding]: the byte 0xff is not part of a character in UTF-8\n"},
		{"# \xc3", 3, "t.mlp:1:3: error[encoding]: the byte 0xc3"},        /* cut short */
		{"# \xc0\x80", 4, "t.mlp:1:3: error[encoding]: the byte 0xc0"},    /* overlong */
		{"# \xed\xa0\x80", 5, "t.mlp:1:3: error[encoding]: the byte 0xed"}, /* a surrogate */
		{"# \xf4\x90\x80\x80", 6, "t.mlp:1:3: error[encoding]: the byte 0xf4"}, /* above U+10FFFF */
		{"# \xe2\x82", 4, "t.mlp:1:3: error[encoding]: the byte 0xe2"},
	};
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		struct outcome outcome = read_bytes(TEXTS[i].text, TEXTS[i].length);
		cr_expect_eq(outcome.errors, 1);
		cr_expect_eq(outcome.ast->statements.count, 0);
		cr_expect(strstr(outcome.messages, TEXTS[i].message), "%s", outcome.messages);
		release(&outcome);
	}
	struct outcome outcome = read_string("# \xf0\x9f\x99\x82 \xe2\x82\xac \xc3\xb6");
	cr_expect_eq(outcome.errors, 0);
	release(&outcome);
}

/* --- files and expressions ---------------------------------------------------------------------------- */

Test(syntax_errors, files)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new(arena);
	cr_expect_null(source_read(arena, diag, "/nonexistent/x.mlp"));
	cr_expect_null(source_read(arena, diag, "/"));
	char path[] = "/tmp/test_syntax_XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	cr_expect_eq(fwrite("model a\0b", 1, 9, file), 9);
	fclose(file);
	const struct source *source = source_read(arena, diag, path);
	unlink(path);
	cr_assert_not_null(source);
	cr_expect_eq(source->length, 9);
	cr_expect_str_eq(source->name, path);
	cr_expect_eq(diag_errors(diag), 1, "two messages without a place and one id count once");
	arena_free(arena);
}

Test(syntax_errors, expressions)
{
	static const char *const BAD[] = {"", "\n", "1 +", "layer a = b", "a\nb", "(a", "a)", "f(a b)", "@"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct arena *arena = arena_new();
		struct diag *diag = diag_new(arena);
		const struct source *source = source_from_string(arena, "e", BAD[i]);
		cr_expect_null(parse_expression(arena, names_new(arena), diag, source), "%s", BAD[i]);
		cr_expect_eq(diag_errors(diag), 1, "%s", BAD[i]);
		arena_free(arena);
	}
}

/* --- any bytes ---------------------------------------------------------------------------------------- */

static unsigned long long next_random(unsigned long long *state)
{
	*state ^= *state << 13;  /* xorshift, Marsaglia 2003 */
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static const char WHOLE[] =
	"model iris\nsize N = 4\ninput flower[N] standardize\ninput u[2] scale -1 1\ninput day class[7]\n"
	"target species class[3]\nuse \"mine.mlp\"\n"
	"layer hidden[16] = tanh(dense(flower, W = [[1, -2]], b = none))\n"
	"output p[3] = softmax(dense[3](hidden)) + x[0..4] * sum(k: 3, w[k] * a.b[t + k])\n"
	"minimize cross_entropy(p, species)\n  + 1e-4 * sumsq(weights)\n"
	"train {\n  optimizer = adam(rate = 0.1 * 0.95^epoch)\n  freeze = [hidden], seed = 7\n}\n"
	"block dense[o](x[i], r = 0.5) {\n  param W[o, i] = he\n  statistic s = 0\n"
	"  return y[o] = if not a < b and c == d then x[i] else -x[i]^2\n}\n"
	"optimizer sgd(rate = 0.1) {\n  state m = 0\n  m = m + gradient\n}\ninit g = uniform(-1, 1)\n";

/* Bytes, words and brackets put in, taken out, copied from elsewhere. */
static size_t mutate(char *text, size_t length, size_t room, unsigned long long *state)
{
	static const char *const PIECES[] = {"(", ")", "[", "]", "{", "}", "\n", "=", "..", ":", ",", "\"",
	                                     "if ", "layer ", "param ", "not ", "^", "-", "#", "1.",
	                                     "\xc3\xb6", "train {", " class", "."};
	size_t at = next_random(state) % (length + 1), choice = next_random(state) % 4;
	if (choice == 0 && at < length) {
		unsigned long long byte = next_random(state);
		text[at] = (char)(byte % 8 == 0 ? byte >> 8 : 32 + byte / 8 % 95);
	} else if (choice == 1) {
		size_t count = next_random(state) % 12;
		count = at + count > length ? length - at : count;
		memmove(text + at, text + at + count, length - at - count);
		length -= count;
	} else {
		size_t from = next_random(state) % (length + 1), most = length - from;
		const char *piece = PIECES[next_random(state) % (sizeof PIECES / sizeof PIECES[0])];
		char copy[32];
		size_t count = choice == 2 ? strlen(piece) : most < 30 ? most : 30;
		memcpy(copy, choice == 2 ? piece : text + from, count);
		if (length + count > room)
			return length;
		memmove(text + at + count, text + at, length - at);
		memcpy(text + at, copy, count);
		length += count;
	}
	return length;
}

/* What was read in spite of errors prints to a text that can be read. */
static void expect_readable(struct outcome *outcome)
{
	struct text text = text_new(outcome->arena);
	ast_print(&text, outcome->ast);
	struct outcome again = read_string(text_string(&text));
	cr_expect_eq(again.errors, 0, "%s\n%s", text_string(&text), again.messages);
	cr_expect_eq(again.ast->statements.count, outcome->ast->statements.count);
	release(&again);
}

Test(syntax_errors, any_bytes)
{
	const char *given = getenv("TEST_SEED"), *rounds = getenv("TEST_ROUNDS");
	unsigned long long seed = given ? strtoull(given, NULL, 10) : (unsigned long long)time(NULL);
	unsigned long long state = seed | 1;
	fprintf(stderr, "any_bytes: TEST_SEED=%llu\n", seed);
	for (long i = rounds ? atol(rounds) : 3000; i > 0; i--) {
		char text[2 * sizeof WHOLE];
		size_t length = sizeof WHOLE - 1;
		memcpy(text, WHOLE, length);
		for (size_t count = next_random(&state) % 12 + 1; count > 0; count--)
			length = mutate(text, length, sizeof text, &state);
		struct outcome outcome = read_bytes(text, length);
		expect_readable(&outcome);
		release(&outcome);
		for (size_t k = 0; k < 200; k++)
			text[k] = (char)next_random(&state);
		outcome = read_bytes(text, 200);
		release(&outcome);
	}
}
