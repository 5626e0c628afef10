"""What crosses a boundary: rows that workers write, rows that the engine predicts, and how they become JSON Lines.

Counts are exact integers. The whole-model row has layer ``(total)``; what a tool counts outside every layer is
``(unattributed)``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from crosscheck.contract.metrics import METRICS
from crosscheck.errors import RowError

TOTAL = "(total)"
UNATTRIBUTED = "(unattributed)"
STATUSES = ("ok", "absent", "unsupported", "skipped", "crashed", "error")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool says of one layer: ``value`` in the tool's own ``unit``; None where it says nothing."""

    layer: str
    metric: str
    value: int | None
    unit: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number that a tool gave for one layer of one model, or the reason why there is none.

    ``status``: ``ok`` the tool printed it; ``absent`` the tool has no row for this layer, so it adds nothing to its total;
    ``unsupported`` the network cannot be built or counted there; ``skipped`` not tried; ``crashed`` the tool dies of it, as it is
    known to; ``error`` it failed.
    """

    run: str
    model: str
    framework: str
    tool: str
    tool_version: str
    convention: str
    input: str
    layer: str
    op: str
    metric: str
    value: int | None
    unit: str
    status: str
    message: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not an exact integer, and a status or metric that nobody knows."""
        if self.value is not None and type(self.value) is not int:
            raise RowError(f"{self.model} × {self.tool} × {self.layer}: {self.value!r} is not an exact integer")
        if self.status not in STATUSES:
            raise RowError(f"{self.model} × {self.tool}: unknown status {self.status!r}")
        if self.metric not in METRICS:
            raise RowError(f"{self.model} × {self.tool}: unknown metric {self.metric!r}")

    @property
    def key(self) -> tuple[str, str, str, str, str, str]:
        """What makes the row unique."""
        return (self.run, self.model, self.input, self.tool, self.layer, self.metric)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a convention says a tool will print for one layer."""

    model: str
    input: str
    convention: str
    layer: str
    op: str
    metric: str
    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What the native network itself says: the output shape of a layer, or the elements of its parameters and statistics."""

    model: str
    framework: str
    input: str
    layer: str
    shape: tuple[int, ...] | None
    params: int | None
    stats: int | None


@dataclass(frozen=True, slots=True)
class Export:
    """An ONNX file that a framework's exporter wrote, or the reason why there is none; ``bytes`` includes external data."""

    model: str
    framework: str
    input: str
    export: str
    path: str
    bytes: int
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """What came out of a network or a file in one run on the seeded input, as a .npy file in the neutral layout."""

    model: str
    framework: str
    input: str
    path: str
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One convolution or pooling over one channel, as a user writes it, that every framework's own layer is asked about.

    ``op`` is ``conv``, ``maxpool`` or ``avgpool``; ``kernel`` and ``stride`` are an int or one per axis, ``stride`` None where it
    is left out; ``padding`` is an int, one per axis, ``(top, bottom, left, right)``, ``SAME`` or ``VALID``; ``include_pad`` None
    leaves the divisor of an average to the layer's default. ``cells`` is the input row by row, ``taps`` the convolution's kernel.
    """

    name: str
    op: str
    size: tuple[int, int]
    kernel: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None
    padding: int | tuple[int, ...] | str
    dilation: int | tuple[int, ...]
    ceil: bool
    include_pad: bool | None
    cells: tuple[int, ...]
    taps: tuple[int, ...]

    @property
    def input_text(self) -> str:
        """The input as ``12x6``."""
        return "x".join(map(str, self.size))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a framework's own layer made of a question: the shape (H, W) and the values of its output, row by row.

    ``status``: ``ok``; ``refused`` the layer raised, and the message is its own; ``unsupported`` it has no argument for this;
    ``skipped`` not tried; ``error`` nothing came back.
    """

    question: str
    framework: str
    shape: tuple[int, ...] | None
    values: tuple[float, ...]
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """The network that a framework built, as it was seen to run: a description as plain data, or the reason why there is none."""

    model: str
    framework: str
    input: str
    network: dict[str, Any] | None
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a worker ran on: versions by package name, and the platform."""

    framework: str
    versions: dict[str, str]
    platform: str


CellRow = Measurement | Fact | Observed | Answer | Output | Export  # what a cell may give
Row = TypeVar("Row", bound=CellRow | Question | RunInfo)


def to_dict(
    row: Reading | Measurement | Prediction | Fact | Export | Output | Observed | Question | Answer | RunInfo,
) -> dict[str, Any]:
    """A row as plain data: its own fields, as no row holds another and there may be a hundred thousand."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def from_dict(kind: type[Row], data: dict[str, Any]) -> Row:
    """A row from plain data; raises RowError where a field is missing or unknown."""
    names = kind.__dataclass_fields__.keys()
    if data.keys() != names:
        odd = sorted(data.keys() ^ names)
        raise RowError(f"a {kind.__name__} row has missing or unknown fields: {', '.join(odd)}")
    clean: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return kind(**clean)


EVENTS: Mapping[type[CellRow], str] = MappingProxyType(
    {Measurement: "row", Fact: "fact", Observed: "network", Answer: "answer", Output: "output", Export: "export"}
)
"""The word that a row has in front of it in a worker's file."""


def dump_line(event: str, data: dict[str, Any]) -> str:
    """One line of a worker's file: an event name and its data."""
    return json.dumps({"event": event, **data}, separators=(",", ":")) + "\n"
