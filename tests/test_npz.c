/* `mlpc export` and `mlpc import`: what NumPy wrote comes in, what goes out is what NumPy would write, and
 * all comes back bit for bit. The two archives are those of numpy.savez_compressed and numpy.savez (2.4) of
 * W = [[1, 2, 3], [-4, 5, 0.5]] and b = [3, -1]; where python3 has NumPy or safetensors, they are asked as
 * well. */
#define _GNU_SOURCE
#include "cli_fixture.h"
#include "host/arrays.h"
#include "host/host.h"
#include "host/zip.h"
#include "stored_fixture.h"

/* W big-endian f8 by columns, b i1. */
static const unsigned char COMPRESSED[] = {
        80,  75,  3,   4,   45,  0,   0,   0,   8,   0,   0,   0,   33,  0,   76,  72,  202, 121, 255, 255,
        255, 255, 255, 255, 255, 255, 7,   0,   20,  0,   121, 46,  87,  46,  110, 112, 121, 1,   0,   16,
        0,   176, 0,   0,   0,   0,   0,   0,   0,   90,  0,   0,   0,   0,   0,   0,   0,   155, 236, 23,
        234, 27,  16,  201, 200, 80,  198, 80,  173, 158, 146, 90,  156, 92,  164, 110, 165, 160, 110, 151,
        102, 161, 174, 163, 160, 158, 150, 95,  84,  82,  148, 152, 23,  159, 95,  148, 146, 10,  18,  15,
        41,  42,  77,  5,   10,  23,  103, 36,  22,  164, 2,   185, 26,  70,  58,  10,  198, 154, 58,  10,
        181, 10,  228, 3,   46,  251, 15,  12,  96,  112, 64,  0,   66,  59,  48,  64,  105, 17,  40,  205,
        1,   161, 237, 31,  64,  104, 0,   80,  75,  3,   4,   45,  0,   0,   0,   8,   0,   0,   0,   33,
        0,   237, 201, 194, 87,  255, 255, 255, 255, 255, 255, 255, 255, 7,   0,   20,  0,   121, 46,  98,
        46,  110, 112, 121, 1,   0,   16,  0,   130, 0,   0,   0,   0,   0,   0,   0,   70,  0,   0,   0,
        0,   0,   0,   0,   155, 236, 23,  234, 27,  16,  201, 200, 80,  198, 80,  173, 158, 146, 90,  156,
        92,  164, 110, 165, 160, 94,  147, 105, 168, 174, 163, 160, 158, 150, 95,  84,  82,  148, 152, 23,
        159, 95,  148, 146, 10,  18,  119, 75,  204, 41,  78,  5,   138, 23,  103, 36,  22,  164, 2,   249,
        26,  70,  58,  154, 58,  10,  181, 10,  20,  0,   46,  230, 255, 0,   80,  75,  1,   2,   45,  3,
        45,  0,   0,   0,   8,   0,   0,   0,   33,  0,   76,  72,  202, 121, 90,  0,   0,   0,   176, 0,
        0,   0,   7,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,   0,   0,   0,   0,
        121, 46,  87,  46,  110, 112, 121, 80,  75,  1,   2,   45,  3,   45,  0,   0,   0,   8,   0,   0,
        0,   33,  0,   237, 201, 194, 87,  70,  0,   0,   0,   130, 0,   0,   0,   7,   0,   0,   0,   0,
        0,   0,   0,   0,   0,   0,   0,   128, 1,   147, 0,   0,   0,   121, 46,  98,  46,  110, 112, 121,
        80,  75,  5,   6,   0,   0,   0,   0,   2,   0,   2,   0,   106, 0,   0,   0,   18,  1,   0,   0,
        0,   0,
};

/* W f4, b f2. */
static const unsigned char PLAIN[] = {
        80,  75,  3,   4,   45,  0,   0,   0,   0,   0,   0,   0,   33,  0,   208, 39,  203, 207, 255, 255,
        255, 255, 255, 255, 255, 255, 7,   0,   20,  0,   121, 46,  87,  46,  110, 112, 121, 1,   0,   16,
        0,   152, 0,   0,   0,   0,   0,   0,   0,   152, 0,   0,   0,   0,   0,   0,   0,   147, 78,  85,
        77,  80,  89,  1,   0,   118, 0,   123, 39,  100, 101, 115, 99,  114, 39,  58,  32,  39,  60,  102,
        52,  39,  44,  32,  39,  102, 111, 114, 116, 114, 97,  110, 95,  111, 114, 100, 101, 114, 39,  58,
        32,  70,  97,  108, 115, 101, 44,  32,  39,  115, 104, 97,  112, 101, 39,  58,  32,  40,  50,  44,
        32,  51,  41,  44,  32,  125, 32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  10,  0,   0,   128, 63,  0,   0,   0,   64,  0,   0,   64,  64,  0,   0,   128,
        192, 0,   0,   160, 64,  0,   0,   0,   63,  80,  75,  3,   4,   45,  0,   0,   0,   0,   0,   0,
        0,   33,  0,   144, 109, 218, 8,   255, 255, 255, 255, 255, 255, 255, 255, 7,   0,   20,  0,   121,
        46,  98,  46,  110, 112, 121, 1,   0,   16,  0,   132, 0,   0,   0,   0,   0,   0,   0,   132, 0,
        0,   0,   0,   0,   0,   0,   147, 78,  85,  77,  80,  89,  1,   0,   118, 0,   123, 39,  100, 101,
        115, 99,  114, 39,  58,  32,  39,  60,  102, 50,  39,  44,  32,  39,  102, 111, 114, 116, 114, 97,
        110, 95,  111, 114, 100, 101, 114, 39,  58,  32,  70,  97,  108, 115, 101, 44,  32,  39,  115, 104,
        97,  112, 101, 39,  58,  32,  40,  50,  44,  41,  44,  32,  125, 32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  10,  0,   66,  0,   188, 80,  75,
        1,   2,   45,  3,   45,  0,   0,   0,   0,   0,   0,   0,   33,  0,   208, 39,  203, 207, 152, 0,
        0,   0,   152, 0,   0,   0,   7,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,
        0,   0,   0,   0,   121, 46,  87,  46,  110, 112, 121, 80,  75,  1,   2,   45,  3,   45,  0,   0,
        0,   0,   0,   0,   0,   33,  0,   144, 109, 218, 8,   132, 0,   0,   0,   132, 0,   0,   0,   7,
        0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,   209, 0,   0,   0,   121, 46,  98,
        46,  110, 112, 121, 80,  75,  5,   6,   0,   0,   0,   0,   2,   0,   2,   0,   106, 0,   0,   0,
        142, 1,   0,   0,   0,   0,
};

static void set_up_small(void)
{
	set_up();
	put("m.mlp", "model m\ninput x[3]\ntarget t[2]\noutput y[2] = dense(x)\nminimize mse(y, t)\n");
	put("x.csv", "1,1,1\n0,0,2\n");
	put_bytes("compressed.npz", COMPRESSED, sizeof COMPRESSED);
	put_bytes("plain.npz", PLAIN, sizeof PLAIN);
}

TestSuite(npz, .init = set_up_small, .fini = tear_down, .timeout = 120);

#define PREDICT "$MLPC predict m.mlp --weights w --data x.csv"
#define ANSWERS "t_0,t_1\n9,0.5\n9,0\n"

static bool python_has(const char *module)
{
	char command[128];
	snprintf(command, sizeof command, "python3 -c 'import %s' 2>/dev/null", module);
	return run(command) == 0;
}

/* -- In ------------------------------------------------------------------------------------------------- */

Test(npz, archives_of_numpy)
{
	static const struct said rows[] = {
	        {"$MLPC import compressed.npz --model m.mlp -o w", 0, ""},
	        {PREDICT, 0, ANSWERS},
	        {"rm w; $MLPC import plain.npz --model m.mlp -o w", 0, ""},
	        {PREDICT, 0, ANSWERS},
	        {"rm w; $MLPC import - --model m.mlp -o w <plain.npz", 0, ""},
	        {PREDICT, 0, ANSWERS},
	        {"$MLPC import compressed.npz --real=double --model m.mlp -o w", 0, ""},
	        {PREDICT " --real=double", 0, ANSWERS},
	};
	CHECK_SAID(rows);
}

static const char FOREIGN[] = "{\"y.b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                              "\"__metadata__\":{\"format\":\"pt\"},"
                              "\"y.W\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[4,16]}}";
/* 3, -1; then 1, 2, 3, -4, 5, 0.5 */
static const unsigned char FOREIGN_DATA[] = {0,    0x42, 0,    0xbc, 0x80, 0x3f, 0, 0x40,
                                             0x40, 0x40, 0x80, 0xc0, 0xa0, 0x40, 0, 0x3f};

Test(npz, a_foreign_safetensors_file)
{
	put_stored("f.safetensors", FOREIGN, FOREIGN_DATA, sizeof FOREIGN_DATA);
	static const struct said rows[] = {
	        {"$MLPC import f.safetensors --model m.mlp -o w", 0, ""},
	        {PREDICT, 0, ANSWERS},
	        {"$MLPC export f.safetensors -o f.npz && rm w && $MLPC import f.npz --model m.mlp -o w", 0,
	         ""},
	        {PREDICT, 0, ANSWERS},
	};
	CHECK_SAID(rows);
}

/* -- Out ------------------------------------------------------------------------------------------------ */

/* Names of classes, epoch and seed come along; not a bit differs. */
Test(npz, there_and_back)
{
	static const struct said rows[] = {
	        {"$MLPC train $ROOT/models/iris.mlp --data $ROOT/models/data/iris.csv --epochs 3 --save a "
	         "--quiet",
	         0, ""},
	        {"$MLPC export a -o a.npz && $MLPC import a.npz --model $ROOT/models/iris.mlp -o b && cmp a "
	         "b",
	         0, ""},
	        {"$MLPC import a --model $ROOT/models/iris.mlp -o c && cmp a c", 0, ""},
	};
	CHECK_SAID(rows);
}

/* A checkpoint holds the parameters as well. */
Test(npz, from_a_checkpoint)
{
	put("d.csv", "1,2,3,4,5\n2,3,4,5,7\n3,3,3,1,1\n");
	static const struct said rows[] = {
	        {"$MLPC train m.mlp --data d.csv --quiet --checkpoint k --save p --epochs 2", 0, ""},
	        {"$MLPC import k --model m.mlp -o w", 0, ""},
	        {"$MLPC predict m.mlp --weights p --data x.csv >p.csv; " PREDICT " | cmp - p.csv", 0, ""},
	        {"$MLPC predict m.mlp --weights k --data x.csv | cmp - p.csv", 0, ""},
	        {"$MLPC export k -o k.npz && $MLPC import k.npz --model m.mlp -o v && cmp v w", 0, ""},
	};
	CHECK_SAID(rows);
}

/* NaNs with a payload, negative zero, denormals: by the bits. */
Test(npz, every_bit_stays)
{
	static const unsigned char data[] = {1, 0,    0xc0, 0x7f, 0,    0,    0, 0x80, 1,    0, 0,
	                                     0, 0xff, 0xff, 0x7f, 0x7f, 0,    0, 0x80, 0xff, 0, 0,
	                                     0, 0,    1,    2,    0xa0, 0x7f, 4, 5,    6,    7};
	put_stored("f",
	           "{\"y.W\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
	           "\"y.b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
	           data, sizeof data);
	cr_assert(run("$MLPC export f -o f.npz && $MLPC import f.npz --model m.mlp -o w && tail -c 32 w "
	              ">tail 2>&1") == 0,
	          "%s", output);
	cr_expect_arr_eq(text_of("tail"), data, sizeof data);
}

/* The bytes of a member are those that numpy.save writes, and the archive is one that NumPy loads. */
Test(npz, members_are_as_numpy_writes_them)
{
	static const char W[] =
	        "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
	        "                                                          \n\0\0\xc0?\0\0\0\xc0";
	static const char B[] = "\x93NUMPY\1\0v\0{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }"
	                        "                                                            \n\0\x38";
	static const char S[] = "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (), }"
	                        "                                                              \n\0\0\xc0?";
	put_stored("f",
	           "{\"W\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
	           "\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[8,10]},"
	           "\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[10,12]}}",
	           "\0\0\xc0?\0\0\0\xc0\0\x38\xc0?", 12);
	cr_assert(run("$MLPC export f -o f.npz 2>&1") == 0, "%s", output);
	static char bytes[4096];
	FILE *file = fopen("f.npz", "rb");
	size_t length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	cr_expect(memmem(bytes, length, W, sizeof W - 1) == bytes + 30 + strlen("W.npy"));
	cr_expect(memmem(bytes, length, B, sizeof B - 1));
	cr_expect(memmem(bytes, length, S, sizeof S - 1));
	if (!python_has("numpy"))
		cr_skip_test("no NumPy to ask");
	cr_expect(run("python3 -c \"import numpy as n; z = n.load('f.npz'); print({k: (z[k].dtype.str, "
	              "z[k].tolist()) "
	              "for k in z})\" 2>&1") == 0);
	cr_expect_str_eq(output, "{'W': ('<f4', [[1.5, -2.0]]), 'b': ('<f2', [0.5]), 's': ('<f4', 1.5)}\n",
	                 "%s", output);
}

Test(npz, numpy_reads_and_writes_it)
{
	if (!python_has("numpy"))
		cr_skip_test("no NumPy to ask");
	static const struct said rows[] = {
	        {"$MLPC train $ROOT/models/iris.mlp --data $ROOT/models/data/iris.csv --epochs 3 --save a "
	         "--quiet",
	         0, ""},
	        {"$MLPC export a -o a.npz", 0, ""},
	        {"python3 -c \"import numpy as n; z = dict(n.load('a.npz')); n.savez_compressed('b.npz', "
	         "**z); "
	         "n.savez('c.npz', **z); n.savez('d.npz', **{k: n.asfortranarray(z[k].astype('>f8')) for k "
	         "in z "
	         "if k != '__metadata__'})\"",
	         0, ""},
	        {"for k in b c; do $MLPC import $k.npz --model $ROOT/models/iris.mlp -o w && cmp w a; done",
	         0, ""},
	        {"$MLPC import d.npz --model $ROOT/models/iris.mlp -o w; tail -c 556 a >tail; tail -c 556 w "
	         "| cmp - tail",
	         0, ""},
	};
	CHECK_SAID(rows);
}

/* Theirs is read, ours is read by them. */
Test(npz, the_safetensors_of_python)
{
	if (!python_has("numpy, safetensors.numpy"))
		cr_skip_test("no safetensors of Python to ask");
	static const struct said rows[] = {
	        {"$MLPC import plain.npz --model m.mlp -o ours", 0, ""},
	        {"python3 -c \"from safetensors.numpy import load_file, save_file; t = load_file('ours'); "
	         "print({k: t[k].tolist() for k in sorted(t)}); save_file(t, 'theirs', {'who': 'python'})\"",
	         0, "{'y.W': [[1.0, 2.0, 3.0], [-4.0, 5.0, 0.5]], 'y.b': [3.0, -1.0]}\n"},
	        {"$MLPC import theirs --model m.mlp -o w && cmp w ours", 0, ""},
	        {"$MLPC inspect theirs | tail -n +2", 0,
	         "  who                 python\n  checksum            none: not written by mlpc\n\n"
	         "tensor  type  shape   bytes  minimum  maximum  mean  deviation  not finite\n"
	         "y.W     F32   [2, 3]     24       -4        5  1.25     2.7651           0\n"
	         "y.b     F32   [2]         8       -1        3     1          2           0\n"},
	        {"$MLPC predict m.mlp --weights theirs --data x.csv", 1,
	         "theirs: error: not written by mlpc\n"},
	};
	CHECK_SAID(rows);
}

/* -- Errors ---------------------------------------------------------------------------------------------- */

Test(npz, arrays_that_do_not_fit)
{
	put_stored("few", "{\"y.W\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
	           "123456789012345678901234", 24);
	put_stored("turned", "{\"y.W\":{\"dtype\":\"F16\",\"shape\":[3,2],\"data_offsets\":[0,12]}}",
	           "123456789012", 12);
	put_stored("wide", "{\"y.W\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}", "12345678",
	           8);
	put_stored("more",
	           "{\"y.W\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
	           "\"y.b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[12,16]},"
	           "\"z\":{\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[16,16]}}",
	           "1234567890123456", 16);
	put_stored("large",
	           "{\"y.W\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
	           "\"y.b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[12,28]}}",
	           "123456789012\0\0\0\0\0\0\xf0?\0\0\0\0\0\0\xf0\x7e", 28);
	static const struct said rows[] = {
	        {"$MLPC import few --model m.mlp -o w", 1,
	         "few: error: `y.b` is missing, a tensor of the model `m` of shape [2]\n"},
	        {"$MLPC import turned --model m.mlp -o w", 1,
	         "turned: error: `y.W` has the shape [3, 2], but that of the model `m` has [2, 3]\n"
	         "       help: transposed it fits: in NumPy, `y.W.T`\n"},
	        {"$MLPC import wide --model m.mlp -o w", 1,
	         "wide: error: `y.W` has the shape [4], but that of the model `m` has [2, 3]\n"},
	        {"$MLPC import more --model m.mlp -o w", 1,
	         "more: error: holds `z`, which the model `m` does not have\n"},
	        {"$MLPC import large --model m.mlp -o w", 1,
	         "large: error: `y.b` has a number that a float does not hold\n       help: `--real=double` "
	         "keeps it\n"},
	        {"$MLPC import large --real=double --model m.mlp -o d", 0, ""},
	        {"$MLPC import plain.npz -o w", 2,
	         "mlpc: error[usage]: no model is given; `--model` names it\n"},
	        {"$MLPC import plain.npz --model m.mlp", 2,
	         "mlpc: error[usage]: no file to write is given; `-o` names it\n"},
	        {"$MLPC export few", 2, "mlpc: error[usage]: no file to write is given; `-o` names it\n"},
	        {"$MLPC export m.mlp -o w", 1,
	         "m.mlp: error: no safetensors file: the length of the header is out of range\n"},
	        {"$MLPC import plain.npz --model none.mlp -o w", 3,
	         "mlpc: error[cannot-read]: cannot open `none.mlp`: No such file or directory\n"},
	        {"$MLPC import none --model m.mlp -o w", 3,
	         "mlpc: error: cannot read `none`: No such file or directory\n"},
	        {"$MLPC import plain.npz --model m.mlp -o none/w", 3,
	         "mlpc: error: cannot write `none/w`: No such file or directory\n"},
	};
	CHECK_SAID(rows);
	cr_expect(access("w", F_OK) != 0);
}

/* An archive of one member, stored, that is `text` with a right checksum. */
static void put_member(const char *path, const char *text, size_t length)
{
	static const char name[] = "y.W.npy";
	uint32_t crc = 0xffffffff;
	for (size_t k = 0; k < length; k++) {
		crc ^= (unsigned char)text[k];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc = ~crc;
	unsigned char common[26] = {20, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	uint32_t numbers[3] = {crc, (uint32_t)length, (uint32_t)length};
	memcpy(common + 10, numbers, 12); /* little-endian machines, as the tests' are */
	common[22] = (unsigned char)(sizeof name - 1);
	FILE *file = fopen(path, "wb");
	fwrite("PK\3\4", 1, 4, file);
	fwrite(common, 1, 26, file);
	fputs(name, file);
	fwrite(text, 1, length, file);
	uint32_t start = (uint32_t)ftell(file);
	fwrite("PK\1\2\24\0", 1, 6, file);
	fwrite(common, 1, 26, file);
	fwrite("\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1, 14, file);
	fputs(name, file);
	uint32_t end[2] = {(uint32_t)ftell(file) - start, start};
	fwrite("PK\5\6\0\0\0\0\1\0\1\0", 1, 12, file);
	fwrite(end, 1, 8, file);
	fwrite("\0", 1, 2, file);
	fclose(file);
}

Test(npz, members_that_are_no_arrays)
{
	static const struct {
		const char *dictionary, *data, *problem;
	} CASES[] = {
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "1234", NULL},
	        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234",
	         "is a structured array"},
	        {"{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", "1234",
	         "is no array of numbers"},
	        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "1234",
	         "is no array of numbers"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234", "is cut short"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "12345",
	         "has more data than its shape"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905,), }", "1234",
	         "has no shape"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (461168601842738790,4), }", "1234",
	         "is cut short"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999,999), }", "1234",
	         "has no shape"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "1234", "has no shape"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1), }",
	         "1234", "has too many dimensions"},
	        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", "1234", "has a damaged header"},
	        {"{'descr': '<f4', 'shape': (1,), }", "1234", "has a damaged header"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), ", "1234", "has a damaged header"},
	        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,", "1234", "has no shape"},
	        {"{'descr': '<f4", "1234", "is a structured array"},
	        {"", "1234", "has a damaged header"},
	};
	for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
		char npy[512], wanted[256];
		size_t header = strlen(CASES[k].dictionary), data = strlen(CASES[k].data);
		memcpy(npy, "\x93NUMPY\1\0", 8);
		npy[8] = (char)header;
		npy[9] = 0;
		memcpy(npy + 10, CASES[k].dictionary, header);
		memcpy(npy + 10 + header, CASES[k].data, data);
		put_member("f.npz", npy, 10 + header + data);
		cr_expect(run("$MLPC import f.npz --model m.mlp -o w 2>&1") == 1, "case %zu", k);
		if (CASES[k].problem)
			snprintf(wanted, sizeof wanted, "f.npz: error: `y.W.npy` %s\n", CASES[k].problem);
		else
			strcpy(wanted, "f.npz: error: `y.W` has the shape [1], but that of the model `m` has "
			               "[2, 3]\n");
		cr_expect_str_eq(output, wanted, "case %zu: %s", k, output);
	}
}

/* Metadata are one object of texts, even where two members would hold the same. */
Test(npz, metadata_twice)
{
	static const char header[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (11,), }",
	                  text[] = "{\"a\": \"b\" }";
	char npy[128] = "\x93NUMPY\1", wanted[128];
	struct mlp_messages messages = {.file = fopen("/dev/null", "w")};
	npy[8] = sizeof header - 1;
	strcpy(npy + 10, header);
	for (int members = 1; members <= 2; members++) {
		struct mlp_zip zip = {0};
		struct mlp_arrays arrays;
		for (int k = 0; k < members; k++)
			mlp_zip_add(&zip, MLP_METADATA_ARRAY ".npy", npy, 10 + sizeof header - 1, text, 11);
		cr_assert(mlp_zip_finish(&zip));
		put_bytes("f.npz", zip.bytes, zip.length);
		mlp_zip_free(&zip);
		cr_expect_eq(mlp_read_arrays(&arrays, &messages, "f.npz"),
		             members == 1 ? MLP_WELL : MLP_BAD_DATA, "%d", members);
		mlp_free_arrays(&arrays);
	}
	fclose(messages.file);
	cr_expect_eq(run("$MLPC import f.npz --model m.mlp -o w 2>&1"), 1);
	snprintf(wanted, sizeof wanted, "f.npz: error: `%s.npy` is there twice\n", MLP_METADATA_ARRAY);
	cr_expect_str_eq(output, wanted, "%s", output);
}

/* Every bit turned, every length: no crash, and what is taken is right. */
Test(npz, every_bit_and_length_of_an_archive)
{
	static const struct {
		const unsigned char *bytes;
		size_t length;
	} ARCHIVES[] = {{COMPRESSED, sizeof COMPRESSED}, {PLAIN, sizeof PLAIN}};
	static const double W[] = {1, 2, 3, -4, 5, 0.5};
	struct mlp_messages messages = {.file = fopen("/dev/null", "w")};
	int taken = 0;
	for (size_t a = 0; a < 2; a++) {
		size_t bits = ARCHIVES[a].length * 8;
		for (size_t k = 0; k < bits + ARCHIVES[a].length; k++) {
			unsigned char bytes[sizeof PLAIN + sizeof COMPRESSED];
			struct mlp_arrays arrays;
			memcpy(bytes, ARCHIVES[a].bytes, ARCHIVES[a].length);
			if (k < bits)
				bytes[k / 8] ^= (unsigned char)(1 << k % 8);
			put_bytes("f.npz", bytes, k < bits ? ARCHIVES[a].length : k - bits);
			int status = mlp_read_arrays(&arrays, &messages, "f.npz");
			const struct mlp_array *array =
			        status == MLP_WELL ? mlp_array_named(&arrays, "y.W") : NULL;
			cr_expect(status == MLP_BAD_DATA || (status == MLP_WELL && k < bits),
			          "archive %zu, %zu", a, k);
			for (size_t i = 0; array && i < 6; i++)
				cr_expect(array->dtype->value(array->bytes + i * array->dtype->size) == W[i],
				          "bit %zu", k);
			taken += status == MLP_WELL;
			mlp_free_arrays(&arrays);
		}
	}
	fclose(messages.file);
	cr_expect(taken > 100, "names, times and what no reader looks at: %d", taken);
}

/* Cut anywhere, it is refused; a byte that is wrong is no crash, and where it changes a value, refused. */
Test(npz, damaged_archives)
{
	static const struct {
		const unsigned char *bytes;
		size_t length;
	} ARCHIVES[] = {{COMPRESSED, sizeof COMPRESSED}, {PLAIN, sizeof PLAIN}};
	cr_assert(run("$MLPC import plain.npz --model m.mlp -o right 2>&1") == 0);
	for (size_t a = 0; a < 2; a++) {
		for (size_t length = 0; length < ARCHIVES[a].length; length += 97) {
			put_bytes("f.npz", ARCHIVES[a].bytes, length);
			cr_expect(run("$MLPC import f.npz --model m.mlp -o w 2>&1") == 1, "%zu bytes: %s",
			          length, output);
		}
		for (size_t at = 0; at < ARCHIVES[a].length; at += 41) {
			unsigned char bytes[sizeof PLAIN + sizeof COMPRESSED];
			memcpy(bytes, ARCHIVES[a].bytes, ARCHIVES[a].length);
			bytes[at] ^= 0x41;
			put_bytes("f.npz", bytes, ARCHIVES[a].length);
			int status = run("$MLPC import f.npz --model m.mlp -o w 2>&1");
			cr_expect(status == 1 || (status == 0 && run("cmp w right") == 0),
			          "byte %zu: status %d: %s", at, status, output);
		}
	}
	put_bytes("f.npz", PLAIN, sizeof PLAIN - 60);
	cr_expect(run("$MLPC import f.npz --model m.mlp -o w 2>&1") == 1);
	cr_expect_str_eq(output, "f.npz: error: the archive is cut short\n", "%s", output);
}
