/* Runs some networks on numbers that a formula gives and prints hashes of all that they compute, one a line, each
 * with what it is of: two programs whose lines are the same compute the same bits. All arrays are as long as they
 * must be, in blocks of their own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

enum { SEED = 5, MOST_PORTS = 16, STEPS = 3 };

struct run {
	const struct run_model *model;
	const struct mlp_network *network;
	void *training, *work;
	void *inputs[MOST_PORTS], *targets[MOST_PORTS];
	uint32_t state;  /* of the formula */
};

int mlp_main(const struct mlp_network *network, int argc, char **argv)
{
	(void)network;
	(void)argv;
	return argc;
}

static void *block_of(size_t size)
{
	void *block = NULL;
	if (posix_memalign(&block, 64, size ? size : 1) != 0)
		exit(3);
	memset(block, 0, size);
	return block;
}

static void *reals(const struct run *run, size_t count)
{
	return block_of(count * (size_t)run->network->real_size);
}

static void put(const struct run *run, void *values, size_t k, double value)
{
	if (run->network->real_size == (int)sizeof(float))
		((float *)values)[k] = (float)value;
	else
		((double *)values)[k] = value;
}

/* --- hashes ------------------------------------------------------------------------------------- */

static uint64_t bits_of(const struct run *run, const void *values, size_t k)
{
	uint64_t bits = 0;
	uint32_t single;
	if (run->network->real_size == (int)sizeof(float)) {
		memcpy(&single, (const float *)values + k, sizeof single);
		return (single & 0x7fffffff) > 0x7f800000 ? 1 : single; /* there is one NaN */
	}
	memcpy(&bits, (const double *)values + k, sizeof bits);
	return (bits & INT64_MAX) > UINT64_C(0x7ff0000000000000) ? 1 : bits;
}

/* FNV-1a */
static void print_hash(const struct run *run, const char *what, const char *name, const void *values, size_t count)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t k = 0; k < count; k++)
		for (int byte = 0; byte < 8; byte++)
			hash = (hash ^ (bits_of(run, values, k) >> 8 * byte & 255)) * UINT64_C(0x100000001b3);
	printf("%s: %s %s %016llx\n", run->model->name, what, name, (unsigned long long)hash);
}

static void print_stored(const struct run *run, const char *what)
{
	const struct mlp_network *network = run->network;
	for (int k = 0; k < network->tensor_count + network->state_count; k++) {
		bool state = k >= network->tensor_count;
		int number = state ? k - network->tensor_count : k;
		const struct mlp_tensor *tensor = state ? network->state(number) : network->tensor(number);
		void *values = reals(run, (size_t)tensor->elements);
		if (state)
			network->get_state(run->training, number, values);
		else
			network->get(network->net(run->training), number, values);
		print_hash(run, what, tensor->name, values, (size_t)tensor->elements);
		free(values);
	}
}

static void print_gradients(const struct run *run, int rows)
{
	const struct mlp_network *network = run->network;
	for (int k = 0; run->model->gradient && k < network->tensor_count; k++) {
		size_t count = (size_t)network->tensor(k)->elements;
		void *values = reals(run, count);
		run->model->gradient(run->training, k, values);
		print_hash(run, "gradient", network->tensor(k)->name, values, count);
		free(values);
	}
	for (int k = 0; run->model->input_gradient && k < network->input_count; k++) {
		size_t count = (size_t)rows * (size_t)network->inputs[k].elements;
		void *values = reals(run, count);
		run->model->input_gradient(run->training, k, values);
		print_hash(run, "gradient", network->inputs[k].name, values, count);
		free(values);
	}
}

/* --- numbers ------------------------------------------------------------------------------------ */

/* Multiples of 1/256 from -2 up to 2; among them, if they may be, what no arithmetic likes. */
static double next_number(struct run *run, bool odd)
{
	static const double odd_numbers[] = {0, -0.0, 1e-40, -3e38, 3e38, 1e-30, -1e-30};
	run->state = run->state * UINT32_C(1664525) + UINT32_C(1013904223);
	uint32_t word = run->state >> 22;
	if (odd && word % 8 == 0)
		return word % 3 == 0   ? (double)NAN
		       : word % 3 == 1 ? (double)INFINITY
		                       : odd_numbers[word / 8 % 7];
	return (double)word / 256 - 2;
}

static void fill(struct run *run, void **arrays, const struct mlp_port *ports, int count, int rows, bool odd)
{
	for (int k = 0; k < count; k++) {
		size_t values = (size_t)rows * (size_t)ports[k].elements;
		free(arrays[k]);
		arrays[k] = ports[k].classes > 0 ? block_of(values * sizeof(int32_t)) : reals(run, values);
		for (size_t i = 0; i < values; i++) {
			double number = next_number(run, odd && ports[k].classes == 0);
			if (ports[k].classes > 0)
				((int32_t *)arrays[k])[i] = (int32_t)((number + 2) * 256) % ports[k].classes;
			else
				put(run, arrays[k], i, number);
		}
	}
}

/* --- what is run --------------------------------------------------------------------------------- */

/* What is set is got, whatever the order in memory; then the initial values come back. */
static void set_and_get(struct run *run)
{
	const struct mlp_network *network = run->network;
	for (int k = 0; k < network->tensor_count + network->state_count; k++) {
		bool state = k >= network->tensor_count;
		int number = state ? k - network->tensor_count : k;
		const struct mlp_tensor *tensor = state ? network->state(number) : network->tensor(number);
		size_t count = (size_t)tensor->elements, size = count * (size_t)network->real_size;
		void *before = reals(run, count), *set = reals(run, count), *got = reals(run, count);
		for (size_t i = 0; i < count; i++)
			put(run, set, i, (double)i + k);
		void (*put_in)(void *, int, const void *) = state ? network->set_state : network->set;
		void (*get_out)(const void *, int, void *) = state ? network->get_state : network->get;
		void *from = state ? run->training : network->net(run->training);
		get_out(from, number, before);
		put_in(from, number, set);
		get_out(from, number, got);
		put_in(from, number, before);
		if (memcmp(set, got, size) != 0)
			printf("%s: %s is not what it was set to\n", run->model->name, tensor->name);
		free(before);
		free(set);
		free(got);
	}
}

static void predict(struct run *run, int rows, bool odd)
{
	const struct mlp_network *network = run->network;
	void *outputs[MOST_PORTS];
	fill(run, run->inputs, network->inputs, network->input_count, rows, odd);
	for (int k = 0; k < network->output_count; k++)
		outputs[k] = reals(run, (size_t)rows * (size_t)network->outputs[k].elements);
	network->predict(network->net(run->training), run->work, rows, (const void *const *)run->inputs, outputs);
	for (int k = 0; k < network->output_count; k++) {
		print_hash(run, odd ? "odd prediction" : "prediction", network->outputs[k].name, outputs[k],
		           (size_t)rows * (size_t)network->outputs[k].elements);
		free(outputs[k]);
	}
}

static void fill_both(struct run *run, int rows)
{
	const struct mlp_network *network = run->network;
	fill(run, run->inputs, network->inputs, network->input_count, rows, false);
	fill(run, run->targets, network->targets, network->target_count, rows, false);
}

static void print_loss(const struct run *run, const char *what, double loss)
{
	void *value = reals(run, 1);
	put(run, value, 0, loss);
	print_hash(run, what, "", value, 1);
	free(value);
}

/* Short batches too. */
static void train(struct run *run)
{
	const struct mlp_network *network = run->network;
	const void *const *inputs = (const void *const *)run->inputs;
	const void *const *targets = (const void *const *)run->targets;
	for (int step = 0; step < STEPS; step++) {
		int rows = step == 1 ? (network->batch + 1) / 2 : network->batch;
		fill_both(run, rows);
		print_loss(run, "loss", network->loss(network->net(run->training), run->work, rows, inputs, targets));
		print_loss(run, "loss of training", network->train_step(run->training, rows, inputs, targets));
		print_gradients(run, rows);
	}
}

static void run_model(const struct run_model *model)
{
	struct run run = {.model = model, .network = model->network, .state = 1};
	const struct mlp_network *network = model->network;
	run.training = block_of(network->training_size);
	run.work = block_of(network->work_size);
	network->init(run.training, SEED);
	print_stored(&run, "initial");
	set_and_get(&run);
	predict(&run, 2 * network->batch + 1, false);
	train(&run);
	print_stored(&run, "trained");
	predict(&run, 1, false);
	predict(&run, network->batch + 2, true);
	for (int k = 0; k < MOST_PORTS; k++) {
		free(run.inputs[k]);
		free(run.targets[k]);
	}
	free(run.training);
	free(run.work);
}

int main(void)
{
	for (int k = 0; run_models[k]; k++)
		run_model(run_models[k]);
	return 0;
}
