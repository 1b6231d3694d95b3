/* Models that make sense: their tensors, shapes, names and values, as the dump writes them. The equations
 * and shapes were derived by hand from the definitions. */
#include <criterion/criterion.h>

#include "model_fixture.h"

static void check(const char *model, const char *dump)
{
	struct resolved resolved = resolve_text(model);
	cr_expect_not_null(resolved.model, "%s", resolved.messages);
	cr_expect_str_eq(dump_of(&resolved), dump, "%s\nis not\n%s", dump_of(&resolved), dump);
	arena_free(resolved.arena);
}

/* The example of the language, whole. */
Test(model, iris)
{
	check("model iris\n" "\n" "input  flower[4] standardize\n" "target species class[3]\n"
	      "\n" "layer  hidden[16]     = tanh(dense(flower))\n"
	      "output probability[3] = softmax(dense(hidden))\n" "\n"
	      "minimize cross_entropy(probability, species)\n" "\n" "train {\n"
	      "    optimizer = adam(rate = 0.01)\n" "    batch     = 30\n" "    epochs    = 100\n"
	      "    seed      = 7\n" "}\n",
	      "model iris\n" "input flower[4] standardize\n" "statistic flower.mean[i: 4] = 0\n"
	      "statistic flower.deviation[i: 4] = 1\n" "target species[3] class\n"
	      "parameter hidden.W[o: 16, i: 4] = (-1 + (1 + 1) * uniform(\"hidden.W\")) * "
	      "sqrt(6 * (4 + 16)^(-1))\n" "parameter hidden.b[o: 16] = 0\n"
	      "local hidden.dense[o: 16] = sum(i: 4, hidden.W[o, i] * flower[i]) + hidden.b[o]\n"
	      "layer hidden[i: 16] = tanh(hidden.dense)\n"
	      "parameter probability.W[o: 3, i: 16] = (-1 + (1 + 1) * "
	      "uniform(\"probability.W\")) * sqrt(6 * (16 + 3)^(-1))\n"
	      "parameter probability.b[o: 3] = 0\n"
	      "local probability.dense[o: 3] = sum(i: 16, probability.W[o, i] * hidden[i]) + "
	      "probability.b[o]\n"
	      "output probability[i: 3] = exp(probability.dense[i]) * sum(j: 3, "
	      "exp(probability.dense[j]))^(-1)\n"
	      "minimize -1 * sum(i: 3, species[i] * log(probability[i]))\n"
	      "train adam(rate = 0.01), batch 30, epochs 100, seed 7\n"
	      "state 0 m = 0, then 0.9 * state 0 + (1 + -0.9) * gradient\n"
	      "state 1 v = 0, then 0.999 * state 1 + (1 + -0.999) * gradient^2\n"
	      "update parameter = parameter + -1 * 0.01 * (0.9 * state 0 + (1 + -0.9) * "
	      "gradient) * (1 + -1 * 0.9^step)^(-1) * (sqrt((0.999 * state 1 + (1 + -0.999) "
	      "* gradient^2) * (1 + -1 * 0.999^step)^(-1)) + 1e-08)^(-1)\n");
}

/* The second block with parameters is numbered; a block that is the whole right side takes the name. */
Test(model, names)
{
	check("model m\n" "input x[4]\n" "layer h[3] = dense(tanh(dense[5](x)))\n"
	      "layer d = dropout(dropout(h, 0.2), rate = 0.3)\n" "output p = softmax(d)\n",
	      "model m\n" "input x[4]\n"
	      "parameter h.W[o: 5, i: 4] = (-1 + (1 + 1) * uniform(\"h.W\")) * sqrt(6 * (4 + "
	      "5)^(-1))\n" "parameter h.b[o: 5] = 0\n"
	      "local h.dense[o: 5] = sum(i: 4, h.W[o, i] * x[i]) + h.b[o]\n"
	      "parameter h.dense_2.W[o: 3, i: 5] = (-1 + (1 + 1) * uniform(\"h.dense_2.W\")) "
	      "* sqrt(6 * (5 + 3)^(-1))\n" "parameter h.dense_2.b[o: 3] = 0\n"
	      "layer h[o: 3] = sum(i: 5, h.dense_2.W[o, i] * tanh(h.dense)[i]) + h.dense_2.b[o]\n"
	      "local d.dropout.mask[i: 3] = if uniform(\"d.dropout\") < 0.2 then 0 else 1 * "
	      "(1 + -0.2)^(-1)\n"
	      "local d.dropout[i: 3] = if training then h[i] * d.dropout.mask[i] else h[i]\n"
	      "local d.dropout_2.mask[i: 3] = if uniform(\"d.dropout_2\") < 0.3 then 0 else "
	      "1 * (1 + -0.3)^(-1)\n"
	      "layer d[i: 3] = if training then d.dropout[i] * d.dropout_2.mask[i] else "
	      "d.dropout[i]\n" "output p[i: 3] = exp(d[i]) * sum(j: 3, exp(d[j]))^(-1)\n");
}

/* A block maps over leading dimensions, as do the blocks in it; parameters do not. */
Test(model, leading)
{
	check("model m\n" "input x[2, 6, 4]\n" "block wide[o](x[i]) {\n"
	      "    h = tanh(dense[7](x))\n" "    return y = dense[o](h)\n" "}\n"
	      "layer y[2, 6, 3] = wide(x)\n" "output s = softmax(y)\n",
	      "model m\n" "input x[2, 6, 4]\n"
	      "parameter y.W[o: 7, i: 4] = (-1 + (1 + 1) * uniform(\"y.W\")) * sqrt(6 * (4 + "
	      "7)^(-1))\n" "parameter y.b[o: 7] = 0\n"
	      "local y.wide.dense[n1: 2, n2: 6, o: 7] = sum(i: 4, y.W[o, i] * x[n1, n2, i]) "
	      "+ y.b[o]\n"
	      "local y.wide.h[n1: 2, n2: 6, k: 7] = tanh(y.wide.dense[n1, n2, 0..7])[k]\n"
	      "parameter y.dense_2.W[o: 3, i: 7] = (-1 + (1 + 1) * uniform(\"y.dense_2.W\")) "
	      "* sqrt(6 * (7 + 3)^(-1))\n" "parameter y.dense_2.b[o: 3] = 0\n"
	      "local y.wide.dense_2[n1: 2, n2: 6, o: 3] = sum(i: 7, y.dense_2.W[o, i] * "
	      "y.wide.h[n1, n2, i]) + y.dense_2.b[o]\n"
	      "layer y[n1: 2, n2: 6, k: 3] = y.wide.dense_2[n1, n2, k]\n"
	      "output s[n1: 2, n2: 6, i: 3] = exp(y[n1, n2, i]) * sum(j: 3, exp(y[n1, n2, "
	      "j]))^(-1)\n");
}

/* A block in an index equation depends on the letters that its arguments use, and on no others. */
Test(model, letters)
{
	check("model m\n" "input s[5, 3]\n" "input u[3]\n"
	      "layer r[t: 5, k] = softmax(s[t, 0..3])[k]\n"
	      "layer q[t: 5] = sum(k, softmax(u)[k]) * t\n",
	      "model m\n" "input s[5, 3]\n" "input u[3]\n"
	      "local r.softmax[t: 5, i: 3] = exp(s[t, i]) * sum(j: 3, exp(s[t, j]))^(-1)\n"
	      "layer r[t: 5, k: 3] = r.softmax[t, k]\n"
	      "local q.softmax[i: 3] = exp(u[i]) * sum(j: 3, exp(u[j]))^(-1)\n"
	      "output q[t: 5] = sum(k: 3, q.softmax[k]) * t\n");
}

/* Arguments for parameters: shared, left out, initial values, expressions. */
Test(model, sharing)
{
	check("model m\n" "input x[4]\n" "layer a[4] = dense(x, b = none)\n"
	      "layer b[4] = dense(a, W = a.W, b = 0.5)\n"
	      "layer c = dense(b, W = [[1, 2, 3, 4], [5, 6, 7, 8]], b = he_normal)\n"
	      "layer d[2] = dense(x, W = 2 * c.W, b = normal(deviation = 0.1))\n",
	      "model m\n" "input x[4]\n"
	      "parameter a.W[o: 4, i: 4] = (-1 + (1 + 1) * uniform(\"a.W\")) * sqrt(6 * (4 + "
	      "4)^(-1))\n" "layer a[o: 4] = sum(i: 4, a.W[o, i] * x[i])\n"
	      "parameter b.b[o: 4] = 0.5\n"
	      "layer b[o: 4] = sum(i: 4, a.W[o, i] * a[i]) + b.b[o]\n"
	      "parameter c.W[o: 2, i: 4] = [[1, 2, 3, 4], [5, 6, 7, 8]]\n"
	      "parameter c.b[o: 2] = normal(\"c.b\") * sqrt(2 * 2^(-1))\n"
	      "layer c[o: 2] = sum(i: 4, c.W[o, i] * b[i]) + c.b[o]\n"
	      "parameter d.b[o: 2] = 0 + 0.1 * normal(\"d.b\")\n"
	      "output d[o: 2] = sum(i: 4, (2 * c.W)[o, i] * x[i]) + d.b[o]\n");
}

/* Index equations, shifted reads, slices, reductions over all elements. */
Test(model, indices)
{
	check("model m\n" "size N = 3\n" "input x[4]\n" "input m[5, 5]\n"
	      "param A[o: 8, i] = 0.1 * normal() * o\n" "param K[a: N, b: N] = ones\n"
	      "layer y[o] = sum(i, A[o, i] * x[i])\n"
	      "layer conv[u: N, v: N] = sum(a, sum(b, K[a, b] * m[u + a, v + b]))\n"
	      "layer pool[u: 2, v: 2] = max(a: 2, max(b: 2, m[2 * u + a, 2 * v + b]))\n"
	      "layer back[i: 4] = x[3 - i] + (if i > 0 then x[i - 1] else 0)\n"
	      "layer all = mean(m) + argmax(x) + max(x[0..2]) + prod(k: 2, x[k + 1])\n"
	      "layer cat = concat(x, reshape(m, 25), [1, 2])\n"
	      "layer nest = max(x, 0, min(x, 1))\n",
	      "model m\n" "input x[4]\n" "input m[5, 5]\n"
	      "parameter A[o: 8, i: 4] = 0.1 * normal(\"A\") * o\n"
	      "parameter K[a: 3, b: 3] = 1\n" "layer y[o: 8] = sum(i: 4, A[o, i] * x[i])\n"
	      "layer conv[u: 3, v: 3] = sum(a: 3, sum(b: 3, K[a, b] * m[u + a, v + b]))\n"
	      "layer pool[u: 2, v: 2] = max(a: 2, max(b: 2, m[2 * u + a, 2 * v + b]))\n"
	      "layer back[i: 4] = x[3 + -1 * i] + (if 0 < i then x[i + -1] else 0)\n"
	      "layer all = sum(i: 5, sum(j: 5, m[i, j]) * 5^(-1)) * 5^(-1) + argmax(i: 4, "
	      "x[i]) + max(i: 2, x[i]) + prod(k: 2, x[k + 1])\n"
	      "layer cat[i: 31] = concat(x, reshape(m, 25), [1, 2])\n"
	      "output nest[i: 4] = max(max(x, 0), min(x, 1))\n");
}

/* How the operators of the language are written. */
Test(model, operators)
{
	check("model m\n" "input x[4]\n" "layer a = -x - x / 2 + x^2 * 3\n"
	      "layer b = if x > 0 and not (x >= 1) or x == 2 then 1 else x != 3\n"
	      "layer c = constant(x) + batch_mean(x) + uniform() + uniform() * normal()\n",
	      "model m\n" "input x[4]\n" "layer a[i: 4] = -1 * x + -1 * x * 2^(-1) + x^2 * 3\n"
	      "layer b[i: 4] = if 0 < x and not(1 <= x) or x == 2 then 1 else x != 3\n"
	      "output c[i: 4] = constant(x) + batch_sum(x) * rows^(-1) + "
	      "uniform(\"c.uniform\") + uniform(\"c.uniform.2\") * normal(\"c.normal\")\n");
}

/* Classes, scales, statistics. */
Test(model, data)
{
	check("model m\n" "input c class[5]\n" "input w[3] class[6]\n" "input v[2] scale -1 255\n"
	      "target t class[3]\n" "layer e[2] = dense(c)\n" "layer f[3, 4] = dense(w)\n"
	      "output p[3] = softmax(dense(concat(e, f[0, 0..4], v)))\n"
	      "minimize cross_entropy(p, t)\n"
	      "train { optimizer = sgd(rate = 0.1 * 0.95^epoch), batch = 8, epochs = 3, seed "
	      "= 9, patience = 2, clip = value(0.5),\n" "        freeze = [e, f.W] }\n",
	      "model m\n" "input c[5] class\n" "input w[3, 6] class\n" "input v[2] scale -1 255\n"
	      "target t[3] class\n"
	      "parameter e.W[o: 2, i: 5] frozen = (-1 + (1 + 1) * uniform(\"e.W\")) * sqrt(6 "
	      "* (5 + 2)^(-1))\n" "parameter e.b[o: 2] frozen = 0\n"
	      "layer e[o: 2] = sum(i: 5, e.W[o, i] * c[i]) + e.b[o]\n"
	      "parameter f.W[o: 4, i: 6] frozen = (-1 + (1 + 1) * uniform(\"f.W\")) * sqrt(6 "
	      "* (6 + 4)^(-1))\n" "parameter f.b[o: 4] = 0\n"
	      "layer f[n1: 3, o: 4] = sum(i: 6, f.W[o, i] * w[n1, i]) + f.b[o]\n"
	      "parameter p.W[o: 3, i: 8] = (-1 + (1 + 1) * uniform(\"p.W\")) * sqrt(6 * (8 + "
	      "3)^(-1))\n" "parameter p.b[o: 3] = 0\n"
	      "local p.dense[o: 3] = sum(i: 8, p.W[o, i] * concat(e, f[0, 0..4], v)[i]) + p.b[o]\n"
	      "output p[i: 3] = exp(p.dense[i]) * sum(j: 3, exp(p.dense[j]))^(-1)\n"
	      "minimize -1 * sum(i: 3, t[i] * log(p[i]))\n"
	      "train sgd(rate = 0.1 * 0.95^epoch), batch 8, epochs 3, seed 9, patience 2, "
	      "clip value 0.5\n"
	      "update parameter = parameter + -1 * 0.1 * 0.95^epoch * gradient\n");
}

/* Statistics of a block are read before and assigned after. */
Test(model, statistics)
{
	check("model m\n" "input x[4]\n" "block running(x[i], rate = 0.1) {\n"
	      "    statistic mean[i] = zeros\n" "    m = batch_mean(x)\n"
	      "    mean[k] = (1 - rate) * mean[k] + rate * m[k]\n"
	      "    return y[i] = x[i] - mean[i]\n" "}\n" "output y = running(x)\n",
	      "model m\n" "input x[4]\n"
	      "statistic y.mean[k: 4] = 0, then (1 + -0.1) * y.mean[k] + 0.1 * y.running.m[k]\n"
	      "local y.running.m[i: 4] = batch_sum(x) * rows^(-1)\n"
	      "output y[i: 4] = x[i] + -1 * y.mean[i]\n");
}

/* Weights are the unfrozen parameters of two dimensions or more. */
Test(model, weights)
{
	check("model m\n" "input x[2]\n" "target t[2]\n" "layer a[2] = dense(x)\n"
	      "layer b[2] = dense(a)\n" "layer c[2] = dense(b, W = a.W)\n"
	      "minimize half_sse(c, t) + 0.001 * l1(weights)\n"
	      "train { optimizer = momentum, freeze = b }\n",
	      "model m\n" "input x[2]\n" "target t[2]\n"
	      "parameter a.W[o: 2, i: 2] = (-1 + (1 + 1) * uniform(\"a.W\")) * sqrt(6 * (2 + "
	      "2)^(-1))\n" "parameter a.b[o: 2] = 0\n"
	      "layer a[o: 2] = sum(i: 2, a.W[o, i] * x[i]) + a.b[o]\n"
	      "parameter b.W[o: 2, i: 2] frozen = (-1 + (1 + 1) * uniform(\"b.W\")) * sqrt(6 "
	      "* (2 + 2)^(-1))\n" "parameter b.b[o: 2] frozen = 0\n"
	      "layer b[o: 2] = sum(i: 2, b.W[o, i] * a[i]) + b.b[o]\n" "parameter c.b[o: 2] = 0\n"
	      "output c[o: 2] = sum(i: 2, a.W[o, i] * b[i]) + c.b[o]\n"
	      "minimize 0.5 * sum(i: 2, (c[i] + -1 * t[i])^2) + 0.001 * sum(i: 2, sum(j: 2, "
	      "abs(a.W)[i, j]))\n" "train momentum, batch 32, epochs 10, seed 1\n"
	      "state 0 v = 0, then 0.9 * state 0 + gradient\n"
	      "update parameter = parameter + -1 * 0.01 * (0.9 * state 0 + gradient)\n");
}

/* Assignments follow one another: a state that has been assigned stands for its new value. */
Test(model, optimizer)
{
	check("model m\n" "input x[2]\n" "target t[2]\n" "optimizer mine(rate, damp = 2) {\n"
	      "    state v = 1\n" "    state w = 0\n" "    v = v + gradient\n"
	      "    u = v * damp\n" "    w = u\n" "    parameter = parameter - rate * u\n"
	      "    parameter = parameter * 0.5\n" "}\n" "layer y[2] = dense(x)\n"
	      "minimize half_sse(y, t)\n" "train { optimizer = mine(rate = 1 / step) }\n",
	      "model m\n" "input x[2]\n" "target t[2]\n"
	      "parameter y.W[o: 2, i: 2] = (-1 + (1 + 1) * uniform(\"y.W\")) * sqrt(6 * (2 + "
	      "2)^(-1))\n" "parameter y.b[o: 2] = 0\n"
	      "output y[o: 2] = sum(i: 2, y.W[o, i] * x[i]) + y.b[o]\n"
	      "minimize 0.5 * sum(i: 2, (y[i] + -1 * t[i])^2)\n"
	      "train mine(rate = 1 / step), batch 32, epochs 10, seed 1\n"
	      "state 0 v = 1, then state 0 + gradient\n"
	      "state 1 w = 0, then (state 0 + gradient) * 2\n"
	      "update parameter = (parameter + -1 * 1 * step^(-1) * (state 0 + gradient) * "
	      "2) * 0.5\n");
}

/* Names of a definition and of its user do not meet. */
Test(model, hygiene)
{
	check("model m\n" "size i = 4\n" "size j = 3\n" "input x[i]\n" "input gain[j]\n"
	      "block f(x[k]) {\n" "    gain[k] = x[k] + 1\n" "    return y[k] = gain[k] * i\n"
	      "}\n" "layer training = f(x)\n" "layer step[j] = softmax(gain)\n",
	      "model m\n" "input x[4]\n" "input gain[3]\n"
	      "local training.f.gain[k: 4] = x[k] + 1\n"
	      "layer training[k: 4] = training.f.gain[k] * 4\n"
	      "output step[i: 3] = exp(gain[i]) * sum(j: 3, exp(gain[j]))^(-1)\n");
}
