/* ZIP archives in memory: members stored or deflated, below 4 GiB (PKWARE, APPNOTE 6.3). */
#ifndef MLP_HOST_ZIP_H
#define MLP_HOST_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlp_zip_member {
	const char *name; /* name_length bytes, not terminated */
	size_t name_length;
	bool deflated;
	uint32_t checksum;  /* CRC-32 */
	const char *packed; /* in the archive */
	size_t packed_size, size;
};

/* Lists the members, in the order of the central directory, after checks that all of them lie in the archive
 * and that none is larger than its packed bytes can be. Returns NULL, or what is wrong: the end of a
 * sentence, as "is cut short". Free *members in any case. */
const char *mlp_zip_list(const char *bytes, size_t length, struct mlp_zip_member **members, size_t *count);

/* The bytes of a member, which the caller frees; NULL: damaged, or no memory. */
char *mlp_zip_unpack(const struct mlp_zip_member *member, bool *no_memory);

/* -- Writing ------------------------------------------------------------------------------------------- */

/* An archive that grows, all members stored. */
struct mlp_zip {
	char *bytes, *directory;
	size_t length, room, directory_length, directory_room;
	size_t count;
	bool failed; /* no memory, or too large for the format */
};

/* `values` follow `head` in the member. */
void mlp_zip_add(struct mlp_zip *zip, const char *name, const void *head, size_t head_size,
                 const void *values, size_t size);
/* The end of the archive; zip->bytes and zip->length are the file. False: zip->failed. */
bool mlp_zip_finish(struct mlp_zip *zip);
void mlp_zip_free(struct mlp_zip *zip);

#endif
