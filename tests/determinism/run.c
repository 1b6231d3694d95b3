/* Trains a generated network on numbers that a formula gives. Prints a hash of all that training changed, the
 * loss of the first and the last step, and the processor's time for a step in microseconds:
 *     PROGRAM STEPS
 * -DDRIVER="NAME_main.c". The ground floor of the runtime is enough; byte order and word size do not matter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define main driver_main
#include DRIVER
#undef main

enum { MOST_PORTS = 8, ROWS = 64, STEPS_OF_EPOCH = 20, SHORT_BATCH = 7 };

struct trial {
	const struct mlp_network *network;
	char *training;
	char *data[2 * MOST_PORTS];  /* ROWS rows of each port: inputs, then targets */
};

static void *allocate(size_t size)
{
	void *block = calloc(size / 64 + 2, 64);
	if (!block)
		exit(3);
	return block;
}

static const struct mlp_port *port_of(const struct trial *trial, int k)
{
	const struct mlp_network *network = trial->network;
	return k < network->input_count ? &network->inputs[k] : &network->targets[k - network->input_count];
}

static int port_count(const struct trial *trial)
{
	return trial->network->input_count + trial->network->target_count;
}

static size_t element_size(const struct trial *trial, const struct mlp_port *port)
{
	return port->classes > 0 ? sizeof(int32_t) : (size_t)trial->network->real_size;
}

static void put_real(const struct trial *trial, void *values, size_t k, double value)
{
	if (trial->network->real_size == (int)sizeof(float))
		((float *)values)[k] = (float)value;
	else
		((double *)values)[k] = value;
}

/* Inputs: multiples of 1/256 in [0, 4); targets: the same of their inputs' mean, or of a class that follows
 * from it. All of these numbers are exact. */
static void fill(struct trial *trial)
{
	uint32_t state = 1;
	uint32_t sum[ROWS] = {0};
	for (int k = 0; k < port_count(trial); k++) {
		const struct mlp_port *port = port_of(trial, k);
		bool is_input = k < trial->network->input_count;
		void *values = allocate(ROWS * (size_t)port->elements * sizeof(double));
		trial->data[k] = values;
		for (int i = 0; i < ROWS * port->elements; i++) {
			int row = i / port->elements;
			state = state * UINT32_C(1664525) + UINT32_C(1013904223);
			uint32_t word = state >> 22;
			if (!is_input)
				word = (sum[row] + (uint32_t)(i % port->elements)) % 1024;
			if (is_input)
				sum[row] += word / 100;
			if (port->classes > 0)
				((int32_t *)values)[i] = (int32_t)(word % (uint32_t)port->classes);
			else
				put_real(trial, values, (size_t)i, (double)word / 256);
		}
	}
}

static double real_at(const struct trial *trial, const void *values, size_t k)
{
	return trial->network->real_size == (int)sizeof(float) ? (double)((const float *)values)[k]
	                                                       : ((const double *)values)[k];
}

/* Mean and mean distance from it: any numbers serve that are the same everywhere. */
static void standardize(const struct trial *trial, int k)
{
	const struct mlp_network *network = trial->network;
	const struct mlp_port *port = port_of(trial, k);
	void *mean = allocate((size_t)port->elements * sizeof(double));
	void *distance = allocate((size_t)port->elements * sizeof(double));
	for (int e = 0; e < port->elements; e++) {
		double sum = 0, distances = 0;
		for (int row = 0; row < ROWS; row++)
			sum += real_at(trial, trial->data[k], (size_t)(row * port->elements + e));
		for (int row = 0; row < ROWS; row++)
			distances += fabs(real_at(trial, trial->data[k], (size_t)(row * port->elements + e)) -
			                  sum / ROWS);
		put_real(trial, mean, (size_t)e, sum / ROWS);
		put_real(trial, distance, (size_t)e, distances / ROWS);
	}
	network->set(network->net(trial->training), port->mean, mean);
	network->set(network->net(trial->training), port->deviation, distance);
	free(mean);
	free(distance);
}

/* FNV-1a over the bits of reals, the least byte first. */
static uint64_t hash_reals(const struct trial *trial, uint64_t hash, const void *values, size_t count)
{
	size_t size = (size_t)trial->network->real_size;
	for (size_t k = 0; k < count; k++) {
		uint64_t bits = 0;
		uint32_t single;
		if (size == sizeof single) {
			memcpy(&single, (const char *)values + k * size, size);
			bits = single;
		} else {
			memcpy(&bits, (const char *)values + k * size, size);
		}
		for (size_t byte = 0; byte < size; byte++)
			hash = (hash ^ (bits >> 8 * byte & 255)) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static uint64_t hash_all(const struct trial *trial, uint64_t hash)
{
	const struct mlp_network *network = trial->network;
	for (int k = 0; k < network->tensor_count + network->state_count; k++) {
		bool state = k >= network->tensor_count;
		int number = state ? k - network->tensor_count : k;
		const struct mlp_tensor *tensor = state ? network->state(number) : network->tensor(number);
		void *values = allocate((size_t)tensor->elements * sizeof(double));
		if (state)
			network->get_state(trial->training, number, values);
		else
			network->get(network->net(trial->training), number, values);
		hash = hash_reals(trial, hash, values, (size_t)tensor->elements);
		free(values);
	}
	return hash;
}

/* Predictions of all rows, which is more than a batch. */
static uint64_t hash_predictions(const struct trial *trial, uint64_t hash)
{
	const struct mlp_network *network = trial->network;
	void *work = allocate(network->work_size), *outputs[MOST_PORTS];
	const void *inputs[MOST_PORTS];
	for (int k = 0; k < network->input_count; k++)
		inputs[k] = trial->data[k];
	for (int k = 0; k < network->output_count; k++)
		outputs[k] = allocate(ROWS * (size_t)network->outputs[k].elements * sizeof(double));
	network->predict(network->net(trial->training), work, ROWS, inputs, outputs);
	for (int k = 0; k < network->output_count; k++) {
		hash = hash_reals(trial, hash, outputs[k], ROWS * (size_t)network->outputs[k].elements);
		free(outputs[k]);
	}
	free(work);
	return hash;
}

static double one_step(struct trial *trial, int step)
{
	const struct mlp_network *network = trial->network;
	int rows = step % 9 == 8 ? SHORT_BATCH : network->batch, first = step * 5 % (ROWS - network->batch);
	const void *ports[2 * MOST_PORTS];
	for (int k = 0; k < port_count(trial); k++) {
		const struct mlp_port *port = port_of(trial, k);
		ports[k] = trial->data[k] +
		           (size_t)first * (size_t)port->elements * element_size(trial, port);
	}
	network->set_epoch(trial->training, step / STEPS_OF_EPOCH);
	return network->train_step(trial->training, rows, ports, ports + network->input_count);
}

int mlp_main(const struct mlp_network *network, int argc, char **argv)
{
	struct trial trial = {.network = network, .training = allocate(network->training_size)};
	int steps = argc > 1 ? atoi(argv[1]) : 1000;
	double first = 0, last = 0;
	if (network->input_count > MOST_PORTS || network->target_count > MOST_PORTS ||
	    network->output_count > MOST_PORTS || network->batch >= ROWS)
		return 2;
	network->init(trial.training, network->seed);
	fill(&trial);
	for (int k = 0; k < network->input_count; k++)
		if (port_of(&trial, k)->scaling == MLP_STANDARDIZE)
			standardize(&trial, k);
	clock_t start = clock();
	for (int step = 0; step < steps; step++) {
		last = one_step(&trial, step);
		first = step == 0 ? last : first;
		if (!isfinite(last))
			return 1;
	}
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	uint64_t hash = hash_all(&trial, UINT64_C(0xcbf29ce484222325));
	hash = hash_predictions(&trial, hash);
	printf("%08lx%08lx %.4g %.4g %.2f\n", (unsigned long)(hash >> 32), (unsigned long)(hash & 0xffffffff),
	       first, last, seconds / steps * 1e6);
	for (int k = 0; k < port_count(&trial); k++)
		free(trial.data[k]);
	free(trial.training);
	return 0;
}

int main(int argc, char **argv)
{
	return driver_main(argc, argv);
}
