/* Letters for index variables: those of the dimensions that they run over, each once. */
#include "expr/expr_print.h"

#include <string.h>

static bool is_used(const struct printer *printer, const char *letter)
{
	for (int v = 0; v < PRINTER_VARIABLES; v++)
		if (printer->letters[v] && strcmp(printer->letters[v], letter) == 0)
			return true;
	return false;
}

const char *printer_letter(struct printer *printer, const char *wanted)
{
	static const char letters[] = "ijklmopqrstuvw";
	if (wanted && !is_used(printer, wanted))
		return wanted;
	for (int k = 0;; k++) {
		struct text letter = text_new(printer->text->arena);
		text_printf(&letter, "%c", letters[k % 14]);
		if (k >= 14)
			text_printf(&letter, "%d", k / 14);
		if (!is_used(printer, text_string(&letter)))
			return text_string(&letter);
	}
}

struct printer printer_new(struct text *text, const struct tensor *left)
{
	struct printer printer = {.text = text};
	for (int d = 0; left && d < left->rank; d++) {
		const char *letter = left->letters[d];
		if (!letter && left->extents[d] == EXTENT_ROWS)
			letter = "n";
		printer.letters[d] = printer_letter(&printer, letter);
	}
	return printer;
}

/* What the reads of an expression tell about an index variable. */
struct index_use {
	const char *letter;  /* of a dimension that the variable runs over alone */
	bool has_extent;     /* is there such a dimension? */
};

static void find_use(struct printer *printer, const struct expr *expr, int variable, struct index_use *use)
{
	for (int d = 0; expr->tensor && d < expr->index_count; d++) {
		const struct linear *index = expr->indices[d];
		if (index->label)
			find_use(printer, index->label, variable, use);
		if (!linear_is_variable(index, variable))
			continue;
		const char *letter = expr->tensor->letters[d];
		use->has_extent = true;
		if (!use->letter && letter && !is_used(printer, letter))
			use->letter = letter;
	}
	for (int k = 0; k < expr->count && !use->letter; k++)
		find_use(printer, expr->operands[k], variable, use);
}

void printer_name(struct printer *printer, int variable, const struct expr *expr)
{
	struct index_use use = {0};
	find_use(printer, expr, variable, &use);
	printer->letters[variable] = printer_letter(printer, use.letter);
}

const char *printer_index(struct printer *printer, const struct expr *reduction, bool *has_extent)
{
	struct index_use use = {0};
	find_use(printer, reduction->operands[0], reduction->variable, &use);
	*has_extent = use.has_extent || reduction->extent == EXTENT_ROWS;
	if (!use.letter && reduction->extent == EXTENT_ROWS)
		use.letter = "n";
	return printer_letter(printer, use.letter);
}
