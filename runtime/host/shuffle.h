/* Orders of rows that depend on the seed alone. */
#ifndef MLP_HOST_SHUFFLE_H
#define MLP_HOST_SHUFFLE_H

#include "mlp.h"

/* Fisher and Yates' shuffle (Knuth, TAOCP 2, algorithm 3.4.2P), unbiased draws from stream and step. */
void mlp_shuffle(int *rows, int count, uint64_t seed, uint32_t stream, uint32_t step);

/* Offsets from MLP_HOST_STREAMS. */
enum { MLP_STREAM_ORDER, MLP_STREAM_SPLIT, MLP_STREAM_FOLDS, MLP_STREAM_BALANCE, MLP_STREAM_POINT };

/* Parts rows 0 … count-1: `held` gets `held_count` of them (see below), `kept` the others, both in
 * ascending order. With classes (labels[row] in 0 … class_count-1, or NULL and 1) each class gives its share,
 * by largest remainders, ties to the lower class. False: no memory. */
bool mlp_split(int count, const int32_t *labels, int class_count, int held_count, uint64_t seed, int *held,
               int *kept);

#endif
