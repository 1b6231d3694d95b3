/* Tables that are read in a stream: rows over the borders of the window, places in messages, several files. */
#include <zlib.h>

#include "host/intake.h"
#include "host/rows.h"
#include "people_fixture.h"
#include "support.h"

TestSuite(streams, .init = enter_directory, .fini = leave_directory);

/* -- Random tables --------------------------------------------------------------------------------- */

struct sheet {
	char *text;
	size_t length;
	int rows;
	double *sizes;    /* [rows][2] */
	int *work, *rich;
};

static const char *const WORK_QUOTED[] = {"a", "\"b\nc\"", "\"d \"\"e\"\", f\""};

static void put_line_end(FILE *file, struct random *random)
{
	static const char *const ENDS[] = {"\n", "\r\n", "\r", "\n\n", "\r\n \r\n", "\n# comment, \"1\n", "\r\r#\r"};
	fputs(ENDS[random_below(random, 7)], file);
}

static struct sheet make_sheet(struct random *random, int rows)
{
	struct sheet sheet = {.rows = rows, .sizes = malloc((size_t)rows * 2 * sizeof(double)),
	                      .work = malloc((size_t)rows * sizeof(int)), .rich = malloc((size_t)rows * sizeof(int))};
	FILE *file = open_memstream(&sheet.text, &sheet.length);
	fputs("# made for a test\np,q,w,r", file);
	for (int i = 0; i < rows; i++) {
		put_line_end(file, random);
		for (int k = 0; k < 2; k++) {
			sheet.sizes[2 * i + k] = random_between(random, -1e3, 1e3);
			fprintf(file, random_below(random, 2) ? " %.17g ," : "\"%.17g\",", sheet.sizes[2 * i + k]);
		}
		sheet.work[i] = random_below(random, 3);
		sheet.rich[i] = random_below(random, 2);
		fprintf(file, "%s ,%s", WORK_QUOTED[sheet.work[i]], sheet.rich[i] ? "yes" : "no");
	}
	fputs(random_below(random, 2) ? "\n" : "", file);
	fclose(file);
	return sheet;
}

static void free_sheet(struct sheet *sheet)
{
	free(sheet->text);
	free(sheet->sizes);
	free(sheet->work);
	free(sheet->rich);
}

static void compare(const struct sheet *sheet, const struct mlp_dataset *data, int first, int rows)
{
	for (int i = 0; i < rows; i++) {
		for (int k = 0; k < 2; k++)
			cr_assert_eq((float)mlp_part_real(&data->parts[0], 4, (size_t)(2 * i + k)),
			             (float)sheet->sizes[2 * (first + i) + k], "row %d", first + i);
		if (data->parts[1].port->classes > 0)
			cr_assert_eq(mlp_part_class(&data->parts[1], (size_t)i), sheet->work[first + i], "row %d",
			             first + i);
		if (data->parts[2].values)
			cr_assert_eq(mlp_part_class(&data->parts[2], (size_t)i), sheet->rich[first + i], "row %d",
			             first + i);
	}
}

/* Names of classes hold no line ends: the text of b is another here. */
static void plain_names(struct sheet *sheet)
{
	for (char *at = sheet->text; (at = strstr(at, "\"b\nc\"")); at += 5)
		memcpy(at, "\"b c\"", 5);
}

/* From a file, from gzip, and from the standard input. */
Test(streams, random_tables)
{
	struct random random = random_new();
	for (int run = 0; run < 12; run++) {
		struct sheet sheet = make_sheet(&random, 3000 + random_below(&random, 9000));
		plain_names(&sheet);
		struct mlp_options options = {.data = run % 3 == 1 ? "-" : "data.csv"};
		struct reading reading;
		if (run % 3 == 2) {
			gzFile file = gzopen("data.csv", "wb1");
			cr_assert_eq(gzwrite(file, sheet.text, (unsigned)sheet.length), (int)sheet.length);
			gzclose(file);
		} else {
			write_file("data.csv", sheet.text, sheet.length);
		}
		cr_assert(freopen("data.csv", "rb", stdin));
		read_files(&reading, &PEOPLE, &options);
		cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
		cr_assert_eq(reading.data.rows, sheet.rows);
		compare(&sheet, &reading.data, 0, sheet.rows);
		free_reading(&reading);
		free_sheet(&sheet);
	}
}

/* The window stays small, however long the file and however many rows are asked for. */
Test(streams, memory_is_bounded)
{
	static const char *const NAMES[] = {"a", "b c", "d \"e\", f"};
	struct random random = random_new();
	struct sheet sheet = make_sheet(&random, 100000);
	plain_names(&sheet);
	cr_assert_gt(sheet.length, 4000000);
	write_file("data.csv", sheet.text, sheet.length);
	struct mlp_options options = {.command = MLP_PREDICT};
	struct mlp_messages messages = {.file = stderr};
	struct mlp_reader reader;
	struct mlp_rows rows;
	const struct mlp_dataset *next;
	int seen = 0;
	cr_assert_eq(mlp_reader_open(&reader, &messages, &PEOPLE, &options), MLP_WELL);
	cr_assert(mlp_labels_assign(&reader.labels[1], 3, NAMES));
	cr_assert_eq(mlp_rows_open(&rows, &reader, "data.csv"), MLP_WELL);
	while (mlp_rows_next(&rows, 100, &next) == MLP_WELL && next->rows > 0) {
		compare(&sheet, next, seen, next->rows);
		seen += next->rows;
		cr_assert_leq(rows.intake->csv.room, 1 << 20);
	}
	cr_expect_eq(seen, sheet.rows);
	mlp_rows_close(&rows);
	mlp_reader_close(&reader);
	free_sheet(&sheet);
}

/* -- Messages -------------------------------------------------------------------------------------- */

static const struct { const char *row, *message; } FAULTS[] = {
	{"1,x,a,no\n", "data.csv:60002:3: error: `x` is no number\n60002 | 1,x,a,no\n      |   ^\n"
	               "       help: column 2 is `size[1]`, a real number\n"},
	{"1,2,a\n", "data.csv:60002:6: error: 3 fields, but line 1 has 4\n60002 | 1,2,a\n      |      ^\n"},
	{"1,2,\"a\"b,no\n", "data.csv:60002:8: error: text after the closing quote of a field\n"
	                    "60002 | 1,2,\"a\"b,no\n      |        ^\n"
	                    "       help: a quote inside a quoted field is written twice\n"},
	{"1,2,\"a,no\n", "data.csv:60002:5: error: this quoted field is never closed\n60002 | 1,2,\"a,no\n"
	                 "      |     ^\n       help: a quote inside a quoted field is written twice\n"},
};

Test(streams, places)
{
	for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
		for (int ends = 0; ends < 3; ends++) {
			struct mlp_options options = {.data = "data.csv"};
			struct reading reading;
			FILE *file = fopen("data.csv", "wb");
			fprintf(file, "p,q,w,r%s", (const char *[]){"\n", "\r\n", "\r"}[ends]);
			for (int row = 0; row < 60000; row++)
				fprintf(file, "%d,2,%c,no%s", row, 'a' + row % 3, (const char *[]){"\n", "\r\n", "\r"}[ends]);
			fputs(FAULTS[i].row, file);
			for (int row = 0; row < 60000; row++)
				fputs("1,2,a,yes\n", file);
			fclose(file);
			read_files(&reading, &PEOPLE, &options);
			cr_expect_eq(reading.status, MLP_BAD_DATA);
			cr_expect_str_eq(reading.text, FAULTS[i].message, "%s", reading.text);
			free_reading(&reading);
		}
}

/* A line end of two bytes over the border of the window is one: the first line moves all others byte by byte. */
Test(streams, line_ends_over_the_border)
{
	for (int shift = 0; shift < 10; shift++) {
		struct mlp_options options = {.data = "data.csv"};
		struct reading reading;
		FILE *file = fopen("data.csv", "wb");
		fprintf(file, "#%.*s\r\n", shift, "123456789");
		for (int row = 0; row < 60000; row++)
			fputs("1,2,a,no\r\n", file);
		fputs("1,x,a,no\r\n", file);
		fclose(file);
		read_files(&reading, &PEOPLE, &options);
		cr_expect(strncmp(reading.text, "data.csv:60002:3: error: ", 25) == 0, "%d: %s", shift, reading.text);
		free_reading(&reading);
	}
}

Test(streams, a_byte_0_far_behind)
{
	struct mlp_options options = {.data = "data.csv"};
	struct reading reading;
	FILE *file = fopen("data.csv", "wb");
	for (int row = 0; row < 40000; row++)
		fputs("1,2,a,no\n", file);
	fwrite("1,2,\0,no\n", 1, 9, file);
	fclose(file);
	read_files(&reading, &PEOPLE, &options);
	cr_expect_str_eq(reading.text, "data.csv:40001:5: error: a byte 0 in a text file\n"
	                 "40001 | 1,2,?,no\n      |     ^\n"
	                 "       help: tables are plain text in UTF-8 (or IDX files, which begin with two bytes 0)\n", "%s",
	                 reading.text);
	free_reading(&reading);
}

Test(streams, a_row_without_end)
{
	static char block[1 << 20];
	struct mlp_options options = {.data = "data.csv"};
	struct reading reading;
	memset(block, '7', sizeof block);
	FILE *file = fopen("data.csv", "wb");
	fputs("1,2,a,no\n1,2,\"b", file);
	for (int i = 0; i < 66; i++)
		cr_assert_eq(fwrite(block, 1, sizeof block, file), sizeof block);
	fclose(file);
	read_files(&reading, &PEOPLE, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	static const char BEGINNING[] = "data.csv:2:1: error: this row does not end within 64 MiB\n    2 | 1,2,\"b777";
	static const char END[] = "777…\n      | ^\n       help: is a quote missing that closes a field?\n";
	cr_expect(strncmp(reading.text, BEGINNING, strlen(BEGINNING)) == 0, "%s", reading.text);
	cr_expect(reading.length > strlen(END) &&
	          strcmp(reading.text + reading.length - strlen(END), END) == 0, "%s", reading.text);
	free_reading(&reading);
}

/* -- Several files --------------------------------------------------------------------------------- */

static const struct {
	const char *first, *second, *third, *rows, *message;
} SEVERAL[] = {
	{"p,q,w,r\n1,2,a,no\n", "p,q,w,r\n3,4,b,yes\n", "p,q,w,r\n5,6,c,no\n", "1 2 a > no; 3 4 b > yes; 5 6 c > no", ""},
	{"p,q,w,r\n1,2,a,no\n", "3,4,b,yes\n", "5,6,c,no\n", "1 2 a > no; 3 4 b > yes; 5 6 c > no", ""},
	{"1,2,a,no\n", "3;4;b;yes\n", "5\t6\tc\tno\n", "1 2 a > no; 3 4 b > yes; 5 6 c > no", ""},
	{"1,2,a,no\n", "?,4,b,yes\n", "5,6,c,?\n", "1 2 a > no",
	 "mlpc: note: `1.csv`: 2 rows with missing values are left out\n"},
	{"p,q,w,r\n1,2,a,no\n", "q,p,w,r\n3,4,b,yes\n", "5,6,c,no\n", NULL,
	 "2.csv:1:1: error: a header that is not the one of `1.csv`\n    1 | q,p,w,r\n      | ^\n"},
	{"1,2,a,no\n", "3,4,b,yes\n", "p,q,w,r\n5,6,c,no\n", NULL,
	 "3.csv:1:1: error: a header that is not the one of `1.csv`\n    1 | p,q,w,r\n      | ^\n"},
	{"1,2,a,no\n", "3,4,b,yes,9\n", "5,6,c,no\n", NULL,
	 "2.csv:1:1: error: 5 columns, but `1.csv` has 4\n    1 | 3,4,b,yes,9\n      | ^\n"},
	{"1,2,a,no\n", "3,4,b,yes\n3,4,b\n", "5,6,c,no\n", NULL,
	 "2.csv:2:6: error: 3 fields, but line 1 has 4\n    2 | 3,4,b\n      |      ^\n"},
	{"1,2,a,no\n", "", "5,6,c,no\n", NULL, "2.csv: error: the file is empty\n"},
	{"1,2,a,no\n", "3,4,b,yes\n", "# none\n", NULL, "3.csv: error: no rows of data\n"},
	{"1,2,a,no\n", "3,4,b,maybe\n", "5,6,c,yes\n", NULL,
	 "3.csv:1:7: error: `yes` is one class too many for `rich`, which has 2\n    1 | 5,6,c,yes\n"
	 "      |       ^^^\n       help: the classes before it: no, maybe\n"},
};

Test(streams, several_files)
{
	for (size_t i = 0; i < sizeof SEVERAL / sizeof *SEVERAL; i++) {
		struct mlp_options options = {.data = "1.csv", .more_data = {2, {"2.csv", "3.csv"}}};
		struct reading reading;
		char text[256];
		write_file("1.csv", SEVERAL[i].first, strlen(SEVERAL[i].first));
		write_file("2.csv", SEVERAL[i].second, strlen(SEVERAL[i].second));
		write_file("3.csv", SEVERAL[i].third, strlen(SEVERAL[i].third));
		read_files(&reading, &PEOPLE, &options);
		cr_expect_eq(reading.status, SEVERAL[i].rows ? MLP_WELL : MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(reading.text ? reading.text : "", SEVERAL[i].message, "case %zu: %s", i, reading.text);
		if (SEVERAL[i].rows && reading.status == MLP_WELL)
			cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels),
			                 SEVERAL[i].rows, "case %zu: %s", i, text);
		free_reading(&reading);
	}
}

/* Arrays and tables may follow each other, and so may files of targets. */
Test(streams, several_files_of_targets)
{
	struct mlp_options options = {.data = "1.idx", .more_data = {1, {"2.csv"}}, .labels = "1.txt",
	                              .more_labels = {2, {"2.txt", "3.idx"}}};
	struct reading reading;
	write_file("1.idx", TABLE("\0\0\x08\x02\0\0\0\2\0\0\0\4" "\1\2\3\4" "\5\6\7\x08"));
	write_file("2.csv", TABLE("9,10,11,12\n"));
	write_file("1.txt", TABLE("2\n"));
	write_file("2.txt", TABLE("0\n"));
	write_file("3.idx", TABLE("\0\0\x08\x01\0\0\0\1\1"));
	read_files(&reading, &FLOWERS, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_assert_eq(reading.data.rows, 3);
	for (int k = 0; k < 12; k++)
		cr_expect_eq(mlp_part_real(&reading.data.parts[0], 4, (size_t)k), k + 1);
	static const int CLASSES[] = {2, 0, 1};
	for (int k = 0; k < 3; k++)
		cr_expect_eq(mlp_part_class(&reading.data.parts[1], (size_t)k), CLASSES[k]);
	free_reading(&reading);
}

/* -- Titles ---------------------------------------------------------------------------------------- */

/* Names of classes from a title; the data have their numbers. */
Test(streams, titles)
{
	static const struct { const char *text; int rows; const char *first, *last; } TITLES[] = {
		{"2,4,setosa,versicolor,virginica\n1,2,3,4,0\n1,2,3,4,2\n", 2, "setosa", "virginica"},
		{"2,4,z,y,x\n1,2,3,4,0\n1,2,3,4,2\n", 2, "z", "x"},   /* not sorted */
		{"# title\n\n2,4,z,y,x\n# rows\n1,2,3,4,0\n1,2,3,4,2\n", 2, "z", "x"},
		{"2,4,z,y\n1,2,3,4,0\n1,2,3,4,2\n", 2, NULL, NULL},   /* not as many names as classes */
		{"1,2,3,4,0\n1,2,3,4,2\n", 2, NULL, NULL}};
	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++) {
		struct mlp_options options = {.data = "data.csv", .test = "data.csv"};
		struct reading reading;
		write_file("data.csv", TITLES[i].text, strlen(TITLES[i].text));
		read_files(&reading, &FLOWERS, &options);
		cr_assert_eq(reading.status, MLP_WELL, "case %zu: %s", i, reading.text);
		cr_expect_eq(reading.data.rows, TITLES[i].rows, "case %zu", i);
		cr_expect_eq(mlp_part_class(&reading.data.parts[1], 0), 0, "case %zu", i);
		cr_expect_eq(mlp_part_class(&reading.data.parts[1], 1), 2, "case %zu", i);
		cr_expect_eq(mlp_part_class(&reading.test.parts[1], 1), 2, "case %zu", i);
		char **names = reading.reader.labels[1].names;
		cr_expect_eq(names != NULL, TITLES[i].first != NULL, "case %zu", i);
		if (names && TITLES[i].first) {
			cr_expect_str_eq(names[0], TITLES[i].first);
			cr_expect_str_eq(names[2], TITLES[i].last);
		}
		free_reading(&reading);
	}
}

/* Rows that look like a title, but could be data. */
Test(streams, no_titles)
{
	static const char *const TEXTS[] = {"5,3,a,no\n6,7,b,yes\n", "5,3,a,no\n6,7,b,?\n6,7,b,yes\n"};
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		struct mlp_options options = {.data = "data.csv"};
		struct reading reading;
		write_file("data.csv", TEXTS[i], strlen(TEXTS[i]));
		read_files(&reading, &PEOPLE, &options);
		cr_expect_eq(reading.status, MLP_WELL, "%s", reading.text);
		cr_expect_eq(reading.data.rows, 2);
		free_reading(&reading);
	}
}
