/* The log read by another program's rules (jansson's strict parser), and norms by hand. */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <locale.h>

#include "host/norms.h"
#include "host/parameters.h"
#include "training_fixture.h"

TestSuite(log, .init = enter_directory, .fini = leave_directory);

static void write_rows(int rows)
{
	FILE *file = fopen("data.csv", "w");
	for (int row = 0; row < rows; row++)
		fprintf(file, "%d,%d,%d,%d,%c\n", row % 7, row % 5 + row % 3, row % 3, row % 2,
		        "abc"[row % 3]);
	fclose(file);
}

static struct mlp_options options_of(int epochs)
{
	return (struct mlp_options){.data = "data.csv", .log = "log.jsonl", .epochs = epochs, .patience = -1};
}

/* The lines of the log, an array of objects. */
static json_t *read_log(void)
{
	FILE *file = fopen("log.jsonl", "r");
	cr_assert(file);
	json_t *lines = json_array();
	char text[1 << 14];
	while (fgets(text, sizeof text, file)) {
		json_error_t error;
		json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
		cr_assert(line, "%s in %s", error.text, text);
		json_array_append_new(lines, line);
	}
	fclose(file);
	return lines;
}

static const char *text_of(json_t *lines, size_t line, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(lines, line), key));
	return text ? text : "null";
}

static double number_of(json_t *lines, size_t line, const char *key)
{
	return json_number_value(json_object_get(json_array_get(lines, line), key));
}

/* Loss 1 / (epoch + 2), evaluated: 1/3, 0.1, then NaN and infinite. */
static double falling_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	struct flowers_training *t = training;
	(void)rows, (void)inputs, (void)targets;
	t->net.b[0] = (float)t->epoch;
	return 1.0 / (t->epoch + 2);
}

static double scripted_loss(const void *net, void *work, int rows, const void *const *inputs,
                            const void *const *targets)
{
	static const double SCRIPT[] = {1.0 / 3, 0.1, (double)NAN, INFINITY};
	(void)work, (void)rows, (void)inputs, (void)targets;
	return SCRIPT[(int)((const struct flowers *)net)->b[0]];
}

static struct mlp_network scripted(void)
{
	struct mlp_network network = FLOWERS;
	network.train_step = falling_step;
	network.loss = scripted_loss;
	return network;
}

static void expect_lines(json_t *lines)
{
	cr_assert_eq(json_array_size(lines), 7);
	cr_expect_str_eq(text_of(lines, 0, "event"), "run");
	cr_expect_str_eq(text_of(lines, 0, "model"), "flowers");
	cr_expect_str_eq(text_of(lines, 0, "mlpc"), FLOWERS.version);
	cr_expect_eq(strtoull(text_of(lines, 0, "fingerprint"), NULL, 16), FLOWERS.fingerprint);
	cr_expect_str_eq(text_of(lines, 0, "data"), "data.csv");
	cr_expect_str_eq(text_of(lines, 0, "seed"), "18446744073709551615");
	cr_expect_eq(number_of(lines, 0, "rows"), 24);
	cr_expect_eq(number_of(lines, 0, "validation_rows"), 6);
	cr_expect_eq(number_of(lines, 0, "parameters"), 15);
	for (size_t epoch = 0; epoch < 4; epoch++) {
		static const double held[] = {1.0 / 3, 0.1};
		json_t *validation = json_object_get(json_array_get(lines, epoch + 1), "validation");
		cr_expect_str_eq(text_of(lines, epoch + 1, "event"), "epoch");
		cr_expect_eq(number_of(lines, epoch + 1, "epoch"), (double)epoch + 1);
		cr_expect_eq(number_of(lines, epoch + 1, "step"), 3 * ((double)epoch + 1));
		cr_expect_float_eq(number_of(lines, epoch + 1, "loss"), 1.0 / ((double)epoch + 2), 1e-15);
		cr_expect_eq(number_of(lines, epoch + 1, "best_epoch"), epoch == 0 ? 1 : 2);
		cr_expect_eq(number_of(lines, epoch + 1, "epochs_since"), epoch < 2 ? 0 : (double)epoch - 1);
		json_t *loss = json_object_get(validation, "loss");
		if (epoch < 2)
			cr_expect_float_eq(json_number_value(loss), held[epoch], 1e-15);
		else
			cr_expect(json_is_null(loss));
		cr_expect_geq(json_number_value(json_object_get(validation, "accuracy")), 0);
		cr_expect_null(json_object_get(validation, "rmse"));
	}
	cr_expect_str_eq(text_of(lines, 5, "event"), "training");
	cr_expect_eq(number_of(lines, 5, "epochs"), 4);
	cr_expect_str_eq(text_of(lines, 6, "event"), "end");
	cr_expect_str_eq(text_of(lines, 6, "ended"), "well");
}

Test(log, lines)
{
	struct mlp_network network = scripted();
	struct mlp_options options = options_of(4);
	options.split = 0.2;
	options.quiet = true;
	options.seed_given = true;
	options.seed = UINT64_MAX;
	write_rows(30);
	struct result result = run(&network, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	json_t *lines = read_log();
	expect_lines(lines);
	json_decref(lines);
	free_result(&result);
}

Test(log, a_comma_of_the_locale)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		cr_skip_test("no German locale");
	cr_assert_eq(*localeconv()->decimal_point, ',');
	struct mlp_network network = scripted();
	struct mlp_options options = options_of(2);
	options.split = 0.2;
	write_rows(30);
	struct result result = run(&network, &options);
	json_t *lines = read_log();
	cr_expect_eq(number_of(lines, 1, "loss"), 0.5);
	json_t *validation = json_object_get(json_array_get(lines, 1), "validation");
	cr_expect_float_eq(json_number_value(json_object_get(validation, "loss")), 1.0 / 3, 1e-15);
	json_decref(lines);
	free_result(&result);
}

Test(log, several_trainings)
{
	struct mlp_options options = options_of(2);
	options.folds = 3;
	write_rows(30);
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	json_t *lines = read_log();
	cr_assert_eq(json_array_size(lines), 1 + 3 * (2 + 1) + 1);
	cr_expect_eq(number_of(lines, 0, "trainings"), 3);
	for (size_t f = 0; f < 3; f++) {
		cr_expect_eq(number_of(lines, 1 + 3 * f, "fold"), (double)f + 1);
		cr_expect_eq(number_of(lines, 2 + 3 * f, "epoch"), 2);
		cr_expect_str_eq(text_of(lines, 3 + 3 * f, "event"), "training");
		cr_expect_eq(number_of(lines, 3 + 3 * f, "fold"), (double)f + 1);
	}
	json_decref(lines);
	free_result(&result);
}

/* What is resumed goes on in the same file, after a line that tells from where. */
Test(log, a_resumed_run)
{
	struct mlp_options options = options_of(2);
	options.checkpoint = "run.safetensors";
	options.resume = true;
	write_rows(30);
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	free_result(&result);
	options.epochs = 3;
	result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	json_t *lines = read_log();
	cr_assert_eq(json_array_size(lines), 5 + 4);
	cr_expect_str_eq(text_of(lines, 5, "event"), "run");
	cr_expect_eq(number_of(lines, 5, "epochs_before"), 2);
	cr_expect_eq(number_of(lines, 6, "epoch"), 3);
	json_decref(lines);
	free_result(&result);
}

/* Training goes on and its parameters are saved; the status tells. */
Test(log, a_full_disk)
{
	struct mlp_options options = options_of(3);
	options.log = "/dev/full";
	options.save = "kept.safetensors";
	write_rows(30);
	struct result result = run(&FLOWERS, &options);
	cr_expect_eq(result.status, MLP_BAD_SYSTEM);
	char expected[128];
	snprintf(expected, sizeof expected, "mlpc: error: cannot write `/dev/full`: %s\n", strerror(ENOSPC));
	cr_expect_str_eq(result.err, expected);
	cr_expect_eq(access("kept.safetensors", R_OK), 0);
	free_result(&result);
}

Test(log, a_place_that_is_not_there)
{
	struct mlp_options options = options_of(3);
	options.log = "none/log.jsonl";
	write_rows(30);
	struct result result = run(&FLOWERS, &options);
	cr_expect_eq(result.status, MLP_BAD_SYSTEM);
	char expected[128];
	snprintf(expected, sizeof expected, "mlpc: error: cannot write `none/log.jsonl`: %s\n",
	         strerror(ENOENT));
	cr_expect_str_eq(result.err, expected);
	cr_expect_str_empty(result.out ? result.out : "", "nothing was trained");
	free_result(&result);
}

static double failing_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	(void)training, (void)rows, (void)inputs, (void)targets;
	return (double)NAN;
}

Test(log, a_failure)
{
	struct mlp_network network = FLOWERS;
	struct mlp_options options = options_of(3);
	network.train_step = failing_step;
	write_rows(30);
	struct result result = run(&network, &options);
	cr_expect_eq(result.status, MLP_BAD_DATA);
	json_t *lines = read_log();
	cr_assert_eq(json_array_size(lines), 2);
	cr_expect_str_eq(text_of(lines, 1, "ended"), "failed");
	cr_expect_eq(number_of(lines, 1, "status"), MLP_BAD_DATA);
	json_decref(lines);
	free_result(&result);
}

/* -- Norms ------------------------------------------------------------------------------------------------
 */

/* W is 3 x 4, b has 3. */
Test(log, norms_by_hand)
{
	struct mlp_norms norms;
	struct flowers before = {.W = {{3, 0, 0, 0}, {0, 4, 0, 0}, {0, 0, 0, 0}}}, after = before;
	cr_assert(mlp_norms_open(&norms, &FLOWERS));
	after.W[0][0] = 4;
	after.W[1][3] = -2;
	after.b[2] = 0.5f;
	mlp_norms_begin(&norms, &before);
	mlp_norms_end(&norms, &after);
	cr_expect_float_eq(norms.tensors[0].before, 5, 1e-15);
	cr_expect_float_eq(norms.tensors[0].after, 6, 1e-15);
	cr_expect_float_eq(norms.tensors[0].update, sqrt(5), 1e-15);
	cr_expect_float_eq(mlp_norm_ratio(&norms.tensors[0]), sqrt(5) / 5, 1e-15);
	cr_expect_eq(norms.tensors[0].rows, 3);
	cr_expect_eq(norms.tensors[0].still, 1);
	cr_expect_eq(norms.tensors[1].before, 0);
	cr_expect_eq(mlp_norm_ratio(&norms.tensors[1]), 1, "from 0: relative to what it has become");
	mlp_norms_close(&norms);
}

/* Two matrices of one tensor's kind each, so that one can vanish beside the other. */
struct pair {
	float a[2][2], b[2][2];
};

static const struct mlp_tensor PAIR[] = {{"first.W", 2, {2, 2}, 4, MLP_PARAMETER},
                                         {"last.W", 2, {2, 2}, 4, MLP_PARAMETER}};

static const struct mlp_tensor *pair_tensor(int k)
{
	return &PAIR[k];
}

static void pair_get(const void *net, int k, void *values)
{
	const struct pair *pair = net;
	memcpy(values, k == 0 ? pair->a : pair->b, sizeof pair->a);
}

static void expect_warnings(const struct pair *steps, int count, const char *warnings)
{
	static const struct mlp_network network = {.name = "pair", .real_size = 4, .tensor_count = 2,
	                                           .tensor = pair_tensor, .get = pair_get};
	struct mlp_norms norms;
	char *text = NULL;
	size_t length;
	struct mlp_messages messages = {.file = open_memstream(&text, &length)};
	cr_assert(mlp_norms_open(&norms, &network));
	for (int epoch = 0; epoch + 1 < count; epoch++) {
		mlp_norms_begin(&norms, &steps[epoch]);
		mlp_norms_end(&norms, &steps[epoch + 1]);
		mlp_norms_warn(&norms, &messages, epoch);
	}
	fclose(messages.file);
	cr_expect_str_eq(text, warnings);
	free(text);
	mlp_norms_close(&norms);
}

Test(log, warnings_of_norms)
{
	const struct pair start = {{{1, 0}, {0, 1}}, {{1, 0}, {0, 1}}};
	struct pair still[] = {start, start, start};
	still[1].b[0][0] = still[1].b[1][0] = 1.5f;
	still[2].b[0][0] = still[2].b[1][0] = 1.75f;
	expect_warnings(still, 3, "mlpc: warning: epoch 1: `first.W` has not moved: its gradient is 0\n");
	struct pair vanishing[] = {start, start, start, start};
	for (int k = 1; k < 4; k++)
		for (int i = 0; i < 4; i++) {
			(&vanishing[k].a[0][0])[i] += 1e-4f * (float)k;
			(&vanishing[k].b[0][0])[i] += 0.5f * (float)k;
		}
	expect_warnings(vanishing, 4,
	                "mlpc: warning: epoch 2: vanishing: `first.W` moves by 0.00014 of its norm, "
	                "`last.W` by 0.45\n");
	struct pair dead[] = {start, start, start};
	dead[1].a[0][0] = 2;
	dead[2].a[0][0] = 3;
	for (int k = 1; k < 3; k++)
		dead[k].b[0][0] = dead[k].b[1][1] = (float)k + 2;
	expect_warnings(dead, 3,
	                "mlpc: warning: epoch 1: dead units: 1 of 2 rows of `first.W` have not moved\n");
	struct pair exploding[] = {start, start, start};
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < 4; i++)
			(&exploding[k].a[0][0])[i] = (&exploding[k].b[0][0])[i] = k == 2 ? 100 : (float)k + 1;
	exploding[2].b[0][0] = INFINITY;
	expect_warnings(exploding, 3,
	                "mlpc: warning: epoch 2: exploding: the norm of `first.W` has grown from 4 to 200\n"
	                "mlpc: warning: epoch 2: exploding: the norm of `last.W` has grown from 4 to inf\n");
}

Test(log, norms_of_a_run)
{
	struct mlp_options options = options_of(2);
	options.norms = true;
	write_rows(30);
	struct result result = run(&FLOWERS, &options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	const char *line = strstr(result.out, "\n    score.W              norm ");
	cr_assert(line, "%s", result.out);
	json_t *lines = read_log();
	json_t *norms = json_object_get(json_array_get(lines, 1), "norms");
	double norm = json_number_value(json_object_get(json_object_get(norms, "score.W"), "norm"));
	cr_expect_float_eq(strtod(strstr(line, "norm ") + 5, NULL), norm, 1e-4);
	cr_expect_null(json_object_get(norms, "flower.mean"), "no parameter");
	json_decref(lines);
	free_result(&result);
}
