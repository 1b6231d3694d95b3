#!/usr/bin/env python3
"""Writes what PyTorch says of the networks of this folder.

    make_golden.py FOLDER            writes the golden files
    make_golden.py --check FOLDER    compares what this PyTorch says with the golden files there

Each module here has a group of cases, each with the network in the language beside the same in PyTorch, and
says where the two differ by intention. peer_trace.py is the form of the files.
"""

import sys
from pathlib import Path

try:
    import torch
except ImportError:
    print("make_golden.py: there is no PyTorch here; `pip install torch` installs it", file=sys.stderr)
    sys.exit(2)

import activations
import blocks
import initializers
import losses
import optimizers
import worked

GROUPS = {
    "activations": activations,
    "losses": losses,
    "blocks": blocks,
    "initializers": initializers,
    "optimizers": optimizers,
    "worked": worked,
}
TYPES = {"float": torch.float32, "double": torch.float64}

# Of other versions and processors, relative to the largest number of a line.
TOLERANCES = {"float": 1e-4, "double": 1e-10}


def golden(group, kind):
    lines = [f"# PyTorch {torch.__version__.split('+')[0]}, {TYPES[kind]}: tests/peers/{group}.py"]
    torch.set_default_dtype(TYPES[kind])  # in which NAdam keeps a product of its own
    for trace in GROUPS[group].cases(TYPES[kind]):
        lines += ["", *trace.lines]
    return "\n".join(lines) + "\n"


def numbers_of(words):
    """The numbers at the end of a line and what stands before them."""
    for place, word in enumerate(words):
        try:
            return words[:place], [float(each) for each in words[place:]]
        except ValueError:
            continue
    return words, []


def difference(ours, theirs):
    """Of two lines, relative to their largest number; infinite where they do not say the same."""
    if ours == theirs or ours.startswith("#"):
        return 0
    (before, a), (after, b) = numbers_of(ours.split()), numbers_of(theirs.split())
    if before != after or len(a) != len(b) or not a:
        return float("inf")
    largest = max(abs(number) for number in a + b)
    return max(abs(x - y) for x, y in zip(a, b)) / largest


def check(folder, group, kind):
    name = f"{group}.{kind}"
    stored = (folder / name).read_text(encoding="utf-8").split("\n")
    fresh = golden(group, kind).split("\n")
    worst = float("inf")
    if len(stored) == len(fresh):
        worst = max(difference(a, b) for a, b in zip(stored, fresh))
    print(f"{name:22} differs by {worst:.2g} from {stored[0][2:]}")
    return worst <= TOLERANCES[kind]


def main(arguments):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    checks = arguments[:1] == ["--check"]
    if len(arguments) != 1 + checks:
        sys.exit(__doc__)
    folder = Path(arguments[-1])
    files = [(group, kind) for group in GROUPS for kind in TYPES]
    if checks:
        return 0 if all([check(folder, *file) for file in files]) else 1
    folder.mkdir(parents=True, exist_ok=True)
    for group, kind in files:
        (folder / f"{group}.{kind}").write_text(golden(group, kind), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
