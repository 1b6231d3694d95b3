#include "explain/visit.h"

enum { FIRST_CAPACITY = 64 };

static const struct expr **place_of(const struct visited *visited, const struct expr *expr)
{
	size_t at = expr->id & (visited->capacity - 1);
	while (visited->nodes[at] && visited->nodes[at] != expr)
		at = (at + 1) & (visited->capacity - 1);
	return &visited->nodes[at];
}

static void grow(struct visited *visited)
{
	struct visited old = *visited;
	visited->capacity = old.capacity > 0 ? 4 * old.capacity : FIRST_CAPACITY;
	visited->nodes = ARENA_ARRAY(visited->arena, const struct expr *, visited->capacity);
	for (size_t k = 0; k < old.capacity; k++)
		if (old.nodes[k])
			*place_of(visited, old.nodes[k]) = old.nodes[k];
}

void visit_nodes(struct visited *visited, const struct expr *expr, node_visitor visitor, void *context)
{
	if (2 * visited->count >= visited->capacity)
		grow(visited);
	const struct expr **place = place_of(visited, expr);
	if (*place)
		return;
	*place = expr;
	visited->count++;
	visitor(context, expr);
	for (int k = 0; k < expr->index_count; k++)
		if (expr->indices[k]->label)
			visit_nodes(visited, expr->indices[k]->label, visitor, context);
	for (int k = 0; k < expr->count; k++)
		visit_nodes(visited, expr->operands[k], visitor, context);
}
