"""The networks of models/worked/: predictions, and of those that are trained one step of a whole batch and
one of a short one. Parameters that the text gives are given here once more.

given_probabilities has a finite loss at a probability of 0, PyTorch an infinite one: there is none here.
"""

import torch
import torch.nn.functional as F

from peer_trace import Trace


def threshold(z):
    """PyTorch has no derivative of it."""
    return torch.heaviside(z, torch.zeros_like(z))


def chain(*activations):
    """Dense layers, each followed by its activation; p has weights and biases in turn."""
    def network(x, p):
        p = list(p)
        for place, activation in enumerate(activations):
            x = activation(F.linear(x, p[2 * place], p[2 * place + 1]))
        return x
    return network


def identity(x):
    return x


def half_sse(y, t):
    return 0.5 * F.mse_loss(y, t, reduction="sum") / len(y)


def penalized(y, t, p):
    return F.mse_loss(y, t, reduction="sum") / len(y) + 0.01 * sum(w.square().sum() for w in p[::2])


# --- networks without training: texts give their parameters ---

PREDICTIONS = {
    "absolute_value": (chain(F.relu, identity), [[[1], [-1]], [0, 0], [[1, 1]], [0]],
                       [[-2.5], [0], [3], [-0.125]]),
    "neuron_layer": (chain(torch.sigmoid), [[[1, -2], [-1, 1]], [1, 0]], [[1, -1], [0, 0], [-2, 0.5]]),
    "pulse": (chain(threshold, threshold), [[[1], [1]], [-1, -2], [[1, -1]], [-0.5]],
              [[0.5], [1], [1.5], [2], [2.5]]),
    "truth_table": (chain(threshold, threshold), [
        [[-1, -1, 1, 1, -1], [-1, 1, -1, 1, 1], [-1, 1, 1, -1, -1],
         [1, -1, -1, -1, 1], [1, -1, 1, 1, 1], [1, 1, -1, -1, 1]],
        [-1.5, -2.5, -1.5, -1.5, -3.5, -2.5], [[1, 1, 1, 1, 1, 1]], [-0.5]],
        [[row >> 4 & 1, row >> 3 & 1, row >> 2 & 1, row >> 1 & 1, row & 1] for row in range(32)]),
    "xor_threshold": (chain(threshold, threshold), [[[1, 1], [-1, -1]], [-0.5, 1.5], [[1, 1]], [-1.5]],
                      [[0, 0], [0, 1], [1, 0], [1, 1]]),
}


def prediction(name, dtype):
    network, parameters, x = PREDICTIONS[name]
    trace = Trace(name, dtype, file=f"models/worked/{name}.mlp")
    x = trace.given("x", torch.tensor(x, dtype=dtype))
    trace.batch(len(x))
    y = network(x, [torch.tensor(p, dtype=dtype) for p in parameters])
    trace.output("y", y)
    return trace


# --- networks that are trained: input, target and output with their ports; parameters by name, drawn by their
# shape or given; network, loss, optimiser, batches ---

TRAINED = {
    "curve": (
        "x", 1, "t", 1, "y", {"hidden.W": (32, 1), "hidden.b": (32,), "y.W": (1, 32), "y.b": (1,)},
        chain(torch.tanh, identity), F.mse_loss, lambda p: torch.optim.Adam(p, lr=0.01), (6, 5)),
    "house_price": (
        "house", 3, "price", 1, "estimate", {
            "a1.W": [[0.01, -0.02, 0.03], [0.04, 0.05, -0.06]], "a1.b": [0.001, -0.001],
            "a2.W": [[0.1, -0.1], [0.1, 0.1]], "a2.b": [0.01, 0.01],
            "estimate.W": [[0.1, 0.1]], "estimate.b": [0.01]},
        chain(F.relu, F.relu, F.relu), half_sse, lambda p: torch.optim.SGD(p, lr=0.1), (1, 1)),
    "linear_fit": (
        "today", 1, "tomorrow", 1, "estimate", {"estimate.W": (1, 1), "estimate.b": (1,)},
        chain(identity), F.mse_loss, lambda p: torch.optim.SGD(p, lr=0.1), (4, 3)),
    "logistic_regression": (
        "x", 2, "t", 1, "y", {"y.W": (1, 2), "y.b": (1,)},
        chain(torch.sigmoid), F.binary_cross_entropy, lambda p: torch.optim.SGD(p, lr=0.5), (4, 3)),
    "penalty": (
        "x", 3, "t", 2, "y", {"hidden.W": (4, 3), "hidden.b": (4,), "y.W": (2, 4), "y.b": (2,)},
        chain(identity, identity), penalized, lambda p: torch.optim.SGD(p, lr=0.01), (4, 3)),
    "three_hidden_layers": (
        "x", 2, "t", 2, "y", {
            "h1.W": (2, 2), "h1.b": (2,), "h2.W": (2, 2), "h2.b": (2,),
            "h3.W": (2, 2), "h3.b": (2,), "y.W": (2, 2), "y.b": (2,)},
        chain(*[torch.sigmoid] * 4), F.mse_loss, lambda p: torch.optim.SGD(p, lr=0.5), (4, 3)),
    "xor_step": (
        "x", 2, "t", 1, "y", {
            "h.W": [[0.5, 0.5], [-0.5, -0.5]], "h.b": [-0.2, 0.7], "y.W": [[1, 1]], "y.b": [-0.5]},
        chain(torch.sigmoid, torch.sigmoid), half_sse, lambda p: torch.optim.SGD(p, lr=0.5), (4, 3)),
}


def parameter(trace, name, start, dtype):
    if isinstance(start, tuple):
        return trace.parameter(name, start)
    return torch.tensor(start, dtype=dtype, requires_grad=True)


def trained(name, dtype):
    inputs, width, target, height, output, starts, network, loss_of, make, batches = TRAINED[name]
    trace = Trace(name, dtype, file=f"models/worked/{name}.mlp")
    p = {each: parameter(trace, each, start, dtype) for each, start in starts.items()}
    trace.port(inputs, (width,), *((40, 60) if name == "house_price" else (-1, 2)))
    trace.port(target, (height,), 0, 1)
    optimizer = make(list(p.values()))
    for rows in batches:
        batch = trace.batch(rows)
        y, t = network(batch[inputs], p.values()), batch[target].detach()
        loss = loss_of(y, t, list(p.values())) if loss_of is penalized else loss_of(y, t)
        trace.output(output, y)
        trace.loss(loss)
        trace.train(loss, optimizer)
        trace.gradients(p | {inputs: batch[inputs]})
    trace.tensors(p)
    return trace


# --- and those of another form ---

def computational_graph(dtype):
    trace = Trace("computational_graph", dtype, file="models/worked/computational_graph.mlp")
    x = trace.given("x", torch.tensor([[1, 2, 0], [0.5, -1, 3], [-2, 0.25, 0.125]], dtype=dtype))
    trace.batch(3)
    y = (x[:, 0:1] + x[:, 1:2]) * torch.maximum(x[:, 1:2], x[:, 2:3])
    trace.output("y", y)
    trace.train(y.mean())
    trace.gradients({"x": x})
    return trace


def given_probabilities(dtype):
    trace = Trace("given_probabilities", dtype, file="models/worked/given_probabilities.mlp")
    p = torch.tensor([[0.25, 0.625, 0.125], [0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], dtype=dtype)
    p = trace.given("p", p)
    t = trace.given("t", torch.tensor([1, 0, 2]))
    trace.batch(3)
    trace.output("q", p)
    trace.train(F.nll_loss(torch.log(p), t))
    trace.gradients({"p": p})
    return trace


def three_classes(dtype):
    trace = Trace("three_classes", dtype, file="models/worked/three_classes.mlp")
    z = trace.given("z", torch.tensor([[0.25, 1.5, -2], [100, 0, -100], [0, 0, 0]], dtype=dtype))
    t = trace.given("t", torch.tensor([1, 2, 0]))
    trace.batch(3)
    trace.output("p", F.softmax(z, dim=1))
    trace.train(F.cross_entropy(z, t))
    trace.gradients({"z": z})
    return trace


def weighted_loss(dtype):
    trace = Trace("weighted_loss", dtype, file="models/worked/weighted_loss.mlp")
    w = torch.tensor([[0.5, -0.25]], dtype=dtype, requires_grad=True)
    b = torch.tensor([0.125], dtype=dtype, requires_grad=True)
    trace.port("x", (2,))
    trace.port("importance", (1,), 0, 3)
    trace.port("t", (1,))
    sgd = torch.optim.SGD([w, b], lr=0.1)
    for rows in (4, 3):
        batch = trace.batch(rows)
        y = F.linear(batch["x"], w, b)
        errors = F.l1_loss(y, batch["t"].detach(), reduction="none")
        loss = (batch["importance"] * errors).mean() + 0.01 * w.square().sum()
        trace.output("y", y)
        trace.train(loss, sgd)
        trace.gradients({"y.W": w, "y.b": b, "x": batch["x"], "importance": batch["importance"]})
        trace.tensors({"y.W": w, "y.b": b})
    return trace


def cases(dtype):
    return [
        *(prediction(name, dtype) for name in PREDICTIONS),
        *(trained(name, dtype) for name in TRAINED),
        *(make(dtype) for make in (computational_graph, given_probabilities, three_classes, weighted_loss)),
    ]
