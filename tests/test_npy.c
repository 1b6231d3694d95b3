/* .npy files: what is read of them, and what is said about bad ones. */
#include <zlib.h>

#include "host_fixture.h"

TestSuite(npy, .init = enter_directory, .fini = leave_directory);

static char file_bytes[1 << 17];

/* A file of that version with this header, padded as NumPy does, and values. Returns its length. */
static size_t make_npy(int major, const char *header, const void *values, size_t length)
{
	size_t prefix = major == 1 ? 10 : 12, header_length = strlen(header) + 1;
	while ((prefix + header_length) % 64 != 0)
		header_length++;
	memcpy(file_bytes, "\x93NUMPY", 6);
	file_bytes[6] = (char)major;
	file_bytes[7] = 0;
	for (size_t k = 0; k < prefix - 8; k++)
		file_bytes[8 + k] = (char)(header_length >> 8 * k);
	memset(file_bytes + prefix, ' ', header_length);
	memcpy(file_bytes + prefix, header, strlen(header));
	file_bytes[prefix + header_length - 1] = '\n';
	memcpy(file_bytes + prefix + header_length, values, length);
	return prefix + header_length + length;
}

/* As numpy.save writes them: 1, 2, -3 (253, 65533, … where there is no sign) and 0.5 (0 in whole numbers). */
static const struct {
	const char *type;
	const char *bytes;
	size_t length;
	float values[4];
} TYPES[] = {
	{"|b1", TABLE("\0\1\1\0"), {0, 1, 1, 0}},
	{"|u1", TABLE("\1\2\xfd\0"), {1, 2, 253, 0}},
	{"|i1", TABLE("\1\2\xfd\0"), {1, 2, -3, 0}},
	{"<u1", TABLE("\1\2\xfd\0"), {1, 2, 253, 0}},
	{"<u2", TABLE("\1\0\2\0\xfd\xff\0\0"), {1, 2, 65533, 0}},
	{">u2", TABLE("\0\1\0\2\xff\xfd\0\0"), {1, 2, 65533, 0}},
	{"<i2", TABLE("\1\0\2\0\xfd\xff\0\0"), {1, 2, -3, 0}},
	{">i2", TABLE("\0\1\0\2\xff\xfd\0\0"), {1, 2, -3, 0}},
	{"<u4", TABLE("\1\0\0\0\2\0\0\0\0\0\0\x80\0\0\0\0"), {1, 2, 2147483648.0f, 0}},
	{">u4", TABLE("\0\0\0\1\0\0\0\2\x80\0\0\0\0\0\0\0"), {1, 2, 2147483648.0f, 0}},
	{"<i4", TABLE("\1\0\0\0\2\0\0\0\0\0\0\x80\0\0\0\0"), {1, 2, -2147483648.0f, 0}},
	{">i4", TABLE("\0\0\0\1\0\0\0\2\x80\0\0\0\0\0\0\0"), {1, 2, -2147483648.0f, 0}},
	{"<u8", TABLE("\1\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\x80" "\0\0\0\0\0\0\0\0"),
	 {1, 2, 9223372036854775808.0f, 0}},
	{">i8", TABLE("\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\2" "\xff\xff\xff\xff\xff\xff\xff\xfd" "\0\0\0\0\0\0\0\0"),
	 {1, 2, -3, 0}},
	{"<i8", TABLE("\1\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0" "\xfd\xff\xff\xff\xff\xff\xff\xff" "\0\0\0\0\0\0\0\0"),
	 {1, 2, -3, 0}},
	{">u8", TABLE("\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\2" "\x80\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"),
	 {1, 2, 9223372036854775808.0f, 0}},
	{"<f4", TABLE("\0\0\x80\x3f" "\0\0\0\x40" "\0\0\x40\xc0" "\0\0\0\x3f"), {1, 2, -3, 0.5f}},
	{">f4", TABLE("\x3f\x80\0\0" "\x40\0\0\0" "\xc0\x40\0\0" "\x3f\0\0\0"), {1, 2, -3, 0.5f}},
	{"<f8", TABLE("\0\0\0\0\0\0\xf0\x3f" "\0\0\0\0\0\0\0\x40" "\0\0\0\0\0\0\x08\xc0" "\0\0\0\0\0\0\xe0\x3f"),
	 {1, 2, -3, 0.5f}},
	{">f8", TABLE("\x3f\xf0\0\0\0\0\0\0" "\x40\0\0\0\0\0\0\0" "\xc0\x08\0\0\0\0\0\0" "\x3f\xe0\0\0\0\0\0\0"),
	 {1, 2, -3, 0.5f}},
};

static const char *const FORMS[] = {
	"{'descr': '%s', 'fortran_order': False, 'shape': (1, 4), }",
	"{\"shape\":(1,4,),\"descr\":\"%s\",\"fortran_order\":False}",
	"{ 'fortran_order' : False , 'shape' : ( 1 , 2 , 2 ) , 'descr' : '%s' }",
};

Test(npy, types_versions_and_forms)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		for (int form = 0; form < 9; form++) {
			struct mlp_options options = {.data = "x.npy", .labels = "t.csv"};
			struct reading reading;
			char header[128];
			snprintf(header, sizeof header, FORMS[form % 3], TYPES[i].type);
			size_t length = make_npy(form / 3 + 1, header, TYPES[i].bytes, TYPES[i].length);
			if (form % 2 == 0) {
				write_file("x.npy", file_bytes, length);
			} else {
				gzFile file = gzopen("x.npy", "wb");
				cr_assert_eq(gzwrite(file, file_bytes, (unsigned)length), (int)length);
				gzclose(file);
			}
			write_file("t.csv", TABLE("2\n"));
			read_files(&reading, &FLOWERS, &options);
			cr_assert_eq(reading.status, MLP_WELL, "%s: %s", header, reading.text);
			for (int k = 0; k < 4; k++)
				cr_expect_eq((float)mlp_part_real(&reading.data.parts[0], 4, (size_t)k),
				             TYPES[i].values[k], "%s, value %d", header, k);
			free_reading(&reading);
		}
}

/* Labels of one dimension and of two, of which one is 1; one dimension of Fortran's order is like any other. */
Test(npy, labels)
{
	static const char *const SHAPES[] = {"(3,)", "(3, 1)"};
	static const char *const ORDERS[] = {"False", "True"};
	for (int i = 0; i < 3; i++) {
		struct mlp_options options = {.data = "x.csv", .labels = "t.npy"};
		struct reading reading;
		char header[128];
		snprintf(header, sizeof header, "{'descr': '<i4', 'fortran_order': %s, 'shape': %s, }", ORDERS[i == 2],
		         SHAPES[i % 2]);
		write_file("t.npy", file_bytes, make_npy(1, header, "\2\0\0\0\0\0\0\0\1\0\0\0", 12));
		write_file("x.csv", TABLE("1,2,3,4\n1,2,3,4\n1,2,3,4\n"));
		read_files(&reading, &FLOWERS, &options);
		cr_assert_eq(reading.status, MLP_WELL, "%s: %s", header, reading.text);
		for (int k = 0; k < 3; k++)
			cr_expect_eq(mlp_part_class(&reading.data.parts[1], (size_t)k), (k + 2) % 3);
		free_reading(&reading);
	}
}

/* No number is a missing value; an infinity is an error. */
Test(npy, missing)
{
	static const char BYTES[] = "\0\0\x80\x3f" "\0\0\0\x40" "\0\0\x40\xc0" "\0\0\0\x3f"
	                            "\0\0\x80\x3f" "\0\0\xc0\x7f" "\0\0\x40\xc0" "\0\0\0\x3f";
	struct mlp_options options = {.data = "x.npy", .labels = "t.csv"};
	struct reading reading;
	write_file("t.csv", TABLE("2\n1\n"));
	write_file("x.npy", file_bytes, make_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }",
	                                         BYTES, 32));
	read_files(&reading, &FLOWERS, &options);
	cr_expect_eq(reading.status, MLP_WELL);
	cr_expect_eq(reading.data.rows, 1);
	cr_expect_str_eq(reading.text, "mlpc: note: `x.npy`: 1 row with missing values is left out\n", "%s", reading.text);
	free_reading(&reading);
	options.missing = MLP_MISSING_ERROR;
	read_files(&reading, &FLOWERS, &options);
	cr_expect_eq(reading.status, MLP_BAD_DATA);
	cr_expect_str_eq(reading.text, "x.npy: error: row 2 has no number here: the value is missing (byte 148)\n", "%s",
	                 reading.text);
	free_reading(&reading);
}

#define DAMAGED "x.npy: error: the array has a damaged header\n"
#define NO_SHAPE "x.npy: error: the array has no shape\n"
#define NO_NUMBERS "x.npy: error: the array is no array of numbers\n"
#define STRUCTURED "x.npy: error: the array is a structured array\n"
#define CUT "x.npy: error: the array is cut short\n"
#define VERSION "x.npy: error: the array is of a version other than 1, 2 and 3\n"

static const struct {
	const char *header;
	size_t length;   /* of the values */
	const char *message;
} BAD[] = {
	{"{'descr': '<c8', 'fortran_order': False, 'shape': (1, 4), }", 32, NO_NUMBERS},
	{"{'descr': '|O', 'fortran_order': False, 'shape': (1, 4), }", 32, NO_NUMBERS},
	{"{'descr': '<U5', 'fortran_order': False, 'shape': (1, 4), }", 32, NO_NUMBERS},
	{"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 4), }", 16, STRUCTURED},
	{"{'descr': '<f4", 16, STRUCTURED},
	{"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4), }", 32,
	 "x.npy: error: the values stand in the order of Fortran\n       help: save `numpy.ascontiguousarray(array)`\n"},
	{"{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 4), }", 16, DAMAGED},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4, "x.npy: error: a single value, not rows of them\n"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }", 0, "x.npy: error: an extent of 0: there are no values\n"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, -4), }", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1 4), }", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': 4, }", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (922337203685477580, 400), }", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (461168601842738790, 20), }", 16, CUT},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4", 16, NO_SHAPE},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", 4,
	 "x.npy: error: the array has too many dimensions\n"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", 16, CUT},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }", 17,
	 "x.npy: error: the array has more data than its shape\n"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 5), }", 20,
	 "x.npy: error: 5 values a row, but `flower` has 4\n"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", 16,
	 "x.npy: error: 1 value a row, but `flower` has 4\n"},
	{"{'descr': '<f4', 'shape': (1, 4), }", 16, DAMAGED},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), 'more': 1}", 16, DAMAGED},
	{"{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1, 4), }", 16, DAMAGED},
	{"{'descr' '<f4', 'fortran_order': False, 'shape': (1, 4), }", 16, DAMAGED},
	{"{'descr': '<f4' 'fortran_order': False, 'shape': (1, 4), }", 16, DAMAGED},
	{"['descr']", 16, DAMAGED},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), } # x", 16, DAMAGED},
};

Test(npy, malformed)
{
	write_file("t.csv", TABLE("2\n"));
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		struct mlp_options options = {.data = "x.npy", .labels = "t.csv"};
		struct reading reading;
		static const char ZEROS[64];
		write_file("x.npy", file_bytes, make_npy(1, BAD[i].header, ZEROS, BAD[i].length));
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(reading.text, BAD[i].message, "case %zu: %s", i, reading.text);
		free_reading(&reading);
	}
}

static const struct {
	const char *text;
	size_t length;
	const char *message;
} BAD_BYTES[] = {
	{TABLE("\x93NUMPY"), CUT},
	{TABLE("\x93NUMPY\1\0\x40"), CUT},
	{TABLE("\x93NUMPY\2\0\x40\0"), CUT},
	{TABLE("\x93NUMPY\4\0\x40\0\0\0"), VERSION},
	{TABLE("\x93NUMPY\0\0\x40\0\0\0"), VERSION},
	{TABLE("\x93NUMPY\1\0\x40\0{}"), CUT},
	{TABLE("\x93NUMPY\2\0\xff\xff\xff\xff{}"), CUT},
	{TABLE("\x93NUMPY\1\0\0\0"), DAMAGED},
};

Test(npy, malformed_beginnings)
{
	write_file("t.csv", TABLE("2\n"));
	for (size_t i = 0; i < sizeof BAD_BYTES / sizeof *BAD_BYTES; i++) {
		struct mlp_options options = {.data = "x.npy", .labels = "t.csv"};
		struct reading reading;
		write_file("x.npy", BAD_BYTES[i].text, BAD_BYTES[i].length);
		read_files(&reading, &FLOWERS, &options);
		cr_expect_eq(reading.status, MLP_BAD_DATA, "case %zu", i);
		cr_expect_str_eq(reading.text, BAD_BYTES[i].message, "case %zu: %s", i, reading.text);
		free_reading(&reading);
	}
}

/* Without a file of targets the data cannot be an array. */
Test(npy, needs_a_file_of_targets)
{
	struct mlp_options options = {.data = "x.npy"};
	struct reading reading;
	write_file("x.npy", TABLE("\x93NUMPY"));
	read_files(&reading, &FLOWERS, &options);
	cr_expect_str_eq(reading.text, "x.npy: error: a .npy file holds the inputs alone\n"
	                 "       help: give the targets with --labels FILE (--test-labels for the test data)\n", "%s",
	                 reading.text);
	free_reading(&reading);
}

/* Every truncation is refused, and no byte changed makes it read out of bounds. */
Test(npy, every_truncation_and_byte)
{
	static const char ZEROS[16];
	size_t length = make_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }", ZEROS, 16);
	write_file("t.csv", TABLE("2\n"));
	for (size_t i = 0; i < 2 * length; i++) {
		struct mlp_options options = {.data = "x.npy", .labels = "t.csv"};
		struct reading reading;
		if (i < length)
			file_bytes[i] ^= 0x15;
		write_file("x.npy", file_bytes, i < length ? length : i - length);
		read_files(&reading, &FLOWERS, &options);
		if (i >= length)
			cr_expect_eq(reading.status, MLP_BAD_DATA, "%zu bytes", i - length);
		free_reading(&reading);
		if (i < length)
			file_bytes[i] ^= 0x15;
	}
}
