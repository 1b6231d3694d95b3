/* Tables and IDX files: what is read, and the messages about what cannot be. */
#include <float.h>
#include <zlib.h>

#include "host/number.h"
#include "host_fixture.h"

TestSuite(readers, .init = enter_directory, .fini = leave_directory);
TestSuite(malformed, .init = enter_directory, .fini = leave_directory);

#define TABLE(text) (text), sizeof(text) - 1

static float flower(const struct reading *reading, int row, int k)
{
	return (float)mlp_part_real(&reading->data.parts[0], sizeof(float),
	                            (size_t)(row * FLOWER_INPUTS + k));
}

static int species(const struct reading *reading, int row)
{
	return mlp_part_class(&reading->data.parts[1], (size_t)row);
}

/* -- Numbers ---------------------------------------------------------------------------------------- */

Test(numbers, agree_with_strtod)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char text[64];
	for (uint32_t i = 0; i < 200000; i++) {
		static const char *const FORMATS[] = {"%.*e", "%.*f", "%.*g"};
		double scale = pow(10, (int)(mlp_word(1, 0, 0, 0, i) % 40) - 20);
		double number = mlp_normal(2, 0, 0, 0, i) * scale, value;
		int digits = (int)(mlp_word(3, 0, 0, 0, i) % 20);
		snprintf(text, sizeof text, FORMATS[i % 3], digits, number);
		cr_assert(mlp_parse_number(text, strlen(text), c_locale, &value), "%s", text);
		cr_assert_eq(value, strtod(text, NULL), "%s gives %.17g", text, value);
	}
	freelocale(c_locale);
}

Test(numbers, forms)
{
	static const struct { const char *text; double value; } GOOD[] = {
		{"0", 0}, {"-0", -0.0}, {"+1.5", 1.5}, {".5", 0.5}, {"5.", 5}, {"1e3", 1000}, {"1E-2", 0.01},
		{"123456789012345678", 123456789012345678.0}, {"1e22", 1e22}, {"1e23", 1e23}, {"4.9e-324", 4.9e-324},
		{"0.000000000000000000000000000000001", 1e-33}, {"00012", 12}, {"9007199254740993", 9007199254740992.0},
		{"1e-99999999999", 0}, {"1e99999999999", INFINITY}};
	static const char *const BAD[] = {"",     "+",   "-",   ".",     "e5",       "1e",  "1e+", "1.2.3",
	                                  "0x10", "inf", "nan", "NaN",   "Infinity", "1,5", "1 2", " 1",
	                                  "1 ",   "--1", "1d5", "1_000", "0b1",      "1f"};
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double value;
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
		cr_assert(mlp_parse_number(GOOD[i].text, strlen(GOOD[i].text), c_locale, &value), "%s",
		          GOOD[i].text);
		cr_expect_eq(value, GOOD[i].value, "%s", GOOD[i].text);
		cr_expect_eq(signbit(value), signbit(GOOD[i].value), "%s", GOOD[i].text);
	}
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		cr_expect_not(mlp_parse_number(BAD[i], strlen(BAD[i]), c_locale, &value), "%s", BAD[i]);
	freelocale(c_locale);
}

/* -- Tables ----------------------------------------------------------------------------------------- */

/* All of these hold the rows (1.5, -2, 3e1, .25; class 0) and (5, 6, 7, 8; class 2). */
static const struct {
	const char *text;
	size_t length;
	struct mlp_options options;
} SAME[] = {
	{TABLE("1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {0}},
	{TABLE("1.5,-2,3e1,.25,0\n5,6,7,8,2"), {0}},
	{TABLE("1.5,-2,3e1,.25,0\r\n5,6,7,8,2\r\n"), {0}},
	{TABLE("1.5,-2,3e1,.25,0\r5,6,7,8,2\r"), {0}},
	{TABLE("\xef\xbb\xbf" "1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {0}},
	{TABLE("\n\n  \n1.5,-2,3e1,.25,0\n\n\t\n5,6,7,8,2\n\n"), {0}},
	{TABLE("1.5;-2;3e1;.25;0\n5;6;7;8;2\n"), {0}},
	{TABLE("1.5\t-2\t3e1\t.25\t0\n5\t6\t7\t8\t2\n"), {0}},
	{TABLE("  1.5  -2 3e1 \t .25 0  \n5 6 7 8 2\n"), {0}},
	{TABLE(" 1.5 , -2,3e1 ,.25,  0 \n5,6,7,8,2\n"), {0}},
	{TABLE("\"1.5\",\"-2\" ,3e1, \".25\",\"0\"\n5,6,7,8,2\n"), {0}},
	{TABLE("1.5|-2|3e1|.25|0\n5|6|7|8|2\n"), {.separator = '|'}},
	{TABLE("a,b,c,d,e\n1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {0}},
	{TABLE("\"a, \"\"x\"\"\",b,\"c\nc\",d,e\n1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {0}},
	{TABLE("1,2,3,4,5\n1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {.header = MLP_HEADER}},
	{TABLE("2,4,zero,one,two\n1.5,-2,3e1,.25,0\n5,6,7,8,2\n"), {0}},
	{TABLE("2,9,zero\nx,1.5,-2,y,3e1,.25,0\n,5,6,,7,8,2\n"), {.inputs = "2-3,5-6", .target = "7"}},
	{TABLE("k,a,b,c,d,e\n0,1.5,-2,3e1,.25,q\n2,5,6,7,8,q\n"), {.inputs = "a,b,c,d", .target = "k"}},
	{TABLE("k,a,b,c,d\n0,1.5,-2,3e1,.25\n2,5,6,7,8\n"), {.target = "k"}},
	{TABLE("0,1.5,-2,3e1,.25\n2,5,6,7,8\n"), {.target = "1"}},
	{TABLE("0,1.5,-2,3e1,.25\n2,5,6,7,8\n"), {.inputs = "2-5"}},
	{TABLE("0,3e1,.25,-2,1.5\n2,7,8,6,5\n"), {.inputs = "5, 4, 2-3", .target = "1"}},
	{TABLE("1.5,-2,3e1,.25,0.0\n5,6,7,8,02\n"), {0}},
	{TABLE("p;\"q\"\"q\";r;s;t\n1.5;-2;3e1;.25;0\n5;6;7;8;2\n"), {.inputs = "p,q\"q,r,s", .target = "t"}},
};

Test(readers, the_same_rows_in_many_forms)
{
	static const float WANTED[2][FLOWER_INPUTS] = {{1.5f, -2, 30, 0.25f}, {5, 6, 7, 8}};
	for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
		struct mlp_options options = SAME[i].options;
		struct reading reading;
		options.data = "data.csv";
		write_file("data.csv", SAME[i].text, SAME[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_expect_str_empty(reading.text ? reading.text : "", "file %zu: %s", i, reading.text);
		cr_assert_eq(reading.status, MLP_WELL, "file %zu", i);
		cr_assert_eq(reading.data.rows, 2, "file %zu", i);
		for (int k = 0; k < 2 * FLOWER_INPUTS; k++)
			cr_expect_eq(flower(&reading, k / 4, k % 4), WANTED[k / 4][k % 4],
			             "file %zu, value %d", i, k);
		cr_expect_eq(species(&reading, 0), 0, "file %zu", i);
		cr_expect_eq(species(&reading, 1), 2, "file %zu", i);
		free_reading(&reading);
	}
}

/* Class labels that are not 0 … K-1 are sorted: by value if all are numbers, else by bytes. */
static const struct {
	const char *labels[3];
	int classes[3];
	const char *names[3];   /* NULL: as numbers */
} LABELS[] = {
	{{"2", "0", "1"}, {2, 0, 1}, {NULL}},
	{{"2", "2", "1"}, {2, 2, 1}, {NULL}},
	{{"3", "1", "2"}, {2, 0, 1}, {"1", "2", "3"}},
	{{"10", "9", "-1"}, {2, 1, 0}, {"-1", "9", "10"}},
	{{"4", "2", "4"}, {1, 0, 1}, {"2", "4", NULL}},
	{{"0.5", "1.5", "0.25"}, {1, 2, 0}, {"0.25", "0.5", "1.5"}},
	{{"b", "a", "C"}, {2, 1, 0}, {"C", "a", "b"}},
	{{"10", "9", "x"}, {0, 1, 2}, {"10", "9", "x"}},
	{{"\"say \"\"hi\"\", \"", "\xc3\xa9t\xc3\xa9", "a b"}, {1, 2, 0}, {"a b", "say \"hi\", ", "\xc3\xa9t\xc3\xa9"}},
	{{"1.0", "2", "01"}, {1, 2, 1}, {NULL}},
	{{"5.0", "6", "5"}, {0, 1, 0}, {"5", "6", NULL}},
};

Test(readers, class_labels)
{
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++) {
		char text[256];
		const char *const *labels = LABELS[i].labels;
		int length = snprintf(text, sizeof text, "1,2,3,4,%s\n1,2,3,4,%s\n1,2,3,4,%s\n", labels[0],
		                      labels[1], labels[2]);
		struct mlp_options options = {.data = "data.csv", .test = "data.csv"};
		struct reading reading;
		write_file("data.csv", text, (size_t)length);
		read_files(&reading, &FLOWERS, &options);
		cr_assert_eq(reading.status, MLP_WELL, "case %zu: %s", i, reading.text);
		const struct mlp_labels *found = &reading.reader.labels[1];
		cr_expect_eq(found->as_numbers, LABELS[i].names[0] == NULL, "case %zu", i);
		for (int k = 0; k < 3; k++) {
			cr_expect_eq(species(&reading, k), LABELS[i].classes[k], "case %zu, label %d", i, k);
			cr_expect_eq(mlp_part_class(&reading.test.parts[1], (size_t)k), LABELS[i].classes[k],
			             "case %zu", i);
			if (LABELS[i].names[k])
				cr_expect_str_eq(found->names[k], LABELS[i].names[k], "case %zu", i);
		}
		free_reading(&reading);
	}
}

Test(readers, reals_in_double_and_a_file_of_targets)
{
	struct mlp_options options = {.data = "x.csv", .labels = "t.csv"};
	struct reading reading;
	write_file("x.csv", TABLE("value\n0.1\n1e300\n"));
	write_file("t.csv", TABLE("7\n-8\n"));
	read_files(&reading, &LINE_FIT, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_expect_eq(reading.data.rows, 2);
	cr_expect_eq(mlp_part_real(&reading.data.parts[0], 8, 0), 0.1);
	cr_expect_eq(mlp_part_real(&reading.data.parts[0], 8, 1), 1e300);
	cr_expect_eq(mlp_part_real(&reading.data.parts[1], 8, 1), -8);
	free_reading(&reading);
}

Test(readers, gzip_and_many_rows)
{
	enum { ROWS = 5000 };
	gzFile file = gzopen("data.csv.gz", "wb");
	for (int i = 0; i < ROWS; i++)
		gzprintf(file, "%d,%d,%d,0.5,%d\n", i, -i, i * 3, i % 3);
	gzclose(file);
	struct mlp_options options = {.data = "data.csv.gz"};
	struct reading reading;
	read_files(&reading, &FLOWERS, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_assert_eq(reading.data.rows, ROWS);
	for (int i = 0; i < ROWS; i++) {
		cr_assert_eq(flower(&reading, i, 2), (float)(i * 3));
		cr_assert_eq(species(&reading, i), i % 3);
	}
	free_reading(&reading);
}

/* Commas as decimal signs in the locale of the user change nothing. */
Test(readers, other_locales)
{
	static const char *const LOCALES[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C.UTF-8"};
	for (size_t i = 0; i < sizeof LOCALES / sizeof *LOCALES; i++)
		if (setlocale(LC_ALL, LOCALES[i]))
			break;
	struct mlp_options options = {.data = "data.csv"};
	struct reading reading;
	write_file("data.csv", TABLE("1.5,0.12345678901234567890,3,4,0\n"));
	read_files(&reading, &FLOWERS, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_expect_eq(flower(&reading, 0, 0), 1.5f);
	cr_expect_eq(flower(&reading, 0, 1), 0.12345678901234567890f);
	free_reading(&reading);
}

/* -- IDX -------------------------------------------------------------------------------------------- */


Test(readers, idx_types)
{
	static const struct { const char *text; size_t length; float values[4]; } FILES[] = {
		{TABLE("\0\0\x08\x02\0\0\0\1\0\0\0\4" "\0\1\x80\xff"), {0, 1, 128, 255}},
		{TABLE("\0\0\x09\x02\0\0\0\1\0\0\0\4" "\0\1\x80\xff"), {0, 1, -128, -1}},
		{TABLE("\0\0\x0b\x03\0\0\0\1\0\0\0\2\0\0\0\2" "\0\1\1\0\x80\0\xff\xff"), {1, 256, -32768, -1}},
		{TABLE("\0\0\x0c\x02\0\0\0\1\0\0\0\4" "\0\0\0\1\0\1\0\0\x80\0\0\0\xff\xff\xff\xff"),
		 {1, 65536, -2147483648.0f, -1}},
		{TABLE("\0\0\x0d\x02\0\0\0\1\0\0\0\4" "\x3f\x80\0\0\xc0\0\0\0\0\0\0\0\x3e\x80\0\0"), {1, -2, 0, 0.25f}},
		{TABLE("\0\0\x0e\x02\0\0\0\1\0\0\0\4" "\x3f\xf0\0\0\0\0\0\0" "\xc0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
		       "\x3f\xd0\0\0\0\0\0\0"), {1, -2, 0, 0.25f}}};
	write_file("labels.idx", TABLE("\0\0\x08\x01\0\0\0\1\2"));
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		struct mlp_options options = {.data = "images.idx", .labels = "labels.idx"};
		struct reading reading;
		write_file("images.idx", FILES[i].text, FILES[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_assert_eq(reading.status, MLP_WELL, "file %zu: %s", i, reading.text);
		cr_assert_eq(reading.data.rows, 1);
		for (int k = 0; k < 4; k++)
			cr_expect_eq(flower(&reading, 0, k), FILES[i].values[k], "file %zu, value %d", i, k);
		cr_expect_eq(species(&reading, 0), 2);
		free_reading(&reading);
	}
}

/* -- Messages --------------------------------------------------------------------------------------- */

#define CHOOSE "       help: choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)\n"
#define QUOTES "       help: a quote inside a quoted field is written twice\n"
#define COLUMN_2 "       help: column 2 is `flower[1]`, a real number\n"
#define MISSING "       help: missing values are not supported: fill them in, or leave the line out\n"

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
	{TABLE("1,2,3,4,0\n1,nan,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: `nan` is no number\n    2 | 1,nan,3,4,0\n      |   ^^^\n" COLUMN_2},
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
	{TABLE("1,2,3,4,0\n1,,3,4,0\n"), {0}, 1,
	 "data.csv:2:3: error: the value is missing\n    2 | 1,,3,4,0\n      |   ^\n" COLUMN_2 MISSING},
	{TABLE("1,?,3,4,0\n"), {0}, 1,
	 "data.csv:1:3: error: the value is missing\n    1 | 1,?,3,4,0\n      |   ^\n" COLUMN_2 MISSING},
	{TABLE("1,NA,3,4,0\n"), {0}, 1,
	 "data.csv:1:3: error: the value is missing\n    1 | 1,NA,3,4,0\n      |   ^^\n" COLUMN_2 MISSING},
	{TABLE("1,2,3,4,0\n1,2,3,4,?\n"), {0}, 1,
	 "data.csv:2:9: error: the value is missing\n    2 | 1,2,3,4,?\n      |         ^\n"
	 "       help: column 5 is `species`, a class\n" MISSING},
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
	{TABLE("\x1f\x8b\x08\0\0\0\0\0\0\3"), {0}, 1, "data.csv: error: the gzip data are cut short\n"},
	{TABLE("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff\xff\xff"), {0}, 1,
	 "data.csv: error: the gzip data are damaged\n"},
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
