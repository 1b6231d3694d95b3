/* safetensors files of a network: which tensors one holds, its bytes, and the checks of bytes read. */
#ifndef MLP_HOST_SAFETENSORS_H
#define MLP_HOST_SAFETENSORS_H

#include "host/file.h"
#include "host/host.h"
#include "host/message.h"

struct json_t;

enum { MLP_MOST_HEADER = 1 << 20 };   /* bytes */
enum { MLP_CHECKSUM = 32, MLP_FINGERPRINT = 16, MLP_CLASS_KEY = 128 };   /* digits; room of a key */

/* -- Which tensors ------------------------------------------------------------------------------- */

/* The tensors of a network under their own names. A checkpoint holds more, under names with a slash, which
 * no name of a model has. */
enum mlp_group {
	MLP_OF_NET,
	MLP_OF_STATE,     /* state/NAME: of the optimiser */
	MLP_OF_BEST,      /* best/NAME: the net of the best epoch */
	MLP_OF_HISTORY    /* history/loss and history/held_out, a float an epoch */
};

struct mlp_entry {
	enum mlp_group group;
	int k;                             /* in its group */
	char *name;
	const struct mlp_tensor *tensor;   /* its shape */
	const char *dtype;
	size_t size, begin;                /* bytes; where they begin in the data */
};

struct mlp_layout {
	struct mlp_entry *entries;
	size_t count, length;              /* length: bytes of the data */
	struct mlp_tensor *history;
};

struct mlp_kind {
	bool checkpoint, best;
	int epochs;                        /* of the history */
};

/* Entries one behind the other. False: no memory; close in any case. */
bool mlp_layout_open(struct mlp_layout *layout, const struct mlp_network *network, struct mlp_kind kind);
/* The same of parameters alone, by their descriptions. */
bool mlp_layout_of(struct mlp_layout *layout, const struct mlp_tensor *tensors, size_t count,
                   size_t real_size);
void mlp_layout_close(struct mlp_layout *layout);

/* -- Bytes ----------------------------------------------------------------------------------------- */

/* The whole file; `get` writes the values of an entry, in the order of this machine. `metadata` is taken over
 * and needs a `checksum` of 32 zeros. NULL: no memory, or a header beyond its limit. */
typedef void mlp_get_values(const void *object, const struct mlp_entry *entry, void *values);
char *mlp_pack(const struct mlp_layout *layout, struct json_t *metadata, mlp_get_values *get,
               const void *object, size_t *length);

/* The length of the header, or 0 after a message. */
size_t mlp_header_length(const struct mlp_bytes *bytes, const struct mlp_messages *messages,
                         const char *file);
/* Is the checksum in the header that of the file? */
bool mlp_checksum_matches(struct mlp_bytes *bytes, size_t header);
/* Every tensor of the layout there, none more, together the data without hole or overlap; then `begin` counts
 * from the first byte of the file. Returns a status, the message printed. */
int mlp_check_tensors(struct mlp_layout *layout, const struct mlp_messages *messages, const char *file,
                      const struct mlp_bytes *bytes, size_t data_start, const struct json_t *header);
/* The values of an entry in the order of this machine; free them. NULL: no memory. */
void *mlp_values(const struct mlp_bytes *bytes, const struct mlp_entry *entry);

/* The XXH3-128 of the bytes, in small hexadecimal digits, terminated. */
void mlp_checksum(const char *bytes, size_t length, char digits[MLP_CHECKSUM + 1]);

#endif
