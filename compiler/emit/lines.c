/* Lines of C, broken where they are too long; comments; blocks without the braces that they do not need. */
#include "emit/lines.h"

#include <limits.h>
#include <string.h>

enum { LAST_COLUMN = 104, TAB = 8 };

static bool is_operator(const char *c)
{
	return strchr("+-*/<>=?:&|", *c) != NULL && (c[1] == ' ' || (c[1] && c[2] == ' '));
}

/* The blank at which to break, outside of strings: as little nested as possible, there first after a comma or
 * semicolon, then in a choice, then before an operator, and as far right as possible; 0: nowhere. */
static size_t best_break(const char *line, size_t room)
{
	size_t best = 0;
	int depth = 0, least = INT_MAX;
	bool quoted = false;
	for (size_t k = 0; line[k] && k <= room; k++) {
		if (line[k] == '"' && (k == 0 || line[k - 1] != '\\'))
			quoted = !quoted;
		if (quoted)
			continue;
		depth += line[k] == '(' || line[k] == '[' || line[k] == '{';
		depth -= line[k] == ')' || line[k] == ']' || line[k] == '}';
		if (line[k] != ' ' || k < room / 3)
			continue;
		bool list = line[k - 1] == ',' || line[k - 1] == ';';
		bool wanted = list || line[k - 1] == '=' || (is_operator(line + k + 1) && line[k + 1] != '=');
		bool choice = strchr("?:", line[k + 1]) != NULL;
		int cost = 3 * depth + (list ? 0 : choice ? 1 : 2);
		if (wanted && cost <= least) {
			best = k;
			least = cost;
		}
	}
	return best;
}

/* After the first parenthesis that something follows: where a lone argument is too long. */
static size_t break_at_parenthesis(const char *line, size_t room)
{
	const char *open = strchr(line, '(');
	size_t cut = open ? (size_t)(open - line) + 1 : 0;
	return cut > room / 4 && cut <= room && line[cut] != ')' ? cut : 0;
}

static size_t any_break(const char *line, size_t room)
{
	size_t best = 0;
	bool quoted = false;
	for (size_t k = 0; line[k] && (k <= room || best == 0); k++) {
		quoted = quoted != (line[k] == '"');
		if (line[k] == ' ' && !quoted && k > 0)
			best = k;
	}
	return best;
}

void c_line(struct text *text, const char *line)
{
	int indent = text->indent;
	const char *end = line + strlen(line);
	while ((size_t)(end - line) + TAB * (size_t)text->indent > LAST_COLUMN) {
		size_t margin = TAB * (size_t)text->indent;
		size_t room = margin + 40 < LAST_COLUMN ? LAST_COLUMN - margin : 40;
		size_t cut = best_break(line, room);
		cut = cut ? cut : break_at_parenthesis(line, room);
		cut = cut ? cut : any_break(line, room);
		if (cut == 0)
			break;
		text_line_bytes(text, line, cut);
		line += cut + (line[cut] == ' ');
		text->indent = indent + 2;
	}
	text_line_bytes(text, line, (size_t)(end - line));
	text->indent = indent;
}

/* Where the line begins whose newline stands at `end`. */
static size_t line_begin(const struct text *text, size_t end)
{
	while (end > 0 && text->bytes[end - 1] != '\n')
		end--;
	return end;
}

void c_close(struct text *text)
{
	static const char opening[] = " {\n";
	const size_t length = sizeof opening - 1;
	text->indent--;
	size_t last = text->length > 0 ? line_begin(text, text->length - 1) : 0;
	bool single = last > length && memcmp(text->bytes + last - length, opening, length) == 0;
	if (!single) {
		text_line(text, "}");
		return;
	}
	memmove(text->bytes + last - length, text->bytes + last - 1, text->length - last + 2);
	text->length -= length - 1;
}

/* What could end a comment or has a meaning before comments do is spoilt. */
static void spoil(char *text)
{
	for (char *c = text; *c; c++) {
		bool comment = (c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*');
		bool trigraph = c[0] == '?' && c[1] == '?';
		bool control = (unsigned char)c[0] == 127 || ((unsigned char)c[0] < ' ' && c[0] != '\n');
		if (comment || trigraph || control || c[0] == '\\')
			*c = ' ';
	}
}

void c_comment(struct text *text, const char *lines)
{
	char *copy = arena_copy(text->arena, lines, strlen(lines));
	spoil(copy);
	const char *start = "/* ";
	for (char *line = copy; line;) {
		char *end = strchr(line, '\n');
		int length = end ? (int)(end - line) : (int)strlen(line);
		bool last = !end || end[1] == '\0';
		while (length > 0 && line[length - 1] == ' ')
			length--;
		if (length > 0)
			text_line(text, "%s%.*s%s", start, length, line, last ? " */" : "");
		else
			text_line(text, "%s", last ? " */" : " *");
		start = " * ";
		line = last ? NULL : end + 1;
	}
}
