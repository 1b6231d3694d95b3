/* Training runs in processes of their own, which may die; what they print and leave is compared. */
#ifndef RESUME_FIXTURE_H
#define RESUME_FIXTURE_H

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "generated.h"
#include "host/train.h"
#include "host_fixture.h"
#include "mlp.h"

/* The rest of a model is in the format's places: the optimiser, then more settings. */
static const char RESUME_MODEL[] =
	"model small\n"
	"input x[3] standardize\n"
	"target t class[3]\n"
	"layer hidden[5] = dropout(batch_norm(tanh(dense(x))), rate = 0.3)\n"
	"output y[3] = softmax(dense(hidden))\n"
	"minimize cross_entropy(y, t)\n"
	"train { optimizer = %s\n batch = 8, epochs = 4, seed = 3\n %s }\n";

enum { RESUME_ROWS = 45, RESUME_STEPS = 6 };   /* steps of an epoch; 36 rows with --split 0.2: 5 */

/* As enter_directory, in memory where that can be: these runs write much. */
static void __attribute__((unused)) enter_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		strcpy(fixture_directory, "/dev/shm/mlp-test-XXXXXX");
	enter_directory();
}

static void __attribute__((unused)) write_rows(const char *name, int rows, uint64_t seed)
{
	FILE *file = fopen(name, "w");
	for (int row = 0; row < rows; row++) {
		double v[3];
		for (uint32_t i = 0; i < 3; i++)
			v[i] = mlp_normal(seed, 0, 0, (uint32_t)row, i);
		int wild = mlp_word(seed, 1, 0, (uint32_t)row, 0) % 5 == 0;
		fprintf(file, "%.9g,%.9g,%.9g,%c\n", v[0], v[1], v[2],
		        "abc"[(wild ? row : (v[0] > 0) + (v[1] > 0)) % 3]);
	}
	fclose(file);
}

static struct generated __attribute__((unused)) generate_small(const char *optimizer, const char *settings,
                                                               bool real_double)
{
	char text[1024];
	int length = snprintf(text, sizeof text, RESUME_MODEL, optimizer, settings);
	write_file("small.mlp", text, (size_t)length);
	struct generated generated = generate("small.mlp", real_double, "gcc -O0");
	cr_assert(generated.network, "%s: %s", optimizer, generated.fault);
	return generated;
}

/* Every step passes here; the one of this number, from 1, is the last of the process, or interrupts it. */
static double (*true_step)(void *, int, const void *const *, const void *const *);
static int steps_taken, fatal_step, fatal_signal;

static double fatal_train_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	if (++steps_taken == fatal_step)
		raise(fatal_signal);
	return true_step(training, rows, inputs, targets);
}

static struct mlp_network __attribute__((unused)) mortal(const struct mlp_network *network)
{
	struct mlp_network copy = *network;
	true_step = network->train_step;
	copy.train_step = fatal_train_step;
	return copy;
}

/* Called in the child before it trains; may be NULL. */
typedef void prepare_child(void);

/* The exit status of a run, or 128 + the signal that ended it. It prints into the files `out` and `err`. */
static int __attribute__((unused)) run_child(const struct mlp_network *network,
                                             const struct mlp_options *options, prepare_child *prepare)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		FILE *out = fopen("out", "w"), *err = fopen("err", "w");
		if (!out || !err)
			_exit(99);
		if (prepare)
			prepare();
		int code = mlp_train_to(network, options, out, err);
		fflush(NULL);
		_exit(code);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static __attribute__((unused)) char *file_text(const char *name, size_t *length)
{
	FILE *file = fopen(name, "rb");
	char *text = calloc(1, 1 << 18);
	*length = file && text ? fread(text, 1, (1 << 18) - 1, file) : 0;
	if (file)
		fclose(file);
	return text;
}

static bool __attribute__((unused)) same_files(const char *a, const char *b)
{
	size_t a_length, b_length;
	char *a_text = file_text(a, &a_length), *b_text = file_text(b, &b_length);
	bool same = a_length == b_length && a_length > 0 && memcmp(a_text, b_text, a_length) == 0;
	free(a_text);
	free(b_text);
	return same;
}

/* What stands below the line of the time: best loss, figures, where it is saved. */
static __attribute__((unused)) char *final_figures(const char *name)
{
	size_t length;
	char *text = file_text(name, &length), *at = strstr(text, " epochs");
	for (char *next = at; next; next = strstr(next + 1, " epochs"))
		at = next;
	char *line = at ? strchr(at, '\n') : NULL;
	memmove(text, line ? line : text + length, line ? strlen(line) + 1 : 1);
	return text;
}

static bool __attribute__((unused)) has_temporary(const char *path)
{
	char name[256];
	snprintf(name, sizeof name, "%s.mlpc-part", path);
	return access(name, F_OK) == 0;
}

#endif
