"""Reads what a worker writes, line by line as it grows; every ending of a cell becomes rows with a status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Answer, Export, Fact, Measurement, Observed, Output, RunInfo, from_dict
from crosscheck.errors import CrosscheckError, RowError
from crosscheck.measuring.plan import EXPORT, OBSERVE, SIZES, Cell, Outcome, Plan, Watch


class Reader:
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
            fail(self.outcome, self.plan, self.run_id, cell, "error", self._blame(self.odd or "the worker wrote no row"))
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
            fail(self.outcome, self.plan, self.run_id, cell, "error", self._blame(how))
            self.watch(self.outcome.name, self.plan.subject(cell).name, cell[1], "error")
        return self.left


def fail(outcome: Outcome, plan: Plan, run_id: str, cell: Cell, status: str, message: str) -> None:
    """Put into the outcome the rows of a cell that gave none of its own, with the reason as their message."""
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
