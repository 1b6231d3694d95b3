/* `mlpc new`: a table → a first model of it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/propose.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* "data/iris-2.csv.gz" → iris_2 */
static const char *model_name(struct arena *arena, const struct options *options)
{
	const char *file = base_name(options->data.names[0]);
	const char *given = options->new_name ? options->new_name : strcmp(file, "-") == 0 ? "table" : file;
	size_t length = options->new_name ? strlen(given) : strcspn(given, ".");
	const char *name = identifier_of(arena, arena_copy(arena, given, length));
	if (strncmp(name, "column_", 7) == 0 && strncmp(given, "column_", 7) != 0)
		name = format_string(arena, "model_%s", name + 7);
	return model_name_is_forbidden(name) ? format_string(arena, "%s_model", name) : name;
}

/* The files, as a comment may say it. */
static const char *file_names(struct arena *arena, const struct options *options)
{
	struct text text = text_new(arena);
	for (int k = 0; k < options->data.count; k++)
		text_printf(&text, "%s%s", k > 0 ? ", " : "", base_name(options->data.names[k]));
	for (char *c = text.bytes; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 127)
			*c = '?';
	return text_string(&text);
}

static enum status check_name(struct compile *c, const struct options *options)
{
	static const struct span nowhere = {0};
	const char *given = options->new_name;
	if (!given || strcmp(given, model_name(c->arena, options)) == 0)
		return STATUS_OK;
	diag_error(c->diag, nowhere, "bad-value", "`%s` is no name of a model; `%s` would be one", given,
	           model_name(c->arena, options));
	return STATUS_USAGE;
}

static enum status write_model(struct compile *c, const struct options *options, const char *text)
{
	static const struct span nowhere = {0};
	if (!options->output || strcmp(options->output, "-") == 0) {
		fputs(text, stdout);
		return STATUS_OK;
	}
	if (!options->force && access(options->output, F_OK) == 0) {
		diag_error(c->diag, nowhere, "usage", "`%s` is there already", options->output);
		diag_help(c->diag, "`--force` writes over it");
		return STATUS_USAGE;
	}
	const struct output output = {.path = options->output, .text = text};
	return write_outputs(c->arena, c->diag, &output, 1);
}

enum status command_new(struct compile *c, const struct options *options)
{
	struct mlp_messages messages = host_messages(options);
	struct mlp_survey data = {0}, labels = {0};
	bool apart = options->labels.count > 0;
	struct roles roles;
	enum status status = check_name(c, options);
	if (status != STATUS_OK)
		return status;
	status = (enum status)mlp_survey_open(&data, &messages, options->data.names, options->data.count);
	if (status == STATUS_OK && apart)
		status = (enum status)mlp_survey_open(&labels, &messages, options->labels.names,
		                                      options->labels.count);
	if (status == STATUS_OK)
		status = find_roles(c->arena, &messages, options, &data, apart ? &labels : NULL, &roles);
	if (status == STATUS_OK)
		status = write_model(c, options,
		                     propose(c->arena, &roles, model_name(c->arena, options),
		                             file_names(c->arena, options)));
	mlp_survey_close(&data);
	mlp_survey_close(&labels);
	return status;
}
