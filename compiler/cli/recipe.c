/* Rows and columns → the size of a network and its training. The figures were found by trials on public data
 * sets of 20 to 500,000 rows. */
#include <math.h>

#include "cli/propose.h"

/* For tables of at most so many rows. Classes of small tables train without early stopping: a few rows held
 * out tell less of when to stop than the penalty does. */
struct table_size {
	double rows;
	struct recipe recipe;
};

/* rows, widths, activation, dropout, penalty, rate, decay, batch, epochs, patience */
static const struct table_size CLASSES[] = {
        {1000, {{64, 0}, "relu", 0, 0.003, 0.005, 0.985, 16, 150, 0}},
        {10000, {{128, 0}, "relu", 0.2, 0.0001, 0.003, 0.96, 32, 100, 25}},
        {100000, {{64, 0}, "relu", 0.2, 0, 0.002, 0.9, 64, 30, 8}},
        {INFINITY, {{64, 0}, "relu", 0, 0, 0.002, 0.8, 256, 12, 4}},
};

static const struct table_size NUMBERS[] = {
        {1000, {{64, 64}, "relu", 0, 0.0002, 0.005, 0.99, 16, 300, 60}},
        {10000, {{64, 64}, "relu", 0, 0.001, 0.005, 0.98, 32, 150, 40}},
        {100000, {{64, 64}, "relu", 0, 0, 0.003, 0.95, 64, 60, 15}},
        {INFINITY, {{64, 64}, "relu", 0, 0, 0.002, 0.8, 256, 12, 4}},
};

static const struct table_size PICTURES[] = {
        {1000, {{64, 0}, "relu", 0, 0.003, 0.005, 0.985, 16, 150, 0}},
        {10000, {{256, 0}, "relu", 0.5, 0.0001, 0.003, 0.98, 32, 150, 25}},
        {INFINITY, {{256, 0}, "relu", 0.3, 0, 0.002, 0.85, 64, 20, 5}},
};

struct recipe recipe_for(const struct roles *roles)
{
	const struct table_size *size = !roles->classes ? NUMBERS : roles->picture ? PICTURES : CLASSES;
	while ((double)roles->data->rows > size->rows)
		size++;
	return size->recipe;
}
