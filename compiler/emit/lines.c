/* Lines of C: broken where they are too long. */
#include "emit/lines.h"

#include <string.h>

enum { LAST_COLUMN = 104, TAB = 8 };

static bool is_operator(const char *c)
{
	return strchr("+-*/<>=?:&|", *c) != NULL && (c[1] == ' ' || (c[1] && c[2] == ' '));
}

/* The blank at which to break: before an operator or after a comma or semicolon, outside of strings, as little nested
 * as possible and then as far right as possible; 0: nowhere. */
static size_t best_break(const char *line, size_t room)
{
	size_t best = 0;
	int depth = 0, best_depth = 1000;
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
		bool wanted = line[k - 1] == ',' || line[k - 1] == ';' || line[k - 1] == '=' ||
		              (is_operator(line + k + 1) && line[k + 1] != '=');
		if (wanted && depth <= best_depth) {
			best = k;
			best_depth = depth;
		}
	}
	return best;
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
	while (strlen(line) + TAB * (size_t)text->indent > LAST_COLUMN) {
		size_t margin = TAB * (size_t)text->indent;
		size_t room = margin + 40 < LAST_COLUMN ? LAST_COLUMN - margin : 40;
		size_t cut = best_break(line, room);
		cut = cut ? cut : any_break(line, room);
		if (cut == 0)
			break;
		text_line(text, "%.*s", (int)cut, line);
		line += cut + 1;
		text->indent = indent + 2;
	}
	text_line(text, "%s", line);
	text->indent = indent;
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
