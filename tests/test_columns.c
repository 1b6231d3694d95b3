/* The model's data block over tables: which columns are read. */
#include <math.h>

#include "host/rows.h"
#include "people_fixture.h"

TestSuite(columns, .init = enter_directory, .fini = leave_directory);

#define COLUMNS(...)                                                                                   \
	{sizeof((const struct mlp_column[]){__VA_ARGS__}) / sizeof(struct mlp_column),                 \
	 (const struct mlp_column[]){__VA_ARGS__}}
#define NAMED(text) {text, 0, 0}
#define NUMBER(number) {NULL, number, number}
#define LAST {NULL, 0, 0}

static const struct mlp_columns BY_NAME[] = {COLUMNS(NAMED("height"), NAMED("arm, left")), COLUMNS(NAMED("job"))};
static const struct mlp_columns RICH_BY_NAME[] = {COLUMNS(NAMED("rich"))};
static const struct mlp_columns BY_NUMBER[] = {COLUMNS({NULL, 2, 3}), COLUMNS(NUMBER(5))};
static const struct mlp_columns RICH_FIRST[] = {COLUMNS(NUMBER(1))};
static const struct mlp_columns RICH_LAST[] = {COLUMNS(LAST)};
static const struct mlp_columns WORK_ALONE[] = {{0}, COLUMNS(NAMED("job"))};
static const struct mlp_columns OPEN[] = {{0}, {0}};
static const struct mlp_columns OPEN_TARGET[] = {{0}};
static const struct mlp_columns SWAPPED[] = {COLUMNS(NUMBER(4), NUMBER(2)), COLUMNS(NUMBER(3))};

static const struct {
	struct mlp_data_block block;
	const char *text, *rows;
	struct mlp_options options;
} GOOD[] = {
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME},
	 "rich,\"arm, left\",id,job,height\nno,2,9,a,1\nyes,4,9,b,3\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_FIRST}, "no,1,2,9,a\nyes,3,4,9,b\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_LAST}, "9,1,2,9,a,no\n9,3,4,9,b,yes\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_LAST}, "k,p,q,l,w,r\n9,1,2,9,a,no\n9,3,4,9,b,yes\n",
	 "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = SWAPPED, .targets = RICH_FIRST}, "no,2,a,1\nyes,4,b,3\n", "1 2 a > no; 3 4 b > yes", {0}},
	/* what the block leaves open are the other columns, in order */
	{{.inputs = WORK_ALONE, .targets = OPEN_TARGET}, "job,p,q,r\na,1,2,no\nb,3,4,yes\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = OPEN, .targets = RICH_FIRST}, "no,1,2,a\nyes,3,4,b\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.inputs = OPEN, .targets = RICH_FIRST, .ignored = COLUMNS(NUMBER(3), NAMED("id"))},
	 "rich,p,w,q,id,job\nno,1,9,2,9,a\nyes,3,9,4,9,b\n", "1 2 a > no; 3 4 b > yes", {0}},
	{{.ignored = COLUMNS(NAMED("id"))}, "id,p,q,w,r\n9,1,2,a,no\n", "1 2 a > no", {0}},
	/* options take its place */
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME}, "no,1,2,a\n", "1 2 a > no", {.inputs = "2-4", .target = "1"}},
	{{.inputs = BY_NUMBER, .targets = RICH_LAST}, "no,1,2,9,a\n", "1 2 a > no", {.target = "1"}},
	{{.inputs = BY_NAME, .targets = RICH_LAST}, "p,q,w,r\n1,2,a,no\n", "1 2 a > no", {.inputs = "p,q,w"}},
	/* a name is no number */
	{{.inputs = (const struct mlp_columns[]){COLUMNS(NAMED("4"), NAMED("last")), COLUMNS(NAMED("1"))},
	  .targets = RICH_BY_NAME}, "rich,1,4,last\nno,a,1,2\n", "1 2 a > no", {0}},
};

Test(columns, chosen_by_the_block)
{
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
		struct mlp_network network = PEOPLE;
		struct mlp_options options = GOOD[i].options;
		struct reading reading;
		char text[256];
		network.data = GOOD[i].block;
		options.data = "data.csv";
		write_file("data.csv", GOOD[i].text, strlen(GOOD[i].text));
		read_files(&reading, &network, &options);
		cr_expect_eq(reading.status, MLP_WELL, "case %zu: %s", i, reading.text);
		if (reading.status == MLP_WELL)
			cr_expect_str_eq(rows_text(text, sizeof text, &reading.data, reading.reader.labels),
			                 GOOD[i].rows, "case %zu: %s", i, text);
		free_reading(&reading);
	}
}

#define SIX "       help: it has 4 columns, numbered from 1, and no header line\n"

static const struct {
	struct mlp_data_block block;
	const char *text, *message;
	struct mlp_options options;
} BAD[] = {
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME}, "height,arm,job,rich\n1,2,a,no\n",
	 "data.csv: error: no column `arm, left`, which the model's data block takes for `size`\n"
	 "       help: it has 4 columns: height, arm, job, rich\n", {0}},
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME}, "1,2,3,4\n",
	 "data.csv: error: no column `height`, which the model's data block takes for `size`\n" SIX, {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_FIRST}, "no,1,2,a\n",
	 "data.csv: error: no column `5`, which the model's data block takes for `work`\n"
	 "       help: it has 4 columns: no, 1, 2, a\n", {0}},
	{{.inputs = OPEN, .targets = RICH_FIRST}, "1,2,3,4,5\n",
	 "data.csv:1:1: error: 5 columns, but `people` needs 4: 3 for inputs, 1 for targets\n"
	 "    1 | 1,2,3,4,5\n      | ^\n"
	 "       help: choose columns with --inputs LIST and --target LIST, by number or name (such as 1-3,7)\n", {0}},
	{{.ignored = COLUMNS(NAMED("id"))}, "p,q,w,r\n1,2,a,no\n",
	 "data.csv: error: no column `id`, which the model's data block ignores\n"
	 "       help: it has 4 columns: p, q, w, r\n", {0}},
	{{.ignored = COLUMNS({NULL, 4, 6})}, "1,2,3,4\n",
	 "data.csv: error: no column `5`, which the model's data block ignores\n" SIX, {0}},
	{{.inputs = BY_NAME, .targets = RICH_LAST}, "height,\"arm, left\",job,rich\n1,2,3,4\n",
	 "data.csv: error: no column `height`, which the model's data block takes for `size`\n"
	 "       help: it has 4 columns: height, arm, left, job, rich\n", {.header = MLP_NO_HEADER}},
};

Test(columns, not_there)
{
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		struct mlp_network network = PEOPLE;
		struct mlp_options options = BAD[i].options;
		struct reading reading;
		network.data = BAD[i].block;
		options.data = "data.csv";
		write_file("data.csv", BAD[i].text, strlen(BAD[i].text));
		read_files(&reading, &network, &options);
		cr_expect_eq(reading.status, MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(reading.text, BAD[i].message, "case %zu:\n%s", i, reading.text);
		free_reading(&reading);
	}
}

/* -- Predictions, whose tables need not have the target -------------------------------------------- */

static const struct {
	struct mlp_data_block block;
	const char *text, *rows;
	struct mlp_options options;
} ALONE[] = {
	{{0}, "1,2,a\n3,4,b\n", "1 2 a > -; 3 4 b > -", {0}},
	{{0}, "1,2,a,no\n3,4,b,?\n", "1 2 a > -; 3 4 b > -", {0}},
	{{0}, "r,1,2,a\nr,3,4,b\n", "1 2 a > -; 3 4 b > -", {.target = "1"}},
	{{0}, "p,q,w\n1,2,a\n", "1 2 a > -", {.target = "r"}},
	{{0}, "r,p,q,w\nno,1,2,a\n", "1 2 a > -", {.target = "r"}},
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME}, "job,\"arm, left\",height\na,2,1\n", "1 2 a > -", {0}},
	{{.inputs = BY_NAME, .targets = RICH_BY_NAME}, "rich,job,\"arm, left\",height\n,a,2,1\n", "1 2 a > -", {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_FIRST}, "no,1,2,9,a\n", "1 2 a > -", {0}},
	{{.inputs = BY_NUMBER, .targets = RICH_FIRST}, "1,2,a\n", "1 2 a > -", {0}},
	{{.inputs = SWAPPED, .targets = RICH_FIRST}, "2,a,1\n", "1 2 a > -", {0}},
	{{.inputs = OPEN, .targets = RICH_LAST}, "1,2,a\n", "1 2 a > -", {0}},
	{{.inputs = OPEN, .targets = RICH_LAST}, "1,2,a,no\n", "1 2 a > -", {0}},
	{{.inputs = OPEN, .targets = RICH_FIRST}, "no,1,2,a\n", "1 2 a > -", {0}},
	{{.ignored = COLUMNS(NAMED("id"))}, "p,q,w\n1,2,a\n", "1 2 a > -", {0}},
};

Test(columns, of_a_prediction)
{
	static const char *const WORK[] = {"a", "b", "c"};
	for (size_t i = 0; i < sizeof ALONE / sizeof *ALONE; i++) {
		struct mlp_network network = PEOPLE;
		struct mlp_options options = ALONE[i].options;
		struct reading reading = {0};
		struct mlp_rows rows;
		const struct mlp_dataset *next;
		char all[256] = "", text[256];
		network.data = ALONE[i].block;
		write_file("data.csv", ALONE[i].text, strlen(ALONE[i].text));
		reading.messages.file = open_memstream(&reading.text, &reading.length);
		cr_assert_eq(mlp_reader_open(&reading.reader, &reading.messages, &network, &options), MLP_WELL);
		cr_assert(mlp_labels_assign(&reading.reader.labels[1], 3, WORK));
		int status = mlp_rows_open(&rows, &reading.reader, "data.csv");
		while (status == MLP_WELL && (status = mlp_rows_next(&rows, 1, &next)) == MLP_WELL && next->rows > 0) {
			cr_expect_eq(next->rows, 1);
			strcat(all, *all ? "; " : "");
			strcat(all, rows_text(text, sizeof text, next, reading.reader.labels));
		}
		mlp_rows_close(&rows);
		fflush(reading.messages.file);
		cr_expect_eq(status, MLP_WELL, "case %zu: %s", i, reading.text);
		cr_expect_str_eq(all, ALONE[i].rows, "case %zu: %s", i, all);
		free_reading(&reading);
	}
}

/* -- Options of the block -------------------------------------------------------------------------- */

Test(columns, settings_of_the_block)
{
	struct mlp_network network = PEOPLE;
	struct mlp_options options = {0};
	mlp_settle_options(&options, &network);
	cr_expect_eq(options.split, 0);
	network.data.split = 0.25;
	network.data.class_weights = MLP_WEIGHTS_BALANCED;
	mlp_settle_options(&options, &network);
	cr_expect_eq(options.split, 0.25);
	cr_expect_eq(options.class_weights, MLP_WEIGHTS_BALANCED);
	options = (struct mlp_options){.split_given = true, .class_weights = MLP_WEIGHTS_NONE};
	mlp_settle_options(&options, &network);
	cr_expect_eq(options.split, 0);
	cr_expect_eq(options.class_weights, MLP_WEIGHTS_NONE);
	options = (struct mlp_options){.folds = 5};
	mlp_settle_options(&options, &network);
	cr_expect_eq(options.split, 0);
}
