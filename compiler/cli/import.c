/* `mlpc import`: arrays of NumPy or anyone's safetensors file → a parameter file of a model, or constants of
 * its code; names and shapes must be the model's. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "emit/emit.h"
#include "host/arrays.h"
#include "host/safetensors.h"

/* --- the tensors of the model ---------------------------- */

static struct mlp_tensor description_of(const struct tensor *tensor)
{
	struct mlp_tensor description = {
	        .name = tensor->name, .rank = tensor->rank, .elements = (int32_t)tensor_elements(tensor, 1)};
	for (int d = 0; d < tensor->rank; d++)
		description.shape[d] = (int32_t)tensor->extents[d];
	return description;
}

static struct mlp_tensor *descriptions(const struct compile *c)
{
	const tensors *stored = &c->program.stored;
	struct mlp_tensor *list = ARENA_ARRAY(c->arena, struct mlp_tensor, stored->count + 1);
	for (size_t k = 0; k < stored->count; k++)
		list[k] = description_of(stored->items[k]);
	return list;
}

/* --- the arrays ---------------------------- */

static const char *shape_text(struct arena *arena, int rank, const int64_t *wide, const int32_t *narrow)
{
	struct text text = text_new(arena);
	text_add(&text, "[");
	for (int d = 0; d < rank; d++)
		text_printf(&text, "%s%lld", d > 0 ? ", " : "",
		            wide ? (long long)wide[d] : (long long)narrow[d]);
	text_add(&text, "]");
	return text_string(&text);
}

static bool same_shape(const struct mlp_array *array, const struct mlp_tensor *tensor, bool turned)
{
	bool same = array->rank == tensor->rank;
	for (int d = 0; same && d < tensor->rank; d++)
		same = array->shape[turned ? tensor->rank - 1 - d : d] == tensor->shape[d];
	return same;
}

static bool refuse_shape(struct compile *c, const struct options *options, const char *path,
                         const struct mlp_array *array, const struct mlp_tensor *tensor)
{
	struct mlp_messages messages = host_messages(options);
	mlp_error_in(&messages, path, "`%s` has the shape %s, but that of the model `%s` has %s",
	             tensor->name, shape_text(c->arena, array->rank, array->shape, NULL), c->model->name,
	             shape_text(c->arena, tensor->rank, NULL, tensor->shape));
	if (same_shape(array, tensor, true))
		mlp_help(&messages, "transposed it fits: in NumPy, `%s.T`", tensor->name);
	return false;
}

/* Parts of our checkpoints that are no parameters of the net. */
static bool is_of_run(const char *name)
{
	return strncmp(name, "state/", 6) == 0 || strncmp(name, "best/", 5) == 0 ||
	       strncmp(name, "history/", 8) == 0;
}

static bool arrays_fit(struct compile *c, const struct options *options, const char *path,
                       const struct mlp_arrays *arrays)
{
	struct mlp_messages messages = host_messages(options);
	const struct mlp_tensor *list = descriptions(c);
	size_t count = c->program.stored.count;
	for (size_t k = 0; k < count; k++) {
		const struct mlp_array *array = mlp_array_named(arrays, list[k].name);
		if (!array) {
			mlp_error_in(&messages, path,
			             "`%s` is missing, a tensor of the model `%s` of shape %s", list[k].name,
			             c->model->name, shape_text(c->arena, list[k].rank, NULL, list[k].shape));
			return false;
		}
		if (!same_shape(array, &list[k], false))
			return refuse_shape(c, options, path, array, &list[k]);
	}
	for (size_t k = 0; k < arrays->count; k++) {
		bool known = is_of_run(arrays->items[k].name);
		char quoted[MLP_QUOTED];
		for (size_t other = 0; !known && other < count; other++)
			known = strcmp(arrays->items[k].name, list[other].name) == 0;
		if (known)
			continue;
		mlp_error_in(&messages, path, "holds %s, which the model `%s` does not have",
		             mlp_quote(quoted, arrays->items[k].name, strlen(arrays->items[k].name)),
		             c->model->name);
		return false;
	}
	return true;
}

/* --- values ---------------------------- */

struct conversion {
	const struct mlp_arrays *arrays;
	const char *lost; /* a tensor with a finite number that the type does not hold, or NULL */
};

/* Into the numbers of the model; of the same type, the same bits. */
static void get_values(const void *object, const struct mlp_entry *entry, void *values)
{
	struct conversion *conversion = (struct conversion *)object;
	const struct mlp_array *array = mlp_array_named(conversion->arrays, entry->name);
	bool is_float = strcmp(entry->dtype, "F32") == 0;
	bool same =
	        strcmp(entry->dtype, array->dtype->name) == 0 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	if (same)
		memcpy(values, array->bytes, entry->size);
	for (size_t k = 0; !same && k < array->elements; k++) {
		double value = array->dtype->value(array->bytes + k * array->dtype->size);
		if (is_float)
			((float *)values)[k] = (float)value;
		else
			((double *)values)[k] = value;
		if (is_float && isfinite(value) && !isfinite((float)value))
			conversion->lost = entry->name;
	}
}

/* What is said of the training in a file of ours, such as the names of classes. */
static json_t *metadata_of(const struct compile *c, const json_t *before)
{
	static const char *const DROPPED[] = {"format", "version", "model", "fingerprint", "checksum"};
	bool ours = json_object_get(before, "format") && !json_object_get(before, "checkpoint") &&
	            strcmp(json_string_value(json_object_get(before, "format")), "mlpc") == 0;
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "format", "mlpc", "version", MLPC_VERSION,
	                           "model", c->model->name, "fingerprint",
	                           format_string(c->arena, "%016" PRIx64, emit_fingerprint(&c->plan)),
	                           "checksum", "00000000000000000000000000000000");
	json_t *rest = ours ? json_copy((json_t *)before) : NULL;
	for (size_t k = 0; rest && k < sizeof DROPPED / sizeof *DROPPED; k++)
		json_object_del(rest, DROPPED[k]);
	json_object_update(object, rest);
	json_decref(rest);
	return object;
}

static enum status write_parameters(struct compile *c, const struct options *options,
                                    const struct mlp_arrays *arrays)
{
	struct mlp_messages messages = host_messages(options);
	struct conversion conversion = {arrays, NULL};
	struct mlp_layout layout;
	size_t length, real_size = options->compile.real_double ? sizeof(double) : sizeof(float);
	char *bytes = mlp_layout_of(&layout, descriptions(c), c->program.stored.count, real_size)
	                      ? mlp_pack(&layout, metadata_of(c, arrays->metadata), get_values, &conversion,
	                                 &length)
	                      : NULL;
	enum status status;
	if (!bytes) {
		status = (enum status)mlp_no_memory(&messages);
	} else if (conversion.lost) {
		mlp_error_in(&messages, options->model, "`%s` has a number that a float does not hold",
		             conversion.lost);
		mlp_help(&messages, "`--real=double` keeps it");
		status = STATUS_ERRORS;
	} else {
		status = write_bytes(&messages, options->output, bytes, length);
	}
	free(bytes);
	mlp_layout_close(&layout);
	return status;
}

/* Arrays that fit the model, from a file of any kind. */
static enum status read_fitting(struct compile *c, const struct options *options, const char *path,
                                struct mlp_arrays *arrays)
{
	struct mlp_messages messages = host_messages(options);
	enum status status = (enum status)mlp_read_arrays(arrays, &messages, path);
	if (status == STATUS_OK && !arrays_fit(c, options, path, arrays))
		status = STATUS_ERRORS;
	return status;
}

enum status read_weights(struct compile *c, const struct options *options, const double *const **weights)
{
	struct mlp_messages messages = host_messages(options);
	struct mlp_arrays arrays;
	const tensors *stored = &c->program.stored;
	const double **values = ARENA_ARRAY(c->arena, const double *, stored->count + 1);
	enum status status = read_fitting(c, options, options->weights, &arrays);
	for (size_t k = 0; status == STATUS_OK && k < stored->count; k++) {
		const struct mlp_array *array = mlp_array_named(&arrays, stored->items[k]->name);
		double *into = ARENA_ARRAY(c->arena, double, array->elements + 1);
		for (size_t i = 0; i < array->elements; i++) {
			into[i] = array->dtype->value(array->bytes + i * array->dtype->size);
			if (!isfinite(into[i]) ||
			    (!options->compile.real_double && !isfinite((float)into[i])))
				status = STATUS_ERRORS;
		}
		if (status != STATUS_OK)
			mlp_error_in(&messages, options->weights, "`%s` has a value that is not finite",
			             array->name);
		values[k] = into;
	}
	mlp_free_arrays(&arrays);
	*weights = values;
	return status;
}

enum status command_import(struct compile *c, const struct options *options)
{
	struct compile_options compile_options = options->compile;
	struct mlp_arrays arrays;
	enum status status = compile(c, options->for_model, &compile_options);
	if (status != STATUS_OK)
		return status;
	status = read_fitting(c, options, options->model, &arrays);
	if (status == STATUS_OK)
		status = write_parameters(c, options, &arrays);
	mlp_free_arrays(&arrays);
	return status;
}
