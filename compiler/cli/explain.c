/* The command that shows the derivation. */
#include <string.h>

#include "cli/cli.h"
#include "explain/explanation.h"

enum status command_explain(struct compile *c, const struct options *options)
{
	struct text text = text_new(c->arena);
	struct history history = {.arena = c->arena};
	c->history = &history;
	enum status status = compile(c, options->model, &options->compile);
	if (status != STATUS_OK)
		return status;
	struct explanation explanation = explain(&c->plan, &history, model_file_name(options));
	if (options->latex)
		explain_latex(&text, &explanation);
	else if (options->dot)
		explain_dot(&text, &explanation);
	else
		explain_text(&text, &explanation, use_color(options, stdout));
	fputs(text_string(&text), stdout);
	return STATUS_OK;
}
