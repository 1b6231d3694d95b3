/* Reading and checking parameter files. */
#define _GNU_SOURCE
#include "host/parameters.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "host/checkpoint.h"
#include "host/dataset.h"
#include "host/fill.h"
#include "host/number.h"

static int refuse(const struct mlp_messages *messages, const char *file, const char *problem)
{
	mlp_error_in(messages, file, "%s", problem);
	return MLP_BAD_DATA;
}

/* -- The metadata ---------------------------------------------------------------------------------- */

const char *mlp_parameters_text(const struct mlp_parameters *parameters, const char *key)
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
	const char *format = mlp_parameters_text(parameters, "format");
	const char *model = mlp_parameters_text(parameters, "model");
	const char *fingerprint = mlp_parameters_text(parameters, "fingerprint");
	if (!format || strcmp(format, "mlpc") != 0 || !model || !fingerprint)
		return refuse(messages, file, "not written by mlpc");
	if (!mlp_checksum_matches(&parameters->bytes, header))
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

/* The type of the numbers that a checkpoint names. */
static int check_real(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                      const char *file)
{
	const char *real = mlp_parameters_text(parameters, "real");
	const char *ours = mlp_real_name(parameters->network);
	if (!real || (strcmp(real, "float") != 0 && strcmp(real, "double") != 0))
		return refuse(messages, file, "damaged: no type of numbers");
	if (strcmp(real, ours) == 0)
		return MLP_WELL;
	mlp_error_in(messages, file, "holds numbers of type %s, but this program computes with %s", real, ours);
	mlp_help(messages, "`--real=%s` makes one that does", real);
	return MLP_BAD_DATA;
}

/* What the file says it holds. Returns a status, the message printed. */
static int find_kind(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                     const char *file, struct mlp_kind *kind)
{
	const char *checkpoint = mlp_parameters_text(parameters, "checkpoint");
	const char *epoch = mlp_parameters_text(parameters, "epoch");
	const char *best = mlp_parameters_text(parameters, "best_kept");
	uint64_t epochs = 0;
	*kind = (struct mlp_kind){0};
	if (!checkpoint)
		return MLP_WELL;
	if (strcmp(checkpoint, MLP_CHECKPOINT_FORMAT) != 0)
		return refuse(messages, file, "a checkpoint of another version of mlpc");
	if (!epoch || !mlp_parse_unsigned(epoch, &epochs) || epochs > INT_MAX || !best)
		return refuse(messages, file, "damaged: the counters do not agree");
	*kind = (struct mlp_kind){true, strcmp(best, "yes") == 0, (int)epochs};
	return check_real(parameters, messages, file);
}

/* -- The names of classes --------------------------------------------------------------------------- */

/* The array of names of a port, a new reference, or NULL. */
static json_t *class_names(const struct mlp_parameters *parameters, const struct mlp_port *port)
{
	char key[MLP_CLASS_KEY];
	snprintf(key, sizeof key, "classes.%s", port->name);
	const char *text = mlp_parameters_text(parameters, key);
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
		if (!mlp_parameters_text(parameters, key))
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

/* -- What stands for missing values ------------------------------------------------------------------ */

static const char *fill_text(const struct mlp_parameters *parameters, const struct mlp_port *port)
{
	char key[MLP_CLASS_KEY];
	snprintf(key, sizeof key, "fill.%s", port->name);
	return mlp_parameters_text(parameters, key);
}

static int check_fill(const struct mlp_parameters *parameters, const struct mlp_messages *messages,
                      const char *file)
{
	const struct mlp_network *network = parameters->network;
	for (int part = 0; part < network->input_count + network->target_count; part++) {
		const char *text = fill_text(parameters, mlp_port_of(network, part));
		double *fill = text ? mlp_fill_parse(mlp_port_of(network, part), text) : NULL;
		free(fill);
		if (text && !fill)
			return refuse(messages, file, "damaged: what stands for missing values");
	}
	return MLP_WELL;
}

static bool is_binary(const struct mlp_parameters *parameters, const struct mlp_port *port)
{
	char key[MLP_CLASS_KEY];
	snprintf(key, sizeof key, "binary.%s", port->name);
	const char *text = mlp_parameters_text(parameters, key);
	return text && strcmp(text, "yes") == 0;
}

bool mlp_parameters_labels(const struct mlp_parameters *parameters, struct mlp_labels *labels)
{
	const struct mlp_network *network = parameters->network;
	bool well = true;
	for (int part = 0; well && part < network->input_count + network->target_count; part++) {
		const struct mlp_port *port = mlp_port_of(network, part);
		json_t *names = class_names(parameters, port);
		labels[part].binary = port->classes == 0 && is_binary(parameters, port);
		well = !names || assign_names(names, &labels[part]) == MLP_WELL;
		json_decref(names);
		const char *text = well ? fill_text(parameters, port) : NULL;
		free(labels[part].fill);
		labels[part].fill = text ? mlp_fill_parse(port, text) : NULL;
		well = well && (!text || labels[part].fill);
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
	size_t header = mlp_header_length(&parameters->bytes, messages, path);
	if (header == 0)
		return MLP_BAD_DATA;
	parameters->header = json_loadb(parameters->bytes.text + 8, header, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(parameters->header))
		return refuse(messages, path, "no parameter file: the header is not a JSON object");
	status = check_metadata(parameters, messages, path, header);
	if (status == MLP_WELL)
		status = find_kind(parameters, messages, path, &parameters->kind);
	if (status == MLP_WELL && !mlp_layout_open(&parameters->layout, network, parameters->kind))
		status = mlp_no_memory(messages);
	if (status == MLP_WELL)
		status = mlp_check_tensors(&parameters->layout, messages, path, &parameters->bytes, 8 + header,
		                           parameters->header);
	if (status == MLP_WELL)
		status = check_classes(parameters, messages, path);
	return status == MLP_WELL ? check_fill(parameters, messages, path) : status;
}

bool mlp_set_parameters(const struct mlp_parameters *parameters, void *net)
{
	for (size_t i = 0; i < parameters->layout.count; i++) {
		const struct mlp_entry *entry = &parameters->layout.entries[i];
		if (entry->group != MLP_OF_NET)
			continue;
		void *values = mlp_values(&parameters->bytes, entry);
		if (!values)
			return false;
		parameters->network->set(net, entry->k, values);
		free(values);
	}
	return true;
}

void mlp_close_parameters(struct mlp_parameters *parameters)
{
	free(parameters->bytes.text);
	mlp_layout_close(&parameters->layout);
	json_decref(parameters->header);
	*parameters = (struct mlp_parameters){0};
}
