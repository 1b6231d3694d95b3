/* Reading and checking parameter files; what is common to both directions. */
#define _GNU_SOURCE
#include "host/parameters.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/dataset.h"
#include "host/metrics.h"
#include "host/safetensors.h"

static int refuse(const struct mlp_messages *messages, const char *file, const char *problem)
{
	mlp_error_in(messages, file, "%s", problem);
	return MLP_BAD_DATA;
}

uint64_t mlp_little_endian(const unsigned char *bytes, int count)
{
	uint64_t value = 0;
	for (int i = count - 1; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

const char *mlp_dtype(const struct mlp_network *network)
{
	return network->real_size == (int)sizeof(float) ? "F32" : "F64";
}

char *mlp_find_checksum(char *header, size_t length)
{
	static const char KEY[] = "\"checksum\":\"";
	char *at = memmem(header, length, KEY, strlen(KEY));
	if (!at || (size_t)(header + length - at) < strlen(KEY) + MLP_CHECKSUM)
		return NULL;
	return at + strlen(KEY);
}

/* -- The header ------------------------------------------------------------------------------------ */

/* The length in the first 8 bytes, or 0 after a message. */
static size_t header_length(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                            const char *file)
{
	size_t length = parameters->bytes.length;
	if (length < 8) {
		refuse(messages, file, "no parameter file: shorter than 8 bytes");
		return 0;
	}
	uint64_t header = mlp_little_endian((const unsigned char *)parameters->bytes.text, 8);
	if (header > MLP_MOST_HEADER || header < 2)
		refuse(messages, file, "no parameter file: the length of the header is out of range");
	else if (header > length - 8)
		refuse(messages, file, "cut short within the header");
	else
		return (size_t)header;
	return 0;
}

static bool checksum_matches(struct mlp_parameters *parameters, size_t header)
{
	char *field = mlp_find_checksum(parameters->bytes.text + 8, header);
	char found[MLP_CHECKSUM], wanted[MLP_CHECKSUM + 1];
	if (!field)
		return false;
	memcpy(found, field, MLP_CHECKSUM);
	memset(field, '0', MLP_CHECKSUM);
	mlp_checksum(parameters->bytes.text, parameters->bytes.length, wanted);
	memcpy(field, found, MLP_CHECKSUM);
	return memcmp(found, wanted, MLP_CHECKSUM) == 0;
}

static const char *metadata(const struct mlp_parameters *parameters, const char *key)
{
	return json_string_value(json_object_get(json_object_get(parameters->header, "__metadata__"), key));
}

static int check_metadata(struct mlp_parameters *parameters, const struct mlp_messages *messages,
                          const char *file, size_t header)
{
	const char *key;
	json_t *value, *texts = json_object_get(parameters->header, "__metadata__");
	if (!json_is_object(texts))
		return refuse(messages, file, "not written by mlpc: no `__metadata__`");
	bool all_texts = true;
	json_object_foreach(texts, key, value)
		all_texts &= json_is_string(value);
	if (!all_texts)
		return refuse(messages, file, "damaged: `__metadata__` holds something other than texts");
	const char *format = metadata(parameters, "format"), *model = metadata(parameters, "model");
	const char *fingerprint = metadata(parameters, "fingerprint");
	if (!format || strcmp(format, "mlpc") != 0 || !model || !fingerprint)
		return refuse(messages, file, "not written by mlpc");
	if (!checksum_matches(parameters, header))
		return refuse(messages, file, "damaged: the checksum does not agree");
	char expected[MLP_FINGERPRINT + 1];
	snprintf(expected, sizeof expected, "%016" PRIx64, parameters->network->fingerprint);
	if (strcmp(fingerprint, expected) == 0)
		return MLP_WELL;
	mlp_error_in(messages, file, "parameters of another architecture (model `%s`, fingerprint %s)", model,
	             fingerprint);
	mlp_help(messages, "`%s` has the fingerprint %s", parameters->network->name, expected);
	return MLP_BAD_DATA;
}

/* -- The tensors ------------------------------------------------------------------------------------ */

static bool shape_matches(const json_t *shape, const struct mlp_tensor *tensor)
{
	if (!json_is_array(shape) || json_array_size(shape) != (size_t)tensor->rank)
		return false;
	for (int d = 0; d < tensor->rank; d++) {
		const json_t *extent = json_array_get(shape, (size_t)d);
		if (!json_is_integer(extent) || json_integer_value(extent) != tensor->shape[d])
			return false;
	}
	return true;
}

/* Checks one tensor; its bytes are begin … end-1 of the data. */
static int check_tensor(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                        const char *file, int k, size_t data_length, size_t *begin, size_t *end)
{
	const struct mlp_tensor *tensor = parameters->network->tensor(k);
	const json_t *entry = json_object_get(parameters->header, tensor->name);
	const char *dtype = json_string_value(json_object_get(entry, "dtype"));
	const json_t *offsets = json_object_get(entry, "data_offsets");
	const char *problem = NULL;
	if (!entry)
		problem = "is missing";
	else if (!json_is_object(entry) || json_object_size(entry) != 3 || !dtype ||
	         json_array_size(offsets) != 2 || !json_is_integer(json_array_get(offsets, 0)) ||
	         !json_is_integer(json_array_get(offsets, 1)))
		problem = "is not described by dtype, shape and data_offsets";
	else if (strcmp(dtype, mlp_dtype(parameters->network)) != 0)
		problem = "has another type of numbers";
	else if (!shape_matches(json_object_get(entry, "shape"), tensor))
		problem = "has another shape";
	if (!problem) {
		json_int_t from = json_integer_value(json_array_get(offsets, 0));
		json_int_t to = json_integer_value(json_array_get(offsets, 1));
		uint64_t size = (uint64_t)tensor->elements * (uint64_t)parameters->network->real_size;
		if (from < 0 || to < from || (uint64_t)to > data_length || (uint64_t)(to - from) != size)
			problem = "lies outside the data";
		*begin = (size_t)from;
		*end = (size_t)to;
	}
	if (!problem)
		return MLP_WELL;
	mlp_error_in(messages, file, "tensor `%s` %s", tensor->name, problem);
	return MLP_BAD_DATA;
}

struct extent {
	size_t begin, end;
};

static int by_begin(const void *left, const void *right)
{
	const struct extent *a = left, *b = right;
	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return (a->end > b->end) - (a->end < b->end);
}

/* Every tensor there, none more, and together they fill the data without hole or overlap. */
static int check_tensors(struct mlp_parameters *parameters, const struct mlp_messages *messages,
                         const char *file, size_t data_start)
{
	size_t count = (size_t)parameters->network->tensor_count, at = 0;
	size_t data_length = parameters->bytes.length - data_start;
	struct extent *extents = calloc(count + 1, sizeof *extents);
	parameters->offsets = calloc(count + 1, sizeof *parameters->offsets);
	if (!extents || !parameters->offsets) {
		free(extents);
		return mlp_no_memory(messages);
	}
	int status = MLP_WELL;
	for (size_t k = 0; status == MLP_WELL && k < count; k++) {
		status = check_tensor(parameters, messages, file, (int)k, data_length, &extents[k].begin,
		                      &extents[k].end);
		parameters->offsets[k] = data_start + extents[k].begin;
	}
	qsort(extents, count, sizeof *extents, by_begin);
	for (size_t k = 0; status == MLP_WELL && k < count; at = extents[k++].end)
		if (extents[k].begin != at)
			status = refuse(messages, file, "damaged: the tensors overlap or leave holes");
	free(extents);
	if (status == MLP_WELL && json_object_size(parameters->header) != count + 1)
		return refuse(messages, file, "holds tensors that the model does not have");
	if (status == MLP_WELL && at != data_length)
		return refuse(messages, file, "damaged: more data than tensors");
	return status;
}

/* -- The names of classes --------------------------------------------------------------------------- */

/* The array of names of a port, a new reference, or NULL. */
static json_t *class_names(const struct mlp_parameters *parameters, const struct mlp_port *port)
{
	char key[MLP_CLASS_KEY];
	snprintf(key, sizeof key, "classes.%s", port->name);
	const char *text = metadata(parameters, key);
	return text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* Gives the names in `array` to `labels`. MLP_BAD_DATA: not texts, one of them twice, or too many. */
static int assign_names(const json_t *array, struct mlp_labels *labels)
{
	size_t count = json_array_size(array);
	if (!json_is_array(array) || count > (size_t)labels->classes)
		return MLP_BAD_DATA;
	const char **names = calloc(count + 1, sizeof *names);
	int status = names ? MLP_WELL : MLP_BAD_SYSTEM;
	for (size_t i = 0; status == MLP_WELL && i < count; i++) {
		names[i] = json_string_value(json_array_get(array, i));
		status = names[i] ? MLP_WELL : MLP_BAD_DATA;
	}
	if (status == MLP_WELL && !mlp_labels_assign(labels, (int)count, names))
		status = MLP_BAD_SYSTEM;
	if (status == MLP_WELL && labels->count != (int)count)
		status = MLP_BAD_DATA;
	free(names);
	return status;
}

static int check_classes(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                         const char *file)
{
	const struct mlp_network *network = parameters->network;
	for (int part = 0; part < network->input_count + network->target_count; part++) {
		const struct mlp_port *port = mlp_port_of(network, part);
		struct mlp_labels labels = {.classes = port->classes};
		char key[MLP_CLASS_KEY];
		snprintf(key, sizeof key, "classes.%s", port->name);
		if (!metadata(parameters, key))
			continue;
		json_t *names = class_names(parameters, port);
		int status = assign_names(names, &labels);
		json_decref(names);
		mlp_labels_free(&labels);
		if (status == MLP_BAD_SYSTEM)
			return mlp_no_memory(messages);
		if (status == MLP_BAD_DATA)
			return refuse(messages, file, "damaged: the names of the classes");
	}
	return MLP_WELL;
}

bool mlp_parameters_labels(const struct mlp_parameters *parameters, struct mlp_labels *labels)
{
	const struct mlp_network *network = parameters->network;
	bool well = true;
	for (int part = 0; well && part < network->input_count + network->target_count; part++) {
		json_t *names = class_names(parameters, mlp_port_of(network, part));
		well = !names || assign_names(names, &labels[part]) == MLP_WELL;
		json_decref(names);
	}
	return well;
}

/* -- The whole --------------------------------------------------------------------------------------- */

int mlp_open_parameters(struct mlp_parameters *parameters, const struct mlp_messages *messages,
                        const struct mlp_network *network, const char *path)
{
	*parameters = (struct mlp_parameters){.network = network};
	int status = mlp_read_file(messages, path, &parameters->bytes);
	if (status != MLP_WELL)
		return status;
	size_t header = header_length(parameters, messages, path);
	if (header == 0)
		return MLP_BAD_DATA;
	parameters->header = json_loadb(parameters->bytes.text + 8, header, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(parameters->header))
		return refuse(messages, path, "no parameter file: the header is not a JSON object");
	status = check_metadata(parameters, messages, path, header);
	if (status == MLP_WELL)
		status = check_tensors(parameters, messages, path, 8 + header);
	return status == MLP_WELL ? check_classes(parameters, messages, path) : status;
}

bool mlp_set_parameters(const struct mlp_parameters *parameters, void *net)
{
	const struct mlp_network *network = parameters->network;
	for (int k = 0; k < network->tensor_count; k++) {
		size_t size = (size_t)network->real_size, count = (size_t)network->tensor(k)->elements;
		const unsigned char *bytes =
			(const unsigned char *)parameters->bytes.text + parameters->offsets[k];
		char *values = mlp_allocate(count * size);
		if (!values)
			return false;
		for (size_t i = 0; i < count; i++) {
			uint64_t bits = mlp_little_endian(bytes + i * size, (int)size);
			uint32_t narrow = (uint32_t)bits;
			memcpy(values + i * size, size == sizeof narrow ? (void *)&narrow : (void *)&bits,
			       size);
		}
		network->set(net, k, values);
		free(values);
	}
	return true;
}

void mlp_close_parameters(struct mlp_parameters *parameters)
{
	free(parameters->bytes.text);
	free(parameters->offsets);
	json_decref(parameters->header);
	*parameters = (struct mlp_parameters){0};
}
