/* Rebuilding of expressions. */
#include "expr/expr.h"

struct entry {
	const struct expr *from, *to;
};

enum { FIRST_ENTRIES = 64, FEW_OPERANDS = 8 };

struct mapping {
	struct exprs *exprs;
	expr_rewrite rewrite;
	void *context;
	struct entry *entries; /* open addressing by the node's id */
	size_t count, capacity;
	struct entry first[FIRST_ENTRIES]; /* until it is half full: most expressions are small */
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
	const struct entry *old = mapping->entries;
	size_t capacity = mapping->capacity;
	mapping->capacity = capacity * 4;
	mapping->entries = ARENA_ARRAY(exprs_arena(mapping->exprs), struct entry, mapping->capacity);
	for (size_t i = 0; i < capacity; i++)
		if (old[i].from)
			*find(mapping, old[i].from) = old[i];
}

static const struct expr *map(struct mapping *mapping, const struct expr *expr);

static const struct expr *map_operands(struct mapping *mapping, const struct expr *expr)
{
	struct exprs *exprs = mapping->exprs;
	if (op_is_reduction(expr->op)) {
		int variable = expr_fresh(exprs);
		const struct expr *body = map(mapping, expr_open(exprs, expr, variable));
		return expr_reduce(exprs, expr->op, variable, expr->extent, body);
	}
	if (expr->count == 0)
		return expr;
	const struct expr *few[FEW_OPERANDS], **operands = few;
	if (expr->count > FEW_OPERANDS)
		operands = ARENA_ARRAY(exprs_arena(exprs), const struct expr *, expr->count);
	for (int k = 0; k < expr->count; k++)
		operands[k] = map(mapping, expr->operands[k]);
	return expr_with_operands(exprs, expr, operands);
}

static const struct expr *map(struct mapping *mapping, const struct expr *expr)
{
	const struct entry *known = find(mapping, expr);
	if (known->from)
		return known->to;
	const struct expr *result = mapping->rewrite(mapping->context, map_operands(mapping, expr));
	if (2 * ++mapping->count > mapping->capacity)
		grow(mapping);
	*find(mapping, expr) = (struct entry){expr, result};
	return result;
}

const struct expr *expr_map(struct exprs *exprs, const struct expr *expr, expr_rewrite rewrite, void *context)
{
	struct mapping mapping = {.exprs = exprs, .rewrite = rewrite, .context = context};
	mapping.entries = mapping.first;
	mapping.capacity = FIRST_ENTRIES;
	return map(&mapping, expr);
}
