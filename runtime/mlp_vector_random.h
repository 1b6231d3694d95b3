/* Uniform draws of neighbouring elements at once: the numbers of mlp_uniformf (random.c), each lane with a counter of
 * its own. Philox 4x32-10: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011. */
#ifndef MLP_VECTOR_RANDOM_H
#define MLP_VECTOR_RANDOM_H

#include "mlp_functions.h"

typedef uint64_t mlp_vector_longs __attribute__((vector_size(MLP_VECTOR_BYTES)));

/* Products of the halves of 64 bits; with SSE2 there is an instruction for it, which GCC 12 does not find. */
MLP_VECTOR_INLINE mlp_vector_longs mlp_vector_low_productf(mlp_vector_longs a, uint32_t factor)
{
#if defined(__AVX512F__) && MLP_VECTOR_BYTES == 64
	return (mlp_vector_longs)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)factor));
#elif defined(__AVX2__) && MLP_VECTOR_BYTES == 32
	return (mlp_vector_longs)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x((long long)factor));
#elif defined(__SSE2__) && MLP_VECTOR_BYTES == 16
	return (mlp_vector_longs)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x((long long)factor));
#else
	return (a & UINT32_MAX) * (uint64_t)factor;
#endif
}

/* a * factor, of 64 bits each */
MLP_VECTOR_INLINE void mlp_vector_productsf(mlp_vector_wordsf a, uint32_t factor, mlp_vector_wordsf *high,
                                            mlp_vector_wordsf *low)
{
	mlp_vector_longs even = mlp_vector_low_productf((mlp_vector_longs)a, factor);
	mlp_vector_longs odd = mlp_vector_low_productf((mlp_vector_longs)a >> 32, factor);
	const uint64_t lower = UINT32_MAX;
	*low = (mlp_vector_wordsf)((even & lower) | (odd << 32));
	*high = (mlp_vector_wordsf)((even >> 32) | (odd & ~lower));
}

MLP_VECTOR_INLINE mlp_vector_wordsf mlp_vector_chosenf(mlp_vector_bitsf mask, mlp_vector_wordsf yes,
                                                       mlp_vector_wordsf no)
{
	return (yes & (mlp_vector_wordsf)mask) | (no & ~(mlp_vector_wordsf)mask);
}

/* Of lane k: mlp_uniformf(seed, stream, step, row + k * next_row, element + k * next_element). */
MLP_LONG_FUNCTION mlp_vectorf mlp_vector_uniformf(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row,
                                                  uint32_t next_row, uint32_t element, uint32_t next_element)
{
	mlp_vector_wordsf lane = {0}, high_0, low_0, high_2, low_2;
	for (uint32_t k = 0; k < MLP_VECTOR_FLOATS; k++)
		lane[k] = k;
	mlp_vector_wordsf elements = lane * next_element + element;
	mlp_vector_wordsf c0 = elements / 4, c1 = lane * next_row + row, c2 = (lane & 0) + step, c3 = (lane & 0) + stream;
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	for (int round = 0; round < 10; round++) {
		mlp_vector_productsf(c0, UINT32_C(0xd2511f53), &high_0, &low_0);
		mlp_vector_productsf(c2, UINT32_C(0xcd9e8d57), &high_2, &low_2);
		c0 = high_2 ^ c1 ^ k0;
		c1 = low_2;
		c2 = high_0 ^ c3 ^ k1;
		c3 = low_0;
		k0 += UINT32_C(0x9e3779b9);
		k1 += UINT32_C(0xbb67ae85);
	}
	mlp_vector_bitsf is_odd = (elements & 1) != 0, is_upper = (elements & 2) != 0;
	mlp_vector_wordsf lower = mlp_vector_chosenf(is_odd, c1, c0), upper = mlp_vector_chosenf(is_odd, c3, c2);
	mlp_vector_wordsf word = mlp_vector_chosenf(is_upper, upper, lower);
	return mlp_vector_wholef((mlp_vector_bitsf)(word >> 8)) * 0x1p-24f;
}

#endif
