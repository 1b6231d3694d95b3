#include "expr/prune.h"

enum { MOST_KEPT = 256 }; /* entries of a map that is cleared */

static struct tensor_entry *slot(const struct tensor_map *map, const struct tensor *tensor)
{
	size_t at = (size_t)((uintptr_t)tensor * UINT64_C(0x9e3779b97f4a7c15) >> 24) & (map->capacity - 1);
	while (map->entries[at].tensor && map->entries[at].tensor != tensor)
		at = (at + 1) & (map->capacity - 1);
	return &map->entries[at];
}

const void *tensor_map_get(const struct tensor_map *map, const struct tensor *tensor)
{
	return map->capacity > 0 ? slot(map, tensor)->value : NULL;
}

void tensor_map_set(struct tensor_map *map, const struct tensor *tensor, const void *value)
{
	if (4 * (map->count + 1) > 3 * map->capacity) {
		struct tensor_map old = *map;
		map->capacity = old.capacity ? old.capacity * 2 : 16;
		map->entries = ARENA_ARRAY(map->arena, struct tensor_entry, map->capacity);
		for (size_t i = 0; i < old.capacity; i++)
			if (old.entries[i].tensor)
				*slot(map, old.entries[i].tensor) = old.entries[i];
	}
	struct tensor_entry *entry = slot(map, tensor);
	if (!entry->tensor)
		map->count++;
	*entry = (struct tensor_entry){tensor, value};
}

void tensor_map_clear(struct tensor_map *map)
{
	if (map->capacity > MOST_KEPT)
		map->capacity = 0;
	for (size_t i = 0; i < map->capacity; i++)
		map->entries[i] = (struct tensor_entry){0};
	map->count = 0;
}

tensors copy_tensors(struct arena *arena, const tensors *list)
{
	tensors copy = {0};
	for (size_t k = 0; k < list->count; k++)
		array_push(arena, &copy, list->items[k]);
	return copy;
}

/* --- reads ------------------------------------------------------------------------------------ */

enum { FIRST_SEEN = 64 };

struct visiting {
	struct arena *arena;
	const struct expr **seen; /* open addressing by id */
	size_t count, capacity;
	const struct expr *first[FIRST_SEEN]; /* until it is half full: most expressions are small */
	read_visitor visit;
	void *context;
};

static bool first_time(struct visiting *v, const struct expr *expr)
{
	if (2 * (v->count + 1) > v->capacity) {
		const struct expr **old = v->seen;
		size_t capacity = v->capacity;
		v->capacity = capacity * 4;
		v->seen = ARENA_ARRAY(v->arena, const struct expr *, v->capacity);
		v->count = 0;
		for (size_t i = 0; i < capacity; i++)
			if (old[i])
				first_time(v, old[i]);
	}
	size_t at = expr->id & (v->capacity - 1);
	while (v->seen[at] && v->seen[at] != expr)
		at = (at + 1) & (v->capacity - 1);
	if (v->seen[at])
		return false;
	v->seen[at] = expr;
	v->count++;
	return true;
}

static void visit(struct visiting *v, const struct expr *expr)
{
	if (!expr_has(expr, op_bit(OP_READ) | op_bit(OP_LABEL)) || !first_time(v, expr))
		return;
	if (expr->op == OP_READ || expr->op == OP_LABEL)
		v->visit(v->context, expr);
	for (int k = 0; k < expr->index_count; k++)
		if (expr->indices[k]->label)
			visit(v, expr->indices[k]->label);
	for (int k = 0; k < expr->count; k++)
		visit(v, expr->operands[k]);
}

void visit_reads(struct arena *arena, const struct expr *expr, read_visitor visitor, void *context)
{
	struct visiting v = {.arena = arena, .visit = visitor, .context = context};
	v.seen = v.first;
	v.capacity = FIRST_SEEN;
	visit(&v, expr);
}

/* --- dead equations --------------------------------------------------------------------------- */

static void mark(void *context, const struct expr *read)
{
	tensor_map_set(context, read->tensor, "needed");
}

struct graph prune(struct exprs *exprs, const struct graph *graph, bool keep_layers)
{
	struct arena *scratch = arena_new();
	struct tensor_map needed = {.arena = scratch};
	for (size_t k = 0; k < graph->results.count; k++)
		tensor_map_set(&needed, graph->results.items[k], "result");
	bool *alive = ARENA_ARRAY(scratch, bool, graph->equations.count);
	for (size_t k = graph->equations.count; k-- > 0;) {
		const struct equation *equation = &graph->equations.items[k];
		enum tensor_role role = equation->left->role;
		alive[k] = tensor_map_get(&needed, equation->left) != NULL ||
		           (keep_layers && (role == TENSOR_LAYER || role == TENSOR_OUTPUT));
		if (alive[k] && equation->right)
			visit_reads(scratch, equation->right, mark, &needed);
	}
	struct graph result = {.results = graph->results};
	for (size_t k = 0; k < graph->equations.count; k++)
		if (alive[k])
			array_push(exprs_arena(exprs), &result.equations, graph->equations.items[k]);
	arena_free(scratch);
	return result;
}
