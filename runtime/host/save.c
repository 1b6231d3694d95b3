/* Writing parameter files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "host/dataset.h"
#include "host/parameters.h"
#include "host/safetensors.h"

void mlp_checksum(const char *bytes, size_t length, char digits[MLP_CHECKSUM + 1])
{
	XXH128_hash_t hash = XXH3_128bits(bytes, length);
	snprintf(digits, MLP_CHECKSUM + 1, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
	         (uint64_t)hash.low64);
}

/* -- The header -------------------------------------------------------------------------------------- */

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

static json_t *make_metadata(const struct mlp_network *network, const struct mlp_labels *labels, int epoch,
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
	}
	if (well)
		return object;
	json_decref(object);
	return NULL;
}

/* The header, and the bytes of data that it describes. NULL: no memory. */
static char *make_header(const struct mlp_network *network, const struct mlp_labels *labels, int epoch,
                         uint64_t seed, size_t *data_length)
{
	json_t *header = json_object();
	bool well = header && json_object_set_new(header, "__metadata__",
	                                          make_metadata(network, labels, epoch, seed)) == 0;
	size_t at = 0;
	for (int k = 0; well && k < network->tensor_count; k++) {
		const struct mlp_tensor *tensor = network->tensor(k);
		size_t end = at + (size_t)tensor->elements * (size_t)network->real_size;
		json_t *shape = json_array();
		for (int d = 0; d < tensor->rank; d++)
			well &= json_array_append_new(shape, json_integer(tensor->shape[d])) == 0;
		json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", mlp_dtype(network), "shape", shape,
		                          "data_offsets", (json_int_t)at, (json_int_t)end);
		well &= json_object_set_new(header, tensor->name, entry) == 0;
		at = end;
	}
	char *text = well ? json_dumps(header, JSON_COMPACT) : NULL;
	json_decref(header);
	*data_length = at;
	return text;
}

/* -- The bytes --------------------------------------------------------------------------------------- */

static void put_little_endian(char *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)(unsigned char)(value >> (8 * i));
}

static void put_tensor(const struct mlp_network *network, const void *net, int k, char *data, void *values)
{
	size_t size = (size_t)network->real_size, count = (size_t)network->tensor(k)->elements;
	network->get(net, k, values);
	for (size_t i = 0; i < count; i++) {
		uint32_t narrow = 0;
		uint64_t bits = 0;
		memcpy(size == sizeof narrow ? (void *)&narrow : (void *)&bits, (char *)values + i * size,
		       size);
		put_little_endian(data + i * size, size == sizeof narrow ? narrow : bits, size);
	}
}

/* The whole file in memory. NULL: no memory, or a header beyond its limit. */
static char *make_file(const struct mlp_network *network, const void *net, const struct mlp_labels *labels,
                       int epoch, uint64_t seed, size_t *length)
{
	size_t data_length;
	char *header = make_header(network, labels, epoch, seed, &data_length);
	size_t used = header ? strlen(header) : 0, padded = (used + 7) / 8 * 8;
	char *file = header && padded <= MLP_MOST_HEADER ? malloc(8 + padded + data_length) : NULL;
	void *values = malloc(data_length + 1);
	if (file && values) {
		char digits[MLP_CHECKSUM + 1], *data = file + 8 + padded;
		put_little_endian(file, padded, 8);
		memcpy(file + 8, header, used);
		memset(file + 8 + used, ' ', padded - used);
		for (int k = 0; k < network->tensor_count; k++) {
			put_tensor(network, net, k, data, values);
			data += (size_t)network->tensor(k)->elements * (size_t)network->real_size;
		}
		*length = 8 + padded + data_length;
		mlp_checksum(file, *length, digits);
		memcpy(mlp_find_checksum(file + 8, padded), digits, MLP_CHECKSUM);
	} else {
		free(file);
		file = NULL;
	}
	free(values);
	free(header);
	return file;
}

/* -- The file ---------------------------------------------------------------------------------------- */

static int cannot_write(const struct mlp_messages *messages, const char *path, int reason)
{
	mlp_error(messages, "cannot write `%s`: %s", path, strerror(reason));
	return MLP_BAD_SYSTEM;
}

/* 0 or an errno. */
static int write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(descriptor, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? errno : EIO;
		bytes += written;
		length -= (size_t)written;
	}
	return fsync(descriptor) == 0 ? 0 : errno;
}

/* Makes the rename itself last. Directories of some file systems cannot be synchronised: EINVAL. */
static int sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int descriptor = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int reason = descriptor < 0 || (fsync(descriptor) != 0 && errno != EINVAL) ? errno : 0;
	if (descriptor >= 0)
		close(descriptor);
	free(directory);
	return reason;
}

/* Replaces `path` (already free of links) by a file with these bytes. 0 or an errno. */
static int replace(const char *path, const char *bytes, size_t length, const struct stat *old)
{
	char *temporary;
	if (asprintf(&temporary, "%s.%ld.part", path, (long)getpid()) < 0)
		return ENOMEM;
	int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int reason = descriptor < 0 ? errno : 0;
	if (descriptor >= 0) {
		if (old && fchmod(descriptor, old->st_mode & 07777) != 0)
			reason = errno;
		if (reason == 0)
			reason = write_all(descriptor, bytes, length);
		if (close(descriptor) != 0 && reason == 0)
			reason = errno;
		if (reason == 0 && rename(temporary, path) != 0)
			reason = errno;
		if (reason != 0)
			unlink(temporary);
	}
	free(temporary);
	return reason != 0 ? reason : sync_directory(path);
}

/* A file beside it can be made: nothing less says so on every file system. */
int mlp_check_saving(const struct mlp_messages *messages, const char *path)
{
	struct stat old;
	char *temporary, *real = realpath(path, NULL);
	if (real && stat(real, &old) == 0 && !S_ISREG(old.st_mode)) {
		free(real);
		mlp_error(messages, "cannot write `%s`: not a regular file", path);
		return MLP_BAD_SYSTEM;
	}
	int length = asprintf(&temporary, "%s.%ld.part", real ? real : path, (long)getpid());
	free(real);
	if (length < 0)
		return mlp_no_memory(messages);
	int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), reason = errno;
	if (descriptor >= 0) {
		close(descriptor);
		unlink(temporary);
	}
	free(temporary);
	return descriptor >= 0 ? MLP_WELL : cannot_write(messages, path, reason);
}

int mlp_save_parameters(const struct mlp_messages *messages, const struct mlp_network *network,
                        const void *net, const struct mlp_labels *labels, int epoch, uint64_t seed,
                        const char *path)
{
	struct stat old;
	size_t length;
	bool exists = stat(path, &old) == 0;
	if (exists && !S_ISREG(old.st_mode)) {
		mlp_error(messages, "cannot write `%s`: not a regular file", path);
		return MLP_BAD_SYSTEM;
	}
	char *bytes = make_file(network, net, labels, epoch, seed, &length);
	char *real = exists ? realpath(path, NULL) : strdup(path);
	int status = MLP_WELL;
	if (!bytes || !real) {
		status = mlp_no_memory(messages);
	} else {
		int reason = replace(real, bytes, length, exists ? &old : NULL);
		if (reason != 0)
			status = cannot_write(messages, path, reason);
	}
	free(bytes);
	free(real);
	return status;
}
