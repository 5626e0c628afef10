"""Runs one worker process per framework and turns every ending into rows: finished, crashed, hung, killed, half a line.

A worker that dies takes only the cell it was in with it: that cell becomes ``error`` rows, and a new worker does the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.rows import (
    TOTAL,
    Answer,
    Export,
    Fact,
    Measurement,
    Observed,
    Output,
    Question,
    RunInfo,
    from_dict,
    to_dict,
)
from crosscheck.errors import CrosscheckError, RowError
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo, installed_version, overlay_folder

CONTRACT, OBSERVE, SIZES = "(contract)", "(observe)", "(sizes)"
OUTPUT, EXPORT = "(output)", "(export:"
POLL_SECONDS = 0.02
Cell = tuple[int, str]
Launch = Callable[[str], list[str]]
Watch = Callable[[str, str, str, str], None]  # framework, model, tool, what happened


def launch_adapter(framework: str) -> list[str]:
    """Command of a framework's worker; ``-P`` keeps the current folder from shadowing a package."""
    return [sys.executable, "-P", "-m", f"adapters.{framework}"]


@dataclass(frozen=True)
class Plan:
    """What one worker is to do: every model with every tool; ``zero_ok`` lets a total of 0 be a number like any other.

    ``files``, one for each model, are the paths that models were imported from, for a framework that reads files. ``writes``
    are further cells that make a file: (index of the model, ``(output)`` or ``(export:…)``, path). ``observe`` asks for every
    network as it is seen to run; ``zoo``, one for each model, tells how to make a network that the framework brings itself.
    ``questions`` are asked of the framework's own layers, each in a cell ``(sizes)`` of its own. ``library`` is a further
    overlay, of the package that zoo networks come from.
    """

    framework: FrameworkInfo
    models: tuple[Model, ...]
    tools: tuple[ToolInfo, ...]
    contract: bool = False
    overlay: str = ""
    zero_ok: bool = False
    files: tuple[str, ...] = ()
    writes: tuple[tuple[int, str, str], ...] = ()
    questions: tuple[Question, ...] = ()
    observe: bool = False
    zoo: tuple[dict[str, Any], ...] = ()
    library: str = ""

    @property
    def name(self) -> str:
        """The framework, and the overlay that its worker runs with."""
        return f"{self.framework.id}+{self.overlay}" if self.overlay else self.framework.id

    @property
    def cells(self) -> list[Cell]:
        """(index of the model or question, tool) in the order of work."""
        names = [CONTRACT] * self.contract + [OBSERVE] * self.observe + [t.id for t in self.tools]
        made = [[name for index, name, _ in self.writes if index == k] for k in range(len(self.models))]
        counted = [(k, name) for k in range(len(self.models)) for name in (*names, *made[k])]
        return counted + [(k, SIZES) for k in range(len(self.questions))]

    def subject(self, cell: Cell) -> Model | Question:
        """What a cell is about."""
        return self.questions[cell[0]] if cell[1] == SIZES else self.models[cell[0]]


@dataclass
class Outcome:
    """All that came back from one framework: rows, facts, versions, exit codes and the log."""

    name: str
    rows: list[Measurement] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    files: list[Export | Output] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    networks: list[Observed] = field(default_factory=list)
    info: RunInfo | None = None
    exit_codes: list[int] = field(default_factory=list)
    log: str = ""


def quiet(*_: str) -> None:
    """A watch that says nothing."""


def run(
    plans: Sequence[Plan],
    *,
    run_id: str = "run",
    logs: Path,
    timeout: float = 600.0,
    parallel: int = 2,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> list[Outcome]:
    """Run the plans, ``parallel`` workers side by side, in the plans' order; ``timeout`` seconds is the limit of one cell.

    An interrupt ends every worker and is raised again.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, parallel)) as pool:
        work = [pool.submit(_framework, p, run_id, logs, timeout, launch, watch, stop) for p in plans]
        try:
            wait(work, return_when=FIRST_EXCEPTION)
            return [f.result() for f in work]
        except BaseException:
            stop.set()
            for f in work:
                f.cancel()
            raise


def _framework(
    plan: Plan, run_id: str, logs: Path, timeout: float, launch: Launch, watch: Watch, stop: threading.Event
) -> Outcome:
    name = plan.framework.id
    outcome = Outcome(plan.name, log=str(logs / f"{plan.name}.log"))
    missing = _missing(plan)
    left = [cell for cell in plan.cells if cell[1] not in missing]
    for cell in plan.cells:
        if cell[1] in missing:
            _fail(outcome, plan, run_id, cell, "skipped", missing[cell[1]])
            watch(plan.name, plan.subject(cell).name, cell[1], "skipped")
    if not left:
        return outcome
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as temp, Path(outcome.log).open("w", encoding="utf-8") as log:
        while left and not stop.is_set():
            left = _worker(plan, run_id, left, Path(temp), log, timeout, launch(name), watch, stop, outcome)
    return outcome


def _missing(plan: Plan) -> dict[str, str]:
    """Tools that cannot run here, and what to do about it."""
    fw = plan.framework
    if not fw.installed:
        reason = f"{fw.title} is not installed. Install it with: {fw.install_hint}"
        return {tool: reason for _, tool in plan.cells}
    lost = {t.id: f"{t.package} is not installed. Install it with: {fw.hint_for(t)}" for t in plan.tools if not t.version}
    for needed in (p for p in fw.needs if not installed_version(p)):
        reason = f"{needed} is not installed. Install it with: {fw.install_hint}"
        lost |= {name: reason for _, name, _ in plan.writes if fw.reads or name.startswith(EXPORT)}
    return lost


def _worker(
    plan: Plan,
    run_id: str,
    cells: list[Cell],
    temp: Path,
    log: Any,
    timeout: float,
    command: list[str],
    watch: Watch,
    stop: threading.Event,
    outcome: Outcome,
) -> list[Cell]:
    """Start one worker on ``cells`` and read its rows until it ends; gives the cells that are still to do."""
    tag = f"{plan.name}-{len(outcome.exit_codes)}"
    job, rows = temp / f"{tag}.json", temp / f"{tag}.jsonl"
    job.write_text(
        json.dumps(
            {
                "run": run_id,
                "rows": str(rows),
                "models": [m.to_json() for m in plan.models],
                "cells": cells,
                "zero_ok": plan.zero_ok,
                "writes": plan.writes,
                "files": plan.files,
                "questions": [to_dict(q) for q in plan.questions],
                "zoo": plan.zoo,
            }
        ),
        encoding="utf-8",
    )
    rows.touch()
    reader = _Reader(plan, run_id, cells, outcome, watch)
    log.write(f"# {' '.join(command[1:])}: {len(cells)} cells\n")
    log.flush()
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            [*command, str(job)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment(plan)
        )
    except OSError as error:
        raise CrosscheckError(f"{plan.framework.id}: the worker cannot be started: {error}") from None
    ending = ""
    try:
        with rows.open("r", encoding="utf-8", errors="replace") as file:
            last = time.monotonic()
            while process.poll() is None:
                if reader.feed(file.read()):
                    last = time.monotonic()
                if stop.is_set() or time.monotonic() - last > timeout:
                    ending = "interrupted" if stop.is_set() else f"no answer within {timeout:g} s, so it was ended"
                    break
                time.sleep(POLL_SECONDS)
            _end(process)
            reader.feed(file.read())
    finally:
        _end(process)
    code = process.wait()
    outcome.exit_codes.append(code)
    log.write(f"# exit code {code}\n")
    return reader.finish(ending or _how(code))


def environment(plan: Plan) -> dict[str, str]:
    """The worker's environment; overlays come before the environment's own packages."""
    path = [str(overlay_folder(name)) for name in (plan.overlay, plan.library) if name]
    path += [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _how(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"the worker was ended by {signal.Signals(-code).name}"
    return f"the worker ended with exit code {code}"


class _Reader:
    """Reads a worker's lines as they grow; rows count only when their cell has ended."""

    def __init__(self, plan: Plan, run_id: str, cells: list[Cell], outcome: Outcome, watch: Watch) -> None:
        self.plan, self.run_id, self.outcome, self.watch = plan, run_id, outcome, watch
        self.left = list(cells)
        self.buffer, self.odd = "", ""
        self.cell: Cell | None = None
        self.rows: list[Measurement] = []
        self.facts: list[Fact] = []
        self.files: list[Export | Output] = []
        self.answers: list[Answer] = []
        self.networks: list[Observed] = []

    def feed(self, text: str) -> bool:
        """Take what was written since; True where a whole line came."""
        self.buffer += text
        *lines, self.buffer = self.buffer.split("\n")
        for line in lines:
            try:
                self._line(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, CrosscheckError) as error:
                self.odd = f"a line that is no row ({type(error).__name__}: {error}): {line[:80]!r}"
        return bool(lines)

    def _line(self, data: dict[str, Any]) -> None:
        event = data.pop("event") if isinstance(data, dict) else data
        if event == "hello":
            self.outcome.info = from_dict(RunInfo, data)
        elif event == "start":
            self.cell, self.odd = (data["cell"][0], data["cell"][1]), ""
            self.rows, self.facts, self.files, self.networks, self.answers = [], [], [], [], []
            self.watch(self.outcome.name, self.plan.subject(self.cell).name, self.cell[1], "start")
        elif event == "row":
            self.rows.append(self._own(from_dict(Measurement, data)))
        elif event == "fact":
            self.facts.append(from_dict(Fact, data))
        elif event == "export":
            self.files.append(self._own_file(from_dict(Export, data)))
        elif event == "output":
            self.files.append(self._own_file(from_dict(Output, data)))
        elif event == "answer":
            self.answers.append(self._own_answer(from_dict(Answer, data)))
        elif event == "network":
            self.networks.append(self._own_network(from_dict(Observed, data)))
        elif event == "fail":
            self.odd = str(data["message"])
        elif event == "end":
            self._close((data["cell"][0], data["cell"][1]))
        elif event != "bye":
            raise RowError(f"unknown event {event!r}")

    def _own(self, row: Measurement) -> Measurement:
        """The row, if it is of the cell under way; raises RowError otherwise."""
        index, tool = self.cell or (-1, "")
        subject = self.plan.subject((index, tool))
        if (row.model, row.input, row.tool) != (subject.name, subject.input_text, tool):
            raise RowError(f"a row of {row.model} × {row.tool} that is not of this cell")
        return row

    def _own_file(self, row: Export | Output) -> Export | Output:
        """The row, if its file is the one that this cell was to make; raises RowError otherwise."""
        if (*(self.cell or (-1, "")), row.path) not in self.plan.writes:
            raise RowError(f"a file {row.path!r} that is not of this cell")
        return row

    def _own_answer(self, row: Answer) -> Answer:
        """The answer, if it is to the question under way; raises RowError otherwise."""
        index, tool = self.cell or (-1, "")
        asked = self.plan.questions[index].name if tool == SIZES else ""
        if (row.question, row.framework) != (asked, self.plan.framework.id):
            raise RowError(f"an answer to {row.question!r} that is not of this cell")
        return row

    def _own_network(self, row: Observed) -> Observed:
        """The row, if it is of the network under way and can be read; raises RowError or SpecError otherwise."""
        index, _ = self.cell or (-1, "")
        if (row.model, row.input) != (self.plan.models[index].name, self.plan.models[index].input_text):
            raise RowError(f"a network {row.model} that is not of this cell")
        if row.network is not None:
            Model.from_json(row.network)
        return row

    def _close(self, cell: Cell) -> None:
        if cell not in self.left or cell != self.cell:
            return
        self.left.remove(cell)
        status = "ok"
        if self.odd or not (self.rows or self.facts or self.files or self.networks or self.answers):
            _fail(self.outcome, self.plan, self.run_id, cell, "error", self._blame(self.odd or "the worker wrote no row"))
            status = "error"
        else:
            self.outcome.rows += self.rows
            self.outcome.facts += self.facts
            self.outcome.files += self.files
            self.outcome.networks += self.networks
            self.outcome.answers += self.answers
            said = [r.status for r in (*self.rows, *self.files, *self.networks)]
            status = next((s for s in said if s in ("error", "unsupported")), status)
        self.watch(self.outcome.name, self.plan.subject(cell).name, cell[1], status)
        self.cell, self.rows, self.facts, self.files, self.networks, self.answers = None, [], [], [], [], []

    def _blame(self, how: str) -> str:
        return f"{how}; log: {Path(self.outcome.log).name}"

    def finish(self, how: str) -> list[Cell]:
        """The worker has ended: blame the cell it was in; where it died outside of any cell, all that is left fails."""
        if not self.left:
            return []
        if self.buffer:
            how += ", in the middle of a line"
        lost = [self.cell] if self.cell in self.left and self.cell is not None else list(self.left)
        for cell in lost:
            self.left.remove(cell)
            _fail(self.outcome, self.plan, self.run_id, cell, "error", self._blame(how))
            self.watch(self.outcome.name, self.plan.subject(cell).name, cell[1], "error")
        return self.left


def _fail(outcome: Outcome, plan: Plan, run_id: str, cell: Cell, status: str, message: str) -> None:
    if cell[1] == SIZES:
        outcome.answers.append(Answer(plan.questions[cell[0]].name, plan.framework.id, None, (), status, message))
        return
    outcome.rows += _failed(plan, run_id, cell, status, message)
    outcome.files += _unmade(plan, cell, status, message)
    if cell[1] == OBSERVE:
        model = plan.models[cell[0]]
        outcome.networks.append(Observed(model.name, plan.framework.id, model.input_text, None, status, message))


def _unmade(plan: Plan, cell: Cell, status: str, message: str) -> Iterator[Export | Output]:
    """The row of a file that was not made."""
    model, name = plan.models[cell[0]], cell[1]
    for path in (p for k, n, p in plan.writes if (k, n) == cell):
        common = (model.name, plan.framework.id, model.input_text)
        if name.startswith(EXPORT):
            yield Export(*common, name.removeprefix(EXPORT).removesuffix(")"), path, 0, status, message)
        else:
            yield Output(*common, path, status, message)


def _failed(plan: Plan, run_id: str, cell: Cell, status: str, message: str) -> Iterator[Measurement]:
    model = plan.models[cell[0]]
    for tool in (t for t in plan.tools if t.id == cell[1]):
        for metric in tool.metrics:
            yield Measurement(
                run=run_id,
                model=model.name,
                framework=plan.framework.id,
                tool=tool.id,
                tool_version="",
                convention=tool.convention,
                input=model.input_text,
                layer=TOTAL,
                op="(model)",
                metric=metric,
                value=None,
                unit="",
                status=status,
                message=message,
            )
