"""Losses: each with a weight of its own in one sum, so that the gradient of a weight is the value of its
loss. A whole batch and a short one.

PyTorch divides the losses of a batch by its elements or by its rows, as told by `reduction`; ours are those
of one sample, and their mean over the rows. Where the two differ by intention, and what is compared instead:

  binary_cross_entropy  PyTorch limits logarithms to -100 and we the operand to 2^-126: no probability of 0.
  poisson_nll_loss      adds `eps` to the rate, 1e-8 unless told otherwise: told 0.
  class weights         F.cross_entropy divides by the sum of the weights, we by the rows: its sum by them.
  cosine_similarity     limits the norms from below: no vector of 0.

What PyTorch does not have is written from its definition, with torch.autograd for the derivative:

  log_cosh              log(cosh(y - t))
  quantile              Koenker and Bassett 1978: the pinball loss
  focal                 Lin et al. 2017, equation 4, without alpha
  squared_hinge         the square of what margin_ranking_loss gives
"""

import torch
import torch.nn.functional as F

from peer_trace import Trace

WIDTH = 4
ROWS = 3


def rowwise(function):
    """The mean over the rows of a loss whose elements PyTorch adds."""
    return lambda y, t: function(y, t, reduction="sum") / len(y)


def hinge(y, t, **options):
    """max(0, -t (y - 0) + 1)"""
    return F.margin_ranking_loss(y, torch.zeros_like(y), t, margin=1, **options)


def quantile(q):
    return lambda y, t: torch.where(t >= y, q * (t - y), (1 - q) * (y - t)).mean()


def focal(gamma):
    def loss(p, t):
        of_class = p.gather(1, t.unsqueeze(1))
        return (-((1 - of_class) ** gamma) * torch.log(of_class)).mean()
    return loss


def smooth(smoothing):
    return lambda z, t: F.cross_entropy(z, t, label_smoothing=smoothing)


CLASS_WEIGHTS = [0.5, 1, 2, 0.25]


def weighted(z, t):
    weights = torch.tensor(CLASS_WEIGHTS, dtype=z.dtype)
    return F.cross_entropy(z, t, weight=weights, reduction="sum") / len(z)


# What a prediction or target gets: bounds of drawn numbers, a table of given ones, or classes.
PROBABILITIES = [[0.5, 0.25, 0.125, 0.125], [0.1, 0.2, 0.3, 0.4], [0.05, 0.05, 0.85, 0.05]]
OTHERS = [[0.7, 0.1, 0.1, 0.1], [0, 0.5, 0.5, 0], [0.25, 0.3, 0.15, 0.3]]
SIDES = [[1, -1, -1, 1], [-1, -1, 1, 1], [1, 1, 1, -1]]
CLASSES = "classes"

REAL = ((-2, 2), (-2, 2))
RATE = ((0.25, 4), (0, 3))
EVENT = ((0.03125, 0.96875), (0, 1))
SIDE = ((-2, 2), SIDES)
LABEL = ((-3, 3), CLASSES)
LOGIT = ((-3, 3), OTHERS)
HIT = (PROBABILITIES, CLASSES)
PROBABILITY = (PROBABILITIES, OTHERS)

# the call in the language, PyTorch's function, what both get
LOSSES = {
    "mse": ("mse(Y, T)", F.mse_loss, REAL),
    "sse": ("sse(Y, T)", rowwise(F.mse_loss), REAL),
    "half_sse": ("half_sse(Y, T)", lambda y, t: 0.5 * rowwise(F.mse_loss)(y, t), REAL),
    "mae": ("mae(Y, T)", F.l1_loss, REAL),
    "huber": ("huber(Y, T)", F.huber_loss, REAL),
    "huber_2": ("huber(Y, T, delta = 0.25)", lambda y, t: F.huber_loss(y, t, delta=0.25), REAL),
    "log_cosh": ("log_cosh(Y, T)", lambda y, t: torch.log(torch.cosh(y - t)).mean(), REAL),
    "quantile": ("quantile(Y, T)", quantile(0.5), REAL),
    "quantile_2": ("quantile(Y, T, q = 0.875)", quantile(0.875), REAL),
    "cosine": ("cosine(Y, T)", lambda y, t: (1 - F.cosine_similarity(y, t)).mean(), REAL),
    "poisson": ("poisson(Y, T)", lambda y, t: F.poisson_nll_loss(y, t, log_input=False, eps=0), RATE),
    "poisson_2": ("poisson(exp(Y), T)", F.poisson_nll_loss, REAL),
    "event": ("binary_cross_entropy(Y, T)", F.binary_cross_entropy, EVENT),
    "event_2": ("binary_cross_entropy(sigmoid(Y), T)", F.binary_cross_entropy_with_logits, REAL),
    "hinge": ("hinge(Y, T)", hinge, SIDE),
    "squared_hinge": ("squared_hinge(Y, T)",
                      lambda y, t: hinge(y, t, reduction="none").square().mean(), SIDE),
    "class": ("cross_entropy(softmax(Y), T)", F.cross_entropy, LABEL),
    "class_2": ("cross_entropy(Y, T)", lambda p, t: F.nll_loss(torch.log(p), t), HIT),
    "class_3": ("cross_entropy(softmax(Y), T)", F.cross_entropy, LOGIT),
    "weighted": (f"sum(i, {CLASS_WEIGHTS}[i] * T[i]) * cross_entropy(softmax(Y), T)",
                 weighted, LABEL),
    "smooth": ("smooth_cross_entropy(softmax(Y), T)", smooth(0.1), LABEL),
    "smooth_2": ("smooth_cross_entropy(softmax(Y), T, smoothing = 0.375)", smooth(0.375), LABEL),
    "focal": ("focal(Y, T)", focal(2), HIT),
    "focal_2": ("focal(softmax(Y), T, gamma = 0.5)", lambda z, t: focal(0.5)(F.softmax(z, dim=1), t), LABEL),
    "kl": ("kl_divergence(Y, T)", lambda p, t: F.kl_div(torch.log(p), t, reduction="batchmean"), PROBABILITY),
}

def text_of(names):
    lines, terms = [], []
    for name in names:
        call, _, (_, target) = LOSSES[name]
        extent = f" class[{WIDTH}]" if target is CLASSES else f"[{WIDTH}]"
        lines += [f"input  y_{name}[{WIDTH}]", f"target t_{name}{extent}", f"param  w_{name}[1] = ones"]
        terms += [f"w_{name}[0] * {call}".replace("Y", f"y_{name}").replace("T", f"t_{name}")]
    return "\n".join([*lines, f"output y[{WIDTH}] = y_mse", "minimize " + "\n    + ".join(terms),
                      f"train {{ optimizer = sgd(rate = 0.125), batch = {ROWS} }}"])


def declare(trace, name, kind):
    if kind is CLASSES:
        trace.class_port(name, WIDTH)
    elif isinstance(kind, tuple):
        trace.port(name, (WIDTH,), *kind)


def of_samples(dtype):
    trace = Trace("losses", dtype, text_of(LOSSES))
    weights = {f"w_{name}": trace.parameter(f"w_{name}", (1,), 0.5, 2) for name in LOSSES}
    ports = {f"{letter}_{name}": kind for name, row in LOSSES.items() for letter, kind in zip("yt", row[2])}
    for name, kind in ports.items():
        declare(trace, name, kind)
    sgd = torch.optim.SGD(weights.values(), lr=0.125)
    for rows in (ROWS, ROWS - 1):
        given = {name: trace.given(name, torch.tensor(kind[:rows], dtype=dtype))
                 for name, kind in ports.items() if isinstance(kind, list)}
        values = {**trace.batch(rows), **given}
        total = sum(weights[f"w_{name}"][0] * row[1](values[f"y_{name}"], values[f"t_{name}"].detach())
                    for name, row in LOSSES.items())
        trace.loss(total)
        trace.train(total, sgd)
        trace.gradients(weights | {f"y_{name}": values[f"y_{name}"] for name in LOSSES})
    return trace


def of_parameters(dtype):
    text = """
input  x[4]
target t[3]
param  p[3, 4] = zeros
param  q[5] = zeros
output y[3] = dense(x, W = p, b = none)
minimize mse(y, t) + 0.25 * l1(p) + 0.5 * sumsq(p) + 0.75 * l2(p) + 0.125 * sumsq(weights)
    + sumsq(q) + l1(q) + l2(q)
train { optimizer = sgd(rate = 0.125), batch = 4 }
"""
    trace = Trace("penalties", dtype, text)
    p = trace.parameter("p", (3, 4))
    q = trace.parameter("q", (5,))
    trace.port("x", (4,))
    trace.port("t", (3,))
    sgd = torch.optim.SGD([p, q], lr=0.125)
    norm = torch.linalg.vector_norm
    for rows in (4, 1):
        batch = trace.batch(rows)
        loss = F.mse_loss(F.linear(batch["x"], p), batch["t"].detach())
        loss = loss + 0.25 * norm(p, 1) + 0.625 * p.square().sum() + 0.75 * norm(p)
        loss = loss + q.square().sum() + norm(q, 1) + norm(q)
        trace.loss(loss)
        trace.train(loss, sgd)
        trace.gradients({"p": p, "q": q, "x": batch["x"]})
        trace.tensors({"p": p, "q": q})
    return trace


def cases(dtype):
    return [of_samples(dtype), of_parameters(dtype)]
