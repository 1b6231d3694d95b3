"""Who takes part: how each program is built, started and asked."""

import ctypes
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RUNTIME = HERE.parent.parent / "runtime"
CPUS = sorted(os.sched_getaffinity(0))
PYTHON = os.environ.get("PYTHON") or sys.executable

# --- the command lines --------------------------------------------------------------------------------

FLAGS = ["-O3", "-march=native", "-fno-math-errno", "-ffp-contract=off", "-std=gnu11"]  # as `mlpc train`
OWN_FLAGS = ["-O3", "-march=native", "-ffp-contract=fast"]  # of the limits
PLAIN_FLAGS = ["-O3", "-march=native"]
FAST_FLAGS = [*PLAIN_FLAGS, "-ffast-math"]  # without which sums of plain loops are not vectorised

LIMITS = ("limit", "tile")

TWO_THREADS = r"sgd$"
PORTABLE = r"^(784-512-512-10 b128|784-128-10 b32|64-32-10 b32|4-16-3 b32) sgd$"

# Name: compiler, options of mlpc, further flags, threads, cases. What this mlpc does not know of USUAL is
# left out; of others, the contestant is.
USUAL = ["--target=native"]
WIDEST = ["-mprefer-vector-width=512"]  # what both do not take by themselves where they choose the vectors
OURS = {
    "gcc": ("gcc", USUAL, [], 1, ""),
    "clang": ("clang", USUAL, [], 1, ""),
    "gcc, 2 threads": ("gcc", [*USUAL, "--threads=2"], ["-fopenmp"], 2, TWO_THREADS),
    "clang, 2 threads": ("clang", [*USUAL, "--threads=2"], ["-fopenmp"], 2, TWO_THREADS),
    "gcc, portable": ("gcc", ["--target=portable"], WIDEST, 1, PORTABLE),
    "clang, portable": ("clang", ["--target=portable"], WIDEST, 1, PORTABLE),
}


def options_of(case):
    """Of mlpc, by what the program is for."""
    return [] if case.optimizer else [f"--batch={case.batch}"]


# OpenBLAS does not know every processor; told the kernels for its instructions, it is faster there.
CORETYPES = (("avx512f", "SkylakeX"), ("avx2", "Haswell"))

# --- C ------------------------------------------------------------------------------------------------


class Failed(Exception):
    """A contestant that cannot be built, or ended. Its text says why, in a line."""


class Absent(Exception):
    """One that this machine does not have."""


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        message = (done.stderr or done.stdout).strip().splitlines() or [f"status {done.returncode}"]
        errors = [line for line in message if "error" in line] or message
        raise Failed(f"{Path(command[0]).name}: {errors[0]}")


def macros(**values):
    return [f"-D{name}" if value is True else f"-D{name}={value}"
            for name, value in values.items() if value is not False]


def compiled(folder, name, compiler, flags, sources, libraries=()):
    program = folder / re.sub(r"\W+", "_", name)
    run([compiler, *flags, f"-I{HERE}", "-o", str(program), *map(str, sources), str(HERE / "worker.c"),
         *libraries, "-lm"])
    return program


def has_header(name, compiler="gcc"):
    done = subprocess.run([compiler, "-E", "-x", "c", "-"], input=f"#include <{name}>\n", text=True,
                          capture_output=True)
    return done.returncode == 0


def ours(tools, case, folder, name, further=()):
    compiler, options, flags, threads, _ = OURS[name]
    known = lambda option: option.split("=")[0] in tools.options
    missing = [option for option in options if not known(option) and option not in USUAL]
    if missing:
        raise Absent(f"this mlpc has no {missing[0]}")
    if "-fopenmp" in flags and not has_header("omp.h", compiler):
        raise Absent(f"{compiler} has no omp.h (Debian: libomp-dev for clang)")
    if threads > len(CPUS):
        raise Absent(f"there is no processor for {threads} threads")
    options = [option for option in options + options_of(case) if known(option)]
    own = folder / re.sub(r"\W+", "_", f"ours_{name}")
    own.mkdir(exist_ok=True)
    run([str(tools.mlpc), *options, str(folder / "net.mlp"), "-o", str(own / "net.c")])
    flags = [*FLAGS, *flags, *further, f"-I{own}", f"-I{RUNTIME}"]
    generated = own / "net.o"  # compiled without the macros below
    run([compiler, *flags, "-c", "-o", str(generated), str(own / "net.c")])
    return compiled(own, "net", compiler, [
        *flags,
        *macros(IN=case.widths[0], OUT=case.widths[-1], BATCH=case.batch, ROWS=case.rows,
                PREDICT=not case.optimizer, TARGET="float" if case.alone else "int32_t",
                PER_ROW=case.widths[-1] if case.alone else 1,
                TARGETS='"one_hot"' if case.alone else '"t"')
    ], [generated, HERE / "ours.c"], [str(tools.library)])


def plain(case, folder, name, flags, libraries=(), **more):
    layers = [f"DO({k},{m},{n})" for k, (m, n) in enumerate(case.layers, 1)]
    names = {(case.optimizer or "predict").upper(): True, case.activation.upper(): True}
    return compiled(folder, name, "gcc", [
        *flags, f"-DEACH_LAYER(DO)={' '.join(layers)}", f"-DBACKWARDS(DO)={' '.join(reversed(layers))}",
        *macros(LAST=len(layers), INPUTS=case.widths[0], OUTPUTS=case.widths[-1], ROWS=case.batch,
                BATCH=case.rows, ALONE=case.alone, NORM=int(case.norm), DROPOUT=int(case.dropout),
                RATE=case.rate, **names, **more)
    ], [HERE / "plain.c"], libraries)


def blas(case, folder):
    if not has_header("cblas.h"):
        raise Absent("there is no cblas.h (Debian: libopenblas-dev)")
    return plain(case, folder, "blas", FAST_FLAGS, ["-lopenblas"], BLAS=True)


def own_coretype():
    """What OpenBLAS takes by itself."""
    try:
        name = ctypes.CDLL("libopenblas.so.0").openblas_get_corename
    except (OSError, AttributeError):
        return None
    name.restype = ctypes.c_char_p
    return name().decode()


def coretype():
    flags = set(re.findall(r"\w+", Path("/proc/cpuinfo").read_text()))
    return next((name for flag, name in CORETYPES if flag in flags), None)


def blas_tuned(case, folder):
    if not coretype():
        raise Absent("no kernels are known to fit this processor better")
    if coretype() == own_coretype():
        raise Absent(f"OpenBLAS takes {coretype()} by itself")
    return blas(case, folder)


def fann(case, folder):
    if not has_header("floatfann.h"):
        raise Absent("there is no floatfann.h (Debian: libfann-dev)")
    return compiled(folder, "fann", "gcc", [
        *PLAIN_FLAGS, *macros(WIDTHS=",".join(map(str, case.widths)), BATCH=case.batch,
                                        RATE=f"{case.rate}f")
    ], [HERE / "fann.c"], ["-lfloatfann"])


# --- which of them, in which case -----------------------------------------------------------------------

ALL = lambda case: True
BATCHES = lambda case: not case.alone
PREDICTIONS = lambda case: not case.optimizer
ALONE = lambda case: case.alone

# Name: cases; a program built for the case, or a script that stays alive and what it imports; surroundings.
ONE = {"OPENBLAS_NUM_THREADS": "1"}
PEERS = {
    "plain": (ALL, lambda case, folder: plain(case, folder, "plain", PLAIN_FLAGS), {}),
    "plain, fast": (ALL, lambda case, folder: plain(case, folder, "plain_fast", FAST_FLAGS), {}),
    "blas": (BATCHES, blas, ONE),
    "blas tuned": (BATCHES, blas_tuned, {**ONE, "OPENBLAS_CORETYPE": coretype() or ""}),
    "torch": (BATCHES, ("peer_torch.py", "torch"), {}),
    "compiled": (BATCHES, ("peer_torch.py --compile", "torch"), {}),
    "jax": (BATCHES, ("peer_jax.py", "jax"), {}),
    "onnx": (PREDICTIONS, ("peer_onnx.py", "onnxruntime"), {}),
    "fann": (ALONE, fann, {}),
}
SLOW_TO_START = ("compiled", "jax")

# --- a program that answers -----------------------------------------------------------------------------


class Worker:
    def __init__(self, command, surroundings=None, threads=1):
        cpus = set(CPUS[-threads:])
        self.dead = False
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            text=True, env={**os.environ, "OMP_NUM_THREADS": str(threads), **(surroundings or {})},
            preexec_fn=lambda: os.sched_setaffinity(0, cpus))

    def ask(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.dead = True
            self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()[-1:]
            raise Failed(said[0] if said else f"ended with status {self.process.returncode}")
        return answer.strip()

    def seconds(self, steps):
        return float(self.ask(f"run {steps}"))

    def loss(self, steps):
        return float(self.ask(f"loss {steps}"))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Tools:
    """What is there on this machine, found out once, and the scripts that are alive."""

    def __init__(self, build):
        self.mlpc, self.library = build / "mlpc", build / "libmlp.a"
        self.options = set(re.findall(r"--[a-z-]+", subprocess.run(
            [self.mlpc, "--help"], capture_output=True, text=True, check=True).stdout))
        self.scripts = {}

    def script(self, name, command, module, surroundings):
        if name not in self.scripts:
            found = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True)
            self.scripts[name] = None if found.returncode else self.new(command, surroundings)
        if self.scripts[name] is None:
            raise Absent(f"{PYTHON} has no module {module}")
        if self.scripts[name].dead:
            self.scripts[name] = self.new(command, surroundings)
        return self.scripts[name]

    @staticmethod
    def new(command, surroundings):
        path, *arguments = command.split()
        return Worker([PYTHON, "-B", HERE / path, *arguments], surroundings)

    def started(self, case, folder, name):
        """The contestant, ready for the case."""
        data = folder / "data"
        if name in OURS:
            return Worker([ours(self, case, folder, name), data], threads=OURS[name][3])
        if name in LIMITS:
            return Worker([compiled(folder, name, "gcc", OWN_FLAGS, [HERE / f"{name}.c"]), data])
        if name == "memory":
            flags = [*OWN_FLAGS, f"-DWEIGHTS={case.weights}"]
            return Worker([compiled(folder, name, "gcc", flags, [HERE / "memory.c"]), data])
        _, program, surroundings = PEERS[name]
        if callable(program):
            return Worker([program(case, folder), data], surroundings)
        worker = self.script(name, *program, surroundings)
        worker.ask(f"case {data} {json.dumps(dataclasses.asdict(case))}")
        return worker

    def end(self, worker):
        if worker not in self.scripts.values():
            worker.end()


def names_for(case, quick):
    names = [name for name, (*_, cases) in OURS.items() if re.search(cases, case.name)]
    names += [name for name, (cases, *_) in PEERS.items()
              if cases(case) and not (quick and name in SLOW_TO_START)]
    return names + [*LIMITS] + ["memory"] * (case.batch == 1)


def reference(case, folder):
    """The losses of plain loops in double precision, before and after case.steps."""
    worker = Worker([plain(case, folder, "reference", FAST_FLAGS, REAL="double"), folder / "data"])
    losses = {"before": worker.loss(0), "loss": worker.loss(case.steps)}
    worker.end()
    if case.optimizer and abs(losses["before"] / losses["loss"] - 1) < 10 * case.tolerance:
        raise ValueError(f"{case.name}: its loss says nothing: {losses}")
    return losses


# For these there is no package to install, or they compute something else.
NOT_MEASURED = {
    "KANN, genann, onnx2c": "no Debian package has them",
}
