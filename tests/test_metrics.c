/* The figures of merit: worked examples, definitions written another way (each pair, each class, two passes),
 * and which of them a network has. */
#include "host/metrics.h"
#include "host_fixture.h"
#include "support.h"

TestSuite(metrics, .init = enter_directory, .fini = leave_directory);

/* -- Two sources ------------------------------------------------------------------------------------------
 */

/* Rows 0 … n-1: 0 0 1 2 2 1 against 0 1 1 2 0 1. Class 0: tp 1, fp 1, fn 1; 1: tp 2, fp 1; 2: tp 1, fn 1. */
Test(metrics, macro_f1_by_hand)
{
	static const int32_t WANTED[] = {0, 0, 1, 2, 2, 1}, FOUND[] = {0, 1, 1, 2, 0, 1};
	struct mlp_tally tally;
	cr_assert(mlp_tally_open(&tally, 4, 1));
	for (int i = 0; i < 6; i++)
		mlp_tally_class(&tally, WANTED[i], FOUND[i]);
	cr_expect_float_eq(mlp_tally_macro_f1(&tally), (1.0 / 2 + 4.0 / 5 + 2.0 / 3) / 3, 1e-15);
	cr_expect_eq(tally.confusion[0 * 4 + 1], 1);
	cr_expect_eq(tally.confusion[2 * 4 + 0], 1);
	cr_expect_eq(tally.confusion[1 * 4 + 1], 2);
	mlp_tally_class(&tally, 0, 3);   /* a class that is only predicted occurs, with F1 0 */
	cr_expect_float_eq(mlp_tally_macro_f1(&tally), (2.0 / 5 + 4.0 / 5 + 2.0 / 3 + 0) / 4, 1e-15);
	mlp_tally_class(&tally, 0, -1);   /* no number: a miss of class 0 */
	cr_expect_float_eq(mlp_tally_macro_f1(&tally), (2.0 / 6 + 4.0 / 5 + 2.0 / 3 + 0) / 4, 1e-15);
	mlp_tally_close(&tally);
}

static double f1_of(const int32_t *wanted, const int32_t *found, int count, int32_t c, bool *occurs)
{
	double right = 0, misses = 0, alarms = 0;
	for (int i = 0; i < count; i++) {
		right += wanted[i] == c && found[i] == c;
		misses += wanted[i] == c && found[i] != c;
		alarms += wanted[i] != c && found[i] == c;
	}
	*occurs = right + misses + alarms > 0;
	double precision = right / (right + alarms), recall = right / (right + misses);
	return right > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

Test(metrics, macro_f1_by_precision_and_recall)
{
	enum { COUNT = 60, CLASSES = 7 };
	struct random random = random_new();
	for (int trial = 0; trial < 200; trial++) {
		int32_t wanted[COUNT], found[COUNT], kinds = 1 + random_below(&random, CLASSES);
		struct mlp_tally tally;
		cr_assert(mlp_tally_open(&tally, CLASSES, 1));
		for (int i = 0; i < COUNT; i++) {
			wanted[i] = random_below(&random, kinds);
			found[i] = random_below(&random, kinds);
			mlp_tally_class(&tally, wanted[i], found[i]);
		}
		double sum = 0, occur = 0;
		for (int32_t c = 0; c < CLASSES; c++) {
			bool occurs;
			sum += f1_of(wanted, found, COUNT, c, &occurs);
			occur += occurs;
		}
		cr_expect_float_eq(mlp_tally_macro_f1(&tally), sum / occur, 1e-12);
		mlp_tally_close(&tally);
	}
}

/* Every pair of a positive and a negative. */
Test(metrics, auc_by_pairs)
{
	enum { COUNT = 50 };
	struct random random = random_new();
	for (int trial = 0; trial < 300; trial++) {
		double score[COUNT], wins = 0, pairs = 0;
		bool positive[COUNT];
		int levels = 1 + random_below(&random, 40);
		struct mlp_tally tally;
		cr_assert(mlp_tally_open(&tally, 2, 1));
		for (int i = 0; i < COUNT; i++) {
			positive[i] = random_below(&random, 3) == 0;
			score[i] = (random_below(&random, levels) + (positive[i] ? 1 : 0)) / 8.0;
			mlp_tally_score(&tally, positive[i], score[i]);
		}
		for (int i = 0; i < COUNT; i++)
			for (int j = 0; j < COUNT; j++) {
				if (!positive[i] || positive[j])
					continue;
				pairs++;
				wins += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
			}
		double auc = mlp_tally_auc(&tally);
		cr_expect(pairs > 0 ? fabs(auc - wins / pairs) < 1e-12 : isnan(auc), "%g", auc);
		mlp_tally_close(&tally);
	}
}

Test(metrics, auc_that_there_is_not)
{
	struct mlp_tally tally;
	cr_assert(mlp_tally_open(&tally, 2, 1));
	cr_expect(isnan(mlp_tally_auc(&tally)));
	mlp_tally_score(&tally, true, 1);
	cr_expect(isnan(mlp_tally_auc(&tally)), "one class alone");
	mlp_tally_score(&tally, false, 0);
	cr_expect_eq(mlp_tally_auc(&tally), 1);
	mlp_tally_score(&tally, false, (double)NAN);
	cr_expect(isnan(mlp_tally_auc(&tally)), "a score that is no number");
	mlp_tally_clear(&tally);
	mlp_tally_score(&tally, true, -INFINITY);
	mlp_tally_score(&tally, false, INFINITY);
	cr_expect_eq(mlp_tally_auc(&tally), 0);
	mlp_tally_close(&tally);
}

/* wanted 3 -0.5 2 7 against 2.5 0 2 8: errors -0.5 0.5 0 1; mean 2.875, squares about it 29.1875. */
Test(metrics, errors_by_hand)
{
	static const double WANTED[] = {3, -0.5, 2, 7}, FOUND[] = {2.5, 0, 2, 8};
	struct mlp_tally tally;
	cr_assert(mlp_tally_open(&tally, 2, 2));
	for (int i = 0; i < 4; i++) {
		mlp_tally_real(&tally, 0, WANTED[i], FOUND[i]);
		mlp_tally_real(&tally, 1, 5, 5);   /* always the same, and found */
	}
	cr_expect_float_eq(mlp_tally_rmse(&tally), sqrt(1.5 / 4) / 2, 1e-15);
	cr_expect_float_eq(mlp_tally_mae(&tally), 0.5 / 2, 1e-15);
	cr_expect_float_eq(mlp_tally_r2(&tally), (1 - 1.5 / 29.1875 + 1) / 2, 1e-15);
	mlp_tally_real(&tally, 1, 5, 6);   /* and once not */
	cr_expect_float_eq(mlp_tally_r2(&tally), (1 - 1.5 / 29.1875 + 0) / 2, 1e-15);
	mlp_tally_close(&tally);
}

/* A large mean must not swallow the deviation. */
Test(metrics, r2_in_two_passes)
{
	enum { COUNT = 100 };
	struct random random = random_new();
	struct mlp_tally tally;
	double wanted[COUNT], found[COUNT], mean = 0, residual = 0, total = 0;
	cr_assert(mlp_tally_open(&tally, 2, 1));
	for (int i = 0; i < COUNT; i++) {
		wanted[i] = 1e8 + random_between(&random, -1, 1);
		found[i] = wanted[i] + random_between(&random, -0.3, 0.3);
		mean += wanted[i] / COUNT;
		mlp_tally_real(&tally, 0, wanted[i], found[i]);
	}
	for (int i = 0; i < COUNT; i++) {
		residual += (found[i] - wanted[i]) * (found[i] - wanted[i]);
		total += (wanted[i] - mean) * (wanted[i] - mean);
	}
	cr_expect_float_eq(mlp_tally_r2(&tally), 1 - residual / total, 1e-7);
	mlp_tally_close(&tally);
}

/* -- Which of them a network has ---------------------------------------------------------------------------
 */

/* Outputs are what the inputs are, the first of them as many as needed. */
static int output_elements;

static double no_loss(const void *net, void *work, int rows, const void *const *inputs,
                      const void *const *targets)
{
	(void)net, (void)work, (void)inputs, (void)targets;
	return rows;
}

static void echo(const void *net, void *work, int rows, const void *const *inputs, void *const *outputs)
{
	(void)net, (void)work;
	memcpy(outputs[0], inputs[0], (size_t)rows * (size_t)output_elements * sizeof(float));
}

struct echo {
	int32_t target_elements, classes, output_elements;
	const char *text;
	const char *figures;
};

static void expect_echo(const struct echo *example)
{
	int32_t k = example->output_elements, n = example->target_elements;
	const struct mlp_port input = {"x", 1, {k}, k, 0, MLP_AS_IS, -1, -1};
	const struct mlp_port target = {"t", 1, {n}, n, example->classes, MLP_AS_IS, -1, -1};
	const struct mlp_port output = {"y", 1, {k}, k, 0, MLP_AS_IS, -1, -1};
	const struct mlp_network network = {.name = "echo", .real_size = 4, .batch = 2, .input_count = 1,
	                                    .target_count = 1, .output_count = 1, .inputs = &input,
	                                    .targets = &target, .outputs = &output, .predict = echo,
	                                    .loss = no_loss};
	struct mlp_options options = {.data = "data.txt", .epochs = -1, .patience = -1};
	struct reading reading;
	struct mlp_evaluator evaluator;
	char text[MLP_FIGURES_TEXT];
	output_elements = k;
	write_file("data.txt", example->text, strlen(example->text));
	read_files(&reading, &network, &options);
	cr_assert_eq(reading.status, MLP_WELL, "%s", reading.text);
	cr_assert_eq(mlp_evaluator_open(&evaluator, &reading.messages, &network), MLP_WELL);
	struct mlp_figures figures = mlp_evaluate(&evaluator, NULL, &reading.data,
	                                          mlp_choose_metric(&network, &reading.data));
	cr_expect_str_eq(mlp_figures_text(text, &figures), example->figures);
	cr_expect_eq(figures.confusion != NULL, strncmp(example->figures, "accuracy", 8) == 0);
	mlp_evaluator_close(&evaluator);
	free_reading(&reading);
}

Test(metrics, figures_of_a_network)
{
	static const struct echo EXAMPLES[] = {
		/* two classes, two outputs: the score is their difference: 0.2 0.4 | -0.2 0.4, one tie */
		{1, 2, 2, "0.4 0.6 a\n0.3 0.7 b\n0.6 0.4 a\n0.1 0.5 b\n",
		 "accuracy 75.00 % (3 of 4), macro f1 0.7333, auc 1.0000"},
		{1, 2, 2, "0 1 a\n0 1 b\n1 0 a\n",
		 "accuracy 66.67 % (2 of 3), macro f1 0.6667, auc 0.7500"},
		{1, 2, 1, "0.5 a\n0.7 b\n", "accuracy 50.00 % (1 of 2), macro f1 0.3333, auc 1.0000"},
		{1, 3, 3, "1 0 0 a\n0 1 0 b\n0 1 0 c\n", "accuracy 66.67 % (2 of 3), macro f1 0.5556"},
		/* 0 and 1: a threshold; other numbers: errors */
		{1, 0, 1, "0.2 0\n0.2 1\n0.9 1\n", "accuracy 66.67 % (2 of 3), macro f1 0.6667, auc 0.7500"},
		{1, 0, 1, "0 0\n2 1\n2 2\n", "rmse 0.5774, mae 0.3333, r2 0.5000"},
		{1, 0, 1, "3 2\n", "rmse 1.0000, mae 1.0000"},
		{2, 0, 2, "0 1 0 0\n1 1 1 0\n",
		 "rmse 0.5000, mae 0.5000, r2 0.5000 (means over 2 elements)"},
		/* which output is it? */
		{1, 0, 2, "0 0 1\n", ""},
	};
	for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++)
		expect_echo(&EXAMPLES[i]);
}
