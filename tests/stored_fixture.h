/* safetensors files made by hand. */
#ifndef STORED_FIXTURE_H
#define STORED_FIXTURE_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A header as it stands and the bytes of the data; returns the length of the file, which the caller frees. */
static __attribute__((unused)) size_t stored_bytes(char **file, const char *header, size_t header_length,
                                                   const void *data, size_t length)
{
	*file = malloc(8 + header_length + length + 1);
	cr_assert(*file);
	for (int i = 0; i < 8; i++)
		(*file)[i] = (char)(unsigned char)((uint64_t)header_length >> (8 * i));
	memcpy(*file + 8, header, header_length);
	if (length > 0)
		memcpy(*file + 8 + header_length, data, length);
	return 8 + header_length + length;
}

static __attribute__((unused)) void put_bytes(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");
	cr_assert(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

static __attribute__((unused)) void put_stored(const char *path, const char *header, const void *data,
                                               size_t length)
{
	char *bytes;
	size_t whole = stored_bytes(&bytes, header, strlen(header), data, length);
	put_bytes(path, bytes, whole);
	free(bytes);
}

#endif
