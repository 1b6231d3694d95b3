/* The networks of models/custom/: data that each can learn, and its loss by plain arithmetic. */
#ifndef TESTS_CUSTOM_NETWORKS_H
#define TESTS_CUSTOM_NETWORKS_H

#include <stdint.h>

#include "support.h"

enum { CUSTOM_MOST = 64 };

/* One row: the values of the one input and of the one target, of which a class is the first number. */
struct custom_row {
	double input[CUSTOM_MOST], target;
};

/* Where the arithmetic finds the values of a parameter. */
typedef const double *custom_parameters(const void *of, const char *name);

struct custom_network {
	const char *name;
	void (*draw)(struct random *random, struct custom_row *row);
	double (*loss)(custom_parameters *parameters, const void *of, const struct custom_row *row);
	int steps;       /* of training */
	double fraction; /* of the first loss: at most that remains */
	double targets[2]; /* the range of targets where gradients are compared; both 0: any */
};

extern const struct custom_network custom_networks[];
extern const int custom_network_count;

#endif
