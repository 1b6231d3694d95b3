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
	if (value->rank > 0)
		fail(&context, open->expr->span, "not-a-scalar",
		     "the initial value of `%s` must be a scalar for each element, but it has shape %s",
		     tensor->name, value_shape(r, value));
	else if (value->per_sample)
		fail(&context, open->expr->span, "bad-initial",
		     "the initial value of `%s` must not depend on the data", tensor->name);
	tensor->initial = value;
}
