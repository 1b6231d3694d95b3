/* The generated program `net`. By macros: IN and OUT widths, BATCH rows of data, ROWS of a call; TARGET, the
 * type of targets, PER_ROW their number, TARGETS their name; PREDICT for a model that only predicts. */
#include <math.h>
#include <stdint.h>

#include "net.h"
#include "worker.h"

#ifdef PREDICT
static _Alignas(64) struct net net;
static _Alignas(64) struct net_work work;
static const float *x;
static _Alignas(64) float p[BATCH * OUT];

void contestant_begin(void)
{
	for (int k = 0; net_tensor(k); k++)
		net_set(&net, k, data_of(net_tensor(k)->name));
	x = data_of("x");
}

double contestant_step(void)
{
	net_predict(&net, &work, BATCH, x, p);
	return p[0];
}

double contestant_loss(void)
{
	const int32_t *t = data_of("t");
	double sum = 0;
	net_predict(&net, &work, BATCH, x, p);
	for (int n = 0; n < BATCH; n++)
		sum -= log(p[n * OUT + t[n]]);
	return sum / BATCH;
}
#else
static _Alignas(64) struct net_training training;
static _Alignas(64) struct net_work work;
static const float *x;
static const TARGET *targets;

void contestant_begin(void)
{
	net_init(&training, NET_SEED);
	for (int k = 0; net_tensor(k); k++)
		net_set(&training.net, k, data_of(net_tensor(k)->name));
	x = data_of("x");
	targets = data_of(TARGETS);
}

double contestant_step(void)
{
	float loss = 0;
	for (int n = 0; n < BATCH; n += ROWS)
		loss = net_train_step(&training, ROWS, x + n * IN, targets + n * PER_ROW);
	return loss;
}

double contestant_loss(void)
{
	double sum = 0;
	for (int n = 0; n < BATCH; n += ROWS)
		sum += net_loss(&training.net, &work, ROWS, x + n * IN, targets + n * PER_ROW);
	return sum * ROWS / BATCH;
}
#endif
