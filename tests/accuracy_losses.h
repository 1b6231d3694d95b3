/* Losses of three predictions and three targets, as text in the language, measured in generated programs of
 * both real types against a reference in long double: values, gradients, and that both are finite wherever
 * the true ones are. */
#ifndef TESTS_ACCURACY_LOSSES_H
#define TESTS_ACCURACY_LOSSES_H

#include <stdbool.h>

typedef long double real;

enum { SIZE = 3 };

/* What predictions and targets are. */
enum kind { REALS, POSITIVES, SIGNS, PROBABILITIES, DISTRIBUTION, CLASS };

struct loss {
	const char *text; /* in terms of y[i] and t[i] */
	real (*reference)(const real *y, const real *t);
	enum kind prediction, target;
	double kinks[2];       /* where the derivative jumps: y[i] = t[i] + this */
	int kink_count;
	double least, largest; /* the range of |y[i]|, apart from 0; 0: no bound */
	bool cancels;          /* terms of the size of y cancel: errors count against them */
	bool scales;           /* bends at the size of y: so do the steps of differences */
	bool homogeneous;      /* of degree 0: derivatives are of the size of 1 / |y| */
};

/* Checks each row at random points and at those where something may leave the range. */
void measure_losses(const struct loss *rows, int count);

/* What a loss and its derivatives are at a point. */
struct exact {
	const char *text;
	double y[SIZE], t[SIZE], value, slopes[SIZE];
};

void check_exact(const struct exact *rows, int count);

#endif
