/* The derivation as a document: equations as a textbook has them, its form on all models, and what LaTeX
 * says of it where that is installed. */
#include <ctype.h>

#include "explain_fixture.h"

static void expect_lines(const char *text, const char *const *lines, size_t count)
{
	for (size_t k = 0; k < count; k++)
		cr_expect(strstr(text, lines[k]), "no %s in\n%s", lines[k], text);
}

/* The four equations of backpropagation: the error of the output layer, that of a hidden layer from the next,
 * and with them the derivatives by bias and weight. */
Test(explain_latex, four_equations)
{
	static const char *const lines[] = {
		"\\delta^{(\\mathrm{y.dense})}_{n,o} &= \\frac{\\sigma(\\mathrm{y.dense}_{n,o}) "
		"\\,(y_{n,o} - t_{n,o}) \\,\\bigl( 1 - "
		"\\sigma(\\mathrm{y.dense}_{n,o})\\bigr)}{N}\\reason{derived}",
		"&= \\frac{y_{n,o} \\,(y_{n,o} - t_{n,o}) \\,(1 - y_{n,o})}{N}\\reason{with values",
		"&= h_{n,o} \\,\\delta^{(h)}_{n,o} \\,(1 - h_{n,o})\\reason{with values",
		"\\delta^{(h)}_{n,i} &= \\sum_{o} W^{(y)}_{o,i} "
		"\\,\\delta^{(\\mathrm{y.dense})}_{n,o}\\reason{derived}",
		"\\delta^{(\\mathrm{h.dense})}_{n,o} &= \\sigma(\\mathrm{h.dense}_{n,o}) "
		"\\,\\delta^{(h)}_{n,o} \\,\\bigl( 1 - \\sigma(\\mathrm{h.dense}_{n,o})\\bigr)"
		"\\reason{derived}",
		"\\frac{\\partial L}{\\partial b^{(h)}_{o}} &= \\sum_{n} \\delta^{(\\mathrm{h.dense})}_{n,o}"
		"\\reason{derived}",
		"\\frac{\\partial L}{\\partial W^{(h)}_{o,i}} &= \\sum_{n} x_{n,i} "
		"\\,\\delta^{(\\mathrm{h.dense})}_{n,o}\\reason{derived}",
	};
	struct derivation d;
	derive(&d, "models/worked/xor_step.mlp", explain_latex);
	expect_lines(d.text, lines, sizeof lines / sizeof *lines);
	arena_free(d.arena);
}

Test(explain_latex, forward_and_update)
{
	static const char *const lines[] = {
		"\\section*{The derivation of \\texttt{xor\\_step}}\nFrom \\texttt{m\\_1.mlp}.",
		"\\mathrm{h.dense}_{n,o} &= \\sum_{i} W^{(h)}_{o,i} \\,x_{n,i} + b^{(h)}_{o}"
		"\\reason{as read}",
		"h_{n,i} &= \\frac{1}{1 + e^{-\\mathrm{h.dense}_{n,i}}}\\reason{as read}",
		"&\\firing{\\texttt{logistic} (stable):\\quad $\\frac{1}{1 + e^{-\\mathrm{h.dense}_{n,i}}} "
		"\\to \\sigma(\\mathrm{h.dense}_{n,i})$}",
		"&= \\sigma(\\mathrm{h.dense}_{n,i})\\reason{simplified}",
		"L &= \\frac{1}{N}\\,\\sum_{n} \\mathrm{loss.row}_{n}\\reason{as read}",
		"\\entry{\\texttt{new.h.W}}{sgd of h.W, in \\texttt{update\\_h\\_W}}",
		"W'^{(h)}_{o,i} &= W^{(h)}_{o,i} - 0.5\\,\\frac{\\partial L}{\\partial "
		"W^{(h)}_{o,i}}\\reason{as read}",
		"\\item $\\sigma(x) = \\frac{1}{1 + e^{-x}}$.",
	};
	struct derivation d;
	derive(&d, "models/worked/xor_step.mlp", explain_latex);
	expect_lines(d.text, lines, sizeof lines / sizeof *lines);
	/* the legend tells of nothing that is not there */
	cr_expect_null(strstr(d.text, "\\operatorname{log1pexp}(x) ="));
	cr_expect_null(strstr(d.text, "the condition"));
	arena_free(d.arena);
}

/* What an adjoint is of, updates that repeat others, and where what is not in the text came from. */
Test(explain_latex, parts_and_repetitions)
{
	static const char *const lines[] = {
		"\\begin{align*}\n&\\mathrm{each.layer\\_norm.mean.sum}_{n,n_{1}}\\\\*\n&= \\sum_{j} "
		"\\mathrm{mixed}_{n,n_{1},j}\\reason{its part}\n\\end{align*}\n",
		"&= \\frac{1}{1 - 0.9^{\\mathrm{step}}}\\reason{taken out of other equations}",
		"\\noindent The same as for \\texttt{mixed.query}, but for names and indices: "
		"\\texttt{mixed.key} {\\small (in \\texttt{update\\_mixed\\_key})}, ",
	};
	struct derivation d;
	derive(&d, "models/custom/attention.mlp", explain_latex);
	expect_lines(d.text, lines, sizeof lines / sizeof *lines);
	cr_expect_null(strstr(d.text, "\\entry{\\texttt{new.mixed.key"));
	arena_free(d.arena);
}

/* --- the form of all documents ---------------------------------------------------------------- */

struct scan {
	const char *path, *at;
	int braces, environments;
	bool dollar, comment;
};

static bool in_math(const struct scan *s)
{
	return s->dollar || s->environments > 0;
}

static void scan_environment(struct scan *s, const char *name)
{
	size_t length = strcspn(name, "}");
	bool counts = (length == 5 && memcmp(name, "cases", 5) == 0) ||
	              (length == 6 && memcmp(name, "align*", 6) == 0);
	if (counts)
		s->environments += s->at[1] == 'b' ? 1 : -1;
	cr_expect_geq(s->environments, 0, "%s: %.60s", s->path, s->at);
}

static void scan_character(struct scan *s)
{
	bool line_start = s->at[-1] == '\n';
	switch (*s->at) {
	case '{':
		s->braces++;
		break;
	case '}':
		cr_expect_geq(--s->braces, 0, "%s: %.60s", s->path, s->at);
		break;
	case '$':
		s->dollar = !s->dollar;
		break;
	case '_':
	case '^':
		cr_expect(in_math(s), "%s: %.60s", s->path, s->at - 20);
		break;
	case '&':
		cr_expect_gt(s->environments, 0, "%s: %.60s", s->path, s->at - 20);
		break;
	case '%':
		cr_expect(line_start, "%s: %.60s", s->path, s->at - 20);
		s->comment = true;
		break;
	case '#':
	case '~':
		cr_expect_fail("%s: %.60s", s->path, s->at - 20);
		break;
	default:
		cr_expect(isprint((unsigned char)*s->at) || *s->at == '\n', "%s: %.60s", s->path, s->at - 20);
	}
}

/* Behind \begin{document}, where # has no place. */
static void scan_document(const char *path, const char *text)
{
	const char *body = strstr(text, "\\begin{document}\n");
	cr_assert(body && strcmp(text + strlen(text) - 15, "\\end{document}\n") == 0, "%s", path);
	struct scan s = {.path = path, .at = body};
	for (; *s.at; s.at++) {
		if (s.comment) {
			s.comment = *s.at != '\n';
			continue;
		}
		if (strncmp(s.at, "\\begin{", 7) == 0)
			scan_environment(&s, s.at + 7);
		else if (strncmp(s.at, "\\end{", 5) == 0)
			scan_environment(&s, s.at + 5);
		if (*s.at == '\\')
			s.at++;
		else
			scan_character(&s);
		if (*s.at == '\n')
			cr_expect_not(s.dollar, "%s: a formula that goes on behind %.60s", path, s.at);
	}
	cr_expect_eq(s.braces, 0, "%s", path);
	cr_expect_eq(s.environments, 0, "%s", path);
}

Test(explain_latex, all_models)
{
	glob_t list = model_files();
	for (size_t k = 0; k < list.gl_pathc; k++) {
		struct derivation d;
		derive(&d, list.gl_pathv[k], explain_latex);
		scan_document(list.gl_pathv[k], d.text);
		arena_free(d.arena);
	}
}

/* --- index letters ---------------------------------------------------------------------------- */

struct letters {
	bool declared[128];
};

/* The letters of a subscript, from behind its brace; words in it are names. */
static void see_subscript(struct letters *letters, const char *at, bool declares, const char *where)
{
	for (int depth = 1; *at && depth > 0; at++) {
		if (*at == '\\') {
			do
				at++;
			while (isalpha((unsigned char)*at));
			at += *at == '{' ? strcspn(at, "}") : 0;
			at -= *at != '}';
			continue;
		}
		depth += (*at == '{') - (*at == '}');
		bool is_name = strncmp(at + 1, "_{", 2) == 0 && !isdigit((unsigned char)at[3]);
		if (!isalpha((unsigned char)*at) || is_name)
			continue;
		letters->declared[(int)*at] |= declares;
		cr_expect(letters->declared[(int)*at], "%c is not declared in %s", *at, where);
	}
}

/* Is the subscript at `at` that of a sum, a product or a maximum, which declares its letter? */
static bool declares_at(const char *start, const char *at)
{
	static const char *const operators[] = {"\\sum", "\\prod", "\\max", "\\min", "max}"};
	for (size_t k = 0; k < sizeof operators / sizeof *operators; k++) {
		size_t length = strlen(operators[k]);
		if ((size_t)(at - start) >= length && memcmp(at - length, operators[k], length) == 0)
			return true;
	}
	return false;
}

/* In each chain of equations the letters of the left side, and those that an operator runs over; but where a
 * rule fired inside of a sum its letter stands alone. */
static void check_letters(const char *path, const char *text)
{
	const char *chain = text;
	while ((chain = strstr(chain, "\\begin{align*}\n"))) {
		struct letters letters = {0};
		const char *end = strstr(chain, "\\end{align*}");
		const char *equals = strstr(chain, "&=");
		bool firing = false;
		for (const char *at = chain; at < end; at++) {
			if (*at == '\n')
				firing = strncmp(at + 1, "&\\firing", 8) == 0;
			if (!firing && strncmp(at, "_{", 2) == 0 && at[-1] != '\\')
				see_subscript(&letters, at + 2, at < equals || declares_at(chain, at), path);
		}
		chain = end;
	}
}

Test(explain_latex, every_letter_is_declared)
{
	glob_t list = model_files();
	for (size_t k = 0; k < list.gl_pathc; k++) {
		struct derivation d;
		derive(&d, list.gl_pathv[k], explain_latex);
		check_letters(list.gl_pathv[k], d.text);
		arena_free(d.arena);
	}
}

/* --- LaTeX itself ----------------------------------------------------------------------------- */

enum { LARGEST_LOG = 1 << 20 };

/* Nothing stands more than 5 points outside of the page. */
static void check_log(const char *path, const char *log)
{
	static const char overfull[] = "Overfull \\hbox (";
	for (const char *at = log; (at = strstr(at, overfull)); at++)
		cr_expect_leq(atof(at + strlen(overfull)), 5, "%s: %.80s", path, at);
}

Test(explain_latex, compiles_unedited)
{
	char folder[] = "/tmp/mlpc_latex_XXXXXX", path[64], command[256];
	glob_t list = model_files();
	if (!is_installed("pdflatex"))
		return;
	cr_assert(mkdtemp(folder));
	for (size_t k = 0; k < list.gl_pathc; k++) {
		struct derivation d;
		derive(&d, list.gl_pathv[k], explain_latex);
		snprintf(path, sizeof path, "%s/m.tex", folder);
		write_file(path, d.text);
		snprintf(command, sizeof command,
		         "cd %s && pdflatex -interaction=batchmode -halt-on-error m.tex >/dev/null 2>&1",
		         folder);
		cr_expect_eq(system(command), 0, "%s", list.gl_pathv[k]);
		snprintf(path, sizeof path, "%s/m.log", folder);
		check_log(list.gl_pathv[k], read_file(d.arena, path, LARGEST_LOG));
		arena_free(d.arena);
	}
	snprintf(command, sizeof command, "rm -r %s", folder);
	cr_expect_eq(system(command), 0);
}
