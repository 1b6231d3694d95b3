/* What a name means at a place. Definitions and `train` see their own names, and of the model's only the
 * `size` constants; those of the prelude see nothing of the user's. */
#include "model/resolver.h"

#include <string.h>

struct scope *scope_new(const struct context *context)
{
	struct scope *scope = ARENA_NEW(context->resolver->arena, struct scope);
	scope->outer = context->scope;
	return scope;
}

void scope_add(const struct context *context, struct scope *scope, struct binding binding)
{
	array_push(context->resolver->arena, &scope->bindings, binding);
}

bool in_prelude(const struct context *context)
{
	return context->frame && context->frame->definition->is_prelude;
}

static const struct binding *find_in(const struct scope *scope, name_t name)
{
	for (; scope; scope = scope->outer)
		for (size_t i = scope->bindings.count; i-- > 0;)
			if (scope->bindings.items[i].name == name)
				return &scope->bindings.items[i];
	return NULL;
}

const struct binding *lookup(const struct context *context, name_t name)
{
	const struct binding *local = find_in(context->scope, name);
	if (!local)
		local = find_in(context->implicit, name);
	if (local || in_prelude(context))
		return local;
	const struct binding *binding = table_get(context->resolver->values, name);
	bool hides_values = context->frame || context->region == REGION_TRAIN;
	return binding && hides_values && !binding->is_size ? NULL : binding;
}

const struct definition *lookup_definition(const struct context *context, name_t name)
{
	const struct resolver *r = context->resolver;
	const struct definition *definition = in_prelude(context) ? NULL
	                                                          : table_get(r->user_definitions, name);
	return definition ? definition : table_get(r->prelude_definitions, name);
}

bool find_symbol(const struct context *context, name_t name, enum symbol *symbol)
{
	static const struct {
		const char *name;
		enum symbol symbol;
		unsigned regions;
	} table[] = {
		{"training", SYMBOL_TRAINING, 1u << REGION_LAYER},
		{"step", SYMBOL_STEP, 1u << REGION_TRAIN | 1u << REGION_OPTIMIZER},
		{"epoch", SYMBOL_EPOCH, 1u << REGION_TRAIN | 1u << REGION_OPTIMIZER},
		{"gradient", SYMBOL_GRADIENT, 1u << REGION_OPTIMIZER},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].regions >> context->region & 1u && strcmp(table[i].name, name) == 0) {
			*symbol = table[i].symbol;
			return true;
		}
	}
	return false;
}

bool has_value(const struct context *context, name_t name)
{
	const struct binding *binding = lookup(context, name);
	enum symbol symbol;
	return binding ? binding->kind == BOUND_VALUE : find_symbol(context, name, &symbol);
}

struct index *index_new(const struct context *context, name_t name, struct size *size, struct span span)
{
	struct index *index = ARENA_NEW(context->resolver->arena, struct index);
	*index = (struct index){.name = name, .size = size, .span = span};
	return index;
}

name_t unique_name(struct resolver *resolver, name_t name)
{
	int *count = table_get(resolver->counters, name);
	if (!count) {
		count = ARENA_NEW(resolver->arena, int);
		table_put(resolver->counters, name, count);
		*count = 1;
		return name;
	}
	return unique_name(resolver, name_format(resolver->names, "%s_%d", name, ++*count));
}

void add_tensor(struct resolver *resolver, struct model_tensor *tensor)
{
	array_push(resolver->arena, &resolver->model->tensors, tensor);
	table_put(resolver->tensors, tensor->name, tensor);
}
