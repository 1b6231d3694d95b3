/* Writing parameter files. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "host/dataset.h"
#include "host/fill.h"
#include "host/parameters.h"
#include "host/replacement.h"
#include "host/safetensors.h"

static bool add_text(json_t *object, const char *key, const char *format, uint64_t value)
{
	char text[32];
	snprintf(text, sizeof text, format, value);
	return json_object_set_new(object, key, json_string(text)) == 0;
}

/* classes.PORT: the names, as the text of a JSON array; [] where the labels are the numbers. */
static bool add_classes(json_t *object, const struct mlp_port *port, const struct mlp_labels *labels)
{
	char key[MLP_CLASS_KEY];
	json_t *names = json_array();
	bool well = names != NULL;
	for (int i = 0; i < labels->count; i++)
		well &= json_array_append_new(names, json_string(labels->names[i])) == 0;
	char *text = well ? json_dumps(names, JSON_COMPACT) : NULL;
	snprintf(key, sizeof key, "classes.%s", port->name);
	well = text && json_object_set_new(object, key, json_string(text)) == 0;
	free(text);
	json_decref(names);
	return well;
}

/* binary.PORT: the values of these reals were all 0 or 1. */
static bool add_binary(json_t *object, const struct mlp_port *port)
{
	char key[MLP_CLASS_KEY];
	snprintf(key, sizeof key, "binary.%s", port->name);
	return json_object_set_new(object, key, json_string("yes")) == 0;
}

/* fill.PORT: what stands for missing values. */
static bool add_fill(json_t *object, const struct mlp_port *port, const double *fill)
{
	char key[MLP_CLASS_KEY];
	char *text = mlp_fill_text(port, fill);
	snprintf(key, sizeof key, "fill.%s", port->name);
	bool well = text && json_object_set_new(object, key, json_string(text)) == 0;
	free(text);
	return well;
}

json_t *mlp_metadata(const struct mlp_network *network, const struct mlp_labels *labels, int epoch,
                     uint64_t seed)
{
	json_t *object = json_object();
	bool well = object && json_object_set_new(object, "format", json_string("mlpc")) == 0 &&
	            json_object_set_new(object, "version", json_string(MLP_VERSION)) == 0 &&
	            json_object_set_new(object, "model", json_string(network->name)) == 0 &&
	            add_text(object, "fingerprint", "%016" PRIx64, network->fingerprint) &&
	            json_object_set_new(object, "checksum",
	                                json_string("00000000000000000000000000000000")) == 0 &&
	            add_text(object, "epoch", "%" PRIu64, (uint64_t)epoch) &&
	            add_text(object, "seed", "%" PRIu64, seed);
	for (int i = 0; well && i < network->input_count + network->target_count; i++) {
		const struct mlp_port *port = mlp_port_of(network, i);
		if (port->classes > 0 && labels[i].settled)
			well = add_classes(object, port, &labels[i]);
		if (well && labels[i].binary)
			well = add_binary(object, port);
		if (well && labels[i].fill)
			well = add_fill(object, port, labels[i].fill);
	}
	if (well)
		return object;
	json_decref(object);
	return NULL;
}

/* The net that a file is made from. */
struct source {
	const struct mlp_network *network;
	const void *net;
};

static void get_parameter(const void *object, const struct mlp_entry *entry, void *values)
{
	const struct source *source = object;
	source->network->get(source->net, entry->k, values);
}

int mlp_check_saving(const struct mlp_messages *messages, const char *path)
{
	struct mlp_replacement file;
	int status = mlp_replacement_open(&file, messages, path);
	mlp_replacement_close(&file);
	return status;
}

int mlp_save_parameters(const struct mlp_messages *messages, const struct mlp_network *network,
                        const void *net, const struct mlp_labels *labels, int epoch, uint64_t seed,
                        const char *path)
{
	const struct source source = {network, net};
	struct mlp_layout layout;
	struct mlp_replacement file = {.descriptor = -1};
	size_t length;
	char *bytes = mlp_layout_open(&layout, network, (struct mlp_kind){0})
	                      ? mlp_pack(&layout, mlp_metadata(network, labels, epoch, seed), get_parameter,
	                                 &source, &length)
	                      : NULL;
	int status = bytes ? mlp_replacement_open(&file, messages, path) : mlp_no_memory(messages);
	if (status == MLP_WELL)
		status = mlp_replacement_write(&file, messages, bytes, length);
	mlp_replacement_close(&file);
	mlp_layout_close(&layout);
	free(bytes);
	return status;
}
