/* The derivation of a model, for people: each value of the network, each gradient and each update with the forms that
 * its equation went through, the rules that fired on the way, and the functions of the generated C that compute it.
 *
 * Equations are shown whole: what the passes have taken out of them into equations of their own (the sum of
 * `h[n, o] = tanh(sum(i, W[o, i] * x[n, i]))`) stands in its place again, unless it is too long to be read there.
 */
#ifndef EXPLAIN_EXPLANATION_H
#define EXPLAIN_EXPLANATION_H

#include "base/text.h"
#include "expr/history.h"
#include "plan/plan.h"

/* One form of a right side, and how it came about. */
struct form {
	const char *how;           /* "as read", "derived", "simplified", … */
	const struct expr *right;
	size_t first, count;       /* of the rules of this entry that led to it: entry.firings from `first` on */
	const char *reads;         /* right as it is compared with other forms; NULL: not asked for yet */
};

/* A parameter or statistic whose update has been shown already, for another one. */
struct repetition {
	const struct tensor *updated;
	ARRAY(const char *) functions;
};

struct entry {
	const struct tensor *left;
	const char *origin;        /* "adjoint of hidden", or NULL */
	const struct tensor *part; /* of which it is the adjoint, where that has no entry; or NULL */
	const struct expr *part_right;
	const double *numbers;     /* instead of forms */
	ARRAY(struct form) forms;
	ARRAY(struct firing) firings;
	ARRAY(const char *) functions;  /* of the generated C; empty: its value stands in the places that read it */
	bool is_repetition;        /* as the equations of another parameter, but for names and indices */
	ARRAY(struct repetition) repetitions;  /* behind the last entry of a parameter */
};

struct section {
	const char *title;         /* "Forward", "Backward", "Update" */
	ARRAY(struct entry) entries;
};

enum { EXPLAIN_SECTIONS = 3 };

struct explanation {
	const char *model;
	const char *source;        /* "iris.mlp", without its folder */
	struct section sections[EXPLAIN_SECTIONS];
	/* of the finished graph: what the drawing shows */
	struct graph graph;
	struct arena *arena;
	struct exprs *exprs;
};

struct explanation explain(const struct plan *plan, const struct history *history, const char *source);

/* Of text, in columns; the second where no terminal tells its own. */
enum { EXPLAIN_LEAST_WIDTH = 40, EXPLAIN_WIDTH = 100 };

/* text.c: for a terminal; with `color` the names of rules and functions stand out */
void explain_text(struct text *text, const struct explanation *explanation, int width, bool color);
/* latex.c: a document that compiles as it is (amsmath) */
void explain_latex(struct text *text, const struct explanation *explanation);
/* dot.c: the graph of values, for Graphviz */
void explain_dot(struct text *text, const struct explanation *explanation);

#endif
