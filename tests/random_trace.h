/* What the C of a random model must compute: a script of calls with their data, and the values that they
 * give, by direct evaluation of the graphs as the text has them. The script is read by random/runner.c. */
#ifndef TESTS_RANDOM_TRACE_H
#define TESTS_RANDOM_TRACE_H

#include "random_check.h"

enum { TRACE_STEPS = 3, TRACE_SEED = 5 };

struct trace_value {
	double wanted;
	double spread_of_double, spread_of_float;
};

struct trace {
	int32_t predicted_rows, loss_rows, step_rows[TRACE_STEPS];
	ARRAY(double) data;               /* stored values, then what each call is given */
	ARRAY(struct trace_value) values; /* what the runner writes, in its order */
	size_t step_ends[TRACE_STEPS];    /* the number of values after each step; 0: there is none */
	ARRAY(struct trace_label {
		size_t first;
		const char *name;
	})
	labels;
};

/* `samples` as in check_in_process. The model is known to compile. */
struct trace trace_of(struct arena *arena, const char *text, uint64_t seed, int samples, bool with_gradients);

/* Compares what a program wrote, values of double or of float. */
void trace_compare(const struct trace *trace, const double *got, size_t count, bool is_float,
                   struct verdict *verdict);

#endif
