"""What a measurement was taken on."""

import os
import platform
import re
import subprocess
from pathlib import Path

import contestants

INSTRUCTIONS = ("avx512f", "avx2", "fma", "avx", "sse4_2", "asimd", "sve")
MODULES = ("torch", "jax", "onnxruntime")


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "absent"
    return (done.stdout.splitlines() or ["absent"])[0] if done.returncode == 0 else "absent"


def processor():
    fields = dict(re.findall(r"^([^\t:]+)\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M))
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    known = [name for name in INSTRUCTIONS if name in flags]
    kind = [f"{key} {fields[key]}" for key in ("cpu family", "model", "stepping") if key in fields]
    return {"processor": ", ".join([fields.get("model name", platform.machine()), *kind]),
            "instructions": " ".join(known)}


def caches():
    sizes = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level = (index / "type").read_text().strip(), (index / "level").read_text().strip()
        if kind != "Instruction":
            sizes.append(f"L{level} {(index / 'size').read_text().strip()}")
    return ", ".join(sizes) or "unknown"


def library_version(name):
    return first_line("dpkg-query", "-W", "-f=${Version}\n", name)


def description(python):
    load = os.getloadavg()[0]
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    versions = {module: first_line(python, "-c", f"import {module}; print({module}.__version__)")
                for module in MODULES}
    return {**processor(), "processors": len(os.sched_getaffinity(0)), "caches": caches(),
            "memory": f"{int(memory[1]) // 1024} MiB", "system": platform.platform(), "load": load,
            "gcc": first_line("gcc", "--version"), "clang": first_line("clang", "--version"),
            "openblas": f"{library_version('libopenblas-dev')} {contestants.own_coretype() or ''}",
            "fann": library_version("libfann-dev"), **versions}
