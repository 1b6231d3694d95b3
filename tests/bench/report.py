"""What is printed: a line for each case as it comes, then what the lines mean together."""

import statistics

import contestants

USUAL = {"plain": "plain", "plain, fast": "fast", "blas": "blas", "blas tuned": "tuned", "torch": "torch",
          "compiled": "comp", "jax": "jax"}
COLUMNS = {  # of peers, with the heads of their columns
    "training": USUAL,
    "prediction": {**USUAL, "onnx": "onnx"},
    "an update after each row": {"plain": "plain", "plain, fast": "fast", "fann": "fann"},
}
EXPLANATION = """\
Microseconds of a step (of a prediction of all rows) of ours by gcc and clang, medians; then of the faster one
billions of operations in products a second, their share of the machine's limit and of the rate of a product
out of the first cache (tile), and the last round by the first; then how many times as long the peers take,
* the fastest: plain loops (fast: -ffast-math), the same over OpenBLAS (tuned: told its kernels), PyTorch
eager and compiled, JAX, ONNX Runtime, FANN. - is absent, or not in the case."""


def machine(description):
    print("\n".join(f"{key:14}{value}" for key, value in description.items()))
    print(f"\n{EXPLANATION}")


def ratio(slow, fast):
    """Of two contestants, the median over the rounds, in each of which both ran one after the other."""
    return statistics.median(a / b for a, b in zip(slow["groups"], fast["groups"]))


def counts(result):
    return "median" in result


def faster(results):
    """Of ours on one thread: the name, or None where none counts."""
    ours = [name for name in ("gcc", "clang") if counts(results.get(name, {}))]
    return min(ours, key=lambda name: results[name]["median"], default=None)


def short(value):
    """With two decimals, fewer where it is large."""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def word(result):
    return "WRONG" if result.get("wrong") else "FAIL" if result.get("failed") else "-"


def time_of(result):
    if not counts(result):
        return word(result)
    microseconds = 1e6 * result["median"]
    if microseconds >= 1e4:
        return f"{microseconds:.0f}"
    return f"{microseconds:.{4 if microseconds >= 1 else 3}g}"


def kind_of(case):
    return "prediction" if not case.optimizer else "an update after each row" if case.alone else "training"


def ratios(results, names):
    own = faster(results)
    values = {name: ratio(results[name], results[own]) for name in names
              if own and counts(results.get(name, {}))}
    least = min(values, key=values.get, default=None)
    return {name: short(values[name]) + "*" * (name == least) if name in values
            else word(results.get(name, {})) for name in names}


def line(name, cells):
    widths = [7, 7, 6, 6, 6, 5] + [6] * len(cells)
    return f"{name:31}" + "".join(f" {cell:>{width - 1}}" for cell, width in zip(cells, widths))


def share(measured, result, limit):
    """Of the rate of operations that a limit of the machine allows."""
    return ratio(limit, result) * measured["operations"] / limit["loss"]


def case(measured, case, heading):
    kind, results = kind_of(case), measured["contestants"]
    names = COLUMNS[kind]
    if kind != heading:
        heads = ["gcc", "clang", "Gop/s", "limit", "tile", "last"]
        print("\n" + line(kind, heads + list(names.values())))
    cells = [time_of(results[name]) for name in ("gcc", "clang")]
    own = faster(results)
    if own:
        best = results[own]
        rate = measured["operations"] / best["median"]
        cells += [f"{rate / 1e9:.1f}"]
        cells += [f"{share(measured, best, results[name]):.0%}" for name in contestants.LIMITS]
        cells += [f"{best['last'] / best['first']:.2f}"]
    else:
        cells += ["-"] * 4
    print(line(measured["name"], cells + list(ratios(results, names).values())), flush=True)
    for name, result in results.items():
        for key in ("wrong", "failed"):
            if result.get(key):
                print(f"    {name}: {key}: {result[key]}", flush=True)
    return kind


def absent(cases):
    reasons = {}
    for case in cases:
        for name, result in case["contestants"].items():
            if "absent" in result:
                reasons[name] = result["absent"]
    return reasons


def end_to_end(runs):
    print(f"\n{'MNIST 784-128-10, 10 epochs':34}{'seconds':>9}{'accuracy':>10}{'peak MiB':>10}")
    for name, run in runs.items():
        if "seconds" in run:
            print(f"{name:34}{run['seconds']:9.2f}{run['accuracy']:10.2%}{run['peak_kib'] / 1024:10.0f}")
        else:
            print(f"{name:34}{run.get('absent') or run.get('failed')}")


def notes(all_of):
    if all_of.get("end_to_end"):
        end_to_end(all_of["end_to_end"])
    else:
        print("\nabsent: MNIST from end to end: give DATA=FOLDER with its four files")
    reasons = {**absent(all_of["cases"]), **contestants.NOT_MEASURED}
    if all_of["quick"]:
        reasons[", ".join(contestants.SLOW_TO_START)] = "left out by QUICK"
    for name, reason in reasons.items():
        print(f"absent: {name}: {reason}")
    if all_of["goals"]:
        print(f"\n{'goal':70}{'':8}{'value':>8}{'goal':>9}")
    for goal in all_of["goals"]:
        verdict = "" if goal["met"] else "  missed"
        print(f"{goal['what']:70}{goal['by']:8}{short(goal['value']):>8}{goal['goal']:>9}{verdict}")
