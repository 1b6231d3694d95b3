/* Dual numbers of all derivatives, as many at once as memory allows. */
#include "check/check.h"
#include "expr/evaluator.h"

enum {
	MOST_LANES = 128,
	MEMORY = 1 << 26, /* bytes, about, for tangents of all elements */
};

struct pass {
	const struct check *check;
	const struct graph *forward;
	struct evaluation *evaluation;
	int lanes, used;
	struct motion motions[MOST_LANES];
	struct derivative *wanted[MOST_LANES];
};

static int lanes_for(size_t elements)
{
	size_t lanes = MEMORY / (2 * sizeof(double) * (elements + 1));
	return lanes < 1 ? 1 : lanes > MOST_LANES ? MOST_LANES : (int)lanes;
}

static void run(struct pass *pass)
{
	struct slope slopes[MOST_LANES];
	if (pass->used == 0)
		return;
	evaluate_slopes(pass->evaluation, pass->forward, pass->check->program->loss, pass->used, pass->used,
	                pass->motions, slopes);
	for (int k = 0; k < pass->used; k++)
		pass->wanted[k]->dual = slopes[k];
	pass->used = 0;
}

static void want(struct pass *pass, struct motion motion, struct derivative *derivative)
{
	motion.lane = pass->used;
	pass->motions[pass->used] = motion;
	pass->wanted[pass->used++] = derivative;
	if (pass->used == pass->lanes)
		run(pass);
}

static size_t computed_elements(const struct graph *graph, int rows)
{
	size_t count = 0;
	for (size_t k = 0; k < graph->equations.count; k++)
		count += storage_size(graph->equations.items[k].left, rows);
	return count;
}

void check_slopes(const struct check *check, const struct point *point, struct trial *trial,
                  double *const *directions, uint32_t noise)
{
	struct check_result *results = trial->results;
	int count = trial->count;
	struct arena *scratch = arena_new();
	size_t computed = computed_elements(trial->forward, point->rows), largest = 0, total = 0, done = 0;
	struct pass pass = {.check = check,
	                    .forward = trial->forward,
	                    .evaluation = check_evaluation(scratch, check, point)};
	pass.evaluation->noise = noise;
	for (int k = 0; k < count; k++) {
		largest = results[k].size > largest ? results[k].size : largest;
		total += results[k].count;
	}
	pass.lanes = lanes_for(computed);
	for (int k = 0; k < count; k++)
		for (size_t e = 0; e + 1 < results[k].count; e++) {
			struct derivative *derivative = &results[k].derivatives[e];
			struct motion motion = {.tensor = results[k].tensor, .element = derivative->element};
			want(&pass, motion, derivative);
			if (check->progress && pass.used == 0)
				check->progress(check->progress_context, results[k].tensor->name, done,
				                2 * total);
			done++;
		}
	run(&pass);
	pass.lanes = lanes_for(computed + largest * (size_t)count);
	for (int k = 0; k < count; k++)
		if (results[k].count > 0)
			want(&pass, (struct motion){.tensor = results[k].tensor, .direction = directions[k]},
			     &results[k].derivatives[results[k].count - 1]);
	run(&pass);
	arena_free(scratch);
}
