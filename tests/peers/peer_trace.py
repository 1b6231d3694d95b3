"""The record of a case: what a network is given and what PyTorch says of it, as lines of text that
tests/peer_trace.c replays. Numbers drawn here are drawn there again, so that only results are stored."""

import torch

DIGITS = {torch.float32: 9, torch.float64: 17}


class Trace:
    """One case: a model, the values it gets, and expected results in the order of events."""

    def __init__(self, name, dtype, text=None, file=None):
        self.dtype = dtype
        self.lines = [f"case {name}"]
        self.ports = []  # (name, the values of so many rows)
        if file:
            self.lines.append(f"file {file}")
        else:
            self.lines.append("text")
            self.lines += ["\t" + line for line in [f"model {name}", *text.strip("\n").split("\n")]]
        self.state = sum(map(ord, name))
        self.lines.append(f"seed {self.state}")

    # --- numbers that both sides draw ---

    def _next(self):
        """11 bits: the upper ones of Knuth's 64-bit linear congruential generator (MMIX)."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 53

    def drawn(self, shape, low, high):
        count = torch.Size(shape).numel()
        values = [low + (high - low) * ((2 * self._next() + 1) / 4096) for _ in range(count)]
        return torch.tensor(values, dtype=self.dtype).reshape(shape)

    def drawn_classes(self, shape, classes):
        count = torch.Size(shape).numel()
        return torch.tensor([self._next() * classes // 2048 for _ in range(count)]).reshape(shape)

    def parameter(self, name, shape, low=-0.75, high=0.75):
        """A parameter or statistic, set to drawn numbers."""
        self.lines.append(f"draw {name} {low:g} {high:g}")
        return self.drawn(shape, low, high).requires_grad_()

    def port(self, name, shape, low=-1.5, high=1.5):
        """An input or target of real numbers, drawn anew for each batch."""
        self.lines.append(f"draw {name} {low:g} {high:g}")
        self.ports.append((name, lambda rows: self.drawn((rows, *shape), low, high).requires_grad_()))

    def class_port(self, name, classes, shape=()):
        self.lines.append(f"draw {name} 0 {classes}")
        self.ports.append((name, lambda rows: self.drawn_classes((rows, *shape), classes)))

    # --- numbers that are stored ---

    def _write(self, word, values, name=None):
        digits = DIGITS[self.dtype]
        numbers = [f"{value:.{digits}g}" for value in values.detach().flatten().tolist()]
        self.lines.append(" ".join([word, *([name] if name else []), *numbers]))

    def given(self, name, values):
        """A port or a tensor with these numbers or classes from now on."""
        self._write("give", values, name)
        return values.clone().requires_grad_(values.is_floating_point())

    # --- events ---

    def batch(self, rows):
        """New values of all drawn ports, by name; gradients flow to the real ones."""
        self.lines.append(f"rows {rows}")
        return {name: draw(rows) for name, draw in self.ports}

    def epoch(self, epoch):
        self.lines.append(f"epoch {epoch}")

    # --- what is expected ---

    def train(self, loss, optimizer=None):
        """One training step, whose loss before the update is this."""
        if optimizer:
            optimizer.zero_grad()
        loss.backward()
        self.trained(loss)
        if optimizer:
            optimizer.step()

    def trained(self, loss):
        """The same where the update is somewhere else."""
        if self.lines[-1].startswith("rows "):
            self._write("step", loss, self.lines.pop()[5:])
        else:
            self._write("train", loss)

    def loss(self, loss):
        """The loss outside training."""
        self._write("loss", loss)

    def output(self, name, values):
        self._write("output", values, name)

    def gradients(self, named):
        """Of parameters and inputs in the last step."""
        for name, tensor in named.items():
            grad = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            self._write("gradient", grad, name)

    def tensors(self, named):
        """The values of parameters and statistics now."""
        for name, tensor in named.items():
            self._write("tensor", tensor, name)

    def stretched(self, name, line):
        """The tensor's initial values: offset and factor of what was kept of it."""
        self._write("stretched", line, name)

    def products(self, name, values):
        """Of the rows of a matrix with each other, or of its columns where it has more rows."""
        self._write("products", values, name)
