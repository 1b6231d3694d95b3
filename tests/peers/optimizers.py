"""Optimisers: 100 steps of a network of two layers, each on a batch of its own, some of them short; its
parameters after one step and after all. Other arguments, schedules, clipping, decay and freezing likewise in
20 steps.

Where ours and PyTorch's differ by intention, and what is compared instead:

  names       rate is lr; in rmsprop decay is alpha, in adadelta rho, in adamw weight_decay; shrink and grow
              are the etas of Rprop, least and most its step_sizes.
  defaults    some are PyTorch's: adam, adamw, nadam (but for its momentum), rmsprop, adagrad, rprop. Others
              are those of the papers: adadelta decays by 0.95, where PyTorch has 0.9.
  momentum    is SGD(momentum=…) without dampening; nesterov is SGD(nesterov=True).
  nadam       PyTorch's momentum grows with the step; ours is constant, its limit for a large momentum_decay.
  decay       SGD(weight_decay=d) adds d p to the gradient: the derivative of `0.5 * d * sumsq(p)`.
  clip        clip_grad_norm_ divides by the norm plus 1e-6, we by the norm: written here without it.

What PyTorch does not have is written from its paper: Lion (Chen et al. 2023, algorithm 2), Lookahead (Zhang
et al. 2019, algorithm 1).
"""

import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import optim
from torch.optim import lr_scheduler

from peer_trace import Trace



class Lion(optim.Optimizer):
    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = torch.sign(torch.lerp(p.grad, m, beta1))
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                m.lerp_(p.grad, 1 - beta2)


class Lookahead:
    """Around another optimiser."""

    def __init__(self, inner, steps, alpha):
        self.inner, self.steps, self.alpha, self.taken = inner, steps, alpha, 0
        self.parameters = [p for group in inner.param_groups for p in group["params"]]
        self.slow = [p.detach().clone() for p in self.parameters]

    def zero_grad(self):
        self.inner.zero_grad()

    @torch.no_grad()
    def step(self):
        self.inner.step()
        self.taken += 1
        if self.taken % self.steps == 0:
            for slow, p in zip(self.slow, self.parameters):
                slow.lerp_(p, self.alpha)
                p.copy_(slow)


LION = """
optimizer lion(rate = 0.0001, beta1 = 0.9, beta2 = 0.99, decay = 0) {
    state m = 0
    direction = sign(beta1 * m + (1 - beta1) * gradient)
    m = beta2 * m + (1 - beta2) * gradient
    parameter = parameter - rate * (direction + decay * parameter)
}
"""


def clip_norm(parameters, limit):
    norm = torch.linalg.vector_norm(torch.cat([p.grad.flatten() for p in parameters]))
    if norm > limit:
        for p in parameters:
            p.grad *= limit / norm


def clip_value(parameters, limit):
    torch.nn.utils.clip_grad_value_(parameters, limit)


def cosine(optimizer):
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)


def halved(optimizer):
    return lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)


def exponential(optimizer):
    return lr_scheduler.ExponentialLR(optimizer, gamma=0.875)


def by_root(optimizer):
    return lr_scheduler.LambdaLR(optimizer, lambda k: 1 / math.sqrt(k + 1))


def warmed(optimizer):
    return lr_scheduler.LinearLR(optimizer, start_factor=0.125, total_iters=10)


SGD = optim.SGD

# the settings in the language, PyTorch's optimiser; schedule by epoch or by step, clipping, penalty,
# definitions
RUNS = {
    "sgd_run": ("sgd(rate = 0.125)", lambda p: SGD(p, lr=0.125)),
    "momentum_run": ("momentum(rate = 0.03125)", lambda p: SGD(p, lr=0.03125, momentum=0.9)),
    "nesterov_run": ("nesterov(rate = 0.03125)", lambda p: SGD(p, lr=0.03125, momentum=0.9, nesterov=True)),
    "adagrad_run": ("adagrad()", optim.Adagrad),
    "rmsprop_run": ("rmsprop()", optim.RMSprop),
    "adadelta_run": ("adadelta()", lambda p: optim.Adadelta(p, rho=0.95)),
    "adam_run": ("adam()", optim.Adam),
    "adamw_run": ("adamw()", optim.AdamW),
    "nadam_run": ("nadam()", lambda p: optim.NAdam(p, momentum_decay=1e9)),
    "rprop_run": ("rprop()", optim.Rprop),
    "adam_2": ("adam(rate = 0.01, beta1 = 0.8, beta2 = 0.95, epsilon = 0.001)",
               lambda p: optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-3)),
    "adamw_2": ("adamw(rate = 0.01, beta1 = 0.8, beta2 = 0.95, epsilon = 0.001, decay = 0.25)",
                lambda p: optim.AdamW(p, lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.25)),
    "lion_run": ("lion(rate = 0.002, decay = 0.125)", lambda p: Lion(p, lr=0.002, weight_decay=0.125),
                 {"definitions": LION}),
    "by_epoch": ("adadelta(rate = 0.5 * 0.875^epoch, decay = 0.75, epsilon = 0.001)",
                 lambda p: optim.Adadelta(p, lr=0.5, rho=0.75, eps=1e-3), {"by_epoch": exponential}),
    "by_root": ("adagrad(rate = 0.25 / sqrt(step), epsilon = 0.125)",
                lambda p: optim.Adagrad(p, lr=0.25, eps=0.125), {"by_step": by_root}),
    "halved": ("nesterov(rate = 0.0625 * 0.5^floor(epoch / 3), momentum = 0.75)",
               lambda p: SGD(p, lr=0.0625, momentum=0.75, nesterov=True), {"by_epoch": halved}),
    "cosine": ("rmsprop(rate = 0.005 * (1 + cos(3.141592653589793 * epoch / 10)), decay = 0.75, "
               "epsilon = 0.125)",
               lambda p: optim.RMSprop(p, lr=0.01, alpha=0.75, eps=0.125), {"by_epoch": cosine}),
    "warmed": ("nadam(rate = 0.0625 * min(1, 0.125 + 0.875 * (step - 1) / 10), beta1 = 0.8, beta2 = 0.95, "
               "epsilon = 0.001)",
               lambda p: optim.NAdam(p, lr=0.0625, betas=(0.8, 0.95), eps=1e-3, momentum_decay=1e9),
               {"by_step": warmed}),
    "clip_norm": ("sgd(rate = 0.25), clip = norm(0.25)", lambda p: SGD(p, lr=0.25),
                  {"clip": lambda p: clip_norm(p, 0.25)}),
    "clip_value": ("momentum(rate = 0.03125, momentum = 0.75), clip = value(0.0625)",
                   lambda p: SGD(p, lr=0.03125, momentum=0.75),
                   {"clip": lambda p: clip_value(p, 0.0625)}),
    "decay": ("momentum(rate = 0.0625)", lambda p: SGD([
        {"params": [p[0], p[2]], "weight_decay": 0.25}, {"params": [p[1], p[3]]}], lr=0.0625, momentum=0.9),
              {"penalty": " + 0.125 * sumsq(weights)"}),
    "frozen": ("rprop(rate = 0.25, shrink = 0.25, grow = 1.5, least = 0.125, most = 0.3125), "
               "freeze = [hidden, y.b]",
               lambda p: optim.Rprop(p[2:3], lr=0.25, etas=(0.25, 1.5), step_sizes=(0.125, 0.3125))),
}


def text_of(settings, options):
    return f"""{options.definitions}
input  x[3]
target t[2]
layer  hidden[4] = tanh(dense(x))
output y[2] = dense(hidden)
minimize mse(y, t){options.penalty}
train {{ optimizer = {settings}, batch = 8 }}
"""


def run(name, dtype):
    settings, make, *more = RUNS[name]
    options = SimpleNamespace(definitions="", penalty="", by_epoch=None, by_step=None, clip=None)
    options.__dict__.update(*more)
    trace = Trace(name, dtype, text_of(settings, options).lstrip())
    parameters = [
        trace.parameter("hidden.W", (4, 3)), trace.parameter("hidden.b", (4,)),
        trace.parameter("y.W", (2, 4)), trace.parameter("y.b", (2,)),
    ]
    trace.port("x", (3,))
    trace.port("t", (2,))
    optimizer = make(parameters)
    by_epoch, by_step = (make and make(optimizer) for make in (options.by_epoch, options.by_step))
    steps, told = (100, (0, 99)) if name.endswith("_run") else (20, (19,))
    for step in range(steps):
        if by_epoch and step % 4 == 0:
            trace.epoch(step // 4)
        train(trace, parameters, optimizer, options, rows=5 if step % 4 == 3 else 8)
        if step in told:
            trace.tensors(dict(zip(("hidden.W", "hidden.b", "y.W", "y.b"), parameters)))
        if by_step:
            by_step.step()
        if by_epoch and step % 4 == 3:
            by_epoch.step()
    return trace


def train(trace, parameters, optimizer, options, rows):
    batch = trace.batch(rows)
    hidden = torch.tanh(F.linear(batch["x"], parameters[0], parameters[1]))
    loss = F.mse_loss(F.linear(hidden, parameters[2], parameters[3]), batch["t"].detach())
    optimizer.zero_grad()
    loss.backward()
    # the penalty is part of our loss, and of PyTorch's update
    penalty = 0.125 * (parameters[0].square().sum() + parameters[2].square().sum()) if options.penalty else 0
    trace.trained(loss + penalty)
    if options.clip:
        options.clip(parameters)
    optimizer.step()


def lookahead(dtype):
    trace = Trace("lookahead_run", dtype, file="models/custom/lookahead.mlp")
    parameters = [
        trace.parameter("hidden.W", (8, 2)), trace.parameter("hidden.b", (8,)),
        trace.parameter("probability.W", (1, 8)), trace.parameter("probability.b", (1,)),
    ]
    trace.port("x", (2,))
    trace.port("inside", (1,), 0, 1)
    optimizer = Lookahead(optim.Adam(parameters, lr=0.02), steps=5, alpha=0.5)
    for step in range(20):
        batch = trace.batch(5 if step % 4 == 3 else 8)
        hidden = torch.tanh(F.linear(batch["x"], parameters[0], parameters[1]))
        logit = F.linear(hidden, parameters[2], parameters[3])
        loss = F.binary_cross_entropy_with_logits(logit, batch["inside"].detach())
        trace.train(loss, optimizer)
        if step in (0, 19):
            trace.tensors(dict(zip(("hidden.W", "hidden.b", "probability.W", "probability.b"), parameters)))
    return trace


def cases(dtype):
    return [*(run(name, dtype) for name in RUNS), lookahead(dtype)]
