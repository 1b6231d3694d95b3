/* The statements of the model that declare values: size, input, target, param, then layers in their order. */
#include "model/resolver.h"

#include <math.h>

static struct context statement_context(struct resolver *r, const struct ast_statement *statement,
                                        name_t name)
{
	struct context context = {.resolver = r, .region = REGION_LAYER};
	context.statement = ARENA_NEW(r->arena, struct statement);
	context.statement->name = name;
	context.statement->span = statement->name ? statement->name_span : statement->span;
	return context;
}

/* False if the name is taken. */
static bool bind(struct resolver *r, const struct ast_statement *statement, const struct value *value,
                 bool is_size)
{
	struct binding *other = table_get(r->values, statement->name);
	if (other) {
		bool is_later = statement->name_span.start > other->span.start;
		diag_error(r->diag, is_later ? statement->name_span : other->span, "duplicate-name",
		           "the name `%s` is given twice", statement->name);
		diag_note(r->diag, is_later ? other->span : statement->name_span, "it is first given here");
		other->value = r->poison;
		return false;
	}
	struct binding *binding = ARENA_NEW(r->arena, struct binding);
	*binding = (struct binding){.name = statement->name,
	                            .kind = BOUND_VALUE,
	                            .is_size = is_size,
	                            .value = value,
	                            .span = statement->name_span};
	table_put(r->values, statement->name, binding);
	array_push(r->arena, &r->value_list, binding);
	return true;
}

static void declare_size(struct resolver *r, const struct ast_statement *statement)
{
	struct context context = statement_context(r, statement, statement->name);
	int64_t extent;
	const struct value *value = r->poison;
	if (constant_integer(&context, statement->value, 1, &extent))
		value = value_number(&context, statement->value->span, (double)extent);
	bind(r, statement, value, true);
}

/* NULL after an error. */
static struct model_tensor *data_tensor(const struct context *context, const struct ast_statement *statement,
                                        const struct left *left, enum model_role role)
{
	struct resolver *r = context->resolver;
	struct model_tensor *tensor = ARENA_NEW(r->arena, struct model_tensor);
	*tensor = (struct model_tensor){.name = statement->name, .role = role, .span = statement->name_span,
	                                .rank = left->rank, .per_sample = true, .scaling = statement->scaling,
	                                .scale_from = statement->scale_from, .scale_to = statement->scale_to};
	for (int k = 0; k < left->rank; k++)
		tensor->dims[k] = left->dims[k];
	int64_t classes = 0;
	if (statement->classes) {
		if (!constant_integer(context, statement->classes, 2, &classes))
			return NULL;
		tensor->dims[tensor->rank++] = size_known(r->arena, classes, statement->classes->span);
	}
	tensor->classes = (int)classes;
	return tensor;
}

static struct model_tensor *statistic(const struct context *context, const struct model_tensor *input,
                                      const char *name, double initial)
{
	struct resolver *r = context->resolver;
	struct model_tensor *tensor = ARENA_NEW(r->arena, struct model_tensor);
	*tensor = (struct model_tensor){
		.role = MODEL_STATISTIC,
		.span = input->span,
		.rank = input->rank,
		.name = unique_name(r, name_format(r->names, "%s.%s", input->name, name))};
	for (int k = 0; k < input->rank; k++) {
		tensor->dims[k] = input->dims[k];
		tensor->indices[k] = index_new(context, name_format(r->names, "%c", "ijklmnop"[k]),
		                               input->dims[k], input->span);
	}
	tensor->initial = value_number(context, input->span, initial);
	add_tensor(r, tensor);
	return tensor;
}

static void declare_data(struct resolver *r, const struct ast_statement *statement, enum model_role role)
{
	struct context context = statement_context(r, statement, statement->name);
	struct left left = read_left(&context, &statement->dims, statement->name_span, false);
	if (left.failed || left.rank + (statement->classes ? 1 : 0) > MODEL_MOST_DIMENSIONS) {
		if (!left.failed)
			fail(&context, statement->span, "too-many-dimensions",
			     "a tensor has at most %d dimensions", MODEL_MOST_DIMENSIONS);
		bind(r, statement, r->poison, false);
		return;
	}
	struct model_tensor *tensor = data_tensor(&context, statement, &left, role);
	if (statement->scaling == SCALING_RANGE && !(fabs(statement->scale_to - statement->scale_from) > 0))
		fail(&context, statement->span, "bad-scale", "`scale` needs two different numbers");
	const struct value *value = tensor ? value_tensor(&context, statement->name_span, tensor) : r->poison;
	if (!bind(r, statement, value, false) || !tensor)
		return;
	add_tensor(r, tensor);
	array_push(r->arena, &r->pending->tensors, tensor);
	if (tensor->scaling == SCALING_STANDARDIZE) {
		tensor->mean = statistic(&context, tensor, "mean", 0);
		tensor->deviation = statistic(&context, tensor, "deviation", 1);
	}
}

/* What it is used for may determine its sizes, so that it waits for the end of the model. */
static void declare_param(struct resolver *r, const struct ast_statement *statement)
{
	struct context context = statement_context(r, statement, statement->name);
	if (table_get(r->values, statement->name)) {
		bind(r, statement, r->poison, false);
		return;
	}
	struct pending *pending = r->pending;
	r->pending = &r->late;
	bind(r, statement, define_parameter(&context, statement, MODEL_PARAMETER, &context, NULL), false);
	r->pending = pending;
}

/* The name is left free until the tensor is defined, so that it is not seen in its own definition. */
static void declare_layer(struct resolver *r, const struct ast_statement *statement)
{
	if (table_get(r->values, statement->name)) {
		bind(r, statement, r->poison, false);
		return;
	}
	int errors = diag_errors(r->diag);
	struct context context = statement_context(r, statement, statement->name), inner = context;
	struct left left = read_left(&inner, &statement->dims, statement->name_span, true);
	struct adoption adoption = {.name = unique_name(r, statement->name)};
	const struct value *value = right_side(&inner, statement->value, &adoption);
	struct span span = statement->value->span;
	struct model_tensor *tensor = adoption.tensor;
	if (value == r->none)
		value = fail(&context, span, "nothing-left", "nothing is left of the value of `%s`",
		             statement->name);
	if (tensor && (value == r->poison || !check_left(&inner, &left, statement->name, value, span)))
		tensor = NULL;
	else if (!tensor)
		tensor = define_tensor(&inner, &left, adoption.name, value, span);
	if (tensor) {
		tensor->span = statement->name_span;
		tensor->is_output = statement->kind == AST_OUTPUT;
		tensor->per_sample = tensor->per_sample || tensor->is_output;
	}
	bool quiet = diag_errors(r->diag) > errors || left.failed || value == r->poison;
	if (!finish_statement(r, r->pending, quiet))
		tensor = NULL;
	bind(r, statement, tensor ? value_tensor(&context, statement->name_span, tensor) : r->poison, false);
}

void resolve_loss(struct resolver *r)
{
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		const struct ast_statement *statement = r->ast->statements.items[i];
		if (statement->kind != AST_MINIMIZE || r->model->loss)
			continue;
		int errors = diag_errors(r->diag);
		struct context context = statement_context(r, statement, name_of(r->names, "loss"));
		context.statement->is_loss = true;
		const struct value *value = elaborate(&context, statement->value);
		finish_statement(r, r->pending, diag_errors(r->diag) > errors || value == r->poison);
		r->model->loss = value;
		if (is_void(&context, value) || value->rank == 0)
			continue;
		fail(&context, statement->value->span, "not-a-scalar",
		     "what `minimize` takes must be a scalar, but this has shape %s", value_shape(r, value));
		diag_help(r->diag, "`sum(…)` or `mean(…)` makes one number of it");
	}
}

static void declare_all(struct resolver *r, enum ast_statement_kind kind, enum ast_statement_kind other,
                        void (*declare_one)(struct resolver *, const struct ast_statement *))
{
	for (size_t i = 0; i < r->ast->statements.count; i++) {
		enum ast_statement_kind each = r->ast->statements.items[i]->kind;
		if (each == kind || each == other)
			declare_one(r, r->ast->statements.items[i]);
	}
}

static void declare_input(struct resolver *r, const struct ast_statement *statement)
{
	declare_data(r, statement, statement->kind == AST_INPUT ? MODEL_INPUT : MODEL_TARGET);
}

void declare(struct resolver *r)
{
	declare_all(r, AST_SIZE, AST_SIZE, declare_size);
	declare_all(r, AST_INPUT, AST_TARGET, declare_input);
	declare_all(r, AST_PARAM, AST_PARAM, declare_param);
	finish_statement(r, r->pending, false);
	declare_all(r, AST_LAYER, AST_OUTPUT, declare_layer);
}
