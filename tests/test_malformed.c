/* Tables and IDX files that cannot be read: the messages about them. */
#include "host_fixture.h"

TestSuite(malformed, .init = enter_directory, .fini = leave_directory);

#define CHOOSE "       help: choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)\n"
#define QUOTES "       help: a quote inside a quoted field is written twice\n"
#define COLUMN_2 "       help: column 2 is `flower[1]`, a real number\n"
#define MISSING "       help: `--missing=drop` leaves such rows out, `--missing=mean` fills them in\n"
#define ERROR {.missing = MLP_MISSING_ERROR}
#define NONE_LEFT "data.csv: error: each row has a missing value: none is left\n" \
                  "       help: `--missing=mean` fills in what inputs lack, but not the targets\n"

static const struct {
	const char *text;
	size_t length;
	struct mlp_options options;
	int status;
	const char *message;
} BAD[] = {
	{TABLE(""), {0}, 1, "data.csv: error: the file is empty\n"},
	{TABLE("\n \n\t\n"), {0}, 1, "data.csv: error: no rows of data\n"},
	{TABLE("a,b,c,d,e\n"), {0}, 1, "data.csv: error: no rows of data\n"},
	{TABLE("\xef\xbb\xbf"), {0}, 1, "data.csv: error: no rows of data\n"},
	{TABLE("1,2,3,4,0\n1,2,3,4\n"), {0}, 1,
	 "data.csv:2:8: error: 4 fields, but line 1 has 5\n    2 | 1,2,3,4\n      |        ^\n"},
	{TABLE("1,2,3,4,0\n1,2,3,4,0,6,7\n"), {0}, 1,
	 "data.csv:2:11: error: 7 fields, but line 1 has 5\n    2 | 1,2,3,4,0,6,7\n      |           ^^^\n"},
	{TABLE("1,2,3,4,0\n\n7\n"), {0}, 1,
	 "data.csv:3:2: error: 1 field, but line 1 has 5\n    3 | 7\n      |  ^\n"},
	{TABLE("1,2,3,4,0\n1,2,3,4,0,\n"), {0}, 1,
	 "data.csv:2:11: error: 6 fields, but line 1 has 5\n    2 | 1,2,3,4,0,\n      |           ^\n"},
	{TABLE("1,2,3,4\n"), {0}, 1,
	 "data.csv:1:1: error: 4 columns, but `flowers` needs 5: 4 for inputs, 1 for targets\n"
	 "    1 | 1,2,3,4\n      | ^\n" CHOOSE},
	{TABLE("id,a,b,c,d,e\n1,2,3,4,5,0\n"), {0}, 1,
	 "data.csv:1:1: error: 6 columns, but `flowers` needs 5: 4 for inputs, 1 for targets\n"
	 "    1 | id,a,b,c,d,e\n      | ^\n" CHOOSE "       help: the first line has: id, a, b, c, d, e\n"},
	{TABLE("1,2,3,4,0\n1,x,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `x` is no number\n    2 | 1,x,3,4,0\n      |   ^\n" COLUMN_2},
	{TABLE("1,x,3,4,0\n"), {.header = MLP_NO_HEADER}, 1,
	 "data.csv:1:3: error: `x` is no number\n    1 | 1,x,3,4,0\n      |   ^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\r\n1,2..5,3,4,0\r\n"), {0}, 1,
	 "data.csv:2:3: error: `2..5` is no number\n    2 | 1,2..5,3,4,0\n      |   ^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\r1,0x1p3,3,4,0\r"), {0}, 1,
	 "data.csv:2:3: error: `0x1p3` is no number\n    2 | 1,0x1p3,3,4,0\n      |   ^^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,nan,3,4,0\n"), ERROR, 1,
	 "data.csv:2:3: error: the value is missing\n    2 | 1,nan,3,4,0\n      |   ^^^\n" COLUMN_2 MISSING},
	{TABLE("1,2,3,4,0\n1,nan0,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `nan0` is no number\n    2 | 1,nan0,3,4,0\n      |   ^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,-inf,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `-inf` is no number\n    2 | 1,-inf,3,4,0\n      |   ^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,1e39,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `1e39` is too large\n    2 | 1,1e39,3,4,0\n      |   ^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,-1e999,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `-1e999` is too large\n    2 | 1,-1e999,3,4,0\n      |   ^^^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,\"2\"\"\",3,4,0\n"), {0}, 1,
	 "data.csv:2:4: error: `2\"\"` is no number\n    2 | 1,\"2\"\"\",3,4,0\n      |    ^^^\n" COLUMN_2},
	{TABLE("1;2;3;4;0\n1;2,5;3;4;0\n"), {0}, 1,
	 "data.csv:2:3: error: `2,5` is no number\n    2 | 1;2,5;3;4;0\n      |   ^^^\n" COLUMN_2
	 "       help: the decimal sign is a point\n"},
	{TABLE("1,2,3,4,0\n1,,3,4,0\n"), ERROR, 1,
	 "data.csv:2:3: error: the value is missing\n    2 | 1,,3,4,0\n      |   ^\n" COLUMN_2 MISSING},
	{TABLE("1,?,3,4,0\n"), ERROR, 1,
	 "data.csv:1:3: error: the value is missing\n    1 | 1,?,3,4,0\n      |   ^\n" COLUMN_2 MISSING},
	{TABLE("1,NA,3,4,0\n"), ERROR, 1,
	 "data.csv:1:3: error: the value is missing\n    1 | 1,NA,3,4,0\n      |   ^^\n" COLUMN_2 MISSING},
	{TABLE("1,2,3,4,0\n1,2,3,4,?\n"), ERROR, 1,
	 "data.csv:2:9: error: the value is missing\n    2 | 1,2,3,4,?\n      |         ^\n"
	 "       help: column 5 is `species`, a class\n" MISSING},
	{TABLE("1,?,3,4,0\n"), {0}, 1, NONE_LEFT},
	{TABLE("1,2,3,4,?\n1,2,3,4,NA\n"), {.missing = MLP_MISSING_MEAN}, 1, NONE_LEFT},
	{TABLE("1,2,3,4,a\n1,2,3,4,b\n1,2,3,4,c\n1,2,3,4,d\n"), {0}, 1,
	 "data.csv:4:9: error: `d` is one class too many for `species`, which has 3\n"
	 "    4 | 1,2,3,4,d\n      |         ^\n       help: the classes before it: a, b, c\n"},
	{TABLE("1,2,3,4,0\n1,2,3,4,1\n1,2,3,4,2\n1,2,3,4,3\n"), {0}, 1,
	 "data.csv:4:9: error: `3` is one class too many for `species`, which has 3\n"
	 "    4 | 1,2,3,4,3\n      |         ^\n       help: the classes before it: 0, 1, 2\n"},
	{TABLE("1,2,3,4,\xff\xfe\n"), {0}, 1,
	 "data.csv:1:9: error: this name of a class is not printable UTF-8 text\n    1 | 1,2,3,4,\xff\xfe\n      |         ^^\n"},
	{TABLE("1,2,3,4,\"a\nb\"\n"), {0}, 1,
	 "data.csv:1:10: error: this name of a class is not printable UTF-8 text\n    1 | 1,2,3,4,\"a\n      |          ^\n"},
	{TABLE("1,2,3,4,\"a\n1,2,3,4,b\n"), {0}, 1,
	 "data.csv:1:9: error: this quoted field is never closed\n    1 | 1,2,3,4,\"a\n      |         ^\n" QUOTES},
	{TABLE("1,2,3,4,0\n1,2,3,4,\"a\"b\n"), {0}, 1,
	 "data.csv:2:12: error: text after the closing quote of a field\n"
	 "    2 | 1,2,3,4,\"a\"b\n      |            ^\n" QUOTES},
	{TABLE("1,2,3,4,0\n1,2,\0,4,0\n"), {0}, 1,
	 "data.csv:2:5: error: a byte 0 in a text file\n    2 | 1,2,?,4,0\n      |     ^\n"
	 "       help: tables are plain text in UTF-8 (or IDX files, which begin with two bytes 0)\n"},
	{TABLE("1\t2\t3\t4\t0\n1\tx\t3\t4\t0\n"), {0}, 1,
	 "data.csv:2:3: error: `x` is no number\n    2 | 1\tx\t3\t4\t0\n      |  \t^\n" COLUMN_2},
	{TABLE("1,2,3,4,\xc3\xa9\n\xc3\xa9,2,3,4,b\n"), {0}, 1,
	 "data.csv:2:1: error: `\xc3\xa9` is no number\n    2 | \xc3\xa9,2,3,4,b\n      | ^\n"
	 "       help: column 1 is `flower[0]`, a real number\n"},
	{TABLE("1,2,3,4,\xc3\xa9\n5,\xc3\xa9x,3,4,b\n"), {0}, 1,
	 "data.csv:2:3: error: `\xc3\xa9x` is no number\n    2 | 5,\xc3\xa9x,3,4,b\n      |   ^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,\x1b[31m,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `?[31m` is no number\n    2 | 1,?[31m,3,4,0\n      |   ^^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n1,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `abcdefghijklmnopqrstuvwxyzabcdefghijklmn…` is no number\n"
	 "    2 | 1,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz,3,4,0\n"
	 "      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n" COLUMN_2},
	{TABLE("1,2,3,4,0\n"), {.inputs = "1-3"}, 2, "mlpc: error: --inputs names 3 columns, but `flowers` needs 4\n"},
	{TABLE("1,2,3,4,0\n"), {.target = "4,5"}, 2, "mlpc: error: --target names 2 columns, but `flowers` needs 1\n"},
	{TABLE("1,2,3,4,0\n"), {.target = "6"}, 2,
	 "mlpc: error: --target: `data.csv` has no column `6`\n"
	 "       help: it has 5 columns, numbered from 1, and no header line\n"},
	{TABLE("1,2,3,4,0\n"), {.target = "0"}, 2,
	 "mlpc: error: --target: `data.csv` has no column `0`\n"
	 "       help: it has 5 columns, numbered from 1, and no header line\n"},
	{TABLE("a,b,c,d,e\n1,2,3,4,0\n"), {.inputs = "a,b,c,x"}, 2,
	 "mlpc: error: --inputs: `data.csv` has no column `x`\n       help: it has 5 columns: a, b, c, d, e\n"},
	{TABLE("a,b,c,d,e\n1,2,3,4,0\n"), {.inputs = "4-1"}, 2,
	 "mlpc: error: --inputs: `data.csv` has no column `4-1`\n       help: it has 5 columns: a, b, c, d, e\n"},
	{TABLE("1,2,3,4,5,0\n"), {.inputs = "1-4"}, 1,
	 "data.csv:1:1: error: 6 columns, but `flowers` needs 5: 4 for inputs, 1 for targets\n"
	 "    1 | 1,2,3,4,5,0\n      | ^\n" CHOOSE},
	{TABLE("1,2,3,4,0\n"), {.test = "test.csv"}, 3,
	 "mlpc: error: cannot read `test.csv`: No such file or directory\n"},
	{TABLE("\x1f\x8b\x08\0\0\0\0\0\0\3"), {0}, 1, "data.csv: error: the gzip data are cut short: copy the file again\n"},
	{TABLE("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff\xff\xff"), {0}, 1,
	 "data.csv: error: the gzip data are damaged: copy the file again\n"},
	{TABLE("\0\0\x08\x01\0\0\0\1\1"), {0}, 1,
	 "data.csv: error: an IDX file holds the inputs alone\n"
	 "       help: give the targets with --labels FILE (--test-labels for the test data)\n"},
};

Test(malformed, tables)
{
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		struct mlp_options options = BAD[i].options;
		struct reading reading;
		options.data = "data.csv";
		write_file("data.csv", BAD[i].text, BAD[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, BAD[i].status, "file %zu: status %d", i, reading.status);
		cr_expect_str_eq(reading.text, BAD[i].message, "file %zu:\n%s", i, reading.text);
		free_reading(&reading);
	}
}

static const struct {
	const char *test, *message;
} BAD_TEST[] = {
	{"1,2,3,4,a\n1,2,3,4,x\n", "test.csv:2:9: error: `x` is no class of `species`\n"
	                           "    2 | 1,2,3,4,x\n      |         ^\n       help: the classes: a, b\n"},
	{"1,2,3,4,0\n", "test.csv:1:9: error: `0` is no class of `species`\n"
	                "    1 | 1,2,3,4,0\n      |         ^\n       help: the classes: a, b\n"},
};

Test(malformed, test_data_with_other_labels)
{
	write_file("data.csv", TABLE("1,2,3,4,a\n1,2,3,4,b\n"));
	struct mlp_options options = {.data = "data.csv", .test = "test.csv"};
	for (size_t i = 0; i < sizeof BAD_TEST / sizeof *BAD_TEST; i++) {
		struct reading reading;
		write_file("test.csv", BAD_TEST[i].test, strlen(BAD_TEST[i].test));
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, MLP_BAD_DATA);
		cr_expect_str_eq(reading.text, BAD_TEST[i].message, "%s", reading.text);
		free_reading(&reading);
	}
	struct reading reading;
	write_file("data.csv", TABLE("1,2,3,4,0\n1,2,3,4,1\n"));
	write_file("test.csv", TABLE("1,2,3,4,2\n1,2,3,4,3\n"));
	read_files(&reading, &FLOWERS, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	cr_expect_str_eq(reading.text, "test.csv:2:9: error: `3` is no class of `species`, which are 0 to 2\n"
	                               "    2 | 1,2,3,4,3\n      |         ^\n", "%s", reading.text);
	free_reading(&reading);
}

static const struct {
	const char *text;
	size_t length;
	const char *message;
} BAD_IDX[] = {
	{TABLE("\0\0"), "images.idx: error: cut short: an IDX file begins with four bytes (byte 2)\n"},
	{TABLE("\0\0\x08"), "images.idx: error: cut short: an IDX file begins with four bytes (byte 3)\n"},
	{TABLE("\0\0\x07\x02\0\0\0\1\0\0\0\4" "abcd"),
	 "images.idx: error: 0x07 is no type of IDX values (byte 2)\n"
	 "       help: the types are 0x08 to 0x0e: ubyte, byte, short, int, float, double\n"},
	{TABLE("\0\0\x0a\x02\0\0\0\1\0\0\0\4" "abcd"),
	 "images.idx: error: 0x0a is no type of IDX values (byte 2)\n"
	 "       help: the types are 0x08 to 0x0e: ubyte, byte, short, int, float, double\n"},
	{TABLE("\0\0\x08\0"), "images.idx: error: an IDX file without dimensions (byte 3)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\1\0\0\0"), "images.idx: error: cut short: 2 dimensions need 12 bytes (byte 11)\n"},
	{TABLE("\0\0\x08\xff\0\0\0\1"), "images.idx: error: cut short: 255 dimensions need 1024 bytes (byte 8)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\0\0\0\0\4"), "images.idx: error: dimension 1 is 0 (byte 4)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\1\0\0\0\0"), "images.idx: error: dimension 2 is 0 (byte 8)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\2\0\0\0\4" "abcd"),
	 "images.idx: error: cut short: the header promises 8 bytes of values, 4 follow (byte 16)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\1\0\0\0\4" "abcde"),
	 "images.idx: error: 1 bytes follow the 4 that the header promises (byte 16)\n"},
	{TABLE("\0\0\x08\x02\xff\xff\xff\xff\0\0\0\4" "abcd"),
	 "images.idx: error: cut short: the header promises 17179869180 bytes of values, 4 follow (byte 16)\n"},
	{TABLE("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\4" "abcd"),
	 "images.idx: error: the product of the dimensions is too large (byte 12)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\2\0\0\0\2" "abcd"), "images.idx: error: 2 values a row, but `flower` has 4\n"},
	{TABLE("\0\0\x08\x03\0\0\0\1\0\0\0\3\0\0\0\2" "abcdef"),
	 "images.idx: error: 6 values a row (3 x 2), but `flower` has 4\n"},
	{TABLE("\0\0\x08\x01\0\0\0\4" "abcd"), "images.idx: error: 1 value a row, but `flower` has 4\n"},
	{TABLE("\0\0\x0d\x02\0\0\0\1\0\0\0\4" "\0\0\0\0\x7f\xc0\0\0\0\0\0\0\0\0\0\0"),
	 "images.idx: error: row 1 has the value nan (byte 16)\n"},
	{TABLE("\0\0\x0d\x02\0\0\0\1\0\0\0\4" "\0\0\0\0\x7f\x80\0\0\0\0\0\0\0\0\0\0"),
	 "images.idx: error: row 1 has the value inf (byte 16)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\2\0\0\0\4" "abcdefgh"), "labels.idx: error: 1 rows, but `images.idx` has 2\n"},
};

Test(malformed, idx)
{
	write_file("labels.idx", TABLE("\0\0\x08\x01\0\0\0\1\2"));
	for (size_t i = 0; i < sizeof BAD_IDX / sizeof *BAD_IDX; i++) {
		struct mlp_options options = {.data = "images.idx", .labels = "labels.idx"};
		struct reading reading;
		write_file("images.idx", BAD_IDX[i].text, BAD_IDX[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, MLP_BAD_DATA, "file %zu", i);
		cr_expect_str_eq(reading.text, BAD_IDX[i].message, "file %zu:\n%s", i, reading.text);
		free_reading(&reading);
	}
}

static const struct {
	const char *text;
	size_t length;
	const char *message;
} BAD_LABELS[] = {
	{TABLE("\0\0\x08\x01\0\0\0\2\0\3"), "\n"},
	{TABLE("\0\0\x08\x01\0\0\0\4\0\1\2\3"),
	 "labels.idx: error: `3` is one class too many for `species`, which has 3 (byte 11)\n"
	 "       help: the classes before it: 0, 1, 2\n"},
	{TABLE("\0\0\x0d\x01\0\0\0\2" "\0\0\0\0\x3f\0\0\0"), "labels.idx: error: 0.5 is no number of a class (byte 12)\n"},
	{TABLE("\0\0\x08\x02\0\0\0\1\0\0\0\2\0\0"), "labels.idx: error: 2 values a row, but `species` has 1\n"},
};

Test(malformed, idx_labels)
{
	write_file("images.idx", TABLE("\0\0\x08\x02\0\0\0\2\0\0\0\4" "abcdefgh"));
	for (size_t i = 0; i < sizeof BAD_LABELS / sizeof *BAD_LABELS; i++) {
		struct mlp_options options = {.data = "images.idx", .labels = "labels.idx"};
		struct reading reading;
		bool well = strcmp(BAD_LABELS[i].message, "\n") == 0;   /* 0 and 3 are two of three classes */
		write_file("labels.idx", BAD_LABELS[i].text, BAD_LABELS[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, well ? MLP_WELL : MLP_BAD_DATA, "file %zu", i);
		cr_expect_str_eq(reading.text ? reading.text : "", well ? "" : BAD_LABELS[i].message,
		                 "file %zu:\n%s", i, reading.text);
		free_reading(&reading);
	}
}

/* Long lines are shown as a window around the place. */
Test(malformed, long_line)
{
	struct mlp_options options = {.data = "data.csv", .separator = ',', .inputs = "1-4", .target = "1"};
	struct reading reading;
	FILE *file = fopen("data.csv", "w");
	for (int row = 0; row < 2; row++) {
		for (int i = 0; i < 100000; i++)
			fprintf(file, "%s%d", i ? "," : "", i % 3);
		fprintf(file, row ? ",extra\n" : "\n");
	}
	fclose(file);
	read_files(&reading, &FLOWERS, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	cr_expect_str_eq(reading.text,
	                 "data.csv:2:200001: error: 100001 fields, but line 1 has 100000\n"
	                 "    2 | …1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,1,2,0,extra\n"
	                 "      |                                                              ^^^^^\n",
	                 "%s", reading.text);
	free_reading(&reading);
}
