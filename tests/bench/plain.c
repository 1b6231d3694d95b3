/* The same training and prediction in plain loops, or with products by a BLAS (-DBLAS). By macros:
 *   EACH_LAYER(DO)      DO(k, in, out) for each layer k = 1 … LAST; BACKWARDS(DO) the other way
 *   INPUTS, OUTPUTS, ROWS of data, BATCH rows of an update
 *   SGD, MOMENTUM, ADAM or PREDICT, and RATE
 *   RELU, SIGMOID, TANH or GELU, of hidden layers; NORM and DROPOUT, each 0 or 1
 *   ALONE               outputs by sigmoid and half of the squared error, else softmax and cross-entropy
 *   REAL                double for the reference of all losses, else float */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef BLAS
#include <cblas.h>
#endif

#include "worker.h"

#ifndef REAL
#define REAL float
#endif
#define INLINE static inline __attribute__((always_inline))

#define ALIGNED _Alignas(64) /* no vector lies in two lines of the cache */

typedef REAL real;

static const real rate = (real)RATE;
static int training;
static long step;

/* Of a layer: parameters, their gradients, the states of the optimiser; values of the product, normalised, of
 * the layer; 1 / deviation of each row, masks; derivatives by the product. */
#define DECLARE(k, in, out)										\
	static ALIGNED real W##k[out][in], b##k[out], gain##k[out], shift##k[out];			\
	static ALIGNED real dW##k[out][in], db##k[out], dgain##k[out], dshift##k[out];			\
	static ALIGNED real mW##k[out][in], mb##k[out], mgain##k[out], mshift##k[out];			\
	static ALIGNED real vW##k[out][in], vb##k[out], vgain##k[out], vshift##k[out];			\
	static ALIGNED real z##k[BATCH][out], normal##k[BATCH][out], h##k[BATCH][out], mask##k[BATCH][out];\
	static ALIGNED real inverse##k[BATCH], d##k[BATCH][out];
EACH_LAYER(DECLARE)

#define PASTED(a, b) a##b
#define JOINED(a, b) PASTED(a, b)
#define Z_LAST JOINED(z, LAST)
#define H_LAST JOINED(h, LAST)
#define D_LAST JOINED(d, LAST)

static ALIGNED real x[ROWS][INPUTS];
static int32_t t[ROWS];
static int first; /* row of the batch */
#define h0 (x + first)

/* --- products --------------------------------------------------------------------------------- */

#ifdef BLAS
INLINE void dense(int in, int out, real from[BATCH][in], real W[out][in], real b[out], real z[BATCH][out])
{
	for (int n = 0; n < BATCH; n++)
		memcpy(z[n], b, sizeof z[n]);
	if (BATCH == 1)
		cblas_sgemv(CblasRowMajor, CblasNoTrans, out, in, 1, W[0], in, from[0], 1, 1, z[0], 1);
	else
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, BATCH, out, in, 1, from[0], in, W[0], in,
			    1, z[0], out);
}

INLINE void dense_input(int in, int out, real d[BATCH][out], real W[out][in], real dx[BATCH][in])
{
	if (BATCH == 1)
		cblas_sgemv(CblasRowMajor, CblasTrans, out, in, 1, W[0], in, d[0], 1, 0, dx[0], 1);
	else
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, BATCH, in, out, 1, d[0], out, W[0], in,
			    0, dx[0], in);
}

/* dW = start dW + factor d' from: the gradient, or with SGD the whole update. */
INLINE void dense_weights(int in, int out, real d[BATCH][out], real from[BATCH][in], real dW[out][in],
			  real factor, real start)
{
	if (BATCH == 1 && start == 1)
		cblas_sger(CblasRowMajor, out, in, factor, d[0], 1, from[0], 1, dW[0], in);
	else
		cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, BATCH, factor, d[0], out,
			    from[0], in, start, dW[0], in);
}
#else
INLINE void dense(int in, int out, real from[BATCH][in], real W[out][in], real b[out], real z[BATCH][out])
{
	for (int n = 0; n < BATCH; n++)
		for (int o = 0; o < out; o++) {
			real sum = b[o];
			for (int i = 0; i < in; i++)
				sum += W[o][i] * from[n][i];
			z[n][o] = sum;
		}
}

INLINE void dense_input(int in, int out, real d[BATCH][out], real W[out][in], real dx[BATCH][in])
{
	for (int n = 0; n < BATCH; n++) {
		memset(dx[n], 0, sizeof dx[n]);
		for (int o = 0; o < out; o++)
			for (int i = 0; i < in; i++)
				dx[n][i] += d[n][o] * W[o][i];
	}
}

INLINE void dense_weights(int in, int out, real d[BATCH][out], real from[BATCH][in], real dW[out][in],
			  real factor, real start)
{
	for (int o = 0; o < out; o++) {
		if (start == 0)
			memset(dW[o], 0, sizeof dW[o]);
		for (int n = 0; n < BATCH; n++)
			for (int i = 0; i < in; i++)
				dW[o][i] += factor * d[n][o] * from[n][i];
	}
}
#endif

/* --- of each element -------------------------------------------------------------------------- */

static real activation(real z)
{
#if defined RELU
	return z > 0 ? z : 0;
#elif defined SIGMOID
	return 1 / (1 + (sizeof z == 4 ? expf(-z) : exp(-z)));
#elif defined TANH
	return sizeof z == 4 ? tanhf(z) : tanh(z);
#elif defined GELU
	return (real)0.5 * z * (1 + (sizeof z == 4 ? erff(z * (real)M_SQRT1_2) : erf(z * (real)M_SQRT1_2)));
#endif
}

/* y is the activation of z. */
static real slope(real z, real y)
{
#if defined RELU
	(void)z;
	return y > 0;
#elif defined SIGMOID
	(void)z;
	return y * (1 - y);
#elif defined TANH
	(void)z;
	return 1 - y * y;
#elif defined GELU
	(void)y;
	real density = (real)0.3989422804014327 * (sizeof z == 4 ? expf(z * z / -2) : exp(z * z / -2));
	real below = (real)0.5 * (1 + (sizeof z == 4 ? erff(z * (real)M_SQRT1_2) : erf(z * (real)M_SQRT1_2)));
	return below + z * density;
#endif
}

INLINE void update(int count, real *p, const real *gradient, real *m, real *v)
{
#if defined SGD
	(void)m, (void)v;
	for (int i = 0; i < count; i++)
		p[i] -= rate * gradient[i];
#elif defined MOMENTUM
	(void)m;
	for (int i = 0; i < count; i++) {
		v[i] = (real)0.9 * v[i] + gradient[i];
		p[i] -= rate * v[i];
	}
#elif defined ADAM
	const real slow = (real)(1 / (1 - pow(0.9, (double)step)));
	const real square = (real)(1 / (1 - pow(0.999, (double)step)));
	for (int i = 0; i < count; i++) {
		m[i] = (real)0.9 * m[i] + (real)0.1 * gradient[i];
		v[i] = (real)0.999 * v[i] + (real)0.001 * gradient[i] * gradient[i];
		real root = sizeof m[i] == 4 ? sqrtf(v[i] * square) : sqrt(v[i] * square);
		p[i] -= rate * m[i] * slow / (root + (real)1e-8);
	}
#else
	(void)count, (void)p, (void)gradient, (void)m, (void)v;
#endif
}

INLINE void normalise(int out, real z[BATCH][out], real normal[BATCH][out], real inverse[BATCH],
		      const real *gain, const real *shift)
{
	for (int n = 0; n < BATCH; n++) {
		real mean = 0, square = 0;
		for (int o = 0; o < out; o++)
			mean += z[n][o];
		mean /= out;
		for (int o = 0; o < out; o++)
			square += (z[n][o] - mean) * (z[n][o] - mean);
		square = square / out + (real)1e-5;
		inverse[n] = 1 / (sizeof mean == 4 ? sqrtf(square) : sqrt(square));
		for (int o = 0; o < out; o++) {
			normal[n][o] = (z[n][o] - mean) * inverse[n];
			z[n][o] = gain[o] * normal[n][o] + shift[o];
		}
	}
}

/* d, by the normalised and scaled value, becomes that by what was normalised. */
INLINE void normalise_back(int out, real d[BATCH][out], real normal[BATCH][out], const real *inverse,
			   const real *gain, real *dgain, real *dshift)
{
	memset(dgain, 0, (size_t)out * sizeof *dgain);
	memset(dshift, 0, (size_t)out * sizeof *dshift);
	for (int n = 0; n < BATCH; n++) {
		real mean = 0, along = 0;
		for (int o = 0; o < out; o++) {
			dgain[o] += d[n][o] * normal[n][o];
			dshift[o] += d[n][o];
			d[n][o] *= gain[o];
			mean += d[n][o];
			along += d[n][o] * normal[n][o];
		}
		for (int o = 0; o < out; o++)
			d[n][o] = inverse[n] * (d[n][o] - mean / out - normal[n][o] * along / out);
	}
}

static uint32_t drawn = 2463534242u;

INLINE void draw_mask(int out, real mask[BATCH][out])
{
	for (int n = 0; n < BATCH; n++)
		for (int o = 0; o < out; o++) {
			drawn ^= drawn << 13, drawn ^= drawn >> 17, drawn ^= drawn << 5;
			mask[n][o] = drawn >> 31 ? 2 : 0;
		}
}

INLINE void activate(int out, real z[BATCH][out], real mask[BATCH][out], real h[BATCH][out])
{
	if (training && DROPOUT)
		draw_mask(out, mask);
	for (int n = 0; n < BATCH; n++)
		for (int o = 0; o < out; o++)
			h[n][o] = activation(z[n][o]) * (training && DROPOUT ? mask[n][o] : 1);
}

/* d, by the activations, becomes that by what they are of; a value that is not dropped was doubled. */
INLINE void activate_back(int out, real d[BATCH][out], real z[BATCH][out], real mask[BATCH][out],
			  real h[BATCH][out])
{
	for (int n = 0; n < BATCH; n++)
		for (int o = 0; o < out; o++)
			d[n][o] *= slope(z[n][o], h[n][o] / (DROPOUT ? 2 : 1)) * (DROPOUT ? mask[n][o] : 1);
}

INLINE void sum_rows(int out, real d[BATCH][out], real *sums)
{
	memset(sums, 0, (size_t)out * sizeof *sums);
	for (int n = 0; n < BATCH; n++)
		for (int o = 0; o < out; o++)
			sums[o] += d[n][o];
}

/* --- a step ----------------------------------------------------------------------------------- */

#ifdef ALONE
static double head(void)
{
	double loss = 0;
	for (int n = 0; n < BATCH; n++)
		for (int c = 0; c < OUTPUTS; c++) {
			H_LAST[n][c] = activation(Z_LAST[n][c]);
			real off = H_LAST[n][c] - (c == t[first + n]);
			D_LAST[n][c] = off * slope(Z_LAST[n][c], H_LAST[n][c]) / BATCH;
			loss += off * off / 2;
		}
	return loss / BATCH;
}
#else
static double head(void)
{
	double loss = 0;
	for (int n = 0; n < BATCH; n++) {
		int class = t[first + n];
		real most = Z_LAST[n][0], sum = 0;
		for (int c = 1; c < OUTPUTS; c++)
			most = Z_LAST[n][c] > most ? Z_LAST[n][c] : most;
		for (int c = 0; c < OUTPUTS; c++) {
			H_LAST[n][c] = sizeof sum == 4 ? expf(Z_LAST[n][c] - most) : exp(Z_LAST[n][c] - most);
			sum += H_LAST[n][c];
		}
		for (int c = 0; c < OUTPUTS; c++) {
			H_LAST[n][c] /= sum;
			D_LAST[n][c] = (H_LAST[n][c] - (c == class)) / BATCH;
		}
		loss += (sizeof sum == 4 ? logf(sum) : log(sum)) - (Z_LAST[n][class] - most);
	}
	return loss / BATCH;
}
#endif

#define BELOW(k) BELOW_##k
#define BELOW_1 h0
#define BELOW_2 h1
#define BELOW_3 h2
#define BELOW_4 h3

static double forward(void)
{
#define FORWARD(k, in, out)										\
	dense(in, out, BELOW(k), W##k, b##k, z##k);							\
	if (k < LAST && NORM)										\
		normalise(out, z##k, normal##k, inverse##k, gain##k, shift##k);				\
	if (k < LAST)											\
		activate(out, z##k, mask##k, h##k);
	EACH_LAYER(FORWARD)
	return head();
}

#if defined SGD && (defined BLAS || BATCH == 1)
#define DIRECT 1
#else
#define DIRECT 0
#endif

static void backward(void)
{
#define BACK_1(in, out)
#define BACK_2(in, out) dense_input(in, out, d2, W2, d1), HIDDEN_BACK(1, in)
#define BACK_3(in, out) dense_input(in, out, d3, W3, d2), HIDDEN_BACK(2, in)
#define BACK_4(in, out) dense_input(in, out, d4, W4, d3), HIDDEN_BACK(3, in)
#define HIDDEN_BACK(k, out)										\
	activate_back(out, d##k, z##k, mask##k, h##k);							\
	if (NORM)											\
		normalise_back(out, d##k, normal##k, inverse##k, gain##k, dgain##k, dshift##k);
#define BACKWARD(k, in, out)										\
	BACK_##k(in, out);										\
	sum_rows(out, d##k, db##k);									\
	if (DIRECT) {											\
		dense_weights(in, out, d##k, BELOW(k), W##k, -rate, 1);					\
	} else {											\
		dense_weights(in, out, d##k, BELOW(k), dW##k, 1, 0);					\
		update(in *out, W##k[0], dW##k[0], mW##k[0], vW##k[0]);					\
	}												\
	update(out, b##k, db##k, mb##k, vb##k);								\
	if (k < LAST && NORM) {										\
		update(out, gain##k, dgain##k, mgain##k, vgain##k);					\
		update(out, shift##k, dshift##k, mshift##k, vshift##k);					\
	}
	BACKWARDS(BACKWARD)
}

static void take(real *to, const char *layer, const char *name, int count)
{
	char whole[40];
	strcpy(whole, layer);
	strcat(whole, name);
	const float *from = data_of(whole);
	for (int k = 0; k < count; k++)
		to[k] = from[k];
}

void contestant_begin(void)
{
	step = 0;
#define CLEAR(array) memset(array, 0, sizeof array)
#define BEGIN(k, in, out)										\
	take(W##k[0], k == LAST ? "p" : "hidden" #k, ".W", in *out);					\
	take(b##k, k == LAST ? "p" : "hidden" #k, ".b", out);						\
	CLEAR(mW##k), CLEAR(vW##k), CLEAR(mb##k), CLEAR(vb##k);						\
	if (k < LAST && NORM) {										\
		take(gain##k, "hidden" #k, ".layer_norm_2.gain", out);					\
		take(shift##k, "hidden" #k, ".layer_norm_2.shift", out);				\
		CLEAR(mgain##k), CLEAR(vgain##k), CLEAR(mshift##k), CLEAR(vshift##k);			\
	}
	EACH_LAYER(BEGIN)
	take(x[0], "x", "", ROWS * INPUTS);
	memcpy(t, data_of("t"), sizeof t);
}

double contestant_step(void)
{
#ifdef PREDICT
	forward();
	return (double)H_LAST[0][0];
#else
	double loss = 0;
	training = 1;
	for (first = 0; first < ROWS; first += BATCH) {
		step++;
		loss = forward();
		backward();
	}
	first = 0;
	return loss;
#endif
}

double contestant_loss(void)
{
	double loss = 0;
	training = 0;
	for (first = 0; first < ROWS; first += BATCH)
		loss += forward() * BATCH / ROWS;
	first = 0;
	return loss;
}
