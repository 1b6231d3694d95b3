/* Options of mlpc, its environment, and what it installs from: what is refused, and what each changes. */
#include "cli_fixture.h"

TestSuite(cli_options, .init = set_up, .fini = tear_down, .timeout = 120);

#define IRIS "$ROOT/models/iris.mlp"
#define COUNT "takes a whole number from 1 to 2147483647, not "

Test(cli_options, refused)
{
	static const struct said rows[] = {
	        {"$MLPC x.mlp --xyzzy", 2,
	         "mlpc: error[unknown-option]: unknown option `--xyzzy`; `mlpc compile --help` lists them\n"},
	        {"$MLPC explain x.mlp --xyzzy", 2,
	         "mlpc: error[unknown-option]: unknown option `--xyzzy`; `mlpc explain --help` lists them\n"},
	        {"$MLPC x.mlp --gr", 3,
	         "mlpc: error[cannot-read]: cannot open `x.mlp`: No such file or directory\n"},
	        {"$MLPC x.mlp --batch=", 2, "mlpc: error[bad-value]: `--batch` " COUNT "``\n"},
	        {"$MLPC x.mlp --batch=4x", 2, "mlpc: error[bad-value]: `--batch` " COUNT "`4x`\n"},
	        {"$MLPC x.mlp --batch=-1", 2, "mlpc: error[bad-value]: `--batch` " COUNT "`-1`\n"},
	        {"$MLPC x.mlp --batch=2147483648", 2,
	         "mlpc: error[bad-value]: `--batch` " COUNT "`2147483648`\n"},
	        {"$MLPC x.mlp --batch=12345678901", 2,
	         "mlpc: error[bad-value]: `--batch` " COUNT "`12345678901`\n"},
	        {"$MLPC x.mlp --threads=1025", 2, "mlpc: error[bad-value]: `--threads` takes at most 1024\n"},
	        {"$MLPC x.mlp --output=", 2, "mlpc: error[bad-value]: the value of `--output` is empty\n"},
	        {"$MLPC x.mlp --gradients=1", 2, "mlpc: error[bad-value]: `--gradients` takes no value\n"},
	        {"$MLPC x.mlp -o a.c --dump=ast", 2,
	         "mlpc: error[usage]: `--dump` prints on standard output and writes no file: leave "
	         "`--output` "
	         "out\n"},
	        {"$MLPC x.mlp --no-rules=", 2,
	         "mlpc: error[bad-value]: there is no rule ``; `mlpc explain` lists those that apply\n"},
	        {"$MLPC summary ''", 2, "mlpc: error[usage]: the path of the model is empty\n"},
	};
	CHECK_SAID(rows);
	cr_expect(run("$MLPC x.mlp --r=float 2>&1") == 2);
	cr_expect(strstr(output, "`--r` is short for `--real` and for `--rules`\n"), "%s", output);
	cr_assert(count_of_files(".") == 0);
}

/* The first lines of the generated file name the options that it was made with. */
Test(cli_options, in_the_banner)
{
	static const struct {
		const char *options, *banner;
	} rows[] = {
	        {"", NULL},
	        {"--batch=7", "--batch=7"},
	        {"--real=double", "--real=double"},
	        {"--gradients", "--gradients"},
	        {"--input-gradients", "--input-gradients"},
	        {"--rules=real", "--rules=real"},
	        {"--rules=exact", "--rules=exact"},
	        {"--rules=all", NULL},
	        {"--no-rules=logistic,log1pexp", "--no-rules=logistic,log1pexp"},
	        {"--input-gradients --rules=exact --gradients --real=double --batch=2",
	         "--batch=2 --real=double --gradients --input-gradients --rules=exact"},
	};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		char command[256], line[256];
		snprintf(command, sizeof command, "$MLPC " IRIS " -o - %s | head -n 4", rows[k].options);
		cr_assert(run(command) == 0);
		snprintf(line, sizeof line, "\n * Options: %s\n", rows[k].banner ? rows[k].banner : "");
		cr_expect((strstr(output, line) != NULL) == (rows[k].banner != NULL), "%s:\n%s",
		          rows[k].options, output);
		cr_expect((strstr(output, "Options:") != NULL) == (rows[k].banner != NULL), "%s", output);
	}
}

Test(cli_options, batch_is_of_the_generated_code)
{
	cr_expect(run("$MLPC summary --batch=7 " IRIS) == 0 && strstr(output, ", batch 7,"), "%s", output);
	cr_expect(run("$MLPC " IRIS " --batch=7 -o x.c && grep -q 'IRIS_BATCH = 7,' x.h") == 0, "%s", output);
}

/* Kept gradients are counted in the block of a training, to the byte. */
Test(cli_options, summary_of_kept_gradients)
{
	long plain = 0, kept = 0, inputs = 0;
	const char *format = "\"gradient_bytes\":%ld";
	cr_assert(run("$MLPC summary --json " IRIS) == 0);
	cr_expect(sscanf(strstr(output, "\"gradient_bytes\""), format, &plain) == 1 && plain == 0);
	cr_assert(run("$MLPC summary --json --gradients " IRIS) == 0);
	cr_expect(sscanf(strstr(output, "\"gradient_bytes\""), format, &kept) == 1);
	cr_expect_eq(kept, 131 * 4);
	cr_assert(run("$MLPC summary --json --gradients --input-gradients --real=double " IRIS) == 0);
	cr_expect(sscanf(strstr(output, "\"gradient_bytes\""), format, &inputs) == 1);
	cr_expect_eq(inputs, (131 + 30 * 4) * 8);
}

Test(cli_options, summary_of_settings)
{
	put("m.mlp", "model m\ninput c[3] class[5]\ninput x[4] scale 0 2.5\ntarget t[2]\n"
	             "output y[2] = dense(x) + dense(c[0, 0..5])\nminimize mse(y, t)\n"
	             "train { clip = norm(2.5)\n patience = 3 }\n");
	run("$MLPC summary m.mlp 2>&1");
	cr_expect(strstr(output, "patience 3"), "%s", output);
	cr_expect(strstr(output, "clip norm(2.5)"), "%s", output);
	cr_expect(strstr(output, "scale 0 2.5"), "%s", output);
	cr_expect(strstr(output, "[3] class[5]"), "%s", output);
}

Test(cli_options, where_the_runtime_is)
{
	static const struct said rows[] = {
	        {"MLPC_RUNTIME=/none $MLPC train " IRIS " --data x", 3,
	         "mlpc: error[no-runtime]: the runtime is missing: `/none/mlp.h`, `/none/libmlp.a` and "
	         "`/none/libmlp_host.a`\n       help: `make` builds it; the variable MLPC_RUNTIME can name a "
	         "folder that holds all of it\n"},
	        {"mkdir bin && cp $MLPC bin && bin/mlpc train " IRIS
	         " --data x 2>&1 | head -n 1 | cut -d: -f 2",
	         0, " error[no-runtime]\n"},
	        /* as it is installed */
	        {"mkdir -p lib/mlpc include && ln -s $ROOT/runtime include/mlpc && ln -s $BUILD/*.a lib/mlpc "
	         "&& "
	         "bin/mlpc train " IRIS " --data x",
	         3, "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"MLPC_RUNTIME= $MLPC train " IRIS " --data x", 3,
	         "mlpc: error: cannot read `x`: No such file or directory\n"},
	};
	CHECK_SAID(rows);
}

Test(cli_options, which_compiler)
{
	put("cc-a", "#!/bin/sh\necho \"$0 $1\" >chosen\nexec gcc \"$@\"\n");
	static const char *const train = "XDG_CACHE_HOME=$PWD/cache ";
	static const struct {
		const char *environment, *option, *chosen;
	} rows[] = {
	        {"CC=./cc-a", "", "./cc-a -O3\n"},
	        {"CC='./cc-a   -DA  '", "", "./cc-a -DA\n"},
	        {"CC=false", "--cc=./cc-a", "./cc-a -O3\n"},
	        {"CC=", "", ""},
	        {"CC=false", "--cc='  '", ""},
	};
	cr_assert(run("chmod +x cc-a; mkdir cache") == 0);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		char command[512];
		cr_assert(run("rm -rf cache/* chosen; touch chosen") == 0);
		snprintf(command, sizeof command, "%s%s $MLPC train $ROOT/models/xor.mlp %s --data x 2>&1",
		         train, rows[k].environment, rows[k].option);
		cr_expect(run(command) == 3 && strstr(output, "cannot read `x`"), "%s", output);
		cr_expect_str_eq(text_of("chosen"), rows[k].chosen, "%s", command);
	}
}

/* A compiler that ends by a signal has failed; by SIGINT it was interrupted. */
Test(cli_options, a_compiler_that_ends_by_a_signal)
{
	put("killed", "#!/bin/sh\nkill -KILL $$\n");
	put("stopped", "#!/bin/sh\nkill -INT $$\n");
	cr_assert(run("chmod +x killed stopped; mkdir tmp") == 0);
	static const struct said rows[] = {
	        {"TMPDIR=$PWD/tmp $MLPC train " IRIS " --cc=./killed --data x", 4,
	         "mlpc: error[build]: internal error: `./killed` could not build the generated program\n"
	         "       help: its messages are above; --keep=DIR keeps the sources for a report\n"},
	        {"TMPDIR=$PWD/tmp $MLPC train " IRIS " --cc=./stopped --data x", 130, ""},
	};
	CHECK_SAID(rows);
	cr_expect(count_of_files("tmp") == 0);
}

Test(cli_options, kept_sources)
{
	static const struct said rows[] = {
	        {"$MLPC train " IRIS " --data x --keep=kept", 3,
	         "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"$MLPC train " IRIS " --data x --keep=kept", 3,
	         "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"ls kept", 0, "iris.c\niris.h\niris_main.c\n"},
	        {"cd kept && gcc -std=c11 -Wall -Wextra -Werror -I$ROOT/runtime *.c $BUILD/libmlp_host.a "
	         "$BUILD/libmlp.a -ljansson -lxxhash -lz -lm -o iris && ./iris --data x",
	         3, "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"$MLPC train " IRIS " --data x --keep=/proc/none", 3,
	         "mlpc: error[system]: cannot make `/proc/none`: No such file or directory\n"},
	        {"$MLPC train " IRIS " --data x --keep=/dev/null", 3,
	         "mlpc: error[system]: cannot write `/dev/null/iris.h`: Not a directory\n"},
	};
	CHECK_SAID(rows);
}

Test(cli_options, models_that_cannot_be_used)
{
	static const struct said rows[] = {
	        {"$MLPC explain none.mlp", 3,
	         "mlpc: error[cannot-read]: cannot open `none.mlp`: No such file or directory\n"},
	        {"$MLPC summary none.mlp", 3,
	         "mlpc: error[cannot-read]: cannot open `none.mlp`: No such file or directory\n"},
	        {"$MLPC train $ROOT/models/worked/pulse.mlp --data x", 1,
	         "mlpc: error[no-minimize]: the model `pulse` has nothing to minimize: it cannot be "
	         "trained\n"},
	        {"head -c 1048577 /dev/zero >x.mlp; $MLPC x.mlp", 3,
	         "mlpc: error[too-large]: `x.mlp` is larger than 1048576 bytes\n"},
	        {"$MLPC summary $ROOT/models/worked/pulse.mlp | grep -c minimize", 1, "0\n"},
	};
	CHECK_SAID(rows);
}

/* Where a folder for the cache cannot be had: the home's, none, one that is not a folder. */
Test(cli_options, places_of_the_cache)
{
	static const struct said rows[] = {
	        {"mkdir home; env -u XDG_CACHE_HOME HOME=$PWD/home $MLPC train $ROOT/models/xor.mlp --data x",
	         3, "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"ls home/.cache/mlpc | cut -c 1-13", 0, "exclusive_or-\n"},
	        {"env -u XDG_CACHE_HOME HOME=$PWD/home PATH=/none $MLPC train $ROOT/models/xor.mlp --data x",
	         3, "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"XDG_CACHE_HOME=relative HOME=relative $MLPC train $ROOT/models/xor.mlp --data x", 3,
	         "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"mkdir c; touch c/mlpc; XDG_CACHE_HOME=$PWD/c $MLPC train $ROOT/models/xor.mlp --data x", 3,
	         "mlpc: error: cannot read `x`: No such file or directory\n"},
	        {"ls -A", 0, "c\nhome\n"},
	};
	CHECK_SAID(rows);
}

/* A name may hold any byte but / and 0. */
Test(cli_options, messages_as_json_about_a_name_with_quotes)
{
	put("q\"\\\t.mlp", "model m\ninput x[4]\nlayer h[4] = x + z\ninput z[3]\noutput y[4] = x\n");
	static const struct said rows[] = {
	        {"$MLPC --diagnostics=json 'q\"\\\t.mlp'", 1,
	         "{\"level\":\"error\",\"message\":\"the operands of `+` have the shapes [4] and [3]\","
	         "\"file\":\"q\\\"\\\\\\u0009.mlp\",\"line\":3,\"column\":14,\"byte_start\":32,\"byte_end\":"
	         "37,"
	         "\"id\":\"shape-mismatch\",\"children\":["
	         "{\"level\":\"note\",\"message\":\"this has shape [4]\",\"file\":\"q\\\"\\\\\\u0009.mlp\","
	         "\"line\":3,\"column\":14,\"byte_start\":32,\"byte_end\":33},"
	         "{\"level\":\"note\",\"message\":\"this has shape [3]\",\"file\":\"q\\\"\\\\\\u0009.mlp\","
	         "\"line\":3,\"column\":18,\"byte_start\":36,\"byte_end\":37},"
	         "{\"level\":\"note\",\"message\":\"4 comes from here\",\"file\":\"q\\\"\\\\\\u0009.mlp\","
	         "\"line\":2,\"column\":9,\"byte_start\":16,\"byte_end\":17},"
	         "{\"level\":\"note\",\"message\":\"3 comes from here\",\"file\":\"q\\\"\\\\\\u0009.mlp\","
	         "\"line\":4,\"column\":9,\"byte_start\":46,\"byte_end\":47}]}\n"},
	};
	CHECK_SAID(rows);
}
