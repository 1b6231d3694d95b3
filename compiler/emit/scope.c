/* What variables and values are called at a place in a function. */
#include "emit/scope.h"

struct scope scope_inside(const struct scope *outer)
{
	struct scope scope = *outer;
	scope.outer = outer;
	scope.values = table_new(outer->names->arena);
	return scope;
}

void scope_name(struct scope *scope, const void *node, name_t name)
{
	table_put(scope->values, node, (void *)name);
}

name_t scope_lookup(const struct scope *scope, const void *node)
{
	for (; scope; scope = scope->outer) {
		name_t name = scope->values ? table_get(scope->values, node) : NULL;
		if (name)
			return name;
	}
	return NULL;
}

name_t scope_unique(struct scope *scope, const char *wanted)
{
	return c_unique(scope->names, scope->used, wanted);
}

static struct variable_name *slot(struct scope *scope, int variable)
{
	return variable < BOUND ? &scope->free[variable] : &scope->bound[variable - BOUND];
}

void scope_variable(struct scope *scope, int variable, struct variable_name name)
{
	*slot(scope, variable) = name;
}

const struct variable_name *scope_find(const struct scope *scope, int variable)
{
	return variable < BOUND ? &scope->free[variable] : &scope->bound[variable - BOUND];
}

name_t scope_stream(const struct scope *scope, name_t draw)
{
	name_t argument = scope_lookup(scope, draw);
	return argument ? argument : c_stream(scope->names, draw);
}

bool step_writes(const struct plan *plan, const struct step *step, const struct tensor *stored)
{
	for (size_t m = 0; step && m < step->members.count; m++)
		if (plan_storage(plan, step->members.items[m].equation->left) == stored)
			return true;
	return false;
}
