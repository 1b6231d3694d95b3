/* Vectors of the machine's width by the extensions that GCC and Clang share: +, -, *, / and the comparisons
 * work element by element, a comparison gives integers with all bits set where it holds. A scalar beside a
 * vector stands for a vector of it. */
#ifndef MLP_VECTOR_H
#define MLP_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mlp.h"

/* Where scalars are computed in a wider type (x87; s390x in ISO C), vectors would give other results. */
#if defined(__GNUC__) && (__FLT_EVAL_METHOD__ == 0 || __FLT_EVAL_METHOD__ == 16)

#ifdef MLP_VECTOR_BYTES
/* is given */
#elif defined(__AVX512F__)
#define MLP_VECTOR_BYTES 64
#elif defined(__AVX__)
#define MLP_VECTOR_BYTES 32
#else
#define MLP_VECTOR_BYTES 16
#endif

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* Wider vectors than the machine has are slow but right; how they are passed does not matter: all is inlined. */
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#elif __has_warning("-Wpsabi")
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define MLP_VECTOR_INLINE static inline __attribute__((always_inline))

typedef float mlp_vectorf __attribute__((vector_size(MLP_VECTOR_BYTES)));
typedef double mlp_vectord __attribute__((vector_size(MLP_VECTOR_BYTES)));
/* What comparisons give, and the bits of the elements. */
typedef int32_t mlp_vector_bitsf __attribute__((vector_size(MLP_VECTOR_BYTES)));
typedef int64_t mlp_vector_bitsd __attribute__((vector_size(MLP_VECTOR_BYTES)));

enum {
	MLP_VECTOR_FLOATS = MLP_VECTOR_BYTES / 4,
	MLP_VECTOR_DOUBLES = MLP_VECTOR_BYTES / 8
};

/* From and to any address. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_loadf(const float *from)
{
	mlp_vectorf loaded;
	memcpy(&loaded, from, sizeof loaded);
	return loaded;
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_loadd(const double *from)
{
	mlp_vectord loaded;
	memcpy(&loaded, from, sizeof loaded);
	return loaded;
}

MLP_VECTOR_INLINE void mlp_vector_storef(float *to, mlp_vectorf stored)
{
	memcpy(to, &stored, sizeof stored);
}

MLP_VECTOR_INLINE void mlp_vector_stored(double *to, mlp_vectord stored)
{
	memcpy(to, &stored, sizeof stored);
}

MLP_VECTOR_INLINE mlp_vectorf mlp_vector_broadcastf(float value)
{
	mlp_vectorf all = {0};
	return value - all;  /* keeps -0 */
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_broadcastd(double value)
{
	mlp_vectord all = {0};
	return value - all;
}

/* Classes, for comparisons. */
MLP_VECTOR_INLINE mlp_vector_bitsf mlp_vector_labelsf(const int32_t *from)
{
	mlp_vector_bitsf loaded;
	memcpy(&loaded, from, sizeof loaded);
	return loaded;
}

MLP_VECTOR_INLINE mlp_vector_bitsd mlp_vector_labelsd(const int32_t *from)
{
	typedef int32_t half __attribute__((vector_size(MLP_VECTOR_BYTES / 2)));
	half loaded;
	memcpy(&loaded, from, sizeof loaded);
	return __builtin_convertvector(loaded, mlp_vector_bitsd);
}

/* Of row k the element from[k * step]. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_columnf(const float *from, int step)
{
	float column[MLP_VECTOR_FLOATS];
	for (int k = 0; k < MLP_VECTOR_FLOATS; k++)
		column[k] = from[(ptrdiff_t)k * step];
	return mlp_vector_loadf(column);
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_columnd(const double *from, int step)
{
	double column[MLP_VECTOR_DOUBLES];
	for (int k = 0; k < MLP_VECTOR_DOUBLES; k++)
		column[k] = from[(ptrdiff_t)k * step];
	return mlp_vector_loadd(column);
}

/* Of row k the element of its class: from[k * step + classes[k] * stride]. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_gatherf(const float *from, int step, const int32_t *classes, int stride)
{
	float gathered[MLP_VECTOR_FLOATS];
	for (int k = 0; k < MLP_VECTOR_FLOATS; k++)
		gathered[k] = from[(ptrdiff_t)k * step + (ptrdiff_t)classes[k] * stride];
	return mlp_vector_loadf(gathered);
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_gatherd(const double *from, int step, const int32_t *classes, int stride)
{
	double gathered[MLP_VECTOR_DOUBLES];
	for (int k = 0; k < MLP_VECTOR_DOUBLES; k++)
		gathered[k] = from[(ptrdiff_t)k * step + (ptrdiff_t)classes[k] * stride];
	return mlp_vector_loadd(gathered);
}

/* `yes` where all bits of the mask are set, `no` where none is. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_selectf(mlp_vector_bitsf mask, mlp_vectorf yes, mlp_vectorf no)
{
	return (mlp_vectorf)((mask & (mlp_vector_bitsf)yes) | (~mask & (mlp_vector_bitsf)no));
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_selectd(mlp_vector_bitsd mask, mlp_vectord yes, mlp_vectord no)
{
	return (mlp_vectord)((mask & (mlp_vector_bitsd)yes) | (~mask & (mlp_vector_bitsd)no));
}

/* a * b + c with the rounding of mlp_multiply_addf, of mlp_multiply_add. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_multiply_addf(mlp_vectorf a, mlp_vectorf b, mlp_vectorf c)
{
#if defined(__AVX512F__) && MLP_VECTOR_BYTES == 64
	return (mlp_vectorf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 32
	return (mlp_vectorf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 16
	return (mlp_vectorf)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
#elif defined(__aarch64__) && defined(__ARM_NEON) && MLP_VECTOR_BYTES == 16
	return (mlp_vectorf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif MLP_FUSES_FLOAT
	mlp_vectorf sum;
	for (int k = 0; k < MLP_VECTOR_FLOATS; k++)
		sum[k] = fmaf(a[k], b[k], c[k]);
	return sum;
#else
	return a * b + c;
#endif
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_multiply_addd(mlp_vectord a, mlp_vectord b, mlp_vectord c)
{
#if defined(__AVX512F__) && MLP_VECTOR_BYTES == 64
	return (mlp_vectord)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 32
	return (mlp_vectord)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 16
	return (mlp_vectord)_mm_fmadd_pd((__m128d)a, (__m128d)b, (__m128d)c);
#elif defined(__aarch64__) && defined(__ARM_NEON) && MLP_VECTOR_BYTES == 16
	return (mlp_vectord)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#elif MLP_FUSES_DOUBLE
	mlp_vectord sum;
	for (int k = 0; k < MLP_VECTOR_DOUBLES; k++)
		sum[k] = fma(a[k], b[k], c[k]);
	return sum;
#else
	return a * b + c;
#endif
}

/* Correctly rounded, like sqrtf and sqrt. */
MLP_VECTOR_INLINE mlp_vectorf mlp_vector_sqrtf(mlp_vectorf x)
{
#if defined(__AVX512F__) && MLP_VECTOR_BYTES == 64
	return (mlp_vectorf)_mm512_sqrt_ps((__m512)x);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 32
	return (mlp_vectorf)_mm256_sqrt_ps((__m256)x);
#else
	mlp_vectorf root = {0};
	for (int k = 0; k < MLP_VECTOR_FLOATS; k++)
		root[k] = sqrtf(x[k]);
	return root;
#endif
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_sqrtd(mlp_vectord x)
{
#if defined(__AVX512F__) && MLP_VECTOR_BYTES == 64
	return (mlp_vectord)_mm512_sqrt_pd((__m512d)x);
#elif defined(__FMA__) && MLP_VECTOR_BYTES == 32
	return (mlp_vectord)_mm256_sqrt_pd((__m256d)x);
#else
	mlp_vectord root = {0};
	for (int k = 0; k < MLP_VECTOR_DOUBLES; k++)
		root[k] = sqrt(x[k]);
	return root;
#endif
}

MLP_VECTOR_INLINE mlp_vectorf mlp_vector_absf(mlp_vectorf x)
{
	return (mlp_vectorf)((mlp_vector_bitsf)x & INT32_MAX);
}

MLP_VECTOR_INLINE mlp_vectord mlp_vector_absd(mlp_vectord x)
{
	return (mlp_vectord)((mlp_vector_bitsd)x & INT64_MAX);
}

#endif

#endif
