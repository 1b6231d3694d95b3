/* The values of options, by their kind. */
#include "cli/option_parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "expr/rules.h"

/* The place of the text in "float|double", or -1. */
static int choice_of(const char *choices, const char *text)
{
	for (int k = 0;; k++) {
		size_t length = strcspn(choices, "|");
		if (strlen(text) == length && strncmp(choices, text, length) == 0)
			return k;
		if (choices[length] == '\0')
			return -1;
		choices += length + 1;
	}
}

/* Digits alone, from 1 to what an int holds. */
static bool parse_count(const char *text, int64_t *count)
{
	char *end;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 10 || text[digits] != '\0')
		return false;
	*count = strtoll(text, &end, 10);
	return *count >= 1 && *count <= INT32_MAX;
}

static bool parse_step(const char *text, double *step)
{
	char *end;
	*step = strtod(text, &end);
	return end != text && *end == '\0' && *step > 0 && *step <= 1;
}

/* NAME,NAME,… into a bit each. */
static bool set_rules(struct parser *parser, const char *value, uint64_t *bits)
{
	for (const char *at = value;; at++) {
		size_t length = strcspn(at, ",");
		const char *name = arena_copy(parser->arena, at, length), *nearest = NULL;
		int rule = rule_named(name);
		if (rule < 0) {
			size_t least = length / 3 + 2;
			for (int k = 0; rule_table[k].name; k++)
				consider(name, rule_table[k].name, &least, &nearest);
			return nearest ? refuse(parser, "bad-value", "there is no rule `%s`; did you mean `%s`?",
			                        name, nearest)
			               : refuse(parser, "bad-value",
			                        "there is no rule `%s`; `mlpc explain` lists those that apply", name);
		}
		*bits |= UINT64_C(1) << rule;
		at += length;
		if (*at == '\0')
			return true;
	}
}

static void pass_on(struct parser *parser, const struct option_row *row, const char *value)
{
	struct options *options = parser->options;
	struct text text = text_new(parser->arena);
	text_printf(&text, value ? "--%s=%s" : "--%s", row->name, value);
	options->program_arguments[options->program_argument_count++] = text.bytes;
}

bool set_option(struct parser *parser, const struct option_row *row, const char *value)
{
	struct options *options = parser->options;
	void *member = (char *)options + row->at;
	int choice;
	switch (row->kind) {
	case OPTION_TEXT:
		*(const char **)member = value;
		return *value || refuse(parser, "bad-value", "the value of `--%s` is empty", row->name);
	case OPTION_FILES:
		if (((struct file_list *)member)->count == MOST_FILES)
			return refuse(parser, "bad-value", "`--%s` is given more than %d times", row->name,
			              MOST_FILES);
		((struct file_list *)member)->names[((struct file_list *)member)->count++] = value;
		return *value || refuse(parser, "bad-value", "the value of `--%s` is empty", row->name);
	case OPTION_FLAG: return *(bool *)member = true;
	case OPTION_CHOICE:
		choice = choice_of(row->value, value);
		if (choice < 0 && starts_program(options->command) &&
		    row->at == offsetof(struct options, target)) {
			pass_on(parser, row, value); /* --target LIST: columns */
			return true;
		}
		if (choice < 0)
			return refuse(parser, "bad-value", "`--%s` is one of %s, not `%s`", row->name,
			              row->value, value);
		*(int *)member = choice + (row->at == offsetof(struct options, dump)); /* STAGE_NONE is no choice */
		return true;
	case OPTION_COUNT:
		return parse_count(value, member) ||
		       refuse(parser, "bad-value", "`--%s` takes a whole number from 1 to %d, not `%s`",
		              row->name, INT32_MAX, value);
	case OPTION_STEP:
		return parse_step(value, member) ||
		       refuse(parser, "bad-value", "`--%s` takes a number above 0 and at most 1, not `%s`",
		              row->name, value);
	case OPTION_RULES: return set_rules(parser, value, member);
	case OPTION_OF_PROGRAM: pass_on(parser, row, value); return true;
	case OPTION_HELP: options->command = COMMAND_HELP; return false;
	case OPTION_VERSION: options->command = COMMAND_VERSION; return false;
	}
	return false;
}
