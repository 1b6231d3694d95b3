/* Bytes → the shape and the values of an IDX file. */
#include "host/grid.h"

#include <stdint.h>
#include <string.h>

#include "host/host.h"
#include "host/message.h"

static double read_ubyte(const unsigned char *bytes)
{
	return bytes[0];
}

static double read_byte(const unsigned char *bytes)
{
	return bytes[0] < 0x80 ? bytes[0] : bytes[0] - 0x100;
}

static double read_short(const unsigned char *bytes)
{
	int value = bytes[0] << 8 | bytes[1];
	return value < 0x8000 ? value : value - 0x10000;
}

static uint32_t word(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static double read_int(const unsigned char *bytes)
{
	double value = word(bytes);
	return value < 0x1p31 ? value : value - 0x1p32;
}

static double read_float(const unsigned char *bytes)
{
	uint32_t bits = word(bytes);
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static double read_double(const unsigned char *bytes)
{
	uint64_t bits = (uint64_t)word(bytes) << 32 | word(bytes + 4);
	double value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static const struct { int type; size_t size; double (*read)(const unsigned char *bytes); } TYPES[] = {
	{0x08, 1, read_ubyte}, {0x09, 1, read_byte},  {0x0b, 2, read_short},
	{0x0c, 4, read_int},   {0x0d, 4, read_float}, {0x0e, 8, read_double}};

enum { TYPE_COUNT = sizeof TYPES / sizeof *TYPES };

static int find_type(int type)
{
	for (int i = 0; i < TYPE_COUNT; i++)
		if (TYPES[i].type == type)
			return i;
	return -1;
}

bool mlp_is_idx(const char *text, size_t length)
{
	return length >= 2 && text[0] == 0 && text[1] == 0;
}

static struct mlp_place byte(const char *file, size_t at)
{
	return (struct mlp_place){.file = file, .start = at, .end = at + 1};
}

/* The product of the extents in bytes, checked against what the file has. */
static int check_length(const struct mlp_grid *idx, const struct mlp_messages *messages, const char *file,
                        size_t header, size_t length)
{
	size_t claimed = idx->size;
	for (int i = 0; i < idx->rank; i++) {
		if (idx->shape[i] == 0) {
			mlp_error_at(messages, byte(file, 4 + 4 * (size_t)i), "dimension %d is 0", i + 1);
			return MLP_BAD_DATA;
		}
		if (__builtin_mul_overflow(claimed, idx->shape[i], &claimed)) {
			mlp_error_at(messages, byte(file, 4 + 4 * (size_t)i),
			             "the product of the dimensions is too large");
			return MLP_BAD_DATA;
		}
	}
	size_t present = length - header;
	if (claimed == present)
		return MLP_WELL;
	if (present < claimed)
		mlp_error_at(messages, byte(file, length),
		             "cut short: the header promises %zu bytes of values, %zu follow", claimed,
		             present);
	else
		mlp_error_at(messages, byte(file, header + claimed),
		             "%zu bytes follow the %zu that the header promises", present - claimed, claimed);
	return MLP_BAD_DATA;
}

int mlp_idx_open(struct mlp_grid *idx, const struct mlp_messages *messages, const char *file,
                 const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	*idx = (struct mlp_grid){0};
	if (length < 4) {
		mlp_error_at(messages, byte(file, length), "cut short: an IDX file begins with four bytes");
		return MLP_BAD_DATA;
	}
	int type = find_type(bytes[2]);
	if (type < 0) {
		mlp_error_at(messages, byte(file, 2), "0x%02x is no type of IDX values", (unsigned)bytes[2]);
		mlp_help(messages, "the types are 0x08 to 0x0e: ubyte, byte, short, int, float, double");
		return MLP_BAD_DATA;
	}
	idx->read = TYPES[type].read;
	idx->size = TYPES[type].size;
	idx->rank = bytes[3];
	if (idx->rank == 0) {
		mlp_error_at(messages, byte(file, 3), "an IDX file without dimensions");
		return MLP_BAD_DATA;
	}
	size_t header = 4 + 4 * (size_t)idx->rank;
	if (length < header) {
		mlp_error_at(messages, byte(file, length), "cut short: %d dimensions need %zu bytes",
		             idx->rank, header);
		return MLP_BAD_DATA;
	}
	for (int i = 0; i < idx->rank; i++)
		idx->shape[i] = word(bytes + 4 + 4 * i);
	int status = check_length(idx, messages, file, header, length);
	if (status != MLP_WELL)
		return status;
	idx->values = bytes + header;
	idx->start = header;
	idx->rows = idx->shape[0];
	idx->elements = 1;
	for (int i = 1; i < idx->rank; i++)
		idx->elements *= idx->shape[i];
	return MLP_WELL;
}
