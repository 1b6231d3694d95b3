/* Initial values of parameters: evaluated once the sizes are known.
 *
 * fan_out is the first extent and fan_in the product of the others, as for W[o, i] of a dense layer
 * (Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks");
 * of one dimension both are its extent, of none both are 1. */
#include "model/resolver.h"

static void add_fan(const struct context *context, struct scope *scope, const char *name, double fan)
{
	struct resolver *r = context->resolver;
	struct value *value = ARENA_NEW(r->arena, struct value);
	value->kind = VALUE_NUMBER;
	value->number = fan;
	scope_add(context, scope,
	          (struct binding){.name = name_of(r->names, name), .kind = BOUND_VALUE, .value = value});
}

static int matrices_in(const struct value *value, struct table *seen)
{
	int count = value->kind == VALUE_DRAW && value->op == OP_ORTHOGONAL;
	if (table_get(seen, value))
		return 0;
	table_put(seen, value, seen);
	for (int k = 0; k < value->operand_count; k++)
		count += matrices_in(value->operands[k], seen);
	return count;
}

/* A matrix is drawn as a whole, into the memory of the parameter. */
static void check_matrices(const struct context *context, const struct model_tensor *tensor,
                           const struct ast_expr *expr, const struct value *value)
{
	int count = matrices_in(value, table_new(context->resolver->arena));
	const char *name = op_table[OP_ORTHOGONAL].name;
	if (count > 0 && tensor->rank < 2)
		fail(context, expr->span, "bad-initial",
		     "`%s` needs two or more dimensions, but `%s` has %s", name, tensor->name,
		     tensor->rank == 0 ? "none" : "one");
	else if (count > 1)
		fail(context, expr->span, "bad-initial",
		     "the initial value of `%s` uses `%s()` more than once", tensor->name, name);
}

/* A tensor that the value reads, and that gets its own initial value no sooner than `tensor`; or NULL. */
static const struct model_tensor *later_tensor(const struct resolver *r, const struct model_tensor *tensor,
                                               const struct value *value, struct table *seen)
{
	if (table_get(seen, value))
		return NULL;
	table_put(seen, value, seen);
	size_t i = 0;
	while (value->kind == VALUE_TENSOR && r->model->tensors.items[i] != value->tensor &&
	       r->model->tensors.items[i] != tensor)
		i++;
	if (value->kind == VALUE_TENSOR && r->model->tensors.items[i] == tensor)
		return value->tensor;
	const struct model_tensor *found = NULL;
	for (int k = 0; !found && k < value->operand_count; k++)
		found = later_tensor(r, tensor, value->operands[k], seen);
	return found;
}

static void check_order(const struct context *context, const struct model_tensor *tensor,
                        const struct ast_expr *expr, const struct value *value)
{
	struct resolver *r = context->resolver;
	const struct model_tensor *later = later_tensor(r, tensor, value, table_new(r->arena));
	if (!later)
		return;
	fail(context, expr->span, "bad-initial",
	     "the initial value of `%s` reads `%s`, which has none before", tensor->name, later->name);
	if (later != tensor)
		diag_note(r->diag, later->span, "`%s` is declared here", later->name);
}

void resolve_initial(struct resolver *r, const struct open_initial *open)
{
	struct model_tensor *tensor = open->tensor;
	double first = tensor->rank > 0 ? (double)size_extent(tensor->dims[0]) : 1;
	double others = 1;
	for (int k = 1; k < tensor->rank; k++)
		others *= (double)size_extent(tensor->dims[k]);
	struct scope fans = {0};
	struct context context = open->context;
	add_fan(&context, &fans, "fan_out", first);
	add_fan(&context, &fans, "fan_in", tensor->rank == 1 ? first : others);
	context.implicit = &fans;
	context.region = REGION_INITIAL;
	context.draws = tensor->name;
	const struct value *value = elaborate(&context, open->expr);
	if (is_void(&context, value))
		return;
	if (value->per_sample)
		fail(&context, open->expr->span, "bad-initial",
		     "the initial value of `%s` must not depend on the data", tensor->name);
	else if (value->rank > 0)
		fail(&context, open->expr->span, "not-a-scalar",
		     "the initial value of `%s` must be a scalar for each element, but it has shape %s",
		     tensor->name, value_shape(r, value));
	else {
		check_matrices(&context, tensor, open->expr, value);
		check_order(&context, tensor, open->expr, value);
	}
	tensor->initial = value;
}
