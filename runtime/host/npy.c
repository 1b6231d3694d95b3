/* The header of an .npy file: a magic, a length, and a dictionary in Python's notation. */
#include "host/npy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[] = "\x93NUMPY";

enum { MAGIC_LENGTH = 6, MULTIPLE = 64, MOST_DIGITS = 18 };

static const struct {
	const char *code, *dtype;
} CODES[] = {{"f4", "F32"}, {"f8", "F64"}, {"f2", "F16"}, {"i8", "I64"}, {"i4", "I32"}, {"i2", "I16"},
             {"i1", "I8"},  {"u8", "U64"}, {"u4", "U32"}, {"u2", "U16"}, {"u1", "U8"},  {"b1", "BOOL"}};

enum { CODE_COUNT = sizeof CODES / sizeof *CODES };

bool mlp_is_npy(const char *bytes, size_t length)
{
	return length >= MAGIC_LENGTH && memcmp(bytes, MAGIC, MAGIC_LENGTH) == 0;
}

/* -- The dictionary ------------------------------------------------------------------------------------ */

struct scanner {
	const char *at, *end;
};

static bool take(struct scanner *scanner, char wanted)
{
	while (scanner->at < scanner->end && isspace((unsigned char)*scanner->at))
		scanner->at++;
	if (scanner->at == scanner->end || *scanner->at != wanted)
		return false;
	scanner->at++;
	return true;
}

static bool take_word(struct scanner *scanner, const char *word)
{
	size_t length = strlen(word);
	if (!take(scanner, *word))
		return false;
	scanner->at--;
	if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
		return false;
	scanner->at += length;
	return true;
}

/* A text in quotes of either kind, without escapes. */
static bool take_text(struct scanner *scanner, const char **text, size_t *length)
{
	bool single = take(scanner, '\'');
	if (!single && !take(scanner, '"'))
		return false;
	const char *close = memchr(scanner->at, single ? '\'' : '"', (size_t)(scanner->end - scanner->at));
	if (!close)
		return false;
	*text = scanner->at;
	*length = (size_t)(close - scanner->at);
	scanner->at = close + 1;
	return true;
}

static bool take_extent(struct scanner *scanner, int64_t *extent)
{
	int digits = 0;
	*extent = 0;
	for (; scanner->at < scanner->end && isdigit((unsigned char)*scanner->at); scanner->at++, digits++) {
		if (digits == MOST_DIGITS)
			return false;
		*extent = *extent * 10 + (*scanner->at - '0');
	}
	return digits > 0;
}

static const char *read_shape(struct scanner *scanner, struct mlp_npy *npy)
{
	if (!take(scanner, '('))
		return "has no shape";
	npy->elements = 1;
	for (npy->rank = 0; !take(scanner, ')'); npy->rank++) {
		int64_t extent;
		if (npy->rank > 0 && !take(scanner, ','))
			return "has no shape";
		if (take(scanner, ')'))
			return NULL;
		if (npy->rank == MLP_MOST_STORED_DIMENSIONS)
			return "has too many dimensions";
		if (!take_extent(scanner, &extent) ||
		    __builtin_mul_overflow(npy->elements, (uint64_t)extent, &npy->elements))
			return "has no shape";
		npy->shape[npy->rank] = extent;
	}
	return NULL;
}

static const char *read_descr(struct scanner *scanner, struct mlp_npy *npy)
{
	const char *text;
	size_t length;
	if (!take_text(scanner, &text, &length))
		return "is a structured array";
	npy->big_endian = length == 3 && *text == '>';
	for (int k = 0; length == 3 && strchr("<>|=", *text) && k < CODE_COUNT; k++)
		if (memcmp(text + 1, CODES[k].code, 2) == 0)
			npy->dtype = mlp_dtype_named(CODES[k].dtype);
	return npy->dtype ? NULL : "is no array of numbers";
}

static const char *read_order(struct scanner *scanner, struct mlp_npy *npy)
{
	npy->by_columns = take_word(scanner, "True");
	return npy->by_columns || take_word(scanner, "False") ? NULL : "has a damaged header";
}

static const struct {
	const char *name;
	const char *(*read)(struct scanner *scanner, struct mlp_npy *npy);
} KEYS[] = {{"descr", read_descr}, {"fortran_order", read_order}, {"shape", read_shape}};

enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS };

/* `seen`: a bit for each key. */
static const char *read_entry(struct scanner *scanner, struct mlp_npy *npy, unsigned *seen)
{
	const char *key;
	size_t length;
	if (!take_text(scanner, &key, &length) || !take(scanner, ':'))
		return "has a damaged header";
	for (int k = 0; k < KEY_COUNT; k++) {
		if (strlen(KEYS[k].name) != length || memcmp(KEYS[k].name, key, length) != 0)
			continue;
		bool twice = *seen & 1u << k;
		*seen |= 1u << k;
		return twice ? "has a damaged header" : KEYS[k].read(scanner, npy);
	}
	return "has a damaged header";
}

static const char *read_dictionary(struct scanner *scanner, struct mlp_npy *npy)
{
	unsigned seen = 0;
	const char *problem = NULL;
	if (!take(scanner, '{'))
		return "has a damaged header";
	while (!problem && !take(scanner, '}')) {
		problem = read_entry(scanner, npy, &seen);
		if (!problem && !take(scanner, ',') && (scanner->at == scanner->end || *scanner->at != '}'))
			problem = "has a damaged header";
	}
	if (problem)
		return problem;
	while (scanner->at < scanner->end && isspace((unsigned char)*scanner->at))
		scanner->at++;
	return seen == (1u << KEY_COUNT) - 1 && scanner->at == scanner->end ? NULL : "has a damaged header";
}

const char *mlp_npy_open(struct mlp_npy *npy, const char *bytes, size_t length)
{
	*npy = (struct mlp_npy){0};
	if (!mlp_is_npy(bytes, length))
		return "is no .npy file";
	if (length > MAGIC_LENGTH && (bytes[MAGIC_LENGTH] < 1 || bytes[MAGIC_LENGTH] > 3))
		return "is of a version other than 1, 2 and 3";
	size_t width = length > MAGIC_LENGTH && bytes[MAGIC_LENGTH] == 1 ? 2 : 4,
	       start = MAGIC_LENGTH + 2 + width;
	if (length < start)
		return "is cut short";
	size_t header = 0;
	for (size_t i = width; i-- > 0;)
		header = header << 8 | (unsigned char)bytes[MAGIC_LENGTH + 2 + i];
	if (header > length - start)
		return "is cut short";
	struct scanner scanner = {bytes + start, bytes + start + header};
	const char *problem = read_dictionary(&scanner, npy);
	if (problem)
		return problem;
	npy->values = bytes + start + header;
	size_t size, there = length - start - header;
	if (__builtin_mul_overflow(npy->elements, npy->dtype->size, &size) || size > there)
		return "is cut short";
	return size == there ? NULL : "has more data than its shape";
}

void mlp_npy_copy(const struct mlp_npy *npy, char *values)
{
	size_t size = npy->dtype->size;
	int64_t index[MLP_MOST_STORED_DIMENSIONS] = {0};
	for (size_t k = 0; k < npy->elements; k++) {
		size_t from = k;
		if (npy->by_columns) {
			from = 0;
			for (int d = npy->rank; d-- > 0;)
				from = from * (size_t)npy->shape[d] + (size_t)index[d];
			for (int d = npy->rank; d-- > 0 && ++index[d] == npy->shape[d];)
				index[d] = 0;
		}
		for (size_t i = 0; i < size; i++)
			values[k * size + i] =
			        npy->values[from * size + (npy->big_endian ? size - 1 - i : i)];
	}
}

/* -- Writing ------------------------------------------------------------------------------------------- */

size_t mlp_npy_header(char header[MLP_NPY_HEADER], const struct mlp_dtype *dtype, int rank,
                      const int64_t *shape)
{
	const char *code = NULL;
	for (int k = 0; k < CODE_COUNT; k++)
		if (strcmp(CODES[k].dtype, dtype->name) == 0)
			code = CODES[k].code;
	if (!code)
		return 0;
	memcpy(header, MAGIC, MAGIC_LENGTH);
	header[MAGIC_LENGTH] = 1;
	header[MAGIC_LENGTH + 1] = 0;
	size_t start = MAGIC_LENGTH + 4, at = start;
	at += (size_t)sprintf(header + at, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
	                      dtype->size == 1 ? '|' : '<', code);
	for (int d = 0; d < rank; d++)
		at += (size_t)sprintf(header + at, "%lld%s", (long long)shape[d],
		                      d + 1 < rank ? ", "
		                      : rank == 1  ? ","
		                                   : "");
	at += (size_t)sprintf(header + at, "), }");
	while ((at + 1) % MULTIPLE != 0)
		header[at++] = ' ';
	header[at++] = '\n';
	header[MAGIC_LENGTH + 2] = (char)(unsigned char)(at - start);
	header[MAGIC_LENGTH + 3] = (char)(unsigned char)((at - start) >> 8);
	return at;
}
