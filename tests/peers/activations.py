"""Activations and element functions: values and derivatives at fixed points, on both sides of each kink and
on it.

Where ours and PyTorch's differ by intention, and what is compared instead:

  softplus    PyTorch is linear beyond `threshold`, 20 unless told otherwise: told 1000.
  step        PyTorch has no derivative of heaviside: the derivative is 0 here.
  gelu_tanh   ours is flat in its argument beyond 30, where tanh is 1: the same values.
  max, min    PyTorch halves the gradient between equal operands, we give it to one: no equal ones here.
  hard_sigmoid, hard_swish
              PyTorch's own multiply by a 1/6 of float even in double: written with hardtanh.
  sqrt        at 0 the derivative is infinite in PyTorch and 0 here: not at 0 here.
"""

import torch
import torch.nn.functional as F

from peer_trace import Trace

POINTS = [-6, -3, -2.5, -1, -0.75, 0, 0.75, 1, 2.5, 3, 6]
POSITIVE = [2**-10, 0.125, 0.5, 0.9375, 1, 1.0625, 2, 6, 50, 1000]

# the call in the language, PyTorch's function, points
FUNCTIONS = {
    "identity": ("identity(X)", torch.nn.Identity(), POINTS),
    "step": ("step(X)", lambda x: torch.heaviside(x, torch.zeros_like(x)).detach() + 0 * x, POINTS),
    "relu": ("relu(X)", F.relu, POINTS),
    "leaky_relu": ("leaky_relu(X)", F.leaky_relu, POINTS),
    "leaky_relu_2": ("leaky_relu(X, slope = 0.25)", lambda x: F.leaky_relu(x, 0.25), POINTS),
    "elu": ("elu(X)", F.elu, POINTS),
    "elu_2": ("elu(X, alpha = 0.5)", lambda x: F.elu(x, 0.5), POINTS),
    "celu": ("celu(X)", F.celu, POINTS),
    "celu_2": ("celu(X, alpha = 2)", lambda x: F.celu(x, 2), POINTS),
    "selu": ("selu(X)", F.selu, POINTS),
    "sigmoid": ("sigmoid(X)", torch.sigmoid, POINTS),
    "hard_sigmoid": ("hard_sigmoid(X)", lambda x: F.hardtanh(x + 3, 0, 6) / 6, POINTS),
    "hard_tanh": ("hard_tanh(X)", F.hardtanh, POINTS),
    "softplus": ("softplus(X)", lambda x: F.softplus(x, threshold=1000), POINTS),
    "softsign": ("softsign(X)", F.softsign, POINTS),
    "silu": ("silu(X)", F.silu, POINTS),
    "hard_swish": ("hard_swish(X)", lambda x: x * F.hardtanh(x + 3, 0, 6) / 6, POINTS),
    "mish": ("mish(X)", F.mish, POINTS),
    "gelu": ("gelu(X)", F.gelu, POINTS),
    "gelu_tanh": ("gelu_tanh(X)", lambda x: F.gelu(x, approximate="tanh"), POINTS),
    "softmax": ("softmax(X)", lambda x: F.softmax(x, dim=-1), POINTS),
    "log_softmax": ("log_softmax(X)", lambda x: F.log_softmax(x, dim=-1), POINTS),
    "unit_vector": ("unit_vector(X)", lambda x: F.normalize(x, dim=-1), POINTS),
    "tanh": ("tanh(X)", torch.tanh, POINTS),
    "exp": ("exp(X)", torch.exp, POINTS),
    "expm1": ("expm1(X)", torch.expm1, POINTS),
    "abs": ("abs(X)", torch.abs, POINTS),
    "sign": ("sign(X)", torch.sign, POINTS),
    "floor": ("floor(X)", torch.floor, POINTS),
    "sin": ("sin(X)", torch.sin, POINTS),
    "cos": ("cos(X)", torch.cos, POINTS),
    "erf": ("erf(X)", torch.erf, POINTS),
    "erfc": ("erfc(X)", torch.erfc, POINTS),
    "logistic": ("logistic(X)", torch.sigmoid, POINTS),
    "log1pexp": ("log1pexp(X)", lambda x: F.softplus(x, threshold=1000), POINTS),
    "log": ("log(X)", torch.log, POSITIVE),
    "log1p": ("log1p(X)", torch.log1p, POSITIVE),
    "sqrt": ("sqrt(X)", torch.sqrt, POSITIVE),
    "power": ("X^2.5", lambda x: x**2.5, POSITIVE),
    "exponential": ("1.5^X", lambda x: 1.5**x, POINTS),
    "square": ("X^2", torch.square, POINTS),
    "reciprocal": ("1 / X", torch.reciprocal, POSITIVE),
    "max": ("max(X, 2 - X)", lambda x: torch.maximum(x, 2 - x), POINTS[:7]),
    "min": ("min(X, 2 - X)", lambda x: torch.minimum(x, 2 - x), POINTS[:7]),
}


def text_of(names):
    lines, terms = [], []
    for name in names:
        call, _, points = FUNCTIONS[name]
        count = len(points)
        lines += [f"input  x_{name}[{count}]", f"param  w_{name}[{count}] = zeros"]
        lines += [f"output y_{name}[{count}] = {call.replace('X', 'x_' + name)}"]
        terms += [f"sum(i, w_{name}[i] * y_{name}[i])"]
    return "\n".join([*lines, "minimize " + "\n    + ".join(terms)])


def case(name, names, dtype):
    """The weights of the sum are what the derivatives are multiplied with."""
    trace = Trace(name, dtype, text_of(names))
    x, y, total = {}, {}, 0
    for each in names:
        _, function, points = FUNCTIONS[each]
        x[each] = trace.given(f"x_{each}", torch.tensor([points], dtype=dtype))
        weight = trace.parameter(f"w_{each}", (len(points),), 0.25, 1.75)
        y[each] = function(x[each])
        total = total + (weight * y[each]).sum()
    trace.batch(1)
    for each in names:
        trace.output(f"y_{each}", y[each])
    trace.train(total)
    trace.gradients({f"x_{each}": x[each] for each in names})
    return trace


def cases(dtype):
    names = list(FUNCTIONS)
    place = names.index("tanh")
    return [case("activations", names[:place], dtype), case("functions", names[place:], dtype)]
