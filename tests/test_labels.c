/* Names of classes: many of them, of all scripts, and bytes that are no text. */
#include "host_fixture.h"

enum { CLASSES = 300, ROWS = 3 * CLASSES };

static struct mlp_port target;
static struct mlp_network network;

static void set_up(void)
{
	enter_directory();
	target = FLOWER_TARGET;
	target.classes = CLASSES;
	network = FLOWERS;
	network.targets = &target;
}

TestSuite(labels, .init = set_up, .fini = leave_directory);

/* Rows of class names in an order of their own; prefixes of each other share their hash's place now and then.
 */
static void put_classes(const char *file, const char *format, int factor)
{
	FILE *csv = fopen(file, "w");
	cr_assert(csv);
	for (int row = 0; row < ROWS; row++) {
		fprintf(csv, "1,2,3,%d,", row);
		fprintf(csv, format, row * factor % CLASSES);
		fputc('\n', csv);
	}
	fclose(csv);
}

/* Classes get their numbers in the order of their names, in whichever order they come. */
Test(labels, many)
{
	static const char *const formats[] = {"k%03d", "%03d x", "\xe8\xaa\x9e%03d", "%d.5",
	                                      "\xf0\x9f\x8c\xb1%03d"};
	for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
		struct mlp_options options = {.data = "data.csv", .test = "test.csv"};
		struct reading reading;
		put_classes("data.csv", formats[f], 7);
		put_classes("test.csv", formats[f], 11);
		read_files(&reading, &network, &options);
		cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
		cr_expect_eq(reading.reader.labels[1].count, CLASSES);
		for (int row = 0; row < ROWS; row++) {
			cr_expect_eq(mlp_part_class(&reading.data.parts[1], (size_t)row), row * 7 % CLASSES);
			cr_expect_eq(mlp_part_class(&reading.test.parts[1], (size_t)row), row * 11 % CLASSES);
		}
		free_reading(&reading);
	}
}

/* The list of classes in a message is cut off; what a class is called is not. */
Test(labels, one_too_many_and_one_unknown)
{
	struct mlp_options options = {.data = "data.csv", .test = "test.csv"};
	struct reading reading;
	put_classes("data.csv", "class-%03d", 7);
	put_classes("test.csv", "class-%03d!", 7);
	read_files(&reading, &network, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	cr_expect(strstr(reading.text, "test.csv:1:9: error: "), "%s", reading.text);
	cr_expect(strstr(reading.text, "`class-000!`"), "%s", reading.text);
	cr_expect(strstr(reading.text, "class-000, class-001, "), "%s", reading.text);
	cr_expect(strstr(reading.text, " more)\n"), "%s", reading.text);
	cr_expect_lt(reading.length, 800);
	free_reading(&reading);
	target.classes = CLASSES - 1;
	read_files(&reading, &network, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	cr_expect(strstr(reading.text, "data.csv:"), "%s", reading.text);
	cr_expect(strstr(reading.text, " more)\n"), "%s", reading.text);
	free_reading(&reading);
}

/* Well-formed sequences at the borders of the forms of UTF-8 (Unicode, table 3-7), and the nearest that are
 * not. */
Test(labels, utf8)
{
	static const struct {
		const char *bytes;
		bool is_text;
	} rows[] = {
	        {"\xc2\x80", true},
	        {"\xc1\xbf", false},
	        {"\xdf\xbf", true},
	        {"\xdf\xc0", false},
	        {"\xdf", false},
	        {"\xe0\xa0\x80", true},
	        {"\xe0\x9f\xbf", false},
	        {"\xec\xbf\xbf", true},
	        {"\xed\x9f\xbf", true},
	        {"\xed\xa0\x80", false},
	        {"\xee\x80\x80", true},
	        {"\xef\xbf\xbf", true},
	        {"\xef\xbf\x7f", false},
	        {"\xe8\xaa", false},
	        {"\xf0\x90\x80\x80", true},
	        {"\xf0\x8f\xbf\xbf", false},
	        {"\xf3\xbf\xbf\xbf", true},
	        {"\xf4\x8f\xbf\xbf", true},
	        {"\xf4\x90\x80\x80", false},
	        {"\xf5\x80\x80\x80", false},
	        {"\xf0\x90\x80\xc0", false},
	        {"\x80", false},
	        {"a\x01", false},
	        {"a\x7f", false},
	};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		char text[64];
		int length = snprintf(text, sizeof text, "1,2,3,4,a\n1,2,3,4,%s\n", rows[k].bytes);
		struct mlp_options options = {.data = "data.csv"};
		struct reading reading;
		write_file("data.csv", text, (size_t)length);
		read_files(&reading, &network, &options);
		cr_expect_eq(reading.status, rows[k].is_text ? MLP_WELL : MLP_BAD_DATA, "%zu: %s", k,
		             reading.text);
		cr_expect_eq(strncmp(reading.text, "data.csv:2:9: error: ", 21) == 0, !rows[k].is_text,
		             "%zu: %s", k, reading.text);
		free_reading(&reading);
	}
}
