/* Malformed data given to a training run: each the expected message, and the parameter file that is there stays as
 * it is, alone. */
#include <dirent.h>

#include "host/train.h"
#include "people_fixture.h"

TestSuite(data_files, .init = enter_directory, .fini = leave_directory);

static const char KEPT[] = "the parameters of another run";

/* Runs with these options, saving over KEPT; the messages. */
static char *run(const struct mlp_network *network, struct mlp_options options, int *status)
{
	char *out, *err;
	size_t out_length, err_length;
	FILE *out_file = open_memstream(&out, &out_length), *err_file = open_memstream(&err, &err_length);
	write_file("kept.safetensors", KEPT, sizeof KEPT);
	options.epochs = options.patience = -1;
	options.save = "kept.safetensors";
	*status = mlp_train_to(network, &options, out_file, err_file);
	fclose(out_file);
	fclose(err_file);
	free(out);
	return err;
}

static void expect_kept(size_t number)
{
	char bytes[sizeof KEPT + 1];
	FILE *file = fopen("kept.safetensors", "rb");
	cr_assert(file);
	cr_expect_eq(fread(bytes, 1, sizeof bytes, file), sizeof KEPT, "file %zu", number);
	cr_expect_eq(memcmp(bytes, KEPT, sizeof KEPT), 0, "file %zu", number);
	fclose(file);
	DIR *directory = opendir(".");
	for (struct dirent *entry; (entry = readdir(directory));)
		cr_expect(strchr(entry->d_name, '.') == entry->d_name || strstr(entry->d_name, ".csv") ||
		          strcmp(entry->d_name, "kept.safetensors") == 0, "file %zu: %s", number, entry->d_name);
	closedir(directory);
}

#define CHOOSE "       help: choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)\n"
#define QUOTES "       help: a quote inside a quoted field is written twice\n"
#define SIZE_0 "       help: column 1 is `size[0]`, a real number\n"
#define SIZE_1 "       help: column 2 is `size[1]`, a real number\n"
#define WORK "       help: column 3 is `work`, a class\n"
#define RICH "       help: column 4 is `rich`, a class\n"
#define PLAIN "       help: tables are plain text in UTF-8 (or IDX files, which begin with two bytes 0)\n"
#define MISSING "       help: `--missing=drop` leaves such rows out, `--missing=mean` fills them in\n"
#define NONE_LEFT "data.csv: error: each row has a missing value: none is left\n" \
                  "       help: `--missing=mean` fills in what inputs lack, but not the targets\n"
#define REFUSE {.missing = MLP_MISSING_ERROR}
#define FILL {.missing = MLP_MISSING_MEAN}
#define NEEDS "`people` needs 4: 3 for inputs, 1 for targets\n"

static const struct {
	const char *text;
	size_t length;
	struct mlp_options options;
	const char *message;
} BAD[] = {
	/* nothing there */
	{TABLE(""), {0}, "data.csv: error: the file is empty\n"},
	{TABLE("\n"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("\r\r\r"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("# 1,2,a,no\n"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("   # 1,2,a,no"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("\xef\xbb\xbf\n\n"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("p,q,w,r"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("p,q,w,r\r\n# none\r\n"), {0}, "data.csv: error: no rows of data\n"},
	{TABLE("1,4,x,y\n"), {.header = MLP_HEADER}, "data.csv: error: no rows of data\n"},
	/* widths */
	{TABLE("1\n"), {0}, "data.csv:1:1: error: 1 columns, but " NEEDS "    1 | 1\n      | ^\n" CHOOSE},
	{TABLE("1,2,a\n"), {0}, "data.csv:1:1: error: 3 columns, but " NEEDS "    1 | 1,2,a\n      | ^\n" CHOOSE
	                        "       help: the first line has: 1, 2, a\n"},
	{TABLE("# c\n1,2,3,4,5\n"), {0}, "data.csv:2:1: error: 5 columns, but " NEEDS "    2 | 1,2,3,4,5\n      | ^\n" CHOOSE},
	{TABLE("\n\n 1,2,3,4,5\n"), {0}, "data.csv:3:1: error: 5 columns, but " NEEDS "    3 |  1,2,3,4,5\n      | ^\n" CHOOSE},
	{TABLE("1,2,a,no\n1,2,a\n"), {0},
	 "data.csv:2:6: error: 3 fields, but line 1 has 4\n    2 | 1,2,a\n      |      ^\n"},
	{TABLE("1,2,a,no\n1,2,a"), {0},
	 "data.csv:2:6: error: 3 fields, but line 1 has 4\n    2 | 1,2,a\n      |      ^\n"
	 "       help: the file ends within this line: if it was cut short, copy it again\n"},
	{TABLE("1,2,a,no\n1,2,a,no,4"), {0},
	 "data.csv:2:10: error: 5 fields, but line 1 has 4\n    2 | 1,2,a,no,4\n      |          ^\n"},
	{TABLE("1,2,a,no\n1,2,a,no,\n"), {0},
	 "data.csv:2:10: error: 5 fields, but line 1 has 4\n    2 | 1,2,a,no,\n      |          ^\n"},
	{TABLE("1,2,a,no\n1,2,\"a,no\"\n"), {0},
	 "data.csv:2:11: error: 3 fields, but line 1 has 4\n    2 | 1,2,\"a,no\"\n      |           ^\n"},
	{TABLE("1,2,a,no\n1;2;a;no\n"), {0},
	 "data.csv:2:9: error: 1 field, but line 1 has 4\n    2 | 1;2;a;no\n      |         ^\n"},
	{TABLE("1 2 a no\n1 2 a b no\n"), {0},
	 "data.csv:2:9: error: 5 fields, but line 1 has 4\n    2 | 1 2 a b no\n      |         ^^\n"},
	{TABLE("1\t2\ta\tno\n1\t2\t\t\tno\n"), {0},
	 "data.csv:2:7: error: 5 fields, but line 1 has 4\n    2 | 1\t2\t\t\tno\n      |  \t \t\t\t^^\n"},
	{TABLE("# a\np,q,w,r\n\n1,2,a,no\n# b\n1,2\n"), {0},
	 "data.csv:6:4: error: 2 fields, but line 2 has 4\n    6 | 1,2\n      |    ^\n"},
	{TABLE("1,2,a,no\r\n1,2\r\n"), {0}, "data.csv:2:4: error: 2 fields, but line 1 has 4\n    2 | 1,2\n      |    ^\n"},
	{TABLE("1,2,a,no\r1,2\r"), {0}, "data.csv:2:4: error: 2 fields, but line 1 has 4\n    2 | 1,2\n      |    ^\n"},
	{TABLE("1,2,\"a\nb\nc\",no\n1,2\n"), {.inputs = "1-2,4", .target = "4"},
	 "data.csv:4:4: error: 2 fields, but line 1 has 4\n    4 | 1,2\n      |    ^\n"},
	{TABLE("1,2,a,no\n3,4,b,yes\n---\n"), {0},
	 "data.csv:3:4: error: 1 field, but line 1 has 4\n    3 | ---\n      |    ^\n"},
	/* numbers */
	{TABLE("1,2,a,no\n1,1.2.3,a,no\n"), {0},
	 "data.csv:2:3: error: `1.2.3` is no number\n    2 | 1,1.2.3,a,no\n      |   ^^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,12e,a,no\n"), {0},
	 "data.csv:2:3: error: `12e` is no number\n    2 | 1,12e,a,no\n      |   ^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,--2,a,no\n"), {0},
	 "data.csv:2:3: error: `--2` is no number\n    2 | 1,--2,a,no\n      |   ^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,2 3,a,no\n"), {0},
	 "data.csv:2:3: error: `2 3` is no number\n    2 | 1,2 3,a,no\n      |   ^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,0x10,a,no\n"), {0},
	 "data.csv:2:3: error: `0x10` is no number\n    2 | 1,0x10,a,no\n      |   ^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,1_000,a,no\n"), {0},
	 "data.csv:2:3: error: `1_000` is no number\n    2 | 1,1_000,a,no\n      |   ^^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,\"1,000\",a,no\n"), {0},
	 "data.csv:2:4: error: `1,000` is no number\n    2 | 1,\"1,000\",a,no\n      |    ^^^^^\n" SIZE_1
	 "       help: the decimal sign is a point\n"},
	{TABLE("1,2,a,no\n1,$5,a,no\n"), {0},
	 "data.csv:2:3: error: `$5` is no number\n    2 | 1,$5,a,no\n      |   ^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,5%,a,no\n"), {0},
	 "data.csv:2:3: error: `5%` is no number\n    2 | 1,5%,a,no\n      |   ^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,true,a,no\n"), {0},
	 "data.csv:2:3: error: `true` is no number\n    2 | 1,true,a,no\n      |   ^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,-,a,no\n"), {0}, "data.csv:2:3: error: `-` is no number\n    2 | 1,-,a,no\n      |   ^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,none,a,no\n"), {0},
	 "data.csv:2:3: error: `none` is no number\n    2 | 1,none,a,no\n      |   ^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,inf,a,no\n"), {0},
	 "data.csv:2:3: error: `inf` is no number\n    2 | 1,inf,a,no\n      |   ^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,1e400,a,no\n"), {0},
	 "data.csv:2:3: error: `1e400` is too large\n    2 | 1,1e400,a,no\n      |   ^^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,-3.5e38,a,no\n"), {0},
	 "data.csv:2:3: error: `-3.5e38` is too large\n    2 | 1,-3.5e38,a,no\n      |   ^^^^^^^\n" SIZE_1},
	{TABLE("1,2,a,no\n1,\xd9\xa3,a,no\n"), {0},
	 "data.csv:2:3: error: `\xd9\xa3` is no number\n    2 | 1,\xd9\xa3,a,no\n      |   ^\n" SIZE_1},
	{TABLE("1,2,a,no\n2024-01-05,2,a,no\n"), {0},
	 "data.csv:2:1: error: `2024-01-05` is no number\n    2 | 2024-01-05,2,a,no\n      | ^^^^^^^^^^\n" SIZE_0},
	{TABLE("1,2,a,no\n1,'2',a,no\n"), {0},
	 "data.csv:2:3: error: `'2'` is no number\n    2 | 1,'2',a,no\n      |   ^^^\n" SIZE_1},
	/* quotes and bytes */
	{TABLE("1,2,\"a,no\n1,2,a,no\n"), {0},
	 "data.csv:1:5: error: this quoted field is never closed\n    1 | 1,2,\"a,no\n      |     ^\n" QUOTES},
	{TABLE("1,2,a,\"no"), {0},
	 "data.csv:1:7: error: this quoted field is never closed\n    1 | 1,2,a,\"no\n      |       ^\n" QUOTES},
	{TABLE("1,2,a,\""), {0},
	 "data.csv:1:7: error: this quoted field is never closed\n    1 | 1,2,a,\"\n      |       ^\n" QUOTES},
	{TABLE("1,2,a,\"\"\""), {0},
	 "data.csv:1:7: error: this quoted field is never closed\n    1 | 1,2,a,\"\"\"\n      |       ^\n" QUOTES},
	{TABLE("1,2,\"a\" b,no\n"), {0},
	 "data.csv:1:9: error: text after the closing quote of a field\n    1 | 1,2,\"a\" b,no\n      |         ^\n" QUOTES},
	{TABLE("1,2,\"a\"\"\" \"b\",no\n"), {0},
	 "data.csv:1:11: error: text after the closing quote of a field\n"
	 "    1 | 1,2,\"a\"\"\" \"b\",no\n      |           ^\n" QUOTES},
	{TABLE("1,2,a,n\0o\n"), {0}, "data.csv:1:8: error: a byte 0 in a text file\n    1 | 1,2,a,n?o\n      |        ^\n" PLAIN},
	{TABLE("1,2,\"a\0\",no\n"), {0},
	 "data.csv:1:7: error: a byte 0 in a text file\n    1 | 1,2,\"a?\",no\n      |       ^\n" PLAIN},
	{TABLE("# \0\n1,2,a,no\n"), {0}, "data.csv:1:3: error: a byte 0 in a text file\n    1 | # ?\n      |   ^\n" PLAIN},
	{TABLE("\0"), {0}, "data.csv:1:1: error: a byte 0 in a text file\n    1 | ?\n      | ^\n" PLAIN},
	{TABLE("1,2,a,no\n\0\0\0\0"), {0}, "data.csv:2:1: error: a byte 0 in a text file\n    2 | ????\n      | ^\n" PLAIN},
	{TABLE("1,2,\xc0\xaf,no\n"), {0},
	 "data.csv:1:5: error: this name of a class is not printable UTF-8 text\n    1 | 1,2,\xc0\xaf,no\n      |     ^\n"},
	{TABLE("1,2,a\x01,no\n"), {0},
	 "data.csv:1:5: error: this name of a class is not printable UTF-8 text\n    1 | 1,2,a?,no\n      |     ^^\n"},
	{TABLE("1,2,\"a\tb\",no\n"), {0},
	 "data.csv:1:6: error: this name of a class is not printable UTF-8 text\n"
	 "    1 | 1,2,\"a\tb\",no\n      |      ^^^\n"},
	{TABLE("1,2,\"a\r\nb\",no\n"), {0},
	 "data.csv:1:6: error: this name of a class is not printable UTF-8 text\n    1 | 1,2,\"a\n      |      ^\n"},
	/* missing values */
	{TABLE("1,2,?,no\n"), {0}, NONE_LEFT},
	{TABLE("1,2,a,\n,2,a,no\n"), {0}, NONE_LEFT},
	{TABLE("1,2,a,?\n1,2,b,NA\n"), FILL, NONE_LEFT},
	{TABLE("1,2,a,no\n1,?,a,yes\n"), REFUSE,
	 "data.csv:2:3: error: the value is missing\n    2 | 1,?,a,yes\n      |   ^\n" SIZE_1 MISSING},
	{TABLE("1,2,a,no\n1,2, ,yes\n"), REFUSE,
	 "data.csv:2:6: error: the value is missing\n    2 | 1,2, ,yes\n      |      ^\n" WORK MISSING},
	{TABLE("1,2,a,no\n1,2,b,\n"), REFUSE,
	 "data.csv:2:7: error: the value is missing\n    2 | 1,2,b,\n      |       ^\n" RICH MISSING},
	{TABLE("1,2,a,no\n1,2,\"null\",yes\n"), REFUSE,
	 "data.csv:2:6: error: the value is missing\n    2 | 1,2,\"null\",yes\n      |      ^^^^\n" WORK MISSING},
	{TABLE("1,?,a,no\n3,,b,yes\n"), FILL,
	 "mlpc: error: `size[1]` has no value in the rows that are trained\n"
	 "       help: leave it out of the model, or the rows: `--missing=drop`\n"},
	{TABLE("1,2,NA,no\n3,4,na,yes\n"), FILL,
	 "mlpc: error: `work` has no value in the rows that are trained\n"
	 "       help: leave it out of the model, or the rows: `--missing=drop`\n"},
	/* classes */
	{TABLE("1,2,a,no\n1,2,b,yes\n1,2,c,maybe\n"), {0},
	 "data.csv:3:7: error: `maybe` is one class too many for `rich`, which has 2\n"
	 "    3 | 1,2,c,maybe\n      |       ^^^^^\n       help: the classes before it: no, yes\n"},
	{TABLE("1,2,a,no\n1,2,b,no\n1,2,c,no\n1,2,d,no\n"), {0},
	 "data.csv:4:5: error: `d` is one class too many for `work`, which has 3\n"
	 "    4 | 1,2,d,no\n      |     ^\n       help: the classes before it: a, b, c\n"},
	{TABLE("1,2,a,0\n1,2,a,1\n1,2,a,2\n"), {0},
	 "data.csv:3:7: error: `2` is one class too many for `rich`, which has 2\n"
	 "    3 | 1,2,a,2\n      |       ^\n       help: the classes before it: 0, 1\n"},
	{TABLE("2,3,no,yes\n1,2,a,0\n1,2,b,7\n"), {0},
	 "data.csv:3:7: error: `7` is no class of `rich`\n    3 | 1,2,b,7\n      |       ^\n"
	 "       help: the classes: no, yes\n"},
	/* choices of columns */
	{TABLE("1,2,a,no\n"), {.inputs = "1-2"}, "mlpc: error: --inputs names 2 columns, but `people` needs 3\n"},
	{TABLE("1,2,3,4\n"), {.inputs = "1,2,2"},
	 "data.csv:1:1: error: 2 columns are left over, but `people` needs 1 more\n    1 | 1,2,3,4\n      | ^\n" CHOOSE},
	{TABLE("1,2,a,no\n"), {.inputs = "1-2,7"},
	 "mlpc: error: --inputs: `data.csv` has no column `7`\n       help: it has 4 columns: 1, 2, a, no\n"},
	{TABLE("1,2,3,4\n"), {.target = "9999999999999999999999"},
	 "mlpc: error: --target: `data.csv` has no column `9999999999999999999999`\n"
	 "       help: it has 4 columns, numbered from 1, and no header line\n"},
	{TABLE("p,q,w,r\n1,2,a,no\n"), {.target = "R"},
	 "mlpc: error: --target: `data.csv` has no column `R`\n       help: it has 4 columns: p, q, w, r\n"},
	{TABLE("p,q,w,r\n1,2,a,no\n"), {.target = "r", .header = MLP_NO_HEADER},
	 "mlpc: error: --target: `data.csv` has no column `r`\n       help: it has 4 columns: p, q, w, r\n"},
	{TABLE("p,q,w,r\n1,2,a,no\n"), {.header = MLP_NO_HEADER},
	 "data.csv:1:1: error: `p` is no number\n    1 | p,q,w,r\n      | ^\n" SIZE_0},
	{TABLE("p,q,w,r\n1,2,a,no\n"), {.separator = ';'},
	 "data.csv:1:1: error: 1 columns, but " NEEDS "    1 | p,q,w,r\n      | ^\n" CHOOSE
	 "       help: the first line has: p,q,w,r\n"},
	/* other files */
	{TABLE("\x1f\x8b"), {0}, "data.csv: error: the gzip data are cut short: copy the file again\n"},
	{TABLE("\x1f\x8b\x08\0\0\0\0\0\0\3\x01\x05\0"), {0}, "data.csv: error: the gzip data are cut short: copy the file again\n"},
	{TABLE("\x93NUMPY\1\0"), {0}, "data.csv: error: a .npy file holds the inputs alone\n"
	 "       help: give the targets with --labels FILE (--test-labels for the test data)\n"},
	{TABLE("\0\0\x08\3"), {0}, "data.csv: error: an IDX file holds the inputs alone\n"
	 "       help: give the targets with --labels FILE (--test-labels for the test data)\n"},
	{TABLE("PK\3\4\0\0\0\0"), {0}, "data.csv:1:5: error: a byte 0 in a text file\n"
	 "    1 | PK??????\n      |     ^\n" PLAIN},
	{TABLE("\xff\xfe" "1\0,\0"), {0}, "data.csv:1:4: error: a byte 0 in a text file\n"
	 "    1 | \xff\xfe" "1?,?\n      |    ^\n" PLAIN},
};

Test(data_files, malformed)
{
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		struct mlp_options options = BAD[i].options;
		int status;
		options.data = "data.csv";
		write_file("data.csv", BAD[i].text, BAD[i].length);
		char *messages = run(&PEOPLE, options, &status);
		int wanted = strncmp(BAD[i].message, "mlpc: error: --", 15) == 0 ? MLP_BAD_USAGE : MLP_BAD_DATA;
		cr_expect_eq(status, wanted, "file %zu: status %d", i, status);
		cr_expect_str_eq(messages, BAD[i].message, "file %zu:\n%s", i, messages);
		free(messages);
		expect_kept(i);
	}
	cr_expect_geq(sizeof BAD / sizeof *BAD, 80);
}

static const struct { const char *test, *message; struct mlp_options options; } BAD_TEST[] = {
	{"", "test.csv: error: the file is empty\n", {0}},
	{"p,q,w,r\n", "test.csv: error: no rows of data\n", {0}},
	{"1,2,a\n", "test.csv:1:1: error: 3 columns, but " NEEDS "    1 | 1,2,a\n      | ^\n" CHOOSE
	 "       help: the first line has: 1, 2, a\n", {0}},
	{"1,2,z,no\n", "test.csv:1:5: error: `z` is no class of `work`\n    1 | 1,2,z,no\n      |     ^\n"
	               "       help: the classes: a, b\n", {0}},
	{"1,2,A,no\n", "test.csv:1:5: error: `A` is no class of `work`\n    1 | 1,2,A,no\n      |     ^\n"
	               "       help: the classes: a, b\n", {0}},
	{"1,2,a,No\n", "test.csv:1:7: error: `No` is no class of `rich`\n    1 | 1,2,a,No\n      |       ^^\n"
	               "       help: the classes: no, yes\n", {0}},
	{"1,2,a,.\n", "test.csv:1:7: error: `.` is no class of `rich`\n    1 | 1,2,a,.\n      |       ^\n"
	              "       help: the classes: no, yes\n", {0}},
	{"1,2,a,1\n", "test.csv:1:7: error: `1` is no class of `rich`\n    1 | 1,2,a,1\n      |       ^\n"
	              "       help: the classes: no, yes\n", {0}},
	{"1,?,a,no\n", "test.csv:1:3: error: the value is missing\n    1 | 1,?,a,no\n      |   ^\n" SIZE_1 MISSING, REFUSE},
	{"1,2,a,?\n", "test.csv: error: each row has a missing value: none is left\n"
	              "       help: `--missing=mean` fills in what inputs lack, but not the targets\n", FILL},
	{"1,2e99,a,no\n", "test.csv:1:3: error: `2e99` is too large\n    1 | 1,2e99,a,no\n      |   ^^^^\n" SIZE_1, {0}},
};

Test(data_files, malformed_test_data)
{
	write_file("data.csv", TABLE("1,2,a,no\n3,4,b,yes\n"));
	for (size_t i = 0; i < sizeof BAD_TEST / sizeof *BAD_TEST; i++) {
		struct mlp_options options = BAD_TEST[i].options;
		int status;
		options.data = "data.csv";
		options.test = "test.csv";
		write_file("test.csv", BAD_TEST[i].test, strlen(BAD_TEST[i].test));
		char *messages = run(&PEOPLE, options, &status);
		cr_expect_eq(status, MLP_BAD_DATA, "file %zu: status %d", i, status);
		cr_expect_str_eq(messages, BAD_TEST[i].message, "file %zu:\n%s", i, messages);
		free(messages);
		expect_kept(i);
	}
}
