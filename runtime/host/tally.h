/* Predictions beside targets, counted: the figures of merit of a data set. Definitions:
 *
 *   accuracy     right / all
 *   macro F1     the mean of 2 tp / (2 tp + fp + fn) over the classes that occur, among the targets or among
 * the predictions AUC          of two classes: the probability that a random row of class 1 scores above a
 * random row of class 0, a tie counting one half (Mann and Whitney 1947) RMSE, MAE    sqrt(mean (found -
 * wanted)^2), mean |found - wanted| R2           1 - sum (found - wanted)^2 / sum (wanted - mean wanted)^2;
 * where all wanted are the same, 1 if every one is found, else 0
 *
 * Each of the last three is taken for every element of the target, and its mean over the elements told. */
#ifndef MLP_HOST_TALLY_H
#define MLP_HOST_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MLP_MOST_CONFUSED = 256 };   /* classes of a confusion matrix */

struct mlp_class_count {
	int64_t wanted, found, right;
};

/* Of one element of a target; the deviation about a running mean (Welford 1962). */
struct mlp_error_sum {
	double squares, distances, mean, deviation;
	int64_t count;
};

struct mlp_score {
	double score;
	bool positive;
};

struct mlp_tally {
	int32_t classes;                   /* 0: of real numbers */
	int32_t elements;
	struct mlp_class_count *counts;    /* [classes] */
	int64_t *confusion;                /* [wanted][found]; NULL for more than MLP_MOST_CONFUSED classes */
	struct mlp_error_sum *errors;      /* [elements] */
	struct mlp_score *scores;
	size_t score_count, score_room;
	bool lacks_scores;                 /* no memory for all of them */
};

/* For classes, or with 0 for `elements` real numbers. False: no memory. */
bool mlp_tally_open(struct mlp_tally *tally, int32_t classes, int32_t elements);
void mlp_tally_clear(struct mlp_tally *tally);
void mlp_tally_close(struct mlp_tally *tally);

/* `found` -1: the outputs were not numbers. */
void mlp_tally_class(struct mlp_tally *tally, int32_t wanted, int32_t found);
void mlp_tally_score(struct mlp_tally *tally, bool positive, double score);
void mlp_tally_real(struct mlp_tally *tally, int32_t element, double wanted, double found);

/* NAN: nothing to take it from (one class alone, no rows). */
double mlp_tally_macro_f1(const struct mlp_tally *tally);
/* Sorts the scores. */
double mlp_tally_auc(struct mlp_tally *tally);
double mlp_tally_rmse(const struct mlp_tally *tally);
double mlp_tally_mae(const struct mlp_tally *tally);
double mlp_tally_r2(const struct mlp_tally *tally);

#endif
