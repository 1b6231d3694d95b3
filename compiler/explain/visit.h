/* The nodes of expressions, each once however often it is shared. */
#ifndef EXPLAIN_VISIT_H
#define EXPLAIN_VISIT_H

#include "expr/expr.h"

/* Those that were visited already: all but the arena begins as 0. */
struct visited {
	struct arena *arena;
	const struct expr **nodes; /* open addressing by the node's id */
	size_t count, capacity;
};

typedef void (*node_visitor)(void *context, const struct expr *expr);

/* Operands and the class numbers of indices too; users before what they use. */
void visit_nodes(struct visited *visited, const struct expr *expr, node_visitor visitor, void *context);

#endif
