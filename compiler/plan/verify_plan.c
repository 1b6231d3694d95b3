/* Checks a plan against its steps alone, without trust in the passes that made it. */
#include "base/text.h"
#include "plan/chain.h"
#include "plan/plan.h"

struct verifying {
	const struct plan *plan;
	struct arena *arena;          /* of the message */
	struct arena *scratch;        /* of the rest */
	enum plan_area area;
	struct tensor_map written;    /* tensor → itself, once its step is done */
	struct tensor_map overwritten;
	struct tensor_map last;       /* tensor → 1 + the last step that reads it */
	const char *wrong;
};

static void fail(struct verifying *v, const char *what, const struct tensor *tensor)
{
	struct text text = text_new(v->arena);
	text_printf(&text, "plan: %s: `%s`", what, tensor->name);
	if (!v->wrong)
		v->wrong = text_string(&text);
}

static bool exists_before(const struct tensor *tensor)
{
	return tensor->role == TENSOR_INPUT || tensor->role == TENSOR_TARGET ||
	       tensor->role == TENSOR_PARAMETER || tensor->role == TENSOR_STATISTIC ||
	       tensor->role == TENSOR_STATE || tensor->role == TENSOR_SCHEDULE;
}

static bool is_left_before(const struct step *step, size_t member, const struct tensor *tensor)
{
	for (size_t m = 0; m < member; m++)
		if (step->members.items[m].equation->left == tensor)
			return true;
	return false;
}

static bool overwritten_here(const struct plan *plan, const struct step *step, const struct tensor *tensor)
{
	for (size_t m = 0; m < step->members.count; m++) {
		const struct tensor *left = step->members.items[m].equation->left;
		if (left != tensor && plan_storage(plan, left) == tensor)
			return true;
	}
	return false;
}

static void verify_read(struct verifying *v, const struct step *step, size_t member, const struct expr *read)
{
	const struct tensor *tensor = read->tensor;
	int rank = step->members.items[member].equation->left->rank;
	bool same = read->op == OP_READ && reads_same_element(read, rank);
	if (read->op == OP_READ && tensor->classes > 0)
		fail(v, "one-hot vector read as a tensor", tensor);
	if (is_left_before(step, member, tensor)) {
		if (!same)
			fail(v, "another element of a value of the same step is read", tensor);
	} else if (!exists_before(tensor) && !tensor_map_get(&v->written, tensor)) {
		fail(v, "read before it is written", tensor);
	}
	if (tensor_map_get(&v->overwritten, tensor))
		fail(v, "old value read after it is overwritten", tensor);
	if (!same && overwritten_here(v->plan, step, tensor))
		fail(v, "overwritten while other elements are still read", tensor);
}

static void verify_loops(struct verifying *v, const struct step *step)
{
	const struct loops *loops = &step->loops;
	const struct tensor *left = step->members.items[0].equation->left;
	if (loops->form != LOOP_PLAIN &&
	    (loops->vector < 0 || loops->vector == loops->blocked || loops->width < 1))
		fail(v, "impossible loops", left);
	if (loops->overlaps && left->extents[loops->vector] < loops->width)
		fail(v, "a tile begins before its row", left);
	if ((loops->panel > 0) != (loops->copied != NULL))
		fail(v, "a panel without what is copied to it", left);
}

static void verify_step(struct verifying *v, const struct step *step, uintptr_t now)
{
	for (size_t m = 0; m < step->members.count; m++) {
		read_list reads = reads_of(v->scratch, step->members.items[m].equation->right);
		for (size_t k = 0; k < reads.count; k++) {
			verify_read(v, step, m, reads.items[k]);
			tensor_map_set(&v->last, plan_storage(v->plan, reads.items[k]->tensor),
			               (void *)(now + 1));
		}
	}
	for (size_t m = 0; m < step->members.count; m++) {
		const struct plan_member *member = &step->members.items[m];
		const struct tensor *left = member->equation->left, *storage = plan_storage(v->plan, left);
		if (member->stored)
			tensor_map_set(&v->written, left, left);
		if (storage != left)
			tensor_map_set(&v->overwritten, storage, left);
		if (!tensor_map_get(&v->last, storage))
			tensor_map_set(&v->last, storage, (void *)(now + 1));
	}
	verify_loops(v, step);
}

static void verify_overlap(struct verifying *v)
{
	const location_list *places = &v->plan->areas[v->area].places;
	for (size_t a = 0; a < places->count; a++) {
		const struct location *x = &places->items[a];
		if (a > 0 && x->first < places->items[a - 1].first)
			fail(v, "not in the order of first use", x->tensor);
		if (x->kind != IN_SCRATCH)
			continue;
		if (x->offset < 0 || x->offset + x->reals > v->plan->areas[v->area].scratch)
			fail(v, "outside the scratch", x->tensor);
		if (x->last + 1 < (int)(uintptr_t)tensor_map_get(&v->last, x->tensor))
			fail(v, "read after its lifetime", x->tensor);
		for (size_t b = a + 1; b < places->count && places->items[b].first <= x->last; b++) {
			const struct location *y = &places->items[b];
			bool apart = x->offset + x->reals <= y->offset || y->offset + y->reals <= x->offset;
			if (y->kind == IN_SCRATCH && !apart && x->first <= y->last)
				fail(v, "overlaps another live value", y->tensor);
		}
	}
}

const char *verify_plan(const struct plan *plan)
{
	for (enum plan_area area = 0; area < PLAN_AREAS; area++) {
		struct arena *scratch = arena_new();
		struct verifying v = {.plan = plan, .arena = plan->arena, .scratch = scratch, .area = area};
		v.written.arena = v.overwritten.arena = v.last.arena = scratch;
		uintptr_t now = 0;
		for (enum plan_function f = PLAN_PREDICT; f < PLAN_FUNCTIONS; f++)
			for (size_t k = 0; plan_area_of(f) == area && k < plan->functions[f].count; k++)
				verify_step(&v, plan->functions[f].items[k], now++);
		verify_overlap(&v);
		arena_free(scratch);
		if (v.wrong)
			return v.wrong;
	}
	return NULL;
}
