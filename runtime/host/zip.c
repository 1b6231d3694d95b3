/* ZIP archives: the central directory read, members unpacked, and both written. */
#define _GNU_SOURCE
#include "host/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	LOCAL = 30,
	CENTRAL = 46,
	END = 22, /* bytes of the records, without what varies */
	MOST_COMMENT = 65535,
	MOST_RATIO = 1032, /* of DEFLATE: 258 bytes in 2 bits */
};

static const uint32_t LOCAL_MARK = 0x04034b50, CENTRAL_MARK = 0x02014b50, END_MARK = 0x06054b50,
                      ALL_ONES = 0xffffffff;

static uint32_t number(const char *bytes, size_t count)
{
	uint32_t value = 0;
	for (size_t i = count; i-- > 0;)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

/* -- Reading ------------------------------------------------------------------------------------------- */

/* The last record of the archive, before a comment; NULL: there is none. */
static const char *find_end(const char *bytes, size_t length)
{
	for (size_t back = END; back <= length && back <= END + MOST_COMMENT; back++) {
		const char *at = bytes + length - back;
		if (number(at, 4) == END_MARK && number(at + 20, 2) == back - END)
			return at;
	}
	return NULL;
}

/* Where the bytes of the member lie, from its local header at `offset`. */
static const char *find_packed(const char *bytes, size_t directory, size_t offset,
                               struct mlp_zip_member *member)
{
	if (offset > directory || directory - offset < LOCAL || number(bytes + offset, 4) != LOCAL_MARK)
		return "is damaged";
	size_t start = offset + LOCAL + number(bytes + offset + 26, 2) + number(bytes + offset + 28, 2);
	if (start > directory || directory - start < member->packed_size)
		return "is cut short";
	member->packed = bytes + start;
	return NULL;
}

static const char *read_member(const char *bytes, size_t directory, const char *at, size_t rest,
                               struct mlp_zip_member *member, size_t *used)
{
	if (rest < CENTRAL || number(at, 4) != CENTRAL_MARK)
		return "is damaged";
	*used = CENTRAL + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
	if (*used > rest)
		return "is damaged";
	uint32_t method = number(at + 10, 2), offset = number(at + 42, 4);
	*member = (struct mlp_zip_member){.name = at + CENTRAL,
	                                  .name_length = number(at + 28, 2),
	                                  .deflated = method == 8,
	                                  .checksum = number(at + 16, 4),
	                                  .packed_size = number(at + 20, 4),
	                                  .size = number(at + 24, 4)};
	if (member->packed_size == ALL_ONES || member->size == ALL_ONES || offset == ALL_ONES)
		return "is larger than 4 GiB";
	if (number(at + 8, 2) & 1)
		return "is encrypted";
	if (method != 0 && method != 8)
		return "is packed by a method other than DEFLATE";
	if (method == 0 ? member->size != member->packed_size
	                : member->size / MOST_RATIO > member->packed_size)
		return "is damaged";
	return find_packed(bytes, directory, offset, member);
}

const char *mlp_zip_list(const char *bytes, size_t length, struct mlp_zip_member **members, size_t *count)
{
	*members = NULL;
	*count = 0;
	const char *end = length >= END ? find_end(bytes, length) : NULL;
	if (!end)
		return "is cut short";
	size_t wanted = number(end + 10, 2), size = number(end + 12, 4), start = number(end + 16, 4);
	size_t before = (size_t)(end - bytes);
	if (start == ALL_ONES)
		return "is larger than 4 GiB";
	if (start > before || before - start != size || wanted > size / CENTRAL)
		return "is damaged";
	*members = calloc(wanted + 1, sizeof **members);
	if (!*members)
		return "does not fit into memory";
	const char *at = bytes + start, *problem = NULL;
	for (; !problem && *count < wanted; ++*count) {
		size_t used = 0;
		problem = read_member(bytes, start, at, (size_t)(end - at), &(*members)[*count], &used);
		at += used;
	}
	return problem ? problem : at == end ? NULL : "is damaged";
}

static bool inflate_all(const struct mlp_zip_member *member, char *bytes)
{
	z_stream stream = {.next_in = (Bytef *)(void *)member->packed,
	                   .avail_in = (uInt)member->packed_size,
	                   .next_out = (Bytef *)bytes,
	                   .avail_out = (uInt)member->size};
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return false;
	int code = inflate(&stream, Z_FINISH);
	bool whole = code == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
	inflateEnd(&stream);
	return whole;
}

char *mlp_zip_unpack(const struct mlp_zip_member *member, bool *no_memory)
{
	char *bytes = malloc(member->size + 1);
	*no_memory = !bytes;
	if (!bytes)
		return NULL;
	bool whole = true;
	if (member->deflated)
		whole = inflate_all(member, bytes);
	else
		memcpy(bytes, member->packed, member->size);
	if (whole && crc32_z(0, (const Bytef *)bytes, member->size) == member->checksum)
		return bytes;
	free(bytes);
	return NULL;
}

/* -- Writing ------------------------------------------------------------------------------------------- */

static void put(struct mlp_zip *zip, bool directory, const void *bytes, size_t size)
{
	char **block = directory ? &zip->directory : &zip->bytes;
	size_t *length = directory ? &zip->directory_length : &zip->length;
	size_t *room = directory ? &zip->directory_room : &zip->room;
	if (*length + size > *room) {
		size_t larger = (*length + size) * 3 / 2 + 1024;
		char *moved = realloc(*block, larger);
		zip->failed |= !moved;
		if (!moved)
			return;
		*block = moved;
		*room = larger;
	}
	if (size > 0)
		memcpy(*block + *length, bytes, size);
	*length += size;
}

static void put_number(struct mlp_zip *zip, bool directory, size_t value, size_t count)
{
	char bytes[4];
	zip->failed |= value >= (count == 2 ? 0xffff : ALL_ONES);
	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)(unsigned char)(value >> (8 * i));
	put(zip, directory, bytes, count);
}

/* What both headers of a member have: version 2.0, no flags, stored, 1980-01-01, sizes. */
static void put_common(struct mlp_zip *zip, bool directory, const char *name, uint32_t checksum, size_t size)
{
	static const unsigned char HEAD[] = {20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0};
	char digits[4];
	for (int i = 0; i < 4; i++)
		digits[i] = (char)(unsigned char)(checksum >> (8 * i));
	put(zip, directory, HEAD, sizeof HEAD);
	put(zip, directory, digits, sizeof digits);
	put_number(zip, directory, size, 4);
	put_number(zip, directory, size, 4);
	put_number(zip, directory, strlen(name), 2);
	put_number(zip, directory, 0, 2);
}

void mlp_zip_add(struct mlp_zip *zip, const char *name, const void *head, size_t head_size,
                 const void *values, size_t size)
{
	size_t offset = zip->length;
	uint32_t checksum = (uint32_t)crc32_z(crc32_z(0, head, head_size), values, size);
	put(zip, false, "PK\3\4", 4);
	put_common(zip, false, name, checksum, head_size + size);
	put(zip, false, name, strlen(name));
	put(zip, false, head, head_size);
	put(zip, false, values, size);
	put(zip, true, "PK\1\2\24\0", 6);
	put_common(zip, true, name, checksum, head_size + size);
	put_number(zip, true, 0, 2); /* comment */
	put_number(zip, true, 0, 4); /* disk, kind of file */
	put_number(zip, true, 0, 4); /* attributes */
	put_number(zip, true, offset, 4);
	put(zip, true, name, strlen(name));
	zip->count++;
}

bool mlp_zip_finish(struct mlp_zip *zip)
{
	size_t start = zip->length, size = zip->directory_length;
	put(zip, false, zip->directory, size);
	put(zip, false, "PK\5\6\0\0\0\0", 8);
	put_number(zip, false, zip->count, 2);
	put_number(zip, false, zip->count, 2);
	put_number(zip, false, size, 4);
	put_number(zip, false, start, 4);
	put_number(zip, false, 0, 2);
	return !zip->failed;
}

void mlp_zip_free(struct mlp_zip *zip)
{
	free(zip->bytes);
	free(zip->directory);
	*zip = (struct mlp_zip){0};
}
