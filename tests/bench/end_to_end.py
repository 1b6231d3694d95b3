"""Time to a trained network: data read, MNIST 784-128-10 by Adam, 10 epochs, tested."""

import os
import re
import shutil
import subprocess
import time

import contestants

MODEL = contestants.HERE.parent.parent / "models" / "mnist.mlp"
FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def timed(command, surroundings):
    """Seconds, and the peak memory of the process and all that it started."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, env={**os.environ, **surroundings})
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        return {"failed": (said.strip().splitlines() or ["?"])[-1]}
    accuracy = re.findall(r"accuracy\D*([0-9.]+) *(%?)", said)
    if not accuracy:
        return {"failed": "tells no accuracy"}
    share = float(accuracy[-1][0]) / (100 if accuracy[-1][1] else 1)
    return {"seconds": seconds, "accuracy": share, "peak_kib": usage.ru_maxrss}


def measured(tools, data, folder, progress):
    files = [data / name for name in FILES]
    absent = [str(path) for path in files if not path.exists()]
    if absent:
        return {"MNIST": {"absent": f"there is no {absent[0]}"}}
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    images, labels, test_images, test_labels = files
    ours = [tools.mlpc, "train", MODEL, "--data", images, "--labels", labels, "--test", test_images,
            "--test-labels", test_labels]
    runs = {}
    for name, command, surroundings in (
            ("ours, compiled before training", ours, {"XDG_CACHE_HOME": str(cache)}),
            ("ours, compiled already", ours, {"XDG_CACHE_HOME": str(cache)}),
            ("PyTorch, 1 thread", None, {"OMP_NUM_THREADS": "1"}),
            ("PyTorch", None, {})):
        progress(f"MNIST: {name}")
        runs[name] = timed(command or [contestants.PYTHON, "-B", contestants.HERE / "mnist_torch.py", *files],
                           surroundings)
    return runs
