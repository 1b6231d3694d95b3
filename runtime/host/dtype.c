/* The types of numbers that safetensors files hold, as doubles. */
#include "mlp_arithmetic.h"

#include <string.h>

#include "host/stored.h"

static uint64_t bits_of(const char *bytes, size_t count)
{
	uint64_t value = 0;
	for (size_t i = count; i-- > 0;)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

static double double_of(uint64_t bits)
{
	double value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static double value_f64(const char *bytes)
{
	return double_of(bits_of(bytes, 8));
}

static double float_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return (double)value;
}

static double value_f32(const char *bytes)
{
	return float_of((uint32_t)bits_of(bytes, 4));
}

static double value_bf16(const char *bytes)
{
	return float_of((uint32_t)bits_of(bytes, 2) << 16);
}

/* sign, exponent, fraction; an exponent of ones is infinite or not a number where `has_infinity`. */
static double small_float(uint64_t bits, int exponent_bits, int fraction_bits, bool has_infinity)
{
	int bias = (1 << (exponent_bits - 1)) - 1, most = (1 << exponent_bits) - 1;
	int exponent = (int)(bits >> fraction_bits) & most;
	double fraction = (double)(bits & ((UINT64_C(1) << fraction_bits) - 1));
	double sign = bits >> (exponent_bits + fraction_bits) & 1 ? -1 : 1;
	if (has_infinity && exponent == most)
		return fraction != 0 ? NAN : sign * INFINITY;
	if (exponent > 0)
		fraction += (double)(UINT64_C(1) << fraction_bits);
	return sign * ldexp(fraction, (exponent > 0 ? exponent : 1) - bias - fraction_bits);
}

static double value_f16(const char *bytes)
{
	return small_float(bits_of(bytes, 2), 5, 10, true);
}

static double value_f8_e5m2(const char *bytes)
{
	return small_float(bits_of(bytes, 1), 5, 2, true);
}

/* Without infinities; all ones are not a number. */
static double value_f8_e4m3(const char *bytes)
{
	uint64_t bits = bits_of(bytes, 1);
	return (bits & 0x7f) == 0x7f ? NAN : small_float(bits, 4, 3, false);
}

static double value_i64(const char *bytes)
{
	return (double)(int64_t)bits_of(bytes, 8);
}

static double value_i32(const char *bytes)
{
	return (double)(int32_t)bits_of(bytes, 4);
}

static double value_i16(const char *bytes)
{
	return (double)(int16_t)bits_of(bytes, 2);
}

static double value_i8(const char *bytes)
{
	return (double)(int8_t)bits_of(bytes, 1);
}

static double value_u64(const char *bytes)
{
	return (double)bits_of(bytes, 8);
}

static double value_u32(const char *bytes)
{
	return (double)bits_of(bytes, 4);
}

static double value_u16(const char *bytes)
{
	return (double)bits_of(bytes, 2);
}

static double value_u8(const char *bytes)
{
	return (double)bits_of(bytes, 1);
}

const struct mlp_dtype *mlp_dtype_named(const char *name)
{
	static const struct mlp_dtype DTYPES[] = {
	        {"F32", 4, value_f32},   {"F64", 8, value_f64},         {"F16", 2, value_f16},
	        {"BF16", 2, value_bf16}, {"I64", 8, value_i64},         {"I32", 4, value_i32},
	        {"I16", 2, value_i16},   {"I8", 1, value_i8},           {"U64", 8, value_u64},
	        {"U32", 4, value_u32},   {"U16", 2, value_u16},         {"U8", 1, value_u8},
	        {"BOOL", 1, value_u8},   {"F8_E4M3", 1, value_f8_e4m3}, {"F8_E5M2", 1, value_f8_e5m2},
	};
	for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++)
		if (strcmp(DTYPES[i].name, name) == 0)
			return &DTYPES[i];
	return NULL;
}
