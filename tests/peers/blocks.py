"""Blocks with parameters: outputs, losses, gradients of all parameters and inputs, and statistics.

Where ours and PyTorch's differ by intention, and what is compared instead:

  embedding   our matrix has a column for each class, PyTorch's a row: its transpose.
  batch_norm  PyTorch's running variance has the divisor n - 1, ours n: PyTorch's variance of the batch with
              the divisor n, in the same running mean.
  dropout     the masks are other draws: compared outside training only.

The rest is written in the index notation of the language: convolutions, pooling, the root mean square norm,
and attention, which is one of the models that come with the compiler.
"""

import torch
import torch.nn.functional as F

from peer_trace import Trace


def real(batch):
    """What gradients are compared of."""
    return {name: values for name, values in batch.items() if values.grad is not None}


CLASSIFIER = """
block rms_norm(x[i], epsilon = 1e-6) {
    param gain[i] = ones
    return y[i] = gain[i] * x[i] / sqrt(mean(i, x[i]^2) + epsilon)
}

input  kind class[5]
input  words[3] class[4]
input  x[2]
target species class[3]
layer  whole[3]   = embedding(kind)
layer  each[3, 2] = embedding(words)
layer  joined     = layer_norm(concat(whole, reshape(each, 6), x))
layer  hidden[5]  = silu(dense(joined))
layer  second[5]  = hidden + rms_norm(dense(hidden))
output p[3]       = softmax(dense(second))
minimize cross_entropy(p, species)
train { optimizer = sgd(rate = 0.125), batch = 4 }
"""


def classifier(dtype):
    trace = Trace("classifier", dtype, CLASSIFIER)
    p = {name: trace.parameter(name, shape) for name, shape in {
        "whole.W": (3, 5), "each.W": (2, 4), "joined.gain": (11,), "joined.shift": (11,),
        "hidden.W": (5, 11), "hidden.b": (5,), "second.W": (5, 5), "second.b": (5,),
        "second.rms_norm_2.gain": (5,), "p.W": (3, 5), "p.b": (3,),
    }.items()}
    trace.class_port("kind", 5)
    trace.class_port("words", 4, (3,))
    trace.port("x", (2,))
    trace.class_port("species", 3)
    sgd = torch.optim.SGD(p.values(), lr=0.125)
    for rows in (4, 3):
        batch = trace.batch(rows)
        whole = F.embedding(batch["kind"], p["whole.W"].T)
        each = F.embedding(batch["words"], p["each.W"].T).reshape(rows, 6)
        joined = F.layer_norm(torch.cat([whole, each, batch["x"]], dim=1), (11,),
                              p["joined.gain"], p["joined.shift"], eps=1e-5)
        hidden = F.silu(F.linear(joined, p["hidden.W"], p["hidden.b"]))
        second = F.linear(hidden, p["second.W"], p["second.b"])
        second = hidden + F.rms_norm(second, (5,), p["second.rms_norm_2.gain"], eps=1e-6)
        logits = F.linear(second, p["p.W"], p["p.b"])
        loss = F.cross_entropy(logits, batch["species"])
        trace.output("p", F.softmax(logits, dim=1))
        trace.loss(loss)
        trace.train(loss, sgd)
        trace.gradients(p | real(batch))
    trace.tensors(p)
    return trace


NORMALIZED = """
input  x[3]
target t[2]
layer  hidden[4] = relu(batch_norm(dense(x, b = none)))
layer  second[3] = batch_norm(dense(hidden, b = none), rate = 0.25, epsilon = 0.001)
output y[2]      = dense(second)
output dropped[2] = dropout(y, rate = 0.75)
minimize mse(y, t)
train { optimizer = sgd(rate = 0.125), batch = 6 }
"""


def batch_norm(x, p, layer, momentum, epsilon, training):
    """With running statistics of the divisor n."""
    mean, variance = p[f"{layer}.mean"], p[f"{layer}.variance"]
    y = F.batch_norm(x, None if training else mean, None if training else variance,
                     p[f"{layer}.gain"], p[f"{layer}.shift"], training, eps=epsilon)
    if training:
        with torch.no_grad():
            mean.lerp_(x.mean(dim=0), momentum)
            variance.lerp_(x.var(dim=0, correction=0), momentum)
    return y


def normalized(dtype):
    trace = Trace("normalized", dtype, NORMALIZED)
    p = {name: trace.parameter(name, shape, *bounds) for name, shape, *bounds in [
        ("hidden.W", (4, 3)),
        ("hidden.batch_norm_2.gain", (4,), 0.5, 1.5), ("hidden.batch_norm_2.shift", (4,)),
        ("second.W", (3, 4)),
        ("second.batch_norm_2.gain", (3,), 0.5, 1.5), ("second.batch_norm_2.shift", (3,)),
        ("y.W", (2, 3)), ("y.b", (2,)),
    ]}
    statistics = {name: trace.parameter(name, shape, *bounds).detach() for name, shape, *bounds in [
        ("hidden.batch_norm_2.mean", (4,)), ("hidden.batch_norm_2.variance", (4,), 0.5, 2),
        ("second.batch_norm_2.mean", (3,)), ("second.batch_norm_2.variance", (3,), 0.5, 2),
    ]}
    trace.port("x", (3,))
    trace.port("t", (2,))
    sgd = torch.optim.SGD(p.values(), lr=0.125)

    def network(x, training):
        hidden = F.linear(x, p["hidden.W"])
        hidden = F.relu(batch_norm(hidden, p | statistics, "hidden.batch_norm_2", 0.1, 1e-5, training))
        second = F.linear(hidden, p["second.W"])
        second = batch_norm(second, p | statistics, "second.batch_norm_2", 0.25, 1e-3, training)
        return F.linear(second, p["y.W"], p["y.b"])

    for rows in (6, 4):
        batch = trace.batch(rows)
        y = network(batch["x"], training=False)
        trace.output("y", y)
        trace.output("dropped", F.dropout(y, 0.75, training=False))
        trace.loss(F.mse_loss(y, batch["t"].detach()))
        trace.train(F.mse_loss(network(batch["x"], training=True), batch["t"].detach()), sgd)
        trace.gradients(p | real(batch))
        trace.tensors(statistics)
    trace.tensors(p)
    return trace


CONVOLVED = """
input  signal[2, 6]
input  image[2, 4, 4]
target t[2]
param  kernel[3, 2, 3] = zeros
param  shift[3] = zeros
param  filter[2, 2, 2, 2] = zeros
param  place[2] = zeros
layer  first[o: 3, p: 6] = shift[o] + sum(c: 2, sum(k: 3,
    if p + k >= 1 and p + k <= 6 then kernel[o, c, k] * signal[c, p + k - 1] else 0))
layer  pooled[o: 3, p: 2] = max(k: 3, first[o, 3 * p + k])
layer  second[o: 2, r: 2, s: 2] = place[o] + sum(c: 2, sum(i: 2, sum(j: 2,
    filter[o, c, i, j] * image[c, 2 * r + i, 2 * s + j])))
layer  mean[o: 2] = mean(r: 2, mean(s: 2, tanh(second)[o, r, s]))
output y[2] = dense(concat(reshape(pooled, 6), mean))
minimize huber(y, t)
train { optimizer = sgd(rate = 0.125), batch = 3 }
"""


def convolved(dtype):
    trace = Trace("convolved", dtype, CONVOLVED)
    p = {name: trace.parameter(name, shape) for name, shape in {
        "kernel": (3, 2, 3), "shift": (3,), "filter": (2, 2, 2, 2), "place": (2,), "y.W": (2, 8), "y.b": (2,),
    }.items()}
    trace.port("signal", (2, 6))
    trace.port("image", (2, 4, 4))
    trace.port("t", (2,))
    sgd = torch.optim.SGD(p.values(), lr=0.125)
    for rows in (3, 2):
        batch = trace.batch(rows)
        first = F.conv1d(batch["signal"], p["kernel"], p["shift"], padding=1)
        pooled = F.max_pool1d(first, 3).reshape(rows, 6)
        second = F.conv2d(batch["image"], p["filter"], p["place"], stride=2)
        mean = F.adaptive_avg_pool2d(torch.tanh(second), 1).reshape(rows, 2)
        y = F.linear(torch.cat([pooled, mean], dim=1), p["y.W"], p["y.b"])
        loss = F.huber_loss(y, batch["t"].detach())
        trace.output("y", y)
        trace.train(loss, sgd)
        trace.gradients(p | real(batch))
    trace.tensors(p)
    return trace


def attention(dtype):
    trace = Trace("attention", dtype, file="models/custom/attention.mlp")
    p = {name: trace.parameter(name, shape) for name, shape in {
        "mixed.query": (4, 4), "mixed.key": (4, 4), "mixed.value": (4, 4), "each.gain": (4,),
        "each.shift": (4,), "each.dense_2.W": (6, 4), "each.dense_2.b": (6,),
        "estimate.W": (1, 6), "estimate.b": (1,),
    }.items()}
    trace.port("sentence", (8, 4))
    trace.port("meaning", (1,))
    adam = torch.optim.Adam(p.values(), lr=0.01)
    for rows in (2, 1):
        batch = trace.batch(rows)
        sentence = batch["sentence"]
        q, k, v = (F.linear(sentence, p[f"mixed.{name}"]) for name in ("query", "key", "value"))
        mixed = sentence + F.scaled_dot_product_attention(q, k, v)
        each = F.layer_norm(mixed, (4,), p["each.gain"], p["each.shift"], eps=1e-5)
        each = torch.tanh(F.linear(each, p["each.dense_2.W"], p["each.dense_2.b"]))
        estimate = F.linear(each.mean(dim=1), p["estimate.W"], p["estimate.b"])
        trace.output("estimate", estimate)
        trace.train(F.mse_loss(estimate, batch["meaning"].detach()), adam)
        trace.gradients(p | real(batch))
    trace.tensors(p)
    return trace


def cases(dtype):
    return [make(dtype) for make in (classifier, normalized, convolved, attention)]
