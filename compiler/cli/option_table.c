#include "cli/option_table.h"

#include <stddef.h>

enum {
	IN_COMPILE = 1 << COMMAND_COMPILE,
	IN_TRAIN = 1 << COMMAND_TRAIN,
	IN_CHECK = 1 << COMMAND_CHECK,
	IN_SUMMARY = 1 << COMMAND_SUMMARY,
	IN_EXPLAIN = 1 << COMMAND_EXPLAIN,
	EVERYWHERE = IN_COMPILE | IN_TRAIN | IN_CHECK | IN_SUMMARY | IN_EXPLAIN,
};

#define AT(member) offsetof(struct options, member)

const struct option_row option_rows[] = {
	{"output", 'o', IN_COMPILE, OPTION_TEXT, AT(output), "OUT.c",
	 "the C file, with OUT.h beside it; - prints the C file alone, without\n"
	 "its header. By default the model's own name: `model iris` makes\n"
	 "iris.c and iris.h in the current folder"},
	{"dump", 0, IN_COMPILE, OPTION_CHOICE, AT(dump), "ast|model|graph|gradient|simplified|plan",
	 "print the model at a stage of its compilation, and write no file"},
	{"real", 0, EVERYWHERE & ~IN_CHECK, OPTION_CHOICE, AT(real), "float|double",
	 "the numbers of the generated code (default float)"},
	{"batch", 0, EVERYWHERE & ~IN_CHECK, OPTION_COUNT, AT(compile.batch), "N",
	 "rows of a batch, instead of the model's"},
	{"batch", 0, IN_CHECK, OPTION_COUNT, AT(compile.batch), "N",
	 "rows of a batch (default 5); a shorter one of 2 rows is checked as well"},
	{"elements", 0, IN_CHECK, OPTION_COUNT, AT(elements), "N",
	 "of a larger tensor, check so many elements each by itself (default 200,\n"
	 "25 of models of more than a million multiply-adds, and of the short batch);\n"
	 "all others count in a direction in which the whole tensor moves"},
	{"all", 0, IN_CHECK, OPTION_FLAG, AT(all), NULL, "check every element by itself"},
	{"seed", 0, IN_CHECK, OPTION_COUNT, AT(seed), "N", "of all random numbers (default 1)"},
	{"initial", 0, IN_CHECK, OPTION_FLAG, AT(initial), NULL,
	 "check at the initial values of the parameters as they are, where\n"
	 "zeros may hide errors and kinks be met; else they are disturbed"},
	{"step", 0, IN_CHECK, OPTION_STEP, AT(step), "H",
	 "of the differences, for numbers up to 1, with larger ones in proportion\n"
	 "(default 2^-13, about 0.00012)"},
	{"strict", 0, IN_COMPILE | IN_TRAIN | IN_CHECK, OPTION_FLAG, AT(compile.strict), NULL,
	 "the same bits on every machine and by every C compiler; slower"},
	{"target", 0, IN_COMPILE | IN_TRAIN | IN_CHECK | IN_SUMMARY, OPTION_CHOICE, AT(target),
	 TARGET_NAMES,
	 "the machine for which the C is made: its vectors and registers; native is\n"
	 "that on which mlpc runs. By default portable, plain ISO C; train and\n"
	 "check take native"},
	{"threads", 0, IN_COMPILE | IN_TRAIN | IN_SUMMARY, OPTION_COUNT, AT(compile.threads), "N",
	 "threads that share the large steps, with the same bits as one (OpenMP:\n"
	 "compile with -fopenmp; default 1)"},
	{"gradients", 0, IN_COMPILE | IN_SUMMARY, OPTION_FLAG, AT(compile.keep_gradients), NULL,
	 "keep the gradients of the parameters, for NAME_gradient"},
	{"input-gradients", 0, IN_COMPILE | IN_SUMMARY, OPTION_FLAG, AT(compile.input_gradients), NULL,
	 "derive with respect to the inputs too"},
	{"no-rules", 0, EVERYWHERE, OPTION_RULES, AT(compile.rules_off), "NAMES",
	 "rewrite without these rules, commas between them; `mlpc explain` tells\n"
	 "which ones apply"},
	{"rules", 0, EVERYWHERE, OPTION_CHOICE, AT(rules), "all|real|exact",
	 "the rules that may apply: those that keep every bit (exact), with them\n"
	 "those that are equal over the reals (real), or all (default)"},
	{"allow-path", 0, EVERYWHERE, OPTION_FLAG, AT(compile.allow_path), NULL,
	 "let `use` name files outside the folder of the file that it stands in"},
	{"cc", 0, IN_TRAIN | IN_CHECK, OPTION_TEXT, AT(compiler), "COMPILER",
	 "the C compiler (default $CC, or cc)"},
	{"keep", 0, IN_TRAIN | IN_CHECK, OPTION_TEXT, AT(keep), "DIR",
	 "keep the generated C files in this folder"},
	{"json", 0, IN_SUMMARY | IN_CHECK, OPTION_FLAG, AT(json), NULL, "the same as JSON, for programs"},
	{"latex", 0, IN_EXPLAIN, OPTION_FLAG, AT(latex), NULL, "the derivation as a LaTeX document"},
	{"dot", 0, IN_EXPLAIN, OPTION_FLAG, AT(dot), NULL, "the graph of its values, for Graphviz"},
	{"diagnostics", 0, EVERYWHERE, OPTION_CHOICE, AT(diagnostics), "text|json",
	 "messages about the model as text, or as a JSON object a line"},
	{"color", 0, EVERYWHERE, OPTION_CHOICE, AT(color), "auto|always|never",
	 "colours in messages; NO_COLOR turns auto off"},
	{"help", 'h', EVERYWHERE, OPTION_HELP, 0, NULL, "this help"},
	{"version", 0, EVERYWHERE, OPTION_VERSION, 0, NULL, "the version"},
	{.name = NULL},
};

const struct command_row command_rows[] = {
	[COMMAND_COMPILE] = {"compile", "mlpc [compile] MODEL.mlp [-o OUT.c]", "writes OUT.c and OUT.h"},
	[COMMAND_TRAIN] = {"train", "mlpc train MODEL.mlp --data FILE", "compiles, builds and trains"},
	[COMMAND_SUMMARY] = {"summary", "mlpc summary MODEL.mlp",
                             "layers, shapes, parameters and exact memory"},
	[COMMAND_EXPLAIN] = {"explain", "mlpc explain MODEL.mlp",
                             "the derivation: each gradient and the rules that fired"},
	[COMMAND_CHECK] = {"check", "mlpc check MODEL.mlp", "checks the gradients of the compiled program"},
	[COMMAND_HELP] = {.name = NULL},
};
