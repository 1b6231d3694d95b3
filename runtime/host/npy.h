/* NumPy's .npy files: the header, versions 1 to 3. */
#ifndef MLP_HOST_NPY_H
#define MLP_HOST_NPY_H

#include <stdbool.h>

#include "host/stored.h"

struct mlp_npy {
	const struct mlp_dtype *dtype;
	bool big_endian;
	bool by_columns; /* the first dimension is the fastest (Fortran) */
	int rank;
	int64_t shape[MLP_MOST_STORED_DIMENSIONS];
	size_t elements;
	const char *values; /* elements * dtype->size bytes, all in the file */
};

bool mlp_is_npy(const char *bytes, size_t length);

/* Returns NULL, or what is wrong: the end of a sentence, as "is cut short". */
const char *mlp_npy_open(struct mlp_npy *npy, const char *bytes, size_t length);

/* All values in row-major order, little-endian, into elements * dtype->size bytes. */
void mlp_npy_copy(const struct mlp_npy *npy, char *values);

enum { MLP_NPY_HEADER = 512 };

/* The header of an array of little-endian numbers; `dtype` by its name here. Returns its length, 0 if NumPy
 * has no such type. */
size_t mlp_npy_header(char header[MLP_NPY_HEADER], const struct mlp_dtype *dtype, int rank,
                      const int64_t *shape);

#endif
