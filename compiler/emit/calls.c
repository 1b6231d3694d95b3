/* The body of a public function: schedules, views of the scratch, and the calls of its steps. */
#include "emit/calls.h"

#include "emit/repeat.h"
#include "emit/step.h"

static const char *const area_names[] = {
	[AREA_PREDICT] = "PREDICT", [AREA_LOSS] = "LOSS", [AREA_TRAINING] = "TRAINING",
	[AREA_STEP] = "STEP"};

name_t panel_offset_name(const struct c_names *names, enum plan_area area)
{
	return name_format(names->names, "%s_AT_PANEL", area_names[area]);
}

name_t offset_name(const struct c_names *names, enum plan_area area, const struct tensor *tensor)
{
	return name_format(names->names, "%s_AT_%s", area_names[area],
	                   c_upper_tensor(names, tensor));
}

/* One public function that runs the steps of `function`. `training`: it has t, else net and w. */
struct body {
	struct text *text;
	struct c_names *names;
	enum plan_function function;
	bool training;
	struct table *viewed;
};

static const char *array_cast(const struct body *body, const struct tensor *tensor, bool constant)
{
	struct c_names *names = body->names;
	if (tensor_stored_rank(tensor) < 2)
		return "";
	return name_format(names->names, "(%s%s (*)%s)", constant ? "const " : "", c_type(names, tensor),
	                   c_shape(names, tensor, 1));
}

/* "float (*layer_hidden)[IRIS_SIZE_HIDDEN] =
 * (float (*)[IRIS_SIZE_HIDDEN])(t->scratch + TRAINING_AT_LAYER_HIDDEN);" */
static void declare_view(struct body *body, const struct location *place)
{
	struct c_names *names = body->names;
	const struct tensor *tensor = place->tensor;
	if (place->kind != IN_SCRATCH || table_get(body->viewed, tensor))
		return;
	table_put(body->viewed, tensor, body);
	name_t name = c_tensor(names, tensor);
	const char *at = offset_name(names, plan_area_of(body->function), tensor);
	const char *scratch = body->training ? "t->scratch" : "w->scratch";
	if (tensor_stored_rank(tensor) < 2)
		c_line(body->text,
		       name_format(names->names, "%s *%s = %s + %s;", names->real, name, scratch, at));
	else
		c_line(body->text, name_format(names->names, "%s (*%s)%s = %s(%s + %s);", names->real, name,
		                               c_shape(names, tensor, 1), array_cast(body, tensor, false),
		                               scratch, at));
}

static const char *argument(struct body *body, const struct tensor *tensor, bool written)
{
	struct c_names *names = body->names;
	struct location place = plan_location(names->plan, body->function, tensor);
	name_t name = c_tensor(names, tensor);
	const char *scalar = tensor_stored_rank(tensor) == 0 ? "&" : "";
	switch (place.kind) {
	case IN_CALLER:
		return name_format(names->names, "%s%s%s",
		                   array_cast(body, tensor, tensor->role != TENSOR_OUTPUT),
		                   body->training ? "t->" : "", name);
	case IN_NET:
		return name_format(names->names, "%s%s%s%s", scalar,
		                   body->training && !written ? array_cast(body, tensor, true) : "",
		                   body->training ? "t->net." : "net->", name);
	case IN_STATE:
	case IN_GRADIENT: return name_format(names->names, "%st->%s", scalar, name);
	default: return name;
	}
}

static void add_argument(struct text *line, const char *argument)
{
	text_printf(line, "%s%s", line->bytes[line->length - 1] == '(' ? "" : ", ", argument);
}

static void emit_call(struct body *body, const struct step *step)
{
	struct c_names *names = body->names;
	const struct signature *signature = signature_of(names, step);
	bool init = body->function == PLAN_INIT, now = body->training && !init;
	struct text line = text_new(body->text->arena);
	const struct repeat *repeat = repeat_of(names, step);
	text_printf(&line, "%s(", c_function(names, repeat ? repeat->first : step));
	if (signature->rows)
		add_argument(&line, "rows");
	if (signature->seed)
		add_argument(&line, init  ? "seed"
		                    : now ? "t->seed"
		                          : name_format(names->names, "%s_SEED", names->upper));
	for (size_t k = 0; k < signature->draws.count; k++)
		add_argument(&line, c_stream(names, signature->draws.items[k]));
	if (signature->step)
		add_argument(&line, now ? "t->step + 1" : "0");
	if (signature->epoch)
		add_argument(&line, now ? "t->epoch" : "0");
	if (signature->net)
		add_argument(&line, body->training ? "&t->net" : "net");
	for (size_t k = 0; k < signature->schedules.count; k++)
		add_argument(&line, name_format(names->names, "(%s)%s", names->real,
		                                c_tensor(names, signature->schedules.items[k])));
	for (size_t k = 0; k < signature->read.count; k++)
		add_argument(&line, argument(body, signature->read.items[k], false));
	for (size_t k = 0; k < signature->written.count; k++)
		add_argument(&line, argument(body, signature->written.items[k], true));
	if (signature->panel)
		add_argument(&line, name_format(names->names, "%s + %s", body->training ? "t->scratch" : "w->scratch",
		                                panel_offset_name(names, plan_area_of(body->function))));
	text_add(&line, ");");
	c_line(body->text, text_string(&line));
}

static bool uses_symbol(const struct expr *expr, enum symbol symbol)
{
	bool uses = expr->op == OP_SYMBOL && expr->symbol == symbol;
	for (int k = 0; k < expr->count; k++)
		uses = uses || uses_symbol(expr->operands[k], symbol);
	return uses;
}

/* "const double rate = …;": schedules, and the counters that they read */
static void emit_schedules(struct body *body)
{
	const struct plan *plan = body->names->plan;
	struct scope scope = {.names = body->names,
	                      .used = table_new(plan->arena),
	                      .values = table_new(plan->arena),
	                      .in_double = true};
	bool step = false, epoch = false;
	for (size_t k = 0; k < plan->schedule[body->function].count; k++) {
		const struct equation *equation = plan->schedule[body->function].items[k];
		step = step || uses_symbol(equation->right, SYMBOL_STEP);
		epoch = epoch || uses_symbol(equation->right, SYMBOL_EPOCH);
	}
	if (step)
		text_line(body->text, "const uint32_t step = t->step + 1;");
	if (epoch)
		text_line(body->text, "const uint32_t epoch = t->epoch;");
	for (size_t k = 0; k < plan->schedule[body->function].count; k++) {
		const struct equation *equation = plan->schedule[body->function].items[k];
		struct text line = text_new(plan->arena);
		declare_shared(body->text, &scope, sharing_new(&scope, &equation->right, 1), equation->right);
		text_printf(&line, "const double %s = ", c_tensor(body->names, equation->left));
		c_expression(&line, &scope, equation->right, AS_ARGUMENT);
		text_add(&line, ";");
		c_line(body->text, text_string(&line));
	}
}

static void emit_views(struct body *body)
{
	const struct plan *plan = body->names->plan;
	for (size_t k = 0; k < plan->functions[body->function].count; k++) {
		const struct signature *signature =
			signature_of(body->names, plan->functions[body->function].items[k]);
		const tensors *const lists[] = {&signature->read, &signature->written};
		for (size_t l = 0; l < 2; l++)
			for (size_t j = 0; j < lists[l]->count; j++) {
				struct location place =
					plan_location(plan, body->function, lists[l]->items[j]);
				declare_view(body, &place);
			}
	}
}

void emit_steps(struct text *text, struct c_names *names, enum plan_function function, bool training)
{
	struct body body = {text, names, function, training, table_new(text->arena)};
	emit_schedules(&body);
	emit_views(&body);
	for (size_t k = 0; k < names->plan->functions[function].count; k++)
		emit_call(&body, names->plan->functions[function].items[k]);
}
