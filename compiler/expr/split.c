#include "expr/split.h"

/* A reduction that has a tensor: `key` is the reduction with its free variables renamed to 0, 1, … */
struct known {
	const struct expr *key;
	const struct tensor *tensor;
};

struct splitter {
	struct exprs *exprs;
	struct graph *graph;
	ARRAY(struct known) known;
	ARRAY(name_t) used;
	struct equation equation;  /* being split */
	/* variables in scope: those of the left side, then those of opened reductions */
	int scope[64];
	int64_t extents[64];
	int scope_count;
	const struct expr *conditions[64];  /* that stand above the place */
	int condition_count;
};

struct splitter *splitter_new(struct exprs *exprs, struct graph *graph, const struct graph *source)
{
	struct splitter *splitter = ARENA_NEW(exprs_arena(exprs), struct splitter);
	splitter->exprs = exprs;
	splitter->graph = graph;
	for (size_t k = 0; source && k < source->equations.count; k++)
		array_push(exprs_arena(exprs), &splitter->used, source->equations.items[k].left->name);
	return splitter;
}

static bool is_used(const struct splitter *splitter, name_t name)
{
	for (size_t k = 0; k < splitter->used.count; k++)
		if (splitter->used.items[k] == name)
			return true;
	return false;
}

name_t splitter_name(struct splitter *splitter, name_t wanted)
{
	struct names *names = exprs_names(splitter->exprs);
	name_t name = wanted;
	for (int k = 2; is_used(splitter, name); k++)
		name = name_format(names, "%s_%d", wanted, k);
	array_push(exprs_arena(splitter->exprs), &splitter->used, name);
	return name;
}

static name_t letter_of(const struct splitter *splitter, int variable, int place)
{
	struct names *names = exprs_names(splitter->exprs);
	const struct tensor *left = splitter->equation.left;
	if (variable < left->rank)
		return left->letters[variable];
	static const char *const letters[] = {"i", "j", "k", "l", "m", "p", "q", "r", "s"};
	return name_of(names, letters[place]);
}

/* The free variables of a reduction, the sample first, the others in the order of the scope. */
static int free_variables(const struct splitter *splitter, const struct expr *reduction, int *places)
{
	int count = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int k = 0; k < splitter->scope_count; k++)
			if ((splitter->extents[k] == EXTENT_ROWS) == (pass == 0) &&
			    expr_uses(reduction, splitter->scope[k]))
				places[count++] = k;
	return count;
}

static const struct tensor *add_part(struct splitter *splitter, const struct expr *key, const struct tensor *tensor)
{
	struct arena *arena = exprs_arena(splitter->exprs);
	const struct equation *parent = &splitter->equation;
	array_push(arena, &splitter->used, tensor->name);
	array_push(arena, &splitter->known, (struct known){key, tensor});
	array_push(arena, &splitter->graph->equations,
	           (struct equation){.left = tensor, .right = key, .phase = parent->phase, .in_loss = parent->in_loss,
	                             .origin = parent->origin});
	return tensor;
}

static const struct tensor *tensor_for(struct splitter *splitter, const struct expr *key, enum op op,
                                       const int *places, int count)
{
	for (size_t k = 0; k < splitter->known.count; k++)
		if (splitter->known.items[k].key == key)
			return splitter->known.items[k].tensor;
	struct exprs *exprs = splitter->exprs;
	const struct equation *parent = &splitter->equation;
	const struct tensor *holder = exprs_holder(exprs, key);
	if (holder && !is_used(splitter, holder->name))
		return add_part(splitter, key, holder);
	struct tensor *tensor = ARENA_NEW(exprs_arena(exprs), struct tensor);
	const struct tensor *whole = parent->left;
	while (whole->role == TENSOR_TEMPORARY && whole->of)
		whole = whole->of;
	name_t wanted = name_format(exprs_names(exprs), "%s.%s", whole->name, op_table[op].name);
	tensor->name = splitter_name(splitter, wanted);
	tensor->role = TENSOR_TEMPORARY;
	tensor->of = whole;
	tensor->rank = count;
	for (int k = 0; k < count; k++) {
		tensor->extents[k] = splitter->extents[places[k]];
		tensor->letters[k] = letter_of(splitter, splitter->scope[places[k]], k);
	}
	exprs_remember(exprs, key, tensor);
	return add_part(splitter, key, tensor);
}

/* The conditions above the place that guard indices of the reduction guard its body in its own equation too. */
static const struct expr *guarded(const struct splitter *splitter, const struct expr *reduction)
{
	struct exprs *exprs = splitter->exprs;
	const struct expr *guard = NULL;
	for (int k = 0; k < splitter->condition_count; k++) {
		const struct expr *condition = splitter->conditions[k];
		bool positions = condition->count > 0;
		for (int j = 0; j < condition->count; j++)
			positions = positions && (condition->operands[j]->op == OP_POSITION ||
			                          condition->operands[j]->op == OP_NUMBER ||
			                          op_is_condition(condition->operands[j]->op));
		if (positions)
			guard = guard ? expr_binary(exprs, OP_AND, guard, condition) : condition;
	}
	if (!guard || reduction->op != OP_SUM)
		return reduction;
	int variable = expr_fresh(exprs);
	const struct expr *body = expr_open(exprs, reduction, variable);
	return expr_reduce(exprs, OP_SUM, variable, reduction->extent,
	                   expr_select(exprs, guard, body, expr_number(exprs, 0)));
}

static const struct expr *take_out(struct splitter *splitter, const struct expr *reduction)
{
	struct exprs *exprs = splitter->exprs;
	reduction = guarded(splitter, reduction);
	int places[64], variables[64];
	const struct linear *own[64], *here[TENSOR_MOST_DIMENSIONS];
	int count = free_variables(splitter, reduction, places);
	for (int k = 0; k < count; k++) {
		variables[k] = splitter->scope[places[k]];
		own[k] = linear_variable(exprs, k);
		here[k] = linear_variable(exprs, variables[k]);
	}
	const struct expr *key = expr_substitute(exprs, reduction, count, variables, own);
	return expr_read(exprs, tensor_for(splitter, key, reduction->op, places, count), here);
}

static const struct expr *split(struct splitter *splitter, const struct expr *expr, bool at_root);

static const struct expr *split_reduction(struct splitter *splitter, const struct expr *expr, bool at_root)
{
	struct exprs *exprs = splitter->exprs;
	int variable = expr_fresh(exprs);
	splitter->scope[splitter->scope_count] = variable;
	splitter->extents[splitter->scope_count++] = expr->extent;
	const struct expr *body = expr_open(exprs, expr, variable);
	bool chain = op_is_reduction(body->op) && body->op == expr->op && expr->op != OP_ARGMAX;
	body = split(splitter, body, chain);
	splitter->scope_count--;
	const struct expr *reduction = expr_reduce(exprs, expr->op, variable, expr->extent, body);
	return at_root ? reduction : take_out(splitter, reduction);
}

static const struct expr *split_select(struct splitter *splitter, const struct expr *expr)
{
	struct exprs *exprs = splitter->exprs;
	const struct expr *condition = split(splitter, expr->operands[0], false);
	splitter->conditions[splitter->condition_count++] = condition;
	const struct expr *a = split(splitter, expr->operands[1], false);
	splitter->conditions[splitter->condition_count - 1] = expr_unary(exprs, OP_NOT, condition);
	const struct expr *b = split(splitter, expr->operands[2], false);
	splitter->condition_count--;
	return expr_select(exprs, condition, a, b);
}

static bool has_reduction(const struct expr *expr)
{
	return expr->bound > 0;
}

static const struct expr *split(struct splitter *splitter, const struct expr *expr, bool at_root)
{
	if (!has_reduction(expr))
		return expr;
	if (op_is_reduction(expr->op))
		return split_reduction(splitter, expr, at_root);
	if (expr->op == OP_SELECT && splitter->condition_count < 63)
		return split_select(splitter, expr);
	const struct expr **operands = ARENA_ARRAY(exprs_arena(splitter->exprs), const struct expr *, expr->count);
	for (int k = 0; k < expr->count; k++)
		operands[k] = split(splitter, expr->operands[k], false);
	return expr_with_operands(splitter->exprs, expr, operands);
}

void split_equation(struct splitter *splitter, struct equation equation)
{
	struct arena *arena = exprs_arena(splitter->exprs);
	splitter->equation = equation;
	splitter->scope_count = equation.left->rank;
	for (int k = 0; k < equation.left->rank; k++) {
		splitter->scope[k] = k;
		splitter->extents[k] = equation.left->extents[k];
	}
	if (equation.right)
		equation.right = split(splitter, equation.right, true);
	array_push(arena, &splitter->graph->equations, equation);
}
