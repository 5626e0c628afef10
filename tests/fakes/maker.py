"""A worker that makes files and imports nothing of the project but the contract: ``maker.py FRAMEWORK [WHAT=HABIT …] JOB.json``.

Every output is the same wave; ``(output)=double`` or ``(export:a)=refuse`` names a habit for all cells of that name, and
``lenet/(output)=…`` for those of one network. ``*`` dies before its first word.
"""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parents[2]))  # an isolated interpreter finds nothing else; the contract needs nothing else

from crosscheck.contract.job import Cell, Job, Kind
from crosscheck.contract.network import Model, numel


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def wave(count: int) -> list[float]:
    return [math.sin(k) for k in range(count)]


def output(model: Model, habit: str) -> bytes:
    """The wave in the shape of the network's output, as a file of NumPy's (format 1.0: a header as text, then float32)."""
    shape = model.by_id[model.outputs[0]].y
    bent = wave(numel(shape))
    if habit == "off":
        bent[1] += 1e-3
    if habit == "noise":
        bent = [x * (1 + 1e-7) for x in bent]
    if habit == "nan":
        bent[0] = math.nan
    if habit == "flat":
        bent = [3.0] * len(bent)
    head = repr({"descr": "<f4", "fortran_order": False, "shape": shape[::-1] if habit == "turned" else shape})
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(bent)}f", *bent)


def make(out: TextIO, framework: str, model: Model, cell: Cell, habit: str, source: str) -> None:
    row: dict[str, Any] = {"model": model.name, "framework": framework, "status": "ok", "message": ""}
    row |= {"input": model.input_text, "path": cell.path}
    path = Path(cell.path)
    if habit == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if habit in ("error", "unsupported"):
        row |= {"status": habit, "message": f"{habit} on purpose"}
    path.parent.mkdir(parents=True, exist_ok=True)
    if cell.kind is Kind.EXPORT:
        size = {"large": 17 * 2**20}.get(habit, 10)
        if row["status"] == "ok":
            path.write_text(habit)
            row["message"] = "a flaw" if habit == "flawed" else ""
        say(out, "export", **row, export=cell.name, bytes=size)
        return
    if row["status"] == "ok":
        path.write_bytes(output(model, Path(source).read_text() if source else habit))
    if habit == "elsewhere":
        row["path"] = "/tmp/another"
    say(out, "output", **row)


def main(framework: str, *words: str) -> None:
    habits = dict(word.split("=", 1) for word in words[:-1])
    if "*" in habits:
        sys.exit(7)
    job = Job.read(Path(words[-1]))
    with Path(job.rows).open("a", encoding="utf-8") as out:
        say(out, "hello", framework=framework, versions={framework: "1.0"}, platform="none")
        for cell in job.cells:
            model = job.models[cell.index]
            say(out, "start", cell=asdict(cell))
            habit = habits.get(f"{model.name}/{cell.label}", habits.get(cell.label, "good"))
            make(out, framework, model, cell, habit, job.files[cell.index] if job.files else "")
            say(out, "end", cell=asdict(cell))
        say(out, "bye")


if __name__ == "__main__":
    main(*sys.argv[1:])
