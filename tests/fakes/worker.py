"""A worker that imports nothing of the project but the contract: ``worker.py [TOOL=HABIT …] JOB.json``.

It says the true number of MACs of the classic LeNet-5 for every cell, unless a habit is named for the tool. ``*=crash`` dies
before its first word.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parents[2]))  # an isolated interpreter finds nothing else; the contract needs nothing else

from crosscheck.contract.job import Cell, Job

LENET5_MACS = 416_520


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def row(job: Job, cell: Cell, value: Any) -> dict[str, Any]:
    model = job.models[cell.index]
    return {
        "run": job.run,
        "model": model.name,
        "framework": "fake",
        "tool": cell.name,
        "tool_version": "1.0",
        "convention": "mac",
        "input": model.input_text,
        "layer": "(total)",
        "op": "(model)",
        "metric": "compute",
        "value": value,
        "unit": "MAC",
        "status": "ok",
        "message": "",
    }


def die_by(which: signal.Signals) -> None:
    os.kill(os.getpid(), which)
    time.sleep(60)  # the signal comes before this ends


def talk(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def hang() -> None:
    deaf = [s.name for s in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(s) is signal.SIG_IGN]
    talk(f"ignores {deaf}\npid {os.getpid()}\n")
    time.sleep(60)


def main(*words: str) -> None:
    habits = dict(word.split("=", 1) for word in words[:-1])
    if habits.get("*") == "crash":
        sys.stderr.write("cannot import the framework\n")
        sys.exit(7)
    job = Job.read(Path(words[-1]))
    with Path(job.rows).open("a", encoding="utf-8") as out:
        say(out, "hello", framework="fake", versions={"fake": "1.0"}, platform="none")
        for cell in job.cells:
            say(out, "start", cell=asdict(cell))
            do(out, job, cell, habits.get(cell.label, "good"))
            say(out, "end", cell=asdict(cell))
        say(out, "bye")


def do(out: TextIO, job: Job, cell: Cell, habit: str) -> None:
    def good(value: Any = LENET5_MACS) -> None:
        say(out, "row", **row(job, cell, value))

    def layers() -> None:
        say(out, "row", **row(job, cell, 7) | {"layer": "features.c1", "op": "conv"})
        good()

    def noisy() -> None:
        talk('{"event":"row","value":1}\n' * 200)
        sys.stderr.write("WARNING: a framework talks\n" * 200)
        good()

    def half_a_line() -> None:
        good()
        out.write('{"event":"row","run":"te')
        out.flush()
        die_by(signal.SIGKILL)

    def exits() -> None:
        good()
        sys.exit(3)

    def broken(text: str) -> None:
        good()
        out.write(text + "\n")

    def other_cell() -> None:
        say(out, "row", **row(job, replace(cell, name="somebody_else"), 1))

    kinds: dict[str, Callable[[], None]] = {
        "good": good,
        "wrong": lambda: good(LENET5_MACS + 1),
        "float": lambda: good(float(LENET5_MACS)),
        "layers": layers,
        "noisy": noisy,
        "silent": lambda: None,
        "hang": hang,
        "kill": lambda: die_by(signal.SIGKILL),
        "segfault": lambda: die_by(signal.SIGSEGV),
        "exit": exits,
        "half": half_a_line,
        "garbage": lambda: broken("Segmentation fault (core dumped)"),
        "number": lambda: broken("7"),
        "unknown": lambda: broken('{"event":"rwo"}'),
        "nameless": lambda: broken('{"value":1}'),
        "other_cell": other_cell,
        "refuses": lambda: say(out, "fail", message="ImportError: no such tool"),
        "ends_another": lambda: say(out, "end", cell=asdict(replace(cell, name="third"))),
        "lacking": lambda: say(out, "row", **{k: v for k, v in row(job, cell, 1).items() if k != "unit"}),
    }
    kinds[habit]()


if __name__ == "__main__":
    main(*sys.argv[1:])
