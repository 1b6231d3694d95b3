/* Binary files of one array: IDX (the format of MNIST) and .npy (that of NumPy). */
#ifndef MLP_HOST_GRID_H
#define MLP_HOST_GRID_H

#include <stdbool.h>
#include <stddef.h>

struct mlp_messages;
struct mlp_dtype;

enum { MLP_MOST_EXTENTS = 255 };

struct mlp_grid {
	const unsigned char *values;   /* into the text given; row-major */
	size_t start;                  /* where they begin */
	double (*read)(const unsigned char *bytes);   /* IDX */
	const struct mlp_dtype *dtype;                /* .npy */
	bool big_endian;
	size_t size;                   /* bytes of a value */
	bool may_be_missing;           /* no number stands for a missing value */
	int rank;
	size_t shape[MLP_MOST_EXTENTS];
	size_t rows, elements;         /* the first extent; the product of the others, 1 without them */
};

/* A value, by its number in row-major order. grid.c */
double mlp_grid_value(const struct mlp_grid *array, size_t number);

/* IDX: two bytes 0, a type, the number of dimensions, the dimensions as big-endian 32-bit numbers, the values
 * big-endian in row-major order. Whether a file begins like one. */
bool mlp_is_idx(const char *text, size_t length);
/* Checks the header against the length of the file. Returns a status, the message printed. */
int mlp_idx_open(struct mlp_grid *array, const struct mlp_messages *messages, const char *file,
                 const char *text, size_t length);

/* The same of a .npy file, which host/npy.h tells apart. */
int mlp_numpy_open(struct mlp_grid *array, const struct mlp_messages *messages, const char *file,
                   const char *text, size_t length);

#endif
