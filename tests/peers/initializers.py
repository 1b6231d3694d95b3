"""Initialisers: from the same draws, by how much they are shifted and stretched.

The draws themselves are others. So PyTorch's initialiser is compared with its own draw from the same state of
its generator, and ours with our own draw of the same name: of the model `draws`.

  he_uniform, he_normal  are kaiming_uniform_ and kaiming_normal_ for relu
  lecun_normal           is kaiming_normal_ for a linear layer
  orthogonal             is compared by the products of its rows, or columns where it has more rows

Of three and more dimensions PyTorch counts the later ones in fan_out too, we only the first: no such matrices
where fan_out counts.
"""

import torch
from torch.nn import init

from peer_trace import Trace

# the initialiser in the language, its draw, shape, PyTorch's initialiser
INITIALIZERS = {
    "zeros_w": ("zeros", "normal()", (3, 4), init.zeros_),
    "ones_w": ("ones", "normal()", (3, 4), init.ones_),
    "uniform_1": ("uniform", "uniform(-1, 1)", (3, 4), lambda w: init.uniform_(w, -1, 1)),
    "uniform_2": ("uniform(0.25, 3)", "uniform(-1, 1)", (3, 4), lambda w: init.uniform_(w, 0.25, 3)),
    "normal_1": ("normal", "normal()", (3, 4), init.normal_),
    "normal_2": ("normal(0.5, 2)", "normal()", (3, 4), lambda w: init.normal_(w, 0.5, 2)),
    "glorot_uniform_w": ("glorot_uniform", "uniform(-1, 1)", (3, 7), init.xavier_uniform_),
    "glorot_normal_w": ("glorot_normal", "normal()", (7, 3), init.xavier_normal_),
    "he_uniform_w": ("he_uniform", "uniform(-1, 1)", (3, 7),
                     lambda w: init.kaiming_uniform_(w, nonlinearity="relu")),
    "he_uniform_2": ("he_uniform", "uniform(-1, 1)", (3, 2, 5),
                     lambda w: init.kaiming_uniform_(w, nonlinearity="relu")),
    "he_normal_w": ("he_normal", "normal()", (7, 3), lambda w: init.kaiming_normal_(w, nonlinearity="relu")),
    "he_normal_2": ("he_normal", "normal()", (3, 2, 2, 5),
                    lambda w: init.kaiming_normal_(w, nonlinearity="relu")),
    "lecun_normal_w": ("lecun_normal", "normal()", (3, 7),
                       lambda w: init.kaiming_normal_(w, nonlinearity="linear")),
}

ORTHOGONAL = {
    "wide": ("orthogonal", (3, 5), init.orthogonal_),
    "tall": ("orthogonal(2)", (5, 3), lambda w: init.orthogonal_(w, gain=2)),
    "deep": ("orthogonal(gain = 0.5)", (3, 2, 2), lambda w: init.orthogonal_(w, gain=0.5)),
}


def draw_of(words, shape, dtype):
    values = torch.empty(shape, dtype=dtype)
    return values.uniform_(-1, 1) if words.startswith("uniform") else values.normal_()


def line(initializer, words, shape, dtype):
    """Offset and factor: the line through the least and the largest draw."""
    torch.manual_seed(1)
    draws = draw_of(words, shape, dtype).flatten()
    torch.manual_seed(1)
    values = initializer(torch.empty(shape, dtype=dtype)).flatten()
    low, high = draws.argmin(), draws.argmax()
    factor = (values[high] - values[low]) / (draws[high] - draws[low])
    return torch.stack([values[low] - factor * draws[low], factor])


def products(initializer, shape, dtype):
    torch.manual_seed(1)
    w = initializer(torch.empty(shape, dtype=dtype)).flatten(start_dim=1)
    return w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w


def text_of(place):
    """Of the draws alone, or of the initialisers."""
    lines = ["input x[1]"]
    for name, row in INITIALIZERS.items():
        lines += [f"param {name}{list(row[2])} = {row[place]}"]
    for name, (words, shape, _) in ORTHOGONAL.items():
        lines += [f"param {name}{list(shape)} = {words}"]
    total = " + ".join(f"sum({name})" for name in [*INITIALIZERS, *ORTHOGONAL])
    return "\n".join([*lines, f"output y[1] = x + {total}"])


def cases(dtype):
    draws = Trace("draws", dtype, text_of(1))
    draws.lines.append("keep")
    trace = Trace("initializers", dtype, text_of(0))
    for name, (_, words, shape, initializer) in INITIALIZERS.items():
        trace.stretched(name, line(initializer, words, shape, dtype))
    for name, (_, shape, initializer) in ORTHOGONAL.items():
        trace.products(name, products(initializer, shape, dtype))
    return [draws, trace]
