/* Checkpoint files: what is in them, that --load takes their parameters, and every refusal word for word. */
#define _GNU_SOURCE
#include <jansson.h>
#include <xxhash.h>

#include "host/replacement.h"
#include "resume_fixture.h"

int fsync(int descriptor)
{
	return descriptor < 0 ? -1 : 0;
}

static struct generated small;
static struct mlp_network network;

static struct mlp_options options_with(const char *checkpoint, bool resume)
{
	return (struct mlp_options){.data = "data.csv", .checkpoint = checkpoint, .resume = resume,
	                            .epochs = -1, .patience = -1, .quiet = true};
}

/* `c` becomes the checkpoint of a run that was killed in its third epoch, 16 rows into it. */
static void begin(void)
{
	enter_memory();
	small = generate_small("adam(rate = 0.05)", "", false);
	network = mortal(small.network);
	write_rows("data.csv", RESUME_ROWS, 5);
	struct mlp_options options = options_with("c", false);
	options.checkpoint_steps = 2;
	fatal_step = 2 * RESUME_STEPS + 4;
	fatal_signal = SIGKILL;
	cr_assert_eq(run_child(&network, &options, NULL), 128 + SIGKILL);
	cr_assert(rename("c", "first") == 0);
	fatal_step = 0;
}

/* The next case starts from the same file and the same network. */
static void begin_again(void)
{
	network = *small.network;
	network.train_step = fatal_train_step;
	cr_assert(system("rm -f c c.mlpc-part && cp first c") == 0);
	write_rows("data.csv", RESUME_ROWS, 5);
}

static void end(void)
{
	generated_free(&small);
	leave_directory();
}

TestSuite(checkpoint, .init = begin, .fini = end, .timeout = 60);

static void expect_refusal(const struct mlp_network *with, const struct mlp_options *options, int wanted,
                           const char *text)
{
	size_t length;
	int status = run_child(with, options, NULL);
	char *said = file_text("err", &length);
	cr_expect_eq(status, wanted, "status %d: %s", status, said);
	cr_expect_str_eq(said, text, "%s", said);
	cr_expect_not(has_temporary(options->checkpoint));
	free(said);
}

/* -- Another run ---------------------------------------------------------------------------------------- */

#define NEW_RUN "       help: or `--load c` begins a new run with these parameters\n"

static void another_seed(void)
{
	struct mlp_options options = options_with("c", true);
	options.seed_given = true;
	options.seed = UINT64_MAX;
	expect_refusal(&network, &options, MLP_BAD_DATA,
	               "c: error: the run was begun with seed 3, not 18446744073709551615\n"
	               "       help: `--seed 3` goes on with it\n" NEW_RUN);
}

static void another_batch(void)
{
	struct mlp_options options = options_with("c", true);
	network.batch = 4;
	network.program++;
	expect_refusal(&network, &options, MLP_BAD_DATA,
	               "c: error: the run was begun with batch 8, not 4\n"
	               "       help: `--batch=8` goes on with it\n" NEW_RUN);
}

static void another_split(void)
{
	struct mlp_options options = options_with("c", true);
	options.split = 0.3;
	expect_refusal(&network, &options, MLP_BAD_DATA,
	               "c: error: the run was begun with --split 0, not 0.3\n"
	               "       help: `--split 0` goes on with it\n" NEW_RUN);
}

/* Without the digits of a checksum, which stand for themselves. */
static void expect_other_data(const struct mlp_options *options, const char *text)
{
	size_t length;
	cr_expect_eq(run_child(&network, options, NULL), MLP_BAD_DATA);
	char *said = file_text("err", &length), *into = said;
	for (char *at = said; *at;) {
		bool digits = at - said > 9 && strncmp(at - 9, "checksum ", 9) == 0 &&
		              strspn(at, "0123456789abcdef") == 16;
		*into++ = digits ? '#' : *at;
		at += digits ? 16 : 1;
	}
	*into = '\0';
	cr_expect_str_eq(said, text, "%s", said);
	free(said);
}

static void other_data(void)
{
	struct mlp_options options = options_with("c", true);
	write_rows("data.csv", RESUME_ROWS, 6);
	expect_other_data(&options,
	                  "c: error: the run was begun with other training data: 45 rows, checksum #, not 45 rows, "
	                  "checksum #\n       help: give it the data that it was begun with\n" NEW_RUN);
	write_rows("data.csv", RESUME_ROWS, 5);
	options.test = "data.csv";
	expect_other_data(&options,
	                  "c: error: the run was begun with other test data: none, not 45 rows, checksum #\n"
	                  "       help: give it the test data that it was begun with\n" NEW_RUN);
}

static void another_program(void)
{
	char text[512];
	struct mlp_options options = options_with("c", true);
	uint64_t before = network.program;
	network.program ^= 1;
	snprintf(text, sizeof text,
	         "c: error: the run was begun by another program: %016llx, not %016llx\n       help: the model, the "
	         "options of its compilation or mlpc have changed since\n" NEW_RUN,
	         (unsigned long long)before, (unsigned long long)network.program);
	expect_refusal(&network, &options, MLP_BAD_DATA, text);
}

/* Whatever changes the computation changes the program; the layout of the text does not. */
Test(checkpoint, the_program_is_known_by_its_code)
{
	static const struct { const char *optimizer, *settings; bool same;
	} MODELS[] = {{"adam(rate = 0.05)", "# a remark\n epochs = 40, patience = 3", true},
	              {"adam(rate = 0.051)", "", false},
	              {"adam(rate = 0.05)", "clip = value(1)", false}};
	for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
		const char *settings = MODELS[i].settings;
		char model[1024];
		snprintf(model, sizeof model, RESUME_MODEL, MODELS[i].optimizer, i == 0 ? "" : settings);
		char *epochs = strstr(model, "epochs = 4,");
		if (i == 0)
			memcpy(epochs, "epochs = 9,", strlen("epochs = 9,"));
		write_file("small.mlp", model, strlen(model));
		struct generated other = generate("small.mlp", false, "gcc -O0");
		cr_assert(other.network, "%s", other.fault);
		cr_expect_eq(other.network->fingerprint, network.fingerprint);
		cr_expect_eq(other.network->program == network.program, MODELS[i].same, "model %zu", i);
		generated_free(&other);
	}
}

static void another_type_or_architecture(void)
{
	struct mlp_options options = options_with("c", true);
	struct generated other = generate_small("adam(rate = 0.05)", "", true);
	expect_refusal(other.network, &options, MLP_BAD_DATA,
	               "c: error: holds numbers of type float, but this program computes with double\n"
	               "       help: `--real=float` makes one that does\n");
	generated_free(&other);
	char text[256];
	network.fingerprint ^= 1;
	snprintf(text, sizeof text,
	         "c: error: parameters of another architecture (model `small`, fingerprint %016llx)\n"
	         "       help: `small` has the fingerprint %016llx\n",
	         (unsigned long long)small.network->fingerprint, (unsigned long long)network.fingerprint);
	expect_refusal(&network, &options, MLP_BAD_DATA, text);
}

static void fewer_epochs(void)
{
	struct mlp_options options = options_with("c", true);
	options.epochs = 2;
	expect_refusal(&network, &options, MLP_BAD_USAGE,
	               "c: error: the run is in epoch 3 already, beyond --epochs 2\n");
	options.epochs = 3;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
}

static void patience_that_came_late(void)
{
	struct mlp_options options = options_with("late", false);
	options.split = 0.3;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	options.resume = true;
	options.patience = 2;
	options.epochs = 9;
	size_t length;
	cr_expect_eq(run_child(&network, &options, NULL), MLP_BAD_DATA);
	char *said = file_text("err", &length);
	const char *wanted = "late: error: the run was begun without --patience: its best parameters, those of epoch ";
	cr_expect(strncmp(said, wanted, strlen(wanted)) == 0, "%s", said);
	cr_expect(strstr(said, ", are not kept\n       help: `--patience 0` goes on with it\n"), "%s", said);
	free(said);
}

/* -- The file -------------------------------------------------------------------------------------------- */

static void a_file_that_is_there_is_not_overwritten(void)
{
	struct mlp_options options = options_with("c", false);
	size_t length, after;
	char *before = file_text("c", &length);
	expect_refusal(&network, &options, MLP_BAD_USAGE,
	               "mlpc: error: `c` is there already\n       help: `--resume` goes on from it; to begin anew, "
	               "remove it or name another file\n");
	char *now = file_text("c", &after);
	cr_expect(length == after && memcmp(before, now, length) == 0);
	free(before);
	free(now);
}

static void parameters_alone(void)
{
	struct mlp_options options = options_with(NULL, false);
	options.save = "p";
	cr_assert_eq(run_child(&network, &options, NULL), MLP_WELL);
	options = options_with("p", true);
	expect_refusal(&network, &options, MLP_BAD_DATA,
	               "p: error: holds parameters alone, not the state of a run\n       help: `--load` begins a run "
	               "with them; name another file for its checkpoint\n");
}

static void one_run_at_a_time(void)
{
	struct mlp_options options = options_with("c", true);
	struct mlp_messages messages = {.file = stderr};
	struct mlp_replacement file;
	cr_assert_eq(mlp_replacement_open(&file, &messages, "c"), MLP_WELL);
	int status = run_child(&network, &options, NULL);
	cr_expect_eq(status, MLP_BAD_SYSTEM, "%d", status);
	cr_expect(has_temporary("c"));
	mlp_replacement_close(&file);
	cr_expect_not(has_temporary("c"));
	size_t length;
	char *said = file_text("err", &length);
	cr_expect_str_eq(said, "mlpc: error: cannot write `c`: it is being written already\n");
	free(said);
	write_file("c.mlpc-part", "left over", 9);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	cr_expect_not(has_temporary("c"));
}

/* --save under another spelling of the same name is found before training. */
static void saved_into_itself(void)
{
	struct mlp_options options = options_with("c", true);
	options.save = "./c";
	expect_refusal(&network, &options, MLP_BAD_SYSTEM,
	               "mlpc: error: cannot write `./c`: it is being written already\n");
}

static void mode_and_link_are_kept(void)
{
	struct mlp_options options = options_with("link", true);
	struct stat information;
	cr_assert(chmod("c", 0640) == 0 && symlink("c", "link") == 0);
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL);
	cr_expect(lstat("link", &information) == 0 && S_ISLNK(information.st_mode));
	cr_expect(stat("c", &information) == 0 && (information.st_mode & 0777) == 0640);
}

/* -- What is in it ----------------------------------------------------------------------------------------- */

static json_t *header_of(const char *bytes, uint64_t *header)
{
	memcpy(header, bytes, 8);
	json_t *root = json_loadb(bytes + 8, *header, JSON_REJECT_DUPLICATES, NULL);
	cr_assert(root);
	return root;
}

static void contents(void)
{
	static const char *const TEXTS[][2] = {
		{"format", "mlpc"}, {"model", "small"}, {"epoch", "2"},    {"seed", "3"},       {"checkpoint", "1"},
		{"real", "float"},  {"batch", "8"},     {"split", "0"},    {"test", "none"},    {"row", "16"},
		{"step", "14"},     {"best_epoch", "0"}, {"best_kept", "no"}};
	size_t length;
	uint64_t header;
	char *bytes = file_text("c", &length);
	json_t *root = header_of(bytes, &header), *metadata = json_object_get(root, "__metadata__");
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
		cr_expect_str_eq(json_string_value(json_object_get(metadata, TEXTS[i][0])), TEXTS[i][1], "%s",
		                 TEXTS[i][0]);
	const char *data = json_string_value(json_object_get(metadata, "data"));
	cr_expect(strncmp(data, "45 rows, checksum ", 18) == 0 && strlen(data) == 34, "%s", data);
	cr_expect_eq(json_object_size(root),
	             (size_t)(1 + network.tensor_count + network.state_count + 2));
	cr_expect(json_object_get(root, "state/hidden.W.m") || json_object_get(root, "state/y.W.m"));
	json_t *loss = json_object_get(json_object_get(root, "history/loss"), "shape");
	cr_expect(json_array_size(loss) == 1 && json_integer_value(json_array_get(loss, 0)) == 2);
	json_decref(root);
	free(bytes);
}

static void loaded_as_parameters(void)
{
	struct mlp_options options = options_with(NULL, false);
	size_t c_length, p_length;
	uint64_t c_header, p_header;
	options.load = "c";
	options.save = "p";
	options.epochs = 0;
	cr_assert_eq(run_child(&network, &options, NULL), MLP_WELL);
	char *c = file_text("c", &c_length), *p = file_text("p", &p_length);
	memcpy(&c_header, c, 8);
	memcpy(&p_header, p, 8);
	size_t parameters = p_length - 8 - p_header;
	cr_expect(parameters > 100 && memcmp(c + 8 + c_header, p + 8 + p_header, parameters) == 0);
	free(c);
	free(p);
}

/* -- Damage with the right checksum -------------------------------------------------------------------------- */

/* The file `c` with a text of its metadata set, or taken away, as `d`. */
static void write_changed(const char *key, const char *text)
{
	size_t length;
	uint64_t header, padded;
	char *bytes = file_text("c", &length), digits[33];
	json_t *root = header_of(bytes, &header), *metadata = json_object_get(root, "__metadata__");
	if (text)
		json_object_set_new(metadata, key, json_string(text));
	else
		json_object_del(metadata, key);
	json_object_set_new(metadata, "checksum", json_string("00000000000000000000000000000000"));
	char *json = json_dumps(root, JSON_COMPACT), *changed = calloc(1, length + 1024);
	padded = strlen(json);
	memcpy(changed, &padded, 8);
	memcpy(changed + 8, json, padded);
	memcpy(changed + 8 + padded, bytes + 8 + header, length - 8 - header);
	length = length - header + padded;
	XXH128_hash_t hash = XXH3_128bits(changed, length);
	snprintf(digits, sizeof digits, "%016llx%016llx", (unsigned long long)hash.high64,
	         (unsigned long long)hash.low64);
	memcpy(strstr(changed + 8, "\"checksum\":\"") + 12, digits, 32);
	write_file("d", changed, length);
	json_decref(root);
	free(json);
	free(bytes);
	free(changed);
}

#define COUNTERS "damaged: the counters do not agree"

static const struct { const char *key, *text, *message;
} DAMAGES[] = {
	{"checkpoint", "2", "a checkpoint of another version of mlpc"},
	{"epoch", NULL, COUNTERS},        {"epoch", "-1", COUNTERS},       {"epoch", "2147483648", COUNTERS},
	{"epoch", "3", "tensor `history/loss` has another shape"},
	{"best_kept", NULL, COUNTERS},    {"best_kept", "yes", "tensor `best/x.mean` is missing"},
	{"real", NULL, "damaged: no type of numbers"},
	{"real", "half", "damaged: no type of numbers"},
	{"row", NULL, COUNTERS},          {"row", "17", COUNTERS},         {"row", "46", COUNTERS},
	{"row", "48", COUNTERS},          {"row", "24", COUNTERS},         {"row", "45", COUNTERS},
	{"row", "18446744073709551616", COUNTERS},                        {"row", "", COUNTERS},
	{"step", "13", COUNTERS},         {"step", "4294967310", COUNTERS}, {"step", " 14", COUNTERS},
	{"loss_sum", NULL, COUNTERS},     {"loss_sum", "7ff0000000000000", COUNTERS},
	{"loss_sum", "7ff8000000000000", COUNTERS},                       {"loss_sum", "0x00000000000000", COUNTERS},
	{"best_epoch", "1", COUNTERS},    {"best_epoch", "3", COUNTERS},
	{"best_loss", "3ff0000000000000", COUNTERS},                      {"best_loss", "7ff8000000000000", COUNTERS},
	{"seed", NULL, COUNTERS},         {"data", "\033[31m", COUNTERS},  {"program", NULL, COUNTERS},
};

static void damaged_counters(void)
{
	struct mlp_options options = options_with("d", true);
	write_changed("epoch", "2");
	cr_expect_eq(run_child(&network, &options, NULL), MLP_WELL, "the file as it was");
	for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
		char wanted[128];
		write_changed(DAMAGES[i].key, DAMAGES[i].text);
		snprintf(wanted, sizeof wanted, "d: error: %s\n", DAMAGES[i].message);
		expect_refusal(&network, &options, MLP_BAD_DATA, wanted);
	}
}

static void (*const CASES[])(void) = {
	another_seed, another_batch, another_split, other_data, another_program,
	another_type_or_architecture, fewer_epochs, patience_that_came_late,
	a_file_that_is_there_is_not_overwritten, parameters_alone, one_run_at_a_time, saved_into_itself,
	mode_and_link_are_kept, contents, loaded_as_parameters, damaged_counters,
};

/* One test: compiling the network takes longest. */
Test(checkpoint, cases)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		begin_again();
		CASES[i]();
	}
}
