/* Runs the scripts of random models, each in a process of its own: NAME.in to NAME.out, both numbers of
 * double; what it says on standard error goes to NAME.err. The script: rows of the prediction, of the loss
 * and of each step; the stored values; and what each call is given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

enum { STEPS = 3, SEED = 5, MOST_PORTS = 16 };

struct run {
	const struct runner_model *model;
	const struct mlp_network *network;
	FILE *in, *out;
	char *training, *work;
	void *inputs[MOST_PORTS], *targets[MOST_PORTS], *outputs[MOST_PORTS];
};

int mlp_main(const struct mlp_network *network, int argc, char **argv)
{
	(void)network;
	(void)argv;
	return argc;
}

static void *exact_block(size_t size)
{
	void *block = NULL;
	if (posix_memalign(&block, 64, size ? size : 64) != 0)
		exit(3);
	memset(block, 0, size);
	return block;
}

static double read_number(struct run *run)
{
	double number;
	if (fread(&number, sizeof number, 1, run->in) != 1) {
		fprintf(stderr, "the script is too short\n");
		exit(1);
	}
	return number;
}

static void write_numbers(struct run *run, const void *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double number = run->network->real_size == 8 ? ((const double *)values)[i]
		                                             : (double)((const float *)values)[i];
		fwrite(&number, sizeof number, 1, run->out);
	}
}

static void *read_reals(struct run *run, size_t count)
{
	size_t size = (size_t)run->network->real_size;
	char *values = exact_block(count * size);
	for (size_t i = 0; i < count; i++) {
		if (size == 8)
			((double *)(void *)values)[i] = read_number(run);
		else
			((float *)(void *)values)[i] = (float)read_number(run);
	}
	return values;
}

static void read_ports(struct run *run, void **arrays, const struct mlp_port *ports, int count, int rows)
{
	for (int k = 0; k < count; k++) {
		size_t values = (size_t)rows * (size_t)ports[k].elements;
		free(arrays[k]);
		if (ports[k].classes == 0) {
			arrays[k] = read_reals(run, values);
			continue;
		}
		int32_t *classes = arrays[k] = exact_block(values * sizeof *classes);
		for (size_t i = 0; i < values; i++)
			classes[i] = (int32_t)read_number(run);
	}
}

static void read_batch(struct run *run, int rows)
{
	read_ports(run, run->inputs, run->network->inputs, run->network->input_count, rows);
	read_ports(run, run->targets, run->network->targets, run->network->target_count, rows);
}

static void write_stored(struct run *run)
{
	const struct mlp_network *network = run->network;
	for (int k = 0; k < network->tensor_count + network->state_count; k++) {
		bool stored = k < network->tensor_count;
		const struct mlp_tensor *tensor =
		        stored ? network->tensor(k) : network->state(k - network->tensor_count);
		void *values = exact_block((size_t)tensor->elements * (size_t)network->real_size);
		if (stored)
			network->get(network->net(run->training), k, values);
		else
			network->get_state(run->training, k - network->tensor_count, values);
		write_numbers(run, values, (size_t)tensor->elements);
		free(values);
	}
}

static void write_gradients(struct run *run, int rows)
{
	const struct mlp_network *network = run->network;
	for (int k = 0; k < network->tensor_count; k++) {
		size_t count = (size_t)network->tensor(k)->elements;
		void *values = exact_block(count * (size_t)network->real_size);
		run->model->gradient(run->training, k, values);
		write_numbers(run, values, count);
		free(values);
	}
	for (int k = 0; k < network->input_count; k++) {
		size_t count = (size_t)rows * (size_t)network->inputs[k].elements;
		void *values = exact_block(count * (size_t)network->real_size);
		run->model->input_gradient(run->training, k, values);
		write_numbers(run, values, count);
		free(values);
	}
}

static void start(struct run *run)
{
	const struct mlp_network *network = run->network;
	run->training = exact_block(network->training_size ? network->training_size : network->net_size);
	run->work = exact_block(network->work_size);
	network->init(run->training, SEED);
	write_stored(run);
	for (int k = 0; k < network->tensor_count; k++) {
		void *values = read_reals(run, (size_t)network->tensor(k)->elements);
		network->set(network->net(run->training), k, values);
		free(values);
	}
}

static void predict(struct run *run, int rows)
{
	const struct mlp_network *network = run->network;
	read_ports(run, run->inputs, network->inputs, network->input_count, rows);
	for (int k = 0; k < network->output_count; k++)
		run->outputs[k] = exact_block((size_t)rows * (size_t)network->outputs[k].elements *
		                              (size_t)network->real_size);
	network->predict(network->net(run->training), run->work, rows, (const void *const *)run->inputs,
	                 (void *const *)run->outputs);
	for (int k = 0; k < network->output_count; k++)
		write_numbers(run, run->outputs[k], (size_t)rows * (size_t)network->outputs[k].elements);
}

static void train(struct run *run, const double *rows)
{
	const struct mlp_network *network = run->network;
	read_batch(run, (int)rows[1]);
	double loss = network->loss(network->net(run->training), run->work, (int)rows[1],
	                            (const void *const *)run->inputs, (const void *const *)run->targets);
	fwrite(&loss, sizeof loss, 1, run->out);
	for (int step = 0; step < STEPS; step++) {
		read_batch(run, (int)rows[2 + step]);
		network->set_epoch(run->training, step);
		loss = network->train_step(run->training, (int)rows[2 + step],
		                           (const void *const *)run->inputs,
		                           (const void *const *)run->targets);
		fwrite(&loss, sizeof loss, 1, run->out);
		if (run->model->gradient)
			write_gradients(run, (int)rows[2 + step]);
		write_stored(run);
	}
}

static FILE *opened(const char *name, const char *ending, const char *mode)
{
	char path[128];
	snprintf(path, sizeof path, "%s%s", name, ending);
	FILE *file = fopen(path, mode);
	if (!file)
		exit(3);
	return file;
}

static void run_model(const struct runner_model *model)
{
	struct run run = {.model = model, .network = model->network};
	double rows[2 + STEPS];
	char path[128];
	snprintf(path, sizeof path, "%s.err", model->name);
	if (!freopen(path, "w", stderr))
		exit(3);
	run.in = opened(model->name, ".in", "rb");
	run.out = opened(model->name, ".out", "wb");
	for (int k = 0; k < 2 + STEPS; k++)
		rows[k] = read_number(&run);
	start(&run);
	predict(&run, (int)rows[0]);
	if (run.network->train_step)
		train(&run, rows);
	fclose(run.out);
	exit(0);
}

int main(void)
{
	for (int k = 0; runner_models[k]; k++) {
		int status;
		pid_t child = fork();
		if (child == 0) {
			struct rlimit time = {20, 21};
			setrlimit(RLIMIT_CPU, &time);
			run_model(runner_models[k]);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0)
			return 3;
		if (status != 0) {
			FILE *file = opened(runner_models[k]->name, ".err", "a");
			fprintf(file, "wait status %d\n", status);
			fclose(file);
		}
	}
	return 0;
}
