/* A file that is only ever seen whole: written beside its place, then renamed. One process at a time may be
 * about it; what a killed one left behind is taken away by the next. */
#ifndef MLP_HOST_REPLACEMENT_H
#define MLP_HOST_REPLACEMENT_H

#include <stddef.h>

#include "host/message.h"

struct mlp_replacement {
	const char *path;    /* as the user gave it, for messages */
	char *real;          /* without links in the last place */
	char *temporary;     /* beside `real`; locked while it is open */
	int descriptor;      /* of `temporary`, or -1 */
};

/* Makes and locks the temporary: nothing less says that the file can be written. Returns a status, the
 * message printed; close in any case. */
int mlp_replacement_open(struct mlp_replacement *file, const struct mlp_messages *messages, const char *path);

/* Replaces the file, its mode kept, down to the disk, and stays ready for the next time. Returns a status,
 * the message printed; after an error the old file is unharmed, or the new one is in its place. */
int mlp_replacement_write(struct mlp_replacement *file, const struct mlp_messages *messages,
                          const char *bytes, size_t length);

/* The same with what the caller has written to the descriptor, once. */
int mlp_replacement_finish(struct mlp_replacement *file, const struct mlp_messages *messages);

/* Takes the temporary away. A file that was not opened, all zero, may be closed too. */
void mlp_replacement_close(struct mlp_replacement *file);

#endif
