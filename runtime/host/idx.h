/* IDX files (the format of MNIST): two bytes 0, a type, the number of dimensions, the dimensions as
 * big-endian 32-bit numbers, the values big-endian in row-major order. */
#ifndef MLP_HOST_IDX_H
#define MLP_HOST_IDX_H

#include <stdbool.h>
#include <stddef.h>

struct mlp_messages;

struct mlp_idx {
	const unsigned char *values;   /* into the text given */
	double (*read)(const unsigned char *bytes);
	size_t size;                   /* bytes of a value */
	int rank;
	size_t shape[255];
	size_t rows, elements;         /* the first extent; the product of the others, 1 without them */
};

/* Whether a file begins like an IDX file. */
bool mlp_is_idx(const char *text, size_t length);

/* Checks the header against the length of the file. Returns a status. */
int mlp_idx_open(struct mlp_idx *idx, const struct mlp_messages *messages, const char *file, const char *text,
                 size_t length);

/* The value of a number in the order of the file, below rows * elements. */
double mlp_idx_value(const struct mlp_idx *idx, size_t number);

#endif
