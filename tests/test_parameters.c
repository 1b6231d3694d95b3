/* Parameter files: what is written, what comes back, and that nothing damaged or foreign is taken. */
#define _GNU_SOURCE
#include <dirent.h>
#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "host/parameters.h"
#include "host/train.h"
#include "host_fixture.h"

TestSuite(parameters, .init = enter_directory, .fini = leave_directory);

static const struct flowers NET = {
	.W = {{1, -2, 3.5f, 0.1f}, {1e-40f, -0.0f, 3e38f, 7}, {8, 9, 10, 11}},
	.b = {0.25f, -0.25f, 1}, .mean = {1, 2, 3, 4}, .deviation = {5, 6, 7, 8}};

/* Names with everything JSON must escape. */
static char *const NAMES[] = {"a \"b\"\\", "\"checksum\":\"0\"", "\xc3\xa9"};

/* A message stream in memory. */
struct sink {
	struct mlp_messages messages;
	char *text;
	size_t length;
};

static void open_sink(struct sink *sink)
{
	*sink = (struct sink){0};
	sink->messages.file = open_memstream(&sink->text, &sink->length);
}

static const char *said(struct sink *sink)
{
	fflush(sink->messages.file);
	return sink->text;
}

static void close_sink(struct sink *sink)
{
	fclose(sink->messages.file);
	free(sink->text);
}

static int save_to(struct sink *sink, const char *path)
{
	struct mlp_labels labels[2] = {{0},
	                               {.classes = 3, .settled = true, .count = 3, .names = (char **)NAMES}};
	return mlp_save_parameters(&sink->messages, &FLOWERS, &NET, labels, 12, 34, path);
}

static char *read_back(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(1 << 16);
	cr_assert(file && bytes);
	*length = fread(bytes, 1, 1 << 16, file);
	fclose(file);
	return bytes;
}

/* Opens a file of these bytes; the status, and the message in `sink`. */
static int open_bytes(struct sink *sink, const char *bytes, size_t length)
{
	struct mlp_parameters parameters;
	write_file("try.safetensors", bytes, length);
	int status = mlp_open_parameters(&parameters, &sink->messages, &FLOWERS, "try.safetensors");
	mlp_close_parameters(&parameters);
	return status;
}

/* -- What is written ---------------------------------------------------------------------------------- */

Test(parameters, round_trip)
{
	struct sink sink;
	struct flowers back = {0};
	struct mlp_parameters parameters;
	struct mlp_labels labels[2] = {{0}, {.classes = 3}};
	open_sink(&sink);
	cr_assert_eq(save_to(&sink, "p.safetensors"), MLP_WELL, "%s", said(&sink));
	cr_assert_eq(mlp_open_parameters(&parameters, &sink.messages, &FLOWERS, "p.safetensors"), MLP_WELL,
	             "%s", said(&sink));
	cr_assert(mlp_set_parameters(&parameters, &back));
	cr_expect_arr_eq(&back, &NET, sizeof NET);
	cr_assert(mlp_parameters_labels(&parameters, labels));
	cr_assert(labels[1].settled && !labels[1].as_numbers && labels[1].count == 3);
	for (int i = 0; i < 3; i++)
		cr_expect_str_eq(labels[1].names[i], NAMES[i]);
	cr_expect_not(labels[0].settled);
	mlp_labels_free(&labels[1]);
	mlp_close_parameters(&parameters);
	close_sink(&sink);
}

/* The layout by the safetensors description, read with nothing of ours. */
Test(parameters, file_is_safetensors)
{
	struct sink sink;
	size_t length, at = 0;
	open_sink(&sink);
	cr_assert_eq(save_to(&sink, "p.safetensors"), MLP_WELL);
	char *bytes = read_back("p.safetensors", &length), digits[33];
	uint64_t header;
	memcpy(&header, bytes, 8);
	cr_expect_eq(header % 8, 0);
	json_t *root = json_loadb(bytes + 8, header, JSON_REJECT_DUPLICATES, NULL), *entry, *value;
	cr_assert(root);
	const float *const values[] = {&NET.W[0][0], NET.b, NET.mean, NET.deviation};
	const char *key;
	for (int k = 0; k < FLOWER_TENSORS; k++) {
		size_t size = (size_t)FLOWER_TENSOR[k].elements * 4;
		entry = json_object_get(root, FLOWER_TENSOR[k].name);
		cr_assert_str_eq(json_string_value(json_object_get(entry, "dtype")), "F32");
		cr_assert_eq(json_array_size(json_object_get(entry, "shape")), (size_t)FLOWER_TENSOR[k].rank);
		for (int d = 0; d < FLOWER_TENSOR[k].rank; d++)
			cr_expect_eq(json_integer_value(
			                     json_array_get(json_object_get(entry, "shape"), (size_t)d)),
			             FLOWER_TENSOR[k].shape[d]);
		entry = json_object_get(entry, "data_offsets");
		cr_expect_eq(json_integer_value(json_array_get(entry, 0)), (json_int_t)at);
		cr_expect_eq(json_integer_value(json_array_get(entry, 1)), (json_int_t)(at + size));
		cr_expect_arr_eq(bytes + 8 + header + at, values[k], size);
		at += size;
	}
	cr_expect_eq(length, 8 + header + at);
	entry = json_object_get(root, "__metadata__");
	json_object_foreach(entry, key, value)
		cr_expect(json_is_string(value), "%s", key);
	cr_expect_str_eq(json_string_value(json_object_get(entry, "format")), "mlpc");
	cr_expect_str_eq(json_string_value(json_object_get(entry, "model")), "flowers");
	cr_expect_str_eq(json_string_value(json_object_get(entry, "fingerprint")), "0123456789abcdef");
	cr_expect_str_eq(json_string_value(json_object_get(entry, "epoch")), "12");
	cr_expect_str_eq(json_string_value(json_object_get(entry, "seed")), "34");
	const char *checksum = json_string_value(json_object_get(entry, "checksum"));
	memset(memmem(bytes, length, checksum, 32), '0', 32);
	XXH128_hash_t hash = XXH3_128bits(bytes, length);
	snprintf(digits, sizeof digits, "%016llx%016llx", (unsigned long long)hash.high64,
	         (unsigned long long)hash.low64);
	cr_expect_str_eq(checksum, digits);
	json_decref(root);
	free(bytes);
	close_sink(&sink);
}

Test(parameters, doubles_and_labels_that_are_numbers)
{
	struct sink sink;
	struct line line = {0.1, -1e-310}, back = {0, 0};
	struct mlp_labels labels[2] = {{0}};
	struct mlp_parameters parameters;
	open_sink(&sink);
	cr_assert_eq(mlp_save_parameters(&sink.messages, &LINE_FIT, &line, labels, 0, UINT64_MAX, "l"),
	             MLP_WELL);
	cr_assert_eq(mlp_open_parameters(&parameters, &sink.messages, &LINE_FIT, "l"), MLP_WELL, "%s",
	             said(&sink));
	cr_assert(mlp_set_parameters(&parameters, &back));
	cr_expect_arr_eq(&line, &back, sizeof line);
	mlp_close_parameters(&parameters);
	cr_expect_eq(mlp_open_parameters(&parameters, &sink.messages, &FLOWERS, "l"), MLP_BAD_DATA);
	cr_expect_str_eq(
		said(&sink),
		"l: error: parameters of another architecture (model `line`, fingerprint fedcba9876543210)\n"
		"       help: `flowers` has the fingerprint 0123456789abcdef\n");
	mlp_close_parameters(&parameters);
	close_sink(&sink);
}

/* -- Damage ------------------------------------------------------------------------------------------- */

Test(parameters, every_flipped_bit_is_refused)
{
	struct sink sink;
	size_t length;
	open_sink(&sink);
	cr_assert_eq(save_to(&sink, "p.safetensors"), MLP_WELL);
	char *bytes = read_back("p.safetensors", &length);
	for (size_t bit = 0; bit < length * 8; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		cr_expect_eq(open_bytes(&sink, bytes, length), MLP_BAD_DATA, "bit %zu of byte %zu", bit % 8,
		             bit / 8);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	cr_expect_eq(open_bytes(&sink, bytes, length), MLP_WELL);
	free(bytes);
	close_sink(&sink);
}

Test(parameters, every_other_length_is_refused)
{
	struct sink sink;
	size_t length;
	open_sink(&sink);
	cr_assert_eq(save_to(&sink, "p.safetensors"), MLP_WELL);
	char *bytes = read_back("p.safetensors", &length);
	for (size_t shorter = 0; shorter < length; shorter++)
		cr_expect_eq(open_bytes(&sink, bytes, shorter), MLP_BAD_DATA, "%zu bytes", shorter);
	for (size_t longer = length + 1; longer < length + 9; longer++) {
		bytes[longer - 1] = 0;
		cr_expect_eq(open_bytes(&sink, bytes, longer), MLP_BAD_DATA, "%zu bytes", longer);
	}
	free(bytes);
	close_sink(&sink);
}

/* -- Structure: files whose checksum is right ----------------------------------------------------------- */

#define META "\"__metadata__\":{\"format\":\"mlpc\",\"version\":\"0.1\",\"model\":\"flowers\"," \
	"\"fingerprint\":\"0123456789abcdef\",\"checksum\":\"00000000000000000000000000000000\""
#define W(rest) "\"score.W\":{\"dtype\":\"F32\"," rest "}"
#define W_GOOD "\"score.W\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[0,48]}"
#define B_GOOD "\"score.b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[48,60]}"
#define MEAN_GOOD "\"flower.mean\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[60,76]}"
#define DEVIATION_GOOD "\"flower.deviation\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[76,92]}"
#define REST B_GOOD "," MEAN_GOOD "," DEVIATION_GOOD "}"
#define ALL W_GOOD "," REST

static const struct {
	const char *header;
	int data;              /* bytes */
	const char *message;   /* NULL: well */
} STRUCTURES[] = {
	{"{" META "}," ALL, 92, NULL},
	{"{" ALL, 92, "not written by mlpc: no `__metadata__`"},
	{"{" REST, 92, "not written by mlpc: no `__metadata__`"},
	{"{\"flower.deviation\":{\"data_offsets\":[0,16],\"shape\":[4],\"dtype\":\"F32\"}," META "},"
         "\"score.W\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[44,92]},"
         "\"score.b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[16,28]},"
         "\"flower.mean\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[28,44]}}",
         92, NULL},
	{"{" META "}," ALL "   ", 92, NULL},
	{"{" META ",\"classes.species\":\"[\\\"a\\\",\\\"b\\\",\\\"c\\\"]\"}," ALL, 92, NULL},
	{"{" META ",\"classes.species\":\"[]\"}," ALL, 92, NULL},
	{"{" META ",\"classes.species\":\"[1]\"}," ALL, 92, "damaged: the names of the classes"},
	{"{" META ",\"classes.species\":\"{}\"}," ALL, 92, "damaged: the names of the classes"},
	{"{" META ",\"classes.species\":\"[\"}," ALL, 92, "damaged: the names of the classes"},
	{"{" META ",\"classes.species\":\"[\\\"a\\\",\\\"b\\\",\\\"c\\\",\\\"d\\\"]\"}," ALL, 92,
         "damaged: the names of the classes"},
	{"{" META ",\"classes.species\":\"[\\\"a\\\",\\\"a\\\"]\"}," ALL, 92,
         "damaged: the names of the classes"},
	{"{" META ",\"extra\":1}," ALL, 92, "damaged: `__metadata__` holds something other than texts"},
	{"{\"__metadata__\":{\"format\":\"pt\"}," ALL, 92, "not written by mlpc"},
	{"{\"__metadata__\":{}," ALL, 92, "not written by mlpc"},
	{"{\"__metadata__\":[]," ALL, 92, "not written by mlpc: no `__metadata__`"},
	{"{\"__metadata__\":{\"format\":\"mlpc\",\"model\":\"x\",\"fingerprint\":\"0123456789abcdef\"}," ALL,
         92, "damaged: the checksum does not agree"},
	{"[" META "}]", 92, "no parameter file: the header is not a JSON object"},
	{"{" META "}," ALL "x", 92, "no parameter file: the header is not a JSON object"},
	{"{" META "}," W_GOOD "," W_GOOD "," REST, 92, "no parameter file: the header is not a JSON object"},
	{"{" META ",\"epoch\":\"1\",\"epoch\":\"2\"}," ALL, 92,
         "no parameter file: the header is not a JSON object"},
	{"{" META "}," REST, 92, "tensor `score.W` is missing"},
	{"{" META "}," W_GOOD ",\"other\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[92,92]}," REST,
         92, "holds tensors that the model does not have"},
	{"{" META "},"
         "\"score.W\":{\"dtype\":\"F64\",\"shape\":[3,4],\"data_offsets\":[0,48]}," REST,
         92, "tensor `score.W` has another type of numbers"},
	{"{" META "}," W("\"shape\":[4,3],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[12],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[3,4,1],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[3,4.0],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[-3,-4],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[4294967299,4],\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":3,\"data_offsets\":[0,48]") "," REST, 92,
         "tensor `score.W` has another shape"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[0,44]") "," REST, 92,
         "tensor `score.W` lies outside the data"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[48,96]") "," REST, 92,
         "tensor `score.W` lies outside the data"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[48,0]") "," REST, 92,
         "tensor `score.W` lies outside the data"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[-48,0]") "," REST, 92,
         "tensor `score.W` lies outside the data"},
	{"{" META
         "}," W("\"shape\":[3,4],\"data_offsets\":[9223372036854775760,9223372036854775807]") "," REST,
         92, "tensor `score.W` lies outside the data"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[0,48.0]") "," REST, 92,
         "tensor `score.W` is not described by dtype, shape and data_offsets"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[0]") "," REST, 92,
         "tensor `score.W` is not described by dtype, shape and data_offsets"},
	{"{" META "}," W("\"shape\":[3,4]") "," REST, 92,
         "tensor `score.W` is not described by dtype, shape and data_offsets"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[0,48],\"more\":1") "," REST, 92,
         "tensor `score.W` is not described by dtype, shape and data_offsets"},
	{"{" META "},\"score.W\":7," REST, 92,
         "tensor `score.W` is not described by dtype, shape and data_offsets"},
	{"{" META "}," W("\"shape\":[3,4],\"data_offsets\":[4,52]") "," REST, 92,
         "damaged: the tensors overlap or leave holes"},
	{"{" META "}," W_GOOD "," MEAN_GOOD "," DEVIATION_GOOD
         ",\"score.b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
         92, "damaged: the tensors overlap or leave holes"},
	{"{" META "}," ALL, 96, "damaged: more data than tensors"},
	{"{" META "}," ALL, 88, "tensor `flower.deviation` lies outside the data"},
};

/* A file with this header, the right checksum and `data` bytes of data. */
static char *build(const char *header, int data, size_t *length)
{
	size_t header_length = strlen(header);
	*length = 8 + header_length + (size_t)data;
	char *bytes = calloc(*length + 1, 1), digits[33];
	uint64_t little = header_length;
	memcpy(bytes, &little, 8);
	memcpy(bytes + 8, header, header_length);
	char *checksum = strstr(bytes + 8, "\"checksum\":\"0");
	XXH128_hash_t hash = XXH3_128bits(bytes, *length);
	snprintf(digits, sizeof digits, "%016llx%016llx", (unsigned long long)hash.high64,
	         (unsigned long long)hash.low64);
	if (checksum)
		memcpy(checksum + strlen("\"checksum\":\""), digits, 32);
	return bytes;
}

Test(parameters, structures)
{
	for (size_t i = 0; i < sizeof STRUCTURES / sizeof *STRUCTURES; i++) {
		struct sink sink;
		size_t length;
		char wanted[256] = "", *bytes = build(STRUCTURES[i].header, STRUCTURES[i].data, &length);
		open_sink(&sink);
		int status = open_bytes(&sink, bytes, length);
		cr_expect_eq(status, STRUCTURES[i].message ? MLP_BAD_DATA : MLP_WELL, "case %zu: %s", i,
		             said(&sink));
		if (STRUCTURES[i].message)
			snprintf(wanted, sizeof wanted, "try.safetensors: error: %s\n",
			         STRUCTURES[i].message);
		cr_expect_str_eq(said(&sink), wanted, "case %zu: %s", i, said(&sink));
		free(bytes);
		close_sink(&sink);
	}
}

Test(parameters, lengths_of_headers)
{
	static const struct { const char *bytes; size_t length; const char *message;
	} FILES[] = {
		{"", 0, "no parameter file: shorter than 8 bytes"},
		{"1234567", 7, "no parameter file: shorter than 8 bytes"},
		{"\0\0\0\0\0\0\0\0{}", 10, "no parameter file: the length of the header is out of range"},
		{"\1\0\x10\0\0\0\0\0{}", 10, "no parameter file: the length of the header is out of range"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10,
	         "no parameter file: the length of the header is out of range"},
		{"\3\0\0\0\0\0\0\0{}", 10, "cut short within the header: copy the file again"},
		{"\2\0\0\0\0\0\0\0{}", 10, "not written by mlpc: no `__metadata__`"}};
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		struct sink sink;
		char wanted[128];
		open_sink(&sink);
		snprintf(wanted, sizeof wanted, "try.safetensors: error: %s\n", FILES[i].message);
		cr_expect_eq(open_bytes(&sink, FILES[i].bytes, FILES[i].length), MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(said(&sink), wanted, "case %zu: %s", i, said(&sink));
		close_sink(&sink);
	}
}

/* -- Files and directories --------------------------------------------------------------------------- */

static int entries(void)
{
	DIR *directory = opendir(".");
	int count = 0;
	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 2;
}

Test(parameters, modes_and_links)
{
	struct sink sink;
	struct stat information;
	open_sink(&sink);
	umask(027);
	cr_assert_eq(save_to(&sink, "new"), MLP_WELL);
	cr_assert(stat("new", &information) == 0);
	cr_expect_eq(information.st_mode & 0777, 0640);
	cr_assert(chmod("new", 0604) == 0 && symlink("new", "link") == 0);
	cr_assert_eq(save_to(&sink, "link"), MLP_WELL);
	cr_assert(lstat("link", &information) == 0 && S_ISLNK(information.st_mode));
	cr_assert(stat("new", &information) == 0);
	cr_expect_eq(information.st_mode & 0777, 0604);
	cr_expect_eq(entries(), 2);
	close_sink(&sink);
}

Test(parameters, a_failed_write_leaves_the_old_file)
{
	struct sink sink;
	struct rlimit limit = {64, RLIM_INFINITY};
	size_t length;
	open_sink(&sink);
	write_file("p.safetensors", "old", 3);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	cr_expect_eq(save_to(&sink, "p.safetensors"), MLP_BAD_SYSTEM);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	cr_expect_str_eq(said(&sink), "mlpc: error: cannot write `p.safetensors`: File too large\n");
	char *bytes = read_back("p.safetensors", &length);
	cr_expect(length == 3 && memcmp(bytes, "old", 3) == 0);
	cr_expect_eq(entries(), 1);
	free(bytes);
	close_sink(&sink);
}

Test(parameters, places_that_cannot_be_written)
{
	static const struct { const char *path, *message; } PLACES[] = {
		{"missing/p", "mlpc: error: cannot write `missing/p`: No such file or directory\n"},
		{".", "mlpc: error: cannot write `.`: not a regular file\n"},
		{"/dev/null", "mlpc: error: cannot write `/dev/null`: not a regular file\n"}};
	for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
		struct sink sink;
		open_sink(&sink);
		cr_expect_eq(save_to(&sink, PLACES[i].path), MLP_BAD_SYSTEM);
		cr_expect_str_eq(said(&sink), PLACES[i].message, "%s", said(&sink));
		close_sink(&sink);
	}
	cr_expect_eq(entries(), 0);
}

/* -- In a run ------------------------------------------------------------------------------------------ */

/* Loaded parameters bring their statistics and their classes: b is 1 although the new data lack a. */
Test(parameters, loaded_into_a_run)
{
	struct sink sink;
	struct mlp_options options = {.data = "data.csv", .load = "p.safetensors", .save = "q.safetensors",
	                              .patience = -1, .quiet = true};
	struct mlp_parameters parameters;
	struct flowers back;
	open_sink(&sink);
	cr_assert_eq(save_to(&sink, "p.safetensors"), MLP_WELL);
	write_file("data.csv", "1,2,3,4,\xc3\xa9\n", 11);
	cr_assert_eq(mlp_train_to(&FLOWERS, &options, sink.messages.file, sink.messages.file), MLP_WELL, "%s",
	             said(&sink));
	cr_assert_eq(mlp_open_parameters(&parameters, &sink.messages, &FLOWERS, "q.safetensors"), MLP_WELL);
	cr_assert(mlp_set_parameters(&parameters, &back));
	cr_expect_arr_eq(&back, &NET, sizeof NET);
	mlp_close_parameters(&parameters);
	write_file("data.csv", "1,2,3,4,new\n", 12);
	cr_expect_eq(mlp_train_to(&FLOWERS, &options, sink.messages.file, sink.messages.file), MLP_BAD_DATA);
	cr_expect_str_eq(said(&sink),
	                 "data.csv:1:9: error: `new` is no class of `species`\n"
	                 "    1 | 1,2,3,4,new\n      |         ^^^\n"
	                 "       help: the classes: a \"b\"\\, \"checksum\":\"0\", \xc3\xa9\n",
	                 "%s", said(&sink));
	close_sink(&sink);
}
