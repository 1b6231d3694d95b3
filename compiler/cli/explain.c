/* The command that shows the derivation. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cli/cli.h"
#include "explain/explanation.h"

/* A terminal's own, where that is less. */
static int text_width(FILE *file)
{
	struct winsize size;
	if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > EXPLAIN_WIDTH)
		return EXPLAIN_WIDTH;
	return size.ws_col < EXPLAIN_LEAST_WIDTH ? EXPLAIN_LEAST_WIDTH : size.ws_col;
}

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
		explain_text(&text, &explanation, text_width(stdout), use_color(options, stdout));
	fputs(text_string(&text), stdout);
	return STATUS_OK;
}
