"""A worker that makes files and imports no framework: ``maker.py FRAMEWORK [WHAT=HABIT …] JOB.json``.

Every output is the same wave; ``(output)=double`` or ``(export:a)=refuse`` names a habit for all cells of that name, and
``lenet/(output)=…`` for those of one network. ``*`` dies before its first word.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

import numpy as np


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def wave(model: dict[str, Any]) -> Any:
    shape = next(x["out_shapes"][0] for x in model["layers"] if x["id"] == model["outputs"][0])
    return np.sin(np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)


def output(array: Any, habit: str) -> Any:
    bent = array.copy()
    if habit == "off":
        bent.flat[1] += 1e-3
    if habit == "noise":
        bent *= np.float32(1 + 1e-7)
    if habit == "nan":
        bent.flat[0] = np.nan
    if habit == "flat":
        bent[:] = 3
    return bent.T if habit == "turned" else bent


def make(out: TextIO, framework: str, model: dict[str, Any], name: str, path: Path, habit: str, source: str) -> None:
    kind, _, word = name.strip("()").partition(":")
    row: dict[str, Any] = {"model": model["name"], "framework": framework, "status": "ok", "message": ""}
    row |= {"input": "x".join(map(str, model["inputs"][0][1])), "path": str(path)}
    if habit == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if habit in ("error", "unsupported"):
        row |= {"status": habit, "message": f"{habit} on purpose"}
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "export":
        size = {"large": 17 * 2**20}.get(habit, 10)
        if row["status"] == "ok":
            path.write_text(habit)
            row["message"] = "a flaw" if habit == "flawed" else ""
        say(out, "export", **row, export=word, bytes=size)
        return
    if row["status"] == "ok":
        np.save(path, output(wave(model), Path(source).read_text() if source else habit))
    if habit == "elsewhere":
        row["path"] = "/tmp/another"
    say(out, "output", **row)


def main(framework: str, *words: str) -> None:
    habits = dict(word.split("=", 1) for word in words[:-1])
    if "*" in habits:
        sys.exit(7)
    job = json.loads(Path(words[-1]).read_text(encoding="utf-8"))
    paths = {(index, name): path for index, name, path in job["writes"]}
    with Path(job["rows"]).open("a", encoding="utf-8") as out:
        say(out, "hello", framework=framework, versions={framework: "1.0"}, platform="none")
        for index, name in job["cells"]:
            model = job["models"][index]
            say(out, "start", cell=[index, name])
            habit = habits.get(f"{model['name']}/{name}", habits.get(name, "good"))
            source = job["files"][index] if job["files"] else ""
            make(out, framework, model, name, Path(paths[index, name]), habit, source)
            say(out, "end", cell=[index, name])
        say(out, "bye")


if __name__ == "__main__":
    main(*sys.argv[1:])
