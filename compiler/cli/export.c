/* `mlpc export`: the tensors of a safetensors file → an archive that NumPy loads. */
#include <stdlib.h>

#include "cli/cli.h"
#include "host/arrays.h"
#include "host/replacement.h"

enum status write_bytes(const struct mlp_messages *messages, const char *path, const char *bytes,
                        size_t length)
{
	struct mlp_replacement file;
	int status = mlp_replacement_open(&file, messages, path);
	if (status == MLP_WELL)
		status = mlp_replacement_write(&file, messages, bytes, length);
	mlp_replacement_close(&file);
	return (enum status)status;
}

enum status command_export(struct compile *c, const struct options *options)
{
	struct mlp_messages messages = host_messages(options);
	struct mlp_stored_file file;
	size_t length;
	char *bytes = NULL;
	(void)c;
	int status = mlp_open_stored(&file, &messages, options->model);
	if (status == MLP_WELL && !(bytes = mlp_npz_of(&file, &length)))
		status = mlp_no_memory(&messages);
	if (status == MLP_WELL)
		status = (int)write_bytes(&messages, options->output, bytes, length);
	free(bytes);
	mlp_close_stored(&file);
	return (enum status)status;
}
