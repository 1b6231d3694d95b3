/* The program as it is typed: messages word by word, exit statuses, what is written and what is left alone.
 * Runs the mlpc of its own build, from the root of the project. GOLDEN=write rewrites tests/errors/NAME.err;
 * read the diff. */
#include "cli_fixture.h"

TestSuite(cli, .init = set_up, .fini = tear_down, .timeout = 120);

/* --- errors in models ---------------------------- */

static void check_error(const char *name)
{
	char command[1024], golden[1024];
	put("out.c", "old");
	put("out.h", "old");
	snprintf(command, sizeof command, "cd $ROOT/tests/errors && $MLPC %s.mlp -o %s/out.c 2>&1", name,
		 folder);
	int status = run(command);
	cr_expect(status == 1, "%s: status %d", name, status);
	snprintf(golden, sizeof golden, "%s/tests/errors/%s.err", root, name);
	if (getenv("GOLDEN"))
		put(golden, "%s", output);
	cr_expect_str_eq(output, text_of(golden), "%s:\n%s", name, output);
	cr_expect_str_eq(text_of("out.c"), "old", "%s", name);
	cr_expect_str_eq(text_of("out.h"), "old", "%s", name);
	cr_expect(count_of_files(".") == 2, "%s", name);
}

Test(cli, errors)
{
	char path[600];
	int count = 0;
	snprintf(path, sizeof path, "%s/tests/errors", root);
	DIR *files = opendir(path);
	cr_assert(files);
	for (struct dirent *file; (file = readdir(files));) {
		char *dot = strrchr(file->d_name, '.');
		if (!dot || strcmp(dot, ".mlp") != 0)
			continue;
		*dot = '\0';
		check_error(file->d_name);
		count++;
	}
	closedir(files);
	cr_assert(count >= 25, "%d", count);
}

Test(cli, diagnostics_as_json)
{
	static const struct said rows[] = {
		{"cd $ROOT/tests/errors && $MLPC --diagnostics=json unknown_function.mlp", 1,
		 "{\"level\":\"error\",\"message\":\"there is no function "
		 "`tahn`\",\"file\":\"unknown_function.mlp\","
		 "\"line\":3,\"column\":15,\"byte_start\":33,\"byte_end\":37,\"id\":\"unknown-function\","
		 "\"children\":[{\"level\":\"help\",\"message\":\"did you mean `tanh`?\"}]}\n"},
	};
	CHECK_SAID(rows);
}

/* --- usage ---------------------------- */

Test(cli, usage)
{
	static const struct said rows[] = {
		{"$MLPC", 2, "mlpc: error[usage]: no model is given; `mlpc --help` shows how\n"},
		{"$MLPC trian x.mlp", 2,
		 "mlpc: error[unknown-command]: unknown command `trian`; did you mean `train`?\n"},
		{"$MLPC nosuch", 2,
		 "mlpc: error[unknown-command]: `nosuch` is neither a command nor a file; `mlpc --help` "
		 "lists the commands\n"},
		{"$MLPC x.mlp --ouput y.c", 2,
		 "mlpc: error[unknown-option]: unknown option `--ouput`; did you mean `--output`?\n"},
		{"$MLPC train x.mlp --dta y", 2,
		 "mlpc: error[unknown-option]: unknown option `--dta`; did you mean `--data`?\n"},
		{"$MLPC summary x.mlp --data y", 2,
		 "mlpc: error[unknown-option]: `--data` is an option of `mlpc train`, not of `mlpc "
		 "summary`\n"},
		{"$MLPC -z x.mlp", 2,
		 "mlpc: error[unknown-option]: unknown option `-z`; `mlpc compile --help` lists them\n"},
		{"$MLPC x.mlp -o", 2, "mlpc: error[bad-value]: `-o` needs a value\n"},
		{"$MLPC x.mlp -o y", 2, "mlpc: error[usage]: the output `y` does not end in .c\n"},
		{"$MLPC x.mlp --real=half", 2,
		 "mlpc: error[bad-value]: `--real` is one of float|double, not `half`\n"},
		{"$MLPC x.mlp --batch=0", 2,
		 "mlpc: error[bad-value]: `--batch` takes a whole number from 1 to 2147483647, not `0`\n"},
		{"$MLPC x.mlp --rules=safe", 2,
		 "mlpc: error[bad-value]: `--rules` is one of all|real|exact, not `safe`\n"},
		{"$MLPC x.mlp --no-rules=log1pexp,logistc", 2,
		 "mlpc: error[bad-value]: there is no rule `logistc`; did you mean `logistic`?\n"},
		{"$MLPC x.mlp --no-rules=all", 2,
		 "mlpc: error[bad-value]: there is no rule `all`; `mlpc explain` lists those that apply\n"},
		{"$MLPC explain x.mlp --latex --dot", 2,
		 "mlpc: error[usage]: `--latex` and `--dot` exclude each other\n"},
		{"$MLPC explain x.mlp --json", 2,
		 "mlpc: error[unknown-option]: `--json` is an option of `mlpc summary`, not of `mlpc explain`\n"},
		{"$MLPC x.mlp y.mlp", 2,
		 "mlpc: error[usage]: unexpected argument `y.mlp` after the model `x.mlp`\n"},
		{"$MLPC -o y.c train x.mlp", 2,
		 "mlpc: error[usage]: the command `train` comes before all options\n"},
		{"$MLPC train x.mlp", 2, "mlpc: error: no data: give them with `--data FILE`\n"},
		{"$MLPC train x.mlp --data y --epochs 1x", 2,
		 "mlpc: error: --epochs takes a whole number, not `1x`\n"},
		{"$MLPC train x.mlp --data y --split 1.5", 2,
		 "mlpc: error: --split takes a fraction from 0 to below 1, not `1.5`\n"},
		{"$MLPC train - --data -", 2,
		 "mlpc: error[usage]: only one of the model and the data can come from standard input\n"},
	};
	CHECK_SAID(rows);
	cr_assert(count_of_files(".") == 0);
}

Test(cli, help_and_version)
{
	cr_expect(run("$MLPC --version 2>/dev/null") == 0);
	cr_expect(strncmp(output, "mlpc ", 5) == 0);
	static const char *const commands[] = {"$MLPC --help 2>/dev/null", "$MLPC train --help 2>/dev/null",
	                                       "$MLPC summary -h 2>/dev/null"};
	for (int k = 0; k < 3; k++) {
		cr_expect(run(commands[k]) == 0);
		cr_expect(strncmp(output, "Usage: mlpc ", 12) == 0, "%s", output);
	}
}

Test(cli, two_dashes_end_options)
{
	cr_expect(run("cp $ROOT/models/iris.mlp ./-o.mlp && $MLPC -o x.c -- -o.mlp 2>&1") == 0, "%s", output);
	cr_expect_str_eq(output, "");
	cr_expect(access("x.c", R_OK) == 0 && access("x.h", R_OK) == 0);
}

/* --- files ---------------------------- */

Test(cli, definitions_outside_the_folder)
{
	cr_assert(run("mkdir models") == 0);
	put("double.mlp", "activation double(x) = 2 * x\n");
	put("models/m.mlp", "model m\nuse \"../double.mlp\"\ninput x[4]\ntarget t[2]\n"
	    "output y[2] = double(dense(x))\nminimize mse(y, t)\n");
	static const struct said rows[] = {
		{"$MLPC models/m.mlp -o m.c", 1,
		 "models/m.mlp:2:1: error[unsafe-path]: a path in `use` is relative to this file and does "
		 "not leave its folder\n    2 | use \"../double.mlp\"\n      | ^^^^^^^^^^^^^^^^^^^\n"
		 "       help: copy the file beside this one, or allow any path with `--allow-path`\n"},
		{"$MLPC models/m.mlp --allow-path -o m.c", 0, ""},
		{"$MLPC summary models/m.mlp --allow-path | head -n 1 | cut -c 1-7", 0, "model m\n"},
		{"$MLPC train models/m.mlp --allow-path --data none.csv", 3,
		 "mlpc: error: cannot read `none.csv`: No such file or directory\n"},
	};
	CHECK_SAID(rows);
}

Test(cli, files_that_cannot_be_read_or_written)
{
	static const struct said rows[] = {
		{"$MLPC none.mlp", 3,
		 "mlpc: error[cannot-read]: cannot open `none.mlp`: No such file or directory\n"},
		{"$MLPC /", 3, "mlpc: error[cannot-read]: cannot read `/`: Is a directory\n"},
		{"$MLPC $ROOT/models/iris.mlp -o none/x.c", 3,
		 "mlpc: error[system]: cannot write `none/x.h`: No such file or directory\n"},
		{"$MLPC $ROOT/models/iris.mlp -o /proc/x.c", 3,
		 "mlpc: error[system]: cannot write `/proc/x.h`: No such file or directory\n"},
		{"mkdir d.c; $MLPC $ROOT/models/iris.mlp -o d.c", 3,
		 "mlpc: error[system]: cannot write `d.c`: Is a directory\n"},
		{"mkdir e.h; $MLPC $ROOT/models/iris.mlp -o e.c", 3,
		 "mlpc: error[system]: cannot write `e.h`: Is a directory\n"},
		{"TMPDIR=/none $MLPC train --cc='cc -O1' $ROOT/models/iris.mlp --data x", 3,
		 "mlpc: error[system]: cannot make a folder in `/none`: No such file or directory\n"},
		{"$MLPC train $ROOT/models/iris.mlp --data none.csv", 3,
		 "mlpc: error: cannot read `none.csv`: No such file or directory\n"},
		{"$MLPC train $ROOT/models/iris.mlp --data $ROOT/models/data/iris.csv --save none/saved", 3,
		 "mlpc: error: cannot write `none/saved`: No such file or directory\n"},
		{"$MLPC train $ROOT/models/iris.mlp --data $ROOT/models/data/iris.csv --save d.c", 3,
		 "mlpc: error: cannot write `d.c`: not a regular file\n"},
		{"sh -c '$MLPC $ROOT/models/iris.mlp -o - >/dev/full'", 3,
		 "mlpc: error[system]: cannot write `standard output`: No space left on device\n"},
		{"sh -c '$MLPC --help >/dev/full'", 3,
		 "mlpc: error[system]: cannot write `standard output`: No space left on device\n"},
		{"$MLPC train --cc=no-such-compiler $ROOT/models/iris.mlp --data x", 3,
		 "mlpc: error[system]: cannot start the C compiler `no-such-compiler`: No such file or "
		 "directory\n"
		 "       help: install one (`apt-get install gcc`), or name it by --cc or the variable CC\n"},
	};
	CHECK_SAID(rows);
	cr_assert(count_of_files(".") == 2, "the two folders alone are left");
}

Test(cli, a_link_stays_a_link)
{
	cr_expect(run("touch real.c && ln -s real.c x.c && $MLPC $ROOT/models/iris.mlp -o x.c && test -L x.c "
	              "-a -s real.c") == 0);
}

Test(cli, a_compiler_that_fails_is_an_internal_error)
{
	static const struct said rows[] = {
		{"$MLPC train --cc=false $ROOT/models/iris.mlp --data x", 4,
		 "mlpc: error[build]: internal error: `false` could not build the generated program\n"
		 "       help: its messages are above; --keep=DIR keeps the sources for a report\n"},
	};
	CHECK_SAID(rows);
}

/* The same C from everywhere, in a locale with decimal commas, and from standard input but for its name. */
Test(cli, identical_c)
{
	cr_assert(run("cp $ROOT/models/iris.mlp . && $MLPC iris.mlp && mkdir a b c && cd a && $MLPC "
	              "../iris.mlp && "
	              "$MLPC $PWD/../iris.mlp -o ../b/iris.c") == 0);
	cr_expect(run("cmp iris.c a/iris.c && cmp iris.c b/iris.c && cmp iris.h a/iris.h && cmp iris.h "
	              "b/iris.h") == 0);
	cr_expect(run("$MLPC - -o - <iris.mlp | sed 's/standard input/iris.mlp/' | cmp - iris.c") == 0);
	/* its status is not 0 after mere warnings; the locale counts if printf then writes a comma */
	run("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 2>/dev/null");
	cr_assert(run("test \"$(LOCPATH=$PWD LC_ALL=de_DE.UTF-8 bash -c 'printf %.1f 0,5')\" = 0,5") == 0,
	          "there is no locale with a decimal comma");
	cr_expect(run("LOCPATH=$PWD LC_ALL=de_DE.UTF-8 $MLPC iris.mlp -o c/iris.c && cmp iris.c "
	              "c/iris.c") == 0);
	static const char train[] = "$MLPC train iris.mlp --epochs 2 --data $ROOT/models/data/iris.csv "
	                            "2>&1 | grep training:";
	char command[512];
	cr_assert(run(train) == 0, "%s", output);
	char *before = strdup(output);
	snprintf(command, sizeof command, "export LOCPATH=$PWD LC_ALL=de_DE.UTF-8; %s", train);
	cr_assert(run(command) == 0, "%s", output);
	cr_expect_str_eq(output, before);
	free(before);
}

/* --- data ---------------------------- */

static const char HEAD[] = "5.1,3.5,1.4,0.2,a\n4.9,3.0,1.4,0.2,b\n4.7,3.2,1.3,0.2,c\n";

static const struct {
	const char *rows, *text;
} BAD_DATA[] = {
	{"4.6,3.1,1.5,0.2\n", "data.csv:4:16: error: 4 fields, but line 1 has 5\n"
                              "    4 | 4.6,3.1,1.5,0.2\n      |                ^\n"},
	{"4.6,3.1,1.5,0.2,a,9\n", "data.csv:4:19: error: 6 fields, but line 1 has 5\n"
                                  "    4 | 4.6,3.1,1.5,0.2,a,9\n      |                   ^\n"},
	{"4.6,abc,1.5,0.2,a\n",
	 "data.csv:4:5: error: `abc` is no number\n"
	 "    4 | 4.6,abc,1.5,0.2,a\n      |     ^^^\n       help: column 2 is `flower[1]`, a real number\n"},
	{"4.6,3.1,1.5,0.2,d\n", "data.csv:4:17: error: `d` is one class too many for `species`, which has 3\n"
                                "    4 | 4.6,3.1,1.5,0.2,d\n      |                 ^\n       help: the "
                                "classes before it: a, b, c\n"},
};

/* Each bad file is refused, with its place; parameters saved before keep their bytes. */
Test(cli, bad_data)
{
	put("saved", "old");
	for (size_t k = 0; k < sizeof BAD_DATA / sizeof *BAD_DATA; k++) {
		put("data.csv", "%s%s", HEAD, BAD_DATA[k].rows);
		int status = run("$MLPC train $ROOT/models/iris.mlp --data data.csv --save saved 2>&1");
		cr_expect(status == 1, "%zu: %d", k, status);
		cr_expect_str_eq(output, BAD_DATA[k].text, "%s", output);
		cr_expect_str_eq(text_of("saved"), "old");
	}
	static const struct said rows[] = {
		{": >data.csv; $MLPC train $ROOT/models/iris.mlp --data data.csv --save saved", 1,
		 "data.csv: error: the file is empty\n"},
		{"printf '1,2,3,4,x\\n' >data.csv; $MLPC train $ROOT/models/iris.mlp --data "
		 "$ROOT/models/data/iris.csv "
		 "--test data.csv --save saved",
		 1,
		 "data.csv:1:9: error: `x` is no class of `species`\n    1 | 1,2,3,4,x\n      |         ^\n"
		 "       help: the classes: Iris-setosa, Iris-versicolor, Iris-virginica\n"},
	};
	CHECK_SAID(rows);
	cr_expect_str_eq(text_of("saved"), "old");
}

/* Three pictures of four pixels, and what can be wrong with them. */
Test(cli, bad_idx)
{
	put("m.mlp", "model m\ninput p[4]\ntarget d class[2]\noutput y[2] = softmax(dense(p))\n"
	             "minimize cross_entropy(y, d)\n");
	run("printf '\\0\\0\\10\\3\\0\\0\\0\\3\\0\\0\\0\\2\\0\\0\\0\\2abcdefghijkl' >pictures; head -c 20 "
	    "pictures >short;"
	    "printf '\\0\\0\\10\\1\\0\\0\\0\\3\\0\\1\\0' >labels; printf '\\0\\0\\10\\1\\0\\0\\0\\2\\0\\1' "
	    ">two;"
	    "printf '\\0\\0\\10\\1\\0\\0\\0\\3\\0\\1\\11' >nine; gzip -c labels | head -c 20 >torn.gz; "
	    "printf old >saved");
	static const struct said rows[] = {
		{"$MLPC train m.mlp --epochs 1 --quiet --data pictures --labels labels", 0, ""},
		{"$MLPC train m.mlp --save saved --data short --labels labels", 1,
		 "short: error: cut short: the header promises 12 bytes of values, 4 follow (byte 20)\n"},
		{"$MLPC train m.mlp --save saved --data pictures --labels two", 1,
		 "two: error: 2 rows, but `pictures` has 3\n"},
		{"$MLPC train m.mlp --save saved --data pictures --labels nine", 1,
		 "nine: error: `9` is one class too many for `d`, which has 2 (byte 10)\n"
		 "       help: the classes before it: 0, 1\n"},
		{"$MLPC train m.mlp --save saved --data pictures --labels torn.gz", 1,
		 "torn.gz: error: the gzip data are cut short: copy the file again\n"},
		{"$MLPC train m.mlp --save saved --data pictures", 1,
		 "pictures: error: an IDX file holds the inputs alone\n"
		 "       help: give the targets with --labels FILE (--test-labels for the test data)\n"},
	};
	CHECK_SAID(rows);
	cr_expect_str_eq(text_of("saved"), "old");
}

/* --- training ---------------------------- */

Test(cli, colours_reach_the_program)
{
	cr_expect(run("$MLPC train --color=always $ROOT/models/iris.mlp --epochs 1 --data "
	              "$ROOT/models/data/iris.csv") == 0);
	cr_expect(strstr(output, "\033[") != NULL);
	cr_expect(run("$MLPC train $ROOT/models/iris.mlp --epochs 1 --data $ROOT/models/data/iris.csv") == 0);
	cr_expect(strstr(output, "\033[") == NULL && strchr(output, '\r') == NULL);
}

Test(cli, model_or_data_from_standard_input)
{
	cr_expect(run("$MLPC train - --epochs 2 --data $ROOT/models/data/iris.csv <$ROOT/models/iris.mlp") ==
	          0);
	cr_expect(strstr(output, "accuracy 83.33 %") != NULL, "%s", output);
	cr_expect(run("$MLPC train $ROOT/models/iris.mlp --epochs 2 --data - <$ROOT/models/data/iris.csv") ==
	          0);
	cr_expect(strstr(output, "accuracy 83.33 %") != NULL, "%s", output);
}

Test(cli, resume)
{
	cr_expect(run("$MLPC train $ROOT/models/iris.mlp --epochs 1 --data $ROOT/models/data/iris.csv "
	              "--checkpoint c.safetensors --resume") == 0);
	cr_expect(strstr(output, "\nno checkpoint in c.safetensors yet: training begins\n") != NULL, "%s", output);
	cr_expect(run("$MLPC train $ROOT/models/iris.mlp --epochs 2 --data $ROOT/models/data/iris.csv "
	              "--checkpoint c.safetensors --resume") == 0);
	cr_expect(strstr(output, "\nresumed from c.safetensors: 1 of 2 epochs are done\n") != NULL, "%s", output);
	cr_expect(strstr(output, "accuracy 83.33 %") != NULL, "%s", output);
}

/* The loss minimises the input's own reconstruction: the table has no columns of targets. */
Test(cli, autoencoder)
{
	put("a.mlp",
	    "model a\ninput x[3]\nlayer code[1] = dense(x)\noutput y[3] = dense(code)\nminimize mse(y, x)\n"
	    "train { optimizer = adam(rate = 0.05), epochs = 400 }\n");
	put("a.csv", "1,2,3\n2,4,6\n3,6,9\n-1,-2,-3\n");
	cr_assert(run("$MLPC train a.mlp --data a.csv 2>&1") == 0, "%s", output);
	const char *found = strstr(output, "training: loss ");
	cr_assert(found && strtod(found + 15, NULL) < 0.01, "points of a line have a code of one number: %s",
	          output);
}

Test(cli, two_targets_and_a_class_input)
{
	put("t.mlp", "model t\ninput x[1]\ninput day class[3]\ntarget a[1]\ntarget b class[2]\n"
	             "layer h[8] = tanh(dense(concat(x, day)))\noutput p[1] = dense(h)\noutput q[2] = "
	             "softmax(dense(h))\n"
	             "minimize mse(p, a) + cross_entropy(q, b)\ntrain { optimizer = adam(rate = 0.05), "
	             "epochs = 400 }\n");
	put("t.csv", "0.5,0,1,0\n0.1,1,2,1\n0.9,2,3,0\n0.2,0,1,0\n0.4,1,2,1\n");
	cr_assert(run("$MLPC train t.mlp --data t.csv 2>&1") == 0, "%s", output);
	const char *found = strstr(output, "training: loss ");
	cr_assert(found && strtod(found + 15, NULL) < 0.05, "both follow from the day: %s", output);
}

/* Ctrl-C while it trains: status 130, and what was asked for is saved. */
Test(cli, interrupted_training)
{
	put("i.mlp", "model i\ninput x[2]\ntarget t[1]\noutput y[1] = dense(x)\nminimize mse(y, t)\n"
	             "train { epochs = 20000000 }\n");
	put("i.csv", "1,2,3\n2,3,5\n");
	cr_assert(run("$MLPC train i.mlp --data i.csv --epochs 1 --quiet") == 0);
	int status = run("exec bash -c 'set -m; $MLPC train i.mlp --data i.csv --save kept >log 2>&1 & "
	                 "until grep -q ^epoch log; do sleep 0.02; done; kill -INT $!; wait $!' 2>/dev/null");
	cr_expect(status == 130, "%d: %s", status, text_of("log"));
	cr_expect(strstr(text_of("log"), "interrupted ") != NULL, "%s", text_of("log"));
	cr_expect(access("kept", R_OK) == 0);
}

/* Ctrl-C while the C compiler runs: no temporary file and nothing in the cache. The compiler is a script that
 * says when it has begun. */
Test(cli, interrupted_build)
{
	put("slow", "#!/bin/sh\necho >$TMPDIR/left.s\ntouch begun\nexec sleep 60\n");
	int status = run(
		"chmod +x slow; mkdir tmp cache; export TMPDIR=$PWD/tmp XDG_CACHE_HOME=$PWD/cache; "
		"exec bash -c 'set -m; $MLPC train --cc=./slow $ROOT/models/iris.mlp --data x >log 2>&1 & "
		"until [ -e begun ]; do sleep 0.02; done; kill -INT -$!; wait $!' 2>/dev/null");
	cr_expect(status == 130, "%d", status);
	cr_expect(count_of_files("tmp") == 0);
	cr_expect(count_of_files("cache/mlpc") == 0);
}

/* --- the cache ---------------------------- */

#define TRAIN_IRIS "$MLPC train $ROOT/models/iris.mlp --epochs 1 --quiet --data $ROOT/models/data/iris.csv"

/* From the cache it needs no C compiler. */
Test(cli, cached)
{
	static const struct said rows[] = {
		{"XDG_CACHE_HOME=$PWD/a " TRAIN_IRIS, 0, ""},
		{"XDG_CACHE_HOME=$PWD/a PATH=/none " TRAIN_IRIS, 0, ""},
		{"XDG_CACHE_HOME=$PWD/b; export XDG_CACHE_HOME; " TRAIN_IRIS " & " TRAIN_IRIS " & wait", 0,
		 ""},
		{"XDG_CACHE_HOME=$PWD/b PATH=/none " TRAIN_IRIS, 0, ""},
	};
	CHECK_SAID(rows);
	cr_expect(count_of_files("a/mlpc") == 1 && count_of_files("b/mlpc") == 1);
}

Test(cli, without_a_cache)
{
	static const struct said rows[] = {
		{"mkdir tmp; TMPDIR=$PWD/tmp XDG_CACHE_HOME=/proc/none " TRAIN_IRIS, 0, ""},
		{"env -u HOME -u XDG_CACHE_HOME TMPDIR=$PWD/tmp " TRAIN_IRIS, 0, ""},
	};
	CHECK_SAID(rows);
	cr_expect(count_of_files("tmp") == 0);
}

/* --- no shell ---------------------------- */

Test(cli, no_shell)
{
	cr_expect(run("cp $ROOT/models/iris.mlp 'a b;touch owned $(touch owned).mlp'; $MLPC train --save "
	              "'s;touch owned' "
	              "--cc='cc -DX=$(touch${IFS}owned);touch${IFS}owned' 'a b;touch owned $(touch "
	              "owned).mlp' --quiet "
	              "--epochs 1 --data $ROOT/models/data/iris.csv 2>&1") == 0,
	          "%s", output);
	cr_expect(access("owned", F_OK) != 0);
	cr_expect(access("s;touch owned", R_OK) == 0);
	cr_expect(
		run("cd $ROOT && grep -rnwE 'system|popen|wordexp|execl|execlp|execle' compiler runtime "
	            "--include='*.[ch]' | grep '(' | grep -E '\\b(system|popen|wordexp|execl[pe]?) ?\\('") ==
	                1,
		"%s", output);
}

/* --- the summary, and what README.md shows ---------------------------- */

Test(cli, summary)
{
	cr_assert(run("$MLPC summary $ROOT/models/iris.mlp") == 0);
	static const char *const parts[] = {
		"model iris\n",
		"\n  input     flower                   [4] standardize\n",
		"\n  target    species                  class[3]\n",
		"\n  layer     hidden                   [16]                                   80\n",
		"\n  output    probability              [3]                                    51\n",
		"\n131 parameters, ",
		"\nminimize cross_entropy(probability, species)\n",
		"\ntrain    adam(rate = 0.01), batch 30, epochs 100, seed 7\n",
		"\nupdates  in the loops of their gradients: all\n",
		"\n             556  the network: parameters and statistics\n",
		"\n           1 048    + states of the optimiser\n",
	};
	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
		cr_expect(strstr(output, parts[k]) != NULL, "%s%s", parts[k], output);
	cr_expect(run("$MLPC summary --json $ROOT/models/iris.mlp") == 0);
	cr_expect(strstr(output, "\"parameters\":131,") && strstr(output, "\"state_bytes\":1048,"), "%s",
	          output);
}

/* A norm of all gradients is known when the last of them is. */
Test(cli, summary_of_updates)
{
	put("m.mlp", "model m\ninput x[4]\ntarget t[4]\nlayer h[4] = tanh(dense(x))\noutput y[4] = dense(h)\n"
	             "minimize mse(y, t)\ntrain { clip = norm(1) }\n");
	cr_assert(run("$MLPC summary m.mlp") == 0);
	cr_expect(strstr(output, "\nupdates  in the loops of their gradients: none\n"), "%s", output);
}

/* The sizes of the summary are those that the C compiler finds. */
Test(cli, summary_bytes)
{
	put("sizes.c",
	    "#include \"iris.h\"\n#include <stdio.h>\nint main(void) { printf(\"\\\"net_bytes\\\":%%zu,"
	    "\\\"work_bytes\\\":%%zu,\\\"training_bytes\\\":%%zu,\", sizeof(struct iris), "
	    "sizeof(struct iris_work), sizeof(struct iris_training)); }\n");
	cr_assert(run("$MLPC $ROOT/models/iris.mlp && cc -I$ROOT/runtime sizes.c -o sizes && ./sizes") == 0);
	char *sizes = strdup(output);
	cr_expect(run("$MLPC summary --json $ROOT/models/iris.mlp") == 0 && strstr(output, sizes), "%s\n%s",
	          sizes, output);
	free(sizes);
}

/* The C program of README.md builds by its command, without warnings, and says what README.md says. */
/* Three outputs for one target: none of them is the one whose error counts. */
Test(cli, several_outputs_have_no_metric)
{
	put("data.csv", "0,1\n1,2\n2,3\n3,5\n4,4\n");
	cr_expect_eq(run("$MLPC train $ROOT/models/custom/quantile.mlp --data data.csv --epochs 2 2>&1"), 0, "%s",
	             output);
	cr_expect(strstr(output, "loss") && !strstr(output, "rmse"), "%s", output);
}

/* The derivation, and the same with a rule switched off: the banner of the C says so. */
Test(cli, explain)
{
	put("m.mlp", "model m\ninput x[2]\ntarget t[1]\noutput y[1] = softplus(dense(x))\nminimize mse(y, t)\n");
	cr_expect_eq(run("$MLPC explain m.mlp"), 0);
	cr_expect(strstr(output, "Rules that fired\n\nlog1pexp  stable, 1 time\n"), "%s", output);
	cr_expect_eq(run("$MLPC explain --no-rules=log1pexp,log1p_of_exp --color=always m.mlp"), 0);
	cr_expect(strstr(output, "\033[1mlog1p_of_sum\033[0m (stable)\n"), "%s", output);
	cr_expect_not(strstr(output, "log1pexp"), "%s", output);
	cr_expect_eq(run("$MLPC explain --latex m.mlp"), 0);
	cr_expect(strstr(output, "\n\\documentclass"), "%s", output);
	cr_expect_eq(run("$MLPC explain --dot m.mlp"), 0);
	cr_expect(strstr(output, "\ndigraph "), "%s", output);
	cr_expect_eq(run("$MLPC explain --rules=exact - < m.mlp"), 0);
	cr_expect_not(strstr(output, "Rules that fired"), "%s", output);
	cr_expect_eq(run("$MLPC m.mlp --rules=exact -o m.c && head -2 m.c"), 0);
	cr_expect(strstr(output, "\n * Options: --rules=exact\n"), "%s", output);
	cr_expect_eq(run("$MLPC m.mlp --no-rules=log1pexp,logistic -o m.c && head -2 m.c"), 0);
	cr_expect(strstr(output, "\n * Options: --no-rules=logistic,log1pexp\n"), "%s", output);
	cr_expect_eq(run("$MLPC m.mlp --rules=exact -o m.c"), 0);
	cr_expect(strstr(text_of("m.c"), "logf("), "%s", text_of("m.c"));
}

Test(cli, readme)
{
	cr_assert(run("awk '/^```c$/ {on = 1; next} /^```/ {on = 0} on' $ROOT/README.md >yours.c && test -s "
	              "yours.c && "
	              "$MLPC $ROOT/models/iris.mlp -o iris.c && "
	              "cc -O3 -Wall -Wextra -Werror -I$ROOT/runtime iris.c yours.c $BUILD/libmlp.a -lm "
	              "-o yours 2>&1") == 0,
	          "%s", output);
	cr_expect(run("./yours") == 0);
	char *printed = strdup(output);
	printed[strcspn(printed, "\n")] = '\0';
	setenv("PRINTED", printed, 1);
	cr_expect(printed[0] && run("grep -qF \"$PRINTED\" $ROOT/README.md") == 0, "%s", printed);
	free(printed);
}
