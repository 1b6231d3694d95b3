#include "expr/split.h"

#include "expr/prune.h"

enum { MOST_CONDITIONS = 64 };

/* A reduction that has a tensor. */
struct known {
	const struct tensor *tensor;
	const struct known *next; /* the same reduction over other extents */
};

struct splitter {
	struct exprs *exprs;
	struct graph *graph;
	/* maps by any address that is unique */
	struct tensor_map known; /* reduction with its free variables renamed to 0, 1, … → struct known */
	struct tensor_map used;  /* names */
	struct equation equation; /* being split */
	/* variables in scope: those of the left side, then those of opened reductions */
	int scope[64];
	int64_t extents[64];
	int scope_count;
	const struct expr *conditions[MOST_CONDITIONS]; /* that stand above the place */
	int condition_count;
};

struct splitter *splitter_new(struct exprs *exprs, struct graph *graph, const struct graph *source)
{
	struct splitter *splitter = ARENA_NEW(exprs_arena(exprs), struct splitter);
	splitter->exprs = exprs;
	splitter->graph = graph;
	splitter->known.arena = splitter->used.arena = exprs_arena(exprs);
	for (size_t k = 0; source && k < source->equations.count; k++)
		tensor_map_set(&splitter->used, (const void *)source->equations.items[k].left->name,
		               "source");
	return splitter;
}

static bool is_used(const struct splitter *splitter, name_t name)
{
	return tensor_map_get(&splitter->used, (const void *)name) != NULL;
}

name_t splitter_name(struct splitter *splitter, name_t wanted)
{
	struct names *names = exprs_names(splitter->exprs);
	name_t name = wanted;
	for (int k = 2; is_used(splitter, name); k++)
		name = name_format(names, "%s_%d", wanted, k);
	tensor_map_set(&splitter->used, (const void *)name, "made");
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

static const struct tensor *add_part(struct splitter *splitter, const struct expr *key,
                                     const struct tensor *tensor)
{
	struct arena *arena = exprs_arena(splitter->exprs);
	const struct equation *parent = &splitter->equation;
	struct known *known = ARENA_NEW(arena, struct known);
	*known = (struct known){tensor, tensor_map_get(&splitter->known, (const void *)key)};
	tensor_map_set(&splitter->used, (const void *)tensor->name, "part");
	tensor_map_set(&splitter->known, (const void *)key, known);
	array_push(arena, &splitter->graph->equations,
	           (struct equation){.left = tensor,
	                             .right = key,
	                             .phase = parent->phase,
	                             .in_loss = parent->in_loss,
	                             .origin = parent->origin});
	return tensor;
}

static bool has_extents(const struct splitter *splitter, const struct tensor *tensor, const int *places)
{
	for (int k = 0; k < tensor->rank; k++)
		if (tensor->extents[k] != splitter->extents[places[k]])
			return false;
	return true;
}

static const struct tensor *tensor_for(struct splitter *splitter, const struct expr *key, enum op op,
                                       const int *places, int count)
{
	const struct known *known = tensor_map_get(&splitter->known, (const void *)key);
	for (; known; known = known->next)
		if (has_extents(splitter, known->tensor, places))
			return known->tensor;
	struct exprs *exprs = splitter->exprs;
	const struct equation *parent = &splitter->equation;
	const struct tensor *holder = exprs_holder(exprs, key);
	if (holder && !is_used(splitter, holder->name) && has_extents(splitter, holder, places))
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

static bool is_without_values(const struct expr *expr)
{
	for (int k = 0; k < expr->count; k++)
		if (!is_without_values(expr->operands[k]))
			return false;
	return expr->count > 0 ? expr->bound == 0 : expr->op == OP_POSITION || expr->op == OP_NUMBER;
}

static bool is_positional(const struct expr *condition)
{
	return condition->variables != 0 && is_without_values(condition);
}

static const struct expr *both(struct exprs *exprs, const struct expr *a, const struct expr *b)
{
	return a && b ? expr_binary(exprs, OP_AND, a, b) : a ? a : b;
}

/* What the condition, or its opposite, says about positions; NULL: nothing. */
static const struct expr *positional_part(struct exprs *exprs, const struct expr *condition, bool opposite)
{
	if (condition->op == OP_NOT)
		return positional_part(exprs, condition->operands[0], !opposite);
	if (condition->op == (opposite ? OP_OR : OP_AND))
		return both(exprs, positional_part(exprs, condition->operands[0], opposite),
		            positional_part(exprs, condition->operands[1], opposite));
	if (!is_positional(condition))
		return NULL;
	return opposite ? expr_unary(exprs, OP_NOT, condition) : condition;
}

/* `guard` around the body of the innermost of a chain of reductions. Where it does not hold no one reads the
 * value. */
static const struct expr *guard_body(struct exprs *exprs, const struct expr *expr, const struct expr *guard)
{
	if (expr_is_number(expr, 0))
		return expr;
	if (!op_is_reduction(expr->op))
		return normal(exprs, expr_select(exprs, guard, expr, expr_number(exprs, 0)));
	int variable = expr_fresh(exprs);
	const struct expr *body = guard_body(exprs, expr_open(exprs, expr, variable), guard);
	return expr_reduce(exprs, expr->op, variable, expr->extent, body);
}

/* The conditions above the place that guard indices of the reduction guard its body in its own equation too. */
static const struct expr *guarded(const struct splitter *splitter, const struct expr *reduction)
{
	struct exprs *exprs = splitter->exprs;
	const struct expr *guard = NULL;
	for (int k = 0; k < splitter->condition_count; k++)
		guard = both(exprs, guard, positional_part(exprs, splitter->conditions[k], false));
	return guard ? guard_body(exprs, reduction, guard) : reduction;
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

/* The second operand counts only where the first does not decide. */
static const struct expr *split_connective(struct splitter *splitter, const struct expr *expr)
{
	struct exprs *exprs = splitter->exprs;
	const struct expr *a = split(splitter, expr->operands[0], false);
	splitter->conditions[splitter->condition_count++] =
	        expr->op == OP_OR ? expr_unary(exprs, OP_NOT, a) : a;
	const struct expr *b = split(splitter, expr->operands[1], false);
	splitter->condition_count--;
	return expr_binary(exprs, expr->op, a, b);
}

static bool has_reduction(const struct expr *expr)
{
	return expr->bound > 0;
}

/* A chain of reductions at the root, of one kind, over a body that is free of them? */
static bool is_split(const struct expr *expr)
{
	while (op_is_reduction(expr->op) && expr->op != OP_ARGMAX && expr->operands[0]->op == expr->op)
		expr = expr->operands[0];
	return op_is_reduction(expr->op) && !has_reduction(expr->operands[0]) && !expr->divides;
}

/* A read by quotients and remainders costs more inside of a sum than a copy in the order of the sum. */
static const struct expr *split_read(struct splitter *splitter, const struct expr *expr)
{
	bool in_reduction = splitter->scope_count > splitter->equation.left->rank;
	return in_reduction && expr->divides ? take_out(splitter, expr) : expr;
}

static const struct expr *split(struct splitter *splitter, const struct expr *expr, bool at_root)
{
	if (expr->op == OP_READ)
		return split_read(splitter, expr);
	if ((!has_reduction(expr) && !expr->divides) || (at_root && is_split(expr)))
		return expr;
	if (op_is_reduction(expr->op))
		return split_reduction(splitter, expr, at_root);
	bool has_room = splitter->condition_count < MOST_CONDITIONS;
	if (expr->op == OP_SELECT && has_room)
		return split_select(splitter, expr);
	if ((expr->op == OP_AND || expr->op == OP_OR) && has_room)
		return split_connective(splitter, expr);
	const struct expr **operands =
	        ARENA_ARRAY(exprs_arena(splitter->exprs), const struct expr *, expr->count);
	for (int k = 0; k < expr->count; k++)
		operands[k] = split(splitter, expr->operands[k], false);
	return expr_with_operands(splitter->exprs, expr, operands);
}

/* if c then sum(i, e) else 0, for a condition on positions: sum(i, if c then e else 0), the form that
 * `guarded` makes and the normal form takes apart. */
static const struct expr *guard_inside(struct exprs *exprs, const struct expr *right)
{
	const struct expr *guard = NULL, *expr = right;
	while (expr->op == OP_SELECT && is_positional(expr->operands[0])) {
		bool opposite = expr_is_number(expr->operands[1], 0);
		if (!opposite && !expr_is_number(expr->operands[2], 0))
			break;
		guard = both(exprs, guard,
		             opposite ? expr_unary(exprs, OP_NOT, expr->operands[0]) : expr->operands[0]);
		expr = expr->operands[opposite ? 2 : 1];
	}
	return guard && expr->op == OP_SUM ? guard_body(exprs, expr, guard) : right;
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
		equation.right = split(splitter, guard_inside(splitter->exprs, equation.right), true);
	array_push(arena, &splitter->graph->equations, equation);
}
