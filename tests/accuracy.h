/* Functions of one number, as text in the language, measured in generated programs of both real types against
 * a reference in long double: values, derivatives, and that both are finite wherever the true ones are. */
#ifndef TESTS_ACCURACY_H
#define TESTS_ACCURACY_H

#include <stdbool.h>

#include "generated.h"

struct measured {
	const char *text;       /* in terms of x: "silu(x)" */
	long double (*reference)(long double x);
	int kink_count;
	double kinks[2];        /* where the derivative jumps */
	double at_kinks[2];     /* the derivative that the language gives there */
	double absolute;        /* error of the value in float that is forgiven: near saturation */
	double least, largest;  /* the range of |x|, apart from 0; 0: no bound */
};

/* Checks each row; `compiler` builds the programs. Prints the worst errors if MEASURE is set. */
void measure(const struct measured *functions, int count, const char *compiler);

/* The program of that model, with gradients, ready to train; its memory. */
struct generated program_of(const char *text, bool real_double, const char *compiler);
void *training_of(const struct generated *program);
double real_at(const struct generated *program, const void *values, int k);
void set_real(const struct generated *program, void *values, int k, double value);

/* The distance from |value| to the next float. */
double unit_of_float(double value);

#endif
