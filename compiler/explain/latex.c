/* The derivation as a document: a chain of equations for each value, with the rules that fired between its
 * forms. */
#include <string.h>

#include "explain/arrange.h"
#include "explain/explanation.h"
#include "explain/fired.h"
#include "explain/latex_expr.h"
#include "explain/latex_layout.h"
#include "explain/letters.h"
#include "explain/visit.h"

/* In hundredths of an em of the text: the page, the widest left side that stands beside its equation, how far
 * rows stand in, and the part that small print takes. */
enum { LINE = 4550, WIDEST_LEFT = 800, INDENT = 200, RELATION = 140, GAP = 100, LETTER = 50 };
enum { SMALL_PERCENT = 85 };

static const char *formula_of(struct text *text, const struct tensor *left, const struct expr *expr)
{
	struct text formula = text_new(text->arena);
	struct printer printer = printer_of(&formula, left, expr);
	latex_expr(&printer, expr);
	return text_string(&formula);
}

static const char *left_of(struct text *text, const struct tensor *tensor)
{
	struct text left = text_new(text->arena);
	struct printer printer = printer_new(&left, tensor);
	latex_left(&printer, tensor);
	return text_string(&left);
}

static void add_code(struct text *text, const char *string)
{
	text_add(text, "\\texttt{");
	latex_escaped(text, string);
	text_add(text, "}");
}

/* --- rows of an entry ------------------------------------------------------------------------- */

/* A row that nothing can break is set smaller. */
static void add_formula(struct text *text, const char *formula, int width)
{
	int is = latex_width(formula);
	if (is <= width)
		text_add(text, formula);
	else
		text_printf(text, "\\text{%s$\\displaystyle %s$}",
		            is * 8 <= width * 10   ? "\\footnotesize"
		            : is * 6 <= width * 10 ? "\\scriptsize"
		                                   : "\\tiny",
		            formula);
}

/* Behind the last row of a form, or in one of its own where there is no room. */
static void add_reason(struct text *text, const char *reason, int room)
{
	int width = (int)strlen(reason) * LETTER * SMALL_PERCENT / 100 + GAP;
	text_add(text, width > room ? "\\\\\n&" : "");
	text_add(text, "\\reason{");
	latex_escaped(text, reason);
	text_add(text, "}");
}

static void add_form(struct text *text, const struct entry *entry, const struct form *form, int margin)
{
	int room = LINE - margin - RELATION;
	struct latex_rows rows = latex_rows(text->arena, formula_of(text, entry->left, form->right), room);
	for (size_t k = 0; k < rows.list.count; k++) {
		text_add(text, k == 0 ? "&= " : "\\\\\n&\\qquad ");
		add_formula(text, rows.list.items[k], k == 0 ? room : room - INDENT);
	}
	int last = latex_width(rows.list.items[rows.list.count - 1]);
	add_reason(text, form->how, room - last - (rows.list.count > 1 ? INDENT : 0));
	text_add(text, "\\\\\n");
}

/* Rows of small print; the first behind the name of the rule. */
static void add_firing_rows(struct text *text, const struct firing *firing, const char *formula, int room,
                            bool named)
{
	struct latex_rows rows = latex_rows(text->arena, formula, room);
	for (size_t k = 0; k < rows.list.count; k++) {
		text_add(text, "&\\firing{");
		if (named && k == 0) {
			add_code(text, firing->rule->name);
			text_printf(text, " (%s):\\quad ", rule_kind_names[firing->rule->kind]);
		} else {
			text_add(text, "\\qquad ");
		}
		text_printf(text, "$%s$}\\\\\n", rows.list.items[k]);
	}
}

/* Before and after: in one row, or each in rows of its own. */
static void add_firing(struct text *text, struct exprs *exprs, const struct firing *firing, int margin)
{
	struct text before = text_new(text->arena), after = text_new(text->arena);
	struct sides sides = readable(exprs, firing);
	struct printer printer = printer_of(&before, firing->left, sides.before);
	latex_expr(&printer, sides.before);
	printer.text = &after;
	printer.printed = 0;
	text_add(&after, "\\to ");
	latex_expr(&printer, sides.after);
	int name = ((int)strlen(firing->rule->name) + 10) * LETTER;
	int room = (LINE - 2 * INDENT - margin) * 100 / SMALL_PERCENT - name;
	bool split = latex_width(text_string(&before)) + latex_width(text_string(&after)) > room;
	if (!split)
		text_printf(&before, " %s", text_string(&after));
	add_firing_rows(text, firing, text_string(&before), room, true);
	if (split)
		add_firing_rows(text, firing, text_string(&after), room + name, false);
}

static void add_numbers(struct text *text, const struct entry *entry)
{
	enum { MOST = 8 };
	int64_t count = 1;
	for (int d = 0; d < entry->left->rank; d++)
		count *= entry->left->extents[d];
	text_add(text, "&= (");
	for (int64_t k = 0; k < count && k < MOST; k++) {
		text_add(text, k > 0 ? ",\\, " : "");
		latex_number(text, entry->numbers[k]);
	}
	text_add(text, count > MOST ? ",\\, \\dots" : "");
	text_add(text, ")\\reason{given numbers}\\\\\n");
}

static void add_chain(struct text *text, struct exprs *exprs, const struct entry *entry)
{
	const char *left = left_of(text, entry->left);
	int width = latex_width(left);
	int margin = width <= WIDEST_LEFT ? width : 0;
	struct text chain = text_new(text->arena);
	text_add(&chain, left);
	text_add(&chain, margin > 0 ? " " : "\\\\*\n"); /* no page ends there */
	for (size_t k = 0; k < entry->forms.count; k++) {
		const struct form *form = &entry->forms.items[k];
		for (size_t f = 0; f < form->count; f++)
			add_firing(&chain, exprs, &entry->firings.items[form->first + f], margin);
		add_form(&chain, entry, form, margin);
	}
	if (entry->forms.count == 0 && entry->numbers)
		add_numbers(&chain, entry);
	/* the last row ends without a break */
	chain.length -= strlen("\\\\\n");
	chain.bytes[chain.length] = '\0';
	text_printf(text, "\\begin{align*}\n%s%s\n\\end{align*}\n", margin > 0 ? "" : "&",
	            text_string(&chain));
}

/* What the adjoint is of, where that has no entry of its own. */
static void add_part(struct text *text, const struct entry *entry)
{
	struct form form = {.how = "its part", .right = entry->part_right};
	struct entry part = {.left = entry->part};
	array_push(text->arena, &part.forms, form);
	add_chain(text, NULL, &part);
}

static void add_functions(struct text *text, const char *const *functions, size_t count)
{
	text_add(text, count > 0 ? "in " : "in the places that read it");
	for (size_t k = 0; k < count; k++) {
		text_add(text, k > 0 ? ", " : "");
		add_code(text, functions[k]);
	}
}

/* The parameters whose equations are those above. */
static void add_repetitions(struct text *text, const struct entry *entry)
{
	if (entry->repetitions.count == 0)
		return;
	text_add(text, "\\noindent The same as for ");
	add_code(text, updated_by(entry->left)->name);
	text_add(text, ", but for names and indices: ");
	for (size_t k = 0; k < entry->repetitions.count; k++) {
		const struct repetition *repetition = &entry->repetitions.items[k];
		text_add(text, k > 0 ? ", " : "");
		add_code(text, repetition->updated->name);
		text_add(text, " {\\small (");
		add_functions(text, repetition->functions.items, repetition->functions.count);
		text_add(text, ")}");
	}
	text_add(text, ".\\par\n\n");
}

static void add_entry(struct text *text, struct exprs *exprs, const struct entry *entry)
{
	if (entry->is_repetition)
		return;
	text_add(text, "\\entry{");
	add_code(text, entry->left->name);
	text_add(text, "}{");
	latex_escaped(text, entry->origin ? entry->origin : "");
	text_add(text, entry->origin ? ", " : "");
	add_functions(text, entry->functions.items, entry->functions.count);
	text_add(text, "}\n");
	if (entry->part)
		add_part(text, entry);
	if (entry->forms.count > 0 || entry->numbers)
		add_chain(text, exprs, entry);
	text_blank(text);
	add_repetitions(text, entry);
}

/* --- notation --------------------------------------------------------------------------------- */

/* What the document uses, so that its legend tells of nothing else. */
struct used {
	bool ops[OP_COUNT];
	bool iverson, class_read, rows, prime;
};

static void look_at(void *context, const struct expr *expr)
{
	struct used *used = context;
	used->ops[expr->op] = true;
	used->iverson |= expr->op == OP_SELECT && expr_is_number(expr->operands[1], 1) &&
	                 expr_is_number(expr->operands[2], 0);
	used->class_read |= expr->op == OP_LABEL || (expr->op == OP_READ && expr->tensor->classes > 0);
}

static struct used used_in(const struct explanation *explanation)
{
	struct used used = {0};
	struct visited visited = {.arena = explanation->arena};
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		for (size_t k = 0; k < explanation->sections[s].entries.count; k++) {
			const struct entry *entry = &explanation->sections[s].entries.items[k];
			for (size_t f = 0; f < entry->forms.count; f++)
				visit_nodes(&visited, entry->forms.items[f].right, look_at, &used);
			for (size_t f = 0; f < entry->firings.count; f++) {
				visit_nodes(&visited, entry->firings.items[f].before, look_at, &used);
				visit_nodes(&visited, entry->firings.items[f].after, look_at, &used);
			}
			if (entry->part)
				visit_nodes(&visited, entry->part_right, look_at, &used);
		}
	return used;
}

static void add_legend(struct text *text, const struct explanation *explanation)
{
	struct used used = used_in(explanation);
	bool trains = explanation->sections[PHASE_BACKWARD].entries.count > 0;
	text_add(text, "\\begin{itemize}\n\\item $N$ is the number of rows of the batch and $n$ one of them; "
	               "a sum over $n$ runs over the batch. Indices begin at 0.\n");
	if (trains)
		text_add(text, "\\item $L$ is the loss, $\\delta^{(T)} = \\partial L / \\partial T$ its "
		               "derivative with respect to a value $T$ of the network. $W'$ is the value of "
		               "$W$ after the update.\n");
	for (int op = 0; op < OP_COUNT; op++)
		if (used.ops[op] && latex_meaning((enum op)op))
			text_printf(text, "\\item %s\n", latex_meaning((enum op)op));
	if (used.iverson)
		text_add(text, "\\item $[\\,c\\,]$ is 1 where the condition $c$ holds and 0 elsewhere.\n");
	if (used.class_read)
		text_add(text, "\\item A class with one index, of the row alone, is its number; with one "
		               "more it is a one for the class of the row and a zero for the others.\n");
	text_add(text, "\\item Numbers are rounded to seven digits.\n\\end{itemize}\n\n");
}

/* --- the rules -------------------------------------------------------------------------------- */

/* What stands in the rules and not in the language. */
static void add_words(struct text *text, const struct explanation *explanation)
{
	for (const struct rule_word *word = rule_words; word->call; word++) {
		if (!word_occurs(explanation, word))
			continue;
		text_add(text, "\\item ");
		add_code(text, word->call);
		text_add(text, " is ");
		add_code(text, word->value);
		latex_escaped(text, word->remark);
		text_add(text, "\n");
	}
}

static void add_rules(struct text *text, const struct explanation *explanation)
{
	bool any = false;
	for (const struct rule_info *rule = rule_table; rule->name; rule++) {
		if (times_fired(explanation, rule) == 0)
			continue;
		text_add(text, any ? "" : "\\section*{Rules that fired}\n\\begin{itemize}\n");
		any = true;
		text_add(text, "\\item ");
		add_code(text, rule->name);
		text_printf(text, " (%s):\\quad ", rule_kind_names[rule->kind]);
		add_code(text, rule->from);
		text_add(text, " $\\to$ ");
		add_code(text, rule->to);
		if (rule->let) {
			text_add(text, ", where ");
			text_add(text, "$c = {}$");
			add_code(text, rule->let);
		}
		if (rule->when) {
			text_add(text, ", if ");
			add_code(text, rule->when);
		}
		text_add(text, "\n");
	}
	add_words(text, explanation);
	text_add(text, any ? "\\end{itemize}\n\n" : "");
}

/* --- the document ----------------------------------------------------------------------------- */

static const char preamble[] =
	"\\documentclass[10pt,a4paper,fleqn]{article}\n"
	"\\usepackage{amsmath,amssymb}\n"
	"\\usepackage[margin=2.2cm]{geometry}\n"
	"\\setlength{\\mathindent}{1.5em}\n"
	"\\allowdisplaybreaks\n"
	"\\raggedbottom\n"
	"% the name of a value, and where it comes from; its equations follow in the same paragraph\n"
	"\\newcommand{\\entry}[2]{\\par\\addvspace{1.2ex}\\pagebreak[2]\\noindent\\textbf{#1}\\quad"
	"{\\small #2}}\n"
	"% how a form came about\n"
	"\\newcommand{\\reason}[1]{\\tag*{\\footnotesize\\itshape #1}}\n"
	"% a rule, between two forms\n"
	"\\newcommand{\\firing}[1]{\\hspace{2em}\\text{\\footnotesize #1}}\n"
	"\\begin{document}\n"
	"\\raggedright\n"
	"\\abovedisplayskip=3pt plus 2pt\n"
	"\\abovedisplayshortskip=\\abovedisplayskip\n"
	"\\belowdisplayskip=\\abovedisplayskip\n"
	"\\belowdisplayshortskip=\\abovedisplayskip\n";

void explain_latex(struct text *text, const struct explanation *explanation)
{
	text_printf(text, "%% The derivation of %s, a document for LaTeX.\n", explanation->model);
	text_add(text, preamble);
	text_add(text, "\\section*{The derivation of ");
	add_code(text, explanation->model);
	text_add(text, "}\nFrom ");
	add_code(text, explanation->source);
	text_add(text, ". Behind the name of each value stand the functions of the generated C that compute "
	               "it. Below it is its equation as it was read or derived, and what rules and passes "
	               "made of it. What was read is the model's text with its definitions put in, terms "
	               "collected, numbers folded and index letters chosen anew.\n");
	add_legend(text, explanation);
	for (int s = 0; s < EXPLAIN_SECTIONS; s++) {
		const struct section *section = &explanation->sections[s];
		if (section->entries.count == 0)
			continue;
		text_printf(text, "\\section*{%s}\n\n", section->title);
		for (size_t k = 0; k < section->entries.count; k++)
			add_entry(text, explanation->exprs, &section->entries.items[k]);
	}
	add_rules(text, explanation);
	text_add(text, "\\end{document}\n");
}
