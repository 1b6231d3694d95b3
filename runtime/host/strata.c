/* Draws of rows class by class. */
#define _GNU_SOURCE
#include "mlp_arithmetic.h"

#include "host/strata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/shuffle.h"

bool mlp_strata_open(struct mlp_strata *strata, const struct mlp_dataset *dataset, int real_size)
{
	size_t rows = (size_t)dataset->rows;
	*strata = (struct mlp_strata){.rows = dataset->rows, .kinds = 1};
	strata->of = calloc(rows + 1, sizeof *strata->of);
	if (!strata->of || dataset->target_count == 0)
		return strata->of;
	const struct mlp_part *target = &dataset->parts[dataset->input_count];
	if (target->port->elements != 1)
		return true;
	strata->kinds = target->port->classes > 0 ? target->port->classes : 2;
	for (size_t row = 0; row < rows; row++) {
		double value = target->port->classes > 0 ? (double)mlp_part_class(target, row)
		                                         : mlp_part_real(target, real_size, row);
		strata->of[row] = value >= 1 ? (int32_t)value : 0;
		if (target->port->classes > 0 || value == 0 || value == 1)
			continue;
		strata->kinds = 1;
		while (row > 0)
			strata->of[row--] = 0;
		strata->of[0] = 0;
		break;
	}
	return true;
}

void mlp_strata_close(struct mlp_strata *strata)
{
	free(strata->of);
	*strata = (struct mlp_strata){0};
}

/* Where the rows of each class begin, in an order by classes; [kinds] is their end. NULL: no memory. */
static int *find_starts(const struct mlp_strata *strata)
{
	int *starts = calloc((size_t)strata->kinds + 1, sizeof *starts);
	for (int row = 0; starts && row < strata->rows; row++)
		starts[strata->of[row] + 1]++;
	for (int32_t c = 0; starts && c < strata->kinds; c++)
		starts[c + 1] += starts[c];
	return starts;
}

/* All rows, shuffled, the classes one after the other. False: no memory. */
static bool order_by_class(const struct mlp_strata *strata, const int *starts, uint64_t seed, uint32_t stream,
                           uint32_t step, int *order)
{
	size_t count = (size_t)strata->rows, kinds = (size_t)strata->kinds;
	int *mixed = malloc((count + 1) * sizeof *mixed), *at = malloc(kinds * sizeof *at);
	bool well = mixed && at;
	if (well) {
		memcpy(at, starts, kinds * sizeof *at);
		for (size_t row = 0; row < count; row++)
			mixed[row] = (int)row;
		mlp_shuffle(mixed, strata->rows, seed, MLP_HOST_STREAMS + stream, step);
		for (size_t i = 0; i < count; i++)
			order[at[strata->of[mixed[i]]]++] = mixed[i];
	}
	free(mixed);
	free(at);
	return well;
}

bool mlp_folds(const struct mlp_strata *strata, int folds, uint64_t seed, int *fold)
{
	int *starts = find_starts(strata), *order = malloc(((size_t)strata->rows + 1) * sizeof *order);
	bool well = starts && order && order_by_class(strata, starts, seed, MLP_STREAM_FOLDS, 0, order);
	for (int i = 0; well && i < strata->rows; i++)
		fold[order[i]] = i % folds;
	free(starts);
	free(order);
	return well;
}

/* The points u, u + 1, u + 2 … on a line on which each class takes the same length, and each of its rows too.
 */
static void pick(const struct mlp_strata *strata, const int *starts, const int *sorted, double u, int *order)
{
	double rows = strata->rows, occur = 0, before = 0;   /* whole numbers: exact */
	int picked = 0;
	for (int32_t c = 0; c < strata->kinds; c++)
		occur += starts[c + 1] > starts[c];
	for (int32_t c = 0; c < strata->kinds; c++) {
		double size = starts[c + 1] - starts[c];
		for (int i = starts[c]; i < starts[c + 1]; i++) {
			double end = rows * (before * size + (i - starts[c] + 1));
			while (picked < strata->rows && (picked + u) * (occur * size) < end)
				order[picked++] = sorted[i];
		}
		before += size > 0;
	}
}

bool mlp_balance(const struct mlp_strata *strata, uint64_t seed, int epoch, int *order)
{
	int *starts = find_starts(strata), *sorted = malloc(((size_t)strata->rows + 1) * sizeof *sorted);
	uint32_t step = (uint32_t)epoch;
	bool well = starts && sorted &&
	            order_by_class(strata, starts, seed, MLP_STREAM_BALANCE, step, sorted);
	if (well) {
		pick(strata, starts, sorted,
		     mlp_uniform(seed, MLP_HOST_STREAMS + MLP_STREAM_POINT, step, 0, 0), order);
		mlp_shuffle(order, strata->rows, seed, MLP_HOST_STREAMS + MLP_STREAM_ORDER, step);
	}
	free(starts);
	free(sorted);
	return well;
}
