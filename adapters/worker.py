"""The loop that every framework's process runs: read a job, build each network, run its tools, append rows.

``python -P -m adapters.<name> JOB.json`` does one job; with ``-`` the paths of jobs come on standard input, one a line.
A job is ``{"run", "rows", "models": [Model JSON, …], "cells": [[index of the model, tool], …]}``; with ``"zero_ok": true`` a
total of 0 is a number like any other. ``"files"``, a path for each model, is for an adapter that reads files, whose builder gets
the path beside the model that was imported from it. The pseudo tool ``(contract)`` asks the native network for its shapes and
parameters, ``(observe)`` has it watched while it runs and gives what was seen as a description: see adapters.recorder.
``"zoo"``, a maker and its options for each model, is for networks that a framework brings itself: its ``zoo.py`` builds them, and
what was seen of them takes the place of the description. ``"writes"``, rows of ``[index, pseudo tool, path]``, names the file of
every cell that makes one: see adapters.cells.files. ``"questions"`` are for the adapter's ``sizes.py``, each asked in a cell
``[index of the question, "(sizes)"]``.
The rows file gets one JSON object a line: ``hello``, then for every cell ``start``, its rows and ``end``, at last ``bye``;
``fail`` before ``end`` says why a cell has no rows at all. What a tool prints goes to the log; rows of a cell without ``end``
do not count.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from crosscheck.contract.network import CONTAINER, Model
from crosscheck.contract.rows import (
    TOTAL,
    UNATTRIBUTED,
    Answer,
    Fact,
    Measurement,
    Observed,
    Question,
    Reading,
    RunInfo,
    dump_line,
    from_dict,
    to_dict,
)

CONTRACT, OBSERVE, SIZES = "(contract)", "(observe)", "(sizes)"


class Unsupported(Exception):  # noqa: N818 - a finding, not a fault
    """The framework or the tool has no way to express this network; the message names the layer and the reason."""


def version_of(package: str) -> str:
    """Installed version of the first of ``a|b`` that is there, without a build's local suffix."""
    *others, last = package.split("|")
    for name in others:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name).split("+")[0]
    return importlib.metadata.version(last).split("+")[0]


def main(package: str) -> None:
    """Run the jobs named on the command line with the adapter ``package`` (``adapters.pytorch``)."""
    jobs: Iterable[str] = sys.stdin if sys.argv[1:] == ["-"] else sys.argv[1:]
    for path in jobs:
        run_job(package, json.loads(Path(path.strip()).read_text(encoding="utf-8")))


def run_job(package: str, job: dict[str, Any]) -> None:
    """Run every cell of one job; a cell that fails becomes rows and hides no other."""
    adapter: Any = importlib.import_module(package)
    with Path(job["rows"]).open("a", encoding="utf-8") as out:
        builder: Any = importlib.import_module(f"{package}.build")
        versions = {name: version_of(name) for name in adapter.PACKAGES}
        _write(out, "hello", to_dict(RunInfo(adapter.FRAMEWORK, versions, platform.platform())))
        paths = {(index, name): path for index, name, path in job.get("writes", ())}
        files: Any = importlib.import_module("adapters.cells.files") if paths else None
        zoo: Any = importlib.import_module(f"{package}.zoo") if job.get("zoo") else None
        current, native, broken = -1, None, ""
        for index, tool in job["cells"]:
            _write(out, "start", {"cell": [index, tool]})
            if tool == SIZES:
                _write(out, "answer", _answer(package, adapter.FRAMEWORK, from_dict(Question, job["questions"][index])))
                _write(out, "end", {"cell": [index, tool]})
                continue
            if index != current:
                native = None  # frees the previous network before the next one is built
                model = Model.from_json(job["models"][index])
                file = [job["files"][index]] if job.get("files") else []
                current, (native, broken) = index, _build(builder if zoo is None else zoo, model, *file, *_recipe(job, index))
                model = getattr(native, "seen", None) or model
            try:
                path = paths.get((index, tool))
                if path is None:
                    rows = _cell(package, adapter.FRAMEWORK, builder, job, model, native, broken, tool)
                else:
                    rows = files.cell(package, adapter.FRAMEWORK, builder, model, native, broken, tool, Path(path))
                for event, row in rows:
                    _write(out, event, row)
            except Exception as error:  # a tool that cannot be imported, or facts that cannot be had
                _write(out, "fail", {"message": reason(error)})
            _write(out, "end", {"cell": [index, tool]})
        _write(out, "bye", {})


def _write(out: TextIO, event: str, data: dict[str, Any]) -> None:
    out.write(dump_line(event, data))
    out.flush()


def reason(error: BaseException) -> str:
    """An exception as one line, without colours."""
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split())
    return f"{type(error).__name__}: {text}"[:500]


def _recipe(job: dict[str, Any], index: int) -> list[Any]:
    return [job["zoo"][index]] if job.get("zoo") else []


def _build(builder: Any, model: Model, *file: Any) -> tuple[Any, str]:
    try:
        return builder.build(model, *file), ""
    except Unsupported as why:
        return None, f"unsupported {why}"
    except Exception as error:  # any framework error becomes a row
        return None, f"error {reason(error)}"


def _cell(
    package: str, framework: str, builder: Any, job: dict[str, Any], model: Model, native: Any, broken: str, tool_id: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    if tool_id == CONTRACT:
        for fact in builder.facts(native, model) if native is not None else ():
            yield "fact", to_dict(Fact(model=model.name, framework=framework, input=model.input_text, **fact))
        return
    if tool_id == OBSERVE:
        yield "network", to_dict(_observed(package, framework, model, native, broken))
        return
    tool: Any = importlib.import_module(f"{package}.tools.{tool_id}")
    common = {
        "run": job["run"],
        "model": model.name,
        "framework": framework,
        "tool": tool_id,
        "tool_version": version_of(tool.PACKAGE),
        "convention": tool.CONVENTION,
        "input": model.input_text,
    }
    status, message, rows = "ok", "", []
    if native is None:
        status, message = broken.split(" ", 1)
    else:
        try:
            readings = list(tool.measure(builder.fresh(native), model))
            _judge(tool, model, readings, bool(job.get("zero_ok")))
            rows = list(_complete(tool, model, readings, common))
        except Unsupported as why:
            status, message = "unsupported", str(why)
        except Exception as error:  # any tool's error becomes a row
            status, message = "error", reason(error)
    for metric in tool.METRICS if status != "ok" else ():
        rows.append(
            Measurement(**common, layer=TOTAL, op="(model)", metric=metric, value=None, unit="", status=status, message=message)
        )
    for row in rows:
        yield "row", to_dict(row)


def _answer(package: str, framework: str, question: Question) -> dict[str, Any]:
    """What the framework's own layer makes of one question, its refusal included."""
    asked: Any = importlib.import_module(f"{package}.sizes")
    shape, values, status, message = None, (), "ok", ""
    try:
        output = asked.answer(question)
        shape, values = tuple(output.shape), tuple(output.ravel().tolist())
    except Unsupported as why:
        status, message = "unsupported", str(why)
    except Exception as error:  # what a layer refuses is an answer
        status, message = "refused", reason(error)
    return to_dict(Answer(question.name, framework, shape, values, status, message))


def _observed(package: str, framework: str, model: Model, native: Any, broken: str) -> Observed:
    """The native network as it runs, or why there is none."""
    common = (model.name, framework, model.input_text)
    if native is None:
        return Observed(*common, None, *broken.split(" ", 1))
    seen = getattr(native, "seen", None)
    if seen is None:
        seen = importlib.import_module(f"{package}.observe").observe(native, model)
    return Observed(*common, seen.to_json(), "ok")


def _judge(tool: Any, model: Model, readings: list[Reading], zero_ok: bool = False) -> None:
    """Refuse what no tool may say: unknown layers, repeated rows, no total, a total of 0 for a network that multiplies."""
    known = {TOTAL, *model.by_id, *model.blocks}
    keys = [(r.layer, r.metric) for r in readings]
    odd = [layer for layer, _ in keys if layer not in known]
    if odd:
        raise ValueError(f"a row for layer {odd[0]!r}, which the network does not have")
    if len(set(keys)) != len(keys):
        raise ValueError(f"two rows for {next(k for k in keys if keys.count(k) > 1)}")
    works = any(layer.op in ("conv", "linear") and not layer.functional for layer in model.layers)
    for metric in tool.METRICS:
        total = next((r.value for r in readings if (r.layer, r.metric) == (TOTAL, metric)), None)
        if total is None:
            raise ValueError(f"no total for {metric}")
        if total == 0 and works and metric == "compute" and not zero_ok:
            raise ValueError("a total of 0 for a network that multiplies: the tool saw no shapes, or no operation that it knows")


def _complete(tool: Any, model: Model, readings: list[Reading], common: dict[str, str]) -> Iterator[Measurement]:
    """Every layer × metric in the network's order: what the tool said, ``absent`` where nothing, the rest of its total.

    Containers have a row where the tool said something of them. ``PER_LAYER`` is False, or names the metrics that have layers.
    """
    said = {(r.layer, r.metric): r for r in readings}
    containers = dict.fromkeys(r.layer for r in readings if r.layer in model.blocks and r.layer not in model.by_id)
    listed = getattr(tool, "PER_LAYER", True)
    for metric in tool.METRICS:
        per_layer = metric in listed if isinstance(listed, tuple) else listed
        total = said[TOTAL, metric]
        rest = total.value or 0
        rows = [(layer.id, layer.op) for layer in model.layers]
        rows += [(path, CONTAINER) for path in containers if (path, metric) in said]
        for name, op in rows if per_layer else ():
            r = said.get((name, metric))
            rest -= (r.value or 0) if r else 0
            yield Measurement(
                **common,
                layer=name,
                op=op,
                metric=metric,
                value=r.value if r else None,
                unit=total.unit,
                status="ok" if r and r.value is not None else "absent",
                message=r.message if r else "",
            )
        if rest and per_layer:
            yield Measurement(**common, layer=UNATTRIBUTED, op="(model)", metric=metric, value=rest, unit=total.unit, status="ok")
        yield Measurement(
            **common,
            layer=TOTAL,
            op="(model)",
            metric=metric,
            value=total.value,
            unit=total.unit,
            status="ok",
            message=total.message,
        )
