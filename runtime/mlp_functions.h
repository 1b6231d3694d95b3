/* Elementary functions of float for generated code: inlined, without branches or tables, so that loops over
 * them become loops over vectors. Each is written once and compiled for numbers, mlp_expf(x), and for
 * vectors, mlp_vector_expf(x), with the same bits from both, from every compiler, level of optimisation and
 * width of the vectors; machines that fuse products with sums have other bits than those that do not.
 *
 * Errors in units in the last place of the exact value, at most (found, where products are fused · are not):
 *
 *   exp      1.1 (1.02 · 0.99)   log       0.9 (0.85 · 0.84)   logistic  2.5 (2.40 · 2.40)
 *   expm1    1.1 (1.05 · 1.08)   log1p     1.5 (1.43 · 1.43)   log1pexp  2.0 (1.38 · 1.68)
 *   tanh     1.4 (1.33 · 1.33)   erf       1.2 (1.10), 1.4 (1.31) where products are not fused
 *   erfc     2.0 (1.44 · 1.59)
 *
 * exp, logistic, log1pexp and erfc are 0 where the exact value is less than 2^-126: subnormal numbers, on
 * which processors are slow, neither come out nor arise on the way. Other special cases are those of Annex F
 * of C11, but errno and the flags are left alone, and a NaN that comes out may have any sign. exp, expm1,
 * log, log1p and tanh never fall; the others may step back by a unit or two where they are flat. Those of
 * double, and sine and cosine, are the C library's.
 */
#ifndef MLP_FUNCTIONS_H
#define MLP_FUNCTIONS_H

#include <string.h>

#include "mlp.h"
#include "mlp_vector.h"

/* Compilers would leave the longer functions out of line, and loops over them as they are. */
#if defined(__GNUC__)
#define MLP_ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define MLP_ALWAYS_INLINE static inline
#endif

/* The constants of a function are moved out of all loops around it, where those of a long one take the registers of a
 * tile (Clang: a layer with gelu three times as slow). For vectors the long ones stand apart. */
#define MLP_LONG_FUNCTION MLP_ALWAYS_INLINE

/* -- What the functions are made of, for numbers --------------------------------------------------- */

MLP_ALWAYS_INLINE float mlp_broadcastf(float value)
{
	return value;
}

MLP_ALWAYS_INLINE int32_t mlp_as_bitsf(float x)
{
	int32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

MLP_ALWAYS_INLINE float mlp_as_realf(int32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* Sums, differences and shifts of bits have no sign that could overflow. */
MLP_ALWAYS_INLINE int32_t mlp_bits_plusf(int32_t bits, int32_t added)
{
	return (int32_t)((uint32_t)bits + (uint32_t)added);
}

MLP_ALWAYS_INLINE int32_t mlp_bits_sumf(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

MLP_ALWAYS_INLINE int32_t mlp_bits_minusf(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b);
}

MLP_ALWAYS_INLINE int32_t mlp_bits_leftf(int32_t bits, int by)
{
	return (int32_t)((uint32_t)bits << by);
}

MLP_ALWAYS_INLINE float mlp_wholef(int32_t n)
{
	return (float)n;
}

/* All bits set where a < b. */
MLP_ALWAYS_INLINE int32_t mlp_lessf(float a, float b)
{
	return -(int32_t)(a < b);
}

/* `yes` where all bits of the mask are set, `no` where none is. Of a condition, compilers would make a branch
 * around the computation of `yes`. */
MLP_ALWAYS_INLINE float mlp_selectf(int32_t mask, float yes, float no)
{
	return mlp_as_realf((mask & mlp_as_bitsf(yes)) | (~mask & mlp_as_bitsf(no)));
}

#define MLP_REAL float
#define MLP_BITS int32_t
#define MLP_NAME(name) mlp_##name##f
#include "mlp_functions_exp.h"
#include "mlp_functions_log.h"
#include "mlp_functions_erf.h"
#undef MLP_REAL
#undef MLP_BITS
#undef MLP_NAME

/* -- Those of double are the C library's ------------------------------------------------------------- */

static inline double mlp_exp(double x)
{
	return exp(x);
}

static inline double mlp_expm1(double x)
{
	return expm1(x);
}

static inline double mlp_log(double x)
{
	return log(x);
}

static inline double mlp_log1p(double x)
{
	return log1p(x);
}

static inline double mlp_tanh(double x)
{
	return tanh(x);
}

static inline double mlp_erf(double x)
{
	return erf(x);
}

static inline double mlp_erfc(double x)
{
	return erfc(x);
}

/* -- The same for vectors -------------------------------------------------------------------------- */

#ifdef MLP_VECTOR_BYTES

typedef uint32_t mlp_vector_wordsf __attribute__((vector_size(MLP_VECTOR_BYTES)));

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_as_bitsf(mlp_vectorf x)
{
	return (mlp_vector_bitsf)x;
}

MLP_ALWAYS_INLINE mlp_vectorf mlp_vector_as_realf(mlp_vector_bitsf bits)
{
	return (mlp_vectorf)bits;
}

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_bits_plusf(mlp_vector_bitsf bits, int32_t added)
{
	return (mlp_vector_bitsf)((mlp_vector_wordsf)bits + (uint32_t)added);
}

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_bits_sumf(mlp_vector_bitsf a, mlp_vector_bitsf b)
{
	return (mlp_vector_bitsf)((mlp_vector_wordsf)a + (mlp_vector_wordsf)b);
}

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_bits_minusf(mlp_vector_bitsf a, mlp_vector_bitsf b)
{
	return (mlp_vector_bitsf)((mlp_vector_wordsf)a - (mlp_vector_wordsf)b);
}

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_bits_leftf(mlp_vector_bitsf bits, int by)
{
	return (mlp_vector_bitsf)((mlp_vector_wordsf)bits << by);
}

MLP_ALWAYS_INLINE mlp_vectorf mlp_vector_wholef(mlp_vector_bitsf n)
{
	return __builtin_convertvector(n, mlp_vectorf);
}

MLP_ALWAYS_INLINE mlp_vector_bitsf mlp_vector_lessf(mlp_vectorf a, mlp_vectorf b)
{
	return a < b;
}

#undef MLP_LONG_FUNCTION
#if defined(__clang__)
#define MLP_LONG_FUNCTION static __attribute__((noinline, unused))
#else
#define MLP_LONG_FUNCTION static __attribute__((noinline, noclone, unused))
#endif
#define MLP_REAL mlp_vectorf
#define MLP_BITS mlp_vector_bitsf
#define MLP_NAME(name) mlp_vector_##name##f
#include "mlp_functions_exp.h"
#include "mlp_functions_log.h"
#include "mlp_functions_erf.h"
#undef MLP_REAL
#undef MLP_BITS
#undef MLP_NAME

#endif

#endif
