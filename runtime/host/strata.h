/* Rows by class: folds that have their share of each, and epochs in which each counts the same. */
#ifndef MLP_HOST_STRATA_H
#define MLP_HOST_STRATA_H

#include "host/dataset.h"

/* The class of each row by the first target: where that is one class a row, or one number that is always 0 or
 * 1. `kinds` 1: there are none, and every row is of class 0. */
struct mlp_strata {
	int rows;
	int32_t kinds;
	int32_t *of;   /* [rows] */
};

/* False: no memory. */
bool mlp_strata_open(struct mlp_strata *strata, const struct mlp_dataset *dataset, int real_size);
void mlp_strata_close(struct mlp_strata *strata);

/* Cross-validation: `fold[row]` in 0 … folds-1, drawn from the seed. The sizes of folds differ by one row at
 * most, and so do their rows of each class. False: no memory. */
bool mlp_folds(const struct mlp_strata *strata, int folds, uint64_t seed, int *fold);

/* An epoch of as many rows as there are, in random order, in which every class that occurs has the same
 * share: systematic sampling (Madow and Madow 1944) with the weight rows / (classes * rows of the class). A
 * row comes as often as its weight says, rounded down or up, which of both is drawn anew from seed and epoch;
 * on average over epochs it comes as often as its weight. False: no memory. */
bool mlp_balance(const struct mlp_strata *strata, uint64_t seed, int epoch, int *order);

#endif
