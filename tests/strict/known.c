/* Writes tests/strict/known.h: arguments of each strict function and the nearest results, from MPFR. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "strict/arguments.h"
#include "strict/functions.h"

enum { RANDOM = 24, DIGITS = 640 };

/* Zeros, infinities, NaN, the least numbers; where functions overflow, underflow or turn exact; multiples of
 * pi / 2, the last two the closest ones among doubles; the floats where tanh, erf, erfc, logistic, log1pexp,
 * sin and cos are next to the middle between two floats, as found by tests/strict/measure.c. */
static const double SPECIAL[] = {
	0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 0.5, -0.5, 2, -2, 0x1p-126, -0x1p-126, 0x1p-149, -0x1p-149,
	0x1p-1022, 0x1p-1074, -0x1p-1074, 0x1.fffffep+127, 88.7228, 88.73, -87.34, -103.9, -103.98,
	709.782712893384, 709.782712893385, -708.4, -745.13, -745.14, 1e-8, -1e-8, 0x1.fffffep-1,
	0x1.000002p+0, 0x1.fffffffffffffp-1, 1000, -1000, 1e10, 1e22, -1e22, 0x1p+1000, 9.01, 19.06, 5.92,
	10.05, 26.55, -0.999999, 40.5, -40.5, 1.5707963267948966, 3.141592653589793, 0x1.5fdbbe9bba775p+3,
	0x1.fffb3ed998d2ap+12, 0x1.6c6cbc45dc8dep+5, 6381956970095103 * 0x1p+797,
	0x1.86fbc4p-10, 0x1.81d5acp-13, -0x1.d93ec4p-17, -0x1p-24, 0x1.d483ap-12, 0x1.487e0cp+103, 0x1.2b9622p+67,
};
enum { SPECIALS = sizeof SPECIAL / sizeof *SPECIAL };

static uint64_t bits_of(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	return isnan(x) ? UINT64_C(0x7ff8000000000000) : bits;
}

static uint32_t bits_of_float(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return isnan(x) ? UINT32_C(0x7fc00000) : bits;
}

static double argument(const struct function *f, int i)
{
	if (i < SPECIALS)
		return SPECIAL[i];
	double unit = (double)(strict_mix((uint64_t)i) >> 11) * 0x1p-53;
	double low = fmax(f->low, i % 2 ? -4 : -90), high = fmin(f->high, i % 2 ? 4 : 90);
	return low + unit * (high - low);
}

static void print_function(const struct function *f, mpfr_t value)
{
	for (int i = 0; i < SPECIALS + RANDOM; i++) {
		double x = argument(f, i);
		mpfr_set_d(value, x, MPFR_RNDN);
		f->exact(value, value, MPFR_RNDN);
		printf("\t\t{0x%016llx, 0x%016llx, ", (unsigned long long)bits_of(x),
		       (unsigned long long)bits_of(mpfr_get_d(value, MPFR_RNDN)));
		float narrow = (float)x;
		mpfr_set_flt(value, narrow, MPFR_RNDN);
		f->exact(value, value, MPFR_RNDN);
		printf("0x%08x, 0x%08x},\n", (unsigned)bits_of_float(narrow),
		       (unsigned)bits_of_float(mpfr_get_flt(value, MPFR_RNDN)));
	}
}

int main(void)
{
	mpfr_t value;
	mpfr_init2(value, DIGITS);
	printf("/* Written by tests/strict/known.c: an argument and the nearest result as doubles, the same "
	       "as floats. */\n"
	       "enum { KNOWN_ARGUMENTS = %d };\n\n"
	       "static const struct known {\n\tconst char *name;\n\tstruct {\n\t\tuint64_t x, result;\n"
	       "\t\tuint32_t narrow_x, narrow_result;\n\t} rows[KNOWN_ARGUMENTS];\n} KNOWN[] = {\n",
	       SPECIALS + RANDOM);
	for (const struct function *f = FUNCTIONS; f->name; f++) {
		printf("\t{\"%s\", {\n", f->name);
		print_function(f, value);
		printf("\t}},\n");
	}
	printf("};\n");
	mpfr_clear(value);
	return 0;
}
