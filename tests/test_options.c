/* The options of a training run: what they set, which are refused and how, and the help. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"

enum { MOST_ARGUMENTS = 12 };

/* The status and what was printed on the standard error, in a process of its own. */
static int parse(struct mlp_options *options, char **arguments, char *text, size_t room)
{
	int count = 0, pipes[2], before = dup(STDERR_FILENO);
	while (arguments[count])
		count++;
	cr_assert(pipe(pipes) == 0);
	dup2(pipes[1], STDERR_FILENO);
	bool well = mlp_parse_options(options, count, arguments);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(pipes[1]);
	close(before);
	ssize_t length = read(pipes[0], text, room - 1);
	text[length > 0 ? length : 0] = '\0';
	close(pipes[0]);
	return well ? 0 : options->status;
}

static const struct {
	char *arguments[MOST_ARGUMENTS];
	const char *message;
} BAD_OPTIONS[] = {
	{{"p"}, "no data: give them with `--data FILE`"},
	{{"p", "--dta", "x"}, "unknown option `--dta`; did you mean `--data`?"},
	{{"p", "--data=x", "--ephocs=3"}, "unknown option `--ephocs`; did you mean `--epochs`?"},
	{{"p", "--data=x", "--qiuet"}, "unknown option `--qiuet`; did you mean `--quiet`?"},
	{{"p", "--data=x", "--colour=never"}, "unknown option `--colour`; did you mean `--color`?"},
	{{"p", "--data=x", "--frobnicate"}, "unknown option `--frobnicate`; `--help` lists them"},
	{{"p", "--data=x", "-q"}, "unknown option `-q`; `--help` lists them"},
	{{"p", "--data"}, "`--data` needs a value"},
	{{"p", "--data="}, "--data is empty"},
	{{"p", "--data=x", "--quiet=1"}, "`--quiet` takes no value"},
	{{"p", "--data=x", "y"}, "unexpected argument `y`"},
	{{"p", "--data=x", "--epochs=ten"}, "--epochs takes a whole number, not `ten`"},
	{{"p", "--data=x", "--epochs=-1"}, "--epochs takes a whole number, not `-1`"},
	{{"p", "--data=x", "--epochs=2147483648"}, "--epochs takes a whole number, not `2147483648`"},
	{{"p", "--data=x", "--patience=1.5"}, "--patience takes a whole number, not `1.5`"},
	{{"p", "--data=x", "--seed=18446744073709551616"},
         "--seed takes a whole number below 2^64, not `18446744073709551616`"},
	{{"p", "--data=x", "--split=1"}, "--split takes a fraction from 0 to below 1, not `1`"},
	{{"p", "--data=x", "--split=nan"}, "--split takes a fraction from 0 to below 1, not `nan`"},
	{{"p", "--data=x", "--separator=e"},
         "--separator takes a character that stands in no number, not `e`"},
	{{"p", "--data=x", "--separator=::"},
         "--separator takes a character that stands in no number, not `::`"},
	{{"p", "--data=x", "--color=maybe"}, "--color takes auto, always or never, not `maybe`"},
	{{"p", "--data=x", "--test-labels=y"}, "`--test-labels` without `--test`"},
	{{"p", "--data=x", "--labels=y", "--test=z"},
         "`--test` needs `--test-labels`, as the training data do"},
	{{"p", "--data=x", "--resume"}, "`--resume` without `--checkpoint FILE`: where from?"},
	{{"p", "--data=x", "--checkpoint-steps=5"}, "`--checkpoint-steps` without `--checkpoint FILE`"},
	{{"p", "--data=x", "--checkpoint=y", "--checkpoint-steps=often"},
         "--checkpoint-steps takes a whole number, not `often`"},
	{{"p", "--data=x", "--checkpoint=y", "--save=y"}, "`--checkpoint` and `--save` name the same file"},
	{{"p", "--data=x", "--log=x"}, "`--log` and `--data` name the same file"},
	{{"p", "--data=models/data/iris.csv", "--report=./models/data/iris.csv"},
	 "`--report` and `--data` name the same file"},
	{{"p", "--data=x", "--checkpiont=y"}, "unknown option `--checkpiont`; did you mean `--checkpoint`?"},
};

Test(options, refused)
{
	for (size_t i = 0; i < sizeof BAD_OPTIONS / sizeof *BAD_OPTIONS; i++) {
		struct mlp_options options;
		char *arguments[MOST_ARGUMENTS], text[512], wanted[512];
		memcpy(arguments, BAD_OPTIONS[i].arguments, sizeof arguments);
		snprintf(wanted, sizeof wanted, "mlpc: error: %s\n", BAD_OPTIONS[i].message);
		cr_expect_eq(parse(&options, arguments, text, sizeof text), MLP_BAD_USAGE, "case %zu", i);
		cr_expect_str_eq(text, wanted, "case %zu: %s", i, text);
	}
}

Test(options, read)
{
	char *arguments[] = {"p",
	                     "--data",
	                     "d",
	                     "--test=t",
	                     "--epochs",
	                     "12",
	                     "--seed=18446744073709551615",
	                     "--split",
	                     "0.25",
	                     "--inputs",
	                     "1-4",
	                     "--target=y",
	                     "--no-header",
	                     "--separator=tab",
	                     "--quiet",
	                     "--color=never",
	                     "--patience=0",
	                     "--save=s",
	                     "--load=l",
	                     "--checkpoint=c",
	                     "--checkpoint-steps=100",
	                     "--resume",
	                     NULL};
	struct mlp_options options;
	char text[256];
	cr_assert_eq(parse(&options, arguments, text, sizeof text), 0, "%s", text);
	cr_expect_str_eq(options.data, "d");
	cr_expect_str_eq(options.test, "t");
	cr_expect_eq(options.epochs, 12);
	cr_expect(options.seed_given && options.seed == UINT64_MAX);
	cr_expect_eq(options.split, 0.25);
	cr_expect_str_eq(options.inputs, "1-4");
	cr_expect_str_eq(options.target, "y");
	cr_expect_eq(options.header, MLP_NO_HEADER);
	cr_expect_eq(options.separator, '\t');
	cr_expect(options.quiet && options.color == MLP_COLOR_NEVER);
	cr_expect_eq(options.patience, 0);
	cr_expect_str_eq(options.save, "s");
	cr_expect_str_eq(options.load, "l");
	cr_expect_null(options.labels);
	cr_expect_str_eq(options.checkpoint, "c");
	cr_expect(options.checkpoint_steps == 100 && options.resume);
	char *fewer[] = {"p", "--data=x", NULL};
	cr_assert_eq(parse(&options, fewer, text, sizeof text), 0);
	cr_expect(options.epochs == -1 && options.patience == -1 && !options.seed_given &&
	          options.split == 0 && !options.checkpoint && options.checkpoint_steps == 0 && !options.resume);
}

/* Every option of the table is in the help, and nothing else is. */
Test(options, help)
{
	char text[512], name[64];
	for (const char *at = mlp_command_help(MLP_TRAIN); (at = strstr(at, "--")); at++) {
		size_t length = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
		snprintf(name, sizeof name, "--%.*s", (int)length, at + 2);
		char *arguments[] = {"p", name, "1", NULL};
		struct mlp_options options;
		if (strcmp(name, "--help") == 0)
			continue;
		parse(&options, arguments, text, sizeof text);
		cr_expect_not(strstr(text, "unknown option"), "%s: %s", name, text);
		at += length;
	}
}
