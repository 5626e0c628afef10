"""What a worker is asked to do: a job of cells, as JSON that the runner writes to the disk and the worker reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.own import Own
from crosscheck.contract.rows import Answer, CellRow, Export, Fact, Measurement, Observed, Output, Question, from_dict
from crosscheck.errors import RowError


class Kind(StrEnum):
    """What a cell asks for; ``adapters/cells/`` has a file for each."""

    TOOL = "tool"
    CONTRACT = "contract"
    OBSERVE = "observe"
    SIZES = "sizes"
    OUTPUT = "output"
    EXPORT = "export"


ROWS: Mapping[Kind, type[CellRow]] = MappingProxyType(
    {
        Kind.TOOL: Measurement,  # what a tool says of a network
        Kind.CONTRACT: Fact,  # the shapes and parameters of the native network
        Kind.OBSERVE: Observed,  # the network as it was seen to run
        Kind.SIZES: Answer,  # what the framework's own layer makes of a question
        Kind.OUTPUT: Output,  # what comes out of the network on the seeded input, as a file
        Kind.EXPORT: Export,  # an ONNX file of the network
    }
)
"""The row that a cell of each kind gives."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One piece of work on the network, or for ``sizes`` the question, at ``index`` of its job.

    ``name`` is the tool, the setting of an export, or the layout that a file of an output wants and gives; ``path`` is where the
    cell puts its file.
    """

    kind: Kind
    index: int
    name: str = ""
    path: str = ""

    @property
    def label(self) -> str:
        """The tool, or the kind in brackets with what it is asked for: ``torchinfo``, ``(observe)``, ``(export:torch)``."""
        return self.name if self.kind is Kind.TOOL else f"({self.kind}:{self.name})" if self.name else f"({self.kind})"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cell:
        """A cell from plain data. Raises RowError for a kind or a field that there is not."""
        try:
            return cls(**{**data, "kind": Kind(data["kind"])})
        except (KeyError, TypeError, ValueError) as error:
            raise RowError(f"not a cell of a job: {data}: {error}") from None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a framework makes a network of its own: the full name of the maker, and its options.

    ``listed`` where the network is called with one list of all its inputs; ``captured`` asks for the calls below its layers too.
    """

    maker: str
    options: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = False
    captured: bool = True


@dataclass(frozen=True)
class Job:
    """Cells in the order of work, and where their rows go.

    ``zero_ok`` lets a total of 0 be a number like any other. ``files``, one for each model, are the paths that models were
    imported from, for a framework that reads files; ``zoo``, one for each model, tells how to make a network that the framework
    brings itself; ``own``, one for each model, how to get a user's network. ``questions`` are for the framework's own layers.
    """

    run: str
    rows: str
    models: tuple[Model, ...]
    cells: tuple[Cell, ...]
    zero_ok: bool = False
    files: tuple[str, ...] = ()
    zoo: tuple[Recipe, ...] = ()
    questions: tuple[Question, ...] = ()
    own: tuple[Own, ...] = ()

    def write(self, path: Path) -> None:
        """Put the job on the disk as JSON."""
        path.write_text(json.dumps(self._to_json()), encoding="utf-8")

    def _to_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)} | {
            "models": [m.to_json() for m in self.models],
            "cells": [asdict(c) for c in self.cells],
            "zoo": [asdict(r) for r in self.zoo],
            "questions": [asdict(q) for q in self.questions],
            "own": [o.to_json() for o in self.own],
        }

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job that ``write`` put there. Raises RowError where it is none, and SpecError for a network that is none."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                **{
                    **data,
                    "models": tuple(map(Model.from_json, data["models"])),
                    "cells": tuple(map(Cell.from_json, data["cells"])),
                    "files": tuple(data["files"]),
                    "zoo": tuple(Recipe(**r) for r in data["zoo"]),
                    "questions": tuple(from_dict(Question, q) for q in data["questions"]),
                    "own": tuple(map(Own.from_json, data["own"])),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RowError(f"{path.name} is not a job: {type(error).__name__}: {error}") from None
