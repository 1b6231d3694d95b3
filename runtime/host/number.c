/* Text → double: exact arithmetic for short numbers, strtod in the locale "C" for the rest; text → whole
 * number. */
#define _GNU_SOURCE
#include "host/number.h"

#include <stdint.h>
#include <stdlib.h>

enum { MOST_DIGITS = 19, EXACT_POWER = 22, MOST_EXPONENT = 100000 };

/* Up to here each whole number is a double: 2^53. */
static const uint64_t EXACT_WHOLE = UINT64_C(1) << 53;

/* The powers of ten that are doubles without rounding. */
static const double POWER[EXACT_POWER + 1] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct decimal {
	uint64_t digits;  /* of at most MOST_DIGITS significant digits */
	int exponent;     /* of ten */
	int significant, seen;
};

static size_t read_digits(const char *text, size_t at, size_t length, struct decimal *decimal, int step)
{
	for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
		decimal->seen = 1;
		decimal->exponent -= step;
		if (decimal->significant == 0 && text[at] == '0')
			continue;
		if (++decimal->significant <= MOST_DIGITS)
			decimal->digits = decimal->digits * 10 + (uint64_t)(text[at] - '0');
	}
	return at;
}

static size_t read_exponent(const char *text, size_t at, size_t length, struct decimal *decimal)
{
	size_t digit = at + 1;
	bool negative = digit < length && text[digit] == '-';
	if (digit < length && (text[digit] == '-' || text[digit] == '+'))
		digit++;
	if (digit == length)
		return at;
	int exponent = 0;
	size_t end = digit;
	for (; end < length && text[end] >= '0' && text[end] <= '9'; end++)
		if (exponent < MOST_EXPONENT)
			exponent = exponent * 10 + (text[end] - '0');
	decimal->exponent += negative ? -exponent : exponent;
	return end > digit ? end : at;
}

bool mlp_parse_number(const char *text, size_t length, locale_t c_locale, double *value)
{
	struct decimal decimal = {0};
	size_t at = 0;
	bool negative = length > 0 && text[0] == '-';
	if (length > 0 && (text[0] == '-' || text[0] == '+'))
		at++;
	at = read_digits(text, at, length, &decimal, 0);
	if (at < length && text[at] == '.')
		at = read_digits(text, at + 1, length, &decimal, 1);
	if (!decimal.seen)
		return false;
	if (at < length && (text[at] == 'e' || text[at] == 'E'))
		at = read_exponent(text, at, length, &decimal);
	if (at != length)
		return false;
	for (; decimal.digits > EXACT_WHOLE && decimal.digits % 10 == 0; decimal.exponent++)
		decimal.digits /= 10;
	bool exact = decimal.significant <= MOST_DIGITS && decimal.digits <= EXACT_WHOLE;
	if (exact && decimal.exponent >= -EXACT_POWER && decimal.exponent <= EXACT_POWER) {
		double digits = (double)decimal.digits;
		*value = decimal.exponent < 0 ? digits / POWER[-decimal.exponent]
		                              : digits * POWER[decimal.exponent];
		*value = negative ? -*value : *value;
		return true;
	}
	char *end;
	*value = strtod_l(text, &end, c_locale);
	return end == text + length;
}

bool mlp_parse_unsigned(const char *text, uint64_t *value)
{
	*value = 0;
	for (const char *at = text; *at; at++)
		if (*at < '0' || *at > '9' || __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
			return false;
	return *text != '\0';
}
