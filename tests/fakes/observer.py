"""A worker that watches nothing and imports nothing of the project but the contract: ``observer.py FOLDER FRAMEWORK JOB.json``.

``(observe)`` gives back the description of the job, or what lies in the folder for a framework and network: a network
(``FRAMEWORK-NAME.json``), or a habit (``{"habit": "kill"}``). Tools print the number in ``TOOL-NAME.json``, 7 else;
a text there is the error that they die with, in two metrics. Their convention is in ``TOOL-convention.json``, mac else.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parents[2]))  # an isolated interpreter finds nothing else; the contract needs nothing else

from crosscheck.contract.job import Job, Kind
from crosscheck.contract.network import Model


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def found(folder: Path, *names: str) -> Any:
    path = folder / ("-".join(names).replace(":", "_") + ".json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def observe(out: TextIO, folder: Path, framework: str, model: Model) -> None:
    network = found(folder, framework, model.name) or model.to_json()
    habit = network.get("habit", "")
    row: dict[str, Any] = {"model": model.name, "framework": framework, "network": network, "status": "ok", "message": ""}
    row["input"] = model.input_text
    if habit == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if habit == "unsupported":
        row |= {"network": None, "status": habit, "message": "layer 'x': no such thing here"}
    if habit == "other":
        row |= {"network": model.to_json(), "model": "somebody"}
    if habit == "broken":
        row["network"] = {**model.to_json(), "layers": []}
    say(out, "network", **row)


def measure(out: TextIO, folder: Path, framework: str, tool: str, model: Model) -> None:
    row: dict[str, Any] = {"run": "run", "model": model.name, "framework": framework, "tool": tool, "tool_version": "1.0"}
    row |= {
        "convention": found(folder, tool, "convention") or "mac",
        "input": model.input_text,
        "layer": "(total)",
        "op": "(model)",
    }
    row |= {"metric": "compute", "unit": "MAC", "status": "ok", "message": "", "value": found(folder, tool, model.name) or 7}
    if isinstance(row["value"], str):
        row |= {"value": None, "unit": "", "status": "error", "message": row["value"]}
        say(out, "row", **row | {"metric": "params"})
    say(out, "row", **row)


def main(where: str, framework: str, path: str) -> None:
    job = Job.read(Path(path))
    with Path(job.rows).open("a", encoding="utf-8") as out:
        say(out, "hello", framework=framework, versions={framework: "1.0"}, platform="none")
        for cell in job.cells:
            say(out, "start", cell=asdict(cell))
            if cell.kind is Kind.OBSERVE:
                observe(out, Path(where), framework, job.models[cell.index])
            else:
                measure(out, Path(where), framework, cell.name, job.models[cell.index])
            say(out, "end", cell=asdict(cell))
        say(out, "bye")


if __name__ == "__main__":
    main(*sys.argv[1:])
