/* Widths by a table of the glyphs of Computer Modern; rows filled one by one, ended at the outermost place
 * near their end. */
#include "explain/latex_layout.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { SCRIPT_PERCENT = 78, CONTINUATION = 200 }; /* rows after the first stand further in */

/* --- widths ----------------------------------------------------------------------------------- */

enum shape { GLYPH, LIMITS, GROUP, FRACTION, CASES }; /* LIMITS: its scripts stand over and under it */

struct command {
	const char *name;
	enum shape shape;
	int width;  /* of the glyph with the space around it, or what is added to the argument */
};

static const struct command commands[] = {
	{"frac", FRACTION, 30}, {"sqrt", GROUP, 100}, {"mathrm", GROUP, 0}, {"operatorname", GROUP, 30},
	{"operatorname*", GROUP, 30}, {"mathcal", GROUP, 25}, {"text", GROUP, 60},
	{"begin", CASES, 250}, {"sum", LIMITS, 165}, {"prod", LIMITS, 150}, {"max", LIMITS, 210},
	{"min", LIMITS, 190}, {"log", GLYPH, 150}, {"sin", GLYPH, 145}, {"cos", GLYPH, 150},
	{"tanh", GLYPH, 220}, {"exp", GLYPH, 170}, {"sigma", GLYPH, 60}, {"delta", GLYPH, 48},
	{"partial", GLYPH, 58}, {"cdot", GLYPH, 75}, {"le", GLYPH, 135}, {"ne", GLYPH, 135},
	{"wedge", GLYPH, 112}, {"vee", GLYPH, 112}, {"neg", GLYPH, 67}, {"to", GLYPH, 160},
	{"infty", GLYPH, 100}, {"bmod", GLYPH, 260},
	{"bigl", GLYPH, 10}, {"bigr", GLYPH, 10}, {"Bigl", GLYPH, 25},
	{"Bigr", GLYPH, 25}, {"big", GLYPH, 20}, {"lvert", GLYPH, 30}, {"rvert", GLYPH, 30},
	{"lfloor", GLYPH, 50}, {"rfloor", GLYPH, 50}, {"quad", GLYPH, 100}, {"dots", GLYPH, 130},
	{",", GLYPH, 17}, {"_", GLYPH, 50},
};

static const struct command *command_named(const char *name, size_t length)
{
	static const struct command unknown = {"", GLYPH, 100};
	for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
		if (strlen(commands[k].name) == length && memcmp(commands[k].name, name, length) == 0)
			return &commands[k];
	return &unknown;
}

static int measure_item(const char **at);
static int measure_scripts(const char **at);

/* Up to the brace that closes what is open, or to the end. */
static int measure_items(const char **at)
{
	int width = 0;
	while (**at && **at != '}')
		width += measure_item(at);
	return width;
}

static int measure_group(const char **at)
{
	if (**at != '{')
		return measure_item(at);
	++*at;
	int width = measure_items(at);
	*at += **at == '}';
	return width;
}

/* From behind \begin: the widest row, whose cells stand apart. */
static int measure_cases(const char **at)
{
	int width = 0, row = 0;
	*at += strlen("{cases}");
	while (**at && strncmp(*at, "\\end", 4) != 0) {
		if (strncmp(*at, "\\\\", 2) == 0) {
			*at += 2;
			row = 0;
		} else {
			row += measure_item(at);
		}
		width = row > width ? row : width;
	}
	*at += **at ? strlen("\\end{cases}") : 0;
	return width;
}

static int measure_command(const char **at)
{
	size_t length = 1;
	if (isalpha((unsigned char)**at)) {
		length = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		length += (*at)[length] == '*';
	}
	const struct command *command = command_named(*at, length);
	*at += length;
	int argument = 0;
	if (command->shape == LIMITS) {
		int scripts = measure_scripts(at);
		return scripts > command->width ? scripts : command->width;
	}
	if (command->shape == GROUP || command->shape == FRACTION)
		argument = measure_group(at);
	if (command->shape == FRACTION) {
		int below = measure_group(at);
		argument = below > argument ? below : argument;
	}
	return command->width + (command->shape == CASES ? measure_cases(at) : argument);
}

/* A script, or one above another. */
static int measure_scripts(const char **at)
{
	int width = 0;
	while (**at == '_' || **at == '^') {
		++*at;
		int script = measure_group(at) * SCRIPT_PERCENT / 100;
		width = script > width ? script : width;
	}
	return width + 5;
}

static int width_of(char c)
{
	static const struct {
		const char *glyphs;
		int width;
	} classes[] = {
		{" \n{}", 0}, {"+-", 122}, {"=<>", 135}, {"mwMW", 86}, {"ijl", 34}, {"fcerstz", 45},
		{",", 45}, {".'|", 28}, {"()[]/", 40}, {"&", 100}, {"0123456789", 50},
	};
	for (size_t k = 0; k < sizeof classes / sizeof *classes; k++)
		if (strchr(classes[k].glyphs, c))
			return classes[k].width;
	return isupper((unsigned char)c) ? 75 : 55;
}

static int measure_item(const char **at)
{
	if (**at == '_' || **at == '^')
		return measure_scripts(at);
	if (**at == '{')
		return measure_group(at);
	char c = *(*at)++;
	return c == '\\' && **at ? measure_command(at) : width_of(c);
}

int latex_width(const char *formula)
{
	return measure_items(&formula);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* What stands from one place on up to the next. */
struct piece {
	const char *start;
	size_t length;
	int width, depth;  /* of the parentheses that are open before it */
};

typedef ARRAY(struct piece) pieces;

/* How a character changes the nesting of what cannot be broken. */
static int nesting_at(const char *at)
{
	return (strncmp(at, "\\begin", 6) == 0) - (strncmp(at, "\\end", 4) == 0) + (*at == '{') -
	       (*at == '}');
}

static struct piece piece_of(struct arena *arena, const char *start, const char *end, int depth)
{
	struct text text = text_new(arena);
	text_bytes(&text, start, (size_t)(end - start));
	return (struct piece){start, (size_t)(end - start), latex_width(text_string(&text)), depth};
}

static pieces pieces_of(struct arena *arena, const char *formula)
{
	pieces list = {0};
	int nesting = 0, depth = 0, depth_before = 0;
	const char *start = formula, *at = formula;
	for (; *at; at++) {
		nesting += nesting_at(at);
		depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
		if (*at != '\n' || nesting > 0)
			continue;
		array_push(arena, &list, piece_of(arena, start, at, depth_before));
		start = at + 1;
		depth_before = depth;
	}
	array_push(arena, &list, piece_of(arena, start, at, depth_before));
	return list;
}

/* The piece that begins the next row: of those that may, the outermost, and of these the last; but no row is
 * left nearly empty for it. */
static size_t end_of_row(const pieces *list, size_t first, int width)
{
	size_t best = first + 1;
	int filled = list->items[first].width, filled_at_best = 0;
	for (size_t k = first + 1; k < list->count; filled += list->items[k++].width) {
		if (filled > width)
			return best;
		if (list->items[k].depth <= list->items[best].depth || filled_at_best < width * 2 / 5) {
			best = k;
			filled_at_best = filled;
		}
	}
	return filled > width ? best : list->count;
}

/* Places that end no row are blanks. */
static void add_piece(struct text *row, const char *start, size_t length)
{
	for (size_t k = 0; k < length; k++)
		text_bytes(row, start[k] == '\n' ? " " : start + k, 1);
}

struct latex_rows latex_rows(struct arena *arena, const char *formula, int width)
{
	struct latex_rows rows = {.arena = arena};
	pieces list = pieces_of(arena, formula);
	for (size_t first = 0, end; first < list.count; first = end) {
		end = end_of_row(&list, first, first == 0 ? width : width - CONTINUATION);
		struct text row = text_new(arena);
		for (size_t k = first; k < end; k++) {
			const struct piece *piece = &list.items[k];
			/* factors that stand side by side in a row are joined by a dot over its end */
			bool splits_factors = k > 0 && k == first && strncmp(piece->start, "\\,", 2) == 0;
			text_add(&row, splits_factors ? "\\cdot " : k > first ? " " : "");
			size_t skipped = splits_factors ? 2 : 0;
			add_piece(&row, piece->start + skipped, piece->length - skipped);
		}
		array_push(arena, &rows.list, text_string(&row));
	}
	return rows;
}
