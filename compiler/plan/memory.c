/* Where values live: first fit over their lifetimes, in the order of the steps. */
#include "plan/chain.h"
#include "plan/plan.h"

enum { ROW_BYTES = 1024 }; /* rows at a multiple of it share sets of the cache */

enum plan_area plan_area_of(enum plan_function function)
{
	static const enum plan_area areas[PLAN_FUNCTIONS] = {
	        [PLAN_INIT] = AREA_TRAINING,     [PLAN_PREDICT] = AREA_PREDICT,
	        [PLAN_LOSS] = AREA_LOSS,         [PLAN_FORWARD] = AREA_TRAINING,
	        [PLAN_BACKWARD] = AREA_TRAINING, [PLAN_UPDATE] = AREA_TRAINING,
	        [PLAN_STEP] = AREA_STEP,
	};
	return areas[function];
}

int64_t plan_training_scratch(const struct plan *plan)
{
	int64_t training = plan->areas[AREA_TRAINING].scratch, step = plan->areas[AREA_STEP].scratch;
	return training > step ? training : step;
}

int tensor_stored_rank(const struct tensor *tensor)
{
	return tensor->rank - (tensor->classes > 0 ? 1 : 0);
}

int64_t tensor_elements(const struct tensor *tensor, int64_t rows)
{
	int64_t elements = 1;
	for (int k = 0; k < tensor_stored_rank(tensor); k++)
		elements *= tensor->extents[k] == EXTENT_ROWS ? rows : tensor->extents[k];
	return elements;
}

int64_t plan_row_gap(const struct plan *plan, const struct tensor *tensor)
{
	if (plan->options.target->vector_bytes == 0 || !plan_is_inner(tensor) || tensor->rank != 2 ||
	    tensor->extents[0] != EXTENT_ROWS || plan_lies_by_columns(plan, tensor))
		return 0;
	int64_t cover = tile_cover(plan, tensor->extents[1]);
	return cover - tensor->extents[1] +
	       (cover * plan->options.real_size % ROW_BYTES == 0 ? PLAN_ALIGNMENT : 0);
}

int64_t plan_reals(const struct plan *plan, const struct tensor *tensor)
{
	int64_t reals = tensor_elements(tensor, plan->batch);
	if (!plan_is_padded(plan, tensor))
		return reals + plan->batch * plan_row_gap(plan, tensor);
	struct plan_order order = plan_order(plan, tensor);
	return (order.rows + order.width - 1) / order.width * order.width * (reals / order.rows);
}

static bool among(const tensors *list, const struct tensor *tensor)
{
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k] == tensor)
			return true;
	return false;
}

const struct tensor *plan_storage(const struct plan *plan, const struct tensor *tensor)
{
	return tensor->role == TENSOR_NEXT && !among(&plan->staged, tensor) ? tensor->stored_in : tensor;
}

static enum location_kind kind_of(const struct plan *plan, enum plan_function function,
                                  const struct tensor *tensor, bool stored)
{
	switch (tensor->role) {
	case TENSOR_INPUT:
	case TENSOR_TARGET: return IN_CALLER;
	case TENSOR_PARAMETER:
	case TENSOR_STATISTIC: return IN_NET;
	case TENSOR_STATE: return IN_STATE;
	case TENSOR_SCHEDULE: return IN_SCHEDULE;
	case TENSOR_OUTPUT:
		if (function == PLAN_PREDICT && among(&plan->program->outputs, tensor))
			return IN_CALLER;
		break;
	case TENSOR_ADJOINT:
		if (among(&plan->parameter_gradients, tensor) || among(&plan->input_gradients, tensor))
			return IN_GRADIENT;
		break;
	default: break;
	}
	return stored ? IN_SCRATCH : IN_REGISTER;
}

struct location plan_location(const struct plan *plan, enum plan_function function,
                              const struct tensor *tensor)
{
	const struct tensor *stored = plan_storage(plan, tensor);
	const struct area *area = &plan->areas[plan_area_of(function)];
	uintptr_t index = function == PLAN_INIT ? 0 : (uintptr_t)tensor_map_get(&area->by_tensor, stored);
	if (index)
		return area->places.items[index - 1];
	return (struct location){.tensor = stored, .kind = kind_of(plan, function, stored, false),
	                      .reals = plan_reals(plan, stored)};
}

/* --- lifetimes ---------------------------------------------------------------------------------------- */

static struct location *touch(struct plan *plan, enum plan_function function, const struct tensor *tensor,
                              bool stored, int now)
{
	struct area *area = &plan->areas[plan_area_of(function)];
	tensor = plan_storage(plan, tensor);
	uintptr_t index = (uintptr_t)tensor_map_get(&area->by_tensor, tensor);
	if (!index) {
		struct location place = {.tensor = tensor,
		                         .kind = kind_of(plan, function, tensor, stored),
		                         .first = now,
		                         .last = now,
		                         .reals = plan_reals(plan, tensor)};
		array_push(plan->arena, &area->places, place);
		index = area->places.count;
		tensor_map_set(&area->by_tensor, tensor, (const void *)index);
	}
	struct location *place = &area->places.items[index - 1];
	place->last = now;
	return place;
}

static void touch_step(struct plan *plan, enum plan_function function, const struct step *step, int now)
{
	for (size_t m = 0; m < step->members.count; m++) {
		const struct plan_member *member = &step->members.items[m];
		touch(plan, function, member->equation->left, member->stored, now);
		read_list reads = reads_of(plan->arena, member->equation->right);
		for (size_t k = 0; k < reads.count; k++)
			touch(plan, function, reads.items[k]->tensor, true, now);
	}
}

static int64_t aligned(int64_t offset)
{
	return (offset + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

/* What lives in the scratch while a place is sought, by offset. */
typedef ARRAY(const struct location *) living;

static void drop_dead(living *alive, int now)
{
	size_t count = 0;
	for (size_t k = 0; k < alive->count; k++)
		if (alive->items[k]->last >= now)
			alive->items[count++] = alive->items[k];
	alive->count = count;
}

/* The lowest offset at which nothing is; the place becomes one of the living. */
static int64_t first_fit(struct arena *arena, living *alive, const struct location *place)
{
	int64_t offset = 0;
	size_t at = 0;
	for (; at < alive->count && alive->items[at]->offset < offset + place->reals; at++)
		offset = aligned(alive->items[at]->offset + alive->items[at]->reals);
	array_push(arena, alive, NULL);
	for (size_t k = alive->count - 1; k > at; k--)
		alive->items[k] = alive->items[k - 1];
	alive->items[at] = place;
	return offset;
}

/* Places are in the order of their first use. */
static void fit_places(struct arena *arena, struct area *area)
{
	living alive = {0};
	for (size_t k = 0; k < area->places.count; k++) {
		struct location *place = &area->places.items[k];
		if (place->kind != IN_SCRATCH)
			continue;
		drop_dead(&alive, place->first);
		place->offset = first_fit(arena, &alive, place);
		int64_t end = place->offset + place->reals;
		area->scratch = end > area->scratch ? end : area->scratch;
	}
}

/* A panel for each thread, and behind them the numbers. */
static int64_t copied_reals(const struct loops *loops, int threads)
{
	return threads * loops->panel + loops->numbers;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void place_area(struct plan *plan, enum plan_area number)
{
	struct area *area = &plan->areas[number];
	const struct tensor *loss = plan->program->loss;
	int now = 0;
	area->by_tensor.arena = plan->arena;
	for (enum plan_function f = PLAN_PREDICT; f < PLAN_FUNCTIONS; f++) {
		if (plan_area_of(f) != number)
			continue;
		for (size_t k = 0; k < plan->functions[f].count; k++)
			touch_step(plan, f, plan->functions[f].items[k], now++);
		if (loss && (f == PLAN_LOSS || f == PLAN_FORWARD ||
		             f == PLAN_STEP)) /* is returned after the last step */
			touch(plan, f, loss, true, now - 1);
	}
	fit_places(plan->arena, area);
	int threads = plan->options.threads > 1 ? plan->options.threads : 1;
	int64_t copies = 0;
	for (enum plan_function f = PLAN_PREDICT; f < PLAN_FUNCTIONS; f++)
		for (size_t k = 0; plan_area_of(f) == number && k < plan->functions[f].count; k++)
			copies = larger(copies, copied_reals(&plan->functions[f].items[k]->loops, threads));
	area->panel = copies > 0 ? aligned(area->scratch) : -1;
	area->scratch = copies > 0 ? area->panel + copies : area->scratch;
}

/* --- gradients that the caller may read --------------------------------------------------------------- */

static tensors adjoints_of(const struct plan *plan, const tensors *list, bool wanted)
{
	tensors found = {0};
	const tensors *results = &plan->program->training.results;
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *adjoint = NULL;
		for (size_t r = 0; wanted && r < results->count; r++)
			if (results->items[r]->role == TENSOR_ADJOINT &&
			    results->items[r]->of == list->items[k])
				adjoint = results->items[r];
		array_push(plan->arena, &found, adjoint);
	}
	return found;
}

/* --- bytes -------------------------------------------------------------------------------------------- */

int64_t plan_gap(const struct plan *plan, const struct tensor *tensor)
{
	int64_t reals = plan_reals(plan, tensor);
	return plan->options.target->vector_bytes > 0 ? aligned(reals) - reals : 0;
}

/* Of members of a struct, with the gaps behind them. */
static int64_t members(const struct plan *plan, const tensors *list)
{
	int64_t sum = 0;
	for (size_t k = 0; k < list->count; k++)
		sum += list->items[k] ? plan_reals(plan, list->items[k]) + plan_gap(plan, list->items[k]) : 0;
	return sum;
}

static int64_t at_least_one(int64_t count)
{
	return count > 0 ? count : 1;
}

/* As emit/ declares them: reals first, then seed, step, epoch, rows and a pointer for each input and target.
 */
static void count_bytes(struct plan *plan)
{
	const struct program *program = plan->program;
	for (size_t k = 0; k < program->stored.count; k++) {
		const struct tensor *tensor = program->stored.items[k];
		*(tensor->role == TENSOR_PARAMETER ? &plan->parameter_count : &plan->statistic_count) +=
			tensor_elements(tensor, 1);
	}
	for (size_t k = 0; k < program->states.count; k++)
		plan->state_count += tensor_elements(program->states.items[k], 1);
	int64_t size = plan->options.real_size, net = at_least_one(members(plan, &program->stored));
	int64_t work = plan->areas[AREA_PREDICT].scratch > plan->areas[AREA_LOSS].scratch
	                     ? plan->areas[AREA_PREDICT].scratch
	                     : plan->areas[AREA_LOSS].scratch;
	plan->net_bytes = net * size;
	plan->work_bytes = at_least_one(work) * size;
	if (!program->loss)
		return;
	int64_t reals = net + members(plan, &program->states) + members(plan, &plan->parameter_gradients) +
	                members(plan, &plan->input_gradients) + at_least_one(plan_training_scratch(plan));
	int64_t pointers = (int64_t)(program->inputs.count + program->targets.count);
	plan->training_bytes = (reals * size + 7) / 8 * 8 + 8 + 2 * 4 + 4 + 4 + pointers * 8;
}

void plan_memory(struct plan *plan)
{
	plan->parameter_gradients = adjoints_of(plan, &plan->program->stored, plan->options.keep_gradients);
	plan->input_gradients = adjoints_of(plan, &plan->program->inputs, plan->options.input_gradients);
	for (enum plan_area area = 0; area < PLAN_AREAS; area++)
		place_area(plan, area);
	count_bytes(plan);
}
