/* The header of a safetensors file → its tensors. */
#define _GNU_SOURCE
#include "host/stored.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

/* -- One tensor --------------------------------------------------------------------------------------- */

const char *mlp_stored_sentence(enum mlp_stored_fault fault)
{
	static const char *const SENTENCES[] = {[MLP_STORED_MISSING] = "is missing",
	                                        [MLP_STORED_NO_DESCRIPTION] =
	                                                "is not described by dtype, shape and data_offsets",
	                                        [MLP_STORED_DTYPE] = "has an unknown type of numbers",
	                                        [MLP_STORED_SHAPE] = "has a shape that no tensor has",
	                                        [MLP_STORED_OFFSETS] = "lies outside the data"};
	return SENTENCES[fault];
}

static bool are_integers(const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (!json_is_integer(json_array_get(array, i)))
			return false;
	return json_is_array(array);
}

/* False: not a shape, or one of more bytes than a size_t counts. */
static bool read_shape(const json_t *shape, struct mlp_stored *stored)
{
	size_t rank = json_array_size(shape);
	if (rank > MLP_MOST_STORED_DIMENSIONS)
		return false;
	stored->rank = (int)rank;
	stored->elements = 1;
	for (size_t d = 0; d < rank; d++) {
		json_int_t extent = json_integer_value(json_array_get(shape, d));
		if (extent < 0 ||
		    __builtin_mul_overflow(stored->elements, (uint64_t)extent, &stored->elements))
			return false;
		stored->shape[d] = extent;
	}
	return !__builtin_mul_overflow(stored->elements, stored->dtype->size, &stored->size);
}

enum mlp_stored_fault mlp_read_stored(const json_t *description, size_t data_length,
                                      struct mlp_stored *stored)
{
	const char *dtype = json_string_value(json_object_get(description, "dtype"));
	const json_t *shape = json_object_get(description, "shape");
	const json_t *offsets = json_object_get(description, "data_offsets");
	if (!description)
		return MLP_STORED_MISSING;
	if (!json_is_object(description) || json_object_size(description) != 3 || !dtype ||
	    json_array_size(offsets) != 2 || !are_integers(offsets))
		return MLP_STORED_NO_DESCRIPTION;
	*stored = (struct mlp_stored){.name = stored->name, .dtype = mlp_dtype_named(dtype)};
	if (!stored->dtype)
		return MLP_STORED_DTYPE;
	if (!are_integers(shape) || !read_shape(shape, stored))
		return MLP_STORED_SHAPE;
	json_int_t from = json_integer_value(json_array_get(offsets, 0));
	json_int_t to = json_integer_value(json_array_get(offsets, 1));
	if (from < 0 || to < from || (uint64_t)to > data_length || (uint64_t)(to - from) != stored->size)
		return MLP_STORED_OFFSETS;
	stored->begin = (size_t)from;
	return MLP_STORED_WELL;
}

static int by_begin(const void *left, const void *right)
{
	const struct mlp_extent *a = left, *b = right;
	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return (a->end > b->end) - (a->end < b->end);
}

const char *mlp_check_extents(struct mlp_extent *extents, size_t count, size_t data_length)
{
	size_t at = 0;
	qsort(extents, count, sizeof *extents, by_begin);
	for (size_t i = 0; i < count; at = extents[i++].end)
		if (extents[i].begin != at)
			return "damaged: the tensors overlap or leave holes";
	return at == data_length ? NULL : "damaged: more data than tensors";
}

/* -- The file ------------------------------------------------------------------------------------------ */

static int refuse(const struct mlp_messages *messages, const char *path, const char *problem)
{
	mlp_error_in(messages, path, "%s", problem);
	return MLP_BAD_DATA;
}

static int read_header(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path)
{
	uint64_t header = 0;
	if (file->bytes.length < 8)
		return refuse(messages, path, "no safetensors file: shorter than 8 bytes");
	for (size_t i = 8; i-- > 0;)
		header = header << 8 | (unsigned char)file->bytes.text[i];
	if (header > MLP_MOST_FOREIGN_HEADER || header < 2)
		return refuse(messages, path,
		              "no safetensors file: the length of the header is out of range");
	if (header > file->bytes.length - 8)
		return refuse(messages, path, "cut short within the header: copy the file again");
	file->header = (size_t)header;
	file->root = json_loadb(file->bytes.text + 8, file->header, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(file->root))
		return refuse(messages, path, "no safetensors file: the header is not a JSON object");
	const char *key;
	json_t *value, *texts = json_object_get(file->root, "__metadata__");
	bool all_texts = !texts || json_is_object(texts);
	json_object_foreach(texts, key, value) all_texts &= json_is_string(value);
	return all_texts ? MLP_WELL
	                 : refuse(messages, path, "damaged: `__metadata__` holds something other than texts");
}

static int by_place(const void *left, const void *right)
{
	const struct mlp_stored *a = left, *b = right;
	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return a->size != b->size ? (a->size > b->size) - (a->size < b->size) : strcmp(a->name, b->name);
}

static int read_tensors(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path)
{
	size_t data_length = file->bytes.length - 8 - file->header;
	struct mlp_extent *extents = calloc(json_object_size(file->root) + 1, sizeof *extents);
	file->tensors = calloc(json_object_size(file->root) + 1, sizeof *file->tensors);
	const char *name, *problem = NULL;
	json_t *description;
	int status = extents && file->tensors ? MLP_WELL : mlp_no_memory(messages);
	if (status == MLP_WELL)
		json_object_foreach(file->root, name, description)
		{
			struct mlp_stored *stored = &file->tensors[file->count];
			if (strcmp(name, "__metadata__") == 0)
				continue;
			stored->name = name;
			enum mlp_stored_fault fault = mlp_read_stored(description, data_length, stored);
			if (fault != MLP_STORED_WELL) {
				char quoted[MLP_QUOTED];
				mlp_error_in(messages, path, "tensor %s %s",
				             mlp_quote(quoted, name, strlen(name)),
				             mlp_stored_sentence(fault));
				status = MLP_BAD_DATA;
				break;
			}
			extents[file->count++] =
			        (struct mlp_extent){stored->begin, stored->begin + stored->size};
		}
	if (status == MLP_WELL)
		problem = mlp_check_extents(extents, file->count, data_length);
	free(extents);
	if (status == MLP_WELL && !problem)
		qsort(file->tensors, file->count, sizeof *file->tensors, by_place);
	return problem ? refuse(messages, path, problem) : status;
}

int mlp_open_stored_bytes(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path,
                          struct mlp_bytes bytes)
{
	*file = (struct mlp_stored_file){.bytes = bytes};
	int status = read_header(file, messages, path);
	return status == MLP_WELL ? read_tensors(file, messages, path) : status;
}

int mlp_open_stored(struct mlp_stored_file *file, const struct mlp_messages *messages, const char *path)
{
	struct mlp_bytes bytes;
	*file = (struct mlp_stored_file){0};
	int status = mlp_read_file(messages, path, &bytes);
	return status == MLP_WELL ? mlp_open_stored_bytes(file, messages, path, bytes) : status;
}

void mlp_close_stored(struct mlp_stored_file *file)
{
	free(file->bytes.text);
	free(file->tensors);
	json_decref(file->root);
	*file = (struct mlp_stored_file){0};
}

const char *mlp_stored_text(const struct mlp_stored_file *file, const char *key)
{
	return json_string_value(json_object_get(json_object_get(file->root, "__metadata__"), key));
}

const struct mlp_stored *mlp_stored_named(const struct mlp_stored_file *file, const char *name)
{
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->tensors[i].name, name) == 0)
			return &file->tensors[i];
	return NULL;
}

const char *mlp_stored_bytes(const struct mlp_stored_file *file, const struct mlp_stored *stored)
{
	return file->bytes.text + 8 + file->header + stored->begin;
}
