/* The functions of float that generated code has inlined: special cases, stated errors, numbers and vectors
 * with the same bits from gcc and clang at every level and width. `make function-accuracy` has all floats. */
#define VARIANT here
#include "functions/variant.c"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_folder.h"
#include "mlp_strict.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { BLOCK = 4096 };

#define ROW(name, fused, split, direction) {#name, mlp_strict_##name, {split, fused}},
static const struct function {
	const char *name;
	double (*exact)(double);
	double limits[2]; /* by fused */
} functions[] = {FUNCTIONS(ROW)};

static size_t find(const char *name)
{
	for (size_t k = 0; k < FUNCTION_COUNT; k++)
		if (strcmp(functions[k].name, name) == 0)
			return k;
	cr_assert_fail("no function %s", name);
	return 0;
}

/* By numbers, and the same by vectors. */
static float value_of(const char *name, float argument)
{
	float x[BLOCK], results[BLOCK], others[BLOCK];
	for (size_t k = 0; k < 16; k++)
		x[k] = argument;
	VARIANT.numbers[find(name)](results, x, 16);
	if (VARIANT.vectors[find(name)]) {
		VARIANT.vectors[find(name)](others, x, 16);
		for (size_t k = 0; k < 16; k++)
			cr_expect_eq(bits_of(others[k]), bits_of(results[k]), "%s(%a)", name,
			             (double)argument);
	}
	return results[0];
}

/* Annex F.10 of C11; logistic and log1pexp by their limits. The exponential ends next to log(2^128) and, as
 * what is subnormal is 0, at log(2^-126). */
Test(functions, special_values)
{
	static const float inf = HUGE_VALF, least = 0x1p-149f, largest = 0x1.fffffep127f;
	const struct {
		const char *name;
		float x, result;
	} cases[] = {
	        {"exp", 0, 1},
	        {"exp", -0.0f, 1},
	        {"exp", inf, inf},
	        {"exp", -inf, 0},
	        {"exp", largest, inf},
	        {"exp", -largest, 0},
	        {"exp", 88.722839f, inf},
	        {"exp", -87.336548f, 0},
	        {"exp", -104, 0},
	        {"exp", least, 1},
	        {"exp", -least, 1},
	        {"exp", NAN, NAN},
	        {"expm1", 0, 0},
	        {"expm1", -0.0f, -0.0f},
	        {"expm1", inf, inf},
	        {"expm1", -inf, -1},
	        {"expm1", largest, inf},
	        {"expm1", -20, -1},
	        {"expm1", least, least},
	        {"expm1", -least, -least},
	        {"expm1", NAN, NAN},
	        {"expm1", 88.722839f, inf},
	        {"log", 1, 0},
	        {"log", 0, -inf},
	        {"log", -0.0f, -inf},
	        {"log", inf, inf},
	        {"log", -1, NAN},
	        {"log", -least, NAN},
	        {"log", -inf, NAN},
	        {"log", NAN, NAN},
	        {"log1p", 0, 0},
	        {"log1p", -0.0f, -0.0f},
	        {"log1p", -1, -inf},
	        {"log1p", inf, inf},
	        {"log1p", -1.0000001f, NAN},
	        {"log1p", -inf, NAN},
	        {"log1p", NAN, NAN},
	        {"log1p", least, least},
	        {"log1p", -least, -least},
	        {"log1p", -largest, NAN},
	        {"tanh", 0, 0},
	        {"tanh", -0.0f, -0.0f},
	        {"tanh", inf, 1},
	        {"tanh", -inf, -1},
	        {"tanh", largest, 1},
	        {"tanh", -largest, -1},
	        {"tanh", least, least},
	        {"tanh", -least, -least},
	        {"tanh", 9.02f, 1},
	        {"tanh", NAN, NAN},
	        {"logistic", 0, 0.5f},
	        {"logistic", -0.0f, 0.5f},
	        {"logistic", inf, 1},
	        {"logistic", -inf, 0},
	        {"logistic", largest, 1},
	        {"logistic", -largest, 0},
	        {"logistic", -87.336548f, 0},
	        {"logistic", 17.5f, 1},
	        {"logistic", NAN, NAN},
	        {"log1pexp", inf, inf},
	        {"log1pexp", -inf, 0},
	        {"log1pexp", largest, largest},
	        {"log1pexp", -largest, 0},
	        {"log1pexp", -87.336548f, 0},
	        {"log1pexp", 100, 100},
	        {"log1pexp", NAN, NAN},
	        {"erf", 0, 0},
	        {"erf", -0.0f, -0.0f},
	        {"erf", inf, 1},
	        {"erf", -inf, -1},
	        {"erf", largest, 1},
	        {"erf", -largest, -1},
	        {"erf", least, least},
	        {"erf", -least, -least},
	        {"erf", NAN, NAN},
	        {"erfc", 0, 1},
	        {"erfc", -0.0f, 1},
	        {"erfc", inf, 0},
	        {"erfc", -inf, 2},
	        {"erfc", largest, 0},
	        {"erfc", -largest, 2},
	        {"erfc", 9.19455f, 0},
	        {"erfc", least, 1},
	        {"erfc", NAN, NAN},
	};
	for (size_t k = 0; k < COUNT(cases); k++) {
		float result = value_of(cases[k].name, cases[k].x);
		cr_expect_eq(bits_of(result), bits_of(cases[k].result), "%s(%a) = %a, not %a", cases[k].name,
		             (double)cases[k].x, (double)result, (double)cases[k].result);
	}
}

/* The last arguments before the result is 0 or infinite. */
Test(functions, ends)
{
	static const struct {
		const char *name;
		float x;
	} cases[] = {
	        {"exp", 88.722832f},        {"exp", -87.336540f},       {"expm1", 88.722832f},
	        {"logistic", -87.336540f},  {"log1pexp", -87.336540f},  {"erfc", 9.1945486f},
	        {"log", 0x1p-149f},         {"log", 0x1p-126f},         {"log", 0x1.fffffep127f},
	        {"log1p", 0x1.fffffep127f}, {"log1p", -0x1.fffffep-1f},
	};
	for (size_t k = 0; k < COUNT(cases); k++) {
		const struct function *f = &functions[find(cases[k].name)];
		float result = value_of(f->name, cases[k].x);
		cr_expect(isfinite(result) && result != 0, "%s(%a) = %a", f->name, (double)cases[k].x,
		          (double)result);
		cr_expect_leq(units_of(result, f->exact((double)cases[k].x)), f->limits[VARIANT.fused],
		              "%s(%a) = %a", f->name, (double)cases[k].x, (double)result);
	}
}

/* Where the error is the largest of those that were found. */
Test(functions, worst_arguments)
{
	static const struct {
		const char *name;
		float x;
		bool fused;
		double error;
	} cases[] = {
	        {"exp", -0x1.770494p+2f, false, 0.993},      {"exp", 0x1.ab789cp+4f, true, 1.023},
	        {"expm1", 0x1.649bcp-2f, false, 1.083},      {"expm1", 0x1.12579p+4f, true, 1.048},
	        {"log", 0x1.69d012p+0f, false, 0.842},       {"log", 0x1.66263ep+0f, true, 0.852},
	        {"log1p", 0x1.a8565ep-2f, false, 1.425},     {"log1p", 0x1.a8565ep-2f, true, 1.425},
	        {"tanh", 0x1.43183ap-1f, false, 1.332},      {"tanh", 0x1.43183ap-1f, true, 1.332},
	        {"logistic", -0x1.0a111ap+2f, false, 2.402}, {"logistic", -0x1.0a111ap+2f, true, 2.402},
	        {"log1pexp", 0x1.ffd788p-6f, false, 1.683},  {"log1pexp", -0x1.fdfa4ep-10f, true, 1.383},
	        {"erf", 0x1.fd1802p-1f, false, 1.314},       {"erf", 0x1.115538p+0f, true, 1.101},
	        {"erfc", 0x1.f7f61ap+2f, false, 1.591},      {"erfc", 0x1.d7ap+2f, true, 1.435},
	};
	for (size_t k = 0; k < COUNT(cases); k++) {
		const struct function *f = &functions[find(cases[k].name)];
		if (cases[k].fused != VARIANT.fused)
			continue;
		double error = units_of(value_of(f->name, cases[k].x), f->exact((double)cases[k].x));
		cr_expect_float_eq(error, cases[k].error, 0.001, "%s(%a): %.3f", f->name, (double)cases[k].x,
		                   error);
		cr_expect_leq(error, f->limits[VARIANT.fused], "%s(%a): %.3f", f->name, (double)cases[k].x,
		              error);
	}
}

/* From float to float no result of these goes back. Others do, by a unit or two, where they are flat. */
Test(functions, rise_and_fall)
{
	struct random random = random_new();
	static float x[BLOCK], results[BLOCK];
	static const char *const names[] = {"exp", "expm1", "log", "log1p", "tanh"};
	for (size_t k = 0; k < COUNT(names); k++)
		for (int round = 0; round < 200; round++) {
			size_t which = find(names[k]);
			float from = (float)random_between(&random, -20, 20);
			for (int i = 0; i < BLOCK; i++)
				x[i] = from = nextafterf(from, HUGE_VALF);
			VARIANT.numbers[which](results, x, BLOCK);
			for (int i = 1; i < BLOCK && !isnan(results[i - 1]); i++)
				cr_assert_geq(results[i], results[i - 1], "%s(%a)", names[k], (double)x[i]);
		}
}

/* -- Compilers ------------------------------------------------------------------------------------- */

/* The bits at fixed arguments (tests/functions/check.c): on any machine one of these. */
static const char *const HASHES[] = {"split b8a22f3761f0d409", "fused 8336047caa97cd5b"};

/* What check prints as it comes from that compiler; "" if it found faults. */
static void run_check(const char *compiler, int number, uint64_t seed, char *line, int size)
{
	char program[64], command[1024];
	snprintf(program, sizeof program, "/tmp/mlpc-functions-%d-%d", (int)getpid(), number);
	snprintf(
	        command, sizeof command,
	        "%s -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wvla -Werror "
	        "-Iruntime -Itests/functions -o %s tests/functions/check.c %s/libmlp.a -lm && %s %llu",
	        compiler, program, build_folder(), program, (unsigned long long)seed);
	FILE *pipe = popen(command, "r");
	cr_assert(pipe);
	char text[256];
	line[0] = '\0';
	while (fgets(text, sizeof text, pipe)) {
		fprintf(stderr, "%s: %s", compiler, text);
		snprintf(line, (size_t)size, "%.*s", (int)strcspn(text, "\n"), text);
	}
	if (pclose(pipe) != 0)
		line[0] = '\0';
	unlink(program);
}

/* Also the errors at random arguments, for machines that fuse and those that do not. */
Test(functions, same_bits_from_all_compilers)
{
	static const char *const compilers[] = {
	        "gcc -O0",
	        "gcc -O3",
	        "clang -O2",
	        "gcc -O0 -march=native",
	        "gcc -O3 -march=native",
	        "gcc -O3 -march=native -mprefer-vector-width=512 -ffp-contract=fast",
	        "gcc -O3 -march=native -DMLP_VECTOR_BYTES=16",
	        "gcc -O3 -march=native -DMLP_VECTOR_BYTES=32",
	        "clang -O0 -march=native",
	        "clang -O3 -march=native",
	        "gcc -O1 -fsanitize=undefined,float-cast-overflow -fno-sanitize-recover=all",
	};
	struct random random = random_new();
	uint64_t seed = random_bits(&random);
	for (int k = 0; k < (int)COUNT(compilers); k++) {
		char line[64];
		run_check(compilers[k], k, seed, line, sizeof line);
		cr_expect(strcmp(line, HASHES[0]) == 0 || strcmp(line, HASHES[1]) == 0, "%s: `%s`",
		          compilers[k], line);
	}
}
