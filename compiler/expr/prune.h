/* Sets of tensors, and dead equations out. */
#ifndef EXPR_PRUNE_H
#define EXPR_PRUNE_H

#include "expr/expr.h"

/* A set of tensors with a value each; a hash table by pointer. */
struct tensor_map {
	struct arena *arena;
	struct tensor_entry {
		const struct tensor *tensor;
		const void *value;
	} * entries;
	size_t count, capacity;
};

const void *tensor_map_get(const struct tensor_map *map, const struct tensor *tensor);
void tensor_map_set(struct tensor_map *map, const struct tensor *tensor, const void *value);
/* Empties it; a small one keeps its memory. */
void tensor_map_clear(struct tensor_map *map);

/* A list of its own, to which more may be added. */
tensors copy_tensors(struct arena *arena, const tensors *list);

/* Calls `visit` for each read and label in the expression, once for a shared node. */
typedef void (*read_visitor)(void *context, const struct expr *read);
void visit_reads(struct arena *arena, const struct expr *expr, read_visitor visit, void *context);

/* prune.c: only the equations that a result depends on, in their order; layers of the user's model may count
 * as results, since later passes may find use for their values */
struct graph prune(struct exprs *exprs, const struct graph *graph, bool keep_layers);

#endif
