/* Model → program: tensors of the graph, the forward equations of its layers and loss, initial values. */
#include "expr/lower.h"

#include <string.h>

#include "expr/split.h"

struct program_lowering {
	struct exprs *exprs;
	const struct model *model;
	struct program *program;
	struct tensor **tensors; /* by place in the model's list: what expressions read */
	struct graph forward;
	struct splitter *splitter;
	name_t sample_letter;
};

static struct arena *arena_of(const struct program_lowering *l)
{
	return exprs_arena(l->exprs);
}

/* --- tensors ---------------------------------------------------------------------------------- */

/* The letters of the first tensor with all dimensions of the value that it reads: y = tanh(x) is indexed like
 * x. */
static const struct model_tensor *letters_from(const struct value *value, int rank)
{
	if (value->kind == VALUE_TENSOR && value->rank == rank)
		return value->tensor;
	if (value->kind != VALUE_OPERATION)
		return NULL;
	for (int k = 0; k < value->operand_count; k++) {
		const struct model_tensor *found =
		        value->operands[k]->rank == rank ? letters_from(value->operands[k], rank) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

static bool has_letter(const struct tensor *tensor, int count, name_t letter)
{
	for (int k = 0; k < count; k++)
		if (tensor->letters[k] == letter)
			return true;
	return false;
}

static name_t free_letter(struct names *names, const struct tensor *tensor, int count)
{
	static const char *const letters[] = {"i", "j", "k", "l", "m", "o", "p", "q", "r", "s"};
	int k = 0;
	while (k < 9 && has_letter(tensor, count, name_of(names, letters[k])))
		k++;
	return name_of(names, letters[k]);
}

static void set_letters(struct program_lowering *l, struct tensor *tensor, const struct model_tensor *source,
                        int sample)
{
	struct names *names = exprs_names(l->exprs);
	const struct model_tensor *pattern = source;
	for (int hops = 0; pattern && !pattern->indices[0] && hops < 64; hops++)
		pattern = pattern->value && pattern->rank == source->rank
		                  ? letters_from(pattern->value, pattern->rank)
		                  : NULL;
	if (sample)
		tensor->letters[0] = name_of(names, "n");
	for (int k = 0; k < source->rank; k++) {
		name_t letter = pattern && pattern->indices[k] ? pattern->indices[k]->name : NULL;
		if (!letter || has_letter(tensor, sample + k, letter))
			letter = free_letter(names, tensor, sample + k);
		tensor->letters[sample + k] = letter;
	}
}

static struct tensor *new_tensor(struct program_lowering *l, const struct model_tensor *source,
                                 enum tensor_role role)
{
	struct tensor *tensor = ARENA_NEW(arena_of(l), struct tensor);
	int sample = source->per_sample ? 1 : 0;
	tensor->name = source->name;
	tensor->role = role;
	tensor->source = source;
	tensor->rank = source->rank + sample;
	tensor->classes = source->classes;
	tensor->extents[0] = EXTENT_ROWS;
	for (int k = 0; k < source->rank; k++)
		tensor->extents[sample + k] = size_extent(source->dims[k]);
	set_letters(l, tensor, source, sample);
	return tensor;
}

static enum tensor_role role_of(const struct model_tensor *source)
{
	switch (source->role) {
	case MODEL_INPUT: return TENSOR_INPUT;
	case MODEL_TARGET: return TENSOR_TARGET;
	case MODEL_PARAMETER: return TENSOR_PARAMETER;
	case MODEL_STATISTIC: return TENSOR_STATISTIC;
	case MODEL_LAYER: break;
	}
	return source->is_output ? TENSOR_OUTPUT : TENSOR_LAYER;
}

static struct tensor *find_tensor(struct program_lowering *l, const struct model_tensor *source)
{
	for (size_t k = 0; k < l->model->tensors.count; k++)
		if (l->model->tensors.items[k] == source)
			return l->tensors[k];
	return NULL;
}

static void enlist(struct program_lowering *l, struct tensor *tensor)
{
	struct program *program = l->program;
	switch (tensor->role) {
	case TENSOR_INPUT: array_push(arena_of(l), &program->inputs, tensor); break;
	case TENSOR_TARGET: array_push(arena_of(l), &program->targets, tensor); break;
	case TENSOR_OUTPUT: array_push(arena_of(l), &program->outputs, tensor); break;
	case TENSOR_PARAMETER:
	case TENSOR_STATISTIC: array_push(arena_of(l), &program->stored, tensor); break;
	default: break;
	}
}

/* --- equations -------------------------------------------------------------------------------- */

/* The right side of a tensor whose left indices are variables 0, 1, …: the sample first, if there is one. */
static const struct expr *right_side(struct program_lowering *l, const struct tensor *left,
                                     const struct model_tensor *source, const struct value *value,
                                     bool scalar)
{
	struct lowering lowering = lowering_new(l->exprs, l->model, (const struct tensor **)l->tensors);
	int sample = left->rank - source->rank;
	const struct linear *indices[MODEL_MOST_DIMENSIONS];
	if (sample)
		lowering.sample = linear_variable(l->exprs, 0);
	for (int k = 0; k < source->rank; k++) {
		indices[k] = linear_variable(l->exprs, sample + k);
		lowering_bind(&lowering, source->indices[k], indices[k], size_extent(source->dims[k]));
	}
	return lower_value(&lowering, value, scalar ? NULL : indices);
}

static void add_equation(struct program_lowering *l, const struct tensor *left, const struct expr *right,
                         bool in_loss)
{
	split_equation(l->splitter, (struct equation){.left = left, .right = right, .in_loss = in_loss});
}

/* (x - from) / (to - from), or (x - mean) / deviation, of the caller's values. */
static void lower_scaled_input(struct program_lowering *l, size_t place)
{
	struct exprs *exprs = l->exprs;
	const struct model_tensor *source = l->model->tensors.items[place];
	struct tensor *raw = l->tensors[place], *scaled = ARENA_NEW(arena_of(l), struct tensor);
	*scaled = *raw;
	scaled->name = name_format(exprs_names(exprs), "%s.scaled", raw->name);
	scaled->role = TENSOR_LAYER;
	raw->scaling = source->scaling;
	const struct linear *indices[TENSOR_MOST_DIMENSIONS];
	for (int k = 0; k < raw->rank; k++)
		indices[k] = linear_variable(exprs, k);
	const struct expr *operands[2] = {expr_read(exprs, raw, indices)};
	double weights[] = {1, -1};
	const struct expr *right;
	if (source->scaling == SCALING_RANGE) {
		const struct expr *difference = expr_sum_of(exprs, -source->scale_from, 1, operands, weights);
		operands[0] = difference;
		operands[1] = expr_number(exprs, source->scale_to - source->scale_from);
	} else {
		raw->mean = find_tensor(l, source->mean);
		raw->deviation = find_tensor(l, source->deviation);
		operands[1] = expr_read(exprs, raw->mean, indices + 1);
		operands[0] = expr_sum_of(exprs, 0, 2, operands, weights);
		operands[1] = expr_read(exprs, raw->deviation, indices + 1);
	}
	right = expr_product_of(exprs, 1, 2, operands, weights);
	l->tensors[place] = scaled;
	add_equation(l, scaled, right, false);
}

static void lower_layer(struct program_lowering *l, size_t place)
{
	const struct model_tensor *source = l->model->tensors.items[place];
	const struct tensor *left = l->tensors[place];
	add_equation(l, left, right_side(l, left, source, source->value, source->scalar_value), false);
}

/* --- the loss --------------------------------------------------------------------------------- */

/* Terms of the sum that use the sample go to `per_row`, the others to `once`. */
static void sort_terms(struct program_lowering *l, const struct expr *expr, double weight,
                       const struct expr **per_row, const struct expr **once)
{
	struct exprs *exprs = l->exprs;
	if (expr->op == OP_ADD && expr_uses(expr, 0)) {
		for (int k = 0; k < expr->count; k++)
			sort_terms(l, expr->operands[k], weight * expr->weights[k], per_row, once);
		const struct expr *zero = expr_number(exprs, 0);
		double one = 1;
		*once = expr_sum_of(exprs, weight * expr->number, *once == zero ? 0 : 1, once, &one);
		return;
	}
	const struct expr **sum = expr_uses(expr, 0) ? per_row : once;
	const struct expr *operands[] = {*sum, expr};
	double weights[] = {1, weight};
	bool empty = expr_is_number(*sum, 0);
	*sum = expr_sum_of(exprs, 0, empty ? 1 : 2, operands + empty, weights + empty);
}

static struct tensor *made_tensor(struct program_lowering *l, const char *name, enum tensor_role role,
                                  bool per_row)
{
	struct tensor *tensor = ARENA_NEW(arena_of(l), struct tensor);
	tensor->name = splitter_name(l->splitter, name_of(exprs_names(l->exprs), name));
	tensor->role = role;
	tensor->rank = per_row ? 1 : 0;
	tensor->extents[0] = EXTENT_ROWS;
	tensor->letters[0] = name_of(exprs_names(l->exprs), "n");
	return tensor;
}

/* loss = sum(n, loss.row[n]) / rows + terms in parameters alone */
static void lower_loss(struct program_lowering *l)
{
	struct exprs *exprs = l->exprs;
	struct lowering lowering = lowering_new(exprs, l->model, (const struct tensor **)l->tensors);
	lowering.sample = linear_variable(exprs, 0);
	const struct expr *zero = expr_number(exprs, 0), *per_row = zero, *once = zero;
	sort_terms(l, lower_value(&lowering, l->model->loss, NULL), 1, &per_row, &once);
	struct tensor *row = made_tensor(l, "loss.row", TENSOR_TEMPORARY, true);
	struct tensor *loss = made_tensor(l, "loss", TENSOR_LOSS, false);
	add_equation(l, row, per_row, true);
	int variable = expr_fresh(exprs);
	const struct linear *index = linear_variable(exprs, variable);
	const struct expr *sum =
	        expr_reduce(exprs, OP_SUM, variable, EXTENT_ROWS, expr_read(exprs, row, &index));
	const struct expr *operands[] = {sum, expr_symbol(exprs, SYMBOL_ROWS)};
	double exponents[] = {1, -1}, ones[] = {1, 1};
	operands[0] = expr_product_of(exprs, 1, 2, operands, exponents);
	operands[1] = once;
	add_equation(l, loss, expr_sum_of(exprs, 0, once == zero ? 1 : 2, operands, ones), true);
	l->program->loss = loss;
}

/* Values that a block's statistics take in a training step. */
static void lower_statistic_update(struct program_lowering *l, size_t place)
{
	const struct model_tensor *source = l->model->tensors.items[place];
	struct tensor *stored = l->tensors[place], *next = ARENA_NEW(arena_of(l), struct tensor);
	*next = *stored;
	next->name = name_format(exprs_names(l->exprs), "new.%s", stored->name);
	next->role = TENSOR_NEXT;
	next->stored_in = stored;
	struct equation equation = {.left = next, .phase = PHASE_UPDATE};
	equation.right = right_side(l, next, source, source->update, source->update_scalar);
	split_equation(l->splitter, equation);
	array_push(arena_of(l), &l->program->training.results, next);
}

/* --- initial values --------------------------------------------------------------------------- */

static const struct expr *note_matrix(void *found, const struct expr *expr)
{
	if (expr->op == OP_ORTHOGONAL)
		*(const struct expr **)found = expr;
	return expr;
}

static void add_initial(struct program_lowering *l, const struct tensor *left, const struct expr *right,
                        const double *numbers)
{
	struct equation equation = {.left = left, .numbers = numbers};
	if (right)
		equation.right =
		        expr_map(l->exprs, normalize(l->exprs, right), note_matrix, &equation.matrix);
	array_push(arena_of(l), &l->program->initial.equations, equation);
	array_push(arena_of(l), &l->program->initial.results, left);
}

static void lower_initial(struct program_lowering *l, size_t place)
{
	const struct model_tensor *source = l->model->tensors.items[place];
	const struct tensor *left = l->tensors[place];
	if (source->initial->kind == VALUE_ARRAY)
		add_initial(l, left, NULL, source->initial->numbers);
	else
		add_initial(l, left, right_side(l, left, source, source->initial, source->initial->rank == 0),
		            NULL);
}

/* One tensor for each parameter that is trained and each state of the optimiser. */
static void lower_states(struct program_lowering *l)
{
	struct program *program = l->program;
	const struct training_settings *train = &l->model->train;
	for (size_t p = 0; p < program->stored.count; p++) {
		const struct tensor *parameter = program->stored.items[p];
		if (parameter->role != TENSOR_PARAMETER || parameter->source->frozen)
			continue;
		for (size_t s = 0; s < train->states.count; s++) {
			struct tensor *state = ARENA_NEW(arena_of(l), struct tensor);
			*state = *parameter;
			state->name = name_format(exprs_names(l->exprs), "%s.%s", parameter->name,
			                          train->states.items[s].name);
			state->role = TENSOR_STATE;
			state->of = parameter;
			array_push(arena_of(l), &program->states, state);
			struct lowering lowering =
			        lowering_new(l->exprs, l->model, (const struct tensor **)l->tensors);
			lowering.drawn_for = parameter;
			add_initial(l, state, lower_value(&lowering, train->states.items[s].initial, NULL),
			            NULL);
		}
	}
}

/* --- all together ----------------------------------------------------------------------------- */

static void lower_tensors(struct program_lowering *l)
{
	const model_tensors *list = &l->model->tensors;
	l->tensors = ARENA_ARRAY(arena_of(l), struct tensor *, list->count);
	bool predicts_only = l->model->predicts_only;
	for (size_t k = 0; k < list->count; k++) {
		l->tensors[k] = new_tensor(l, list->items[k], role_of(list->items[k]));
		if (!predicts_only || l->tensors[k]->role != TENSOR_TARGET)
			enlist(l, l->tensors[k]);
	}
	for (size_t k = 0; k < list->count; k++) /* their names are taken before any sum gets one */
		splitter_name(l->splitter, list->items[k]->name);
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k]->initial && !predicts_only)
			lower_initial(l, k);
}

struct program lower(struct exprs *exprs, const struct model *model)
{
	struct program program = {.model = model, .exprs = exprs};
	struct program_lowering lowering = {.exprs = exprs, .model = model, .program = &program};
	struct program_lowering *l = &lowering;
	l->splitter = splitter_new(exprs, &l->forward, NULL);
	lower_tensors(l);
	for (size_t k = 0; k < model->tensors.count; k++) {
		const struct model_tensor *source = model->tensors.items[k];
		if (source->role == MODEL_INPUT && source->scaling != SCALING_NONE)
			lower_scaled_input(l, k);
		else if (source->role == MODEL_LAYER)
			lower_layer(l, k);
	}
	if (model->loss) {
		lower_loss(l);
		lower_states(l);
		array_push(arena_of(l), &program.training.results, program.loss);
		array_push(arena_of(l), &program.evaluation.results, program.loss);
		for (size_t k = 0; k < model->tensors.count; k++)
			if (model->tensors.items[k]->update)
				lower_statistic_update(l, k);
	}
	for (size_t k = 0; k < program.outputs.count; k++)
		array_push(arena_of(l), &program.prediction.results, program.outputs.items[k]);
	program.prediction.equations = program.evaluation.equations = program.training.equations =
	        l->forward.equations;
	return program;
}
