/* Models from strings as running programs beside their evaluator, for the tests of what the language can say.
 */
#ifndef TESTS_FEATURE_FIXTURE_H
#define TESTS_FEATURE_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "generated.h"
#include "support.h"

struct trial {
	struct generated g;
	const struct program *program;
	const struct mlp_network *network;
	void *training, *work;
	bool is_double;
};

typedef struct generated generator(const char *path, bool real_double, const char *compiler);

/* `statements` follow `model m`. */
static inline struct trial trial_by(generator *generate_it, const char *statements, bool is_double,
                                    const char *compiler)
{
	char path[] = "/tmp/mlpc-model-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	cr_assert(file && fprintf(file, "model m\n%s\n", statements) > 0 && fclose(file) == 0);
	struct trial trial = {.g = generate_it(path, is_double, compiler), .is_double = is_double};
	unlink(path);
	cr_assert(trial.g.network, "%s\n%s", statements, trial.g.fault);
	trial.program = &trial.g.compile->program;
	trial.network = trial.g.network;
	size_t size = trial.network->training_size ? trial.network->training_size : trial.network->net_size;
	trial.training = aligned_alloc(64, (size + 63) / 64 * 64);
	trial.work = aligned_alloc(64, (trial.network->work_size + 64) / 64 * 64);
	memset(trial.training, 0, size);
	trial.network->init(trial.training, 5);
	return trial;
}

/* The program has its gradients and those of the inputs. */
static inline struct trial trial_new(const char *statements, bool is_double, const char *compiler)
{
	return trial_by(generate_with_gradients, statements, is_double, compiler);
}

static inline void trial_free(struct trial *trial)
{
	free(trial->training);
	free(trial->work);
	generated_free(&trial->g);
}

static inline const void *trial_net(const struct trial *trial)
{
	return trial->network->net(trial->training);
}

static inline double real_at(const struct trial *trial, const void *values, size_t k)
{
	return trial->is_double ? ((const double *)values)[k] : (double)((const float *)values)[k];
}

static inline void set_real(const struct trial *trial, void *values, size_t k, double value)
{
	if (trial->is_double)
		((double *)values)[k] = value;
	else
		((float *)values)[k] = (float)value;
}

/* Reals as the program has them. */
static inline void *reals_of(const struct trial *trial, const double *values, size_t count)
{
	void *raw = arena_alloc(trial->g.arena, count * sizeof(double) + 8);
	for (size_t k = 0; k < count; k++)
		set_real(trial, raw, k, values[k]);
	return raw;
}

static inline int tensor_number(const struct trial *trial, const char *name)
{
	for (int k = 0; k < trial->network->tensor_count; k++)
		if (strcmp(trial->network->tensor(k)->name, name) == 0)
			return k;
	cr_assert_fail("no tensor %s", name);
	return -1;
}

/* The values of a parameter or statistic, in doubles. */
static inline const double *tensor_values(const struct trial *trial, const char *name)
{
	int k = tensor_number(trial, name);
	size_t count = (size_t)trial->network->tensor(k)->elements;
	void *raw = arena_alloc(trial->g.arena, count * sizeof(double));
	double *values = ARENA_ARRAY(trial->g.arena, double, count);
	trial->network->get(trial_net(trial), k, raw);
	for (size_t e = 0; e < count; e++)
		values[e] = real_at(trial, raw, e);
	return values;
}

static inline void set_tensor(const struct trial *trial, const char *name, const double *values)
{
	int k = tensor_number(trial, name);
	size_t count = (size_t)trial->network->tensor(k)->elements;
	trial->network->set(trial->network->net(trial->training), k, reals_of(trial, values, count));
}

/* One step with one input and one target of real numbers. */
static inline double train_on(const struct trial *trial, int rows, const void *input, const void *target)
{
	return trial->network->train_step(trial->training, rows, (const void *const[]){input},
	                                  (const void *const[]){target});
}

/* The generated source, in the arena. */
static inline const char *source_of(const struct trial *trial)
{
	char path[128];
	snprintf(path, sizeof path, "%s/m.c", trial->g.folder);
	FILE *file = fopen(path, "r");
	cr_assert(file);
	char *text = arena_alloc(trial->g.arena, 1 << 20);
	text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
	fclose(file);
	return text;
}

#endif
