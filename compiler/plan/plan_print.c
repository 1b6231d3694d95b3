/* The plan as text, for --dump=plan: functions, their steps with loops, and the memory map. */
#include "base/text.h"
#include "plan/plan.h"

static const char *const function_names[] = {
	[PLAN_INIT] = "init",       [PLAN_PREDICT] = "predict",   [PLAN_LOSS] = "loss",
	[PLAN_FORWARD] = "forward", [PLAN_BACKWARD] = "backward", [PLAN_UPDATE] = "update",
	[PLAN_STEP] = "step",
};
static const char *const area_names[] = {
	[AREA_PREDICT] = "predict", [AREA_LOSS] = "loss", [AREA_TRAINING] = "training",
	[AREA_STEP] = "step"};
static const char *const place_names[] = {
	[IN_CALLER] = "caller",     [IN_NET] = "net",         [IN_STATE] = "state",
	[IN_GRADIENT] = "gradient", [IN_SCRATCH] = "scratch", [IN_SCHEDULE] = "schedule",
	[IN_REGISTER] = "register",
};

static void print_loops(struct text *text, const struct step *step)
{
	const struct loops *loops = &step->loops;
	const struct tensor *left = step->members.items[0].equation->left;
	text_add(text, "loops ");
	for (int k = 0; k < left->rank; k++)
		text_printf(text, "%s%s", k ? " " : "", left->letters[k]);
	if (loops->form == LOOP_ROW)
		text_printf(text, "; row of %d sums along %s", loops->width, left->letters[loops->vector]);
	if (loops->form == LOOP_LANES)
		text_printf(text, "; %d interleaved sums along bound index %d", loops->width,
		            loops->vector - BOUND);
	if (loops->form == LOOP_TURNED)
		text_printf(text, "; %d rows of the batch turned", loops->width);
	if (loops->is_shared)
		text_add(text, "; by threads");
	if (loops->vectors > 0)
		text_printf(text, "; vectors: %d", loops->vectors);
	if (loops->panel > 0)
		text_printf(text, "; rows copied to a panel of %lld", (long long)loops->panel);
	if (loops->numbers > 0)
		text_printf(text, "; numbers copied to %lld", (long long)loops->numbers);
	if (loops->second >= 0)
		text_printf(text, "; %d of %s together", loops->seconds, left->letters[loops->second]);
	if (loops->blocked >= 0)
		text_printf(text, "; %d of %s together", loops->block, left->letters[loops->blocked]);
}

static void print_equation(struct text *text, const struct plan_member *member)
{
	struct text line = text_new(text->arena);
	equation_print(&line, member->equation);
	text_line(text, "%s%s", text_string(&line), member->stored ? "" : "   (register)");
}

static void print_step(struct text *text, const struct step *step)
{
	struct text line = text_new(text->arena);
	print_loops(&line, step);
	text_line(text, "step %d: %s", step->number, text_string(&line));
	text->indent++;
	for (size_t m = 0; m < step->members.count; m++)
		print_equation(text, &step->members.items[m]);
	text->indent--;
}

static void print_function(struct text *text, const struct plan *plan, enum plan_function function)
{
	const step_list *steps = &plan->functions[function];
	if (steps->count == 0)
		return;
	text_line(text, "%s", function_names[function]);
	text->indent++;
	for (size_t k = 0; k < plan->schedule[function].count; k++) {
		struct text line = text_new(text->arena);
		equation_print(&line, plan->schedule[function].items[k]);
		text_line(text, "once: %s", text_string(&line));
	}
	for (size_t k = 0; k < steps->count; k++) {
		if (steps->items[k]->function == function)
			print_step(text, steps->items[k]);
		else
			text_line(text, "step %d of %s", steps->items[k]->number,
			          function_names[steps->items[k]->function]);
	}
	text->indent--;
}

static void print_area(struct text *text, const struct area *area, const char *name)
{
	if (area->places.count == 0)
		return;
	text_line(text, "memory of %s: %lld reals of scratch", name, (long long)area->scratch);
	text->indent++;
	for (size_t k = 0; k < area->places.count; k++) {
		const struct location *place = &area->places.items[k];
		if (place->kind == IN_SCRATCH)
			text_line(text, "%-32s %8lld at %8lld, steps %d to %d", place->tensor->name,
			          (long long)place->reals, (long long)place->offset, place->first,
			          place->last);
		else
			text_line(text, "%-32s %8lld %s", place->tensor->name, (long long)place->reals,
			          place_names[place->kind]);
	}
	text->indent--;
}

void plan_print(struct text *text, const struct plan *plan)
{
	for (enum plan_function f = PLAN_INIT; f < PLAN_FUNCTIONS; f++)
		print_function(text, plan, f);
	for (enum plan_area area = 0; area < PLAN_AREAS; area++)
		print_area(text, &plan->areas[area], area_names[area]);
	text_line(text, "bytes: net %lld, work %lld, training %lld", (long long)plan->net_bytes,
	          (long long)plan->work_bytes, (long long)plan->training_bytes);
	text_line(text, "%lld multiply-adds a row", (long long)plan->multiply_adds);
}
