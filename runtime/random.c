/* Counter-based random numbers: Philox 4x32-10 and uniform draws. */
#include "mlp.h"

enum { ROUNDS = 10 };

/* The multipliers and the Weyl increments of the key, from the paper's table of constants. */
static const uint32_t MULTIPLIER_0 = UINT32_C(0xd2511f53), MULTIPLIER_1 = UINT32_C(0xcd9e8d57);
static const uint32_t WEYL_0 = UINT32_C(0x9e3779b9), WEYL_1 = UINT32_C(0xbb67ae85);

void mlp_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t p = (uint64_t)MULTIPLIER_0 * c0, q = (uint64_t)MULTIPLIER_1 * c2;
		c0 = (uint32_t)(q >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)q;
		c2 = (uint32_t)(p >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p;
		k0 += WEYL_0;
		k1 += WEYL_1;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

void mlp_words(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element, uint32_t out[4])
{
	const uint32_t counter[4] = {element / 4, row, step, stream};
	const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	mlp_philox(counter, key, out);
}

uint32_t mlp_word(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	uint32_t words[4];
	mlp_words(seed, stream, step, row, element, words);
	return words[element % 4];
}

float mlp_uniformf(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	return (float)(mlp_word(seed, stream, step, row, element) >> 8) * 0x1p-24f;
}

double mlp_uniform(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	return (double)(mlp_word(seed, stream, step, row, element) >> 8) * 0x1p-24;
}
