/* Names of columns → names of the language. */
#include <stdlib.h>
#include <string.h>

#include "cli/propose.h"

enum { LONGEST = 63, ROOM_FOR_NUMBER = 8 };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* Reserved words, and what a data block or an expression takes for something else. */
static bool is_taken_word(const char *name)
{
	static const char *const WORDS[] = {"if",     "then",  "else",     "and",   "or",
	                                    "not",    "class", "missing",  "split", "weights",
	                                    "ignore", "last",  "training", "step",  "epoch"};
	for (size_t k = 0; k < sizeof WORDS / sizeof *WORDS; k++)
		if (strcmp(name, WORDS[k]) == 0)
			return true;
	return false;
}

const char *identifier_of(struct arena *arena, const char *text)
{
	struct text name = text_new(arena);
	for (const char *c = text; *c && name.length < LONGEST - ROOM_FOR_NUMBER; c++) {
		if (name.length == 0 && !is_letter(*c) && is_word(*c) && *c != '_')
			text_add(&name, "column_");
		if (is_word(*c) && (*c != '_' || name.length > 0))
			text_bytes(&name, c, 1);
		else if (name.length > 0 && name.bytes[name.length - 1] != '_')
			text_add(&name, "_");
	}
	while (name.length > 0 && name.bytes[name.length - 1] == '_')
		name.bytes[--name.length] = '\0';
	if (name.length == 0)
		text_add(&name, "column");
	if (is_taken_word(name.bytes))
		text_add(&name, "_column");
	return name.bytes;
}

static bool has(const strings *list, const char *name)
{
	for (size_t k = 0; k < list->count; k++)
		if (strcmp(list->items[k], name) == 0)
			return true;
	return false;
}

const char *unique_identifier(struct arena *arena, strings *taken, const char *text)
{
	const char *wanted = identifier_of(arena, text), *name = wanted;
	for (int k = 2; has(taken, name); k++)
		name = format_string(arena, "%s_%d", wanted, k);
	array_push(arena, taken, name);
	return name;
}

/* May it stand without quotes? */
static bool is_bare(const char *name)
{
	bool bare = is_letter(name[0]) && strlen(name) <= LONGEST && strcmp(name, "last") != 0;
	for (const char *c = name; bare && *c; c++)
		bare = is_word(*c);
	static const char *const RESERVED[] = {"if", "then", "else", "and", "or", "not", "class"};
	for (size_t k = 0; k < sizeof RESERVED / sizeof *RESERVED; k++)
		bare &= strcmp(name, RESERVED[k]) != 0;
	return bare;
}

const char *column_text(struct arena *arena, const struct mlp_survey *survey,
                        const struct mlp_survey_column *column)
{
	const char *name = column->name;
	if (!survey->header)
		return column->number == survey->count ? "last" : format_string(arena, "%d", column->number);
	bool usable = name[0] && !strchr(name, '"') && mlp_is_text(name, strlen(name)) &&
	              mlp_survey_find(survey, name, strlen(name)) == column;
	if (!usable)
		return format_string(arena, "%d", column->number);
	return is_bare(name) ? name : format_string(arena, "\"%s\"", name);
}
