/* Tensors ↔ the bytes of a safetensors file. */
#define _GNU_SOURCE
#include "host/safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "host/metrics.h"
#include "host/stored.h"

static const char *const PREFIXES[] = {
	[MLP_OF_NET] = "", [MLP_OF_STATE] = "state/", [MLP_OF_BEST] = "best/", [MLP_OF_HISTORY] = "history/"};
static const char *const HISTORY[] = {"loss", "held_out"};

enum { HISTORY_COUNT = sizeof HISTORY / sizeof *HISTORY };

/* -- Which tensors ----------------------------------------------------------------------------------- */

static bool add_entry(struct mlp_layout *layout, enum mlp_group group, int k,
                      const struct mlp_tensor *tensor, size_t number)
{
	struct mlp_entry *entry = &layout->entries[layout->count];
	*entry = (struct mlp_entry){.group = group, .k = k, .tensor = tensor,
	                            .dtype = number == sizeof(float) ? "F32" : "F64",
	                            .size = (size_t)tensor->elements * number, .begin = layout->length};
	if (asprintf(&entry->name, "%s%s", PREFIXES[group], tensor->name) < 0)
		return false;
	layout->count++;
	layout->length += entry->size;
	return true;
}

static bool add_group(struct mlp_layout *layout, const struct mlp_network *network,
                        enum mlp_group group)
{
	bool well = true;
	bool is_state = group == MLP_OF_STATE;
	for (int k = 0; well && k < (is_state ? network->state_count : network->tensor_count); k++)
		well = add_entry(layout, group, k, is_state ? network->state(k) : network->tensor(k),
		                 (size_t)network->real_size);
	return well;
}

bool mlp_layout_open(struct mlp_layout *layout, const struct mlp_network *network, struct mlp_kind kind)
{
	size_t most = 2 * (size_t)network->tensor_count + (size_t)network->state_count + HISTORY_COUNT;
	*layout = (struct mlp_layout){.entries = calloc(most, sizeof *layout->entries),
	                              .history = calloc(HISTORY_COUNT, sizeof *layout->history)};
	bool well = layout->entries && layout->history && add_group(layout, network, MLP_OF_NET);
	if (kind.checkpoint && well)
		well = add_group(layout, network, MLP_OF_STATE);
	if (kind.best && well)
		well = add_group(layout, network, MLP_OF_BEST);
	for (int i = 0; kind.checkpoint && well && i < HISTORY_COUNT; i++) {
		layout->history[i] = (struct mlp_tensor){.name = HISTORY[i], .rank = 1, .shape = {kind.epochs},
		                                         .elements = kind.epochs};
		well = add_entry(layout, MLP_OF_HISTORY, i, &layout->history[i], sizeof(float));
	}
	return well;
}

bool mlp_layout_of(struct mlp_layout *layout, const struct mlp_tensor *tensors, size_t count,
                   size_t real_size)
{
	*layout = (struct mlp_layout){.entries = calloc(count + 1, sizeof *layout->entries)};
	bool well = layout->entries != NULL;
	for (size_t k = 0; well && k < count; k++)
		well = add_entry(layout, MLP_OF_NET, (int)k, &tensors[k], real_size);
	return well;
}

void mlp_layout_close(struct mlp_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		free(layout->entries[i].name);
	free(layout->entries);
	free(layout->history);
	*layout = (struct mlp_layout){0};
}

/* -- Writing ------------------------------------------------------------------------------------------ */

void mlp_checksum(const char *bytes, size_t length, char digits[MLP_CHECKSUM + 1])
{
	XXH128_hash_t hash = XXH3_128bits(bytes, length);
	snprintf(digits, MLP_CHECKSUM + 1, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
	         (uint64_t)hash.low64);
}

/* The digits of the checksum in a header, or NULL. (A quote inside a JSON text is escaped, so that no other
 * text can look like this key.) */
static char *find_checksum(char *header, size_t length)
{
	static const char KEY[] = "\"checksum\":\"";
	char *at = memmem(header, length, KEY, strlen(KEY));
	if (!at || (size_t)(header + length - at) < strlen(KEY) + MLP_CHECKSUM)
		return NULL;
	return at + strlen(KEY);
}

static char *make_header(const struct mlp_layout *layout, json_t *metadata)
{
	json_t *header = json_object();
	bool well = json_object_set_new(header, "__metadata__", metadata) == 0;
	for (size_t i = 0; well && i < layout->count; i++) {
		const struct mlp_entry *entry = &layout->entries[i];
		json_t *shape = json_array();
		for (int d = 0; d < entry->tensor->rank; d++)
			well &= json_array_append_new(shape, json_integer(entry->tensor->shape[d])) == 0;
		json_t *description = json_pack("{s:s, s:o, s:[I, I]}", "dtype", entry->dtype, "shape", shape,
		                                "data_offsets", (json_int_t)entry->begin,
		                                (json_int_t)(entry->begin + entry->size));
		well &= json_object_set_new(header, entry->name, description) == 0;
	}
	char *text = well ? json_dumps(header, JSON_COMPACT) : NULL;
	json_decref(header);
	return text;
}

static void put_little_endian(char *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)(unsigned char)(value >> (8 * i));
}

static uint64_t little_endian(const char *bytes, size_t count)
{
	uint64_t value = 0;
	for (size_t i = count; i-- > 0;)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

/* From the order of this machine to that of the file, or back. */
static void turn_bytes(char *bytes, const struct mlp_entry *entry)
{
	size_t number = strcmp(entry->dtype, "F32") == 0 ? sizeof(float) : sizeof(double);
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return;
	for (char *at = bytes; at < bytes + entry->size; at += number)
		for (size_t i = 0; i < number / 2; i++) {
			char byte = at[i];
			at[i] = at[number - 1 - i];
			at[number - 1 - i] = byte;
		}
}

char *mlp_pack(const struct mlp_layout *layout, json_t *metadata, mlp_get_values *get,
               const void *object, size_t *length)
{
	char digits[MLP_CHECKSUM + 1], *header = make_header(layout, metadata);
	size_t used = header ? strlen(header) : 0, padded = (used + 7) / 8 * 8;
	*length = 8 + padded + layout->length;
	char *file = header && padded <= MLP_MOST_HEADER ? mlp_allocate(*length) : NULL;
	if (file) {
		put_little_endian(file, padded, 8);
		memcpy(file + 8, header, used);
		memset(file + 8 + used, ' ', padded - used);
		for (size_t i = 0; i < layout->count; i++) {
			const struct mlp_entry *entry = &layout->entries[i];
			char *values = file + 8 + padded + entry->begin;
			get(object, entry, values);
			turn_bytes(values, entry);
		}
		mlp_checksum(file, *length, digits);
		memcpy(find_checksum(file + 8, padded), digits, MLP_CHECKSUM);
	}
	free(header);
	return file;
}

/* -- Reading ------------------------------------------------------------------------------------------ */

static int refuse(const struct mlp_messages *messages, const char *file, const char *problem)
{
	mlp_error_in(messages, file, "%s", problem);
	return MLP_BAD_DATA;
}

size_t mlp_header_length(const struct mlp_bytes *bytes, const struct mlp_messages *messages,
                         const char *file)
{
	if (bytes->length < 8) {
		refuse(messages, file, "no parameter file: shorter than 8 bytes");
		return 0;
	}
	uint64_t header = little_endian(bytes->text, 8);
	if (header > MLP_MOST_HEADER || header < 2)
		refuse(messages, file, "no parameter file: the length of the header is out of range");
	else if (header > bytes->length - 8)
		refuse(messages, file, "cut short within the header: copy the file again");
	else
		return (size_t)header;
	return 0;
}

bool mlp_checksum_matches(struct mlp_bytes *bytes, size_t header)
{
	char *field = find_checksum(bytes->text + 8, header);
	char found[MLP_CHECKSUM], wanted[MLP_CHECKSUM + 1];
	if (!field)
		return false;
	memcpy(found, field, MLP_CHECKSUM);
	memset(field, '0', MLP_CHECKSUM);
	mlp_checksum(bytes->text, bytes->length, wanted);
	memcpy(field, found, MLP_CHECKSUM);
	return memcmp(found, wanted, MLP_CHECKSUM) == 0;
}

static bool shape_matches(const struct mlp_stored *stored, const struct mlp_tensor *tensor)
{
	bool same = stored->rank == tensor->rank;
	for (int d = 0; same && d < tensor->rank; d++)
		same = stored->shape[d] == tensor->shape[d];
	return same;
}

/* Sets where the tensor begins in the data of the file; NULL, or what is wrong with it. */
static const char *find_fault(struct mlp_entry *entry, const json_t *description, size_t data_length)
{
	struct mlp_stored stored = {.name = entry->name};
	enum mlp_stored_fault fault = mlp_read_stored(description, data_length, &stored);
	if (fault == MLP_STORED_MISSING || fault == MLP_STORED_NO_DESCRIPTION)
		return mlp_stored_sentence(fault);
	if (fault == MLP_STORED_DTYPE || strcmp(stored.dtype->name, entry->dtype) != 0)
		return "has another type of numbers";
	if (fault == MLP_STORED_SHAPE || !shape_matches(&stored, entry->tensor))
		return "has another shape";
	if (fault != MLP_STORED_WELL)
		return mlp_stored_sentence(fault);
	entry->begin = stored.begin;
	return NULL;
}

int mlp_check_tensors(struct mlp_layout *layout, const struct mlp_messages *messages, const char *file,
                      const struct mlp_bytes *bytes, size_t data_start, const json_t *header)
{
	size_t data_length = bytes->length - data_start;
	struct mlp_extent *extents = calloc(layout->count + 1, sizeof *extents);
	if (!extents)
		return mlp_no_memory(messages);
	int status = MLP_WELL;
	for (size_t i = 0; status == MLP_WELL && i < layout->count; i++) {
		struct mlp_entry *entry = &layout->entries[i];
		const char *fault = find_fault(entry, json_object_get(header, entry->name), data_length);
		if (fault) {
			mlp_error_in(messages, file, "tensor `%s` %s", entry->name, fault);
			status = MLP_BAD_DATA;
		}
		extents[i] = (struct mlp_extent){entry->begin, entry->begin + entry->size};
		entry->begin += data_start;
	}
	if (status == MLP_WELL && json_object_size(header) != layout->count + 1)
		status = refuse(messages, file, "holds tensors that the model does not have");
	const char *problem =
		status == MLP_WELL ? mlp_check_extents(extents, layout->count, data_length) : NULL;
	free(extents);
	return problem ? refuse(messages, file, problem) : status;
}

void *mlp_values(const struct mlp_bytes *bytes, const struct mlp_entry *entry)
{
	char *values = mlp_allocate(entry->size);
	if (!values)
		return NULL;
	memcpy(values, bytes->text + entry->begin, entry->size);
	turn_bytes(values, entry);
	return values;
}
