/* Counts and sums → figures of merit. */
#include "mlp_arithmetic.h"

#include "host/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

bool mlp_tally_open(struct mlp_tally *tally, int32_t classes, int32_t elements)
{
	*tally = (struct mlp_tally){.classes = classes, .elements = elements};
	size_t k = (size_t)classes;
	bool confuses = classes > 0 && classes <= MLP_MOST_CONFUSED;
	tally->counts = calloc(k + 1, sizeof *tally->counts);
	tally->errors = calloc((size_t)elements + 1, sizeof *tally->errors);
	tally->confusion = confuses ? calloc(k * k, sizeof *tally->confusion) : NULL;
	return tally->counts && tally->errors && (tally->confusion || !confuses);
}

void mlp_tally_clear(struct mlp_tally *tally)
{
	size_t k = (size_t)tally->classes;
	memset(tally->counts, 0, k * sizeof *tally->counts);
	memset(tally->errors, 0, (size_t)tally->elements * sizeof *tally->errors);
	if (tally->confusion)
		memset(tally->confusion, 0, k * k * sizeof *tally->confusion);
	tally->score_count = 0;
	tally->lacks_scores = false;
}

void mlp_tally_close(struct mlp_tally *tally)
{
	free(tally->counts);
	free(tally->errors);
	free(tally->confusion);
	free(tally->scores);
	*tally = (struct mlp_tally){0};
}

void mlp_tally_class(struct mlp_tally *tally, int32_t wanted, int32_t found)
{
	tally->counts[wanted].wanted++;
	tally->counts[wanted].right += wanted == found;
	if (found < 0)
		return;
	tally->counts[found].found++;
	if (tally->confusion)
		tally->confusion[(size_t)wanted * (size_t)tally->classes + (size_t)found]++;
}

void mlp_tally_score(struct mlp_tally *tally, bool positive, double score)
{
	if (tally->score_count == tally->score_room && !tally->lacks_scores) {
		size_t room = tally->score_room ? tally->score_room * 2 : FIRST_ROOM;
		struct mlp_score *scores = realloc(tally->scores, room * sizeof *scores);
		if (scores) {
			tally->scores = scores;
			tally->score_room = room;
		}
	}
	tally->lacks_scores |= tally->score_count == tally->score_room;
	if (!tally->lacks_scores)
		tally->scores[tally->score_count++] = (struct mlp_score){score, positive};
}

void mlp_tally_real(struct mlp_tally *tally, int32_t element, double wanted, double found)
{
	struct mlp_error_sum *sum = &tally->errors[element];
	double error = found - wanted, distance = wanted - sum->mean;
	sum->squares += error * error;
	sum->distances += fabs(error);
	sum->mean += distance / (double)++sum->count;
	sum->deviation += distance * (wanted - sum->mean);
}

double mlp_tally_macro_f1(const struct mlp_tally *tally)
{
	double sum = 0;
	int32_t occur = 0;
	for (int32_t c = 0; c < tally->classes; c++) {
		const struct mlp_class_count *count = &tally->counts[c];
		if (count->wanted + count->found == 0)
			continue;
		sum += 2.0 * (double)count->right / (double)(count->wanted + count->found);
		occur++;
	}
	return occur > 0 ? sum / occur : (double)NAN;
}

static int by_score(const void *a, const void *b)
{
	double x = ((const struct mlp_score *)a)->score, y = ((const struct mlp_score *)b)->score;
	return (x > y) - (x < y);
}

double mlp_tally_auc(struct mlp_tally *tally)
{
	struct mlp_score *scores = tally->scores;
	size_t count = tally->score_count;
	double below = 0, twice = 0;   /* negatives so far; twice the pairs in order */
	for (size_t i = 0; i < count; i++)
		if (isnan(scores[i].score))
			return (double)NAN;
	if (tally->lacks_scores || count == 0)
		return (double)NAN;
	qsort(scores, count, sizeof *scores, by_score);
	for (size_t i = 0, next; i < count; i = next) {
		double positive = 0, negative = 0;
		for (next = i; next < count && scores[next].score == scores[i].score; next++) {
			positive += scores[next].positive;
			negative += !scores[next].positive;
		}
		twice += positive * (2 * below + negative);
		below += negative;
	}
	double pairs = below * ((double)count - below);
	return pairs > 0 ? twice / (2 * pairs) : (double)NAN;
}

static double rmse_of(const struct mlp_error_sum *sum)
{
	return sqrt(sum->squares / (double)sum->count);
}

static double mae_of(const struct mlp_error_sum *sum)
{
	return sum->distances / (double)sum->count;
}

static double r2_of(const struct mlp_error_sum *sum)
{
	if (sum->count < 2)
		return (double)NAN;
	if (sum->deviation > 0)
		return 1 - sum->squares / sum->deviation;
	return sum->squares == 0 ? 1 : 0;
}

static double mean_over(const struct mlp_tally *tally, double (*figure)(const struct mlp_error_sum *))
{
	double sum = 0;
	for (int32_t i = 0; i < tally->elements; i++)
		sum += figure(&tally->errors[i]);
	return tally->elements > 0 ? sum / tally->elements : (double)NAN;
}

double mlp_tally_rmse(const struct mlp_tally *tally)
{
	return mean_over(tally, rmse_of);
}

double mlp_tally_mae(const struct mlp_tally *tally)
{
	return mean_over(tally, mae_of);
}

double mlp_tally_r2(const struct mlp_tally *tally)
{
	return mean_over(tally, r2_of);
}
