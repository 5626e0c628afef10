"""What a run needs and what comes back: a plan for each worker, an outcome of each, and who starts and watches them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crosscheck.contract.job import Cell, Job, Kind, Recipe
from crosscheck.contract.network import Model
from crosscheck.contract.own import Own
from crosscheck.contract.rows import Answer, CellRow, Export, Fact, Measurement, Observed, Output, Question, RunInfo
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo, overlay_folder

Launch = Callable[[str], list[str]]
Watch = Callable[[str, str, str, str], None]  # framework, model, label of the cell, what happened


def quiet(*_: str) -> None:
    """A watch that says nothing."""


def launch_adapter(framework: str) -> list[str]:
    """Command of a framework's worker; ``-P`` keeps the current folder from shadowing a package."""
    return [sys.executable, "-P", "-m", f"adapters.{framework}"]


def limited(gigabytes: float, launch: Launch = launch_adapter) -> Launch:
    """The same workers with so much memory to write to, by setrlimit's RLIMIT_DATA: one that asks for more fails by itself."""
    limit = f'ulimit -d {round(gigabytes * 2**20)}; exec "$@"'
    return lambda framework: ["/bin/sh", "-c", limit, "sh", *launch(framework)]


@dataclass(frozen=True)
class Plan:
    """What one worker is to do: every model with every tool; ``zero_ok`` lets a total of 0 be a number like any other.

    ``files``, one for each model, are the paths that models were imported from, for a framework that reads files. ``writes``
    are further cells that make a file, an output or an export. ``observe`` asks for every network as it is seen to run; ``zoo``,
    one for each model, tells how to make a network that the framework brings itself. ``questions`` are asked of the framework's
    own layers, each in a cell of its own. ``libraries`` are further overlays, of the packages that zoo networks come from.
    ``own``, one for each model, tells how to get a user's network.
    """

    framework: FrameworkInfo
    models: tuple[Model, ...]
    tools: tuple[ToolInfo, ...]
    contract: bool = False
    overlay: str = ""
    zero_ok: bool = False
    files: tuple[str, ...] = ()
    writes: tuple[Cell, ...] = ()
    questions: tuple[Question, ...] = ()
    observe: bool = False
    zoo: tuple[Recipe, ...] = ()
    libraries: tuple[str, ...] = ()
    own: tuple[Own, ...] = ()

    @property
    def name(self) -> str:
        """The framework, and the overlay that its worker runs with."""
        return f"{self.framework.id}+{self.overlay}" if self.overlay else self.framework.id

    @property
    def cells(self) -> list[Cell]:
        """All cells in the order of work: network by network, then the questions."""
        counted = [cell for k in range(len(self.models)) for cell in self._cells_of(k)]
        return counted + [Cell(Kind.SIZES, k) for k in range(len(self.questions))]

    def _cells_of(self, index: int) -> list[Cell]:
        kinds = [Kind.CONTRACT] * self.contract + [Kind.OBSERVE] * self.observe
        tools = [Cell(Kind.TOOL, index, t.id) for t in self.tools]
        return [*(Cell(kind, index) for kind in kinds), *tools, *(cell for cell in self.writes if cell.index == index)]

    def subject(self, cell: Cell) -> Model | Question:
        """What a cell is about."""
        return self.questions[cell.index] if cell.kind is Kind.SIZES else self.models[cell.index]

    def job(self, run_id: str, rows: str, cells: Sequence[Cell]) -> Job:
        """The job of one worker that does these cells and writes into ``rows``."""
        return Job(run_id, rows, self.models, tuple(cells), self.zero_ok, self.files, self.zoo, self.questions, self.own)


@dataclass
class Outcome:
    """All that came back from one framework: rows by what they are of, versions, exit codes and the log."""

    name: str
    rows: list[Measurement] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    files: list[Export | Output] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    networks: list[Observed] = field(default_factory=list)
    info: RunInfo | None = None
    exit_codes: list[int] = field(default_factory=list)
    log: str = ""

    def add(self, row: CellRow) -> None:
        """Take one more row."""
        match row:
            case Measurement():
                self.rows.append(row)
            case Fact():
                self.facts.append(row)
            case Export() | Output():
                self.files.append(row)
            case Answer():
                self.answers.append(row)
            case Observed():
                self.networks.append(row)


def versions(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Version of every package that the workers named, by the first of its names."""
    found = {name.split("|")[0]: v for o in outcomes if o.info for name, v in o.info.versions.items()}
    return dict(sorted(found.items()))


def environment(plan: Plan) -> dict[str, str]:
    """The worker's environment; overlays come before the environment's own packages."""
    path = [str(overlay_folder(name)) for name in (plan.overlay, *plan.libraries) if name]
    path += [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
