/* Equal steps become one: prediction, loss and the forward half of training have most of theirs in common. */
#include "plan/plan.h"

enum { WORK_OF_CALLS = 4096 }; /* multiply-adds beside which a call is nothing */

static bool equal_steps(const struct step *a, const struct step *b)
{
	if (a->members.count != b->members.count)
		return false;
	for (size_t m = 0; m < a->members.count; m++) {
		const struct plan_member *x = &a->members.items[m], *y = &b->members.items[m];
		if (x->equation->left != y->equation->left || x->equation->right != y->equation->right ||
		    x->equation->numbers != y->equation->numbers || x->stored != y->stored)
			return false;
	}
	return true;
}

/* Steps that were met with the same first left side, newest first. */
struct seen {
	struct step *step;
	const struct seen *next;
};

static struct step *representative(struct plan *plan, struct tensor_map *map, struct step *step)
{
	const struct tensor *key = step->members.items[0].equation->left;
	const struct seen *seen = tensor_map_get(map, key);
	for (const struct seen *s = seen; s; s = s->next)
		if (equal_steps(s->step, step))
			return s->step;
	struct seen *entry = ARENA_NEW(plan->arena, struct seen);
	*entry = (struct seen){step, seen};
	tensor_map_set(map, key, entry);
	step->number = (int)plan->steps.count;
	array_push(plan->arena, &plan->steps, step);
	return step;
}

static void set_apart(struct plan *plan)
{
	int *callers = ARENA_ARRAY(plan->arena, int, plan->steps.count);
	for (enum plan_function f = PLAN_INIT; f < PLAN_FUNCTIONS; f++)
		for (size_t k = 0; k < plan->functions[f].count; k++)
			callers[plan->functions[f].items[k]->number]++;
	for (size_t k = 0; k < plan->steps.count; k++) {
		struct step *step = plan->steps.items[k];
		step->is_apart = callers[k] > 1 && plan_work(plan, step) >= WORK_OF_CALLS;
	}
}

void plan_share(struct plan *plan)
{
	struct tensor_map map = {.arena = plan->arena};
	plan->steps = (step_list){0};
	for (enum plan_function f = PLAN_INIT; f < PLAN_FUNCTIONS; f++)
		for (size_t k = 0; k < plan->functions[f].count; k++)
			plan->functions[f].items[k] = representative(plan, &map, plan->functions[f].items[k]);
	set_apart(plan);
}
