/* Rebuilding of expressions. */
#include "expr/expr.h"

struct entry {
	const struct expr *from, *to;
};

struct mapping {
	struct exprs *exprs;
	expr_rewrite rewrite;
	void *context;
	struct entry *entries; /* open addressing by the node's id */
	size_t count, capacity;
};

static struct entry *find(struct mapping *mapping, const struct expr *expr)
{
	size_t at = (size_t)(expr->id * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (mapping->capacity - 1);
	while (mapping->entries[at].from && mapping->entries[at].from != expr)
		at = (at + 1) & (mapping->capacity - 1);
	return &mapping->entries[at];
}

static void grow(struct mapping *mapping)
{
	struct mapping old = *mapping;
	mapping->capacity = old.capacity ? old.capacity * 2 : 16;
	mapping->entries = ARENA_ARRAY(exprs_arena(mapping->exprs), struct entry, mapping->capacity);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.entries[i].from)
			*find(mapping, old.entries[i].from) = old.entries[i];
}

static const struct expr *map(struct mapping *mapping, const struct expr *expr)
{
	if (2 * mapping->count >= mapping->capacity)
		grow(mapping);
	if (find(mapping, expr)->from)
		return find(mapping, expr)->to;
	struct exprs *exprs = mapping->exprs;
	const struct expr *result = expr;
	if (op_is_reduction(expr->op)) {
		int variable = expr_fresh(exprs);
		const struct expr *body = map(mapping, expr_open(exprs, expr, variable));
		result = expr_reduce(exprs, expr->op, variable, expr->extent, body);
	} else if (expr->count > 0) {
		const struct expr **operands =
		        ARENA_ARRAY(exprs_arena(exprs), const struct expr *, expr->count);
		for (int k = 0; k < expr->count; k++)
			operands[k] = map(mapping, expr->operands[k]);
		result = expr_with_operands(exprs, expr, operands);
	}
	result = mapping->rewrite(mapping->context, result);
	if (2 * ++mapping->count > mapping->capacity)
		grow(mapping);
	*find(mapping, expr) = (struct entry){expr, result};
	return result;
}

const struct expr *expr_map(struct exprs *exprs, const struct expr *expr, expr_rewrite rewrite, void *context)
{
	struct mapping mapping = {.exprs = exprs, .rewrite = rewrite, .context = context};
	return map(&mapping, expr);
}
