/* Parameter files: valid safetensors files whose metadata tell which network they belong to.
 *
 *   8 bytes       length of the header, little-endian
 *   header        JSON: "__metadata__" (texts: format "mlpc", version, model, fingerprint, checksum, epoch,
 *                 seed, classes.PORT: a JSON array of names, binary.PORT: "yes"), then each tensor's dtype,
 *                 shape and data_offsets; blanks up to a multiple of 8
 *   data          the tensors in the order of the network, little-endian, without holes
 *
 * The checksum is the XXH3-128 of the whole file with its own 32 digits set to 0. A checkpoint is such a file
 * with more texts and more tensors (host/checkpoint.h). */
#ifndef MLP_HOST_PARAMETERS_H
#define MLP_HOST_PARAMETERS_H

#include "host/file.h"
#include "host/host.h"
#include "host/labels.h"
#include "host/message.h"
#include "host/safetensors.h"

/* Can a file be written there? Asked before training, which may be long. Returns a status, the message
 * printed. */
int mlp_check_saving(const struct mlp_messages *messages, const char *path);

/* Writes to a file beside `path` and renames it, so that `path` is always whole: the old or the new one.
 * `labels`: one for each input, then each target. Returns a status, the message printed. */
int mlp_save_parameters(const struct mlp_messages *messages, const struct mlp_network *network,
                        const void *net, const struct mlp_labels *labels, int epoch, uint64_t seed,
                        const char *path);

/* The texts that every file of a network has. NULL: no memory. */
struct json_t *mlp_metadata(const struct mlp_network *network, const struct mlp_labels *labels, int epoch,
                            uint64_t seed);

/* A file that has been checked against the network in every respect; the counters of a checkpoint are checked
 * where they are used. */
struct mlp_parameters {
	struct mlp_bytes bytes;
	const struct mlp_network *network;
	struct mlp_kind kind;
	struct mlp_layout layout;
	struct json_t *header;
};

/* Reads and checks. Returns a status, the message printed. Close in any case. */
int mlp_open_parameters(struct mlp_parameters *parameters, const struct mlp_messages *messages,
                        const struct mlp_network *network, const char *path);
/* A text of the metadata, or NULL. */
const char *mlp_parameters_text(const struct mlp_parameters *parameters, const char *key);
/* The names of classes in the file; ports without stay as they are. False: no memory. */
bool mlp_parameters_labels(const struct mlp_parameters *parameters, struct mlp_labels *labels);
/* Sets every tensor of the net. False: no memory. */
bool mlp_set_parameters(const struct mlp_parameters *parameters, void *net);
void mlp_close_parameters(struct mlp_parameters *parameters);

#endif
