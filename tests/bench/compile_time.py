"""How long the compilers take."""

import subprocess
import time
from pathlib import Path

import contestants

MODELS = Path(__file__).parent.parent.parent / "models"
TIMES = 5


def seconds(command, times):
    """The shortest of some runs; None where the command fails."""
    best = None
    for _ in range(times):
        start = time.perf_counter()
        if subprocess.run(command, capture_output=True).returncode:
            return None
        best = min(best or 1e9, time.perf_counter() - start)
    return best


def measured(tools, folder):
    """By model: milliseconds from .mlp to .c, and by compiler seconds from .c to .o and bytes of its code."""
    results = {}
    for model in sorted(MODELS.glob("**/*.mlp")):
        if "\nmodel " not in "\n" + model.read_text():
            continue  # definitions for others
        source, program = folder / "timed.c", folder / "timed.o"
        result = results[str(model.relative_to(MODELS))] = {
            "milliseconds": 1e3 * (seconds([tools.mlpc, model, "-o", source], TIMES) or 0) or None,
            "characters": source.stat().st_size}
        for compiler in ("gcc", "clang"):
            flags = [*contestants.FLAGS, f"-I{contestants.RUNTIME}", f"-I{folder}"]
            result[compiler] = seconds([compiler, *flags, "-c", "-o", program, source], 1)
    return results
