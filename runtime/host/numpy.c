/* Bytes → the shape and the values of a .npy file, as rows of data. */
#include "host/grid.h"
#include "host/host.h"
#include "host/npy.h"

static int refuse(const struct mlp_messages *messages, const char *file, const char *problem)
{
	mlp_error_in(messages, file, "%s", problem);
	return MLP_BAD_DATA;
}

int mlp_numpy_open(struct mlp_grid *array, const struct mlp_messages *messages, const char *file,
                   const char *text, size_t length)
{
	struct mlp_npy npy;
	*array = (struct mlp_grid){0};
	const char *problem = mlp_npy_open(&npy, text, length);
	if (problem) {
		mlp_error_in(messages, file, "the array %s", problem);
		return MLP_BAD_DATA;
	}
	if (npy.rank == 0)
		return refuse(messages, file, "a single value, not rows of them");
	if (npy.elements == 0)
		return refuse(messages, file, "an extent of 0: there are no values");
	if (npy.by_columns && npy.rank > 1) {
		refuse(messages, file, "the values stand in the order of Fortran");
		mlp_help(messages, "save `numpy.ascontiguousarray(array)`");
		return MLP_BAD_DATA;
	}
	*array = (struct mlp_grid){.values = (const unsigned char *)npy.values,
	                           .start = (size_t)(npy.values - text), .dtype = npy.dtype,
	                           .size = npy.dtype->size, .big_endian = npy.big_endian,
	                           .may_be_missing = true, .rank = npy.rank, .elements = 1};
	for (int i = 0; i < npy.rank; i++)
		array->shape[i] = (size_t)npy.shape[i];
	array->rows = array->shape[0];
	for (int i = 1; i < npy.rank; i++)
		array->elements *= array->shape[i];
	return MLP_WELL;
}
