/* Any safetensors file: which tensors its header describes, checked before any is used. */
#ifndef MLP_HOST_STORED_H
#define MLP_HOST_STORED_H

#include "host/file.h"
#include "host/message.h"
#include "mlp.h"

struct json_t;

enum { MLP_MOST_STORED_DIMENSIONS = 16, MLP_MOST_FOREIGN_HEADER = 100000000 };

/* A type of numbers. Real and whole ones up to 53 bits are doubles without loss. */
struct mlp_dtype {
	const char *name;
	size_t size;
	double (*value)(const char *bytes); /* little-endian */
};

/* NULL: unknown. */
const struct mlp_dtype *mlp_dtype_named(const char *name);

struct mlp_stored {
	const char *name; /* of the header */
	const struct mlp_dtype *dtype;
	int rank;
	int64_t shape[MLP_MOST_STORED_DIMENSIONS];
	size_t elements, size, begin; /* bytes; begin: in the data */
};

/* What is wrong with a description, in the order in which it is looked at. */
enum mlp_stored_fault {
	MLP_STORED_WELL,
	MLP_STORED_MISSING,
	MLP_STORED_NO_DESCRIPTION, /* not dtype, shape and data_offsets, or of the wrong kind */
	MLP_STORED_DTYPE,          /* unknown */
	MLP_STORED_SHAPE,  /* negative, of too many dimensions, or of more elements than can be counted */
	MLP_STORED_OFFSETS /* outside the data, or not as many bytes as the shape has */
};

/* `description` NULL: missing. All of `stored` but its name is set when nothing is wrong. */
enum mlp_stored_fault mlp_read_stored(const struct json_t *description, size_t data_length,
                                      struct mlp_stored *stored);
/* "is missing", "lies outside the data": the end of a sentence about the tensor. */
const char *mlp_stored_sentence(enum mlp_stored_fault fault);

/* Do the tensors make up the data, each byte in one of them? Else returns what is wrong. Sorts `extents`. */
struct mlp_extent {
	size_t begin, end;
};
const char *mlp_check_extents(struct mlp_extent *extents, size_t count, size_t data_length);

struct mlp_stored_file {
	struct mlp_bytes bytes;
	size_t header; /* its length; the data begin 8 bytes after it */
	struct json_t *root;
	struct mlp_stored *tensors;
	size_t count; /* in the order of the data */
};

/* Reads and checks; what it allocates is in proportion to the file. Returns a status, the message printed;
 * close in any case. */
int mlp_open_stored(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path);
/* The same of bytes already read, which it takes over. */
int mlp_open_stored_bytes(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path,
                          struct mlp_bytes bytes);
void mlp_close_stored(struct mlp_stored_file *file);

/* A text of the metadata, or NULL. */
const char *mlp_stored_text(const struct mlp_stored_file *file, const char *key);
const struct mlp_stored *mlp_stored_named(const struct mlp_stored_file *file, const char *name);
/* The first byte of its values. */
const char *mlp_stored_bytes(const struct mlp_stored_file *file, const struct mlp_stored *stored);

#endif
