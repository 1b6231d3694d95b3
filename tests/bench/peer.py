"""The side of a peer in Python: answers the questions of worker.c, and before them, for each case, a line

    case DATA CASE

CASE being JSON. A peer is a function of the case and its numbers that returns begin(), step() and loss();
finish(what step returned) waits until it is done."""

import json
import sys
import time
from pathlib import Path

import cases


def case_of(text):
    fields = json.loads(text)
    return cases.Case(**{**fields, "widths": tuple(fields["widths"])})


def serve(peer, finish=float):
    begin = step = loss = None
    for line in sys.stdin:
        word, rest = line.split(maxsplit=1)
        if word == "case":
            path, text = rest.split(maxsplit=1)
            begin = step = loss = None  # before there is another one
            begin, step, loss = peer(case_of(text), cases.read(Path(path)))
            begin()
            answer = "ready"
        elif word == "loss":
            begin()
            for _ in range(int(rest)):
                finish(step())
            answer = repr(float(loss()))
        else:
            start = time.perf_counter()
            for _ in range(int(rest)):
                value = step()
            finish(value)
            answer = repr(time.perf_counter() - start)
        print(answer, flush=True)
