/* Inside of verify_graph: what is checked of the nodes, and of the ranges of indices. */
#ifndef EXPR_VERIFY_H
#define EXPR_VERIFY_H

#include "expr/expr.h"
#include "expr/prune.h"

enum { VERIFY_VARIABLES = 64 };

/* Of a node. */
struct note {
	const struct expr *expr;
	uint64_t uses;    /* variables free in it, as bits */
	uint32_t scope;   /* in which its ranges were looked at; 0: none */
	bool checked;     /* for this equation or one before it */
	bool guarded;     /* only under a condition? */
};

struct verifier {
	struct arena *arena;              /* of the message */
	struct arena *scratch;            /* of the rest: goes at the end */
	const struct equation *equation;  /* NULL: none that can be printed */
	struct tensor_map defined;        /* left sides of the equations before it */
	struct note *notes;               /* open addressing by the node's id */
	size_t note_count, note_capacity;
	uint32_t scopes;                  /* number of those entered so far */
	int64_t extents[VERIFY_VARIABLES];
	const char *error;                /* the first, or NULL */
};

/* The next call may move it. */
struct note *verify_note(struct verifier *verifier, const struct expr *expr);
__attribute__((format(printf, 2, 3))) void verify_fail(struct verifier *verifier, const char *format, ...);

/* verify_ranges.c: that the reads of the equation stay inside of their tensors */
void verify_ranges(struct verifier *verifier);

#endif
