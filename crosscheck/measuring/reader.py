"""Reads what a worker writes, line by line as it grows; every ending of a cell becomes rows with a status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crosscheck.contract.job import ROWS, Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.contract.rows import (
    EVENTS,
    TOTAL,
    Answer,
    CellRow,
    Export,
    Fact,
    Measurement,
    Observed,
    Output,
    RunInfo,
    from_dict,
)
from crosscheck.errors import CrosscheckError, RowError
from crosscheck.measuring.plan import Outcome, Plan, Watch

_TYPES = {event: kind for kind, event in EVENTS.items()}


class Reader:
    """Reads a worker's lines as they grow; rows count only when their cell has ended."""

    def __init__(self, plan: Plan, run_id: str, cells: Sequence[Cell], outcome: Outcome, watch: Watch) -> None:
        self.plan, self.run_id, self.outcome, self.watch = plan, run_id, outcome, watch
        self.left = list(cells)
        self.buffer, self.odd = "", ""
        self.taken = 0  # characters since the last cell began
        self.cell: Cell | None = None
        self.rows: list[CellRow] = []

    def feed(self, text: str) -> bool:
        """Take what was written since; True where a whole line came."""
        self.taken += len(text)
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
        if event in _TYPES:
            self.rows.append(self._own(from_dict(_TYPES[event], data)))
        elif event == "hello":
            self.outcome.info = from_dict(RunInfo, data)
        elif event == "start":
            self.cell, self.odd, self.rows = Cell.from_json(data["cell"]), "", []
            self.taken = 0
            self._tell(self.cell, "start")
        elif event == "fail":
            self.odd = str(data["message"])
        elif event == "end":
            self._close(Cell.from_json(data["cell"]))
        elif event != "bye":
            raise RowError(f"unknown event {event!r}")

    def _tell(self, cell: Cell, happened: str) -> None:
        self.watch(self.outcome.name, self.plan.subject(cell).name, cell.label, happened)

    def _own(self, row: CellRow) -> CellRow:
        """The row, if it is of the cell under way and can be read; raises RowError or SpecError otherwise."""
        cell = self.cell
        if cell is None or type(row) is not ROWS[cell.kind] or not _belongs(row, self.plan, cell):
            raise RowError(f"{_name(row)} that is not of this cell")
        if isinstance(row, Observed) and row.network is not None:
            Model.from_json(row.network)
        return row

    def _close(self, cell: Cell) -> None:
        if cell not in self.left or cell != self.cell:
            return
        self.left.remove(cell)
        if self.odd or not self.rows:
            self._lose(cell, self.odd or "the worker wrote no row")
        else:
            said = [getattr(row, "status", "ok") for row in self.rows]
            for row in self.rows:
                self.outcome.add(row)
            self._tell(cell, next((s for s in said if s in ("error", "unsupported")), "ok"))
        self.cell, self.rows = None, []

    def _lose(self, cell: Cell, how: str) -> None:
        message = f"{how}; log: {Path(self.outcome.log).name}"
        for row in failed(self.plan, self.run_id, cell, "error", message):
            self.outcome.add(row)
        self._tell(cell, "error")

    def finish(self, how: str) -> list[Cell]:
        """The worker has ended: blame the cell it was in; where it died outside of any cell, all that is left fails."""
        if not self.left:
            return []
        if self.buffer:
            how += ", in the middle of a line"
        for cell in self._doomed():
            self.left.remove(cell)
            self._lose(cell, how)
        return self.left

    def _doomed(self) -> list[Cell]:
        """The cell under way, and where a network of others' code was being watched, all that would run it again."""
        now = self.cell
        if now is None or now not in self.left:
            return list(self.left)
        if now.kind is Kind.OBSERVE and (self.plan.own or self.plan.zoo):
            return [cell for cell in self.left if cell.index == now.index]
        return [now]


def _belongs(row: CellRow, plan: Plan, cell: Cell) -> bool:
    """True where a row is about what its cell is about."""
    subject = plan.subject(cell)
    match row:
        case Answer():
            return (row.question, row.framework) == (subject.name, plan.framework.id)
        case Measurement():
            return (row.model, row.input, row.tool) == (subject.name, subject.input_text, cell.name)
        case Export() | Output():
            return (row.model, row.input, row.path) == (subject.name, subject.input_text, cell.path)
        case _:
            return (row.model, row.input) == (subject.name, subject.input_text)


def _name(row: CellRow) -> str:
    """What a row is of, for an error."""
    match row:
        case Measurement():
            return f"a row of {row.model} × {row.tool}"
        case Export() | Output():
            return f"a file {row.path!r}"
        case Answer():
            return f"an answer to {row.question!r}"
        case Fact():
            return f"a fact of {row.model}"
        case Observed():
            return f"a network {row.model}"


def failed(plan: Plan, run_id: str, cell: Cell, status: str, message: str) -> Iterator[CellRow]:
    """The rows of a cell that gave none of its own, with the reason as their message; the contract has no row for that."""
    subject, framework = plan.subject(cell), plan.framework.id
    match cell.kind:
        case Kind.SIZES:
            yield Answer(subject.name, framework, None, (), status, message)
        case Kind.OBSERVE:
            yield Observed(subject.name, framework, subject.input_text, None, status, message)
        case Kind.OUTPUT:
            yield Output(subject.name, framework, subject.input_text, cell.path, status, message)
        case Kind.EXPORT:
            yield Export(subject.name, framework, subject.input_text, cell.name, cell.path, 0, status, message)
        case Kind.TOOL:
            yield from _unmeasured(plan, run_id, cell, status, message)


def _unmeasured(plan: Plan, run_id: str, cell: Cell, status: str, message: str) -> Iterator[Measurement]:
    subject = plan.subject(cell)
    for tool in (t for t in plan.tools if t.id == cell.name):
        for metric in tool.metrics:
            yield Measurement(
                run=run_id,
                model=subject.name,
                framework=plan.framework.id,
                tool=tool.id,
                tool_version="",
                convention=tool.convention,
                input=subject.input_text,
                layer=TOTAL,
                op="(model)",
                metric=metric,
                value=None,
                unit="",
                status=status,
                message=message,
            )
