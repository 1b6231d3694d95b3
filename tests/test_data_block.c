/* The block `data`: what it becomes, what is said about a bad one, and that it changes no generated C. */
#include <criterion/criterion.h>

#include "compile.h"
#include "emit/emit.h"
#include "model_fixture.h"

/* Line 1 to 6 of each model. */
static const char HEAD[] = "model m\ninput x[4]\ninput kind class[3]\ntarget t class[2]\n"
                           "layer p[2] = softmax(dense(concat(x, kind)))\nminimize cross_entropy(p, t)\n";

static const struct {
	const char *block, *dump;   /* its lines that begin with `data` */
} GOOD[] = {
	{"data {\n}\n", ""},
	{"data { x = [a, b, c, d] }\n", "data x = [\"a\", \"b\", \"c\", \"d\"]\n"},
	{"data { x = [1 .. 4] }\n", "data x = [1..4]\n"},
	{"data { x = [1..4], t = last }\n", "data x = [1..4]\ndata t = [last]\n"},
	{"data {\n    x = [\"petal length (cm)\",\n         2 .. 3,\n         last]\n    kind = 7\n}\n",
	 "data x = [\"petal length (cm)\", 2..3, last]\ndata kind = [7]\n"},
	{"data { t = \"last\" }\n", "data t = [\"last\"]\n"},
	{"data { t = \"4\" }\n", "data t = [\"4\"]\n"},
	{"data { t = input }\n", "data t = [\"input\"]\n"},
	{"data { missing = drop }\n", "data missing = drop\n"},
	{"data { missing = mean, weights = balanced, split = 0.25 }\n",
	 "data missing = mean\ndata weights = balanced\ndata split = 0.25\n"},
	{"data { missing = error, weights = none, split = 0 }\n", "data missing = error\ndata weights = none\n"},
	{"data { ignore = [id, 3 .. 5] }\n", "data ignore = [\"id\", 3..5]\n"},
	{"data { ignore = id }\n", "data ignore = [\"id\"]\n"},
	{"data { x = [1, 1, 1, 1] }\n", "data x = [1, 1, 1, 1]\n"},
};

static const char *model_of(struct arena *arena, const char *block)
{
	struct text text = text_new(arena);
	text_printf(&text, "%s%s", HEAD, block);
	return text_string(&text);
}

/* The lines of the dump that begin with `data `. */
static const char *data_lines(struct arena *arena, const char *dump)
{
	struct text text = text_new(arena);
	for (const char *line = dump; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, "data ", 5) == 0)
			text_bytes(&text, line, (size_t)(strchr(line, '\n') + 1 - line));
	return text_string(&text);
}

Test(data_block, dump)
{
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
		struct arena *arena = arena_new();
		struct resolved resolved = resolve_text(model_of(arena, GOOD[i].block));
		cr_expect_str_empty(resolved.messages, "%s%s", GOOD[i].block, resolved.messages);
		const char *lines = data_lines(arena, dump_of(&resolved));
		cr_expect_str_eq(lines, GOOD[i].dump, "%s%s", GOOD[i].block, lines);
		arena_free(resolved.arena);
		arena_free(arena);
	}
}

/* What --dump=ast prints is the same text again. */
Test(data_block, canonical_text)
{
	static const char TEXT[] = "data {\n    x = [\"petal length (cm)\", 2..3, last]\n    kind = 7\n"
	                           "    t = \"last\"\n    missing = mean\n    split = 0.25\n}\n";
	struct arena *arena = arena_new();
	struct names *names = names_new(arena);
	struct diag *diag = diag_new(arena);
	struct text text = text_new(arena);
	ast_print(&text, parse(arena, names, diag, source_from_string(arena, "m.mlp", TEXT)));
	cr_expect_str_eq(text_string(&text), TEXT, "%s", text_string(&text));
	arena_free(arena);
}

static const struct {
	const char *block, *messages;
} BAD[] = {
	{"data { y = 1 }\n", "7:8: error[unknown-setting]: there is no input or target `y`\n"
	 "help: `data` names the columns of inputs and targets, and sets `missing`, `split`, `weights` and "
	 "`ignore`\n"},
	{"data { kinds = 1 }\n", "7:8: error[unknown-setting]: there is no input or target `kinds`\n"
	                         "help: did you mean `kind`?\n"},
	{"data { mising = drop }\n", "7:8: error[unknown-setting]: there is no input or target `mising`\n"
	                             "help: did you mean `missing`?\n"},
	{"data { something_else = 1 }\n",
	 "7:8: error[unknown-setting]: there is no input or target `something_else`\n"
	 "help: `data` names the columns of inputs and targets, and sets `missing`, `split`, `weights` and "
	 "`ignore`\n"},
	{"data { p = [1, 2] }\n", "7:8: error[unknown-setting]: `p` is no input and no target\n"
	 "help: `data` names the columns of inputs and targets, and sets `missing`, `split`, `weights` and "
	 "`ignore`\n"},
	{"data { t = 1, t = 2 }\n", "7:15: error[duplicate-name]: `t` is given twice\n"
	                            "7:8: note: it is first given here\n"},
	{"data { split = 0.1\nsplit = 0.2 }\n", "8:1: error[duplicate-name]: `split` is given twice\n"
	                                        "7:8: note: it is first given here\n"},
	{"data { t = 1 }\ndata { x = [1..4] }\n",
	 "8:1: error[duplicate-statement]: a model has one `data`\n7:1: note: the first one is here\n"},
	{"data { x = [a, b, c] }\n", "7:12: error[wrong-columns]: `x` needs 4 columns, but 3 are given\n"
	                             "2:7: note: `x` is declared here\n"},
	{"data { x = a }\n", "7:12: error[wrong-columns]: `x` needs 4 columns, but 1 is given\n"
	                     "2:7: note: `x` is declared here\n"},
	{"data { x = [1..5] }\n", "7:12: error[wrong-columns]: `x` needs 4 columns, but 5 are given\n"
	                          "2:7: note: `x` is declared here\n"},
	{"data { kind = [1, 2, 3] }\n", "7:15: error[wrong-columns]: `kind` needs 1 column, but 3 are given\n"
	                                "3:7: note: `kind` is declared here\n"},
	{"data { x = [4 .. 1] }\n", "7:13: error[bad-setting]: this range of columns runs backwards\n"
	                            "help: write `1 .. 4`, or the columns one by one\n"},
	{"data { t = 0 }\n", "7:12: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { t = -1 }\n", "7:12: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { t = 1.5 }\n", "7:12: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { t = 1e18 }\n", "7:12: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { x = [0 .. 3] }\n", "7:13: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { x = [a .. d] }\n", "7:13: error[bad-setting]: a range is one of column numbers, as in `[1 .. 4]`\n"},
	{"data { x = [2 .. last] }\n",
	 "7:18: error[bad-setting]: a range is one of column numbers, as in `[1 .. 4]`\n"},
	{"data { t = \"\" }\n", "7:12: error[bad-setting]: a column has a name\n"},
	{"data { missing = skip }\n", "7:18: error[bad-setting]: `missing` is `drop`, `mean` or `error`\n"},
	{"data { missing = 0 }\n", "7:18: error[bad-setting]: `missing` is `drop`, `mean` or `error`\n"},
	{"data { missing = \"drop\" }\n", "7:18: error[bad-setting]: `missing` is `drop`, `mean` or `error`\n"},
	{"data { weights = equal }\n", "7:18: error[bad-setting]: `weights` is `none` or `balanced`\n"},
	{"data { split = 1 }\n",
	 "7:16: error[bad-setting]: `split` is the fraction of the rows held out, from 0 to below 1\n"},
	{"data { split = -0.1 }\n",
	 "7:16: error[bad-setting]: `split` is the fraction of the rows held out, from 0 to below 1\n"},
	{"data { split = half }\n",
	 "7:16: error[bad-setting]: `split` is the fraction of the rows held out, from 0 to below 1\n"},
	{"data { split = [0.2] }\n",
	 "7:16: error[bad-setting]: `split` is the fraction of the rows held out, from 0 to below 1\n"},
	{"data { ignore = [0] }\n", "7:18: error[bad-setting]: columns are numbered 1, 2, 3 and so on\n"},
	{"data { x = [] }\n", NULL},          /* errors of the grammar */
	{"data { x = [1, 2 }\n", "7:12: error[unclosed]: this `[` is never closed\n"},
	{"data { x = 1 + 3 }\n", NULL},
	{"data {\nx = 1 .. 4\n}\n", "8:7: error[syntax]: expected `}`, `,` or a new line after `1`\n"
	                            "help: a range of columns stands in brackets: `[1 .. 4]`\n"},
	{"data { x }\n", NULL},
	{"data { x = [[1, 2], [3, 4]] }\n", NULL},
	{"layer q = \"x\"\n", NULL},
};

Test(data_block, errors)
{
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		struct arena *arena = arena_new();
		struct resolved resolved = resolve_text(model_of(arena, BAD[i].block));
		cr_expect_null(resolved.model, "%s", BAD[i].block);
		if (BAD[i].messages)
			cr_expect_str_eq(resolved.messages, BAD[i].messages, "%s%s", BAD[i].block, resolved.messages);
		else
			cr_expect(strstr(resolved.messages, "error[syntax]: "), "%s%s", BAD[i].block,
			          resolved.messages);
		arena_free(resolved.arena);
		arena_free(arena);
	}
}

Test(data_block, balanced_weights_need_classes)
{
	struct resolved resolved = resolve_text("model m\ninput x\ntarget t[1]\nlayer y[1] = dense(reshape(x, 1))\n"
	                                        "minimize mse(y, t)\ndata { weights = balanced }\n");
	cr_expect_str_eq(resolved.messages,
	                 "6:18: error[bad-setting]: `balanced` weighs classes, but no target is a `class[K]`\n");
	arena_free(resolved.arena);
}

/* Of a port of two dimensions each element is a column, of classes each. */
Test(data_block, elements_of_ports)
{
	struct resolved resolved = resolve_text(
		"model m\ninput x[2, 3]\ninput k[2] class[5]\nlayer y[1] = dense(concat(reshape(x, 6), reshape(k, 10)))\n"
		"data { x = [1..6], k = [7..8] }\n");
	cr_expect_str_empty(resolved.messages, "%s", resolved.messages);
	arena_free(resolved.arena);
}

/* --- what is generated ---------------------------------------------------------------------------- */

struct texts {
	const char *source, *header, *driver;
	uint64_t fingerprint;
};

static struct texts texts_of(struct arena *arena, const char *block)
{
	struct compile *compile = compile_new(arena);
	struct compile_options options = {0};
	enum status status =
		compile_source(compile, source_from_string(arena, "m.mlp", model_of(arena, block)), &options);
	cr_assert_eq(status, STATUS_OK, "%s", messages_of(arena, compile->diag));
	const struct emit_options emit_options = {.source_name = "m.mlp", .checksum = "0", .changes = ""};
	struct text source = text_new(arena), header = text_new(arena), driver = text_new(arena);
	emit_source(&source, &compile->plan, &emit_options);
	emit_header(&header, &compile->plan, &emit_options);
	emit_driver(&driver, &compile->plan, &emit_options);
	return (struct texts){text_string(&source), text_string(&header), text_string(&driver),
	                      emit_fingerprint(&compile->plan)};
}

Test(data_block, changes_the_driver_alone)
{
	struct arena *arena = arena_new();
	struct texts without = texts_of(arena, "");
	struct texts with = texts_of(arena, "data {\n x = [\"a?b\\c\", 2..3, d]\n t = last\n missing = mean\n split = 0.25\n"
	                             " weights = balanced\n ignore = [id, 9]\n}\n");
	cr_expect_str_eq(with.source, without.source);
	cr_expect_str_eq(with.header, without.header);
	cr_expect_eq(with.fingerprint, without.fingerprint);
	cr_expect_null(strstr(without.driver, ".data"));
	static const char *const WANTED[] = {
		"static const struct mlp_columns columns_of_inputs[] = {\n"
		"\t{3, (const struct mlp_column[]){{\"a\\?b\\\\c\", 0, 0}, {NULL, 2, 3}, {\"d\", 0, 0}}},\n"
		"\t{0},\n};\n",
		"static const struct mlp_columns columns_of_targets[] = {\n"
		"\t{1, (const struct mlp_column[]){{NULL, 0, 0}}},\n};\n",
		"\t\t.inputs = columns_of_inputs, .targets = columns_of_targets,\n"
		"\t\t.ignored = {2, (const struct mlp_column[]){{\"id\", 0, 0}, {NULL, 9, 9}}},\n"
		"\t\t.missing = MLP_MISSING_MEAN, .class_weights = MLP_WEIGHTS_BALANCED, .split = 0.25,\n"};
	for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
		cr_expect(strstr(with.driver, WANTED[i]), "%s\nis not in\n%s", WANTED[i], with.driver);
	arena_free(arena);
}
