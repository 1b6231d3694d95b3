#include "expr/draw.h"

#include <math.h>
#include <stdbool.h>

uint32_t draw_stream(name_t draw)
{
	uint32_t hash = 2166136261u;
	for (const char *c = draw; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash;
}

/* Philox 4x32-10 in place. Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011. */
static void philox(uint32_t block[4], uint64_t seed)
{
	uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	for (int round = 0; round < 10; round++) {
		uint64_t first = (uint64_t)0xD2511F53 * block[0];
		uint64_t second = (uint64_t)0xCD9E8D57 * block[2];
		block[0] = (uint32_t)(second >> 32) ^ block[1] ^ key[0];
		block[1] = (uint32_t)second;
		block[2] = (uint32_t)(first >> 32) ^ block[3] ^ key[1];
		block[3] = (uint32_t)first;
		key[0] += 0x9E3779B9;
		key[1] += 0xBB67AE85;
	}
}

double draw_uniform(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	uint32_t block[4] = {element / 4, row, step, stream};
	philox(block, seed);
	return (block[element % 4] >> 8) / 16777216.0;
}

/* Box and Muller (1958): elements 2k and 2k + 1 are the two coordinates of one point. */
double draw_normal(uint64_t seed, uint32_t stream, uint32_t step, uint32_t row, uint32_t element)
{
	uint32_t block[4] = {element / 4, row, step, stream};
	philox(block, seed);
	const uint32_t *pair = element % 4 < 2 ? block : block + 2;
	double radius = sqrt(-2 * log(((pair[0] >> 8) + 1) / 16777216.0));
	double angle = 6.28318530717958648 * ((pair[1] >> 8) / 16777216.0);
	return radius * (element % 2 ? sin(angle) : cos(angle));
}

/* Stewart 1980, "The efficient generation of random orthogonal matrices": vector k is uniform on the sphere
 * of the dimensions from k on, then reflected by what would take each earlier vector, k - 1 first, to its
 * first axis. */
void draw_orthogonal(uint64_t seed, uint32_t stream, uint32_t step, int64_t rows, int64_t columns,
                     double *matrix)
{
	bool wide = rows <= columns;
	int64_t count = wide ? rows : columns, length = wide ? columns : rows;
	int64_t down = wide ? columns : 1, along = wide ? 1 : columns;
	for (int64_t k = 0; k < count; k++) {
		double *vector = matrix + k * down, square = 0;
		for (int64_t j = 0; j < length; j++) {
			uint32_t element = (uint32_t)(k * down + j * along);
			vector[j * along] = j < k ? 0 : draw_normal(seed, stream, step, 0, element);
			square += vector[j * along] * vector[j * along];
		}
		if (square == 0)
			vector[k * along] = square = 1;
		for (int64_t j = k; j < length; j++)
			vector[j * along] *= 1 / sqrt(square);
	}
	for (int64_t k = count - 1; k >= 0; k--) {
		const double *axis = matrix + k * down;
		double first = axis[k * along], scale = 1 / (1 + fabs(first));
		for (int64_t c = k + 1; c < count; c++) {
			double *vector = matrix + c * down, product = 0;
			for (int64_t j = k + 1; j < length; j++)
				product += axis[j * along] * vector[j * along];
			vector[k * along] = first < 0 ? product : -product;
			for (int64_t j = k + 1; j < length; j++)
				vector[j * along] -= product * scale * axis[j * along];
		}
	}
}
