/* NAME.h: constants, structs and prototypes, usable from C and C++. */
#include "emit/scope.h"
#include "emit/step.h"
#include "emit/unit.h"
#include "emit/weights.h"

static void add_constant(const struct c_names *names, constant_list *list, const char *suffix, int64_t value,
                         const char *comment)
{
	name_t name = name_format(names->names, "%s_%s", names->upper, suffix);
	array_push(names->arena, list, (struct constant){name, value, comment});
}

static int64_t at_least_one(int64_t count)
{
	return count > 0 ? count : 1;
}

static void emit_constants(struct text *text, const struct c_names *names)
{
	const struct plan *plan = names->plan;
	const struct program *program = plan->program;
	constant_list list = {0};
	int64_t predict = plan->areas[AREA_PREDICT].scratch, loss = plan->areas[AREA_LOSS].scratch;
	add_constant(names, &list, "BATCH", plan->batch,
	             program->loss ? "most rows of a training step or a loss" : "rows computed at once");
	add_constant(names, &list, "TENSORS", (int64_t)program->stored.count, "parameters and statistics");
	add_constant(names, &list, "PARAMETERS", plan->parameter_count, "numbers that are trained");
	if (program->loss)
		add_constant(names, &list, "STATES", (int64_t)program->states.count,
		             "tensors of the optimiser");
	for (size_t k = 0; k < names->extents.count; k++)
		array_push(names->arena, &list,
		           (struct constant){names->extents.items[k]->name, names->extents.items[k]->extent,
		                             NULL});
	add_constant(names, &list, "WORK", at_least_one(predict > loss ? predict : loss),
	             "numbers of scratch");
	if (program->loss)
		add_constant(names, &list, "SCRATCH", at_least_one(plan_training_scratch(plan)),
		             "numbers of scratch in training");
	if (plan->options.threads > 1)
		add_constant(names, &list, "THREADS", plan->options.threads, "that share large steps");
	c_constants(text, &list);
	text_line(text, "#define %s_SEED UINT64_C(%llu)", names->upper,
	          (unsigned long long)program->model->train.seed);
	text_blank(text);
}

static void emit_member(struct text *text, struct c_names *names, const struct tensor *tensor)
{
	int64_t gap = plan_gap(names->plan, tensor);
	text_line(text, "%s %s%s;", names->real, c_tensor(names, tensor), c_shape(names, tensor, 0));
	if (gap > 0)
		text_line(text, "%s %s[%lld];", names->real, c_unique(names, names->used, "gap"), (long long)gap);
}

static void emit_members(struct text *text, struct c_names *names, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k])
			emit_member(text, names, list->items[k]);
}

static void emit_net(struct text *text, struct c_names *names)
{
	const tensors *stored = &names->plan->program->stored;
	c_comment(text, names->plan->options.target->vector_bytes == 0
	                        ? "All that prediction needs."
	                        : "All that prediction needs. Begin it, and the structs below, at a multiple of 64 "
	                          "bytes (_Alignas(64), aligned_alloc): elsewhere each vector lies in two lines of the "
	                          "cache, and a step takes up to a third longer. Gaps keep the members so.");
	text_line(text, "struct %s {", names->model);
	text->indent++;
	emit_members(text, names, stored);
	if (stored->count == 0)
		text_line(text, "%s none_stored[1];", names->real);
	text->indent--;
	text_line(text, "};\n");
	c_comment(text, names->plan->program->loss ? "Scratch of a prediction or a loss: one for each thread."
	                                           : "Scratch of a prediction: one for each thread.");
	text_line(text, "struct %s_work {", names->model);
	text_line(text, "\t%s scratch[%s_WORK];", names->real, names->upper);
	text_line(text, "};\n");
}

static void emit_training(struct text *text, struct c_names *names)
{
	const struct plan *plan = names->plan;
	const struct program *program = plan->program;
	c_comment(text,
	          "All of training. `epoch` is the caller's to set: the schedules of the optimiser read it.");
	text_line(text, "struct %s_training {", names->model);
	text->indent++;
	text_line(text, "struct %s net;", names->model);
	emit_members(text, names, &program->states);
	emit_members(text, names, &plan->parameter_gradients);
	emit_members(text, names, &plan->input_gradients);
	text_line(text, "%s scratch[%s_SCRATCH];", names->real, names->upper);
	text_line(text, "uint64_t seed;");
	text_line(text, "uint32_t step;   /* updates so far */");
	text_line(text, "uint32_t epoch;  /* from 0 */");
	text_line(text, "int32_t rows;    /* of the last forward, and its arrays: */");
	const tensors *const lists[] = {&program->inputs, &program->targets};
	for (size_t l = 0; l < 2; l++)
		for (size_t k = 0; k < lists[l]->count; k++)
			text_line(text, "const %s *%s;", c_type(names, lists[l]->items[k]),
			          c_tensor(names, lists[l]->items[k]));
	text->indent--;
	text_line(text, "};\n");
}

static const char *port_line(const struct c_names *names, const struct tensor *tensor, const char *kind)
{
	struct text text = text_new(names->arena);
	text_printf(&text, "%s %s: %s [rows]%s", kind, c_tensor(names, tensor), c_type(names, tensor),
	            c_shape(names, tensor, 1));
	if (tensor->classes > 0)
		text_printf(&text, ", each 0 to %d", tensor->classes - 1);
	text_add(&text, "\n");
	return text_string(&text);
}

static void emit_ports(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	struct text lines = text_new(text->arena);
	text_add(&lines, "Arrays of the caller, row-major, unscaled:\n");
	for (size_t k = 0; k < program->inputs.count; k++)
		text_add(&lines, port_line(names, program->inputs.items[k], "  input "));
	for (size_t k = 0; k < program->targets.count; k++)
		text_add(&lines, port_line(names, program->targets.items[k], "  target"));
	for (size_t k = 0; k < program->outputs.count; k++)
		text_add(&lines, port_line(names, program->outputs.items[k], "  output"));
	c_comment(text, text_string(&lines));
	text_blank(text);
}

void emit_header(struct text *text, const struct plan *plan, const struct emit_options *options)
{
	struct c_names names = c_names_new(plan);
	name_t guard = name_format(names.names, "%s_GENERATED_H", names.upper);
	emit_banner(text, &names, options);
	text_line(text, "#ifndef %s\n#define %s\n", guard, guard);
	text_line(text, "#include \"mlp.h\"\n");
	text_line(text, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
	emit_constants(text, &names);
	emit_net(text, &names);
	if (plan->program->loss)
		emit_training(text, &names);
	emit_ports(text, &names);
	if (options->weights)
		emit_weights_declaration(text, &names);
	for (enum public_function f = 0; f < PUBLIC_FUNCTIONS; f++) {
		const char *prototype = public_prototype(&names, f);
		if (prototype && public_comment(f))
			c_comment(text, public_comment(f));
		if (prototype)
			c_line(text, name_format(names.names, "%s;", prototype));
	}
	text_line(text, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif");
}
