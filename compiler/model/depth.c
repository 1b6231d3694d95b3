/* How many indices are open around a reduction: its value gets a dimension for each. */
#include "model/resolver.h"

struct depths {
	struct resolver *resolver;
	struct table *deepest; /* value → the most indices that it was visited under, + 1 */
	bool failed;
};

static void visit(struct depths *depths, const struct value *value, int open)
{
	if (depths->failed || (int)(uintptr_t)table_get(depths->deepest, value) > open)
		return;
	table_put(depths->deepest, value, (void *)(uintptr_t)(open + 1));
	if (value->kind == VALUE_REDUCTION && open > MODEL_MOST_DIMENSIONS) {
		diag_error(depths->resolver->diag, value->span, "too-many-indices",
		           "this is computed for each value of %d indices, but %d are the most", open,
		           MODEL_MOST_DIMENSIONS);
		diag_help(depths->resolver->diag, "name a part of it by a `layer` of its own");
		depths->failed = true;
		return;
	}
	open += value->kind == VALUE_REDUCTION;
	for (int k = 0; k < value->operand_count; k++)
		visit(depths, value->operands[k], open);
}

void check_depths(struct resolver *r)
{
	struct depths depths = {.resolver = r, .deepest = table_new(r->arena)};
	for (size_t k = 0; k < r->model->tensors.count; k++)
		if (r->model->tensors.items[k]->value)
			visit(&depths, r->model->tensors.items[k]->value, r->model->tensors.items[k]->rank);
	if (r->model->loss)
		visit(&depths, r->model->loss, 0);
}
