/* Usage and options, from the table. */
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/option_table.h"

enum { HELP_COLUMN = 23, USAGE_COLUMN = 40 };

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

static void print_program_rows(FILE *file, enum command command)
{
	fprintf(file, "\nOptions of the %s:\n", command == COMMAND_TRAIN     ? "training"
	                                         : command == COMMAND_PREDICT ? "prediction"
	                                                                      : "evaluation");
	for (const char *line = mlp_command_help(program_command(command)); *line;) {
		size_t length = strcspn(line, "\n") + 1;
		if (strncmp(line, "  --help", 8) != 0 && strncmp(line, "  --color", 9) != 0)
			fprintf(file, "%.*s", (int)length, line);
		line += length;
	}
}

/* What it does stands beside the command, or below a long one. */
static void print_usage(FILE *file, const struct command_row *row, bool indented)
{
	bool is_long = strlen(row->usage) > USAGE_COLUMN;
	fprintf(file, "%s%-*s", indented ? "       " : "", USAGE_COLUMN, row->usage);
	fprintf(file, is_long ? "\n%*s%s\n" : "%.*s %s\n", is_long ? USAGE_COLUMN + 8 : 0, "", row->what);
}

void print_help(struct arena *arena, FILE *file, enum command command)
{
	enum command shown = command == COMMAND_HELP ? COMMAND_COMPILE : command;
	fputs("Usage: ", file);
	for (int k = 0; k < COMMAND_HELP; k++)
		if (command == COMMAND_HELP || k == (int)command)
			print_usage(file, &command_rows[k], k > 0 && command == COMMAND_HELP);
	if (command == COMMAND_HELP || strstr(command_rows[command].usage, "MODEL.mlp"))
		fputs("\nMODEL.mlp is the model, - standard input.\n", file);
	fprintf(file, "\nOptions%s:\n", command == COMMAND_HELP ? " of compile" : "");
	print_rows(arena, file, shown);
	if (starts_program(command))
		print_program_rows(file, command);
	if (command == COMMAND_HELP)
		fputs("\n`mlpc COMMAND --help` lists the options of the others. Exit status: 0 well, 1 "
		      "errors in the\n"
		      "model or the data, 2 usage, 3 file system or memory, 4 internal error.\n",
		      file);
}
