/* The ground floor of the runtime: what generated code calls. Freestanding but for the headers below;
 * no allocation, no input or output, no state. Usable from C11 and C++. */
#ifndef MLP_H
#define MLP_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MLP_ABI 3          /* generated code refuses to compile against another one */
#define MLP_VERSION "0.1"

/* -- Description of tensors --------------------------------------------------------------------- */

enum mlp_role {
	MLP_PARAMETER,  /* trained */
	MLP_STATISTIC,  /* kept with the parameters, without gradient: mean, deviation, running mean … */
	MLP_STATE       /* of the optimiser */
};

enum { MLP_MOST_DIMENSIONS = 8 };

struct mlp_tensor {
	const char *name;                    /* "hidden.W" */
	int rank;                            /* 0: a scalar */
	int32_t shape[MLP_MOST_DIMENSIONS];
	int32_t elements;                    /* the product of the shape */
	enum mlp_role role;
};

/* -- Random numbers ----------------------------------------------------------------------------- */

/* Philox 4x32 with 10 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011, section 3.3. `out` may be `counter`. */
void mlp_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A draw is a function of its place: the seed (the key), the stream (number of the occurrence in the
 * model), the step of training, the row of the batch and the element. It does not depend on the order
 * of calls. The counter is {element / 4, row, step, stream}, the word element % 4 of its block.
 * Streams from MLP_HOST_STREAMS on belong to the host programs. */
#define MLP_HOST_STREAMS UINT32_C(0xffffff00)

uint32_t mlp_word(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);
/* The block that the element's word is in. */
void mlp_words(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element, uint32_t out[4]);

/* Uniform in [0, 1): the upper 24 bits of the word times 2^-24, the same number in both types. */
float mlp_uniformf(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);
double mlp_uniform(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);

/* Normal, mean 0 and deviation 1, by Box and Muller (1958). Elements 2k and 2k + 1 share two draws of
 * 24 bits, u in (0, 1] and v in [0, 1): sqrt(-2 log u) times cos 2πv and sin 2πv by the strict
 * functions: the same bits on every machine. |value| < 5.77. */
float mlp_normalf(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);
double mlp_normal(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element);

/* A random row-major matrix, all orthogonal ones equally likely (Stewart 1980, "The efficient generation
 * of random orthogonal matrices"): its rows are orthonormal, or its columns where it has fewer of them.
 * The arithmetic is that of double in both types; float rounds what is stored in between. Time: rows *
 * columns * the lesser of both. */
void mlp_orthogonalf(uint64_t seed, uint32_t stream, uint32_t step, int rows, int columns, float *matrix);
void mlp_orthogonal(uint64_t seed, uint32_t stream, uint32_t step, int rows, int columns, double *matrix);

/* -- Sums of products ------------------------------------------------------------------------------ */

/* Has the machine an instruction for a * b + c with one rounding? Compilers tell it in several ways. */
#if defined(FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__riscv_flen) || \
	defined(__s390x__)
#define MLP_FUSES_FLOAT 1
#else
#define MLP_FUSES_FLOAT 0
#endif
#if defined(FP_FAST_FMA) || defined(__FMA__) || defined(__s390x__) || \
	(defined(__ARM_FEATURE_FMA) && (__ARM_FP & 8)) || (defined(__riscv_flen) && __riscv_flen >= 64)
#define MLP_FUSES_DOUBLE 1
#else
#define MLP_FUSES_DOUBLE 0
#endif

/* a * b + c, rounded once where the machine can, else twice: at every level of optimisation. */
static inline float mlp_multiply_addf(float a, float b, float c)
{
#if MLP_FUSES_FLOAT
	return fmaf(a, b, c);
#else
	return a * b + c;
#endif
}

static inline double mlp_multiply_add(double a, double b, double c)
{
#if MLP_FUSES_DOUBLE
	return fma(a, b, c);
#else
	return a * b + c;
#endif
}

/* Element `k` of those that lie so far apart. Of a[k][n] GCC makes no vectors where k is looked up. */
static inline float mlp_elementf(const float *first, size_t apart, int32_t k)
{
	return first[(size_t)k * apart];
}

static inline double mlp_element(const double *first, size_t apart, int32_t k)
{
	return first[(size_t)k * apart];
}

/* Every NaN becomes the same one: machines differ in sign and payload. */
static inline void mlp_unify_nanf(float *values, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (values[k] != values[k])
			values[k] = NAN;
}

static inline void mlp_unify_nan(double *values, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (values[k] != values[k])
			values[k] = (double)NAN;
}

/* -- Functions of one number that <math.h> does not have ------------------------------------------ */

/* 1 / (1 + exp(-x)), without overflow on either side; that of float is in mlp_functions.h. */
static inline double mlp_logistic(double x)
{
	double e = exp(-fabs(x));
	return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/* log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|)). */
static inline double mlp_log1pexp(double x)
{
	return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

/* x, of which the compiler learns nothing: it computes functions of constants by itself, and more exactly
 * than the C library does when the program runs. */
static inline float mlp_opaquef(float x)
{
	volatile float unknown = x;
	return unknown;
}

static inline double mlp_opaque(double x)
{
	volatile double unknown = x;
	return unknown;
}

/* The C library's power itself: compilers have other ways for some bases and exponents. */
static inline float mlp_powf(float base, float exponent)
{
	return powf(mlp_opaquef(base), mlp_opaquef(exponent));
}

static inline double mlp_pow(double base, double exponent)
{
	return pow(mlp_opaque(base), mlp_opaque(exponent));
}

/* -1, 0 or 1; 0 at both zeros and at NaN. */
static inline float mlp_signf(float x)
{
	return (float)(x > 0.0f) - (float)(x < 0.0f);
}

static inline double mlp_sign(double x)
{
	return (double)(x > 0.0) - (double)(x < 0.0);
}

/* a / b, or 0 if b is not above 0. */
static inline float mlp_scalef(float a, float b)
{
	return b > 0.0f ? a / b : 0.0f;
}

static inline double mlp_scale(double a, double b)
{
	return b > 0.0 ? a / b : 0.0;
}

/* floor(a / b) of the rounded quotient: whole where a is a multiple of b. */
static inline float mlp_floor_quotientf(float a, float b)
{
	return floorf(a / b);
}

static inline double mlp_floor_quotient(double a, double b)
{
	return floor(a / b);
}

#ifdef __cplusplus
}
#endif

#endif
