/* The optimiser's text, for each parameter element: new values of its states and of the parameter. */
#include "expr/lower.h"
#include "expr/prune.h"
#include "expr/split.h"

struct updating {
	struct exprs *exprs;
	const struct program *program;
	struct splitter *splitter;
	struct graph *graph;
	const struct expr *clip_factor; /* of all gradients, or NULL */
};

static const struct expr *read_all(struct exprs *exprs, const struct tensor *tensor)
{
	const struct linear *indices[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < tensor->rank; k++)
		indices[k] = linear_variable(exprs, k);
	return expr_read(exprs, tensor, indices);
}

static bool is_trained(const struct tensor *tensor)
{
	return tensor->role == TENSOR_PARAMETER && !tensor->source->frozen;
}

static const struct tensor *adjoint_of(const struct graph *graph, const struct tensor *parameter)
{
	for (size_t k = 0; k < graph->results.count; k++)
		if (graph->results.items[k]->role == TENSOR_ADJOINT &&
		    graph->results.items[k]->of == parameter)
			return graph->results.items[k];
	return NULL;
}

static void add_next(struct updating *u, const struct tensor *stored, const struct expr *value)
{
	struct exprs *exprs = u->exprs;
	struct tensor *next = ARENA_NEW(exprs_arena(exprs), struct tensor);
	*next = *stored;
	next->name = name_format(exprs_names(exprs), "new.%s", stored->name);
	next->role = TENSOR_NEXT;
	next->stored_in = stored;
	const char *origin = name_format(exprs_names(exprs), "%s of %s", u->program->model->train.optimizer,
	                                 stored->role == TENSOR_STATE ? stored->of->name : stored->name);
	split_equation(u->splitter, (struct equation){.left = next,
	                                              .right = normalize(exprs, value),
	                                              .phase = PHASE_UPDATE,
	                                              .origin = origin});
	array_push(exprs_arena(exprs), &u->graph->results, next);
}

/* --- clipping --------------------------------------------------------------------------------- */

/* min(1, limit / norm) with the norm over all parameters that are trained. */
static void add_norm(struct updating *u, const struct graph *graph, double limit)
{
	struct exprs *exprs = u->exprs;
	struct names *names = exprs_names(exprs);
	const double one = 1, two = 2, minus = -1;
	const struct expr *total = expr_number(exprs, 0);
	for (size_t p = 0; p < u->program->stored.count; p++) {
		const struct tensor *parameter = u->program->stored.items[p];
		if (!is_trained(parameter))
			continue;
		const struct tensor *adjoint = adjoint_of(graph, parameter);
		const struct linear *indices[TENSOR_MOST_DIMENSIONS];
		int variables[TENSOR_MOST_DIMENSIONS];
		for (int k = 0; k < adjoint->rank; k++)
			indices[k] = linear_variable(exprs, variables[k] = expr_fresh(exprs));
		const struct expr *sum = expr_read(exprs, adjoint, indices);
		sum = expr_product_of(exprs, 1, 1, &sum, &two);
		for (int k = adjoint->rank; k-- > 0;)
			sum = expr_reduce(exprs, OP_SUM, variables[k], adjoint->extents[k], sum);
		total = normal_sum(exprs, total, sum);
	}
	struct tensor *factor = ARENA_NEW(exprs_arena(exprs), struct tensor);
	factor->name = splitter_name(u->splitter, name_of(names, "clip.factor"));
	factor->role = TENSOR_TEMPORARY;
	const struct expr *norm = expr_unary(exprs, OP_SQRT, total);
	const struct expr *ratio = expr_product_of(exprs, limit, 1, &norm, &minus);
	const struct expr *small = expr_binary(exprs, OP_LESS_EQUAL, norm, expr_number(exprs, limit));
	split_equation(u->splitter,
	               (struct equation){.left = factor,
	                                 .phase = PHASE_UPDATE,
	                                 .origin = "clip by the global norm",
	                                 .right = expr_select(exprs, small, expr_number(exprs, one), ratio)});
	u->clip_factor = expr_read(exprs, factor, NULL);
}

static const struct expr *clipped(struct updating *u, const struct expr *gradient)
{
	struct exprs *exprs = u->exprs;
	const struct training_settings *train = &u->program->model->train;
	if (train->clip == CLIP_NORM)
		return normal_product(exprs, u->clip_factor, gradient);
	if (train->clip == CLIP_NONE)
		return gradient;
	const struct expr *above =
	        expr_binary(exprs, OP_MAX, gradient, expr_number(exprs, -train->clip_limit));
	return expr_binary(exprs, OP_MIN, above, expr_number(exprs, train->clip_limit));
}

/* --- one parameter ---------------------------------------------------------------------------- */

static void update_parameter(struct updating *u, const struct tensor *parameter, const struct tensor *adjoint,
                             size_t *state)
{
	struct exprs *exprs = u->exprs;
	const struct training_settings *train = &u->program->model->train;
	struct lowering lowering = lowering_new(exprs, u->program->model, NULL);
	const struct expr **states =
	        ARENA_ARRAY(exprs_arena(exprs), const struct expr *, train->states.count);
	for (size_t s = 0; s < train->states.count; s++)
		states[s] = read_all(exprs, u->program->states.items[*state + s]);
	lowering.states = states;
	lowering.parameter = read_all(exprs, parameter);
	lowering.drawn_for = parameter;
	lowering.gradient = clipped(u, read_all(exprs, adjoint));
	for (size_t s = 0; s < train->states.count; s++)
		add_next(u, u->program->states.items[*state + s],
		         lower_value(&lowering, train->states.items[s].next, NULL));
	add_next(u, parameter, lower_value(&lowering, train->parameter, NULL));
	*state += train->states.count;
}

struct graph add_update(struct exprs *exprs, const struct program *program, const struct graph *graph)
{
	struct graph result = {.results = copy_tensors(exprs_arena(exprs), &graph->results)};
	struct updating u = {.exprs = exprs, .program = program, .graph = &result};
	size_t state = 0;
	u.splitter = splitter_new(exprs, &result, graph);
	for (size_t k = 0; k < graph->equations.count; k++)
		split_equation(u.splitter, graph->equations.items[k]);
	if (program->model->train.clip == CLIP_NORM)
		add_norm(&u, graph, program->model->train.clip_limit);
	for (size_t p = 0; p < program->stored.count; p++) {
		const struct tensor *parameter = program->stored.items[p];
		if (is_trained(parameter))
			update_parameter(&u, parameter, adjoint_of(graph, parameter), &state);
	}
	return result;
}
