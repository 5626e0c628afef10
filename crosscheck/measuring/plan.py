"""What a run needs and what comes back: a plan for each worker, an outcome of each, and who starts and watches them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.rows import Answer, Export, Fact, Measurement, Observed, Output, Question, RunInfo
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo, overlay_folder

CONTRACT, OBSERVE, SIZES = "(contract)", "(observe)", "(sizes)"
OUTPUT, EXPORT = "(output)", "(export:"
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


def environment(plan: Plan) -> dict[str, str]:
    """The worker's environment; overlays come before the environment's own packages."""
    path = [str(overlay_folder(name)) for name in (plan.overlay, plan.library) if name]
    path += [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
