/* What random models have shown so far: definitions of the standard library, operators, statements, extents
 * and settings, read from their texts, and which of them have met in one model. */
#ifndef TESTS_RANDOM_COVERAGE_H
#define TESTS_RANDOM_COVERAGE_H

#include <stdio.h>

#include "random_model.h"

enum { MOST_FEATURES = 320 };

struct features {
	uint64_t bits[MOST_FEATURES / 64];
};

struct coverage;

/* All features are known from the start: those of the library, of the table of operators and of the grammar.
 */
struct coverage *coverage_new(struct arena *arena, const struct library *library);
/* Those of one model. */
struct features coverage_features(struct coverage *coverage, const char *text);
void coverage_add(struct coverage *coverage, const struct features *features);
/* Pairs of features of different kinds, in percent of those that can meet. */
double coverage_of_pairs(const struct coverage *coverage);
/* The number of features that were never there; their names go to the file, and so do pairs that never met.
 */
int coverage_report(const struct coverage *coverage, FILE *file);

#endif
