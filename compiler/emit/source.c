/* NAME.c: dimensions, memory map, one function a step, and the public functions that call them in order. */
#include "emit/calls.h"
#include "emit/repeat.h"
#include "emit/step.h"
#include "emit/tensors.h"
#include "emit/unit.h"
#include "emit/weights.h"
#include "expr/draw.h"

enum { TINY_WORK = 2000 }; /* multiply-adds of a step that is compiled for whole batches too */

/* --- dimensions and memory map ------------------------------------------------------------------------ */

static bool uses_form(const struct plan *plan, enum loop_form form)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		if (plan->steps.items[k]->loops.form == form && plan->steps.items[k]->loops.vectors == 0)
			return true;
	return false;
}

static bool uses_blocks(const struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++)
		if (plan->steps.items[k]->loops.blocked >= 0 && plan->steps.items[k]->loops.vectors == 0)
			return true;
	return false;
}

static bool uses_tiles(const struct plan *plan)
{
	for (size_t k = 0; k < plan->steps.count; k++) {
		const struct step *step = plan->steps.items[k];
		if (step->loops.form == LOOP_ROW && step->loops.vectors == 0 &&
		    step->loops.width < step->members.items[0].equation->left->extents[step->loops.vector])
			return true;
	}
	return false;
}

static void emit_dimensions(struct text *text, const struct c_names *names)
{
	const struct plan *plan = names->plan;
	constant_list list = {0};
	if (uses_form(plan, LOOP_LANES))
		array_push(text->arena, &list, (struct constant){"LANES", PLAN_LANES, "interleaved sums"});
	if (uses_tiles(plan))
		array_push(text->arena, &list, (struct constant){"TILE", PLAN_TILE, "sums in a row"});
	if (uses_blocks(plan))
		array_push(text->arena, &list, (struct constant){"BLOCK", PLAN_BLOCK, "rows at once"});
	if (list.count == 0)
		return;
	c_constants(text, &list);
	text_blank(text);
}

static void emit_memory_map(struct text *text, const struct c_names *names)
{
	for (enum plan_area area = 0; area < PLAN_AREAS; area++) {
		const location_list *places = &names->plan->areas[area].places;
		constant_list list = {0};
		for (size_t k = 0; k < places->count; k++) {
			const struct location *place = &places->items[k];
			if (place->kind != IN_SCRATCH)
				continue;
			const char *shape = c_shape(names, place->tensor, 0);
			const char *comment =
			        name_format(names->names, "%s, steps %d-%d", shape[0] ? shape : "[1]",
			                    place->first, place->last);
			array_push(text->arena, &list,
			           (struct constant){offset_name(names, area, place->tensor), place->offset,
			                             comment});
		}
		int64_t panel = names->plan->areas[area].panel;
		if (panel >= 0)
			array_push(
			        text->arena, &list,
			        (struct constant){panel_offset_name(names, area), panel, "copies of rows"});
		if (list.count == 0)
			continue;
		static const char *const users[] = {[AREA_PREDICT] = "a prediction",
		                                    [AREA_LOSS] = "a loss",
		                                    [AREA_TRAINING] = "training",
		                                    [AREA_STEP] = "a whole step"};
		c_comment(text, name_format(names->names,
		                            "Memory map of the scratch of %s: offset, shape, lifetime.",
		                            users[area]));
		c_constants(text, &list);
		text_blank(text);
	}
}

/* --- random streams ----------------------------------------------------------------------------------- */

static void add_streams(const struct expr *expr, struct table *seen, struct text *text, struct c_names *names)
{
	if (!expr || table_get(seen, expr))
		return;
	table_put(seen, expr, names);
	if (op_is_draw(expr->op) && !table_get(seen, expr->draw)) {
		table_put(seen, expr->draw, names);
		text_line(text, "#define %s UINT32_C(0x%08lx)", c_stream(names, expr->draw),
		          (unsigned long)draw_stream(expr->draw));
	}
	for (int k = 0; k < expr->count; k++)
		add_streams(expr->operands[k], seen, text, names);
}

static void emit_streams(struct text *text, struct c_names *names)
{
	struct text lines = text_new(text->arena);
	struct table *seen = table_new(text->arena);
	for (size_t k = 0; k < names->plan->steps.count; k++)
		for (size_t m = 0; m < names->plan->steps.items[k]->members.count; m++)
			add_streams(names->plan->steps.items[k]->members.items[m].equation->right, seen,
			            &lines, names);
	if (lines.length == 0)
		return;
	c_comment(text, "Numbers of the random draws.");
	text_add(text, text_string(&lines));
	text_blank(text);
}

static void emit_joined_lanes(struct text *text, const struct c_names *names)
{
	if (!uses_form(names->plan, LOOP_LANES))
		return;
	c_comment(text, "The sum of interleaved sums, joined in halves.");
	text_line(text, "static %s joined_lanes(%s lane[LANES])", names->real, names->real);
	text_line(text, "{");
	text_line(text, "\tfor (int half = LANES / 2; half > 0; half /= 2)");
	text_line(text, "\t\tfor (int l = 0; l < half; l++)");
	text_line(text, "\t\t\tlane[l] += lane[l + half];");
	text_line(text, "\treturn lane[0];");
	text_line(text, "}\n");
}

/* Are rows, net or the scratch used by any step? */
static bool any_step(const struct c_names *names, enum plan_function function,
                     bool (*has)(const struct signature *))
{
	const step_list *steps = &names->plan->functions[function];
	for (size_t k = 0; k < steps->count; k++)
		if (has(signature_of(names, steps->items[k])))
			return true;
	return false;
}

static bool has_rows(const struct signature *signature)
{
	return signature->rows;
}

static bool has_net(const struct signature *signature)
{
	bool has = signature->net;
	for (size_t k = 0; k < signature->read.count; k++)
		has = has || is_in_net(signature->read.items[k]);
	return has;
}

/* --- public functions --------------------------------------------------------------------------------- */

static void open_function(struct text *text, const struct c_names *names, enum public_function function)
{
	c_line(text, public_prototype(names, function));
	text_line(text, "{");
	text->indent++;
}

static void close_function(struct text *text)
{
	text->indent--;
	text_line(text, "}\n");
}

static void emit_unused(struct text *text, const struct c_names *names, enum plan_function function)
{
	const struct plan *plan = names->plan;
	if (!any_step(names, function, has_rows))
		text_line(text, "(void)rows;");
	if (!any_step(names, function, has_net))
		text_line(text, "(void)net;");
	if (plan->areas[plan_area_of(function)].scratch == 0)
		text_line(text, "(void)w;");
	const tensors *const lists[] = {&plan->program->inputs, &plan->program->targets};
	for (size_t l = 0; l < (function == PLAN_LOSS ? 2 : 1); l++)
		for (size_t k = 0; k < lists[l]->count; k++)
			if (!tensor_map_get(&plan->areas[plan_area_of(function)].by_tensor,
			                    lists[l]->items[k]))
				text_line(text, "(void)%s;", c_tensor(names, lists[l]->items[k]));
}

static void emit_init(struct text *text, struct c_names *names)
{
	const struct program *program = names->plan->program;
	if (!public_prototype(names, PUBLIC_INIT))
		return;
	open_function(text, names, PUBLIC_INIT);
	if (program->loss) {
		text_line(text, "t->seed = seed;");
		text_line(text, "t->step = t->epoch = 0;");
		text_line(text, "t->rows = 0;");
	} else {
		text_line(text, "(void)seed;");
		if (program->stored.count == 0)
			text_line(text, "(void)net;");
	}
	emit_zeros(text, names);
	emit_steps(text, names, PLAN_INIT, program->loss != NULL);
	close_function(text);
}

static void emit_predict(struct text *text, struct c_names *names)
{
	const struct program *program = names->plan->program;
	struct text line = text_new(text->arena);
	c_comment(text, "At most a batch.");
	text_printf(&line, "static void predict_batch(const struct %s *net, struct %s_work *w, int rows",
	            names->model, names->model);
	print_ports(&line, names, &program->inputs, true);
	print_ports(&line, names, &program->outputs, false);
	text_add(&line, ")");
	c_line(text, text_string(&line));
	text_line(text, "{");
	text->indent++;
	emit_unused(text, names, PLAN_PREDICT);
	emit_steps(text, names, PLAN_PREDICT, false);
	for (size_t k = 0; k < program->outputs.count; k++)
		emit_unified(text, names, c_tensor(names, program->outputs.items[k]),
		             name_format(names->names, "(size_t)rows * %s",
		                         c_elements(names, program->outputs.items[k])));
	close_function(text);

	open_function(text, names, PUBLIC_PREDICT);
	text_line(text, "const size_t total = rows > 0 ? (size_t)rows : 0;");
	c_line(text,
	       name_format(names->names, "for (size_t n = 0; n < total; n += %s_BATCH) {", names->upper));
	text->indent++;
	c_line(text, name_format(names->names,
	                         "const int some = total - n < %s_BATCH ? (int)(total - n) : %s_BATCH;",
	                         names->upper, names->upper));
	line = text_new(text->arena);
	text_add(&line, "predict_batch(net, w, some");
	const tensors *const lists[] = {&program->inputs, &program->outputs};
	for (size_t l = 0; l < 2; l++)
		for (size_t k = 0; k < lists[l]->count; k++) {
			const struct tensor *port = lists[l]->items[k];
			bool product = tensor_stored_rank(port) > 2;
			text_printf(&line, ", %s + n", c_tensor(names, port));
			if (tensor_stored_rank(port) > 1)
				text_printf(&line, product ? " * (%s)" : " * %s", c_elements(names, port));
		}
	text_add(&line, ");");
	c_line(text, text_string(&line));
	text->indent--;
	text_line(text, "}");
	close_function(text);
}

/* What later calls read. */
static void emit_arguments_kept(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	const tensors *const lists[] = {&program->inputs, &program->targets};
	text_line(text, "t->rows = rows;");
	for (size_t l = 0; l < 2; l++)
		for (size_t k = 0; k < lists[l]->count; k++) {
			name_t port = c_tensor(names, lists[l]->items[k]);
			text_line(text, "t->%s = %s;", port, port);
		}
}

/* Is the whole step so short that its loops take as long as what is in them? */
static bool is_tiny(const struct plan *plan)
{
	double work = 0;
	for (size_t k = 0; k < plan->functions[PLAN_STEP].count; k++)
		work += plan_work(plan, plan->functions[PLAN_STEP].items[k]);
	return work < TINY_WORK;
}

static void emit_train_body(struct text *text, struct c_names *names)
{
	const char *loss = c_tensor(names, names->plan->program->loss);
	emit_steps(text, names, PLAN_STEP, true);
	text_line(text, "t->step++;");
	emit_unified(text, names, loss, "1");
	text_line(text, "return %s[0];", loss);
}

static void emit_train_step(struct text *text, struct c_names *names)
{
	bool twice = is_tiny(names->plan) && any_step(names, PLAN_STEP, has_rows);
	if (twice) {
		c_comment(text, "Of all rows of a batch or of fewer: C is compiled for each.");
		c_line(text, name_format(names->names,
		                         "MLP_ALWAYS_INLINE %s step_of_rows(struct %s_training *t, int rows)",
		                         names->real, names->model));
		text_line(text, "{");
		text->indent++;
		emit_train_body(text, names);
		close_function(text);
	}
	open_function(text, names, PUBLIC_TRAIN_STEP);
	emit_arguments_kept(text, names);
	if (twice)
		c_line(text,
		       name_format(
		               names->names,
		               "return rows == %s_BATCH ? step_of_rows(t, %s_BATCH) : step_of_rows(t, rows);",
		               names->upper, names->upper));
	else
		emit_train_body(text, names);
	close_function(text);
}

static void emit_training_functions(struct text *text, struct c_names *names)
{
	const struct program *program = names->plan->program;
	const char *loss = c_tensor(names, program->loss);
	open_function(text, names, PUBLIC_LOSS);
	emit_unused(text, names, PLAN_LOSS);
	emit_steps(text, names, PLAN_LOSS, false);
	emit_unified(text, names, loss, "1");
	text_line(text, "return %s[0];", loss);
	close_function(text);

	open_function(text, names, PUBLIC_FORWARD);
	emit_arguments_kept(text, names);
	emit_steps(text, names, PLAN_FORWARD, true);
	emit_unified(text, names, loss, "1");
	text_line(text, "return %s[0];", loss);
	close_function(text);

	for (enum plan_function f = PLAN_BACKWARD; f <= PLAN_UPDATE; f++) {
		open_function(text, names, f == PLAN_BACKWARD ? PUBLIC_BACKWARD : PUBLIC_UPDATE);
		if (any_step(names, f, has_rows))
			text_line(text, "const int rows = t->rows;");
		emit_steps(text, names, f, true);
		if (f == PLAN_UPDATE)
			text_line(text, "t->step++;");
		else if (names->plan->functions[f].count == 0)
			text_line(text, "(void)t;");
		close_function(text);
	}

	emit_train_step(text, names);
}

/* --- all ---------------------------------------------------------------------------------------------- */

static const char *const titles[PLAN_FUNCTIONS] = {
        [PLAN_INIT] = "Initial values",
        [PLAN_PREDICT] = "Forward",
        [PLAN_LOSS] = "Loss",
        [PLAN_FORWARD] = "Forward, in training",
        [PLAN_BACKWARD] = "Backward",
        [PLAN_UPDATE] = "Update",
        [PLAN_STEP] = "Backward and update in one",
};

void emit_source(struct text *text, const struct plan *plan, const struct emit_options *options)
{
	struct c_names names = c_names_new(plan);
	find_repeats(&names);
	emit_banner(text, &names, options);
	emit_preamble(text, &names, options);
	emit_sizes(text, &names);
	emit_dimensions(text, &names);
	emit_memory_map(text, &names);
	emit_streams(text, &names);
	emit_joined_lanes(text, &names);
	for (enum plan_function f = PLAN_INIT; f < PLAN_FUNCTIONS; f++) {
		bool titled = false;
		for (size_t k = 0; k < plan->steps.count; k++) {
			if (plan->steps.items[k]->function != f)
				continue;
			if (!titled)
				text_line(text, "/* --- %s --- */\n", titles[f]);
			titled = true;
			emit_step(text, &names, plan->steps.items[k]);
		}
	}
	text_line(text, "/* --- Public functions --- */\n");
	emit_init(text, &names);
	emit_predict(text, &names);
	if (plan->program->loss)
		emit_training_functions(text, &names);
	emit_tensors(text, &names);
	if (options->weights)
		emit_weights(text, &names, options->weights);
}
