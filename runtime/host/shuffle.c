/* Unbiased draws from one random stream, for orders and for rows held out. */
#include "host/shuffle.h"

#include <stdlib.h>
#include <string.h>

/* Words of one stream and step, a block of four at a time. */
struct words {
	uint64_t seed;
	uint32_t stream, step, block, words[4];
};

static void load_block(struct words *words, uint32_t block)
{
	const uint32_t counter[4] = {block, 0, words->step, words->stream};
	const uint32_t key[2] = {(uint32_t)words->seed, (uint32_t)(words->seed >> 32)};
	words->block = block;
	mlp_philox(counter, key, words->words);
}

/* Uniform in 0 … bound-1: Lemire, "Fast random integer generation in an interval", 2019. A draw that
 * would bias the result is repeated with the next row of the counter. */
static uint32_t below(uint32_t bound, struct words *words, uint32_t element)
{
	if (element / 4 != words->block)
		load_block(words, element / 4);
	uint64_t product = (uint64_t)words->words[element % 4] * bound;
	if ((uint32_t)product >= bound)
		return (uint32_t)(product >> 32);
	uint32_t threshold = (uint32_t)-bound % bound;
	for (uint32_t row = 1; (uint32_t)product < threshold; row++)
		product = (uint64_t)mlp_word(words->seed, words->stream, words->step, row, element) * bound;
	return (uint32_t)(product >> 32);
}

void mlp_shuffle(int *rows, int count, uint64_t seed, uint32_t stream, uint32_t step)
{
	struct words words = {.seed = seed, .stream = stream, .step = step, .block = UINT32_MAX};
	for (int i = count - 1; i > 0; i--) {
		int j = (int)below((uint32_t)i + 1, &words, (uint32_t)i);
		int row = rows[i];
		rows[i] = rows[j];
		rows[j] = row;
	}
}

struct share {
	int64_t size, held, remainder;
};

/* How many rows of each class are held: floors of the exact shares, the rest to the largest remainders. */
static void apportion(struct share *shares, int class_count, int64_t count, int64_t held_count)
{
	int64_t given = 0;
	for (int c = 0; c < class_count; c++) {
		shares[c].held = shares[c].size * held_count / count;
		shares[c].remainder = shares[c].size * held_count % count;
		given += shares[c].held;
	}
	for (; given < held_count; given++) {
		int best = 0;
		for (int c = 1; c < class_count; c++)
			if (shares[c].remainder > shares[best].remainder)
				best = c;
		shares[best].held++;
		shares[best].remainder = -1;
	}
}

bool mlp_split(int count, const int32_t *labels, int class_count, int held_count, uint64_t seed, int *held,
               int *kept)
{
	struct share *shares = calloc((size_t)class_count, sizeof *shares);
	int *order = malloc(((size_t)count + 1) * sizeof *order);
	bool *is_held = calloc((size_t)count + 1, sizeof *is_held);
	bool well = shares && order && is_held;
	for (int i = 0; well && i < count; i++) {
		order[i] = i;
		shares[labels ? labels[i] : 0].size++;
	}
	if (well) {
		apportion(shares, class_count, count, held_count);
		mlp_shuffle(order, count, seed, MLP_HOST_STREAMS + MLP_STREAM_SPLIT, 0);
	}
	for (int i = 0; well && i < count; i++)
		is_held[order[i]] = shares[labels ? labels[order[i]] : 0].held-- > 0;
	for (int i = 0; well && i < count; i++)
		*(is_held[i] ? held++ : kept++) = i;
	free(shares);
	free(order);
	free(is_held);
	return well;
}
