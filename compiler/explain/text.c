/* The derivation for a terminal: lines of at most `width` columns, broken at blanks. */
#include "explain/explanation.h"

#include <string.h>

#include "explain/arrange.h"
#include "explain/fired.h"
#include "explain/letters.h"
#include "expr/expr_print.h"

struct page {
	struct text *text;
	int width;
	bool color;
};

enum style { PLAIN, BOLD, FAINT };

static const char *styled(const struct page *page, enum style style, const char *string)
{
	static const char *const codes[] = {[PLAIN] = "0", [BOLD] = "1", [FAINT] = "2"};
	struct text text = text_new(page->text->arena);
	if (!page->color || style == PLAIN)
		return string;
	text_printf(&text, "\033[%sm%s\033[0m", codes[style], string);
	return text_string(&text);
}

/* Columns on a terminal: UTF-8 continuation bytes take none, nor do codes of colours. */
static int columns(const char *string, size_t length)
{
	int count = 0;
	for (size_t k = 0; k < length; k++) {
		if (string[k] == '\033')
			k += strcspn(string + k, "m");
		else
			count += ((unsigned char)string[k] & 0xc0) != 0x80;
	}
	return count;
}

/* The line behind `indent` blanks; what goes on in a new one stands `hanging` further in. */
static void add_wrapped(const struct page *page, int indent, int hanging, const char *line)
{
	int at = indent;
	text_printf(page->text, "%*s", indent, "");
	for (const char *word = line; *word;) {
		int gap = (int)strspn(word, " ");
		size_t length = strcspn(word + gap, " ");
		int width = columns(word + gap, length);
		bool breaks = word > line && at + gap + width > page->width;
		text_printf(page->text, "%s%*s", breaks ? "\n" : "", breaks ? indent + hanging : gap, "");
		text_bytes(page->text, word + gap, length);
		at = (breaks ? indent + hanging : at + gap) + width;
		word += gap + (int)length;
	}
	text_add(page->text, "\n");
}

static const char *expr_text(const struct page *page, const struct tensor *left, const struct expr *expr)
{
	struct text text = text_new(page->text->arena);
	struct printer printer = printer_of(&text, left, expr);
	printer_expr(&printer, expr);
	return text_string(&text);
}

static const char *left_text(const struct page *page, const struct tensor *left)
{
	struct text text = text_new(page->text->arena);
	struct printer printer = printer_new(&text, left);
	text_add(&text, left->name);
	for (int d = 0; d < left->rank; d++)
		text_printf(&text, "%s%s", d == 0 ? "[" : ", ", printer.letters[d]);
	text_add(&text, left->rank > 0 ? "]" : "");
	return text_string(&text);
}

/* --- parts of an entry ------------------------------------------------------------------------ */

static const char *functions_text(const struct page *page, const struct entry *entry)
{
	struct text line = text_new(page->text->arena);
	for (size_t k = 0; k < entry->functions.count; k++)
		text_printf(&line, "%s%s", k > 0 ? ", " : "in ", entry->functions.items[k]);
	if (entry->functions.count == 0)
		text_add(&line, "in the places that read it");
	return text_string(&line);
}

/* With the equation of a part that has no entry of its own. */
static const char *origin_text(const struct page *page, const struct entry *entry)
{
	struct text line = text_new(page->text->arena);
	if (!entry->part)
		return entry->origin;
	text_printf(&line, "adjoint of %s = %s", left_text(page, entry->part),
	            expr_text(page, entry->part, entry->part_right));
	return text_string(&line);
}

/* The name of the value, whose equation it is, and the functions, broken where the line ends. */
static void add_heading(const struct page *page, const struct entry *entry)
{
	const char *left = left_text(page, entry->left);
	struct text line = text_new(page->text->arena);
	if (entry->origin)
		text_printf(&line, "%s, ", origin_text(page, entry));
	text_add(&line, functions_text(page, entry));
	struct text heading = text_new(page->text->arena);
	text_printf(&heading, "%s   %s", styled(page, BOLD, left), styled(page, FAINT, text_string(&line)));
	add_wrapped(page, 0, 6, text_string(&heading));
}

static void add_firing(const struct page *page, struct exprs *exprs, const struct firing *firing)
{
	struct text before = text_new(page->text->arena), after = text_new(page->text->arena);
	struct sides sides = readable(exprs, firing);
	struct printer printer = printer_of(&before, firing->left, sides.before);
	printer_expr(&printer, sides.before);
	printer.text = &after;
	printer.printed = 0;
	text_add(&after, "→ ");
	printer_expr(&printer, sides.after);
	text_printf(page->text, "      %s (%s)\n", styled(page, BOLD, firing->rule->name),
	            rule_kind_names[firing->rule->kind]);
	add_wrapped(page, 10, 4, text_string(&before));
	add_wrapped(page, 8, 6, text_string(&after));
}

/* How the first form came about is plain: as it was read, or by the chain rule. */
static void add_form(const struct page *page, struct exprs *exprs, const struct entry *entry,
                     const struct form *form)
{
	struct text line = text_new(page->text->arena);
	for (size_t k = 0; k < form->count; k++)
		add_firing(page, exprs, &entry->firings.items[form->first + k]);
	text_printf(&line, "= %s", expr_text(page, entry->left, form->right));
	if (form != entry->forms.items)
		text_printf(&line, "   %s", styled(page, FAINT, form->how));
	add_wrapped(page, 4, 6, text_string(&line));
}

/* The parameters whose equations are those above. */
static void add_repetitions(const struct page *page, const struct entry *entry)
{
	struct text line = text_new(page->text->arena);
	if (entry->repetitions.count == 0)
		return;
	text_printf(&line, "The same as for %s, but for names and indices: ", updated_by(entry->left)->name);
	for (size_t k = 0; k < entry->repetitions.count; k++) {
		const struct repetition *repetition = &entry->repetitions.items[k];
		text_printf(&line, "%s%s (in ", k > 0 ? ", " : "", repetition->updated->name);
		for (size_t f = 0; f < repetition->functions.count; f++)
			text_printf(&line, "%s%s", f > 0 ? ", " : "", repetition->functions.items[f]);
		text_add(&line, ")");
	}
	add_wrapped(page, 0, 6, text_string(&line));
	text_add(page->text, "\n");
}

static void add_entry(const struct page *page, struct exprs *exprs, const struct entry *entry)
{
	if (entry->is_repetition)
		return;
	add_heading(page, entry);
	for (size_t k = 0; k < entry->forms.count; k++)
		add_form(page, exprs, entry, &entry->forms.items[k]);
	text_add(page->text, "\n");
	add_repetitions(page, entry);
}

/* --- the rules that fired --------------------------------------------------------------------- */

/* What stands in the rules above and not in the language. */
static void add_words(const struct page *page, const struct explanation *explanation)
{
	bool any = false;
	for (const struct rule_word *word = rule_words; word->call; word++) {
		struct text line = text_new(page->text->arena);
		if (!word_occurs(explanation, word))
			continue;
		text_printf(&line, "%s is %s%s", word->call, word->value, word->remark);
		text_add(page->text, any ? "" : "\n");
		add_wrapped(page, 0, 6, text_string(&line));
		any = true;
	}
}

static void add_rules(const struct page *page, const struct explanation *explanation)
{
	bool any = false;
	for (const struct rule_info *rule = rule_table; rule->name; rule++) {
		int count = times_fired(explanation, rule);
		if (count == 0)
			continue;
		if (!any)
			text_printf(page->text, "%s\n\n", styled(page, BOLD, "Rules that fired"));
		any = true;
		struct text line = text_new(page->text->arena);
		text_printf(page->text, "%s  %s, %d time%s\n", styled(page, BOLD, rule->name),
		            rule_kind_names[rule->kind], count, count == 1 ? "" : "s");
		text_printf(&line, "%s → %s", rule->from, rule->to);
		if (rule->let)
			text_printf(&line, ", c = %s", rule->let);
		if (rule->when)
			text_printf(&line, "   if %s", rule->when);
		add_wrapped(page, 4, 6, text_string(&line));
	}
	add_words(page, explanation);
}

/* --- the page --------------------------------------------------------------------------------- */

static bool has_constant(const struct entry *entry)
{
	uint64_t constant = op_bit(OP_CONSTANT);
	bool any = entry->part && expr_has(entry->part_right, constant);
	for (size_t k = 0; k < entry->forms.count; k++)
		any |= expr_has(entry->forms.items[k].right, constant);
	for (size_t k = 0; k < entry->firings.count; k++)
		any |= expr_has(entry->firings.items[k].before, constant) ||
		       expr_has(entry->firings.items[k].after, constant);
	return any;
}

static bool shows_constant(const struct explanation *explanation)
{
	bool any = false;
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		for (size_t k = 0; k < explanation->sections[s].entries.count; k++)
			any |= has_constant(&explanation->sections[s].entries.items[k]);
	return any;
}

static void add_preface(const struct page *page, const struct explanation *explanation)
{
	struct text line = text_new(page->text->arena);
	bool trains = explanation->sections[PHASE_BACKWARD].entries.count > 0;
	const char *of_training = ", d_T is the derivative of the loss with respect to T, new.T the value of T "
	                          "after the update";
	text_printf(&line, "The derivation of %s (%s). n counts the rows of the batch%s. ",
	            explanation->model, explanation->source, trains ? of_training : "");
	text_printf(&line,
	            "Behind each value stand the functions of the generated C that compute it; below it its "
	            "equation as it was read%s, the rules that fired, and what became of it. What was read "
	            "is the model's text with its definitions put in, terms collected, numbers folded and "
	            "index letters chosen anew. Numbers are rounded to %d digits.",
	            trains ? " or derived" : "", EXPLAIN_DIGITS);
	if (shows_constant(explanation))
		text_add(&line, " constant(x) is x, and no gradient passes it.");
	add_wrapped(page, 0, 0, text_string(&line));
	text_add(page->text, "\n");
}

void explain_text(struct text *text, const struct explanation *explanation, int width, bool color)
{
	struct page page = {text, width, color};
	add_preface(&page, explanation);
	for (int s = 0; s < EXPLAIN_SECTIONS; s++) {
		const struct section *section = &explanation->sections[s];
		if (section->entries.count == 0)
			continue;
		text_printf(text, "%s\n\n", styled(&page, BOLD, section->title));
		for (size_t k = 0; k < section->entries.count; k++)
			add_entry(&page, explanation->exprs, &section->entries.items[k]);
	}
	add_rules(&page, explanation);
}
