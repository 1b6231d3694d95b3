/* `mlpc inspect`: files made byte by byte, and our own. Means and deviations by hand. */
#include "cli_fixture.h"
#include "stored_fixture.h"

TestSuite(inspect, .init = set_up, .fini = tear_down, .timeout = 120);

#define ONE(dtype, shape, end) \
	"{\"t\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[0," end "]}}"

/* Of 1, 2, 3: mean 2, deviation sqrt(2 / 3). */
Test(inspect, a_foreign_file)
{
	static const char HEADER[] =
	        "{\"__metadata__\":{\"by\":\"hand\\u001b[31m\"},"
	        "\"layer.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
	        "\"half\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[16,20]},"
	        "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[20,22]},"
	        "\"none\":{\"dtype\":\"F64\",\"shape\":[0,7],\"data_offsets\":[22,22]},"
	        "\"i\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[22,24]}}";
	static const unsigned char DATA[] = {0,    0,    0x80, 0x3f, 0, 0, 0,    0x40,
	                                     0,    0,    0x40, 0x40, 0, 0, 0xc0, 0x7f, /* 1, 2, 3, nan */
	                                     0,    0x3c, 1,    0,                      /* 1, 2^-24 */
	                                     0xc0, 0xc0,                               /* -6 */
	                                     0xfe, 0xff};                              /* -2 */
	put_stored("f", HEADER, DATA, sizeof DATA);
	static const struct said rows[] = {
	        {"$MLPC inspect f", 0,
	         "f: 5 tensors, 8 numbers, 367 bytes\n"
	         "  by                  hand?[31m\n"
	         "  checksum            none: not written by mlpc\n\n"
	         "tensor        type  shape   bytes     minimum  maximum  mean  deviation  not finite\n"
	         "layer.weight  F32   [2, 2]     16           1        3     2     0.8165           1\n"
	         "half          F16   [2]         4  5.9605e-08        1   0.5        0.5           0\n"
	         "b             BF16  []          2          -6       -6    -6          0           0\n"
	         "none          F64   [0, 7]      0           -        -     -          -           0\n"
	         "i             I16   [1]         2          -2       -2    -2          0           0\n"},
	        {"$MLPC inspect - <f | head -n 1", 0, "-: 5 tensors, 8 numbers, 367 bytes\n"},
	};
	CHECK_SAID(rows);
}

/* One value of each type, by the definitions of their formats. */
Test(inspect, every_type)
{
	static const struct {
		const char *dtype, *bytes, *value;
		size_t size;
	} TYPES[] = {
	        {"F64", "\0\0\0\0\0\0\xf8\xbf", "-1.5", 8},
	        {"F32", "\0\0\x20\xc1", "-10", 4},
	        {"F16", "\xff\x7b", "65504", 2},
	        {"F16", "\0\xb8", "-0.5", 2},
	        {"BF16", "\x49\x40", "3.1406", 2},
	        {"I64", "\xff\xff\xff\xff\xff\xff\xff\xff", "-1", 8},
	        {"I32", "\0\0\0\x80", "-2.1475e+09", 4},
	        {"I16", "\0\x80", "-32768", 2},
	        {"I8", "\x80", "-128", 1},
	        {"U64", "\0\0\0\0\0\0\0\x80", "9.2234e+18", 8},
	        {"U32", "\xff\xff\xff\xff", "4.295e+09", 4},
	        {"U16", "\xff\xff", "65535", 2},
	        {"U8", "\xff", "255", 1},
	        {"BOOL", "\1", "1", 1},
	        {"F8_E4M3", "\x7e", "448", 1},
	        {"F8_E4M3", "\x01", "0.0019531", 1},
	        {"F8_E5M2", "\x7b", "57344", 1},
	        {"F8_E5M2", "\x01", "1.5259e-05", 1},
	};
	for (size_t k = 0; k < sizeof TYPES / sizeof *TYPES; k++) {
		char header[256], wanted[64];
		snprintf(header, sizeof header,
		         "{\"t\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%zu]}}", TYPES[k].dtype,
		         TYPES[k].size);
		put_stored("f", header, TYPES[k].bytes, TYPES[k].size);
		cr_assert(run("$MLPC inspect f | tail -n 1 | tr -s ' ' | cut -d' ' -f 2,5 2>&1") == 0);
		snprintf(wanted, sizeof wanted, "%s %s\n", TYPES[k].dtype, TYPES[k].value);
		cr_expect_str_eq(output, wanted, "%s: %s", wanted, output);
	}
	put_stored("f", ONE("F8_E4M3", "[2]", "2"), "\x7f\xff", 2);
	cr_expect(run("$MLPC inspect f | tail -n 1 | tr -s ' '") == 0);
	cr_expect_str_eq(output, "t F8_E4M3 [2] 2 - - - - 2\n", "%s", output);
}

/* Standardised, x is -1 and 1: the logits are -0.5, -3.5 and 1.5, 0.5, and the loss the mean of
 * log(1 + exp(-3)) and log(1 + exp(1)), 0.68092. */
Test(inspect, our_own)
{
	put("m.mlp", "model m\ninput x[1] standardize\ntarget k class[2]\nparam shift[2] = [0.5, -1.5]\n"
	             "output p[2] = softmax(dense(x, W = [[1], [2]], b = none) + shift)\nminimize "
	             "cross_entropy(p, k)\n"
	             "train { epochs = 3, seed = 9, optimizer = sgd(rate = 0) }\n");
	put("m.csv", "0,no\n4,yes\n");
	static const struct said rows[] = {
	        {"$MLPC train m.mlp --data m.csv --save w --checkpoint c --quiet", 0, ""},
	        {"$MLPC inspect w | tail -n +4 | head -n 11 | grep -v '\\.W'", 0,
	         "  epochs done         3\n"
	         "  seed                9\n"
	         "  standardised        x\n"
	         "  classes of k        no, yes\n"
	         "  checksum            agrees\n\n"
	         "tensor       type  shape   bytes  minimum  maximum  mean  deviation  not finite\n"
	         "x.mean       F32   [1]         4        2        2     2          0           0\n"
	         "x.deviation  F32   [1]         4        2        2     2          0           0\n"
	         "shift        F32   [2]         8     -1.5      0.5  -0.5          1           0\n"},
	        {"$MLPC inspect c | head -n 1 | cut -d, -f 1", 0,
	         "c: checkpoint of a run of the model `m`\n"},
	        {"$MLPC inspect c | grep -E '^  (epochs done|best epoch|loss|numbers|batch) '", 0,
	         "  epochs done         3\n  best epoch          0\n  numbers             float\n  batch     "
	         "          32\n"
	         "  loss                0.68092\n"},
	};
	CHECK_SAID(rows);
}

Test(inspect, json)
{
	put_stored("f", ONE("F32", "[1,2]", "8"), "\0\0\x80\x3f\0\0\x80\x7f", 8);
	static const struct said rows[] = {
	        {"$MLPC inspect f --json", 0,
	         "{\n \"file\": \"f\",\n \"bytes\": 72,\n \"mlpc\": false,\n \"checkpoint\": false,\n"
	         " \"checksum_agrees\": null,\n \"metadata\": null,\n \"tensors\": [\n  {\n   \"name\": "
	         "\"t\",\n"
	         "   \"dtype\": \"F32\",\n   \"shape\": [\n    1,\n    2\n   ],\n   \"bytes\": 8,\n   "
	         "\"minimum\": 1.0,\n"
	         "   \"maximum\": 1.0,\n   \"mean\": 1.0,\n   \"deviation\": 0.0,\n   \"not_finite\": 1\n  "
	         "}\n ]\n}\n"},
	};
	CHECK_SAID(rows);
}

Test(inspect, errors)
{
	put("short", "1234567");
	put("text", "a,b,c,d,e,f,g,h\n1,2,3\n");
	put_stored("list", "[1]", "", 0);
	put_stored("hole", ONE("F32", "[1]", "4"), "12345678", 8);
	put_stored("type", ONE("F12", "[1]", "4"), "1234", 4);
	put_stored("outside", ONE("F32", "[2]", "8"), "1234", 4);
	put_stored("meta", "{\"__metadata__\":{\"a\":1}}", "", 0);
	static const struct said rows[] = {
	        {"$MLPC inspect", 2, "mlpc: error[usage]: no file is given; `mlpc --help` shows how\n"},
	        {"$MLPC inspect a b", 2, "mlpc: error[usage]: unexpected argument `b` after the file `a`\n"},
	        {"$MLPC inspect none", 3, "mlpc: error: cannot read `none`: No such file or directory\n"},
	        {"$MLPC inspect short", 1, "short: error: no safetensors file: shorter than 8 bytes\n"},
	        {"$MLPC inspect text", 1,
	         "text: error: no safetensors file: the length of the header is out of range\n"},
	        {"$MLPC inspect list", 1,
	         "list: error: no safetensors file: the header is not a JSON object\n"},
	        {"$MLPC inspect hole", 1, "hole: error: damaged: more data than tensors\n"},
	        {"$MLPC inspect type", 1, "type: error: tensor `t` has an unknown type of numbers\n"},
	        {"$MLPC inspect outside", 1, "outside: error: tensor `t` lies outside the data\n"},
	        {"$MLPC inspect meta", 1,
	         "meta: error: damaged: `__metadata__` holds something other than texts\n"},
	        {"$MLPC inspect --data x", 2,
	         "mlpc: error[unknown-option]: `--data` is an option of `mlpc train`, not of `mlpc "
	         "inspect`\n"},
	};
	CHECK_SAID(rows);
}

/* A file of ours of which a bit has turned is shown, and refused. */
Test(inspect, a_damaged_checksum)
{
	cr_assert(run("$MLPC train $ROOT/models/xor.mlp --data $ROOT/models/data/xor.csv --epochs 0 --save w "
	              "--quiet 2>&1") == 0,
	          "%s", output);
	FILE *file = fopen("w", "r+b");
	cr_assert(file && fseek(file, -1, SEEK_END) == 0);
	int byte = fgetc(file);
	cr_assert(fseek(file, -1, SEEK_END) == 0 && fputc(byte ^ 1, file) >= 0 && fclose(file) == 0);
	static const struct said rows[] = {
	        {"sh -c '$MLPC inspect w >out'", 1, "w: error: damaged: the checksum does not agree\n"},
	        {"grep checksum out", 0, "  checksum            does not agree\n"},
	};
	CHECK_SAID(rows);
}
