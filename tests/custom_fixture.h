/* The networks of models/custom/ as programs: built by gcc, with batches of their data. */
#ifndef TESTS_CUSTOM_FIXTURE_H
#define TESTS_CUSTOM_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "custom_networks.h"
#include "generated.h"

static const char *path_of(const struct custom_network *custom)
{
	static char path[64];
	snprintf(path, sizeof path, "models/custom/%s.mlp", custom->name);
	return path;
}

struct run {
	struct generated g;
	const struct mlp_network *network;
	const struct program *program;
	const struct custom_network *custom;
	struct arena *arena;
	void *training, *work;
	struct random random;
	struct custom_row *rows;  /* of one batch */
	float *input, *target;
	int32_t *classes;
};

static struct run start(const struct custom_network *custom, bool real_double)
{
	struct run run = {.g = generate_with_gradients(path_of(custom), real_double, "gcc -O2"),
	                  .custom = custom};
	run.network = run.g.network;
	cr_assert(run.network, "%s: %s", custom->name, run.g.fault);
	run.arena = run.g.arena;
	run.program = &run.g.compile->program;
	run.random = (struct random){20240229};
	run.training = aligned_alloc(64, (run.network->training_size + 63) / 64 * 64);
	run.work = aligned_alloc(64, (run.network->work_size + 64) / 64 * 64);
	memset(run.training, 0, run.network->training_size);
	run.network->init(run.training, run.network->seed);
	size_t batch = (size_t)run.network->batch;
	run.rows = ARENA_ARRAY(run.arena, struct custom_row, batch);
	run.input = ARENA_ARRAY(run.arena, float, batch * CUSTOM_MOST);
	run.target = ARENA_ARRAY(run.arena, float, batch);
	run.classes = ARENA_ARRAY(run.arena, int32_t, batch);
	return run;
}

static void stop(struct run *run)
{
	free(run->training);
	free(run->work);
	generated_free(&run->g);
}

static void draw_batch(struct run *run)
{
	int elements = run->network->inputs[0].elements;
	for (int n = 0; n < run->network->batch; n++) {
		struct custom_row *row = &run->rows[n];
		run->custom->draw(&run->random, row);
		for (int k = 0; k < elements; k++) {
			run->input[n * elements + k] = (float)row->input[k];
			row->input[k] = (double)run->input[n * elements + k];
		}
		run->target[n] = (float)row->target;
		row->target = (double)run->target[n];
		run->classes[n] = (int32_t)row->target;
	}
}

static const void *target_of(const struct run *run)
{
	return run->network->targets[0].classes ? (const void *)run->classes : (const void *)run->target;
}

static double step(struct run *run)
{
	const void *inputs[] = {run->input}, *targets[] = {target_of(run)};
	return run->network->train_step(run->training, run->network->batch, inputs, targets);
}

static double loss(const struct run *run)
{
	const void *inputs[] = {run->input}, *targets[] = {target_of(run)};
	return run->network->loss(run->network->net(run->training), run->work, run->network->batch, inputs,
	                          targets);
}

/* An epoch is ten steps. */
static void train(struct run *run, int steps)
{
	for (int k = 0; k < steps; k++) {
		run->network->set_epoch(run->training, k / 10);
		draw_batch(run);
		double now = step(run);
		cr_assert(isfinite(now), "%s: loss %g at step %d", run->custom->name, now, k);
	}
}

/* The mean of the loss over twenty batches that are not trained on. */
static double mean_loss(struct run *run)
{
	double sum = 0;
	for (int k = 0; k < 20; k++) {
		draw_batch(run);
		sum += loss(run);
	}
	return sum / 20;
}

static const double *parameter_values(const void *of, const char *name)
{
	const struct run *run = of;
	for (int k = 0; k < run->network->tensor_count; k++) {
		const struct mlp_tensor *tensor = run->network->tensor(k);
		if (strcmp(tensor->name, name) != 0)
			continue;
		float *raw = ARENA_ARRAY(run->arena, float, (size_t)tensor->elements);
		double *values = ARENA_ARRAY(run->arena, double, (size_t)tensor->elements);
		run->network->get(run->network->net(run->training), k, raw);
		for (int e = 0; e < tensor->elements; e++)
			values[e] = (double)raw[e];
		return values;
	}
	cr_assert_fail("%s: there is no parameter %s", run->custom->name, name);
	return NULL;
}

#endif
