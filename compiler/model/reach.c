/* What the loss and the outputs depend on: parameters that cannot be trained, outputs that need a target,
 * data that nothing needs. */
#include "model/resolver.h"

struct reach {
	struct table *seen;   /* values, and tensors */
	bool by_gradient;     /* leave out operands through which no gradient flows … */
	ARRAY(const struct value *) blocked; /* … and keep the operations that they belong to */
};

static bool gradient_flows(const struct value *value, int operand)
{
	if (value->kind == VALUE_REDUCTION)
		return value->op != OP_ARGMAX;
	if (value->kind != VALUE_OPERATION || value->op == OP_ADD || value->op == OP_MULTIPLY)
		return true;
	if (value->op == OP_SELECT)
		return operand > 0;
	return op_table[value->op].derivative[operand] != NULL;
}

static void mark(struct arena *arena, struct reach *reach, const struct value *value)
{
	if (table_get(reach->seen, value))
		return;
	table_put(reach->seen, value, (void *)value);
	if (value->tensor)
		table_put(reach->seen, value->tensor, (void *)value);
	for (int i = 0; i < value->operand_count; i++) {
		if (!reach->by_gradient || gradient_flows(value, i))
			mark(arena, reach, value->operands[i]);
		else
			array_push(arena, &reach->blocked, value);
	}
	for (int k = 0; value->kind == VALUE_ELEMENT && k < value->operands[0]->rank; k++)
		if (value->places[k].position && !reach->by_gradient)
			mark(arena, reach, value->places[k].position);
}

/* Tensors stand after those that their values use, so that one walk backwards finds all. */
static struct reach reach_from(const struct resolver *r, const struct value *value, bool by_gradient)
{
	struct reach reach = {.seen = table_new(r->arena), .by_gradient = by_gradient};
	const model_tensors *tensors = &r->model->tensors;
	mark(r->arena, &reach, value);
	for (size_t i = tensors->count; i-- > 0;) {
		const struct model_tensor *tensor = tensors->items[i];
		if (tensor->value && table_get(reach.seen, tensor))
			mark(r->arena, &reach, tensor->value);
	}
	return reach;
}

/* Notes the operation that keeps the gradient from the parameter. */
static void note_blocked(const struct resolver *r, const struct reach *reach,
                         const struct model_tensor *parameter)
{
	for (size_t i = 0; i < reach->blocked.count; i++) {
		const struct value *value = reach->blocked.items[i];
		struct reach behind = reach_from(r, value, false);
		if (!table_get(behind.seen, parameter))
			continue;
		diag_note(r->diag, value->span, "no gradient flows through this");
		return;
	}
}

enum hindrance { NO_HINDRANCE, UNUSED, NO_GRADIENT };

static void warn_untrained(const struct resolver *r, const struct model_tensor *tensor,
                           enum hindrance hindrance, const struct reach *by_gradient)
{
	if (hindrance == UNUSED) {
		diag_warning(r->diag, tensor->span, "unreachable-parameter",
		             "the loss does not depend on the parameter `%s`, so that it will not be trained",
		             tensor->name);
		return;
	}
	diag_warning(r->diag, tensor->span, "no-gradient",
	             "no gradient reaches the parameter `%s`, so that it will not be trained", tensor->name);
	note_blocked(r, by_gradient, tensor);
}

/* Parameters of one statement that follow each other share a warning. */
static bool belongs_to(const struct model_tensor *tensor, const struct model_tensor *last)
{
	return last && last->span.source == tensor->span.source && last->span.start == tensor->span.start;
}

void check_trained(struct resolver *r)
{
	struct reach all = reach_from(r, r->model->loss, false);
	struct reach by_gradient = reach_from(r, r->model->loss, true);
	const struct model_tensor *last = NULL;
	enum hindrance before = NO_HINDRANCE;
	for (size_t i = 0; i < r->model->tensors.count; i++) {
		const struct model_tensor *tensor = r->model->tensors.items[i];
		if (tensor->role != MODEL_PARAMETER || tensor->frozen || table_get(by_gradient.seen, tensor))
			continue;
		enum hindrance hindrance = table_get(all.seen, tensor) ? NO_GRADIENT : UNUSED;
		if (hindrance == before && belongs_to(tensor, last))
			diag_note(r->diag, tensor->span,
			          hindrance == UNUSED ? "nor on `%s`" : "nor does one reach `%s`",
			          tensor->name);
		else
			warn_untrained(r, tensor, hindrance, &by_gradient);
		last = tensor;
		before = hindrance;
	}
}

/* What the loss, the outputs or the statistics depend on. */
static struct reach reach_from_all(const struct resolver *r)
{
	struct reach reach = {.seen = table_new(r->arena)};
	const model_tensors *tensors = &r->model->tensors;
	if (r->model->loss)
		mark(r->arena, &reach, r->model->loss);
	for (size_t i = 0; i < tensors->count; i++) {
		if (tensors->items[i]->update)
			mark(r->arena, &reach, tensors->items[i]->update);
		if (tensors->items[i]->is_output)
			mark(r->arena, &reach, tensors->items[i]->value);
	}
	for (size_t i = tensors->count; i-- > 0;)
		if (tensors->items[i]->value && table_get(reach.seen, tensors->items[i]))
			mark(r->arena, &reach, tensors->items[i]->value);
	return reach;
}

/* What must be given for each sample although nothing needs it. */
void check_used(struct resolver *r)
{
	const model_tensors *tensors = &r->model->tensors;
	struct reach reach = reach_from_all(r);
	for (size_t i = 0; i < tensors->count; i++) {
		const struct model_tensor *tensor = tensors->items[i];
		if (table_get(reach.seen, tensor))
			continue;
		if (tensor->role == MODEL_TARGET)
			diag_warning(r->diag, tensor->span, "unused-target",
			             "the loss does not depend on the target `%s`", tensor->name);
		if (tensor->role == MODEL_INPUT)
			diag_warning(r->diag, tensor->span, "unused-input",
			             "neither the outputs nor the loss depend on the input `%s`",
			             tensor->name);
	}
}

void check_outputs(struct resolver *r)
{
	const model_tensors *tensors = &r->model->tensors;
	for (size_t i = 0; i < tensors->count; i++) {
		const struct model_tensor *output = tensors->items[i];
		if (!output->is_output)
			continue;
		struct reach reach = reach_from(r, output->value, false);
		for (size_t k = 0; k < tensors->count; k++) {
			const struct model_tensor *target = tensors->items[k];
			if (target->role != MODEL_TARGET || !table_get(reach.seen, target))
				continue;
			diag_error(r->diag, output->span, "target-in-output",
			           "`%s` is predicted, but depends on the target `%s`", output->name,
			           target->name);
			diag_note(r->diag, target->span, "a prediction does not know the target");
			diag_help(r->diag, "compare outputs with targets in `minimize`, and write `output` "
			          "before what is to be predicted");
		}
	}
}
