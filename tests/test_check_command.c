/* `mlpc check` as it is typed: its table, JSON, exit statuses, errors that a C compiler puts into the
 * program, and all models of the project. Runs the mlpc of its own build, from the root of the project. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_folder.h"

enum { MOST = 1 << 16 };

static char folder[64];   /* of this test alone */
static char output[MOST]; /* of the last command, both streams */

static void set_up(void)
{
	char root[512], path[600];
	cr_assert(getcwd(root, sizeof root));
	setenv("ROOT", root, 1);
	strcpy(folder, "/tmp/mlpc-check-XXXXXX");
	cr_assert(mkdtemp(folder) && chdir(folder) == 0);
	snprintf(path, sizeof path, "%s/test-cache", build_folder());
	setenv("XDG_CACHE_HOME", path, 1);
	cr_assert(system("mkdir -p \"$XDG_CACHE_HOME\"") == 0);
	snprintf(path, sizeof path, "%s/mlpc", build_folder());
	setenv("MLPC", path, 1);
	unsetenv("NO_COLOR");
	unsetenv("CC");
}

static void tear_down(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	cr_assert(chdir(getenv("ROOT")) == 0 && system(command) == 0);
}

TestSuite(check_command, .init = set_up, .fini = tear_down, .timeout = 240);

static int run(const char *command)
{
	FILE *pipe = popen(command, "r");
	cr_assert(pipe);
	size_t length = fread(output, 1, MOST - 1, pipe);
	output[length] = '\0';
	int state = pclose(pipe);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

#define EXPECT_STATUS(command, wanted)                                                        \
	do {                                                                                  \
		int status_ = run(command " 2>&1");                                           \
		cr_expect_eq(status_, wanted, "%s: status %d\n%s", command, status_, output); \
	} while (0)

#define EXPECT_SAYS(text) cr_expect(strstr(output, text), "no \"%s\" in\n%s", text, output)

/* --- what is printed ---------------------------------------------------------------------------------- */

/* Distances and the places of the worst element depend on the last bits of a C library: # and @. */
#define MASKED                                                                             \
	" | sed -E 's/( +)([0-9]\\.[0-9]e-[0-9]+|0)( +)([0-9]\\.[0-9]e-[0-9]+|0)  "        \
	"[a-z.]*[A-Za-z]+(\\[[0-9, ]*\\]| along a direction)? +([0-9]+)  /  # # @ \\6 /; " \
	"s/to ([0-9]\\.[0-9]e-[0-9]+|0) \\([^)]*\\)/to # (@)/g; s/worst at +/worst at  /'"

Test(check_command, table)
{
	static const char wanted[] =
	        "Gradients of m in double, seed 1, against dual numbers and central differences (step "
	        "0.00012207).\n"
	        "\n"
	        "batch of 5, inputs from -1.5 to 1.5, loss 0.39141852 as by direct evaluation\n"
	        "\n"
	        "  tensor  shape   checked  dual numbers  differences  worst at  kinks  gradient\n"
	        "  y.W     [1, 2]  2  # # @ 0 agrees\n"
	        "    d_y.W[o, i] = sum(n, x[n, i] * d_y.dense[n, o])\n"
	        "  y.b     [1]     1  # # @ 0 agrees\n"
	        "    d_y.b[o] = sum(n, d_y.dense[n, o])\n"
	        "  x       [5, 2]  10  # # @ 0 agrees\n"
	        "    d_x[n, i] = sum(o, y.W[o, i] * d_y.dense[n, o])\n"
	        "\n"
	        "batch of 2, inputs from -1.5 to 1.5, loss 0.165578014 as by direct evaluation\n"
	        "  the same tensors agree: with dual numbers to # (@), with differences to # (@)\n"
	        "\n"
	        "3 of 3 gradients agree: to 1e-12 with dual numbers, to 1e-06 with differences.\n";
	put("m.mlp", "model m\ninput x[2]\ntarget t[1]\noutput y[1] = tanh(dense(x))\nminimize mse(y, t)\n");
	cr_expect_eq(run("$MLPC check m.mlp --batch=5 2>&1" MASKED), 0);
	cr_expect_str_eq(output, wanted, "%s", output);
	EXPECT_STATUS("$MLPC check - <m.mlp", 0);
	EXPECT_STATUS("$MLPC check m.mlp --color=always", 0);
	EXPECT_SAYS("\033[32magrees\033[0m");
	EXPECT_STATUS("$MLPC check m.mlp --batch=2 --seed=5 --elements=1", 0);
	EXPECT_SAYS("  y.W     [1, 2]  1 of 2 ");
	EXPECT_SAYS("seed 5");
	cr_expect_not(strstr(output, "batch of 5"));
	EXPECT_STATUS("$MLPC check m.mlp --rules=exact --keep=kept --cc='cc -O1'", 0);
	cr_expect(access("kept/m.c", R_OK) == 0 && access("kept/m_main.c", R_OK) == 0);
	EXPECT_STATUS("grep -q 'Options: .*--rules=exact' kept/m.c && ! grep -q host/ kept/m_main.c", 0);
}

/* The model's own, unless sums over so few rows say little, or fewer rows have the same loops. */
Test(check_command, batch)
{
#define OF_BATCH(rows)                                                                                       \
	"model m\ninput x[2]\ntarget t[1]\noutput y[1] = tanh(dense(x))\nminimize mse(y, t)\ntrain { batch " \
	"= " rows " }\n"
	put("short.mlp", OF_BATCH("1"));
	put("own.mlp", OF_BATCH("9"));
	put("long.mlp", OF_BATCH("128"));
	EXPECT_STATUS("$MLPC check short.mlp", 0);
	EXPECT_SAYS("\nbatch of 5, ");
	EXPECT_STATUS("$MLPC check own.mlp", 0);
	EXPECT_SAYS("\nbatch of 9, ");
	EXPECT_STATUS("$MLPC check long.mlp", 0);
	EXPECT_SAYS("\nbatch of 16, ");
	EXPECT_STATUS("$MLPC check long.mlp --batch=17", 0);
	EXPECT_SAYS("\nbatch of 17, ");
}

Test(check_command, json)
{
	put("m.mlp", "model m\ninput x[2]\ntarget t[1]\noutput y[1] = tanh(dense(x))\nminimize mse(y, t)\n");
	cr_assert_eq(run("$MLPC check m.mlp --batch=5 --json"), 0, "%s", output);
	EXPECT_SAYS("{\"model\":\"m\",\"agrees\":true,\"seed\":1,");
	EXPECT_SAYS("\"batches\":[{\"rows\":5,\"agrees\":true,\"loss\":0.3914185");
	EXPECT_SAYS(
	        "{\"name\":\"y.W\",\"role\":\"param\",\"elements\":2,\"checked\":2,\"verdict\":\"agrees\",");
	EXPECT_SAYS("\"smooth\":10,\"near_kink\":0,");
}

/* --- what fails ---------------------------------------------------------------------------------------- */

/* A C compiler that changes the program before it compiles it. */
static void put_compiler(const char *change)
{
	char text[512];
	snprintf(text, sizeof text,
	         "#!/bin/sh\nfor a; do case $a in */iris.c) sed -i '%s' \"$a\" ;; esac; done\nexec cc "
	         "\"$@\"\n",
	         change);
	put("wrong_cc", text);
	cr_assert(system("chmod +x wrong_cc") == 0);
	setenv("XDG_CACHE_HOME", folder, 1);
}

#define CHECK_IRIS "$MLPC check $ROOT/models/iris.mlp --target=portable --cc=./wrong_cc"

Test(check_command, wrong_sign_in_the_program)
{
	put_compiler("s/(1.0 - layer_hidden/(1.0 + layer_hidden/");
	EXPECT_STATUS(CHECK_IRIS, 1);
	EXPECT_SAYS("  0  DIFFERS\n    d_hidden.W[o, i] = ");
	EXPECT_SAYS("The check has failed: 3 of 5 gradients differ.\n");
	EXPECT_SAYS("models/iris.mlp:7:8: error[wrong-gradient]: the gradient of `hidden.W[8, 2]` differs: "
	            "the program has 0.22");
	EXPECT_SAYS("note: so does that of `flower[7, 0]`");
	EXPECT_SAYS("help: the derived equations are right: the fault is in the generated C or in the C "
	            "compiler");
	EXPECT_STATUS(CHECK_IRIS " --json", 1);
	EXPECT_SAYS("\"agrees\":false");
	EXPECT_SAYS("\"verdict\":\"differs\"");
}

Test(check_command, last_element_left_out)
{
	put_compiler("/ void backward_hidden_W(/,/^}/s/o < IRIS_SIZE_HIDDEN/o < IRIS_SIZE_HIDDEN - 1/");
	EXPECT_STATUS(CHECK_IRIS " --elements=2", 1);
	EXPECT_SAYS("hidden.W along a direction");
	EXPECT_SAYS("The check has failed: 1 of 5 gradients differ.\n");
}

Test(check_command, short_batch_alone)
{
	put_compiler("/ void backward_probability_b(/,/^}/s/n < rows/n < rows - (rows == 2)/");
	EXPECT_STATUS(CHECK_IRIS, 1);
	EXPECT_SAYS("batch of 2");
	EXPECT_SAYS("The check has failed: 1 of 5 gradients differ.\n");
}

Test(check_command, wrong_loss)
{
	put_compiler("/ void forward_hidden(/,/^}/s/mlp_tanh(/1.0000001 * mlp_tanh(/");
	EXPECT_STATUS(CHECK_IRIS, 1);
	EXPECT_SAYS("error[wrong-loss]: the loss differs: 1.10");
}

Test(check_command, program_that_dies)
{
	put_compiler("s/^void iris_backward(.*{*$/&/; /^void iris_backward(/,/^}/s/^{/{ __builtin_trap();/");
	EXPECT_STATUS(CHECK_IRIS, 4);
	EXPECT_SAYS("error[program-ended]: internal error: the generated program has ended early\n");
}

/* --- what there is nothing to say of ---------------------------------------------------------------------- */

Test(check_command, messages)
{
	EXPECT_STATUS("$MLPC check $ROOT/models/worked/pulse.mlp", 1);
	cr_expect_str_eq(
	        output,
	        "mlpc: error[no-minimize]: the model `pulse` has nothing to minimize: there is no gradient "
	        "to check\n");
	put("log.mlp", "model m\ninput x[3]\ntarget t[3]\nparam a = 1\noutput y[3] = log(a * (-1 - x^2))\n"
	               "minimize mse(y, t)\n");
	EXPECT_STATUS("$MLPC check log.mlp --batch=5", 1);
	EXPECT_SAYS("log.mlp:6:10: error[infinite-loss]: the loss is not finite for 5 rows: ");
	put("deep.mlp", "model m\ninput x[3]\ntarget t[2]\nlayer h[6] = 10000 * relu(dense(x))\n"
	                "output y[2] = softmax(1000 * dense(h))\nminimize cross_entropy(y, t)\n");
	EXPECT_STATUS("$MLPC check deep.mlp", 0);
	EXPECT_SAYS("once it is rewritten; as it is written it overflows\n");
	put("zero.mlp",
	    "model m\ninput x[2]\ntarget t[2]\nparam a[2] = [0, 1]\noutput y[i: 2] = abs(a[i]) * x[i]\n"
	    "minimize mse(y, t)\n");
	EXPECT_STATUS("$MLPC check zero.mlp --initial --batch=5", 0);
	EXPECT_SAYS("  a: 1 of 2 on a kink: the gradient lies between the slopes of both sides (abs in y); "
	            "a[0] has 0, they "
	            "are -0.00718696 and 0.00718696\n");
	EXPECT_STATUS("$MLPC check zero.mlp --step=0", 2);
	cr_expect_str_eq(output,
	                 "mlpc: error[bad-value]: `--step` takes a number above 0 and at most 1, not `0`\n");
	EXPECT_STATUS("$MLPC check zero.mlp --real=float", 2);
}

/* --- models of all kinds ----------------------------------------------------------------------------------- */

static const char *const models[] = {
        /* kinks, draws, classes, several of everything, statistics, sharing, no parameters */
        "input x[5]\ntarget t[2]\nlayer h[6] = dropout(relu(dense(x)), rate = 0.4)\noutput y[2] = dense(h)\n"
        "minimize mse(y, t)",
        "input x class[5]\ninput u[2] scale -1 3\ninput k[3] class[4]\ntarget t[2]\ntarget c class[3]\n"
        "layer e[4] = tanh(embedding(x) + dense(u) + dense(reshape(k, 12)))\noutput y[2] = dense(e)\n"
        "output p[3] = softmax(dense(e))\nminimize mse(y, t) + cross_entropy(p, c) + 0.01 * sumsq(weights)",
        "input x[4]\ntarget t[2]\nlayer h[5] = relu(batch_norm(dense(x)))\noutput y[2] = dense(h)\n"
        "minimize mse(y, t)\ntrain { freeze = [h] }",
        "input x[3] standardize\ntarget t[3]\nlayer h[3] = tanh(dense(x))\n"
        "output y[3] = dense(h, W = h.W, b = none) + 0.5 * h.b + uniform()\nminimize mse(y, t)",
        "input x class[3]\ntarget t[3]\noutput y[i: 3] = x[i] * 2\nminimize mse(y, t)",
        "input x[3]\ntarget t[3]\nlayer h[3] = dense(x)\noutput y[3] = h * constant(tanh(h))\nminimize "
        "mse(y, t)",
};

Test(check_command, models_of_all_kinds)
{
	for (size_t k = 0; k < sizeof models / sizeof *models; k++) {
		char text[1024];
		snprintf(text, sizeof text, "model m\n%s\n", models[k]);
		put("m.mlp", text);
		cr_expect_eq(run("$MLPC check m.mlp 2>&1"), 0, "%s\n%s", models[k], output);
	}
	EXPECT_SAYS("h.W: 9 of 9 moving what constant() hides");
}

/* One line a model that fails. */
#define EXPECT_ALL(files)                                                                                  \
	do {                                                                                               \
		cr_expect_eq(run("cd $ROOT && for m in " files "; do grep -q '^minimize' $m || continue; " \
		                 "$MLPC check $m >/dev/null 2>&1 || echo $m; done"),                       \
		             0);                                                                           \
		cr_expect_str_empty(output, "%s", output);                                                 \
	} while (0)

Test(check_command, models_of_the_project)
{
	EXPECT_ALL("models/*.mlp");
}

Test(check_command, models_of_users)
{
	EXPECT_ALL("models/custom/*.mlp");
}
