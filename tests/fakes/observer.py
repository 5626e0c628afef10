"""A worker that watches nothing and imports nothing of the project: ``observer.py FOLDER FRAMEWORK JOB.json``.

``(observe)`` gives back the description of the job, or what lies in the folder for a framework and network: a network
(``FRAMEWORK-NAME.json``), or a habit (``{"habit": "kill"}``). Tools print the number in ``TOOL-NAME.json``, 7 else.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def found(folder: Path, *names: str) -> Any:
    path = folder / ("-".join(names).replace(":", "_") + ".json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def observe(out: TextIO, folder: Path, framework: str, model: dict[str, Any]) -> None:
    network = found(folder, framework, model["name"]) or model
    habit = network.get("habit", "")
    row: dict[str, Any] = {"model": model["name"], "framework": framework, "network": network, "status": "ok", "message": ""}
    row["input"] = "x".join(map(str, model["inputs"][0][1]))
    if habit == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if habit == "unsupported":
        row |= {"network": None, "status": habit, "message": "layer 'x': no such thing here"}
    if habit == "other":
        row |= {"network": model, "model": "somebody"}
    if habit == "broken":
        row["network"] = {**model, "layers": []}
    say(out, "network", **row)


def measure(out: TextIO, folder: Path, framework: str, tool: str, model: dict[str, Any]) -> None:
    row: dict[str, Any] = {"run": "run", "model": model["name"], "framework": framework, "tool": tool, "tool_version": "1.0"}
    row |= {"convention": "mac", "input": "x".join(map(str, model["inputs"][0][1])), "layer": "(total)", "op": "(model)"}
    row |= {"metric": "compute", "unit": "MAC", "status": "ok", "message": "", "value": found(folder, tool, model["name"]) or 7}
    say(out, "row", **row)


def main(where: str, framework: str, path: str) -> None:
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    with Path(job["rows"]).open("a", encoding="utf-8") as out:
        say(out, "hello", framework=framework, versions={framework: "1.0"}, platform="none")
        for index, name in job["cells"]:
            say(out, "start", cell=[index, name])
            if name == "(observe)":
                observe(out, Path(where), framework, job["models"][index])
            else:
                measure(out, Path(where), framework, name, job["models"][index])
            say(out, "end", cell=[index, name])
        say(out, "bye")


if __name__ == "__main__":
    main(*sys.argv[1:])
