/* The functions as they come from one compiler with one set of flags: -DVARIANT=an identifier. */
#include "mlp_arithmetic.h"
#include "mlp_functions.h"

#include "functions.h"

#define LOOPS(name, fused, split, direction)                                                       \
	static void numbers_##name(float *restrict results, const float *restrict x, size_t count) \
	{                                                                                          \
		for (size_t k = 0; k < count; k++)                                                 \
			results[k] = mlp_##name##f(x[k]);                                          \
	}
FUNCTIONS(LOOPS)

#ifdef MLP_VECTOR_BYTES
#define VECTORS(name, fused, split, direction)                                                         \
	static void vectors_##name(float *restrict results, const float *restrict x, size_t count)     \
	{                                                                                              \
		for (size_t k = 0; k < count; k += MLP_VECTOR_FLOATS)                                  \
			mlp_vector_storef(results + k, mlp_vector_##name##f(mlp_vector_loadf(x + k))); \
	}
FUNCTIONS(VECTORS)
#define VECTORS_OF(name, fused, split, direction) vectors_##name,
#else
#define VECTORS_OF(name, fused, split, direction) NULL,
#endif

#define NUMBERS_OF(name, fused, split, direction) numbers_##name,
#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

extern const struct variant VARIANT;
const struct variant VARIANT = {
        .name = TEXT(VARIANT),
        .fused = MLP_FUSES_FLOAT,
        .numbers = {FUNCTIONS(NUMBERS_OF)},
        .vectors = {FUNCTIONS(VECTORS_OF)},
};
