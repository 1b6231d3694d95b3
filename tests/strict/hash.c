/* Status 0 if the strict functions have the bits here that they have everywhere. */
#include <inttypes.h>
#include <stdio.h>

#include "strict/arguments.h"

int main(void)
{
	uint64_t hash = strict_hash();
	printf("%016" PRIx64 "%s\n", hash, hash == STRICT_HASH ? "" : ", wrong");
	return hash != STRICT_HASH;
}
