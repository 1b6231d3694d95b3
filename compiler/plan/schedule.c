/* Equations → steps: greedy grouping by structure.
 *
 * An equation joins the earliest group after all that it needs whose index space is its own, if it reads a
 * value of that group at the same element or, both being free of reductions, an element that the group reads
 * too.
 */
#include "plan/chain.h"
#include "plan/plan.h"

enum { FARTHEST_JOIN = 24 };  /* groups looked back at: keeps the time linear */

struct group {
	struct step *step;
	ARRAY(read_list) reads;     /* by member */
	bool has_reduction;
};

/* Forward, backward and update are one sequence of groups; `start` is the first of the function at work. */
struct scheduler {
	struct plan *plan;
	struct arena *arena;
	enum plan_function function;
	ARRAY(struct group) groups;
	size_t start;
	struct tensor_map written;  /* tensor → its group, the index + 1 as a pointer */
	struct tensor_map read;     /* tensor → the last group that reads it, the same */
};

bool reads_same_element(const struct expr *read, int rank)
{
	if (read->index_count != rank)
		return false;
	for (int k = 0; k < rank; k++)
		if (!linear_is_variable(read->indices[k], k))
			return false;
	return true;
}

static bool same_space(const struct tensor *a, const struct tensor *b)
{
	bool same = a->rank == b->rank;
	for (int k = 0; same && k < a->rank; k++)
		same = a->extents[k] == b->extents[k];
	return same;
}

static size_t group_of(const struct scheduler *s, const struct tensor *tensor)
{
	return (size_t)(uintptr_t)tensor_map_get(&s->written, tensor); /* 0: of no group */
}

/* Index of the first group that an equation with these reads may be part of. */
static size_t earliest_group(const struct scheduler *s, const struct equation *equation,
                             const read_list *reads)
{
	size_t earliest = s->start;
	for (size_t k = 0; k < reads->count; k++) {
		const struct expr *read = reads->items[k];
		size_t group = group_of(s, read->tensor);
		if (group == 0)
			continue;
		bool same = read->op == OP_READ && reads_same_element(read, equation->left->rank);
		size_t needed = same ? group - 1 : group;
		earliest = needed > earliest ? needed : earliest;
	}
	return earliest;
}

static bool reads_member(const struct group *group, const read_list *reads)
{
	for (size_t k = 0; k < reads->count; k++)
		for (size_t m = 0; m < group->step->members.count; m++)
			if (reads->items[k]->tensor == group->step->members.items[m].equation->left)
				return true;
	return false;
}

static bool shares_read(const struct group *group, const read_list *reads, int rank)
{
	if (rank == 0)
		return false;
	for (size_t m = 0; m < group->reads.count; m++)
		for (size_t j = 0; j < group->reads.items[m].count; j++)
			for (size_t k = 0; k < reads->count; k++)
				if (reads->items[k] == group->reads.items[m].items[j] &&
				    reads_same_element(reads->items[k], rank))
					return true;
	return false;
}

enum reading { READS_NOT, READS_SAME_ELEMENT, READS_OTHERS };

static enum reading group_reads(const struct group *group, const struct tensor *tensor)
{
	enum reading reading = READS_NOT;
	int rank = group->step->members.items[0].equation->left->rank;
	for (size_t m = 0; m < group->reads.count; m++)
		for (size_t k = 0; k < group->reads.items[m].count; k++) {
			const struct expr *read = group->reads.items[m].items[k];
			if (read->tensor != tensor)
				continue;
			if (!reads_same_element(read, rank))
				return READS_OTHERS;
			reading = READS_SAME_ELEMENT;
		}
	return reading;
}

static bool is_staged(const struct plan *plan, const struct tensor *next)
{
	for (size_t k = 0; k < plan->staged.count; k++)
		if (plan->staged.items[k] == next)
			return true;
	return false;
}

/* May the equation, which writes to `stored_in`, stand in group g? Later groups must not read the old value.
 */
static bool may_overwrite(const struct scheduler *s, const struct equation *equation, size_t g)
{
	const struct tensor *stored = equation->left->stored_in;
	if (equation->left->role != TENSOR_NEXT || is_staged(s->plan, equation->left))
		return true;
	if ((size_t)(uintptr_t)tensor_map_get(&s->read, stored) > g + 1)
		return false;
	return group_reads(&s->groups.items[g], stored) != READS_OTHERS;
}

static bool joins(const struct scheduler *s, const struct equation *equation, const read_list *reads,
                  size_t g)
{
	const struct group *group = &s->groups.items[g];
	const struct equation *first = group->step->members.items[0].equation;
	if (!equation->right || !first->right || !same_space(first->left, equation->left))
		return false;
	if (first->matrix) /* is drawn as a whole before the loops */
		return false;
	bool reduces = chain_of(equation->right).count > 0;
	bool member = reads_member(group, reads);
	if (reduces ? !member || equation->left->rank > 1 : !member && group->has_reduction)
		return false;
	return (member || shares_read(group, reads, equation->left->rank)) && may_overwrite(s, equation, g);
}

static void new_group(struct scheduler *s)
{
	struct step *step = ARENA_NEW(s->arena, struct step);
	step->function = s->function;
	step->number = (int)s->plan->steps.count;
	array_push(s->arena, &s->plan->steps, step);
	array_push(s->arena, &s->plan->functions[s->function], step);
	array_push(s->arena, &s->groups, (struct group){.step = step});
}

static void note_reads(struct scheduler *s, const read_list *reads, size_t g)
{
	for (size_t k = 0; k < reads->count; k++) {
		const struct tensor *tensor = reads->items[k]->tensor;
		if ((size_t)(uintptr_t)tensor_map_get(&s->read, tensor) < g + 1)
			tensor_map_set(&s->read, tensor, (const void *)(uintptr_t)(g + 1));
	}
}

static void place_equation(struct scheduler *s, const struct equation *equation)
{
	read_list reads = reads_of(s->arena, equation->right);
	size_t g = earliest_group(s, equation, &reads);
	if (s->groups.count > g + FARTHEST_JOIN && !joins(s, equation, &reads, g))
		g = s->groups.count - FARTHEST_JOIN;
	while (g < s->groups.count && !joins(s, equation, &reads, g))
		g++;
	if (g == s->groups.count)
		new_group(s);
	struct group *group = &s->groups.items[g];
	array_push(s->arena, &group->step->members, (struct plan_member){.equation = equation});
	array_push(s->arena, &group->reads, reads);
	group->has_reduction = group->has_reduction || chain_of(equation->right).count > 0;
	tensor_map_set(&s->written, equation->left, (const void *)(uintptr_t)(g + 1));
	note_reads(s, &reads, g);
}

/* The equations of one function, those of schedules apart. */
static void schedule_function(struct scheduler *s, enum plan_function function, const struct graph *graph)
{
	s->function = function;
	s->start = s->groups.count;
	for (size_t k = 0; k < graph->equations.count; k++) {
		const struct equation *equation = &graph->equations.items[k];
		if (function >= PLAN_FORWARD && function != PLAN_STEP &&
		    (int)equation->phase != (int)function - PLAN_FORWARD)
			continue;
		if (equation->left->role != TENSOR_SCHEDULE)
			place_equation(s, equation);
	}
}

/* A NEXT tensor whose old value is still read when it is ready gets memory of its own, copied at the end. */
static bool must_be_staged(const struct scheduler *s, const struct equation *equation, size_t g)
{
	return is_staged(s->plan, equation->left) || !may_overwrite(s, equation, g);
}

static void add_copy(struct scheduler *s, const struct tensor *next)
{
	struct exprs *exprs = s->plan->program->exprs;
	struct tensor *copy = ARENA_NEW(s->arena, struct tensor);
	struct equation *equation = ARENA_NEW(s->arena, struct equation);
	const struct linear *indices[TENSOR_MOST_DIMENSIONS];
	*copy = *next;
	copy->name = name_format(exprs_names(exprs), "%s.stored", next->name);
	for (int k = 0; k < next->rank; k++)
		indices[k] = linear_variable(exprs, k);
	*equation = (struct equation){
		.left = copy, .right = expr_read(exprs, next, indices), .phase = PHASE_UPDATE};
	if (!is_staged(s->plan, next))
		array_push(s->arena, &s->plan->staged, next);
	s->start = s->groups.count;
	place_equation(s, equation);
}

static void stage(struct scheduler *s)
{
	size_t count = s->groups.count;
	for (size_t g = 0; g < count; g++)
		for (size_t m = 0; m < s->groups.items[g].step->members.count; m++) {
			const struct equation *equation = s->groups.items[g].step->members.items[m].equation;
			if (must_be_staged(s, equation, g))
				add_copy(s, equation->left);
		}
}

static void mark_stored(struct scheduler *s, const struct graph *graph)
{
	struct tensor_map needed = {.arena = s->arena};
	for (size_t k = 0; k < graph->results.count; k++)
		tensor_map_set(&needed, graph->results.items[k], "result");
	for (size_t g = 0; g < s->groups.count; g++)
		for (size_t m = 0; m < s->groups.items[g].reads.count; m++)
			for (size_t k = 0; k < s->groups.items[g].reads.items[m].count; k++) {
				const struct tensor *tensor =
					s->groups.items[g].reads.items[m].items[k]->tensor;
				if (group_of(s, tensor) != g + 1)
					tensor_map_set(&needed, tensor, tensor);
			}
	for (size_t g = 0; g < s->groups.count; g++)
		for (size_t m = 0; m < s->groups.items[g].step->members.count; m++) {
			struct plan_member *member = &s->groups.items[g].step->members.items[m];
			const struct tensor *left = member->equation->left;
			member->stored = left->role == TENSOR_NEXT || s->function == PLAN_INIT ||
			                 tensor_map_get(&needed, left);
		}
}

/* Schedules that the function's steps read, directly or through others, in order. */
static void schedule_scalars(struct scheduler *s, enum plan_function function)
{
	const equations *all = &s->plan->program->training.equations;
	struct tensor_map needed = {.arena = s->arena};
	for (size_t g = 0; g < s->groups.count; g++)
		for (size_t m = 0; m < s->groups.items[g].reads.count; m++)
			for (size_t k = 0; s->groups.items[g].step->function == function &&
			                   k < s->groups.items[g].reads.items[m].count; k++) {
				const struct tensor *tensor =
					s->groups.items[g].reads.items[m].items[k]->tensor;
				tensor_map_set(&needed, tensor, tensor);
			}
	for (size_t k = all->count; k-- > 0;) {
		const struct equation *equation = &all->items[k];
		if (equation->left->role != TENSOR_SCHEDULE || !tensor_map_get(&needed, equation->left))
			continue;
		read_list reads = reads_of(s->arena, equation->right);
		for (size_t j = 0; j < reads.count; j++)
			tensor_map_set(&needed, reads.items[j]->tensor, equation);
	}
	for (size_t k = 0; k < all->count; k++)
		if (all->items[k].left->role == TENSOR_SCHEDULE &&
		    tensor_map_get(&needed, all->items[k].left))
			array_push(s->arena, &s->plan->schedule[function], &all->items[k]);
}

static struct scheduler scheduler_new(struct plan *plan)
{
	return (struct scheduler){.plan = plan,
	                          .arena = plan->arena,
	                          .written = {.arena = plan->arena},
	                          .read = {.arena = plan->arena}};
}

/* The functions from `first` to `last`, which are the equations of training in order. */
static void schedule_training(struct plan *plan, enum plan_function first, enum plan_function last)
{
	const struct graph *graph = &plan->program->training;
	struct scheduler scheduler = scheduler_new(plan);
	for (enum plan_function function = first; function <= last; function++) {
		plan->functions[function].count = plan->schedule[function].count = 0;
		schedule_function(&scheduler, function, graph);
	}
	stage(&scheduler);
	mark_stored(&scheduler, graph);
	for (enum plan_function function = first; function <= last; function++)
		schedule_scalars(&scheduler, function);
}

void plan_schedule(struct plan *plan)
{
	const struct program *program = plan->program;
	const struct graph *const graphs[] = {&program->initial, &program->prediction, &program->evaluation};
	enum plan_function last = program->loss ? PLAN_LOSS : PLAN_PREDICT;
	for (enum plan_function function = PLAN_INIT; function <= last; function++) {
		struct scheduler scheduler = scheduler_new(plan);
		schedule_function(&scheduler, function, graphs[function]);
		mark_stored(&scheduler, graphs[function]);
	}
	if (!program->loss)
		return;
	size_t steps = plan->steps.count, staged;
	do { /* what one of the two stages, the other must: mostly nothing */
		staged = plan->staged.count;
		plan->steps.count = steps;
		schedule_training(plan, PLAN_FORWARD, PLAN_UPDATE);
		schedule_training(plan, PLAN_STEP, PLAN_STEP);
	} while (plan->staged.count > staged);
}
