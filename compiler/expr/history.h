/* What the passes made of each equation, in order, for `explain`: the graph after each pass, and each rule
 * that fired on the way to it. All of it is of one graph, and only written down: no pass reads it. */
#ifndef EXPR_HISTORY_H
#define EXPR_HISTORY_H

#include "expr/expr.h"
#include "expr/rules.h"

struct firing {
	const struct rule_info *rule;
	const struct tensor *left;         /* of the equation in whose right side it fired */
	const struct expr *before, *after; /* variables of open reductions are FRESH ones, the same in both */
};

struct snapshot {
	const char *pass; /* "simplify", "reuse values", …: what made the graph */
	struct graph graph;
	size_t firings; /* how many had fired when the pass was done */
};

struct history {
	struct arena *arena;
	ARRAY(struct firing) firings;
	ARRAY(struct snapshot) snapshots;
};

/* Nothing is written down where `history` is NULL. history_pass returns its graph. */
struct graph history_pass(struct history *history, const char *pass, struct graph graph);
void history_fired(struct history *history, struct firing firing);

#endif
