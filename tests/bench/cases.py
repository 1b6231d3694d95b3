"""The networks that are measured, as texts of the language and as files of numbers."""

import array
import dataclasses
import math
import random
import struct

SEED = 20
RATES = {"sgd": 0.05, "momentum": 0.01, "adam": 0.001}


@dataclasses.dataclass(frozen=True)
class Case:
    widths: tuple
    batch: int
    optimizer: str = ""  # without one: prediction
    activation: str = "relu"
    norm: bool = False  # layer_norm before the activation
    dropout: bool = False
    alone: bool = False  # sigmoid outputs, half of the squared error, an update after each row
    near_zero: bool = False  # what can be learned, at a high rate: a loss that nears 0

    @property
    def name(self):
        words = ["-".join(map(str, self.widths)), f"b{self.batch}", self.optimizer or "predict"]
        words += [self.activation] * (self.activation != "relu" and not self.alone)
        flags = {"norm": self.norm, "dropout": self.dropout, "one by one": self.alone,
                 "loss near 0": self.near_zero}
        return " ".join(words + [word for word, holds in flags.items() if holds])

    @property
    def folder(self):
        return self.name.replace(" ", "_")

    @property
    def layers(self):
        return list(zip(self.widths, self.widths[1:]))

    @property
    def rate(self):
        if self.near_zero or self.batch == 1:
            return 1.0 if self.near_zero else 0.001  # of one row, which is soon learned
        return RATES.get(self.optimizer, 0)

    @property
    def rows(self):
        """Of a call of a training step."""
        return 1 if self.alone else self.batch

    @property
    def weights(self):
        return sum(m * n for m, n in self.layers)

    @property
    def operations(self):
        """Of all products, an addition and a multiplication each."""
        if not self.optimizer:
            return 2 * self.batch * self.weights
        return 2 * self.batch * (3 * self.weights - self.widths[0] * self.widths[1])

    @property
    def steps(self):
        """After which the losses are compared."""
        return min(100, max(4, int(2e9 / self.operations))) if self.optimizer else 1

    @property
    def tolerance(self):
        """Of the loss, relative: of what is rounded in another order, and of other random masks."""
        return 0.01 if self.dropout else 2e-5


LARGE, MIDDLE, SMALL, TINY = (784, 512, 512, 10), (784, 128, 10), (64, 32, 10), (4, 16, 3)

CASES = [
    Case((2, 2, 2), 4, "sgd"),
    Case(TINY, 32, "sgd"),
    Case(TINY, 32, "sgd", near_zero=True),
    Case(SMALL, 32, "sgd"),
    Case(MIDDLE, 1, "sgd"),
    *[Case(MIDDLE, 32, optimizer) for optimizer in RATES],
    *[Case(LARGE, 128, optimizer) for optimizer in RATES],
    *[Case(LARGE, 128, "sgd", activation) for activation in ("sigmoid", "tanh", "gelu")],
    Case(LARGE, 128, "sgd", dropout=True),
    Case(LARGE, 128, "sgd", norm=True),
    Case((1024, 1024, 1024, 1024, 10), 256, "sgd"),
    Case((509, 127, 61, 10), 37, "sgd"),
    Case((512, 128, 64, 10), 36, "sgd"),
    *[Case(widths, rows) for widths in (TINY, SMALL, MIDDLE, LARGE) for rows in (1, 1000)],
    *[Case(widths, rows, "sgd", "sigmoid", alone=True)
      for widths, rows in (((2, 2, 2), 4), (TINY, 32), (SMALL, 32))],
]


def text_of(case):
    last = len(case.layers)
    lines = ["model net", f"input x[{case.widths[0]}]"]
    if case.optimizer:
        lines += [f"target t[{case.widths[-1]}]" if case.alone else f"target t class[{case.widths[-1]}]"]
    value = "x"
    for k, width in enumerate(case.widths[1:-1], 1):
        hidden = f"dense({value})"
        hidden = f"layer_norm({hidden})" if case.norm else hidden
        hidden = f"{case.activation}({hidden})"
        hidden = f"dropout({hidden}, rate = 0.5)" if case.dropout else hidden
        lines += [f"layer hidden{k}[{width}] = {hidden}"]
        value = f"hidden{k}"
    lines += [f"output p[{case.widths[last]}] = {'sigmoid' if case.alone else 'softmax'}(dense({value}))"]
    if case.optimizer:
        lines += [f"minimize {'half_sse' if case.alone else 'cross_entropy'}(p, t)",
                  "train {", f"    optimizer = {case.optimizer}(rate = {case.rate})",
                  f"    batch = {case.rows}", "}"]
    return "\n".join(lines) + "\n"


def tensors_of(case):
    """Names and shapes of what is trained, in order."""
    names = [f"hidden{k}" for k in range(1, len(case.layers))] + ["p"]
    for name, (m, n) in zip(names, case.layers):
        yield f"{name}.W", (n, m)
        yield f"{name}.b", (n,)
        if case.norm and name != "p":
            yield f"{name}.layer_norm_2.gain", (n,)
            yield f"{name}.layer_norm_2.shift", (n,)


def numbers_of(case):
    """By name: arrays of what all contestants begin with. Each row of x stands twice, with two classes, so
    that no loss nears 0, where denormal numbers would slow some contestants down and not others."""
    draw = random.Random(SEED).uniform
    numbers = {}
    for name, shape in tensors_of(case):
        count = math.prod(shape)
        if len(shape) == 2:
            width = math.sqrt(6 / sum(shape))
            values = [draw(-width, width) for _ in range(count)]
        elif name.endswith("gain"):
            values = [1.0] * count
        else:
            values = [draw(-0.1, 0.1) for _ in range(count)]
        numbers[name] = array.array("f", values)
    width, classes, rows, classes_of_rows = case.widths[0], case.widths[-1], [], []
    for n in range(case.batch):
        twin = n % 2 == 1 and not case.near_zero
        rows.append(rows[-1] if twin else [draw(-1, 1) for _ in range(width)])
        kind = int(draw(0, classes)) % classes
        if case.near_zero:
            kind = max(range(classes), key=lambda c: rows[-1][c])
        classes_of_rows.append((classes_of_rows[-1] + 1) % classes if twin else kind)
    numbers["x"] = array.array("f", [value for row in rows for value in row])
    numbers["t"] = array.array("i", classes_of_rows)
    numbers["one_hot"] = array.array("f", [float(c == t) for t in classes_of_rows for c in range(classes)])
    return numbers


def write(case, folder):
    """net.mlp and data, as worker.c reads it."""
    (folder / "net.mlp").write_text(text_of(case))
    with open(folder / "data", "wb") as stream:
        for name, values in numbers_of(case).items():
            stream.write(struct.pack("60si", name.encode(), len(values)))
            values.tofile(stream)


def read(path):
    """What write has written, by name."""
    content, at, numbers = path.read_bytes(), 0, {}
    while at < len(content):
        name, count = struct.unpack_from("60si", content, at)
        name, at = name.rstrip(b"\0").decode(), at + 64
        numbers[name] = array.array("i" if name == "t" else "f")
        numbers[name].frombytes(content[at:at + 4 * count])
        at += 4 * count
    return numbers
