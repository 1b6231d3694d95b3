/* Usage and options, from the table. */
#include <string.h>

#include "base/text.h"
#include "cli/option_table.h"
#include "host/host.h"

enum { HELP_COLUMN = 23 };

static void print_row(struct arena *arena, FILE *file, const struct option_row *row)
{
	struct text left = text_new(arena);
	if (row->letter)
		text_printf(&left, "  -%c, --%s", row->letter, row->name);
	else
		text_printf(&left, "  --%s", row->name);
	if (row->value)
		text_printf(&left, "=%s", row->value);
	if (left.length >= HELP_COLUMN)
		fprintf(file, "%s\n%*s", left.bytes, HELP_COLUMN, "");
	else
		fprintf(file, "%-*s", HELP_COLUMN, left.bytes);
	for (const char *line = row->help; *line; line++) {
		fputc(*line, file);
		if (*line == '\n')
			fprintf(file, "%*s", HELP_COLUMN, "");
	}
	fputc('\n', file);
}

static void print_rows(struct arena *arena, FILE *file, enum command command)
{
	for (int k = 0; option_rows[k].name; k++)
		if (option_rows[k].commands & 1U << command)
			print_row(arena, file, &option_rows[k]);
}

static void print_program_rows(FILE *file)
{
	fputs("\nOptions of the training:\n", file);
	for (const char *line = mlp_options_help(); *line;) {
		size_t length = strcspn(line, "\n") + 1;
		if (strncmp(line, "  --help", 8) != 0 && strncmp(line, "  --color", 9) != 0)
			fprintf(file, "%.*s", (int)length, line);
		line += length;
	}
}

void print_help(struct arena *arena, FILE *file, enum command command)
{
	enum command shown = command == COMMAND_HELP ? COMMAND_COMPILE : command;
	fputs("Usage: ", file);
	for (int k = 0; k < COMMAND_HELP; k++)
		if (command == COMMAND_HELP || k == (int)command)
			fprintf(file, "%s%-40s %s\n", k > 0 && command == COMMAND_HELP ? "       " : "",
			        command_rows[k].usage, command_rows[k].what);
	fprintf(file, "\nMODEL.mlp is the model, - standard input.\n\nOptions%s:\n",
	        command == COMMAND_HELP ? " of compile" : "");
	print_rows(arena, file, shown);
	if (command == COMMAND_TRAIN)
		print_program_rows(file);
	if (command == COMMAND_HELP)
		fputs("\n`mlpc COMMAND --help` lists the options of the others. Exit status: 0 well, 1 "
		      "errors in the\n"
		      "model or the data, 2 usage, 3 file system or memory, 4 internal error.\n",
		      file);
}
