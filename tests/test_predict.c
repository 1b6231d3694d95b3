/* `mlpc predict` and `mlpc evaluate`: predictions of networks small enough to compute by hand. Expected
 * probabilities: exp(l_k - max l) / sum in Python's double arithmetic, and for float the decimals nearest to
 * them that numpy.float32 prints. */
#include "cli_fixture.h"

static const char HAND[] =
        "model hand\ninput x[2]\ntarget kind class[3]\nparam shift[3] = zeros\n"
        "output score[3] = softmax(dense(x, W = [[1, 0], [0, 1], [0.5, -0.5]], b = none) + shift)\n"
        "minimize cross_entropy(score, kind)\n";
static const char ROWS[] = "a,b,kind\n1,0,\"red, dark\"\n0,1,green\n-1,-1,blue\n2,2,green\n";
static const char PROBABILITIES[] = "kind,blue,green,\"red, dark\"\n"
                                    "blue,0.5064804,0.18632373,0.3071959\n"
                                    "green,0.2312239,0.6285317,0.14024438\n"
                                    "\"red, dark\",0.21194156,0.21194156,0.57611686\n"
                                    "blue,0.46831053,0.46831053,0.06337894\n";

static void set_up_hand(void)
{
	set_up();
	put("hand.mlp", "%s", HAND);
	put("hand.csv", "%s", ROWS);
	put("inputs.csv", "1,0\n0,1\n-1,-1\n2,2\n");
	cr_assert(run("$MLPC train hand.mlp --data hand.csv --epochs 0 --save w --quiet 2>&1") == 0, "%s",
	          output);
}

TestSuite(predict, .init = set_up_hand, .fini = tear_down, .timeout = 120);

#define PREDICT "$MLPC predict hand.mlp --weights w --data "

Test(predict, classes_with_probabilities)
{
	const struct said rows[] = {
	        {PREDICT "hand.csv", 0, PROBABILITIES},
	        {PREDICT "inputs.csv", 0, PROBABILITIES},
	        {PREDICT "- <inputs.csv", 0, PROBABILITIES},
	        {PREDICT "hand.csv --target kind", 0, PROBABILITIES},
	        {PREDICT "hand.csv --inputs 1,2", 0, PROBABILITIES},
	        {PREDICT "hand.csv --inputs a,b --target kind", 0, PROBABILITIES},
	        {"gzip hand.csv && " PREDICT "hand.csv.gz", 0, PROBABILITIES},
	        {PREDICT "inputs.csv -o out.csv", 0, ""},
	        {"cat out.csv", 0, PROBABILITIES},
	        {PREDICT "inputs.csv --output=-", 0, PROBABILITIES},
	};
	CHECK_SAID(rows);
}

Test(predict, columns_in_another_order)
{
	put("turned.csv", "id,kind,b,a\n7,blue,0,1\n8,blue,1,0\n");
	static const struct said rows[] = {
	        {PREDICT "turned.csv --inputs a,b", 0,
	         "kind,blue,green,\"red, dark\"\nblue,0.5064804,0.18632373,0.3071959\n"
	         "green,0.2312239,0.6285317,0.14024438\n"},
	};
	CHECK_SAID(rows);
}

Test(predict, double_digits)
{
	static const struct said rows[] = {
	        {"$MLPC train hand.mlp --real=double --data hand.csv --epochs 0 --save w2 --quiet", 0, ""},
	        {"$MLPC predict hand.mlp --real=double --weights w2 --data inputs.csv | head -n 2", 0,
	         "kind,blue,green,\"red, "
	         "dark\"\nblue,0.506480391055654,0.1863237232258476,0.3071958857184984\n"},
	};
	CHECK_SAID(rows);
}

/* Class numbers have no names of their own: the target's goes before them. */
Test(predict, numbered_classes)
{
	put("numbers.csv", "1,0,0\n0,1,1\n-1,-1,2\n");
	static const struct said rows[] = {
	        {"$MLPC train hand.mlp --data numbers.csv --epochs 0 --save n --quiet", 0, ""},
	        {"$MLPC predict hand.mlp --weights n --data numbers.csv", 0,
	         "kind,kind_0,kind_1,kind_2\n0,0.5064804,0.18632373,0.3071959\n"
	         "1,0.2312239,0.6285317,0.14024438\n2,0.21194156,0.21194156,0.57611686\n"},
	};
	CHECK_SAID(rows);
}

/* One output for two classes: 1 / (1 + exp(-x)), by Python. */
Test(predict, one_output_for_two_classes)
{
	static const char model[] = "model half\ninput x[1]\ntarget ill%s\nparam shift[1] = zeros\n"
	                            "output p[1] = sigmoid(dense(x, W = [[1]], b = none) + shift)\n"
	                            "minimize binary_cross_entropy(p, %s)\n";
	put("reals.mlp", model, "[1]", "ill");
	put("reals.csv", "-1,0\n0,1\n2,1\n");
	put("one.csv", "2\n-1\n");
	static const struct said rows[] = {
	        {"$MLPC train reals.mlp --data reals.csv --epochs 0 --save r --quiet", 0, ""},
	        {"$MLPC predict reals.mlp --weights r --data one.csv", 0,
	         "ill,probability\n1,0.880797\n0,0.26894143\n"},
	        {"$MLPC evaluate reals.mlp --weights r --data reals.csv | tail -n +4", 0,
	         "ill: a row for each true class, a column for each predicted one\n"
	         "   0  1    recall  precision\n"
	         "0  1  0  100.00 %   100.00 %\n"
	         "1  0  2  100.00 %   100.00 %\n"},
	};
	CHECK_SAID(rows);
}

/* Targets that are not all 0 or 1 make numbers of the same output. */
Test(predict, numbers)
{
	put("line.mlp", "model line\ninput x[1]\ntarget y[2]\ntarget grid[2, 2]\nparam shift[2] = zeros\n"
	                "output first[2] = dense(x, W = [[2], [-0.1]], b = none) + shift\n"
	                "output second[i: 2, j: 2] = x[0] * (i + 10 * j)\n"
	                "output extra[i: 3] = x[0] + i\n"
	                "minimize mse(first, y) + mean(i, mean(j, (second[i, j] - grid[i, j])^2))\n");
	put("line.csv", "1,0,0,1,2,3,4\n3,0,0,1,2,3,4\n");
	put("x.csv", "1\n1e-3\n");
	static const struct said rows[] = {
	        {"$MLPC train line.mlp --data line.csv --epochs 0 --save l --quiet", 0, ""},
	        {"$MLPC predict line.mlp --weights l --data x.csv", 0,
	         "y_0,y_1,grid_0_0,grid_0_1,grid_1_0,grid_1_1,extra_0,extra_1,extra_2\n"
	         "2,-0.1,0,10,1,11,1,2,3\n0.002,-0.000100000005,0,0.010000001,0.001,0.011000001,0.001,1.001,"
	         "2.001\n"},
	};
	CHECK_SAID(rows);
}

/* sigmoid(0) and sigmoid(2); of three equal outputs the first. Names of several targets would meet. */
Test(predict, several_targets)
{
	put("two.mlp",
	    "model two\ninput x[1]\ntarget ill class[2]\ntarget pair[2] class[3]\nparam shift[1] = zeros\n"
	    "output p[1] = sigmoid(dense(x, W = [[1]], b = none) + shift)\n"
	    "output q[i: 2, k: 3] = x[0] * (i + k)\n"
	    "minimize binary_cross_entropy(p, ill[1..2]) + 0 * sum(i, sum(k, q[i, k] * pair[i, k]))\n");
	put("two.csv", "0,no,a,b\n2,yes,c,c\n");
	static const struct said rows[] = {
	        {"$MLPC train two.mlp --data two.csv --epochs 0 --quiet --save t", 0, ""},
	        {"$MLPC predict two.mlp --weights t --data two.csv", 0,
	         "ill,ill_yes,pair_0,pair_0_a,pair_0_b,pair_0_c,pair_1,pair_1_a,pair_1_b,pair_1_c\n"
	         "yes,0.5,a,0,0,0,a,0,0,0\nyes,0.880797,c,0,2,4,c,2,4,6\n"},
	};
	CHECK_SAID(rows);
}

/* Every number reads back as the bits that were computed. */
Test(predict, numbers_read_back)
{
	static const struct said rows[] = {
	        {"$MLPC train $ROOT/models/iris.mlp --data $ROOT/models/data/iris.csv --epochs 20 --save i "
	         "--quiet",
	         0, ""},
	        {"$MLPC predict $ROOT/models/iris.mlp --weights i --data $ROOT/models/data/iris.csv >p.csv",
	         0, ""},
	        {"wc -l <p.csv", 0, "151\n"},
	        {"head -n 1 p.csv", 0, "species,Iris-setosa,Iris-versicolor,Iris-virginica\n"},
	};
	CHECK_SAID(rows);
	FILE *file = fopen("p.csv", "r");
	char line[256];
	cr_assert(file && fgets(line, sizeof line, file));
	for (int row = 0; row < 150; row++) {
		cr_assert(fgets(line, sizeof line, file));
		double sum = 0;
		char *at = strchr(line, ',');
		for (int k = 0; k < 3; k++) {
			cr_assert(at && *at == ',');
			char shorter[400], *end;
			float value = strtof(at + 1, &end);
			int digits = 0, significant = 0;
			for (const char *c = at + 1; c < end && *c != 'e'; c++) {
				significant |= *c >= '1' && *c <= '9';
				digits += significant && *c != '.';
			}
			snprintf(shorter, sizeof shorter, "%.*g", digits > 1 ? digits - 1 : 1, (double)value);
			cr_expect(digits <= 9);
			cr_expect(digits == 1 || strtof(shorter, NULL) != value, "%s has a digit too many",
			          line);
			sum += (double)value;
			at = end;
		}
		cr_expect(sum > 0.99999 && sum < 1.00001, "%s", line);
	}
	fclose(file);
}

/* 96 MB of rows through a program that may have 48 MB: they are predicted as they come. */
Test(predict, a_stream_of_any_length)
{
	put("wide.mlp", "model wide\ninput x[40]\ntarget y[1]\noutput z[1] = dense(x)\nminimize mse(z, y)\n");
	put("wide.csv", "%s", "");
	cr_assert(run("yes 0.12345678, | head -n 40 | tr -d '\\n' >row; (cat row; echo 1) >wide.csv; "
	              "$MLPC train wide.mlp --data wide.csv --epochs 0 --save v --quiet 2>&1") == 0,
	          "%s", output);
	cr_assert(run("$MLPC predict wide.mlp --weights v --data wide.csv | tail -n 1 >one; "
	              "yes \"$(cat row)1\" | head -n 200000 | "
	              "(ulimit -v 49152; $MLPC predict wide.mlp --weights v --data -) | tail -n +2 | uniq -c "
	              "| sed 's/^ *//' >all; "
	              "echo 200000 $(cat one) | diff - all") == 0,
	          "%s", output);
}

Test(predict, errors)
{
	put("bad.csv", "1,0\n0,x\n");
	put("wide.csv", "1,0,a,b\n");
	static const struct said rows[] = {
	        {"$MLPC predict hand.mlp --weights w", 2,
	         "mlpc: error: no data: give them with `--data FILE`\n"},
	        {"$MLPC predict hand.mlp --data x", 2,
	         "mlpc: error: no parameters: give them with `--weights FILE`\n"},
	        {"$MLPC predict hand.mlp --weights - --data -", 2,
	         "mlpc: error: only one of `--weights` and `--data` can come from standard input\n"},
	        {"$MLPC predict - --weights w --data -", 2,
	         "mlpc: error[usage]: only one of the model and the data can come from standard input\n"},
	        {"$MLPC predict hand.mlp --weights w --data x --epochs 3", 2,
	         "mlpc: error[unknown-option]: `--epochs` is an option of `mlpc train`, not of `mlpc "
	         "predict`\n"},
	        {"$MLPC predict hand.mlp --weights none --data inputs.csv", 3,
	         "mlpc: error: cannot read `none`: No such file or directory\n"},
	        {PREDICT "none", 3, "mlpc: error: cannot read `none`: No such file or directory\n"},
	        {"$MLPC predict hand.mlp --weights hand.csv --data inputs.csv", 1,
	         "hand.csv: error: no parameter file: the length of the header is out of range\n"},
	        {"$MLPC predict hand.mlp --real=double --weights w --data inputs.csv", 1,
	         "w: error: tensor `shift` has another type of numbers\n"},
	        {PREDICT "inputs.csv -o none/out", 3,
	         "mlpc: error: cannot write `none/out`: No such file or directory\n"},
	        {"sh -c '" PREDICT "inputs.csv >/dev/full'", 3,
	         "mlpc: error: cannot write `standard output`: No space left on device\n"},
	        {"echo old >out.csv; " PREDICT "bad.csv -o out.csv", 1,
	         "bad.csv:2:3: error: `x` is no number\n    2 | 0,x\n      |   ^\n"
	         "       help: column 2 is `x[1]`, a real number\n"},
	        {"cat out.csv", 0, "old\n"},
	        {PREDICT "wide.csv", 1,
	         "wide.csv:1:1: error: 4 columns, but `hand` needs 2: 2 for inputs, 0 for targets\n"
	         "    1 | 1,0,a,b\n      | ^\n"
	         "       help: choose columns with --inputs LIST and --target LIST, by number or name (such "
	         "as 1-3,7)\n"
	         "       help: the first line has: 1, 0, a, b\n"},
	};
	CHECK_SAID(rows);
	cr_expect(count_of_files(".") == 7, "a temporary is left");
}

/* The model that trained it decides: another is refused. */
Test(predict, another_model)
{
	put("other.mlp",
	    "model other\ninput x[2]\ntarget kind class[4]\noutput score[4] = softmax(dense(x))\n"
	    "minimize cross_entropy(score, kind)\n");
	cr_expect(run("$MLPC predict other.mlp --weights w --data inputs.csv 2>&1") == 1);
	cr_expect(strncmp(output, "w: error: parameters of another architecture (model `hand`, fingerprint ",
	                  72) == 0,
	          "%s", output);
}

/* -- evaluate ----------------------------------------------------------------------------------------- */

/* By hand: the largest probabilities are blue, green, red, blue (a tie goes to the first). The loss is the
 * mean of -log of 0.307196, 0.628532, 0.211942 and 0.468311; F1 is 0 but for green, 2 * 1 / (2 + 0 + 1). */
Test(predict, evaluation)
{
	static const struct said rows[] = {
	        {"$MLPC evaluate hand.mlp --weights w --data hand.csv", 0,
	         "hand.csv: 4 rows\n"
	         "loss 0.9887, accuracy 25.00 % (1 of 4), macro f1 0.2222\n\n"
	         "kind: a row for each true class, a column for each predicted one\n"
	         "           blue  green  red, dark    recall  precision\n"
	         "     blue     0      0          1    0.00 %     0.00 %\n"
	         "    green     1      1          0   50.00 %   100.00 %\n"
	         "red, dark     1      0          0    0.00 %     0.00 %\n"},
	        {"tail -n 3 hand.csv | $MLPC evaluate hand.mlp --weights w --data - | head -n 1", 0,
	         "standard input: 3 rows\n"},
	        {"$MLPC evaluate hand.mlp --weights w --data inputs.csv", 1,
	         "inputs.csv:1:1: error: 2 columns, but `hand` needs 3: 2 for inputs, 1 for targets\n"
	         "    1 | 1,0\n      | ^\n"
	         "       help: choose columns with --inputs LIST and --target LIST, by number or name (such "
	         "as 1-3,7)\n"},
	        {"$MLPC evaluate hand.mlp --weights w --data hand.csv -o x", 2,
	         "mlpc: error[unknown-option]: unknown option `-o`; `mlpc evaluate --help` lists them\n"},
	        {"sh -c '$MLPC evaluate hand.mlp --weights w --data hand.csv >/dev/full'", 3,
	         "mlpc: error: cannot write `standard output`: No space left on device\n"},
	};
	CHECK_SAID(rows);
}

Test(predict, a_class_that_the_training_did_not_have)
{
	put("new.csv", "1,0,purple\n");
	static const struct said rows[] = {
	        {"$MLPC evaluate hand.mlp --weights w --data new.csv", 1,
	         "new.csv:1:5: error: `purple` is no class of `kind`\n    1 | 1,0,purple\n      |     "
	         "^^^^^^\n"
	         "       help: the classes: blue, green, red, dark\n"},
	};
	CHECK_SAID(rows);
}

/* 40 classes in a cycle: class c is taken for the next one c times; the matrix is not printed. */
Test(predict, the_worst_pairs_of_many_classes)
{
	FILE *model = fopen("many.mlp", "w"), *data = fopen("many.csv", "w");
	fputs("model many\ninput x[40]\ntarget k class[40]\nparam shift[40] = zeros\n"
	      "output p[40] = softmax(x + shift)\nminimize cross_entropy(p, k)\n",
	      model);
	for (int c = 0; c < 40; c++)
		for (int n = 0; n < c + 1; n++) {
			int column = n < c ? (c + 1) % 40 : c;
			for (int k = 0; k < 40; k++)
				fprintf(data, "%d,", k == column);
			fprintf(data, "c%02d\n", c);
		}
	fclose(model);
	fclose(data);
	static const struct said rows[] = {
	        {"$MLPC train many.mlp --data many.csv --epochs 0 --save m --quiet", 0, ""},
	        {"$MLPC evaluate many.mlp --weights m --data many.csv | sed -n '4,6p;24,26p'", 0,
	         "k: the classes most often confused:\n"
	         "      39  c39 taken for c00\n      38  c38 taken for c39\n"
	         "      20  c20 taken for c21\n          and 19 more pairs\n"},
	};
	CHECK_SAID(rows);
}

/* --target is the machine for which the code is made, or the columns of the targets. */
Test(predict, a_target_is_a_machine_or_columns)
{
	put("turned.csv", "kind,a,b\ngreen,0,1\n");
	static const struct said rows[] = {
	        {"$MLPC evaluate hand.mlp --weights w --target=native --target kind --data turned.csv | head "
	         "-n 2",
	         0, "turned.csv: 1 rows\nloss 0.4644, accuracy 100.00 % (1 of 1), macro f1 1.0000\n"},
	        {"$MLPC train hand.mlp --target kind --data turned.csv --epochs 0 --quiet", 0, ""},
	};
	CHECK_SAID(rows);
}
