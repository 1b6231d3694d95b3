/* `mlpc new`: models of made-up tables, word by word; that they train as they are; refusals. */
#include "cli_fixture.h"

TestSuite(new, .init = set_up, .fini = tear_down, .timeout = 240);

/* --- tables ---------------------------- */

/* A number of the row, numbers, a category, a constant, texts of their own, names in need of quotes, words of
 * the language, missing values, two classes. */
static void put_people(void)
{
	FILE *file = fopen("people.csv", "w");
	cr_assert(file);
	fputs("id,age,\"hours, per week\",native-country,if,hidden,same,note,\"say \"\"hi\"\"\",rich\n",
	      file);
	static const char *const countries[] = {"Cuba", "United-States", "3rd", "Peru"};
	for (int i = 0; i < 40; i++) {
		char hours[8];
		snprintf(hours, sizeof hours, "%d", 30 + i * 3 % 20);
		fprintf(file, "%d,%d,%s,%s,%d,%c,7,text %d,%g,%s\n", i + 1, 20 + i * 7 % 50,
		        i % 9 == 0 ? "?" : hours, countries[i % 4], i % 2, "ab"[i * i % 3 % 2], i, i * 0.5,
		        i * i % 5 % 2 ? "no" : "yes");
	}
	fclose(file);
}

/* No header, semicolons, a number to predict. */
static void put_plain(void)
{
	FILE *file = fopen("1 plain.csv", "w");
	cr_assert(file);
	for (int i = 0; i < 30; i++)
		fprintf(file, "%.1f;%d;%c;%d\n", i * 0.1, i * i % 7, "xyz"[i % 3], 1000 + i * i);
	fclose(file);
}

/* Two numbers to predict, in the middle; names that begin with a digit, or hold a blank. */
static void put_two(void)
{
	FILE *file = fopen("two.tsv", "w");
	cr_assert(file);
	fputs("x\t1st\ty\ty 2\tdouble\n", file);
	for (int i = 0; i < 12; i++)
		fprintf(file, "%d\t%c\t%g\t%d\t%c\n", i * i % 11, "uv"[i % 2], i * 0.25, 100 - i * i,
		        "pq"[i / 6]);
	fclose(file);
}

/* IDX: 24 pictures of 8 x 8 bytes, and their classes. */
static void put_pictures(void)
{
	FILE *pictures = fopen("pictures.idx", "wb"), *classes = fopen("classes.idx", "wb");
	cr_assert(pictures && classes);
	fwrite("\0\0\10\3\0\0\0\30\0\0\0\10\0\0\0\10", 1, 16, pictures);
	fwrite("\0\0\10\1\0\0\0\30", 1, 8, classes);
	for (int i = 0; i < 24; i++) {
		for (int k = 0; k < 64; k++)
			putc((i * 37 + k * (i % 3 + 1)) % 256, pictures);
		putc(i % 3, classes);
	}
	fclose(pictures);
	fclose(classes);
}

/* --- models ---------------------------- */

/* What stands in a model after its head. */
static const char *after(const char *begin)
{
	const char *at = strstr(output, begin);
	return at ? at : output;
}

Test(new, a_table_of_all_kinds)
{
	put_people();
	cr_assert(run("$MLPC new --data people.csv --target rich 2>&1") == 0, "%s", output);
	cr_expect_str_eq(output,
	                 "# Tells 2 classes apart by 4 numbers and 2 categories: people.csv, 40 rows.\n"
	                 "# A first model by `mlpc new`; change what you like.\n"
	                 "model people\n\n"
	                 "input  numbers[4] standardize\n"
	                 "input  native_country class[4]\n"
	                 "input  hidden_2 class[2]\n"
	                 "target rich class[2]\n\n"
	                 "layer  all            = concat(numbers, native_country, hidden_2)\n"
	                 "layer  hidden[64]     = relu(dense(all))\n"
	                 "output probability[2] = softmax(dense(hidden))\n\n"
	                 "minimize cross_entropy(probability, rich) + 0.003 * sumsq(weights)\n\n"
	                 "data {\n"
	                 "    numbers        = [age, \"hours, per week\", \"if\", 9]\n"
	                 "    native_country = \"native-country\"\n"
	                 "    hidden_2       = hidden\n"
	                 "    rich           = rich\n"
	                 "    # rises from row to row, as numbers of rows do: id\n"
	                 "    # the same in all rows: same\n"
	                 "    # a text of its own in most rows: note\n"
	                 "    ignore         = [id, same, note]\n"
	                 "    # 5 rows of 40 miss a value.\n"
	                 "    missing        = mean\n"
	                 "    split          = 0.1\n"
	                 "}\n\n"
	                 "train {\n"
	                 "    optimizer = adam(rate = 0.005 * 0.985^epoch)\n"
	                 "    batch     = 16\n"
	                 "    epochs    = 150\n"
	                 "}\n",
	                 "%s", output);
}

/* Of 1000 + i^2, i = 0 … 29: mean 1000 + 29 * 59 / 6 = 1285.1667, deviation
 * sqrt(sum i^4 / 30 - (29 * 59 / 6)^2) = sqrt(148819.9… - 81319.7…), by Python 259.80. */
Test(new, a_table_without_header)
{
	put_plain();
	cr_assert(run("$MLPC new --data '1 plain.csv' 2>&1") == 0, "%s", output);
	cr_expect_str_eq(output,
	                 "# Predicts a number from 2 numbers and 1 category: 1 plain.csv, 30 rows.\n"
	                 "# A first model by `mlpc new`; change what you like.\n"
	                 "model model_1_plain\n\n"
	                 "input  numbers[2] standardize\n"
	                 "input  column_3 class[3]\n"
	                 "target value[1]\n\n"
	                 "# The target's mean and deviation: layers compute numbers around 1, the estimate "
	                 "has the target's "
	                 "unit.\n"
	                 "layer  all         = concat(numbers, column_3)\n"
	                 "layer  hidden[64]  = relu(dense(all))\n"
	                 "layer  hidden2[64] = relu(dense(hidden))\n"
	                 "output estimate[1] = 1285.17 + 259.8 * dense(hidden2)\n\n"
	                 "minimize mse(estimate, value) / 259.8^2 + 0.0002 * sumsq(weights)\n\n"
	                 "data {\n"
	                 "    numbers  = [1, 2]\n"
	                 "    column_3 = 3\n"
	                 "    value    = last\n"
	                 "    split    = 0.1\n"
	                 "}\n\n"
	                 "train {\n"
	                 "    optimizer = adam(rate = 0.005 * 0.99^epoch)\n"
	                 "    batch     = 16\n"
	                 "    epochs    = 300\n"
	                 "    patience  = 60\n"
	                 "}\n",
	                 "%s", output);
}

/* y = 0.25 i, i = 0 … 11: mean 1.375, deviation 0.25 sqrt(143 / 12) = 0.8630; 100 - i^2: mean 57.8333,
 * deviation sqrt(39974 / 12 - (506 / 12)^2) = 39.41. Twelve rows hold none out. */
Test(new, two_numbers_to_predict)
{
	put_two();
	cr_assert(run("$MLPC new --data two.tsv --target 'y,y 2' 2>&1") == 0, "%s", output);
	cr_expect(strstr(output, "input  numbers[1] standardize\ninput  column_1st class[2]\n"
	                         "input  double class[2]\ntarget y_y_2[2]\n"),
	          "%s", output);
	cr_expect_str_eq(after("output"),
	                 "output estimate[2] = [1.375, 57.8333] + [0.863, 39.41] * dense(hidden2)\n\n"
	                 "minimize mse(estimate / [0.863, 39.41], y_y_2 / [0.863, 39.41]) + 0.0002 * "
	                 "sumsq(weights)\n\n"
	                 "data {\n"
	                 "    numbers    = [x]\n"
	                 "    column_1st = \"1st\"\n"
	                 "    double     = double\n"
	                 "    y_y_2      = [y, \"y 2\"]\n"
	                 "}\n\n"
	                 "train {\n"
	                 "    optimizer = adam(rate = 0.005 * 0.99^epoch)\n"
	                 "    batch     = 16\n"
	                 "    epochs    = 300\n"
	                 "}\n",
	                 "%s", output);
}

Test(new, pictures)
{
	put_pictures();
	cr_assert(run("$MLPC new --data pictures.idx --labels classes.idx --name faces 2>&1") == 0, "%s",
	          output);
	cr_expect_str_eq(output,
	                 "# Tells 3 classes apart by 64 pixels: pictures.idx, 24 rows.\n"
	                 "# A first model by `mlpc new`; change what you like.\n"
	                 "model faces\n\n"
	                 "input  pixels[64] scale 0 255\n"
	                 "target kind class[3]\n\n"
	                 "layer  hidden[64]     = relu(dense(pixels))\n"
	                 "output probability[3] = softmax(dense(hidden))\n\n"
	                 "minimize cross_entropy(probability, kind) + 0.003 * sumsq(weights)\n\n"
	                 "data {\n"
	                 "    split   = 0.1\n"
	                 "}\n\n"
	                 "train {\n"
	                 "    optimizer = adam(rate = 0.005 * 0.985^epoch)\n"
	                 "    batch     = 16\n"
	                 "    epochs    = 150\n"
	                 "}\n",
	                 "%s", output);
}

/* What tells a row from a header, a class from a number, a missing value worth filling in from one that is
 * not. */
Test(new, single_decisions)
{
	static const struct {
		const char *table, *options, *wanted;
	} ROWS[] = {
	        {"seq 1 40 | sed 's/.*/&,&.5/; 7s/,.*/,?/'", "",
	         "input  numbers[1] standardize\ntarget value[1]\n"},
	        {"seq 1 40 | awk '{print $1*$1%7 \",\" $1%5}'", "",
	         "target kind class[5]   # its whole numbers are few"},
	        {"seq 1 40 | awk '{print $1*$1%7 \",\" $1%5}'", "--target-type=number", "target value[1]\n"},
	        {"seq 1 40 | awk '{print $1*$1%7 \",\" $1%23}'", "", "target value[1]\n"},
	        {"seq 1 40 | awk '{print $1*$1%7 \",\" $1%23}'", "--target-type=class",
	         "target kind class[23]"},
	        {"seq 1 40 | awk '{print $1*$1%7 \",\" $1%2}'", "", "target kind class[2]\n"},
	        {"seq 1 40 | awk '{print (NR<2 ? \"?\" : $1*$1%7) \",\" $1%2}'", "", "missing = drop\n"},
	        {"seq 1 40 | awk '{print (NR<4 ? \"?\" : $1*$1%7) \",\" $1%2}'", "", "missing = mean\n"},
	        {"echo color,shape; seq 1 40 | awk '{print ($1%2?\"red\":\"blue\") \",\" "
	         "($1%3?\"o\":\"x\")}'",
	         "", "target shape class[2]\n"},
	        {"seq 1 40 | awk '{print ($1%2?\"red\":\"blue\") \",\" ($1%3?\"o\":\"x\")}'", "", "40 rows"},
	        {"echo 40,1,no,yes; seq 1 40 | awk '{print $1*$1%7 \",\" $1%2}'", "",
	         "by 1 number: t.csv, 40 rows"},
	        {"echo x,x,x; seq 1 40 | awk '{print $1*$1%7 \",\" $1*$1%11 \",\" $1%2}'", "--target 3",
	         "    numbers = [x, 2]\n    x       = 3\n"},
	        {"echo user_id,a,b; seq 1 300 | awk '{print $1*7919%1000 \",\" $1*$1%7 \",\" $1%2}'", "",
	         "    # an id by its name: user_id\n    ignore  = [user_id]\n"},
	        {"echo weights,b; seq 1 40 | awk '{print ($1%2?\"red\":\"blue\") \",\" $1%3}'", "",
	         "    weights_column = weights\n"},
	        {"seq 1 40 | awk '{for(i=0;i<50;i++) printf \"%d,\", $1*i*i%17; print $1%2}'", "",
	         "input  pixels[50] scale 0 16\n"},
	        {"seq 1 40", "", NULL},
	};
	for (size_t k = 0; k < sizeof ROWS / sizeof *ROWS; k++) {
		char command[512];
		snprintf(command, sizeof command, "(%s) > t.csv; $MLPC new --data t.csv %s 2>&1",
		         ROWS[k].table, ROWS[k].options);
		int status = run(command);
		cr_expect(status == (ROWS[k].wanted ? 0 : 1), "%s: %s", command, output);
		cr_expect(!ROWS[k].wanted || strstr(output, ROWS[k].wanted), "%s: %s", command, output);
	}
}

/* Rows of several files, with the header in each or in the first. */
Test(new, several_files)
{
	put("a.csv", "x,y\n1,u\n2,v\n4,u\n");
	put("b.csv", "x,y\n3,u\n5,v\n");
	put("c.csv", "3,u\n5,v\n6,v\n");
	static const struct said rows[] = {
	        {"$MLPC new --data a.csv --data b.csv --data c.csv | head -n 1", 0,
	         "# Tells 2 classes apart by 1 number: a.csv, b.csv, c.csv, 8 rows.\n"},
	        {"gzip a.csv; $MLPC new --data - <a.csv.gz | head -n 3 | tail -n 1", 0, "model table\n"},
	};
	CHECK_SAID(rows);
}

/* --- they train ---------------------------- */

Test(new, models_train_as_they_are)
{
	put_people();
	put_plain();
	put_two();
	put_pictures();
	static const char *const ROWS[][2] = {
	        {"--data people.csv --target rich", "--data people.csv"},
	        {"--data '1 plain.csv'", "--data '1 plain.csv'"},
	        {"--data two.tsv --target 'y,y 2'", "--data two.tsv"},
	        {"--data pictures.idx --labels classes.idx", "--data pictures.idx --labels classes.idx"},
	};
	for (size_t k = 0; k < sizeof ROWS / sizeof *ROWS; k++) {
		char command[512];
		snprintf(command, sizeof command,
		         "$MLPC new %s -o m.mlp --force && $MLPC train m.mlp %s --epochs 1 --quiet 2>&1",
		         ROWS[k][0], ROWS[k][1]);
		cr_expect(run(command) == 0, "%s: %s", command, output);
	}
}

/* --- refusals ---------------------------- */

Test(new, refusals)
{
	put_people();
	put_plain();
	put("empty.csv", "%s", "");
	put("comments.csv", "# nothing\n\n");
	put("ragged.csv", "a,b\n1,2\n3\n");
	put("holes.csv", "a,b\n1,?\n3,NA\n");
	put("there.mlp", "mine\n");
	put_pictures();
	static const struct said rows[] = {
	        {"$MLPC new", 2, "mlpc: error[usage]: no table is given; `--data` names it\n"},
	        {"$MLPC new people.csv", 2,
	         "mlpc: error[usage]: unexpected argument `people.csv`; `--data` names the table\n"},
	        {"$MLPC new --data none.csv", 3,
	         "mlpc: error: cannot read `none.csv`: No such file or directory\n"},
	        {"$MLPC new --data people.csv --target wealth", 1,
	         "mlpc: error: --target: `people.csv` has no column `wealth`\n"
	         "       help: it has 10 columns: id, age, hours, per week, native-country, if, hidden, "
	         "same, note, "
	         "say \"hi\", rich\n"},
	        {"$MLPC new --data '1 plain.csv' --target 9", 1,
	         "mlpc: error: --target: `1 plain.csv` has no column `9`\n"
	         "       help: it has 4 columns, numbered from 1, and no header line\n"},
	        {"$MLPC new --data people.csv --ignore nope 2>&1 | head -n 1", 0,
	         "mlpc: error: --ignore: `people.csv` has no column `nope`\n"},
	        {"$MLPC new --data people.csv --target same", 1,
	         "mlpc: error: the target `same` is the same in all rows: `7`\n"},
	        {"$MLPC new --data people.csv --target rich,rich", 1,
	         "mlpc: error: --target names the column `rich` twice\n"},
	        {"$MLPC new --data people.csv --target rich --target-type=number", 1,
	         "mlpc: error: the target `rich` is no number in 40 of 40 rows\n"},
	        {"$MLPC new --data people.csv --target age,rich", 1,
	         "mlpc: error: the target `rich` is no number in 40 of 40 rows\n"},
	        {"$MLPC new --data people.csv --target age,rich --target-type=class", 1,
	         "mlpc: error: a class is one column, but the target has 2\n"},
	        {"$MLPC new --data people.csv --target note", 1,
	         "mlpc: error: the target `note` has 40 classes in 40 rows\n"},
	        {"seq 1 600 | sed 's/.*/&,text &/' > many.csv; $MLPC new --data many.csv", 1,
	         "mlpc: error: the target `2` has more than 256 classes\n"},
	        {"$MLPC new --data people.csv --ignore 1-9", 1,
	         "mlpc: error: no column is left as an input\n"},
	        {"$MLPC new --data people.csv --name 'a b'", 2,
	         "mlpc: error[bad-value]: `a b` is no name of a model; `a_b` would be one\n"},
	        {"$MLPC new --data people.csv --name int", 2,
	         "mlpc: error[bad-value]: `int` is no name of a model; `int_model` would be one\n"},
	        {"$MLPC new --data empty.csv", 1, "empty.csv: error: the file is empty\n"},
	        {"$MLPC new --data comments.csv", 1, "comments.csv: error: there are no rows of data\n"},
	        {"$MLPC new --data ragged.csv", 1,
	         "ragged.csv:3:2: error: 1 field, but line 1 has 2\n    3 | 3\n      |  ^\n"},
	        {"$MLPC new --data holes.csv", 1, "mlpc: error: the target `b` has no value in any row\n"},
	        {"$MLPC new --data pictures.idx", 1,
	         "pictures.idx: error: holds the inputs alone\n       help: give the targets with --labels "
	         "FILE\n"},
	        {"$MLPC new --data '1 plain.csv' --labels classes.idx", 1,
	         "mlpc: error: `1 plain.csv` has 30 rows, `classes.idx` has 24\n"},
	        {"$MLPC new --data '1 plain.csv' --data pictures.idx", 1,
	         "pictures.idx: error: an array, but the file before it is a table\n"},
	        {"$MLPC new --data people.csv -o there.mlp", 2,
	         "mlpc: error[usage]: `there.mlp` is there already\n       help: `--force` writes over it\n"},
	        {"cat there.mlp", 0, "mine\n"},
	        {"$MLPC new --data people.csv -o there.mlp --force", 0, ""},
	        {"head -n 3 there.mlp | tail -n 1", 0, "model people\n"},
	        {"$MLPC new --data people.csv -o no/there.mlp", 3,
	         "mlpc: error[system]: cannot write `no/there.mlp`: No such file or directory\n"},
	};
	CHECK_SAID(rows);
	cr_expect(count_of_files(".") == 10, "%d files", count_of_files("."));
}
