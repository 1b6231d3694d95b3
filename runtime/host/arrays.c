/* safetensors files and .npz archives → named arrays; tensors → an archive. */
#define _GNU_SOURCE
#include "host/arrays.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "host/npy.h"
#include "host/safetensors.h"
#include "host/zip.h"

static const char SUFFIX[] = ".npy";

/* -- From safetensors ---------------------------------------------------------------------------------- */

static bool copy_stored(struct mlp_array *array, const struct mlp_stored_file *file,
                        const struct mlp_stored *stored)
{
	*array = (struct mlp_array){.name = strdup(stored->name),
	                            .dtype = stored->dtype,
	                            .rank = stored->rank,
	                            .elements = stored->elements,
	                            .bytes = malloc(stored->size + 1)};
	memcpy(array->shape, stored->shape, sizeof array->shape);
	if (array->bytes)
		memcpy(array->bytes, mlp_stored_bytes(file, stored), stored->size);
	return array->name && array->bytes;
}

/* Takes the bytes over. */
static int read_stored(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path,
                       struct mlp_bytes bytes)
{
	struct mlp_stored_file file;
	int status = mlp_open_stored_bytes(&file, messages, path, bytes);
	const char *format = status == MLP_WELL ? mlp_stored_text(&file, "format") : NULL;
	if (format && strcmp(format, "mlpc") == 0 && !mlp_checksum_matches(&file.bytes, file.header)) {
		mlp_error_in(messages, path, "damaged: the checksum does not agree");
		status = MLP_BAD_DATA;
	}
	if (status == MLP_WELL && !(arrays->items = calloc(file.count + 1, sizeof *arrays->items)))
		status = mlp_no_memory(messages);
	for (size_t k = 0; status == MLP_WELL && k < file.count; k++)
		if (!copy_stored(&arrays->items[arrays->count++], &file, &file.tensors[k]))
			status = mlp_no_memory(messages);
	if (status == MLP_WELL)
		arrays->metadata = json_incref(json_object_get(file.root, "__metadata__"));
	mlp_close_stored(&file);
	return status;
}

/* -- From an archive ----------------------------------------------------------------------------------- */

static int refuse_member(const struct mlp_messages *messages, const char *path,
                         const struct mlp_zip_member *member, const char *problem)
{
	char quoted[MLP_QUOTED];
	mlp_error_in(messages, path, "%s %s", mlp_quote(quoted, member->name, member->name_length), problem);
	return MLP_BAD_DATA;
}

/* An object of texts, or NULL. */
static json_t *metadata_of(const struct mlp_array *array)
{
	json_t *value, *object = json_loadb(array->bytes, array->elements, JSON_REJECT_DUPLICATES, NULL);
	const char *key;
	bool texts = array->dtype->size == 1 && json_is_object(object);
	json_object_foreach(object, key, value) texts &= json_is_string(value);
	if (texts)
		return object;
	json_decref(object);
	return NULL;
}

/* The array in the bytes of a member. */
static int add_array(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path,
                     const struct mlp_zip_member *member, const char *bytes)
{
	struct mlp_npy npy;
	const char *problem = mlp_npy_open(&npy, bytes, member->size);
	if (problem)
		return refuse_member(messages, path, member, problem);
	size_t suffix = strlen(SUFFIX), length = member->name_length;
	if (length > suffix && memcmp(member->name + length - suffix, SUFFIX, suffix) == 0)
		length -= suffix;
	struct mlp_array *array = &arrays->items[arrays->count++];
	*array = (struct mlp_array){.name = strndup(member->name, length),
	                            .dtype = npy.dtype,
	                            .rank = npy.rank,
	                            .elements = npy.elements,
	                            .bytes = malloc(npy.elements * npy.dtype->size + 1)};
	memcpy(array->shape, npy.shape, sizeof array->shape);
	if (!array->name || !array->bytes)
		return mlp_no_memory(messages);
	mlp_npy_copy(&npy, array->bytes);
	if (strcmp(array->name, MLP_METADATA_ARRAY) != 0)
		return MLP_WELL;
	if (arrays->metadata)
		return refuse_member(messages, path, member, "is there twice");
	arrays->metadata = metadata_of(array);
	free(array->name);
	free(array->bytes);
	arrays->count--;
	return arrays->metadata ? MLP_WELL
	                        : refuse_member(messages, path, member, "is no JSON object of texts");
}

static int read_member(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path,
                       const struct mlp_zip_member *member)
{
	bool no_memory;
	char *bytes = mlp_zip_unpack(member, &no_memory);
	if (!bytes)
		return no_memory ? mlp_no_memory(messages)
		                 : refuse_member(messages, path, member,
		                                 "is damaged: its checksum does not agree");
	int status = add_array(arrays, messages, path, member, bytes);
	free(bytes);
	return status;
}

static int read_archive(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path,
                        const struct mlp_bytes *bytes)
{
	struct mlp_zip_member *members;
	size_t count;
	int status = MLP_WELL;
	const char *problem = mlp_zip_list(bytes->text, bytes->length, &members, &count);
	if (problem) {
		mlp_error_in(messages, path, "the archive %s", problem);
		status = MLP_BAD_DATA;
	} else if (!(arrays->items = calloc(count + 1, sizeof *arrays->items))) {
		status = mlp_no_memory(messages);
	}
	for (size_t k = 0; status == MLP_WELL && k < count; k++) {
		status = read_member(arrays, messages, path, &members[k]);
		for (size_t other = 0; status == MLP_WELL && other + 1 < arrays->count; other++)
			if (strcmp(arrays->items[other].name, arrays->items[arrays->count - 1].name) == 0)
				status = refuse_member(messages, path, &members[k], "is there twice");
	}
	free(members);
	return status;
}

/* -- Both ---------------------------------------------------------------------------------------------- */

int mlp_read_arrays(struct mlp_arrays *arrays, const struct mlp_messages *messages, const char *path)
{
	struct mlp_bytes bytes;
	*arrays = (struct mlp_arrays){0};
	int status = mlp_read_file(messages, path, &bytes);
	if (status != MLP_WELL)
		return status;
	if (bytes.length < 4 || memcmp(bytes.text, "PK", 2) != 0 || bytes.text[2] >= ' ')
		return read_stored(arrays, messages, path, bytes);
	status = read_archive(arrays, messages, path, &bytes);
	free(bytes.text);
	return status;
}

void mlp_free_arrays(struct mlp_arrays *arrays)
{
	for (size_t k = 0; arrays->items && k < arrays->count; k++) {
		free(arrays->items[k].name);
		free(arrays->items[k].bytes);
	}
	free(arrays->items);
	json_decref(arrays->metadata);
	*arrays = (struct mlp_arrays){0};
}

const struct mlp_array *mlp_array_named(const struct mlp_arrays *arrays, const char *name)
{
	for (size_t k = 0; k < arrays->count; k++)
		if (strcmp(arrays->items[k].name, name) == 0)
			return &arrays->items[k];
	return NULL;
}

/* -- To an archive ------------------------------------------------------------------------------------- */

static bool add_values(struct mlp_zip *zip, const char *name, const struct mlp_stored *stored,
                       const char *values)
{
	char header[MLP_NPY_HEADER], *member;
	size_t length = mlp_npy_header(header, stored->dtype, stored->rank, stored->shape);
	if (asprintf(&member, "%s%s", name, SUFFIX) < 0)
		return false;
	mlp_zip_add(zip, member, header, length, values, stored->size);
	free(member);
	return true;
}

/* The same numbers as F32; the caller frees them. NULL: no memory. */
static char *widened(const struct mlp_stored_file *file, const struct mlp_stored *stored)
{
	char *values = malloc(stored->elements * sizeof(float) + 1);
	const char *bytes = mlp_stored_bytes(file, stored);
	for (size_t k = 0; values && k < stored->elements; k++) {
		float value = (float)stored->dtype->value(bytes + k * stored->dtype->size);
		uint32_t bits;
		memcpy(&bits, &value, sizeof bits);
		for (size_t i = 0; i < sizeof bits; i++)
			values[k * sizeof bits + i] = (char)(unsigned char)(bits >> (8 * i));
	}
	return values;
}

static bool add_tensor(struct mlp_zip *zip, const struct mlp_stored_file *file,
                       const struct mlp_stored *stored)
{
	char header[MLP_NPY_HEADER];
	if (mlp_npy_header(header, stored->dtype, stored->rank, stored->shape) > 0)
		return add_values(zip, stored->name, stored, mlp_stored_bytes(file, stored));
	struct mlp_stored wide = *stored;
	char *values = widened(file, stored);
	wide.dtype = mlp_dtype_named("F32");
	wide.size = wide.elements * wide.dtype->size;
	bool well = values && add_values(zip, stored->name, &wide, values);
	free(values);
	return well;
}

static bool add_metadata(struct mlp_zip *zip, const json_t *metadata)
{
	char *text = json_dumps(metadata, JSON_COMPACT);
	size_t length = text ? strlen(text) : 0;
	struct mlp_stored stored = {.dtype = mlp_dtype_named("U8"),
	                            .rank = 1,
	                            .shape = {(int64_t)length},
	                            .elements = length,
	                            .size = length};
	bool well = text && add_values(zip, MLP_METADATA_ARRAY, &stored, text);
	free(text);
	return well;
}

char *mlp_npz_of(const struct mlp_stored_file *file, size_t *length)
{
	struct mlp_zip zip = {0};
	const json_t *metadata = json_object_get(file->root, "__metadata__");
	bool well = true;
	for (size_t k = 0; well && k < file->count; k++)
		well = add_tensor(&zip, file, &file->tensors[k]);
	if (well && metadata)
		well = add_metadata(&zip, metadata);
	well = well && mlp_zip_finish(&zip);
	char *bytes = well ? zip.bytes : NULL;
	*length = zip.length;
	if (well)
		zip.bytes = NULL;
	mlp_zip_free(&zip);
	return bytes;
}
