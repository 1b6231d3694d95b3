#include "cli/option_parser.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expr/rules.h"
#include "host/host.h"

enum {
	TARGET_NONE = -1,
	TARGET_NATIVE, /* the first of TARGET_NAMES */
	FIRST_CODE = 256,
	MOST_THREADS = 1024, /* each has scratch of its own */
};

/* --- the table ---------------------------- */

static int find_option(const struct table *table, const char *name)
{
	for (int k = 0; k < table->count; k++)
		if (strcmp(table->options[k].name, name) == 0)
			return k;
	return -1;
}

static void add_option(struct table *table, const struct option_row *row)
{
	int code = FIRST_CODE + table->count;
	if (table->count == MOST_OPTIONS || find_option(table, row->name) >= 0)
		return;
	table->rows[table->count] = row;
	table->options[table->count++] =
		(struct option){row->name, row->value ? required_argument : no_argument, NULL, code};
}

/* mlp_command_help has a line "  --NAME[=| ]VALUE  help" for each option of the program. */
static void add_program_options(struct arena *arena, struct table *table, enum command command)
{
	for (const char *line = mlp_command_help(program_command(command)); line; line = strchr(line, '\n')) {
		line += strspn(line, " \n");
		if (strncmp(line, "--", 2) != 0)
			continue;
		struct option_row *row = ARENA_NEW(arena, struct option_row);
		size_t length = strcspn(line + 2, " =");
		const char *value = line + 2 + length;
		*row = (struct option_row){.name = arena_copy(arena, line + 2, length),
		                    .commands = 1U << command,
		                    .kind = OPTION_OF_PROGRAM};
		if (*value == '=' || value[1] != ' ')
			row->value = "";
		add_option(table, row);
	}
}

bool starts_program(enum command command)
{
	return command == COMMAND_TRAIN || command == COMMAND_PREDICT || command == COMMAND_EVALUATE;
}

static struct table table_of(struct arena *arena, enum command command)
{
	struct table table = {.count = 0};
	for (int k = 0; option_rows[k].name; k++)
		if (option_rows[k].commands & 1U << command)
			add_option(&table, &option_rows[k]);
	if (starts_program(command))
		add_program_options(arena, &table, command);
	return table;
}

/* --- what is not in the table ---------------------------- */

void consider(const char *name, const char *candidate, size_t *least, const char **nearest)
{
	size_t distance = name_distance(name, candidate, *least);
	if (distance < *least) {
		*least = distance;
		*nearest = candidate;
	}
}

static bool elsewhere(const struct parser *parser, const char *name)
{
	for (int command = 0; command < COMMAND_HELP; command++) {
		struct table table = table_of(parser->arena, (enum command)command);
		if (find_option(&table, name) < 0)
			continue;
		return refuse(parser, "unknown-option", "`--%s` is an option of `mlpc %s`, not of `mlpc %s`",
		              name, command_rows[command].name, command_rows[parser->options->command].name);
	}
	return true;
}

/* An unknown name, or the beginning of several. */
static bool unknown_long(const struct parser *parser, const char *argument)
{
	size_t length = strcspn(argument, "="), least = (length - 2) / 3 + 2;
	const char *name = arena_copy(parser->arena, argument + 2, length - 2), *nearest = NULL;
	const char *beginning[2] = {NULL, NULL};
	for (int k = 0, count = 0; k < parser->table.count; k++) {
		consider(name, parser->table.options[k].name, &least, &nearest);
		if (strncmp(parser->table.options[k].name, name, length - 2) == 0 && count < 2)
			beginning[count++] = parser->table.options[k].name;
	}
	if (beginning[1])
		return refuse(parser, "unknown-option", "`--%s` is short for `--%s` and for `--%s`", name,
		              beginning[0], beginning[1]);
	if (!elsewhere(parser, name))
		return false;
	if (nearest)
		return refuse(parser, "unknown-option", "unknown option `--%s`; did you mean `--%s`?", name,
		              nearest);
	return refuse(parser, "unknown-option", "unknown option `--%s`; `mlpc %s --help` lists them", name,
	              command_rows[parser->options->command].name);
}

static bool unknown_option(const struct parser *parser, const char *argument)
{
	if (strncmp(argument, "--", 2) == 0)
		return unknown_long(parser, argument);
	return refuse(parser, "unknown-option", "unknown option `-%c`; `mlpc %s --help` lists them", optopt,
	              command_rows[parser->options->command].name);
}

/* --- operands ---------------------------- */

static int command_named(const char *word)
{
	for (int k = 0; k < COMMAND_HELP; k++)
		if (strcmp(command_rows[k].name, word) == 0)
			return k;
	return -1;
}

static bool is_about_file(enum command command)
{
	return command == COMMAND_INSPECT || command == COMMAND_EXPORT || command == COMMAND_IMPORT;
}

static bool set_model(struct parser *parser, const char *operand)
{
	struct options *options = parser->options;
	if (!options->model) {
		options->model = operand;
		return *operand || refuse(parser, "usage", "the path of the model is empty");
	}
	if (command_named(options->model) >= 0)
		return refuse(parser, "usage", "the command `%s` comes before all options", options->model);
	return refuse(parser, "usage", "unexpected argument `%s` after the %s `%s`", operand,
	              is_about_file(options->command) ? "file" : "model", options->model);
}

/* The first argument names a command or is the model; 1 if it was a command. */
static int read_command(struct parser *parser, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "-", *nearest = NULL;
	int command = command_named(word);
	parser->options->help_of = command >= 0 ? (enum command)command : COMMAND_HELP;
	if (command >= 0) {
		parser->options->command = (enum command)command;
		return 1;
	}
	if (word[0] == '-' || strpbrk(word, "./") || access(word, F_OK) == 0)
		return 0;
	size_t least = strlen(word) / 3 + 2;
	for (int k = 0; k < COMMAND_HELP; k++)
		consider(word, command_rows[k].name, &least, &nearest);
	if (nearest)
		diag_error(parser->diag, (struct span){0}, "unknown-command",
		           "unknown command `%s`; did you mean `%s`?", word, nearest);
	else
		diag_error(parser->diag, (struct span){0}, "unknown-command",
		           "`%s` is neither a command nor a file; `mlpc --help` lists the commands", word);
	return -1;
}

/* --- all together ---------------------------- */

static bool check_new(struct parser *parser)
{
	const struct options *options = parser->options;
	if (options->model)
		return refuse(parser, "usage", "unexpected argument `%s`; `--data` names the table",
		              options->model);
	return options->data.count > 0 || refuse(parser, "usage", "no table is given; `--data` names it");
}

static bool check_together(struct parser *parser)
{
	struct options *options = parser->options;
	if (options->compile.threads > MOST_THREADS)
		return refuse(parser, "bad-value", "`--threads` takes at most %d", MOST_THREADS);
	options->compile.dump = (enum stage)options->dump;
	options->compile.real_double = options->real == 1;
	bool runs_here = starts_program(options->command) || options->command == COMMAND_CHECK;
	options->compile.target = options->target == TARGET_NONE     ? runs_here ? target_native() : NULL
	                          : options->target == TARGET_NATIVE ? target_native()
	                                                             : target_number(options->target - 1);
	options->compile.rules_off |= options->rules == RULES_EXACT  ? rules_from(REAL)
	                              : options->rules == RULES_REAL ? rules_from(STABLE)
	                                                             : 0;
	if (starts_program(options->command) && options->color != COLOR_AUTO)
		options->program_arguments[options->program_argument_count++] =
			(char *)(options->color == COLOR_ALWAYS ? "--color=always" : "--color=never");
	if (options->command == COMMAND_NEW)
		return check_new(parser);
	if (!options->model)
		return refuse(parser, "usage", "no %s is given; `mlpc --help` shows how",
		              is_about_file(options->command) ? "file" : "model");
	if ((options->command == COMMAND_EXPORT || options->command == COMMAND_IMPORT) && !options->output)
		return refuse(parser, "usage", "no file to write is given; `-o` names it");
	if (options->command == COMMAND_IMPORT && !options->for_model)
		return refuse(parser, "usage", "no model is given; `--model` names it");
	if (options->output && options->dump)
		return refuse(parser, "usage",
		              "`--dump` prints on standard output and writes no file: leave `--output` out");
	if (options->compile.inference && (options->compile.keep_gradients || options->compile.input_gradients))
		return refuse(parser, "usage", "`--inference` and `%s` exclude each other",
		              options->compile.keep_gradients ? "--gradients" : "--input-gradients");
	if (options->latex && options->dot)
		return refuse(parser, "usage", "`--latex` and `--dot` exclude each other");
	return true;
}

/* In the order of the arguments, whatever POSIXLY_CORRECT says. */
static bool read_arguments(struct parser *parser, int argc, char **argv)
{
	const struct table *table = &parser->table;
	int code;
	opterr = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, "-:ho:", table->options, NULL)) != -1) {
		const char *argument = argv[optind - 1];
		if (code == 1) {
			if (!set_model(parser, optarg))
				return false;
			continue;
		}
		int wanted = code == 'h'   ? find_option(table, "help")
		             : code == 'o' ? find_option(table, "output")
		                           : -1;
		if (code >= FIRST_CODE)
			wanted = code - FIRST_CODE;
		if (wanted >= 0 && !set_option(parser, table->rows[wanted], optarg))
			return false;
		if (wanted >= 0)
			continue;
		if (code == ':')
			return refuse(parser, "bad-value", "`%s` needs a value", argument);
		if (code == '?' && optopt >= FIRST_CODE)
			return refuse(parser, "bad-value", "`--%s` takes no value",
			              table->rows[optopt - FIRST_CODE]->name);
		optopt = code == '?' ? optopt : code;
		return unknown_option(parser, argument);
	}
	for (; optind < argc; optind++)
		if (!set_model(parser, argv[optind]))
			return false;
	return true;
}

bool parse_options(struct options *options, struct arena *arena, struct diag *diag, int argc, char **argv)
{
	struct parser parser = {.options = options, .arena = arena, .diag = diag};
	*options = (struct options){.command = COMMAND_COMPILE, .target = TARGET_NONE};
	options->program_arguments = ARENA_ARRAY(arena, char *, argc + 2);
	options->program_argument_count = 1;
	int skip = read_command(&parser, argc, argv);
	if (skip < 0)
		return false;
	parser.table = table_of(arena, options->command);
	bool well = read_arguments(&parser, argc - skip, argv + skip);
	if (options->command >= COMMAND_HELP)
		return true;
	return well && check_together(&parser);
}

bool use_color(const struct options *options, FILE *file)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return isatty(fileno(file)) && !(no_color && *no_color) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}
