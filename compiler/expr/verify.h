/* Inside of verify_graph: what is checked of the nodes, and of the ranges of indices. */
#ifndef EXPR_VERIFY_H
#define EXPR_VERIFY_H

#include "expr/expr.h"

enum { VERIFY_VARIABLES = 64 };

/* By the id of a node. */
struct note {
	size_t checked;   /* 1 + position of the equation for which it was; 0: none */
	uint64_t uses;    /* variables free in it, as bits */
	uint64_t scope;   /* in which its ranges were looked at; 0: none */
	bool guarded;     /* only under a condition? */
};

struct verifier {
	struct arena *arena;
	const struct graph *graph;
	const struct equation *equation;  /* NULL: none that can be printed */
	size_t position;                  /* of the equation */
	struct note *notes;
	size_t note_count;
	uint64_t scopes;                  /* number of those entered so far */
	int64_t extents[VERIFY_VARIABLES];
	const char *error;                /* the first, or NULL */
};

struct note *verify_note(struct verifier *verifier, const struct expr *expr);
__attribute__((format(printf, 2, 3))) void verify_fail(struct verifier *verifier, const char *format, ...);

/* verify_ranges.c: that the reads of the equation stay inside of their tensors */
void verify_ranges(struct verifier *verifier);

#endif
