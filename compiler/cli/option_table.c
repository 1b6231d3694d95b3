#include "cli/option_table.h"

#include <stddef.h>

enum {
	IN_COMPILE = 1 << COMMAND_COMPILE,
	IN_TRAIN = 1 << COMMAND_TRAIN,
	IN_PREDICT = 1 << COMMAND_PREDICT,
	IN_EVALUATE = 1 << COMMAND_EVALUATE,
	IN_CHECK = 1 << COMMAND_CHECK,
	IN_SUMMARY = 1 << COMMAND_SUMMARY,
	IN_EXPLAIN = 1 << COMMAND_EXPLAIN,
	IN_INSPECT = 1 << COMMAND_INSPECT,
	IN_EXPORT = 1 << COMMAND_EXPORT,
	IN_IMPORT = 1 << COMMAND_IMPORT,
	IN_NEW = 1 << COMMAND_NEW,
	IN_FILES = IN_INSPECT | IN_EXPORT | IN_IMPORT,
	IN_PROGRAM = IN_TRAIN | IN_PREDICT | IN_EVALUATE,
	EVERYWHERE = IN_COMPILE | IN_PROGRAM | IN_CHECK | IN_SUMMARY | IN_EXPLAIN,
};

#define AT(member) offsetof(struct options, member)

const struct option_row option_rows[] = {
	{"output", 'o', IN_COMPILE, OPTION_TEXT, AT(output), "OUT.c",
	 "the C file, with OUT.h beside it; - prints the C file alone, without\n"
	 "its header. By default the model's own name: `model iris` makes\n"
	 "iris.c and iris.h in the current folder"},
	{"output", 'o', IN_EXPORT, OPTION_TEXT, AT(output), "OUT.npz", "the file for NumPy"},
	{"output", 'o', IN_IMPORT, OPTION_TEXT, AT(output), "OUT.safetensors", "the parameter file"},
	{"data", 0, IN_NEW, OPTION_FILES, AT(data), "FILE",
	 "a table (CSV and its kin), IDX or .npy, also gzipped. Several times: the\n"
	 "rows of all"},
	{"labels", 0, IN_NEW, OPTION_FILES, AT(labels), "FILE",
	 "the targets, where they are in a file of their own"},
	{"target", 0, IN_NEW, OPTION_TEXT, AT(target_columns), "COLUMNS",
	 "what is to be predicted: names, numbers from 1 or last, commas between\n"
	 "them (by default last; all columns of --labels)"},
	{"target-type", 0, IN_NEW, OPTION_CHOICE, AT(target_type), "auto|class|number",
	 "auto: texts and few whole numbers are classes, others numbers"},
	{"ignore", 0, IN_NEW, OPTION_TEXT, AT(ignored), "COLUMNS", "columns that shall not count"},
	{"name", 0, IN_NEW, OPTION_TEXT, AT(new_name), "NAME", "of the model, instead of the file's"},
	{"output", 'o', IN_NEW, OPTION_TEXT, AT(output), "MODEL.mlp",
	 "the file to write, by default standard output"},
	{"force", 0, IN_NEW, OPTION_FLAG, AT(force), NULL, "over a file that is there already"},
	{"model", 0, IN_IMPORT, OPTION_TEXT, AT(for_model), "MODEL.mlp", "the model that they are for"},
	{"weights", 0, IN_COMPILE, OPTION_TEXT, AT(weights), "FILE",
	 "put the parameters of this file into the C file, as constants:\n"
	 "NAME_weights, which NAME_predict takes as it is"},
	{"dump", 0, IN_COMPILE, OPTION_CHOICE, AT(dump), "ast|model|graph|gradient|simplified|plan",
	 "print the model at a stage of its compilation, and write no file"},
	{"real", 0, (EVERYWHERE | IN_IMPORT) & ~IN_CHECK, OPTION_CHOICE, AT(real), "float|double",
	 "the numbers of the generated code (default float)"},
	{"batch", 0, EVERYWHERE & ~IN_CHECK, OPTION_COUNT, AT(compile.batch), "N",
	 "rows of a batch, instead of the model's"},
	{"batch", 0, IN_CHECK, OPTION_COUNT, AT(compile.batch), "N",
	 "rows of a batch (default: the model's, from 5 to 16); a shorter one of 2 rows\n"
	 "is checked as well"},
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
	{"strict", 0, IN_COMPILE | IN_PROGRAM | IN_CHECK, OPTION_FLAG, AT(compile.strict), NULL,
	 "the same bits on every machine and by every C compiler; slower"},
	{"target", 0, IN_COMPILE | IN_PROGRAM | IN_CHECK | IN_SUMMARY, OPTION_CHOICE, AT(target),
	 TARGET_NAMES,
	 "the machine for which the C is made: its vectors and registers; native is\n"
	 "that on which mlpc runs. By default portable, plain ISO C; train and\n"
	 "check take native"},
	{"threads", 0, IN_COMPILE | IN_PROGRAM | IN_SUMMARY, OPTION_COUNT, AT(compile.threads), "N",
	 "threads that share the large steps, with the same bits as one (OpenMP:\n"
	 "compile with -fopenmp; default 1)"},
	{"inference", 0, IN_COMPILE | IN_SUMMARY, OPTION_FLAG, AT(compile.inference), NULL,
	 "prediction alone: no loss, no training, no initial values. Parameters come\n"
	 "by NAME_set, or as constants by --weights"},
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
	{"allow-path", 0, EVERYWHERE | IN_IMPORT, OPTION_FLAG, AT(compile.allow_path), NULL,
	 "let `use` name files outside the folder of the file that it stands in"},
	{"cc", 0, IN_PROGRAM | IN_CHECK, OPTION_TEXT, AT(compiler), "COMPILER",
	 "the C compiler (default $CC, or cc)"},
	{"keep", 0, IN_PROGRAM | IN_CHECK, OPTION_TEXT, AT(keep), "DIR",
	 "keep the generated C files in this folder"},
	{"json", 0, IN_SUMMARY | IN_CHECK | IN_INSPECT, OPTION_FLAG, AT(json), NULL,
	 "the same as JSON, for programs"},
	{"latex", 0, IN_EXPLAIN, OPTION_FLAG, AT(latex), NULL, "the derivation as a LaTeX document"},
	{"dot", 0, IN_EXPLAIN, OPTION_FLAG, AT(dot), NULL, "the graph of its values, for Graphviz"},
	{"diagnostics", 0, EVERYWHERE | IN_IMPORT, OPTION_CHOICE, AT(diagnostics), "text|json",
	 "messages about the model as text, or as a JSON object a line"},
	{"color", 0, EVERYWHERE | IN_FILES | IN_NEW, OPTION_CHOICE, AT(color), "auto|always|never",
	 "colours in messages; NO_COLOR turns auto off"},
	{"help", 'h', EVERYWHERE | IN_FILES | IN_NEW, OPTION_HELP, 0, NULL, "this help"},
	{"version", 0, EVERYWHERE | IN_FILES | IN_NEW, OPTION_VERSION, 0, NULL, "the version"},
	{.name = NULL},
};

const struct command_row command_rows[] = {
	[COMMAND_COMPILE] = {"compile", "mlpc [compile] MODEL.mlp [-o OUT.c]", "writes OUT.c and OUT.h"},
	[COMMAND_TRAIN] = {"train", "mlpc train MODEL.mlp --data FILE", "compiles, builds and trains"},
	[COMMAND_PREDICT] = {"predict", "mlpc predict MODEL.mlp --weights FILE --data FILE",
                             "predictions of a trained model, as CSV"},
	[COMMAND_EVALUATE] = {"evaluate", "mlpc evaluate MODEL.mlp --weights FILE --data FILE",
                              "loss, figures of merit and confusion matrix"},
	[COMMAND_SUMMARY] = {"summary", "mlpc summary MODEL.mlp",
                             "layers, shapes, parameters and exact memory"},
	[COMMAND_EXPLAIN] = {"explain", "mlpc explain MODEL.mlp",
                             "the derivation: each gradient and the rules that fired"},
	[COMMAND_CHECK] = {"check", "mlpc check MODEL.mlp", "checks the gradients of the compiled program"},
	[COMMAND_INSPECT] = {"inspect", "mlpc inspect FILE", "what a safetensors file holds"},
	[COMMAND_EXPORT] = {"export", "mlpc export FILE -o OUT.npz", "parameters for NumPy"},
	[COMMAND_IMPORT] = {"import", "mlpc import FILE --model MODEL.mlp -o OUT.safetensors",
                            "parameters from NumPy or safetensors"},
	[COMMAND_NEW] = {"new", "mlpc new --data FILE --target COLUMN", "a first model of a table"},
	[COMMAND_HELP] = {.name = NULL},
};
