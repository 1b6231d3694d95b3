/* Choices: cases, one a row, or in the line where they are too wide for that. */
#include "explain/latex_layout.h"
#include "explain/latex_parts.h"

enum { WIDEST_CASE = 3000 }; /* in hundredths of an em */

struct choice {
	const char *condition, *value;
	bool fits; /* as a row of cases */
};

/* The chain of what is chosen elsewhere. */
struct choices {
	ARRAY(struct choice) list;
	const char *otherwise;
	bool fits; /* otherwise, as a row */
};

static void add_row(struct text *text, const struct choice *choice)
{
	text_printf(text, "%s & \\text{if } %s \\\\", choice->value, choice->condition);
}

static void add_last_row(struct text *text, const struct choices *choices)
{
	text_printf(text, "%s & \\text{otherwise}\\end{cases}", choices->otherwise);
}

static bool fits(struct arena *arena, const struct choices *choices, const struct choice *choice)
{
	struct text text = text_new(arena);
	text_add(&text, "\\begin{cases}");
	if (choice)
		add_row(&text, choice);
	else
		add_last_row(&text, choices);
	return latex_width(text_string(&text)) <= WIDEST_CASE;
}

/* Each part is written once, for both ways to lay it out. */
static struct choices choices_of(struct printer *printer, const struct expr *expr)
{
	struct arena *arena = printer->text->arena;
	struct choices choices = {0};
	for (; expr->op == OP_SELECT && !latex_is_iverson(expr) && !latex_is_full(printer);
	     expr = expr->operands[2]) {
		struct choice choice = {.condition = latex_part(printer, expr->operands[0], DISJUNCTION),
		                        .value = latex_part(printer, expr->operands[1], CONDITIONAL)};
		choice.fits = fits(arena, NULL, &choice);
		array_push(arena, &choices.list, choice);
	}
	choices.otherwise = latex_part(printer, expr, CONDITIONAL);
	choices.fits = fits(arena, &choices, NULL);
	return choices;
}

/* Those from `first` on. */
static const char *cases(struct arena *arena, const struct choices *choices, size_t first)
{
	struct text text = text_new(arena);
	text_add(&text, "\\begin{cases}");
	for (size_t k = first; k < choices->list.count; k++)
		add_row(&text, &choices->list.items[k]);
	add_last_row(&text, choices);
	return text_string(&text);
}

static const char *choice_in_line(struct arena *arena, const struct choice *choice, const char *otherwise)
{
	struct text line = text_new(arena), enclosed = text_new(arena);
	text_printf(&line, "\\text{if } %s\n", choice->condition);
	text_printf(&line, "\\text{ then } %s\n", choice->value);
	text_printf(&line, "\\text{ else } %s", otherwise);
	latex_enclosed(&enclosed, "(", text_string(&line), ")");
	return text_string(&enclosed);
}

/* As many cases as fit at the end of the chain, and those before them in the line. */
void latex_choice(struct printer *printer, const struct expr *expr)
{
	struct arena *arena = printer->text->arena;
	if (latex_is_iverson(expr)) {
		latex_enclosed(printer->text, "[", latex_part(printer, expr->operands[0], CONDITIONAL), "]");
		return;
	}
	struct choices choices = choices_of(printer, expr);
	size_t first = choices.list.count;
	while (choices.fits && first > 0 && choices.list.items[first - 1].fits)
		first--;
	const char *formula = first < choices.list.count ? cases(arena, &choices, first) : choices.otherwise;
	while (first-- > 0)
		formula = choice_in_line(arena, &choices.list.items[first], formula);
	text_add(printer->text, formula);
}
