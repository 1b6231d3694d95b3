/* Usage: accuracy NAME [STRIDE]
 *
 * A function of runtime/mlp_functions.h at all 2^32 floats (every STRIDEth), as several compilers make it:
 * for numbers and for vectors, for vectors of several widths. All must have the same bits, but those that
 * fuse products with sums have others. Against the strict functions, of which that of float gives the nearest
 * result: the largest error, results that are not the nearest, results that are 0 for a subnormal number,
 * and steps from one float to the next in the wrong direction. Status 1 over the stated error. */
#include <stdio.h>
#include <stdlib.h>

#include "functions.h"
#include "mlp_strict.h"

#define DECLARE(name) extern const struct variant name;
VARIANTS(DECLARE)
#define ADDRESS(name) &name,
static const struct variant *const variants[] = {VARIANTS(ADDRESS)};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants, BLOCK = 4096 };

#define ROW(name, fused, split, direction) \
	{#name, mlp_strict_##name##f, mlp_strict_##name, {split, fused}, direction},
static const struct function {
	const char *name;
	float (*nearest)(float);
	double (*exact)(double);
	double limits[2]; /* by fused */
	int direction;
} functions[] = {FUNCTIONS(ROW)};

/* What is known of one of the two kinds of results. */
struct kind {
	bool present;
	double error; /* the largest */
	float where;
	uint64_t others, zeros, steps_back, differences;
	int64_t longest_step_back;
	float previous;
};

static float x[BLOCK], nearest[BLOCK], first[2][BLOCK], results[BLOCK];

static void check_same(const struct function *f, const char *variant, const char *form, struct kind *kind,
                       const float *expected)
{
	for (int k = memcmp(results, expected, sizeof results) ? 0 : BLOCK; k < BLOCK; k++)
		if (bits_of(results[k]) != bits_of(expected[k]) && kind->differences++ < 5)
			printf("%s(%a) = %a by %s of %s, not %a\n", f->name, (double)x[k], (double)results[k],
			       form, variant, (double)expected[k]);
}

/* The results of all variants; those of the first one of each kind stay in `first`. */
static void compute(const struct function *f, struct kind kinds[2])
{
	bool done[2] = {false, false};
	size_t which = (size_t)(f - functions);
	for (int v = 0; v < VARIANT_COUNT; v++) {
		const struct variant *variant = variants[v];
		int fused = variant->fused;
		variant->numbers[which](done[fused] ? results : first[fused], x, BLOCK);
		if (done[fused])
			check_same(f, variant->name, "numbers", &kinds[fused], first[fused]);
		done[fused] = kinds[fused].present = true;
		if (!variant->vectors[which])
			continue;
		variant->vectors[which](results, x, BLOCK);
		check_same(f, variant->name, "vectors", &kinds[fused], first[fused]);
	}
}

static void measure(const struct function *f, struct kind *kind, float argument, float result, float best)
{
	if (result == best && signbit(result) == signbit(best) && kind->error >= 0.5)
		return;
	int64_t distance = llabs(order_of(result) - order_of(best));
	bool zero = result == 0 && best != 0;
	kind->others += distance > 0 && !zero;
	kind->zeros += zero;
	if (!isnan(best) && !isnan(result) && result != 0 && (double)distance + 0.5 <= kind->error)
		return;
	double error = units_of(result, f->exact((double)argument));
	if (error > kind->error) {
		kind->error = error;
		kind->where = argument;
	}
}

/* Of floats of one sign, away from 0. */
static void measure_step(const struct function *f, struct kind *kind, float argument, float result)
{
	float change = result - kind->previous;
	if ((signbit(argument) ? -change : change) * (float)f->direction < 0) {
		int64_t step = llabs(order_of(result) - order_of(kind->previous));
		kind->steps_back++;
		kind->longest_step_back = step > kind->longest_step_back ? step : kind->longest_step_back;
	}
	kind->previous = result;
}

static int report(const struct function *f, const struct kind *kind, bool fused)
{
	if (!kind->present)
		return 0;
	printf("%-9s %s: %.3f units, at %a (limit %.2f); %llu not the nearest, %llu are 0 for a subnormal "
	       "number, "
	       "%llu steps back, the longest of %lld; %llu differ by variant\n",
	       f->name, fused ? "fused" : "split", kind->error, (double)kind->where, f->limits[fused],
	       (unsigned long long)kind->others, (unsigned long long)kind->zeros,
	       (unsigned long long)kind->steps_back, (long long)kind->longest_step_back,
	       (unsigned long long)kind->differences);
	return kind->error > f->limits[fused] || kind->differences > 0;
}

static int measure_function(const struct function *f, uint64_t stride)
{
	struct kind kinds[2] = {{.previous = NAN}, {.previous = NAN}};
	for (uint64_t from = 0; from < UINT64_C(1) << 32; from += BLOCK * stride) {
		for (uint64_t k = 0; k < BLOCK; k++) {
			x[k] = float_of((uint32_t)(from + k * stride));
			nearest[k] = f->nearest(x[k]);
		}
		compute(f, kinds);
		for (int fused = 0; fused < 2; fused++)
			for (int k = 0; k < BLOCK && kinds[fused].present; k++) {
				if (x[k] == 0)
					kinds[fused].previous = NAN;
				measure(f, &kinds[fused], x[k], first[fused][k], nearest[k]);
				measure_step(f, &kinds[fused], x[k], first[fused][k]);
			}
	}
	return report(f, &kinds[0], false) + report(f, &kinds[1], true);
}

int main(int count, char **words)
{
	if (count < 2) {
		fprintf(stderr, "usage: accuracy NAME [STRIDE]\n");
		return 2;
	}
	uint64_t stride = count > 2 ? strtoull(words[2], NULL, 10) : 1;
	for (size_t k = 0; k < FUNCTION_COUNT; k++)
		if (strcmp(functions[k].name, words[1]) == 0)
			return measure_function(&functions[k], stride ? stride : 1) > 0;
	fprintf(stderr, "no function %s\n", words[1]);
	return 2;
}
