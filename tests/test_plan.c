/* Plans: which equations are one loop nest, which loops it has, where values live, and that faults are found. */
#include <criterion/criterion.h>

#include "graph_fixture.h"
#include "plan_fixture.h"

static const char small[] =
	"model m\ninput x[4]\ntarget t[2]\nlayer h[3] = tanh(dense(x))\noutput y[2] = dense(h)\n"
	"minimize half_sse(y, t)\ntrain { optimizer = sgd(rate = 0.5), batch = 7 }\n";
static const char wide[] = "model m\ninput x[100]\ntarget t[70]\nlayer h[80] = tanh(dense(x))\n"
                           "output y[70] = dense(h)\nminimize half_sse(y, t)\ntrain { batch = 9 }\n";

static const struct step *step_writing(const struct compile *c, enum plan_function function, const char *name)
{
	const step_list *list = &c->plan.functions[function];
	for (size_t k = 0; k < list->count; k++)
		for (size_t m = 0; m < list->items[k]->members.count; m++)
			if (strcmp(list->items[k]->members.items[m].equation->left->name, name) == 0)
				return list->items[k];
	cr_assert_fail("no step writes %s", name);
	return NULL;
}

static int stored_values(const struct step *step)
{
	int count = 0;
	for (size_t m = 0; m < step->members.count; m++)
		count += step->members.items[m].stored;
	return count;
}

Test(plan, sum_bias_and_activation_are_one_step_with_one_store)
{
	struct compile *c = plan_of(small);
	const struct step *step = step_writing(c, PLAN_PREDICT, "h");
	cr_assert_eq(step->members.count, 3);
	cr_assert_eq(stored_values(step), 1);
	cr_assert_eq(c->plan.functions[PLAN_PREDICT].count, 2);
	arena_free(c->arena);
}

Test(plan, functions_share_equal_steps)
{
	struct compile *c = plan_of(small);
	cr_assert_eq(step_writing(c, PLAN_PREDICT, "h"), step_writing(c, PLAN_LOSS, "h"));
	cr_assert_eq(step_writing(c, PLAN_PREDICT, "h"), step_writing(c, PLAN_FORWARD, "h"));
	arena_free(c->arena);
}

Test(plan, states_and_parameter_are_updated_in_one_loop)
{
	struct compile *c = plan_of(wide); /* adam */
	const struct step *step = step_writing(c, PLAN_UPDATE, "new.h.W");
	cr_assert_eq(step, step_writing(c, PLAN_UPDATE, "new.h.W.m"));
	cr_assert_eq(step, step_writing(c, PLAN_UPDATE, "new.h.W.v"));
	cr_assert_eq(c->plan.staged.count, 0);
	cr_assert_eq(c->plan.schedule[PLAN_UPDATE].count, 2, "two powers of step");
	arena_free(c->arena);
}

/* Short extents are no vectors; W lies as [i][o], so that the sums walk along o, and its gradient with it. */
Test(plan, the_vector_is_the_index_of_contiguous_reads)
{
	struct compile *c = plan_of(small);
	cr_assert_eq(step_writing(c, PLAN_PREDICT, "h")->loops.form, LOOP_PLAIN);
	c = plan_of(wide);
	const struct loops *forward = &step_writing(c, PLAN_PREDICT, "h")->loops;
	cr_assert_eq(forward->form, LOOP_ROW);
	cr_assert_eq(forward->vector, 1);
	const struct loops *gradient = &step_writing(c, PLAN_BACKWARD, "d_h.W")->loops;
	cr_assert_eq(gradient->form, LOOP_ROW);
	cr_assert_eq(gradient->vector, 0);
	cr_assert_eq(gradient->blocked, 1);
	const struct loops *bias = &step_writing(c, PLAN_BACKWARD, "d_h.b")->loops;
	cr_assert_eq(bias->form, LOOP_ROW);
	cr_assert_eq(bias->vector, 0);
	arena_free(c->arena);
}

/* --- what the machine makes of it ---------------------------------------------------------------------- */

static struct compile *plan_for(const char *target, const char *format, int batch)
{
	char text[1000];
	snprintf(text, sizeof text, format, batch);
	return planned(text, &(struct compile_options){.target = target_named(target)});
}

static int vector_bytes(const char *target, const char *format, int batch)
{
	struct compile *c = plan_for(target, format, batch);
	int bytes = c->plan.options.target->vector_bytes;
	arena_free(c->arena);
	return bytes;
}

/* Four numbers are 16 bytes, and no target has shorter vectors. */
Test(plan, vectors_are_no_longer_than_the_longest_row)
{
	static const char two[] = "model m\ninput x[2]\ntarget t[2]\noutput y[2] = dense(x)\n"
	                          "minimize half_sse(y, t)\ntrain { batch = %d }\n";
	cr_expect_eq(vector_bytes("x86-64-v4", two, 1), 16);
	cr_expect_eq(vector_bytes("x86-64-v4", two, 4), 16);
	cr_expect_eq(vector_bytes("x86-64-v4", two, 9), 32);
	cr_expect_eq(vector_bytes("x86-64-v4", two, 16), 64);
	cr_expect_eq(vector_bytes("x86-64-v3", two, 16), 32);
	cr_expect_eq(vector_bytes("x86-64-v4", "model m\ninput x[16]\noutput y[2] = dense(x)\n", 0), 64);
	cr_expect_eq(vector_bytes("portable", two, 16), 0);
}

/* Of the sums of a gradient: a panel of 131 * 64 numbers does not fit the first cache, one of 128 does.
 * Four rows are a tile, the last one with three. */
Test(plan, numbers_that_many_tiles_take_from_far_are_copied)
{
	static const char text[] = "model m\ninput x[67]\ntarget t[3]\nlayer h[%d] = relu(dense(x))\n"
	                           "output y[3] = dense(h)\nminimize mse(y, t)\ntrain { batch = %d }\n";
	static const struct {
		const char *target;
		int width, batch, threads, numbers;
	} cases[] = {{"x86-64-v4", 1024, 131, 1, 131 * 68}, {"x86-64-v4", 1024, 128, 1, 0},
	             {"x86-64-v4", 960, 131, 1, 0},         {"x86-64-v4", 1024, 131, 2, 0},
	             {"portable", 1024, 131, 1, 0}};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		char model[1000];
		snprintf(model, sizeof model, text, cases[k].width, cases[k].batch);
		struct compile *c = planned(model, &(struct compile_options){.target = target_named(cases[k].target),
		                                                             .threads = cases[k].threads});
		const struct step *step = step_writing(c, PLAN_BACKWARD, "d_h.W");
		cr_expect_eq(step->loops.numbers, cases[k].numbers, "case %zu: %lld", k,
		             (long long)step->loops.numbers);
		const struct area *area = &c->plan.areas[AREA_TRAINING];
		if (step->loops.numbers > 0)
			cr_expect_geq(area->scratch - area->panel, step->loops.panel + step->loops.numbers);
		arena_free(c->arena);
	}
}

static int panel_of_second(const char *target, int width, int batch)
{
	static const char text[] = "model m\ninput x[300]\ntarget t[2]\nlayer h[%d] = tanh(dense(x))\n"
	                           "output y[2] = dense(h)\nminimize half_sse(y, t)\ntrain { batch = %%d }\n";
	char format[1000];
	snprintf(format, sizeof format, text, width);
	struct compile *c = plan_for(target, format, batch);
	const struct tensor *parameter = c->program.stored.items[0];
	int panel = plan_panel(&c->plan, parameter);
	cr_expect_eq(plan_is_padded(&c->plan, parameter), panel > 0 && width % panel != 0);
	const struct tensor *h = step_writing(c, PLAN_FORWARD, "h")->members.items[0].equation->left;
	if (panel > 0)
		cr_expect_geq(width + plan_row_gap(&c->plan, h), (width + panel - 1) / panel * panel,
		              "vectors of the last tile go beyond the row of %d", width);
	arena_free(c->arena);
	return panel;
}

/* 127 are 4 * 32 less one; 100 would be 7 vectors of 16, one by one, or 28 too many. */
Test(plan, panels_are_padded_where_little_is_lost)
{
	cr_expect_eq(panel_of_second("x86-64-v4", 128, 8), 64);
	cr_expect_eq(panel_of_second("x86-64-v4", 127, 8), 64);
	cr_expect_eq(panel_of_second("x86-64-v3", 127, 8) % 16, 0);
	cr_expect_gt(panel_of_second("x86-64-v3", 127, 8), 0);
	cr_expect_eq(panel_of_second("x86-64-v4", 100, 8), 0);
	cr_expect_eq(panel_of_second("x86-64-v4", 128, 1), 64);
	cr_expect_eq(panel_of_second("x86-64-v4", 127, 3), 0, "rows that serve few are read once");
	cr_expect_eq(panel_of_second("portable", 127, 8), 0);
}

Test(plan, few_columns_lie_one_after_the_other_from_four_rows_on)
{
	static const char narrow[] = "model m\ninput x[2]\ntarget t[2]\nlayer h[%s] = tanh(dense(x))\n"
	                             "output y[2] = dense(h)\nminimize half_sse(y, t)\ntrain { batch = %%d }\n";
	static const struct {
		const char *width;
		int batch;
		bool by_columns;
	} cases[] = {{"3", 4, true}, {"3", 3, false}, {"15", 32, true}, {"16", 32, false}};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		char format[1000];
		snprintf(format, sizeof format, narrow, cases[k].width);
		struct compile *c = plan_for("portable", format, cases[k].batch);
		const struct tensor *h = step_writing(c, PLAN_FORWARD, "h")->members.items[0].equation->left;
		cr_expect_eq(plan_lies_by_columns(&c->plan, h), cases[k].by_columns, "width %s, batch %d",
		             cases[k].width, cases[k].batch);
		arena_free(c->arena);
	}
}

/* Of the last layer's sums along 48 inputs, and of gradients of wide parameters. */
Test(plan, plain_c_copies_rows)
{
	static const char tiles[] = "model m\ninput x[9]\nlayer h[48] = tanh(dense(x))\noutput y[3] = dense(h)\n"
	                            "target t[3]\nminimize half_sse(y, t)\ntrain { batch = %d }\n";
	static const char weights[] = "model m\ninput x[%d]\ntarget t[256]\noutput y[256] = dense(x)\n"
	                              "minimize half_sse(y, t)\ntrain { batch = 70 }\n";
	struct compile *c = plan_for("portable", tiles, 32);
	cr_expect_eq(step_writing(c, PLAN_PREDICT, "y")->loops.panel, 48 * PLAN_TILE);
	arena_free(c->arena);
	c = plan_for("portable", tiles, 31);
	cr_expect_eq(step_writing(c, PLAN_PREDICT, "y")->loops.panel, 0, "no whole tile");
	arena_free(c->arena);
	c = plan_for("portable", weights, 64);
	cr_expect_eq(step_writing(c, PLAN_BACKWARD, "d_y.W")->loops.panel, 70 * PLAN_TILE);
	cr_expect_eq(step_writing(c, PLAN_PREDICT, "y")->loops.panel, 0, "one row may be all");
	arena_free(c->arena);
	c = plan_for("portable", weights, 63);
	cr_expect_eq(step_writing(c, PLAN_BACKWARD, "d_y.W")->loops.panel, 0, "each serves too few rows");
	arena_free(c->arena);
}

/* --- memory --------------------------------------------------------------------------------------------- */

/* By hand: float, batch 7. net 4*3+3 + 3*2+2 = 23 reals. */
Test(plan, bytes_and_counts)
{
	struct compile *c = plan_of(small);
	cr_assert_eq(c->plan.parameter_count, 23);
	cr_assert_eq(c->plan.net_bytes, 92);
	cr_assert_eq(c->plan.state_count, 0);
	cr_assert_eq(c->plan.multiply_adds, 4 * 3 + 3 * 2);
	/* h: 7 * 3 reals, aligned to 32; y is the caller's in a prediction */
	cr_assert_eq(c->plan.areas[AREA_PREDICT].scratch, 21);
	struct compile_options options = {.real_double = true};
	cr_assert_eq(planned(small, &options)->plan.net_bytes, 184);
	arena_free(c->arena);
}

static int64_t sum_of_scratch(const struct area *area)
{
	int64_t sum = 0;
	for (size_t k = 0; k < area->places.count; k++)
		if (area->places.items[k].kind == IN_SCRATCH)
			sum += area->places.items[k].reals;
	return sum;
}

Test(plan, memory_is_used_again)
{
	char text[4000] = "model m\ninput x[12]\n";
	for (int k = 1; k <= 20; k++) {
		char line[100];
		snprintf(line, sizeof line, "layer h%d[12] = tanh(dense(%s%.0d))\n", k, k == 1 ? "x" : "h",
		         k - 1);
		strcat(text, line);
	}
	struct compile *c = plan_of(strcat(text, "output y[2] = dense(h20)\n"));
	const struct area *area = &c->plan.areas[AREA_PREDICT];
	cr_assert_eq(sum_of_scratch(area), 20 * 12 * 32);
	cr_assert_eq(area->scratch, 2 * 12 * 32, "two layers live at a time");
	arena_free(c->arena);
}

/* --- faults that verify_plan must find ---------------------------------------------------------------- */

#define FINDS(c, what) do { \
	const char *fault = verify_plan(&(c)->plan); \
	cr_assert(fault && strstr(fault, what), "found: %s", fault ? fault : "nothing"); \
} while (0)

Test(verify_plan, finds_overlapping_buffers)
{
	struct compile *c = plan_of(wide);
	cr_assert_null(verify_plan(&c->plan));
	location_list *places = &c->plan.areas[AREA_TRAINING].places;
	for (size_t k = 0; k < places->count; k++)
		places->items[k].offset = 0;
	FINDS(c, "overlaps another live value");
	arena_free(c->arena);
}

Test(verify_plan, finds_steps_in_the_wrong_order)
{
	struct compile *c = plan_of(wide);
	step_list *list = &c->plan.functions[PLAN_PREDICT];
	struct step *first = list->items[0];
	list->items[0] = list->items[1];
	list->items[1] = first;
	FINDS(c, "read before it is written");
	arena_free(c->arena);
}

Test(verify_plan, finds_a_missing_step)
{
	struct compile *c = plan_of(wide);
	c->plan.functions[PLAN_FORWARD].count--;
	c->plan.functions[PLAN_FORWARD].items++;
	FINDS(c, "read before it is written");
	arena_free(c->arena);
}

Test(verify_plan, finds_a_lifetime_that_is_too_short)
{
	struct compile *c = plan_of(wide);
	location_list *places = &c->plan.areas[AREA_TRAINING].places;
	for (size_t k = 0; k < places->count; k++)
		if (strcmp(places->items[k].tensor->name, "h") == 0)
			places->items[k].last = places->items[k].first;
	FINDS(c, "read after its lifetime: `h`");
	arena_free(c->arena);
}

Test(verify_plan, finds_impossible_loops)
{
	struct compile *c = plan_of(wide);
	struct step *step = (struct step *)(uintptr_t)step_writing(c, PLAN_PREDICT, "h");
	step->loops.blocked = step->loops.vector;
	FINDS(c, "impossible loops");
	arena_free(c->arena);
}

/* --- in place ----------------------------------------------------------------------------------------- */

/* T[i] becomes T[3 - i]: no element may be overwritten while another still needs it. */
static struct plan reversing_plan(struct fixture *f, bool reversed)
{
	struct exprs *exprs = f->exprs;
	struct tensor *stored = TENSOR(f, TENSOR_PARAMETER, "T", "i", 4);
	struct tensor *next = TENSOR(f, TENSOR_NEXT, "new.T", "i", 4);
	struct tensor *loss = SCALAR(f, TENSOR_LOSS, "loss");
	next->stored_in = stored;
	const struct linear *back =
		linear_add(exprs, linear_constant(exprs, 3), -1, linear_variable(exprs, 0));
	struct model *model = ARENA_NEW(f->arena, struct model);
	model->name = name_of(f->names, "m");
	model->train.batch = 2;
	struct program *program = ARENA_NEW(f->arena, struct program);
	*program = (struct program){.model = model, .exprs = exprs, .loss = loss};
	array_push(f->arena, &program->stored, stored);
	array_push(f->arena, &program->training.equations,
	           (struct equation){.left = loss, .right = number(f, 0)});
	array_push(f->arena, &program->evaluation.equations,
	           (struct equation){.left = loss, .right = number(f, 0)});
	array_push(f->arena, &program->training.equations,
	           (struct equation){.left = next, .phase = PHASE_UPDATE,
	                             .right = reversed ? expr_read(exprs, stored, &back) : AT(f, stored, 0)});
	array_push(f->arena, &program->training.results, next);
	return plan_program(f->arena, program, &(struct plan_options){.real_size = 4});
}

Test(plan, a_value_whose_old_elements_are_still_read_is_staged)
{
	struct fixture f = fixture_new();
	struct plan plan = reversing_plan(&f, true);
	cr_assert_eq(plan.staged.count, 1);
	cr_assert_eq(plan.functions[PLAN_UPDATE].count, 2, "the copy comes last");
	cr_assert_null(verify_plan(&plan));
	plan.staged.count = 0;
	cr_assert_not_null(verify_plan(&plan));
	plan = reversing_plan(&f, false);
	cr_assert_eq(plan.staged.count, 0);
	cr_assert_eq(plan.functions[PLAN_UPDATE].count, 1);
	cr_assert_null(verify_plan(&plan));
	arena_free(f.arena);
}

Test(plan, the_dump_is_stable_and_shows_loops_and_memory)
{
	struct compile *a = plan_of(wide), *b = plan_of(wide);
	struct text x = text_new(a->arena), y = text_new(b->arena);
	plan_print(&x, &a->plan);
	plan_print(&y, &b->plan);
	cr_assert_str_eq(text_string(&x), text_string(&y));
	cr_assert(strstr(text_string(&x), "16 interleaved sums"));
	cr_assert(strstr(text_string(&x), "row of 32 sums along o"));
	cr_assert(strstr(text_string(&x), "memory of training"));
	arena_free(a->arena);
	arena_free(b->arena);
}
