/* Missing values: rows left out, filled, or refused; and what a parameter file keeps of them. */
#include <math.h>

#include "host/fill.h"
#include "host/parameters.h"
#include "host/rows.h"
#include "host/train.h"
#include "people_fixture.h"

TestSuite(missing, .init = enter_directory, .fini = leave_directory);

/* How a missing value is written; each stands in each column of a table. */
static const char *const MARKS[] = {"",       "?",    "NA",  "N/A",    "NaN",    "null",  "na", "n/a",  "nan", "NULL",
                                    " ? ",    "\"\"", "\"NA\"", "\" ? \"", "\"nAn\"", " \"Null\" "};

Test(missing, marks)
{
	for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
		for (int column = 0; column < 4; column++) {
			struct mlp_options options = {.data = "data.csv"};
			struct reading reading;
			char text[256];
			const char *row[] = {"5", "6", "c", "no"};
			row[column] = MARKS[i];
			int length = snprintf(text, sizeof text, "1,2,a,no\n%s,%s,%s,%s\n3,4,b,yes\n", row[0], row[1],
			                      row[2], row[3]);
			write_file("data.csv", text, (size_t)length);
			read_files(&reading, &PEOPLE, &options);
			cr_expect_eq(reading.status, MLP_WELL, "%s", reading.text);
			cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels),
			                 "1 2 a > no; 3 4 b > yes", "`%s`: %s", MARKS[i], text);
			cr_expect_str_eq(reading.text,
			                 "mlpc: note: `data.csv`: 1 row with missing values is left out\n", "%s",
			                 reading.text);
			free_reading(&reading);
		}
}

/* What is no mark. */
Test(missing, other_words)
{
	static const char *const WORDS[] = {"-", "none", "NAN.", "n.a.", "nul", "nulls", "??", "a?", "NA NA", "0"};
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
		struct mlp_options options = {.data = "data.csv"};
		struct reading reading;
		char text[128];
		int length = snprintf(text, sizeof text, "1,2,%s,no\n3,4,b,yes\n", WORDS[i]);
		write_file("data.csv", text, (size_t)length);
		read_files(&reading, &PEOPLE, &options);
		cr_expect_eq(reading.status, MLP_WELL, "%s", reading.text);
		cr_expect_eq(reading.data.rows, 2, "%s", WORDS[i]);
		free_reading(&reading);
	}
}

static const struct {
	enum mlp_missing option, block;
	const char *rows, *message;   /* of TABLE_OF_FIVE */
} POLICIES[] = {
	{MLP_MISSING_DEFAULT, MLP_MISSING_DEFAULT, "1 2 a > no", "mlpc: note: `data.csv`: 4 rows with missing values are left out\n"},
	{MLP_MISSING_DROP, MLP_MISSING_MEAN, "1 2 a > no", "mlpc: note: `data.csv`: 4 rows with missing values are left out\n"},
	{MLP_MISSING_MEAN, MLP_MISSING_DEFAULT, "1 2 a > no; ? 4 b > yes; 5 ? ? > no; 7 8 ? > yes",
	 "mlpc: note: `data.csv`: 1 row with missing values is left out\n"},
	{MLP_MISSING_DEFAULT, MLP_MISSING_MEAN, "1 2 a > no; ? 4 b > yes; 5 ? ? > no; 7 8 ? > yes",
	 "mlpc: note: `data.csv`: 1 row with missing values is left out\n"},
};

static const char TABLE_OF_FIVE[] = "1,2,a,no\n?,4,b,yes\n5,,NA,no\n6,7,c,?\n7,8,?,yes\n";

Test(missing, policies)
{
	for (size_t i = 0; i < sizeof POLICIES / sizeof *POLICIES; i++) {
		struct mlp_network network = PEOPLE;
		struct mlp_options options = {.data = "data.csv", .missing = POLICIES[i].option};
		struct reading reading;
		char text[256];
		network.data.missing = POLICIES[i].block;
		write_file("data.csv", TABLE(TABLE_OF_FIVE));
		read_files(&reading, &network, &options);
		cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
		cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels), POLICIES[i].rows,
		                 "case %zu: %s", i, text);
		cr_expect_str_eq(reading.text, POLICIES[i].message, "case %zu: %s", i, reading.text);
		free_reading(&reading);
	}
}

Test(missing, quiet)
{
	struct mlp_options options = {.data = "data.csv", .quiet = true};
	struct reading reading;
	write_file("data.csv", TABLE(TABLE_OF_FIVE));
	read_files(&reading, &PEOPLE, &options);
	cr_expect_str_empty(reading.text);
	cr_expect_eq(reading.data.rows, 1);
	free_reading(&reading);
}

/* Means over the rows given alone, and the most frequent class, the first of several; they fill other rows
 * too. By hand: (1 + 5 + 9) / 3 = 5, (2 + 4 + 12) / 3 = 6, a twice, b once. */
Test(missing, filled_from_the_training_rows)
{
	static const char TRAINING[] = "1,2,b,no\n5,,a,yes\n,4,?,no\n9,12,a,no\n";
	struct mlp_options options = {.data = "data.csv", .test = "test.csv", .missing = MLP_MISSING_MEAN};
	struct reading reading;
	char text[256];
	write_file("data.csv", TABLE(TRAINING));
	write_file("test.csv", TABLE("?,?,?,yes\n100,,b,no\n"));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_assert_eq(mlp_learn_fill(&reading.reader, &reading.data), MLP_WELL);
	mlp_fill_holes(&reading.reader, &reading.data);
	mlp_fill_holes(&reading.reader, &reading.test);
	cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels),
	                 "1 2 b > no; 5 6 a > yes; 5 4 a > no; 9 12 a > no", "%s", text);
	cr_expect_str_eq(rows_text(text, sizeof text, &reading.test, reading.reader.labels),
	                 "5 6 a > yes; 100 6 b > no", "%s", text);
	cr_expect_str_empty(reading.text, "%s", reading.text);
	free_reading(&reading);
}

/* Of classes that are equally frequent the first. */
Test(missing, the_first_of_the_most_frequent)
{
	struct mlp_options options = {.data = "data.csv", .missing = MLP_MISSING_MEAN};
	struct reading reading;
	write_file("data.csv", TABLE("1,2,c,no\n1,2,b,yes\n1,2,?,no\n1,2,a,no\n1,2,b,no\n1,2,c,no\n"));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(mlp_learn_fill(&reading.reader, &reading.data), MLP_WELL);
	cr_expect_eq(reading.reader.labels[1].fill[0], 1);
	free_reading(&reading);
}

/* Nothing is learned where rows are left out. */
Test(missing, not_learned_when_dropped)
{
	struct mlp_options options = {.data = "data.csv"};
	struct reading reading;
	write_file("data.csv", TABLE(TABLE_OF_FIVE));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(mlp_learn_fill(&reading.reader, &reading.data), MLP_WELL);
	cr_expect_null(reading.reader.labels[0].fill);
	cr_expect_null(reading.reader.labels[1].fill);
	free_reading(&reading);
}

Test(missing, no_value_at_all)
{
	struct mlp_options options = {.data = "data.csv", .missing = MLP_MISSING_MEAN};
	struct reading reading;
	write_file("data.csv", TABLE("1,?,b,no\n5,,a,yes\n"));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_expect_eq(mlp_learn_fill(&reading.reader, &reading.data), MLP_BAD_DATA);
	fflush(reading.messages.file);
	cr_expect_str_eq(reading.text, "mlpc: error: `size[1]` has no value in the rows that are trained\n"
	                               "       help: leave it out of the model, or the rows: `--missing=drop`\n",
	                 "%s", reading.text);
	free_reading(&reading);
}

/* With a file of targets the same row goes from both. */
Test(missing, in_a_file_of_targets)
{
	struct mlp_options options = {.data = "data.csv", .labels = "labels.csv"};
	struct reading reading;
	char text[256];
	write_file("data.csv", TABLE("1,2,a\n3,4,b\n5,?,c\n7,8,a\n"));
	write_file("labels.csv", TABLE("no\n?\nyes\nyes\n"));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels),
	                 "1 2 a > no; 7 8 a > yes", "%s", text);
	cr_expect_str_eq(reading.text, "mlpc: note: `data.csv`: 2 rows with missing values are left out\n");
	free_reading(&reading);
}

/* -- Predictions ----------------------------------------------------------------------------------- */

/* The rows of a prediction, or the message; `fill`: that of both inputs, or NULL. */
static const char *predict_rows(const char *table, const double *const fill[2], char text[256])
{
	static const char *const WORK[] = {"a", "b"};
	struct mlp_options options = {.command = MLP_PREDICT};
	struct reading reading = {0};
	struct mlp_rows rows;
	const struct mlp_dataset *next;
	write_file("data.csv", table, strlen(table));
	reading.messages.file = open_memstream(&reading.text, &reading.length);
	cr_assert_eq(mlp_reader_open(&reading.reader, &reading.messages, &PEOPLE, &options), MLP_WELL);
	cr_assert(mlp_labels_assign(&reading.reader.labels[1], 2, WORK));
	for (int i = 0; i < 2 && fill; i++) {
		char *copy = mlp_fill_text(&PEOPLE_INPUTS[i], fill[i]);
		reading.reader.labels[i].fill = mlp_fill_parse(&PEOPLE_INPUTS[i], copy);
		cr_assert(reading.reader.labels[i].fill, "%s", copy);
		free(copy);
	}
	int status = mlp_rows_open(&rows, &reading.reader, "data.csv");
	if (status == MLP_WELL)
		status = mlp_rows_next(&rows, 100, &next);
	if (status == MLP_WELL)
		rows_text(text, 256, next, reading.reader.labels);
	mlp_rows_close(&rows);
	fflush(reading.messages.file);
	if (status != MLP_WELL)
		snprintf(text, 256, "%s", reading.text);
	free_reading(&reading);
	return text;
}

Test(missing, of_a_prediction)
{
	static const double SIZE[] = {0.1, -7}, WORK[] = {1};
	static const double *const FILL[] = {SIZE, WORK};
	char text[256];
	cr_expect_str_eq(predict_rows("1,2,a\n?,3,NA\n,,b\n", FILL, text), "1 2 a > -; 0.1 3 b > -; 0.1 -7 b > -", "%s",
	                 text);
	cr_expect_str_eq(predict_rows("1,2,a\n?,3,b\n", NULL, text),
	                 "data.csv:2:1: error: the value is missing\n    2 | ?,3,b\n      | ^\n"
	                 "       help: column 1 is `size[0]`, a real number\n"
	                 "       help: the network was trained without `missing = mean`, which would fill it in\n",
	                 "%s", text);
}

/* -- The text of a parameter file ------------------------------------------------------------------ */

static const struct {
	int part;
	const char *text;
	double values[2];
} TEXTS[] = {
	{0, "[1.5,-2.0]", {1.5, -2}},          {0, "[3,4]", {3, 4}},
	{0, "[0.10000000000000001,1e300]", {0.1, 1e300}}, {1, "[2]", {2, 0}},
};
static const struct { int part; const char *text; } BAD_TEXTS[] = {
	{0, ""}, {0, "{}"}, {0, "[1]"}, {0, "[1,2,3]"}, {0, "[1,\"2\"]"}, {0, "[1,null]"}, {0, "[1,1e999]"},
	{0, "[1,2"}, {1, "[3]"}, {1, "[-1]"}, {1, "[1.0]"}, {1, "[]"}, {1, "[true]"},
};

Test(missing, text_of_a_parameter_file)
{
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		double *fill = mlp_fill_parse(&PEOPLE_INPUTS[TEXTS[i].part], TEXTS[i].text);
		cr_assert(fill, "%s", TEXTS[i].text);
		char *text = mlp_fill_text(&PEOPLE_INPUTS[TEXTS[i].part], fill);
		double *again = mlp_fill_parse(&PEOPLE_INPUTS[TEXTS[i].part], text);
		for (int k = 0; k < PEOPLE_INPUTS[TEXTS[i].part].elements; k++) {
			cr_expect_eq(fill[k], TEXTS[i].values[k], "%s", TEXTS[i].text);
			cr_expect_eq(again[k], fill[k], "%s", text);
		}
		free(fill);
		free(again);
		free(text);
	}
	for (size_t i = 0; i < sizeof BAD_TEXTS / sizeof *BAD_TEXTS; i++)
		cr_expect_null(mlp_fill_parse(&PEOPLE_INPUTS[BAD_TEXTS[i].part], BAD_TEXTS[i].text), "%s",
		               BAD_TEXTS[i].text);
}

/* -- Categories that training did not have --------------------------------------------------------- */

static const struct { const char *test, *rows, *message; } OTHER[] = {
	{"1,2,x,no\n", NULL, "test.csv:1:5: error: `x` is no class of `work`\n    1 | 1,2,x,no\n      |     ^\n"
	                     "       help: the classes: a, b\n"},
	{"1,2,a,maybe\n", NULL, "test.csv:1:7: error: `maybe` is no class of `rich`\n    1 | 1,2,a,maybe\n"
	                        "      |       ^^^^^\n       help: the classes: no, yes\n"},
	{"1,2,a,no.\n3,4,b.,yes.\n", "1 2 a > no; 3 4 b > yes",
	 "mlpc: warning: `test.csv`: `no.` and other classes of `rich` are taken without the full stop at their end\n"},
	{"1,2,a,no..\n", NULL, "test.csv:1:7: error: `no..` is no class of `rich`\n    1 | 1,2,a,no..\n"
	                       "      |       ^^^^\n       help: the classes: no, yes\n"},
};

Test(missing, unknown_categories)
{
	for (size_t i = 0; i < sizeof OTHER / sizeof *OTHER; i++) {
		struct mlp_options options = {.data = "data.csv", .test = "test.csv"};
		struct reading reading;
		char text[256];
		write_file("data.csv", TABLE("1,2,a,no\n3,4,b,yes\n"));
		write_file("test.csv", OTHER[i].test, strlen(OTHER[i].test));
		read_files(&reading, &PEOPLE, &options);
		cr_expect_eq(reading.status, OTHER[i].rows ? MLP_WELL : MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(reading.text, OTHER[i].message, "case %zu: %s", i, reading.text);
		if (OTHER[i].rows && reading.status == MLP_WELL)
			cr_expect_str_eq(rows_text(text, sizeof text, &reading.test, reading.reader.labels),
			                 OTHER[i].rows, "%s", text);
		free_reading(&reading);
	}
}

/* Names with a full stop everywhere keep it. */
Test(missing, full_stops_of_training)
{
	struct mlp_options options = {.data = "data.csv", .test = "data.csv"};
	struct reading reading;
	write_file("data.csv", TABLE("1,2,a,no.\n3,4,b,yes.\n"));
	read_files(&reading, &PEOPLE, &options);
	cr_assert_eq(reading.status, MLP_WELL);
	cr_expect_str_empty(reading.text);
	cr_expect_str_eq(reading.reader.labels[2].names[0], "no.");
	free_reading(&reading);
}

/* -- From the training to its parameter file ------------------------------------------------------ */

/* By hand: the means of what is there, (2 + 6) / 2, (1 + 3 + 5) / 3, … */
Test(missing, saved_with_the_parameters)
{
	static const char ROWS[] = "2,1,0,1,a\n?,3,0,2,b\n6,5,?,NA,c\n";
	static const double MEANS[] = {4, 3, 0, 1.5};
	struct mlp_options options = {.data = "data.csv", .save = "p.safetensors", .epochs = 1, .patience = -1,
	                              .missing = MLP_MISSING_MEAN, .quiet = true};
	struct mlp_messages messages = {.file = stderr};
	struct mlp_parameters parameters;
	struct mlp_labels labels[2] = {{0}, {.classes = 3}};
	char *out;
	size_t length;
	FILE *file = open_memstream(&out, &length);
	write_file("data.csv", TABLE(ROWS));
	cr_assert_eq(mlp_train_to(&FLOWERS, &options, file, stderr), MLP_WELL);
	cr_assert_eq(mlp_open_parameters(&parameters, &messages, &FLOWERS, "p.safetensors"), MLP_WELL);
	cr_assert(mlp_parameters_labels(&parameters, labels));
	cr_assert(labels[0].fill);
	for (int k = 0; k < FLOWER_INPUTS; k++)
		cr_expect_eq(labels[0].fill[k], MEANS[k], "%d: %g", k, labels[0].fill[k]);
	cr_expect_null(labels[1].fill);
	float mean[FLOWER_INPUTS];
	void *net = calloc(1, FLOWERS.net_size);
	cr_assert(mlp_set_parameters(&parameters, net));
	FLOWERS.get(net, 2, mean);   /* the statistics are of the filled rows */
	for (int k = 0; k < FLOWER_INPUTS; k++)
		cr_expect_float_eq(mean[k], MEANS[k], 1e-6);
	free(net);
	free(labels[0].fill);
	mlp_labels_free(&labels[1]);
	mlp_close_parameters(&parameters);
	fclose(file);
	free(out);
}

/* A file without such values gives none; --load keeps those that the file has, whatever the new data are. */
Test(missing, kept_by_load)
{
	struct mlp_options options = {.data = "data.csv", .save = "p.safetensors", .epochs = 1, .patience = -1,
	                              .missing = MLP_MISSING_MEAN, .quiet = true};
	struct mlp_messages messages = {.file = stderr};
	struct mlp_parameters parameters;
	struct mlp_labels labels[2] = {{0}, {.classes = 3}};
	char *out;
	size_t length;
	FILE *file = open_memstream(&out, &length);
	write_file("data.csv", TABLE("2,1,0,1,a\n?,3,0,2,b\n6,5,?,NA,c\n"));
	cr_assert_eq(mlp_train_to(&FLOWERS, &options, file, stderr), MLP_WELL);
	write_file("data.csv", TABLE("100,1,0,1,a\n?,3,0,2,b\n"));
	options.load = "p.safetensors";
	options.save = "q.safetensors";
	options.missing = MLP_MISSING_DEFAULT;
	cr_assert_eq(mlp_train_to(&FLOWERS, &options, file, stderr), MLP_WELL);
	cr_assert_eq(mlp_open_parameters(&parameters, &messages, &FLOWERS, "q.safetensors"), MLP_WELL);
	cr_assert(mlp_parameters_labels(&parameters, labels));
	cr_assert(labels[0].fill);
	cr_expect_eq(labels[0].fill[0], 4);
	free(labels[0].fill);
	mlp_labels_free(&labels[1]);
	mlp_close_parameters(&parameters);
	fclose(file);
	free(out);
}

/* -- Options ---------------------------------------------------------------------------------------- */

Test(missing, options)
{
	char *arguments[] = {"mlpc train", "--data", "1", "--data=2", "--missing=mean", "--data", "3", "--test", "4",
	                     "--split", "0"};
	struct mlp_options options;
	cr_assert(mlp_parse_options(&options, sizeof arguments / sizeof *arguments, arguments));
	cr_expect_str_eq(options.data, "1");
	cr_assert_eq(options.more_data.count, 2);
	cr_expect_str_eq(options.more_data.names[0], "2");
	cr_expect_str_eq(options.more_data.names[1], "3");
	cr_expect_str_eq(options.test, "4");
	cr_expect_eq(options.more_test.count, 0);
	cr_expect_eq(options.missing, MLP_MISSING_MEAN);
	cr_expect(options.split_given);
}

static const struct { char *arguments[6]; int count; const char *message; } BAD_OPTIONS[] = {
	{{"mlpc train", "--data", "a", "--missing=median"}, 4, "mlpc: error: --missing takes drop, mean or error, not `median`\n"},
	{{"mlpc train", "--data", "a", "--data", ""}, 5, "mlpc: error: --data is empty\n"},
	{{"mlpc train", "--data", "-", "--data", "-"}, 5, "mlpc: error: --data names the standard input twice\n"},
};

Test(missing, bad_options)
{
	for (size_t i = 0; i < sizeof BAD_OPTIONS / sizeof *BAD_OPTIONS; i++) {
		struct mlp_options options;
		char text[256] = "", *arguments[6];
		memcpy(arguments, BAD_OPTIONS[i].arguments, sizeof arguments);
		cr_assert(freopen("stderr.txt", "w", stderr));
		cr_expect_not(mlp_parse_options(&options, BAD_OPTIONS[i].count, arguments));
		cr_expect_eq(options.status, MLP_BAD_USAGE);
		fflush(stderr);
		FILE *file = fopen("stderr.txt", "r");
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
		cr_expect_str_eq(text, BAD_OPTIONS[i].message, "%s", text);
	}
}
