/* exp(z[n, i] - c[n]) in a sum and again in a quotient: a costly value that two equations compute gets a
 * tensor. */
#include "expr/finish.h"
#include "expr/split.h"

enum { MOST_SCOPE = 2 * TENSOR_MOST_DIMENSIONS };

/* A costly value with its free variables renamed to 0, 1, …: the sample first, the others in order of the
 * scope. */
struct shared {
	const struct expr *key;
	size_t first, last; /* equations that have it */
	const struct tensor *tensor;
	struct shared *next;  /* with the same key, over other extents */
	struct shared *later; /* with the same first equation */
};

struct sharing {
	struct exprs *exprs;
	const struct graph *graph;
	struct tensor_map shared; /* key, an address like any other → struct shared */
	struct tensor_map walked; /* nodes of this equation */
	struct shared **firsts;   /* by equation: those that it has first, inner ones before outer ones */
	uint64_t costly; /* operators */
	size_t equation;
	int scope[MOST_SCOPE];
	int64_t extents[MOST_SCOPE];
	int scope_count;
};

static bool is_costly(enum op op)
{
	return op_table[op].c && op != OP_ABS && op != OP_SIGN && op != OP_FLOOR && op != OP_MIN &&
	       op != OP_MAX && op != OP_SQRT && !op_is_draw(op);
}

static struct tensor *tensor_for(struct sharing *s, const struct expr *expr, const int *places, int count)
{
	struct exprs *exprs = s->exprs;
	static const char *const letters[] = {"i", "j", "k", "l", "m", "o", "p", "q", "r"};
	const struct tensor *left = s->graph->equations.items[s->equation].left;
	struct tensor *tensor = ARENA_NEW(exprs_arena(exprs), struct tensor);
	const struct tensor *whole = left;
	while (whole->role == TENSOR_TEMPORARY && whole->of)
		whole = whole->of;
	tensor->name = name_format(exprs_names(exprs), "%s.%s", whole->name, op_table[expr->op].name);
	tensor->role = TENSOR_TEMPORARY;
	tensor->of = whole;
	tensor->rank = count;
	for (int k = 0; k < count; k++) {
		tensor->extents[k] = s->extents[places[k]];
		tensor->letters[k] = places[k] < left->rank ? left->letters[places[k]]
		                                            : name_of(exprs_names(exprs), letters[k]);
	}
	return tensor;
}

static bool has_extents(const struct sharing *s, const struct tensor *tensor, const int *places)
{
	for (int k = 0; k < tensor->rank; k++)
		if (tensor->extents[k] != s->extents[places[k]])
			return false;
	return true;
}

static struct shared *add_shared(struct sharing *s, const struct expr *key, const struct tensor *tensor,
                                 struct shared *next)
{
	struct shared *shared = ARENA_NEW(exprs_arena(s->exprs), struct shared);
	*shared = (struct shared){.key = key, .first = s->equation, .tensor = tensor, .next = next};
	struct shared **end = &s->firsts[s->equation];
	while (*end)
		end = &(*end)->later;
	*end = shared;
	tensor_map_set(&s->shared, (const void *)key, shared);
	return shared;
}

static void note(struct sharing *s, const struct expr *expr)
{
	struct exprs *exprs = s->exprs;
	int variables[MOST_SCOPE], places[MOST_SCOPE], count = 0;
	const struct linear *own[MOST_SCOPE];
	for (int pass = 0; pass < 2; pass++) {
		for (int k = 0; k < s->scope_count; k++) {
			if ((s->extents[k] == EXTENT_ROWS) != (pass == 0) || !expr_uses(expr, s->scope[k]))
				continue;
			own[count] = linear_variable(exprs, count);
			places[count] = k;
			variables[count++] = s->scope[k];
		}
	}
	if (count == 0 || count > TENSOR_MOST_DIMENSIONS)
		return;
	const struct expr *key = expr_substitute(exprs, expr, count, variables, own);
	struct shared *known = (struct shared *)tensor_map_get(&s->shared, (const void *)key),
	              *shared = known;
	while (shared && !has_extents(s, shared->tensor, places))
		shared = shared->next;
	if (!shared)
		shared = add_shared(s, key, tensor_for(s, expr, places, count), known);
	shared->last = s->equation;
}

static void walk(struct sharing *s, const struct expr *expr)
{
	if (expr->count == 0 || tensor_map_get(&s->walked, (const void *)expr))
		return;
	tensor_map_set(&s->walked, (const void *)expr, expr);
	if (op_is_reduction(expr->op)) {
		if (s->scope_count == MOST_SCOPE)
			return;
		int variable = expr_fresh(s->exprs);
		s->scope[s->scope_count] = variable;
		s->extents[s->scope_count++] = expr->extent;
		walk(s, expr_open(s->exprs, expr, variable));
		s->scope_count--;
		return;
	}
	/* a value behind a condition may exist only there */
	for (int k = 0;
	     k < (expr->op == OP_SELECT || expr->op == OP_AND || expr->op == OP_OR ? 1 : expr->count); k++)
		walk(s, expr->operands[k]);
	if (is_costly(expr->op))
		note(s, expr);
}

static void walk_equation(struct sharing *s, const struct equation *equation)
{
	if (!equation->right || equation->phase == PHASE_UPDATE || !expr_has(equation->right, s->costly))
		return;
	tensor_map_clear(&s->walked);
	s->scope_count = equation->left->rank;
	for (int k = 0; k < equation->left->rank; k++) {
		s->scope[k] = k;
		s->extents[k] = equation->left->extents[k];
	}
	walk(s, equation->right);
}

static const struct tensor *holder_of(struct sharing *s, struct splitter *splitter,
                                      const struct shared *shared)
{
	const struct tensor *holder = exprs_holder(s->exprs, shared->key);
	bool fits = holder != NULL;
	for (int k = 0; fits && k < holder->rank; k++)
		fits = holder->extents[k] == shared->tensor->extents[k];
	if (fits)
		return holder;
	struct tensor *tensor = ARENA_NEW(exprs_arena(s->exprs), struct tensor);
	*tensor = *shared->tensor;
	tensor->name = splitter_name(splitter, tensor->name);
	exprs_remember(s->exprs, shared->key, tensor);
	return tensor;
}

static void insert_shared(struct sharing *s, struct splitter *splitter, struct graph *result)
{
	const struct equation *first = &s->graph->equations.items[s->equation];
	for (const struct shared *shared = s->firsts[s->equation]; shared; shared = shared->later) {
		if (shared->last == shared->first || first->right == shared->key)
			continue;
		array_push(exprs_arena(s->exprs), &result->equations,
		           (struct equation){.left = holder_of(s, splitter, shared),
		                             .right = shared->key,
		                             .phase = first->phase,
		                             .in_loss = first->in_loss});
	}
}

struct graph share_values(struct exprs *exprs, const struct graph *graph)
{
	struct sharing *s = ARENA_NEW(exprs_arena(exprs), struct sharing);
	*s = (struct sharing){.exprs = exprs,
	                      .graph = graph,
	                      .shared = {.arena = exprs_arena(exprs)},
	                      .walked = {.arena = exprs_arena(exprs)}};
	for (enum op op = 0; op < OP_COUNT; op++)
		s->costly |= is_costly(op) ? op_bit(op) : 0;
	s->firsts = ARENA_ARRAY(exprs_arena(exprs), struct shared *, graph->equations.count);
	for (s->equation = 0; s->equation < graph->equations.count; s->equation++)
		walk_equation(s, &graph->equations.items[s->equation]);
	struct graph result = {.results = graph->results};
	struct splitter *splitter = splitter_new(exprs, &result, graph);
	for (s->equation = 0; s->equation < graph->equations.count; s->equation++) {
		insert_shared(s, splitter, &result);
		array_push(exprs_arena(exprs), &result.equations, graph->equations.items[s->equation]);
	}
	result = reuse_values(exprs, &result);
	return prune(exprs, &result, false);
}
