/* Every model of models/: its C, built by two compilers in float and double, against the evaluator:
 * predictions, loss, and all parameters and states after two training steps, the second with a short batch.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "generated.h"
#include "support.h"

struct sides {
	struct generated *g;
	const struct program *program;
	const struct mlp_network *network;
	struct arena *arena;
	void *training, *work;
	struct random random;
	double tolerance;
	void *inputs[8], *targets[8], *outputs[8];
};

static double real_at(const struct sides *s, const void *values, size_t k)
{
	return s->network->real_size == 8 ? ((const double *)values)[k] : (double)((const float *)values)[k];
}

static void set_real(const struct sides *s, void *values, size_t k, double value)
{
	if (s->network->real_size == 8)
		((double *)values)[k] = value;
	else
		((float *)values)[k] = (float)value;
}

static size_t elements_of(const struct tensor *tensor, int rows)
{
	size_t count = 1;
	for (int d = 0; d < tensor->rank - (tensor->classes > 0); d++)
		count *= (size_t)(tensor->extents[d] == EXTENT_ROWS ? rows : tensor->extents[d]);
	return count;
}

/* Random values for the evaluator and the same, rounded to the real type, for the program. */
static void *fill_port(struct sides *s, struct evaluation *evaluation, const struct tensor *tensor, int rows)
{
	size_t count = elements_of(tensor, rows);
	double *values = evaluation_values(evaluation, tensor);
	void *raw = arena_alloc(s->arena, count * 8 + 8);
	for (size_t k = 0; k < count; k++) {
		if (tensor->classes > 0) {
			((int32_t *)raw)[k] = random_below(&s->random, tensor->classes);
			values[k] = ((int32_t *)raw)[k];
			continue;
		}
		/* probabilities are what several losses want */
		set_real(s, raw, k, random_between(&s->random, 0.005, 0.995));
		values[k] = real_at(s, raw, k);
	}
	return raw;
}

static void fill_ports(struct sides *s, struct evaluation *evaluation, int rows)
{
	for (size_t k = 0; k < s->program->inputs.count; k++)
		s->inputs[k] = fill_port(s, evaluation, s->program->inputs.items[k], rows);
	for (size_t k = 0; k < s->program->targets.count; k++)
		s->targets[k] = fill_port(s, evaluation, s->program->targets.items[k], rows);
	for (size_t k = 0; k < s->program->outputs.count; k++)
		s->outputs[k] = arena_alloc(s->arena, elements_of(s->program->outputs.items[k], rows) * 8);
}

/* A stored tensor or a state of the generated program, and its values there now. */
struct kept {
	const struct tensor *tensor;
	size_t count;
	void *raw;
};

static size_t kept_count(const struct sides *s)
{
	return s->program->stored.count + s->program->states.count;
}

/* The stored tensors first, then the states. */
static struct kept kept_get(const struct sides *s, size_t k)
{
	const struct program *p = s->program;
	bool stored = k < p->stored.count;
	struct kept kept = {.tensor = stored ? p->stored.items[k] : p->states.items[k - p->stored.count]};
	kept.count = elements_of(kept.tensor, 1);
	kept.raw = arena_alloc(s->arena, kept.count * 8);
	if (stored)
		s->network->get(s->network->net(s->training), (int)k, kept.raw);
	else
		s->network->get_state(s->training, (int)(k - p->stored.count), kept.raw);
	return kept;
}

/* The program's values of stored tensors and states, read into the evaluator. */
static void take_values(struct sides *s, struct evaluation *evaluation)
{
	for (size_t k = 0; k < kept_count(s); k++) {
		struct kept kept = kept_get(s, k);
		for (size_t e = 0; e < kept.count; e++)
			evaluation_values(evaluation, kept.tensor)[e] = real_at(s, kept.raw, e);
	}
}

/* Values smaller than `scale` are compared with it: they are sums of larger ones. */
static double difference(double a, double b, double scale)
{
	return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), scale);
}

static void compare(struct sides *s, const char *what, const char *name, const double *expected,
                    const void *got, size_t count, double tolerance, double scale)
{
	for (size_t e = 0; e < count; e++)
		cr_assert(difference(expected[e], real_at(s, got, e), scale) <= tolerance,
		          "%s: %s of %s, element %zu: %.9g expected, %.9g got", s->g->compile->model->name,
		          what, name, e, expected[e], real_at(s, got, e));
}

static void compare_stored(struct sides *s, struct evaluation *evaluation)
{
	for (size_t k = 0; k < kept_count(s); k++) {
		struct kept kept = kept_get(s, k);
		/* an optimiser that divides by the root of the gradient's square magnifies what is rounded */
		compare(s, "new value", kept.tensor->name, evaluation_values(evaluation, kept.tensor),
		        kept.raw, kept.count, 30 * s->tolerance, 0.02);
	}
}

static void check_prediction(struct sides *s, int rows)
{
	struct evaluation *evaluation = evaluation_new(s->arena, rows, 0, 0, 0);
	fill_ports(s, evaluation, rows);
	take_values(s, evaluation);
	evaluate(evaluation, &s->program->prediction);
	s->network->predict(s->network->net(s->training), s->work, rows, (const void *const *)s->inputs,
	                    (void *const *)s->outputs);
	for (size_t k = 0; k < s->program->outputs.count; k++) {
		const struct tensor *output = s->program->outputs.items[k];
		compare(s, "prediction", output->name, evaluation_values(evaluation, output), s->outputs[k],
		        elements_of(output, rows), s->tolerance, 1e-3);
	}
	if (!s->program->loss || rows > s->network->batch)
		return;
	evaluate(evaluation, &s->program->evaluation);
	double loss = s->network->loss(s->network->net(s->training), s->work, rows,
	                               (const void *const *)s->inputs, (const void *const *)s->targets);
	cr_assert(difference(*evaluation_values(evaluation, s->program->loss), loss, 1e-3) <= s->tolerance,
	          "%s: loss %g, the evaluator has %g", s->g->compile->model->name, loss,
	          *evaluation_values(evaluation, s->program->loss));
}

static void check_training_step(struct sides *s, int rows, uint32_t step)
{
	struct evaluation *evaluation = evaluation_new(s->arena, rows, 5, step, 0);
	fill_ports(s, evaluation, rows);
	take_values(s, evaluation);
	evaluate(evaluation, &s->program->training);
	double expected = *evaluation_values(evaluation, s->program->loss);
	evaluation_commit(evaluation, &s->program->training);
	double loss = s->network->train_step(s->training, rows, (const void *const *)s->inputs,
	                                     (const void *const *)s->targets);
	cr_assert(difference(expected, loss, 1e-3) <= s->tolerance,
	          "%s: training loss %g, the evaluator has %g", s->g->compile->model->name, loss, expected);
	compare_stored(s, evaluation);
}

static void check_model(const char *path, bool real_double, const char *compiler)
{
	struct generated g = generate(path, real_double, compiler);
	cr_assert(g.network, "%s: %s", path, g.fault);
	struct sides s = {.g = &g,
	                  .program = &g.compile->program,
	                  .network = g.network,
	                  .arena = g.arena,
	                  .random = random_new(),
	                  .tolerance = real_double ? 1e-12 : 2e-6};
	size_t size = g.network->training_size ? g.network->training_size : g.network->net_size;
	s.training = aligned_alloc(64, (size + 63) / 64 * 64);
	s.work = aligned_alloc(64, (g.network->work_size + 64) / 64 * 64);
	memset(s.training, 0, size);
	g.network->init(s.training, 5);
	check_prediction(&s, 1);
	check_prediction(&s, g.network->batch + 3);
	check_prediction(&s, g.network->batch);
	if (g.network->train_step) {
		check_training_step(&s, g.network->batch, 1);
		check_training_step(&s, g.network->batch > 1 ? g.network->batch - 1 : 1, 2);
	}
	free(s.training);
	free(s.work);
	generated_free(&g);
}

static void check_all(const char *pattern, bool real_double, const char *compiler)
{
	glob_t found;
	cr_assert(glob(pattern, 0, NULL, &found) == 0);
	for (size_t k = 0; k < found.gl_pathc; k++)
		check_model(found.gl_pathv[k], real_double, compiler);
	globfree(&found);
}

Test(generated, models_float_gcc) { check_all("models/*.mlp", false, "gcc -O2"); }
Test(generated, models_double_clang) { check_all("models/*.mlp", true, "clang -O2"); }
Test(generated, worked_float_clang) { check_all("models/worked/*.mlp", false, "clang -O3"); }
Test(generated, worked_double_gcc) { check_all("models/worked/*.mlp", true, "gcc -O3 -march=native"); }
Test(generated, worked_sanitized)
{
	check_all("models/worked/*.mlp", false, "gcc -O1 -fsanitize=undefined -fno-sanitize-recover=all");
}
