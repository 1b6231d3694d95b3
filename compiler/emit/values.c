/* Parts of expressions that are used more than once become variables of C, each declared before its first
 * use; so do elements of tensors that are read under a condition only, without which loops become vectors.
 *
 * What stands under a condition only, and would read outside its tensor without it, stays where it is.
 */
#include <math.h>
#include <string.h>

#include "emit/scope.h"

struct use {
	const struct expr *expr;
	int count;
	bool unguarded;  /* computed whatever the conditions are */
	bool declared;
	bool walked;     /* by declare_shared */
};

struct sharing {
	struct arena *arena;
	struct table *uses;
};

static void count_use(struct sharing *sharing, const struct expr *expr, int times, bool guarded);

static int times_written(const struct expr *expr, int k)
{
	if (expr->op == OP_MIN || expr->op == OP_MAX)
		return 2;
	int exponent = expr->op == OP_MULTIPLY ? (int)fabs(expr->weights[k]) : 1;
	return exponent > LARGEST_POWER ? 1 : exponent;
}

static bool guards(const struct expr *expr, int k)
{
	return k > 0 && (expr->op == OP_SELECT || expr->op == OP_AND || expr->op == OP_OR);
}

static void count_operands(struct sharing *sharing, const struct expr *expr, bool again, bool guarded)
{
	for (int k = 0; k < expr->count; k++)
		count_use(sharing, expr->operands[k], again ? 0 : times_written(expr, k),
		          guarded || guards(expr, k));
}

static void count_use(struct sharing *sharing, const struct expr *expr, int times, bool guarded)
{
	struct use *use = table_get(sharing->uses, expr);
	if (!use) {
		use = ARENA_NEW(sharing->arena, struct use);
		*use = (struct use){.expr = expr, .count = times, .unguarded = !guarded};
		table_put(sharing->uses, expr, use);
		count_operands(sharing, expr, false, guarded);
		return;
	}
	use->count += times;
	if (!guarded && !use->unguarded) {
		use->unguarded = true;
		count_operands(sharing, expr, true, false);
	}
}

struct sharing *sharing_new(struct scope *scope, const struct expr *const *roots, size_t count)
{
	struct sharing *sharing = ARENA_NEW(scope->names->arena, struct sharing);
	sharing->arena = scope->names->arena;
	sharing->uses = table_new(sharing->arena);
	for (size_t k = 0; k < count; k++)
		count_use(sharing, roots[k], 1, false);
	return sharing;
}

/* --- in range, whatever the conditions ---------------------------------------------------------------- */

static int64_t extent_of(const void *scope, int variable)
{
	return scope_find(scope, variable)->extent;
}

static bool index_in_range(const struct scope *scope, const struct linear *index, int64_t extent)
{
	if (index->label)
		return true;
	if (extent == EXTENT_ROWS)
		return index->constant == 0 &&
		       (index->count == 0 || (index->count == 1 && index->terms[0].coefficient == 1));
	struct linear_range range = linear_range(index, extent_of, scope);
	return range.is_known && range.low >= 0 && range.high < extent;
}

bool reads_in_range(const struct scope *scope, const struct expr *expr)
{
	read_list reads = reads_of(scope->names->arena, expr);
	for (size_t k = 0; k < reads.count; k++)
		for (int d = 0; d < reads.items[k]->index_count; d++)
			if (!index_in_range(scope, reads.items[k]->indices[d],
			                    reads.items[k]->tensor->extents[d]))
				return false;
	return true;
}

/* --- declarations ------------------------------------------------------------------------------------- */

static const char *const value_names[OP_COUNT] = {
	[OP_EXP] = "exponential", [OP_LOG] = "logarithm", [OP_SQRT] = "root",     [OP_ABS] = "magnitude",
	[OP_TANH] = "tangent",    [OP_LOGISTIC] = "logistic", [OP_MAX] = "larger", [OP_MIN] = "smaller",
	[OP_ADD] = "total",       [OP_MULTIPLY] = "product", [OP_SELECT] = "choice", [OP_POW] = "power",
	[OP_SHIFT] = "shifted",   [OP_UNIFORM] = "draw",   [OP_NORMAL] = "draw",
};

static const char *name_for(const struct expr *expr)
{
	if (op_is_condition(expr->op))
		return "holds";
	if (expr->op == OP_ADD && expr->count + (expr->number != 0) == 2)
		for (int k = 0; k < expr->count; k++)
			if (expr->weights[k] < 0)
				return "difference";
	if (expr->op == OP_MULTIPLY)
		for (int k = 0; k < expr->count; k++)
			if (expr->weights[k] < 0)
				return "ratio";
	return value_names[expr->op] ? value_names[expr->op] : "value";
}

static bool is_leaf(const struct expr *expr)
{
	return expr->count == 0 && !op_is_draw(expr->op);
}

/* An element of a tensor in memory is called after it. */
static const char *wanted_name(const struct scope *scope, const struct expr *expr)
{
	struct c_names *names = scope->names;
	if (expr->op != OP_READ)
		return name_for(expr);
	const char *tensor = c_tensor(names, expr->tensor);
	return scope_lookup(scope, expr->tensor) ? tensor : name_format(names->names, "%s_value", tensor);
}

static void declare(struct text *text, struct scope *scope, struct use *use)
{
	struct text line = text_new(text->arena);
	name_t name = scope_unique(scope, wanted_name(scope, use->expr));
	bool condition = op_is_condition(use->expr->op);
	const char *real = scope->in_double ? "double" : scope->names->real;
	const char *type = is_vector(scope, use->expr) ? c_vector_type(scope, condition)
	                   : condition                 ? "bool"
	                                               : real;
	text_printf(&line, "const %s %s = ", type, name);
	bool rounded = rounds_product(scope, use->expr);
	text_add(&line, rounded ? "MLP_ROUNDED(" : "");
	(condition ? c_condition : c_expression)(&line, scope, use->expr, AS_ARGUMENT);
	text_add(&line, rounded ? ");" : ";");
	c_line(text, text_string(&line));
	scope_name(scope, use->expr, name);
	use->declared = true;
}

/* Is it loaded under a condition only? */
static bool is_conditional_load(const struct scope *scope, const struct use *use)
{
	if (use->unguarded || use->expr->op != OP_READ || use->expr->index_count == 0 || scope->has_vector)
		return false;
	name_t name = scope_lookup(scope, use->expr->tensor);
	return !name || strchr(name, '['); /* else a variable already */
}

void declare_shared(struct text *text, struct scope *scope, struct sharing *sharing, const struct expr *root)
{
	struct use *use = table_get(sharing->uses, root);
	if (!use || use->walked || scope_lookup(scope, root))
		return;
	use->walked = true;
	for (int k = 0; k < root->count; k++)
		declare_shared(text, scope, sharing, root->operands[k]);
	if (((use->count > 1 && !is_leaf(root)) || is_conditional_load(scope, use)) &&
	    (use->unguarded || reads_in_range(scope, root)))
		declare(text, scope, use);
}

static bool finds_conditional(const struct scope *scope, struct sharing *sharing, const struct expr *expr)
{
	struct use *use = table_get(sharing->uses, expr);
	if (use->walked)
		return false;
	use->walked = true;
	bool is_load = expr->op == OP_LABEL || (expr->op == OP_READ && !reads_in_range(scope, expr));
	bool found = is_load && !use->unguarded;
	for (int k = 0; k < expr->count; k++)
		found = found || finds_conditional(scope, sharing, expr->operands[k]);
	return found;
}

bool loads_conditionally(struct scope *scope, const struct expr *root)
{
	return finds_conditional(scope, sharing_new(scope, &root, 1), root);
}
