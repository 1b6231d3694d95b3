"""What is to be reached, as ratios of one run."""

import math

from report import counts, ratio, share

LARGE, MIDDLE, DEEP = "784-512-512-10 b128 sgd", "784-128-10 b32 sgd", "1024-1024-1024-1024-10 b256 sgd"
SMALL, TINY, XOR = "64-32-10 b32 sgd", "4-16-3 b32 sgd", "2-2-2 b4 sgd"
PEERS = ("plain", "plain, fast", "blas", "blas tuned", "torch", "compiled", "jax", "onnx")
PYTORCH = ("torch", "compiled")


class Run:
    def __init__(self, all_of):
        self.cases = {case["name"]: case for case in all_of["cases"]}

    def result(self, case, name):
        """None where it is absent or does not count."""
        result = self.cases.get(case, {}).get("contestants", {}).get(name, {})
        return result if counts(result) else None

    def ratio(self, case, slow, fast):
        slow, fast = self.result(case, slow), self.result(case, fast)
        return ratio(slow, fast) if slow and fast else None

    def of_peers(self, case, by, peers=PEERS):
        """How many times as long the fastest takes."""
        values = [self.ratio(case, peer, by) for peer in peers]
        return min((value for value in values if value), default=None)

    def of_limit(self, case, by, limit="limit"):
        result, limit = self.result(case, by), self.result(case, limit)
        return share(self.cases[case], result, limit) if result and limit else None

    def of_case(self, case, other, by, other_by=None):
        """Time by that of another case, each in units of the machine's limit at that time."""
        values = [self.ratio(case, by, "limit"), self.ratio(other, other_by or by, "limit")]
        return values[0] / values[1] if all(values) else None

    def of_rate(self, case, other, by):
        values = [self.of_limit(each, by) for each in (case, other)]
        return values[0] / values[1] if all(values) else None


# What, a value by compiler, and what it has to be: at least, or with - at most.
GOALS = [
    *[(f"{case}: share of the limit", lambda run, by, case=case: run.of_limit(case, by), 0.9)
      for case in (LARGE, DEEP, MIDDLE)],
    *[(f"{case}: fastest peer", lambda run, by, case=case: run.of_peers(case, by), least)
      for case, least in ((LARGE, 1.5), (DEEP, 1.4), (MIDDLE, 2.2), (SMALL, 4), (TINY, 10), (XOR, 4))],
    *[(f"{case}: PyTorch", lambda run, by, case=case: run.of_peers(case, by, PYTORCH), least)
      for case, least in ((SMALL, 50), (TINY, 300), (XOR, 1500))],
    ("784-128-10 b1 sgd: by reading W twice and writing it once",
     lambda run, by: run.ratio("784-128-10 b1 sgd", by, "memory"), -1.1),
    *[(f"{activation} by relu, 784-512-512-10 b128",
       lambda run, by, case=f"{LARGE} {activation}": run.of_case(case, LARGE, by), -1.1)
      for activation in ("sigmoid", "tanh", "gelu")],
    ("Adam by SGD, 784-512-512-10 b128",
     lambda run, by: run.of_case("784-512-512-10 b128 adam", LARGE, by), -1.15),
    *[(f"{case}: one thread by two",
       lambda run, by, case=case: run.ratio(case, by, f"{by}, 2 threads"), least)
      for case, least in ((LARGE, 1.7), (DEEP, 1.7), (MIDDLE, 1), (SMALL, 1), (TINY, 1), (XOR, 1))],
    *[(f"{case}: the same loss of two threads", lambda run, by, case=case: same(run, case, by), 1)
      for case in (LARGE, DEEP, MIDDLE)],
    *[(f"{case}: rate of the portable C",
       lambda run, by, case=case: run.ratio(case, by, f"{by}, portable"), 0.7)
      for case in (LARGE, MIDDLE, SMALL, TINY)],
    ("509-127-61-10 b37: rate by that of 512-128-64-10 b36",
     lambda run, by: run.of_rate("509-127-61-10 b37 sgd", "512-128-64-10 b36 sgd", by), 0.8),
    *[(f"{case}: fastest peer", lambda run, by, case=case: run.of_peers(case, by), 1)
      for case in (f"{net} b{rows} predict" for net in ("4-16-3", "64-32-10", "784-128-10", "784-512-512-10")
                   for rows in (1, 1000))],
    *[(f"{case}: plain loops", lambda run, by, case=case: run.ratio(case, "plain", by), 7)
      for case in ("784-128-10 b1 predict", "784-512-512-10 b1 predict")],
    *[(f"{case} by a batch: FANN, row by row",
       lambda run, by, case=case: run.of_case(f"{case} one by one", case, "fann", by), least)
      for case, least in ((XOR, 4), (TINY, 10), (SMALL, 4))],
]


def same(run, case, by):
    one, two = run.result(case, by), run.result(case, f"{by}, 2 threads")
    return float(one["loss"] == two["loss"]) if one and two else None


def of_compilers(compilation):
    """The slowest model, in ms of mlpc and in seconds of a C compiler."""
    for what, key, most in (("slowest .mlp to .c of models/, ms", "milliseconds", 10),
                            ("slowest .c to .o of models/, s", "gcc", 3),
                            ("slowest .c to .o of models/, s", "clang", 3)):
        values = [result[key] if result[key] else math.inf for result in compilation.values()]
        if values:
            yield {"what": what, "by": "" if key == "milliseconds" else key, "value": max(values),
                   "goal": f"<= {most}", "met": max(values) <= most}


def of(all_of):
    run, goals = Run(all_of), []
    for what, value_of, goal in GOALS:
        for by in ("gcc", "clang"):
            value = value_of(run, by)
            if value is None:
                continue
            met = value >= goal if goal > 0 else value <= -goal
            text = f">= {goal}" if goal > 0 else f"<= {-goal}"
            goals.append({"what": what, "by": by, "value": value, "goal": text, "met": met})
    return goals + list(of_compilers(all_of.get("compilation", {})))
