/* Formulas in the notation of LaTeX: how wide they get, and where their lines end.
 *
 * A newline in a formula is a place where a row may end: before an operator, outside of braces and
 * environments. Widths are estimates, in hundredths of an em.
 */
#ifndef EXPLAIN_LATEX_LAYOUT_H
#define EXPLAIN_LATEX_LAYOUT_H

#include "base/array.h"

int latex_width(const char *formula);

struct latex_rows {
	struct arena *arena;
	ARRAY(const char *) list;
};

/* The formula in rows that are no wider than `width`, where it has the places for that. */
struct latex_rows latex_rows(struct arena *arena, const char *formula, int width);

#endif
