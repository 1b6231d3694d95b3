#include "plan/target.h"

#include <stddef.h>
#include <string.h>

/* x86-64-v2 … v4 are the levels of the x86-64 psABI: SSE4.2, AVX2 with fused multiply-add, AVX-512. */
static const struct target targets[] = {
        {"portable", 0, 0},    {"x86-64-v2", 16, 16}, {"x86-64-v3", 32, 16},
        {"x86-64-v4", 64, 32}, {"aarch64", 16, 32},
};

enum { TARGETS = sizeof targets / sizeof *targets };

const struct target *target_number(int k)
{
	return k >= 0 && k < TARGETS ? &targets[k] : NULL;
}

const struct target *target_named(const char *name)
{
	for (int k = 0; k < TARGETS; k++)
		if (strcmp(targets[k].name, name) == 0)
			return &targets[k];
	return NULL;
}

const struct target *target_native(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
		return target_named("x86-64-v4");
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return target_named("x86-64-v3");
	if (__builtin_cpu_supports("sse4.2"))
		return target_named("x86-64-v2");
#elif defined(__aarch64__)
	return target_named("aarch64");
#endif
	return target_named("portable");
}
