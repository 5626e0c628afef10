"""What is found of a user's network: its own numbers, a line a tool and metric, its layers, and what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosscheck.contract.network import Model, Shape
from crosscheck.contract.rows import Measurement
from crosscheck.counting.engine import Tally
from crosscheck.explain.number import Number

WORKER, INSIDE = "worker", "measured in process"
COUNTED, ZERO, MOVES, UNKNOWN = "counted", "zero by rule", "moves only", "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """What a tool said in one metric; ``number`` explains it, or predicts it where the tool said nothing.

    ``number`` is None where nothing can be predicted, and ``why`` says the reason; ``path`` tells where the tool ran,
    ``setting`` how, and what it watched.
    """

    row: Measurement
    number: Number | None
    why: str
    path: str
    setting: str

    @property
    def predicted(self) -> int | None:
        """What the tool's convention says of what was seen."""
        return None if self.number is None else self.number.predicted

    @property
    def residual(self) -> int | None:
        """What the prediction leaves of the number; None where there is only one of the two, or none."""
        return None if self.number is None or self.row.value is None else self.row.value - self.number.predicted


@dataclass(frozen=True, slots=True)
class Layer:
    """One call: its op here, its name in the framework, shapes, parameters, MACs, a status, and what each tool said of it."""

    id: str
    op: str
    native: str
    in_shapes: tuple[Shape, ...]
    out_shapes: tuple[Shape, ...]
    params: int
    macs: int
    status: str
    said: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Unknown:
    """What nobody knows, by its name in the framework: how often, in which layer first, and what would teach it."""

    native: str
    times: int
    first: str
    kernels: tuple[str, ...]
    teach: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Elements of a network's parameters, each once, and of its buffers; None where the framework was not asked."""

    all: int
    trainable: int | None = None
    unread: int | None = None
    buffers: int | None = None


@dataclass(frozen=True)
class Found:
    """Everything; ``failed`` says why a network was not seen to its end, and ``lost`` what its numbers are without."""

    name: str
    framework: str
    input: str
    seen: Model
    counted: Tally = field(repr=False, compare=False)
    macs: int
    parameters: Parameters
    lines: tuple[Line, ...]
    layers: tuple[Layer, ...]
    unknown: tuple[Unknown, ...]
    versions: Mapping[str, str]
    failed: str = ""
    lost: str = ""

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools, in the order of their lines."""
        return tuple(dict.fromkeys(n.row.tool for n in self.lines))

    @property
    def exit_code(self) -> int:
        """1 for a residual or a failure, 3 where something has no number or no prediction, else 0."""
        if self.failed or any(n.residual or n.row.status == "error" for n in self.lines):
            return 1
        return 3 if self.lost or any(n.residual is None and n.row.status != "crashed" for n in self.lines) else 0
