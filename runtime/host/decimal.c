/* Reals → the shortest decimal text that says which number it is. */
#include "host/decimal.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT_DIGITS = 9, DOUBLE_DIGITS = 17 }; /* that always suffice */

static int reads_back(const char *text, double value, int real_size)
{
	return real_size == (int)sizeof(float) ? strtof(text, NULL) == (float)value
	                                       : strtod(text, NULL) == value;
}

/* "0,1" → "0.1", whatever the sign of this locale is. */
static void use_point(char *text)
{
	static const char USUAL[] = "+-0123456789einfa";
	char *sign = text + strspn(text, USUAL);
	if (*sign == '\0')
		return;
	size_t length = strcspn(sign, USUAL);
	*sign = '.';
	memmove(sign + 1, sign + length, strlen(sign + length) + 1);
}

const char *mlp_decimal(char text[MLP_DECIMAL], double value, int real_size)
{
	int is_float = real_size == (int)sizeof(float);
	int most = is_float ? FLOAT_DIGITS : DOUBLE_DIGITS;
	if (value != value) {
		snprintf(text, MLP_DECIMAL, "nan");
		return text;
	}
	/* With FLT_DIG digits a decimal of so many survives the way there and back: none is shorter. */
	for (int digits = is_float ? FLT_DIG : DBL_DIG; digits <= most; digits++) {
		snprintf(text, MLP_DECIMAL, "%.*g", digits, value);
		if (reads_back(text, value, real_size))
			break;
	}
	use_point(text);
	return text;
}
