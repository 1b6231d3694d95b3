/* What the reader and the writer of parameter files share. */
#ifndef MLP_HOST_SAFETENSORS_H
#define MLP_HOST_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "host/host.h"

enum { MLP_CHECKSUM = 32, MLP_FINGERPRINT = 16, MLP_CLASS_KEY = 128 };   /* digits; room of a key */

/* "F32" or "F64". */
const char *mlp_dtype(const struct mlp_network *network);

/* The XXH3-128 of the bytes, in small hexadecimal digits, terminated. */
void mlp_checksum(const char *bytes, size_t length, char digits[MLP_CHECKSUM + 1]);

/* The digits of the checksum in a header, or NULL. (A quote inside a JSON text is escaped, so that no
 * other text can look like this key.) */
char *mlp_find_checksum(char *header, size_t length);

uint64_t mlp_little_endian(const unsigned char *bytes, int count);

#endif
