/* Calls of blocks: parameters and local values become tensors of the model. What a block is written for
 * may have further leading dimensions: the block maps over them, by implicit indices in front of all its
 * local values. */
#include "model/resolver.h"

#include <string.h>

static bool has_index(struct table *seen, const struct value *value, const struct index *index)
{
	if (value->kind == VALUE_POSITION)
		return value->index == index;
	if (value->operand_count == 0 || table_get(seen, value))
		return false;
	table_put(seen, value, (void *)value);
	for (int i = 0; i < value->operand_count; i++)
		if (has_index(seen, value->operands[i], index))
			return true;
	for (int k = 0; value->kind == VALUE_ELEMENT && k < value->operands[0]->rank; k++)
		if (value->places[k].position && has_index(seen, value->places[k].position, index))
			return true;
	return false;
}

bool uses_index(const struct context *context, const struct value *value, const struct index *index)
{
	return has_index(table_new(context->resolver->arena), value, index);
}

/* The letters bound around the call that its arguments use, outermost first, are
 * the first leading indices. */
static void inherit_lead(const struct context *context, const struct open_index *open,
                         struct instance *instance, const struct argument *arguments, size_t count)
{
	if (!open)
		return;
	inherit_lead(context, open->outer, instance, arguments, count);
	for (size_t i = 0; i < count; i++) {
		if (arguments[i].value && uses_index(context, arguments[i].value, open->index)) {
			if (instance->lead_count < MODEL_MOST_DIMENSIONS)
				instance->lead[instance->lead_count++] = open->index;
			return;
		}
	}
}

static struct size *given_size(const struct context *caller, const struct ast_item *item)
{
	if (item->kind == ITEM_VALUE)
		return extent_size(caller, item->value, item->span);
	fail(caller, item->span, "unexpected-item", "a size is needed here, as in `dense[16](x)`");
	return NULL;
}

/* Sizes that the block names in front of its arguments: given at the call, or to be found. */
static bool bind_sizes(const struct context *caller, struct context *inner, const struct ast_expr *call,
                       const struct definition *definition)
{
	struct resolver *r = caller->resolver;
	const ast_items *names = &definition->statement->dims;
	const struct ast_expr *callee = call->operands[0];
	const ast_items *given = callee->kind == AST_INDEX ? &callee->items : NULL;
	if (given && given->count != names->count) {
		fail(caller, callee->span, "argument-count", "`%s` takes %zu size%s, but %zu %s given",
		     definition->statement->name, names->count, names->count == 1 ? "" : "s", given->count,
		     given->count == 1 ? "is" : "are");
		return false;
	}
	for (size_t i = 0; i < names->count; i++) {
		const struct ast_item *item = &names->items[i];
		name_t name = item->kind == ITEM_EXTENT ? item->name : item->value->name;
		struct size *size = size_new(r->arena, call->span);
		if (given) {
			size = given_size(caller, &given->items[i]);
			if (!size)
				return false;
		} else {
			open_block_size(inner, size, name);
		}
		scope_add(inner, inner->scope,
		          (struct binding){.name = name, .kind = BOUND_DIMENSION, .size = size});
	}
	return true;
}

/* How many dimensions more than its formal an argument has; -1 after an error. */
static int excess(const struct context *caller, const struct definition *definition,
                  const struct ast_formal *formal, const struct argument *argument)
{
	const struct value *value = argument->value;
	if (!value || formal->dims.count == 0 || is_void(caller, value))
		return 0;
	if ((size_t)value->rank >= formal->dims.count)
		return value->rank - (int)formal->dims.count;
	fail_rank(caller, definition, formal, argument, true);
	return -1;
}

/* A statistic belongs to the whole block, so that the block cannot map. */
static bool check_mapped(const struct context *caller, const struct definition *definition, struct span call,
                         const struct instance *instance)
{
	const struct ast_statement *statement = definition->statement;
	for (size_t i = 0; i < statement->body.count; i++) {
		const struct ast_statement *each = statement->body.items[i];
		if (instance->lead_count == 0 || each->kind != AST_STATISTIC)
			continue;
		fail(caller, call, "bad-statistic",
		     "`%s` has a statistic, so that it cannot map over leading dimensions or an index",
		     statement->name);
		diag_note(caller->resolver->diag, each->name_span, "the statistic `%s` is here", each->name);
		return false;
	}
	return true;
}

/* The argument that has leading dimensions gives them indices; others must have the same ones, or none. */
static bool own_lead(const struct context *caller, const struct definition *definition,
                     const struct argument *arguments, struct instance *instance, int *own)
{
	struct resolver *r = caller->resolver;
	const ast_formals *formals = &definition->statement->formals;
	const struct argument *first = NULL;
	*own = 0;
	for (size_t i = 0; i < formals->count; i++) {
		int more = excess(caller, definition, &formals->items[i], &arguments[i]);
		if (more < 0)
			return false;
		int different;
		if (more == 0)
			continue;
		if (first && (more != *own ||
		              !sizes_unify(more, first->value->dims, arguments[i].value->dims, &different))) {
			fail(caller, arguments[i].span, "shape-mismatch",
			     "`%s` maps over leading dimensions, which differ in %s and %s",
			     definition->statement->name, value_shape(r, first->value),
			     value_shape(r, arguments[i].value));
			diag_note(r->diag, first->span, "the other argument is here");
			return false;
		}
		*own = more;
		if (!first)
			first = &arguments[i];
	}
	if (instance->lead_count + *own > MODEL_MOST_DIMENSIONS) {
		fail(caller, first->span, "too-many-dimensions", "a tensor has at most %d dimensions",
		     MODEL_MOST_DIMENSIONS);
		return false;
	}
	for (int k = 0; k < *own; k++) {
		name_t name = name_format(r->names, "n%d", instance->lead_count + 1);
		instance->lead[instance->lead_count++] = index_new(caller, name, first->value->dims[k],
		                                                   first->span);
	}
	return true;
}

static void open_lead(struct context *inner, int own)
{
	const struct instance *instance = inner->instance;
	for (int k = instance->lead_count - own; k < instance->lead_count; k++) {
		struct open_index *open = ARENA_NEW(inner->resolver->arena, struct open_index);
		*open = (struct open_index){instance->lead[k], inner->open};
		inner->open = open;
	}
}

/* What is given has been checked by excess(). */
static bool check_default(const struct context *inner, const struct ast_formal *formal,
                          const struct argument *argument, const struct value *value)
{
	if (argument->value || is_void(inner, value) || (size_t)value->rank >= formal->dims.count)
		return true;
	fail(inner, formal->span, "rank-mismatch",
	     "the argument `%s` has %zu dimension%s, but its default %s", formal->name,
	     formal->dims.count, formal->dims.count == 1 ? "" : "s",
	     shape_phrase(inner->resolver, value));
	return false;
}

static bool bind_formals(const struct context *caller, struct context *inner,
                         const struct definition *definition, struct argument *arguments, int own)
{
	const ast_formals *formals = &definition->statement->formals;
	const struct instance *instance = inner->instance;
	bool good = true;
	for (size_t i = 0; i < formals->count; i++) {
		const struct ast_formal *formal = &formals->items[i];
		struct span span = arguments[i].expr ? arguments[i].span : formal->span;
		const struct value *value = argument_value(caller, inner, formal, &arguments[i]);
		good &= check_default(inner, formal, &arguments[i], value) &&
		        bind_dimensions(caller, inner, formal, value, span);
		if (own > 0 && formal->dims.count > 0 && !is_void(caller, value) &&
		    (size_t)value->rank > formal->dims.count)
			value = value_lead(inner, span, value, own,
			                   instance->lead + instance->lead_count - own);
		scope_add(inner, inner->scope,
		          (struct binding){
				  .name = formal->name, .kind = BOUND_VALUE, .value = value, .span = span});
	}
	return good;
}

static const struct argument *given_parameter(const struct ast_expr *call, name_t name,
                                              struct argument *argument)
{
	for (size_t i = 0; i < call->items.count; i++) {
		const struct ast_item *item = &call->items.items[i];
		if (item->kind == ITEM_NAMED && item->name == name) {
			*argument = (struct argument){item->span, item->value, NULL};
			return argument;
		}
	}
	return NULL;
}

static void bind_value(struct context *inner, const struct ast_statement *statement,
                       const struct value *value)
{
	scope_add(inner, inner->scope,
	          (struct binding){.name = statement->name,
	                           .kind = BOUND_VALUE,
	                           .value = value,
	                           .span = statement->name_span});
}

static void run_parameter(const struct context *caller, struct context *inner, const struct ast_expr *call,
                          const struct ast_statement *statement)
{
	struct argument argument;
	enum model_role role = statement->kind == AST_PARAM ? MODEL_PARAMETER : MODEL_STATISTIC;
	bind_value(inner, statement, define_parameter(inner, statement, role, caller,
	                                              given_parameter(call, statement->name, &argument)));
}

/* A local value or the result. The tensor takes `adoption`'s name, or that name is passed on to a block
 * that is the whole right side. */
static const struct value *run_definition(const struct context *inner, const struct ast_statement *statement,
                                          struct adoption *adoption)
{
	struct resolver *r = inner->resolver;
	struct context context = *inner;
	struct left left = read_left(&context, &statement->dims, statement->name_span, true);
	bool is_mapped = inner->instance->lead_count > 0;
	const struct value *value = right_side(&context, statement->value, is_mapped ? NULL : adoption);
	if (adoption->tensor)
		return check_left(&context, &left, adoption->name, value, statement->value->span) ? value
		                                                                                  : r->poison;
	if (is_void(inner, value))
		return value;
	struct model_tensor *tensor =
		define_tensor(&context, &left, adoption->name, value, statement->value->span);
	if (!tensor)
		return r->poison;
	tensor->is_local = adoption->is_local;
	adoption->tensor = tensor;
	struct span span = statement->value->span;
	const struct instance *instance = inner->instance;
	return value_lead(inner, span, value_tensor(inner, span, tensor), instance->lead_count,
	                  instance->lead);
}

static void run_update(const struct context *inner, const struct ast_statement *statement,
                       struct model_tensor *tensor)
{
	struct context context = *inner;
	struct left left = read_left(&context, &statement->dims, statement->name_span, true);
	const struct value *value = right_side(&context, statement->value, NULL);
	if (is_void(inner, value) ||
	    !check_left(&context, &left, tensor->name, value, statement->value->span))
		return;
	if (value->per_sample) {
		fail(inner, statement->value->span, "bad-statistic",
		     "the value of a statistic must not depend on one sample: use `batch_mean`");
		return;
	}
	for (int k = 0; left.given && k < left.rank; k++) {
		if (!size_unify(left.dims[k], tensor->dims[k]))
			fail(inner, statement->span, "shape-mismatch", "`%s` has another shape",
			     tensor->name);
		else if (left.letters[k])
			tensor->indices[k] = left.letters[k];
	}
	tensor->update = value;
	tensor->update_scalar = value->rank == 0 && tensor->rank > 0;
}

static struct model_tensor *statistic_of(const struct context *inner, name_t name)
{
	const struct binding *binding = lookup(inner, name);
	if (!binding || binding->kind != BOUND_VALUE || binding->value->kind != VALUE_TENSOR)
		return NULL;
	struct model_tensor *tensor = table_get(inner->resolver->tensors, binding->value->tensor->name);
	return tensor && tensor->role == MODEL_STATISTIC ? tensor : NULL;
}

static void run_assign(struct context *inner, const struct ast_statement *statement)
{
	struct resolver *r = inner->resolver;
	struct model_tensor *statistic = statistic_of(inner, statement->name);
	if (statistic) {
		run_update(inner, statement, statistic);
		return;
	}
	name_t name = unique_name(r, name_format(r->names, "%s.%s", inner->instance->path, statement->name));
	struct adoption adoption = {.name = name, .is_local = true};
	bind_value(inner, statement, run_definition(inner, statement, &adoption));
}

/* The value of the return, which check_definition() has found to be the last statement. The block's own
 * leading indices are not yet taken away. */
static const struct value *run_body(const struct context *caller, struct context *inner,
                                    const struct ast_expr *call, struct adoption *adoption)
{
	const struct definition *definition = inner->frame->definition;
	const ast_statements *body = &definition->statement->body;
	size_t last = body->count - 1;
	for (size_t i = 0; i < last; i++) {
		if (body->items[i]->kind == AST_ASSIGN)
			run_assign(inner, body->items[i]);
		else
			run_parameter(caller, inner, call, body->items[i]);
	}
	return run_definition(inner, body->items[last], adoption);
}

/* The caller sees the result without the indices that are bound around the call. */
static const struct value *result(const struct context *caller, const struct ast_expr *call,
                                  const struct instance *instance, const struct value *value, int own)
{
	if (own == 0 || is_void(caller, value))
		return value;
	const struct value *whole = value->kind == VALUE_ELEMENT ? value->operands[0] : value;
	int inherited = instance->lead_count - own;
	return value_lead(caller, call->span, whole, inherited, instance->lead);
}

static bool elaborate_arguments(const struct context *context, struct argument *arguments, size_t count)
{
	bool good = true;
	for (size_t i = 0; i < count; i++) {
		if (arguments[i].expr)
			arguments[i].value = elaborate(context, arguments[i].expr);
		good &= arguments[i].value != context->resolver->poison;
	}
	return good;
}

const struct value *call_block(const struct context *context, const struct ast_expr *call,
                               const struct definition *definition, struct adoption *adoption)
{
	struct resolver *r = context->resolver;
	size_t count = definition->statement->formals.count;
	struct argument *arguments = ARENA_ARRAY(r->arena, struct argument, count);
	if (!context->statement || context->region != REGION_LAYER)
		return fail(context, call->span, "not-in-a-layer",
		            "a block can only be used in a layer or in `minimize`");
	if (!match_arguments(context, call, definition, arguments, true) ||
	    !elaborate_arguments(context, arguments, count))
		return r->poison;
	struct instance *instance = ARENA_NEW(r->arena, struct instance);
	name_t outer = context->instance ? context->instance->path : context->statement->name;
	instance->path = unique_name(r, name_format(r->names, "%s.%s", outer, definition->statement->name));
	inherit_lead(context, context->open, instance, arguments, count);
	struct context inner;
	int own;
	if (!own_lead(context, definition, arguments, instance, &own) ||
	    !check_mapped(context, definition, call->span, instance) ||
	    !enter(context, definition, call->span, &inner))
		return r->poison;
	struct adoption own_name = {.name = instance->path, .is_local = true};
	if (!adoption || instance->lead_count > own)
		adoption = &own_name;
	inner.instance = instance;
	open_lead(&inner, own);
	const struct value *value = r->poison;
	if (bind_sizes(context, &inner, call, definition) &&
	    bind_formals(context, &inner, definition, arguments, own))
		value = run_body(context, &inner, call, adoption);
	leave(&inner);
	return result(context, call, instance, value, own);
}

const struct value *right_side(const struct context *context, const struct ast_expr *expr,
                               struct adoption *adoption)
{
	const struct ast_expr *callee = expr->kind == AST_CALL ? expr->operands[0] : NULL;
	if (callee && callee->kind == AST_INDEX)
		callee = callee->operands[0];
	const struct definition *definition = NULL;
	if (callee && callee->kind == AST_NAME)
		definition = lookup_definition(context, callee->name);
	if (definition && definition->statement->kind == AST_BLOCK)
		return call_block(context, expr, definition, adoption);
	return elaborate(context, expr);
}
