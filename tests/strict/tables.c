/* Usage: tables constants|elementary|erf
 * Writes runtime/strict_constants.h, strict_tables.c or strict_erf_tables.c: every number from its formula by
 * MPFR, with 480 digits and rounded once. */
#include <mpfr.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 1600 };

static mpfr_t value, rest, other;

/* x as high + low: high the nearest multiple of 2^-places, low the rest as a double. */
static void print_pair(mpfr_t x, long places)
{
	mpfr_mul_2si(rest, x, places, MPFR_RNDN);
	mpfr_rint(rest, rest, MPFR_RNDN);
	mpfr_mul_2si(rest, rest, -places, MPFR_RNDN);
	printf("{%a, ", mpfr_get_d(rest, MPFR_RNDN));
	mpfr_sub(rest, x, rest, MPFR_RNDN);
	printf("%a}", mpfr_get_d(rest, MPFR_RNDN));
}

/* The same with 25 bits in high. */
static void print_wide(mpfr_t x)
{
	print_pair(x, mpfr_zero_p(x) ? 0 : 25 - mpfr_get_exp(x));
}

static void open_table(const char *comment, const char *type, const char *name)
{
	printf("\n/* %s */\nconst %s mlp_strict_%s = {\n", comment, type, name);
}

static void print_exp(void)
{
	open_table("2^(j / 128)", "struct wide", "powers[128]");
	for (int j = 0; j < 128; j++) {
		mpfr_set_d(value, j / 128.0, MPFR_RNDN);
		mpfr_exp2(value, value, MPFR_RNDN);
		printf(j % 2 == 0 ? "\t" : " ");
		print_wide(value);
		printf(j % 2 == 0 ? "," : ",\n");
	}
	printf("};\n");
}

/* The middle of interval j: the bits of c run in steps of 2^45 from those of 0x3fe6900000000000. */
static double middle(int j)
{
	union {
		unsigned long long bits;
		double x;
	} number = {0x3fe6900000000000ULL + ((unsigned long long)j << 45) + (1ULL << 44)};
	return number.x;
}

static void print_log(void)
{
	open_table("for the middle c of interval j: 1/c as a multiple of 2^-17, and minus its logarithm",
	           "struct mlp_strict_logarithm", "logarithms[128]");
	for (int j = 0; j < 128; j++) {
		mpfr_set_d(value, middle(j), MPFR_RNDN);
		mpfr_ui_div(value, 1, value, MPFR_RNDN);
		mpfr_mul_2ui(value, value, 17, MPFR_RNDN);
		mpfr_rint(value, value, MPFR_RNDN);
		mpfr_div_2ui(value, value, 17, MPFR_RNDN);
		printf("\t{%a, ", mpfr_get_d(value, MPFR_RNDN));
		mpfr_log(value, value, MPFR_RNDN);
		mpfr_neg(value, value, MPFR_RNDN);
		if (mpfr_zero_p(value))
			mpfr_set_zero(value, 1);
		print_pair(value, 42);
		printf("},\n");
	}
	printf("};\n");
}

static void print_sine(void)
{
	open_table("sin(j pi / 64)", "struct wide", "sines[128]");
	for (int j = 0; j < 128; j++) {
		mpfr_const_pi(value, MPFR_RNDN);
		mpfr_mul_ui(value, value, (unsigned long)j, MPFR_RNDN);
		mpfr_div_ui(value, value, 64, MPFR_RNDN);
		mpfr_sin(value, value, MPFR_RNDN);
		if (j % 64 == 0)
			mpfr_set_zero(value, 1);
		printf(j % 2 == 0 ? "\t" : " ");
		print_wide(value);
		printf(j % 2 == 0 ? "," : ",\n");
	}
	printf("};\n");
	open_table("64 zeros, then the digits of 2 / pi after the point, 32 at a time", "uint32_t",
	           "inverse_pi[44]");
	mpfr_const_pi(value, MPFR_RNDN);
	mpfr_ui_div(value, 2, value, MPFR_RNDN);
	for (int i = 0; i < 44; i++) {
		unsigned long word = 0;
		if (i >= 2) {
			mpfr_mul_2ui(value, value, 32, MPFR_RNDN);
			word = mpfr_get_ui(value, MPFR_RNDZ);
			mpfr_sub_ui(value, value, word, MPFR_RNDN);
		}
		printf("%s0x%08lx,%s", i % 8 == 0 ? "\t" : " ", word, i % 8 == 7 || i == 43 ? "\n" : "");
	}
	printf("};\n");
}

/* 2 / sqrt(pi) * exp(-x^2) of `value` */
static void slope(void)
{
	mpfr_sqr(value, value, MPFR_RNDN);
	mpfr_neg(value, value, MPFR_RNDN);
	mpfr_exp(value, value, MPFR_RNDN);
	mpfr_const_pi(rest, MPFR_RNDN);
	mpfr_sqrt(rest, rest, MPFR_RNDN);
	mpfr_div(value, value, rest, MPFR_RNDN);
	mpfr_mul_ui(value, value, 2, MPFR_RNDN);
}

static void print_erf(void)
{
	open_table("at x = j / 64: erf(x) and its derivative 2 / sqrt(pi) exp(-x^2)",
	           "struct mlp_strict_error_function", "error_functions[65]");
	for (int j = 0; j <= 64; j++) {
		mpfr_set_d(value, j / 64.0, MPFR_RNDN);
		mpfr_erf(value, value, MPFR_RNDN);
		printf("\t{");
		print_wide(value);
		printf(", ");
		mpfr_set_d(value, j / 64.0, MPFR_RNDN);
		slope();
		print_wide(value);
		printf("},\n");
	}
	printf("};\n");
}

/* Coefficients about c of g(x) = exp(x^2) erfc(x) in powers of (x - c) / scale, from g' = 2 x g - 2 /
 * sqrt(pi): (n + 1) a(n+1) = 2 c a(n) + 2 a(n-1) - (n = 0: 2 / sqrt(pi)). */
static void expand(double c, double scale)
{
	mpfr_t a[14], constant;
	for (int n = 0; n < 14; n++)
		mpfr_init(a[n]);
	mpfr_init(constant);
	mpfr_set_zero(value, 1);
	slope();
	mpfr_set(constant, value, MPFR_RNDN);
	mpfr_set_d(a[0], c, MPFR_RNDN);
	mpfr_sqr(other, a[0], MPFR_RNDN);
	mpfr_exp(other, other, MPFR_RNDN);
	mpfr_erfc(a[0], a[0], MPFR_RNDN);
	mpfr_mul(a[0], a[0], other, MPFR_RNDN);
	for (int n = 0; n < 13; n++) {
		mpfr_mul_d(a[n + 1], a[n], c, MPFR_RNDN);
		if (n > 0)
			mpfr_add(a[n + 1], a[n + 1], a[n - 1], MPFR_RNDN);
		mpfr_mul_ui(a[n + 1], a[n + 1], 2, MPFR_RNDN);
		if (n == 0)
			mpfr_sub(a[n + 1], a[n + 1], constant, MPFR_RNDN);
		mpfr_div_ui(a[n + 1], a[n + 1], (unsigned long)n + 1, MPFR_RNDN);
	}
	for (int n = 0; n < 14; n++) {
		mpfr_set_d(other, scale, MPFR_RNDN);
		mpfr_pow_ui(other, other, (unsigned long)n, MPFR_RNDN);
		mpfr_mul(a[n], a[n], other, MPFR_RNDN);
	}
	printf("\t{");
	print_wide(a[0]);
	printf(", ");
	print_wide(a[1]);
	printf(",\n\t {");
	for (int n = 2; n < 14; n++) {
		printf(n == 6 || n == 10 ? "\n\t " : n == 2 ? "" : " ");
		printf("%a%s", mpfr_get_d(a[n], MPFR_RNDN), n == 13 ? "" : ",");
	}
	printf("}},\n");
	for (int n = 0; n < 14; n++)
		mpfr_clear(a[n]);
	mpfr_clear(constant);
}

static void print_erfc(void)
{
	open_table("in interval j = 16 e + m, of the x from 2^e (1 + m / 16) on, with t = (x - its middle) / "
	           "2^e:\n"
	           " * the Taylor coefficients of exp(x^2) erfc(x) in powers of t",
	           "struct mlp_strict_scaled_erfc", "scaled_erfcs[76]");
	for (int j = 0; j < 76; j++) {
		double scale = (double)(1 << j / 16);
		expand(scale * (1 + (j % 16 + 0.5) / 16), scale);
	}
	printf("};\n");
}

/* -- Constants ----------------------------------------------------------------------------------- */

/* The first `places` digits in base 2 of `value`, as a #define; they are taken off it. */
static void print_part(const char *comment, const char *name, long places)
{
	mpfr_set(rest, value, MPFR_RNDN);
	mpfr_prec_round(rest, places, MPFR_RNDN);
	printf("#define %s %a /* %s */\n", name, mpfr_get_d(rest, MPFR_RNDN), comment);
	mpfr_sub(value, value, rest, MPFR_RNDN);
	mpfr_set_prec(rest, DIGITS);
}

static void print_constants(void)
{
	printf("/* Constants of the strict functions, written by tests/strict/tables.c. Parts of one number: "
	       "its first\n"
	       " * digits, as many as leave products with whole numbers exact, the next ones, and so on. */\n"
	       "#ifndef MLP_STRICT_CONSTANTS_H\n#define MLP_STRICT_CONSTANTS_H\n\n");
	mpfr_const_log2(value, MPFR_RNDN);
	mpfr_ui_div(value, 128, value, MPFR_RNDN);
	print_part("128 / ln 2", "STEPS_OF_EXP", 53);
	mpfr_const_log2(value, MPFR_RNDN);
	mpfr_div_ui(value, value, 128, MPFR_RNDN);
	print_part("ln 2 / 128: 35 digits", "STEP_OF_EXP_HIGH", 35);
	print_part("53 more", "STEP_OF_EXP_LOW", 53);
	mpfr_const_log2(value, MPFR_RNDN);
	print_part("ln 2: 42 digits", "LN2_HIGH", 42);
	print_part("53 more", "LN2_LOW", 53);
	mpfr_const_pi(value, MPFR_RNDN);
	mpfr_ui_div(value, 64, value, MPFR_RNDN);
	print_part("64 / pi", "STEPS_OF_SINE", 53);
	mpfr_const_pi(value, MPFR_RNDN);
	mpfr_div_ui(value, value, 64, MPFR_RNDN);
	print_part("pi / 64: 35 digits", "STEP_OF_SINE_HIGH", 35);
	print_part("35 more", "STEP_OF_SINE_MIDDLE", 35);
	print_part("53 more", "STEP_OF_SINE_LOW", 53);
	mpfr_const_pi(value, MPFR_RNDN);
	mpfr_div_ui(value, value, 64, MPFR_RNDN);
	print_part("pi / 64: 53 digits", "STEP_OF_SINE", 53);
	print_part("53 more", "STEP_OF_SINE_REST", 53);
	printf("\n#endif\n");
}

static void print_head(void)
{
	printf("/* Tables of the strict functions, written by tests/strict/tables.c. A wide number is its "
	       "nearest one\n"
	       " * of 25 bits, in logarithms its nearest multiple of 2^-42, and the nearest double to the "
	       "rest. */\n"
	       "#include \"strict_tables.h\"\n");
}

int main(int count, char **words)
{
	const char *wanted = count > 1 ? words[1] : "";
	mpfr_set_default_prec(DIGITS);
	mpfr_set_emin(mpfr_get_emin_min());
	mpfr_inits(value, rest, other, (mpfr_ptr)0);
	if (strcmp(wanted, "constants") == 0) {
		print_constants();
	} else if (strcmp(wanted, "elementary") == 0) {
		print_head();
		print_exp();
		print_log();
		print_sine();
	} else {
		print_head();
		print_erf();
		print_erfc();
	}
	mpfr_clears(value, rest, other, (mpfr_ptr)0);
	mpfr_free_cache();
	return 0;
}
