/* The strict functions: nearest results known from MPFR, floats in strides against the C library's double,
 * powers, and the same bits everywhere. `make strict-math` has all floats. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "strict/arguments.h"
#include "strict/known.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct function {
	const char *name;
	float (*narrow)(float);
	double (*wide)(double);
	double (*libm)(double);
};

#define ROW(name, libm) {#name, mlp_strict_##name##f, mlp_strict_##name, libm},
static const struct function FUNCTIONS[] = {STRICT_FUNCTIONS(ROW)};

static double double_of(uint64_t bits)
{
	double x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static float float_of(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static uint64_t bits_of(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static uint32_t bits_of_float(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

Test(strict_math, nearest_results)
{
	cr_assert_eq(COUNT(KNOWN), COUNT(FUNCTIONS));
	for (size_t k = 0; k < COUNT(KNOWN); k++) {
		const struct function *f = &FUNCTIONS[k];
		cr_assert_str_eq(KNOWN[k].name, f->name);
		for (size_t i = 0; i < KNOWN_ARGUMENTS; i++) {
			double x = double_of(KNOWN[k].rows[i].x), result = f->wide(x);
			float narrow_x = float_of(KNOWN[k].rows[i].narrow_x), narrow = f->narrow(narrow_x);
			cr_expect_eq(bits_of(result), KNOWN[k].rows[i].result, "%s(%a) = %a", f->name, x,
			             result);
			cr_expect_eq(bits_of_float(narrow), KNOWN[k].rows[i].narrow_result, "%sf(%a) = %a",
			             f->name, (double)narrow_x, (double)narrow);
		}
	}
}

/* Every 6947th float. glibc's double is within 64 units; where that does not tell the float, no word. */
Test(strict_math, floats_against_libm)
{
	for (size_t k = 0; k < COUNT(FUNCTIONS); k++) {
		const struct function *f = &FUNCTIONS[k];
		int unsettled = 0;
		for (uint64_t i = 0; i <= UINT32_MAX; i += 6947) {
			float x = float_of((uint32_t)i), result = f->narrow(x);
			double libm = f->libm((double)x);
			float below = (float)(libm - libm * 0x1p-46), above = (float)(libm + libm * 0x1p-46);
			if (isnan(libm))
				cr_assert_eq(bits_of_float(result), UINT32_C(0x7fc00000), "%sf(%a)", f->name,
				             (double)x);
			else if (isinf(libm) || libm == 0)
				cr_assert_eq(bits_of_float(result), bits_of_float((float)libm), "%sf(%a)",
				             f->name, (double)x);
			else if (below == above)
				cr_assert_eq(result, above, "%sf(%a) = %a", f->name, (double)x,
				             (double)result);
			else
				unsettled++;
		}
		cr_expect_lt(unsettled, 50, "%s: %d", f->name, unsettled);
	}
}

/* Doubles are within 8 units of the C library's. */
Test(strict_math, doubles_against_libm)
{
	for (size_t k = 0; k < COUNT(FUNCTIONS); k++) {
		const struct function *f = &FUNCTIONS[k];
		for (uint64_t i = 0; i < 200000; i++) {
			double x = strict_argument(i), result = f->wide(x), libm = f->libm(x);
			if (isnan(libm))
				cr_assert_eq(bits_of(result), UINT64_C(0x7ff8000000000000), "%s(%a)", f->name,
				             x);
			else if (isinf(libm))
				cr_assert_eq(result, libm, "%s(%a)", f->name, x);
			else
				cr_assert_leq(fabs(result - libm), fabs(libm) * 0x1p-49 + 0x1p-1072,
				              "%s(%a) = %a, not %a", f->name, x, result, libm);
		}
	}
}

/* 1/2 + x/4 is the middle between two floats, and the value a little nearer to 1/2: by x^3 / 48, down to
 * 2^-75. */
Test(strict_math, logistic_next_to_middles)
{
	for (int k = 1; k < 4096; k += 2) {
		cr_assert_eq(mlp_strict_logisticf((float)k * 0x1p-23f), 0.5f + (float)(k / 2) * 0x1p-24f,
		             "%d", k);
		cr_assert_eq(mlp_strict_logisticf((float)-k * 0x1p-24f), 0.5f - (float)(k / 2) * 0x1p-25f,
		             "%d", k);
	}
}

/* -- Powers -------------------------------------------------------------------------------------- */

/* Annex F.10.4.4 of C11; and the sign of zeros. */
Test(strict_math, special_powers)
{
	static const double values[] = {0,
	                                -0.0,
	                                1,
	                                -1,
	                                INFINITY,
	                                -INFINITY,
	                                NAN,
	                                0.5,
	                                -0.5,
	                                2,
	                                -2,
	                                3,
	                                -3,
	                                2.5,
	                                -2.5,
	                                0x1p-149,
	                                -0x1p-149,
	                                0x1.fffffep127,
	                                -0x1.fffffep127,
	                                0x1p24,
	                                0x1.fffffep23};
	for (size_t i = 0; i < COUNT(values); i++)
		for (size_t j = 0; j < COUNT(values); j++) {
			double x = values[i], y = values[j], libm = pow(x, y), result = mlp_strict_pow(x, y);
			float narrow = mlp_strict_powf((float)x, (float)y),
			      libm_narrow = powf((float)x, (float)y);
			if (isnan(libm)) {
				cr_expect_eq(bits_of(result), UINT64_C(0x7ff8000000000000), "pow(%a, %a)", x,
				             y);
				cr_expect_eq(bits_of_float(narrow), UINT32_C(0x7fc00000), "powf(%a, %a)", x,
				             y);
				continue;
			}
			cr_expect_eq(bits_of(result), bits_of(libm), "pow(%a, %a) = %a, not %a", x, y, result,
			             libm);
			cr_expect_eq(bits_of_float(narrow), bits_of_float(libm_narrow),
			             "powf(%a, %a) = %a, not %a", x, y, (double)narrow, (double)libm_narrow);
		}
	static const double bounds[] = {0x1p52, 0x1p52 + 1, 0x1p53, 0x1p53 - 1};
	for (size_t i = 0; i < COUNT(bounds); i++)
		cr_expect_eq(mlp_strict_pow(-0.0, -bounds[i]), i % 2 ? -INFINITY : INFINITY);
}

/* base^y at a power of 2 that leaves 24 digits, and 25 above or below the least normal float. */
static int check_exact_power(double base, double y, double power)
{
	int middles = 0;
	for (int e = -149; e <= 100; e++) {
		double x = ldexp(base, e), turns = e * y, exact = ldexp(power, (int)turns);
		if (turns != floor(turns) || x != (double)(float)x)
			continue;
		middles += (double)(float)exact != exact && exact > 0x1p-150 && exact < 0x1p128;
		cr_assert_eq(mlp_strict_powf((float)x, (float)y), (float)exact, "%a^%a", x, y);
		if (exact > DBL_MIN)
			cr_assert_eq(mlp_strict_pow(x, y), exact, "%a^%a", x, y);
	}
	return middles;
}

/* b^n for n up to 15, and its roots, where the exact power has at most 25 digits in base 2: rounded to even
 * in the middle between two floats, also between two subnormal ones. */
Test(strict_math, exact_powers)
{
	int middles = 0;
	for (int b = 3; b < 5793; b += b < 300 ? 2 : 62)
		for (int n = 1; n <= 15; n++) {
			double power = 1, base = b;
			for (int k = 0; k < n && power <= 0x1p25; k++)
				power *= b;
			for (double y = n; power <= 0x1p25 && y >= n / 8.0 && base < 0x1p24;
			     y /= 2, base *= base)
				middles += check_exact_power(base, y, power);
		}
	cr_expect_gt(middles, 500, "%d", middles);
	for (int e = -149; e <= 127; e++) {
		cr_assert_eq(mlp_strict_powf(2, (float)e), ldexpf(1, e));
		cr_assert_eq(mlp_strict_powf(0.25f, (float)e / 2), ldexpf(1, -e));
	}
	cr_expect_eq(mlp_strict_powf(2, -150), 0);
	cr_expect_eq(mlp_strict_powf(0.5f, 150), 0);
	cr_expect_eq(mlp_strict_powf(0x1p-100f, 1.5f), 0);
	cr_expect_eq(mlp_strict_powf(2, -149.99998f), 0x1p-149f);
}

Test(strict_math, powers_against_libm)
{
	for (uint64_t i = 0; i < 300000; i++) {
		double x = fabs(strict_argument(3 * i + 1)), y = strict_argument(3 * i + 1 + i % 2),
		       libm = pow(x, y);
		double result = mlp_strict_pow(x, y);
		cr_assert(result == libm || fabs(result - libm) <= fabs(libm) * 0x1p-51,
		          "pow(%a, %a) = %a, not %a", x, y, result, libm);
		float narrow_x = (float)x, narrow_y = (float)y;
		libm = pow((double)narrow_x, (double)narrow_y);
		float below = (float)(libm - libm * 0x1p-46), above = (float)(libm + libm * 0x1p-46);
		cr_assert(below != above || mlp_strict_powf(narrow_x, narrow_y) == above, "powf(%a, %a)",
		          (double)narrow_x, (double)narrow_y);
	}
}

/* -- Everywhere ---------------------------------------------------------------------------------- */

Test(strict_math, same_bits_as_elsewhere)
{
	cr_expect_eq(strict_hash(), STRICT_HASH, "%016llx", (unsigned long long)strict_hash());
}
