/* Named arrays of numbers, from a safetensors file or one of NumPy's .npz archives, and back to .npz. */
#ifndef MLP_HOST_ARRAYS_H
#define MLP_HOST_ARRAYS_H

#include "host/message.h"
#include "host/stored.h"

#define MLP_METADATA_ARRAY "__metadata__" /* of an archive: the metadata as JSON, in bytes */

struct mlp_array {
	char *name;
	const struct mlp_dtype *dtype;
	int rank;
	int64_t shape[MLP_MOST_STORED_DIMENSIONS];
	size_t elements;
	char *bytes; /* row-major, little-endian */
};

struct mlp_arrays {
	struct mlp_array *items;
	size_t count;
	struct json_t *metadata; /* an object of texts, or NULL */
};

/* Reads either kind of file, which its first bytes tell. Returns a status, the message printed; free in any
 * case. */
int mlp_read_arrays(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path);
void mlp_free_arrays(struct mlp_arrays *arrays);
const struct mlp_array *mlp_array_named(const struct mlp_arrays *arrays, const char *name);

/* The bytes of an .npz archive with all tensors of the file and its metadata; numbers of types that NumPy
 * does not have (BF16, F8) become F32, which holds them exactly. The caller frees them. NULL: no memory, or
 * more than the 4 GiB of the format. */
char *mlp_npz_of(const struct mlp_stored_file *file, size_t *length);

#endif
