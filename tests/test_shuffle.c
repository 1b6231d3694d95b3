/* Orders of rows and rows held out: uniform, disjoint, each class its share. */
#include <criterion/criterion.h>

#include "host/shuffle.h"

/* All 24 orders of four rows equally often: chi square with 23 degrees of freedom, 49.7 at 0.1 %. */
Test(shuffle, is_uniform)
{
	enum { TRIALS = 48000 };
	int counts[256] = {0};
	for (uint32_t step = 0; step < TRIALS; step++) {
		int rows[4] = {0, 1, 2, 3};
		mlp_shuffle(rows, 4, 11, MLP_HOST_STREAMS, step);
		counts[rows[0] * 64 + rows[1] * 16 + rows[2] * 4 + rows[3]]++;
	}
	double sum = 0;
	int orders = 0;
	for (int i = 0; i < 256; i++) {
		double difference = counts[i] - TRIALS / 24.0;
		sum += counts[i] ? difference * difference / (TRIALS / 24.0) : 0;
		orders += counts[i] > 0;
	}
	cr_expect_eq(orders, 24);
	cr_expect_lt(sum, 49.7);
}

/* 10, 7 and 3 rows of three classes, 6 held: shares 3, 2.1 and 0.9 give 3, 2 and 1. */
Test(shuffle, split_by_class)
{
	int32_t labels[20];
	int held[6], kept[14], of_class[3] = {0}, seen[20] = {0};
	for (int i = 0; i < 20; i++)
		labels[i] = i < 10 ? 0 : i < 17 ? 1 : 2;
	cr_assert(mlp_split(20, labels, 3, 6, 5, held, kept));
	for (int i = 0; i < 6; i++) {
		of_class[labels[held[i]]]++;
		seen[held[i]]++;
		cr_expect(i == 0 || held[i] > held[i - 1]);
	}
	for (int i = 0; i < 14; i++) {
		seen[kept[i]]++;
		cr_expect(i == 0 || kept[i] > kept[i - 1]);
	}
	for (int i = 0; i < 20; i++)
		cr_expect_eq(seen[i], 1);
	cr_expect_eq(of_class[0], 3);
	cr_expect_eq(of_class[1], 2);
	cr_expect_eq(of_class[2], 1);
	int again[6];
	cr_assert(mlp_split(20, labels, 3, 6, 6, again, kept));
	cr_expect_arr_neq(held, again, sizeof held);
}
