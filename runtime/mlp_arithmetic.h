/* Included before all else by sources whose numbers must not depend on the C compiler and its options: each
 * operation is rounded as it is written. A product and a sum become one operation with one rounding only
 * where mlp_multiply_add (mlp.h) says so. */
#ifndef MLP_ARITHMETIC_H
#define MLP_ARITHMETIC_H

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
	(defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0)
#error "-ffast-math and its parts change the results: leave them out for this file"
#endif

/* Clang's -ffp-contract=fast, which is not its default, cannot be taken back here. GCC's jamming of loops takes
 * rows of sums out of their registers. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 8
#pragma GCC optimize("fp-contract=off", "no-loop-unroll-and-jam")
#elif defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif

/* GCC 12 makes one fused instruction of a * b - c and a * b + c in neighbouring elements, whatever it is told
 * of contraction; not where the product of the sum stands behind a barrier. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && defined(__FMA__)
#define MLP_ROUNDED(product) __builtin_assoc_barrier(product)
#else
#define MLP_ROUNDED(product) (product)
#endif

/* Before a loop that Clang would unroll before it makes vectors of it, and then make none. */
#if defined(__clang__)
#define MLP_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define MLP_ROLLED
#endif

/* A function with many callers, of which no compiler shall make copies. */
#if defined(__clang__)
#define MLP_SHARED static __attribute__((noinline))
#elif defined(__GNUC__)
#define MLP_SHARED static __attribute__((noinline, noclone))
#else
#define MLP_SHARED static
#endif

#endif
