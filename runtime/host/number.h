/* Decimal numbers as text, the same in every locale. */
#ifndef MLP_HOST_NUMBER_H
#define MLP_HOST_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* [+-] digits [. digits] [e [+-] digits], nothing else: no blanks, no hexadecimal, no inf and no nan.
 * The text must be followed by a byte that cannot belong to a number. `c_locale` is a locale "C" of the
 * caller. The nearest double; an overflow gives an infinity, which the caller refuses. False: no number. */
bool mlp_parse_number(const char *text, size_t length, locale_t c_locale, double *value);

/* Decimal digits alone. False: other characters, none, or 2^64 and more. */
bool mlp_parse_unsigned(const char *text, uint64_t *value);

#endif
