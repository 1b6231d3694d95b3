/* safetensors files made wrong by hand, more than 300 of them, and every bit and length of a checkpoint: each
 * is refused, by the sentence that says why, and none makes the reader allocate what it claims or read
 * outside it. (The latter shows where this is built with -fsanitize=address.) */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <xxhash.h>

#include "host/arrays.h"
#include "host/checkpoint.h"
#include "host_fixture.h"
#include "stored_fixture.h"

TestSuite(bad_files, .init = enter_directory, .fini = leave_directory, .timeout = 120);

/* What a file may take, beside what the process has already: far below what the files claim. */
static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	cr_assert(file && fscanf(file, "%ld", &pages) == 1);
	fclose(file);
	rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (32 << 20);
	cr_assert(setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) == 0);
#endif
}

/* Status and message of one of the readers. */
struct outcome {
	int status;
	char text[512];
};

static struct outcome outcome_of(bool ours, const char *path)
{
	struct outcome outcome = {0};
	struct mlp_messages messages = {.file = fmemopen(outcome.text, sizeof outcome.text, "w")};
	if (ours) {
		struct mlp_parameters parameters;
		outcome.status = mlp_open_parameters(&parameters, &messages, &FLOWERS, path);
		mlp_close_parameters(&parameters);
	} else {
		struct mlp_arrays arrays;
		outcome.status = mlp_read_arrays(&arrays, &messages, path);
		mlp_free_arrays(&arrays);
	}
	fclose(messages.file);
	return outcome;
}

static void expect(const char *what, struct outcome outcome, int status, const char *sentence)
{
	char wanted[512] = "";
	if (sentence)
		snprintf(wanted, sizeof wanted, "f: error: %s\n", sentence);
	cr_expect_eq(outcome.status, status, "%s: status %d: %s", what, outcome.status, outcome.text);
	cr_expect_str_eq(outcome.text, wanted, "%s: %s", what, outcome.text);
}

/* -- Descriptions of a tensor ---------------------------------------------------------------------------- */

#define NONE "is not described by dtype, shape and data_offsets"
#define TYPE "has an unknown type of numbers"
#define SHAPE "has a shape that no tensor has"
#define OUTSIDE "lies outside the data"
#define D(dtype, shape, offsets) "{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define OFFSETS(offsets) D("\"F32\"", "[4]", offsets)
#define SHAPED(shape) D("\"F32\"", shape, "[0,16]")
#define TYPED(dtype) D(dtype, "[4]", "[0,16]")

/* In a file with 16 bytes of data. */
static const struct {
	const char *description, *sentence;
} DESCRIPTIONS[] = {
        {"null", NONE},
        {"true", NONE},
        {"0", NONE},
        {"\"F32\"", NONE},
        {"[]", NONE},
        {"{}", NONE},
        {"[\"F32\",[4],[0,16]]", NONE},
        {"{\"dtype\":\"F32\"}", NONE},
        {"{\"shape\":[4],\"data_offsets\":[0,16]}", NONE},
        {"{\"dtype\":\"F32\",\"data_offsets\":[0,16]}", NONE},
        {"{\"dtype\":\"F32\",\"shape\":[4]}", NONE},
        {"{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16],\"x\":1}", NONE},
        {"{\"Dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}", NONE},
        {"{\"dtype\":\"F32\",\"shape\":[4],\"offsets\":[0,16]}", NONE},
        {OFFSETS("null"), NONE},
        {OFFSETS("16"), NONE},
        {OFFSETS("\"0,16\""), NONE},
        {OFFSETS("{}"), NONE},
        {OFFSETS("[]"), NONE},
        {OFFSETS("[0]"), NONE},
        {OFFSETS("[0,16,16]"), NONE},
        {OFFSETS("[0,16.0]"), NONE},
        {OFFSETS("[0.0,16]"), NONE},
        {OFFSETS("[0,1.6e1]"), NONE},
        {OFFSETS("[\"0\",\"16\"]"), NONE},
        {OFFSETS("[0,null]"), NONE},
        {OFFSETS("[0,true]"), NONE},
        {OFFSETS("[[0],[16]]"), NONE},
        {OFFSETS("[0,[16]]"), NONE},
        {OFFSETS("[{},16]"), NONE},
        {TYPED("null"), NONE},
        {TYPED("32"), NONE},
        {TYPED("[\"F32\"]"), NONE},
        {TYPED("{}"), NONE},
        {TYPED("\"\""), TYPE},
        {TYPED("\"f32\""), TYPE},
        {TYPED("\"F33\""), TYPE},
        {TYPED("\"F32 \""), TYPE},
        {TYPED("\" F32\""), TYPE},
        {TYPED("\"F\""), TYPE},
        {TYPED("\"F3\""), TYPE},
        {TYPED("\"F320\""), TYPE},
        {TYPED("\"float32\""), TYPE},
        {TYPED("\"<f4\""), TYPE},
        {TYPED("\"F128\""), TYPE},
        {TYPED("\"F4\""), TYPE},
        {TYPED("\"C64\""), TYPE},
        {TYPED("\"\\u00e9\""), TYPE},
        {SHAPED("null"), SHAPE},
        {SHAPED("4"), SHAPE},
        {SHAPED("\"[4]\""), SHAPE},
        {SHAPED("{}"), SHAPE},
        {SHAPED("{\"0\":4}"), SHAPE},
        {SHAPED("[-4]"), SHAPE},
        {SHAPED("[-2,-2]"), SHAPE},
        {SHAPED("[4.0]"), SHAPE},
        {SHAPED("[4e0]"), SHAPE},
        {SHAPED("[\"4\"]"), SHAPE},
        {SHAPED("[null]"), SHAPE},
        {SHAPED("[true]"), SHAPE},
        {SHAPED("[[4]]"), SHAPE},
        {SHAPED("[4,[]]"), SHAPE},
        {SHAPED("[-1]"), SHAPE},
        {SHAPED("[-9223372036854775808]"), SHAPE},
        {SHAPED("[9223372036854775807]"), SHAPE},
        {SHAPED("[4611686018427387904]"), SHAPE},
        {SHAPED("[4611686018427387908]"), SHAPE},
        {SHAPED("[4294967296,4294967296]"), SHAPE},
        {SHAPED("[4294967296,4294967297]"), SHAPE},
        {SHAPED("[2147483648,2147483648]"), SHAPE},
        {SHAPED("[9223372036854775807,2]"), SHAPE},
        {SHAPED("[9223372036854775807,9223372036854775807]"), SHAPE},
        {SHAPED("[3,6148914691236517207]"), SHAPE},
        {SHAPED("[65536,65536,65536,65536]"), SHAPE},
        {SHAPED("[65536,65536,65536,65536,4]"), SHAPE},
        {SHAPED("[4294967296,4294967296,0]"), SHAPE},
        {SHAPED("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4]"), SHAPE},
        {D("\"F64\"", "[2305843009213693954]", "[0,16]"), SHAPE},
        {D("\"U8\"", "[4294967296,4294967296]", "[0,0]"), SHAPE},
        {SHAPED("[]"), OUTSIDE},
        {SHAPED("[0]"), OUTSIDE},
        {SHAPED("[3]"), OUTSIDE},
        {SHAPED("[5]"), OUTSIDE},
        {SHAPED("[4,0]"), OUTSIDE},
        {SHAPED("[4,4]"), OUTSIDE},
        {SHAPED("[1000000000]"), OUTSIDE},
        {SHAPED("[4000000000,1000000000]"), OUTSIDE},
        {TYPED("\"F64\""), OUTSIDE},
        {TYPED("\"F16\""), OUTSIDE},
        {TYPED("\"BOOL\""), OUTSIDE},
        {TYPED("\"U8\""), OUTSIDE},
        {OFFSETS("[16,0]"), OUTSIDE},
        {OFFSETS("[0,0]"), OUTSIDE},
        {OFFSETS("[16,16]"), OUTSIDE},
        {OFFSETS("[0,15]"), OUTSIDE},
        {OFFSETS("[0,17]"), OUTSIDE},
        {OFFSETS("[1,17]"), OUTSIDE},
        {OFFSETS("[-16,0]"), OUTSIDE},
        {OFFSETS("[-8,8]"), OUTSIDE},
        {OFFSETS("[16,32]"), OUTSIDE},
        {OFFSETS("[8,24]"), OUTSIDE},
        {OFFSETS("[0,-16]"), OUTSIDE},
        {OFFSETS("[1000000000000,1000000000016]"), OUTSIDE},
        {OFFSETS("[9223372036854775791,9223372036854775807]"), OUTSIDE},
        {OFFSETS("[-9223372036854775808,9223372036854775807]"), OUTSIDE},
        {OFFSETS("[9223372036854775807,-9223372036854775808]"), OUTSIDE},
        {OFFSETS("[-9223372036854775808,-9223372036854775792]"), OUTSIDE},
        {D("\"U8\"", "[1000000000000]", "[0,1000000000000]"), OUTSIDE},
        {D("\"F32\"", "[4,268435456]", "[0,4294967296]"), OUTSIDE},
        {D("\"F32\"", "[1073741828]", "[0,16]"), OUTSIDE},
};
enum { DESCRIPTION_COUNT = sizeof DESCRIPTIONS / sizeof *DESCRIPTIONS };

Test(bad_files, descriptions)
{
	static const char DATA[16] = "0123456789abcde";
	limit_memory();
	put_stored("f", "{\"t\":" OFFSETS("[0,16]") "}", DATA, 16);
	expect("the right one", outcome_of(false, "f"), MLP_WELL, NULL);
	for (size_t k = 0; k < DESCRIPTION_COUNT; k++) {
		char header[512], sentence[128];
		snprintf(header, sizeof header, "{\"t\":%s}", DESCRIPTIONS[k].description);
		snprintf(sentence, sizeof sentence, "tensor `t` %s", DESCRIPTIONS[k].sentence);
		put_stored("f", header, DATA, 16);
		expect(header, outcome_of(false, "f"), MLP_BAD_DATA, sentence);
	}
	cr_assert(DESCRIPTION_COUNT >= 100);
}

/* The same in the place of each tensor of a network, in files whose checksum is right. */
Test(bad_files, descriptions_in_parameter_files)
{
	static const char *const NAMES[] = {"score.W", "score.b", "flower.mean", "flower.deviation"};
	static const char *const GOOD[] = {D("\"F32\"", "[3,4]", "[0,48]"), D("\"F32\"", "[3]", "[48,60]"),
	                                   D("\"F32\"", "[4]", "[60,76]"), D("\"F32\"", "[4]", "[76,92]")};
	static const char ZEROS[] = "00000000000000000000000000000000";
	limit_memory();
	for (size_t k = 0; k <= 4 * DESCRIPTION_COUNT; k++) {
		char header[1024], digits[33], *bytes, data[92] = {0};
		int length = snprintf(header, sizeof header,
		                      "{\"__metadata__\":{\"format\":\"mlpc\",\"model\":\"flowers\","
		                      "\"fingerprint\":\"0123456789abcdef\",\"checksum\":\"%s\"}",
		                      ZEROS);
		for (size_t t = 0; t < 4; t++)
			length += snprintf(
			        header + length, sizeof header - (size_t)length, ",\"%s\":%s", NAMES[t],
			        k > 0 && (k - 1) % 4 == t ? DESCRIPTIONS[(k - 1) / 4].description : GOOD[t]);
		length += snprintf(header + length, sizeof header - (size_t)length, "}");
		size_t whole = stored_bytes(&bytes, header, (size_t)length, data, sizeof data);
		XXH128_hash_t hash = XXH3_128bits(bytes, whole);
		snprintf(digits, sizeof digits, "%016llx%016llx", (unsigned long long)hash.high64,
		         (unsigned long long)hash.low64);
		memcpy(memmem(bytes, whole, ZEROS, 32), digits, 32);
		put_bytes("f", bytes, whole);
		struct outcome outcome = outcome_of(true, "f");
		bool alike = k > 0 && (k - 1) % 4 >= 2 && strstr(outcome.text, "overlap");
		cr_expect_eq(outcome.status, k == 0 ? MLP_WELL : MLP_BAD_DATA, "%s: %s", header,
		             outcome.text);
		cr_expect(k == 0 || alike || strncmp(outcome.text, "f: error: tensor `", 18) == 0, "%s: %s",
		          header, outcome.text);
		free(bytes);
	}
}

/* -- Headers --------------------------------------------------------------------------------------------- */

#define JSON "no safetensors file: the header is not a JSON object"
#define HOLES "damaged: the tensors overlap or leave holes"
#define MORE "damaged: more data than tensors"
#define TEXTS "damaged: `__metadata__` holds something other than texts"
#define BYTES(name, size, from, to) \
	"\"" name "\":{\"dtype\":\"U8\",\"shape\":[" #size "],\"data_offsets\":[" #from "," #to "]}"

static const struct {
	const char *header;
	size_t data;
	const char *sentence;
} HEADERS[] = {
        {"{}", 0, NULL},
        {"{}  \n\t", 0, NULL},
        {"{\"__metadata__\":{}}", 0, NULL},
        {"{" BYTES("", 0, 0, 0) "}", 0, NULL},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("b", 8, 8, 16) "}", 16, NULL},
        {"{" BYTES("b", 8, 8, 16) "," BYTES("a", 8, 0, 8) "," BYTES("c", 0, 8, 8) "}", 16, NULL},
        {"{}", 1, MORE},
        {"{\"__metadata__\":{}}", 16, MORE},
        {"  ", 16, JSON},
        {"[]", 16, JSON},
        {"{}}", 0, JSON},
        {"{}{}", 0, JSON},
        {"{,}", 0, JSON},
        {"{\"a\"}", 0, JSON},
        {"{\"a\":}", 0, JSON},
        {"{'a':1}", 0, JSON},
        {"{a:1}", 0, JSON},
        {"null", 0, JSON},
        {"\"{}\"", 0, JSON},
        {"12", 0, JSON},
        {"{\"a\":1", 0, JSON},
        {"{\"a\":NaN}", 0, JSON},
        {"{\"a\":Infinity}", 0, JSON},
        {"{\"a\":0x10}", 0, JSON},
        {"{\"a\":+1}", 0, JSON},
        {"{\"a\":01}", 0, JSON},
        {"{\"a\":1.}", 0, JSON},
        {"{\"a\":1e999}", 0, JSON},
        {"{\"a\":9223372036854775808}", 0, JSON},
        {"{\"t\":{\"dtype\":\"U8\",\"shape\":[18446744073709551616],\"data_offsets\":[0,0]}}", 0, JSON},
        {"{\"t\":{\"dtype\":\"U8\",\"shape\":[NaN],\"data_offsets\":[0,0]}}", 0, JSON},
        {"{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,NaN]}}", 4, JSON},
        {"{\"a\\u0000b\":1}", 0, JSON},
        {"{\"\\ud800\":1}", 0, JSON},
        {"{\"\xff\":1}", 0, JSON},
        {"{\"\xc0\x80\":1}", 0, JSON},
        {"{\"a\n\":1}", 0, JSON},
        {"{/**/}", 0, JSON},
        {"{\"a\":1,}", 0, JSON},
        {"\xef\xbb\xbf{}", 0, JSON},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("a", 8, 0, 8) "}", 8, JSON},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("\\u0061", 8, 8, 16) "}", 16, JSON},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, JSON},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, JSON},
        {"{\"t\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, JSON},
        {"{\"__metadata__\":[]}", 0, TEXTS},
        {"{\"__metadata__\":\"\"}", 0, TEXTS},
        {"{\"__metadata__\":1}", 0, TEXTS},
        {"{\"__metadata__\":null}", 0, TEXTS},
        {"{\"__metadata__\":{\"a\":1}}", 0, TEXTS},
        {"{\"__metadata__\":{\"a\":null}}", 0, TEXTS},
        {"{\"__metadata__\":{\"a\":{}}}", 0, TEXTS},
        {"{\"__metadata__\":{\"a\":[\"b\"]}}", 0, TEXTS},
        {"{\"__metadata__\":{\"a\":\"b\",\"c\":true}}", 0, TEXTS},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("b", 8, 0, 8) "}", 8, HOLES},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("b", 8, 0, 8) "}", 16, HOLES},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("b", 9, 7, 16) "}", 16, HOLES},
        {"{" BYTES("a", 8, 0, 8) "," BYTES("b", 7, 9, 16) "}", 16, HOLES},
        {"{" BYTES("a", 16, 0, 16) "," BYTES("b", 4, 4, 8) "}", 16, HOLES},
        {"{" BYTES("a", 16, 0, 16) "," BYTES("b", 0, 4, 4) "}", 16, HOLES},
        {"{" BYTES("a", 15, 1, 16) "}", 16, HOLES},
        {"{" BYTES("a", 0, 16, 16) "}", 16, HOLES},
        {"{" BYTES("a", 4, 0, 4) "," BYTES("b", 4, 12, 16) "}", 16, HOLES},
        {"{" BYTES("a", 4, 0, 4) "," BYTES("b", 4, 4, 8) "," BYTES("c", 4, 4, 8) "}", 12, HOLES},
        {"{" BYTES("a", 15, 0, 15) "}", 16, MORE},
        {"{" BYTES("a", 0, 0, 0) "}", 16, MORE},
        {"{" BYTES("a\\u001b[2J", 4, 0, 5) "}", 16, "tensor `a?[2J` " OUTSIDE},
        {"{" BYTES("0123456789012345678901234567890123456789xyz", 4, 0, 5) "}", 16,
         "tensor `0123456789012345678901234567890123456789…` " OUTSIDE},
};

Test(bad_files, headers)
{
	static const char DATA[16] = "0123456789abcde";
	limit_memory();
	for (size_t k = 0; k < sizeof HEADERS / sizeof *HEADERS; k++) {
		put_stored("f", HEADERS[k].header, DATA, HEADERS[k].data);
		expect(HEADERS[k].header, outcome_of(false, "f"),
		       HEADERS[k].sentence ? MLP_BAD_DATA : MLP_WELL, HEADERS[k].sentence);
	}
}

/* Lengths of the header that the file does not have, or that no header has. */
Test(bad_files, lengths_of_headers)
{
#define RANGE "no safetensors file: the length of the header is out of range"
#define SHORT "cut short within the header: copy the file again"
	static const struct {
		uint64_t length;
		const char *sentence;
	} LENGTHS[] = {
	        {0, RANGE},
	        {1, RANGE},
	        {2, MORE},
	        {3, MORE},
	        {21, JSON},
	        {22, SHORT},
	        {1000, SHORT},
	        {100000000, SHORT},
	        {100000001, RANGE},
	        {UINT32_MAX, RANGE},
	        {UINT64_C(1) << 32 | 2, RANGE},
	        {INT64_MAX, RANGE},
	        {UINT64_C(1) << 63, RANGE},
	        {UINT64_MAX - 8, RANGE},
	        {UINT64_MAX - 7, RANGE},
	        {UINT64_MAX, RANGE},
	};
	char bytes[29] = "........{}                   ";
	limit_memory();
	for (size_t k = 0; k < sizeof LENGTHS / sizeof *LENGTHS; k++) {
		for (int i = 0; i < 8; i++)
			bytes[i] = (char)(unsigned char)(LENGTHS[k].length >> (8 * i));
		bytes[28] = 'x';
		put_bytes("f", bytes, sizeof bytes);
		char what[32];
		snprintf(what, sizeof what, "%llu", (unsigned long long)LENGTHS[k].length);
		expect(what, outcome_of(false, "f"), MLP_BAD_DATA, LENGTHS[k].sentence);
	}
	for (size_t length = 0; length < 8; length++) {
		put_bytes("f", "\2\0\0\0\0\0\0\0", length);
		expect("short", outcome_of(false, "f"), MLP_BAD_DATA,
		       "no safetensors file: shorter than 8 bytes");
	}
}

/* Brackets within brackets, by the hundred thousand: no stack is deep enough to follow them. */
Test(bad_files, depth)
{
	static const char *const BEGIN[] = {"[", "{\"a\":", "{\"t\":{\"dtype\":\"U8\",\"shape\":"};
	for (size_t k = 0; k < 3; k++) {
		size_t length = 0, room = 2000000;
		char *header = malloc(room);
		while (length + 32 < room && (k < 2 || length < 1000000)) {
			const char *piece = k == 2 && length > 0 ? "[" : BEGIN[k];
			memcpy(header + length, piece, strlen(piece));
			length += strlen(piece);
		}
		header[length] = '\0';
		put_stored("f", header, "", 0);
		free(header);
		expect(BEGIN[k], outcome_of(false, "f"), MLP_BAD_DATA, JSON);
	}
}

/* -- Checkpoints ------------------------------------------------------------------------------------------
 */

/* Every bit of a checkpoint of a hand-written network, and every shorter file, are refused; so are longer
 * ones. */
Test(bad_files, every_bit_and_length_of_a_checkpoint)
{
	struct flowers_training training = {.net = {.W = {{1, -2, 3, 4}}, .b = {5, 6, 7}}}, best = training;
	struct mlp_labels labels[2] = {{0}, {.classes = 3, .settled = true, .as_numbers = true}};
	float losses[2] = {0.5f, 0.25f}, held[2] = {0.75f, 0.5f};
	struct mlp_history history = {
	        .losses = losses, .held_losses = held, .count = 2, .room = 2, .best = 1, .best_loss = 0.5};
	struct mlp_run_state state = {.network = &FLOWERS,
	                              .labels = labels,
	                              .seed = 1,
	                              .data = "8 rows",
	                              .rows = 8,
	                              .training = &training,
	                              .net = &training.net,
	                              .best = &best.net,
	                              .epochs_done = 2,
	                              .step = 2,
	                              .history = &history};
	struct mlp_messages messages = {.file = stderr};
	struct mlp_replacement file;
	cr_assert(mlp_replacement_open(&file, &messages, "f") == MLP_WELL);
	cr_assert(mlp_write_checkpoint(&messages, &file, &state) == MLP_WELL);
	mlp_replacement_close(&file);
	expect("as written", outcome_of(true, "f"), MLP_WELL, NULL);
	static char bytes[1 << 14];
	FILE *written = fopen("f", "rb");
	size_t length = fread(bytes, 1, sizeof bytes - 8, written);
	fclose(written);
	cr_assert(length > 500 && length < sizeof bytes - 8);
	for (size_t bit = 0; bit < length * 8; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		put_bytes("f", bytes, length);
		cr_expect_eq(outcome_of(true, "f").status, MLP_BAD_DATA, "bit %zu of byte %zu", bit % 8,
		             bit / 8);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t other = 0; other < length + 8; other++) {
		put_bytes("f", bytes, other);
		cr_expect_eq(outcome_of(true, "f").status, other == length ? MLP_WELL : MLP_BAD_DATA,
		             "%zu bytes", other);
	}
}
