/* `mlpc compile --weights FILE`: a program that was linked with its parameters predicts, bit for bit, what
 * the program that loads them predicts; and so does one that can do nothing else. */
#include "cli_fixture.h"

TestSuite(weights, .init = set_up, .fini = tear_down, .timeout = 300);

/* Rows of numbers on standard input → their predictions. */
static const char MAIN[] = "#include <stdio.h>\n#include NAME_H\n"
                           "static struct WORK work;\n"
                           "int main(void)\n{\n"
                           "\tREAL in[INPUTS], out[OUTPUTS];\n"
                           "\tfor (;;) {\n"
                           "\t\tfor (int k = 0; k < INPUTS; k++) {\n"
                           "\t\t\tdouble value;\n"
                           "\t\t\tif (scanf(\" %lf%*[,]\", &value) != 1)\n\t\t\t\treturn 0;\n"
                           "\t\t\tin[k] = (REAL)value;\n\t\t}\n"
                           "\t\tPREDICT(&WEIGHTS, &work, 1, in, out);\n"
                           "\t\tfor (int k = 0; k < OUTPUTS; k++)\n"
                           "\t\t\tprintf(\"%.17g%s\", (double)out[k], k + 1 < OUTPUTS ? \",\" : \"\\n\");\n"
                           "\t}\n}\n";

struct subject {
	const char *path, *name, *real;
	int inputs, outputs;
	const char *options, *flags, *compiler;
};

/* Inputs of no meaning, which spread over the range of a standardised input. */
static void put_rows(const struct subject *subject, bool with_target)
{
	FILE *file = fopen(with_target ? "train.csv" : "rows.csv", "w");
	unsigned state = 12345;
	for (int row = 0; row < 40; row++) {
		for (int k = 0; k < subject->inputs; k++) {
			state = state * 1664525 + 1013904223;
			fprintf(file, "%.5f%s", (double)(state >> 8) / 0x1p22 - 2,
			        k + 1 < subject->inputs || with_target ? "," : "\n");
		}
		if (with_target)
			fprintf(file, "%d\n", row % 3);
	}
	fclose(file);
}

static void check_same_numbers(const struct subject *subject, bool has_class)
{
	static char theirs[1 << 16];
	strcpy(theirs, text_of("predicted.csv"));
	const char *left = strchr(theirs, '\n') + 1, *right = text_of("linked.csv");
	int count = 0;
	for (int row = 0; row < 40; row++)
		for (int k = -has_class; k < subject->outputs; k++) {
			char *end_left, *end_right;
			if (k < 0) {
				left = strchr(left, ',') + 1;
				continue;
			}
			double a = subject->real[0] == 'f' ? (double)strtof(left, &end_left)
			                                   : strtod(left, &end_left);
			double b = strtod(right, &end_right);
			cr_assert(end_left > left && end_right > right, "%s: row %d", subject->name, row);
			cr_expect(memcmp(&a, &b, sizeof a) == 0, "%s %s: row %d, output %d: %.17g, not %.17g",
			          subject->name, subject->options, row, k, b, a);
			left = end_left + 1;
			right = end_right + 1;
			count++;
		}
	cr_assert(count == 40 * subject->outputs);
}

/* The same linked with its parameters. */
static void check_linked(const struct subject *subject, const char *also, bool has_class)
{
	char command[2048];
	snprintf(command, sizeof command,
	         "$MLPC %s %s %s --weights w -o net.c 2>&1 && "
	         "%s -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror "
	         "-ffp-contract=off %s -DNAME_H='\"net.h\"' -DWORK=%s_work -DPREDICT=%s_predict "
	         "-DWEIGHTS=%s_weights "
	         "-DREAL=%s -DINPUTS=%d -DOUTPUTS=%d -I$ROOT/runtime main.c net.c $BUILD/libmlp.a -lm -o "
	         "linked 2>&1 && "
	         "./linked <rows.csv >linked.csv",
	         subject->path, subject->options, also, subject->compiler, subject->flags, subject->name, subject->name, subject->name,
	         subject->real, subject->inputs, subject->outputs);
	cr_assert(run(command) == 0, "%s: %s", command, output);
	check_same_numbers(subject, has_class);
}

static void check_subject(const struct subject *subject, bool has_class)
{
	char command[2048];
	put("main.c", "%s", MAIN);
	put_rows(subject, true);
	put_rows(subject, false);
	snprintf(command, sizeof command,
	         "$MLPC train %s %s --data train.csv --epochs 2 --save w --quiet 2>&1 && "
	         "$MLPC predict %s %s --weights w --data rows.csv >predicted.csv",
	         subject->path, subject->options, subject->path, subject->options);
	cr_assert(run(command) == 0, "%s: %s", command, output);
	static const char *const also[] = {"", "--inference", "--inference --batch=1"};
	for (size_t k = 0; k < sizeof also / sizeof *also; k++)
		check_linked(subject, also[k], has_class);
}

/* As `mlpc train` has it; with --strict no flag of these counts. */
#define SAME "-O3 -march=native -fno-math-errno"
#define IRIS "$ROOT/models/iris.mlp"

Test(weights, iris)
{
	static const struct subject subjects[] = {
	        {IRIS, "iris", "float", 4, 3, "--target=portable", SAME, "gcc"},
	        {IRIS, "iris", "float", 4, 3, "--target=native", SAME, "gcc"},
	        {IRIS, "iris", "double", 4, 3, "--target=portable --real=double", SAME, "gcc"},
	        {IRIS, "iris", "float", 4, 3, "--target=portable --strict", "-O2", "clang"},
	};
	for (size_t k = 0; k < sizeof subjects / sizeof *subjects; k++)
		check_subject(&subjects[k], true);
}

/* Parameters of none, one, two and three dimensions. */
Test(weights, every_rank)
{
	put("ranks.mlp",
	    "model ranks\ninput x[5]\ntarget t[1]\nparam scalar = ones\nparam line[5] = normal(1)\n"
	    "param cube[o: 20, i: 5, k: 3] = uniform(-1, 1)\n"
	    "layer h[o: 20] = tanh(sum(k, sum(i, cube[o, i, k] * x[i] * line[i])))\n"
	    "output y[1] = dense(h) * scalar\nminimize mse(y, t)\n");
	static const struct subject subjects[] = {
	        {"ranks.mlp", "ranks", "float", 5, 1, "--target=portable", SAME, "gcc"},
	        {"ranks.mlp", "ranks", "float", 5, 1, "--target=native", SAME, "gcc"},
	};
	for (size_t k = 0; k < sizeof subjects / sizeof *subjects; k++)
		check_subject(&subjects[k], false);
}

#define PANELS \
	"model panels\ninput x[40]\ntarget t[1]\nlayer h[%d] = tanh(dense(x))\n" \
	"layer g[%d] = relu(dense(h))\noutput y[1] = dense(g)\nminimize mse(y, t)\ntrain { batch = 8 }\n"

/* Parameters that lie in panels, which are large ones: the target says how wide. One of them is of an inner layer,
 * whose gradient wants another layout than its prediction. */
Test(weights, panels)
{
	put("panels.mlp", PANELS, 256, 96);
	static const struct subject subject = {"panels.mlp",
	                                       "panels",
	                                       "float",
	                                       40,
	                                       1,
	                                       "--target=x86-64-v3",
	                                       "-O2 -mavx2 -mfma -fno-math-errno",
	                                       "gcc"};
	static const struct subject native = {"panels.mlp",      "panels", "float", 40, 1,
	                                      "--target=native", SAME,     "gcc"};
	check_subject(&native, false);
	if (__builtin_cpu_supports("avx2") && run("$MLPC --target=x86-64-v3 panels.mlp -o v3.c") == 0) {
		cr_expect(run("grep -q '^\tfloat h_W\\[.*/ .*\\]\\[.*\\]\\[.*\\];' v3.h") == 0,
		          "h.W lies in no panels");
		check_subject(&subject, false);
	}
}

/* Free elements of padded panels are 0 whatever was there, from the beginning and when they are set; nothing that is not
 * free is lost. */
#define FREE_MAIN \
	"#include <stdio.h>\n#include <string.h>\n#include \"panels.h\"\n" \
	"static struct panels_training t;\nstatic float values[300 * 127];\n" \
	"static void count(void) {\n" \
	"\tconst float *all = &t.net.g_W[0][0][0];\n\tint none = 0, zeros = 0;\n" \
	"\tfor (size_t k = 0; k < sizeof t.net.g_W / sizeof *all; k++) {\n" \
	"\t\tnone += all[k] != all[k];\n\t\tzeros += all[k] == 0.0f;\n\t}\n" \
	"\tprintf(\"%%d not set, %%d zeros\\n\", none, zeros);\n}\n" \
	"int main(void) {\n" \
	"\tmemset(&t, 0xff, sizeof t);\n\tpanels_init(&t, 1);\n\tcount();\n" \
	"\tfor (int k = 0; panels_tensor(k); k++) {\n" \
	"\t\tpanels_get(&t.net, k, values);\n\t\tfloat *at = (float *)(void *)&t.net;\n" \
	"\t\tif (strcmp(panels_tensor(k)->name, \"g.W\"))\n\t\t\tcontinue;\n" \
	"\t\tfor (size_t j = 0; j < sizeof t.net / sizeof *at; j++)\n\t\t\tmemset(&at[j], 0xff, sizeof *at);\n" \
	"\t\tpanels_set(&t.net, k, values);\n\t}\n\tcount();\n\treturn 0;\n}\n"

Test(weights, free_elements_of_panels_are_zero)
{
	put("panels.mlp", PANELS, 300, 127);
	put("free.c", FREE_MAIN);
	cr_assert(run("$MLPC --target=x86-64-v2 panels.mlp -o panels.c 2>&1 && grep -q 'g_W\\[.* + 15) / 16\\]\\[.*\\]\\[16\\];' panels.h && "
	              "gcc -O1 -w -ffp-contract=off -I$ROOT/runtime free.c panels.c $BUILD/libmlp.a -lm -o free 2>&1 && ./free") == 0,
	          "%s", output);
	cr_expect_str_eq(output, "0 not set, 300 zeros\n0 not set, 300 zeros\n");
	static const struct subject subject = {"panels.mlp",      "panels", "float", 40, 1,
	                                       "--target=native", SAME,     "gcc"};
	check_subject(&subject, false);
}

/* From NumPy's hands too; the constants as they stand. */
Test(weights, constants)
{
	put("m.mlp", "model m\ninput x[2]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n");
	char header[] = "{\"y.W\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
	                "\"y.b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[16,20]}}  ";
	static const unsigned char data[20] = {
	        0xcd, 0xcc, 0xcc, 0x3d, 1,    0, 0,    0, 0,   0, 0,
	        0x80, 0xff, 0xff, 0x7f, 0x7f, 0, 0xbc, 0, 0x7c}; /* 0.1, 2^-149, -0, FLT_MAX; -1, infinity */
	FILE *file = fopen("f", "wb");
	fputc((int)strlen(header), file);
	fwrite("\0\0\0\0\0\0\0", 1, 7, file);
	fputs(header, file);
	fwrite(data, 1, sizeof data, file);
	fclose(file);
	static const struct said rows[] = {
	        {"$MLPC m.mlp --weights f -o m.c", 1, "f: error: `y.b` has a value that is not finite\n"},
	        {"test -e m.c", 1, ""},
	        {"printf '\\000\\102' | dd of=f bs=1 seek=$(($(wc -c <f) - 2)) conv=notrunc 2>/dev/null; "
	         "$MLPC m.mlp --weights f -o m.c && sed -n '/^const struct m m_weights/,$p' m.c",
	         0,
	         "const struct m m_weights = {\n"
	         "\t.y_W = {{0.1f, 1e-45f},\n\t\t{-0.0f, 3.4028235e+38f}},\n\t.y_b = {-1.0f, 3.0f},\n};\n\n"},
	        {"grep -B 1 extern.const m.h", 0,
	         "/* Parameters and statistics of a training, for every function that takes them constant. "
	         "*/\n"
	         "extern const struct m m_weights;\n"},
	        {"$MLPC m.mlp --weights none", 3,
	         "mlpc: error: cannot read `none`: No such file or directory\n"},
	        {"$MLPC $ROOT/models/iris.mlp --weights f", 1,
	         "f: error: `flower.mean` is missing, a tensor of the model `iris` of shape [4]\n"},
	        {"$MLPC summary m.mlp --weights f", 2,
	         "mlpc: error[unknown-option]: `--weights` is an option of `mlpc compile`, not of `mlpc "
	         "summary`\n"},
	};
	CHECK_SAID(rows);
}

/* Nothing of training is in it: it needs no function of the runtime, and of the library one. */
Test(weights, inference)
{
	put("m.mlp", "model m\ninput x[2] standardize\ntarget t class[2]\nlayer h[3] = tanh(dropout(dense(x)))\n"
	             "output y[2] = softmax(dense(h))\nminimize cross_entropy(y, t)\n");
	static const struct said rows[] = {
	        {"$MLPC m.mlp --inference -o m.c && gcc -O2 -I$ROOT/runtime -c m.c && nm -u m.o", 0,
	         "                 U memcpy\n"},
	        {"grep -E '_init|_loss|_training|_step|target|minimize' m.h m.c", 1, ""},
	        {"grep -n Options m.c", 0, "2: * Options: --inference */\n"},
	        {"$MLPC summary m.mlp --inference", 0,
	         "model m\n\n"
	         "            name                     shape                          parameters\n"
	         "  input     x                        [2] standardize\n"
	         "  layer     h                        [3]                                     9\n"
	         "  output    y                        [2]                                     8\n\n"
	         "17 parameters, 14 multiply-adds to predict a row\n\n"
	         "memory in bytes (float, batch 32; all of it: nothing else is allocated)\n"
	         "              84  the network: parameters and statistics\n"
	         "             640  scratch of a prediction or loss\n"},
	        {"$MLPC m.mlp --inference --gradients", 2,
	         "mlpc: error[usage]: `--inference` and `--gradients` exclude each other\n"},
	        {"$MLPC m.mlp --input-gradients --inference", 2,
	         "mlpc: error[usage]: `--inference` and `--input-gradients` exclude each other\n"},
	        {"$MLPC train m.mlp --inference --data m.csv", 2,
	         "mlpc: error[unknown-option]: `--inference` is an option of `mlpc compile`, not of `mlpc "
	         "train`\n"},
	};
	CHECK_SAID(rows);
}
