/* Tables and IDX files: what is read. */
#include <float.h>
#include <zlib.h>

#include "host/number.h"
#include "host_fixture.h"

TestSuite(readers, .init = enter_directory, .fini = leave_directory);

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
		int digits = (int)(mlp_word(3, 0, 0, 0, i) % 24);
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
		{"1.138000000000000000e+00", 1.138}, {"9007199254740992.0", 9007199254740992.0},
		{"9007199254740993.00", 9007199254740992.0}, {"1234567890123456789", 1234567890123456789.0},
		{"99999999999999999990", 99999999999999999990.0}, {"0.1000000000000000055511151231257827", 0.1},
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
	{TABLE("2,6,zero\nx,1.5,-2,y,3e1,.25,0\n,5,6,,7,8,2\n"), {.inputs = "2-3,5-6", .target = "7"}},
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
