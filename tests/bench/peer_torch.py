"""PyTorch: eager, or with --compile a whole step as one compiled function."""

import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import torch
import torch.nn.functional as F

import cases
import peer

torch.set_num_threads(1)

ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh,
               "gelu": torch.nn.GELU}
OPTIMIZERS = {
    "sgd": lambda p, rate: torch.optim.SGD(p, lr=rate, fused=True),
    "momentum": lambda p, rate: torch.optim.SGD(p, lr=rate, momentum=0.9, fused=True),
    "adam": lambda p, rate: torch.optim.Adam(p, lr=rate, fused=True),
}


def network(case):
    parts = []
    for m, n in case.layers[:-1]:
        parts += [torch.nn.Linear(m, n)]
        parts += [torch.nn.LayerNorm(n)] * case.norm
        parts += [ACTIVATIONS[case.activation]()]
        parts += [torch.nn.Dropout(0.5)] * case.dropout
    return torch.nn.Sequential(*parts, torch.nn.Linear(*case.layers[-1]))


def updated(case, p, state, gradient, step):
    """In place, as torch.optim does it."""
    if case.optimizer == "sgd":
        p.sub_(gradient, alpha=case.rate)
    elif case.optimizer == "momentum":
        state[0].mul_(0.9).add_(gradient)
        p.sub_(state[0], alpha=case.rate)
    else:
        state[0].lerp_(gradient, 0.1)
        state[1].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        root = (state[1] / (1 - 0.999 ** step)).sqrt() + 1e-8
        p.sub_(state[0] / (1 - 0.9 ** step) / root * case.rate)


def eager_step(case, model, x, t):
    optimizer = OPTIMIZERS[case.optimizer](model.parameters(), case.rate)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def compiled_step(case, model, x, t):
    parameters = {name: p.detach() for name, p in model.named_parameters()}
    states = {name: [torch.zeros_like(p), torch.zeros_like(p)] for name, p in parameters.items()}
    count = torch.zeros(())

    def loss_of(values):
        return F.cross_entropy(torch.func.functional_call(model, values, (x,)), t)

    @torch.compile(fullgraph=True)
    def whole(values, count):
        count.add_(1)
        gradients, loss = torch.func.grad_and_value(loss_of)(values)
        for name, p in values.items():
            updated(case, p, states[name], gradients[name], count)
        return loss

    return lambda: whole(parameters, count)


def peer_torch(compiled):
    def build(case, numbers):
        torch.compiler.reset()
        model = network(case)
        x = torch.frombuffer(numbers["x"], dtype=torch.float32).reshape(case.batch, case.widths[0])
        t = torch.frombuffer(numbers["t"], dtype=torch.int32).long()
        calls = {}

        def begin():
            with torch.no_grad():
                for p, (name, shape) in zip(model.parameters(), cases.tensors_of(case)):
                    p.copy_(torch.frombuffer(numbers[name], dtype=torch.float32).reshape(shape))
            model.train(bool(case.optimizer))
            if case.optimizer and not compiled:
                calls["step"] = eager_step(case, model, x, t)
            elif case.optimizer:
                calls["step"] = compiled_step(case, model, x, t)
            elif "step" not in calls:
                def predict():
                    return F.softmax(model(x), dim=1)
                calls["step"] = torch.compile(predict) if compiled else predict

        def step():
            if case.optimizer:
                return calls["step"]()
            with torch.inference_mode():
                return calls["step"]()

        def loss():
            model.eval()
            with torch.inference_mode():
                value = F.nll_loss(F.softmax(model(x), dim=1).log(), t)
            model.train(bool(case.optimizer))
            return value

        return begin, step, loss

    return build


peer.serve(peer_torch("--compile" in sys.argv), lambda value: float(value.flatten()[0]))
